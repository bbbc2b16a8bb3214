"""The record of a release: who is to be told of it, and who was. Pure; `telling_notes` keeps it.

It lies beside the manifest (`releases/<digest>.told.json`), where everybody can read it, so it holds no
address, no secret and no error: recipients stand in it as fingerprints.

It is written before the flip, with everybody in it `open`. So a run that finds a release without a record
knows that nobody was to be told, and one that finds an open one knows that whoever made it did not come to
its end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from publisher.errors import StoreError
from publisher.identity import canonical_json
from publisher.manifest import posts_of
from publisher.model import Social
from publisher.problems import Problem

State = Literal["open", "told", "superseded", "dropped", "given up"]

LEASE: Final = timedelta(minutes=10)
"""For so long after a claim nobody else tells. Telling itself is over long before."""
PATIENCE: Final = timedelta(days=2)
"""For so long after the release somebody who cannot be reached is tried again."""
_PAUSES: Final = (timedelta(0), timedelta(0), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling.

    Attributes:
        told: who was, by what they are called before a person.
        posts: addresses of posts that were made.
        problems: who could not be told, and why; warnings.
        notices: what else a person should know.
    """

    told: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()

    def __add__(self, other: Told) -> Told:
        return Told(
            tuple(dict.fromkeys((*self.told, *other.told))),
            tuple(dict.fromkeys((*self.posts, *other.posts))),
            tuple(dict.fromkeys((*self.problems, *other.problems))),
            tuple(dict.fromkeys((*self.notices, *other.notices))),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "told": list(self.told),
            "posts": list(self.posts),
            "problems": [problem.as_json() for problem in self.problems],
            "notices": list(self.notices),
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One recipient.

    Attributes:
        state: `open` while there is something to do; `superseded` by a later release; `dropped` from the
            settings; `given up` after two days.
        tries: runs that have begun to tell it.
        last: when the last one did; aware, UTC.
    """

    state: State = "open"
    tries: int = 0
    last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be told now: the next run tries again at once, later ones after growing pauses."""
        if self.state != "open":
            return False
        pause = _PAUSES[min(self.tries, len(_PAUSES) - 1)]
        return self.last is None or now < self.last or now - self.last >= pause


@dataclass(frozen=True, slots=True)
class Record:
    """Who is told of one release.

    Attributes:
        release: key of its manifest.
        made: shortly before the flip; aware, UTC.
        new: GUIDs of the episodes that are new in it.
        entries: by the id of the recipient.
        left: how many new episodes are not announced because they are too many.
        behind: keys of earlier releases of which somebody may have to be told still.
        posts: by GUID, where episodes were announced while the release stood.
        claimed_by: who is telling; empty for nobody.
        claimed_until: when that ends, whatever happens.
    """

    release: str
    made: datetime
    new: tuple[str, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    left: int = 0
    behind: tuple[str, ...] = ()
    posts: Mapping[str, tuple[Social, ...]] = field(default_factory=dict)
    claimed_by: str = ""
    claimed_until: datetime | None = None

    @property
    def open_ids(self) -> tuple[str, ...]:
        return tuple(id for id, entry in self.entries.items() if entry.state == "open")

    @property
    def is_settled(self) -> bool:
        """Whether nobody will have to be told of the release any more."""
        return not self.open_ids

    def is_claimed(self, by: str, now: datetime) -> bool:
        """Whether somebody else is telling."""
        if not self.claimed_by or self.claimed_by == by or self.claimed_until is None:
            return False
        # A claim that reaches further than a claim can was made by a clock that is ahead.
        return now < self.claimed_until <= now + 2 * LEASE

    def is_over(self, now: datetime) -> bool:
        return now - self.made > PATIENCE

    def claimed(self, by: str, ids: Iterable[str], now: datetime) -> Record:
        """With a claim, and the tries that begin by it counted."""
        begun = {id: replace(self.entries[id], tries=self.entries[id].tries + 1, last=now) for id in ids}
        return replace(self, entries={**self.entries, **begun}, claimed_by=by, claimed_until=now + LEASE)

    def with_state(self, id: str, state: State) -> Record:
        if id not in self.entries:
            return self
        return replace(self, entries={**self.entries, id: replace(self.entries[id], state=state)})

    def with_post(self, guid: str, post: Social) -> Record:
        return replace(self, posts={**self.posts, guid: joined(self.posts.get(guid, ()), (post,))})

    def released_by(self, by: str) -> Record:
        """Without the claim, if it is that one."""
        return replace(self, claimed_by="", claimed_until=None) if self.claimed_by == by else self


def joined(known: tuple[Social, ...], more: tuple[Social, ...]) -> tuple[Social, ...]:
    """An episode's posts, one for each protocol, the later ones in the place of the earlier."""
    by_protocol = {post.protocol: post for post in (*known, *more)}
    return tuple(by_protocol[protocol] for protocol in sorted(by_protocol))


def record_of(
    release: str,
    ids: Iterable[str],
    *,
    made: datetime,
    new: tuple[str, ...] = (),
    left: int = 0,
    behind: tuple[str, ...] = (),
) -> Record:
    """The record of a release that is about to be made."""
    return Record(release, made, new, {id: Entry() for id in ids}, left, behind)


def record_bytes(record: Record) -> bytes:
    values: dict[str, Any] = {
        "format": FORMAT,
        "release": record.release,
        "made": record.made.isoformat(),
        "new": list(record.new),
        "entries": {
            id: {"state": entry.state, "tries": entry.tries}
            | ({"last": entry.last.isoformat()} if entry.last else {})
            for id, entry in record.entries.items()
        },
    }
    if record.behind:
        values["behind"] = list(record.behind)
    if record.left:
        values["left"] = record.left
    if record.posts:
        values["posts"] = {
            guid: [{name: item for name, item in asdict(post).items() if item} for post in posts]
            for guid, posts in record.posts.items()
        }
    if record.claimed_by and record.claimed_until:
        values["claim"] = {"by": record.claimed_by, "until": record.claimed_until.isoformat()}
    return canonical_json(values)


def read_record(key: str, data: bytes) -> Record:
    """A record out of its bytes.

    Raises:
        StoreError: it is none, or a newer publisher's.
    """
    try:
        values = json.loads(data)
        if values["format"] > FORMAT:
            raise StoreError(
                f"{key} was written by a newer publisher", help="update publisher on this machine"
            )
        claim = values.get("claim", {})
        return Record(
            release=str(values["release"]),
            made=_moment(values["made"]),
            new=tuple(map(str, values.get("new", ()))),
            entries={
                str(id): Entry(
                    entry["state"], int(entry["tries"]), _moment(entry["last"]) if "last" in entry else None
                )
                for id, entry in values["entries"].items()
            },
            left=int(values.get("left", 0)),
            behind=tuple(map(str, values.get("behind", ()))),
            posts=posts_of(values.get("posts", {})),
            claimed_by=str(claim.get("by", "")),
            claimed_until=_moment(claim["until"]) if claim else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"the record {key} of who was told cannot be read",
            help="remove it: nobody is told of that release any more, and later ones are told as ever",
        ) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} says no offset from UTC")
    return moment
