"""A show under watch, by a clock that is moved: what goes out when, and what is told."""

from __future__ import annotations

import io
import itertools
import shutil
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import StoreUnavailable
from publisher.store.folder import FolderStore
from tests.release.feeds import read_feed
from tests.release.trees import tree
from tests.support.shows import add_episode, audio_of, edit_episode, make_show
from tests.watching.controlled import START, ControlledClock, Watched


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "show", episodes=1, timezone="Europe/Oslo")


def silence() -> bytes:
    """Three seconds of it, as WAV."""
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(44_100)
        writer.writeframes(bytes(2 * 3 * 44_100))
    return target.getvalue()


def test_each_episode_goes_out_when_it_falls_due_and_not_before(show: Path, public: Path) -> None:
    moments = [START + timedelta(seconds=seconds) for seconds in (90, 91, 3600, 3 * 86400)]
    for place, moment in enumerate(moments):
        add_episode(
            show, f"later-{place}", title=f"Later {place}", number=10 + place, published=moment.isoformat()
        )
    watched = Watched(show, public, ControlledClock())
    watched.run(4 * 86400)
    out = watched.released()
    assert [slugs for _, slugs in out] == [("0001-episode",), *((f"later-{place}",) for place in range(4))]
    for (when, _), moment in zip(out[1:], moments, strict=True):
        assert timedelta(0) <= when - moment <= timedelta(seconds=2)
    assert read_feed(public).titles()[0] == "Later 3"


def test_nothing_of_it_can_be_guessed_before(show: Path, public: Path) -> None:
    """Its files are stored ahead, under their digests; its page, its name and its feed item are not there."""
    add_episode(
        show, "0002-secret", title="A secret", number=2, published=(START + timedelta(minutes=10)).isoformat()
    )
    watched = Watched(show, public, ControlledClock())
    watched.run(300)
    ahead = [key for key in tree(public) if "secret" in key]
    assert [key.partition("/")[0] for key in ahead if key.startswith("media/")], "it is stored ahead"
    assert not (public / "episodes" / "0002-secret").exists()
    assert all(any(len(part) >= 24 for part in Path(key).stem.split("-")) for key in ahead)
    for path in public.rglob("*"):
        if path.suffix in (".xml", ".html", ".json"):
            assert b"A secret" not in path.read_bytes(), path
    watched.run(400)
    assert "A secret" in read_feed(public).titles()


def test_what_was_missed_goes_out_at_once_and_in_order(show: Path, public: Path) -> None:
    for place in range(3):
        moment = START - timedelta(days=3 - place)
        add_episode(
            show, f"missed-{place}", title=f"Missed {place}", number=5 + place, published=moment.isoformat()
        )
    watched = Watched(show, public, ControlledClock())
    watched.run(5)
    assert len(watched.released()) == 1
    assert read_feed(public).titles()[:3] == ["Missed 2", "Missed 1", "Missed 0"]


def test_a_machine_that_slept_catches_up(show: Path, public: Path) -> None:
    clock = ControlledClock()
    moment = START + timedelta(hours=2)
    add_episode(show, "0002-later", title="Later", number=2, published=moment.isoformat())
    watched = Watched(show, public, clock)
    watched.run(60)
    clock.set(START + timedelta(hours=9))
    watched.run(11)
    assert [slugs for _, slugs in watched.released()][-1] == ("0002-later",)


