"""The command `verify`."""

from __future__ import annotations

from typing import Any

import click

from publisher.cli import options

EXIT_STATUS = 6
"""What is published has problems when it is seen from outside."""


@click.command(short_help="Look at the published show as an app does.")
@click.argument("shows", nargs=-1, metavar="[SHOW | FEED_URL]...")
@options.option("--to", metavar="STORE", default="", help="Where the show is published.")
@options.option("--endpoint", metavar="URL", default="", help="The S3 server, where it is not Amazon's.")
@options.option("--all", "everything", is_flag=True, help="Everything, and every byte of it.")
@options.option("--manifest", is_flag=True, help="Look at the store itself, and make the feed again from it.")
@options.output
def verify(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    everything: bool,
    manifest: bool,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Asks for the feed and for what it names over their public addresses: status, type, length, byte ranges,
    first bytes, artwork, CORS, redirects, certificates. What the last release changed comes first, with the
    newest episodes. A folder is served meanwhile; with --manifest nothing but the store is asked.

    Example: publisher verify episodes --all
    """
    from publisher.cli.output import Output, counted, each_show

    if any("@" in show.partition("://")[2].partition("/")[0] for show in shows):
        # Said before anything is: a password must not be repeated.
        raise click.UsageError("the address of a feed holds a user or a password; take them out")
    output = Output(as_json, quiet, verbose)

    def action(show: str) -> tuple[int, dict[str, Any]]:
        from publisher.operations import verify

        found = verify(show, to=to, endpoint=endpoint, everything=everything, manifest=manifest)
        output.problems(found.problems)
        name = to if manifest and to else show
        what = "objects of the store" if manifest else "addresses"
        output.say(f"{name}: {found.checked} {what} looked at, {counted(found.problems)}")
        if found.skipped:
            output.say(f"  {found.skipped} not looked at{'' if everything else '; --all looks at more'}")
        if found.rebuilt:
            output.say("  the published feed can be made again from the store, byte for byte")
        if found.unaccounted:
            output.say(f"  {found.unaccounted} objects belong to no release")
        if found.failed and not manifest:
            output.note("  publisher history lists releases, publisher rollback goes back to one")
        return EXIT_STATUS if found.failed else 0, {"verification": found.as_json()}

    return each_show(shows, output, action)
