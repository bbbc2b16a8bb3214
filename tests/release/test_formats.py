"""Whatever comes in, in every form that can be wanted: as other people's programs read what was released."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publisher.release import publish
from tests.release.test_sound import CHAPTERS, NOW, manifest
from tests.sound import judges
from tests.sound.material import FORMATS, SECONDS, speech, write
from tests.support.shows import add_episode, edit_show, make_show

_LUFS = -17
_CODECS = {"mp3": "mp3", "m4a": "aac", "opus": "opus"}


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One episode of each kind of file that people bring, half of them in stereo."""
    show = make_show(tmp_path_factory.mktemp("formats") / "show", episodes=[])
    for number, (name, arguments) in enumerate(FORMATS.items(), 1):
        slug = f"{number:04}-{name.replace('.', '-')}"
        episode = add_episode(show, slug, sound=None, number=number, chapters=CHAPTERS)
        write(episode / name, speech(channels=1 + number % 2), *arguments)
    return show


@pytest.mark.parametrize("format", _CODECS)
def test_every_format_goes_out_in_every_form(brought: Path, tmp_path: Path, format: str) -> None:
    edit_show(brought, audio={"format": format, "loudness": _LUFS})
    assert publish(brought, to=str(tmp_path / "public"), now=NOW).released
    released = manifest(tmp_path / "public").episodes
    assert len(released) == len(FORMATS)
    for episode in released:
        path = tmp_path / "public" / episode.enclosure.object.key
        assert path.suffix == f".{format}"
        _judge(path, episode.slug, 1 + int(episode.slug[:4]) % 2, format)


def _judge(path: Path, slug: str, channels: int, format: str) -> None:
    told = judges.ffprobe(path)
    sound = next(stream for stream in told["streams"] if stream["codec_type"] == "audio")
    assert (sound["codec_name"], sound["channels"]) == (_CODECS[format], channels), slug
    assert float(sound.get("duration", told["format"]["duration"])) == pytest.approx(SECONDS, abs=0.05), slug
    assert _tags(told)["title"] == f"About {slug}"
    pictures = [stream for stream in told["streams"] if stream["disposition"]["attached_pic"]]
    assert [(picture["codec_name"], picture["width"] > 0) for picture in pictures] == [("mjpeg", True)], slug
    assert [(float(chapter["start_time"]), chapter["tags"]["title"]) for chapter in told["chapters"]] == [
        (chapter["start"], chapter["title"]) for chapter in CHAPTERS
    ], slug
    loudness, peak = judges.loudness(path)
    assert loudness == pytest.approx(_LUFS, abs=0.5), slug
    assert peak <= -1.0, slug
    if format == "mp3":
        assert judges.complaints_of_mp3val(path) == [], slug


def _tags(told: dict[str, Any]) -> dict[str, str]:
    """Of the whole or, in Ogg, of the stream; ffprobe keeps the case of the file."""
    found = told["format"].get("tags", {}) | told["streams"][0].get("tags", {})
    return {name.lower(): value for name, value in found.items()}
