"""What a page is about, for machines: JSON-LD in the words of schema.org. Pure.

Every address is whole. Who or what is named more than once stands once in the graph, and is referred to by
`@id`.

Hosts are the `author` of a show, and `actor` like the guests, which is schema.org's word for those who are
heard. Google's documentation has both so:
https://developers.google.com/actions/media/reference/data-specification/podcast-specification
Other roles have a property of their own where schema.org knows one, else they are contributions with a name.

The quiz is told without its answers (`suggestedAnswer` and never `acceptedAnswer`): they must not stand in
the page as plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import urlsplit

from publisher import effective
from publisher.model import Episode, Learning, Person, Place, Show
from publisher.text import plain_text
from publisher.vocabulary import licenses

Node = dict[str, Any]
SubjectKind = Literal["topic", "person", "organization", "season", "year", "all"]

_ROLES = {
    "director": "director",
    "producer": "producer",
    "executive producer": "producer",
    "senior producer": "producer",
    "editor": "editor",
    "audio editor": "editor",
    "managing editor": "editor",
    "composer": "musicBy",
    "translator": "translator",
}

_UNSAFE = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
_GEO = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)(?:[,;].*)?", re.I)


@dataclass(frozen=True, slots=True)
class Medium:
    """A file of an episode: its whole address and MIME type. `language` counts for transcripts, `title` for
    further forms of the sound and for video."""

    url: str
    type: str
    length_bytes: int = 0
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """What is known of a published episode besides what its folder says; all addresses are whole.

    Attributes:
        url: of the page.
        published: aware, UTC.
        people: page on this site, by person's name.
        topics: page on this site, by (taxonomy, value).
    """

    url: str
    published: datetime
    guid: str
    audio: Medium
    duration_seconds: float = 0.0
    artwork_url: str = ""
    embed_url: str = ""
    transcripts: tuple[Medium, ...] = ()
    further: tuple[Medium, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[tuple[str, str], str] = field(default_factory=dict)


def of_home(
    show: Show,
    *,
    url: str,
    feed_url: str,
    artwork_url: str = "",
    search_url: str = "",
    people: Mapping[str, str] | None = None,
) -> str:
    """The show and its site.

    Args:
        url: of the home page.
        search_url: of the page that searches for what stands behind `?q=`; empty where there is none.
        people: page on this site, by person's name.
    """
    graph = _Graph(url, people or {})
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{search_url}?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    graph.add(
        f"{url}#site",
        {
            "@type": "WebSite",
            "url": url,
            "name": show.title,
            "inLanguage": show.language,
            "about": _reference(f"{url}#show"),
            "potentialAction": action if _address(search_url) else None,
        },
    )
    hosts = [graph.person(host) for host in show.hosts]
    graph.add(
        f"{url}#show",
        {
            "@type": "PodcastSeries",
            "name": show.title,
            "url": url,
            "description": plain_text(show.description),
            "image": _address(artwork_url),
            "webFeed": _address(feed_url),
            "inLanguage": show.language,
            "author": hosts or _organization(effective.show_author(show)),
            "actor": hosts,
            "creditText": show.author,
            "genre": list(show.categories),
            "sameAs": [_address(link.url) for link in show.subscribe],
            "identifier": show.guid,
            "isFamilyFriendly": not show.explicit,
            "copyrightNotice": show.copyright,
            "license": _license(show.license),
        },
    )
    return graph.text()


def of_episode(
    show: Show, episode: Episode, facts: EpisodeFacts, *, home_url: str, artwork_url: str = ""
) -> str:
    """An episode: who is heard, what it is about, its files, and what one learns.

    Args:
        home_url: of the show's home page.
        artwork_url: of the show.
    """
    graph = _Graph(facts.url, facts.people)
    learning = episode.learning or Learning()
    teaches = bool(learning.outcomes or learning.quiz or learning.reflection)
    language = show.language
    season = episode.season
    graph.add(
        f"{facts.url}#episode",
        {
            "@type": ["PodcastEpisode", "LearningResource"] if teaches else "PodcastEpisode",
            "name": episode.title,
            "url": facts.url,
            "mainEntityOfPage": facts.url,
            "description": effective.summary(episode),
            "image": _address(facts.artwork_url) or _address(artwork_url),
            "datePublished": _instant(facts.published),
            "inLanguage": language,
            "episodeNumber": episode.number,
            "identifier": facts.guid,
            "duration": _duration(facts.duration_seconds),
            "partOfSeries": {
                "@type": "PodcastSeries",
                "@id": f"{home_url}#show",
                "name": show.title,
                "url": home_url,
            },
            "partOfSeason": None
            if season is None
            else {
                "@type": "CreativeWorkSeason",
                "seasonNumber": season,
                "name": dict(show.seasons).get(season),
                "partOfSeries": _reference(f"{home_url}#show"),
            },
            **_people(graph, show, episode),
            "about": [
                {"@type": "Thing", "name": value, "url": _address(facts.topics.get((name, value), ""))}
                for name, values in episode.taxonomies
                for value in values
            ],
            "keywords": list(episode.keywords),
            **_places(episode.location),
            "isFamilyFriendly": not effective.explicit(show, episode),
            "isAccessibleForFree": None if show.private else True,
            "license": _license(effective.license(show, episode)),
            "audio": _reference(f"{facts.url}#audio"),
            "associatedMedia": [
                *(_transcript(medium, language) for medium in facts.transcripts),
                *(_further(medium, episode, facts) for medium in facts.further),
            ],
            "hasPart": [*_clips(episode, facts), _reference(f"{facts.url}#quiz") if learning.quiz else None],
            "teaches": list(learning.outcomes),
            "educationalUse": "self-study" if teaches else None,
            "learningResourceType": "podcast" if teaches else None,
        },
    )
    graph.add(
        f"{facts.url}#audio",
        {
            "@type": "AudioObject",
            "name": episode.title,
            "contentUrl": _address(facts.audio.url),
            "encodingFormat": facts.audio.type,
            "contentSize": f"{facts.audio.length_bytes} B" if facts.audio.length_bytes else None,
            "duration": _duration(facts.duration_seconds),
            "embedUrl": _address(facts.embed_url),
            "inLanguage": language,
            "caption": [_transcript(medium, language) for medium in facts.transcripts],
        },
    )
    if learning.quiz:
        graph.add(f"{facts.url}#quiz", _quiz(learning, episode, facts, language))
    graph.breadcrumbs((show.title, home_url), (episode.title, facts.url))
    return graph.text()


def of_group(
    show: Show,
    *,
    kind: SubjectKind,
    name: str,
    url: str,
    home_url: str,
    episodes: Sequence[tuple[str, str]],
    person: Person | None = None,
    season: int | None = None,
) -> str:
    """A page that lists episodes which have something in common.

    Args:
        name: of the topic, the person, the organization, the season or the year.
        url: of the page.
        episodes: (title, address of the page), in the page's order.
        person: for a person, as the newest episode has them.
    """
    graph = _Graph(url, {person.name: url} if person else {})
    about: Node | None = None
    if kind == "person":
        about = graph.person(person or Person(name))
    elif kind == "organization":
        about = _organization(name)
    elif kind == "season":
        about = {
            "@type": "CreativeWorkSeason",
            "name": name,
            "seasonNumber": season,
            "partOfSeries": _reference(f"{home_url}#show"),
        }
    elif kind == "topic":
        about = {"@type": "Thing", "name": name, "url": url}
    graph.add(
        f"{url}#page",
        {
            "@type": "CollectionPage",
            "name": name,
            "url": url,
            "inLanguage": show.language,
            "about": about,
            "isPartOf": {"@type": "WebSite", "@id": f"{home_url}#site", "name": show.title, "url": home_url},
            "mainEntity": {
                "@type": "ItemList",
                "numberOfItems": len(episodes),
                "itemListElement": [_item(at, *episode) for at, episode in enumerate(episodes, 1)],
            },
        },
    )
    graph.breadcrumbs((show.title, home_url), (name, url))
    return graph.text()


class _Graph:
    """The nodes of a page, each under its `@id`."""

    def __init__(self, url: str, people: Mapping[str, str]) -> None:
        self._url = url
        self._pages = people
        self._nodes: dict[str, Node] = {}
        self._ids: dict[Person, str] = {}

    def add(self, id_: str, node: Node) -> None:
        self._nodes[id_] = {"@id": id_, **node}

    def person(self, person: Person) -> Node:
        """A reference to a person, who is added the first time."""
        if person not in self._ids:
            page = _address(self._pages.get(person.name, ""))
            id_ = f"{page}#person" if page else f"{self._url}#person-{len(self._ids) + 1}"
            self._ids[person] = id_
            if id_ not in self._nodes:
                node = {
                    "@type": "Person",
                    "name": person.name,
                    "jobTitle": person.title,
                    "affiliation": _organization(person.organization),
                    "url": page or _address(person.url),
                    "sameAs": _address(person.url) if page else None,
                    "image": _address(person.image),
                    "description": plain_text(person.bio),
                }
                self.add(id_, node)
        return _reference(self._ids[person])

    def breadcrumbs(self, *steps: tuple[str, str]) -> None:
        items = [_item(at, name, url) for at, (name, url) in enumerate(steps, 1)]
        self.add(f"{self._url}#breadcrumbs", {"@type": "BreadcrumbList", "itemListElement": items})

    def text(self) -> str:
        told = {"@context": "https://schema.org", "@graph": list(self._nodes.values())}
        return json.dumps(_filled(told), ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)


def _people(graph: _Graph, show: Show, episode: Episode) -> Node:
    hosts = [graph.person(host) for host in effective.hosts(show, episode)]
    heard = [*hosts, *(graph.person(guest) for guest in episode.guests)]
    found: Node = {
        "author": hosts or _organization(effective.author(show, episode)),
        "actor": heard,
    }
    for person in episode.people:
        named = _ROLES.get(person.role.casefold(), "")
        if named:
            found.setdefault(named, []).append(graph.person(person))
        else:
            role = {"@type": "Role", "roleName": person.role, "contributor": graph.person(person)}
            found.setdefault("contributor", []).append(role if person.role else graph.person(person))
    return found


def _quiz(learning: Learning, episode: Episode, facts: EpisodeFacts, language: str) -> Node:
    questions = [
        {
            "@type": "Question",
            "position": at,
            "eduQuestionType": "Multiple choice",
            "name": question.question,
            "text": question.question,
            "suggestedAnswer": [
                {"@type": "Answer", "position": place, "text": choice}
                for place, choice in enumerate(question.choices, 1)
            ],
        }
        for at, question in enumerate(learning.quiz, 1)
    ]
    return {
        "@type": "Quiz",
        "name": episode.title,
        "url": f"{facts.url}#quiz",
        "inLanguage": language,
        "isPartOf": _reference(f"{facts.url}#episode"),
        "educationalUse": "self-assessment",
        "assesses": list(learning.outcomes),
        "hasPart": questions,
    }


def _clips(episode: Episode, facts: EpisodeFacts) -> list[Node]:
    """The chapters that are listed. One ends where the next one begins, listed or not."""
    chapters = sorted(episode.chapters or (), key=lambda chapter: chapter.start_seconds)
    ends: list[float | None] = [later.start_seconds for _, later in pairwise(chapters)]
    ends.append(facts.duration_seconds or None)
    clips = []
    for chapter, end in zip(chapters, ends, strict=False):
        if chapter.toc and chapter.title:
            start = chapter.start_seconds
            clip = {
                "@type": "Clip",
                "name": chapter.title,
                "startOffset": _number(start),
                "endOffset": _number(chapter.end_seconds or end),
                "url": f"{facts.url}#t={_number(start)}",
            }
            clips.append(clip)
    return clips


def _places(places: Iterable[Place]) -> Node:
    found: Node = {"contentLocation": [], "locationCreated": []}
    for place in places:
        geo = _GEO.fullmatch(place.geo)
        country = {"@type": "PostalAddress", "addressCountry": place.country} if place.country else None
        node = {
            "@type": "Place",
            "name": place.name,
            "address": country,
            "geo": {"@type": "GeoCoordinates", "latitude": float(geo[1]), "longitude": float(geo[2])}
            if geo
            else None,
        }
        found["locationCreated" if place.rel == "creator" else "contentLocation"].append(node)
    return found


def _transcript(medium: Medium, language: str) -> Node:
    return {
        "@type": "MediaObject",
        "contentUrl": _address(medium.url),
        "encodingFormat": medium.type,
        "inLanguage": medium.language or language,
    }


def _further(medium: Medium, episode: Episode, facts: EpisodeFacts) -> Node:
    video = medium.type.startswith("video/")
    return {
        "@type": "VideoObject" if video else "AudioObject",
        "name": medium.title or episode.title,
        "description": effective.summary(episode) if video else None,
        "contentUrl": _address(medium.url),
        "encodingFormat": medium.type,
        "contentSize": f"{medium.length_bytes} B" if medium.length_bytes else None,
        "inLanguage": medium.language,
        "thumbnailUrl": _address(facts.artwork_url) if video else None,
        "uploadDate": _instant(facts.published) if video else None,
    }


def _item(position: int, name: str, url: str) -> Node:
    return {"@type": "ListItem", "position": position, "name": name, "item": _address(url)}


def _organization(name: str) -> Node | None:
    return {"@type": "Organization", "name": name} if name else None


def _reference(id_: str) -> Node:
    return {"@id": id_}


def _license(slug: str) -> str:
    """A licence's address; a text of the show's own has none that a machine could follow."""
    return _address(licenses().get(slug.casefold(), "")) or _address(slug)


def _address(text: str) -> str:
    """The address if it is a whole one on the web, else nothing."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _duration(seconds: float) -> str:
    """ISO 8601, in whole seconds."""
    return f"PT{int(seconds + 0.5)}S" if seconds else ""


def _number(seconds: float | None) -> float | int | None:
    return int(seconds) if seconds is not None and seconds == int(seconds) else seconds


def _filled(value: Any) -> Any:
    """The value without what is empty in it; `False` and 0 are something."""
    if isinstance(value, dict):
        filled = {name: _filled(part) for name, part in value.items()}
        return {name: part for name, part in filled.items() if part not in (None, "", [], {})}
    if isinstance(value, list):
        return [part for part in map(_filled, value) if part not in (None, "", [], {})]
    return value
