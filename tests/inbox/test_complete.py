"""Nothing is taken in before it is complete."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.inbox import Taken, Waiting, take_in
from publisher.inbox.folders import is_being_written
from tests.inbox import slow_copy
from tests.inbox.scene import YAML, Scene
from tests.release.trees import tree
from tests.support.shows import add_episode, audio_of

AUDIO = audio_of("complete")
START = datetime(2020, 1, 1, tzinfo=UTC)


def test_what_has_just_been_dropped_waits_until_it_is_still(scene: Scene) -> None:
    add_episode(scene.inbox, "0007-x", title="X")
    now = datetime.now(UTC)
    (waiting,) = take_in(scene.show, str(scene.inbox), now=now, still_seconds=5)
    assert isinstance(waiting, Waiting)
    assert waiting.is_news
    assert waiting.look_again == now + timedelta(seconds=5)
    (again,) = take_in(scene.show, str(scene.inbox), now=now + timedelta(seconds=1), still_seconds=5)
    assert isinstance(again, Waiting)
    assert not again.is_news
    (taken,) = take_in(scene.show, str(scene.inbox), now=now + timedelta(seconds=6), still_seconds=5)
    assert isinstance(taken, Taken)


def test_times_that_lie_in_the_future_or_the_past_do_no_harm(scene: Scene) -> None:
    """The clock of a disk on the network may be years off: what counts then is how long nothing changed."""
    audio = add_episode(scene.inbox, "0007-x", title="X") / "audio.mp3"
    for seconds in (0, 4):
        (waiting,) = take_in(
            scene.show, str(scene.inbox), now=START + timedelta(seconds=seconds), still_seconds=5
        )
        assert isinstance(waiting, Waiting)
    os.utime(audio, (1e9, 1e9))
    (waiting,) = take_in(scene.show, str(scene.inbox), now=START + timedelta(seconds=6), still_seconds=5)
    assert isinstance(waiting, Waiting), "it changed, whatever its times say"
    (taken,) = take_in(scene.show, str(scene.inbox), now=START + timedelta(seconds=11), still_seconds=5)
    assert isinstance(taken, Taken)


def test_a_clock_that_is_set_back_begins_anew(scene: Scene) -> None:
    add_episode(scene.inbox, "0007-x", title="X")
    for moment in (START, START - timedelta(days=300), START - timedelta(days=300, seconds=-4)):
        (waiting,) = take_in(scene.show, str(scene.inbox), now=moment, still_seconds=5)
        assert isinstance(waiting, Waiting)
    moment = START - timedelta(days=300, seconds=-5)
    (taken,) = take_in(scene.show, str(scene.inbox), now=moment, still_seconds=5)
    assert isinstance(taken, Taken)


@pytest.mark.parametrize(
    "name",
    [
        "audio.mp3.part",
        "~$notes.docx",
        ".audio.mp3.Xk3aBc",
        "a.tmp",
        ".syncthing.a.wav.tmp",
        "sub/x.crdownload",
    ],
)
def test_a_copy_under_way_in_a_folder_is_waited_for(scene: Scene, name: str) -> None:
    folder = scene.drop("0007-x", {"episode.yaml": YAML, "audio.mp3": AUDIO, name: "x"})
    assert Path(name).name in scene.waiting().reason
    assert not scene.waiting().is_news
    (folder / name).unlink()
    assert scene.taken().slug == "0007-x"


def test_a_copy_under_way_beside_loose_files_is_waited_for(scene: Scene) -> None:
    (scene.inbox / "talk.mp3").write_bytes(b"")
    (scene.inbox / "talk.mp3.part").write_bytes(AUDIO)
    assert "talk.mp3.part" in scene.waiting().reason
    (scene.inbox / "talk.mp3.part").rename(scene.inbox / "talk.mp3")
    (scene.inbox / "big.zip.crdownload").write_bytes(b"PK")
    outcomes = {outcome.name: type(outcome) for outcome in scene.look()}
    assert outcomes == {"talk.mp3": Taken, "big.zip.crdownload": Waiting}
    assert not (scene.inbox / "talk.mp3.PROBLEMS.txt").exists()


def test_an_empty_folder_waits(scene: Scene) -> None:
    (scene.inbox / "x" / "y").mkdir(parents=True)
    assert scene.waiting().reason == "there is nothing in it yet"
    assert (scene.inbox / "x" / "y").exists()


def test_a_file_that_is_open_for_writing_is_waited_for(scene: Scene) -> None:
    """A copy that stalls longer than anybody waits, at the end of a frame: nothing of the file tells."""
    folder = scene.drop("0007-x", {"episode.yaml": YAML})
    with (folder / "audio.mp3").open("wb", buffering=0) as copy:
        copy.write(AUDIO)
        if not hasattr(fcntl, "F_SETLEASE"):
            pytest.skip("this system does not tell who writes")
        assert is_being_written(folder / "audio.mp3")
        assert "audio.mp3 is open" in scene.waiting().reason
    assert scene.taken().slug == "0007-x"


def test_audio_that_is_cut_off_is_refused_until_it_is_whole(scene: Scene) -> None:
    sound = (slow_copy_source() / "wav.wav").read_bytes()
    folder = scene.drop("0007-x", {"episode.yaml": YAML, "audio.wav": sound[: len(sound) // 2]})
    refused = scene.refused()
    assert [problem.path for problem in refused.problems if problem.rule == "audio-cut-off"] == ["audio.wav"]
    (folder / "audio.wav").write_bytes(sound)
    assert scene.taken().slug == "0007-x"


def slow_copy_source() -> Path:
    return Path(__file__).parents[1] / "audio"


def test_a_slow_copy_in_another_process_comes_in_whole(scene: Scene, tmp_path: Path) -> None:
    """A look after every piece, each long after the last as far as the looks can tell: whenever it is taken,
    it is taken whole."""
    source = tmp_path / "source"
    source.mkdir()
    add_episode(source, "0007-x", title="X", notes="# Notes\n\n" + "Word " * 600, number=7)
    wanted = tree(source / "0007-x")
    command = [sys.executable, slow_copy.__file__, str(source / "0007-x"), str(scene.inbox / "0007-x")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as copy:
        assert copy.stdin is not None
        assert copy.stdout is not None
        looks = 0
        while copy.stdout.readline():
            # Not still by its own times: both files' are of this second.
            looks += 1
            for outcome in scene.look(later_seconds=0.5):
                assert not isinstance(outcome, Taken), "it was taken while it was being copied"
            # And where the clock says that a long time has passed, the open file tells.
            for outcome in scene.look(later_seconds=3600):
                assert isinstance(outcome, Waiting), "the file is open: nothing is judged"
            copy.stdin.write("\n")
            copy.stdin.flush()
        assert copy.wait(timeout=30) == 0
    assert looks > 4
    taken = scene.taken()
    assert tree(scene.show / taken.slug) == wanted
    assert scene.left() == []


def test_what_changes_while_it_is_taken_in_is_not_taken(scene: Scene) -> None:
    """The audio is written to again after it was judged and before it moves: a real writer in a thread's
    place is the place where the look asks whether all is as it was."""
    from publisher.inbox.drops import drops_of
    from publisher.inbox.folders import FolderInbox
    from publisher.inbox.place import Changed

    folder = scene.drop("0007-x", {"episode.yaml": YAML, "audio.mp3": AUDIO})
    place = FolderInbox(scene.inbox, today=START.date())
    (drop,) = drops_of(place.look())
    with (folder / "audio.mp3").open("ab") as more:
        more.write(b"more")
    with pytest.raises(Changed):
        place.fetch(drop, scene.inbox)
    place.remove(drop.items, folder="0007-x")
    assert scene.left() == ["0007-x/audio.mp3"], "what changed is not removed"
