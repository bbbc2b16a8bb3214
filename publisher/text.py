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
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt

_PAGE_TAGS: Final = {
    *("p", "ul", "ol", "li", "a", "br", "strong", "em", "b", "i"),
    *("h2", "h3", "h4", "blockquote", "code", "pre", "hr", "del", "sub", "sup"),
    *("table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"),
}
_HEADINGS: Final = {"h1", "h5", "h6"}
_SCHEMES: Final = {"http", "https", "mailto"}
_BLOCKS: Final = frozenset(
    ("p", "div", "ul", "ol", "li", "br", "blockquote", "pre", "tr", "table", "hr", "dt", "dd", "section")
)


_FEED_BLOCKS: Final = frozenset(
    ("p", "div", "blockquote", "pre", "hr", "table", "thead", "tbody", "tr", "dl", "dt", "dd", "section")
)
_ALL_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LISTS: Final = ("ul", "ol")
_MARKS: Final = {"strong": "strong", "b": "strong", "em": "em", "i": "em"}
_WHOLE_ADDRESS: Final = re.compile(r"(?:https?://|mailto:)", re.I)

# What HTML takes for the beginning of a tag, a comment or a declaration; other `<` are text.
# https://html.spec.whatwg.org/multipage/parsing.html#tag-open-state
_TAG_OPENS: Final = re.compile(r"<[A-Za-z/!?]")

# What XML 1.0 cannot carry (https://www.w3.org/TR/xml/#charsets). A producer's file holds none of it, but a
# character reference in Markdown (`&#12;`) may stand for it.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


# Markup of which each takes the longer the more of it there is. No notes have nearly as much, and half a
# megabyte of opening brackets would take minutes.
_MOST_SIGNS: Final = {
    "[": 5_000,
    "<": 5_000,
    "|": 20_000,
    "`": 20_000,
    "*": 40_000,
    "_": 40_000,
    "\n": 10_000,
}
_MOST_MARKDOWN: Final = 1 << 18
# Tags as nh3 writes them: attributes in double quotes, and no "<" in text but that of a tag.
_CLEAN_TAG: Final = re.compile(r'<(?P<end>/?)(?P<name>[a-z0-9]+)(?P<attributes>(?: [^\s="]+="[^"]*")*)>')
_QUOTED: Final = re.compile(r'"[^"]*"')

# Addresses in text are looked for within a word, in time that grows with its square, and more.
_LONG_WORD: Final = re.compile(r"\S{1000}")

# A scheme's colon, `//`, an e-mail's sign, a name with a dot inside, or `localhost`.
_ADDRESS_SIGN: Final = re.compile(r"[:/@]|\.\w|localhost", re.I)


def _markdown(text: str) -> MarkdownIt:
    """The parser for this text: of paragraphs alone, where all of Markdown would take too long."""
    if len(text) > _MOST_MARKDOWN or any(text.count(sign) > most for sign, most in _MOST_SIGNS.items()):
        return _paragraphs_only()
    return _without_addresses() if _LONG_WORD.search(text) else _all_of_markdown()


class _Addresses(LinkifyIt):  # type: ignore[misc]
    """Finds addresses in text; looks first for the signs without which there is none, since its own first
    look takes as long as the rest of Markdown."""

    def pretest(self, text: str) -> bool:
        return bool(_ADDRESS_SIGN.search(text)) and bool(super().pretest(text))


@functools.cache
def _all_of_markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(
        ["table", "strikethrough", "linkify"]
    )
    parser.linkify = _Addresses()
    return parser


@functools.cache
def _without_addresses() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@functools.cache
def _paragraphs_only() -> MarkdownIt:
    return MarkdownIt("zero")


def page_html(markdown: str) -> str:
    """Markdown as HTML for a page; its first-level headings become second-level ones."""
    if not markdown:
        return ""
    rendered = _markdown(markdown).render(markdown)
    rendered = re.sub(r"(</?)h[56]\b", r"\1h4", rendered)
    rendered = re.sub(r"(</?)h1\b", r"\1h2", rendered)
    return _clean(rendered, _PAGE_TAGS, attributes={"a": {"href", "title"}}, link_rel="nofollow noopener")


