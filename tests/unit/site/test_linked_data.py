from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from publisher.model import (
    Chapter,
    Episode,
    Learning,
    Link,
    Owner,
    Person,
    Place,
    QuizQuestion,
    Show,
)
from publisher.site.linked_data import EpisodeFacts, Medium, of_episode, of_group, of_home

BASE = "https://cdn.example.org/show/"
PAGE = f"{BASE}episodes/one/"
HOSTILE = '</script><script>alert(1)</script><!--&amp; "\\ \u2028\u2029 ]]>'

THING = {"@type", "@id", "name", "url", "description", "image", "sameAs", "identifier", "mainEntityOfPage"}
WORK = THING | {
    "about", "actor", "associatedMedia", "audio", "author", "contentLocation", "contributor",
    "copyrightNotice", "creditText", "datePublished", "director", "editor", "genre", "hasPart",
    "inLanguage", "isAccessibleForFree", "isFamilyFriendly", "isPartOf", "keywords", "license",
    "locationCreated", "musicBy", "producer", "translator", "educationalUse", "teaches", "assesses",
    "learningResourceType",
}  # fmt: skip
MEDIA = WORK | {
    "contentUrl",
    "encodingFormat",
    "contentSize",
    "duration",
    "embedUrl",
    "uploadDate",
    "thumbnailUrl",
}
ALLOWED = {
    "Answer": {"@type", "text", "position"},
    "AudioObject": MEDIA | {"caption"},
    "BreadcrumbList": {"@type", "@id", "itemListElement"},
    "Clip": {"@type", "name", "startOffset", "endOffset", "url"},
    "CollectionPage": WORK | {"mainEntity"},
    "CreativeWorkSeason": WORK | {"seasonNumber", "partOfSeries"},
    "EntryPoint": {"@type", "urlTemplate"},
    "GeoCoordinates": {"@type", "latitude", "longitude"},
    "ItemList": {"@type", "itemListElement", "numberOfItems"},
    "LearningResource": WORK,
    "ListItem": {"@type", "position", "name", "item"},
    "MediaObject": MEDIA,
    "Organization": THING,
    "Person": THING | {"jobTitle", "affiliation"},
    "Place": THING | {"address", "geo"},
    "PodcastEpisode": WORK | {"episodeNumber", "partOfSeries", "partOfSeason", "duration"},
    "PodcastSeries": WORK | {"webFeed"},
    "PostalAddress": {"@type", "addressCountry"},
    "Question": WORK | {"text", "position", "eduQuestionType", "suggestedAnswer"},
    "Quiz": WORK,
    "Role": {"@type", "roleName", "contributor"},
    "SearchAction": {"@type", "target", "query-input"},
    "Thing": THING,
    "VideoObject": MEDIA,
    "WebSite": WORK | {"potentialAction"},
}
"""What https://schema.org allows, of that which is used here."""

ADDRESSES = {"@id", "url", "image", "sameAs", "mainEntityOfPage", "contentUrl", "embedUrl", "thumbnailUrl",
             "license", "webFeed", "item", "urlTemplate"}  # fmt: skip

