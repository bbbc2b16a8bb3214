"""Whatever a producer does, in any order, and wherever a run ends: what is published holds together.

A few sequences unless PUBLISHER_FUZZ says how many.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from lxml import etree

from publisher.errors import PublisherError, StoreUnavailable
from publisher.reading.load import load_show
from publisher.release import compare, publish, release
from publisher.release.prune import prune
from publisher.release.rollback import rollback
from publisher.release.uploads import Quiet
from publisher.state.lock import only_run
from publisher.store.base import Body, Headers, Stored
from publisher.store.folder import FolderStore
from tests.release.past import URL, age, named, unnamed
from tests.release.trees import stats
from tests.support.checker import FolderSide, check
from tests.support.shows import add_episode, audio_of, edit_episode, edit_show, make_show

EXAMPLES = int(os.environ.get("PUBLISHER_FUZZ", "0")) or 10
START = datetime(2026, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"token \d+")


class Killed(BaseException):
    """Ends a run as a signal does: nothing of publisher catches it."""


class FailingStore(FolderStore):
    """A folder that serves some writes, and then fails for good.

    Args:
        effects: how many writes happen.
        answered: whether the one after them fails before it happens; else it happens, and its answer is lost.
        failure: what is raised.
    """

    def __init__(self, root: Path, effects: int, answered: bool, failure: BaseException) -> None:
        super().__init__(root)
        self._left = effects
        self._answered = answered
        self._failure = failure

    def _effect(self, happen: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left >= 0:
            return happen()
        if self._left == -1 and not self._answered:
            happen()
        raise self._failure

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        self._effect(lambda: FolderStore.put(self, key, body, headers, progress=progress))

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        stored: Stored = self._effect(
            lambda: FolderStore.replace(self, key, body, headers, expected=expected)
        )
        return stored

    def delete(self, key: str) -> None:
        self._effect(lambda: FolderStore.delete(self, key))


class DyingAtTheFlip(Quiet):
    def say(self, text: str) -> None:
        if text == "the feed":
            raise Killed


class Releases(RuleBasedStateMachine):
    """A show, the folder it is published to, and what is remembered of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="publisher-releases-"))
        self.public = self.folder / "public"
        self.now = START
        self.tokens = 0
        self.guids: dict[str, str] = {}
        self.feeds: dict[str, bytes] = {}
        self.order: list[str] = []
        self.pruned = False

    @initialize()
    def begin(self) -> None:
        self.show = make_show(self.folder / "show", episodes=0, url=URL)
        self.add_episode(-1)
        self.publish(allow_removal=False, again=False)

    # What a producer does.

    @rule(days=st.integers(-3, 4))
    def add_episode(self, days: int) -> None:
        self.tokens += 1
        self._add(self.show, self.tokens, self.now + timedelta(days=days))

    def _add(self, show: Path, token: int, published: datetime) -> None:
        slug = f"{token:04d}-first-name"
        add_episode(show, slug, title=f"About token {token}", published=published.isoformat(), number=token)

    @precondition(lambda self: self._slugs())
    @rule(data=st.data(), words=st.sampled_from(["now", "then", "twice"]))
    def edit_episode(self, data: st.DataObject, words: str) -> None:
        slug = self._slug(data)
        edit_episode(self.show, slug, title=f"About token {int(slug[:4])}, {words}")

    @rule(title=st.sampled_from(["One show", "Another show"]))
    def edit_show(self, title: str) -> None:
        edit_show(self.show, title=title)

    @precondition(lambda self: self._slugs())
    @rule(data=st.data(), name=st.sampled_from(["first-name", "other-name"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        """Only with its audio, by which it is known again."""
        slug = self._slug(data)
        target = self.show / f"{slug[:4]}-{name}"
        if not target.exists() and (self.show / slug / "audio.mp3").exists():
            (self.show / slug).rename(target)

    @precondition(lambda self: len(self._slugs()) > 1)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        shutil.rmtree(self.show / self._slug(data))

    @precondition(lambda self: self._slugs())
    @rule(data=st.data())
    def drop_audio(self, data: st.DataObject) -> None:
        """As a version control keeps the folder of what is out."""
        slug = self._slug(data)
        if f"token {int(slug[:4])}" in self._listed():
            (self.show / slug / "audio.mp3").unlink(missing_ok=True)

    @precondition(lambda self: self._slugs())
    @rule(data=st.data(), days=st.none() | st.integers(-3, 4))
    def date(self, data: st.DataObject, days: int | None) -> None:
        """Schedules an episode, brings it forward, or makes a draft of it."""
        when = None if days is None else (self.now + timedelta(days=days)).isoformat()
        edit_episode(self.show, self._slug(data), published=when)

    @rule(days=st.integers(1, 4))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    # What publisher does.

    @rule(allow_removal=st.booleans(), again=st.booleans())
    def publish(self, allow_removal: bool, again: bool) -> None:
        with self._refused_without_effect():
            publish(self.show, to=str(self.public), now=self.now, allow_removal=allow_removal, again=again)
        self._remember()

    @rule(effects=st.integers(0, 25), answered=st.booleans(), killed=st.booleans(), allow=st.booleans())
    def publish_that_ends_early(self, effects: int, answered: bool, killed: bool, allow: bool) -> None:
        failure = Killed() if killed else StoreUnavailable("the store is gone")
        store = FailingStore(self.public, effects, answered, failure)
        with contextlib.suppress(Killed, PublisherError), only_run(self.show):
            prepared = compare(load_show(self.show), store, now=self.now)
            release(prepared, allow_removal=allow, again=allow, progress=Quiet())
        self._remember()

    @rule(title=st.sampled_from(["Theirs", "Theirs too"]), own=st.booleans(), shared=st.booleans())
    def another_machine_publishes(self, title: str, own: bool, shared: bool) -> None:
        """From a copy of the folder, perhaps with an episode that this machine gets only if it is shared."""
        with self._a_copy() as other:
            edit_show(other, title=title)
            if own:
                self.tokens += 1
                self._add(other, self.tokens, self.now - timedelta(days=1))
            with self._refused_without_effect():
                publish(other, to=str(self.public), now=self.now)
            self._remember()
            if shared:
                shutil.copytree(
                    other, self.show, ignore=shutil.ignore_patterns(".publisher"), dirs_exist_ok=True
                )

    @precondition(lambda self: len(self.order) > 1)
    @rule(data=st.data(), dies=st.booleans())
    def roll_back(self, data: st.DataObject, dies: bool) -> None:
        chain = self._chain()
        if len(chain) < 2:
            return
        key = data.draw(st.sampled_from(chain[1:]))
        standing = self._feed()
        repeats = self._manifest(chain[0]).get("repeats", "")
        ended: BaseException | None = None
        try:
            rollback(
                self.show,
                key.removeprefix("releases/"),
                to=str(self.public),
                progress=DyingAtTheFlip() if dies else None,
            )
        except (Killed, PublisherError) as error:
            ended = error
        # Where the release that stands repeats it, there is nothing to go back to.
        assert isinstance(ended, PublisherError) == (key == repeats), ended
        if ended is None:
            assert not dies
            assert unnamed(self._feed()) == unnamed(self.feeds[key])
        else:
            assert self._feed() == standing
        self._remember()

    @rule()
    def everything_grows_old(self) -> None:
        age(self.public, 100)

    @precondition(lambda self: self.order)
    @rule()
    def prune(self) -> None:
        standing = self._feed()
        prune(self.show, to=str(self.public), yes=True)
        self.pruned = True
        assert self._feed() == standing

    # What always holds.

    @invariant()
    def all_that_is_promised_is_there(self) -> None:
        if not self.order:
            return
        # Between an interrupted run and the next one pages may be of either.
        mended = not list((self.show / ".publisher" / "writing").glob("*"))
        report = check(
            FolderSide(self.public),
            base=URL,
            feeds=[self.feeds[self.order[-1]]],
            pages={} if mended else {"-": ()},
        )
        assert report.findings == []

    @invariant()
    def a_guid_is_for_ever(self) -> None:
        for token, guid in self._listed().items():
            assert self.guids.setdefault(token, guid) == guid, token
        assert len(set(self.guids.values())) == len(self.guids)

    @invariant()
    def the_chain_is_whole_and_every_release_in_it(self) -> None:
        chain = self._chain()
        assert chain == self.order[::-1][: len(chain)]
        assert self.pruned or len(chain) == len(self.order)
        for key in chain:
            self._has_all(key)

    def teardown(self) -> None:
        try:
            if self.order:
                self._converges()
                self._goes_back_to_all()
        finally:
            shutil.rmtree(self.folder)

    def _converges(self) -> None:
        """Undisturbed, and with a folder that has everything, one run is enough for every machine."""
        for slug in self._slugs():
            (self.show / slug / "audio.mp3").write_bytes(audio_of(f"{slug[:4]}-first-name"))
        self.tokens += 1
        self._add(self.show, self.tokens, self.now - timedelta(days=1))
        publish(self.show, to=str(self.public), now=self.now, allow_removal=True, again=True)
        self._remember()
        self.all_that_is_promised_is_there()
        self.a_guid_is_for_ever()
        self.the_chain_is_whole_and_every_release_in_it()
        before = stats(self.public)
        assert not publish(self.show, to=str(self.public), now=self.now).released
        with self._a_copy() as other:
            assert not publish(other, to=str(self.public), now=self.now).released
        assert stats(self.public) == before
        report = check(FolderSide(self.public), base=URL, feeds=[self._feed()])
        assert report.findings == []
        found = (path for path in self.public.glob("episodes/**/*") if path.is_file())
        strays = {path.relative_to(self.public).as_posix() for path in found}
        assert strays <= report.seen.keys()

    def _goes_back_to_all(self) -> None:
        for key in self._chain()[1:4]:
            rollback(self.show, key.removeprefix("releases/"), to=str(self.public))
            assert unnamed(self._feed()) == unnamed(self.feeds[key])
            assert check(FolderSide(self.public), base=URL, feeds=[self._feed()]).findings == []

    # How it is looked at.

    @contextlib.contextmanager
    def _refused_without_effect(self) -> Iterator[None]:
        before = self._feed()
        refused: PublisherError | None = None
        try:
            yield
        except PublisherError as error:
            refused = error
        if refused is not None:
            assert refused.exit_status in (1, 5), refused
            assert self._feed() == before

    @contextlib.contextmanager
    def _a_copy(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(
                shutil.copytree(self.show, Path(folder) / "show", ignore=shutil.ignore_patterns(".publisher"))
            )

    def _slugs(self) -> list[str]:
        return sorted(path.parent.name for path in self.show.glob("*/episode.yaml"))

    def _slug(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self._slugs()))

    def _feed(self) -> bytes:
        path = self.public / "feed.xml"
        return path.read_bytes() if path.exists() else b""

    def _listed(self) -> dict[str, str]:
        """Token → GUID of every item."""
        found = {}
        for item in etree.fromstring(self._feed()).iter("item") if self._feed() else ():
            match = _TOKEN.search(item.findtext("title") or "")
            assert match
            found[match.group()] = item.findtext("guid") or ""
        return found

    def _remember(self) -> None:
        feed = self._feed()
        if feed and (not self.order or self.order[-1] != named(feed)):
            assert named(feed) not in self.feeds, "a release came back under its old name"
            self.order.append(named(feed))
            self.feeds[named(feed)] = feed

    def _chain(self) -> list[str]:
        chain = []
        key = named(self._feed()) if self._feed() else ""
        while key and (self.public / key).exists():
            chain.append(key)
            key = self._manifest(key).get("previous", "")
        return chain

    def _manifest(self, key: str) -> dict[str, Any]:
        data = (self.public / key).read_bytes()
        assert key == f"releases/{hashlib.sha256(data).hexdigest()}.json"
        manifest: dict[str, Any] = json.loads(data)
        return manifest

    def _has_all(self, key: str) -> None:
        """A release's objects, its feed and its pages, or copies of them, are in the store as it had them."""
        manifest = self._manifest(key)
        pages = [*manifest.get("pages", ()), *(item["page"] for item in manifest.get("episodes", ()))]
        objects = [*manifest["objects"].values(), manifest["feed"]]
        for item in manifest.get("episodes", ()):
            objects += [item["enclosure"]["object"], *item.get("objects", {}).values()]
        for page in pages:
            ending = page["key"].rpartition(".")[2]
            objects.append(page | {"key": f"releases/pages/page-{page['digest'][:24]}.{ending}"})
        for item in objects:
            data = (self.public / item["key"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == item["digest"], item["key"]
        kept = (self.public / manifest["feed"]["key"]).read_bytes()
        assert kept == unnamed(self.feeds[key])


TestReleases = Releases.TestCase
TestReleases.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=12,
    # A sequence of so few steps is read more quickly than it is made shorter.
    phases=(Phase.generate,),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=EXAMPLES == 10,
)
