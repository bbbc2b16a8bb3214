"""What the podcast namespace's own mappings in podcast.yaml and episode.yaml take, and what they become."""

from __future__ import annotations

from publisher import model, namespace
from publisher.reading import accept
from publisher.reading.fields import Checked, Choice, Flag, InZone, Key, ListOf, Record, Text
from publisher.reading.fields import WholeNumber as Whole
from publisher.reading.kinds import Block, Known, Limited, Numbered, OneOrMany
from publisher.reading.times import parse_date
from publisher.vocabulary import CHAT_PROTOCOLS, MEDIA, SOCIAL_PROTOCOLS, groups, role_names, services

TEXT = Text()
NAME = Limited(128)
ADDRESS = Checked(accept.address, "a web address", "address", {"type": "string", "format": "uri"})
MEDIA_TYPE = Checked(accept.media_type, "a media type", "media-type")
OFFSET = Checked(accept.offset, "a time such as 12:34", "time", {"type": ["string", "number"], "minimum": 0})
FILE = Checked(accept.file_name, "a file's name", "file-name")
PICTURE = Checked(accept.address_or_file, "a file's name or a web address", "file-name")

ROLE = Known(role_names, "role of the Podcast Taxonomy", "person-role")
GROUP = Known(groups, "group of the Podcast Taxonomy", "person-group")
BLOCK = Block(Known(services, "service of the podcast namespace's list", "block-service"))
SEASONS = Numbered(NAME)