def test_a_clock_that_is_set_back_takes_nothing_down(show: Path, public: Path) -> None:
    clock = ControlledClock()
    add_episode(
        show, "0002-later", title="Later", number=2, published=(START + timedelta(minutes=1)).isoformat()
    )
    watched = Watched(show, public, clock)
    watched.run(120)
    before = tree(public)
    clock.set(START - timedelta(days=30))
    watched.run(3 * 3600)
    assert tree(public) == before
    assert watched.told("problems") == []


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        # The hour that is there twice is the first one; the one that is not there is told by check.
        ("2031-10-26 02:30", datetime(2031, 10, 26, 0, 30, tzinfo=UTC)),
        ("2031-03-30 03:30", datetime(2031, 3, 30, 1, 30, tzinfo=UTC)),
        ("2032-02-29 06:00", datetime(2032, 2, 29, 5, 0, tzinfo=UTC)),
        ("2031-07-01 06:00", datetime(2031, 7, 1, 4, 0, tzinfo=UTC)),
    ],
)
def test_local_times(show: Path, public: Path, local: str, moment: datetime) -> None:
    add_episode(show, "0002-later", title="Later", number=2, published=local)
    watched = Watched(show, public, ControlledClock(moment - timedelta(hours=4)))
    watched.run(6 * 3600)
    (_, (when, slugs)) = watched.released()
    assert slugs == ("0002-later",)
    assert timedelta(0) <= when - moment <= timedelta(seconds=2)


def test_a_folder_is_picked_up_once_it_is_whole(show: Path, public: Path) -> None:
    # Files of now are from this clock's future, and so counted as new when they are first seen.
    clock = ControlledClock(datetime.now(UTC) - timedelta(hours=2))
    watched = Watched(show, public, clock, still_seconds=5.0)
    watched.run(60)
    audio = audio_of("0002-new")
    folder = add_episode(show, "0002-new", title="New", number=2, sound=audio[:3000])
    for part in range(4):
        watched.watch.changed()
        watched.run(4)
        (folder / "audio.mp3").write_bytes(audio[: 4000 + 1000 * part])
    watched.watch.changed()
    watched.run(1)
    (folder / "audio.mp3").write_bytes(audio)
    watched.watch.changed()
    watched.run(3)
    assert len(watched.released()) == 1
    watched.run(5)
    assert [slugs for _, slugs in watched.released()][1:] == [("0002-new",)]
    assert watched.told("waiting") == []


def test_a_wrong_folder_waits_alone_and_is_told_once(show: Path, public: Path) -> None:
    clock = ControlledClock()
    watched = Watched(show, public, clock)
    watched.run(10)
    wrong = add_episode(show, "0002-wrong", title="Wrong", number=2, published="2031-13-01")
    add_episode(show, "0003-unreadable", number=3)
    (show / "0003-unreadable" / "episode.yaml").write_text("title: [", "utf-8")
    add_episode(show, "0004-well", title="Well", number=4)
    for _ in range(3):
        watched.watch.changed()
        watched.run(600)
    assert [slugs for _, slugs in watched.released()][1:] == [("0004-well",)]
    assert watched.told("waiting") == [
        "0002-wrong is left out: 1 error",
        "0003-unreadable is left out: 1 error",
    ]
    (event,) = [event for event in watched.events if event.slugs == ("0002-wrong",)]
    assert [(item.rule, item.path, item.line) for item in event.problems] == [
        ("date", "show/0002-wrong/episode.yaml", event.problems[0].line)
    ]
    (wrong / "episode.yaml").write_text("title: Wrong\npublished: soon\nnumber: two\n", "utf-8")
    watched.watch.changed()
    watched.run(60)
    assert watched.told("waiting")[2:] == ["0002-wrong is left out: 2 errors"]
    shutil.rmtree(wrong)
    add_episode(show, "0002-wrong", title="Right", number=2)
    watched.watch.changed()
    watched.run(60)
    assert "Right" in read_feed(public).titles()


def test_audio_without_sound_waits_alone(show: Path, public: Path) -> None:
    watched = Watched(show, public, ControlledClock())
    watched.run(10)
    add_episode(show, "0002-silent", title="Silent", number=2, sound=None, files={"audio.wav": silence()})
    add_episode(show, "0003-well", title="Well", number=3)
    watched.watch.changed()
    watched.run(60)
    assert [slugs for _, slugs in watched.released()][1:] == [("0003-well",)]
    assert watched.told("waiting") == ["0002-silent is left out: 1 error"]