HOST = Person(
    "Ingrid Moe", title="Leder", organization="Verkstedet", url="https://a.example/", image="me.jpg"
)
GUEST = Person("Ola Li", image="https://b.example/ola.jpg", bio="Smed.")
SHOW = Show(
    folder="show",
    title="Hverdag",
    description="Om **hverdag**.",
    language="nb",
    categories=("Education > Courses",),
    author="Verkstedet",
    license="cc-by-4.0",
    guid="9b024349-ccf0-5f69-a609-6b82873eab3c",
    hosts=(HOST,),
    subscribe=(Link("https://podcasts.example/1", "apple"), Link("not an address", "x")),
    seasons=((2, "Høst"),),
    owner=Owner("Verkstedet"),
)
EPISODE = Episode(
    slug="one",
    title="Å smi",
    number=7,
    season=2,
    summary="Om smiing.",
    guests=(GUEST,),
    people=(
        Person("Kari Vik", "Audio Editor"),
        Person("Per Dal", "Fact Checker"),
        Person("Ola Li", "Composer", image="https://b.example/ola.jpg", bio="Smed."),
    ),
    taxonomies=(("theme", ("Håndverk", "Jern")),),
    keywords=("smie", "jern"),
    location=(Place("Røros", "geo:62.57,11.38;u=100", country="NO"), Place("Studio", "R1", rel="creator")),
    chapters=(
        Chapter(0, "Start"),
        Chapter(60.5, "Skjult", toc=False),
        Chapter(90, "Ilden"),
        Chapter(120),
        Chapter(130, "Slutt"),
    ),
    learning=Learning(
        outcomes=("Kjenne igjen glødefarger",),
        quiz=(QuizQuestion("Hva er jern?", ("Et metall", "En farge"), 0, "Fordi det leder strøm."),),
    ),
)
FACTS = EpisodeFacts(
    url=PAGE,
    published=datetime(2020, 9, 2, 22, 30, tzinfo=UTC),
    guid="3f1d6a0e-9b1c-5b7e-8a55-2f3c4d5e6f70",
    audio=Medium(f"{BASE}media/one.mp3", "audio/mpeg", 1234567),
    duration_seconds=183.6,
    artwork_url=f"{BASE}artwork/one.jpg",
    embed_url=f"{PAGE}embed/",
    transcripts=(
        Medium(f"{BASE}media/one.vtt", "text/vtt"),
        Medium(f"{BASE}media/one.en.vtt", "text/vtt", language="en"),
    ),
    further=(
        Medium(f"{BASE}media/one.opus", "audio/ogg", 99),
        Medium("https://video.example/one.mp4", "video/mp4", title="Film"),
    ),
    people={"Ola Li": f"{BASE}people/ola-li/"},
    topics={("theme", "Jern"): f"{BASE}topics/jern/"},
)


def episode_page(show: Show = SHOW, episode: Episode = EPISODE, facts: EpisodeFacts = FACTS) -> str:
    return of_episode(show, episode, facts, home_url=BASE, artwork_url=f"{BASE}cover.jpg")


def group_page(
    show: Show = SHOW, name: str = "Jern", kind: Any = "topic", person: Person | None = None
) -> str:
    return of_group(
        show,
        kind=kind,
        name=name,
        url=f"{BASE}group/",
        home_url=BASE,
        episodes=((EPISODE.title, PAGE),),
        person=person,
        season=2 if kind == "season" else None,
    )


def home_page(show: Show = SHOW) -> str:
    return of_home(
        show,
        url=BASE,
        feed_url=f"{BASE}feed.xml",
        artwork_url=f"{BASE}cover.jpg",
        search_url=f"{BASE}search/",
        people={HOST.name: f"{BASE}people/ingrid-moe/"},
    )


ALL = (
    home_page(),
    episode_page(),
    *(group_page(kind=kind) for kind in ("topic", "organization", "season", "year")),
    group_page(kind="person", person=HOST),
)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def of_type(text: str, name: str) -> list[dict[str, Any]]:
    return [node for node in nodes(json.loads(text)) if name in _types(node)]


def _types(node: dict[str, Any]) -> list[str]:
    types = node.get("@type", [])
    return types if isinstance(types, list) else [types]


