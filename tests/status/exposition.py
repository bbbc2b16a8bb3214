"""A strict reader of Prometheus' text format: what the format does not allow is an AssertionError.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
"""

from __future__ import annotations

import re
from typing import Any

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)", re.DOTALL)
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def parse(text: str) -> Samples:
    """Every sample by its name and labels."""
    found: Samples = {}
    typed: list[str] = []
    helped: set[str] = set()
    assert text == "" or text.endswith("\n")
    for line in text.split("\n")[:-1]:
        if line.startswith("#"):
            _, kind, name, rest = line.split(" ", 3)
            assert _NAME.fullmatch(name)
            if kind == "HELP":
                assert name not in helped
                helped.add(name)
                assert not re.search(r"\\[^\\n]", rest)
            else:
                assert kind == "TYPE"
                assert rest in ("gauge", "counter", "untyped")
                assert name not in typed, "the samples of a metric stand together"
                typed.append(name)
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, line
        name, labels, value = match.groups()
        assert typed, "a sample before any TYPE"
        assert name == typed[-1], f"{name} stands apart from its TYPE"
        key = (name, frozenset(_labels(labels or "").items()))
        assert key not in found, f"{key} stands twice"
        found[key] = float(value)
    return found


def _labels(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        match = _LABEL.match(text, place)
        assert match, text[place:]
        assert match[1] not in found
        assert not match[1].startswith("__")
        found[match[1]] = re.sub(r"\\.", lambda escape: _ESCAPES[escape[0]], match[2])
        place = match.end()
    assert not text.endswith(",")
    return found


def value(samples: Samples, name: str, **labels: Any) -> float | None:
    """The one sample with these labels, whatever others it has."""
    wanted = set(labels.items())
    found = [number for (known, has), number in samples.items() if known == name and wanted <= has]
    assert len(found) < 2, f"{name} is not the only one"
    return found[0] if found else None
