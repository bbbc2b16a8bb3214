"""One show that is watched: looked at when there is reason to, published, and told about."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Literal

from publisher.errors import (
    Conflict,
    Defect,
    NeedsDecision,
    PublisherError,
    ShowError,
    UsageError,
)
from publisher.inbox import Refused, Taken
from publisher.model import Episode
from publisher.operations import publish, take_in
from publisher.planning import Plan
from publisher.problems import Problem
from publisher.reading.load import Loaded, read_settings
from publisher.release import Outcome
from publisher.release.published import Published
from publisher.release.staging import stage
from publisher.telling.runs import tell_left_out
from publisher.watching.agenda import LOOK_SECONDS, Agenda, retry_seconds
from publisher.watching.choosing import Choice, Waiting, choose, without
from publisher.watching.clock import Clock
from publisher.watching.stillness import Stillness

Kind = Literal["released", "taken", "refused", "waiting", "notice", "problems", "failed", "recovered"]

_GATHER_SECONDS: Final = 0.3
"""After a change, so long for others that belong to it."""

_FEW: Final = 5
"""So many new episodes are made ready before they are released; more, or a first release, is made ready in
one go with the release, as `publish` does it."""

_TOGETHER: Final = 20
"""So many are made ready at a time: then it is looked again at what is due first."""

_SHORTEST_LEAD: Final = 0.3
_LONGEST_LEAD: Final = 30.0
_JUMP_SECONDS: Final = 60.0
_INBOX_SECONDS: Final = 60.0
"""An inbox is looked into so often: a bucket tells of nothing, and news of a file can get lost."""

_TICK_SECONDS: Final = 10.0
_MUST_WORK: Final = ("run", "inbox", "stage")
_LONG_COPY_SECONDS: Final = 30.0


class Stopped(BaseException):
    """The process is to end: what was begun and could be left was left. No failure, so nobody is told."""


class _NotYet(BaseException):
    """There is nothing to release yet, and will be soon: a show does not begin with an empty feed."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for whoever runs the watch.

    Attributes:
        when: aware, UTC.
        show: the folder as it was given.
        slugs: the episodes that it is about.
    """

    when: datetime
    show: str
    kind: Kind
    text: str
    slugs: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: PublisherError | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How shows are watched.

    Attributes:
        to, endpoint, url: as `publisher.operations.publish` takes them.
        still_seconds: so long nothing in a folder may change before it is picked up.
        ahead_seconds: so long before an episode goes out its files are stored, where nobody can guess them.
        verify: whether each release is looked at from outside.
    """

    to: str = ""
    endpoint: str = ""
    url: str = ""
    still_seconds: float = 5.0
    ahead_seconds: float = 900.0
    verify: bool = True


