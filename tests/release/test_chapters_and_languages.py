"""Every source of chapters, and transcripts in two languages, all the way to feed, tags, files and pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree
from mutagen.id3 import ID3

from publisher.manifest import Manifest, Released
from publisher.release import publish
from publisher.release.published import read_published
from publisher.store.folder import FolderStore
from tests.release.feeds import all_attributes, attributes, read_feed, text
from tests.support.shows import COVER, add_episode, edit_episode, make_show

URL: Final = "https://show.example/"
TITLES: Final = ["Intro", "Bread & butter", "End"]
LINES: Final = "0:00 Intro\n0:00.5 Bread & butter\n0:01 End\n"
LABELS: Final = "0.0\t0.0\tIntro\n0.5\t1.0\tBread & butter\n1.0\t1.0\tEnd\n"
COMMENTS: Final = "".join(
    f"CHAPTER0{place}=00:00:0{start}\nCHAPTER0{place}NAME={title}\n"
    for place, (start, title) in enumerate(zip(("0.000", "0.500", "1.000"), TITLES, strict=True), start=1)
)
JSON: Final = json.dumps(
    {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0, "title": "Intro", "img": "intro.png"},
            {"startTime": 0.25, "toc": False, "img": "https://e.example/x.png"},
            {"startTime": 0.5, "title": "Bread & butter", "url": "https://e.example/b"},
            {"startTime": 1, "title": "End", "location": {"name": "Oslo", "geo": "geo:59.9,10.7"}},
        ],
    }
)
NOTES: Final = "About it.\n\n00:00 Intro\n00:00.5 Bread & butter\n00:01 End\n\nThanks."
VTT: Final = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ada Berg>Hi.\n\n00:01.000 --> 00:01.500\n<v Bo>Hello.\n"
GERMAN: Final = (
    "1\n00:00:00,000 --> 00:00:01,000\nAda: Hallo.\n\n2\n00:00:01,000 --> 00:00:01,500\nBo: Tag.\n"
)

SOURCES: Final[dict[str, dict[str, Any]]] = {
    "list": {
        "chapters": [
            {"start": 0, "title": "Intro"},
            {"start": 0.5, "title": "Bread & butter"},
            {"start": 1, "title": "End"},
        ]
    },
    "json": {"files": {"chapters.json": JSON, "intro.png": COVER.read_bytes()}},
    "lines": {"files": {"chapters.txt": LINES}},
    "labels": {"files": {"labels.txt": LABELS}},
    "comments": {"chapters": "film.txt", "files": {"film.txt": COMMENTS}},
    "notes": {"notes": NOTES},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chapters")


@pytest.fixture(scope="module")
def store(folder: Path) -> Path:
    episodes = [{"slug": name, "title": name.title(), **keys} for name, keys in SOURCES.items()]
    show = make_show(folder / "show", episodes=episodes, url=URL, hosts=[{"name": "Ada Berg"}])
    files: dict[str, str | bytes] = {
        "transcript.vtt": VTT,
        "transcript.de.srt": GERMAN,
        "transcript.nb.md": "**Ada:** Hei.\n\n**Bo:** Hallo.\n",
    }
    add_episode(show, "talk", title="Talk", sound="chapters.mp3", number=9, guests=["Bo"], files=files)
    publish(show, to=str(folder / "public"))
    return folder / "public"


def document_of(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.HTMLParser(encoding="utf-8"))


def said(element: etree._Element) -> list[str]:
    return [str(part) for part in element.itertext()]


def manifest_of(store: Path) -> Manifest:
    found = read_published(FolderStore(store)).manifest
    assert found is not None
    return found


def released(store: Path, slug: str) -> Released:
    return manifest_of(store).by_slug()[slug]


def stored(store: Path, address: str) -> Path:
    assert address.startswith(URL)
    return store / address.removeprefix(URL)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_reaches_everything(store: Path, name: str) -> None:
    item = read_feed(store).item(name.title())

    tag = attributes(item, "podcast:chapters")
    assert tag["type"] == "application/json+chapters"
    document = json.loads(stored(store, tag["url"]).read_bytes())
    assert document["version"] == "1.2.0"
    assert (document["title"], document["podcastName"]) == (name.title(), "A small show")
    listed = [chapter for chapter in document["chapters"] if chapter.get("toc", True)]
    assert [(chapter["startTime"], chapter["title"]) for chapter in listed] == list(
        zip((0, 0.5, 1), TITLES, strict=True)
    )

    audio = stored(store, attributes(item, "enclosure")["url"])
    tags = ID3(audio)
    (contents,) = tags.getall("CTOC")
    frames = [tags[f"CHAP:{id}"] for id in contents.child_element_ids]
    assert [(frame.start_time, str(frame.sub_frames["TIT2"])) for frame in frames] == list(
        zip((0, 500, 1000), TITLES, strict=True)
    )

    notes = document_of((text(item, "content:encoded") or "").encode())
    lines = [line.strip() for line in said(notes) if line.strip()]
    assert [line.split(" ", 1)[1] for line in lines if line[:2] == "00"] == TITLES

    page = document_of((store / f"episodes/{name}/index.html").read_bytes())
    shown = page.findall(".//ol[@class='chapters']/li")
    assert [said(item)[-1] for item in shown] == TITLES


def test_what_only_json_says(store: Path) -> None:
    address = attributes(read_feed(store).item("Json"), "podcast:chapters")["url"]
    first, silent, second, third = json.loads(stored(store, address).read_bytes())["chapters"]
    assert stored(store, first["img"]).read_bytes() == COVER.read_bytes()
    assert silent == {"startTime": 0.25, "img": "https://e.example/x.png", "toc": False}
    assert second["url"] == "https://e.example/b"
    assert third["location"] == {"name": "Oslo", "geo": "geo:59.9,10.7"}
    tags = ID3(stored(store, attributes(read_feed(store).item("Json"), "enclosure")["url"]))
    assert any("APIC" in name for frame in tags.getall("CHAP") for name in frame.sub_frames)


def test_transcripts_in_each_language(store: Path) -> None:
    item = read_feed(store).item("Talk")
    found = all_attributes(item, "podcast:transcript")
    assert [(tag["language"], tag["type"], tag.get("rel")) for tag in found] == [
        ("en", "text/vtt", "captions"),
        ("en", "application/x-subrip", "captions"),
        ("en", "application/json", None),
        ("de", "text/vtt", "captions"),
        ("de", "application/x-subrip", "captions"),
        ("de", "application/json", None),
        ("de", "text/html", None),
        ("nb", "text/html", None),
    ]
    content = {(tag["language"], tag["type"]): stored(store, tag["url"]).read_text("utf-8") for tag in found}
    # The speaker is the host, whatever the file calls her.
    assert "<v Ada Berg>Hallo." in content["de", "text/vtt"]
    assert json.loads(content["de", "application/json"])["segments"][0]["speaker"] == "Ada Berg"
    assert '<html lang="nb">' in content["nb", "text/html"]
    assert "<cite>Ada Berg:</cite>" in content["nb", "text/html"]
    assert "<time" not in content["nb", "text/html"]

    page = document_of((store / "episodes/talk/index.html").read_bytes())
    links = page.findall(".//section[@aria-labelledby='translations']//a")
    assert [(link.get("hreflang"), said(link)) for link in links] == [
        ("de", ["Deutsch"]),
        ("nb", ["Norsk bokmål"]),
    ]
    for link in links:
        assert (store / "episodes/talk" / str(link.get("href"))).resolve().is_file()


def test_an_edited_translation_changes_its_episode_and_no_audio(folder: Path, store: Path) -> None:
    before = manifest_of(store)
    (folder / "show/talk/transcript.de.srt").write_text(GERMAN.replace("Tag", "Guten Tag"), "utf-8")
    outcome = publish(folder / "show", to=str(store))
    assert [(planned.slug, planned.changes) for planned in outcome.plan.of("changed")] == [
        ("talk", ("transcript de",))
    ]
    after = manifest_of(store)
    for slug, old in before.by_slug().items():
        new = after.by_slug()[slug]
        assert new.enclosure == old.enclosure
        assert (new.objects == old.objects) == (slug != "talk")
    then, now = before.by_slug()["talk"].objects, after.by_slug()["talk"].objects
    assert {role for role in now if now[role] != then[role]} == {
        f"translation.de.{form}" for form in ("vtt", "srt", "json", "html")
    }

    (folder / "show/talk/transcript.de.srt").unlink()
    publish(folder / "show", to=str(store))
    gone = released(store, "talk")
    assert gone.enclosure == before.by_slug()["talk"].enclosure
    assert {role for role in gone.objects if role.startswith("translation.")} == {"translation.nb.html"}
    assert not publish(folder / "show", to=str(store)).released


def test_chapters_that_move_from_one_source_to_another_change_nothing(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=[{"slug": "one", "chapters": SOURCES["list"]["chapters"]}])
    publish(show, to=str(tmp_path / "public"))
    edit_episode(show, "one", chapters=None)
    (show / "one/chapters.txt").write_text(LINES, "utf-8")
    assert not publish(show, to=str(tmp_path / "public")).released