def feed_html(markdown: str) -> str:
    """Markdown as the HTML that podcast apps keep: paragraphs, lists, links, bold and italics.

    Every block is closed before the next one opens, so no paragraph lies in another and nothing bold reaches
    from one into the next, whatever HTML the Markdown holds. Links lead to whole addresses or are dropped.
    """
    writer = _FeedWriter()
    writer.feed(_safe(_markdown(markdown).render(markdown)))
    writer.close()
    return writer.html()


def plain_text(markdown: str) -> str:
    """Markdown as text: paragraphs parted by an empty line, list items by a line of their own."""
    if not markdown:
        return ""
    return html_to_text(_safe(_markdown(markdown).render(markdown)))


def html_to_text(markup: str) -> str:
    """The text of safe HTML."""
    reader = _TextReader()
    reader.feed(markup)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def first_paragraph(markdown: str) -> str:
    """The first paragraph as plain text on one line; headings are passed over."""
    parser, references = _markdown(markdown), dict[str, object]()
    tokens = parser.parse(markdown, references)
    for opened, inline in itertools.pairwise(tokens):
        if opened.type == "paragraph_open" and inline.type == "inline":
            rendered = parser.renderer.render([inline], parser.options, references)
            text = html_to_text(_safe(rendered))
            if text:
                return " ".join(text.split())
    return ""


def _safe(rendered: str) -> str:
    return _clean(
        rendered, _PAGE_TAGS | _HEADINGS | {"div", "section"}, attributes={"a": {"href"}}, link_rel=None
    )


def _clean(rendered: str, tags: set[str], *, attributes: dict[str, set[str]], link_rel: str | None) -> str:
    # Unless told otherwise, nh3 lets `lang` and `title` stand on every element.
    named: dict[str, set[str]] = {"*": set(), **attributes}
    cleaned = nh3.clean(rendered, tags=tags, attributes=named, url_schemes=_SCHEMES, link_rel=link_rel)
    return _ILLEGAL.sub("", _without_empty_links(cleaned)).strip()


def _without_empty_links(cleaned: str) -> str:
    """Clean HTML in which a link that lost its address is plain text: it would look like one that leads
    somewhere, and HTML allows it no `rel`."""
    leads: list[bool] = []  # for each link that is open

    def keep(tag: re.Match[str]) -> str:
        if tag["name"] != "a":
            return tag[0]
        if not tag["end"]:
            leads.append(" href=" in _QUOTED.sub("", tag["attributes"]))
            return tag[0] if leads[-1] else ""
        return tag[0] if not leads or leads.pop() else ""

    return _CLEAN_TAG.sub(keep, cleaned)


def text_as_html(text: str) -> str:
    """Plain text for an element that apps read as HTML, such as an item's description.

    Text that means the same either way, as nearly all does, stays as it is: some apps show the element as it
    stands. Text that HTML would take for a tag or a character reference, and lose, is escaped.
    https://www.rssboard.org/rss-profile#element-channel-item-description
    """
    if _TAG_OPENS.search(text) or html.unescape(text) != text:
        return html.escape(text, quote=False)
    return text


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
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag in _BLOCKS or re.fullmatch("h[1-6]", tag):
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "ul", "ol", "table", "blockquote", "pre") or re.fullmatch("h[1-6]", tag):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))


