"""The two tables: every key of podcast.yaml and of episode.yaml, what it takes, and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from publisher import model
from publisher.reading import accept
from publisher.reading.characters import printable
from publisher.reading.fields import (
    ABSENT,
    Checked,
    Choice,
    Flag,
    InZone,
    Key,
    ListOf,
    MapOf,
    Number,
    OrWord,
    Reading,
    Record,
    Text,
    WholeNumber,
    is_lost,
    wrong_type,
)
from publisher.reading.kinds import Limited, OneOrMany
from publisher.reading.namespace_keys import (
    ADDRESS,
    ALTERNATE,
    BLOCK,
    CHAT,
    CONTENT_LINK,
    EPISODE_VALUE,
    FILE,
    FUNDING,
    GROUP,
    IMAGE,
    NAME,
    OFFSET,
    PICTURE,
    PLACE,
    REMOTE_ITEM,
    ROLE,
    SEASONS,
    SOCIAL,
    SOUNDBITE,
    TEXT,
    TRAILER,
    TXT,
    UPDATE_FREQUENCY,
    VALUE,
)
from publisher.reading.times import parse_date
from publisher.reading.yaml import Mapping, Node, Scalar, Sequence
from publisher.suggest import nearest
from publisher.vocabulary import EVENTS, MEDIA, categories

MARKDOWN = Text("a text (Markdown)")
FLAG = Flag()
BASE = Checked(accept.base_address, "a web address", "address", {"type": "string", "format": "uri"})
LICENSE = Checked(accept.license_slug, "a licence's slug or a web address", "license")


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`apple: https://…`, or a list of `title`, `url`; both become links in the order written."""

    wanted: str = "a mapping of apps to web addresses, or a list of title and url"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Mapping):
            return self._apps(name, node, reading)
        if not isinstance(node, Sequence):
            return wrong_type(name, node, reading, self.wanted)
        links: list[model.Link] = []
        for place, item in enumerate(node.items, start=1):
            if reading.is_full or is_lost(item):
                continue
            if isinstance(item, Mapping) and "url" not in item.items and "title" not in item.items:
                links.extend(self._apps(f"{name}[{place}]", item, reading))
                continue
            link = LINK.read(f"{name}[{place}]", item, reading)
            if link is not ABSENT:
                links.append(link)
        return tuple(links)

    def _apps(self, name: str, node: Mapping, reading: Reading) -> tuple[model.Link, ...]:
        pairs = MapOf(ADDRESS).read(name, node, reading)
        return tuple(model.Link(url=url, title=app) for app, url in pairs)

    def schema(self) -> dict[str, Any]:
        apps = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}
        return {"anyOf": [apps, {"type": "array", "items": {"anyOf": [LINK.schema(), apps]}}]}


@dataclass(frozen=True, slots=True)
class Quiz:
    """One question of the quiz; `answer` is the right choice's text, or its place counted from 1."""

    wanted: str = "a mapping with question, choices and answer"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        values = QUIZ.values(name, node, reading)
        if values is None or not {"question", "choices", "answer"} <= values.keys():
            return ABSENT
        assert isinstance(node, Mapping)
        answer, choices = values["answer"], values["choices"]
        if not choices:
            return ABSENT
        if len(choices) < 2:
            return reading.error(
                "quiz-choices",
                node.items["choices"],
                f"'{name}.choices' has only one; wanted are two or more",
                "add what a listener might take for the right answer",
            )
        place = _place_of(answer, choices)
        if place is None:
            near = nearest(answer, choices)
            return reading.error(
                "quiz-answer",
                node.items["answer"],
                f"'{name}.answer' is \"{printable(answer)}\", which is none of the choices",
                f"did you mean {near!r}?"
                if near
                else f"write one of the choices, or its place from 1 to {len(choices)}",
            )
        return model.QuizQuestion(values["question"], choices, place, values.get("explanation", ""))

    def schema(self) -> dict[str, Any]:
        return QUIZ.schema()


def _place_of(answer: str, choices: tuple[str, ...]) -> int | None:
    """The right choice's place counted from 0: by its text, else by its place counted from 1."""
    if answer in choices:
        return choices.index(answer)
    if answer.isascii() and answer.isdecimal() and len(answer) <= 4 and 1 <= int(answer) <= len(choices):
        return int(answer) - 1
    return None


