"""Another question, another moment or another publisher is answered by a whole run."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.state import code
from publisher.state.journal import Journal
from publisher.state.lock import LOCK
from publisher.store import open_store
from tests.idle.stand import Stand
from tests.support.shows import edit_episode

DAY_SECONDS = 86_400.0


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "elsewhere"},
        {"url": "https://other.example/"},
        {"id3_version": "3"},
        {"id3_version": "4"},
        {"endpoint": "https://s3.example/"},
    ],
    ids=str,
)
def test_another_option_is_another_question(stand: Stand, changes: dict[str, str]) -> None:
    stand.settle()
    done = stand.publish("--no-verify", **changes)
    assert (done.status, done.whole) == (0, 1)


@pytest.mark.parametrize("flag", ["--no-tell"])
def test_another_flag_is_another_question(stand: Stand, flag: str) -> None:
    stand.settle()
    assert stand.publish(flag).whole == 1
    stand.settle(flag)
    # Each has an answer of its own.
    assert stand.publish().is_idle
    assert stand.publish(flag).is_idle


def test_an_option_by_its_variable_is_the_same_question(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stand.settle()
    monkeypatch.setenv("PUBLISHER_TO", "public")
    again = stand.publish(to=None)
    assert again.is_idle
    assert again.said == before.said
    monkeypatch.setenv("PUBLISHER_TO", "elsewhere")
    assert stand.publish("--no-verify", to=None).whole == 1


@pytest.mark.parametrize("flags", [("-v",), ("-vv",), ("--dry-run",), ("--mend",), ("--again",)], ids=str)
def test_who_asks_for_more_gets_a_whole_run(stand: Stand, flags: tuple[str, ...]) -> None:
    stand.settle()
    for _ in range(2):
        done = stand.publish(*flags)
        assert (done.status, done.whole) == (0, 1)
    assert stand.publish().is_idle


@pytest.mark.parametrize(
    "flags",
    [("--no-verify",), ("--allow-removal",), ("--allow-guid-change",), ("--log-format", "json")],
    ids=str,
)
def test_what_makes_no_difference_to_nothing_is_the_same_question(
    stand: Stand, flags: tuple[str, ...]
) -> None:
    stand.settle()
    assert stand.publish(*flags).is_idle


# An episode goes out on 1 February at 06:00 in Oslo, 05:00 in UTC. Two days ahead producers may be told.
MOMENTS = [
    ("2025-01-30 05:58", "2025-01-30 05:59", "2025-01-30 06:00", False),
    ("2025-02-01 05:58", "2025-02-01 05:59", "2025-02-01 06:00", True),
    ("2025-02-01 04:58Z", "2025-02-01 04:59Z", "2025-02-01 05:00Z", True),
]


@pytest.mark.parametrize(("noted", "before", "due", "released"), MOMENTS)
def test_when_something_falls_due_a_whole_run_sees_it(
    stand: Stand, noted: str, before: str, due: str, released: bool
) -> None:
    stand.settle(now=noted)
    assert stand.publish(now=before).is_idle
    done = stand.publish("--no-verify", now=due)
    assert (done.status, done.whole) == (0, 1)
    assert ("show: released" in done.out) == released
    stand.settle(now=due)
    assert stand.publish(now=due.replace(":00", ":01")).is_idle


# The members hear it a week before.
EARLY = [
    ("2025-01-23 05:58", "2025-01-23 05:59", "2025-01-23 06:00", False),
    ("2025-01-25 05:58", "2025-01-25 05:59", "2025-01-25 06:00", True),
    ("2025-02-01 05:58", "2025-02-01 05:59", "2025-02-01 06:00", False),
]


@pytest.mark.parametrize(("noted", "before", "due", "released"), EARLY)
def test_early_access_falls_due_too(
    with_feeds: Stand, noted: str, before: str, due: str, released: bool
) -> None:
    with_feeds.settle(now=noted)
    assert with_feeds.publish(now=before).is_idle
    done = with_feeds.publish("--no-verify", now=due)
    assert (done.status, done.whole) == (0, 1)
    assert ("private feed members: released" in done.out) == released


def test_a_moment_before_the_one_that_was_noted(stand: Stand) -> None:
    stand.settle()
    assert stand.publish(now="2025-01-01 12:00").is_idle
    assert stand.publish(now="2025-01-01 11:59").whole == 1
    # Now it is known from there on.
    assert stand.publish(now="2025-01-01 11:59").is_idle
    assert stand.publish(now="2025-01-01 12:00").is_idle


def test_without_a_moment_it_is_the_clocks(stand: Stand) -> None:
    edit_episode(stand.show, "0003-coming", published="2999-01-01")
    stand.settle(now=None)
    assert stand.publish(now="2025-01-01 12:00").whole == 1


def test_once_a_day_everything_is_looked_at(stand: Stand) -> None:
    stand.settle()
    noted = stand.clock.ahead_seconds
    stand.clock.ahead_seconds = noted + DAY_SECONDS - 60
    assert stand.publish().is_idle
    stand.clock.ahead_seconds = noted + DAY_SECONDS
    assert stand.publish().whole == 1
    assert stand.publish().is_idle


def test_a_clock_that_was_set_back_is_not_believed(stand: Stand) -> None:
    stand.settle()
    stand.clock.ahead_seconds -= 30
    assert stand.publish().whole == 1
    assert stand.publish().is_idle


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of publisher's files, which are what tells one publisher from another here."""
    copy = shutil.copytree(
        Path(code.__file__).parents[1], tmp_path / "package", ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(code, "_PACKAGE", copy)
    code.code_stamp.cache_clear()
    yield copy
    code.code_stamp.cache_clear()


@pytest.mark.parametrize("name", ["site/templates/new.html", "model.py", "locale/nb.po"])
def test_another_publisher_remembers_nothing(stand: Stand, package: Path, name: str) -> None:
    stand.settle()
    with (package / name).open("a") as file:
        file.write("\n")
    code.code_stamp.cache_clear()
    assert stand.publish().whole == 1
    stand.settle()
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "model.pyc").touch()
    code.code_stamp.cache_clear()
    assert stand.publish().is_idle


