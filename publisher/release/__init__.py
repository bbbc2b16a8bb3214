"""The release: what is due goes out, or nothing does. Media first, then manifest, then the feed's flip."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from publisher.errors import Conflict, NeedsDecision, ShowError
from publisher.garbage import leave, rarely_collected
from publisher.manifest import FEED_KEY
from publisher.planning import Plan, empties_feed, risks
from publisher.problems import Problem, in_order
from publisher.release.building import unreadable, workshop
from publisher.release.mending import damaged_keys, with_damage
from publisher.release.outcome import Outcome, missed, unguarded
from publisher.release.preparing import (
    DEFAULT_URL,
    Choose,
    Prepared,
    checked,
    compare,
    heard_in,
    prepare,
    store_of,
)
from publisher.release.private import publish_private
from publisher.release.published import KEPT, Published, keep_copy
from publisher.release.telling_notes import begin
from publisher.release.uploads import Progress, Quiet, Uploads
from publisher.release.work import clear_sound, work_folder
from publisher.sharing import turn_to_build
from publisher.sound.facts import Measurement
from publisher.state.journal import Journal
from publisher.state.lock import only_run
from publisher.state.looking import Seen
from publisher.store import Store
from publisher.store.base import Stored

if TYPE_CHECKING:
    from publisher.build.executor import Elsewhere
    from publisher.release.assemble import Assembled

__all__ = [
    "Choose",
    "Outcome",
    "Prepared",
    "Published",
    "checked",
    "compare",
    "prepare",
    "publish",
    "release",
    "store_of",
]

_TRIES: Final = 5


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
    choose: Choose | None = None,
    hold: Callable[[], None] | None = None,
    tell: bool = False,
    seen: Seen | None = None,
    elsewhere: Elsewhere | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Publishes a show: read, check, plan, build, release.

    Args:
        folder: the show folder.
        to, endpoint, url: go before those of podcast.yaml.
        now: what is due at that moment goes out. The clock's unless given; without a zone, in the show's.
        dry_run: everything up to the plan, and nothing after it.
        allow_removal: published episodes may go.
        allow_guid_change: published episodes, or the show, may get another GUID.
        again: what was rolled back may go out again although the folder has not changed.
        mend: look at every object of the release that stands, and make again what is damaged or lost.
        id3_version: 4, or 3 for players that know nothing newer; None leaves what is published as it is.
        choose: leaves episodes out, as `publisher.release.preparing.prepare` takes it.
        hold: called once all is built and stored that has an address nobody can guess, before the first page
            is written; it may wait, and what it raises ends the release.
        tell: write down who is to be told of the release; telling is for `publisher.telling`.
        seen: as `publisher.load_show` takes it.
        elsewhere: other machines that work on the audio; private feeds' is worked on here.

    Raises:
        ShowError: the show has errors; nothing was written.
        NeedsDecision: the plan would remove or re-identify something published.
        Conflict: others kept publishing in between.
        StoreError: the store failed; what was published before stands.
    """
    progress = progress or Quiet()
    with contextlib.nullcontext() if dry_run else only_run(folder, say=progress.say), rarely_collected():
        # Read behind the lock: what another run has just released is not released once more.
        prepared = prepare(
            folder,
            to=to,
            endpoint=endpoint,
            url=url,
            now=now,
            id3_version=id3_version,
            choose=choose,
            seen=seen,
            probing=elsewhere.probing(Path(folder).resolve()) if elsewhere else None,
        )

        def carry_out(prepared: Prepared) -> Outcome:
            return release(
                prepared,
                dry_run=dry_run,
                allow_removal=allow_removal,
                allow_guid_change=allow_guid_change,
                again=again,
                mend=mend,
                hold=hold,
                tell=tell,
                elsewhere=elsewhere,
                progress=progress,
            )

        outcome = carry_out(prepared)
        outcome = replace(outcome, private=publish_private(prepared, carry_out))
        leave(prepared)
        if not dry_run:
            # Private feeds take what was encoded for the public one.
            clear_sound(prepared.root, lambda: _source_digests(outcome))
        return outcome


