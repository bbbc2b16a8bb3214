"""What can be done with a show: the functions behind the commands."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.calendar import Upcoming, look
from publisher.calendar import within as soon
from publisher.diagnosing import doctor
from publisher.errors import Defect, PublisherError, ShowError, StoreError, UsageError
from publisher.fixing import Fixed, fix_show
from publisher.planning import Plan
from publisher.previewing.standing import standing as preview
from publisher.problems import Problem
from publisher.reading.load import STATE_FOLDER, Loaded, load_show, read_settings
from publisher.release import Choose, Outcome, checked, prepare, store_of
from publisher.release import publish as release_show
from publisher.release.history import Past, chain, ensure_published
from publisher.release.preparing import moment_of
from publisher.release.private import discreet, plan_private, store_of_feed
from publisher.release.prune import prune
from publisher.release.published import KEPT, Published, read_published
from publisher.release.recipients import networks, recipients, tells
from publisher.release.rollback import RolledBack
from publisher.release.rollback import rollback as roll_back
from publisher.release.told import Told
from publisher.release.uploads import Progress
from publisher.scaffold import new
from publisher.sound.facts import Measurement
from publisher.status.last_run import last_release, recorded
from publisher.store import PrefixedStore
from publisher.verifying import verify

if TYPE_CHECKING:
    from publisher.inbox import Outcome as InboxOutcome
    from publisher.telling.releases import Teller

__all__ = [
    "check",
    "doctor",
    "fix",
    "history",
    "load_show",
    "new",
    "plan",
    "preview",
    "prune",
    "publish",
    "rollback",
    "take_in",
    "upcoming",
    "verify",
]


def check(
    folder: Path | str,
    *,
    profiles: Iterable[str] | None = None,
    hints: bool = False,
    to: str = "",
    endpoint: str = "",
    now: datetime | None = None,
    listen: bool = False,
    progress: Progress | None = None,
) -> tuple[Problem, ...]:
    """Every problem of a show, with rule, place and mend.

    The store is asked only when an episode that is out lacks its audio, which is well once it is published.

    Args:
        profiles: the directories that matter; None for all of them.
        hints: whether advice is wanted too.
        to, endpoint: go before those of podcast.yaml.
        now: the clock's unless given; without a zone, it is in the show's.
        listen: whether all audio is listened to, which takes a while and is remembered.
        progress: told how far the listening is.

    Raises:
        UsageError: the store's address is none.
        StoreError: the audio changed meanwhile.
    """
    loaded = load_show(folder)
    show = loaded.show
    now = moment_of(now, show)
    measured = _listened(loaded, progress) if listen else None
    if show is None or not any(
        episode.audio is None and episode.published and episode.published <= now for episode in show.episodes
    ):
        return checked(loaded, None, now, profiles, hints, measured)
    try:
        published = read_published(store_of(loaded, to=to, endpoint=endpoint))
    except StoreError as error:
        unknown = Problem(
            "store-unknown",
            "warning",
            f"the store could not be asked which episodes are published: {error.message}",
            error.help or "published episodes may do without their audio; check again when it answers",
            f"{show.folder}/podcast.yaml",
        )
        return (*checked(loaded, None, now, profiles, hints, measured), unknown)
    return checked(loaded, published, now, profiles, hints, measured)


def _listened(
    loaded: Loaded, progress: Progress | None, slugs: frozenset[str] | None = None
) -> dict[str, Measurement]:
    """What the episodes sound like: all, or those with these slugs."""
    from publisher.build.sounds import Order, prepare
    from publisher.release.work import sound_folder, work_folder

    if loaded.show is None:
        return {}
    orders = {
        episode.slug: Order(episode.audio)
        for episode in loaded.show.episodes
        if episode.audio and (slugs is None or episode.slug in slugs)
    }
    if not orders:
        return {}
    with work_folder(loaded.root) as work:
        sounds = prepare(
            orders,
            root=loaded.root,
            folder=sound_folder(loaded.root, work),
            watch=progress.listen if progress else None,
        )
    return {slug: Measurement.from_json(sound.measured) for slug, sound in sounds.items()}


def upcoming(
    folder: Path | str,
    *,
    within: timedelta,
    now: datetime | None = None,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    listen: bool = False,
    progress: Progress | None = None,
) -> tuple[Upcoming, ...]:
    """What is due, and what goes out within a time: each with when, what it lacks, and what is wrong with it.

    Args:
        folder: the show folder.
        within: from `now` on.
        now: the clock's unless given; without a zone, it is in the show's.
        to, endpoint, url: go before those of podcast.yaml.
        listen: whether their audio is listened to, which takes a while and is remembered.
        progress: told how far the listening is.

    Returns:
        The next one first. Where the store cannot be asked, what was due before `now` is taken for released.

    Raises:
        ShowError: podcast.yaml cannot be read.
        UsageError: the store's address, or `url`, is none.
    """
    found = look(folder, to=to, endpoint=endpoint, url=url, now=now, last_known=last_release)
    if not found.is_readable:
        raise ShowError(found.problems)
    if found.prepared is None and found.store_error is not None:
        raise found.store_error
    entries = soon(found.entries, found.now, within)
    if listen and entries:
        measured = _listened(found.loaded, progress, frozenset(entry.slug for entry in entries))
        entries = soon(found.heard(measured).entries, found.now, within)
    return entries


def fix(
    folder: Path | str,
    *,
    profiles: Iterable[str] | None = None,
    hints: bool = False,
    to: str = "",
    endpoint: str = "",
    now: datetime | None = None,
    listen: bool = False,
    progress: Progress | None = None,
) -> Fixed:
    """Mends what is safe in a show's own files: see `publisher.fixing`.

    Args:
        profiles, hints, to, endpoint, now, listen, progress: as `check` takes them.

    Returns:
        What was mended, and every problem that is left.
    """
    wanted = None if profiles is None else tuple(profiles)

    def problems() -> tuple[Problem, ...]:
        return check(
            folder,
            profiles=wanted,
            hints=hints,
            to=to,
            endpoint=endpoint,
            now=now,
            listen=listen,
            progress=progress,
        )

    return fix_show(Path(folder), problems)


def take_in(
    folder: Path | str,
    inbox: str = "",
    *,
    now: datetime | None = None,
    still_seconds: float = 5.0,
    state: Path | None = None,
    endpoint: str = "",
) -> tuple[InboxOutcome, ...]:
    """Looks once into a show's inbox: see `publisher.inbox.take_in`.

    Args:
        inbox: goes before that of podcast.yaml, and is relative to the working folder.
        now: aware; the clock's unless given.
        state: as `publisher.inbox.take_in` takes it.
        endpoint: goes before that of podcast.yaml.
    """
    from publisher.inbox import take_in

    settings = read_settings(folder)
    if inbox and not inbox.startswith("s3:"):
        inbox = str(Path.cwd() / Path(inbox).expanduser())
    return take_in(
        Path(folder),
        inbox or settings.get("inbox", ""),
        now=now or datetime.now(UTC),
        still_seconds=still_seconds,
        state=state,
        endpoint=endpoint or settings.get("publish", {}).get("endpoint", ""),
        published_to=settings.get("publish", {}).get("to", ""),
    )


def plan(
    folder: Path | str, *, to: str = "", endpoint: str = "", url: str = "", now: datetime | None = None
) -> Plan:
    """What a publish would do now, to the private feeds too, and nothing else.

    Raises:
        ShowError: the show has errors.
        StoreError: the store failed.
        UsageError: an address is none.
    """
    prepared = prepare(folder, to=to, endpoint=endpoint, url=url, now=now)
    return replace(prepared.plan, private=plan_private(prepared))


def publish(
    folder: Path | str,
    *,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    now: datetime | None = None,
    dry_run: bool = False,
    allow_removal: bool = False,
    allow_guid_change: bool = False,
    again: bool = False,
    mend: bool = False,
    id3_version: int | None = None,
    verify: bool = True,
    choose: Choose | None = None,
    hold: Callable[[], None] | None = None,
    tell: bool = True,
    progress: Progress | None = None,
) -> Outcome:
    """Publishes a show, looks at it from outside and tells of it: read, check, plan, build, release, verify.

    Args:
        verify: whether to look at what was released; `Outcome.outside` has what was found.
        tell: whether to tell whom the show wants told; `Outcome.told` says who was.

    The other arguments, and what is raised: as for `publisher.release.publish`.
    """
    tell = tell and not dry_run

    def released(now: datetime | None, mend: bool) -> Outcome:
        outcome = release_show(
            folder,
            to=to,
            endpoint=endpoint,
            url=url,
            now=now,
            dry_run=dry_run,
            allow_removal=allow_removal,
            allow_guid_change=allow_guid_change,
            again=again,
            mend=mend,
            id3_version=id3_version,
            choose=choose,
            hold=hold,
            tell=tell,
            progress=progress,
        )
        return _looked_at(outcome, progress) if verify else outcome

    with recorded(folder, dry_run=dry_run) as run:
        try:
            outcome = released(now, mend)
        except Exception as error:
            if tell:
                _tell_failure(folder, error, progress)
            raise
        if tell:
            first = outcome
            outcome = _told(Path(folder), first, lambda: released(first.plan.now, False), progress)
        run.outcome = outcome
    return outcome


def _told(folder: Path, outcome: Outcome, again: Callable[[], Outcome], progress: Progress | None) -> Outcome:
    """The outcome, after everybody was told whom the show wants told.

    New episodes are announced first: where that was is then released too, and hubs are told once, of the feed
    that has it.

    Args:
        again: releases once more, as of the same moment.
    """
    show, state = outcome.plan.show, folder / STATE_FOLDER
    if not tells(show) and not show.notify.webhooks and not show.notify.email:
        return outcome
    from publisher.telling.producers import coming_of, is_well, remember, tell_failure, tell_upcoming
    from publisher.telling.releases import announce
    from publisher.telling.releases import tell as tell_release

    teller, store = _teller(progress), outcome.store
    assert store is not None
    remember(show, state)
    told = Told()
    if not any(problem.is_error for problem in outcome.outside):
        told += announce(show, store, folder, _published(outcome), teller)
    elif any(networks(show)):
        told += Told(notices=("posts wait for the next run: seen from outside, the release is not well",))
    if told.posts:
        try:
            outcome = _joined(outcome, again())
        except PublisherError as error:
            what = f"where the episodes were announced is not in the feed yet: {error.message}"
            told += Told(notices=(what,))
    told += tell_release(show, store, folder, _published(outcome), teller)
    coming = coming_of(outcome.plan, outcome.problems)
    told += tell_upcoming(show, state, coming, teller)
    if outcome.exit_status:
        reason, details = _not_well(outcome)
        told += tell_failure(
            show,
            state,
            teller,
            reason=reason,
            details=details,
            status=outcome.exit_status,
            stands=outcome.released,
        )
    else:
        is_well(state)
    return replace(outcome, told=told)


def _teller(progress: Progress | None) -> Teller:
    from publisher.telling.releases import Teller

    return Teller(os.environ, say=progress.say) if progress else Teller(os.environ)


def _published(outcome: Outcome) -> Published:
    """What stands after a publish."""
    return Published(manifest_key=outcome.manifest_key, manifest=outcome.manifest or outcome.plan.before)


def _joined(first: Outcome, second: Outcome) -> Outcome:
    """Two releases of one run, as one."""
    if not second.released:
        return first
    return replace(
        first,
        released=True,
        manifest_key=second.manifest_key,
        manifest=second.manifest,
        uploaded=first.uploaded + second.uploaded,
        uploaded_bytes=first.uploaded_bytes + second.uploaded_bytes,
        changed_keys=tuple(dict.fromkeys((*first.changed_keys, *second.changed_keys))),
        outside=tuple(dict.fromkeys((*first.outside, *second.outside))),
    )


def _not_well(outcome: Outcome) -> tuple[str, tuple[str, ...]]:
    """What is wrong with a release that was made, or with a private feed, without the address of one."""
    found = [str(problem) for problem in outcome.outside if problem.is_error]
    failed = [feed.name for feed in outcome.private if feed.exit_status]
    reasons = ["seen from outside, the release has errors"] if found else []
    reasons += [f"the private feed {name} is not well" for name in failed]
    return "; ".join(reasons), tuple(found)


def _tell_failure(folder: Path | str, error: Exception, progress: Progress | None) -> None:
    """Tells the producer that publishing failed. Nothing of that may hide why it did."""
    failure = error if isinstance(error, PublisherError) else Defect(error)
    if isinstance(failure, UsageError):
        return
    with contextlib.suppress(Exception):
        state, loaded = Path(folder) / STATE_FOLDER, load_show(folder)
        show = loaded.show
        if show is None or (loaded.has_errors and not show.notify.webhooks and not show.notify.email):
            if not state.exists():
                return
            from publisher.telling.producers import remembered

            show = remembered(state, Path(folder).name) or show
        if show is None or not any(recipients(show, "failure")):
            return
        from publisher.telling.producers import reason_of, tell_failure

        reason, details = reason_of(failure)
        told = tell_failure(
            show, state, _teller(progress), reason=reason, details=details, status=failure.exit_status
        )
        failure.told = told.told


def tell_left_out(
    folder: Path | str, left_out: Mapping[str, tuple[Problem, ...]], *, progress: Progress | None = None
) -> Told:
    """Tells the producer which new episodes do not go out because they have errors, once for the same errors.

    Args:
        left_out: the errors by slug; none of them, and what was told is forgotten.
    """
    from publisher.telling.producers import LEFT_OUT, is_well, remembered, tell_failure

    state = Path(folder) / STATE_FOLDER
    show = remembered(state, Path(folder).name)
    if not left_out:
        is_well(state, of=LEFT_OUT)
    if not left_out or show is None or not any(recipients(show, "failure")):
        return Told()
    names = ", ".join(sorted(left_out))
    what = "does not go out: it has" if len(left_out) == 1 else "do not go out: they have"
    return tell_failure(
        show,
        state,
        _teller(progress),
        reason=f"{names} {what} errors",
        details=tuple(str(problem) for slug in sorted(left_out) for problem in left_out[slug]),
        status=1,
        stands=True,
        of=LEFT_OUT,
    )


def rollback(
    folder: Path | str,
    release: str,
    *,
    to: str = "",
    endpoint: str = "",
    feed: str = "",
    tell: bool = True,
    progress: Progress | None = None,
) -> RolledBack:
    """Puts a past release back in the place of the one that stands, and tells of it; nothing is announced.

    Args:
        tell: whether to tell whom the show wants told; `RolledBack.told` says who was.

    The other arguments, and what is raised: as for `publisher.release.rollback.rollback`.
    """
    done = roll_back(folder, release, to=to, endpoint=endpoint, feed=feed, tell=tell, progress=progress)
    loaded = load_show(folder)
    if not tell or feed or loaded.show is None or not tells(loaded.show):
        return done
    from publisher.telling.releases import tell as tell_release

    store = store_of(loaded, to=to, endpoint=endpoint)
    published = read_published(store, kept=loaded.root / STATE_FOLDER / KEPT)
    return replace(done, told=tell_release(loaded.show, store, loaded.root, published, _teller(progress)))


def _looked_at(outcome: Outcome, progress: Progress | None) -> Outcome:
    """The outcome with what is seen of it from outside, and of its private feeds."""
    private = tuple(
        replace(feed, outcome=_looked_at(feed.outcome, progress)) if feed.outcome else feed
        for feed in outcome.private
    )
    outcome = replace(outcome, private=private)
    if outcome.manifest is None:
        return outcome
    from publisher.verifying import verify_release

    if progress:
        progress.say("looking from outside")
    store = outcome.store
    assert store is not None
    problems = verify_release(store, outcome.manifest, changed_keys=outcome.changed_keys).problems
    if isinstance(store, PrefixedStore):
        problems = discreet(problems, store)
    return replace(outcome, outside=problems)


def history(
    folder: Path | str, *, to: str = "", endpoint: str = "", feed: str = "", limit: int = 20
) -> tuple[Past, ...]:
    """Past releases of a show, the one that stands first.

    Args:
        to, endpoint: go before those of podcast.yaml.
        feed: name of a private feed, whose own releases these are then.
        limit: how many at most.

    Raises:
        StoreError: nothing is published, or the store failed.
        UsageError: an address is none, or there is no such feed.
        ShowError: podcast.yaml cannot be read, so that the feed is not known.
    """
    loaded = load_show(folder)
    store = store_of_feed(loaded, store_of(loaded, to=to, endpoint=endpoint), feed)
    ensure_published(store)
    return tuple(islice(chain(store), limit))
