"""The channel's elements out of the show. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from publisher import effective
from publisher.feed.namespace import Element, element
from publisher.model import Person, Show
from publisher.vocabulary import licenses


def channel_elements(show: Show, *, artwork_url: str) -> Iterator[Element]:
    """Apple's and the podcast namespace's elements of the channel.

    Args:
        show: settled (`publisher.planning.settle`).
        artwork_url: where the released artwork is.
    """
    yield from _apple(show, artwork_url)
    yield from _namespace(show)


def _apple(show: Show, artwork_url: str) -> Iterator[Element]:
    """https://help.apple.com/itc/podcasts_connect/#/itcb54353390"""
    author = effective.show_author(show)
    if author:
        yield element("itunes:author", author)
    for category in show.categories:
        name, _, sub = category.partition(" > ")
        inner = (element("itunes:category", text=sub),) if sub else ()
        yield element("itunes:category", "", *inner, text=name)
    yield element("itunes:explicit", str(show.explicit).lower())
    if artwork_url:
        yield element("itunes:image", href=artwork_url)
    if show.owner and (show.owner.name or show.owner.email):
        parts = [("itunes:name", show.owner.name), ("itunes:email", show.owner.email)]
        yield element("itunes:owner", "", *(element(name, text) for name, text in parts if text))
    yield element("itunes:type", show.type)
    if show.new_feed_url:
        yield element("itunes:new-feed-url", show.new_feed_url)
    if show.block:
        yield element("itunes:block", "Yes")
    if show.complete:
        yield element("itunes:complete", "Yes")


def _namespace(show: Show) -> Iterator[Element]:
    """https://podcastnamespace.org"""
    yield element("podcast:guid", show.guid)
    owner = show.owner.email if show.owner else ""
    yield element("podcast:locked", "yes" if show.locked else "no", owner=owner)
    yield element("podcast:medium", show.medium)
    if show.license:
        yield license_element(show.license)
    for funding in show.funding:
        yield element("podcast:funding", funding.text or funding.url, url=funding.url)
    yield from person_elements([(person, person.role or "host") for person in show.hosts], {})


def person_elements(people: list[tuple[Person, str]], picture_urls: dict[str, str]) -> Iterator[Element]:
    """`podcast:person` for each.

    Args:
        picture_urls: address by the name under which a picture stands in the YAML.
    """
    for person, role in people:
        image = picture_urls.get(person.image, person.image if "://" in person.image else "")
        yield element("podcast:person", person.name, role=role.casefold(), img=image, href=person.url)


def license_element(license: str) -> Element:
    """A slug stands as the text; a licence of one's own has its address as an attribute."""
    if "://" in license:
        return element("podcast:license", license, url=license)
    return element("podcast:license", license, url=licenses().get(license, ""))
