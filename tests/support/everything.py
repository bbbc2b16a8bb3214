"""A show in which every key says something, so that its feed holds every tag that publisher can write."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from PIL import Image

from tests.support.shows import MP3, SAMPLES, audio_of, make_show

URL: Final = "https://show.example/"
MAIN: Final = "0002-everything"
TRAILER: Final = "0001-trailer"
BONUS: Final = "0003-words"
"""Made of characters that mean something to XML, to HTML or in an address; its sound is an M4A."""
NODE: Final = "03" + "ab" * 32
GUID: Final = "917393e3-1b1e-5cef-ace4-edaa54e1f810"

_REMOTE: Final[dict[str, Any]] = {
    "feed_guid": GUID,
    "feed_url": "https://other.example/feed.xml",
    "item_guid": "other-1",
    "medium": "music",
    "title": "Another show",
}
_RECIPIENT: Final[dict[str, Any]] = {
    "name": "Ada",
    "type": "node",
    "address": NODE,
    "split": 95,
    "custom_key": "906608",
    "custom_value": "01abc",
}
_FEE: Final[dict[str, Any]] = {
    "name": "Host", "type": "lnaddress", "address": "host@wallet.example", "split": 5, "fee": True,
}  # fmt: skip
_VALUE: Final[dict[str, Any]] = {
    "type": "lightning",
    "method": "keysend",
    "suggested": "0.00000015000",
    "recipients": [_RECIPIENT, _FEE],
}
_IMAGES: Final[list[Any]] = [
    {"image": "banner.png", "alt": "A wide picture", "aspect_ratio": "3/1", "purpose": "banner"},
    {"image": "canvas.mp4", "aspect_ratio": "9/16", "width": 1080, "height": 1920, "purpose": "canvas"},
    {"image": "https://img.example/600.webp", "width": 600, "height": 600, "type": "image/webp"},
]
_PLACES: Final[list[Any]] = [
    {"name": "Oslo", "rel": "subject", "geo": "geo:59.91,10.75", "osm": "R406091", "country": "NO"},
    {"name": "Bergen", "rel": "creator"},
]
_SOCIAL: Final[list[Any]] = [
    {
        "url": "https://social.example/@ada/1",
        "protocol": "activitypub",
        "account_id": "@ada",
        "account_url": "https://social.example/@ada",
        "priority": 1,
    },
    {"url": "https://bsky.example/post/1", "protocol": "atproto", "priority": 2},
]
_CHAT: Final[dict[str, Any]] = {
    "server": "irc.example.org", "protocol": "irc", "account_id": "@ada", "space": "#show",
}  # fmt: skip

SHOW: Final[dict[str, Any]] = {
    "colors": {"accent": "#0d5f58", "background": "#fff8ec"},
    "title": "Everything & <more> “things”",
    "description": "About *everything*, from a to å.\n\nAnother paragraph.",
    "language": "nb",
    "categories": ["Education > Courses", "Technology"],
    "url": URL,
    "link": "https://home.example/",
    "author": "Ada",
    "owner": {"name": "Ada", "email": "ada@show.example"},
    "web_master": {"name": "Bo", "email": "bo@show.example"},
    "explicit": False,
    "type": "serial",
    "timezone": "Europe/Oslo",
    "copyright": "© Ada",
    "license": "cc-by-4.0",
    "guid": "18b54d9d-b7b5-5ad1-b568-c3d3782406f4",
    "feed_url": URL + "feed.xml",
    "new_feed_url": "https://new.example/feed.xml",
    "locked": True,
    "complete": True,
    "block": {"all": True, "google": False, "amazon": True},
    "medium": "course",
    "funding": [
        {"url": "https://give.example/once?a=1&b=2", "text": "Give once"},
        {"url": "https://give.example/monthly", "text": "Give every month"},
    ],
    "value": _VALUE,
    "seasons": {"1": "The beginning", "2": "The rest"},
    "location": _PLACES,
    "social": _SOCIAL,
    "chat": _CHAT,
    "images": _IMAGES,
    "trailer": {
        "title": "Soon",
        "url": "https://trailers.example/1.mp3",
        "published": "2024-01-01 06:00",
        "length": 12345,
        "type": "audio/mpeg",
        "season": 1,
    },
    "update_frequency": {
        "text": "Every Monday",
        "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        "dtstart": "2024-01-01",
        "complete": True,
    },
    "podroll": [_REMOTE],
    "publisher": {**_REMOTE, "feed_url": "https://publisher.example/feed.xml"},
    "remote_item": _REMOTE,
    "txt": [{"text": "a-token", "purpose": "applepodcastsverify"}, "Any text"],
    "hosts": [
        {"name": "Ada", "role": "host", "group": "Cast", "url": "https://ada.example/", "image": "ada.png"},
    ],
    "taxonomies": {"theme": "Tema"},
    "feed": {"ttl": 60},
    "notify": {"websub": "https://hub.example/", "podping": True},
}  # fmt: skip

EPISODES: Final[list[dict[str, Any]]] = [
    {
        "slug": TRAILER,
        "title": "Coming soon",
        "type": "trailer",
        "season": 1,
        "published": "2024-01-02 06:00",
        "social": {"protocol": "disabled"},
    },
    {
        "slug": MAIN,
        "title": "Everything at once",
        "published": "2024-01-03 06:00",
        "season": 2,
        "number": 2,
        "code": "E2",
        "type": "full",
        "summary": "In short.",
        "explicit": True,
        "author": "Bo",
        "link": "https://home.example/2",
        "block": True,
        "license": "cc-by-4.0",
        "guests": [{"name": "Cy", "url": "https://cy.example/", "image": "cy.png"}],
        "people": [{"name": "Di", "role": "Sound Designer"}],
        "location": _PLACES,
        "taxonomies": {"theme": ["Things"]},
        "keywords": ["everything", "more"],
        "chapters": [
            {
                "start": 0,
                "title": "Start",
                "url": "https://e.example/0",
                "image": "https://img.example/0.jpg",
            },
            {"start": 20.5, "title": "End & out"},
        ],
        "soundbites": [{"start": 1.25, "duration": 15.5, "title": "The best & most"}],
        "social": _SOCIAL,
        "chat": _CHAT,
        "alternates": [
            {
                "file": "low.ogg",
                "type": "audio/ogg",
                "title": "Small",
                "bitrate": 16000,
                "language": "nb",
                "rel": "small",
                "codecs": "opus",
                "sources": [
                    "ipfs://QmdwGqd3d2gFPGeJNLLCshdiPert45fMu84552Y4XHTy4y",
                    {"uri": "https://e.example/low.torrent", "content_type": "application/x-bittorrent"},
                ],
            },
            {"url": "https://video.example/2.mp4", "height": 720},
        ],
        "content_link": [{"url": "https://video.example/watch/2", "text": "See it"}],
        "images": _IMAGES,
        "funding": {"url": "https://give.example/2", "text": "Give for this one"},
        "value": {
            **_VALUE,
            "time_splits": [
                {
                    "start": 0,
                    "duration": 0.5,
                    "remote_start": 12,
                    "remote_percentage": 90,
                    "remote_item": _REMOTE,
                },
                {"start": 0.5, "duration": 0.5, "recipients": [_RECIPIENT, _FEE]},
            ],
        },
        "txt": {"text": "true", "purpose": "ai-content"},
    },
    {
        "slug": BONUS,
        "title": "All there is & <other> “words” — #1",
        "published": "2024-01-04T06:00:00+01:00",
        "season": 2,
        "number": 3,
        "type": "bonus",
        "summary": "Ampersands & <angles> in a few words.",
        "explicit": False,
        "author": "Somebody & Else",
        "link": "https://elsewhere.example/all?x=1&y=2",
        "license": "https://license.example/ours",
        "guests": [
            {
                "name": "Çelik & <Søn>",
                "url": "https://c.example/?a=1&b=2",
                "image": "https://c.example/c.jpg",
            },
        ],
        "keywords": ["å", "this & that"],
    },
]
_VTT: Final = "WEBVTT\n\n00:00.000 --> 00:01.500\n<v Ada>Hello.\n"


def make_everything(folder: Path) -> Path:
    """Writes the show, and returns its folder."""
    images: dict[str, str | bytes] = {
        "banner.png": picture(300, 100),
        "canvas.mp4": (SAMPLES / "video.mp4").read_bytes(),
    }
    beside: dict[str, dict[str, Any]] = {
        TRAILER: {"number": None},
        MAIN: {
            # Half a minute: room for a soundbite, and for a jump into the second chapter.
            "sound": audio_of(MAIN) + (SAMPLES / MP3).read_bytes() * 19,
            "files": {
                **images,
                "cy.png": picture(40, 40),
                "cover.png": picture(1400, 1400),
                "transcript.vtt": _VTT,
                "low.ogg": (SAMPLES / "opus.ogg").read_bytes(),
            },
        },
        BONUS: {"sound": "aac.m4a", "notes": "# Notes\n\nWith a [link](https://e.example/?a=1&b=2).\n"},
    }
    episodes = [{**episode, **beside[episode["slug"]]} for episode in EPISODES]
    show = make_show(folder, episodes=episodes, **SHOW)
    for name, content in {**images, "ada.png": picture(50, 50)}.items():
        (show / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return show


def picture(width: int, height: int) -> bytes:
    """A plain PNG."""
    data = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(data, "PNG")
    return data.getvalue()
