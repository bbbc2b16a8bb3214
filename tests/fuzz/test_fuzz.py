"""Whatever a file holds, reading it ends soon, with a result or with what is wrong.

    PUBLISHER_FUZZ=600 python -m pytest tests/fuzz/test_fuzz.py

gives ten minutes to these tests, with other inputs each time; without it they take some seconds, and have the
same inputs each time. What they find belongs into `cases/`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from publisher.identity import canonical_json
from publisher.manifest import Enclosure, Manifest, Released, StoredObject, manifest_bytes, read_manifest
from publisher.manifest.pieces import CLOSING, OPENING
from publisher.model import Chapter
from tests.fuzz import strategies
from tests.fuzz.targets import TARGETS

_SECONDS: Final = float(os.environ.get("PUBLISHER_FUZZ", "0"))
_OBJECT: Final = StoredObject("media/a-0123.mp3", "0" * 64, 1000, "audio/mpeg")
_MANIFEST: Final = Manifest(
    guid="9b024349-ccf0-5f69-a609-6b82873eab3c",
    feed_url="https://example.com/feed.xml",
    url="https://example.com/",
    title="A show",
    parts={"title": "0"},
    feed=_OBJECT._replace(key="feed.xml"),
    objects={"artwork": _OBJECT},
    pages={_OBJECT.key: _OBJECT},
    episodes=(
        Released(
            "a",
            "guid",
            "An episode",
            datetime(2024, 1, 1, tzinfo=UTC),
            Enclosure(_OBJECT, "1" * 64, 1000, "recipe", 12.5, chapters=(Chapter(1.0, "One"),)),
            {"audio": "0"},
            {"artwork": _OBJECT},
            _OBJECT,
        ),
    ),
)


_EPISODE: Final = bytes(read_manifest(*manifest_bytes(_MANIFEST)).episodes[0].piece)
_LISTED: Final = canonical_json(_OBJECT._asdict())[:-1].decode()
_LISTINGS: Final = (
    f'{{"objects":{{"artwork":{_LISTED}}}}}\n',
    f'{{"made_of":{{"{_OBJECT.key}":"0"}},"pages":[{_LISTED}]}}\n',
)


def _text(kind: str, seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=200) | strategies.text_like(kind, seeds)


INPUTS: Final[dict[str, st.SearchStrategy[bytes]]] = {
    "yaml": _text("yaml", strategies.YAML_SEEDS),
    "times": _text("times", []),
    **{kind: _text(kind, strategies.transcript_seeds(kind)) for kind in ("vtt", "srt", "json", "txt", "md")},
    "audio": strategies.mutated(strategies.AUDIO_SEEDS, strategies.AUDIO_PLACES),
    "id3-chapters": strategies.id3_frames(),
    "mp4-chapters": strategies.mutated(strategies.AUDIO_SEEDS[4:8], strategies.AUDIO_PLACES[:1]),
    "artwork": strategies.mutated(strategies.picture_seeds(), strategies.PICTURE_PLACES),
    "markdown": _text("markdown", strategies.NOTES_SEEDS),
    "manifest": strategies.manifest_json(manifest_bytes(_MANIFEST)[1].decode()),
    "manifest-part": strategies.manifest_json((OPENING + _EPISODE + CLOSING).decode()),
    "manifest-listing": st.one_of([strategies.manifest_json(of) for of in _LISTINGS]),
}
assert INPUTS.keys() == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_any_input(name: str) -> None:
    run = 0

    def check(data: bytes) -> None:
        nonlocal run
        run += 1
        started = time.process_time()
        TARGETS[name](data)
        assert time.process_time() - started < 5

    if not _SECONDS:
        _fuzz(name, check, max_examples=60, derandomize=True)
        return
    until = time.monotonic() + _SECONDS / len(TARGETS)
    while time.monotonic() < until:
        _fuzz(name, check, max_examples=300, print_blob=True)
    print(f"{name}: {run:,} inputs in {_SECONDS / len(TARGETS):.0f} s")


def _fuzz(name: str, check: Callable[[bytes], None], **options: Any) -> None:
    bounded = settings(
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        **options,
    )
    bounded(given(data=INPUTS[name])(_by_keyword(check)))()


def _by_keyword(check: Callable[[bytes], None]) -> Callable[..., None]:
    def inner(data: bytes) -> None:
        try:
            check(data)
        except BaseException:
            _keep(data)
            raise

    return inner


def _keep(data: bytes) -> None:
    """Puts the input where it can be looked at, if a place for it was named; the last one is the smallest."""
    place = os.environ.get("PUBLISHER_FUZZ_KEEP")
    if place:
        Path(place).write_bytes(data)
