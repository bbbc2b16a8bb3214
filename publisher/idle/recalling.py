"""Before a publish: is there anything to do at all? Imported by every run, so it imports little."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from publisher.cache import Table
from publisher.errors import PublisherError
from publisher.folder_names import LAST_RUN, SHOW_YAML, STATE_FOLDER
from publisher.manifest import FEED_HEAD_BYTES, FEED_KEY, named_by
from publisher.problems import Problem, packed, unpacked
from publisher.state.code import code_stamp
from publisher.state.journal import Journal
from publisher.state.lock import LOCK
from publisher.state.looking import NotToldError, Seen, look
from publisher.store import Store, open_store

TABLE: Final = "idle"
FACTS: Final = "facts"
SAID: Final = "said"
DOCUMENT: Final = "document"

LONGEST_SECONDS: Final = 86_400.0
"""Once a day everything is looked at, whatever was noted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a publish was asked to do; of its options those that its result depends on.

    Attributes:
        folder: the show's, as it was typed.
        to, endpoint, url: as given; empty where podcast.yaml says.
        id3_version: as `publisher.publish` takes it.
        tell: whether it tells whom the show wants told.
    """

    folder: str
    to: str = ""
    endpoint: str = ""
    url: str = ""
    id3_version: int | None = None
    tell: bool = True

    @property
    def root(self) -> Path:
        return Path(self.folder)

    @property
    def base(self) -> Path:
        """What a relative store starts from."""
        return Path.cwd() if self.to else self.root.resolve().parent

    @property
    def mark(self) -> str:
        """Tells it from anything else that may be asked; also of a folder that was moved."""
        said = [*map(str, (self.root.resolve(), self.base, self.to, self.endpoint, self.url))]
        said += [str(self.id3_version), str(self.tell), self.folder]
        return hashlib.sha256("\0".join(said).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that stands.

    Attributes:
        manifest_key: of the manifest that it names.
        name: a private feed's; empty for the public one.
        secret: the variable that holds a private feed's secret.
    """

    manifest_key: str
    name: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a note depends on.

    Attributes:
        seen: digest of all that was seen of the folder.
        code: which publisher it was.
        made: by this machine's clock, in seconds since 1970.
        since, until: for moments from the one up to the other nothing is due that was not; aware, UTC.
        timezone: the show's.
        store, endpoint: where it is published, as podcast.yaml or the command says.
        feeds: those that stand.
        run: the record of the run (`publisher.status.last_run`).
    """

    seen: str
    code: str
    made: float
    since: datetime
    until: datetime
    timezone: str
    store: str
    endpoint: str
    feeds: tuple[Feed, ...]
    run: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What such a run says to a person.

    Attributes:
        problems: warnings.
        notices: what else a person should know.
        lines: its results.
    """

    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Idle:
    """A run with nothing to do.

    Attributes:
        document: what it says to a program; None unless that was wanted.
    """

    said: Said = field(default_factory=Said)
    document: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What a publish saw before it read anything.

    Attributes:
        seen: None where nothing can be told from it.
    """

    asked: Asked
    seen: Seen | None

    @property
    def state(self) -> Path:
        return self.asked.root / STATE_FOLDER

    def recall(self, now: datetime | None, *, document: bool = False) -> Idle | None:
        """The same run as the one that was noted, if it would come to the same; recorded as every run is.

        Args:
            now: as `publisher.publish` takes it.
            document: whether what it says to a program is wanted too.
        """
        if self.seen is None:
            return None
        started = time.monotonic()
        with Table(self.state, TABLE) as table:
            kinds = (FACTS, SAID, DOCUMENT) if document else (FACTS, SAID)
            found = table.read(self.asked.mark, kinds)
        if len(found) != len(kinds):
            return None
        try:
            facts, said = facts_of(found[FACTS]), said_of(found[SAID])
            if not self._holds(facts, now) or not _stands(facts, self.asked):
                return None
            written = _document(found[DOCUMENT], now or datetime.now(UTC), facts) if document else None
        except (PublisherError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None  # whatever is wrong is for a whole run to say
        _record(self.state, facts.run, started)
        return Idle(said, written)

    def forget(self) -> None:
        """Takes the note away: a run that failed, or did something, is to be followed by a whole one."""
        if self.state.is_dir():  # of what is no show, nothing was noted
            with Table(self.state, TABLE) as table:
                table.keep_only(self.asked.mark, ())

    def _holds(self, facts: Facts, now: datetime | None) -> bool:
        assert self.seen is not None
        moment = _aware(now, facts.timezone)
        return (
            facts.code == code_stamp() != ""
            and facts.seen == self.seen.digest
            and facts.since <= moment < facts.until
            and 0 <= self.seen.at - facts.made < LONGEST_SECONDS
            and not _is_locked(self.state)
            and _was_well(self.state)
        )


def before(asked: Asked) -> Before:
    """Looks at the show folder, before anything of it is read."""
    seen = None
    with contextlib.suppress(OSError, NotToldError):
        if (asked.root / SHOW_YAML).is_file():
            seen = look(asked.root)
    return Before(asked, seen)


def facts_bytes(facts: Facts) -> bytes:
    values = {
        "seen": facts.seen,
        "code": facts.code,
        "made": facts.made,
        "since": facts.since.isoformat(),
        "until": facts.until.isoformat(),
        "timezone": facts.timezone,
        "store": facts.store,
        "endpoint": facts.endpoint,
        "feeds": [[feed.manifest_key, feed.name, feed.secret] for feed in facts.feeds],
        "run": facts.run,
    }
    return json.dumps(values).encode()


def facts_of(data: bytes) -> Facts:
    """Facts as they were written.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: they were not.
    """
    values = json.loads(data)
    since, until = (datetime.fromisoformat(values.pop(name)) for name in ("since", "until"))
    feeds = tuple(Feed(*feed) for feed in values.pop("feeds"))
    if not feeds or values["run"]["status"]:
        raise ValueError("no feed, or a run that did not end well")
    return Facts(since=since, until=until, feeds=feeds, **values)


def said_bytes(said: Said) -> bytes:
    values = {"problems": packed(said.problems), "notices": said.notices, "lines": said.lines}
    return json.dumps(values).encode()


def said_of(data: bytes) -> Said:
    values = json.loads(data)
    return Said(unpacked(values["problems"]), tuple(values["notices"]), tuple(values["lines"]))


def _stands(facts: Facts, asked: Asked) -> bool:
    """Whether every feed names the release that it named.

    Raises:
        PublisherError: the store does not say.
    """
    store = open_store(facts.store, endpoint=facts.endpoint, base=asked.base)
    if Journal(asked.root / STATE_FOLDER, store.name).is_open:
        return False
    return all(_names(store, feed) for feed in facts.feeds)


def _names(store: Store, feed: Feed) -> bool:
    key = FEED_KEY
    if feed.name:
        from publisher.model import PrivateFeed
        from publisher.private import SHORTEST_SECRET, prefix, token

        secret = os.environ.get(feed.secret, "").strip()
        if len(secret) < SHORTEST_SECRET:
            return False
        key = prefix(token(PrivateFeed(feed.name, feed.secret), secret)) + FEED_KEY
    found = store.read(key, first_bytes=FEED_HEAD_BYTES)
    return found is not None and named_by(found[0]) == feed.manifest_key


def _document(data: bytes, now: datetime, facts: Facts) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(data)
    moment = _aware(now, facts.timezone).isoformat()
    document["plan"]["now"] = moment
    for feed in document["private"]:
        feed["plan"]["now"] = moment
    return document


def _aware(now: datetime | None, timezone: str) -> datetime:
    if now is None:
        return datetime.now(UTC)
    if now.tzinfo is None:
        from zoneinfo import ZoneInfo

        now = now.replace(tzinfo=ZoneInfo(timezone))
    return now.astimezone(UTC)


def _is_locked(state: Path) -> bool:
    """Whether another run is at it: it may be about to change what this one would say."""
    try:
        file = os.open(state / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _was_well(state: Path) -> bool:
    """Whether the last run here, of a watch too, ended well. Else a whole one has to find that it has passed:
    producers are told of the same failure only once.

    Raises:
        OSError, ValueError, KeyError, TypeError: it is not known.
    """
    return bool(json.loads((state / LAST_RUN).read_bytes())["status"] == 0)


def _record(state: Path, run: dict[str, Any], started: float) -> None:
    from publisher.whole_files import write_whole

    seconds = round(time.monotonic() - started, 3)
    values = run | {"when": datetime.now(UTC).isoformat(), "seconds": seconds}
    # A run must not fail for its record.
    with contextlib.suppress(OSError):
        data = json.dumps(values, ensure_ascii=False, indent=2) + "\n"
        write_whole(state / LAST_RUN, data.encode("utf-8", "replace"))
