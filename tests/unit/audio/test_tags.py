from __future__ import annotations

import io
import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from mutagen.id3 import ID3

from publisher.audio.chapters import read_chapters_from
from publisher.audio.mp3.id3 import ascii_url, id3_bytes
from publisher.audio.mp3.outer_tags import id3v2_length
from publisher.audio.tags import Picture, TagChapter, Tags, chapter_ends, language_code
from tests.support.require import require_program
from tests.unit.audio import COVER, TAGS


def read(tags: Tags, version: int = 4) -> ID3:
    return ID3(io.BytesIO(id3_bytes(tags, version=version)), translate=False)


def chapters_of(
    tags: Tags, version: int = 4, duration_seconds: float | None = None
) -> list[tuple[float, float | None]]:
    data = id3_bytes(tags, version=version, duration_seconds=duration_seconds)
    found = read_chapters_from(io.BytesIO(data), len(data), "audio/mpeg").chapters
    return [(chapter.start_seconds, chapter.end_seconds) for chapter in found]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("nb", "nob"),
        ("nn-NO", "nno"),
        ("no", "nor"),
        ("en-GB", "eng"),
        ("SV", "swe"),
        ("de", "deu"),
        ("pt_BR", "por"),
        ("sme", "sme"),
        ("zh-Hant", "zho"),
        ("", "und"),
        ("x-klingon", "und"),
        ("qq", "und"),
    ],
)
def test_language_code(tag: str, code: str) -> None:
    assert language_code(tag) == code


def test_every_frame_of_2_4() -> None:
    id3 = read(TAGS)
    assert id3.version == (2, 4, 0)
    texts = {name: id3[name].text for name in id3 if name.startswith("T") and name[:4] != "TXXX"}
    assert {name: [str(text) for text in values] for name, values in texts.items()} == {
        "TIT2": ["Å bygge – sammen 🎧"],
        "TIT3": ["Kort sagt."],
        "TALB": ["Showet"],
        "TPE1": ["Silvija Seres", "Ola Nordmann"],
        "TPE2": ["Læringslaben"],
        "TPUB": ["Læringslaben"],
        "TCOP": ["© 2020 Læringslaben"],
        "TRCK": ["796"],
        "TPOS": ["2"],
        "TDRL": ["2020-09-02 04:00:00"],
        "TDRC": ["2020-09-02 04:00:00"],
        "TCON": ["Podcast"],
        "TLAN": ["nob"],
        "TDES": ["Lang\ntekst."],
        "TGID": ["episode-guid"],
        "TCAT": ["Technology"],
        "TKWD": ["læring, teknologi"],
    }
    assert id3["COMM::nob"].text == ["Kort sagt."]
    assert id3["USLT::nob"].text == "Silvija: Hei.\nOla: Hallo."
    assert id3["TXXX:show notes"].text == ["<p>Notater &amp; mer</p>"]
    assert id3["TXXX:podcast:guid"].text == ["show-guid"]
    assert id3["TXXX:itunes:episodeType"].text == ["full"]
    assert id3["TXXX:ARTISTS"].text == ["Silvija Seres / Ola Nordmann"]
    assert id3["WOAF"].url == "https://example.org/%C3%A5/796"
    assert id3["WXXX:"].url == "https://example.org/%C3%A5/796"
    assert id3["WOAS"].url == "https://example.org/"
    assert id3["APIC:"].data == COVER.data
    assert (id3["APIC:"].type, id3["APIC:"].mime) == (3, COVER.type)
    assert "PCST" in id3


def test_the_feed_address_is_a_text_frame_as_itunes_writes_it() -> None:
    data = id3_bytes(Tags(feed_url="https://example.org/feed.xml"))
    at = data.index(b"WFED") + 10
    assert data[at : at + 30].startswith(b"\x03https://example.org/feed.xml")


