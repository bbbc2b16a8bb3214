"""What can be done with a show: the functions behind the commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.calendar import look
from publisher.coming import Upcoming
from publisher.coming import within as soon
from publisher.diagnosing import doctor
from publisher.errors import ShowError, StoreError, UsageError
from publisher.fixing import Fixed, fix_show
from publisher.folder_names import STATE_FOLDER
from publisher.planning import Plan
from publisher.previewing.standing import standing as preview
from publisher.problems import Problem
from publisher.reading.load import Loaded, load_show, read_settings
from publisher.release import Choose, Outcome, checked, prepare, store_of
from publisher.release import publish as release_show
from publisher.release.history import Past, chain, ensure_published
from publisher.release.preparing import moment_of
from publisher.release.private import discreet, plan_private, store_of_feed
from publisher.release.prune import prune
from publisher.release.published import KEPT, read_published
from publisher.release.recipients import tells
from publisher.release.rollback import RolledBack
from publisher.release.rollback import rollback as roll_back
from publisher.release.uploads import Progress
from publisher.scaffold import new
from publisher.sound.facts import Measurement
from publisher.state.looking import Seen
from publisher.status.last_run import last_release, recorded
from publisher.store import PrefixedStore
from publisher.telling.runs import tell_failed_run, tell_run, teller
from publisher.verifying import verify

if TYPE_CHECKING:
    from publisher.build.executor import Elsewhere
    from publisher.inbox import Outcome as InboxOutcome

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
    seen: Seen | None = None,
    cluster: str = "",
    sources: str = "",
    progress: Progress | None = None,
) -> Outcome:
    """Publishes a show, looks at it from outside and tells of it: read, check, plan, build, release, verify.

    Args:
        verify: whether to look at what was released; `Outcome.outside` has what was found.
        tell: whether to tell whom the show wants told; `Outcome.told` says who was.
        cluster: address of a Dask scheduler whose workers work on the audio; empty for this machine alone.
        sources: `s3://bucket/prefix` with a copy of the audio, for workers that do not see the show folder.

    The other arguments, and what is raised: as for `publisher.release.publish`.
    """
    tell = tell and not dry_run

    def released(
        now: datetime | None, mend: bool, seen: Seen | None = None, elsewhere: Elsewhere | None = None
    ) -> Outcome:
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
            seen=seen,
            elsewhere=elsewhere,
            progress=progress,
        )
        return _looked_at(outcome, progress) if verify else outcome

    with recorded(folder, dry_run=dry_run) as run:
        try:
            with _other_machines(cluster, sources, endpoint) as elsewhere:
                outcome = released(now, mend, seen, elsewhere)
        except Exception as error:
            if tell:
                tell_failed_run(folder, error, to=to, endpoint=endpoint, progress=progress)
            raise
        if tell:
            first = outcome
            outcome = tell_run(Path(folder), first, lambda: released(first.plan.now, False), progress)
        run.outcome = outcome
    return outcome


def _other_machines(cluster: str, sources: str, endpoint: str) -> AbstractContextManager[Elsewhere | None]:
    if not cluster:
        if sources:
            raise UsageError(
                "sources in a bucket are for the workers of a cluster",
                help="name its scheduler: --cluster tcp://host:8786",
            )
        return nullcontext()
    from publisher.cluster import connected

    return connected(cluster, sources=sources, endpoint=endpoint)


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
    return replace(done, told=tell_release(loaded.show, store, loaded.root, published, teller(progress)))


def _looked_at(outcome: Outcome, progress: Progress | None) -> Outcome:
    """The outcome with what is seen of it from outside, and of its private feeds."""
    private = tuple(
        replace(feed, outcome=_looked_at(feed.outcome, progress)) if feed.outcome else feed
        for feed in outcome.private
    )
    outcome = replace(outcome, private=private)
    if outcome.manifest is None:
        return outcome
    from publisher.verifying import ReleasedFeed, verify_release

    if progress:
        progress.say("looking from outside")
    store = outcome.store
    assert store is not None
    problems = verify_release(
        store,
        outcome.manifest,
        changed_keys=outcome.changed_keys,
        manifest_key=outcome.manifest_key,
        released=ReleasedFeed(outcome.feed, outcome.feed_digest, outcome.feed_etag) if outcome.feed else None,
    ).problems
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
