"""How the feed reads in a browser: a style sheet for its XML, and a few words above it. Pure.

CSS and not XSLT: browsers take XSLT out, and Chromium lays a red warning over every document that still uses
it. CSS lays the XML itself out, in browsers with XSLT and without. A browser that shows `application/rss+xml`
as plain text, as Chromium does, shows the words first.
"""

from __future__ import annotations

import re
from importlib import resources
from xml.sax.saxutils import escape

from publisher.model import Show
from publisher.text import plain_text
from publisher.words import Words, direction

# The words of the page, by the names that stand for them in feed.css.
_WORDS = {"HINT": "feed_hint", "WEBSITE": "website"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def feed_stylesheet(show: Show) -> bytes:
    """CSS for the show's feed, with words in its language and with its description as text.

    The feed has the description as HTML, which a browser would show with all its tags.
    """
    text = resources.files("publisher.feed").joinpath("feed.css").read_text("utf-8")
    words = Words(show.language, show.words)
    texts = {name: words.word(key) for name, key in _WORDS.items()}
    texts["DESCRIPTION"] = plain_text(show.description)
    for name, value in texts.items():
        text = text.replace(f'"{name}"', _string(value))
    return text.replace("DIRECTION", direction(show.language)).encode()


def feed_opening(show: Show, style_url: str) -> bytes:
    """What stands between the XML declaration and `<rss>`: the style sheet's address, and words for people.

    Args:
        style_url: where the style sheet is; empty: there is none.
    """
    lines = []
    if style_url:
        address = escape(style_url, {'"': "&quot;"})
        lines.append(f'<?xml-stylesheet type="text/css" href="{address}"?>')
    words = Words(show.language, show.words)
    says = f"{words.word('feed_hint')} {words.word('website')}: {show.link}"
    # Two hyphens would end the comment; as %2D the second means the same in an address.
    lines.append(f"<!-- {says.replace('--', '-%2D')} -->")
    return "".join(f"{line}\n" for line in lines).encode()


def _string(value: str) -> str:
    """A text as a string of CSS; line breaks and other controls by their numbers."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROLS.sub(lambda found: f"\\{ord(found[0]):x} ", quoted) + '"'
