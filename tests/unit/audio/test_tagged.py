from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import eyed3
import pytest
from mutagen.id3 import ID3, TIT2
from mutagen.mp4 import MP4

from publisher.audio.mp3 import walk as mp3
from publisher.audio.probe import probe
from publisher.audio.tagged import AudioError, Tagged, digest_of, tagged
from publisher.audio.tags import TagChapter, Tags
from tests.support.require import require_program
from tests.unit.audio import COVER, MP3_SAMPLES, MP4_SAMPLES, SAMPLES, TAGS, sample

ALL = (*MP3_SAMPLES, *MP4_SAMPLES)
OTHER = Tags(title="Something else", chapters=(TagChapter(0.2, title="Only one"),), lyrics="x" * 5000)


def type_of(name: str) -> str:
    return "audio/mpeg" if name.endswith("mp3") else "audio/mp4"


def write(result: Tagged, path: Path) -> Path:
    with result.open() as reader, path.open("wb") as file:
        shutil.copyfileobj(reader, file)
    return path


def ffprobe(path: Path) -> dict[str, Any]:
    program = require_program("ffprobe")
    command = [
        program,
        "-v",
        "error",
        "-show_chapters",
        "-show_format",
        "-show_streams",
        "-of",
        "json",
        str(path),
    ]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


