"""The pages of a release: data for `publisher.site` out of what has been built."""

from __future__ import annotations

from collections.abc import Iterator
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
from publisher.model import Episode, Person, Show
from publisher.parts import chapters_of
from publisher.site.pages import PageEpisode, SitePage, render_episode, render_former, render_home, stylesheet
from publisher.text import page_html, plain_text
from publisher.transcripts import to_html
from publisher.words import word

HOME_KEY = "index.html"


def site_page(shop: Workshop, objects: dict[str, StoredObject]) -> SitePage:
    """What every page needs to know of the show. `objects`: the show's."""
    show, artwork, card = shop.show, objects.get("artwork"), objects.get("card")
    return SitePage(
        show=show,
        base_url=show.url,
        feed_url=show.feed_url,
        style_url=objects["style"].key,
        artwork_url=artwork.key if artwork else "",
        artwork_sizes=_sizes(objects),
        card_url=card.key if card else "",
        description_html=page_html(show.description),
    )


def style() -> Artifact:
    key, data = stylesheet()
    return of_bytes(key, data)


def feed_style(show: Show) -> Artifact:
    """What lays the feed out in a browser."""
    return addressed_bytes("site", "feed", ".css", feed_stylesheet(show))


def listed(show: Show, episode: Episode, released: Released) -> PageEpisode:
    """An episode as lists and neighbours show it."""
    artwork, card = released.objects.get("artwork"), released.objects.get("card")
    return PageEpisode(
        slug=episode.slug,
        title=episode.title,
        published=released.published,
        url=page_key(episode.slug).removesuffix("index.html"),
        enclosure_url=released.enclosure.object.key,
        enclosure_type=released.enclosure.object.type,
        duration_seconds=released.enclosure.duration_seconds,
        code=episode.code,
        number=episode.number,
        season=episode.season,
        type=episode.type,
        summary=effective.summary(episode),
        artwork_url=artwork.key if artwork else "",
        artwork_sizes=_sizes(released.objects),
        card_url=card.key if card else "",
    )


def _further(episode: Episode, objects: dict[str, StoredObject]) -> Iterator[tuple[str, str]]:
    """Title and address of each further enclosure: those that were given, and the forms that were made."""
    for alternate in episode.alternates:
        item = objects.get(f"alternate:{alternate.file}")
        if item or alternate.url:
            yield alternate.title or alternate.file or alternate.url, item.key if item else alternate.url
    for form, item in forms_of(objects):
        yield form.title, item.key


def _sizes(objects: dict[str, StoredObject]) -> tuple[tuple[int, str], ...]:
    return tuple((side, item.key) for side, item in reversed(artwork_sizes(objects)))


def home_page(site: SitePage, episodes: tuple[PageEpisode, ...]) -> Artifact:
    """The show's own page. `episodes`: newest first."""
    return of_bytes(HOME_KEY, render_home(replace(site, episodes=episodes)).encode())


def former_page(site: SitePage, key: str, target: str) -> Artifact:
    """What stands at `key`, where an episode's page was.

    Args:
        target: key of the page where the episode is now; empty where it was removed.
    """
    url = target.removesuffix("index.html")
    return of_bytes(key, render_former(site, page_url=key.removesuffix("index.html"), target=url).encode())


def episode_page(
    shop: Workshop,
    site: SitePage,
    episode: Episode,
    released: Released,
    *,
    newer: PageEpisode | None,
    older: PageEpisode | None,
) -> Artifact:
    """An episode's page, whole. Raises OSError when the transcript cannot be read any more."""
    show = shop.show
    transcript = load_transcript(shop.root, show, episode)
    best = next((item for role, item in released.objects.items() if role.startswith("transcript.")), None)
    pictures = picture_urls(shop, released.objects)
    people = tuple(
        (_shown(person, pictures, site.base_url), _role(show, person.role))
        for person in effective.people(show, episode)
    )
    page = replace(
        listed(show, episode, released),
        # A summary that is the notes' own first paragraph would stand there twice.
        summary=episode.summary or ("" if episode.notes else effective.summary(episode)),
        notes_html=page_html(with_line_breaks(episode.notes)),
        transcript_html=_body(to_html(transcript, show.language)) if transcript else "",
        transcript_url=best.key if best else "",
        translations=tuple(
            (file.language, item.key)
            for file in episode.translations
            if (item := released.objects.get(translation_role(file.language, "html")))
        ),
        people=people,
        further=tuple(_further(episode, released.objects)),
        quote=episode.quote,
        outcomes=episode.learning.outcomes if episode.learning else (),
        chapters=chapters_of(episode, released.enclosure),
        interview=tuple((item.question, page_html(item.answer)) for item in episode.interview),
        links=episode.links,
    )
    html = render_episode(site, page, newer=newer, older=older)
    return of_bytes(page_key(episode.slug), html.encode())


def _shown(person: Person, pictures: dict[str, str], base_url: str) -> Person:
    """The person with the bio as plain text, and with a picture only if it was released: a page asks nobody
    else's server for anything."""
    image = pictures.get(person.image, person.image)
    return replace(person, image=image if image.startswith(base_url) else "", bio=plain_text(person.bio))


def _role(show: Show, role: str) -> str:
    return word(show.language, role) if role in ("host", "guest") else role


def _body(document: str) -> str:
    return document.partition("<body>\n")[2].rpartition("</body>")[0]
