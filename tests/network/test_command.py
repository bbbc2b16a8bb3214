"""Several shows in one command: each for itself, told of in order, and summed up."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from publisher import cli
from tests.release.trees import run, tree
from tests.support.shows import edit_episode, make_show

NUMBER = 12
NOW = ("--now", "2030-01-01", "--no-verify")


def make_network(folder: Path, number: int = NUMBER) -> list[str]:
    """Shows that are published beside one another; the first has the most to do, so that others are done
    before it."""
    (folder / "public").mkdir(parents=True)
    return [
        str(
            make_show(
                folder / "shows" / f"show{place:02}",
                episodes=6 if place == 0 else 1,
                title=f"Show {place}",
                url=f"https://example.com/show{place:02}/",
                publish={"to": f"../public/show{place:02}"},
            )
        )
        for place in range(number)
    ]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shows that are published, and copied by whoever changes them."""
    folder = tmp_path_factory.mktemp("network")
    shows = make_network(folder)
    done = run("publish", *shows, *NOW)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def shows(network: Path, tmp_path: Path) -> list[str]:
    for name in ("shows", "public"):
        shutil.copytree(network / name, tmp_path / name)
    return [str(path) for path in sorted((tmp_path / "shows").iterdir())]


def said_of(said: str, shows: list[str]) -> list[str]:
    """Of which show each line is that names one."""
    found = (re.search(r"show\d\d", line) for line in said.splitlines())
    return [match[0] for match in found if match]


def test_the_same_is_said_and_written_as_by_one_after_the_other(tmp_path: Path) -> None:
    at_once, one_by_one = tmp_path / "at once", tmp_path / "one by one"
    shows = make_network(at_once)
    make_network(one_by_one)
    together = run("publish", *shows, *NOW)
    assert together.returncode == 0, together.stderr
    alone = [run("publish", show.replace("at once", "one by one"), *NOW).stdout for show in shows]
    said, _, summary = together.stdout.removesuffix("\n").rpartition("\n")
    assert said + "\n" == "".join(alone).replace("one by one", "at once")
    assert summary == f"{NUMBER} shows: {NUMBER} released, 0 failed"
    assert tree(at_once / "public") == tree(one_by_one / "public")


