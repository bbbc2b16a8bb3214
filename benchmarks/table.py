"""What was measured, as lines of one table, and the machine on which it was."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.measure import Run, median, ratio

_UNITS: Final = {
    "wall_seconds": "wall time",
    "cpu_seconds": "CPU time",
    "inside_seconds": "CPU time of the work alone",
    "inside_wall_seconds": "wall time of the work alone",
    "peak_bytes": "peak memory",
}
_PARTS: Final = ("pyyaml", "feedgen", "lxml", "mutagen", "click")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: publisher's figure, and the alternative's where there is one."""

    what: str
    measure: str
    ours: str
    beside: str = ""
    theirs: str = ""
    ratio: str = ""


def compared(
    what: str, ours: Sequence[Run], beside: str, theirs: Sequence[Run], measures: Iterable[str]
) -> list[Line]:
    """A line for each measure, with the ratio publisher : alternative."""
    return [
        Line(
            what,
            _UNITS[measure],
            figure(median(ours, measure), measure),
            beside,
            figure(median(theirs, measure), measure),
            f"{ratio(ours, theirs, measure):.2f}",
        )
        for measure in measures
    ]


def alone(what: str, runs: Sequence[Run], measures: Iterable[str]) -> list[Line]:
    """A line for each measure of something that has no alternative."""
    return [Line(what, _UNITS[measure], figure(median(runs, measure), measure)) for measure in measures]


def figure(value: float, measure: str) -> str:
    if measure == "peak_bytes":
        return f"{value / 1e6:.0f} MB"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def markdown(lines: Iterable[Line]) -> str:
    """The table, readable as it stands."""
    header = ("what", "measure", "publisher", "beside it", "its figure", "ratio")
    rows: list[tuple[str, ...]] = [
        header,
        *((line.what, line.measure, line.ours, line.beside, line.theirs, line.ratio) for line in lines),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def machine() -> str:
    """What the figures were taken on, in one sentence."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = ", ".join(f"{name} {version(name)}" for name in _PARTS)
    implementation = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{cores} cores ({_processor()}), {_memory()}, {_system()}, {implementation}; {parts}."


def _processor() -> str:
    return _field(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine()


def _memory() -> str:
    kilobytes = _field(Path("/proc/meminfo"), "MemTotal").removesuffix(" kB")
    return f"{int(kilobytes) / 1e6:.0f} GB" if kilobytes else "memory unknown"


def _field(path: Path, name: str) -> str:
    if not path.exists():
        return ""
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")


def _system() -> str:
    if sys.platform != "linux":
        return platform.platform()
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = "Linux"
    return f"{name} with kernel {platform.release().partition('-')[0]}"
