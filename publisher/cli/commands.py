"""What each command takes, and how it shows what the operation of that name gave."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options
from publisher.garbage import leave

if TYPE_CHECKING:
    from publisher.previewing.standing import Stand
    from publisher.release import Outcome
    from publisher.release.uploads import Progress
    from publisher.state.looking import Seen


@click.command(short_help="Start a show, or in one an episode.")
@click.argument("arguments", nargs=-1, metavar="[SHOW] TITLE")
@options.output
def new(arguments: tuple[str, ...], as_json: bool, quiet: bool, verbose: int) -> int:
    """Makes a show folder, or in one that is there an episode folder.

    Example: publisher new episodes "Building together"
    """
    from publisher.cli.output import Output, each_show

    if not 1 <= len(arguments) <= 2:
        raise click.UsageError('give a title: publisher new [SHOW] "TITLE"')
    *show, title = arguments
    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import new

        made = new(Path(folder), title)
        output.say(f"made the {made.kind} {made.folder}")
        for place, step in enumerate(made.next_steps, start=1):
            output.say(f"  {place}. {step}")
        document = {"kind": made.kind, "folder": str(made.folder), "next_steps": list(made.next_steps)}
        return 0, document

    return each_show(show, output, action)


@click.command(short_help="Say what a publish would do now.")
@options.shows
@options.destination
@options.moment
@options.output
def plan(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    url: str,
    now: datetime | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Compares shows, private feeds too, with what is published of them. Writes nothing.

    Example: publisher plan episodes --now "2030-01-31 06:00"
    """
    from publisher.cli.network import shows_at_once
    from publisher.cli.output import Output

    def action(folder: str, output: Output) -> tuple[int, dict[str, Any]]:
        from publisher.operations import plan

        planned = plan(folder, to=to, endpoint=endpoint, url=url, now=now)
        output.plan(planned)
        for notice in planned.notices:
            output.note(notice)
        for feed in planned.private:
            show_private_plan(output, feed)
        # Of several, the lines say which.
        name = f"{folder}: " if output.common else ""
        if planned.held:
            output.say(
                f"{name}the show was rolled back, and the folder is what was undone: publish holds it back"
            )
        if not planned.held or planned.would_release:
            output.say(name + ("a publish would release this" if planned.would_release else "nothing to do"))
        failed = [f"private feed {feed.name}: {feed.error.message}" for feed in planned.private if feed.error]
        output.came_to = "to be released" if planned.would_release else "nothing to do"
        if failed:
            output.came_to, output.reason = "failed", failed[0]
        return planned.exit_status, planned.as_json()

    return shows_at_once(shows, Output(as_json, quiet, verbose), action, one_at_a_time=bool(to))


