"""Telling of a whole run: of the release that it made, of what comes next, or of why it failed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import Defect, PublisherError, ShowError, StoreError, UsageError
from publisher.folder_names import STATE_FOLDER
from publisher.problems import Problem
from publisher.reading.load import load_show
from publisher.release import Outcome, store_of
from publisher.release.published import Published
from publisher.release.recipients import networks, recipients, tells
from publisher.release.told import Told
from publisher.release.uploads import Progress
from publisher.store import Store

if TYPE_CHECKING:
    from publisher.telling.releases import Teller

# Most of what telling takes is imported where it is used: most runs tell nobody.


def tell_run(
    folder: Path, outcome: Outcome, again: Callable[[], Outcome], progress: Progress | None = None
) -> Outcome:
    """The outcome, after everybody was told whom the show wants told.

    New episodes are announced first: where that was is then released too, and hubs are told once, of the feed
    that has it.

    Args:
        again: releases once more, as of the same moment.
    """
    show, state = outcome.plan.show, folder / STATE_FOLDER
    if not tells(show) and not show.notify.webhooks and not show.notify.email:
        return outcome
    from publisher.telling.notices import Notices
    from publisher.telling.producers import coming_of, is_well, remember, tell_failure, tell_upcoming
    from publisher.telling.releases import announce
    from publisher.telling.releases import tell as tell_release

    telling, store = teller(progress), outcome.store
    assert store is not None
    remember(show, state)
    told = Told()
    if not any(problem.is_error for problem in outcome.outside):
        told += announce(show, store, folder, _published(outcome), telling)
    elif any(networks(show)):
        told += Told(notices=("posts wait for the next run: seen from outside, the release is not well",))
    if told.posts:
        try:
            outcome = _joined(outcome, again())
        except PublisherError as error:
            what = f"where the episodes were announced is not in the feed yet: {error.message}"
            told += Told(notices=(what,))
    told += tell_release(show, store, folder, _published(outcome), telling)
    notices = Notices(state, store, begins=True)
    told += tell_upcoming(show, notices, coming_of(outcome.plan, outcome.problems), telling)
    if outcome.exit_status:
        reason, details = _not_well(outcome)
        told += tell_failure(
            show,
            notices,
            telling,
            reason=reason,
            details=details,
            status=outcome.exit_status,
            stands=outcome.released,
        )
    elif any(recipients(show, "failure")):
        is_well(notices)
    return replace(outcome, told=told)


def tell_failed_run(
    folder: Path | str,
    error: Exception,
    *,
    to: str = "",
    endpoint: str = "",
    progress: Progress | None = None,
) -> None:
    """Tells the producer that publishing failed. Nothing of that may hide why it did.

    Args:
        error: is given `told`, who was.
        to, endpoint: go before those of podcast.yaml.
    """
    failure = error if isinstance(error, PublisherError) else Defect(error)
    if isinstance(failure, UsageError):
        return
    with contextlib.suppress(Exception):
        state, loaded = Path(folder) / STATE_FOLDER, load_show(folder)
        show = loaded.show
        if show is None or (loaded.has_errors and not show.notify.webhooks and not show.notify.email):
            if not state.exists():
                return
            from publisher.telling.producers import remembered

            show = remembered(state, Path(folder).name) or show
        if show is None or not any(recipients(show, "failure")):
            return
        from publisher.telling.notices import Notices
        from publisher.telling.producers import tell_failure

        store: Store | None = None
        # One that fails is not asked once more.
        if not isinstance(failure, StoreError):
            with contextlib.suppress(PublisherError):
                store = store_of(loaded, to=to, endpoint=endpoint)
        problems = failure.problems if isinstance(failure, ShowError) else ()
        failure.told = tell_failure(
            show,
            Notices(state, store),
            teller(progress),
            reason=failure.message,
            details=tuple(str(problem) for problem in problems if problem.is_error),
            status=failure.exit_status,
        ).told


def tell_left_out(
    folder: Path | str, left_out: Mapping[str, tuple[Problem, ...]], *, progress: Progress | None = None
) -> Told:
    """Tells the producer which new episodes do not go out because they have errors, once for the same errors.

    Args:
        left_out: the errors by slug; none of them, and what was told is forgotten.
    """
    from publisher.telling.notices import Notices
    from publisher.telling.producers import LEFT_OUT, is_well, remembered, tell_failure

    state = Path(folder) / STATE_FOLDER
    show, notices = remembered(state, Path(folder).name), Notices(state)
    if not left_out:
        is_well(notices, of=LEFT_OUT)
    if not left_out or show is None or not any(recipients(show, "failure")):
        return Told()
    names = ", ".join(sorted(left_out))
    what = "does not go out: it has" if len(left_out) == 1 else "do not go out: they have"
    return tell_failure(
        show,
        notices,
        teller(progress),
        reason=f"{names} {what} errors",
        details=tuple(str(problem) for slug in sorted(left_out) for problem in left_out[slug]),
        status=1,
        stands=True,
        of=LEFT_OUT,
    )


def teller(progress: Progress | None) -> Teller:
    """How a command tells: with this machine's secrets, clock and network."""
    from publisher.telling.releases import Teller

    return Teller(os.environ, say=progress.say) if progress else Teller(os.environ)


def _published(outcome: Outcome) -> Published:
    """What stands after a publish."""
    return Published(manifest_key=outcome.manifest_key, manifest=outcome.manifest or outcome.plan.before)


def _joined(first: Outcome, second: Outcome) -> Outcome:
    """Two releases of one run, as one."""
    if not second.released:
        return first
    return replace(
        first,
        released=True,
        manifest_key=second.manifest_key,
        manifest=second.manifest,
        uploaded=first.uploaded + second.uploaded,
        uploaded_bytes=first.uploaded_bytes + second.uploaded_bytes,
        changed_keys=tuple(dict.fromkeys((*first.changed_keys, *second.changed_keys))),
        outside=tuple(dict.fromkeys((*first.outside, *second.outside))),
    )


def _not_well(outcome: Outcome) -> tuple[str, tuple[str, ...]]:
    """What is wrong with a release that was made, or with a private feed, without the address of one."""
    found = [str(problem) for problem in outcome.outside if problem.is_error]
    failed = [feed.name for feed in outcome.private if feed.exit_status]
    reasons = ["seen from outside, the release has errors"] if found else []
    reasons += [f"the private feed {name} is not well" for name in failed]
    return "; ".join(reasons), tuple(found)
