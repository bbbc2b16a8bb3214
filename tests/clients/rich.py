"""A show whose YAML says more than the sample show's: many keys, each with a value that can be told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.support.shows import COVER, MP3, SAMPLES, audio_of, make_show

_VTT: Final = (
    "WEBVTT\n\n00:00.000 --> 00:00.800\n<v Ada>Hello.\n\n00:00.800 --> 00:01.400\n<v Bo>Hello, Ada.\n"
)

_SHOW: Final[dict[str, Any]] = {
    "title": "Things & <other> “things”",
    "description": "About **things**, from a to å.\n\nAnother paragraph.",
    "language": "en-GB",
    "categories": ["Education > Courses", "Health & Fitness > Mental Health"],
    "author": "The House of Things",
    "owner": {"name": "The Owner", "email": "owner@example.com"},
    "explicit": True,
    "type": "serial",
    "complete": True,
    "medium": "course",
    "copyright": "© 2024 The House of Things",
    "license": "https://license.example/ours",
    "funding": [
        {"url": "https://give.example/once?a=1&b=2", "text": "Give once"},
        {"url": "https://give.example/monthly", "text": "Give every month"},
    ],
    "hosts": [
        {"name": "Ada Ås", "url": "https://ada.example/", "image": "ada.png"},
        {"name": "Bo", "role": "co-host", "url": "https://bo.example/"},
    ],
}
_EPISODES: Final[list[dict[str, Any]]] = [
    {
        "slug": "0001-all-there-is",
        "title": "All there is & “more” — #1",
        "published": "2024-01-01T06:00:00+01:00",
        "season": 2,
        "number": 7,
        "code": "S2E07",
        "type": "full",
        "summary": "Ampersands & <angles> in a few words.",
        "explicit": False,
        "author": "Somebody Else",
        "link": "https://elsewhere.example/all?x=1&y=2",
        "license": "CC-BY-4.0",
        "notes": "# Notes\n\nWith a [link](https://e.example/?a=1&b=2).\n",
        "guests": [{"name": "Cy Çelik", "url": "https://cy.example/", "image": "https://cy.example/cy.jpg"}],
        "people": [{"name": "Di", "role": "editor"}],
        "location": {"name": "Oslo, Norway", "geo": "geo:59.91,10.75", "osm": "R406091"},
        "keywords": ["things", "å"],
        "chapters": [{"start": 0, "title": "Start"}, {"start": 20.5, "title": "End & out"}],
        "soundbites": [{"start": 1.25, "duration": 15.5, "title": "The best & most"}],
        "sound": audio_of("long") + (SAMPLES / MP3).read_bytes() * 19,
        "links": [{"title": "More", "url": "https://e.example/more"}],
        "social": {"url": "https://social.example/@things/1", "protocol": "activitypub"},
        "alternates": [
            {"file": "small.mp3", "title": "Small & quick", "bitrate": 16_000, "language": "en-GB"},
            {"url": "https://video.example/1.mp4", "type": "video/mp4", "title": "Film", "bitrate": 800_000},
        ],
        "files": {"transcript.vtt": _VTT, "small.mp3": audio_of("small")},
    },
    {"slug": "0002-little", "published": "2024-01-02", "season": 2, "number": 8, "type": "bonus"},
    {"slug": "0003-trailer", "published": "2024-01-03", "season": 3, "number": None, "type": "trailer"},
]


def make_rich(folder: Path) -> Path:
    """Writes the show, and returns its folder."""
    folder.mkdir()
    (folder / "ada.png").write_bytes(COVER.read_bytes())
    return make_show(folder, episodes=[dict(episode) for episode in _EPISODES], **_SHOW)
