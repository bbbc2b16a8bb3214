"""What a show is: frozen types, no behaviour that touches disk, network or clock.

Units stand in the names: `_seconds` are floats, `_bytes` whole numbers. Every `datetime` is aware
and in UTC. Sequences are tuples. Text is NFC, stripped, and holds nothing that XML cannot carry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from publisher.namespace import (
    Blocks,
    Chat,
    ContentLink,
    Image,
    RemoteItem,
    Source,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)

EpisodeType = Literal["full", "trailer", "bonus"]
ShowType = Literal["episodic", "serial"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody heard or at work in an episode.

    `role` is a role of the Podcast Taxonomy (`host`, `guest`, `editor`, …); hosts and guests have
    theirs by the list they stand in. `group` is one of the taxonomy too; empty where the role tells it.
    `image` is an address, or a file relative to the YAML file.
    """

    name: str
    role: str = ""
    organization: str = ""
    title: str = ""
    url: str = ""
    image: str = ""
    bio: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the show towards the directories."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A titled address. For `subscribe`, `title` is the app's key (`apple`) or any text."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Funding:
    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """`geo` is an RFC 5870 geo URI without obligation to be exact; `osm` an OpenStreetMap id; `rel` is
    `subject` (what it is about) or `creator` (where it was made); `country` an ISO 3166-1 code."""

    name: str
    geo: str = ""
    osm: str = ""
    rel: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """`image` is an address or a file in the episode's folder; `image_data` a picture that stood
    inside the audio. `toc=False` hides the chapter from lists (podcast namespace chapters 1.2), and
    `location` is a place on the way of a walk."""

    start_seconds: float
    title: str = ""
    url: str = ""
    image: str = ""
    toc: bool = True
    end_seconds: float | None = None
    location: Place | None = None


@dataclass(frozen=True, slots=True)
class Soundbite:
    start_seconds: float
    duration_seconds: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the written interview; `answer` is Markdown."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """`answer` is the right choice's place, counted from 0."""

    question: str
    choices: tuple[str, ...]
    answer: int
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Learning:
    """`reflection` is Markdown; `pass_share` the share of right answers that earns the certificate."""

    outcomes: tuple[str, ...] = ()
    reflection: str = ""
    quiz: tuple[QuizQuestion, ...] = ()
    pass_share: float = 0.8


@dataclass(frozen=True, slots=True)
class Social:
    """The root post for comments, as `podcast:socialInteract` wants it. The protocol `disabled`, which has no
    address, asks apps to show no comments."""

    url: str = ""
    protocol: str = "activitypub"
    account_id: str = ""
    account_url: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Alternate:
    """A further enclosure: a file of the episode's folder, or an address, and the other places where the same
    bytes lie. `default` says that it is the same as the main enclosure."""

    file: str = ""
    url: str = ""
    type: str = ""
    title: str = ""
    bitrate: int | None = None
    language: str = ""
    height: int | None = None
    rel: str = ""
    codecs: str = ""
    default: bool = False
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A producer's file as it lies in the show folder.

    Attributes:
        path: relative to the show folder, POSIX separators.
        digest: SHA-256 of its bytes, lowercase hexadecimal.
        length_bytes: its size.
    """

    path: str
    digest: str
    length_bytes: int


@dataclass(frozen=True, slots=True)
class Audio:
    """The audio of an episode: where it lies and what was found in it.

    Attributes:
        source: the producer's file.
        type: MIME type of the content: `audio/mpeg`, `audio/mp4`, `audio/wav`, `video/mp4` and so on.
        duration_seconds: of the sound itself, found by walking the frames.
        bitrate: mean, in bits per second.
        sample_rate: in Hz.
        channels: 1 or 2; more in some masters.
        chapters: those inside the file.
        codec: `mp3`, `aac`, `pcm`, `flac`, `opus` and so on.
        bitrate_mode: `constant` or `variable`; empty where nothing can be said.
        bits_per_sample: of what is stored without loss; 0 for the other codecs.
        has_artwork: whether there is a picture of the whole in it.
        has_video: whether there are moving pictures in it.
    """

    source: SourceFile
    type: str
    duration_seconds: float
    bitrate: int = 0
    sample_rate: int = 0
    channels: int = 0
    chapters: tuple[Chapter, ...] = ()
    codec: str = ""
    bitrate_mode: str = ""
    bits_per_sample: int = 0
    has_artwork: bool = False
    has_video: bool = False


@dataclass(frozen=True, slots=True)
class Artwork:
    """`type` is the MIME type of what the bytes are, whatever the name says; `mode` Pillow's word for the
    colours (`RGB`, `CMYK`, `RGBA`, …)."""

    source: SourceFile
    type: str
    width: int
    height: int
    mode: str = "RGB"


TranscriptKind = Literal["vtt", "srt", "json", "txt", "md"]


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    """A transcript as it lies in the folder. Its text is read when it is needed and not kept:
    ten thousand transcripts do not fit in memory.

    Attributes:
        timed: whether it carries times (VTT, SRT, JSON).
        speakers: names as they stand in it, in order of appearance.
        end_seconds: end of the last cue, None for a plain one.
        language: BCP 47; empty for the show's.
    """

    source: SourceFile
    kind: TranscriptKind
    timed: bool
    speakers: tuple[str, ...] = ()
    end_seconds: float | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What to deliver (`audio` of podcast.yaml); empty means: keep what was given."""

    format: str = ""
    bitrate: int | None = None
    channels: int | None = None
    loudness: float | Literal["off"] | None = None
    alternates: tuple[AudioFormat, ...] = ()


