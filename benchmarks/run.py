"""Runs the benchmarks and prints one table of ratios: `python benchmarks/run.py [--small] [--only NAME]`.

Nothing here passes or fails: figures are for people to compare, on one machine at a time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

if __name__ == "__main__":
    # As a script, Python would look for modules beside this file.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.growth import write_plots
from benchmarks.suite import BENCHMARKS, FULL, SMALL, Workplace
from benchmarks.table import Line, machine, markdown


def main() -> None:
    """The command."""
    arguments = _arguments()
    lines: list[Line] = []
    with ExitStack() as stack:
        place = Workplace(_folder(arguments, stack), SMALL if arguments.small else FULL)
        for name in arguments.only or BENCHMARKS:
            print(f"{name} …", file=sys.stderr, flush=True)
            lines += BENCHMARKS[name](place)
    table = markdown(lines)
    print(f"{machine()}\n\n{table}")
    if arguments.output:
        arguments.output.write_text(_document(table, arguments), "utf-8")
        write_plots(place.plots, arguments.output)


def _folder(arguments: argparse.Namespace, stack: ExitStack) -> Path:
    kept: Path | None = arguments.keep
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        return kept.resolve()
    folder = tempfile.TemporaryDirectory(prefix="publisher-benchmarks-", dir=arguments.work)
    return Path(stack.enter_context(folder))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time publisher beside what else does the same.")
    parser.add_argument(
        "--small", action="store_true", help="seconds instead of minutes, to see that it works"
    )
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the table as Markdown, too, and plots beside it"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep shows and what is published of them there, for the next time",
    )
    parser.add_argument("--work", metavar="FOLDER", help="where shows are made; a disk with 4 GB free")
    return parser.parse_args()


def _document(table: str, arguments: argparse.Namespace) -> str:
    options = ["--small"] * arguments.small + [f"--only {name}" for name in arguments.only or ()]
    command = " ".join(("python benchmarks/run.py", *options, "--output benchmarks/results.md"))
    return f"""\
# Benchmarks

Made by `{command}` on
{machine()}

Every figure is the median of several runs, each in a process of its own; what is compared ran in turn
(A B A B …), and the ratio is the median of the pairs'. A ratio of 2 means that publisher took twice as much.
Figures of first publishes are of one run. No peak can be seen below that of the process which measures,
about 20 MB.

`yaml.CSafeLoader` checks nothing and knows no line numbers; bare feedgen writes the same elements, and
decides nothing; `cp` neither walks, tags nor hashes what it copies, and does not wait for the disk.
The sink drops what it is sent and checks none of it, so that a client has the machine to itself; publisher
names each file by its digest before it sends it. With nothing to do, `rclone` goes by the bucket's own times
(`--fast-list --update --use-server-modtime`), with which it is quickest.
Pelican, beside which pages are made where `pelican[markdown]` is installed, writes them to the disk, and has
no search, no player, no quiz and no data for machines.

{table}
"""


if __name__ == "__main__":
    main()
