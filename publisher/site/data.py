"""What pages are made of: plain data, without addresses of the machine that renders them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from publisher.model import Chapter, EpisodeType, Link, Person, Place, Quote, Show

GroupKind = Literal["topic", "person", "organization", "season", "year", "all"]


class Group(NamedTuple):
    """Episodes that have something in common, and the page that lists them.

    Attributes:
        key: what they have in common: a taxonomy's key, else the kind again.
        label: what a reader calls that: `Tema`; empty for kinds that have a fixed word.
        name: of the value, the person, the organisation, the season or the year.
        url: the page's address relative to the base.
        slugs: the episodes, newest first.
        person: for a person, as the newest episode has them; None until their page is made.
    """

    kind: GroupKind
    key: str
    label: str
    name: str
    url: str
    slugs: tuple[str, ...] = ()
    person: Person | None = None


class GroupPage(NamedTuple):
    """One of the pages that list a group's episodes.

    Attributes:
        url: the page's address relative to the base.
        number: 0 for the one at the group's own address, which has the newest; else 1 for the oldest ones.
        slugs: the episodes on it, newest first.
        newer, older: addresses of the pages before and after it; empty where there is none.
    """

    url: str
    number: int
    slugs: tuple[str, ...]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Groups that have the same in common, or some of them, and how many there are."""

    groups: tuple[Group, ...]
    count: int


@dataclass(frozen=True, slots=True)
class PagePerson:
    """Somebody in an episode.

    Attributes:
        role: as the page calls it: `Gjest`.
        url: of the page that lists their episodes, relative to the base; empty where there is none.
        organization_url: the same for the organisation.
    """

    person: Person
    role: str = ""
    url: str = ""
    organization_url: str = ""


@dataclass(frozen=True, slots=True)
class PageFact:
    """One line of an episode's facts: what it is, and its values, each with the page that lists its like."""

    label: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """One question of the quiz; the right answer stands in `PageEpisode.sealed_answers`, and on a page of
    its own for readers without scripts. `explanation_html` is safe."""

    question: str
    choices: tuple[str, ...]
    answer: str = ""
    explanation_html: str = ""


@dataclass(frozen=True, slots=True)
class PageEpisode:
    """What the pages need to know of one published episode.

    Attributes:
        published: aware, UTC.
        state: `draft` or `scheduled` in a preview of what is not out yet.
        duration_seconds: of the enclosure; 0 where it is not known.
        url: the page's address relative to the base, `episodes/<slug>/`.
        enclosure_url, artwork_url, card_url, transcript_url, waveform_url: absolute, or keys relative to the
            base; empty where there is none.
        artwork_sizes: (pixels a side, address) of smaller ones, the smallest first.
        translations: (language, address) of the transcript in further languages, as a person reads it.
        notes_html, transcript_html, reflection_html: fragments that are safe already and go in as they are.
        further: (title, address) of the sound in further forms.
        people: who is heard.
        themes: values of the show's first taxonomy, each with the page that lists its like.
        interview: written questions, each with its answer as a safe fragment.
        sealed_answers: the quiz's answers and explanations (`publisher.site.quiz.sealed`).
        linked_data: JSON-LD, safe inside a script element.
    """

    slug: str
    title: str
    published: datetime
    url: str
    enclosure_url: str
    enclosure_type: str
    guid: str = ""
    state: Literal["", "draft", "scheduled"] = ""
    duration_seconds: float = 0.0
    code: str = ""
    number: int | None = None
    season: int | None = None
    type: EpisodeType = "full"
    summary: str = ""
    artwork_url: str = ""
    artwork_sizes: tuple[tuple[int, str], ...] = ()
    card_url: str = ""
    waveform_url: str = ""
    notes_html: str = ""
    transcript_html: str = ""
    transcript_url: str = ""
    translations: tuple[tuple[str, str], ...] = ()
    further: tuple[tuple[str, str], ...] = ()
    people: tuple[PagePerson, ...] = ()
    quote: Quote | None = None
    outcomes: tuple[str, ...] = ()
    reflection_html: str = ""
    quiz: tuple[PageQuestion, ...] = ()
    sealed_answers: str = ""
    pass_share: float = 0.8
    chapters: tuple[Chapter, ...] = ()
    interview: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    places: tuple[Place, ...] = ()
    themes: tuple[tuple[str, str], ...] = ()
    facts: tuple[PageFact, ...] = ()
    linked_data: str = ""


@dataclass(frozen=True, slots=True)
class SitePage:
    """What every page of a show needs.

    Attributes:
        base_url: public address of the published show, with or without a slash at its end.
        feed_url, artwork_url, card_url, style_url: absolute, or keys relative to the base.
        static_url: of the folder of scripts and fonts, with a slash at its end.
        artwork_sizes: (pixels a side, address) of smaller ones, the smallest first.
        description_html: the show's description rendered and safe; empty: its text as it stands.
        theme_colors: of the page by day and by night, for the browser's own frame.
        indexes: folders of the search's indexes, relative to the base; without any there is no search.
        folder: the show folder's name, to say where a template stumbles; no page is made of it.
    """

    show: Show
    base_url: str
    feed_url: str
    style_url: str
    static_url: str = ""
    artwork_url: str = ""
    artwork_sizes: tuple[tuple[int, str], ...] = ()
    card_url: str = ""
    description_html: str = ""
    theme_colors: tuple[str, str] = ("#faf8f3", "#151614")
    indexes: tuple[str, ...] = ()
    folder: str = field(default="", repr=False)
