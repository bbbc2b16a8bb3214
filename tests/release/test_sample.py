"""The sample show's feed: every element that a feed of ours has, with the value that the show gives it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.manifest import Manifest
from publisher.release import Outcome, publish
from publisher.release.published import read_published
from publisher.store.folder import FolderStore
from tests.release.feeds import Feed, all_attributes, attributes, read_feed, text, texts
from tests.support.sample import ROOT

NOW = datetime(2030, 1, 1, tzinfo=UTC)
URL = "https://tingen.example/"


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: a release keeps notes of its own beside the show."""
    target = tmp_path_factory.mktemp("sample") / "episodes"
    return Path(shutil.copytree(ROOT / "episodes", target, ignore=shutil.ignore_patterns(".publisher")))


@pytest.fixture(scope="module")
def published(show: Path) -> tuple[Outcome, Path]:
    public = show.parent / "public"
    return publish(show, to=str(public), url=URL, now=NOW), public


@pytest.fixture(scope="module")
def feed(published: tuple[Outcome, Path]) -> Feed:
    return read_feed(published[1])


@pytest.fixture(scope="module")
def manifest(published: tuple[Outcome, Path]) -> Manifest:
    found = read_published(FolderStore(published[1])).manifest
    assert found is not None
    return found


def test_what_is_due_is_out_and_nothing_else(published: tuple[Outcome, Path], feed: Feed) -> None:
    states = {item.slug: item.state for item in published[0].plan.episodes}
    assert states == {
        "0000-smakebit": "new",
        "0001-hvordan-finner-en-podkast-fram": "new",
        "0002-hva-husker-en-fjord": "new",
        "0003-hvorfor-glemmer-vi": "new",
        "0104-hilsen-til-2040": "scheduled",
        "0004-snakker-torsken": "draft",
    }
    assert len(feed.items) == 4


def test_the_channel(feed: Feed, manifest: Manifest) -> None:
    channel = feed.channel
    assert text(channel, "title") == text(channel, "image/title") == "Tingen har ordet"
    assert (text(channel, "description") or "").startswith(
        "<p>Et lite læringsprogram der ting får slippe til"
    )
    assert "<strong>Alle stemmer er talesyntese" in (text(channel, "description") or "")
    assert texts(channel, "link") == [URL]
    assert attributes(channel, "atom:link[@rel='self']")["href"] == URL + "feed.xml"
    assert (text(channel, "language"), text(channel, "itunes:explicit")) == ("nb", "false")
    assert all_attributes(channel, "itunes:category") == [{"text": "Education"}, {"text": "Technology"}]
    assert all_attributes(channel, "itunes:category/itunes:category") == [{"text": "Courses"}]
    assert attributes(channel, "itunes:image") == {"href": URL + manifest.objects["artwork"].key}
    assert text(channel, "itunes:author") == "publisher-prosjektet"
    assert text(channel, "itunes:owner/itunes:email") == "tingen@example.com"
    assert text(channel, "itunes:type") == "episodic"
    assert text(channel, "copyright") == "publisher-prosjektet"
    assert text(channel, "podcast:guid") == manifest.guid
    assert text(channel, "podcast:locked") == "yes"
    assert attributes(channel, "podcast:locked") == {"owner": "tingen@example.com"}
    assert text(channel, "podcast:medium") == "podcast"
    assert texts(channel, "podcast:funding") == ["Et eksempel på en støttelenke"]
    assert texts(channel, "podcast:person") == ["Verten (talesyntese)"]
    assert attributes(channel, "podcast:person")["href"] == "https://github.com/espeak-ng/espeak-ng"
    assert text(channel, "pubDate") == text(feed.items[0], "pubDate")


def test_an_item_with_everything(feed: Feed, manifest: Manifest, published: tuple[Outcome, Path]) -> None:
    released = manifest.by_slug()["0001-hvordan-finner-en-podkast-fram"]
    item = feed.item("Hvordan finner en podkast fram?")
    assert text(item, "guid") == released.guid
    assert attributes(item, "guid") == {"isPermaLink": "false"}
    assert text(item, "pubDate") == "Mon, 05 Oct 2026 04:00:00 +0000"
    assert text(item, "link") == URL + "episodes/0001-hvordan-finner-en-podkast-fram/"
    assert (text(item, "itunes:season"), text(item, "itunes:episode")) == ("1", "1")
    assert text(item, "itunes:episodeType") == "full"
    assert text(item, "itunes:explicit") == "false"
    assert text(item, "itunes:keywords") == "podkast,RSS,strøm,abonnement,åpne standarder"
    assert (text(item, "description") or "").startswith("RSS-strømmen er en tekstfil som ligger åpent")
    assert attributes(item, "podcast:episode") == {"display": "K0001"}
    assert [found["type"] for found in all_attributes(item, "podcast:transcript")] == [
        *("text/vtt", "application/x-subrip", "application/json"),
    ]
    assert attributes(item, "podcast:chapters")["type"] == "application/json+chapters"
    assert texts(item, "podcast:person") == [
        *("Verten (talesyntese)", "RSS-strømmen", "eSpeak NG", "publisher-prosjektet"),
    ]
    assert attributes(item, "podcast:soundbite") == {"startTime": "49.4", "duration": "25.8"}
    kinds = [form["type"] for form in all_attributes(item, "podcast:alternateEnclosure")]
    assert kinds == ["audio/mpeg", "audio/ogg"]
    notes = text(item, "content:encoded") or ""
    for wanted in (
        "RSS-strømmen</a>, Tekstfil i fast stilling, Det åpne nettet",
        "Forklare med egne ord hva en RSS-strøm er",
        "00:37 En oppslagstavle på nettet",
        "https://no.wikipedia.org/wiki/Podkasting",
        "#transcript",
    ):
        assert wanted in notes


def test_every_address_of_the_feed_leads_to_an_object_of_that_length_and_type(
    feed: Feed, manifest: Manifest, published: tuple[Outcome, Path]
) -> None:
    objects = manifest.all_objects()
    enclosures = [item.find("enclosure") for item in feed.items]
    assert len({found.get("url") for found in enclosures if found is not None}) == 4
    for found in enclosures:
        assert found is not None
        key = str(found.get("url")).removeprefix(URL)
        assert (
            (published[1] / key).stat().st_size == int(str(found.get("length"))) == objects[key].length_bytes
        )
        assert found.get("type") == objects[key].type
        assert key.isascii()
    for item in feed.items:
        for path in ("podcast:transcript", "podcast:chapters"):
            for found_attributes in all_attributes(item, path):
                key = found_attributes["url"].removeprefix(URL)
                assert (published[1] / key).is_file()
    m4a = feed.item("Hva husker en fjord?").find("enclosure")
    assert m4a is not None
    assert m4a.get("type") == "audio/mp4"


def test_past_its_date_exactly_the_scheduled_episode_appears(
    feed: Feed, show: Path, published: tuple[Outcome, Path]
) -> None:
    later = datetime(2041, 1, 1, tzinfo=UTC)
    outcome = publish(show, to=str(published[1]), url=URL, now=later)
    assert [item.slug for item in outcome.plan.of("new")] == ["0104-hilsen-til-2040"]
    assert not outcome.plan.of("changed", "removed", "re-identified")
    after = read_feed(published[1])
    assert after.titles()[1:] == feed.titles()
    assert publish(show, to=str(published[1]), url=URL, now=later).uploaded == 0