def test_nothing_to_do(shows: list[str]) -> None:
    done = run("publish", *shows, *NOW)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == f"{NUMBER} shows: {NUMBER} nothing to do, 0 failed"
    quiet = run("publish", *shows, *NOW, "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def break_some(shows: list[str]) -> dict[str, tuple[int, str]]:
    """Does something to shows in the middle, and gives their statuses with what is said of them."""
    changed, wrong, nowhere, fewer = (Path(shows[place]) for place in (2, 4, 6, 8))
    edit_episode(changed, "0001-episode", title="Another title")
    (wrong / "0001-episode" / "episode.yaml").write_text("title: [", "utf-8")
    text = (nowhere / "podcast.yaml").read_text("utf-8")
    (nowhere / "podcast.yaml").write_text(text.replace("../public/", "../private/"), "utf-8")
    (fewer / "0001-episode").rename(fewer / "_0001-episode")
    return {
        str(wrong): (1, "error"),
        str(nowhere): (3, "cannot be made"),
        str(fewer): (5, "the feed would be empty"),
    }


@pytest.mark.parametrize("quiet", [False, True], ids=["", "quiet"])
def test_failures_in_the_middle_stop_no_other(shows: list[str], quiet: bool) -> None:
    expected = break_some(shows)
    done = run("publish", *shows, *NOW, *(["--quiet"] if quiet else []))
    assert done.returncode == 5, "the highest of all"
    last = done.stderr.splitlines()[-3:]
    for line, (show, (status, words)) in zip(last, expected.items(), strict=True):
        assert line.startswith(f"{show}: ")
        assert line.endswith(f" (status {status})")
        assert words in line
    if quiet:
        assert done.stdout == ""
    else:
        summary = f"{NUMBER} shows: {NUMBER - 4} nothing to do, 1 released, 3 failed"
        assert done.stdout.splitlines()[-1] == summary
        named = said_of(done.stdout, shows)
        assert named == sorted(named)
        assert f"{shows[2]}: released to " in done.stdout
    problems = said_of(done.stderr, shows)[:-3]
    assert problems == sorted(problems), "what is said of a show on stderr stands together too"
    again = run("publish", *shows, *NOW)
    assert f"{NUMBER - 3} nothing to do, 3 failed" in again.stdout


def test_one_document(shows: list[str]) -> None:
    expected = break_some(shows)
    done = run("publish", *shows, *NOW, "--json")
    assert done.returncode == 5
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert document["summary"] == {
        "shows": NUMBER,
        "status": 5,
        "nothing_to_do": NUMBER - 4,
        "released": 1,
        "failed": 3,
    }
    assert [show["show"] for show in document["shows"]] == shows
    statuses = {show["show"]: show["status"] for show in document["shows"] if show["status"]}
    assert statuses == {show: status for show, (status, _) in expected.items()}
    assert [show["show"] for show in document["shows"] if show.get("released")] == [shows[2]]
    assert done.stdout == json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def test_each_line_of_a_log_names_its_show(shows: list[str]) -> None:
    expected = break_some(shows)
    done = run("publish", *shows, *NOW, "--log-format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["show"] for line in lines} == set(expected)
    named = [line["show"] for line in lines if line["event"] != "failed"]
    assert named == sorted(named)
    assert [line["show"] for line in lines if line["event"] == "failed"] == list(expected)


def test_a_mistake_of_publishers_own_stops_no_other(
    shows: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from publisher import planning
    from publisher.release import preparing

    real = planning.make_plan

    def make_plan(show: Any, *arguments: Any, **options: Any) -> Any:
        if show.title == "Show 5":
            raise LookupError("postgres://somebody:hunter2@example.com")
        return real(show, *arguments, **options)

    monkeypatch.setattr(preparing, "make_plan", make_plan)
    # As if nothing were known: each show is planned.
    assert cli.run(["plan", *shows, "--now", "2030-01-02"]) == 3
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == f"{NUMBER} shows: {NUMBER - 1} nothing to do, 1 failed"
    (line,) = [line for line in said.err.splitlines() if line.startswith(shows[5])]
    assert "publisher failed where it should not: LookupError" in line
    assert "hunter2" not in said.out + said.err


def test_a_lock_that_another_run_holds_keeps_that_show_alone(
    shows: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from publisher import release
    from publisher.state.lock import only_run
    from tests.release.test_lock import held_elsewhere

    def hasty(folder: Any, **options: Any) -> Any:
        return only_run(folder, wait_seconds=0.3, **options)

    monkeypatch.setattr(release, "only_run", hasty)
    edit_episode(Path(shows[3]), "0001-episode", title="Another title")
    edit_episode(Path(shows[4]), "0001-episode", title="Another title")
    with held_elsewhere(Path(shows[3])):
        assert cli.run(["publish", *shows, *NOW]) == 4
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == f"{NUMBER} shows: {NUMBER - 2} nothing to do, 1 released, 1 failed"
    assert said.err.splitlines()[-1].startswith(f"{shows[3]}: another run of this show")
    assert said.err.splitlines()[-1].endswith("(status 4)")


def test_shows_that_are_sent_to_one_store_are_compared_in_their_order(tmp_path: Path) -> None:
    """As it always was: the first is released, and would be replaced by the others."""
    shows = make_network(tmp_path, 4)
    for _ in range(2):
        done = run("publish", *shows, *NOW, "--to", tmp_path / "public" / "one", "--json")
        assert [show["status"] for show in json.loads(done.stdout)["shows"]] == [0, 5, 5, 5]


def test_a_show_that_is_named_twice_is_published_once(tmp_path: Path) -> None:
    (show,) = make_network(tmp_path, 1)
    done = run("publish", show, f"{show}/", show, *NOW)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "3 shows: 2 nothing to do, 1 released, 0 failed"


def test_plan_and_check(shows: list[str]) -> None:
    break_some(shows)
    planned = run("plan", *shows, "--now", "2030-01-01")
    assert planned.returncode == 1, "what would remove something, or has no store yet, can be planned"
    assert f"{shows[2]}: a publish would release this" in planned.stdout
    summary = f"{NUMBER} shows: {NUMBER - 4} nothing to do, 3 to be released, 1 failed"
    assert planned.stdout.splitlines()[-1] == summary
    checked = run("check", *shows, "--now", "2030-01-01", "--no-listen")
    assert checked.returncode == 1
    assert checked.stdout.splitlines()[-1] == f"{NUMBER} shows: {NUMBER - 1} passed, 1 failed"
    dry = run("publish", *shows[:3], *NOW, "--dry-run")
    assert dry.stdout.splitlines()[-1] == "3 shows: 2 nothing to do, 1 to be released, 0 failed"


def test_many_import_no_more_than_one(shows: list[str]) -> None:
    def modules(*shows: str) -> set[str]:
        done = run("publish", *shows, *NOW, "--quiet", env={"PYTHONPROFILEIMPORTTIME": "1"})
        assert done.returncode == 0
        lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
        return {line.rpartition("|")[2].strip() for line in lines}

    one, many = modules(shows[0]), modules(*shows)
    assert len(one) > 50
    assert many - one == {"publisher.network"}
