"""What is coming: each episode of a show with when it goes out, and what keeps it from going out well. Pure.

`now` is an argument. The plan says what is released, due, scheduled or a draft; this adds what a producer
asks: what is missing, and what is wrong?
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from publisher.model import Episode, Show
from publisher.planning import Plan, PlannedEpisode
from publisher.problems import Problem

State = Literal["released", "due", "scheduled", "draft"]
"""`due`: its time has come, and the next publish releases it. A draft has no date."""

AUDIO: Final = "audio"
ARTWORK: Final = "artwork"
TRANSCRIPT: Final = "transcript"

_LOOKED_BACK: Final = 10
_FEWEST: Final = 3
"""Of a show with fewer episodes out, nobody knows yet what its episodes usually have."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One episode of a show, as a calendar has it.

    Attributes:
        folder: of the show, as problems and paths name it.
        show: its title.
        timezone: IANA name of the show's zone, in which a person is told dates.
        title: as it stands in the folder; the slug where it has none that can be read.
        guid: the one it has, or will have.
        url: of its page; empty where the public address is not known, and for members' episodes.
        published: for everybody, aware, UTC; None for a draft, and for an episode for members only.
        members: each private feed that will hold it, and when, aware, UTC.
        goes_out: when it is to be heard next, by members or by everybody, aware, UTC; of one that is due or
            released, when that was to be. None for a draft.
        missing: of `audio`, `artwork`, `transcript`, what it lacks; nothing for a released one.
        problems: those of its own folder.
        blocking: errors elsewhere in the show, which hold every release back.
    """

    folder: str
    show: str
    timezone: str
    slug: str
    title: str
    state: State
    guid: str = ""
    url: str = ""
    published: datetime | None = None
    members: tuple[tuple[str, datetime], ...] = ()
    goes_out: datetime | None = None
    season: int | None = None
    number: int | None = None
    code: str = ""
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    blocking: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What holds it back, its own errors first."""
        return (*_errors(self.problems), *self.blocking)

    @property
    def is_ready(self) -> bool:
        """Whether it would go out now if its time had come."""
        return AUDIO not in self.missing and not self.errors

    @property
    def for_members(self) -> bool:
        """Whether members alone will hear it."""
        return self.published is None and bool(self.members)

    @property
    def name(self) -> str:
        """Its code, else its season and number: `796`, `S2 E5`, `12`; empty where it has none."""
        if self.code:
            return self.code
        if self.number is None:
            return ""
        return f"S{self.season} E{self.number}" if self.season else str(self.number)

    @property
    def gaps(self) -> str:
        """What is missing and how many errors there are: `audio and transcript missing, 2 errors`."""
        parts = []
        if self.missing:
            *first, last = self.missing
            parts.append(f"{', '.join(first)} and {last} missing" if first else f"{last} missing")
        own = sum(problem.is_error for problem in self.problems)
        for number, where in ((own, ""), (len(self.blocking), " elsewhere in the show")):
            if number:
                parts.append(f"{number} error{'s' if number != 1 else ''}{where}")
        return ", ".join(parts)

    def says(self, now: datetime) -> str:
        """One sentence for a person: `Building together goes out tomorrow 06:00, artwork missing`.

        Args:
            now: aware.
        """
        if self.goes_out is None:
            said = f"{self.title} is a draft without a date"
        else:
            when = day_and_time(self.goes_out, now, ZoneInfo(self.timezone))
            to_members = self.for_members or (self.published is not None and self.goes_out < self.published)
            if self.state == "released":
                said = f"{self.title} went out {when}"
            elif self.state == "due":
                said = f"{self.title} was due {when} and goes out with the next run"
            else:
                said = f"{self.title} goes out {'to members ' if to_members else ''}{when}"
        return f"{said}, {self.gaps}" if self.gaps else said

    def as_json(self) -> dict[str, Any]:
        zone = ZoneInfo(self.timezone)
        return {
            "slug": self.slug,
            "title": self.title,
            "state": self.state,
            "guid": self.guid,
            "url": self.url or None,
            "goes_out": self.goes_out.isoformat() if self.goes_out else None,
            "local": self.goes_out.astimezone(zone).isoformat() if self.goes_out else None,
            "timezone": self.timezone,
            "published": self.published.isoformat() if self.published else None,
            "members": {name: moment.isoformat() for name, moment in self.members},
            "season": self.season,
            "number": self.number,
            "code": self.code or None,
            "ready": self.is_ready,
            "missing": list(self.missing),
            "problems": [problem.as_json() for problem in self.problems],
            "blocking": [problem.as_json() for problem in self.blocking],
        }


