"""Values for every key of podcast.yaml and episode.yaml, among which edits choose."""

from __future__ import annotations

from typing import Any, Final

from tests.support.everything import EPISODES, GUID, SHOW

SLUGS: Final = tuple(f"{number:04d}-{word}" for number in range(1, 8) for word in ("plain", "better"))
"""Of all folders that an episode ever lies in."""

TITLES: Final = (
    "About *stars* & <stripes>",
    "Om ærlige øyer",
    "“Quoted”, and a ]]> in between",
    "A title that is quite a bit longer than what fits on a card in one line, so that it is broken",
    "Building together",
    "Another conversation",
)
TEXTS: Final = (*TITLES, "In a few words.", "Hva *er* det?\n\nEn [lenke](https://e.example/?a=1&b=2).")
PEOPLE: Final[tuple[Any, ...]] = (
    "Ada",
    "Bo",
    {"name": "Ada", "role": "host", "bio": "Makes *things*.", "url": "https://ada.example/"},
    {"name": "Cy", "organization": "The Institute", "title": "Researcher", "image": "face.png"},
    {"name": "Çelik & <Søn>", "organization": "A & B", "image": "https://c.example/c.jpg"},
    {"name": "Di", "role": "Sound Designer", "group": "Audio Post-Production"},
)
ADDRESSES: Final = ("https://e.example/", "https://e.example/?a=1&b=2", "https://å.example/ø")
_CASTS: Final[tuple[list[Any], ...]] = (
    [],
    ["Ada"],
    ["Ada", "Bo"],
    [PEOPLE[2], PEOPLE[3]],
    [PEOPLE[4]],
    [PEOPLE[5], "Eve"],
)
_EVERYTHING: Final = EPISODES[1]
_CHAPTERS: Final[tuple[list[Any], ...]] = (
    [],
    [{**chapter, "start": place} for place, chapter in enumerate(_EVERYTHING["chapters"])],
    [{"start": 0, "title": "One"}, {"start": "0:01", "title": "Two", "toc": False}],
    [{"start": 0, "title": "Pictures", "image": "face.png"}, {"start": 1, "title": "Mer & mer"}],
)
_QUIZ: Final = {
    "question": "How many?",
    "choices": ["One", "Two", "Three"],
    "answer": "Two",
    "explanation": "Because *two* is.",
}
# Their files lie beside every YAML file.
_IMAGES: Final[tuple[list[Any], ...]] = (
    [],
    [{"image": "banner.png", "alt": "A wide picture", "aspect_ratio": "3/1", "purpose": "banner"}],
    [
        "face.png",
        {"image": "https://img.example/600.webp", "width": 600, "height": 600, "type": "image/webp"},
    ],
)

SHOW_VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "title": TITLES,
    "description": TEXTS,
    "language": ("en", "nb", "nn", "de", "en-GB"),
    "categories": (["Technology"], ["Education > Courses", "Arts"], ["News"]),
    "url": ("https://show.example/", "https://other.example/shows/one/"),
    "link": ADDRESSES,
    "author": ("Ada", "Somebody & <Else>"),
    "owner": (
        {"name": "Somebody", "email": "somebody@example.com"},
        {"name": "Ada", "email": "ada@e.example"},
    ),
    "web_master": (SHOW["web_master"],),
    "explicit": (True, False),
    "type": ("episodic", "serial"),
    "artwork": ("cover.png",),
    "colors": ({"accent": "#0d5f58"}, {"accent": "#803010", "background": "#fff8ec"}),
    "timezone": ("Europe/Oslo", "America/New_York", "UTC"),
    "copyright": ("© Ada", "Nobody's"),
    "license": ("cc-by-4.0", "https://license.example/ours"),
    "guid": (SHOW["guid"], GUID),
    "feed_url": ("https://show.example/feed.xml", "https://feeds.example/one"),
    "new_feed_url": ("https://new.example/feed.xml",),
    "locked": (True, False),
    "complete": (True, False),
    "block": (True, SHOW["block"], ["google"]),
    "medium": ("podcast", "course", "audiobook"),
    "funding": (SHOW["funding"], "https://give.example/"),
    "value": (SHOW["value"],),
    "seasons": ({"1": "The beginning"}, {"1": "First", "2": "Second"}),
    "location": (SHOW["location"], "Oslo"),
    "social": (SHOW["social"],),
    "chat": (SHOW["chat"],),
    "images": _IMAGES,
    "trailer": (SHOW["trailer"],),
    "update_frequency": ("Every Monday", SHOW["update_frequency"]),
    "podroll": (SHOW["podroll"], GUID),
    "publisher": (SHOW["publisher"],),
    "remote_item": (SHOW["remote_item"],),
    "txt": (SHOW["txt"], "Any text"),
    "hosts": _CASTS,
    "subscribe": ({"apple": "https://podcasts.apple.com/x"}, [{"title": "A & B", "url": ADDRESSES[0]}]),
    "taxonomies": ({"theme": "Tema", "place": "Sted"}, {"theme": "Theme", "place": "Place & <time>"}),
    "audio": ({"bitrate": 64}, {"channels": 1, "format": "mp3"}, {"loudness": -16}),
    "feed": (
        {"limit": 1},
        {"limit": 2, "gzip": True},
        {"lean": True, "limit": 3},
        {"ttl": 60},
        {"gzip": True},
    ),
    "feeds": (
        [{"name": "members", "secret": "MEMBERS_SECRET", "early": "48h"}],
        [
            {"name": "members", "secret": "MEMBERS_SECRET", "title": "For members", "early": "7d"},
            {"name": "friends", "secret": "FRIENDS_SECRET", "episodes": [SLUGS[0]]},
        ],
    ),
    "notify": ({"websub": "https://hub.example/"}, {"podping": True}, {"email": "ada@e.example"}),
    "announce": ({"text": "New: {title} {url}"},),
    "publish": ({"to": "public"},),
    "inbox": ("_inbox", "inbox"),
}