@click.command(short_help="Check, plan, build and release.")
@options.shows
@options.destination
@options.moment
@options.option("--dry-run", is_flag=True, help="Stop before anything is written.")
@options.option("--allow-removal", is_flag=True, help="Let published episodes go.")
@options.option("--again", is_flag=True, help="Release what was rolled back, though nothing was mended.")
@options.option("--allow-guid-change", is_flag=True, help="Let published episodes get another GUID.")
@options.option("--mend", is_flag=True, help="Look at every stored object, and make again what is damaged.")
@options.option("--no-verify", is_flag=True, help="Do not look at the release from outside.")
@options.option("--no-tell", is_flag=True, help="Tell nobody of the release, now or later.")
@options.option(
    "--id3-version",
    type=click.Choice(["4", "3"]),
    default=None,
    help="Tag every MP3 with ID3v2.4, or with 2.3 for old players on Windows.",
)
@options.option(
    "--cluster", metavar="ADDRESS", default="", help="Dask scheduler whose workers work on the audio."
)
@options.option(
    "--sources",
    metavar="BUCKET",
    default="",
    help="A copy of the audio, for workers without the show folder.",
)
@options.output
def publish(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    url: str,
    now: datetime | None,
    dry_run: bool,
    allow_removal: bool,
    allow_guid_change: bool,
    again: bool,
    mend: bool,
    no_verify: bool,
    no_tell: bool,
    id3_version: str | None,
    cluster: str,
    sources: str,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Publishes shows: whatever is due goes out, and nothing else changes.

    Example: publisher publish episodes --to s3://bucket/show --url https://podcast.example.com/
    """
    from publisher.cli.idle import look_before, note, show_idle
    from publisher.cli.network import shows_at_once
    from publisher.cli.output import Output

    version = int(id3_version) if id3_version else None
    # Who asks for more, or for something to be done again, is not to be told from memory.
    usual = not (dry_run or again or mend or verbose)

    def action(folder: str, output: Output) -> tuple[int, dict[str, Any]]:
        before = look_before(folder, to=to, endpoint=endpoint, url=url, id3_version=version, tell=not no_tell)
        idle = before.recall(now, document=as_json) if usual else None
        if idle:
            show_idle(output, idle.said)
            output.came_to = "nothing to do"
            return 0, idle.document or {}
        try:
            outcome = carry_out(folder, output, before.seen)
        except BaseException:
            before.forget()
            raise
        show_outcome(output, folder, outcome, dry_run=dry_run)
        output.came_to, output.reason = _came_to(outcome, dry_run=dry_run)
        if usual:
            note(before, folder, outcome, document=as_json)
        leave(before, outcome)
        return outcome.exit_status, outcome.as_json() if as_json else {}

    def carry_out(folder: str, output: Output, seen: Seen | None) -> Outcome:
        from publisher.cli.progress import watching
        from publisher.operations import publish

        with watching(output) as progress:
            return publish(
                folder,
                to=to,
                endpoint=endpoint,
                url=url,
                now=now,
                dry_run=dry_run,
                allow_removal=allow_removal,
                allow_guid_change=allow_guid_change,
                again=again,
                mend=mend,
                verify=not no_verify,
                tell=not no_tell,
                id3_version=version,
                seen=seen,
                cluster=cluster,
                sources=sources,
                progress=progress,
            )

    # What goes to one store is compared with what stands there in the order in which it was named.
    return shows_at_once(shows, Output(as_json, quiet, verbose), action, one_at_a_time=bool(to))


def _came_to(outcome: Any, *, dry_run: bool) -> tuple[str, str]:
    """What came of a publish, for the summary of many; and why it is not well, where it is not."""
    private = [feed.outcome for feed in outcome.private if feed.outcome]
    reason = ""
    if outcome.exit_status:
        from publisher.status.last_run import of_outcome

        reason = of_outcome(outcome, outcome.plan.now).reason
    if outcome.released or any(feed.released for feed in private):
        return "released", reason
    plans = [outcome.plan, *(feed.plan for feed in private)]
    if dry_run and any(plan.has_changes and not plan.held for plan in plans):
        return "to be released", reason
    return "failed" if outcome.exit_status else "nothing to do", reason


def show_private_plan(output: Any, feed: Any) -> None:
    """Says what a publish would do to a private feed."""
    output.problems(feed.problems)
    if feed.error is not None:
        output.say(f"private feed {feed.name}: it cannot be planned")
        output.failure(feed.error)
    elif feed.plan is not None and feed.plan.held:
        output.say(f"private feed {feed.name}: rolled back, and the folder is what was undone; held back")
    elif feed.plan is not None and feed.plan.has_changes:
        output.say(f"private feed {feed.name}:")
        output.plan(feed.plan)
    elif feed.plan is not None:
        output.say(f"private feed {feed.name}: nothing to do")


def show_outcome(output: Any, folder: str, outcome: Any, *, dry_run: bool) -> None:
    """Says what a publish came to."""
    from publisher.cli.idle import due_lines
    from publisher.cli.output import size

    # A scheduled run that found nothing to do must not mail the same warnings every five minutes.
    if outcome.released or not output.quiet:
        output.problems(outcome.problems)
    for notice in outcome.notices:
        output.note(notice)
    output.plan(outcome.plan)
    if dry_run and outcome.plan.has_changes:
        output.say(f"{folder}: nothing was written; without --dry-run this would be released")
    elif outcome.released:
        output.problems(outcome.outside)
        amount = f"{outcome.uploaded} objects, {size(outcome.uploaded_bytes)}"
        output.say(f"{folder}: released to {outcome.store_name} ({amount})")
        output.say(f"  {outcome.feed_url}")
        if outcome.exit_status:
            output.note(f"it is released, and not well; to go back: publisher rollback {folder} previous")
    else:
        output.say(f"{folder}: nothing to do")
    for feed in outcome.private:
        if outcome.released or not output.quiet:
            output.problems(feed.problems)
        for notice in feed.notices:
            output.note(f"private feed {feed.name}: {notice}")
        if feed.error is not None:
            output.failure(feed.error)
        elif feed.outcome is not None:
            output.problems(feed.outcome.outside)
            plan = feed.outcome.plan
            if feed.outcome.released or (dry_run and plan.has_changes and not plan.held):
                done = "released" if feed.outcome.released else "this would be released"
                output.plan(plan)
                output.say(f"  private feed {feed.name}: {done}")
            else:
                output.say(f"  private feed {feed.name}: nothing to do")
            if output.verbose:
                output.say(f"    {feed.outcome.feed_url}")
    if outcome.released or not output.quiet:
        output.problems(outcome.told.problems)
    show_told(output, outcome.told)
    for line in due_lines(outcome.plan):
        output.say(line)


def show_told(output: Any, told: Any) -> None:
    """Says who was told of a release."""
    for notice in told.notices:
        output.note(notice)
    if told.told:
        output.say(f"  told: {', '.join(told.told)}")
    for address in told.posts:
        output.say(f"  announced: {address}")


@click.command(short_help="Look at the show on this machine.")
@click.argument("show", default="episodes", envvar="PUBLISHER_SHOW")
@options.option("--port", type=click.IntRange(0, 65535), default=8000, help="0 for any that is free.")
@options.option("--drafts", is_flag=True, help="With drafts and scheduled episodes.")
@options.option("--to", metavar="STORE", default="", help="Where the show is published.")
@options.option("--endpoint", metavar="URL", default="", help="The S3 server, where it is not Amazon's.")
@options.output
def preview(
    show: str, port: int, drafts: bool, to: str, endpoint: str, as_json: bool, quiet: bool, verbose: int
) -> int:
    """Serves the show as a publish would leave it, on this machine only. Podcast apps can subscribe.

    Pages that are open load themselves again when the show is changed; what is wrong with it is said on them.

    Private feeds whose secrets are set are served too; -v tells their addresses.

    Example: publisher preview episodes --drafts
    """
    from publisher.cli.output import Output, each_show
    from publisher.cli.progress import watching

    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import preview
        from publisher.previewing.following import following
        from publisher.previewing.server import address, bind, make_app, serve

        def build(progress: Progress | None = None) -> AbstractContextManager[Stand]:
            return preview(folder, to=to, endpoint=endpoint, drafts=drafts, progress=progress)

        def tell(stand: Stand) -> None:
            output.problems(stand.problems)
            for notice in stand.notices:
                output.note(notice)

        def shown_again(stand: Stand) -> None:
            tell(stand)
            output.say(f"{folder}: {_episodes(stand)}, as changed")

        listener = bind(port)
        here = address(listener)
        with ExitStack() as stack:
            stack.enter_context(listener)
            with watching(output) as progress:
                stand = stack.enter_context(build(progress))
            tell(stand)
            output.say(f"{folder}: {_episodes(stand)}")
            output.say(f"  page  {here}")
            output.say(f"  feed  {here}feed.xml")
            for name, feed_url in stand.private:
                local = feed_url.replace(stand.url, here, 1)
                output.say(f"  private feed {name}: {local if output.verbose else '-v tells its address'}")
            output.say("  what you change in the folder is shown at once; stop with Ctrl-C")
            live = stack.enter_context(
                following(Path(folder), stand, build, shown=shown_again, failed=output.failure)
            )
            serve(make_app(local_url=here, live=live), port=port, listener=listener)
        return 0, {"url": here, "feed_url": f"{here}feed.xml"}

    return each_show((show,), output, action)


def _episodes(stand: Stand) -> str:
    return f"{stand.episodes} episode{'s' if stand.episodes != 1 else ''}"


@click.command(short_help="Print the JSON Schema of the YAML files.")
@click.argument("which", type=click.Choice(["show", "episode"]), required=False)
@options.log_format
def schema(which: str | None) -> int:
    """Prints the JSON Schema of podcast.yaml (show) or episode.yaml (episode), for editors.

    Example: publisher schema episode > episode.schema.json
    """
    from publisher.cli.output import echo_json
    from publisher.reading.schema import episode_schema, show_schema

    made = {"show": show_schema, "episode": episode_schema}
    document = made[which]() if which else {name: make() for name, make in made.items()}
    echo_json(document)
    return 0
