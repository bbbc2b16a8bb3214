"""Every input that once went wrong, again. `cases/TARGET/NAME` is read by that target."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CASES = sorted(path for path in (Path(__file__).parent / "cases").glob("*/*") if path.is_file())


def test_there_are_cases() -> None:
    assert len(CASES) >= 10
    assert sum(path.stat().st_size for path in CASES) < 200_000


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(path: Path) -> None:
    started = time.process_time()
    TARGETS[path.parent.name](path.read_bytes())
    assert time.process_time() - started < 5
