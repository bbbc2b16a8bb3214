"""An inbox: what producers drop into it comes into the show, or is told why not.

    drop ──still?──▶ shape ──▶ staged beside the show ──check──▶ one rename into the show
                                       └──▶ PROBLEMS.txt beside the drop

One call is one look. Nothing in an inbox is published: it has to be in the show first.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from publisher.errors import UsageError
from publisher.folder_names import SHOW_YAML, STATE_FOLDER
from publisher.inbox.looking import Look
from publisher.inbox.outcome import Outcome, Refused, Taken, Waiting
from publisher.inbox.place import Inbox
from publisher.state.lock import WAIT_SECONDS, hold
from publisher.store import open_store

__all__ = ["STILL_SECONDS", "Outcome", "Refused", "Taken", "Waiting", "take_in"]

STILL_SECONDS: Final = 5.0
"""So long nothing of a drop may change before it counts as complete."""

_STATE: Final = "inbox"


def take_in(
    show: Path,
    inbox: str,
    *,
    now: datetime,
    still_seconds: float = STILL_SECONDS,
    state: Path | None = None,
    endpoint: str = "",
    published_to: str = "",
) -> tuple[Outcome, ...]:
    """Looks into an inbox once, and takes in what is complete and right.

    A look at an inbox in which nothing is costs a listing; where something is refused, it costs a stat of
    each episode.yaml besides. What was refused is not looked at again until it, or an episode.yaml or the
    podcast.yaml of the show, changes. Who looks again and again may wait for a change of the inbox or of the
    show, and for the earliest `look_again` of what waits; a bucket tells of no change.

    Args:
        show: the show folder.
        inbox: a folder, relative to the show folder or absolute, or `s3://bucket/prefix`.
        now: aware.
        still_seconds: how long a drop has to be unchanged: since an earlier look, or by its files' times.
        state: a folder for notes, on the disk that the show is on; one in `.publisher/` unless given.
        endpoint: address of an S3 store that is not Amazon's.
        published_to: where the show is published, which cannot be its inbox.

    Returns:
        What became of everything in the inbox, ordered by name.

    Raises:
        UsageError: the inbox cannot be one.
        StoreError: the inbox is not there, or does not answer.
        ShowError: podcast.yaml cannot be read; nothing was taken in.
        Conflict: another look at this inbox does not come to its end.
    """
    root = show.resolve()
    if not (root / SHOW_YAML).is_file():
        raise UsageError(f"{show} is no show: it holds no {SHOW_YAML}", help="name the show's folder")
    state = state or root / STATE_FOLDER / _STATE
    place = _opened(inbox, root, state, now, endpoint, published_to)
    try:
        state.mkdir(parents=True, exist_ok=True)
        _ignored_by_git(root)
    except OSError as error:
        raise UsageError(
            f"nothing can be written to the show {show}: {error.strerror}", help="check its permissions"
        ) from error
    with _alone(state):
        return Look(root, place, state, now.astimezone(UTC), still_seconds).outcomes()


def _opened(inbox: str, root: Path, state: Path, now: datetime, endpoint: str, published_to: str) -> Inbox:
    today = now.astimezone(UTC).date()
    if inbox.startswith("s3:"):
        from publisher.inbox.buckets import BucketInbox

        address = inbox.rstrip("/")
        if published_to and f"{published_to.rstrip('/')}/".startswith(f"{address}/"):
            raise UsageError(
                f"the inbox {inbox} holds what is published",
                help="give the inbox a bucket or a prefix of its own",
            )
        store = open_store(inbox, endpoint=endpoint, base=root, any_names=True)
        return BucketInbox(store, kept=state / "taken", today=today)
    from publisher.inbox.folders import FolderInbox

    if not inbox.strip():
        raise UsageError(
            "no inbox is named", help="name it with --from, or as inbox in podcast.yaml: inbox: ../inbox"
        )
    folder = Path(os.path.realpath(root / Path(inbox).expanduser()))
    if root.is_relative_to(folder):
        raise UsageError(
            f"the inbox {folder} holds the show itself",
            help="give the inbox a folder of its own: inbox: ../inbox",
        )
    return FolderInbox(folder, today=today)


def _ignored_by_git(root: Path) -> None:
    ignore = root / STATE_FOLDER / ".gitignore"
    if ignore.parent.is_dir() and not ignore.exists():
        ignore.write_text("*\n", "ascii")


@contextlib.contextmanager
def _alone(state: Path) -> Iterator[None]:
    """One look at a time; the lock is the kernel's, so that a killed one leaves none."""
    file = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        hold(file, WAIT_SECONDS, lambda text: None)
        yield
    finally:
        os.close(file)