@dataclass(frozen=True, slots=True)
class Chapters:
    """A list of chapters, or the name of a file that holds them."""

    kind: Record

    @property
    def wanted(self) -> str:
        return "a list of chapters, or the name of a file that holds them"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Scalar):
            return FILE.read(name, node, reading)
        if isinstance(node, Sequence):
            return ListOf(self.kind, single=False).read(name, node, reading)
        return wrong_type(name, node, reading, self.wanted)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": self.kind.schema()}]}


@dataclass(frozen=True, slots=True)
class TaxonomyValues:
    """`theme: [Digital ethics]`; whether the show declares the key is a rule's business."""

    wanted: str = "a mapping of the show's taxonomies to lists of texts"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        return MapOf(ListOf(TEXT)).read(name, node, reading)

    def schema(self) -> dict[str, Any]:
        return MapOf(ListOf(TEXT)).schema()


PERSON = Record(
    model.Person,
    (
        Key("name", NAME, "The person's name", required=True),
        Key("role", ROLE, "What they do: a role of the Podcast Taxonomy, such as editor"),
        Key("group", GROUP, "The role's group; worked out unless given"),
        Key("organization", TEXT, "Where they come from"),
        Key("title", TEXT, "Their position there"),
        Key("url", ADDRESS, "A page about them"),
        Key("image", PICTURE, "A picture: a file or an address"),
        Key("bio", MARKDOWN, "Who they are, in a few sentences (Markdown)"),
    ),
    wanted="a person: a name, or a mapping with name, role, group, organization, title, url, image, bio",
    short="name",
)
PERSONS = OneOrMany(PERSON)
LINK = Record(
    model.Link,
    (Key("title", TEXT, "What stands there to click"), Key("url", ADDRESS, "The address", required=True)),
    wanted="a mapping with title and url",
    short="url",
)
QUIZ = Record(
    dict,
    (
        Key("question", TEXT, "What is asked", required=True),
        Key("choices", ListOf(TEXT, single=False), "Two or more answers to choose from", required=True),
        Key("answer", TEXT, "The right one: its text, or its place counted from 1", required=True),
        Key("explanation", MARKDOWN, "Why, shown after answering (Markdown)"),
    ),
    wanted="a mapping with question, choices and answer",
)
CHAPTER = Record(
    model.Chapter,
    (
        Key("start", OFFSET, "Where it starts: 12:34, 1:02:03.5 or seconds", True, "start_seconds"),
        Key("title", TEXT, "What it is called"),
        Key("url", ADDRESS, "A page that goes with it"),
        Key("image", PICTURE, "A picture: a file of the episode's folder or an address"),
        Key("toc", FLAG, "Whether lists show it"),
    ),
    wanted="a mapping with start and title",
)
_FORMAT_KEYS = (
    Key("format", Choice(("mp3", "m4a", "opus")), "What to deliver"),
    Key("bitrate", WholeNumber(8, 512, "in kbit/s: 128"), "In kbit/s"),
    Key(
        "channels",
        WholeNumber(1, 2, "1 or 2"),
        "1 for mono, 2 for stereo; unless said otherwise, as many as there are",
    ),
    Key("loudness", OrWord("off", Number(-40, -5)), "Integrated loudness in LUFS, or off"),
)
AUDIO = Record(
    model.AudioFormat,
    (
        *_FORMAT_KEYS,
        Key(
            "alternates",
            ListOf(
                Record(model.AudioFormat, _FORMAT_KEYS, "a mapping with format, bitrate, channels, loudness")
            ),
            "Further formats",
        ),
    ),
    wanted="a mapping with format, bitrate, channels, loudness, alternates",
)
OWNER = Record(
    model.Owner,
    (
        Key("name", TEXT, "A name"),
        Key("email", Checked(accept.email, "an e-mail address", "email"), "An e-mail address"),
    ),
    "a mapping with name and email",
    short="name",
)
COLOUR = Checked(
    accept.colour,
    "a colour such as #0d5f58",
    "color",
    {"type": "string", "pattern": "^#([0-9A-Fa-f]{3}){1,2}$"},
)
COLORS = Record(
    model.Colors,
    (
        Key("accent", COLOUR, "Of links and buttons: #0d5f58"),
        Key("background", COLOUR, "Behind everything: a light one by day, a dark one by night"),
    ),
    wanted="a mapping with accent and background",
    short="accent",
)
LANGUAGE = Checked(accept.language, "a language tag", "language")
PRIVATE_FEED = Record(
    model.PrivateFeed,
    (
        Key(
            "name",
            Checked(accept.feed_name, "a name", "feed-name"),
            "What it is called: members",
            required=True,
        ),
        Key(
            "secret",
            Checked(accept.variable, "the name of an environment variable", "feed-secret", discreet=True),
            "Name of the environment variable that holds its secret: MEMBERS_SECRET",
            required=True,
        ),
        Key("title", TEXT, "The show's title there; the show's, and the feed's name, unless said otherwise"),
        Key(
            "early",
            Checked(accept.span, "a time such as 48h", "feed-early"),
            "How long before everybody else members hear an episode: 48h, 7d",
            False,
            "early_seconds",
        ),
        Key("episodes", ListOf(TEXT), "Slugs of those it holds; all unless said otherwise"),
    ),
    wanted="a mapping with name, secret, title, early, episodes",
)
ON = Key("on", ListOf(Choice(EVENTS)), "Of what: release and failure, unless said otherwise")
# Whoever knows the address of a webhook can often write there.
HOOK = Checked(accept.address, "a web address", "address", {"type": "string", "format": "uri"}, discreet=True)
WEBHOOK = Record(
    model.Webhook,
    (
        Key("url", HOOK, "Where the message is sent", required=True),
        ON,
        Key(
            "secret",
            Checked(accept.variable, "the name of an environment variable", "secret-name", discreet=True),
            "Name of the environment variable that holds what messages are signed with: HOOK_SECRET",
        ),
    ),
    "a mapping with url, on, secret",
    short="url",
)
MAIL = Record(
    model.Mail,
    (
        Key(
            "to",
            ListOf(Checked(accept.email, "an e-mail address", "email")),
            "One or more e-mail addresses",
            required=True,
        ),
        ON,
    ),
    "a mapping with to and on",
    short="to",
)
SERVER = Checked(accept.server, "a server's address", "address", {"type": "string", "format": "uri"})
ANNOUNCE = Record(
    model.Announce,
    (
        Key(
            "mastodon",
            Record(
                model.Mastodon,
                (
                    Key("server", SERVER, "The account's server: https://mastodon.example", required=True),
                    Key(
                        "token",
                        Checked(
                            accept.variable,
                            "the name of an environment variable",
                            "secret-name",
                            discreet=True,
                        ),
                        "Name of the environment variable that holds the access token: MASTODON_TOKEN",
                        required=True,
                    ),
                ),
                "a mapping with server and token",
            ),
            "A Mastodon account",
        ),
        Key(
            "bluesky",
            Record(
                model.Bluesky,
                (
                    Key(
                        "handle",
                        Checked(accept.handle, "a handle", "handle"),
                        "The account: ada.bsky.social",
                        required=True,
                    ),
                    Key(
                        "password",
                        Checked(
                            accept.variable,
                            "the name of an environment variable",
                            "secret-name",
                            discreet=True,
                        ),
                        "Name of the environment variable that holds an app password: BLUESKY_PASSWORD",
                        required=True,
                    ),
                    Key("server", SERVER, "Its server; https://bsky.social unless said otherwise"),
                ),
                "a mapping with handle, password, server",
            ),
            "A Bluesky account",
        ),
        Key(
            "text",
            Checked(accept.post_text, "a text", "announce-text"),
            "What the post says, with {title}, {url} and {show} to fill in",
        ),
    ),
    wanted="a mapping with mastodon, bluesky, text",
)

