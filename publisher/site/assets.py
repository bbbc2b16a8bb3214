"""Files that all pages share: scripts and fonts, and the style in the show's colours."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

_STYLES: Final = ("style.css", "player.css", "learning.css", "search.css", "certificate.css")
_DIGEST_CHARACTERS: Final = 32
_FACES: Final = (
    (
        "fonts/serif-latin-ext-600.woff2",
        "U+0100-02FF,U+1D00-1DBF,U+1E00-1EFF,U+20A0-20AB,U+20AD-20C0,U+2C60-2C7F",
    ),
    ("fonts/serif-latin-600.woff2", "U+0000-00FF,U+0131,U+0152-0153,U+2000-206F,U+20AC,U+2122,U+2212,U+FFFD"),
)
"""Source Serif 4 (OFL), for headings; a browser fetches what has the letters that are there."""
_REMARK: Final = re.compile(r"^[ \t]*(?://.*|/\*(?s:(?!\*/).)*\*/[ \t]*)$", re.MULTILINE)
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)


@lru_cache(maxsize=1)
def static_files() -> tuple[tuple[str, bytes], ...]:
    """Key and bytes of each script, font and picture. They lie in one folder that is named by the digest of
    them all, so that scripts find each other by plain names and may be kept for ever. Our own scripts are
    without their remarks; what others made is as it came."""
    found = sorted(_files(resources.files("publisher.site") / "static", ""))
    digest = sha256()
    for name, data in found:
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    folder = f"site/{digest.hexdigest()[:_DIGEST_CHARACTERS]}/"
    return tuple((folder + name, data) for name, data in found)


def static_url() -> str:
    """Of the folder, relative to the base, with a slash at its end."""
    return "/".join(static_files()[0][0].split("/")[:2]) + "/"


def style_sheet(colours: str = "", theme: str = "") -> bytes:
    """The style of all pages, for a file in `site/`.

    Args:
        colours: CSS that sets the show's own.
        theme: CSS of the show's theme, which has the last word.
    """
    static = resources.files("publisher.site") / "static"
    folder = static_url().removeprefix("site/")
    faces = "".join(
        f'@font-face{{font-family:"Publisher Serif";font-weight:600;font-display:swap;'
        f'src:url("{folder}{name}") format("woff2");unicode-range:{letters}}}\n'
        for name, letters in _FACES
    )
    own = "".join(
        without_remarks((static / name).read_text("utf-8")) for name in _STYLES if (static / name).is_file()
    )
    return (faces + own + colours + theme).encode()


def without_remarks(text: str) -> str:
    """A script or style without what only its authors read: comments that have their lines to themselves,
    and indentation. Every line stays where it is: a place that a browser names is the place in the source.

    It knows nothing of the language, and so no text may go on over several lines. A third of the scripts
    goes; what a real minifier would save beyond that, packing saves too.
    """
    return _INDENT.sub("", _REMARK.sub(lambda remark: "\n" * remark[0].count("\n"), text))


@lru_cache(maxsize=1)
def templates_digest() -> str:
    """Of all templates: pages made from others are made again."""
    folder = resources.files("publisher.site") / "templates"
    names = sorted(path.name for path in folder.iterdir())
    return sha256(b"".join(name.encode() + (folder / name).read_bytes() for name in names)).hexdigest()[:16]


def _files(folder: Traversable, before: str) -> list[tuple[str, bytes]]:
    found = []
    for path in folder.iterdir():
        if path.is_dir():
            found += _files(path, f"{before}{path.name}/")
        elif path.name not in _STYLES:
            data = path.read_bytes()
            if path.name.endswith(".js") and not before.startswith("vendor/"):
                data = without_remarks(data.decode()).encode()
            found.append((before + path.name, data))
    return found
