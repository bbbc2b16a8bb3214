"""A fixed show, and exactly what is published of it.

After a change that is meant to change them, renew the files beside this one and read the difference:

    PUBLISHER_RENEW_GOLDEN=1 python -m pytest tests/golden
    git diff tests/golden
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from publisher.manifest import Manifest
from publisher.release import publish
from publisher.release.published import read_published
from publisher.store.folder import FolderStore
from tests.release.feeds import read_feed, text
from tests.support.shows import make_show

HERE: Final = Path(__file__).parent
RENEW: Final = bool(os.environ.get("PUBLISHER_RENEW_GOLDEN"))
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)

NOTES: Final = """\
# Hva det handler om

*Første* avsnitt med en [lenke](https://e.example/?a=1&b=2) og et tegn ]]> som feeden må tåle.

- ett
- to
  1. to en

> Sitat
"""
VTT: Final = """\
WEBVTT

00:00.000 --> 00:00.800
<v Ada>Hei, og velkommen.

00:00.800 --> 00:01.500
<v Bo>Takk.
"""
SHOW: Final[dict[str, Any]] = {
    "title": "Små & store ting",
    "description": "Om **ting**, fra `a` til å.\n\nAndre avsnitt.",
    "language": "nb",
    "categories": ["Education > Courses", "Technology"],
    "url": "https://show.example/",
    "timezone": "Europe/Oslo",
    "copyright": "© Ada",
    "license": "CC-BY-4.0",
    "hosts": [{"name": "Ada", "url": "https://ada.example/"}],
    "funding": [{"url": "https://give.example/", "text": "Støtt oss"}],
    "subscribe": {"apple": "https://podcasts.example/1"},
    "taxonomies": {"theme": "Tema"},
}
EPISODES: Final[list[dict[str, Any]]] = [
    {
        "slug": "0001-første",
        "title": "Første «ting» & <andre>",
        "published": "2024-01-02 06:00",
        "season": 1,
        "code": "T0001",
        "summary": "Kort sagt.",
        "notes": NOTES,
        "files": {"transcript.vtt": VTT},
        "guests": [{"name": "Bo", "title": "Baker", "organization": "Brød & co", "url": "https://bo.example/"}],
        "people": [{"name": "Cy", "role": "editor"}],
        "quote": {"text": "Alt er ting.", "by": "Bo"},
        "location": "Oslo",
        "taxonomies": {"theme": ["Ting"]},
        "keywords": ["ting", "små"],
        "chapters": [
            {"start": 0, "title": "Start"},
            {"start": "0:00.5", "title": "Skjult", "toc": False},
            {"start": 1, "title": "Slutt", "url": "https://e.example/slutt"},
        ],
        "links": [{"title": "Mer", "url": "https://e.example/mer"}],
        "interview": [{"question": "Hvorfor?", "answer": "Fordi *det*."}],
        "learning": {"outcomes": ["Skille ting fra ting"]},
    },
    {
        "slug": "0002-second",
        "title": "Second",
        "published": "2024-02-01",
        "type": "bonus",
        "explicit": True,
        "files": {"transcript.txt": "Ada: Ett.\n\nBo: To."},
    },
    {"slug": "0003-later", "published": "2040-01-01"},
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("golden")
    show = make_show(folder / "show", episodes=EPISODES, **SHOW)
    publish(show, to=str(folder / "public"), now=NOW)
    return folder / "public"


@pytest.fixture(scope="module")
def manifest(store: Path) -> Manifest:
    found = read_published(FolderStore(store)).manifest
    assert found is not None
    return found


def settled(content: str, manifest: Manifest) -> str:
    """Without what another version of Pillow may change (it makes the small cover inside the tags, so the
    audio's digest and length) and without what follows from it or from a change of the style sheet alone."""
    for episode in manifest.episodes:
        item = episode.enclosure.object
        content = content.replace(item.key, re.sub(r"-[0-9a-f]{24}\.", "-DIGEST.", item.key))
        content = content.replace(f'length="{item.length_bytes}"', 'length="LENGTH"')
    content = re.sub(r"releases/[0-9a-f]{64}\.json", "releases/DIGEST.json", content)
    content = re.sub(r"((?:artwork|images)/[\w-]+)-[0-9a-f]{24}\.jpg", r"\1-DIGEST.jpg", content)
    return re.sub(r"site/(style|feed)-[0-9a-f]{24}\.css", r"site/\1-DIGEST.css", content)


def check(name: str, content: str) -> None:
    path = HERE / name
    if RENEW:
        path.write_text(content, "utf-8")
    assert path.is_file(), f"{name} is missing; make it as the text at the top of this file says"
    assert content == path.read_text("utf-8")


def test_feed(store: Path, manifest: Manifest) -> None:
    check("feed.xml", settled((store / "feed.xml").read_text("utf-8"), manifest))


def test_show_notes(store: Path) -> None:
    item = read_feed(store).item("Første «ting» & <andre>")
    check("show-notes.html", (text(item, "content:encoded") or "") + "\n")


@pytest.mark.parametrize("role", ["chapters", "transcript.vtt", "transcript.srt", "transcript.json"])
def test_objects_of_an_episode(store: Path, manifest: Manifest, role: str) -> None:
    content = (store / manifest.episodes[0].objects[role].key).read_text("utf-8")
    check(role if "." in role else f"{role}.json", content)


def test_plain_transcript(store: Path, manifest: Manifest) -> None:
    check("transcript.html", (store / manifest.episodes[1].objects["transcript.html"].key).read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "key"), [("home.html", "index.html"), ("episode.html", "episodes/0001-forste/index.html")]
)
def test_pages(store: Path, manifest: Manifest, name: str, key: str) -> None:
    check(name, settled((store / key).read_text("utf-8"), manifest))


def test_the_goldens_hide_nothing_but_digests_and_lengths(store: Path, manifest: Manifest) -> None:
    """What is replaced before comparing is right in the feed itself."""
    feed = read_feed(store)
    for episode, item in zip(reversed(manifest.episodes), feed.items, strict=True):
        enclosure = item.find("enclosure")
        assert enclosure is not None
        media = store / str(enclosure.get("url")).removeprefix("https://show.example/")
        assert (
            media.stat().st_size == int(enclosure.get("length") or 0) == episode.enclosure.object.length_bytes
        )