SHOW = Record(
    dict,
    (
        Key("title", TEXT, "The show's name", required=True),
        Key("description", MARKDOWN, "What it is about (Markdown), at most 4,000 bytes once rendered", True),
        Key("language", LANGUAGE, "The language's code (BCP 47): nb, en-GB", required=True),
        Key(
            "categories",
            ListOf(Checked(accept.category, "a category", "category", {"enum": list(categories())})),
            "Apple's names: Technology, Education > Courses; the first one counts",
            required=True,
        ),
        Key("url", BASE, "Public address under which the published files are reached"),
        Key("link", ADDRESS, "The show's home page; the generated site unless said otherwise"),
        Key("author", TEXT, "Who is behind it; the hosts' names unless said otherwise"),
        Key("owner", OWNER, "Who answers for the show: name, email"),
        Key("web_master", OWNER, "Who answers for the feed, if somebody else: name, email"),
        Key("explicit", FLAG, "Whether children should not hear it"),
        Key("type", Choice(("episodic", "serial")), "episodic: newest first; serial: from the first one on"),
        Key("artwork", FILE, "The show's artwork; cover.* unless said otherwise"),
        Key("colors", COLORS, "Colours of pages and cards; the artwork's unless said otherwise"),
        Key(
            "timezone",
            Checked(accept.timezone, "a time zone", "timezone"),
            "IANA name, for dates without an offset",
        ),
        Key("copyright", TEXT, "Who holds the rights"),
        Key("license", LICENSE, "A slug of the podcast namespace (cc-by-4.0) or an address"),
        Key("guid", Checked(accept.uuid_text, "a UUID", "guid"), "The show's podcast:guid, kept for ever"),
        Key("feed_url", ADDRESS, "Where the feed lives, if elsewhere than url + feed.xml"),
        Key("new_feed_url", ADDRESS, "The show has moved there"),
        Key("locked", FLAG, "Whether other hosts may not import the show"),
        Key("complete", FLAG, "Whether no episode will follow"),
        Key("block", BLOCK, "Which directories should leave the show out: true for all of them"),
        Key("medium", Choice(MEDIA), "What the show is, by the podcast namespace"),
        Key("funding", OneOrMany(FUNDING), "Where listeners can give: url, text"),
        Key("value", OneOrMany(VALUE), "How listeners can pay"),
        Key("seasons", SEASONS, "What seasons are called: 1: The first one"),
        Key("location", OneOrMany(PLACE), "What place it is about, or where it is made"),
        Key("social", OneOrMany(SOCIAL), "Where the show is talked about"),
        Key("chat", CHAT, "Where listeners chat"),
        Key("images", OneOrMany(IMAGE), "Further pictures: banner, social, …; the artwork is always there"),
        Key(
            "trailer",
            OneOrMany(TRAILER),
            "Trailers from elsewhere; episodes of type trailer are there anyhow",
        ),
        Key("update_frequency", UPDATE_FREQUENCY, "How often episodes come"),
        Key("podroll", OneOrMany(REMOTE_ITEM), "Other shows to recommend"),
        Key("publisher", REMOTE_ITEM, "The publisher's own feed"),
        Key("remote_item", OneOrMany(REMOTE_ITEM), "What a list such as podcastL consists of"),
        Key("txt", OneOrMany(TXT), "Texts for services: text, purpose"),
        Key("hosts", PERSONS, "Who hosts it; each episode has them unless it names its own"),
        Key("subscribe", Subscribe(), "Links to the show in apps"),
        Key("taxonomies", MapOf(TEXT), "The show's own ways to sort episodes: theme: Tema"),
        Key("audio", AUDIO, "What to deliver; unless said otherwise, what was given"),
        Key(
            "feed",
            Record(
                dict,
                (
                    Key("limit", WholeNumber(), "How many of the newest it holds; older ones go to archives"),
                    Key("lean", FLAG, "Whether it leaves the show notes out and keeps the summaries"),
                    Key("gzip", FLAG, "Whether feed.xml.gz is published beside it"),
                    Key("ttl", WholeNumber(), "Minutes for which a copy of the feed holds"),
                ),
                "a mapping with limit, lean, gzip, ttl",
            ),
            "How it is laid out: limit, lean, gzip, ttl",
        ),
        Key("feeds", OneOrMany(PRIVATE_FEED), "Private feeds, for members or early access"),
        Key(
            "publish",
            Record(
                dict,
                (
                    Key("to", TEXT, "s3://bucket/prefix or a folder"),
                    Key("endpoint", ADDRESS, "The S3 server's"),
                ),
                "a mapping with to and endpoint",
            ),
            "Where to: to, endpoint",
        ),
        Key("inbox", TEXT, "Where new episodes are dropped: a folder beside the show, or s3://bucket/prefix"),
        Key(
            "notify",
            Record(
                model.Notify,
                (
                    Key("websub", ListOf(ADDRESS), "WebSub hubs"),
                    Key("podping", FLAG, "Whether to send a podping"),
                    Key("webhooks", OneOrMany(WEBHOOK), "Addresses of your own that are told"),
                    Key("email", OneOrMany(MAIL), "Who is written to"),
                ),
                "a mapping with websub, podping, webhooks, email",
            ),
            "Whom to tell of a release",
        ),
        Key("announce", ANNOUNCE, "Where new episodes are announced: mastodon, bluesky, text"),
    ),
    wanted="lines such as title: A title",
)