@dataclass(slots=True)
class ShowWatch:
    """A show under watch. `step` is called by one thread; `changed` by any.

    Attributes:
        stop: set when the process is to end.
        pool: where audio is made ready, beside the releases.
        woken: called when there may be something to do earlier than was said.
    """

    folder: Path
    settings: Settings
    clock: Clock
    tell: Callable[[Event], None]
    stop: threading.Event
    pool: Executor
    woken: Callable[[], None] = lambda: None

    agenda: Agenda = field(default_factory=Agenda)
    choice: Choice = field(default_factory=Choice)
    last: Event | None = None
    """The last release or failure."""
    looks: int = 0
    """How often the show was looked at."""

    _failures: int = 0
    _latest: datetime | None = None
    _lead_seconds: float = 1.0
    _ready: dict[tuple[str, str], Literal["sound", "stored"]] = field(default_factory=dict)
    _refused: dict[tuple[str, str], tuple[Problem, ...]] = field(default_factory=dict)
    _staging: Future[None] | None = None
    _stage_at: float | None = None
    _stage_failures: int = 0
    _left_out: dict[str, tuple[Problem, ...]] | None = None
    _copying: dict[str, float] = field(default_factory=dict)
    _said: dict[str, object] = field(default_factory=dict)
    _look_at: float = 0.0
    _inbox_at: float = 0.0
    _stillness: Stillness = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._stillness = Stillness(self.clock, self.settings.still_seconds)
        self._look_at = self._inbox_at = self.clock.running()
        self.agenda = Agenda(looks=(self._look_at,))

    @property
    def name(self) -> str:
        return str(self.folder)

    @property
    def is_failing(self) -> bool:
        """Whether the last run did not come to its end, or something that comes before one does not work."""
        return any(what in self._said for what in _MUST_WORK)

    def changed(self) -> None:
        """Something in the folder is different: it is looked at soon."""
        with self._lock:
            self._look_at = min(self._look_at, self.clock.running() + _GATHER_SECONDS)
        self.dropped()

    def wait_seconds(self) -> float:
        """How long there is nothing to do."""
        return max(0.0, min(self._show_seconds(), self._inbox_at - self.clock.running()))

    def _show_seconds(self) -> float:
        running = self.clock.running()
        with self._lock:
            soonest = self._look_at - running
        return min(soonest, self.agenda.seconds(self.clock.now(), running))

    def dropped(self) -> None:
        """Something in the inbox is different."""
        self._inbox_at = min(self._inbox_at, self.clock.running() + _GATHER_SECONDS)

    def step(self) -> None:
        """Looks at the inbox and at the show, and publishes what is due. Nothing that is wrong is raised."""
        if self._inbox_at <= self.clock.running():
            self._take_in()
        if self._show_seconds() <= 0:
            self._publish()

    def _take_in(self) -> None:
        """Takes in what is whole in the inbox, where the show has one."""
        self._inbox_at = self.clock.running() + _INBOX_SECONDS
        now = self.clock.now()
        try:
            if not read_settings(self.folder).get("inbox", ""):
                # That there is one now is a change of the show.
                self._inbox_at = self.clock.running() + LOOK_SECONDS
                return
            outcomes = take_in(
                self.folder,
                now=now,
                still_seconds=self.settings.still_seconds,
                endpoint=self.settings.endpoint,
            )
        except ShowError:
            # The show's own run says what is wrong with podcast.yaml.
            return
        except Exception as error:
            failure = error if isinstance(error, PublisherError) else Defect(error)
            what = f"the inbox cannot be looked into: {failure.message}"
            self._say("inbox", what, "failed", error=failure)
            return
        if self._said.pop("inbox", None) is not None:
            self._event("recovered", "the inbox can be looked into again")
        for item in outcomes:
            if isinstance(item, Taken):
                draft = " as a draft" if item.is_draft else ""
                text = f"{item.name} is taken into the show{draft}: {item.slug}"
                self._event("taken", text, slugs=(item.slug,), problems=item.problems)
                self.changed()
            elif isinstance(item, Refused):
                if item.is_news:
                    text = f"{item.name} is refused: {item.told or 'see below'} says why"
                    self._event("refused", text, problems=item.problems)
            elif item.look_again is not None:
                left = (item.look_again - now).total_seconds()
                self._inbox_at = min(self._inbox_at, self.clock.running() + max(left, _GATHER_SECONDS))

    def _publish(self) -> None:
        self.looks += 1
        with self._lock:
            self._look_at = self.clock.running() + LOOK_SECONDS
        moment, hold = self._moment()
        progress = _Stopping(self.stop)
        retry: float | None = None
        plan: Plan | None = None
        try:
            outcome = publish(
                self.folder,
                to=self.settings.to,
                endpoint=self.settings.endpoint,
                url=self.settings.url,
                now=moment,
                verify=self.settings.verify,
                choose=self._choose,
                hold=lambda: progress.hold(hold),
                progress=progress,
            )
        except Stopped:
            self._plan_next(None, 0.0)
            return
        except _NotYet:
            pass
        except (ShowError, NeedsDecision, UsageError) as error:
            # Only a person can mend this, and then the folder changes.
            self._failures = 0
            self._blocked(error)
            plan = error.plan if isinstance(error, NeedsDecision) else None
        except Exception as error:
            failure = error if isinstance(error, PublisherError) else Defect(error)
            self._failures += 1
            retry = 1.0 if isinstance(failure, Conflict) else retry_seconds(self._failures)
            self._failed(failure, retry)
        else:
            self._latest = max(filter(None, (self._latest, moment)))
            self._succeeded(outcome)
            plan = outcome.plan
        self._tell_waiting()
        self._prepare_ahead()
        self._plan_next(plan, retry)

    def _moment(self) -> tuple[datetime, Callable[[], None]]:
        """The moment as of which the show is published, and what holds the release back until then.

        Shortly before something is due it is that. It never goes back: a clock that was set takes nothing
        down.
        """
        now = self.clock.now()
        due, lead = self.agenda.due, self.agenda.lead_seconds
        if due is not None and now < due <= now + timedelta(seconds=lead + _SHORTEST_LEAD):
            return due, partial(self._hold, due, self.clock.running())
        return max(filter(None, (now, self._latest))), lambda: None

    def _hold(self, due: datetime, began: float) -> None:
        taken = self.clock.running() - began
        self._lead_seconds = min(_LONGEST_LEAD, max(_SHORTEST_LEAD, 1.5 * taken))
        while (left := (due - self.clock.now()).total_seconds()) > 0:
            if self.stop.is_set() or left > _LONGEST_LEAD + _JUMP_SECONDS:
                raise Stopped("held back, and then left")
            self.clock.wait(min(left, _TICK_SECONDS), self.stop)

    def _choose(self, loaded: Loaded, published: Published, now: datetime) -> Loaded:
        many = published.manifest is None
        kept, choice = choose(
            loaded,
            published,
            now,
            seconds_left=self._stillness.seconds_left,
            is_ready=lambda episode: many or self._is_ready(episode, stored=True),
        )
        if len(choice.unready) > _FEW:
            kept, choice = choose(
                loaded,
                published,
                now,
                seconds_left=self._stillness.seconds_left,
                is_ready=lambda episode: _key(episode) not in self._refused,
            )
        self.choice = self._with_refused(choice)
        is_copying = any(item.reason == "copying" for item in choice.waiting)
        if published.manifest is None and is_copying and not (kept.show and kept.show.episodes):
            raise _NotYet("every episode is still being copied")
        return kept

    def _is_ready(self, episode: Episode, *, stored: bool) -> bool:
        return self._ready.get(_key(episode)) in (("stored",) if stored else ("sound", "stored"))

    def _with_refused(self, choice: Choice) -> Choice:
        """What cannot be made ready is wrong, and not on its way."""
        refused = {episode.slug: self._refused.get(_key(episode)) for episode in choice.unready}
        waiting = tuple(
            Waiting(item.slug, "wrong", refused[item.slug] or ()) if refused.get(item.slug) else item
            for item in choice.waiting
        )
        unready = tuple(episode for episode in choice.unready if not refused[episode.slug])
        return Choice(waiting, choice.still_in_seconds, unready, choice.upcoming)

    def _prepare_ahead(self) -> None:
        """Makes ready what is due, else what is due soon, else the sound of what is due at all."""
        if self._staging is not None and not self._staging.done():
            return
        if self._stage_at is not None and self.clock.running() < self._stage_at:
            return
        soon = self.clock.now() + timedelta(seconds=self.settings.ahead_seconds)
        upcoming = [episode for episode in self.choice.upcoming if _key(episode) not in self._refused]
        near = [episode for episode in upcoming if episode.published and episode.published <= soon]
        for episodes, wanted in ((self.choice.unready, True), (near, True), (upcoming, False)):
            todo = [episode for episode in episodes if not self._is_ready(episode, stored=wanted)]
            if todo:
                todo.sort(key=lambda episode: episode.published or soon)
                self._staging = self.pool.submit(self._stage, todo[:_TOGETHER], wanted)
                return

    def _stage(self, episodes: Sequence[Episode], stored: bool) -> None:
        slugs = {episode.slug for episode in episodes}
        left_out = self.choice.left_out - slugs
        self._stage_at = None
        try:
            stage(
                self.folder,
                slugs,
                at=max(self.clock.now(), *(episode.published for episode in episodes if episode.published)),
                store_too=stored,
                to=self.settings.to,
                endpoint=self.settings.endpoint,
                url=self.settings.url,
                choose=lambda loaded, published, now: without(loaded, left_out),
                progress=_Stopping(self.stop),
            )
        except Stopped:
            return
        except ShowError as error:
            self._refuse(episodes, error)
        except Exception as error:
            failure = error if isinstance(error, PublisherError) else Defect(error)
            self._stage_failures += 1
            self._stage_at = self.clock.running() + retry_seconds(self._stage_failures)
            self._say("stage", failure.message, "failed", error=failure, slugs=tuple(sorted(slugs)))
            self.woken()
            return
        else:
            self._stage_failures = 0
            self._said.pop("stage", None)
            for episode in episodes:
                self._ready[_key(episode)] = "stored" if stored else "sound"
        self.changed()
        self.woken()

    def _refuse(self, episodes: Sequence[Episode], error: ShowError) -> None:
        """Those whose sound will not do; the others are made ready without them next."""
        errors = tuple(problem for problem in error.problems if problem.is_error)
        for episode in episodes:
            own = tuple(item for item in errors if f"/{episode.slug}/" in item.path)
            if own:
                self._refused[_key(episode)] = own
        if not any(_key(episode) in self._refused for episode in episodes):
            # It is the show that is wrong; its next run says so.
            self._stage_at = self.clock.running() + LOOK_SECONDS

    def _plan_next(self, plan: Plan | None, retry: float | None) -> None:
        running = self.clock.running()
        looks = [
            running + seconds for seconds in (retry, self.choice.still_in_seconds) if seconds is not None
        ]
        if self._stage_at is not None:
            looks.append(self._stage_at)
        due = min((episode.published for episode in self.choice.upcoming if episode.published), default=None)
        early = [plan.next_due] if plan else []
        due = min((moment for moment in (due, *early) if moment), default=None)
        if due is not None:
            ahead = (due - self.clock.now()).total_seconds() - self.settings.ahead_seconds
            if ahead > 0:
                looks.append(running + ahead)
        self.agenda = Agenda(due, min(self._lead_seconds, _LONGEST_LEAD), tuple(looks))

    def _succeeded(self, outcome: Outcome) -> None:
        self._failures = 0
        if self._said.pop("run", None) is not None:
            self._event("recovered", "all is well again")
        if outcome.released:
            new = tuple(item.slug for item in outcome.plan.of("new"))
            changed = tuple(item.slug for item in outcome.plan.of("changed", "removed", "re-identified"))
            text = f"released to {outcome.store_name}: {_amounts(len(new), len(changed))}"
            self._event("released", text, slugs=new or changed, problems=outcome.outside, outcome=outcome)
        for notice in outcome.notices:
            self._say(f"notice {notice}", notice, "notice")
        warnings = tuple(problem for problem in outcome.problems if not problem.is_error)
        # What is left out for the moment may be why others have warnings.
        is_whole = all(item.reason != "copying" for item in self.choice.waiting)
        if is_whole and warnings != self._said.get("warnings"):
            self._said["warnings"] = warnings
            if warnings:
                text = f"{len(warnings)} warning{'s' if len(warnings) != 1 else ''}"
                self._event("notice", text, problems=warnings)
        for feed in outcome.private:
            if feed.error is not None:
                what = f"private feed {feed.name}: {feed.error.message}"
                self._say(f"feed {feed.name}", what, "failed", error=feed.error)
            else:
                self._said.pop(f"feed {feed.name}", None)

    def _blocked(self, error: PublisherError) -> None:
        problems = error.problems if isinstance(error, ShowError) else ()
        errors = tuple(problem for problem in problems if problem.is_error)
        what = f"not published: {error.message}"
        self._say("run", what, "problems", problems=errors, error=error)

    def _failed(self, error: PublisherError, retry: float) -> None:
        what = f"not published: {error.message}; tried again in {retry:.0f} s"
        # The same failure is said once, however often it is tried again.
        if self._said.get("run") != (error.message, ()):
            self._event("failed", what, error=error)
            self._said["run"] = (error.message, ())

    def _tell_waiting(self) -> None:
        """Each folder that waits, once, and again when the reason changes."""
        now = {f"waiting {item.slug}": item for item in self.choice.waiting}
        running = self.clock.running()
        copying = {item.slug for item in self.choice.waiting if item.reason == "copying"}
        self._copying = {slug: self._copying.get(slug, running) for slug in copying}
        for key, item in now.items():
            # Most copies are done before anybody would want to read of them.
            is_short = item.slug in copying and running - self._copying[item.slug] < _LONG_COPY_SECONDS
            if item.reason == "unready" or is_short:
                continue
            text = f"{item.slug} is still being copied" if item.reason == "copying" else f"{item.slug} waits"
            if item.reason == "wrong":
                count = len(item.problems)
                text = f"{item.slug} is left out: {count} error{'s' if count != 1 else ''}"
            self._say(key, text, "waiting", slugs=(item.slug,), problems=item.problems)
        for key in [key for key in self._said if key.startswith("waiting ") and key not in now]:
            del self._said[key]
        self._tell_left_out()

    def _tell_left_out(self) -> None:
        """Lets whoever is told of failures know which episodes do not go out."""
        wrong = {item.slug: item.problems for item in self.choice.waiting if item.reason == "wrong"}
        if wrong == self._left_out:
            return
        self._left_out = wrong
        try:
            told = tell_left_out(self.folder, wrong)
        except Exception as error:
            failure = error if isinstance(error, PublisherError) else Defect(error)
            self._say("telling", f"nobody could be told: {failure.message}", "notice", error=failure)
            return
        if told.problems:
            self._event("notice", "not everybody could be told", problems=told.problems)

    def _say(
        self,
        key: str,
        text: str,
        kind: Kind,
        *,
        slugs: tuple[str, ...] = (),
        problems: tuple[Problem, ...] = (),
        error: PublisherError | None = None,
    ) -> None:
        """Tells it unless the same was told last."""
        said = (error.message if error else text, problems)
        if self._said.get(key) == said:
            return
        self._said[key] = said
        self._event(kind, text, slugs=slugs, problems=problems, error=error)

    def _event(
        self,
        kind: Kind,
        text: str,
        *,
        slugs: tuple[str, ...] = (),
        problems: tuple[Problem, ...] = (),
        error: PublisherError | None = None,
        outcome: Outcome | None = None,
    ) -> None:
        event = Event(self.clock.now(), self.name, kind, text, slugs, problems, error, outcome)
        if kind in ("released", "failed", "problems", "recovered"):
            self.last = event
        self.tell(event)


class _Stopping:
    """Progress that ends a run when the process is to end, until its first page is written: from there on it
    is finished, which takes seconds."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._finishes = False

    def hold(self, hold: Callable[[], None]) -> None:
        """Holds the pages back, and lets them go."""
        self._look()
        hold()
        self._finishes = True

    def _look(self) -> None:
        if self._stop.is_set() and not self._finishes:
            raise Stopped("the process is to end; what was published before still stands")

    def expect(self, length_bytes: int) -> None:
        self._look()

    def advance(self, length_bytes: int) -> None: ...

    def listen(self, done_seconds: float, total_seconds: float) -> None:
        self._look()

    def say(self, text: str) -> None:
        self._look()


def _key(episode: Episode) -> tuple[str, str]:
    return (episode.slug, episode.audio.source.digest if episode.audio else "")


def _amounts(new: int, changed: int) -> str:
    parts = [f"{new} new episode{'s' if new != 1 else ''}"] if new else []
    parts += [f"{changed} changed"] if changed else []
    return ", ".join(parts) or "the show"


__all__ = ["Event", "Settings", "ShowWatch", "Stopped"]