def test_2_3_has_the_old_frames_in_utf_16() -> None:
    id3 = read(TAGS, version=3)
    assert id3.version == (2, 3, 0)
    assert id3["TPE1"].text == ["Silvija Seres / Ola Nordmann"]
    assert (id3["TYER"].text, id3["TDAT"].text, id3["TIME"].text) == (["2020"], ["0209"], ["0400"])
    assert "TDRC" not in id3
    assert "TXXX:ARTISTS" not in id3
    assert id3["TIT2"].text == ["Å bygge – sammen 🎧"]
    assert id3["TIT2"].encoding == 1
    assert chapters_of(TAGS, version=3) == chapters_of(TAGS)


def test_what_is_empty_is_left_out() -> None:
    assert sorted(read(Tags())) == ["PCST", "TCON"]


@pytest.mark.parametrize("version", [3, 4])
def test_the_header_says_the_length_and_nothing_is_padded(version: int) -> None:
    data = id3_bytes(TAGS, version=version)
    assert id3v2_length(data[:10]) == len(data)
    assert data == id3_bytes(TAGS, version=version)
    assert not data.endswith(bytes(4))


def test_an_unknown_version() -> None:
    with pytest.raises(ValueError, match=r"ID3v2\.2"):
        id3_bytes(TAGS, version=2)


def test_the_date_is_written_in_utc() -> None:
    local = datetime(2020, 9, 2, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert read(Tags(released=local))["TDRL"].text[0].text == "2020-09-01 23:30:00"


def test_a_long_comment_is_no_subtitle() -> None:
    id3 = read(Tags(comment="x" * 300))
    assert "TIT3" not in id3
    assert id3["COMM::und"].text == ["x" * 300]


def test_chapters_stand_in_order_with_ends_links_and_pictures() -> None:
    id3 = read(TAGS)
    toc = id3["CTOC:toc"]
    assert int(toc.flags) == 3
    assert toc.child_element_ids == ["chp0", "chp1"]
    first, second, hidden = (id3[f"CHAP:chp{place}"] for place in range(3))
    assert [(c.start_time, c.end_time) for c in (first, second, hidden)] == [
        (0, 500),
        (500, 1000),
        (1000, 1000),
    ]
    assert first.sub_frames["TIT2"].text == ["Åpning"]
    assert first.sub_frames["WXXX:chapter url"].url == "https://example.org/1"
    assert first.sub_frames["APIC:"].mime == "image/png"
    data = id3_bytes(TAGS)
    assert data.index(b"chp0\0", data.index(b"CHAP")) < data.index(b"chp1\0", data.index(b"CHAP"))


def test_the_last_chapter_ends_with_the_audio() -> None:
    assert chapters_of(TAGS, duration_seconds=1.5)[-1] == (1.0, 1.5)


def test_more_chapters_than_one_table_holds() -> None:
    tags = Tags(chapters=tuple(TagChapter(float(at), title=f"Kapittel {at}") for at in range(600)))
    id3 = read(tags)
    assert id3["CTOC:toc"].child_element_ids == ["toc0", "toc1", "toc2"]
    assert [len(id3[f"CTOC:toc{place}"].child_element_ids) for place in range(3)] == [255, 255, 90]
    data = id3_bytes(tags)
    found = read_chapters_from(io.BytesIO(data), len(data), "audio/mpeg").chapters
    assert [chapter.title for chapter in found] == [f"Kapittel {at}" for at in range(600)]
    assert all(chapter.toc for chapter in found)


def test_what_was_written_is_read_back() -> None:
    data = id3_bytes(TAGS, duration_seconds=1.5)
    found = read_chapters_from(io.BytesIO(data), len(data), "audio/mpeg")
    assert [(c.title, c.url, c.toc) for c in found.chapters] == [
        ("Åpning", "https://example.org/1", True),
        ("Slutt", "", True),
        ("Skjult", "", False),
    ]
    assert found.pictures == {0: ("image/png", COVER.data)}


@pytest.mark.parametrize("version", [3, 4])
def test_unsynchronised_tags_are_read(version: int) -> None:
    """Zeros put in behind 0xFF, as old players wanted: the whole tag in 2.3, each frame in 2.4."""
    picture = Picture("image/jpeg", b"\xff\xd8\xff\x00\xff\xe0" * 50)
    plain = id3_bytes(Tags(genre="", chapters=(TagChapter(0, 1, "Én", picture=picture),)), version=version)
    frames = plain[10:]
    if version == 3:
        frames = frames.replace(b"\xff", b"\xff\0")
    else:
        frames = b"".join(_unsynchronised(frame) for frame in _split(frames))
    length = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    data = b"ID3" + bytes((version, 0, 0x80)) + length + frames
    found = read_chapters_from(io.BytesIO(data), len(data), "audio/mpeg")
    assert [chapter.title for chapter in found.chapters] == ["Én"]
    assert found.pictures == {0: ("image/jpeg", picture.data)}


def _split(frames: bytes) -> list[bytes]:
    found = []
    while frames:
        length = 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(frames[4:8], (21, 14, 7, 0), strict=True)
        )
        found.append(frames[:length])
        frames = frames[length:]
    return found


