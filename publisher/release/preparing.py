"""Before a release: the show is read and checked, what is published is read, and both are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from publisher.build.workshop import State
from publisher.checking import check_show, check_sound
from publisher.errors import ShowError, UsageError
from publisher.folder_names import STATE_FOLDER
from publisher.manifest import Manifest
from publisher.model import Show
from publisher.planning import Plan, make_plan, settle
from publisher.problems import Problem, in_order, without_hints
from publisher.reading.accept import base_address
from publisher.reading.ahead import Probing
from publisher.reading.judged import Judged
from publisher.reading.load import Loaded, load_show
from publisher.reading.locate import locate
from publisher.release.published import KEPT, Published, manifest_of, read_published
from publisher.release.standing import Standing
from publisher.release.telling_notes import announced
from publisher.sound.facts import Measurement
from publisher.state.looking import Seen
from publisher.store import Store, open_store

Choose = Callable[[Loaded, Published, datetime], Loaded]
"""Leaves episodes out of a show that was read, knowing what is published of it and the moment."""

DEFAULT_FOLDER: Final = "public"
DEFAULT_URL: Final = "http://127.0.0.1:8000/"


@dataclass(frozen=True, slots=True)
class Lender:
    """Another feed of the same show, whose audio will do where the folder has none."""

    store: Store
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything read, checked and compared; nothing written yet.

    Attributes:
        standing: what is known of the episodes of the release that stands.
        known: what is published, and what was and is rolled back: episodes that may do without their audio.
        lender: for a private feed, the public one.
        states: as the workshop has them.
    """

    loaded: Loaded
    store: Store
    published: Published
    plan: Plan
    problems: tuple[Problem, ...]
    standing: Standing
    known: Manifest | None = None
    lender: Lender | None = None
    states: Mapping[str, State] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The show folder."""
        return self.loaded.root

    @property
    def state(self) -> Path:
        """Where notes of runs are kept."""
        return self.loaded.root / STATE_FOLDER


def store_of(loaded: Loaded, *, to: str = "", endpoint: str = "") -> Store:
    """The store that a show is published to.

    Args:
        to: an address that goes before the show's own; relative to the working folder.

    Raises:
        UsageError: the address is none.
    """
    show = loaded.show
    base = Path.cwd() if to else loaded.root.parent
    own = show.publish_endpoint if show else ""
    return open_store(store_address(show, to=to), endpoint=endpoint or own, base=base)


def store_address(show: Show | None, *, to: str = "") -> str:
    """Where a show is published, as the command or podcast.yaml says it."""
    return to or (show.publish_to if show else "") or DEFAULT_FOLDER


def checked(
    loaded: Loaded,
    published: Published | None,
    now: datetime,
    profiles: Iterable[str] | None = None,
    hints: bool = False,
    measured: Mapping[str, Measurement] | None = None,
) -> tuple[Problem, ...]:
    """Every problem of a show: those that reading found and those that the rules find, with their places."""
    read = loaded.problems if hints else without_hints(loaded.problems)
    if loaded.show is None:
        return read
    before = published.manifest if published else None
    with Judged(loaded.root / STATE_FOLDER, loaded.root) as memory:
        found = check_show(
            loaded.show,
            before=before,
            now=now,
            profiles=profiles,
            hints=hints,
            measured=measured,
            memory=memory,
        )
    return in_order([*read, *locate(found, loaded.root)])


def heard_in(loaded: Loaded, measured: Mapping[str, Measurement], now: datetime) -> tuple[Problem, ...]:
    """What is wrong with audio that was listened to, with its places."""
    if loaded.show is None:
        return ()
    return locate(check_sound(loaded.show, measured, now=now), loaded.root)


def prepare(
    folder: Path | str,
    *,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    now: datetime | None = None,
    id3_version: int | None = None,
    choose: Choose | None = None,
    seen: Seen | None = None,
    probing: Probing | None = None,
) -> Prepared:
    """Reads the show and what is published of it, checks, and plans.

    Args:
        folder: the show folder.
        to, endpoint, url: go before those of podcast.yaml.
        now: the clock's unless given; without a zone, it is in the show's.
        choose: what is left out of the show, as if its folders were not there.
        id3_version: as `publisher.planning.make_plan` takes it.
        seen: as `publisher.load_show` takes it.
        probing: as `publisher.reading.load.load_show` takes it.

    Raises:
        ShowError: the show has errors.
        StoreError: the store failed.
        UsageError: an address is none.
    """
    loaded = load_show(folder, seen=seen, probing=probing)
    if loaded.show is None:
        raise ShowError(without_hints(loaded.problems))  # before any store is asked for
    store = store_of(loaded, to=to, endpoint=endpoint)
    if choose is None:
        return compare(loaded, store, url=url, now=now, id3_version=id3_version)
    published = read_published(store, kept=loaded.root / STATE_FOLDER / KEPT)
    now = moment_of(now, loaded.show)
    loaded = choose(loaded, published, now)
    return compare(loaded, store, url=url, now=now, id3_version=id3_version, published=published)


def compare(
    loaded: Loaded,
    store: Store,
    *,
    url: str = "",
    now: datetime | None = None,
    need_url: bool = True,
    published: Published | None = None,
    id3_version: int | None = None,
    lender: Lender | None = None,
    with_errors: bool = False,
) -> Prepared:
    """Checks a show that was read, and plans against what the store holds of it.

    Args:
        now: the clock's unless given; without a zone, it is in the show's.
        need_url: whether a bucket without a public address is an error.
        published: what is published, where it is known already.
        lender: a feed whose episodes' audio may be copied.
        with_errors: whether a show with errors is planned too; only to be looked at.
    """
    show = loaded.show
    if show is None:
        raise ShowError(without_hints(loaded.problems))
    now = moment_of(now, show)
    if published is None:
        published = read_published(store, kept=loaded.root / STATE_FOLDER / KEPT)
    undone = _undone(store, published, loaded.root / STATE_FOLDER / KEPT)
    known = _with_others(published.manifest, undone)
    lent = lender.manifest if lender else None
    problems = list(checked(loaded, replace(published, manifest=_with_others(known, lent)), now))
    address = _base_address(url) or show.url or (published.manifest.url if published.manifest else "")
    if not address and need_url and store.name.startswith("s3://"):
        message = "the public address is not known under which the published files will be reached"
        help = "add url: https://… to podcast.yaml, or give --url"
        problems.append(Problem("url-missing", "error", message, help, f"{show.folder}/podcast.yaml"))
    if not with_errors and any(problem.is_error for problem in problems):
        raise ShowError(in_order(problems))
    settled = settle(show, published.manifest, url=address or DEFAULT_URL)
    posts = announced(show, store, published, loaded.root / STATE_FOLDER)
    standing = Standing(loaded.root, store.name, settled, id3_version)
    standing.read(published)
    plan = make_plan(
        settled,
        published.manifest,
        now,
        id3_version=id3_version,
        undone=undone,
        lent=lent,
        posts=posts,
        same=standing.same(settled),
    )
    plan = replace(plan, held=_held(plan, undone))
    return Prepared(loaded, store, published, plan, in_order(problems), standing, known, lender)


def _undone(store: Store, published: Published, kept: Path) -> Manifest | None:
    """The release that was rolled back, if what stands is a rollback."""
    key = published.manifest.undone if published.manifest else ""
    return manifest_of(store, key, kept=kept) if key else None


def _with_others(manifest: Manifest | None, other: Manifest | None) -> Manifest | None:
    """A manifest with the episodes that only another one has: those may do without their audio too."""
    if manifest is None or other is None:
        return manifest or other
    listed = {name for item in manifest.episodes for name in (item.slug, item.guid)}
    more = [item for item in other.episodes if not {item.slug, item.guid} & listed]
    return replace(manifest, episodes=(*manifest.episodes, *more))


def _held(plan: Plan, undone: Manifest | None) -> Literal["", "undone", "undone and due"]:
    """Whether the folder still says what was rolled back: it would go out again by itself otherwise."""
    if undone is None or not plan.has_changes:
        return ""
    # With the posts that were known to it: one that came later is no edit of the folder.
    since = make_plan(plan.show, undone, plan.now)
    if not since.has_changes:
        return "undone"
    edited = since.show_changes or since.identity_changes or since.of("changed", "removed", "re-identified")
    return "" if edited else "undone and due"


def _base_address(url: str) -> str:
    if not url:
        return ""
    try:
        return base_address(url)
    except ValueError as error:
        message, help = (*error.args, "")[:2]
        raise UsageError(f"{url!r} cannot be the public address: {message}", help=help) from error


def moment_of(now: datetime | None, show: Show | None) -> datetime:
    """A moment in UTC: the clock's where none is given; one without a zone is in the show's."""
    if now is None:
        return datetime.now(UTC)
    zone = ZoneInfo(show.timezone if show else "UTC")
    return (now if now.tzinfo else now.replace(tzinfo=zone)).astimezone(UTC)
