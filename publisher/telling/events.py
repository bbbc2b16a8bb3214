"""What happened, as it is told to a producer: the JSON of webhooks and the text of e-mails. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from publisher.coming import Upcoming
from publisher.manifest import Manifest, Released

EventKind = Literal["release", "failure", "upcoming"]
_NAMESPACE: Final = uuid.UUID("2f4a6a5e-6d0e-5c0a-9d0b-3f4cf1c0a7d1")
_MOST_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class ToldEpisode:
    """An episode as a message has it; addresses are whole."""

    title: str
    guid: str
    url: str
    enclosure_url: str
    enclosure_bytes: int
    enclosure_type: str
    published: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "guid": self.guid,
            "url": self.url,
            "published": self.published.isoformat(),
            "enclosure": {
                "url": self.enclosure_url,
                "length": self.enclosure_bytes,
                "type": self.enclosure_type,
            },
        }


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a producer wants to know.

    Attributes:
        id: the same whenever the same thing is told again: who gets it twice can tell.
        time: when it happened; aware.
        release: key of the manifest, for a release.
        changed, removed: titles of episodes, for a release.
        repeats: key of the release whose content a rollback put back; empty for any other release.
        reason: why a publish failed, with the mend.
        details: further lines for a failure: the problems.
        status: the exit status of a publish that failed.
        stands: whether the release that failed stands all the same.
    """

    kind: EventKind
    id: str
    show: str
    guid: str
    url: str
    feed_url: str
    time: datetime
    timezone: str = "UTC"
    release: str = ""
    episodes: tuple[ToldEpisode, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    repeats: str = ""
    reason: str = ""
    details: tuple[str, ...] = ()
    status: int = 0
    stands: bool = False
    upcoming: tuple[Upcoming, ...] = field(default=())


def event_id(*parts: str) -> str:
    """A UUID that the same parts give again."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join(parts)))


def released(
    manifest: Manifest,
    before: Manifest | None,
    *,
    key: str,
    new: tuple[str, ...],
    time: datetime,
    timezone: str,
) -> Event:
    """A release, as its manifest and the one before say it."""
    old = {episode.guid: episode for episode in before.episodes} if before else {}
    now = {episode.guid for episode in manifest.episodes}
    return Event(
        kind="release",
        id=event_id("release", key),
        show=manifest.title,
        guid=manifest.guid,
        url=manifest.url,
        feed_url=manifest.feed_url,
        time=time,
        timezone=timezone,
        release=key,
        repeats=manifest.repeats,
        episodes=tuple(
            told_episode(manifest, episode) for episode in manifest.episodes if episode.guid in new
        ),
        changed=tuple(
            episode.title
            for episode in manifest.episodes
            if episode.guid in old and episode.guid not in new and episode.parts != old[episode.guid].parts
        ),
        removed=tuple(episode.title for guid, episode in old.items() if guid not in now),
    )


def told_episode(manifest: Manifest, episode: Released) -> ToldEpisode:
    media = episode.enclosure.object
    page = episode.page.key.removesuffix("index.html") if episode.page else ""
    return ToldEpisode(
        episode.title,
        episode.guid,
        manifest.url + page,
        manifest.url + media.key,
        media.length_bytes,
        media.type,
        episode.published,
    )


def as_json(event: Event) -> dict[str, Any]:
    """What a webhook is sent."""
    values: dict[str, Any] = {
        "event": event.kind,
        "id": event.id,
        "time": event.time.isoformat(timespec="seconds"),
        "show": {"title": event.show, "guid": event.guid, "url": event.url, "feed_url": event.feed_url},
        "release": event.release or None,
        "episodes": [episode.as_json() for episode in event.episodes],
    }
    if event.kind == "release":
        values |= {
            "changed": list(event.changed),
            "removed": list(event.removed),
            "rolled_back_to": event.repeats or None,
        }
    if event.kind == "failure":
        values["failure"] = {
            "message": event.reason,
            "problems": list(event.details),
            "status": event.status,
            "released": event.stands,
        }
    if event.kind == "upcoming":
        values["upcoming"] = [each.as_json() for each in event.upcoming]
    return values


def as_mail(event: Event) -> tuple[str, str]:
    """Subject and text of an e-mail; dates are in the show's zone."""
    lines = {"release": _release, "failure": _failure, "upcoming": _upcoming}[event.kind](event)
    subject, *text = lines
    zone = ZoneInfo(event.timezone)
    text += ["", f"{event.show}: {event.url}", f"{_when(event.time, zone)} ({zone.key})"]
    return " ".join(subject.split()), "\n".join(text) + "\n"


def _release(event: Event) -> list[str]:
    new, zone = event.episodes, ZoneInfo(event.timezone)
    if event.repeats:
        what = "rolled back"
    elif len(new) == 1:
        what = f"{new[0].title} is out"
    elif new:
        what = f"{len(new)} episodes are out"
    else:
        what = "released with changes"
    lines = [f"{event.show}: {what}"]
    if event.repeats:
        lines.append("A past release stands again. The folder was not changed.")
    for episode in new[-_MOST_LINES:]:
        lines += ["", episode.title, f"  of {_when(episode.published, zone)}", f"  {episode.url}"]
    for word, titles in (("Changed", event.changed), ("Not in the feed any more", event.removed)):
        if titles:
            lines += ["", f"{word}:", *_some(titles)]
    return [*lines, "", f"The feed: {event.feed_url}"]


def _failure(event: Event) -> list[str]:
    if event.stands:
        lines = [f"{event.show}: released, and something is wrong", event.reason]
    else:
        lines = [
            f"{event.show}: publishing failed",
            event.reason,
            "",
            "What was published before still stands.",
        ]
    if event.details:
        lines += ["", *_some(event.details)]
    return [*lines, "", "This is said once, until something else is wrong or it is well again."]


def _upcoming(event: Event) -> list[str]:
    said = [each.says(event.time) for each in event.upcoming]
    if said[1:]:
        lacking = any(each.missing or each.problems for each in event.upcoming)
        subject = f"{len(said)} episodes go out soon{', and something is missing' if lacking else ''}"
    else:
        subject = said[0]
    lines = [f"{event.show}: {subject}"]
    for each, text in zip(event.upcoming, said, strict=True):
        lines += [text, *_some(tuple(str(problem) for problem in each.problems))]
    return lines


def _when(moment: datetime, zone: ZoneInfo) -> str:
    there = moment.astimezone(zone)
    return f"{there:%A} {there.day} {there:%B %Y}, {there:%H:%M}"


def _some(lines: tuple[str, ...]) -> list[str]:
    more = [f"  and {len(lines) - _MOST_LINES} more"] if lines[_MOST_LINES:] else []
    return [f"  {line}" for line in lines[:_MOST_LINES]] + more
