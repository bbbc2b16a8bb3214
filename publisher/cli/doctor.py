"""The command `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options

if TYPE_CHECKING:
    from publisher.cli.output import Output
    from publisher.diagnosing.probe import Probe
    from publisher.diagnosing.visit import Diagnosis

_STORE_LACKS = 3


@click.command(short_help="Ask a store whether it can do what a podcast needs.")
@click.argument("show", default="episodes", envvar="PUBLISHER_SHOW")
@options.destination
@options.option(
    "--fix", is_flag=True, help="Set the bucket's policy and CORS rules where listeners are kept out."
)
@options.output
def doctor(
    show: str, to: str, endpoint: str, url: str, fix: bool, as_json: bool, quiet: bool, verbose: int
) -> int:
    """Asks a store whether it can do what a podcast needs: writes, reads and removes objects of its own, and
    reads them under the public address as apps do. Says how to mend what is missing. The status is 0 where
    all that is needed is there, and 3 where something is missing or the store failed.

    Example: publisher doctor episodes --to public
    """
    from publisher.cli.output import Output, each_show

    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import doctor

        found = doctor(folder, to=to, endpoint=endpoint, url=url, fix=fix, say=output.note)
        show_diagnosis(output, found, fix=fix)
        return 0 if found.is_well else _STORE_LACKS, found.as_json()

    return each_show((show,), output, action)


def show_diagnosis(output: Output, found: Diagnosis, *, fix: bool) -> None:
    """A line for each probe; what is missing with what it matters for, and how to mend it."""
    output.say(f"{found.store_name}{' · ' + found.url if found.url else ''}")
    width = max(len(probe.name) for probe in found.probes)
    for probe in found.probes:
        for line in _lines(probe, width, verbose=output.verbose):
            output.say(line)
    for remedy in found.remedies:
        output.say("")
        output.say(f"{remedy.kind}: {remedy.says}")
        if remedy.document:
            output.say(remedy.text())
        output.say(f"  set it with: {remedy.command}")
    if found.remedies and not fix:
        output.say("  or let publisher do it: publisher doctor --fix")
    output.say("")
    output.say(_verdict(found))


def _lines(probe: Probe, width: int, *, verbose: int) -> list[str]:
    lines = [f"{_mark(probe)}  {probe.name:<{width}}  {probe.found}"]
    if probe.mend or probe.outcome == "missing" or verbose:
        indent = " " * (width + 13)
        lines.append(f"{indent}{probe.matters}")
        if probe.mend:
            lines.append(f"{indent}help: {probe.mend}")
    return lines


def _mark(probe: Probe) -> str:
    colours = {"ok": "green", "missing": "red", "unknown": "yellow"}
    colour = colours[probe.outcome] if probe.needed or probe.outcome == "ok" else "yellow"
    return click.style(f"{probe.outcome:<9}", fg=colour)


def _verdict(found: Diagnosis) -> str:
    lacking = sum(probe.is_in_the_way for probe in found.probes)
    lesser = sum(probe.outcome != "ok" and not probe.needed for probe in found.probes)
    if lacking:
        return f"not fit to publish to yet: {lacking} of what is needed is missing or unknown"
    if lesser:
        return f"all that is needed is there; {lesser} more would be better"
    return "all is there"
