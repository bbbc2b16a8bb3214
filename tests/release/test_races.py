"""Two publishers at once: nothing is lost, and whoever was second plans again on what the first released."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import Conflict, NeedsDecision, ShowError
from publisher.manifest import Manifest
from publisher.reading.load import load_show
from publisher.release import Outcome, Prepared, compare, publish, release
from publisher.release.published import read_published
from publisher.release.uploads import Quiet
from publisher.store.base import Body, Headers, Stored
from publisher.store.folder import FolderStore
from tests.release.feeds import read_feed
from tests.release.trees import PUBLISHER, environment, tree
from tests.support.shows import add_episode, edit_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class RacedStore(FolderStore):
    """A folder in which somebody else publishes at a chosen moment of our own release.

    Args:
        rivals: each is called once, the first before our first write of the kind, and so on.
        at: `media`, before the first enclosure is stored; `page`, before the first page is; `flip`, right
            before the feed is replaced.
    """

    def __init__(self, root: Path, *rivals: Callable[[], object], at: str = "flip") -> None:
        super().__init__(root)
        self.rivals = list(rivals)
        self.at = at
        self.written: list[str] = []
        self._lock = threading.Lock()

    def _rival(self, moment: str) -> None:
        with self._lock:
            if moment == self.at and self.rivals:
                self.rivals.pop(0)()

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        if key.startswith("media/"):
            self._rival("media")
        if key.endswith("index.html"):
            self._rival("page")
        super().put(key, body, headers, progress=progress)
        self.written.append(key)

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        self._rival("flip")
        stored = super().replace(key, body, headers, expected=expected)
        self.written.append(key)
        return stored


def prepared(show: Path, store: FolderStore) -> Prepared:
    return compare(load_show(show), store, now=NOW)


def go(show: Path, store: FolderStore) -> Outcome:
    return release(prepared(show, store), progress=Quiet())


def manifest(store: Path) -> Manifest:
    found = read_published(FolderStore(store)).manifest
    assert found is not None
    return found


def check_whole(store: Path) -> None:
    """Every object that the feed's manifest lists is there, byte for byte."""
    there = tree(store)
    for item in manifest(store).all_objects().values():
        assert there.get(item.key) == item.digest, f"{item.key} is not what the manifest says"


def twins(tmp_path: Path, episodes: int = 3) -> tuple[Path, Path]:
    show = make_show(tmp_path / "one" / "show", episodes=episodes)
    return show, Path(shutil.copytree(show, tmp_path / "two" / "show"))


def test_the_second_of_two_first_releases_finds_nothing_to_do(tmp_path: Path) -> None:
    one, two = twins(tmp_path)
    public = tmp_path / "public"
    outcome = go(one, RacedStore(public, lambda: publish(two, to=str(public), now=NOW)))
    assert outcome.released is False
    assert outcome.manifest_key == read_published(FolderStore(public)).manifest_key
    assert len(read_feed(public).items) == 3
    check_whole(public)


def test_the_loser_of_a_first_release_takes_the_winners_identity(tmp_path: Path) -> None:
    one, two = twins(tmp_path)
    public = tmp_path / "public"
    rival = RacedStore(public, lambda: publish(two, to=str(public), url="https://first.example/", now=NOW))
    mine = release(compare(load_show(one), rival, url="https://second.example/", now=NOW), progress=Quiet())
    assert mine.released
    first = [Path(path) for path in (public / "releases").iterdir()]
    assert len(first) >= 2
    assert mine.plan.before is not None
    assert manifest(public).guid == mine.plan.before.guid
    assert [item.guid for item in manifest(public).episodes] == [
        item.guid for item in mine.plan.before.episodes
    ]
    check_whole(public)


@pytest.mark.parametrize("at", ["media", "page", "flip"])
def test_edits_of_both_are_released(tmp_path: Path, at: str) -> None:
    """The rival's edit reaches our folder too, as it would by version control; ours comes on top of it."""
    one, two = twins(tmp_path)
    public = tmp_path / "public"
    publish(one, to=str(public), now=NOW)
    for show in (one, two):
        edit_episode(show, "0001-episode", title="Theirs")
    edit_episode(one, "0003-episode", title="Ours")
    store = RacedStore(public, lambda: publish(two, to=str(public), now=NOW), at=at)
    outcome = go(one, store)
    assert outcome.released
    assert read_feed(public).titles() == ["Ours", "About 0002-episode", "Theirs"]
    assert manifest(public).previous == read_published_before(outcome)
    check_whole(public)