def release(
    prepared: Prepared,
    *,
    dry_run: bool = False,
    allow_removal: bool = False,
    allow_guid_change: bool = False,
    again: bool = False,
    mend: bool = False,
    tell: bool = False,
    hold: Callable[[], None] | None = None,
    elsewhere: Elsewhere | None = None,
    progress: Progress,
) -> Outcome:
    """Carries a plan out. When somebody else was first, plans again on what they published."""
    choices = _Choices(dry_run, allow_removal, allow_guid_change, again, mend, hold, tell, elsewhere)
    uploads = Uploads(prepared.store, progress)
    journal = Journal(prepared.state, prepared.store.name)
    try:
        outcome = _carried_out(prepared, uploads, journal, choices)
    except (NeedsDecision, Conflict, ShowError):
        # This run, or one that was interrupted, may have written pages for a feed that never stood.
        if not dry_run:
            _mend_pages(uploads, journal)
        raise
    if not dry_run:
        _mend_pages(uploads, journal)
    leave(uploads)
    return outcome


@dataclass(frozen=True, slots=True)
class _Choices:
    """What a person has decided about a release."""

    dry_run: bool
    allow_removal: bool
    allow_guid_change: bool
    again: bool
    mend: bool
    hold: Callable[[], None] | None
    tell: bool
    elsewhere: Elsewhere | None


def _carried_out(prepared: Prepared, uploads: Uploads, journal: Journal, choices: _Choices) -> Outcome:
    for _ in range(_TRIES):
        published, damaged = prepared.published, frozenset[str]()
        if prepared.plan.held and not choices.again:
            return _held(prepared, uploads)
        if choices.mend and published.manifest:
            damaged = damaged_keys(prepared.store, published.manifest)
            prepared = replace(prepared, plan=with_damage(prepared.plan, damaged))
        plan = prepared.plan
        _refuse_risks(plan, allow_removal=choices.allow_removal, allow_guid_change=choices.allow_guid_change)
        if choices.dry_run or not plan.has_changes:
            if not choices.dry_run:
                prepared.standing.settle(plan, published.manifest_key)
            return _outcome(prepared, uploads, released=False, key=published.manifest_key)
        changing = {planned.before.slug for planned in plan.changing if planned.before}
        uploads.know(published.manifest, slugs=changing, but=damaged)
        _announce(plan, uploads.progress)
        try:
            with turn_to_build():
                released, stored, heard = _write(prepared, uploads, journal, choices)
        except Conflict:
            # What the other wrote may have taken the place of what was written here, and the other way round.
            uploads = uploads.afresh()
            prepared = _again(prepared)
            continue
        manifest, key = released.manifest, released.manifest_artifact.object.key
        outcome = _outcome(prepared, uploads, released=True, key=key)
        return replace(
            outcome,
            problems=in_order([*outcome.problems, *heard]),
            manifest=manifest,
            changed_keys=tuple(uploads.keys),
            feed=released.document,
            feed_digest=released.feed.object.digest,
            feed_etag=stored.etag,
            notices=(*outcome.notices, *missed(manifest, published.manifest), *unguarded(prepared)),
        )
    raise Conflict(FEED_KEY, help=f"somebody else published {_TRIES} times in between; run publish again")


def _mend_pages(uploads: Uploads, journal: Journal) -> None:
    if journal.is_open:
        from publisher.release.live_pages import settle_pages

        if settle_pages(uploads.afresh()):
            journal.close()


def _held(prepared: Prepared, uploads: Uploads) -> Outcome:
    """The show was rolled back, and nobody has mended the folder: nothing goes out by itself."""
    if prepared.plan.held == "undone and due":
        raise NeedsDecision(
            "the show was rolled back, and with what is due now, what was undone would go out again",
            plan=prepared.plan,
            help="mend the folder, or say that it is meant so: --again",
        )
    notice = "the show was rolled back, and the folder is still what was undone: mend it, or publish --again"
    outcome = _outcome(prepared, uploads, released=False, key=prepared.published.manifest_key)
    return replace(outcome, notices=(*outcome.notices, notice))


def _again(prepared: Prepared) -> Prepared:
    """The same folder, checked and planned against what is published now. Where both were first, the GUID
    that the other gave the show stands."""
    plan = prepared.plan
    return compare(
        prepared.loaded,
        prepared.store,
        url=plan.show.url,
        now=plan.now,
        id3_version=plan.id3_version,
        lender=prepared.lender,
    )


