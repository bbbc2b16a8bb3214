"""Opus and FLAC with our comments: read by other people's programs, the sound untouched."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from mutagen.flac import FLAC
from mutagen.flac import Picture as FlacPicture
from mutagen.oggopus import OggOpus
from PIL import Image

from publisher.audio.ogg.pages import Gap, Page, read_pages
from publisher.audio.probe import probe
from publisher.audio.spliced import Patched
from publisher.audio.tagged import AudioError, Tagged, digest_of, tagged
from publisher.audio.tags import Picture, TagChapter, Tags
from tests.support.require import require_program
from tests.unit.audio import COVER, SAMPLES, TAGS, sample
from tests.unit.audio.test_formats import made
from tests.unit.audio.test_tagged import decoded, ffprobe, write

TYPES = {"opus.ogg": "audio/ogg", "flac.flac": "audio/flac"}
PLAIN = Tags(title="Short")


def large_cover() -> Picture:
    """Noise of more than 300 KB, which fills several pages."""
    file = BytesIO()
    noise = random.Random(1).randbytes(420 * 420 * 3)
    Image.frombytes("RGB", (420, 420), noise).save(file, "PNG")
    assert len(file.getvalue()) > 300_000
    return Picture("image/png", file.getvalue())


LARGE = replace(TAGS, cover=large_cover(), lyrics="Silvija: Hei.\n" * 10_000)


def opus_pages(path: Path) -> list[Page]:
    with path.open("rb") as file:
        found = list(read_pages(file, 0, path.stat().st_size))
    assert not any(isinstance(page, Gap) for page in found), "a checksum is wrong"
    return [page for page in found if isinstance(page, Page)]


def packets(path: Path) -> str:
    """FFmpeg's digest of each packet of the sound, with its times."""
    command = [require_program("ffmpeg"), "-v", "error", "-i", str(path), "-map", "0:a", "-c", "copy"]
    return subprocess.run(
        [*command, "-f", "framemd5", "-"], check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("tags", [PLAIN, TAGS, LARGE], ids=["few", "all", "large"])
@pytest.mark.parametrize("name", TYPES)
def test_the_sound_is_untouched(name: str, tags: Tags, tmp_path: Path) -> None:
    out = write(tagged(SAMPLES / name, TYPES[name], tags), tmp_path / name)
    assert packets(out) == packets(SAMPLES / name)
    assert decoded(out) == decoded(SAMPLES / name)
    was, found = probe(SAMPLES / name), probe(out)
    assert found.findings == ()
    assert (found.duration_seconds, found.bitrate) == (was.duration_seconds, was.bitrate)
    assert found.has_artwork == (tags.cover is not None)


@pytest.mark.parametrize("name", TYPES)
def test_tagging_again_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    first = tagged(SAMPLES / name, TYPES[name], TAGS)
    after_other = tagged(
        write(tagged(SAMPLES / name, TYPES[name], LARGE), tmp_path / "other"), TYPES[name], TAGS
    )
    again = tagged(write(first, tmp_path / "again"), TYPES[name], TAGS)
    assert digest_of(first.open) == digest_of(again.open) == digest_of(after_other.open)


@pytest.mark.parametrize("tags", [TAGS, LARGE], ids=["all", "large"])
@pytest.mark.parametrize("name", TYPES)
def test_ffprobe_reads_it(name: str, tags: Tags, tmp_path: Path) -> None:
    out = write(tagged(SAMPLES / name, TYPES[name], tags), tmp_path / name)
    told = ffprobe(out)
    texts = told["format"].get("tags") or told["streams"][0]["tags"]
    texts = {key.lower(): value for key, value in texts.items()}
    assert texts["title"] == "Å bygge – sammen 🎧"
    assert texts["artist"] == "Silvija Seres;Ola Nordmann"
    assert (texts["album"], texts["date"]) == ("Showet", "2020-09-02T04:00:00Z")
    assert (texts["track"], texts["disc"], texts["genre"]) == ("796", "2", "Podcast")
    assert texts["podcasturl"] == "https://example.org/feed.xml"
    assert texts["lyrics"] == tags.lyrics
    assert [stream["codec_name"] for stream in told["streams"]][1:] == ["png"]
    listed = [(float(one["start_time"]), one["tags"]["title"]) for one in told["chapters"]]
    assert listed == [(0, "Åpning"), (0.5, "Slutt")]
    found = [(chapter.start_seconds, chapter.title, chapter.url) for chapter in probe(out).chapters]
    assert found == [(0, "Åpning", "https://example.org/1"), (0.5, "Slutt", "")]


@pytest.mark.parametrize("tags", [PLAIN, TAGS, LARGE], ids=["few", "all", "large"])
def test_opusinfo_finds_nothing_wrong(tags: Tags, tmp_path: Path) -> None:
    out = write(tagged(SAMPLES / "opus.ogg", "audio/ogg", tags), tmp_path / "a.opus")
    done = subprocess.run([require_program("opusinfo"), str(out)], capture_output=True, text=True)
    assert done.returncode == 0
    said = done.stdout + done.stderr
    assert f"TITLE={tags.title}" in said or tags.title not in said.encode("ascii", "ignore").decode()
    for word in ("WARNING", "ERROR", "hole", "corrupt", "Negative"):
        assert word.lower() not in said.lower(), said


@pytest.mark.parametrize("tags", [PLAIN, LARGE], ids=["few", "large"])
def test_flac_finds_nothing_wrong(tags: Tags, tmp_path: Path) -> None:
    out = write(tagged(SAMPLES / "flac.flac", "audio/flac", tags), tmp_path / "a.flac")
    command = [require_program("flac"), "-t", "-w", "-s", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", TYPES)
def test_mediainfo_reads_it(name: str, tmp_path: Path) -> None:
    out = write(tagged(SAMPLES / name, TYPES[name], TAGS), tmp_path / name)
    command = [require_program("mediainfo"), "--Output=JSON", str(out)]
    told: Any = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    general = told["media"]["track"][0]
    assert general["Title"] == "Å bygge – sammen 🎧"
    assert general["Cover"] == "Yes"
    assert float(general["Duration"]) == pytest.approx(1.513, abs=0.01)


def test_mutagen_reads_the_picture(tmp_path: Path) -> None:
    from base64 import b64decode

    opus: Any = OggOpus(write(tagged(SAMPLES / "opus.ogg", "audio/ogg", LARGE), tmp_path / "a.opus"))
    flac: Any = FLAC(write(tagged(SAMPLES / "flac.flac", "audio/flac", LARGE), tmp_path / "a.flac"))
    inside = FlacPicture(b64decode(opus["metadata_block_picture"][0]))
    for picture in (inside, *flac.pictures):
        assert (picture.type, picture.mime, picture.width, picture.height) == (3, "image/png", 420, 420)
        assert picture.data == LARGE.cover.data  # type: ignore[union-attr]
    assert opus["artist"] == flac["artist"] == ["Silvija Seres", "Ola Nordmann"]


def test_pages_are_numbered_without_a_hole(tmp_path: Path) -> None:
    source = made(tmp_path / "source.opus", "-c:a", "libopus", "-page_duration", "20000", seconds=5)
    before = opus_pages(source)
    for tags in (PLAIN, LARGE):
        result = tagged(source, "audio/ogg", tags)
        pages = opus_pages(write(result, tmp_path / "out.opus"))
        assert [page.sequence for page in pages] == list(range(len(pages)))
        sound = pages[-(len(before) - 2) :]
        assert [bytes(page.body) for page in sound] == [bytes(page.body) for page in before[2:]]
        assert [(page.granule, page.flags) for page in sound] == [(p.granule, p.flags) for p in before[2:]]
    assert isinstance(result.pieces[-1], Patched)


def test_the_reader_gives_the_same_from_anywhere(tmp_path: Path) -> None:
    source = made(tmp_path / "source.opus", "-c:a", "libopus", "-page_duration", "20000", seconds=2)
    result = tagged(source, "audio/ogg", LARGE)
    with result.open() as reader:
        whole = reader.read()
    assert len(whole) == result.length_bytes
    assert hashlib.sha256(whole).hexdigest() == digest_of(result.open)
    chance = random.Random(1)
    with result.open() as reader:
        for _ in range(3_000):
            at = chance.randrange(len(whole) - 6_000, len(whole))
            count = chance.randrange(1, 40)
            reader.seek(at)
            assert reader.read(count) == whole[at : at + count]


def test_damage_stays_noticeable(tmp_path: Path) -> None:
    """A checksum is moved along with the number, and not made anew over whatever is there."""
    data = bytearray(sample("opus.ogg"))
    data[-100] ^= 1
    source = tmp_path / "a.opus"
    source.write_bytes(data)
    out = write(tagged(source, "audio/ogg", LARGE), tmp_path / "out.opus")
    for path in (source, out):
        assert [finding.rule for finding in probe(path).findings if finding.severity == "error"]


def test_more_chapters_than_numbers(tmp_path: Path) -> None:
    tags = Tags(chapters=tuple(TagChapter(place / 1000, title=f"{place}") for place in range(1200)))
    out = write(tagged(SAMPLES / "opus.ogg", "audio/ogg", tags), tmp_path / "a.opus")
    assert [chapter.title for chapter in probe(out).chapters] == [f"{place}" for place in range(1000)]


def damaged_opus() -> dict[str, bytes]:
    data = sample("opus.ogg")
    second = data.index(b"OggS", 4)
    third = data.index(b"OggS", second + 4)
    return {
        "cut": data[:-50],
        "cut within its header": data[: third - 10],
        "without sound": data[:third],
        "joined": data * 2,
        "no Opus": data.replace(b"OpusHead", b"OpusHaed"),
        "a wrong checksum in its header": data[: second + 60] + b"\0\1" + data[second + 62 :],
        "empty": b"",
    }


@pytest.mark.parametrize("name", damaged_opus())
def test_what_opus_cannot_be_tagged(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.opus"
    path.write_bytes(damaged_opus()[name])
    with pytest.raises(AudioError) as caught:
        tagged(path, "audio/ogg", TAGS)
    assert caught.value.help


@pytest.mark.parametrize("count", [0, 3, 30, 60])
def test_what_flac_cannot_be_tagged(count: int, tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(sample("flac.flac")[:count])
    with pytest.raises(AudioError):
        tagged(path, "audio/flac", TAGS)


def test_a_picture_that_is_none(tmp_path: Path) -> None:
    tags = replace(TAGS, cover=Picture("image/png", b"no picture"))
    out = write(tagged(SAMPLES / "flac.flac", "audio/flac", tags), tmp_path / "a.flac")
    assert FLAC(out).pictures[0].data == b"no picture"


def test_opened_more_than_once() -> None:
    result: Tagged = tagged(SAMPLES / "opus.ogg", "audio/ogg", replace(LARGE, cover=COVER))
    with result.open() as one, result.open() as two:
        first, second = BytesIO(), BytesIO()
        shutil.copyfileobj(one, first, 1000)
        shutil.copyfileobj(two, second, 777)
    assert first.getvalue() == second.getvalue()
