"""The release: what is due goes out, or nothing does. Media first, then manifest, then the feed's flip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from publisher.check import check_show
from publisher.errors import Conflict, NeedsDecision, ShowError, StoreError, UsageError
from publisher.manifest import FEED_KEY, StoredObject
from publisher.model import Show
from publisher.plan import Plan, make_plan, risks, settle
from publisher.problems import Problem, in_order
from publisher.reading.accept import base_address
from publisher.reading.load import STATE_FOLDER, Loaded, load_show
from publisher.reading.locate import locate
from publisher.release.published import Published, keep_copy, read_published
from publisher.release.uploads import Progress, Quiet, Uploads
from publisher.release.work import work_folder
from publisher.store import Store, open_store
from publisher.store.base import Headers

__all__ = [
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

DEFAULT_FOLDER: Final = "public"
DEFAULT_URL: Final = "http://127.0.0.1:8000/"
_TRIES: Final = 5
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything read, checked and compared; nothing written yet."""

    loaded: Loaded
    store: Store
    published: Published
    plan: Plan
    problems: tuple[Problem, ...]

    @property
    def root(self) -> Path:
        """The show folder."""
        return self.loaded.root


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a publish.

    Attributes:
        released: whether the feed was flipped; False when there was nothing to do, or for a dry run.
        manifest_key: of the release that stands now; empty after a dry run of a first release.
        uploaded, uploaded_bytes: objects that were stored, manifest and feed among them.
        problems: warnings, since with errors nothing is released.
    """

    plan: Plan
    store_name: str
    released: bool
    manifest_key: str
    uploaded: int
    uploaded_bytes: int
    problems: tuple[Problem, ...]
    notices: tuple[str, ...] = ()

    @property
    def feed_url(self) -> str:
        return self.plan.show.feed_url

    def as_json(self) -> dict[str, Any]:
        return {
            "released": self.released,
            "store": self.store_name,
            "feed_url": self.feed_url,
            "release": self.manifest_key,
            "uploaded": self.uploaded,
            "uploaded_bytes": self.uploaded_bytes,
            "plan": self.plan.as_json(),
            "problems": [problem.as_json() for problem in self.problems],
            "notices": list(self.notices),
        }


def store_of(loaded: Loaded, *, to: str = "", endpoint: str = "") -> Store:
    """The store that a show is published to.

    Args:
        to: an address that goes before the show's own; relative to the working folder.

    Raises:
        UsageError: the address is none.
    """
    show = loaded.show
    own = show.publish_to if show else ""
    base = Path.cwd() if to else loaded.root.parent
    address = to or own or DEFAULT_FOLDER
    return open_store(address, endpoint=endpoint or (show.publish_endpoint if show else ""), base=base)


def checked(
    loaded: Loaded, published: Published | None, now: datetime, profiles: Iterable[str] | None = None
) -> tuple[Problem, ...]:
    """Every problem of a show: those that reading found and those that the rules find, with their places."""
    if loaded.show is None:
        return loaded.problems
    before = published.manifest if published else None
    found = check_show(loaded.show, before=before, now=now, profiles=profiles)
    return in_order([*loaded.problems, *locate(found, loaded.root)])


def prepare(
    folder: Path | str,
    *,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    now: datetime | None = None,
    id3_version: int | None = None,
) -> Prepared:
    """Reads the show and what is published of it, checks, and plans.

    Args:
        folder: the show folder.
        to, endpoint, url: go before those of podcast.yaml.
        now: the clock's unless given; without a zone, it is in the show's.
        id3_version: as `publisher.plan.make_plan` takes it.

    Raises:
        ShowError: the show has errors.
        StoreError: the store failed.
        UsageError: an address is none.
    """
    loaded = load_show(folder)
    if loaded.show is None:
        raise ShowError(loaded.problems)  # before any store is asked for
    store = store_of(loaded, to=to, endpoint=endpoint)
    return compare(loaded, store, url=url, now=now, id3_version=id3_version)


def compare(
    loaded: Loaded,
    store: Store,
    *,
    url: str = "",
    now: datetime | None = None,
    need_url: bool = True,
    published: Published | None = None,
    id3_version: int | None = None,
) -> Prepared:
    """Checks a show that was read, and plans against what the store holds of it.

    Args:
        now: the clock's unless given; without a zone, it is in the show's.
        need_url: whether a bucket without a public address is an error.
        published: what is published, where it is known already.
    """
    show = loaded.show
    if show is None:
        raise ShowError(loaded.problems)
    now = _moment(now, show)
    if published is None:
        published = read_published(store, kept=loaded.root / STATE_FOLDER / "releases")
    problems = list(checked(loaded, published, now))
    address = _base_address(url) or show.url or (published.manifest.url if published.manifest else "")
    if not address and need_url and store.name.startswith("s3://"):
        message = "the public address is not known under which the published files will be reached"
        help = "add url: https://… to podcast.yaml, or give --url"
        problems.append(Problem("url-missing", "error", message, help, f"{show.folder}/podcast.yaml"))
    if any(problem.is_error for problem in problems):
        raise ShowError(in_order(problems))
    settled = settle(show, published.manifest, url=address or DEFAULT_URL)
    plan = make_plan(settled, published.manifest, now, id3_version=id3_version)
    return Prepared(loaded, store, published, plan, in_order(problems))


def _base_address(url: str) -> str:
    if not url:
        return ""
    try:
        return base_address(url)
    except ValueError as error:
        message, help = (*error.args, "")[:2]
        raise UsageError(f"{url!r} cannot be the public address: {message}", help=help) from error


def _moment(now: datetime | None, show: Show) -> datetime:
    if now is None:
        return datetime.now(UTC)
    return (now if now.tzinfo else now.replace(tzinfo=ZoneInfo(show.timezone))).astimezone(UTC)


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
    id3_version: int | None = None,
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
        id3_version: 4, or 3 for players that know nothing newer; None leaves what is published as it is.

    Raises:
        ShowError: the show has errors; nothing was written.
        NeedsDecision: the plan would remove or re-identify something published.
        Conflict: others kept publishing in between.
        StoreError: the store failed; what was published before stands.
    """
    prepared = prepare(folder, to=to, endpoint=endpoint, url=url, now=now, id3_version=id3_version)
    return release(
        prepared,
        dry_run=dry_run,
        allow_removal=allow_removal,
        allow_guid_change=allow_guid_change,
        progress=progress or Quiet(),
    )


