"""Measuring: each run is a process of its own, and what is compared runs in turn (A B A B …).

Time and memory are the operating system's own accounting of the finished process. A subject may report a
time of its own as well: that of the work alone, without the interpreter's start and the imports.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Linux counts a child's peak from its parent's, so the process that measures imports nothing large.
_KILOBYTE: Final = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took, with those that it started. `inside_seconds` is CPU time of the work alone,
    where a subject reports it, and `inside_wall_seconds` what passed meanwhile."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    inside_seconds: float = 0.0
    inside_wall_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Command:
    """One side of a comparison.

    Attributes:
        arguments: the program and its arguments.
        before: what has to be put back before each run; not measured.
    """

    arguments: tuple[str, ...]
    before: Callable[[], None] | None = None


def subject(name: str, *arguments: object) -> tuple[str, ...]:
    """The command of a function of `benchmarks.subjects`."""
    return (sys.executable, "-m", "benchmarks.subjects", name, *map(str, arguments))


def publisher(*arguments: object) -> tuple[str, ...]:
    """publisher's own command line."""
    return (sys.executable, "-m", "publisher", *map(str, arguments))


def once(command: Command) -> Run:
    """Runs the command to its end.

    Raises:
        RuntimeError: it failed; a figure of a failed run would say nothing.
    """
    if command.before:
        command.before()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PUBLISHER_")}
    environment["PYTHONPATH"] = str(ROOT)
    # As where a package is installed: modules are compiled once, and not in each process.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    with subprocess.Popen(command.arguments, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command.arguments)} ended with {process.returncode}")
    reports = command.arguments[1:3] == ("-m", "benchmarks.subjects")
    inside: list[float] = json.loads(said.splitlines()[-1]) if reports else [0.0, 0.0]
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _KILOBYTE, *inside)


def without(ours: Sequence[Run], others: Sequence[Run]) -> list[Run]:
    """What runs took more than others that were made in turn with them."""
    return [
        Run(one.wall_seconds - other.wall_seconds, one.cpu_seconds - other.cpu_seconds, 0)
        for one, other in zip(ours, others, strict=True)
    ]


def in_turn(commands: Mapping[str, Command], times: int, *, warm_up: bool = True) -> dict[str, list[Run]]:
    """Runs the commands in turn, each so many times, after one round that does not count.

    Args:
        warm_up: False leaves that round out, for runs of minutes in which it would not be seen.
    """
    for command in commands.values() if warm_up else ():
        once(command)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            runs[name].append(once(command))
    return runs


def median(runs: Sequence[Run], measure: str) -> float:
    return statistics.median(float(getattr(run, measure)) for run in runs)


def ratio(ours: Sequence[Run], theirs: Sequence[Run], measure: str) -> float:
    """The median of the pairs' ratios: the machine's speed may drift, but hardly within a pair."""
    pairs = [
        (float(getattr(one, measure)), float(getattr(other, measure)))
        for one, other in zip(ours, theirs, strict=True)
    ]
    # The clock has a grain, so that a tiny run may have taken no time at all.
    return statistics.median(one / max(other, 1e-9) for one, other in pairs)
