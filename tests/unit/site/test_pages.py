from __future__ import annotations

import base64
import json
import re
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import resources
from itertools import chain, cycle
from typing import Any
from urllib.parse import urljoin

import pytest
from lxml import html as lxml_html

from publisher.errors import ShowError
from publisher.media_types import cache_control
from publisher.model import Chapter, Link, Person, Quote, Show
from publisher.site.assets import static_files, static_url, style_sheet, without_remarks
from publisher.site.data import Group, GroupPage, PageEpisode, PageFact, PagePerson, PageQuestion, SitePage
from publisher.site.groups import group_pages, sections
from publisher.site.pages import (
    render_answers,
    render_certificate,
    render_embed,
    render_episode,
    render_former,
    render_group,
    render_home,
    render_not_found,
    render_search,
    render_topics,
)
from publisher.site.quiz import sealed
from publisher.words import KEYS, LANGUAGES, SCRIPT_KEYS, word

HOSTILE = "\"'><script>alert(1)</script>&amp;&<b>]]>{{ 7*7 }}{% raw %}--><!--æ😀"
BASE = "https://cdn.example.org/show/"
POLICY = "Content-Security-Policy"
FETCHED = ("stylesheet", "icon", "apple-touch-icon", "manifest")
STATIC = resources.files("publisher.site") / "static"
THEMED_HOME = """{% extends "publisher/home.html" %}
{% from "parts.html" import words_for_scripts %}
{% block words %}{{ words_for_scripts(words) }}{% endblock %}"""
VOID = {"br", "hr", "img", "input", "link", "meta", "source"}


class Page(HTMLParser):
    """A page taken apart, strictly: every element is closed by its own end tag."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {self.get_starttag_text()}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def values(self, tag: str, name: str) -> list[str]:
        return [attrs[name] or "" for found, attrs in self.elements if found == tag and name in attrs]


EPISODE = PageEpisode(
    slug="one",
    title="Å bygge sammen",
    published=datetime(2020, 9, 2, 22, 30, tzinfo=UTC),
    url="episodes/one/",
    enclosure_url="media/one.mp3",
    enclosure_type="audio/mpeg",
    duration_seconds=3900.4,
    code="C0796",
    number=796,
    season=2,
    type="bonus",
    summary="En samtale.",
    artwork_url="media/one.jpg",
    notes_html="<p>Om <em>dugnad</em>.</p>",
    transcript_html="<p>Silvija: Hei.</p>",
    transcript_url="media/one.vtt",
    people=(
        PagePerson(
            Person("Ingrid Moe", title="Leder", organization="Verkstedet", url="https://www.a.example"),
            "Gjest",
            "people/ingrid-moe/",
            "organizations/verkstedet/",
        ),
    ),
    quote=Quote("Sammen.", "Ingrid Moe"),
    outcomes=("Forstå",),
    chapters=(
        Chapter(0.0, "Start"),
        Chapter(754.5, "Midt", url="https://b.example"),
        Chapter(9.0, "Skjult", toc=False),
    ),
    interview=(("Hvorfor?", "<p>Derfor.</p>"),),
    links=(Link("https://c.example", "Boken"), Link("https://d.example")),
    guid="86e0d26c-3f3f-5c6b-8d2a-0f6f8b9a1c11",
    waveform_url="media/one.svg",
    reflection_html="<p>Tenk.</p>",
    quiz=(PageQuestion("Hva?", ("Det ene", "Det andre"), "Det andre", "<p>Fordi.</p>"),),
    sealed_answers=sealed([(1, "<p>Fordi.</p>")], "86e0d26c-3f3f-5c6b-8d2a-0f6f8b9a1c11"),
    facts=(PageFact("Tema", (("Dugnad", "topics/theme/dugnad/"), ("Annet", ""))),),
)
OLDER = replace(EPISODE, slug="two", url="episodes/two/", title="Den forrige", type="full")
SHOW = Show(
    folder="episodes",
    title="Læring",
    description="Første avsnitt.\n\nAndre <avsnitt>.",
    language="nb",
    timezone="Europe/Oslo",
    copyright="© Oss",
    hosts=(Person("Silvija Seres"), Person("Øyvind Ås")),
    subscribe=(Link("https://e.example", "apple"), Link("https://f.example", "Vår egen app")),
)
SITE = SitePage(
    show=SHOW,
    base_url=BASE,
    feed_url=f"{BASE}feed.xml",
    style_url="site/style.css",
    artwork_url="media/cover.jpg",
    static_url="site/0123/",
    indexes=("search/0123/",),
)
EPISODES = (EPISODE, OLDER)
GROUPS = (
    Group("topic", "theme", "Tema", "Dugnad", "topics/theme/dugnad/", ("two", "one")),
    Group("person", "person", "", "Ingrid Moe", "people/ingrid-moe/", ("one",), Person("Ingrid Moe")),
    Group("organization", "organization", "", "Verkstedet", "organizations/verkstedet/", ("one",)),
    Group("season", "season", "", "2", "seasons/2/", ("two", "one")),
    Group("year", "year", "", "2020", "archive/2020/", ("two", "one")),
)

EVERYTHING = Group("all", "all", "", "", "archive/", ("two", "one"))


def pages(
    site: SitePage = SITE,
    episodes: tuple[PageEpisode, ...] = EPISODES,
    groups: tuple[Group, ...] = GROUPS,
) -> list[str]:
    """The home page, the episodes' pages, and one of each other kind."""
    first = episodes[0]
    return [
        render_home(site, episodes, len(episodes), sections(groups)),
        *(
            render_episode(site, item, newer=first, older=episodes[-1], following=first, related=episodes)
            for item in episodes
        ),
        render_embed(site, first),
        render_answers(site, first),
        *(render_group(site, group, page, episodes) for group in groups for page in group_pages(group)),
        render_group(
            site, EVERYTHING, GroupPage("archive/page-2/", 2, (), "archive/", "archive/page-1/"), episodes
        ),
        render_topics(site, sections(groups)),
        render_search(site),
        render_certificate(site),
        render_not_found(site),
        render_former(site, page_url="episodes/x/", target="episodes/one/"),
        render_former(site, page_url="episodes/x/"),
    ]


