"""The command, as a person and cron run it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.inbox.scene import YAML, Scene, make_scene
from tests.release.trees import run, tree
from tests.support.shows import add_episode, audio_of, edit_show


def test_it_says_what_became_of_everything(scene: Scene) -> None:
    add_episode(scene.inbox, "0007-x", title="X", number=7)
    scene.drop("bad", {"episode.yaml": "title: Y\nnonsense: 1\n", "audio.mp3": audio_of("bad")})
    (scene.inbox / "z.mp3.part").write_bytes(b"x")
    done = run("inbox", scene.show, "--from", scene.inbox, "--still", "0s")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"0007-x: taken in as {scene.show}/0007-x",
        "bad: refused; bad/PROBLEMS.txt says why",
        "z.mp3.part: waits, a copy is under way: z.mp3.part",
    ]
    assert done.stderr.startswith("bad/episode.yaml:2:1: error[unknown-key]")
    again = run("inbox", scene.show, "--from", scene.inbox, "--still", "0s", "--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (1, "", ""), "cron mails what is new, and once"


def test_one_document_with_json(scene: Scene) -> None:
    add_episode(scene.inbox, "0007-x", title="X", published=None)
    scene.drop("bad", {"episode.yaml": "title: Y\nnonsense: 1\n", "audio.mp3": audio_of("bad")})
    done = run("inbox", scene.show, "--from", scene.inbox, "--still", "0s", "--json")
    (document,) = json.loads(done.stdout)["shows"]
    assert document["status"] == 1
    taken, refused = document["inbox"]
    assert taken == {
        "outcome": "taken",
        "name": "0007-x",
        "slug": "0007-x",
        "title": "X",
        "draft": True,
        "problems": taken["problems"],
        "notes": [],
        "kept": None,
    }
    assert refused["outcome"] == "refused"
    assert [problem["rule"] for problem in refused["problems"] if problem["severity"] == "error"] == [
        "unknown-key"
    ]


def test_the_inbox_that_the_show_names(tmp_path: Path) -> None:
    scene = make_scene(tmp_path)
    edit_show(scene.show, inbox="../inbox")
    add_episode(scene.inbox, "0007-x", title="X")
    assert run("inbox", scene.show, "--still", "0s").returncode == 0
    assert scene.episode("0007-x")
    edit_show(scene.show, inbox="../elsewhere")
    done = run("inbox", scene.show)
    assert done.returncode == 3
    assert "is not there" in done.stderr
    add_episode(scene.inbox, "0008-y", title="Y", sound=audio_of("y"))
    named = run("inbox", scene.show, "--still", "0s", env={"PUBLISHER_INBOX": str(scene.inbox)})
    assert named.returncode == 0, named.stderr


def test_what_cannot_be_an_inbox(scene: Scene) -> None:
    assert run("inbox", scene.show).returncode == 2
    assert run("inbox", scene.show, "--from", scene.show).returncode == 2
    assert run("inbox", scene.inbox, "--from", scene.inbox).returncode == 1
    assert run("inbox", scene.show, "--from", scene.inbox, "--still", "soon").returncode == 2


def test_two_looks_at_once_take_it_in_once(scene: Scene) -> None:
    import subprocess
    import sys

    from tests.release.trees import environment

    for number in range(6):
        add_episode(scene.inbox, f"000{number + 2}-x", title=f"X {number}", number=number + 2)
    command = [
        sys.executable,
        "-m",
        "publisher",
        "inbox",
        str(scene.show),
        "--from",
        str(scene.inbox),
        "--still",
        "0s",
        "--json",
    ]
    looks = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    outputs = [look.communicate(timeout=120) for look in looks]
    assert [look.returncode for look in looks] == [0, 0, 0], outputs
    taken = [outcome["slug"] for output, _ in outputs for outcome in json.loads(output)["shows"][0]["inbox"]]
    assert sorted(taken) == [f"000{number + 2}-x" for number in range(6)]
    assert scene.left() == []


def test_a_quiet_look_touches_nothing(scene: Scene) -> None:
    scene.drop("bad", {"episode.yaml": YAML})
    scene.look()
    scene.look()
    before = tree(scene.show.parent, without=())
    stats = {path: path.stat().st_mtime_ns for path in scene.show.parent.rglob("*")}
    for _ in range(3):
        scene.look()
    assert tree(scene.show.parent, without=()) == before
    after = {path: path.stat().st_mtime_ns for path in scene.show.parent.rglob("*")}
    assert {path.name for path, moment in after.items() if stats[path] != moment} <= {"inbox"}
