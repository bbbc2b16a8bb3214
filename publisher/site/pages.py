"""The show's pages: HTML as a function of data, without a request to anybody else.

Addresses within the show are relative, so that the pages work below any base URL and in the preview; only
what other machines read (canonical address, Open Graph) is absolute. Everything can be read without scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from publisher import effective
from publisher.site.data import Group, GroupPage, PageEpisode, Section, SitePage
from publisher.site.environment import rendered

NEWEST = 24
"""Episodes that the home page lists; the archive has all of them."""

WAYS = 18
"""Topics, people and so on of each kind that the home page leads to; the page of topics has all of them."""


def render_home(
    site: SitePage,
    episodes: Sequence[PageEpisode],
    count: int,
    sections: Sequence[Section],
    *,
    linked_data: str = "",
) -> str:
    """The show's own page: what it is, how to subscribe, the newest episodes, the ways to the others.

    Args:
        episodes: the newest ones, newest first.
        count: how many there are.
    """
    show = site.show
    description = Markup(site.description_html) if site.description_html else _paragraphs(show.description)
    return rendered(
        "home.html",
        site,
        page_url="",
        description=description,
        author=effective.show_author(show),
        episodes=episodes,
        count=count,
        sections=sections,
        linked_data=linked_data,
    )


def render_episode(
    site: SitePage,
    episode: PageEpisode,
    *,
    newer: PageEpisode | None = None,
    older: PageEpisode | None = None,
    following: PageEpisode | None = None,
    related: Sequence[PageEpisode] = (),
) -> str:
    """An episode's page.

    Args:
        newer, older: its neighbours in time, to go on to.
        following: what to hear next.
        related: others that have something in common with it.
    """
    return rendered(
        "episode.html",
        site,
        page_url=episode.url,
        episode=episode,
        newer=newer,
        older=older,
        following=following,
        related=related,
    )


def render_embed(site: SitePage, episode: PageEpisode) -> str:
    """The player alone, for a frame in somebody else's page."""
    return rendered("embed.html", site, page_url=f"{episode.url}embed/", episode=episode)


def render_answers(site: SitePage, episode: PageEpisode) -> str:
    """The quiz with its answers, for readers without scripts."""
    return rendered("answers.html", site, page_url=f"{episode.url}answers/", episode=episode)


def render_group(
    site: SitePage,
    group: Group,
    page: GroupPage,
    episodes: Sequence[PageEpisode],
    *,
    linked_data: str = "",
) -> str:
    """The episodes of a topic, a person, an organisation, a season or a year, or all: a page of them."""
    return rendered(
        "group.html",
        site,
        page_url=page.url,
        group=group,
        page=page,
        episodes=episodes,
        linked_data=linked_data,
    )


def render_topics(site: SitePage, sections: Sequence[Section]) -> str:
    """Every group there is, each with its number of episodes."""
    return rendered("topics.html", site, page_url="topics/", sections=sections)


def render_search(site: SitePage) -> str:
    return rendered("search.html", site, page_url="search/")


def render_certificate(site: SitePage) -> str:
    """Where the certificate of a quiz is made, by the reader's own browser."""
    return rendered("certificate.html", site, page_url="certificate/")


def render_not_found(site: SitePage) -> str:
    """What a store shows for addresses at which there is nothing."""
    return rendered("not_found.html", site, page_url="404.html", anywhere=True)


def render_former(site: SitePage, *, page_url: str, target: str = "") -> str:
    """What stands where an episode's page was: that it was removed, or the way to where it is now.

    Args:
        page_url: the former page's address relative to the base.
        target: the page's address now, relative to the base; empty for an episode that was removed.
    """
    return rendered("former.html", site, page_url=page_url, target=target)


def _paragraphs(text: str) -> Markup:
    return Markup("\n").join(Markup("<p>{}</p>").format(part) for part in re.split(r"\n\s*\n", text) if part)
