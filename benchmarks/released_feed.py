"""The feed of a release of many episodes: what is published is in memory, and the cache in a folder."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.bare_feed import feed_show
from publisher.build.workshop import Workshop
from publisher.manifest import Enclosure, Released, StoredObject
from publisher.model import Audio, Chapter, Episode, Link, Person, Show, SourceFile, TranscriptFile
from publisher.planning import Plan, PlannedEpisode, make_plan
from publisher.release import feeds
from publisher.release.standing import Standing

_NOW: Final = datetime(2050, 1, 1, tzinfo=UTC)
_NOTES: Final = (
    "What happens when a hundred people build one thing, and who decides when it is **done**?\n\n"
    + "- Say what makes cooperation last, and who pays for it\n" * 5
    + "\nThe [project](https://example.com/project/PLACE) and *what came of it*.\n"
)
_CHAPTERS: Final = (
    Chapter(0.0, "Welcome"),
    Chapter(760.0, "How it began"),
    Chapter(1860.0, "What we learned"),
)


class ReleasedFeed:
    """A show of so many episodes, all published, and ready to be rendered.

    Args:
        folder: the show's; its cache lies in it.
    """

    def __init__(self, folder: Path, episodes: int) -> None:
        folder.mkdir(exist_ok=True)
        show = replace(feed_show(), episodes=tuple(_episode(place) for place in range(1, episodes + 1)))
        self._show = show
        self._shop = Workshop(
            show=show,
            root=folder,
            work=folder,
            keep=lambda artifact: artifact.object,
            fetch=_unused,
            borrow=_unused,
            sound_folder=folder,
        )
        self._plan = self._planned(show)
        self._released = [_released(planned) for planned in self._plan.released]

    def change_one(self) -> None:
        """Gives an episode in the middle another title, and another one each time."""
        episodes = list(self._show.episodes)
        place = len(episodes) // 2
        episodes[place] = replace(episodes[place], title=f"Building apart, {time.time_ns()}")
        self._plan = self._planned(replace(self._show, episodes=tuple(episodes)))

    def render(self) -> bytes:
        """The feed."""
        style = {"feed-style": _object("site/feed-{}.css", 0, "text/css")}
        document, _ = feeds.render(
            self._shop, self._plan, style, self._released, Standing(None, "", self._show)
        )
        return document.whole()

    def _planned(self, show: Show) -> Plan:
        return make_plan(show, None, _NOW)


def _unused(*_: object) -> None:
    raise AssertionError("a feed needs no audio")


def _episode(place: int) -> Episode:
    slug = f"{place:05}-building-together"
    return Episode(
        slug,
        f"Building together & apart, part {place}",
        published=datetime(1998, 1, 5, 6, tzinfo=UTC) + timedelta(days=place),
        number=place,
        season=1 + place // 50,
        summary="What happens when a hundred people build one thing?",
        guests=(Person(f"Guest Number {place}", url=f"https://example.com/people/{place}"),),
        notes=_NOTES.replace("PLACE", str(place)),
        links=(Link(f"https://example.com/report/{place}", "The report"),),
        chapters=_CHAPTERS,
        audio=Audio(_source(f"{slug}/audio.mp3", place), "audio/mpeg", 1800.0 + place % 600),
        transcript=TranscriptFile(_source(f"{slug}/transcript.vtt", place), "vtt", timed=True),
    )


def _source(path: str, place: int) -> SourceFile:
    return SourceFile(path, f"{place:064x}", 28_000_000 + place)


def _released(planned: PlannedEpisode) -> Released:
    slug, place = planned.slug, int(planned.slug[:5])
    objects = {
        "artwork": _object(f"artwork/{slug}-{{}}.jpg", place, "image/jpeg"),
        "artwork.600": _object(f"artwork/{slug}-600-{{}}.jpg", place, "image/jpeg"),
        "artwork.300": _object(f"artwork/{slug}-300-{{}}.jpg", place, "image/jpeg"),
        "card": _object(f"images/{slug}-card-{{}}.jpg", place, "image/jpeg"),
        "chapters": _object(f"chapters/{slug}-{{}}.chapters.json", place, "application/json+chapters"),
        "transcript.vtt": _object(f"transcripts/{slug}-{{}}.vtt", place, "text/vtt; charset=utf-8"),
        "transcript.srt": _object(f"transcripts/{slug}-{{}}.srt", place, "application/x-subrip"),
        "transcript.json": _object(f"transcripts/{slug}-{{}}.json", place, "application/json"),
    }
    enclosure = Enclosure(
        object=_object(f"media/{slug}-{{}}.mp3", place, "audio/mpeg"),
        source_digest=f"{place:064x}",
        source_length_bytes=28_000_000 + place,
        recipe="",
        duration_seconds=1800.0 + place % 600,
        bitrate=128_000,
    )
    published = datetime(1998, 1, 5, 6, tzinfo=UTC) + timedelta(days=place)
    return Released(slug, planned.guid, slug, published, enclosure, dict(planned.parts), objects)


def _object(key: str, place: int, type_: str) -> StoredObject:
    digest = f"{place:064x}"
    return StoredObject(key.format(digest[-24:]), digest, 28_000_000 + place, type_)
