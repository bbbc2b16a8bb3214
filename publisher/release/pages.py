"""Data for `publisher.site` out of what has been built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from publisher import effective
from publisher.build.artifact import Artifact, addressed_bytes, of_bytes
from publisher.build.enclosure import forms_of
from publisher.build.episode import load_transcript, translation_role
from publisher.build.pictures import artwork_sizes, picture_urls
from publisher.build.workshop import Workshop, page_key
from publisher.chapters import with_line_breaks
from publisher.feed import feed_stylesheet
from publisher.manifest import Released, StoredObject
from publisher.model import Announce, AudioFormat, Chapter, Episode, Learning, Notify, Person, Show
from publisher.parts import chapters_of
from publisher.pictures import Palette
from publisher.site.assets import static_files, static_url, style_sheet
from publisher.site.data import PageEpisode, PageFact, PagePerson, PageQuestion, SitePage
from publisher.site.quiz import sealed
from publisher.text import page_html, plain_text
from publisher.transcripts import to_page
from publisher.words import format_date, word

Urls = Mapping[tuple[str, str], str]
"""Addresses of the pages of an episode's groups, by their keys and names (`publisher.site.groups`)."""


def site_page(
    shop: Workshop, objects: Mapping[str, StoredObject], colours: Palette, indexes: tuple[str, ...]
) -> SitePage:
    """What every page needs to know of the show.

    Args:
        objects: the show's.
        indexes: folders of the search.
    """
    show, artwork, card = shop.show, objects.get("artwork"), objects.get("card")
    return SitePage(
        show=public(show),
        base_url=show.url,
        feed_url=show.feed_url,
        style_url=objects["style"].key,
        static_url=static_url(),
        artwork_url=artwork.key if artwork else "",
        artwork_sizes=_sizes(objects),
        card_url=card.key if card else "",
        description_html=page_html(show.description),
        indexes=indexes,
        theme_colors=(colours.light.background, colours.dark.background),
        folder=show.folder,
    )


def public(show: Show) -> Show:
    """The show without what no page says, such as where it lies on this machine: pages are known by what they
    are made of."""
    return replace(
        show,
        folder="",
        episodes=(),
        artwork=None,
        pictures=(),
        image_files=(),
        fonts=(),
        publish_to="",
        publish_endpoint="",
        notify=Notify(),
        announce=Announce(),
        audio=AudioFormat(),
        unreadable=(),
    )


def style(show: Show, colours: Palette) -> Artifact:
    """The pages' style in the show's colours."""
    by_day, by_night = colours.light, colours.dark
    css = (
        f":root{{--paper:{by_day.background};--ink:{by_day.text};--soft:{by_day.soft};"
        f"--accent:{by_day.accent};--sheet:#fff}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root{{--paper:{by_night.background};--ink:{by_night.text};--soft:{by_night.soft};"
        f"--accent:{by_night.accent};--sheet:color-mix(in srgb,var(--paper),#fff 6%)}}}}\n"
    )
    return addressed_bytes("site", "style", ".css", style_sheet(css, dict(show.theme).get("style.css", "")))


def static() -> Iterator[tuple[str, Artifact]]:
    """Scripts and fonts, each with what it is among the show's objects."""
    folder = static_url()
    for key, data in static_files():
        yield f"static:{key.removeprefix(folder)}", of_bytes(key, data)


def feed_style(show: Show) -> Artifact:
    """What lays the feed out in a browser."""
    return addressed_bytes("site", "feed", ".css", feed_stylesheet(show))


def listed(shop: Workshop, episode: Episode, released: Released) -> PageEpisode:
    """An episode as lists and neighbours show it."""
    artwork, card = released.objects.get("artwork"), released.objects.get("card")
    waveform = released.objects.get("waveform")
    return PageEpisode(
        slug=episode.slug,
        title=episode.title,
        published=released.published,
        url=page_key(episode.slug).removesuffix("index.html"),
        enclosure_url=released.enclosure.object.key,
        enclosure_type=released.enclosure.object.type,
        guid=released.guid,
        state=shop.states.get(episode.slug, ""),
        duration_seconds=released.enclosure.duration_seconds,
        code=episode.code,
        number=episode.number,
        season=episode.season,
        type=episode.type,
        summary=effective.summary(episode),
        artwork_url=artwork.key if artwork else "",
        artwork_sizes=_sizes(released.objects),
        card_url=card.key if card else "",
        waveform_url=waveform.key if waveform else "",
    )