EPISODE = Record(
    dict,
    (
        Key("title", TEXT, "The episode's name, without its number: apps add that", required=True),
        Key("published", InZone(parse_date), "When it goes out; without it the episode is a draft"),
        Key("number", WholeNumber(), "The episode's number"),
        Key("season", WholeNumber(), "The season's number"),
        Key("code", Limited(32), "The show's own case or catalogue number: C0796"),
        Key("type", Choice(("full", "trailer", "bonus")), "full, trailer or bonus"),
        Key("summary", TEXT, "One or two sentences; the notes' first paragraph unless said otherwise"),
        Key("guid", Checked(accept.guid, "one word", "guid"), "Permanent identity; worked out unless given"),
        Key("audio", FILE, "The audio's name, where the folder leaves a choice"),
        Key("artwork", FILE, "The artwork's name, where the folder leaves a choice"),
        Key("notes", FILE, "The show notes' name, where the folder leaves a choice"),
        Key("transcript", FILE, "The transcript's name, where the folder leaves a choice"),
        Key("explicit", FLAG, "As for the show"),
        Key("author", TEXT, "As for the show"),
        Key("link", ADDRESS, "The episode's page; the generated one unless said otherwise"),
        Key("block", FLAG, "As for the show"),
        Key("license", LICENSE, "As for the show"),
        Key("hosts", PERSONS, "Who hosts it; the show's hosts unless said otherwise"),
        Key("guests", PERSONS, "Who is being talked with"),
        Key("people", PERSONS, "Who else had a part, with role"),
        Key(
            "quote",
            Record(
                model.Quote,
                (Key("text", TEXT, "What was said", required=True), Key("by", TEXT, "Who said it")),
                "a text, or a mapping with text and by",
                short="text",
            ),
            "A pull quote",
        ),
        Key("location", OneOrMany(PLACE), "What place it is about, or where it was made"),
        Key("taxonomies", TaxonomyValues(), "Values under the keys that the show declares"),
        Key("keywords", ListOf(TEXT), "Words to find it by"),
        Key(
            "chapters",
            Chapters(CHAPTER),
            "Those of a chapters file, of the notes or inside the audio unless said otherwise",
        ),
        Key("soundbites", ListOf(SOUNDBITE, single=False), "Short pieces worth sharing"),
        Key("links", OneOrMany(LINK), "More to learn: title, url"),
        Key(
            "interview",
            ListOf(
                Record(
                    model.Question,
                    (
                        Key("question", TEXT, "What is asked", required=True),
                        Key("answer", MARKDOWN, "What is answered (Markdown)", required=True),
                    ),
                    "a mapping with question and answer",
                ),
                single=False,
            ),
            "Written questions and answers",
        ),
        Key(
            "learning",
            Record(
                model.Learning,
                (
                    Key("outcomes", ListOf(TEXT), "What one learns"),
                    Key("reflection", MARKDOWN, "A task to think about (Markdown)"),
                    Key("quiz", ListOf(Quiz(), single=False), "Questions with choices"),
                    Key(
                        "pass",
                        Number(0, 1, "80 out of 100 is 0.8"),
                        "Share of right answers that earns the certificate",
                        False,
                        "pass_share",
                    ),
                ),
                "a mapping with outcomes, reflection, quiz, pass",
            ),
            "What is to be learned from it",
        ),
        Key("related", ListOf(TEXT), "Slugs to recommend first"),
        Key("next", TEXT, "The slug to hear next"),
        Key("social", OneOrMany(SOCIAL), "The root post for comments"),
        Key("chat", CHAT, "Where listeners chat; as for the show"),
        Key("alternates", ListOf(ALTERNATE, single=False), "Further enclosures"),
        Key("feeds", ListOf(TEXT), "Private feeds that alone hold it: members"),
        Key("content_link", OneOrMany(CONTENT_LINK), "Where else it is to be had: a video's page"),
        Key("images", OneOrMany(IMAGE), "Further pictures: banner, social, …; the artwork is always there"),
        Key("funding", OneOrMany(FUNDING), "Where to give for this episode: url, text"),
        Key("value", OneOrMany(EPISODE_VALUE), "How listeners can pay; as for the show"),
        Key("txt", OneOrMany(TXT), "Texts for services: text, purpose"),
    ),
    wanted="lines such as title: A title",
)
