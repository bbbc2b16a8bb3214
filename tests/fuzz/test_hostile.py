"""Large inputs that were made to cost much: each ends within 5 s of work and 300 MiB of memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.hostile import HOSTILE
from tests.fuzz.measure import measure

MOST_SECONDS = 5
MOST_MEBIBYTES = 300

# Those that cost most, or once cost most; PUBLISHER_FUZZ asks for the others too.
WORST = (
    "artwork/large-progressive-cmyk",
    "artwork/many-scans",
    "audio/breaks",
    "audio/empty-tags-and-sound",
    "audio/empty-tracks",
    "audio/flac-headers",
    "audio/ogg-pages-that-reach-far",
    "audio/ogg-streams",
    "audio/large-tag-to-resync",
    "audio/marks-and-breaks",
    "audio/sizes",
    "json/texts",
    "markdown/spaces",
    "yaml/long-host",
    "yaml/marks",
)


@pytest.mark.parametrize("name", HOSTILE if os.environ.get("PUBLISHER_FUZZ") else WORST)
def test_cost(name: str, tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_bytes(HOSTILE[name]())
    cost = measure(name.partition("/")[0], file)
    file.unlink()
    print(f"{name}: {cost.seconds:.2f} s, {cost.mebibytes:.0f} MiB")
    assert cost.seconds < MOST_SECONDS
    assert cost.mebibytes < MOST_MEBIBYTES


def test_a_costly_reading_is_noticed(tmp_path: Path) -> None:
    """The measure itself: a file that is read in no time shows less than one that is not."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"title: x\n")
    large.write_bytes(b"\xff\xfb\x90\x64" + bytes(1 << 20))
    assert measure("yaml", small).seconds < MOST_SECONDS
    with pytest.raises(AssertionError, match="status 1"):
        measure("audio", tmp_path / "missing")
    assert 5 < measure("audio", large).mebibytes < MOST_MEBIBYTES
