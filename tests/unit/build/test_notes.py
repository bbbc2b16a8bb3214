"""Show notes: each section where there is something to say, in HTML that apps keep."""

from __future__ import annotations

from typing import Any

from publisher.build.notes import show_notes
from publisher.model import Chapter, Episode, Learning, Link, Person, Show
from tests.unit.test_text import FEED_TAGS, outline

SHOW = Show("episodes", "Show", "About", "en")


def notes(
    *, chapters: tuple[Chapter, ...] = (), transcript_url: str = "", show: Show = SHOW, **keys: Any
) -> str:
    html = show_notes(show, Episode("a", "A", **keys), chapters, transcript_url=transcript_url)
    outline(html, FEED_TAGS, {"href"})
    return html


def test_everything_stands_in_its_order() -> None:
    html = notes(
        summary="In short.",
        notes="# Head\n\nAt length.",
        guests=(
            Person("Bo & Co", title="Baker", organization="Bread", url="https://bo.example/"),
            Person("Cy"),
        ),
        learning=Learning(outcomes=("Bake & eat",)),
        links=(Link("https://l.example/?a=1&b=2", "More <here>"), Link("https://bare.example/")),
        chapters=(
            Chapter(0, "Start"),
            Chapter(61.9, "Middle"),
            Chapter(62, ""),
            Chapter(70, "Hidden", toc=False),
        ),
        transcript_url="https://a.example/#transcript",
    )
    assert html.split("\n") == [
        "<p>In short.</p>",
        "<p><strong>Guests</strong></p>",
        '<ul><li><a href="https://bo.example/">Bo &amp; Co</a>, Baker, Bread</li><li>Cy</li></ul>',
        "<p><strong>Head</strong></p>",
        "<p>At length.</p>",
        "<p><strong>What you will learn</strong></p>",
        "<ul><li>Bake &amp; eat</li></ul>",
        "<p><strong>Chapters</strong></p>",
        "<p>00:00 Start<br>01:01 Middle</p>",
        "<p><strong>More to learn</strong></p>",
        '<ul><li><a href="https://l.example/?a=1&amp;b=2">More &lt;here&gt;</a></li>'
        '<li><a href="https://bare.example/">https://bare.example/</a></li></ul>',
        '<p><a href="https://a.example/#transcript">Read the transcript</a></p>',
    ]


def test_times_have_hours_for_all_or_for_none() -> None:
    html = notes(chapters=(Chapter(0, "A"), Chapter(3599, "B"), Chapter(36000, "C")))
    assert "<p>00:00:00 A<br>00:59:59 B<br>10:00:00 C</p>" in html


def test_nothing_to_say_says_nothing() -> None:
    assert notes() == ""
    assert notes(learning=Learning(reflection="Only a task")) == ""
    assert notes(chapters=(Chapter(0, ""),)) == ""


def test_a_summary_made_of_the_notes_does_not_stand_there_twice() -> None:
    assert notes(notes="One.\n\nTwo.") == "<p>One.</p>\n<p>Two.</p>"
    assert notes(summary="Short.", notes="One.") == "<p>Short.</p>\n<p>One.</p>"


def test_the_words_are_the_shows_language() -> None:
    show = Show("episodes", "Show", "About", "nb")
    html = notes(show=show, guests=(Person("Bo"),), transcript_url="https://a.example/")
    assert "<strong>Gjest</strong>" in html
    assert "Guest" not in html


def test_hostile_text_is_text() -> None:
    bad = "<script>alert(1)</script> ]]> & \" '"
    html = notes(
        summary=bad,
        notes=bad,
        guests=(Person(bad, title=bad),),
        learning=Learning(outcomes=(bad,)),
        links=(Link('https://e.example/"><script>', bad),),
        chapters=(Chapter(0, bad),),
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 5
