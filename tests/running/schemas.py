"""Whether a file fits a schema that others keep: the program of a Python package says it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from tests.support.require import require


def fits(schema: str, path: Path) -> subprocess.CompletedProcess[str]:
    """What check-jsonschema says of a YAML file; `schema` is one of those that it brings along."""
    return run_module("check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path))


def run_module(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A module run as a program."""
    if importlib.util.find_spec(module) is None:
        require(module.replace("_", "-"), "the test extra installs it")
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