FUNDING = Record(
    model.Funding,
    (Key("url", ADDRESS, "Where to give", required=True), Key("text", NAME, "What stands there to click")),
    wanted="a mapping with url and text",
    short="url",
)
PLACE = Record(
    model.Place,
    (
        Key("name", NAME, "What the place is called", required=True),
        Key("geo", TEXT, "A geo URI: geo:59.91,10.75"),
        Key("osm", TEXT, "OpenStreetMap: R406091"),
        Key("rel", Choice(("subject", "creator")), "subject: what it is about; creator: where it was made"),
        Key("country", Checked(accept.country, "a country's code", "country"), "ISO 3166-1: NO"),
    ),
    "a place's name, or a mapping with name, geo, osm, rel, country",
    short="name",
)
SOCIAL = Record(
    model.Social,
    (
        Key("url", ADDRESS, "The post; needed unless protocol is disabled"),
        Key("protocol", Choice(SOCIAL_PROTOCOLS), "How to read it; disabled asks for no comments"),
        Key("account_id", TEXT, "Whose post it is: @ada"),
        Key("account_url", ADDRESS, "The account's page"),
        Key("priority", Whole(), "Which one apps show first: the lowest"),
    ),
    "a mapping with url, protocol, account_id, account_url, priority",
    short="url",
)
SOUNDBITE = Record(
    model.Soundbite,
    (
        Key("start", OFFSET, "Where it starts: 12:34, 1:02:03.5 or seconds", True, "start_seconds"),
        Key("duration", OFFSET, "How long it is: 0:45 or seconds", True, "duration_seconds"),
        Key("title", NAME, "What it is called"),
    ),
    wanted="a mapping with start, duration and title",
)
REMOTE_ITEM = Record(
    namespace.RemoteItem,
    (
        Key("feed_guid", Checked(accept.feed_guid, "a UUID", "guid"), "The other show's podcast:guid", True),
        Key("feed_url", ADDRESS, "Its feed's address"),
        Key("item_guid", Checked(accept.guid, "one word", "guid"), "The GUID of one episode of it"),
        Key("medium", Choice(MEDIA), "What the other show is"),
        Key("title", TEXT, "What it is called"),
    ),
    "a mapping with feed_guid, feed_url, item_guid, medium, title",
    short="feed_guid",
)
RECIPIENT = Record(
    namespace.Recipient,
    (
        Key("name", TEXT, "Who it is"),
        Key("type", TEXT, "node, or lnaddress; node unless said otherwise"),
        Key("address", TEXT, "Where the money goes: a node's key, or name@wallet.example", required=True),
        Key("split", Whole(), "How many shares", required=True),
        Key("custom_key", TEXT, "Name of a record that goes with each payment"),
        Key("custom_value", TEXT, "What stands in that record"),
        Key("fee", Flag(), "Whether it is a fee, taken off before the others share"),
    ),
    "a mapping with name, type, address, split, custom_key, custom_value, fee",
)
TIME_SPLIT = Record(
    namespace.TimeSplit,
    (
        Key("start", OFFSET, "From when on others are paid", True, "start_seconds"),
        Key("duration", OFFSET, "How long", True, "duration_seconds"),
        Key("remote_start", OFFSET, "Where in the remote item it starts", False, "remote_start_seconds"),
        Key("remote_percentage", Whole(0, 100), "How much of the payment goes there"),
        Key("remote_item", REMOTE_ITEM, "Whose recipients are paid"),
        Key("recipients", OneOrMany(RECIPIENT), "Or who is paid"),
    ),
    "a mapping with start, duration, and remote_item or recipients",
    one_of=("remote_item", "recipients"),
)
_VALUE_KEYS = (
    Key("type", TEXT, "The payment layer; lightning unless said otherwise"),
    Key("method", TEXT, "How it is paid; keysend unless said otherwise"),
    Key("suggested", Checked(accept.decimal, "a number", "type"), "A suggestion: 0.00000015000"),
    Key("recipients", OneOrMany(RECIPIENT), "Who gets how much", required=True),
)
VALUE = Record(namespace.Value, _VALUE_KEYS, "a mapping with type, method, suggested, recipients")
EPISODE_VALUE = Record(
    namespace.Value,
    (*_VALUE_KEYS, Key("time_splits", OneOrMany(TIME_SPLIT), "Times in which others are paid")),
    "a mapping with type, method, suggested, recipients, time_splits",
)
IMAGE = Record(
    namespace.Image,
    (
        Key("image", PICTURE, "A file beside the YAML file, or an address", required=True),
        Key("alt", TEXT, "What is to be seen, for those who do not see it"),
        Key("aspect_ratio", Checked(accept.aspect_ratio, "a ratio such as 16/9", "value"), "16/9"),
        Key("width", Whole(), "In pixels; found in a JPEG or PNG file"),
        Key("height", Whole(), "In pixels; found in a JPEG or PNG file"),
        Key("type", MEDIA_TYPE, "image/webp, video/mp4, …; worked out from a file"),
        Key("purpose", NAME, "What for: artwork social canvas banner publisher circular poster"),
    ),
    "a file's name, an address, or a mapping with image, alt, aspect_ratio, width, height, type, purpose",
    short="image",
)
CONTENT_LINK = Record(
    namespace.ContentLink,
    (
        Key("url", ADDRESS, "Where the same is to be had", required=True),
        Key("text", TEXT, "What stands there to click"),
    ),
    "a mapping with url and text",
    short="url",
)
TXT = Record(
    namespace.Txt,
    (
        Key("text", Limited(4000), "Any text", required=True),
        Key("purpose", NAME, "Who it is for: verify, applepodcastsverify, ai-content, …"),
    ),
    "a text, or a mapping with text and purpose",
    short="text",
)
CHAT = Record(
    namespace.Chat,
    (
        Key("server", Checked(accept.host, "a host's name", "address"), "irc.example.org", required=True),
        Key("protocol", Choice(CHAT_PROTOCOLS), "How to talk to it", required=True),
        Key("account_id", TEXT, "The show's own account there"),
        Key("space", TEXT, "The room"),
    ),
    "a mapping with server, protocol, account_id, space",
)
TRAILER = Record(
    namespace.Trailer,
    (
        Key("title", NAME, "What it is called", required=True),
        Key("url", ADDRESS, "Where it lies", required=True),
        Key("published", InZone(parse_date), "When it went out", required=True),
        Key("length", Whole(), "In bytes"),
        Key("type", MEDIA_TYPE, "audio/mpeg, video/mp4, …"),
        Key("season", Whole(), "The season that it is of"),
    ),
    "a mapping with title, url, published, length, type, season",
)
UPDATE_FREQUENCY = Record(
    namespace.UpdateFrequency,
    (
        Key("text", NAME, "In words: Every Monday"),
        Key("rrule", Checked(accept.rrule, "a recurrence rule", "rrule"), "FREQ=WEEKLY;BYDAY=MO (RFC 5545)"),
        Key("dtstart", InZone(parse_date), "From when on"),
        Key("complete", Flag(), "Whether no episode will follow; as the show's complete"),
    ),
    "a text, or a mapping with text, rrule, dtstart, complete",
    short="text",
    one_of=("text", "rrule", "complete"),
)
SOURCE = Record(
    namespace.Source,
    (
        Key(
            "uri",
            Checked(accept.source_uri, "an address", "address"),
            "https, ipfs, ipns or magnet",
            required=True,
        ),
        Key("content_type", MEDIA_TYPE, "What is fetched there, if it is not the file itself"),
    ),
    "an address, or a mapping with uri and content_type",
    short="uri",
)
ALTERNATE = Record(
    model.Alternate,
    (
        Key(
            "file", Checked(accept.file_name, "a file's name", "file-name"), "A file of the episode's folder"
        ),
        Key("url", ADDRESS, "Or the address where it lies"),
        Key("type", MEDIA_TYPE, "audio/opus, video/mp4, …"),
        Key("title", Limited(32), "What a listener reads before choosing it"),
        Key("bitrate", Whole(), "In bits per second"),
        Key("language", Checked(accept.language, "a language tag", "language"), "BCP 47"),
        Key("height", Whole(), "Of a video, in pixels"),
        Key("rel", Limited(32), "Which ones belong together: a word of your own"),
        Key("codecs", TEXT, "RFC 6381: opus, avc1.640028"),
        Key("default", Flag(), "Whether it is the main enclosure by another way"),
        Key("sources", ListOf(SOURCE), "Further places where the same bytes lie"),
    ),
    wanted="a mapping with file or url",
    one_of=("file", "url"),
)
