"""`publisher check`: what is wrong with a show, why it matters, and what can be mended unasked."""

from __future__ import annotations

from typing import Any

import click

from publisher.cli import options

# As publisher.checking has them, which `--help` need not wait for.
PROFILES = ("apple", "spotify", "psp1", "podcasting2", "youtube", "rss")


@click.command(short_help="Say everything that is wrong, and how to mend it.")
@options.shows
@options.option(
    "--for", "profiles", metavar="NAMES", default="", help=f"Only what these ask for: {', '.join(PROFILES)}."
)
@options.option("--strict", is_flag=True, help="Count warnings as errors.")
@options.option("--explain", metavar="RULE", default="", help="Say why a rule holds, and check nothing.")
@options.option("--to", metavar="STORE", default="", help="Where the show is published.")
@options.option("--endpoint", metavar="URL", default="", help="The S3 server, where it is not Amazon's.")
@options.output
def check(
    shows: tuple[str, ...],
    profiles: str,
    strict: bool,
    explain: str,
    to: str,
    endpoint: str,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Checks shows: every problem, with rule, place and mend. Hints are given with `--for` and `-v`, and fail
    nothing.

    Example: publisher check episodes --for apple,psp1 --strict
    """
    from publisher.cli.output import Output, counted, each_show

    wanted = [name.strip() for name in profiles.split(",") if name.strip()]
    for name in wanted:
        if name not in PROFILES:
            raise click.BadParameter(f"{name!r} is none of {', '.join(PROFILES)}", param_hint="--for")
    if explain:
        return _explain(explain, as_json)
    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import check

        hints = bool(wanted or verbose)
        problems = check(folder, profiles=wanted or None, hints=hints, to=to, endpoint=endpoint)
        output.problems(problems)
        output.say(f"{folder}: {counted(problems)}")
        failed = any(problem.is_error or (strict and problem.severity == "warning") for problem in problems)
        return int(failed), {"problems": [problem.as_json() for problem in problems]}

    return each_show(shows, output, action)


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
