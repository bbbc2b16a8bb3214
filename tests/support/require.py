"""Tests on real parts that a machine may lack: skipped there, but failed where they were asked for.

The environment variable PUBLISHER_TEST_REQUIRE is a comma list of names (`ffprobe,swift,ceph,chromium,gpo`)
or `all`: what it names must be there, so that a suite on a complete machine cannot go silent.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

VARIABLE = "PUBLISHER_TEST_REQUIRE"


def is_required(name: str) -> bool:
    """Whether PUBLISHER_TEST_REQUIRE names it, or says `all`."""
    names = {part.strip().lower() for part in os.environ.get(VARIABLE, "").split(",")}
    return "all" in names or name.lower() in names


def require(name: str, reason: str) -> NoReturn:
    """Ends the test because `name` is missing: fails it where that is required, else skips it.

    Args:
        name: the part, as PUBLISHER_TEST_REQUIRE calls it.
        reason: what is missing, and how to get it.
    """
    if is_required(name):
        pytest.fail(f"{name} is required by {VARIABLE}: {reason}", pytrace=False)
    pytest.skip(f"{name}: {reason}")


def require_program(program: str, *, name: str = "") -> str:
    """The path of a program; without it the test is skipped, or fails where it is required.

    Args:
        name: as PUBLISHER_TEST_REQUIRE calls it, where that is not the program's own name.
    """
    path = shutil.which(program)
    if path is None:
        require(name or program, f"the program {program} is not on the PATH")
    return path


def require_beside(program: str, reason: str) -> str:
    """The path of a program that a Python package brings, which lies beside the interpreter."""
    path = shutil.which(program, path=str(Path(sys.executable).parent)) or shutil.which(program)
    if path is None:
        require(program, reason)
    return path
