"""Elements that stand in the channel and in items alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from publisher import effective
from publisher.feed.namespace import Element, element, seconds
from publisher.model import Artwork, Funding, Person, Place, Social
from publisher.namespace import Chat, Image, Recipient, RemoteItem, TimeSplit, Txt, Value
from publisher.vocabulary import group_of, licenses

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc2822(moment: datetime) -> str:
    """In UTC: https://www.rssboard.org/rss-profile#data-types-datetime"""
    utc = moment.astimezone(UTC)
    day, month = _DAYS[utc.weekday()], _MONTHS[utc.month - 1]
    return f"{day}, {utc.day:02} {month} {utc.year:04} {utc.hour:02}:{utc.minute:02}:{utc.second:02} +0000"


def person_elements(people: list[tuple[Person, str]], picture_urls: dict[str, str]) -> Iterator[Element]:
    """`podcast:person` for each.

    Args:
        people: each with the role to be told.
        picture_urls: address by the name under which a picture stands in the YAML.
    """
    for person, role in people:
        group = person.group or group_of(role)
        yield element(
            "podcast:person",
            person.name,
            role=role.casefold(),
            group=group.casefold(),
            img=_address(person.image, picture_urls),
            href=person.url,
        )


def license_elements(license: str) -> Iterator[Element]:
    """The licence in the podcast namespace, Dublin Core and Creative Commons.

    Args:
        license: a slug, which stands as the text, or the address of a licence of one's own.
    """
    url = license if "://" in license else licenses().get(license.casefold(), "")
    yield element("podcast:license", license, url=url)
    if url:
        yield element("dcterms:license", url)
    if (urlsplit(url).hostname or "").removeprefix("www.") == "creativecommons.org":
        yield element("creativeCommons:license", url)


def funding_elements(funding: Iterable[Funding]) -> Iterator[Element]:
    for item in funding:
        yield element("podcast:funding", item.text or item.url, url=item.url)


def place_elements(places: Iterable[Place]) -> Iterator[Element]:
    """https://podcastnamespace.org/tag/location"""
    for place in places:
        yield element(
            "podcast:location", place.name, rel=place.rel, geo=place.geo, osm=place.osm, country=place.country
        )


def social_elements(social: tuple[Social, ...]) -> Iterator[Element]:
    """https://podcastnamespace.org/tag/social-interact; of several without a priority, the first is first."""
    unranked = len(social) > 1 and all(post.priority is None for post in social)
    for place, post in enumerate(social, start=1):
        if post.protocol == "disabled":
            yield element("podcast:socialInteract", protocol="disabled")
            continue
        yield element(
            "podcast:socialInteract",
            uri=post.url,
            protocol=post.protocol,
            accountId=post.account_id,
            accountUrl=post.account_url,
            priority=place if unranked else post.priority,
        )


def chat_elements(chat: Chat | None) -> Iterator[Element]:
    if chat:
        yield element(
            "podcast:chat",
            server=chat.server,
            protocol=chat.protocol,
            accountId=chat.account_id,
            space=chat.space,
        )


def txt_elements(txt: Iterable[Txt]) -> Iterator[Element]:
    for item in txt:
        yield element("podcast:txt", item.text, purpose=item.purpose)


def remote_item_element(item: RemoteItem, *, medium: str = "") -> Element:
    """https://podcastnamespace.org/tag/remote-item"""
    return element(
        "podcast:remoteItem",
        feedGuid=item.feed_guid,
        feedUrl=item.feed_url,
        itemGuid=item.item_guid,
        medium=medium or item.medium,
        title=item.title,
    )


def value_elements(values: Iterable[Value]) -> Iterator[Element]:
    """https://podcastnamespace.org/tag/value"""
    for value in values:
        inner = [*map(_recipient, value.recipients), *map(_time_split, value.time_splits)]
        yield element(
            "podcast:value", "", *inner, type=value.type, method=value.method, suggested=value.suggested
        )


def _recipient(recipient: Recipient) -> Element:
    return element(
        "podcast:valueRecipient",
        name=recipient.name,
        type=recipient.type,
        address=recipient.address,
        split=recipient.split,
        customKey=recipient.custom_key,
        customValue=recipient.custom_value,
        fee="true" if recipient.fee else "",
    )


def _time_split(split: TimeSplit) -> Element:
    inner = [remote_item_element(split.remote_item)] if split.remote_item else []
    started = split.remote_start_seconds
    return element(
        "podcast:valueTimeSplit",
        "",
        *(inner or map(_recipient, split.recipients)),
        startTime=seconds(split.start_seconds),
        duration=seconds(split.duration_seconds),
        remoteStartTime=None if started is None else seconds(started),
        remotePercentage=split.remote_percentage,
    )


def image_elements(
    artwork: Artwork | None,
    artwork_url: str,
    images: tuple[Image, ...],
    picture_urls: dict[str, str],
    *,
    artwork_sizes: tuple[tuple[int, str], ...] = (),
) -> Iterator[Element]:
    """`podcast:image` of the artwork and of every further picture, and what older apps read instead.

    Args:
        artwork: what is known of the artwork at `artwork_url`.
        images: as `publisher.effective.images` has them.
        picture_urls: address by the name under which a file stands in the YAML.
        artwork_sizes: (pixels a side, address) of smaller ones, the largest first.
    """
    squares: list[tuple[int | None, str]] = []
    if artwork_url:
        side = effective.artwork_side(artwork) if artwork else None
        size = {"width": str(side), "height": str(side), "type": "image/jpeg"} if side else {}
        attributes = {"href": artwork_url, "aspect-ratio": "1/1", **size, "purpose": "artwork"}
        yield Element("podcast:image", "", attributes, ())
        if side:
            squares.append((side, artwork_url))
    for image in images:
        url = _address(image.image, picture_urls)
        if url:
            yield _image_element(image, url)
            if _is_square(image):
                squares.append((image.width, url))
    # https://podcastnamespace.org/tag/images: deprecated, and all that older apps know.
    first = 1 if artwork_url and squares and squares[0][1] == artwork_url else 0
    squares[first:first] = artwork_sizes
    if squares:
        yield element("podcast:images", srcset=", ".join(f"{url} {width}w" for width, url in squares))


def _image_element(image: Image, url: str) -> Element:
    return element(
        "podcast:image",
        "",
        **{
            "href": url,
            "alt": image.alt,
            "aspect-ratio": image.aspect_ratio,
            "width": image.width,
            "height": image.height,
            "type": image.type,
            "purpose": image.purpose,
        },
    )


def _is_square(image: Image) -> bool:
    """Whether it is a picture of known width and as high."""
    still = not image.type or image.type.startswith("image/")
    square = image.width == image.height if image.height else image.aspect_ratio == "1/1"
    return bool(still and image.width and square)


def _address(image: str, picture_urls: dict[str, str]) -> str:
    """Where a picture is; empty for a file that was not released."""
    return picture_urls.get(image, image if "://" in image else "")
