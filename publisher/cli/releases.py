"""The commands about past releases: history, rollback, prune."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from publisher.cli import options


@click.command(short_help="List past releases.")
@options.shows
@options.store
@options.feed
@options.option("--limit", type=click.IntRange(1), default=20, help="How many, the newest first.")
@options.output
def history(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    feed: str,
    limit: int,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Lists what was released: when, by which version, and what changed.

    A private feed has releases of its own: --feed lists them.

    Example: publisher history episodes
    """
    from publisher.cli.output import Output, each_show

    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import history

        listed = history(folder, to=to, endpoint=endpoint, feed=feed, limit=limit)
        for place, past in enumerate(listed):
            for line in _lines(past, stands=place == 0):
                output.say(line)
        return 0, {"releases": [past.as_json() for past in listed]}

    return each_show(shows, output, action)


def _lines(past: Any, *, stands: bool) -> list[str]:
    from publisher.release.history import short

    when = f"{past.when:%Y-%m-%d %H:%M} UTC" if past.when else "at an unknown time"
    count, version = len(past.manifest.episodes), past.manifest.version
    mark = "*" if stands else " "
    lines = [
        f"{mark} {past.name}  {when}  {count} episode{'s' if count != 1 else ''}  by publisher {version}"
    ]
    if past.manifest.repeats:
        lines.append(f"    rolled back to {short(past.manifest.repeats)}")
    for sign, slugs in (("+", past.added), ("~", past.changed), ("-", past.removed)):
        lines += [f"    {sign} {slug}" for slug in slugs[:10]]
        if len(slugs) > 10:
            lines.append(f"    {sign} and {len(slugs) - 10} more")
    if past.show_changes:
        lines.append(f"    ~ the show: {', '.join(past.show_changes)}")
    return lines


@click.command(short_help="Go back to a past release.")
@click.argument("arguments", nargs=-1, metavar="[SHOW] RELEASE")
@options.store
@options.feed
@options.option("--no-tell", is_flag=True, help="Tell nobody of it, now or later.")
@options.output
def rollback(
    arguments: tuple[str, ...],
    to: str,
    endpoint: str,
    feed: str,
    no_tell: bool,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Puts a past release back in the place of the one that stands. The show folder is not touched.

    RELEASE is the first digits of a name that history lists, or previous. Private feeds stay as they are;
    with --feed one of them goes back, and nothing else.

    Example: publisher rollback episodes previous
    """
    from publisher.cli.commands import show_told
    from publisher.cli.output import Output, each_show
    from publisher.cli.progress import watching

    if not 1 <= len(arguments) <= 2:
        raise click.UsageError("name a release: publisher rollback [SHOW] RELEASE")
    *show, release = arguments
    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import rollback

        with watching(output) as progress:
            done = rollback(
                folder,
                release,
                to=to,
                endpoint=endpoint,
                feed=feed,
                tell=not no_tell,
                progress=progress,
            )
        output.say(f"{folder}: back to what {done.repeats} was; {done.undone} is undone")
        output.say(f"  {done.feed_url}")
        for slug in done.removed:
            output.say(f"  not in the feed any more: {slug}")
        if done.reachable:
            output.say("  reachable until it is pruned, by whoever has the address:")
        for address in done.reachable:
            output.say(f"    {address}")
        for name in done.private_left:
            output.say(f"  the private feed {name} stays as it is; --feed {name} puts it back")
        output.problems(done.told.problems)
        show_told(output, done.told)
        output.say("  as long as the folder is what was undone, publish leaves things as they are")
        return 0, done.as_json()

    return each_show(show, output, action)


@click.command(short_help="Remove what no kept release refers to.")
@options.shows
@options.store
@options.option(
    "--older-than",
    type=options.Duration(),
    default="30d",
    help="The grace period: what is younger stays (30d, 4w, 48h).",
)
@options.option("--yes", is_flag=True, help="Remove it; without this it is only shown.")
@options.option(
    "--former-feeds",
    is_flag=True,
    help="Remove what former private feeds left at once, however young.",
)
@options.output
def prune(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    older_than: timedelta,
    yes: bool,
    former_feeds: bool,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Shows, and with --yes removes, objects that no kept release refers to.

    Kept are the release that stands, and every release that stood at any time of the grace period. Private
    feeds are pruned by their own releases, and what those left that are none any more goes after that period.

    Example: publisher prune episodes --older-than 90d --yes
    """
    from publisher.cli.output import Output, each_show, size

    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import prune

        found = prune(
            folder, to=to, endpoint=endpoint, older_than=older_than, yes=yes, former_feeds=former_feeds
        )
        for stored in found.removable:
            output.say(f"- {stored.key}  {size(stored.length_bytes)}")
        for feed in found.private:
            for stored in feed.removable:
                output.say(f"- (private feed {feed.name})/{stored.key}  {size(stored.length_bytes)}")
            if feed.error is not None:
                output.failure(feed.error)
        former = found.former.removable
        if former:
            output.say(f"- all of former private feeds: {len(former)} objects")
        for notice in found.notices:
            output.note(notice)
        amount = f"{found.count} objects, {size(found.length_bytes)}"
        if not found.count:
            output.say(f"{folder}: nothing to remove")
        elif found.done:
            output.say(f"{folder}: removed {amount}")
        else:
            output.say(f"{folder}: {amount} could go; nothing was removed, --yes does it")
        if found.uploads_aborted:
            output.say(f"  and {found.uploads_aborted} uploads that were never finished")
        return found.exit_status, found.as_json()

    return each_show(shows, output, action)
