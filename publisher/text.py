"""Markdown to safe HTML and to plain text. Pure.

Whatever a producer pastes, the result holds no script, no handler, no style and no foreign request: HTML in
the Markdown is parsed and cleaned by an allow list, never by looking for what is bad.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
from html.parser import HTMLParser
from typing import Final

import nh3
from markdown_it import MarkdownIt

# What apps keep of a description (Apple and PSP-1 ask for no more): headings become bold paragraphs.
_FEED_TAGS: Final = {"p", "ul", "ol", "li", "a", "br", "strong", "em"}
_PAGE_TAGS: Final = _FEED_TAGS | {
    *("h2", "h3", "h4", "blockquote", "code", "pre", "hr", "del", "sub", "sup"),
    *("table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"),
}
_SCHEMES: Final = {"http", "https", "mailto"}
_BLOCKS: Final = frozenset(
    ("p", "div", "ul", "ol", "li", "br", "blockquote", "pre", "tr", "table", "hr", "dt", "dd", "section")
)


@functools.cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(
        ["table", "strikethrough", "linkify"]
    )


def page_html(markdown: str) -> str:
    """Markdown as HTML for a page; its first-level headings become second-level ones."""
    rendered = _markdown().render(markdown)
    rendered = re.sub(r"(</?)h[56]\b", r"\1h4", rendered)
    rendered = re.sub(r"(</?)h1\b", r"\1h2", rendered)
    return nh3.clean(
        rendered,
        tags=_PAGE_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    ).strip()


def feed_html(markdown: str) -> str:
    """Markdown as the HTML that podcast apps keep: paragraphs, lists, links, bold and italics."""
    rendered = _markdown().render(markdown)
    rendered = re.sub(r"<h[1-6]\b[^>]*>", "<p><strong>", rendered)
    rendered = re.sub(r"</h[1-6]>", "</strong></p>", rendered)
    rendered = re.sub(r"</?(?:blockquote|pre)>", "", rendered)
    rendered = re.sub(r"<(/?)b>", r"<\1strong>", re.sub(r"<(/?)i>", r"<\1em>", rendered))
    return nh3.clean(
        rendered, tags=_FEED_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel=None
    ).strip()


def plain_text(markdown: str) -> str:
    """Markdown as text: paragraphs parted by an empty line, list items by a line of their own."""
    return html_to_text(nh3.clean(_markdown().render(markdown), tags=_PAGE_TAGS | _HEADINGS, link_rel=None))


_HEADINGS: Final = {"h1", "h5", "h6"}


def html_to_text(markup: str) -> str:
    """The text of safe HTML."""
    reader = _TextReader()
    reader.feed(markup)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def first_paragraph(markdown: str) -> str:
    """The first paragraph as plain text on one line; headings are passed over."""
    tokens = _markdown().parse(markdown)
    for opened, inline in itertools.pairwise(tokens):
        if opened.type == "paragraph_open" and inline.type == "inline":
            text = plain_text(inline.content)
            if text:
                return " ".join(text.split())
    return ""


def paragraph(text: str) -> str:
    """Plain text as one HTML paragraph."""
    return f"<p>{html.escape(text, quote=False)}</p>"


def link(url: str, text: str) -> str:
    """An HTML link; both sides escaped."""
    return f'<a href="{html.escape(url)}">{html.escape(text, quote=False)}</a>'


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            self.parts.append("\n• ")
        elif tag == "br" or tag == "tr":
            self.parts.append("\n")
        elif tag in _BLOCKS or re.fullmatch("h[1-6]", tag):
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "ul", "ol", "table", "blockquote", "pre") or re.fullmatch("h[1-6]", tag):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))
