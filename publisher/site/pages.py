"""The show's pages: HTML as a function of data, without scripts and without a request to anybody else.

Addresses within the show are relative, so that the pages work below any base URL and in the preview; only
what other machines read (canonical address, Open Graph) is absolute.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from publisher.model import Chapter, EpisodeType, Link, Person, Quote, Show
from publisher.words import direction, format_clock, format_date, format_duration, language_name, word

APPS = {
    "amazon": "Amazon Music",
    "antennapod": "AntennaPod",
    "apple": "Apple Podcasts",
    "castbox": "Castbox",
    "castro": "Castro",
    "deezer": "Deezer",
    "fountain": "Fountain",
    "iheart": "iHeart",
    "overcast": "Overcast",
    "playerfm": "Player FM",
    "pocketcasts": "Pocket Casts",
    "podcastaddict": "Podcast Addict",
    "podimo": "Podimo",
    "podverse": "Podverse",
    "spotify": "Spotify",
    "tunein": "TuneIn",
    "youtube": "YouTube",
}
"""What an app that `subscribe` names by its key is called."""

_META_LENGTH = 200


@dataclass(frozen=True, slots=True)
class PageEpisode:
    """What the pages need to know of one published episode.

    Attributes:
        published: aware, UTC.
        duration_seconds: of the enclosure; 0 where it is not known.
        url: the page's address relative to the base, `episodes/<slug>/`.
        enclosure_url, artwork_url, card_url, transcript_url: absolute, or keys relative to the base; empty
            where there is none.
        artwork_sizes: (pixels a side, address) of smaller ones, the smallest first.
        translations: (language, address) of the transcript in further languages, as a person reads it.
        notes_html, transcript_html: fragments that are safe already and go in as they are.
        further: (title, address) of the sound in further forms.
        people: who is heard, each with the label of the role: `(person, "Gjest")`.
        interview: written questions, each with its answer as a safe fragment.
    """

    slug: str
    title: str
    published: datetime
    url: str
    enclosure_url: str
    enclosure_type: str
    duration_seconds: float = 0.0
    code: str = ""
    number: int | None = None
    season: int | None = None
    type: EpisodeType = "full"
    summary: str = ""
    artwork_url: str = ""
    artwork_sizes: tuple[tuple[int, str], ...] = ()
    card_url: str = ""
    notes_html: str = ""
    transcript_html: str = ""
    transcript_url: str = ""
    translations: tuple[tuple[str, str], ...] = ()
    further: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[Person, str], ...] = ()
    quote: Quote | None = None
    outcomes: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    interview: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class SitePage:
    """What every page of a show needs.

    Attributes:
        base_url: public address of the published show, with or without a slash at its end.
        feed_url, artwork_url, card_url, style_url: absolute, or keys relative to the base.
        artwork_sizes: (pixels a side, address) of smaller ones, the smallest first.
        description_html: the show's description rendered and safe; empty: its text as it stands.
        episodes: those that are published, newest first. Only the home page lists them.
    """

    show: Show
    base_url: str
    feed_url: str
    style_url: str
    artwork_url: str = ""
    artwork_sizes: tuple[tuple[int, str], ...] = ()
    card_url: str = ""
    description_html: str = ""
    episodes: tuple[PageEpisode, ...] = ()


def stylesheet() -> tuple[str, bytes]:
    """The key and the bytes of the pages' style; the key holds the digest."""
    data = (resources.files("publisher.site") / "static" / "style.css").read_bytes()
    return f"site/style-{sha256(data).hexdigest()[:32]}.css", data


def render_home(site: SitePage) -> str:
    """The show's own page: what it is, how to subscribe, the newest episode and all of them."""
    description = (
        Markup(site.description_html) if site.description_html else _paragraphs(site.show.description)
    )
    return _render("home.html", site, page_url="", description=description, author=_author(site.show))


def render_episode(
    site: SitePage,
    episode: PageEpisode,
    *,
    newer: PageEpisode | None = None,
    older: PageEpisode | None = None,
) -> str:
    """An episode's page. `newer` and `older` are its neighbours in time, to go on to."""
    return _render("episode.html", site, page_url=episode.url, episode=episode, newer=newer, older=older)


def render_former(site: SitePage, *, page_url: str, target: str = "") -> str:
    """What stands where an episode's page was: that it was removed, or the way to where it is now.

    Args:
        page_url: the former page's address relative to the base.
        target: the page's address now, relative to the base; empty for an episode that was removed.
    """
    return _render("former.html", site, page_url=page_url, target=target)


def _render(template: str, site: SitePage, *, page_url: str, **values: object) -> str:
    language, base_url = site.show.language, site.base_url.rstrip("/") + "/"
    up = "../" * page_url.count("/")

    def here(address: str) -> str:
        key = _key(address, base_url)
        return _web(address) if key is None else (up + key or "./")

    def absolute(address: str) -> str:
        key = _key(address, base_url)
        return _web(address) if key is None else base_url + key

    return (
        _environment()
        .get_template(template)
        .render(
            site=site,
            show=site.show,
            page_url=page_url,
            here=here,
            absolute=absolute,
            web=_web,
            word=lambda key: word(language, key),
            date=lambda moment: format_date(language, moment, site.show.timezone),
            duration=lambda seconds: format_duration(language, seconds),
            direction=direction(language),
            **values,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("publisher.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    filters: dict[str, Callable[..., object]] = {
        "app": lambda link: APPS.get(link.title.lower(), link.title) or link.url,
        "clock": format_clock,
        "html": Markup,
        "instant": _instant,
        "iso_duration": lambda seconds: f"PT{int(seconds + 0.5)}S",
        "label": _label,
        "language_name": language_name,
        "listed": lambda chapters: [chapter for chapter in chapters if chapter.toc and chapter.title],
        "meta": _meta,
        "post": _post,
    }
    environment.filters.update(filters)
    return environment


def _key(address: str, base_url: str) -> str | None:
    """The address relative to the base, or None where it lies elsewhere."""
    if address == base_url.rstrip("/"):
        return ""
    if address.startswith(base_url):
        return address.removeprefix(base_url)
    return None if ":" in address.partition("/")[0] or address.startswith("/") else address


def _web(address: str) -> str:
    """The address, if it is one that a page may lead to; a `javascript:` one is not."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    return address if scheme in ("http", "https", "mailto") else ""


def _author(show: Show) -> str:
    return show.author or ", ".join(person.name for person in show.hosts)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _label(episode: PageEpisode) -> str:
    """What stands for the episode in a list: its code, else its number."""
    return episode.code or (f"{episode.number}" if episode.number is not None else "")


def _post(person: Person) -> str:
    return ", ".join(text for text in (person.title, person.organization) if text)


def _paragraphs(text: str) -> Markup:
    return Markup("\n").join(Markup("<p>{}</p>").format(part) for part in re.split(r"\n\s*\n", text) if part)


def _meta(text: str | Markup) -> str:
    """Plain text of one line, cut between words, for descriptions that other machines show."""
    plain = " ".join((text.striptags() if isinstance(text, Markup) else text).split())
    if len(plain) <= _META_LENGTH:
        return plain
    return plain[:_META_LENGTH].rpartition(" ")[0].rstrip(" ,.;:–-") + " …"
