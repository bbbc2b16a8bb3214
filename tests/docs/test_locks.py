"""The lock files hold what pyproject.toml asks for, with hashes, and no address."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.docs.blocks import ROOT

LOCKS = {
    "requirements.lock": (),
    "requirements-cluster.lock": ("cluster",),
    "requirements-test.lock": ("cluster", "test", "lint"),
}
_PIN = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+) \\\n(?P<hashes>(?:    --hash=.+\n)+)", re.MULTILINE
)
_HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _pins(name: str) -> dict[str, Version]:
    text = (ROOT / name).read_text("utf-8")
    return {match["name"]: Version(match["version"]) for match in _PIN.finditer(text)}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_satisfies_the_ranges(name: str) -> None:
    project, pins = _project(), _pins(name)
    asked = [*project["dependencies"]]
    for extra in LOCKS[name]:
        asked += project["optional-dependencies"][extra]
    for line in asked:
        requirement = Requirement(line)
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not locked; run tools/lock"
        assert version in requirement.specifier, f"{requirement} but {version} is locked; run tools/lock"


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_with_a_hash_and_nothing_else_stands_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    rest = _PIN.sub("", text)
    assert not [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for match in _PIN.finditer(text):
        assert all(_HASH.fullmatch(line) for line in match["hashes"].splitlines()), match["name"]
    assert "://" not in text
    assert "/root" not in text


def test_the_test_lock_installs_over_the_other_one() -> None:
    both = _pins("requirements-test.lock")
    cluster = _pins("requirements-cluster.lock")
    assert _pins("requirements.lock").items() <= cluster.items() <= both.items()


def test_the_licence_is_the_one_that_is_said() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith(f"{_project()['license']} License")
    assert "publisher contributors" in text


def test_the_changelog_has_this_version() -> None:
    assert f"## [{_project()['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