def _unsynchronised(frame: bytes) -> bytes:
    body = frame[10:].replace(b"\xff", b"\xff\0")
    length = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return frame[:4] + length + frame[8:9] + bytes((frame[9] | 2,)) + body


def test_without_any_table_all_chapters_show() -> None:
    data = id3_bytes(TAGS).replace(b"CTOC", b"XTOC")
    found = read_chapters_from(io.BytesIO(data), len(data), "audio/mpeg").chapters
    assert [chapter.toc for chapter in found] == [True, True, True]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://example.org/a?b=c&d=%20", "https://example.org/a?b=c&d=%20"),
        ("https://example.org/blåbær?q=ø#æ", "https://example.org/bl%C3%A5b%C3%A6r?q=%C3%B8#%C3%A6"),
        ("https://blåbær.no/x", "https://xn--blbr-roah.no/x"),
        ("https://[é/", "https://[%C3%A9/"),
    ],
)
def test_addresses_are_ascii(given: str, written: str) -> None:
    assert ascii_url(given) == written


def test_chapter_ends_are_filled_in() -> None:
    chapters = (TagChapter(0), TagChapter(5, 6), TagChapter(7), TagChapter(7), TagChapter(9))
    assert chapter_ends(chapters, 12.0) == (5, 6, 9, 9, 12)
    assert chapter_ends(chapters, None) == (5, 6, 9, 9, 9)
    assert chapter_ends(chapters, 8.0)[-1] == 9


def test_no_released_no_date() -> None:
    assert "TDRC" not in read(replace(TAGS, released=None))
    assert TAGS.released == datetime(2020, 9, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize("version", [3, 4])
def test_ffprobe_shows_chapters_with_long_titles_links_and_pictures(tmp_path: Path, version: int) -> None:
    """FFmpeg misreads sizes of more than seven bits inside a CHAP of ID3v2.4."""
    program = require_program("ffprobe")
    sizes = (
        (0, 0, 0),
        (126, 0, 127),
        (127, 130, 128),
        (900, 300, 5_000),
        (3, 20, 16_300),
        (128, 2000, 40_000),
    )
    chapters = tuple(
        TagChapter(
            float(place),
            title="å" * title or "x",
            url="https://example.com/" + "x" * url,
            picture=Picture("image/jpeg", b"\xff\xd8\xff" + b"a" * picture) if picture else None,
        )
        for place, (title, url, picture) in enumerate(sizes)
    )
    path = tmp_path / "tagged.mp3"
    sound = (Path(__file__).parents[2] / "audio" / "cbr.mp3").read_bytes()
    path.write_bytes(id3_bytes(Tags(chapters=chapters), version=version, duration_seconds=9) + sound)
    asked = [program, "-v", "error", "-show_chapters", "-of", "json", str(path)]
    shown = json.loads(subprocess.run(asked, capture_output=True, check=True, timeout=60).stdout)["chapters"]
    assert [chapter["tags"]["title"] for chapter in shown] == [chapter.title for chapter in chapters]
    assert [float(chapter["start_time"]) for chapter in shown] == [c.start_seconds for c in chapters]