def _refuse_risks(plan: Plan, *, allow_removal: bool, allow_guid_change: bool) -> None:
    if empties_feed(plan):
        raise NeedsDecision(
            "the feed would be empty: not one of the published episodes would be left",
            plan=plan,
            help="see whether the show's folder is all there; to end a show write complete: true into its "
            "podcast.yaml, and to take everything down leave one episode, or remove the feed by hand",
        )
    found = list(risks(plan, allow_removal=allow_removal, allow_guid_change=allow_guid_change))
    if found:
        what = "; ".join(text for text, _ in found[:5]) + (
            f"; and {len(found) - 5} more" if found[5:] else ""
        )
        flags = " ".join(dict.fromkeys(flag for _, flag in found))
        raise NeedsDecision(
            f"this would {what}",
            plan=plan,
            help=f"put things back as they were, or say that it is meant so: {flags}",
        )


def _announce(plan: Plan, progress: Progress) -> None:
    for planned in plan.changing:
        audio = planned.episode.audio if planned.episode else None
        if audio and planned.needs_audio:
            progress.expect(audio.source.length_bytes)


def _write(
    prepared: Prepared, uploads: Uploads, journal: Journal, choices: _Choices
) -> tuple[Assembled, Stored, tuple[Problem, ...]]:
    """Media first, the feed last. Gives what was released, what the store says of its feed, and what is wrong
    with new audio.

    Raises:
        Conflict: the flip is lost.
        ShowError: there is nothing to hear in new audio.
    """
    # Imported here: what makes audio and pages takes longer to import than a run with nothing to do takes.
    from publisher.release.assemble import assemble
    from publisher.release.flip import flip
    from publisher.release.live_pages import settle_pages

    interrupted = journal.is_open
    plan, published, store = prepared.plan, prepared.published, prepared.store
    found: list[Problem] = []

    def heard(measured: Mapping[str, Measurement]) -> None:
        found.extend(heard_in(prepared.loaded, measured, plan.now))
        if any(problem.is_error for problem in found):
            raise ShowError(in_order([*prepared.problems, *found]))

    with work_folder(prepared.root) as work:
        shop = workshop(prepared, uploads, work, choices.elsewhere)
        try:
            assembled = assemble(
                shop,
                plan,
                uploads,
                previous=published.manifest_key,
                standing=prepared.standing,
                heard=heard,
                before_pages=lambda: _still_first(store, published, journal, choices.hold),
            )
        except OSError as error:
            raise unreadable(error) from error
    manifest = assembled.manifest_artifact
    if choices.tell and not plan.show.private:
        public = plan.show.url != DEFAULT_URL
        begin(store, prepared.state, plan, manifest.object.key, assembled.manifest, public=public)
    stored = flip(uploads, manifest, assembled.feed, expected=published.feed_version)
    prepared.standing.settle(plan, manifest.object.key)
    for page in assembled.gone:
        store.delete(page.key)
    with manifest.body.open() as reader:
        data, kept = reader.read(), prepared.state / KEPT
    keep_copy(kept, manifest.object.key, data, assembled.manifest, assembled.cuts)
    written = () if interrupted else frozenset(uploads.keys)
    settle_pages(
        uploads.afresh(),
        kept=kept,
        own=Published(manifest_key=manifest.object.key, manifest=assembled.manifest),
        written=written,
    )
    journal.close()
    return assembled, stored, tuple(found)


def _source_digests(outcome: Outcome) -> frozenset[str]:
    """Of the audio that is published now."""
    manifest = outcome.manifest or outcome.plan.before
    return frozenset(item.source_digest for item in (manifest.episodes if manifest else ()))


def _still_first(
    store: Store, published: Published, journal: Journal, hold: Callable[[], None] | None
) -> None:
    """Building may have taken an hour. Pages are written over those that stand, so whoever has lost the race
    by now must not come that far. The flip itself settles what happens after this."""
    if hold is not None:
        hold()
    feed = store.head(FEED_KEY)
    if (feed.version if feed else None) != published.feed_version:
        raise Conflict(FEED_KEY)
    journal.open()


def _outcome(prepared: Prepared, uploads: Uploads, *, released: bool, key: str) -> Outcome:
    return Outcome(
        plan=prepared.plan,
        store_name=prepared.store.name,
        released=released,
        manifest_key=key,
        uploaded=uploads.count,
        uploaded_bytes=uploads.length_bytes,
        problems=prepared.problems,
        store=prepared.store,
        notices=prepared.plan.notices,
    )
