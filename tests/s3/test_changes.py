"""What a second publish to a bucket does when something changed: exactly that, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.clients.stand import parse
from tests.s3.stand import PREFIX, Bucket
from tests.support.checker import keeps_its_address
from tests.support.sample import SCHEDULED, copy_sample, drop_audio, forget_names_of_audio

EDITED = "0003-hvorfor-glemmer-vi"
TITLE = "Hvorfor glemmer vi det vi hører?"
OTHER_TITLE = "Hvorfor glemmer vi så fort?"


def _items(feed: bytes) -> dict[str, Any]:
    """GUID → item."""
    return {item.findtext("guid"): item for item in parse(feed).iter("item")}


def _plain(bucket: Bucket, keys: set[str]) -> set[str]:
    return {key.removeprefix(f"{bucket.prefix}/") for key in keys}


def test_a_title_is_mended_without_the_audio_and_without_losing_the_old_enclosure(
    bucket: Bucket, work: Path, tmp_path_factory: Any
) -> None:
    bucket.publish(work)
    before, feed_before = bucket.versions(), bucket.feed()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    show = drop_audio(copy_sample(elsewhere / "episodes"))
    forget_names_of_audio(show)
    yaml = show / EDITED / "episode.yaml"
    text = yaml.read_text("utf-8")
    assert TITLE in text
    yaml.write_text(text.replace(TITLE, OTHER_TITLE), "utf-8")

    said = bucket.publish(elsewhere)

    assert said["released"] is True
    states = {episode["slug"]: episode["state"] for episode in said["plan"]["episodes"]}
    assert [slug for slug, state in states.items() if state == "changed"] == [EDITED]
    after = bucket.versions()
    assert before.keys() <= after.keys(), "an object of the release before is gone"
    new = _plain(bucket, after.keys() - before.keys())
    media = [key for key in new if key.startswith("media/")]
    assert len(media) == 1
    assert media[0].startswith(f"media/{EDITED}-")
    touched = _plain(bucket, {key for key in before if before[key] != after[key]})
    assert all(key == "feed.xml" or keeps_its_address(key) for key in touched), touched
    assert "feed.xml" in touched
    items, items_before = _items(bucket.feed()), _items(feed_before)
    assert items.keys() == items_before.keys()
    changed = [guid for guid in items if _text(items[guid]) != _text(items_before[guid])]
    (guid,) = changed
    assert items[guid].findtext("title") == OTHER_TITLE
    old, now = (found[guid].find("enclosure").get("url") for found in (items_before, items))
    assert old != now
    for url in (old, now):
        assert bucket.get(f"{PREFIX}/{url.removeprefix(bucket.url)}").data
    # The sound is the same under the new tags: the producer's own, which this machine has not.
    sound = (work / "episodes" / EDITED / "audio.mp3").read_bytes()[-100_000:]
    assert bucket.get(f"{PREFIX}/{now.removeprefix(bucket.url)}").data.endswith(sound)


def _text(item: Any) -> list[tuple[str, str | None, list[tuple[str, str]]]]:
    return [(node.tag, node.text, sorted(node.attrib.items())) for node in item.iter()]


def test_when_its_moment_has_come_exactly_the_scheduled_episode_appears(bucket: Bucket, work: Path) -> None:
    bucket.publish(work)
    before, feed_before = bucket.versions(), bucket.feed()
    early = bucket.publish(work, now="2040-01-01T08:59:59+01:00")
    assert (early["released"], early["uploaded"]) == (False, 0)
    assert early["plan"]["next_due"] == "2040-01-01T08:00:00+00:00"
    assert bucket.versions() == before

    said = bucket.publish(work, now="2040-01-01T09:00:00+01:00")

    states = {episode["slug"]: episode["state"] for episode in said["plan"]["episodes"]}
    assert [slug for slug, state in states.items() if state == "new"] == [SCHEDULED]
    items, items_before = _items(bucket.feed()), _items(feed_before)
    (guid,) = items.keys() - items_before.keys()
    assert items[guid].findtext("title") == "En hilsen til deg som lytter senere"
    assert next(iter(items)) == guid, "it is the newest, and stands first"
    for known, item in items_before.items():
        assert _text(items[known]) == _text(item)
    after = bucket.versions()
    assert before.keys() <= after.keys()
    new = _plain(bucket, after.keys() - before.keys())
    assert {key.partition("/")[0] for key in new} == {
        *("media", "images", "transcripts", "chapters", "episodes", "releases"),
        *("archive", "organizations", "people", "search", "seasons", "topics"),
    }
    for key in new:
        # Besides what is its own, the pages of what it is about, and the search that finds it.
        of_all = key.startswith(("releases/", "search/")) or keeps_its_address(key)
        assert SCHEDULED in key or of_all


def test_nothing_but_the_prefix_is_touched_and_two_shows_share_a_bucket(bucket: Bucket, work: Path) -> None:
    neighbours = {f"{PREFIX}-other/feed.xml": b"a neighbour's", "shows/readme": b"ours", "feed.xml": b"root"}
    for key, data in neighbours.items():
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=data)
    before = bucket.versions()
    bucket.publish(work)
    after = bucket.versions()
    assert {key: after[key] for key in neighbours} == before
    assert all(key in neighbours or key.startswith(f"{PREFIX}/") for key in after)