def decoded(path: Path) -> bytes:
    """The MD5 of the sound as FFmpeg decodes it."""
    program = require_program("ffmpeg")
    command = [program, "-v", "error", "-i", str(path), "-map", "0:a", "-f", "md5", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize("name", ALL)
def test_the_sound_is_untouched(name: str, tmp_path: Path) -> None:
    before = sample(name)
    out = write(tagged(SAMPLES / name, type_of(name), TAGS), tmp_path / f"out{Path(name).suffix}")
    assert decoded(out) == decoded(SAMPLES / name)
    assert sample(name) == before
    was, found = probe(SAMPLES / name), probe(out)
    assert found.findings == ()
    assert found.duration_seconds == was.duration_seconds
    assert found.bitrate == was.bitrate


@pytest.mark.parametrize("name", [*ALL, "chapters.mp3"])
def test_tagging_again_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    first = tagged(SAMPLES / name, type_of(name), TAGS)
    again = tagged(write(first, tmp_path / "again"), type_of(name), TAGS)
    over_other = tagged(SAMPLES / name, type_of(name), OTHER)
    after_other = tagged(write(over_other, tmp_path / "other"), type_of(name), TAGS)
    assert digest_of(again.open) == digest_of(first.open)
    assert digest_of(after_other.open) == digest_of(first.open)
    assert digest_of(over_other.open) != digest_of(first.open)


@pytest.mark.parametrize("name", [*MP4_SAMPLES, "chapters.mp3"])
def test_tagging_again_without_chapters_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    tags = replace(TAGS, chapters=())
    first = tagged(SAMPLES / name, type_of(name), tags)
    again = tagged(write(first, tmp_path / "again"), type_of(name), tags)
    assert digest_of(again.open) == digest_of(first.open)


def test_whatever_tags_were_there_the_bytes_are_the_same(tmp_path: Path) -> None:
    body = sample("vbr.mp3")
    start = mp3.walk(SAMPLES / "vbr.mp3").start
    foreign = ID3()
    foreign.add(TIT2(encoding=1, text=["old"]))
    file = io.BytesIO()
    foreign.save(file)
    other = tmp_path / "other.mp3"
    other.write_bytes(file.getvalue() + body[start:] + b"TAG" + bytes(125))
    assert digest_of(tagged(other, "audio/mpeg", TAGS).open) == digest_of(
        tagged(SAMPLES / "vbr.mp3", "audio/mpeg", TAGS).open
    )


@pytest.mark.parametrize("version", [3, 4])
def test_ffprobe_reads_the_mp3(version: int, tmp_path: Path) -> None:
    result = tagged(SAMPLES / "cbr.mp3", "audio/mpeg", TAGS, id3_version=version)
    told = ffprobe(write(result, tmp_path / "out.mp3"))
    texts = told["format"]["tags"]
    artist = texts["ARTISTS"] if version == 4 else texts["artist"]
    assert artist == "Silvija Seres / Ola Nordmann"
    assert texts["title"] == "Å bygge – sammen 🎧"
    assert (texts["album"], texts["album_artist"]) == ("Showet", "Læringslaben")
    assert (texts["track"], texts["disc"], texts["genre"]) == ("796", "2", "Podcast")
    assert texts["date"].startswith("2020-09-02")
    assert texts["lyrics-nob"] == "Silvija: Hei.\nOla: Hallo."
    assert texts["TDES"] == "Lang\ntekst."
    assert texts["podcast:guid"] == "show-guid"
    assert [stream["codec_name"] for stream in told["streams"]] == ["mp3", "png"]
    listed = [
        (float(one["start_time"]), float(one["end_time"]), one["tags"]["title"]) for one in told["chapters"]
    ]
    assert listed[:2] == [(0, 0.5, "Åpning"), (0.5, 1, "Slutt")]
    assert listed[2][0] == 1
    assert listed[2][1] == pytest.approx(1.541, abs=0.001)


@pytest.mark.parametrize("name", MP4_SAMPLES)
def test_ffprobe_reads_the_m4a(name: str, tmp_path: Path) -> None:
    told = ffprobe(write(tagged(SAMPLES / name, "audio/mp4", TAGS), tmp_path / "out.m4a"))
    texts = told["format"]["tags"]
    assert texts["title"] == "Å bygge – sammen 🎧"
    assert texts["artist"] == "Silvija Seres / Ola Nordmann"
    assert (texts["album"], texts["album_artist"]) == ("Showet", "Læringslaben")
    assert (texts["track"], texts["disc"], texts["genre"]) == ("796", "2", "Podcast")
    assert texts["date"] == "2020-09-02T04:00:00Z"
    assert (texts["description"], texts["synopsis"]) == ("Kort sagt.", "Lang\ntekst.")
    assert texts["lyrics"] == "Silvija: Hei.\nOla: Hallo."
    assert (texts["podcast"], texts["media_type"]) == ("1", "21")
    assert texts["podcast:guid"] == "show-guid"
    assert "png" in [stream["codec_name"] for stream in told["streams"]]
    listed = [(float(one["start_time"]), one["tags"]["title"]) for one in told["chapters"]]
    assert listed == [(0, "Åpning"), (0.5, "Slutt")]


def test_mutagen_reads_the_m4a(tmp_path: Path) -> None:
    out: Any = MP4(write(tagged(SAMPLES / "aac.m4a", "audio/mp4", TAGS), tmp_path / "out.m4a"))
    assert out.tags["egid"] == ["episode-guid"]
    assert out.tags["purl"] == ["https://example.org/feed.xml"]
    assert out.tags["catg"] == ["Technology"]
    assert out.tags["keyw"] == ["læring, teknologi"]
    assert bytes(out.tags["covr"][0]) == COVER.data
    assert [(chapter.start, chapter.title) for chapter in out.chapters] == [(0, "Åpning"), (0.5, "Slutt")]


def test_eyed3_reads_the_mp3(tmp_path: Path) -> None:
    audio = eyed3.load(write(tagged(SAMPLES / "cbr.mp3", "audio/mpeg", TAGS), tmp_path / "out.mp3"))
    tag = audio.tag
    assert tag.title == "Å bygge – sammen 🎧"
    assert tag.artist.split("\0") == ["Silvija Seres", "Ola Nordmann"]
    assert (tag.album, tag.album_artist) == ("Showet", "Læringslaben")
    assert (tag.track_num[0], tag.disc_num[0]) == (796, 2)
    assert str(tag.release_date) == "2020-09-02T04:00"  # it leaves out seconds that are 0
    assert [image.mime_type for image in tag.images] == ["image/png"]
    assert [(c.element_id, c.times, c.title) for c in tag.chapters][:2] == [
        (b"chp0", (0, 500), "Åpning"),
        (b"chp1", (500, 1000), "Slutt"),
    ]
    assert tag.table_of_contents.get(b"toc").child_ids == [b"chp0", b"chp1"]
    assert tag.frame_set[b"WFED"][0].text == "https://example.org/feed.xml"
    assert b"PCST" in tag.frame_set


def test_an_m4a_keeps_its_chapters_where_none_are_given(tmp_path: Path) -> None:
    out = write(tagged(SAMPLES / "chapters.m4a", "audio/mp4", Tags(title="x")), tmp_path / "out.m4a")
    assert probe(out).chapters == probe(SAMPLES / "chapters.m4a").chapters
    assert [one["tags"]["title"] for one in ffprobe(out)["chapters"]] == ["Åpning – the start", "The rest"]


def test_an_m4a_gets_new_chapters_in_place_of_its_own(tmp_path: Path) -> None:
    tags = Tags(chapters=(TagChapter(0.4, title="Late"), TagChapter(0.9, title="Later")))
    out = write(tagged(SAMPLES / "chapters.m4a", "audio/mp4", tags), tmp_path / "out.m4a")
    found = [(chapter.start_seconds, chapter.title) for chapter in probe(out).chapters]
    assert found == [(0.4, "Late"), (0.9, "Later")]
    assert probe(out).chapters[-1].end_seconds == pytest.approx(1.513)


def test_an_mp3_loses_chapters_that_are_not_given() -> None:
    result = tagged(SAMPLES / "chapters.mp3", "audio/mpeg", Tags(title="x"))
    assert b"CHAP" not in result.open().read()


@pytest.mark.parametrize("name", ["vbr.mp3", "chapters.m4a"])
def test_the_reader_is_a_seekable_file(name: str) -> None:
    result = tagged(SAMPLES / name, type_of(name), TAGS)
    with result.open() as reader:
        whole = reader.read()
        assert len(whole) == result.length_bytes
        assert reader.read(1) == b""
        assert (reader.readable(), reader.seekable(), reader.writable()) == (True, True, False)
        for at in (0, 1, 9, len(whole) // 2, len(whole) - 1, len(whole)):
            assert reader.seek(at) == at == reader.tell()
            assert reader.read(1000) == whole[at : at + 1000]
        assert reader.seek(-5, io.SEEK_END) == len(whole) - 5
        assert reader.read() == whole[-5:]
        reader.seek(10)
        reader.seek(5, io.SEEK_CUR)
        buffer = bytearray(len(whole))
        assert reader.readinto(buffer) == len(whole) - 15  # type: ignore[attr-defined]
        assert buffer[: len(whole) - 15] == whole[15:]
        with pytest.raises(ValueError, match="before the start"):
            reader.seek(-1)
    with pytest.raises(ValueError, match="closed"):
        reader.read()
    assert digest_of(result.open) == hashlib.sha256(whole).hexdigest()


def test_readers_do_not_disturb_each_other() -> None:
    result = tagged(SAMPLES / "vbr.mp3", "audio/mpeg", TAGS)
    digests: list[str] = []
    threads = [threading.Thread(target=lambda: digests.append(digest_of(result.open))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert digests == [digest_of(result.open)] * 4


def test_a_source_that_shrinks_while_it_is_read_is_an_os_error(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(sample("cbr.mp3"))
    result = tagged(path, "audio/mpeg", TAGS)
    path.write_bytes(sample("cbr.mp3")[:3000])
    with result.open() as reader, pytest.raises(OSError, match="shorter"):
        reader.read()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.mp3"
    body = sample("cbr-no-header.mp3")
    start = mp3.walk(SAMPLES / "cbr-no-header.mp3").start
    with path.open("wb") as file:
        for _ in range(5000):
            file.write(body[start:])
    assert path.stat().st_size > 25 << 20
    tracemalloc.start()
    try:
        digest_of(tagged(path, "audio/mpeg", TAGS).open)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize(
    ("name", "type"),
    [("wav.wav", "audio/mp4"), ("wav.wav", "audio/wav"), ("video.mp4", "")],
)
def test_what_cannot_be_tagged(name: str, type: str) -> None:
    with pytest.raises(AudioError) as caught:
        tagged(SAMPLES / name, type, TAGS)
    assert caught.value.help


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_damaged_m4a_cannot_be_tagged(share: float, tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(sample("index-first.m4a")[: int(len(sample("index-first.m4a")) * share)])
    with pytest.raises(AudioError):
        tagged(path, "audio/mp4", TAGS)
