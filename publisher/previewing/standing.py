"""The show as it would stand: what is published, and over it what a publish would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from publisher.build.workshop import State
from publisher.errors import ShowError, StoreError
from publisher.model import Show
from publisher.problems import Problem
from publisher.reading.load import Loaded, load_show
from publisher.release import Outcome, Prepared, Published, compare, release, store_of
from publisher.release.private import PrivateOutcome, publish_private
from publisher.release.uploads import Progress, Quiet
from publisher.release.work import work_folder
from publisher.store import Store
from publisher.store.folder import FolderStore
from publisher.store.overlay import OverlayStore


@dataclass(frozen=True, slots=True)
class Stand:
    """A show ready to be served.

    Attributes:
        layers: folders to look into, the first one first.
        url: the address that the pages and the feed were made for.
        redirect: where what no layer holds is; empty where nothing else is published.
        private: name and address of the feed of each private feed that is shown.
    """

    layers: tuple[Path, ...]
    url: str
    redirect: str
    problems: tuple[Problem, ...]
    notices: tuple[str, ...]
    episodes: int
    private: tuple[tuple[str, str], ...] = ()


@contextmanager
def standing(
    folder: Path | str,
    *,
    to: str = "",
    endpoint: str = "",
    drafts: bool = False,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Iterator[Stand]:
    """Builds into a folder of its own, which is gone afterwards, and touches nothing that is published.

    Args:
        to, endpoint: as for `publisher.release.publish`.
        drafts: whether drafts and scheduled episodes are shown as well; unfinished ones are left out.

    Raises:
        ShowError: the show has errors, so a publish would change nothing.
    """
    loaded = load_show(folder)
    if loaded.show is None:
        raise ShowError(loaded.problems)
    now = now or datetime.now(UTC)
    states: dict[str, State] = {}
    if drafts:
        states = _states(loaded.show, now)
        show = _finished(loaded.show, now)
        loaded = replace(loaded, show=show)
        now = max([now, *(episode.published for episode in show.episodes if episode.published)])
    base = store_of(loaded, to=to, endpoint=endpoint)
    with work_folder(loaded.root) as top:
        yield _built(loaded, base, top, now, states, progress or Quiet())


def _states(show: Show, now: datetime) -> dict[str, State]:
    """What is not out yet, for the pages to say so."""
    waiting = [episode for episode in show.episodes if not episode.published or episode.published > now]
    return {episode.slug: "scheduled" if episode.published else "draft" for episode in waiting}


def _built(
    loaded: Loaded,
    base: Store,
    top: Path,
    now: datetime,
    states: Mapping[str, State],
    progress: Progress,
) -> Stand:
    notices: tuple[str, ...] = ()
    store: Store = OverlayStore(FolderStore(top), base)
    try:
        prepared = compare(loaded, store, now=now, need_url=False)
    except StoreError as error:
        notices = (f"what is published could not be read, so everything is built: {error.message}",)
        base, store = FolderStore(top), FolderStore(top)
        prepared = compare(loaded, store, now=now, need_url=False, published=Published())

    def build(prepared: Prepared) -> Outcome:
        prepared = replace(prepared, states=states)
        return release(prepared, allow_removal=True, allow_guid_change=True, progress=progress)

    build(prepared)
    private = publish_private(prepared, build)
    layers = [top]
    if isinstance(base, FolderStore) and Path(base.name) != top:
        layers.append(Path(base.name))
    show = prepared.plan.show
    published = prepared.published.manifest is not None
    return Stand(
        layers=tuple(layers),
        url=show.url,
        redirect=show.url if published and not isinstance(base, FolderStore) else "",
        problems=prepared.problems,
        notices=(*notices, *_private_notices(private)),
        episodes=len(prepared.plan.released),
        private=tuple((feed.name, feed.outcome.feed_url) for feed in private if feed.outcome),
    )


def _private_notices(private: tuple[PrivateOutcome, ...]) -> Iterator[str]:
    """Why a private feed is not shown."""
    for feed in private:
        for problem in feed.problems:
            yield f"the private feed {feed.name!r} is not shown: {problem.help}"
        if feed.error is not None:
            yield f"the private feed {feed.name!r} is not shown: {feed.error.message}"
        yield from (f"private feed {feed.name}: {notice}" for notice in feed.notices)


def _finished(show: Show, now: datetime) -> Show:
    """The show without what has no audio yet; drafts are dated now."""
    finished = [
        replace(episode, published=episode.published or now)
        for episode in show.episodes
        if episode.audio or (episode.published and episode.published <= now)
    ]
    return replace(show, episodes=tuple(finished))