def hostile(value: Any) -> Any:
    """The same object with something hostile in every text that is free."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, tuple):
        return tuple(hostile(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        kept = ("folder", "language", "slug", "type")
        changed = {
            part.name: hostile(getattr(value, part.name))
            for part in fields(value)
            if part.name not in kept and part.init
        }
        return replace(value, **changed)
    return value


@pytest.mark.parametrize("text", ALL)
def test_every_property_is_one_of_its_types(text: str) -> None:
    told = json.loads(text)

    assert set(told) == {"@context", "@graph"}
    for node in nodes(told["@graph"]):
        if set(node) == {"@id"}:
            continue
        allowed = set().union(*(ALLOWED[name] for name in _types(node)))
        assert _types(node)
        assert set(node) <= allowed, (node["@type"], set(node) - allowed)


@pytest.mark.parametrize("text", ALL)
def test_every_address_is_whole_and_nothing_is_empty(text: str) -> None:
    for node in nodes(json.loads(text)["@graph"]):
        for name, value in node.items():
            assert value not in (None, "", [], {})
            for address in (value if isinstance(value, list) else [value]) if name in ADDRESSES else ():
                parts = urlsplit(address)
                assert parts.scheme == "https", (name, address)
                assert parts.netloc


@pytest.mark.parametrize("text", ALL)
def test_every_reference_leads_to_a_node_or_to_the_home_page(text: str) -> None:
    told = json.loads(text)
    known = {node["@id"] for node in nodes(told) if "@id" in node and len(node) > 1} | {f"{BASE}#show"}

    assert {node["@id"] for node in nodes(told) if set(node) == {"@id"}} <= known
    assert len({node["@id"] for node in told["@graph"]}) == len(told["@graph"])


def test_hostile_texts_stay_inside_their_script_element_and_come_out_as_they_were() -> None:
    show, episode = hostile(SHOW), hostile(EPISODE)
    for text in (home_page(show), episode_page(show, episode), group_page(show, HOSTILE, "person")):
        assert not set("<>&\u2028\u2029") & set(text)
        assert HOSTILE in {node.get("name") for node in nodes(json.loads(text))}
    assert not of_type(episode_page(show, episode), "GeoCoordinates")


def test_the_answers_of_the_quiz_are_not_told() -> None:
    text = episode_page()
    (quiz,) = of_type(text, "Quiz")
    turned = replace(
        EPISODE,
        learning=replace(EPISODE.learning, quiz=(replace(EPISODE.learning.quiz[0], answer=1),)),  # type: ignore[union-attr, type-var]
    )

    assert episode_page(episode=turned) == text
    assert "acceptedAnswer" not in text
    assert "strøm" not in text
    assert [choice["text"] for choice in quiz["hasPart"][0]["suggestedAnswer"]] == ["Et metall", "En farge"]
    assert quiz["assesses"] == ["Kjenne igjen glødefarger"]


def test_an_episode_tells_what_it_is() -> None:
    (episode,) = of_type(episode_page(), "PodcastEpisode")
    (audio,) = (node for node in of_type(episode_page(), "AudioObject") if node.get("@id"))

    assert episode["@type"] == ["PodcastEpisode", "LearningResource"]
    assert episode["datePublished"] == "2020-09-02T22:30:00Z"
    assert (episode["episodeNumber"], episode["partOfSeason"]["name"]) == (7, "Høst")
    assert episode["partOfSeries"]["@id"] == f"{BASE}#show"
    assert episode["teaches"] == ["Kjenne igjen glødefarger"]
    assert episode["license"].startswith("https://creativecommons.org/licenses/by/4.0/")
    assert episode["contentLocation"][0]["geo"]["latitude"] == 62.57
    assert episode["locationCreated"] == [{"@type": "Place", "name": "Studio"}]
    assert [about.get("url") for about in episode["about"]] == [None, f"{BASE}topics/jern/"]
    assert audio == {
        "@id": f"{PAGE}#audio",
        "@type": "AudioObject",
        "name": "Å smi",
        "contentUrl": f"{BASE}media/one.mp3",
        "encodingFormat": "audio/mpeg",
        "contentSize": "1234567 B",
        "duration": "PT184S",
        "embedUrl": f"{PAGE}embed/",
        "inLanguage": "nb",
        "caption": [
            {
                "@type": "MediaObject",
                "contentUrl": f"{BASE}media/one.vtt",
                "encodingFormat": "text/vtt",
                "inLanguage": "nb",
            },
            {
                "@type": "MediaObject",
                "contentUrl": f"{BASE}media/one.en.vtt",
                "encodingFormat": "text/vtt",
                "inLanguage": "en",
            },
        ],
    }
    (video,) = of_type(episode_page(), "VideoObject")
    assert {"name", "description", "thumbnailUrl", "uploadDate", "contentUrl"} <= set(video)


def test_chapters_are_clips_that_end_where_the_next_begins() -> None:
    assert [
        (clip["name"], clip["startOffset"], clip["endOffset"], clip["url"])
        for clip in of_type(episode_page(), "Clip")
    ] == [
        ("Start", 0, 60.5, f"{PAGE}#t=0"),
        ("Ilden", 90, 120, f"{PAGE}#t=90"),
        ("Slutt", 130, 183.6, f"{PAGE}#t=130"),
    ]


def test_each_person_stands_once_and_in_their_roles() -> None:
    text = episode_page()
    people = {node["name"]: node for node in of_type(text, "Person")}
    (episode,) = of_type(text, "PodcastEpisode")

    assert len(of_type(text, "Person")) == 4
    assert people["Ola Li"]["@id"] == f"{BASE}people/ola-li/#person"
    assert people["Ola Li"]["image"] == "https://b.example/ola.jpg"
    assert people["Ingrid Moe"]["affiliation"] == {"@type": "Organization", "name": "Verkstedet"}
    assert "image" not in people["Ingrid Moe"]  # a file of the folder, which only the page has an address for

    def of(name: str) -> dict[str, str]:
        return {"@id": people[name]["@id"]}

    assert episode["author"] == [of("Ingrid Moe")]
    assert episode["actor"] == [of("Ingrid Moe"), of("Ola Li")]
    assert episode["musicBy"] == [of("Ola Li")]
    assert episode["editor"] == [of("Kari Vik")]
    assert episode["contributor"] == [
        {"@type": "Role", "roleName": "Fact Checker", "contributor": of("Per Dal")}
    ]


def test_the_home_page_tells_of_the_show_and_how_to_search_it() -> None:
    (series,), (site,) = of_type(home_page(), "PodcastSeries"), of_type(home_page(), "WebSite")

    assert series["webFeed"] == f"{BASE}feed.xml"
    assert series["description"] == "Om hverdag."
    assert series["sameAs"] == ["https://podcasts.example/1"]
    assert series["isFamilyFriendly"] is True
    assert site["potentialAction"]["target"]["urlTemplate"] == f"{BASE}search/?q={{search_term_string}}"
    assert not of_type(of_home(SHOW, url=BASE, feed_url=f"{BASE}feed.xml"), "SearchAction")


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("topic", "Thing"),
        ("organization", "Organization"),
        ("season", "CreativeWorkSeason"),
        ("person", "Person"),
    ],
)
def test_a_group_is_about_what_its_episodes_have_in_common(kind: str, type_: str) -> None:
    text = group_page(kind=kind)
    (page,) = of_type(text, "CollectionPage")
    about = page["about"]
    if set(about) == {"@id"}:
        (about,) = (node for node in json.loads(text)["@graph"] if node["@id"] == about["@id"])

    assert (about["@type"], about["name"]) == (type_, "Jern")
    assert page["mainEntity"]["itemListElement"] == [
        {"@type": "ListItem", "position": 1, "name": "Å smi", "item": PAGE}
    ]


def test_an_episode_of_little_words_tells_little() -> None:
    facts = EpisodeFacts(PAGE, FACTS.published, FACTS.guid, FACTS.audio)
    show = Show(folder="show", title="Hverdag", description="", language="nb")
    text = of_episode(show, Episode("one", "Å smi"), facts, home_url=BASE)

    assert {name for node in nodes(json.loads(text)) for name in _types(node)} == {
        "PodcastEpisode",
        "PodcastSeries",
        "AudioObject",
        "BreadcrumbList",
        "ListItem",
    }
