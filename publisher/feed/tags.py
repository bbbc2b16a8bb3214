"""Every tag and attribute that a feed of ours can hold, and what it is made from. Pure.

Made into docs/tags.md, and held against the feed of a show that uses everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, or one attribute of it (`channel/itunes:image@href`).

    Attributes:
        path: below `rss`, with the prefixes of `publisher.feed.namespace`.
        origin: the key that says it, or what it is worked out from.
    """

    path: str
    origin: str

    @property
    def asked_by(self) -> str:
        """Who laid the tag down."""
        name = self.path.partition("@")[0].rpartition("/")[2]
        return _SPECIFICATIONS[name.rpartition(":")[0]]


_SPECIFICATIONS: Final = {
    "": "RSS 2.0",
    "atom": "Atom",
    "fh": "RFC 5005",
    "content": "RSS content module",
    "itunes": "Apple",
    "podcast": "podcast namespace",
    "dc": "Dublin Core",
    "dcterms": "Dublin Core",
    "creativeCommons": "Creative Commons",
    "psc": "Podlove Simple Chapters",
}

PSP1: Final = frozenset(
    (
        *("channel/atom:link@rel", "channel/title", "channel/description", "channel/link"),
        *("channel/language", "channel/itunes:category", "channel/itunes:explicit", "channel/itunes:image"),
        *("channel/podcast:locked", "channel/podcast:guid", "channel/itunes:author", "channel/copyright"),
        *("channel/podcast:txt", "channel/podcast:funding", "channel/itunes:type"),
        *("channel/itunes:complete", "item/title", "item/enclosure", "item/guid", "item/link"),
        *("item/pubDate", "item/description", "item/itunes:duration", "item/itunes:image"),
        *("item/itunes:explicit", "item/podcast:transcript", "item/itunes:episode", "item/itunes:season"),
        *("item/itunes:episodeType", "item/itunes:block"),
    )
)
"""What PSP-1 names: https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"""


def _tags(table: str) -> tuple[Tag, ...]:
    """One line for each tag: its path, two spaces or more, what it is made from.

    `+` in front stands for the tag above it, with `@` for an attribute of it.
    """
    found: list[Tag] = []
    above = ""
    for line in filter(None, map(str.strip, table.splitlines())):
        path, _, origin = line.partition("  ")
        if path.startswith("+"):
            path = above + path[1:]
        else:
            above = path
        found.append(Tag(path, origin.strip()))
    return tuple(found)


def _shared(place: str) -> str:
    """Tags that the channel and items have in common."""
    return f"""
        {place}/podcast:license         `license`
        +@url                           the licence's text, by its slug; or `license` itself
        {place}/dcterms:license         the licence's text
        {place}/creativeCommons:license  the licence's text, for one of Creative Commons
        {place}/podcast:funding         `funding.text`
        +@url                           `funding.url`
        {place}/podcast:value           `value`
        +@type                          `value.type`
        +@method                        `value.method`
        +@suggested                     `value.suggested`
        {place}/podcast:value/podcast:valueRecipient  `value.recipients`
        +@name                          `value.recipients.name`
        +@type                          `value.recipients.type`
        +@address                       `value.recipients.address`
        +@split                         `value.recipients.split`
        +@customKey                     `value.recipients.custom_key`
        +@customValue                   `value.recipients.custom_value`
        +@fee                           `value.recipients.fee`
        {place}/podcast:person          {_PERSON[place]}
        +@role                          `role`; host and guest by their lists
        +@group                         `group`; worked out from the role
        +@img                           `image`
        +@href                          `url`
        {place}/podcast:image           the artwork, and `images`
        +@href                          `images.image`
        +@alt                           `images.alt`
        +@aspect-ratio                  `images.aspect_ratio`; 1/1 for the artwork
        +@width                         found in the file; `images.width`
        +@height                        found in the file; `images.height`
        +@type                          found in the file; `images.type`
        +@purpose                       `images.purpose`; artwork for the artwork
        {place}/podcast:images          older form of podcast:image
        +@srcset                        the artwork in all its sizes, square `images` of known width
        {place}/podcast:location        `location.name`
        +@rel                           `location.rel`
        +@geo                           `location.geo`
        +@osm                           `location.osm`
        +@country                       `location.country`
        {place}/podcast:socialInteract  `social`
        +@uri                           `social.url`
        +@protocol                      `social.protocol`
        +@accountId                     `social.account_id`
        +@accountUrl                    `social.account_url`
        +@priority                      `social.priority`; by their order where none has one
        {place}/podcast:chat            `chat`
        +@server                        `chat.server`
        +@protocol                      `chat.protocol`
        +@accountId                     `chat.account_id`
        +@space                         `chat.space`
        {place}/podcast:txt             `txt.text`
        +@purpose                       `txt.purpose`
    """