def release(
    prepared: Prepared,
    *,
    dry_run: bool = False,
    allow_removal: bool = False,
    allow_guid_change: bool = False,
    progress: Progress,
) -> Outcome:
    """Carries a plan out. When somebody else was first, plans again on what they published."""
    uploads = Uploads(prepared.store, progress)
    for _ in range(_TRIES):
        plan, published = prepared.plan, prepared.published
        _refuse_risks(plan, allow_removal=allow_removal, allow_guid_change=allow_guid_change)
        if dry_run or not plan.has_changes:
            return _outcome(prepared, uploads, released=False, key=published.manifest_key)
        uploads.know(published.manifest)
        _announce(plan, progress)
        try:
            key = _write(prepared, uploads)
        except Conflict:
            # What the other wrote may have taken the place of what was written here.
            uploads = uploads.afresh()
            prepared = _again(prepared)
            continue
        return _outcome(prepared, uploads, released=True, key=key)
    raise Conflict(FEED_KEY, help=f"somebody else published {_TRIES} times in between; run publish again")


def _again(prepared: Prepared) -> Prepared:
    """The same folder, checked and planned against what is published now. Where both were first, the GUID
    that the other gave the show stands."""
    plan = prepared.plan
    return compare(
        prepared.loaded, prepared.store, url=plan.show.url, now=plan.now, id3_version=plan.id3_version
    )


def _refuse_risks(plan: Plan, *, allow_removal: bool, allow_guid_change: bool) -> None:
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
    for planned in plan.released:
        audio = planned.episode.audio if planned.episode else None
        if audio and planned.needs_audio:
            progress.expect(audio.source.length_bytes)


def _write(prepared: Prepared, uploads: Uploads) -> str:
    """Media first, the feed last. Raises Conflict when the flip is lost."""
    # Imported here: what makes audio and pages takes longer to import than a run with nothing to do takes.
    from publisher.build.episode import Workshop
    from publisher.release.assemble import assemble

    plan, published, store = prepared.plan, prepared.published, prepared.store
    with work_folder(prepared.root) as work:
        shop = Workshop(
            show=plan.show,
            root=prepared.root,
            work=work,
            keep=uploads.keep,
            fetch=lambda item, path: _fetch(store, item, path),
        )
        try:
            assembled = assemble(
                shop,
                plan,
                previous=published.manifest_key,
                before_pages=lambda: _still_first(store, published),
            )
        except OSError as error:
            raise _unreadable(error) from error
    uploads.keep(assembled.manifest_artifact)
    feed = assembled.feed
    uploads.progress.say("the feed")
    store.replace(
        FEED_KEY,
        feed.body,
        Headers(feed.object.type, feed.headers.cache_control, feed.headers.metadata),
        expected=published.feed_version,
    )
    uploads.count += 1
    uploads.length_bytes += feed.object.length_bytes
    for key in assembled.gone:
        store.delete(key)
    manifest_key = assembled.manifest_artifact.object.key
    with assembled.manifest_artifact.body.open() as reader:
        keep_copy(prepared.root / STATE_FOLDER / "releases", manifest_key, reader.read())
    return manifest_key


def _still_first(store: Store, published: Published) -> None:
    """Building may have taken an hour. Pages are written over those that stand, so whoever has lost the race
    by now must not come that far. The flip itself settles what happens after this."""
    feed = store.head(FEED_KEY)
    if (feed.version if feed else None) != published.feed_version:
        raise Conflict(FEED_KEY)


def _unreadable(error: OSError) -> StoreError:
    place, reason = error.filename or "a file of the show", error.strerror or type(error).__name__
    return StoreError(
        f"{place} could not be used while it was being published: {reason}",
        help="nothing was released; see that nobody moves files of the show meanwhile, and run again",
    )


def _fetch(store: Store, item: StoredObject, path: Path) -> None:
    """Copies a released object to a file, and sees to it that it is the one."""
    from publisher.reading.probes import sha256_of

    with store.open(item.key) as reader, path.open("wb") as writer:
        while block := reader.read(_BLOCK):
            writer.write(block)
    if sha256_of(path) != item.digest:
        raise StoreError(
            f"{item.key} was damaged in the store: its bytes have another digest",
            help="put the episode's audio back into its folder and publish again",
        )


def _outcome(prepared: Prepared, uploads: Uploads, *, released: bool, key: str) -> Outcome:
    return Outcome(
        plan=prepared.plan,
        store_name=prepared.store.name,
        released=released,
        manifest_key=key,
        uploaded=uploads.count,
        uploaded_bytes=uploads.length_bytes,
        problems=prepared.problems,
    )