@pytest.mark.parametrize("reaching", ["{{ show.__class__.__mro__ }}", "{{ word.__globals__ }}"])
def test_a_template_of_the_show_reaches_nothing_but_what_it_is_given(reaching: str) -> None:
    theme = (("templates/topics.html", f"<p>\n{reaching}\n</p>"),)
    with pytest.raises(ShowError) as caught:
        render_topics(replace(SITE, show=replace(SHOW, theme=theme)), sections(GROUPS))
    (problem,) = caught.value.problems
    assert (problem.rule, problem.path, problem.line) == ("theme-template", "theme/templates/topics.html", 2)


def test_templates_of_ours_say_the_same_with_a_theme_beside_them() -> None:
    theme = (("templates/unused.html", "<p>"),)
    assert pages(replace(SITE, show=replace(SHOW, theme=theme))) == pages()


def parsed(text: str) -> Any:
    return lxml_html.fromstring(text)


def filled(value: Any) -> Any:
    """The same data with hostile text wherever text stands, addresses and safe fragments aside."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, tuple):
        if isinstance(value, Group):
            return Group(value.kind, *map(filled, value[1:]))
        return tuple(filled(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        kept = {
            "timezone",
            "type",
            "base_url",
            "notes_html",
            "transcript_html",
            "reflection_html",
            "explanation_html",
            "linked_data",
            "description_html",
            "interview",
            "kind",
            "static_url",
            "indexes",
            "theme",
        }
        changed = {f.name: filled(getattr(value, f.name)) for f in fields(value) if f.name not in kept}
        return replace(value, **changed)
    return value


def hostile() -> tuple[SitePage, tuple[PageEpisode, ...], tuple[Group, ...]]:
    episodes = tuple(
        replace(
            filled(episode),
            interview=((HOSTILE, "<p>Safe</p>"),),
            links=(Link("https://ok.example/" + HOSTILE, HOSTILE), Link("javascript:alert(1)", "bad")),
        )
        for episode in EPISODES
    )
    return filled(SITE), episodes, tuple(filled(group) for group in GROUPS)


def test_hostile_text_stays_text() -> None:
    for text in pages(*hostile()):
        page = Page(text)
        assert {tag for tag, _ in page.elements}.isdisjoint({"b", "iframe"})
        for tag, attrs in page.elements:
            assert tag != "script" or attrs.get("src") or attrs["type"] == "application/json"
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
        assert not [name for _, attrs in page.elements for name in attrs if name == "style"]
        assert "49" not in text
        assert "&amp;amp;amp;" not in text
    home, episode, *_ = (parsed(text) for text in pages(*hostile()))
    assert home.findtext(".//h1") == HOSTILE
    assert episode.findtext(".//h1") == HOSTILE
    assert episode.findtext(".//title") == f"{HOSTILE} – {HOSTILE}"
    assert episode.xpath("//blockquote/p/text()") == [HOSTILE]
    assert episode.xpath("//legend/text()") == [HOSTILE]
    assert episode.xpath("//meta[@property='og:title']/@content") == [f"{HOSTILE} – {HOSTILE}"]


def test_words_of_the_show_cannot_break_out_of_the_data_for_scripts() -> None:
    own = "</script><script>alert(1)</script><!--"
    site = replace(SITE, show=replace(SHOW, words=(("play", own),)))
    document = parsed(render_episode(site, EPISODE))
    (data,) = document.xpath("//script[@id='words']/text()")
    assert json.loads(data)["play"] == own
    assert len(document.xpath("//script")) == 2


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example/x",
        "http://[bad",
    ],
)
def test_only_web_addresses_become_links(address: str) -> None:
    episode = replace(
        EPISODE,
        enclosure_url=address,
        artwork_url=address,
        links=(Link(address, "x"),),
        chapters=(Chapter(0.0, "Start", url=address),),
        people=(PagePerson(Person("Ingrid", url=address), "Gjest"),),
        transcript_html="",
        transcript_url=address,
    )
    show = replace(SHOW, subscribe=(Link(address, "apple"),))
    for text in pages(replace(SITE, show=show), (episode,)):
        assert address not in text


@pytest.mark.parametrize("text", pages(), ids=[f"page{place}" for place in range(len(pages()))])
def test_a_page_is_whole_and_asks_nobody_else(text: str) -> None:
    page = Page(text)
    assert text.startswith("<!doctype html>\n<html lang=")
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert max(Counter(ids).values()) == 1
    assert [tag for tag, _ in page.elements].count("h1") == 1
    assert [tag for tag, _ in page.elements].count("main") == 1
    labels = [value for _, attrs in page.elements if (value := attrs.get("aria-labelledby"))]
    assert set(labels) <= set(ids)
    fetched = [
        attrs["href"] or "" for tag, attrs in page.elements if tag == "link" and attrs["rel"] in FETCHED
    ]
    loaded = [
        *page.values("img", "src"),
        *page.values("source", "src"),
        *page.values("script", "src"),
        *fetched,
    ]
    # The page for addresses at which there is nothing is shown anywhere.
    assert not [address for address in loaded if "//" in address and not address.startswith(BASE)]
    assert "noindex" in text or not [address for address in loaded if "//" in address]
    assert all("alt" in attrs for tag, attrs in page.elements if tag == "img")
    fragments = {address[1:] for address in page.values("a", "href") if address.startswith("#")}
    assert fragments <= set(ids)
    assert "content" in fragments
    assert {attrs.get("preload") for tag, attrs in page.elements if tag == "audio"} <= {"none"}
    (policy,) = [attrs["content"] or "" for _, attrs in page.elements if attrs.get("http-equiv") == POLICY]
    assert "unsafe-inline" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'")


@pytest.mark.parametrize(
    "base_url", [BASE, BASE.rstrip("/"), "http://127.0.0.1:8000/", "https://x.example/a/b/c"]
)
def test_addresses_lead_to_the_same_places_below_any_base(base_url: str) -> None:
    root = base_url.rstrip("/") + "/"
    site = replace(SITE, base_url=base_url, feed_url=f"{root}feed.xml")
    home, episode, *_ = (parsed(text) for text in pages(site))

    def leads(document: Any, page_url: str, path: str) -> list[str]:
        return [urljoin(root + page_url, address) for address in document.xpath(path)]

    for document, page_url in ((home, ""), (episode, "episodes/one/")):
        assert leads(document, page_url, "//link[@rel='stylesheet']/@href") == [f"{root}site/style.css"]
        assert leads(document, page_url, "//link[@type='application/rss+xml']/@href") == [f"{root}feed.xml"]
        assert leads(document, page_url, "//audio/source/@src") == [f"{root}media/one.mp3"]
        assert document.xpath("//link[@rel='canonical']/@href") == [root + page_url]
        assert document.xpath("//meta[@property='og:url']/@content") == [root + page_url]
    assert leads(home, "", "//section[@aria-labelledby='episodes']//h3/a/@href") == [f"{root}episodes/two/"]
    assert leads(episode, "episodes/one/", "//header[@class='bar']/a[@class='brand']/@href") == [root]
    assert leads(episode, "episodes/one/", "//a[@rel='prev']/@href") == [f"{root}episodes/two/"]
    assert not [address for address in home.xpath("//body//@href") if address.startswith(root)]
    assert not [address for address in episode.xpath("//body//@href") if address.startswith(root)]


def test_an_enclosure_elsewhere_stays_where_it_is() -> None:
    episode = replace(EPISODE, enclosure_url="https://media.example/prefix/one.mp3")
    document = parsed(render_episode(SITE, episode))
    assert document.xpath("//audio/source/@src") == ["https://media.example/prefix/one.mp3"]
    assert document.xpath("//meta[@property='og:audio']/@content") == ["https://media.example/prefix/one.mp3"]


def test_an_episodes_page_says_everything() -> None:
    document = parsed(render_episode(SITE, EPISODE, older=OLDER))
    text = " ".join(document.find(".//main").text_content().split())
    for part in (
        "C0796 Å bygge sammen I Ingrid Moe Gjest Leder, Verkstedet a.example Sammen. Ingrid Moe "
        "En samtale. Bonus 3. september 2020 1 t 5 min",
        "Quiz Hva? Det ene Det andre",
        "Refleksjon Tenk.",
        "Fakta Tema Dugnad Annet",
        "Om dugnad.",
        "Dette lærer du Forstå",
        "Kapitler 0:00 Start 12:34 Midt",
        "Spørsmål og svar Hvorfor? Derfor.",
        "Mer å lære Boken https://d.example",
        "Transkripsjon Silvija: Hei.",
        "Eldre episode Den forrige",
    ):
        assert part in text
    assert "Skjult" not in text
    assert "Fordi" not in text
    assert document.xpath("//ol[@class='chapters']/li[2]/a/@href") == [
        "../../media/one.mp3#t=754",
    ]
    assert document.xpath("//ol[@class='chapters']/li[2]/span/a/@href") == ["https://b.example"]
    assert document.xpath("//p[@class='facts']/time/@datetime") == ["2020-09-02T22:30:00Z", "PT3900S"]


def test_what_is_not_there_leaves_no_trace() -> None:
    bare = PageEpisode(
        slug="one",
        title="En",
        published=EPISODE.published,
        url="episodes/one/",
        enclosure_url="media/one.mp3",
        enclosure_type="audio/mpeg",
    )
    site = replace(SITE, artwork_url="", indexes=(), show=replace(SHOW, subscribe=(), copyright=""))
    for text in pages(site, (bare,)):
        Page(text)
        assert "None" not in text
        assert "<img" not in text
    document = parsed(render_episode(site, bare))
    assert document.xpath("//h2/text()") == [word("nb", "share")]
    assert document.xpath("//nav[@class='onward']") == []
    Page(render_home(site, (), 0, ()))
    assert word("nb", "no_episodes") in render_home(site, (), 0, ())


def test_a_transcript_that_is_no_page_is_linked() -> None:
    document = parsed(render_episode(SITE, replace(EPISODE, transcript_html="")))
    assert "../../media/one.vtt" in document.xpath("//div[@class='listen']//a/@href")


def test_the_home_page_says_who_and_where() -> None:
    document = parsed(render_home(SITE, EPISODES, 2, sections(GROUPS)))
    assert document.xpath("//header//p/text()") == [
        "Silvija Seres, Øyvind Ås",
        "Første avsnitt.",
        "Andre <avsnitt>.",
    ]
    assert document.xpath("//section[@class='subscribe']//a/text()") == [
        "Apple Podcasts",
        "Vår egen app",
        "RSS-strøm",
    ]
    assert document.xpath("//code/text()") == [f"{BASE}feed.xml"]
    rendered = render_home(
        replace(SITE, description_html="<p>Om <em>alt</em> &amp; mer.</p>"), EPISODES, 2, sections(GROUPS)
    )
    assert "<p>Om <em>alt</em> &amp; mer.</p>" in rendered
    assert '<meta name="description" content="Om alt &amp; mer.">' in rendered


def test_long_descriptions_are_cut_between_words() -> None:
    document = parsed(render_episode(SITE, replace(EPISODE, summary="Et langt ord, " * 40)))
    (description,) = document.xpath("//meta[@name='description']/@content")
    assert len(description) <= 202
    assert description.endswith(("ord …", "langt …", "Et …"))


@pytest.mark.parametrize("language", [*LANGUAGES, "fr", "ar", "no-NO"])
def test_every_language(language: str) -> None:
    for text in pages(replace(SITE, show=replace(SHOW, language=language))):
        Page(text)
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in text


def test_the_same_data_gives_the_same_page() -> None:
    assert pages() == pages()


def test_everything_shared_is_named_by_its_digest() -> None:
    sheet = style_sheet(":root{--accent:#123456}", "h1{color:red}")
    assert sheet.count(b"{") == sheet.count(b"}")
    assert b"@import" not in sheet
    assert sheet.endswith(b":root{--accent:#123456}h1{color:red}")
    files = dict(static_files())
    assert all("immutable" in cache_control(key) for key in files)
    named = re.findall(rb'url\("([^"]+)"\)', sheet)
    assert named
    assert all(f"site/{name.decode()}" in files for name in named)
    assert f"{static_url()}fonts/OFL.txt" in files


def test_remarks_go_and_lines_stay() -> None:
    text = (
        "/* About\n * this.\n */\n\nrun(); // why\n  // more\n  /** @type {X} */ (x).y();\n\t/* a */\n"
        'const url = "https://e.example/*"; /* b\n  c */\n  a {\n    b: c; /* d */\n  }\n'
    )
    assert without_remarks(text) == (
        "\n\n\n\nrun(); // why\n\n/** @type {X} */ (x).y();\n\n"
        'const url = "https://e.example/*"; /* b\nc */\na {\nb: c; /* d */\n}\n'
    )


def test_scripts_are_stored_without_remarks_and_line_by_line() -> None:
    for key, data in static_files():
        name = key.removeprefix(static_url())
        source = (STATIC / name).read_bytes()
        if not name.endswith(".js") or name.startswith("vendor/"):
            assert data == source
            continue
        lines, kept = source.decode().split("\n"), data.decode().split("\n")
        assert len(lines) == len(kept)
        # No text goes on over several lines, where it would lose its indentation.
        assert [line for line in lines if line.count("`") % 2 or line.endswith("\\")] == []
        for line, left in zip(lines, kept, strict=True):
            assert left in ("", line.lstrip())
            assert left or not line.strip() or line.lstrip().startswith(("//", "/*", "*"))


SAYS = re.compile(r"\bword\(((?:[^()]|\([^()]*\))*)\)")
MODULES = {
    "player": ("player", "sound", "sleep", "session", "chapters", "copying"),
    "transcript": ("transcript",),
    "share": ("share",),
    "quiz": ("quiz",),
    "reflection": ("reflection",),
    "certificate": ("certificate", "diploma"),
    "search": ("search",),
}


@pytest.mark.parametrize("part", SCRIPT_KEYS)
def test_a_page_has_the_words_of_its_scripts(part: str) -> None:
    said = set()
    for module in MODULES[part]:
        for call in SAYS.findall((STATIC / f"{module}.js").read_text("utf-8")):
            said |= set(re.findall(r'"([a-z_]+)"', call)) & set(KEYS)
    assert said
    assert said <= set(SCRIPT_KEYS[part])


def test_a_page_has_no_more_words_than_that() -> None:
    def words(page: str) -> set[str]:
        return set(json.loads(parsed(page).xpath("string(//script[@id='words'])")))

    assert words(render_home(SITE, [EPISODE], 1, [])) == set(SCRIPT_KEYS["player"])
    assert words(render_search(SITE)) == set(SCRIPT_KEYS["search"])
    plain = replace(EPISODE, quiz=(), reflection_html="", transcript_html="")
    assert words(render_episode(SITE, plain)) == {*SCRIPT_KEYS["player"], *SCRIPT_KEYS["share"]}
    own = replace(SHOW, theme=(("templates/home.html", THEMED_HOME),))
    assert words(render_home(replace(SITE, show=own), [], 0, [])) == {*chain(*SCRIPT_KEYS.values())}


def test_the_answers_open_again() -> None:
    guid = "å-86e0d26c"
    data = base64.b64decode(sealed([(2, "<p>Fordi æ.</p>")], guid))
    opened = bytes(byte ^ other for byte, other in zip(data, cycle(guid.encode()), strict=False))
    assert json.loads(opened) == [{"answer": 2, "explanation": "<p>Fordi æ.</p>"}]
