"""Gathers what a status is made of: from the folder, the store, and what the last run noted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from publisher.calendar.looking import Look, look
from publisher.errors import PublisherError, StoreError
from publisher.folder_names import STATE_FOLDER
from publisher.planning import PrivatePlan
from publisher.release.history import Past, compared, short
from publisher.release.preparing import Prepared
from publisher.release.private import plan_private
from publisher.release.published import KEPT, manifest_of
from publisher.status.last_run import last_release, read_last_run
from publisher.status.report import LastRelease, PrivateState, Status, titles


def gather(
    show: Path | str, *, to: str = "", endpoint: str = "", url: str = "", now: datetime | None = None
) -> Status:
    """How a show stands. Nothing of the show or the store is changed, and nothing is raised for what is wrong
    with either: the status says it.

    It costs a look at the folder, and of the store the feed's first bytes; the manifests are copied the first
    time, and each private feed whose secret is set costs as much again.

    Args:
        show: the show folder.
        to, endpoint, url: go before those of podcast.yaml.
        now: the clock's unless given; without a zone, it is in the show's.

    Raises:
        UsageError: `url` is no address.
    """
    found = look(show, to=to, endpoint=endpoint, url=url, now=now, last_known=last_release)
    loaded, prepared = found.loaded, found.prepared
    plan = prepared.plan if prepared else None
    last_run = read_last_run(loaded.root)
    known = loaded.show
    return Status(
        show=str(show),
        title=known.title if known else "",
        timezone=known.timezone if known else "UTC",
        now=found.now,
        store=prepared.store.name if prepared else last_run.store if last_run else "",
        feed_url=plan.show.feed_url if plan else last_run.feed_url if last_run else "",
        store_asked=prepared is not None or found.store_error is not None,
        store_error=found.store_error.message if found.store_error else "",
        release=_release(found, prepared) if prepared else None,
        entries=found.entries,
        pending=tuple(episode.slug for episode in plan.of("new", "changed", "removed", "re-identified"))
        if plan and found.store_error is None
        else (),
        held=plan.held if plan else "",
        problems=found.problems,
        last_run=last_run,
        private=_private(found, prepared) if prepared else (),
    )


def _release(found: Look, prepared: Prepared) -> LastRelease | None:
    published = found.published
    manifest = published.manifest
    if manifest is None:
        return None
    before = None
    if manifest.previous:
        kept = found.loaded.root / STATE_FOLDER / KEPT
        try:
            before = manifest_of(prepared.store, manifest.previous, kept=kept) if _asked(found) else None
        except StoreError:
            # What is new in it is not worth a status without the rest.
            before = None
    past = Past(published.manifest_key, published.flipped, manifest)
    if before is not None or not manifest.previous:
        past = compared(past, before)
    gone = {episode.slug: episode.title for episode in before.episodes} if before else {}
    known = {episode.slug: episode.title for episode in manifest.episodes}
    return LastRelease(
        name=past.name,
        key=past.key,
        when=past.when,
        episodes=len(manifest.episodes),
        added=titles(past.added, known),
        changed=titles(past.changed, known),
        removed=titles(past.removed, gone),
        repeats=short(manifest.repeats),
    )


def _asked(found: Look) -> bool:
    """Whether the store answered."""
    return found.store_error is None


def _private(found: Look, prepared: Prepared) -> tuple[PrivateState, ...]:
    # What is wrong with the show is wrong with its private feeds, and is said already.
    if not _asked(found) or any(problem.is_error for problem in found.problems):
        return ()
    try:
        return tuple(map(_private_state, plan_private(prepared)))
    except PublisherError as error:
        return (PrivateState("", "failed", error.message),)


def _private_state(feed: PrivatePlan) -> PrivateState:
    if feed.error is not None:
        return PrivateState(feed.name, "failed", feed.error.message)
    if feed.plan is None:
        return PrivateState(feed.name, "left", "; ".join(problem.message for problem in feed.problems))
    if feed.plan.held:
        return PrivateState(feed.name, "held")
    return PrivateState(feed.name, "waiting" if feed.plan.would_release else "well")