def whole(shop: Workshop, site: SitePage, episode: Episode, released: Released, urls: Urls) -> PageEpisode:
    """An episode as its own page shows it. Raises OSError when the transcript cannot be read any more."""
    show = shop.show
    transcript = load_transcript(shop.root, show, episode)
    best = next((item for role, item in released.objects.items() if role.startswith("transcript.")), None)
    pictures = picture_urls(shop, released.objects)
    people = tuple(
        PagePerson(
            _shown(person, pictures, site.base_url),
            _role(show, person.role),
            urls.get(("person", person.name), ""),
            urls.get(("organization", person.organization), ""),
        )
        for person in effective.people(show, episode)
    )
    learning = episode.learning or Learning()
    page = asked(listed(shop, episode, released), episode)
    answers = [
        (item.answer, question.explanation_html)
        for item, question in zip(learning.quiz, page.quiz, strict=True)
    ]
    return replace(
        page,
        # A summary that is the notes' own first paragraph would stand there twice.
        summary=episode.summary or ("" if episode.notes else effective.summary(episode)),
        notes_html=page_html(with_line_breaks(episode.notes)),
        transcript_html=to_page(transcript) if transcript else "",
        transcript_url=best.key if best else "",
        translations=tuple(
            (file.language, item.key)
            for file in episode.translations
            if (item := released.objects.get(translation_role(file.language, "html")))
        ),
        people=people,
        further=tuple(_further(episode, released.objects)),
        quote=episode.quote,
        outcomes=learning.outcomes,
        reflection_html=page_html(learning.reflection),
        sealed_answers=sealed(answers, released.guid) if answers else "",
        pass_share=learning.pass_share,
        chapters=tuple(
            _pictured(chapter, pictures, site.base_url)
            for chapter in chapters_of(episode, released.enclosure)
        ),
        interview=tuple((item.question, page_html(item.answer)) for item in episode.interview),
        links=episode.links,
        places=episode.location,
        themes=_themes(show, episode, urls),
        facts=tuple(_facts(show, episode, released, people, urls)),
    )


def asked(listed: PageEpisode, episode: Episode) -> PageEpisode:
    """The same episode with its quiz."""
    quiz = episode.learning.quiz if episode.learning else ()
    return replace(
        listed,
        quiz=tuple(
            PageQuestion(item.question, item.choices, item.choices[item.answer], page_html(item.explanation))
            for item in quiz
        ),
    )


def _themes(show: Show, episode: Episode, urls: Urls) -> tuple[tuple[str, str], ...]:
    first = show.taxonomies[0][0] if show.taxonomies else ""
    return tuple((value, urls.get((first, value), "")) for value in dict(episode.taxonomies).get(first, ()))


def _facts(
    show: Show, episode: Episode, released: Released, people: tuple[PagePerson, ...], urls: Urls
) -> Iterator[PageFact]:
    language = show.language
    if episode.code and episode.number is not None:
        yield PageFact(word(language, "episode"), ((str(episode.number), ""),))
    if episode.season is not None:
        name = dict(show.seasons).get(episode.season, str(episode.season))
        yield PageFact(word(language, "season"), ((name, urls.get(("season", name), "")),))
    for key, label in show.taxonomies:
        values = dict(episode.taxonomies).get(key, ())
        if values:
            yield PageFact(label, tuple((value, urls.get((key, value), "")) for value in values))
    organizations = dict.fromkeys(entry.person.organization for entry in people if entry.person.organization)
    if organizations:
        yield PageFact(
            word(language, "organizations"),
            tuple((name, urls.get(("organization", name), "")) for name in organizations),
        )
    hosts = [entry for entry in people if entry.person.role == "host"]
    if hosts:
        yield PageFact(word(language, "host"), tuple((entry.person.name, entry.url) for entry in hosts))
    if episode.location:
        yield PageFact(word(language, "place"), tuple((place.name, "") for place in episode.location))
    year = next((url for (kind, _), url in urls.items() if kind == "year"), "")
    yield PageFact(
        word(language, "published"), ((format_date(language, released.published, show.timezone), year),)
    )


def _further(episode: Episode, objects: dict[str, StoredObject]) -> Iterator[tuple[str, str]]:
    """Title and address of each further enclosure: those that were given, and the forms that were made."""
    for alternate in episode.alternates:
        item = objects.get(f"alternate:{alternate.file}")
        if item or alternate.url:
            yield alternate.title or alternate.file or alternate.url, item.key if item else alternate.url
    for form, item in forms_of(objects):
        yield form.title, item.key


def _sizes(objects: Mapping[str, StoredObject]) -> tuple[tuple[int, str], ...]:
    return tuple((side, item.key) for side, item in reversed(artwork_sizes(objects)))


def shown(shop: Workshop, base_url: str, person: Person, released: Released) -> Person:
    """A person as an episode's page shows them, for pages of their own."""
    return _shown(person, picture_urls(shop, released.objects), base_url)


def _shown(person: Person, pictures: dict[str, str], base_url: str) -> Person:
    """The person with the bio as plain text, and with a picture only if it was released: a page asks nobody
    else's server for anything."""
    image = pictures.get(person.image, person.image)
    return replace(person, image=image if image.startswith(base_url) else "", bio=plain_text(person.bio))


def _pictured(chapter: Chapter, pictures: dict[str, str], base_url: str) -> Chapter:
    image = pictures.get(chapter.image, chapter.image)
    return replace(chapter, image=image if image.startswith(base_url) else "")


def _role(show: Show, role: str) -> str:
    return word(show.language, role) if role in ("host", "guest") else role