class _FeedWriter(HTMLParser):
    """Reads safe HTML and writes the part of it that podcast apps keep: Apple and PSP-1 ask for no more.

    Only what this class writes itself can come out: tags from the few that it knows, and escaped text. A
    list, an item or a paragraph is opened by the text in it, so that none is empty; bold, italics and links
    are closed with their paragraph and opened again in the next. Headings become bold paragraphs, lines of
    code and rows of a table become lines.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._lists: list[str] = []  # open lists and items, the innermost last
        self._written = 0  # how many of them stand in the result
        self._in_paragraph = False  # the text shall stand in a paragraph, inside an item too
        self._run = False  # text of a paragraph or an item is being written
        self._closing = ""  # what ends the run
        self._open_marks: list[str] = []
        self._depth = {"strong": 0, "em": 0}
        self._addresses: list[str] = []
        self._pre = 0

    def html(self) -> str:
        """What was written; everything is closed."""
        self._end_run()
        while self._lists:
            self._pop()
        return "".join(self._out).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LISTS:
            self._end_run()
            if self._lists and self._lists[-1] in _LISTS:
                self._lists.append("li")
            self._lists.append(tag)
            self._in_paragraph = False
        elif tag == "li":
            self._end_run()
            if self._lists and self._lists[-1] == "li":
                self._pop()
            if self._lists:
                self._lists.append("li")
            self._in_paragraph = False
        elif tag in _FEED_BLOCKS or tag in _ALL_HEADINGS:
            self._end_run()
            self._in_paragraph = True
            self._pre += tag == "pre"
            self._depth["strong"] += tag in _ALL_HEADINGS
        elif tag in _MARKS:
            self._depth[_MARKS[tag]] += 1
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            self._addresses.append(address if _WHOLE_ADDRESS.match(address) else "")
        elif tag == "br" and self._run:
            self._out.append("<br>")
        elif tag in ("td", "th") and self._run:
            self._out.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _LISTS and self._lists:
            self._end_run()
            while self._pop() not in _LISTS:
                pass
        elif tag == "li":
            self._end_run()
            if self._lists and self._lists[-1] == "li":
                self._pop()
        elif tag in _FEED_BLOCKS or tag in _ALL_HEADINGS:
            self._end_run()
            self._in_paragraph = False
            self._pre -= tag == "pre"
            self._depth["strong"] -= tag in _ALL_HEADINGS
        elif tag in _MARKS:
            self._depth[_MARKS[tag]] -= 1
        elif tag == "a" and self._addresses:
            self._addresses.pop()

    def handle_data(self, data: str) -> None:
        if not self._pre:
            self._text(data)
            return
        for place, line in enumerate(data.split("\n")):
            if place and self._run:
                self._out.append("<br>")
            self._text(line)

    def _text(self, text: str) -> None:
        if not self._run:
            text = text.lstrip()
            if not text:
                return
            self._begin_run()
        self._set_marks()
        self._out.append(html.escape(text, quote=False))

    def _begin_run(self) -> None:
        if self._lists and self._lists[-1] in _LISTS:
            self._lists.append("li")
        for tag in self._lists[self._written :]:
            self._break_line()
            self._out.append(f"<{tag}>")
            self._written += 1
        self._run = True
        if self._in_paragraph or not self._lists:
            self._break_line()
            self._out.append("<p>")
            self._closing = "</p>"
        else:
            self._closing = ""

    def _break_line(self) -> None:
        if self._out and self._written == 0:
            self._out.append("\n")

    def _end_run(self) -> None:
        if not self._run:
            return
        self._set_marks(close=True)
        # Spaces and line breaks before the end of a block show nothing.
        marks: list[str] = []
        while self._out[-1].startswith("</"):
            marks.append(self._out.pop())
        while self._out[-1] == "<br>" or not self._out[-1].strip():
            self._out.pop()
        if not self._out[-1].startswith("<"):
            self._out[-1] = self._out[-1].rstrip()
        self._out += [*reversed(marks), self._closing]
        self._run = False

    def _set_marks(self, *, close: bool = False) -> None:
        wanted: list[str] = []
        if not close:
            address = self._addresses[-1] if self._addresses else ""
            wanted = [f'<a href="{html.escape(address)}">'] if address else []
            wanted += [f"<{mark}>" for mark, depth in self._depth.items() if depth > 0]
        same = 0
        while same < min(len(wanted), len(self._open_marks)) and wanted[same] == self._open_marks[same]:
            same += 1
        while len(self._open_marks) > same:
            name = re.match(r"<(\w+)", self._open_marks.pop())
            assert name is not None
            self._out.append(f"</{name[1]}>")
        for mark in wanted[same:]:
            self._out.append(mark)
            self._open_marks.append(mark)

    def _pop(self) -> str:
        tag = self._lists.pop()
        if self._written > len(self._lists):
            self._written = len(self._lists)
            self._out.append(f"</{tag}>")
        return tag
