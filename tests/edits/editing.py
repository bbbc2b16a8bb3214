"""A show as it is edited: what it says and which files it has, and edits of any kind, drawn by a seed."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.edits.values import (
    CHAPTER_FILES,
    EPISODE_VALUES,
    NOTES,
    SHOW_VALUES,
    SLUGS,
    THEME,
    TITLES,
    TRANSCRIPTS,
)
from tests.support.everything import picture
from tests.support.shows import COVER, SAMPLES, audio_of

_LONG_AGO_SECONDS: Final = 1_600_000_000
_SOUNDS: Final = ("cbr-no-header.mp3", "chapters.mp3", "vbr.mp3")
_PICTURES: Final[dict[str, bytes]] = {}


def _pictures() -> dict[str, bytes]:
    """By the names that values know, made once."""
    if not _PICTURES:
        square = COVER.read_bytes()
        _PICTURES.update({"banner.png": picture(300, 100), "face.png": picture(60, 60), "cover.png": square})
    return _PICTURES


@dataclass
class Folder:
    """What a YAML file says, and the files beside it."""

    keys: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)

    def laid_out(self, name: str) -> dict[str, bytes]:
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in self.keys.items()]
        return {name: "".join(lines).encode()} | self.files


@dataclass
class Edited:
    """A show, its episodes by their slugs."""

    show: Folder
    episodes: dict[str, Folder] = field(default_factory=dict)

    def laid_out(self) -> dict[str, bytes]:
        """Every file by its path."""
        found = self.show.laid_out("podcast.yaml")
        for slug, episode in self.episodes.items():
            found |= {f"{slug}/{name}": data for name, data in episode.laid_out("episode.yaml").items()}
        return found

    def due(self) -> list[datetime]:
        """When something may happen: each episode for everybody, and early for members; aware."""
        zone = ZoneInfo(self.show.keys.get("timezone", "UTC"))
        dates = (episode.keys.get("published", "") for episode in self.episodes.values())
        moments = [datetime.fromisoformat(date).replace(tzinfo=zone) for date in dates if date]
        early = (0, 2, 7) if self.show.keys.get("feeds") else (0,)
        return sorted(moment - timedelta(days=days) for moment in moments for days in early)


def first_show(random: Random) -> Edited:
    """What every sequence begins with."""
    keys: dict[str, Any] = {
        "title": "A small show",
        "description": "Made for a test.",
        "language": "en",
        "categories": ["Technology"],
        "author": "Somebody",
        "owner": {"name": "Somebody", "email": "somebody@example.com"},
        "url": "https://show.example/",
        "taxonomies": {"theme": "Tema", "place": "Sted"},
        "hosts": ["Ada"],
    }
    pictures = _pictures()
    files = {name: pictures[name] for name in ("banner.png", "face.png", "cover.png")}
    made = Edited(Folder(keys, files))
    for place, slug in enumerate(SLUGS[:5:2]):
        made.episodes[slug] = new_episode(random, slug, keys=2)
        made.episodes[slug].keys["published"] = EPISODE_VALUES["published"][place]
    return made


def new_episode(random: Random, slug: str, keys: int) -> Folder:
    """An episode of which so many keys say something."""
    said: dict[str, Any] = {"title": random.choice(TITLES), "summary": "In a few words."}
    if random.random() < 0.85:
        said["published"] = random.choice(EPISODE_VALUES["published"])
    for name in random.sample(sorted(EPISODE_VALUES.keys() - _FILES - {"guid", "feeds"}), keys):
        said[name] = random.choice(EPISODE_VALUES[name])
    pictures = _pictures()
    sound = random.choice(_SOUNDS)
    files = {
        "audio.mp3": audio_of(f"{slug}-{random.randrange(10**6)}", sound),
        "low.ogg": (SAMPLES / "opus.ogg").read_bytes(),
        "canvas.mp4": (SAMPLES / "video.mp4").read_bytes(),
        "banner.png": pictures["banner.png"],
        "face.png": pictures["face.png"],
        "cy.png": pictures["face.png"],
    }
    # Which one it is has to be said, since an alternate lies beside it.
    said["audio"] = "audio.mp3"
    if "alternates" not in said:
        files.pop("low.ogg")
    if random.random() < 0.5:
        files["notes.md"] = random.choice(NOTES).encode()
    return Folder(said, files)


_FILES: Final = {"audio", "artwork", "notes", "transcript"}
"""Keys that name a file, which has to be there."""


def edit(random: Random, edited: Edited) -> str:
    """One edit, and what it was."""
    kinds: list[tuple[Callable[[Random, Edited], str], int]] = [
        (_episode_key, 10),
        (_show_key, 6),
        (_text_file, 6),
        (_add, 3),
        (_rename, 2),
        (_remove, 1),
        (_set_aside, 1),
        (_audio, 2),
        (_without_audio, 1),
        (_moved_date, 3),
        (_swap, 1),
        (_theme, 1),
        (_cover, 1),
    ]
    chosen = random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
    return chosen(random, edited)


def _slug(random: Random, edited: Edited) -> str:
    return random.choice(sorted(slug for slug in edited.episodes if not slug.startswith("_")))


def _episode_key(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    episode = edited.episodes[slug]
    name = random.choice(sorted(EPISODE_VALUES.keys() - _FILES))
    if name in episode.keys and name not in ("title", "published") and random.random() < 0.3:
        del episode.keys[name]
        return f"{slug} without {name}"
    episode.keys[name] = random.choice(EPISODE_VALUES[name])
    if name == "alternates":
        episode.files["low.ogg"] = (SAMPLES / "opus.ogg").read_bytes()
    return f"{slug}: {name}={episode.keys[name]!r}"


_KEPT: Final = ("title", "description", "language", "categories", "owner", "taxonomies", "url")
"""Without them there is no show, or nothing that is in use."""


def _show_key(random: Random, edited: Edited) -> str:
    name = random.choice(sorted(SHOW_VALUES))
    if name == "guid" and random.random() < 0.8:
        name = "feed"
    if name in edited.show.keys and name not in _KEPT and random.random() < 0.4:
        del edited.show.keys[name]
        return f"the show without {name}"
    edited.show.keys[name] = random.choice(SHOW_VALUES[name])
    if name == "images":
        edited.show.files["canvas.mp4"] = (SAMPLES / "video.mp4").read_bytes()
    return f"the show: {name}={edited.show.keys[name]!r}"


def _text_file(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    files = edited.episodes[slug].files
    group = random.choice(("notes", "notes", "transcripts", "chapters"))
    groups = {"notes": {"notes.md": NOTES}, "transcripts": TRANSCRIPTS, "chapters": CHAPTER_FILES}
    choices = groups[group]
    name = random.choice(sorted(choices))
    if name in files and random.random() < 0.4:
        del files[name]
        return f"{slug} without {name}"
    if group != "notes" and name != "transcript.en.vtt":
        # Two of a kind would leave a choice, which is an error.
        for other in choices.keys() - {"transcript.en.vtt"}:
            files.pop(other, None)
    files[name] = random.choice(choices[name]).encode()
    return f"{slug}: {name}"


def _add(random: Random, edited: Edited) -> str:
    free = [slug for slug in SLUGS if not any(slug[:4] == other.strip("_")[:4] for other in edited.episodes)]
    if not free:
        return _episode_key(random, edited)
    slug = random.choice(free)
    edited.episodes[slug] = new_episode(random, slug, keys=4)
    return f"{slug} added"


def _remove(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    if len(edited.episodes) < 3:
        return _add(random, edited)
    del edited.episodes[slug]
    return f"{slug} removed"


def _set_aside(random: Random, edited: Edited) -> str:
    slug = random.choice(sorted(edited.episodes))
    other = slug[1:] if slug.startswith("_") else f"_{slug}"
    if not slug.startswith("_") and len(edited.episodes) < 3:
        return _add(random, edited)
    edited.episodes[other] = edited.episodes.pop(slug)
    return f"{slug} now {other}"


def _rename(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    plain, better = (f"{slug[:4]}-{word}" for word in ("plain", "better"))
    other = better if slug == plain else plain
    edited.episodes[other] = edited.episodes.pop(slug)
    return f"{slug} now {other}"


def _swap(random: Random, edited: Edited) -> str:
    one, other = _slug(random, edited), _slug(random, edited)
    episodes = edited.episodes
    episodes[one], episodes[other] = episodes[other], episodes[one]
    return f"{one} and {other} change places"


def _audio(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    name = f"{slug}-{random.randrange(10**6)}"
    edited.episodes[slug].files["audio.mp3"] = audio_of(name, random.choice(_SOUNDS))
    return f"{slug}: other audio"


def _without_audio(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    edited.episodes[slug].files.pop("audio.mp3", None)
    return f"{slug} without its audio"


def _moved_date(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    if random.random() < 0.2:
        edited.episodes[slug].keys.pop("published", None)
        return f"{slug} is a draft"
    edited.episodes[slug].keys["published"] = random.choice(EPISODE_VALUES["published"])
    return f"{slug} goes out {edited.episodes[slug].keys['published']}"


def _theme(random: Random, edited: Edited) -> str:
    name = random.choice(sorted(THEME))
    if name in edited.show.files and random.random() < 0.5:
        del edited.show.files[name]
        return f"without {name}"
    edited.show.files[name] = random.choice(THEME[name]).encode()
    return name


def _cover(random: Random, edited: Edited) -> str:
    slug = _slug(random, edited)
    files = edited.episodes[slug].files
    if files.pop("cover.png", None):
        return f"{slug} without a cover"
    files["cover.png"] = _pictures()["cover.png"]
    return f"{slug}: a cover"


def mend(edited: Edited) -> None:
    """What a producer does whom a check tells what an edit has broken: names that lead nowhere go."""
    feeds = {feed["name"] for feed in edited.show.keys.get("feeds", ())}
    groups = edited.show.keys["taxonomies"].keys()
    for place, (slug, episode) in enumerate(sorted(edited.episodes.items())):
        keys, others = episode.keys, edited.episodes.keys() - {slug}
        _keep_of(keys, "related", others)
        _keep_of(keys, "feeds", feeds)
        if keys.get("next") not in others:
            keys.pop("next", None)
        if not groups >= keys.get("taxonomies", {}).keys():
            del keys["taxonomies"]
        if edited.show.keys.get("type") == "serial":
            keys["number"] = place + 1
    for feed in edited.show.keys.get("feeds", ()):
        if not edited.episodes.keys() >= set(feed.get("episodes", ())):
            edited.show.keys.pop("feeds", None)
            mend(edited)
            return


def _keep_of(keys: dict[str, Any], name: str, known: Collection[str]) -> None:
    found = [value for value in keys.pop(name, ()) if value in known]
    if found:
        keys[name] = found


@dataclass
class Writer:
    """Lays a show out on disk: only what differs is written, and has a time of its own, long ago.

    What was changed a moment ago is read again by every run. That would try no cache.
    """

    folder: Path
    times: int = 0

    def write(self, edited: Edited) -> None:
        wanted = edited.laid_out()
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and not name.startswith(".publisher/") and name not in wanted:
                path.unlink()
        for name, data in wanted.items():
            path = self.folder / name
            if path.exists() and path.read_bytes() == data:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            self.times += 1
            moment = _LONG_AGO_SECONDS + self.times
            os.utime(path, (moment, moment))
        for path in self.folder.iterdir():
            if path.is_dir() and path.name != ".publisher" and not any(path.rglob("*.*")):
                shutil.rmtree(path)


def copied(edited: Edited) -> Edited:
    """As it is now, for when a producer takes an edit back."""
    return copy.deepcopy(edited)
