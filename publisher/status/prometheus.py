"""Statuses as Prometheus reads them. Pure.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

A sample that is not known is left out, so that `absent()` finds it; none says 0 for "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from publisher.status.report import Status

Sample = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One gauge; `samples` gives its values, each with the labels it has beside `show`."""

    name: str
    help: str
    samples: Callable[[Status], Iterable[Sample]]


def as_prometheus(statuses: Iterable[Status]) -> str:
    """All metrics of several shows, told apart by the label `show`: the folder as it was named."""
    found = tuple(statuses)
    return "".join(line for metric in METRICS for line in _lines(metric, found))


def _lines(metric: Metric, statuses: tuple[Status, ...]) -> Iterator[str]:
    values = [
        ({"show": status.show} | labels, value)
        for status in statuses
        for labels, value in metric.samples(status)
    ]
    if not values:
        return
    yield f"# HELP {metric.name} {metric.help}\n"
    yield f"# TYPE {metric.name} gauge\n"
    for labels, value in values:
        told = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{metric.name}{{{told}}} {_number(value)}\n"


def _escaped(text: str) -> str:
    # A folder's name may hold bytes that are no text.
    plain = text.encode("utf-8", "replace").decode()
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _one(value: float | None) -> Iterator[Sample]:
    if value is not None:
        yield {}, value


def _when(moment: datetime | None) -> Iterator[Sample]:
    return _one(moment.timestamp() if moment else None)


def _info(status: Status) -> Iterator[Sample]:
    release = status.release
    yield (
        {
            "title": status.title,
            "feed_url": status.feed_url,
            "release": release.name if release else "",
        },
        1,
    )


def _next(status: Status) -> Iterator[Sample]:
    return _when(status.next.goes_out if status.next else None)


def _problems(status: Status) -> Iterator[Sample]:
    for severity in ("error", "warning"):
        yield {"severity": severity}, status.count(severity)


def _private(status: Status) -> Iterator[Sample]:
    for feed in status.private:
        if feed.name:
            yield {"feed": feed.name}, feed.state != "failed"


METRICS: Final = (
    Metric("publisher_show_info", "The show and its release that stands, always 1.", _info),
    Metric(
        "publisher_status_timestamp_seconds",
        "When this was gathered.",
        lambda status: _when(status.now),
    ),
    Metric("publisher_status", "What publisher status exits with: 0 is well.", lambda s: _one(s.exit_status)),
    Metric(
        "publisher_store_up",
        "Whether the store answered.",
        lambda s: _one(not s.store_error if s.store_asked else None),
    ),
    Metric(
        "publisher_last_release_timestamp_seconds",
        "When the feed was last flipped.",
        lambda s: _when(s.release.when if s.release else None),
    ),
    Metric(
        "publisher_episodes",
        "Episodes in the release that stands.",
        lambda s: _one(s.release.episodes if s.release else None),
    ),
    Metric("publisher_next_due_timestamp_seconds", "When the next episode goes out.", _next),
    Metric(
        "publisher_scheduled_episodes",
        "Episodes with a date that has not come.",
        lambda s: _one(sum(entry.state == "scheduled" for entry in s.entries)),
    ),
    Metric(
        "publisher_due_episodes",
        "Episodes that are due and not released.",
        lambda s: _one(len(s.due)),
    ),
    Metric(
        "publisher_waiting_episodes",
        "Episodes without audio that are due, or due within 48 hours.",
        lambda s: _one(len(s.waiting)),
    ),
    Metric("publisher_problems", "Problems of the show.", _problems),
    Metric("publisher_held", "Whether a rollback holds the show back.", lambda s: _one(bool(s.held))),
    Metric(
        "publisher_last_run_success",
        "Whether the last publish on this machine went well.",
        lambda s: _one(s.last_run.is_success if s.last_run else None),
    ),
    Metric(
        "publisher_last_run_status",
        "Exit status of the last publish on this machine.",
        lambda s: _one(s.last_run.status if s.last_run else None),
    ),
    Metric(
        "publisher_last_run_timestamp_seconds",
        "When the last publish on this machine ended.",
        lambda s: _when(s.last_run.when if s.last_run else None),
    ),
    Metric(
        "publisher_last_run_duration_seconds",
        "How long the last publish on this machine took.",
        lambda s: _one(s.last_run.seconds if s.last_run else None),
    ),
    Metric("publisher_private_feed_up", "Whether a private feed could be looked at.", _private),
)
