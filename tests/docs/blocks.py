"""The fenced blocks of a Markdown page, and what their marks say of how to run them.

A mark is an HTML comment on the line before the fence:

* `<!-- not run: REASON -->`: nothing is run.
* `<!-- needs: swift -->`: run where that server is; the buckets that it names are made first.
* `<!-- after: COMMAND -->`: that command is run first, where the block stands for itself.
* `<!-- status: NUMBER -->`: it ends with that status.
* `<!-- serves -->`: run until it has been asked for its feed, then interrupted.
* `<!-- watches -->`: run until it has looked at the show, then ended by SIGTERM.
* `<!-- background -->`: commands that end in `&` are ended after the last one; port 8786 becomes a free one.
* `<!-- file: PATH -->`: the block is what that file holds from here on.
* `<!-- part of: NAME -->`: the block is a piece of such a file.
* `<!-- for: NAME -->`: the block is read by another program, which `tests/running/` has look at it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[a-z ]+?)(?:: (?P<value>.+?))? -->\n)?```(?P<language>[\w-]*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
LANGUAGES = ("sh", "text", "yaml", "html", "python", "crontab", "ini", "mermaid")
MARKS = (
    "",
    "not run",
    "needs",
    "after",
    "status",
    "serves",
    "watches",
    "background",
    "file",
    "part of",
    "for",
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block. `line` is where its text begins, counted from 1."""

    language: str
    text: str
    line: int
    mark: str = ""
    value: str = ""


def blocks(page: str) -> list[Block]:
    """The blocks of a page, from top to bottom."""
    return [
        Block(
            match["language"],
            match["text"],
            page.count("\n", 0, match.start("text")) + 1,
            match["mark"] or "",
            match["value"] or "",
        )
        for match in _FENCE.finditer(page)
    ]


def pages() -> list[Path]:
    """Every page that a person reads."""
    return [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
        (ROOT / "docs").glob("*.md")
    )


def blocks_of(page: Path) -> list[Block]:
    return blocks(page.read_text("utf-8"))


def the_block_for(program: str) -> str:
    """The text of the one block on any page that is for a program, such as `github`."""
    (found,) = [
        block.text
        for page in pages()
        for block in blocks_of(page)
        if (block.mark, block.value) == ("for", program)
    ]
    return found