def _remote(path: str, key: str, *, medium: str = "") -> str:
    return f"""
        {path}/podcast:remoteItem       `{key}`
        +@feedGuid                      `{key}.feed_guid`
        +@feedUrl                       `{key}.feed_url`
        +@itemGuid                      `{key}.item_guid`
        +@medium                        {medium or f"`{key}.medium`"}
        +@title                         `{key}.title`
    """


_PERSON: Final = {"channel": "`hosts`", "item": "`hosts` (the show's unless said), `guests`, `people`"}

CHANNEL: Final = _tags(
    """
        channel/title                   `title`
        channel/link                    `link`; the generated site
        channel/description             `description`
        channel/atom:link               the feed's own address, `notify.websub`, archive pages (`feed.limit`)
        +@rel                           self, hub; first, next, last, prev-archive, current (`feed.limit`)
        +@href                          `feed_url`, or `url` + feed.xml; `notify.websub`; an archive page
        +@type                          always application/rss+xml, but of hubs
        channel/fh:archive              on archive pages (`feed.limit`)
        channel/copyright               `copyright`
        channel/docs                    where RSS is described
        channel/generator               publisher
        channel/image                   the artwork
        channel/image/url               the artwork's address
        channel/image/title             `title`
        channel/image/link              `link`
        channel/language                `language`
        channel/lastBuildDate           when the newest episode went out
        channel/managingEditor          `owner`: email (name)
        channel/pubDate                 when the newest episode went out
        channel/ttl                     `feed.ttl`
        channel/webMaster               `web_master`; `owner` unless said
        channel/category                `categories`
        channel/itunes:title            `title`
        channel/itunes:author           `author`; the hosts' names
        channel/itunes:category         `categories`
        +@text                          `categories`
        channel/itunes:category/itunes:category  `categories`, after the >
        +@text                          `categories`, after the >
        channel/itunes:explicit         `explicit`
        channel/itunes:image            the artwork
        +@href                          the artwork's address
        channel/itunes:owner            `owner`
        channel/itunes:owner/itunes:name  `owner.name`
        channel/itunes:owner/itunes:email  `owner.email`
        channel/itunes:type             `type`
        channel/itunes:new-feed-url     `new_feed_url`
        channel/itunes:block            `block`, where it means all
        channel/itunes:complete         `complete`
        channel/podcast:guid            `guid`; worked out once, then kept
        channel/podcast:locked          `locked`
        +@owner                         `owner.email`
        channel/podcast:medium          `medium`
        channel/podcast:block           `block`
        +@id                            the service that `block` names
        channel/podcast:podping         `notify.podping`
        +@usesPodping                   `notify.podping`
        channel/podcast:updateFrequency  `update_frequency.text`
        +@rrule                         `update_frequency.rrule`
        +@dtstart                       `update_frequency.dtstart`
        +@complete                      `update_frequency.complete`; `complete`
        channel/podcast:trailer         `trailer.title`; each episode of `type: trailer`
        +@url                           `trailer.url`; the episode's enclosure
        +@pubdate                       `trailer.published`; the episode's
        +@length                        `trailer.length`; the enclosure's
        +@type                          `trailer.type`; the enclosure's
        +@season                        `trailer.season`; the episode's
        channel/podcast:publisher       `publisher`
        channel/podcast:podroll         `podroll`
    """
    + _remote("channel/podcast:publisher", "publisher", medium="always publisher")
    + _remote("channel/podcast:podroll", "podroll")
    + _remote("channel", "remote_item")
    + _shared("channel")
)