@dataclass(frozen=True, slots=True)
class Colors:
    """Colours that the show sets, each `#rrggbb`; empty where its artwork gives them."""

    accent: str = ""
    background: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address of the producer's that is told.

    Attributes:
        on: of what: `release`, `failure`, `upcoming`.
        secret: name of the environment variable that holds what the message is signed with; empty for none.
    """

    url: str
    on: tuple[str, ...] = ("release", "failure")
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """E-mail addresses that are told, in one message; `on` as a webhook has it."""

    to: tuple[str, ...]
    on: tuple[str, ...] = ("release", "failure")


@dataclass(frozen=True, slots=True)
class Notify:
    """Whom to tell: the first two, that the feed is new; the others, what became of the show."""

    websub: tuple[str, ...] = ()
    podping: bool = False
    webhooks: tuple[Webhook, ...] = ()
    email: tuple[Mail, ...] = ()


@dataclass(frozen=True, slots=True)
class Mastodon:
    """`token` is the name of the environment variable that holds the access token."""

    server: str
    token: str


@dataclass(frozen=True, slots=True)
class Bluesky:
    """`password` is the name of the environment variable that holds an app password."""

    handle: str
    password: str
    server: str = "https://bsky.social"


@dataclass(frozen=True, slots=True)
class Announce:
    """Where a new episode is announced, and how: `text` has places for {title}, {url} and {show}."""

    mastodon: Mastodon | None = None
    bluesky: Bluesky | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PrivateFeed:
    """A feed for members (`feeds` of podcast.yaml).

    Attributes:
        secret: name of the environment variable that holds the secret its address is made from.
        title: of the show as members see it.
        early_seconds: how long before the public members hear an episode.
        episodes: slugs of those that it holds; empty for all.
    """

    name: str
    secret: str
    title: str = ""
    early_seconds: float = 0.0
    episodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode folder, read. Defaults that come from the show are not filled in here:
    `publisher.effective` answers what holds for an episode."""

    slug: str
    title: str
    published: datetime | None = None
    number: int | None = None
    season: int | None = None
    code: str = ""
    type: EpisodeType = "full"
    summary: str = ""
    guid: str = ""
    explicit: bool | None = None
    author: str = ""
    link: str = ""
    block: bool | None = None
    license: str = ""
    hosts: tuple[Person, ...] | None = None
    guests: tuple[Person, ...] = ()
    people: tuple[Person, ...] = ()
    quote: Quote | None = None
    location: tuple[Place, ...] = ()
    taxonomies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    keywords: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...] | None = None
    soundbites: tuple[Soundbite, ...] = ()
    links: tuple[Link, ...] = ()
    interview: tuple[Question, ...] = ()
    learning: Learning | None = None
    related: tuple[str, ...] = ()
    next: str = ""
    social: tuple[Social, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    feeds: tuple[str, ...] = ()
    """Names of the private feeds that alone hold it; empty for an episode that everybody may hear."""
    funding: tuple[Funding, ...] = ()
    value: tuple[Value, ...] = ()
    images: tuple[Image, ...] = ()
    content_link: tuple[ContentLink, ...] = ()
    txt: tuple[Txt, ...] = ()
    chat: Chat | None = None
    notes: str = ""
    audio: Audio | None = None
    audio_name: str = ""
    """The name under which episode.yaml asks for audio that is not there."""
    audio_pointer: str = ""
    """SHA-256 of the audio where Git LFS has only left a pointer to it; `audio` is None then."""
    artwork: Artwork | None = None
    transcript: TranscriptFile | None = None
    translations: tuple[TranscriptFile, ...] = ()
    """Transcripts in further languages, ordered by these."""
    chapters_file: str = ""
    """The file of the folder that `chapters` were read from; empty where they stand in episode.yaml, or in
    none of its files."""
    pictures: tuple[tuple[str, SourceFile], ...] = ()
    """Files that persons and chapters of this episode name: (name as written, file)."""
    image_files: tuple[tuple[str, Artwork], ...] = ()
    """Files that `images` names; without width and height where they are no JPEG and no PNG."""
    alternate_files: tuple[tuple[str, SourceFile], ...] = ()
    """Files of `alternates` that are in the folder; those of a published episode may have left it."""
    unreadable: tuple[str, ...] = ()
    """Parts that are there but could not be read (`audio`, `artwork`, …): the problem is already
    reported, so that no rule complains about their absence."""


@dataclass(frozen=True, slots=True)
class Show:
    """One show folder, read: all of podcast.yaml and every episode, ordered by slug.

    Attributes:
        folder: the show folder's name as problems and paths name it.
        timezone: IANA name in which dates without an offset were read.
    """

    folder: str
    title: str
    description: str
    language: str
    categories: tuple[str, ...] = ()
    url: str = ""
    link: str = ""
    author: str = ""
    owner: Owner | None = None
    explicit: bool = False
    type: ShowType = "episodic"
    timezone: str = "UTC"
    copyright: str = ""
    license: str = ""
    guid: str = ""
    feed_url: str = ""
    new_feed_url: str = ""
    locked: bool = True
    complete: bool = False
    block: bool | Blocks = False
    medium: str = "podcast"
    funding: tuple[Funding, ...] = ()
    hosts: tuple[Person, ...] = ()
    subscribe: tuple[Link, ...] = ()
    taxonomies: tuple[tuple[str, str], ...] = ()
    audio: AudioFormat = field(default_factory=AudioFormat)
    web_master: Owner | None = None
    seasons: tuple[tuple[int, str], ...] = ()
    location: tuple[Place, ...] = ()
    social: tuple[Social, ...] = ()
    value: tuple[Value, ...] = ()
    images: tuple[Image, ...] = ()
    txt: tuple[Txt, ...] = ()
    chat: Chat | None = None
    trailer: tuple[Trailer, ...] = ()
    update_frequency: UpdateFrequency | None = None
    podroll: tuple[RemoteItem, ...] = ()
    publisher: RemoteItem | None = None
    remote_item: tuple[RemoteItem, ...] = ()
    feed_limit: int | None = None
    feed_lean: bool = False
    feed_gzip: bool = False
    feeds: tuple[PrivateFeed, ...] = ()
    private: bool = False
    """Whether it is the show as one of its private feeds has it."""
    feed_ttl: int | None = None
    publish_to: str = ""
    publish_endpoint: str = ""
    inbox: str = ""
    """Where new episodes are dropped: a folder, or a prefix of a bucket."""
    notify: Notify = field(default_factory=Notify)
    announce: Announce = Announce()
    artwork: Artwork | None = None
    pictures: tuple[tuple[str, SourceFile], ...] = ()
    image_files: tuple[tuple[str, Artwork], ...] = ()
    fonts: tuple[SourceFile, ...] = ()
    """Of `theme/fonts`, for cards in scripts that the fonts which ship with publisher lack."""
    colors: Colors = Colors()
    words: tuple[tuple[str, str], ...] = ()
    """The show's own texts in place of fixed words, by their keys: of `theme/words.yaml`, in its language."""
    theme: tuple[tuple[str, str], ...] = ()
    """Text by name within the `theme` folder: `style.css`, `templates/episode.html`."""
    unreadable: tuple[str, ...] = ()
    episodes: tuple[Episode, ...] = ()
