"""The released audio read by ffprobe, eyeD3, mp3val and mediainfo: none of them is what wrote the tags."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import eyed3
import pytest
from PIL import Image

from tests.clients.stand import PUBLIC_URL, Stand, artists, chapters, parse_html, published
from tests.clients.test_parsers import SHOW_GUID
from tests.support.require import require_program

TRAILER = "0000-smakebit"
PICTURED = "0001-hvordan-finner-en-podkast-fram"
M4A = "0002-hva-husker-en-fjord"
EMBEDDED = "0003-hvorfor-glemmer-vi"
MP3S = (TRAILER, PICTURED, EMBEDDED)
ALL = (*MP3S, M4A)

# FFmpeg shows the chapters of an MP3 later by the encoder's delay.
_CHAPTER_SECONDS = 0.030


def _output(program: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [require_program(program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _ffprobe(path: Path) -> Any:
    shown = ("-show_format", "-show_streams", "-show_chapters")
    return json.loads(_output("ffprobe", "-v", "error", *shown, "-of", "json", path))


def _mediainfo(path: Path) -> dict[str, Any]:
    tracks = json.loads(_output("mediainfo", "--Output=JSON", path))["media"]["track"]
    (general,) = (track for track in tracks if track["@type"] == "General")
    found: dict[str, Any] = general
    return found


def _moment(stand: Stand, slug: str) -> str:
    return f"{published(stand.episode(slug)):%Y-%m-%dT%H:%M:%S}"


def _guid(slug: str) -> str:
    return str(uuid.uuid5(SHOW_GUID, slug))


def _opening_of_transcript(stand: Stand, slug: str) -> str:
    """The first words that are spoken, which every form of the transcript has."""
    return {
        TRAILER: "Hva ville en fjord sagt, hvis den kunne snakke?",
        PICTURED: "Velkommen til Tingen har ordet, programmet der ting får slippe til.",
        M4A: "Velkommen til Tingen har ordet.",
        EMBEDDED: "Velkommen til Tingen har ordet.",
    }[slug]


def _expect_chapters(stand: Stand, slug: str, found: list[tuple[float, float, str]]) -> None:
    episode = stand.episode(slug)
    expected = chapters(episode)
    assert episode.audio is not None
    assert [title for _, _, title in found] == [chapter.title for chapter in expected]
    following = [*(chapter.start_seconds for chapter in expected[1:]), episode.audio.duration_seconds]
    for (start, end, _), chapter, next_start in zip(found, expected, following, strict=True):
        assert start == pytest.approx(chapter.start_seconds, abs=_CHAPTER_SECONDS)
        last = next_start if chapter.end_seconds is None else chapter.end_seconds
        assert end == pytest.approx(last, abs=_CHAPTER_SECONDS)


def _ffprobe_chapters(path: Path) -> list[tuple[float, float, str]]:
    return [
        (float(chapter["start_time"]), float(chapter["end_time"]), chapter["tags"]["title"])
        for chapter in _ffprobe(path)["chapters"]
    ]


@pytest.mark.parametrize("slug", ALL)
def test_ffprobe_shows_what_a_player_shows(released: Stand, slug: str) -> None:
    episode, show = released.episode(slug), released.show
    probed = _ffprobe(released.enclosure(slug))
    tags = probed["format"]["tags"]
    names = artists(show, episode)
    assert tags["title"] == episode.title
    assert tags["album"] == show.title
    assert tags["album_artist"] == show.author
    assert tags["genre"] == "Podcast"
    assert tags["copyright"] == show.copyright
    assert tags.get("track") == (str(episode.number) if episode.number else None)
    assert tags["disc"] == str(episode.season)
    assert tags["date"].removesuffix("Z") == _moment(released, slug)
    assert tags["itunes:episodeType"] == episode.type
    assert tags["podcast:guid"] == str(SHOW_GUID)
    assert tags["language" if slug != M4A else "LANGUAGE"] in (show.language, "nob")
    if slug == M4A:
        assert tags["artist"] == " / ".join(names)
    else:
        assert tags["artist"] == names[0]
        assert tags["ARTISTS"] == " / ".join(names)
    if episode.summary:
        assert tags["comment"] == episode.summary
    (lyrics,) = (text for name, text in tags.items() if name.startswith("lyrics"))
    assert _opening_of_transcript(released, slug) in lyrics
    sound, cover = (
        next(stream for stream in probed["streams"] if stream["codec_type"] == kind)
        for kind in ("audio", "video")
    )
    assert sound["codec_name"] == ("aac" if slug == M4A else "mp3")
    assert cover["disposition"]["attached_pic"] == 1
    assert cover["width"] == cover["height"] >= 300


@pytest.mark.parametrize("slug", [EMBEDDED, M4A, PICTURED])
def test_ffprobe_shows_every_chapter(released: Stand, slug: str) -> None:
    _expect_chapters(released, slug, _ffprobe_chapters(released.enclosure(slug)))


@pytest.mark.parametrize("slug", ALL)
def test_ffprobe_and_mediainfo_agree_on_the_duration(released: Stand, slug: str) -> None:
    audio, path = released.episode(slug).audio, released.enclosure(slug)
    assert audio is not None
    assert float(_ffprobe(path)["format"]["duration"]) == pytest.approx(audio.duration_seconds, abs=0.06)
    assert float(_mediainfo(path)["Duration"]) == pytest.approx(audio.duration_seconds, abs=0.06)


@pytest.mark.parametrize("slug", ALL)
def test_ffmpeg_decodes_the_whole_without_a_word(released: Stand, slug: str) -> None:
    program, path = require_program("ffmpeg"), released.enclosure(slug)
    done = subprocess.run(
        [program, "-v", "error", "-xerror", "-i", path, "-map", "0:a", "-f", "null", "-"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("slug", ALL)
def test_the_cover_that_ffmpeg_takes_out_is_the_episodes_own_else_the_shows(
    released: Stand, slug: str, tmp_path: Path
) -> None:
    taken = tmp_path / "cover.jpg"
    _output("ffmpeg", "-v", "error", "-i", released.enclosure(slug), "-map", "0:v", "-c", "copy", taken)
    own, shows = released.episode(slug).artwork, released.show.artwork
    assert (own is not None) is (slug == M4A)
    assert shows is not None
    expected, other = (own, shows) if own else (shows, released.episode(M4A).artwork)
    assert other is not None
    assert _difference(taken, released.folder / expected.source.path) < 4
    assert _difference(taken, released.folder / other.source.path) > 10


def _difference(one: Path, two: Path) -> float:
    """How far two pictures are apart once both are small: the mean over all samples, of 255."""
    samples: list[bytes] = []
    for path in (one, two):
        with Image.open(path) as image:
            samples.append(image.convert("RGB").resize((32, 32), Image.Resampling.BOX).tobytes())
    first, second = samples
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


@pytest.mark.parametrize("slug", ALL)
def test_mediainfo_shows_a_podcast(released: Stand, slug: str) -> None:
    episode, show = released.episode(slug), released.show
    shown = _mediainfo(released.enclosure(slug))
    assert shown["Title"] == episode.title
    assert shown["Album"] == show.title
    assert shown["Genre"] == "Podcast"
    assert shown["Cover"] == "Yes"
    assert shown["Copyright"] == show.copyright
    assert shown.get("Track_Position") == (str(episode.number) if episode.number else None)
    if slug == M4A:
        assert shown["ContentType"] == "Podcast"
        assert shown["extra"]["Podcast"] == "Yes"
        assert shown["Performer"] == " / ".join(artists(show, episode))
    else:
        assert shown["PodcastCategory"] == show.categories[0]


@pytest.mark.parametrize("slug", MP3S)
def test_mp3val_finds_no_fault(released: Stand, slug: str) -> None:
    said = _output("mp3val", released.enclosure(slug))
    assert "INFO" in said
    assert "WARNING" not in said
    assert "ERROR" not in said
    assert "+ID3v2" in said


@pytest.mark.parametrize("slug", MP3S)
def test_eyed3s_command_shows_the_episode(released: Stand, slug: str) -> None:
    episode, show = released.episode(slug), released.show
    lines = [line.rstrip() for line in _output("eyeD3", "--no-color", released.enclosure(slug)).splitlines()]
    for line in (
        "ID3 v2.4:",
        f"title: {episode.title}",
        f"album: {show.title}",
        f"album artist: {show.author}",
        f"Publisher/label: {show.author}",
        "Comment: [Description: ] [Lang: nob]",
        "Lyrics: [Description: ] [Lang: nob]",
    ):
        assert line in lines, line
    # Versions of eyeD3 show a full minute with its seconds or without.
    assert any(line.startswith(f"release date: {_moment(released, slug)[:16]}") for line in lines)
    (front,) = (line for line in lines if line.startswith("FRONT_COVER Image:"))
    assert "image/jpeg" in front
    assert any(_opening_of_transcript(released, slug) in line for line in lines)


@pytest.mark.parametrize("version", [4, 3])
@pytest.mark.parametrize("slug", MP3S)
def test_eyed3_reads_every_frame(
    released: Stand, released_with_id3v23: Stand, slug: str, version: int
) -> None:
    stand = released if version == 4 else released_with_id3v23
    episode, show = stand.episode(slug), stand.show
    tag = eyed3.load(stand.enclosure(slug)).tag
    assert tag.version[:2] == (2, version)
    names = artists(show, episode)
    assert tag.title == episode.title
    assert tag.artist.split("\0" if version == 4 else " / ") == names
    assert tag.album == show.title
    assert tag.album_artist == tag.publisher == show.author
    assert tag.copyright == show.copyright
    assert tag.track_num[0] == episode.number
    assert tag.disc_num[0] == episode.season
    assert tag.genre.name == "Podcast"
    moment = _moment(stand, slug)
    if version == 4:
        assert str(tag.release_date) == str(tag.recording_date) == moment.removesuffix(":00")
    else:
        # eyeD3 takes the frame of day and month for a year, and drops what is no good one.
        assert str(tag.getBestDate()).startswith(moment[:4])
    assert {frame.lang for frame in tag.comments} == {frame.lang for frame in tag.lyrics} == {b"nob"}
    (comment,) = tag.comments
    assert comment.text == episode.summary or not episode.summary
    (lyrics,) = tag.lyrics
    assert _opening_of_transcript(stand, slug) in lyrics.text
    (cover,) = tag.images
    assert (cover.picture_type, cover.mime_type) == (cover.FRONT_COVER, "image/jpeg")
    assert len(cover.image_data) <= 300_000
    single = {name: tag.frame_set[name][0] for name in (b"PCST", b"WFED", b"TGID", b"TDES", b"TLAN", b"TCAT")}
    assert single[b"PCST"].data == bytes(4)
    assert single[b"WFED"].text == f"{PUBLIC_URL}feed.xml"
    assert single[b"TGID"].text == _guid(slug)
    assert single[b"TLAN"].text == "nob"
    assert single[b"TCAT"].text == show.categories[0]
    named = {frame.description: frame.text for frame in tag.user_text_frames}
    assert named["podcast:guid"] == str(SHOW_GUID)
    assert named["itunes:episodeType"] == episode.type
    assert named["language"] == show.language
    page = f"{PUBLIC_URL}episodes/{slug}/"
    assert tag.frame_set[b"WOAF"][0].url.rstrip("\0") == page
    assert tag.frame_set[b"WOAS"][0].url.rstrip("\0") == PUBLIC_URL
    notes = "".join(parse_html(named["show notes"]).itertext())
    assert all(guest.name in notes for guest in episode.guests)


@pytest.mark.parametrize("version", [4, 3])
@pytest.mark.parametrize("slug", [PICTURED, EMBEDDED])
def test_eyed3_reads_every_chapter(
    released: Stand, released_with_id3v23: Stand, slug: str, version: int
) -> None:
    stand = released if version == 4 else released_with_id3v23
    expected = chapters(stand.episode(slug))
    tag = eyed3.load(stand.enclosure(slug)).tag
    found = list(tag.chapters)
    _expect_chapters(
        stand, slug, [(frame.times.start / 1000, frame.times.end / 1000, frame.title) for frame in found]
    )
    assert [(frame.user_url or "").rstrip("\0") for frame in found] == [chapter.url for chapter in expected]
    pictured = [bool(chapter.image) for chapter in expected]
    assert [b"APIC" in frame.sub_frames for frame in found] == pictured
    for frame in found:
        if b"APIC" in frame.sub_frames:
            (picture,) = frame.sub_frames[b"APIC"]
            assert picture.mime_type == "image/jpeg"
            assert picture.image_data.startswith(b"\xff\xd8\xff")
    (table,) = tag.table_of_contents
    assert table.toplevel
    assert table.ordered
    listed = [frame.element_id for frame, chapter in zip(found, expected, strict=True) if chapter.toc]
    assert table.child_ids == listed


@pytest.mark.parametrize("slug", MP3S)
def test_ffprobe_reads_id3v23_as_well(released_with_id3v23: Stand, slug: str) -> None:
    stand = released_with_id3v23
    episode, show = stand.episode(slug), stand.show
    path = stand.enclosure(slug)
    tags = _ffprobe(path)["format"]["tags"]
    assert tags["title"] == episode.title
    assert tags["album"] == show.title
    assert tags["artist"] == " / ".join(artists(show, episode))
    assert tags["disc"] == str(episode.season)
    assert tags["date"].startswith(_moment(stand, slug)[:10])
    if chapters(episode):
        _expect_chapters(stand, slug, _ffprobe_chapters(path))


@pytest.mark.parametrize("slug", MP3S)
def test_mp3val_finds_no_fault_in_id3v23_either(released_with_id3v23: Stand, slug: str) -> None:
    said = _output("mp3val", released_with_id3v23.enclosure(slug))
    assert "WARNING" not in said
    assert "ERROR" not in said


def test_the_option_changes_the_tags_alone(released: Stand, released_with_id3v23: Stand) -> None:
    m4a = released.enclosure(M4A)
    assert released_with_id3v23.enclosure(M4A).name == m4a.name
    for slug in MP3S:
        assert released_with_id3v23.enclosure(slug).name != released.enclosure(slug).name
