"""Each rule fires where it should, and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from publisher import model, namespace
from publisher.checking import check_show
from publisher.checking.listening_rules import HEARD
from publisher.checking.rule import RULES
from publisher.manifest import Manifest
from publisher.problems import Problem

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EARLIER = datetime(2026, 9, 1, tzinfo=UTC)
PAST = datetime(2026, 10, 1, tzinfo=UTC)
FUTURE = datetime(2026, 12, 1, tzinfo=UTC)


def source(path: str) -> model.SourceFile:
    return model.SourceFile(path, "ab" * 32, 1000)


def artwork(width: int = 1400, height: int = 1400, mode: str = "RGB") -> model.Artwork:
    return model.Artwork(source("cover.jpg"), "image/jpeg", width, height, mode)


AUDIO = model.Audio(source("one/audio.mp3"), "audio/mpeg", 600.0, codec="mp3")
EPISODE = model.Episode("one", "One", published=PAST, summary="About one.", audio=AUDIO)
SHOW = model.Show(
    "show",
    "A show",
    "About things.",
    "en",
    categories=("Technology",),
    author="Somebody",
    owner=model.Owner("Somebody", "somebody@example.com"),
    artwork=artwork(),
    episodes=(EPISODE,),
)


def show(**changes: Any) -> model.Show:
    return replace(SHOW, **changes)


def with_episode(**changes: Any) -> model.Show:
    return replace(SHOW, episodes=(replace(EPISODE, **changes),))


def with_two(first: dict[str, Any], second: dict[str, Any]) -> model.Show:
    two = replace(EPISODE, slug="two", title="Two")
    return replace(SHOW, episodes=(replace(EPISODE, **first), replace(two, **second)))


def problems(show: model.Show, before: Manifest | None = None, *, hints: bool = False) -> tuple[Problem, ...]:
    return check_show(show, before=before, now=NOW, hints=hints)


def test_a_good_show_has_no_problem() -> None:
    assert problems(SHOW) == ()


def chapters(count: int) -> tuple[model.Chapter, ...]:
    return tuple(model.Chapter(place * 2.0, f"{place}") for place in range(count))


TRANSCRIPT = model.TranscriptFile(source("one/transcript.vtt"), "vtt", True, end_seconds=700.0)

MEMBERS = model.PrivateFeed("members", "MEMBERS_SECRET")
NODE = "03" + "ab" * 32


def paid(type: str, address: str) -> namespace.Value:
    return namespace.Value((namespace.Recipient(address, 1, type=type),))


def split(start: float, address: str = NODE) -> namespace.TimeSplit:
    return namespace.TimeSplit(start, 10.0, recipients=(namespace.Recipient(address, 1),))


HEAVY = replace(source("one/audio.mp3"), length_bytes=600_000)

FIRES: list[tuple[str, model.Show]] = [
    ("feed-unknown", with_episode(feeds=("members",))),
    ("duplicate-feed", show(feeds=(MEMBERS, MEMBERS))),
    ("duplicate-feed", show(feeds=(replace(MEMBERS, episodes=("two",)),))),
    ("description-length", show(description="word " * 900)),
    ("description-length", show(description="å" * 2000)),
    ("artwork-missing", show(artwork=None)),
    ("artwork-size", show(artwork=artwork(1399, 1399))),
    ("artwork-size", show(artwork=artwork(1400, 1401))),
    ("artwork-size", with_episode(artwork=artwork(100, 100))),
    ("artwork-colour", show(artwork=artwork(mode="CMYK"))),
    ("artwork-colour", show(artwork=artwork(mode="RGBA"))),
    ("artwork-colour", show(artwork=artwork(mode="PA"))),
    ("author-missing", show(author="", owner=model.Owner(email="somebody@example.com"))),
    ("owner-missing", show(owner=None)),
    ("owner-missing", show(owner=model.Owner("Somebody"))),
    ("language-unknown", show(language="zq")),
    ("no-episodes", show(episodes=())),
    ("url-https", show(url="http://example.com/")),
    ("url-https", show(feed_url="http://example.com/feed.xml")),
    ("duplicate-slug", with_two({"slug": "Blå bær"}, {"slug": "bla-baer"})),
    ("duplicate-slug", with_two({"slug": "one"}, {"slug": "one"})),
    ("duplicate-guid", with_two({"guid": "x"}, {"guid": "x"})),
    ("duplicate-number", with_two({"number": 1}, {"number": 1})),
    ("duplicate-number", with_two({"number": 1, "season": 2}, {"number": 1, "season": 2})),
    ("audio-form", show(audio=model.AudioFormat(bitrate=100))),
    ("audio-form", show(audio=model.AudioFormat(format="m4a", bitrate=16))),
    ("audio-form", show(audio=model.AudioFormat(alternates=(model.AudioFormat(bitrate=500),)))),
    ("audio-missing", with_episode(audio=None)),
    ("audio-missing", with_episode(audio=None, published=FUTURE)),
    ("audio-missing", with_episode(audio=None, published=None)),
    ("lfs-audio", with_episode(audio=None, audio_pointer="a" * 64)),
    ("lfs-audio", with_episode(audio=None, audio_pointer="a" * 64, published=FUTURE)),
    ("title-number", with_episode(title="Episode 7: The whale")),
    ("title-number", with_episode(title="#7 The whale")),
    ("title-number", with_episode(title="7. The whale")),
    ("title-number", with_episode(title="Avsnitt 7")),
    ("title-length", with_episode(title="x" * 256)),
    ("summary-missing", with_episode(summary="")),
    ("number-missing", show(type="serial")),
    ("taxonomy-unknown", with_episode(taxonomies=(("theme", ("Ethics",)),))),
    ("episode-unknown", with_episode(next="two")),
    ("episode-unknown", with_episode(related=("one", "two"))),
    ("chapters-late", with_episode(chapters=(model.Chapter(601.5),))),
    ("chapters-twice", with_episode(chapters=(model.Chapter(5.0), model.Chapter(5.0)))),
    ("chapters-title", with_episode(chapters=(model.Chapter(0.0, "A"), model.Chapter(5.0)))),
    ("chapters-many", with_episode(chapters=chapters(256))),
    ("chapters-many", with_episode(audio=replace(AUDIO, chapters=chapters(256)))),
    ("soundbite", with_episode(soundbites=(model.Soundbite(590.0, 30.0),))),
    ("soundbite", with_episode(soundbites=(model.Soundbite(0.0, 5.0),))),
    ("soundbite", with_episode(soundbites=(model.Soundbite(0.0, 121.0),))),
    ("transcript-late", with_episode(transcript=TRANSCRIPT)),
    ("transcript-late", with_episode(translations=(replace(TRANSCRIPT, language="de"),))),
    ("transcript-short", with_episode(transcript=replace(TRANSCRIPT, end_seconds=299.0))),
    ("transcript-short", with_episode(translations=(replace(TRANSCRIPT, end_seconds=1.0, language="de"),))),
    ("alternate-missing", with_episode(alternates=(model.Alternate(file="low.opus"),))),
    ("value-address", show(value=(paid("node", "ada@wallet.example"),))),
    ("value-address", show(value=(paid("node", NODE[:-1]),))),
    ("value-address", with_episode(value=(paid("lnaddress", NODE),))),
    ("value-address", with_episode(value=(replace(paid("node", NODE), time_splits=(split(0.0, "x"),)),))),
    ("update-frequency", show(update_frequency=namespace.UpdateFrequency(rrule="FREQ=WEEKLY;COUNT=3"))),
    ("social-url", show(social=(model.Social(),))),
    (
        "social-url",
        with_episode(social=(model.Social("https://a.example/1"), model.Social(protocol="nostr"))),
    ),
    ("time-split", with_episode(value=(replace(paid("node", NODE), time_splits=(split(600.0),)),))),
    ("text-length", show(title="x" * 256)),
    ("text-length", with_episode(chapters=(model.Chapter(0.0, "x" * 256),))),
    ("notes-length", with_episode(notes="word " * 900)),
    ("notes-length", with_episode(notes="word " * 20_000)),
    ("notes-length", with_episode(notes="å" * 2700)),
    ("summary-length", with_episode(summary="x" * 256)),
    ("owner-email", show(owner=None, locked=False)),
    ("category-count", show(categories=("Technology", "Arts", "News", "Music"))),
    ("copyright-sign", show(copyright="© 2026 Somebody")),
    ("copyright-sign", show(copyright="Copyright Somebody")),
    ("copyright-sign", show(copyright="Somebody, 2026")),
    ("title-stuffed", show(title="Whales | Sea, Fish, Boats, Water, Ice")),
    (
        "title-stuffed",
        show(title="Whales | " + "Everything about the sea and what lives in it " * 2 + "| Sea"),
    ),
    ("artwork-small", show()),
    ("trailer-missing", show()),
    ("season-gap", with_two({"season": 1}, {"season": 3})),
    ("season-mixed", replace(with_two({"season": 1, "number": 1}, {"number": 2}), type="serial")),
    (
        "number-order",
        replace(with_two({"number": 2, "published": EARLIER}, {"number": 1}), type="serial"),
    ),
    ("duplicate-title", with_two({"title": "Two"}, {})),
    ("duplicate-audio", with_two({}, {})),
    ("complete-too-early", replace(with_episode(published=FUTURE), complete=True)),
    ("show-blocked", show(block=True)),
    ("guid-version", show(guid="9b024349-ccf0-4f69-a609-6b82873eab3c")),
    ("link-https", show(link="http://example.com/")),
    ("link-https", show(funding=(model.Funding("http://example.com/"),))),
    ("link-https", show(hosts=(model.Person("Ada", url="http://example.com/"),))),
    ("date-odd", with_episode(published=datetime(1969, 7, 20, tzinfo=UTC))),
    ("date-odd", with_episode(published=datetime(2200, 1, 1, tzinfo=UTC))),
    ("title-entity", with_episode(title="Salt &amp; water")),
    ("title-entity", show(title="Salt &#38; water")),
    ("title-repeats", with_episode(title="A show: the whale")),
    ("word-long", with_episode(title="x" * 61)),
    ("keyword-count", with_episode(keywords=tuple("abcdefghijklm"))),
    ("notes-html", with_episode(notes="Hear!\n\n<script>alert(1)</script>")),
    ("notes-html", show(description='<IMG src="a.png">')),
    ("notes-link", with_episode(notes="[here](javascript:alert(1))")),
    ("notes-link", with_episode(notes='<a href="data:text/html,x">here</a>')),
    ("chapters-start", with_episode(chapters=(model.Chapter(5.0, "One"),))),
    ("chapters-few", with_episode(chapters=(model.Chapter(0.0, "One"), model.Chapter(5.0, "Two")))),
    ("chapters-many", with_episode(chapters=tuple(model.Chapter(float(n), str(n)) for n in range(256)))),
    ("transcript-plain", with_episode(transcript=replace(TRANSCRIPT, kind="txt", timed=False))),
    ("role-missing", with_episode(people=(model.Person("Ada"),))),
    ("episode-link-https", with_episode(link="http://example.com/")),
    ("episode-link-https", with_episode(guests=(model.Person("Ada", image="http://example.com/a.jpg"),))),
    ("episode-link-https", with_episode(alternates=(model.Alternate(url="http://example.com/a.mp4"),))),
    ("episode-link-https", with_episode(social=(model.Social("http://example.com/1"),))),
    ("audio-sample-rate", with_episode(audio=replace(AUDIO, sample_rate=22_050))),
    ("audio-bitrate", with_episode(audio=replace(AUDIO, bitrate=48_000, channels=1))),
    ("audio-bitrate", with_episode(audio=replace(AUDIO, bitrate=64_000, channels=2))),
    ("audio-bitrate", with_episode(audio=replace(AUDIO, bitrate=320_000, channels=2))),
    (
        "audio-large",
        with_episode(audio=replace(AUDIO, source=replace(HEAVY, length_bytes=200_000_001))),
    ),
    ("audio-large", with_episode(audio=replace(AUDIO, duration_seconds=43_201.0))),
    ("audio-short", with_episode(audio=replace(AUDIO, duration_seconds=59.0))),
]

SILENT: list[tuple[str, model.Show]] = [
    ("value-address", show(value=(paid("node", NODE), paid("lnaddress", "ada@wallet.example")))),
    ("value-address", show(value=(paid("of-tomorrow", "anything"),))),
    (
        "update-frequency",
        show(update_frequency=namespace.UpdateFrequency(rrule="FREQ=WEEKLY;COUNT=3", dtstart=NOW)),
    ),
    ("update-frequency", show(update_frequency=namespace.UpdateFrequency("Weekly", "FREQ=WEEKLY"))),
    ("social-url", show(social=(model.Social("https://a.example/1"),))),
    ("social-url", with_episode(social=(model.Social(protocol="disabled"),))),
    ("time-split", with_episode(value=(replace(paid("node", NODE), time_splits=(split(599.0),)),))),
    ("description-length", show(description="word " * 700)),
    ("artwork-missing", show(artwork=None, unreadable=("artwork",))),
    ("artwork-size", show(artwork=artwork(3000, 3000))),
    ("artwork-size", show(artwork=artwork(4000, 4000))),
    ("artwork-colour", show(artwork=artwork(mode="L"))),
    ("author-missing", show(author="", hosts=(model.Person("Ada"),))),
    ("author-missing", show(author="")),
    ("owner-missing", show(owner=None, locked=False)),
    ("language-unknown", show(language="nb-NO")),
    ("language-unknown", show(language="sme")),
    ("language-unknown", show(language="und")),
    ("url-https", show(url="https://example.com/")),
    ("url-https", show(url="http://127.0.0.1:8000/")),
    ("url-https", show(url="http://localhost:8000/")),
    ("url-https", show(url="http://[::1]:8000/")),
    ("duplicate-slug", with_two({"slug": "one"}, {"slug": "one-2"})),
    ("duplicate-guid", with_two({}, {})),
    ("duplicate-guid", with_two({"guid": "x"}, {"guid": "X"})),
    ("duplicate-number", with_two({"number": 1}, {"number": 2})),
    ("duplicate-number", with_two({"number": 1, "season": 1}, {"number": 1, "season": 2})),
    ("duplicate-number", with_two({"number": 1}, {"number": 1, "type": "bonus"})),
    ("duplicate-number", with_two({}, {})),
    ("audio-missing", with_episode(audio=None, unreadable=("audio",))),
    ("audio-missing", with_episode(audio=None, audio_pointer="a" * 64)),
    ("lfs-audio", with_episode(audio=None)),
    ("title-number", with_episode(title="1984")),
    ("title-number", with_episode(title="7 habits of whales")),
    ("title-number", with_episode(title="Episodes of the past")),
    ("title-number", with_episode(title="The whale, part 7")),
    ("title-length", with_episode(title="x" * 255)),
    ("summary-missing", with_episode(summary="", notes="About one.")),
    ("summary-missing", with_episode(summary="", unreadable=("notes",))),
    ("summary-missing", with_episode(summary="", published=None)),
    ("number-missing", replace(with_episode(number=1), type="serial")),
    ("number-missing", replace(with_episode(type="trailer"), type="serial")),
    ("number-missing", replace(with_episode(published=None), type="serial")),
    (
        "taxonomy-unknown",
        replace(with_episode(taxonomies=(("theme", ("Ethics",)),)), taxonomies=(("theme", "Theme"),)),
    ),
    ("episode-unknown", with_two({"next": "two", "related": ("two",)}, {})),
    ("feed-unknown", replace(with_episode(feeds=("members",)), feeds=(MEMBERS,))),
    ("duplicate-feed", show(feeds=(replace(MEMBERS, episodes=("one",)), replace(MEMBERS, name="friends")))),
    ("chapters-late", with_episode(chapters=(model.Chapter(0.0), model.Chapter(600.5)))),
    ("chapters-late", with_episode(chapters=(model.Chapter(6000.0),), audio=None)),
    ("chapters-twice", with_episode(chapters=(model.Chapter(5.0), model.Chapter(5.001)))),
    ("chapters-title", with_episode(chapters=(model.Chapter(0.0, "A"), model.Chapter(5.0, toc=False)))),
    ("chapters-title", with_episode(audio=replace(AUDIO, chapters=(model.Chapter(0.0),)))),
    ("chapters-many", with_episode(chapters=(*chapters(255), model.Chapter(599.0, toc=False)))),
    ("soundbite", with_episode(soundbites=(model.Soundbite(570.0, 30.0), model.Soundbite(0.0, 120.0)))),
    ("transcript-late", with_episode(transcript=replace(TRANSCRIPT, end_seconds=605.0))),
    ("transcript-late", with_episode(transcript=replace(TRANSCRIPT, end_seconds=None, timed=False))),
    ("transcript-short", with_episode(transcript=replace(TRANSCRIPT, end_seconds=300.0))),
    ("transcript-short", with_episode(transcript=replace(TRANSCRIPT, end_seconds=None, timed=False))),
    (
        "transcript-short",
        with_episode(
            audio=replace(AUDIO, duration_seconds=60.0), transcript=replace(TRANSCRIPT, end_seconds=0.5)
        ),
    ),
    (
        "alternate-missing",
        with_episode(
            alternates=(model.Alternate(file="low.opus"), model.Alternate(url="https://example.com/a.mp4")),
            alternate_files=(("low.opus", source("one/low.opus")),),
        ),
    ),
    ("text-length", show(title="x" * 255, funding=(model.Funding("https://example.com/", "x" * 128),))),
    ("notes-length", with_episode(notes="word " * 600)),
    ("notes-length", with_episode(notes="word " * 700)),
    ("summary-length", with_episode(summary="x" * 255)),
    ("owner-email", show(owner=None)),
    ("owner-email", show(locked=False)),
    ("category-count", show(categories=("Technology", "Arts", "News"))),
    ("copyright-sign", show(copyright="Somebody")),
    ("copyright-sign", show(copyright="Studio 54, Agency 1")),
    ("title-stuffed", show(title="Salt, Fat, Acid, Heat")),
    ("title-stuffed", show(title="AC/DC | The story")),
    ("artwork-small", show(artwork=artwork(3000, 3000))),
    ("artwork-small", show(artwork=artwork(100, 100))),
    ("trailer-missing", with_two({}, {"type": "trailer"})),
    ("trailer-missing", with_episode(published=FUTURE)),
    ("season-gap", with_two({"season": 3}, {"season": 4})),
    ("season-gap", with_two({"season": 1}, {"season": 9, "type": "bonus"})),
    ("season-mixed", with_two({"season": 1}, {})),
    ("season-mixed", replace(with_two({"season": 1}, {"type": "trailer"}), type="serial")),
    ("number-order", with_two({"number": 2, "published": EARLIER}, {"number": 1})),
    ("number-order", replace(with_two({"number": 1, "published": EARLIER}, {"number": 2}), type="serial")),
    (
        "number-order",
        replace(
            with_two({"number": 2, "season": 1, "published": EARLIER}, {"number": 1, "season": 2}),
            type="serial",
        ),
    ),
    ("duplicate-title", with_two({}, {})),
    ("duplicate-audio", show()),
    ("complete-too-early", show(complete=True)),
    ("show-blocked", with_episode(block=True)),
    ("guid-version", show(guid="9b024349-ccf0-5f69-a609-6b82873eab3c")),
    ("link-https", show(link="https://example.com/")),
    ("date-odd", with_episode(published=datetime(2000, 1, 1, tzinfo=UTC))),
    ("date-odd", with_episode(published=datetime(2099, 12, 31, tzinfo=UTC))),
    ("title-entity", with_episode(title="Q&A; salt & water &c;")),
    ("title-repeats", with_episode(title="A show about whales")),
    ("title-repeats", with_episode(title="A show")),
    ("word-long", with_episode(title="x" * 60, summary="https://example.com/" + "y" * 60)),
    ("keyword-count", with_episode(keywords=tuple("abcdefghijkl"))),
    ("notes-html", with_episode(notes="<b>loud</b> <image> 1 <2 <p>x</p> <formal>")),
    (
        "notes-link",
        with_episode(notes="[here](https://example.com/data:) and javascript: the word"),
    ),
    ("chapters-start", with_episode(chapters=(model.Chapter(0.0, "One"),))),
    ("chapters-few", with_episode(chapters=())),
    ("chapters-few", with_episode(chapters=tuple(model.Chapter(float(n), str(n)) for n in range(3)))),
    ("chapters-many", with_episode(chapters=tuple(model.Chapter(float(n), str(n)) for n in range(255)))),
    ("transcript-plain", with_episode(transcript=TRANSCRIPT)),
    (
        "role-missing",
        with_episode(people=(model.Person("Ada", "editor"),), guests=(model.Person("Bo"),)),
    ),
    ("episode-link-https", with_episode(link="https://example.com/")),
    ("audio-form", show()),
    ("audio-form", show(audio=model.AudioFormat("mp3", 128, 1, -16.0, (model.AudioFormat("opus", 24),)))),
    ("audio-form", show(audio=model.AudioFormat(loudness="off"))),
    ("audio-sample-rate", with_episode(audio=replace(AUDIO, sample_rate=48_000))),
    ("audio-sample-rate", show()),
    ("audio-bitrate", with_episode(audio=replace(AUDIO, bitrate=60_500, channels=1))),
    ("audio-bitrate", with_episode(audio=replace(AUDIO, bitrate=192_000, channels=2))),
    (
        "audio-large",
        with_episode(audio=replace(AUDIO, source=replace(HEAVY, length_bytes=200_000_000))),
    ),
    ("audio-short", show()),
    ("audio-short", with_episode(audio=replace(AUDIO, duration_seconds=10.0), type="bonus")),
    ("audio-short", with_episode(audio=replace(AUDIO, duration_seconds=10.0), published=None)),
]


@pytest.mark.parametrize(("rule", "broken"), FIRES, ids=[rule for rule, _ in FIRES])
def test_fires(rule: str, broken: model.Show) -> None:
    found = [problem for problem in problems(broken, hints=True) if problem.rule == rule]
    assert found
    for problem in found:
        assert problem.message
        assert problem.message.isprintable()
        assert problem.help
        assert problem.source == RULES[rule].source
        assert problem.path.startswith("show/")


@pytest.mark.parametrize(("rule", "good"), SILENT, ids=[rule for rule, _ in SILENT])
def test_is_silent(rule: str, good: model.Show) -> None:
    assert [problem for problem in problems(good, hints=True) if problem.rule == rule] == []


def test_every_rule_of_its_own_is_tested_both_ways() -> None:
    # Those about what is heard have tests of their own.
    looking = {rule.id for rule in RULES.values() if rule.on_show or rule.on_episode} - HEARD
    assert {rule for rule, _ in FIRES} == looking
    assert looking - {rule for rule, _ in SILENT} == {"no-episodes"}


@pytest.mark.parametrize(
    ("published", "severity"), [(PAST, "error"), (NOW, "error"), (FUTURE, "warning"), (None, "warning")]
)
def test_an_episode_that_is_not_due_may_be_unfinished(published: datetime | None, severity: str) -> None:
    for unfinished in ({"audio": None}, {"alternates": (model.Alternate(file="low.opus"),)}):
        (problem,) = problems(with_episode(published=published, **unfinished))
        assert problem.severity == severity


def test_a_problem_names_its_key_and_its_file() -> None:
    def only(show: model.Show) -> Problem:
        (problem,) = problems(show)
        return problem

    late = (model.Chapter(0.0, "A"), model.Chapter(900.0, "B"))
    assert only(with_episode(chapters=late)).key == ("chapters", 1)
    in_file = only(with_episode(chapters=late, chapters_file="chapters.json"))
    assert (in_file.key, in_file.path) == ((), "show/one/chapters.json")
    assert only(with_episode(related=("one", "three"))).key == ("related", 1)
    assert only(with_episode(next="three")).path == "show/one/episode.yaml"
    assert only(show(artwork=artwork(100, 100))).path == "show/cover.jpg"
    assert only(with_episode(transcript=TRANSCRIPT)).path == "show/one/transcript.vtt"


def test_problems_come_in_order_and_once() -> None:
    broken = with_two({"next": "x", "number": 1}, {"next": "x", "number": 1, "summary": ""})
    found = problems(broken)
    assert list(found) == sorted(found, key=lambda problem: (problem.path, problem.rule, problem.message))
    assert len(set(found)) == len(found)


def test_hints_are_given_only_where_they_are_asked_for() -> None:
    assert problems(SHOW) == ()
    hints = problems(SHOW, hints=True)
    assert {problem.rule for problem in hints} == {"artwork-small", "trailer-missing"}
    assert {problem.severity for problem in hints} == {"hint"}


def test_profiles_pick_the_rules_that_they_ask_for() -> None:
    broken = show(copyright="© Somebody", episodes=(replace(EPISODE, title="Episode 7", next="x"),))

    def rules(*profiles: str) -> set[str]:
        found = check_show(broken, before=None, now=NOW, profiles=profiles, hints=True)
        return {problem.rule for problem in found}

    assert rules("apple") == {"title-number", "artwork-small", "trailer-missing", "episode-unknown"}
    assert rules("psp1") == {"copyright-sign", "episode-unknown"}
    assert rules("rss") == {"episode-unknown"}


def test_an_episodes_file_is_named_once() -> None:
    (found,) = problems(with_episode(audio=replace(AUDIO, duration_seconds=43_201.0)))
    assert found.path == "show/one/audio.mp3"
