"""What a show says in the podcast namespace alone: frozen types, as those of `publisher.model`.

https://podcastnamespace.org
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Blocks = tuple[tuple[str, bool], ...]
"""(service, whether it is to leave the show out); the service is empty where all are meant."""


@dataclass(frozen=True, slots=True)
class RemoteItem:
    """Another show, or one episode of it."""

    feed_guid: str
    feed_url: str = ""
    item_guid: str = ""
    medium: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a share of what listeners pay. `split` counts shares, not per cent."""

    address: str
    split: int
    name: str = ""
    type: str = "node"
    custom_key: str = ""
    custom_value: str = ""
    fee: bool = False


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Others are paid for a while: those of `remote_item`, or `recipients`."""

    start_seconds: float
    duration_seconds: float
    remote_start_seconds: float | None = None
    remote_percentage: int | None = None
    remote_item: RemoteItem | None = None
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """How listeners can pay. `suggested` is written as it stands: a float would make an exponent of it."""

    recipients: tuple[Recipient, ...]
    type: str = "lightning"
    method: str = "keysend"
    suggested: str = ""
    time_splits: tuple[TimeSplit, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """`image` is an address, or a file relative to the YAML file. `type` is a MIME type, `purpose` words with
    spaces between them."""

    image: str
    alt: str = ""
    aspect_ratio: str = ""
    width: int | None = None
    height: int | None = None
    type: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class ContentLink:
    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Txt:
    text: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class UpdateFrequency:
    """`rrule` is a recurrence rule of RFC 5545."""

    text: str = ""
    rrule: str = ""
    dtstart: datetime | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    server: str
    protocol: str
    account_id: str = ""
    space: str = ""


@dataclass(frozen=True, slots=True)
class Trailer:
    title: str
    url: str
    published: datetime
    length: int | None = None
    type: str = ""
    season: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A further place where an alternate enclosure lies; `content_type` is that of what is fetched there."""

    uri: str
    content_type: str = ""