def read_published_before(outcome: Outcome) -> str:
    from publisher.manifest import manifest_bytes

    assert outcome.plan.before is not None
    return manifest_bytes(outcome.plan.before)[0]


def test_a_release_that_was_overtaken_writes_its_pages_again(tmp_path: Path) -> None:
    """The rival's pages took the place of ours, under the same names."""
    one, two = twins(tmp_path)
    public = tmp_path / "public"
    publish(one, to=str(public), now=NOW)
    edit_episode(one, "0001-episode", title="Ours")
    edit_episode(two, "0001-episode", title="Theirs")
    go(one, RacedStore(public, lambda: publish(two, to=str(public), now=NOW)))
    assert read_feed(public).titles()[-1] == "Ours"
    assert "Ours" in (public / "index.html").read_text("utf-8")
    check_whole(public)


@pytest.mark.parametrize("at", ["media", "page", "flip"])
def test_an_episode_that_only_the_rival_has_is_not_dropped(tmp_path: Path, at: str) -> None:
    one, two = twins(tmp_path)
    public = tmp_path / "public"
    publish(one, to=str(public), now=NOW)
    add_episode(one, "0004-ours", title="Ours", number=4)
    add_episode(two, "0005-theirs", title="Theirs", number=5)
    store = RacedStore(public, lambda: publish(two, to=str(public), now=NOW), at=at)
    with pytest.raises(NeedsDecision, match="0005-theirs"):
        go(one, store)
    assert "Theirs" in read_feed(public).titles()
    assert "Ours" not in read_feed(public).titles()
    if at == "media":
        # Overtaken before its pages: none of them took the place of the rival's.
        assert not [key for key in store.written if key.endswith("index.html")]
        check_whole(public)


def test_an_episode_whose_only_enclosure_the_rival_removed_is_an_error_of_the_show(tmp_path: Path) -> None:
    one, two = twins(tmp_path)
    public = tmp_path / "public"
    publish(one, to=str(public), now=NOW)
    (one / "0001-episode" / "audio.mp3").unlink()
    edit_episode(one, "0003-episode", title="Ours")
    shutil.rmtree(two / "0001-episode")
    rival = lambda: publish(two, to=str(public), now=NOW, allow_removal=True)  # noqa: E731
    with pytest.raises(ShowError) as raised:
        go(one, RacedStore(public, rival))
    assert "audio-missing" in {problem.rule for problem in raised.value.problems}
    assert len(read_feed(public).items) == 2


def test_a_rival_that_never_rests_ends_with_a_conflict(tmp_path: Path) -> None:
    one, two = twins(tmp_path, episodes=1)
    public = tmp_path / "public"
    publish(one, to=str(public), now=NOW)
    titles = iter(f"Theirs {number}" for number in range(100))

    def rival() -> None:
        edit_episode(two, "0001-episode", title=next(titles))
        publish(two, to=str(public), now=NOW)

    edit_episode(one, "0001-episode", title="Ours")
    with pytest.raises(Conflict) as raised:
        go(one, RacedStore(public, *[rival] * 50))
    assert raised.value.exit_status == 4
    assert read_feed(public).titles() == ["Theirs 4"]


def test_threads_that_start_from_the_same_state_agree(tmp_path: Path) -> None:
    """All have read that nothing is published before any of them writes: one flips, others see it done."""
    shows = twins(tmp_path)
    public = tmp_path / "public"
    starts = [prepared(show, FolderStore(public)) for show in shows for _ in range(2)]
    barrier = threading.Barrier(len(starts))

    def one(start: Prepared) -> Outcome:
        barrier.wait(30)
        return release(start, progress=Quiet())

    with ThreadPoolExecutor(len(starts)) as pool:
        outcomes = list(pool.map(one, starts))
    assert sum(outcome.released for outcome in outcomes) == 1
    assert len({outcome.manifest_key for outcome in outcomes}) == 1
    check_whole(public)


def test_processes_that_publish_the_same_show_leave_what_one_would_leave(tmp_path: Path) -> None:
    shows = twins(tmp_path, episodes=6)
    public, alone = tmp_path / "public", tmp_path / "alone"
    command = ["--to", str(public), "--now", "2026-01-01", "--json"]
    running = [
        subprocess.Popen(
            [*PUBLISHER, "publish", str(show), *command],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for show in shows
    ]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    publish(shows[0], to=str(alone), now=NOW)
    assert tree(public) == tree(alone)
