"""What the last publish of a show came to: `.publisher/last-run.json`, written by every run but a dry one.

It is for people and for machines that watch over a show. It holds what a run says, and so no secret and no
private feed's address. Without it nothing else changes: it may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from publisher import __version__
from publisher.errors import Defect, PublisherError, ShowError
from publisher.folder_names import LAST_RUN, SHOW_YAML, STATE_FOLDER
from publisher.release import Outcome
from publisher.status.run import LastRun
from publisher.whole_files import write_whole

FORMAT: Final = 1
_MOST_LISTED: Final = 20


@dataclass(slots=True)
class Recording:
    """A run while it lasts; whoever carries it out says what came of it."""

    outcome: Outcome | None = None


@contextlib.contextmanager
def recorded(folder: Path | str, *, dry_run: bool = False) -> Iterator[Recording]:
    """Notes what comes of a publish, however it ends, unless it is interrupted. What is raised goes on.

    Args:
        folder: the show's; where it is none, or cannot be written to, nothing is noted.
        dry_run: nothing is noted, since nothing is done.
    """
    recording, started = Recording(), time.monotonic()
    try:
        yield recording
    except Exception as error:
        if not dry_run:
            failure = error if isinstance(error, PublisherError) else Defect(error)
            _keep(folder, of_failure(failure, datetime.now(UTC)), started)
        raise
    if recording.outcome is not None and not dry_run:
        _keep(folder, of_outcome(recording.outcome, datetime.now(UTC)), started)


def of_outcome(outcome: Outcome, when: datetime) -> LastRun:
    """The record of a run that came to its end. Pure."""
    reason = help = ""
    errors = tuple(str(problem) for problem in outcome.outside if problem.is_error)
    if errors:
        number = len(errors)
        reason = f"released, and seen from outside it has {number} error{'s' if number != 1 else ''}"
        help = "publisher verify looks again, publisher rollback goes back"
    for feed in outcome.private:
        if feed.exit_status and not reason:
            why = feed.error.message if feed.error else "released, and not well when seen from outside"
            reason, help = f"private feed {feed.name}: {why}", feed.error.help if feed.error else ""
    new = [(episode.slug, episode.title) for episode in outcome.plan.of("new")] if outcome.released else []
    return LastRun(
        when=when,
        status=outcome.exit_status,
        released=outcome.released,
        release=outcome.manifest_key,
        store=outcome.store_name,
        feed_url=outcome.feed_url,
        # The newest are what a person looks for.
        episodes=tuple(new[-_MOST_LISTED:]),
        reason=reason,
        help=help,
        errors=errors[:_MOST_LISTED],
    )


def of_failure(error: PublisherError, when: datetime) -> LastRun:
    """The record of a run that failed. Pure."""
    problems = error.problems if isinstance(error, ShowError) else ()
    errors = tuple(str(problem) for problem in problems if problem.is_error)
    return LastRun(
        when=when,
        status=error.exit_status,
        reason=error.message,
        help=error.help,
        errors=errors[:_MOST_LISTED],
    )


def read_last_run(root: Path) -> LastRun | None:
    """The record of a show's last run; None where there is none, or none that can be read.

    Args:
        root: the show folder.
    """
    try:
        values = json.loads((root / STATE_FOLDER / LAST_RUN).read_bytes())
        return LastRun.from_json(values) if values["format"] <= FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def last_release(root: Path) -> str:
    """Key of the public release that stood when this machine last published; empty where it is not known."""
    run = read_last_run(root)
    return run.release if run else ""


def document_of(run: LastRun) -> dict[str, Any]:
    """The record as it is written."""
    return {"format": FORMAT, "version": __version__} | run.as_json()


def _keep(folder: Path | str, run: LastRun, started: float) -> None:
    root, document = Path(folder), document_of(replace(run, seconds=time.monotonic() - started))
    # A run must not fail for its record: a show on a read-only disk is published all the same.
    with contextlib.suppress(OSError):
        if (root / SHOW_YAML).exists():
            (root / STATE_FOLDER).mkdir(exist_ok=True)
            data = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
            # A name of a file that is no text must not keep the rest from being noted.
            write_whole(root / STATE_FOLDER / LAST_RUN, data.encode("utf-8", "replace"))