ITEM: Final = _tags(
    """
        item/title                      `title`
        item/link                       `link`; the generated page
        item/description                `summary`; the notes' first paragraph
        item/content:encoded            the show notes, and what belongs to them
        item/guid                       `guid`; worked out once, then kept
        +@isPermaLink                   always false
        item/enclosure                  the audio
        +@url                           the audio's address
        +@length                        found in the released audio
        +@type                          found in the audio
        item/pubDate                    `published`
        item/category                   `keywords`, and the values of `taxonomies`
        +@domain                        the key of `taxonomies`
        item/comments                   the first `social.url`
        item/dc:creator                 `author`; the hosts' names, or the show's author
        item/dc:rights                  the name of the episode's licence
        item/itunes:title               `title`
        item/itunes:author              `author`; the hosts' names, or the show's author
        item/itunes:duration            found in the audio
        item/itunes:explicit            `explicit`; the show's
        item/itunes:episodeType         `type`
        item/itunes:season              `season`
        item/itunes:episode             `number`
        item/itunes:image               the episode's artwork
        +@href                          the artwork's address
        item/itunes:keywords            `keywords`
        item/itunes:block               `block`
        item/podcast:season             `season`
        +@name                          `seasons` of the show
        item/podcast:episode            `number`
        +@display                       `code`
        item/podcast:transcript         the transcript, in each of its forms
        +@url                           the transcript's address
        +@type                          the form
        +@language                      `language` of the show
        +@rel                           captions, where it has times
        item/podcast:chapters           `chapters`; those in the audio
        +@url                           the chapters' address
        +@type                          always application/json+chapters
        item/podcast:soundbite          `soundbites.title`
        +@startTime                     `soundbites.start`
        +@duration                      `soundbites.duration`
        item/podcast:contentLink        `content_link.text`
        +@href                          `content_link.url`
        item/podcast:alternateEnclosure  `alternates`, and the audio itself beside them
        +@type                          `alternates.type`; worked out from the name
        +@length                        found in the file
        +@bitrate                       `alternates.bitrate`; found in the audio
        +@height                        `alternates.height`
        +@lang                          `alternates.language`
        +@title                         `alternates.title`
        +@rel                           `alternates.rel`
        +@codecs                        `alternates.codecs`
        +@default                       `alternates.default`; else the audio itself
        item/podcast:alternateEnclosure/podcast:integrity  SHA-256 of the released file
        +@type                          always sri
        +@value                         SHA-256 of the released file
        item/podcast:alternateEnclosure/podcast:source  where it lies
        +@uri                           `alternates.file`, `alternates.url`, `alternates.sources.uri`
        +@contentType                   `alternates.sources.content_type`
        item/podcast:value/podcast:valueTimeSplit  `value.time_splits`
        +@startTime                     `value.time_splits.start`
        +@duration                      `value.time_splits.duration`
        +@remoteStartTime               `value.time_splits.remote_start`
        +@remotePercentage              `value.time_splits.remote_percentage`
        item/podcast:value/podcast:valueTimeSplit/podcast:valueRecipient  `value.time_splits.recipients`
        +@name                          `value.time_splits.recipients.name`
        +@type                          `value.time_splits.recipients.type`
        +@address                       `value.time_splits.recipients.address`
        +@split                         `value.time_splits.recipients.split`
        +@customKey                     `value.time_splits.recipients.custom_key`
        +@customValue                   `value.time_splits.recipients.custom_value`
        +@fee                           `value.time_splits.recipients.fee`
        item/psc:chapters               `chapters`; those in the audio
        +@version                       always 1.2
        item/psc:chapters/psc:chapter   chapters that have a title and are not hidden
        +@start                         `chapters.start`
        +@title                         `chapters.title`
        +@href                          `chapters.url`
        +@image                         `chapters.image`
    """
    + _remote("item/podcast:value/podcast:valueTimeSplit", "value.time_splits.remote_item")
    + _shared("item")
)
