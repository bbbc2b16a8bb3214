"""Telling producers of what is no release: that publishing failed, and what goes out soon.

Each is said once. What was said is remembered in the show's `.publisher/`; a machine without one says it
again with every run.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from publisher.errors import PublisherError, ShowError
from publisher.identity import fingerprint
from publisher.model import Episode, Mail, Notify, Show, Webhook
from publisher.planning import Plan
from publisher.problems import Problem
from publisher.release.recipients import Recipient, recipients
from publisher.release.telling_notes import FOLDER
from publisher.release.told import Told
from publisher.telling.asking import NotTold
from publisher.telling.events import Coming, Event, event_id
from publisher.telling.releases import Teller, failed, lacking, left, tell_producer

AHEAD: Final = timedelta(hours=48)
FAILURE: Final = "failure"
LEFT_OUT: Final = "left-out"
_MOST_PROBLEMS: Final = 50
_HABIT: Final = 5


def tell_failure(
    show: Show,
    state: Path,
    teller: Teller,
    *,
    reason: str,
    details: tuple[str, ...] = (),
    status: int,
    stands: bool = False,
    of: str = FAILURE,
) -> Told:
    """Tells that publishing failed, once for the same failure.

    Args:
        show: its settings; `remembered` has them where podcast.yaml cannot be read.
        reason: without any secret.
        details: the problems.
        stands: whether the show was released all the same.
        of: what failed, by its note: the run, or what a watch leaves out.
    """
    mark = fingerprint([reason, list(details), status])
    notes = _Notes(state, of)
    known = notes.read()
    said = known.get("told", []) if known.get("what") == mark else []
    # Who is told of it later, because he could not be reached, gets the same.
    began = str(known.get("since")) if said or known.get("what") == mark else teller.clock().isoformat()
    event = _event(show, "failure", teller, event_id(of, show.title, mark, began))
    event = replace(event, reason=reason, details=details[:_MOST_PROBLEMS], status=status, stands=stands)
    waiting = [one for one in recipients(show, "failure") if one.id not in said]
    told, done = _tell(show, waiting, event, teller)
    notes.write({"what": mark, "since": began, "told": [*said, *done]})
    return told


def is_well(state: Path, *, of: str = FAILURE) -> None:
    """Forgets the failure that was told: it has passed."""
    _Notes(state, of).forget()


def reason_of(error: PublisherError) -> tuple[str, tuple[str, ...]]:
    """Why publishing failed, and the problems, as they are told."""
    problems = error.problems if isinstance(error, ShowError) else ()
    return error.message, tuple(str(problem) for problem in problems if problem.is_error)


def tell_upcoming(show: Show, state: Path, coming: Iterable[Coming], teller: Teller) -> Told:
    """Tells what goes out soon, each episode once, and again when something else is missing."""
    notes = _Notes(state, "upcoming")
    known, now = notes.read(), teller.clock()
    listed = {each.slug: each for each in coming}
    told, kept = Told(), dict[str, Any]()
    for one in recipients(show, "upcoming"):
        said: dict[str, Any] = known.get(one.id, {})
        # That all has been mended is no news.
        news = [each for slug, each in listed.items() if _is_news(said.get(slug), each)]
        done: list[str] = []
        if news:
            marks = [_mark(each) for each in news]
            event = _event(show, "upcoming", teller, event_id("upcoming", show.title, *marks))
            found, done = _tell(show, [one], replace(event, upcoming=tuple(news), time=now), teller)
            told += found
        kept[one.id] = {slug: mark for slug, mark in said.items() if slug in listed}
        if done:
            kept[one.id] |= {each.slug: _mark(each) for each in news}
    if kept != known:
        notes.write(kept)
    return told


def coming_of(plan: Plan, problems: Iterable[Problem]) -> tuple[Coming, ...]:
    """What of a plan goes out within 48 hours, and what each lacks, by the time that it goes out."""
    habits = [planned.episode for planned in plan.released[-_HABIT:] if planned.episode]
    found = []
    for planned in plan.of("scheduled"):
        episode = planned.episode
        if episode is None or planned.published is None or planned.published - plan.now > AHEAD:
            continue
        start = f"{plan.show.folder}/{planned.slug}/"
        own = [problem.message for problem in problems if problem.path.startswith(start)]
        gaps = tuple(dict.fromkeys((*_gaps(episode, habits), *own)))
        found.append(Coming(planned.slug, planned.title, planned.published, gaps))
    return tuple(found)


def remember(show: Show, state: Path) -> None:
    """Keeps whom to tell, for when podcast.yaml cannot be read. Of secrets it holds the variables' names."""
    notes = _Notes(state, "settings")
    if not show.notify.webhooks and not show.notify.email:
        notes.forget()
        return
    values = {
        "folder": show.folder,
        "title": show.title,
        "url": show.url,
        "timezone": show.timezone,
        "notify": asdict(Notify(webhooks=show.notify.webhooks, email=show.notify.email)),
    }
    values = json.loads(json.dumps(values))
    if notes.read() != values:
        notes.write(values)


