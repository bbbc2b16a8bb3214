"""What came of a publish, and what else a person should know of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publisher.identity import sha256
from publisher.manifest import Manifest
from publisher.planning import Plan
from publisher.problems import Problem
from publisher.release.preparing import Prepared
from publisher.release.told import Told
from publisher.store import PrefixedStore, Store

if TYPE_CHECKING:
    from publisher.feed.pieces import FeedPieces
    from publisher.release.private import PrivateOutcome


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a publish.

    Attributes:
        released: whether the feed was flipped; False when there was nothing to do, or for a dry run.
        manifest_key: of the release that stands now; empty after a dry run of a first release.
        uploaded, uploaded_bytes: objects that were stored, manifest and feed among them.
        problems: warnings, since with errors nothing is released.
        notices: what else a person should know.
        manifest: of the release that was made; None where none was.
        changed_keys: of the objects that were stored.
        feed: that was released, without the line that names its manifest; None where none was.
        feed_digest: SHA-256 of the feed with that line.
        feed_etag: with which it is served, as far as the store knows.
        outside: what a look from outside found wrong after the release.
        store: where it was published.
        private: what came of each private feed.
        told: who was told of it.
    """

    plan: Plan
    store_name: str
    released: bool
    manifest_key: str
    uploaded: int
    uploaded_bytes: int
    problems: tuple[Problem, ...]
    notices: tuple[str, ...] = ()
    manifest: Manifest | None = None
    changed_keys: tuple[str, ...] = ()
    feed: FeedPieces | None = field(default=None, repr=False, compare=False)
    feed_digest: str = ""
    feed_etag: str = ""
    outside: tuple[Problem, ...] = ()
    store: Store | None = field(default=None, repr=False, compare=False)
    private: tuple[PrivateOutcome, ...] = ()
    told: Told = field(default_factory=Told)

    @property
    def exit_status(self) -> int:
        """0, or 6 where the release has errors that can be seen from outside; a private feed's, if higher."""
        own = 6 if any(problem.is_error for problem in self.outside) else 0
        return max(own, *(feed.exit_status for feed in self.private), 0)

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
            "plan": {name: value for name, value in self.plan.as_json().items() if name != "private"},
            "problems": [problem.as_json() for problem in self.problems],
            "notices": list(self.notices),
            "outside": [problem.as_json() for problem in self.outside],
            "private": [feed.as_json() for feed in self.private],
            "told": self.told.as_json(),
        }


def missed(manifest: Manifest, before: Manifest | None) -> tuple[str, ...]:
    """The new audio that could not be brought to the loudness that is wanted."""
    # One that stands as it did was said when it came.
    made_now = [released for released in manifest.episodes if not released.piece]
    same = {released.slug for released in manifest.episodes if released.piece}
    earlier = [old for old in before.episodes if old.slug not in same] if before else []
    known = {old.enclosure.object.key for old in earlier}
    return tuple(
        f"{released.slug}: the audio has {made['loudness_out_lufs']:.1f} LUFS and peaks of "
        f"{made['true_peak_out_dbtp']:.1f} dBTP, as near as it comes to {made['target_lufs']:g} LUFS: what "
        "is loud in it is too short, or too much louder than the rest"
        for released in made_now
        if (made := released.enclosure.made).get("reached") is False
        and made.get("target_lufs") is not None
        and released.enclosure.object.key not in known
    )


def unguarded(prepared: Prepared) -> tuple[str, ...]:
    """Said once for each store: what it cannot do, and what that means."""
    if prepared.store.conditional_writes or isinstance(prepared.store, PrefixedStore):
        return ()
    told = prepared.state / "told" / f"{sha256(prepared.store.name.encode())[:16]}.unconditional"
    if told.exists():
        return ()
    with contextlib.suppress(OSError):
        told.parent.mkdir(parents=True, exist_ok=True)
        told.touch()
    return (
        f"{prepared.store.name} cannot write on a condition: two publishers that end within the same moment "
        "may undo each other, so let only one machine publish there",
    )