def test_a_publisher_that_cannot_tell_what_it_is_remembers_nothing(stand: Stand, package: Path) -> None:
    stand.settle()
    shutil.rmtree(package)
    code.code_stamp.cache_clear()
    for _ in range(3):
        assert stand.publish().whole == 1


def test_a_library_that_was_installed_makes_another_publisher(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    monkeypatch.setattr(code, "_libraries", lambda: libraries)
    code.code_stamp.cache_clear()
    try:
        stand.settle()
        (libraries / "lxml-9").mkdir()
        code.code_stamp.cache_clear()
        assert stand.publish().whole == 1
    finally:
        code.code_stamp.cache_clear()


def test_a_show_by_another_name_is_said_by_that_name(stand: Stand) -> None:
    stand.settle()
    done = stand.publish(shows=["./show"])
    assert done.whole == 1
    assert "./show: nothing to do" in done.out


def test_a_show_that_was_moved(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    stand.settle()
    place = stand.show.parent
    place.rename(place.with_name("moved"))
    monkeypatch.chdir(place.with_name("moved"))
    assert stand.publish().whole == 1


def test_a_show_folder_that_was_renamed(stand: Stand) -> None:
    stand.settle()
    stand.show.rename(stand.show.with_name("renamed"))
    assert stand.publish(shows=["renamed"]).whole == 1


def test_a_show_that_was_carried_to_another_machine(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies under the same name there, with all of its times, its cache and its store."""
    stand.settle()
    place = stand.show.parent
    place.rename(place.with_name("original"))
    shutil.copytree(place.with_name("original"), place, symlinks=True)
    monkeypatch.chdir(place)
    assert stand.publish().whole == 1
    stand.settle()


def test_a_run_that_broke_off_while_it_wrote_pages(stand: Stand) -> None:
    stand.settle()
    page = stand.public / "index.html"
    was = page.read_bytes()
    page.write_bytes(b"of a release that never stood")
    Journal(stand.state, open_store("public", base=Path.cwd()).name).open()
    assert stand.publish().whole == 1
    assert page.read_bytes() == was
    stand.settle()


def test_a_run_that_is_at_it_is_waited_for(stand: Stand) -> None:
    stand.settle()
    lock = os.open(stand.state / LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    released: list[float] = []

    def let_go() -> None:
        until = time.monotonic() + 30
        while not stand.whole and time.monotonic() < until:
            time.sleep(0.01)
        released.append(time.monotonic())
        os.close(lock)

    waiting = threading.Thread(target=let_go)
    waiting.start()
    done = stand.publish()
    ended = time.monotonic()
    waiting.join()
    assert (done.status, done.whole) == (0, 1)
    assert ended >= released[0]
    assert stand.publish().is_idle


def test_several_shows_are_each_asked_for_themselves(stand: Stand) -> None:
    shutil.copytree(stand.show, stand.show.with_name("other"), symlinks=True)
    shows = ["show", "other"]
    options: dict[str, str | None] = {"to": None}
    for name in shows:
        text = (stand.show.with_name(name) / "podcast.yaml").read_text()
        (stand.show.with_name(name) / "podcast.yaml").write_text(
            text + f'publish: {{"to": "public-{name}"}}\n'
        )
    stand.publish("--no-verify", shows=shows, **options)
    before = stand.settle(shows=shows, **options)
    assert before.out.count("nothing to do") >= 2
    edit_episode(stand.show.with_name("other"), "0001-first", title="Another")
    assert stand.publish("--no-verify", shows=shows, **options).whole == 1
