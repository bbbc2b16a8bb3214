"""`.ci/run` runs what the README promises, and installs what the tests ask for."""

from __future__ import annotations

import re

from tests.docs.blocks import ROOT, blocks_of

RUN = (ROOT / ".ci/run").read_text("utf-8")
PACKAGES = {
    "chromium": "chromium",
    "espeak-ng": "espeak-ng",
    "eyeD3": "eyed3",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "gpo": "gpodder",
    "mediainfo": "mediainfo",
    "mp3val": "mp3val",
    "unshare": "util-linux",
}


def test_the_readmes_two_commands_are_run_word_for_word() -> None:
    promised = [block.text for block in blocks_of(ROOT / "README.md") if block.language == "sh"][:2]
    assert all(line in RUN for line in promised)


def test_every_program_that_a_test_asks_for_is_installed() -> None:
    asked = set()
    for path in sorted((ROOT / "tests").rglob("*.py")):
        asked |= set(re.findall(r"""require_program\(\s*["']([\w.-]+)["']""", path.read_text("utf-8")))
    assert "ffprobe" in asked
    for program in asked:
        assert program in PACKAGES, f"say here which Debian package {program} comes with"
        assert re.search(rf"^[^#]*\b{PACKAGES[program]}\b", RUN, re.MULTILINE), f"{program} is not installed"
