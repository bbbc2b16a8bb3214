"""`publisher check`: what is wrong with a show, why it matters, and what can be mended unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options

if TYPE_CHECKING:
    from publisher.cli.output import Output
    from publisher.fixing import FixedFile

# As publisher.checking has them, which `--help` need not wait for.
PROFILES = ("apple", "spotify", "psp1", "podcasting2", "youtube", "rss")


@click.command(short_help="Say everything that is wrong, and how to mend it.")
@options.shows
@options.option(
    "--for", "profiles", metavar="NAMES", default="", help=f"Only what these ask for: {', '.join(PROFILES)}."
)
@options.option("--strict", is_flag=True, help="Count warnings as errors.")
@options.option("--fix", is_flag=True, help="Mend what is safe in the show's own files, and show it.")
@options.option("--explain", metavar="RULE", default="", help="Say why a rule holds, and check nothing.")
@options.option("--no-listen", is_flag=True, help="Do not listen to the audio, which may take a while.")
@options.option(
    "--upcoming",
    type=options.Duration(),
    default=None,
    help="Only what goes out within that time (48h, 2d, 90m), and what it lacks.",
)
@options.store
@options.moment
@options.output
def check(
    shows: tuple[str, ...],
    profiles: str,
    strict: bool,
    fix: bool,
    explain: str,
    no_listen: bool,
    upcoming: timedelta | None,
    to: str,
    endpoint: str,
    now: datetime | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Checks shows: every problem, with rule, place and mend. Hints come with `--for` and `-v`, and fail
    nothing. `--fix` changes YAML files in their place, and text files that are not UTF-8.

    `--upcoming 48h` says of what goes out within that time when it does, what it lacks and what is wrong with
    it. The status is 1 if any of it has an error or no audio, or errors elsewhere hold the show back.

    Example: publisher check episodes --for apple,spotify --strict
    """
    from publisher.cli.network import shows_at_once
    from publisher.cli.output import Output, counted, each_show

    wanted = [name.strip() for name in profiles.split(",") if name.strip()]
    for name in wanted:
        if name not in PROFILES:
            raise click.BadParameter(f"{name!r} is none of {', '.join(PROFILES)}", param_hint="--for")
    if explain:
        return _explain(explain, as_json)
    if upcoming is not None and (fix or wanted or strict):
        raise click.UsageError("--upcoming stands alone: leave out --fix, --for and --strict")
    if upcoming is not None:
        output = Output(as_json, quiet, verbose)
        coming = _upcoming(output, upcoming, listen=not no_listen, to=to, endpoint=endpoint, now=now)
        return each_show(shows, output, coming)

    def action(folder: str, output: Output) -> tuple[int, dict[str, Any]]:
        from publisher import operations
        from publisher.cli.progress import watching

        settings: dict[str, Any] = {
            "profiles": wanted or None,
            "hints": bool(wanted or verbose),
            "to": to,
            "endpoint": endpoint,
            "now": now,
            "listen": not no_listen,
        }
        document: dict[str, Any] = {}
        if fix:
            with watching(output) as progress:
                fixed = operations.fix(folder, **settings, progress=progress)
            problems = fixed.problems
            document["fixes"] = [line for file in fixed.files for line in file.as_json()]
            _show(fixed.files, output)
        else:
            with watching(output) as progress:
                problems = operations.check(folder, **settings, progress=progress)
        output.problems(problems)
        output.say(f"{folder}: {counted(problems)}{' left' if fix and problems else ''}")
        failed = any(problem.is_error or (strict and problem.severity == "warning") for problem in problems)
        output.came_to = "failed" if failed else "passed"
        output.reason = counted(problems)
        return int(failed), {"problems": [problem.as_json() for problem in problems]} | document

    return shows_at_once(shows, Output(as_json, quiet, verbose), action)


def _upcoming(
    output: Output, within: timedelta, *, listen: bool, to: str, endpoint: str, now: datetime | None
) -> Callable[[str], tuple[int, dict[str, Any]]]:
    """What `--upcoming` does for each show."""

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from zoneinfo import ZoneInfo

        from publisher import operations
        from publisher.cli.progress import watching

        moment = now or datetime.now(UTC)
        with watching(output) as progress:
            entries = operations.upcoming(
                folder,
                within=within,
                now=moment,
                to=to,
                endpoint=endpoint,
                listen=listen,
                progress=progress,
            )
        for entry in entries:
            # A moment without a zone is in the show's.
            zone = ZoneInfo(entry.timezone)
            output.say(entry.says(moment if moment.tzinfo else moment.replace(tzinfo=zone)))
            output.problems(entry.problems)
        output.problems(dict.fromkeys(problem for entry in entries for problem in entry.blocking))
        unready = sum(not entry.is_ready for entry in entries)
        output.say(_count(folder, len(entries), unready))
        document = {"ready": not unready, "upcoming": [entry.as_json() for entry in entries]}
        return int(unready > 0), document

    return action


def _count(folder: str, number: int, unready: int) -> str:
    if not number:
        return f"{folder}: nothing goes out within that time"
    goes = f"{number} episode{'s go' if number != 1 else ' goes'} out within that time"
    return f"{folder}: {goes}, {f'{unready} cannot as it is' if unready else 'all can'}"


def _show(files: Sequence[FixedFile], output: Output) -> None:
    """Each file's changes, as `diff -u` prints them."""
    for file in files:
        for made in file.fixes:
            if not made.edits:
                output.say(f"{file.path}: {made.before} is now {made.after}")
        if file.diff:
            output.say(file.diff)
    number = sum(len(file.fixes) for file in files)
    if number:
        output.say(f"mended {number} problem{'s' if number != 1 else ''}")


def _explain(name: str, as_json: bool) -> int:
    from publisher.checking import RULES
    from publisher.checking.explanations import explained
    from publisher.cli.output import echo_json
    from publisher.suggest import did_you_mean

    rule = RULES.get(name.strip().strip("[]").lower())
    if rule is None:
        raise click.BadParameter(
            f"there is no rule {name!r}; {did_you_mean(name, RULES)}", param_hint="--explain"
        )
    document = explained(rule)
    if as_json:
        echo_json({"rule": document.as_json()})
    else:
        click.echo(str(document))
    return 0
