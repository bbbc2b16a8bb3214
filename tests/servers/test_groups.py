"""Groups of tests: each stays with one worker, since every worker starts servers of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

_NOTING = """
import os
from pathlib import Path

import pytest


def note(group):
    with (Path(__file__).parent / (os.environ["PYTEST_XDIST_WORKER"] + ".txt")).open("a") as file:
        print(group, file=file)
"""
_BY_MODULE = """
pytestmark = pytest.mark.xdist_group("ceph")


@pytest.mark.parametrize("number", range(6))
def test_by_module(number):
    note("ceph")
"""
_BY_TEST = """
@pytest.mark.xdist_group("swift")
@pytest.mark.parametrize("number", range(6))
def test_by_itself(number):
    note("swift")
"""
_BY_PARAMETER = """
@pytest.fixture(
    params=[pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("swift", "ceph")]
)
def kind(request):
    return request.param


@pytest.mark.parametrize("number", range(6))
def test_by_parameter(kind, number):
    note(kind)
"""


def test_a_group_of_tests_stays_with_one_worker(tmp_path: Path) -> None:
    """By each of the marks that our suites have; with some releases of pytest none of them is looked at."""
    for name, tests in (("a", _BY_MODULE), ("b", _BY_TEST), ("c", _BY_PARAMETER)):
        (tmp_path / f"test_{name}.py").write_text(_NOTING + "\n" + tests, "utf-8")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COVERAGE_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    workers = defaultdict(set)
    noted = 0
    for notes in tmp_path.glob("gw*.txt"):
        for group in notes.read_text("utf-8").split():
            workers[group].add(notes.stem)
            noted += 1
    assert noted == 6 + 6 + 12
    assert {group: len(names) for group, names in workers.items()} == {"ceph": 1, "swift": 1}
