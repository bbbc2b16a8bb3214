"""After a publish: notes that there was nothing to do, where the next run may take that for granted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from publisher.cache import Table
from publisher.idle.recalling import (
    DOCUMENT,
    FACTS,
    SAID,
    TABLE,
    Before,
    Facts,
    Feed,
    Said,
    facts_bytes,
    said_bytes,
)
from publisher.model import Show
from publisher.planning import Plan
from publisher.release import Outcome
from publisher.release.preparing import store_address
from publisher.release.published import Published
from publisher.release.told import Told
from publisher.state.code import code_stamp
from publisher.state.journal import Journal
from publisher.status.last_run import document_of, of_outcome
from publisher.telling.producers import AHEAD
from publisher.telling.releases import everybody_told

_NEVER = datetime.max.replace(tzinfo=UTC)


def keep(before: Before, outcome: Outcome, said: Said, *, document: bool = False) -> None:
    """Notes a run with nothing to do; takes away an older note after any other.

    Args:
        before: what was seen before anything was read.
        said: what the run says to a person.
        document: whether to note, too, what it says to a program.
    """
    with Table(before.state, TABLE) as table:
        facts = _facts(before, outcome)
        if facts is None:
            table.keep_only(before.asked.mark, ())
            return
        table.put(before.asked.mark, FACTS, facts_bytes(facts))
        table.put(before.asked.mark, SAID, said_bytes(said))
        if document:
            table.put(before.asked.mark, DOCUMENT, json.dumps(outcome.as_json()).encode())


def _facts(before: Before, outcome: Outcome) -> Facts | None:
    """None where the next run may have something to do although nothing will look different."""
    plan, seen, store = outcome.plan, before.seen, outcome.store
    if seen is None or store is None or not code_stamp():
        return None
    if not seen.is_settled:
        return None
    feeds = tuple(_feeds(outcome))
    if not feeds or outcome.exit_status or outcome.told != Told():
        return None
    if Journal(before.state, store.name).is_open:
        return None
    stands = Published(manifest_key=outcome.manifest_key, manifest=plan.before)
    if before.asked.tell and not everybody_told(plan.show, store, before.asked.root, stands):
        return None
    now = datetime.now(UTC)
    return Facts(
        seen=seen.digest,
        code=code_stamp(),
        made=seen.at,
        since=plan.now,
        until=_until(plan),
        timezone=plan.show.timezone,
        store=store_address(plan.show, to=before.asked.to),
        endpoint=before.asked.endpoint or plan.show.publish_endpoint,
        feeds=feeds,
        run=document_of(of_outcome(outcome, now)),
    )


def _feeds(outcome: Outcome) -> Iterator[Feed]:
    """Every feed of the show, or none where one of them has anything to do or to say."""
    if not _is_idle(outcome):
        return
    secrets = {feed.name: feed.secret for feed in outcome.plan.show.feeds}
    private = []
    for feed in outcome.private:
        if feed.outcome is None or feed.error or feed.problems or not _is_idle(feed.outcome):
            return
        private.append(Feed(feed.outcome.manifest_key, feed.name, secrets[feed.name]))
    yield Feed(outcome.manifest_key)
    yield from private


def _is_idle(outcome: Outcome) -> bool:
    plan = outcome.plan
    has_more = outcome.released or plan.has_changes or plan.held or outcome.outside
    return bool(outcome.manifest_key) and not has_more


def _until(plan: Plan) -> datetime:
    """The next moment at which anything falls due, or somebody may want to be told what will."""
    moments = (moment for due in _due(plan.show) for moment in (due, due - AHEAD) if moment > plan.now)
    return min(moments, default=_NEVER)


def _due(show: Show) -> Iterator[datetime]:
    early = {timedelta(0), *(timedelta(seconds=feed.early_seconds) for feed in show.feeds)}
    for episode in show.episodes:
        if episode.published:
            yield from (episode.published - lead for lead in early)