def test_a_broken_edit_of_what_is_published_stops_the_show_and_is_told_once(show: Path, public: Path) -> None:
    watched = Watched(show, public, ControlledClock())
    watched.run(10)
    before = tree(public)
    edit_episode(show, "0001-episode", published="never")
    for _ in range(3):
        watched.watch.changed()
        watched.run(4000)
    assert tree(public) == before
    assert len(watched.told("problems")) == 1
    assert watched.watch.is_failing
    edit_episode(show, "0001-episode", published="2024-01-01", title="Mended")
    watched.watch.changed()
    watched.run(10)
    assert watched.told("recovered") == ["all is well again"]
    assert read_feed(public).titles() == ["Mended"]
    assert not watched.watch.is_failing


def test_what_a_person_must_decide_is_told_and_changes_nothing(show: Path, public: Path) -> None:
    add_episode(show, "0002-second", title="Second", number=2)
    watched = Watched(show, public, ControlledClock())
    watched.run(10)
    shutil.move(show / "0002-second", show.parent / "away")
    watched.watch.changed()
    watched.run(7200)
    assert len(watched.told("problems")) == 1
    assert "Second" in read_feed(public).titles()


def test_settings_are_read_again(show: Path, public: Path) -> None:
    watched = Watched(show, public, ControlledClock())
    watched.run(10)
    text = (show / "podcast.yaml").read_text("utf-8").replace("A small show", "Another name")
    (show / "podcast.yaml").write_text(text, "utf-8")
    watched.watch.changed()
    watched.run(10)
    assert read_feed(public).channel.findtext("title") == "Another name"


def test_a_store_that_fails_is_tried_again_later_and_later(
    show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ControlledClock()
    watched = Watched(show, public, clock)
    watched.run(10)
    put, tries = FolderStore.put, []

    def failing(self: FolderStore, key: str, *args: object, **kwargs: object) -> object:
        tries.append(clock.running())
        raise StoreUnavailable("the store does not answer")

    monkeypatch.setattr(FolderStore, "put", failing)
    edit_episode(show, "0001-episode", title="Edited")
    watched.watch.changed()
    watched.run(3600)
    moments = sorted(set(tries))
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert waits[:4] == pytest.approx([5, 10, 20, 40], abs=1)
    assert max(waits) <= 301
    assert len(watched.told("failed")) == 1
    monkeypatch.setattr(FolderStore, "put", put)
    watched.run(301)
    assert watched.told("recovered") == ["all is well again"]
    assert read_feed(public).titles() == ["Edited"]


def test_an_idle_day_asks_the_store_hardly_ever(
    show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(show, public, ControlledClock())
    watched.run(10)
    reads: list[str] = []
    read = FolderStore.read

    def reading(self: FolderStore, key: str, **more: Any) -> Any:
        reads.append(key)
        return read(self, key, **more)

    monkeypatch.setattr(FolderStore, "read", reading)
    steps = watched.run(86400)
    assert 20 <= steps <= 30
    assert set(reads) == {"feed.xml"}
    assert len(reads) == steps


def test_a_show_does_not_begin_with_an_empty_feed(tmp_path: Path, public: Path) -> None:
    show = make_show(tmp_path / "fresh", episodes=1)
    watched = Watched(show, public, ControlledClock(datetime.now(UTC)))
    watched.watch.step()
    assert not (public / "feed.xml").exists()
    watched.run(10)
    assert read_feed(public).titles() == ["About 0001-episode"]


def test_the_end_is_obeyed_while_an_episode_is_held_back(show: Path, public: Path) -> None:
    watched = Watched(show, public, ControlledClock())
    watched.run(10)
    before = tree(public)
    add_episode(
        show, "0002-later", title="Later", number=2, published=(START + timedelta(seconds=30)).isoformat()
    )
    watched.watch.changed()
    watched.stop.set()
    for _ in range(100):
        watched.clock.forward(1)
        if watched.watch.wait_seconds() == 0:
            watched.watch.step()
    assert tree(public)["feed.xml"] == before["feed.xml"]
