"""Telling producers of what is no release: that publishing failed, and what goes out soon. Each once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from publisher.coming import Upcoming, listed, within
from publisher.identity import fingerprint
from publisher.model import Mail, Notify, Show, Webhook
from publisher.planning import Plan
from publisher.problems import Problem
from publisher.release.recipients import Recipient, recipients
from publisher.release.told import Told
from publisher.telling.asking import NotTold
from publisher.telling.events import Event, event_id
from publisher.telling.notices import LocalNote, Notices
from publisher.telling.releases import Teller, failed, lacking, left, tell_producer

AHEAD: Final = timedelta(hours=48)
FAILURE: Final = "failure"
LEFT_OUT: Final = "left-out"
_UPCOMING: Final = "upcoming"
_MOST_PROBLEMS: Final = 50


def tell_failure(
    show: Show,
    notices: Notices,
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

    def waiting(note: dict[str, Any]) -> list[Recipient]:
        said = note.get("told", []) if note.get("what") == mark else []
        return [one for one in recipients(show, "failure") if one.id not in said]

    # Another machine may have told it.
    if not waiting(notices.read(of)) or not (untold := waiting(known := notices.fresh(of))):
        return Told()
    is_known = known.get("what") == mark
    # Who is told of it later, because he could not be reached, gets the same.
    began = str(known.get("since")) if is_known else teller.clock().isoformat()
    event = _event(show, "failure", teller, event_id(of, show.title, mark, began))
    event = replace(event, reason=reason, details=details[:_MOST_PROBLEMS], status=status, stands=stands)
    told, done = _tell(show, untold, event, teller)
    said = known.get("told", []) if is_known else []
    notices.write(of, {"what": mark, "since": began, "told": [*said, *done]})
    return told


def is_well(notices: Notices, *, of: str = FAILURE) -> None:
    """Forgets the failure that was told: it has passed."""
    if notices.read(of):
        notices.write(of, None)


def coming_of(plan: Plan, problems: Iterable[Problem]) -> tuple[Upcoming, ...]:
    """What of a plan goes out within 48 hours after the releases that it plans."""
    entries = within(listed(plan, problems), plan.now, AHEAD)
    return tuple(entry for entry in entries if entry.state == "scheduled")


def tell_upcoming(show: Show, notices: Notices, coming: Iterable[Upcoming], teller: Teller) -> Told:
    """Tells what goes out soon, each episode once, and again when something else is missing."""
    soon = tuple(coming)
    waiting = {one.id: one for one in recipients(show, "upcoming")}

    def news(note: dict[str, Any], one: Recipient) -> list[Upcoming]:
        said = note.get(one.id, {})
        # That something has been mended is no news.
        return [
            each
            for each in soon
            if (known := said.get(_name(one, each))) is None
            or ((each.missing or each.problems) and not set(_marks(each)) <= set(known))
        ]

    if not soon or not any(news(notices.read(_UPCOMING), one) for one in waiting.values()):
        return Told()
    # Another machine may have told it.
    known = notices.fresh(_UPCOMING)
    told, kept = Told(), dict[str, Any]()
    for one in waiting.values():
        names = {_name(one, each) for each in soon}
        kept[one.id] = {name: mark for name, mark in known.get(one.id, {}).items() if name in names}
        found = news(known, one)
        if not found:
            continue
        event = _event(show, "upcoming", teller, event_id("upcoming", show.title, *_marks(*found)))
        event = replace(event, upcoming=tuple(found), time=teller.clock())
        said, done = _tell(show, [one], event, teller)
        told += said
        if done:
            kept[one.id] |= {_name(one, each): _marks(each) for each in found}
    if kept != known:
        notices.write(_UPCOMING, kept)
    return told


def _name(one: Recipient, each: Upcoming) -> str:
    """What stands for an episode in a note that everybody can read: made with the recipient's address, which
    they do not know, so that nobody can try names that an episode to come may have."""
    address = one.webhook.url if one.webhook else " ".join(one.mail.to) if one.mail else one.id
    return fingerprint([address, each.slug])


def _marks(*episodes: Upcoming) -> list[str]:
    """What can be said of them: when each goes out, and everything that is missing or wrong."""
    return [
        fingerprint([each.guid, each.slug, said])
        for each in episodes
        for said in (
            each.goes_out.isoformat() if each.goes_out else "",
            *each.missing,
            *(problem.message for problem in each.problems),
        )
    ]


def remember(show: Show, state: Path) -> None:
    """Keeps whom to tell, for when podcast.yaml cannot be read. Of secrets it holds the variables' names."""
    notes = LocalNote(state, "settings")
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
    values = LocalNote(state, "settings").read() or {}
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
