"""Small valid shows, written into a folder of the test's own.

    show = make_show(tmp_path / "show", episodes=3, title="A show")
    add_episode(show, "0004-later", published="2031-01-01", notes="# Notes", sound="aac.m4a")
    edit_episode(show, "0001-episode", title="Another title")

The same arguments give the same bytes. Every episode gets audio of its own: a sample of `tests/audio/` (one
second and a half, a few kilobytes) behind a tag that holds its slug, so that no two sources have one digest.
A keyword is a key of the YAML file; None leaves the key out, or takes it out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

SAMPLES: Final = Path(__file__).parents[1] / "audio"
COVER: Final = Path(__file__).parent / "cover.png"
"""A plain square of 1400 pixels."""

MP3: Final = "cbr-no-header.mp3"
FIRST_DAY: Final = date(2024, 1, 1)
"""When the first of the episodes that `make_show` makes went out; the others follow daily."""

_SHOW: Final[dict[str, Any]] = {
    "title": "A small show",
    "description": "Made for a test.",
    "language": "en",
    "categories": ["Technology"],
    "author": "Somebody",
    "owner": {"name": "Somebody", "email": "somebody@example.com"},
}


def make_show(
    folder: Path, *, episodes: int | Iterable[str | Mapping[str, Any]] = 1, **podcast_keys: Any
) -> Path:
    """Writes a show that passes every check, and returns its folder.

    Args:
        folder: made, with its parents; it may be there already.
        episodes: how many (`0001-episode`, published on 1 January 2024, and daily from then on), or for each
            its slug, or the arguments of `add_episode` with the slug under `slug`.
        podcast_keys: keys of podcast.yaml, over those of a plain show.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "podcast.yaml", _SHOW | podcast_keys)
    shutil.copyfile(COVER, folder / "cover.png")
    if isinstance(episodes, int):
        episodes = [f"{number:04d}-episode" for number in range(1, episodes + 1)]
    for place, episode in enumerate(episodes):
        keys: dict[str, Any] = {"slug": episode} if isinstance(episode, str) else dict(episode)
        keys.setdefault("number", place + 1)
        keys.setdefault("published", (FIRST_DAY + timedelta(days=place)).isoformat())
        add_episode(folder, **keys)
    return folder


def add_episode(
    show: Path,
    slug: str,
    *,
    sound: str | bytes | None = MP3,
    notes: str = "",
    files: Mapping[str, str | bytes] | None = None,
    **keys: Any,
) -> Path:
    """Writes an episode folder, and returns it.

    Args:
        sound: a sample of `tests/audio/`, or the bytes of an MP3 file, or None for no audio at all.
        notes: text of notes.md; empty for none.
        files: further files by name, such as `transcript.vtt` or `cover.jpg`.
        keys: of episode.yaml, over a title, a summary and the day 1 January 2024. `published=None` makes a
            draft.
    """
    folder = show / slug
    folder.mkdir()
    defaults = {"title": f"About {slug}", "published": FIRST_DAY.isoformat(), "summary": "In a few words."}
    _write(folder / "episode.yaml", defaults | keys)
    if isinstance(sound, bytes):
        (folder / "audio.mp3").write_bytes(sound)
    elif sound is not None:
        (folder / f"audio{Path(sound).suffix}").write_bytes(audio_of(slug, sound))
    if notes:
        (folder / "notes.md").write_text(notes, "utf-8")
    for name, content in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def edit_show(show: Path, **keys: Any) -> None:
    """Changes keys of podcast.yaml."""
    _edit(show / "podcast.yaml", keys)


def edit_episode(show: Path, slug: str, **keys: Any) -> None:
    """Changes keys of an episode.yaml."""
    _edit(show / slug / "episode.yaml", keys)


def audio_of(slug: str, sample: str = MP3) -> bytes:
    """The sample's sound in a file that no other slug's is like: an MP3 with a comment of its own. Samples in
    other containers are as they are."""
    data = (SAMPLES / sample).read_bytes()
    if not sample.endswith(".mp3"):
        return data
    text = b"\x03slug\x00" + slug.encode()
    frame = b"TXXX" + _synchsafe(len(text)) + b"\x00\x00" + text
    return b"ID3\x04\x00\x00" + _synchsafe(len(frame)) + frame + data


def _synchsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _write(path: Path, keys: Mapping[str, Any]) -> None:
    """One key a line, its value as JSON, which is YAML too."""
    lines = [
        f"{key}: {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in keys.items()
        if value is not None
    ]
    path.write_text("".join(lines), "utf-8")


def _edit(path: Path, keys: Mapping[str, Any]) -> None:
    lines = path.read_text("utf-8").splitlines()
    before = {key: json.loads(value) for key, _, value in (line.partition(": ") for line in lines)}
    _write(path, {**before, **keys})
