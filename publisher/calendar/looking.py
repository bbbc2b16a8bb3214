"""A show as it stands now, read without being stopped by its errors or by a store that does not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from publisher.coming import Upcoming, listed
from publisher.errors import PublisherError, StoreError
from publisher.folder_names import STATE_FOLDER
from publisher.problems import Problem, in_order, without_hints
from publisher.reading.load import Loaded, load_show
from publisher.release.preparing import (
    DEFAULT_URL,
    Prepared,
    compare,
    heard_in,
    moment_of,
    store_of,
)
from publisher.release.published import KEPT, Published, copy_of, read_published
from publisher.sound.facts import Measurement
from publisher.store import Store


@dataclass(frozen=True, slots=True)
class Look:
    """What was found.

    Attributes:
        now: aware, UTC.
        problems: of the show, as a publish would say them.
        prepared: as for a publish, errors or not; None where podcast.yaml cannot be read, or the store's
            address is none.
        published: what the store holds; where it did not answer, what this machine last knew of.
        store_error: why the store could not be asked; None where it answered, or was not asked.
        entries: every episode by when it goes out.
    """

    loaded: Loaded
    now: datetime
    problems: tuple[Problem, ...]
    prepared: Prepared | None = None
    published: Published = field(default_factory=Published)
    store_error: PublisherError | None = None
    entries: tuple[Upcoming, ...] = ()

    @property
    def is_readable(self) -> bool:
        return self.loaded.show is not None

    def heard(self, measured: Mapping[str, Measurement]) -> Look:
        """The same with what is wrong with audio that was listened to."""
        found = in_order([*self.problems, *heard_in(self.loaded, measured, self.now)])
        return _entered(replace(self, problems=found))


def look(
    folder: Path | str,
    *,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    now: datetime | None = None,
    last_known: Callable[[Path], str] = lambda root: "",
) -> Look:
    """Reads a show and what is published of it. Nothing is raised for what is wrong with either.

    Args:
        folder: the show folder.
        to, endpoint, url: go before those of podcast.yaml.
        now: the clock's unless given; without a zone, it is in the show's.
        last_known: gives for a show folder the key of the release that stood when this machine last
            published; its copy is taken where the store does not answer.

    Raises:
        UsageError: `url` is no address.
    """
    loaded = load_show(folder)
    show = loaded.show
    if show is None:
        when = moment_of(now, None)
        return Look(loaded, when, without_hints(loaded.problems))
    now = moment_of(now, show)
    try:
        store = store_of(loaded, to=to, endpoint=endpoint)
    except PublisherError as error:
        return Look(loaded, now, without_hints(loaded.problems), store_error=error)
    failed: StoreError | None = None
    try:
        published = read_published(store, kept=loaded.root / STATE_FOLDER / KEPT)
        prepared = _compared(loaded, store, published, url, now)
    except StoreError as error:
        failed = error
        published = _last(loaded.root, last_known(loaded.root))
        prepared = _compared(loaded, store, published, url, now)
    return _entered(Look(loaded, now, prepared.problems, prepared, published, failed))


def _compared(loaded: Loaded, store: Store, published: Published, url: str, now: datetime) -> Prepared:
    return compare(loaded, store, url=url, now=now, published=published, with_errors=True)


def _last(root: Path, key: str) -> Published:
    manifest = copy_of(root / STATE_FOLDER / KEPT, key) if key else None
    if manifest is None:
        return Published()
    # What was undone would have to be asked for.
    return Published(None, key, replace(manifest, undone=""))


def _entered(look: Look) -> Look:
    if look.prepared is None:
        return look
    plan = look.prepared.plan
    known = look.store_error is None
    entries = listed(plan, look.problems, store_known=known, is_public=plan.show.url != DEFAULT_URL)
    return replace(look, entries=entries)
