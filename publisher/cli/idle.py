"""What a publish with nothing to do says: the same, whether it read everything or knew by a look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from publisher.cli.output import Output

if TYPE_CHECKING:
    from publisher.idle.recalling import Before, Said
    from publisher.planning import Plan
    from publisher.release import Outcome


def show_idle(output: Output, said: Said) -> None:
    """Says it again."""
    # A scheduled run that found nothing to do must not mail the same warnings every five minutes.
    if not output.quiet:
        output.problems(said.problems)
    for notice in said.notices:
        output.note(notice)
    for line in said.lines:
        output.say(line)


def note(before: Before, folder: str, outcome: Outcome, *, document: bool) -> None:
    """Notes the run for the next one, if there was nothing to do."""
    from publisher.idle.keeping import keep
    from publisher.idle.recalling import Said

    said = Said(outcome.problems, outcome.notices, tuple(_lines(folder, outcome)))
    keep(before, outcome, said, document=document)


def due_lines(plan: Plan) -> Iterator[str]:
    """When the next episode goes out."""
    from zoneinfo import ZoneInfo

    from publisher.cli.output import when

    if plan.next_due:
        zone = ZoneInfo(plan.show.timezone)
        yield f"  next: {when(plan.next_due, zone)} ({zone.key})"


def _lines(folder: str, outcome: Outcome) -> Iterator[str]:
    from publisher.cli.output import plan_lines

    yield from plan_lines(outcome.plan, every=False)
    yield f"{folder}: nothing to do"
    for feed in outcome.private:
        yield f"  private feed {feed.name}: nothing to do"
    yield from due_lines(outcome.plan)


def look_before(
    folder: str, *, to: str, endpoint: str, url: str, id3_version: int | None, tell: bool
) -> Before:
    """Looks at a show before it is published."""
    from publisher.idle.recalling import Asked, before

    return before(Asked(folder, to, endpoint, url, id3_version, tell))
