"""`.ci/run` runs what the README promises, and installs what the tests ask for."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.docs.blocks import ROOT, blocks_of

RUN = (ROOT / ".ci/run").read_text("utf-8")
PACKAGES = {
    "chromium": "chromium",
    "espeak-ng": "espeak-ng",
    "eyeD3": "eyed3",
    "ffmpeg": "ffmpeg",
    "flac": "flac",
    "oggenc": "vorbis-tools",
    "ogginfo": "vorbis-tools",
    "opusdec": "opus-tools",
    "opusenc": "opus-tools",
    "opusinfo": "opus-tools",
    "ffprobe": "ffmpeg",
    "gpo": "gpodder",
    "java": "default-jre-headless",
    "mediainfo": "mediainfo",
    "mpv": "mpv",
    "newsboat": "newsboat",
    "node": "nodejs",
    "npm": "npm",
    "podboat": "newsboat",
    "podget": "podget",
    "strace": "strace",
    "systemd-analyze": "systemd",
    "openssl": "openssl",
    "mp3val": "mp3val",
    "unshare": "util-linux",
}


def test_the_readmes_two_commands_are_run_word_for_word() -> None:
    promised = [block.text for block in blocks_of(ROOT / "README.md") if block.language == "sh"][:2]
    # The brackets: `set -e` overlooks whatever fails before the last link of a bare chain.
    assert all(f"\n(\n{line})\n" in RUN for line in promised)


def from_npm() -> list[str]:
    """Folders of tests that say which packages they need."""
    return sorted(
        path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").glob("*/*/package-lock.json")
    )


def test_what_comes_from_npm_is_installed_and_names_no_registry() -> None:
    (line,) = re.findall(r"^for package in (.+); do$", RUN, re.MULTILINE)
    assert line.split() == from_npm()
    for folder in from_npm():
        assert '"resolved"' not in (ROOT / folder / "package-lock.json").read_text("utf-8")


PROGRAMS = {
    "apt-get": "",
    "python3": "",
    ".ci/install-servers": "",
    "npm": "",
    ".venv/bin/publisher": "mkdir public && echo feed >public/feed.xml",
    ".venv/bin/pip": 'case "$*" in *requirements-test.lock*) exit 1;; esac',
    ".venv/bin/python": "",
    ".venv/bin/ruff": "",
}


def test_a_command_that_fails_in_the_middle_of_a_line_ends_the_run(tmp_path: Path) -> None:
    """Programs that do nothing stand in front, so that one of them can fail when it should."""
    for name, does in PROGRAMS.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
    for folder in from_npm():
        (tmp_path / folder).mkdir(parents=True)
    # The run starts by removing .venv, which would take the failing program with it.
    (tmp_path / ".ci/run").write_text(RUN.replace("rm -rf .venv ", "rm -rf "))
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", str(tmp_path / ".ci/run")],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "second command" in done.stdout
    assert "style" not in done.stdout


def test_every_program_that_a_test_asks_for_is_installed() -> None:
    asked = set()
    for path in sorted((ROOT / "tests").rglob("*.py")):
        asked |= set(re.findall(r"""require_program\(\s*["']([\w.-]+)["']""", path.read_text("utf-8")))
    assert "ffprobe" in asked
    for program in asked:
        assert program in PACKAGES, f"say here which Debian package {program} comes with"
        assert re.search(rf"^[^#]*\b{PACKAGES[program]}\b", RUN, re.MULTILINE), f"{program} is not installed"