def day_and_time(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When something is, as a person says it in a zone: `today 18:00`, `tomorrow 06:00`, `on Monday 06:00`,
    `on 2030-01-31 06:00`."""
    local = moment.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    # English names whatever the machine's language: strftime would ask that.
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    day = near.get(days) or (f"on {weekdays[local.weekday()]}" if 1 < days < 7 else f"on {local:%Y-%m-%d}")
    return f"{day} {local:%H:%M}"


def listed(
    plan: Plan,
    problems: Iterable[Problem] = (),
    *,
    store_known: bool = True,
    is_public: bool = True,
) -> tuple[Upcoming, ...]:
    """Every episode of a show by when it goes out, drafts last.

    Args:
        plan: what a publish would do at its `now`; one that was made of a show with errors will do.
        problems: every problem of the show, with paths that start with the show folder's name.
        store_known: whether the store said what is released. Where it did not, what was due is taken for
            released: that is how nearly all of it is.
        is_public: whether the plan's addresses are the public ones.
    """
    show, now = plan.show, plan.now
    by_slug, elsewhere = _by_slug(show, problems)
    # Most shows have none, and many a warning for each of thousands of episodes.
    errors = {slug: wrong for slug, group in by_slug.items() if (wrong := _errors(group))}
    of_show = _errors(elsewhere)
    states = {planned.slug: _state(planned, show, now, store_known) for planned in plan.episodes}
    usual = _usual(plan, states)
    found = []
    for planned in plan.episodes:
        state, episode = states[planned.slug], planned.episode
        if state is None or episode is None:
            continue
        own = by_slug.get(planned.slug, ())
        members = _members(show, episode)
        published = None if episode.feeds else planned.published
        waits = state != "released"
        others = (group for slug, group in errors.items() if slug != planned.slug)
        found.append(
            Upcoming(
                folder=show.folder,
                show=show.title,
                timezone=show.timezone,
                slug=planned.slug,
                title=planned.title or planned.slug,
                state=state,
                guid=planned.guid,
                url=f"{show.url}episodes/{planned.slug}/" if is_public and not episode.feeds else "",
                published=published,
                members=members,
                goes_out=_next(published, members, now),
                season=episode.season,
                number=episode.number,
                code=episode.code,
                missing=_missing(planned, usual) if waits else (),
                problems=own if waits else (),
                blocking=(*of_show, *chain.from_iterable(others)) if waits else (),
            )
        )
    return tuple(sorted(found, key=lambda item: (item.goes_out is None, item.goes_out or now, item.slug)))


def within(entries: Iterable[Upcoming], now: datetime, span: timedelta) -> tuple[Upcoming, ...]:
    """What is due, and what goes out until `now + span`."""
    # Whoever asks for all time to come must not fall off the calendar's end.
    until = now + min(span, datetime.max.replace(tzinfo=now.tzinfo) - now)
    return tuple(
        entry
        for entry in entries
        if entry.goes_out is not None
        and (entry.state == "due" or (entry.state == "scheduled" and entry.goes_out <= until))
    )


def _errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.is_error)


def _by_slug(show: Show, problems: Iterable[Problem]) -> tuple[dict[str, tuple[Problem, ...]], list[Problem]]:
    """Problems by the episode in whose folder they are, and those of the show itself."""
    slugs = {episode.slug for episode in show.episodes}
    own: dict[str, list[Problem]] = {}
    elsewhere = []
    for problem in problems:
        slug = problem.path.removeprefix(f"{show.folder}/").partition("/")[0]
        if problem.path.startswith(f"{show.folder}/") and slug in slugs:
            own.setdefault(slug, []).append(problem)
        else:
            elsewhere.append(problem)
    return {slug: tuple(group) for slug, group in own.items()}, elsewhere


def _state(planned: PlannedEpisode, show: Show, now: datetime, store_known: bool) -> State | None:
    """None for what is only published: it is not coming."""
    if planned.state in ("changed", "unchanged"):
        return "released"
    if planned.state in ("new", "re-identified"):
        return "due" if store_known else "released"
    if planned.state == "private" and planned.episode:
        moments = [moment for _, moment in _members(show, planned.episode)]
        # Of members' feeds nobody is asked here: past means out.
        return "draft" if not moments else "scheduled" if max(moments) > now else "released"
    if planned.state == "scheduled":
        return "scheduled"
    return "draft" if planned.state == "draft" else None


def _members(show: Show, episode: Episode) -> tuple[tuple[str, datetime], ...]:
    if episode.published is None:
        return ()
    return tuple(
        (feed.name, episode.published - timedelta(seconds=feed.early_seconds))
        for feed in show.feeds
        if (not feed.episodes or episode.slug in feed.episodes)
        and (feed.name in episode.feeds or (not episode.feeds and feed.early_seconds))
    )


def _next(
    published: datetime | None, members: tuple[tuple[str, datetime], ...], now: datetime
) -> datetime | None:
    moments = sorted({*(moment for _, moment in members), *((published,) if published else ())})
    return next((moment for moment in moments if moment > now), moments[-1] if moments else None)


_HAS: Final[Mapping[str, Callable[[PlannedEpisode], bool]]] = {
    ARTWORK: lambda planned: (
        bool(planned.episode and (planned.episode.artwork or "artwork" in planned.episode.unreadable))
        or bool(planned.before and "artwork" in planned.before.objects)
    ),
    TRANSCRIPT: lambda planned: (
        bool(planned.episode and (planned.episode.transcript or "transcript" in planned.episode.unreadable))
        or bool(planned.before and any(name.startswith("transcript") for name in planned.before.objects))
    ),
}


def _usual(plan: Plan, states: Mapping[str, State | None]) -> frozenset[str]:
    """What this show's full episodes have beside their audio: a show whose episodes all go by the show's own
    artwork is not told every week that one has none."""
    out = [
        planned
        for planned in plan.episodes
        if states[planned.slug] == "released" and planned.episode and planned.episode.type == "full"
    ][-_LOOKED_BACK:]
    if len(out) < _FEWEST:
        return frozenset(_HAS)
    return frozenset(what for what, has in _HAS.items() if sum(map(has, out)) * 2 > len(out))


def _missing(planned: PlannedEpisode, usual: frozenset[str]) -> tuple[str, ...]:
    episode = planned.episode
    assert episode is not None
    lacking = []
    if planned.audio is None and AUDIO not in episode.unreadable:
        lacking.append(AUDIO)
    if episode.type == "full":
        lacking += [what for what, has in _HAS.items() if what in usual and not has(planned)]
    return tuple(lacking)