def remembered(state: Path, folder: str) -> Show | None:
    """A show that has nothing but what it takes to tell its producer."""
    values = _Notes(state, "settings").read()
    try:
        notify = Notify(
            webhooks=tuple(
                Webhook(hook["url"], tuple(hook["on"]), hook["secret"])
                for hook in values["notify"]["webhooks"]
            ),
            email=tuple(Mail(tuple(mail["to"]), tuple(mail["on"])) for mail in values["notify"]["email"]),
        )
        return Show(
            folder, values["title"], "", "und", url=values["url"], timezone=values["timezone"], notify=notify
        )
    except (KeyError, TypeError, AttributeError):
        return None


def _gaps(episode: Episode, habits: list[Episode]) -> Iterable[str]:
    """What is missing: audio, and what the last episodes that are out had."""
    if episode.audio is None:
        yield "audio missing"
    if episode.artwork is None and any(other.artwork for other in habits):
        yield "artwork missing"
    if episode.transcript is None and any(other.transcript for other in habits):
        yield "transcript missing"


def _mark(each: Coming) -> str:
    return fingerprint([each.slug, each.when.isoformat(), list(each.gaps)])


def _is_news(said: Any, each: Coming) -> bool:
    return said is None or (said != _mark(each) and bool(each.gaps))


def _event(show: Show, kind: Any, teller: Teller, id: str) -> Event:
    url = show.url or show.link
    return Event(
        kind, id, show.title or show.folder, show.guid, url, show.feed_url, teller.clock(), show.timezone
    )


def _tell(show: Show, waiting: list[Recipient], event: Event, teller: Teller) -> tuple[Told, list[str]]:
    """Who was told, and the ids of these."""
    able: list[Recipient] = []
    problems: list[Problem] = []
    for one in waiting:
        names = lacking(show, one, teller.environment)
        if names:
            problems.append(left(show, one.label, names))
        else:
            able.append(one)
    if not able:
        return Told(problems=tuple(problems)), []

    def tell(one: Recipient) -> NotTold | None:
        try:
            tell_producer(one, event, teller)
        except NotTold as error:
            return error
        return None

    with ThreadPoolExecutor(min(8, len(able)), thread_name_prefix="telling") as pool:
        errors = list(pool.map(tell, able))
    problems += [failed(show, one.label, error) for one, error in zip(able, errors, strict=True) if error]
    done = [one for one, error in zip(able, errors, strict=True) if error is None]
    return Told(tuple(one.label for one in done), problems=tuple(problems)), [one.id for one in done]


class _Notes:
    """One small file of the show's `.publisher/`."""

    def __init__(self, state: Path, name: str) -> None:
        self._path = state / FOLDER / f"{name}.json"

    def read(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            values = json.loads(self._path.read_bytes())
            if isinstance(values, dict):
                return values
        return {}

    def write(self, values: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial = self._path.with_suffix(f".{os.getpid()}.partial")
            partial.write_text(json.dumps(values))
            partial.replace(self._path)

    def forget(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
