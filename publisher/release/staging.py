"""Making ready what is to be released later, so that the release itself is quick.

Sound is measured and encoded, and what has an address that nobody can guess is stored. Nothing names it yet:
whatever is not released in the end is removed by a prune.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from publisher.build.episode import build_episode
from publisher.errors import ShowError
from publisher.problems import in_order
from publisher.release.assemble import sounds_of
from publisher.release.building import workshop
from publisher.release.preparing import Choose, heard_in, prepare
from publisher.release.uploads import Progress, Quiet, Uploads, each
from publisher.release.work import work_folder
from publisher.sound.facts import Measurement


def stage(
    folder: Path | str,
    slugs: Collection[str],
    *,
    at: datetime,
    store_too: bool,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    choose: Choose | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Makes new episodes ready, beside whatever else is published meanwhile: it takes no lock.

    Args:
        folder: the show folder.
        slugs: of the episodes.
        at: aware; a moment at which they are all due.
        store_too: whether to store what was made; else sound is made ready, and stays on this machine.
        to, endpoint, url, choose: as for `publisher.release.publish`.

    Returns:
        The slugs of those that were made ready: of `slugs`, what is new and whole.

    Raises:
        ShowError: the show has errors, or there is nothing to hear in an episode.
        StoreError: the store failed, or a source changed while it was read.
    """
    progress = progress or Quiet()
    prepared = prepare(folder, to=to, endpoint=endpoint, url=url, now=at, choose=choose)
    plan = prepared.plan
    wanted = tuple(planned for planned in plan.released if planned.slug in slugs and planned.state == "new")
    if not wanted:
        return ()
    uploads = Uploads(prepared.store, progress)
    uploads.know(prepared.published.manifest, slugs=())
    with work_folder(prepared.root) as work:
        shop = workshop(prepared, uploads, work)
        sounds = sounds_of(shop, replace(plan, episodes=wanted), uploads)
        measured = {slug: Measurement.from_json(sound.measured) for slug, sound in sounds.items()}
        found = heard_in(prepared.loaded, measured, plan.now)
        if any(problem.is_error for problem in found):
            raise ShowError(in_order([*prepared.problems, *found]))
        if store_too:
            staged = replace(shop, sounds=sounds)
            each(lambda planned: build_episode(staged, planned), wanted)
    return tuple(planned.slug for planned in wanted)