EPISODE_VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "title": TITLES,
    "published": tuple(
        f"2024-{month:02d}-{day:02d} 06:00" for month in (3, 5, 6, 7) for day in (1, 2, 10, 20, 30)
    ),
    "number": (1, 2, 3, 4, 5, 12),
    "season": (1, 2, 3),
    "code": ("C0796", "E & 2"),
    "type": ("full", "trailer", "bonus"),
    "summary": TEXTS,
    "guid": ("one-of-its-own", "another"),
    "audio": ("audio.mp3",),
    "artwork": ("cover.png",),
    "notes": ("notes.md", "other.md"),
    "transcript": ("transcript.vtt",),
    "explicit": (True, False),
    "author": ("Bo", "Ada & Bo"),
    "link": ADDRESSES,
    "block": (True, False),
    "license": ("cc-by-4.0", "https://license.example/ours"),
    "hosts": _CASTS,
    "guests": _CASTS,
    "people": _CASTS,
    "quote": ("So it is.", {"text": "So <it> is & will be.", "by": "Cy"}),
    "location": (_EVERYTHING["location"], "Bergen"),
    "taxonomies": (
        {"theme": ["Things", "Stars & <stripes>"]},
        {"theme": ["Things"], "place": ["Oslo", "Bergen"]},
        {"place": ["Oslo"]},
    ),
    "keywords": (["a"], ["a", "å", "this & that"], ["Things"]),
    "chapters": _CHAPTERS,
    "soundbites": ([], [{"start": 0.1, "duration": 1, "title": "The best & most"}]),
    "links": ([], [{"title": "More & <more>", "url": ADDRESSES[1]}, ADDRESSES[0]]),
    "interview": ([{"question": "Why?", "answer": "Because *so*."}],),
    "learning": (
        {"outcomes": ["To know", "To do"], "reflection": "Think of *it*.", "quiz": [_QUIZ], "pass": 0.5},
        {"outcomes": ["One & <more>"]},
    ),
    "related": tuple([slug, other] for slug in SLUGS for other in SLUGS if slug < other),
    "next": SLUGS,
    "social": (_EVERYTHING["social"], {"protocol": "disabled"}),
    "chat": (_EVERYTHING["chat"],),
    "alternates": (_EVERYTHING["alternates"], [{"url": "https://video.example/2.mp4", "height": 720}]),
    "feeds": (["members"], ["friends", "members"]),
    "content_link": (_EVERYTHING["content_link"],),
    "images": _IMAGES,
    "funding": (_EVERYTHING["funding"],),
    "value": (_EVERYTHING["value"],),
    "txt": (_EVERYTHING["txt"],),
}

NOTES: Final[tuple[str, ...]] = (
    "# Notes\n\nWith a [link](https://e.example/?a=1&b=2) to **something**, and 0:01 of it.\n",
    "Another text & <more>\n\n- one\n- two\n\n> said somebody\n",
    "Chapters:\n\n00:00 Start\n00:01 The end\n",
    "Ærlig talt: _ingenting_ om stjerner, øyer og byer.\n\n## Mer\n\n![A face](face.png)\n",
)
TRANSCRIPTS: Final[dict[str, tuple[str, ...]]] = {
    "transcript.vtt": (
        "WEBVTT\n\n00:00.000 --> 00:01.500\n<v Ada>Hello & welcome to the stars.\n",
        "WEBVTT\n\n00:00.000 --> 00:00.700\n<v Ada>Well?\n\n00:00.800 --> 00:01.400\n<v Cy>Yes.\n",
    ),
    "transcript.en.vtt": ("WEBVTT\n\n00:00.000 --> 00:01.500\n<v Ada>In English.\n",),
    "transcript.md": ("**Ada:** Hello.\n\n**Cy:** Good *evening*.\n",),
    "transcript.srt": ("1\n00:00:00,000 --> 00:00:01,400\nAda: A line.\n",),
}
CHAPTER_FILES: Final[dict[str, tuple[str, ...]]] = {
    "chapters.txt": ("00:00 Start\n00:01 End & out\n", "0:00 First\n0:01 Second\n"),
    "chapters.json": (
        '{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A"}, {"startTime": 1, "title": "B"}]}',
    ),
}
THEME: Final[dict[str, tuple[str, ...]]] = {
    "theme/style.css": ("main { color: #222 }", "main { color: #333 }\n"),
    "theme/words.yaml": ("archive: The lot\n", "all_episodes: Everything\nbonus: Extra\n"),
    "theme/templates/episode.html": tuple(
        '{% extends "publisher/episode.html" %}{% block content %}<p>'
        + text
        + " {{ episode.title }}</p>{{ super() }}{% endblock %}"
        for text in ("Ours:", "Another:")
    ),
}
