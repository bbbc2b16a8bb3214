"""What `check --fix` changes in a show folder, and what it leaves alone."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.checking.explanations import FIXED
from publisher.fixing import Fixed
from publisher.operations import check, fix
from publisher.problems import Problem
from tests.shows.bad.materials import AUDIO, picture

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHOW = """\
# The show.
title: A show
description: About things.
language: en   # English
categories: [Technology]
author: Somebody
owner: {name: Somebody, email: somebody@example.com}
"""
EPISODE = """\
title: One
published: 2026-01-05
summary: About one.
"""

CASES: list[tuple[str, str, str, str]] = [
    ("type", "show", "explicit: no  # at all", "explicit: false  # at all"),
    ("type", "show", "locked: 'Yes'", "locked: true"),
    ("type", "show", 'complete: "False"', "complete: false"),
    ("type", "episode", "chapters: [{start: 0, toc: No}]", "chapters: [{start: 0, toc: false}]"),
    ("unknown-key", "show", "copyrigth: Somebody # c", "copyright: Somebody # c"),
    ("unknown-key", "show", "'Time-Zone': Europe/Oslo", "'timezone': Europe/Oslo"),
    ("unknown-key", "show", "feed-url: https://example.com/f", "feed_url: https://example.com/f"),
    ("unknown-key", "episode", "guests: [{nmae: Ada}]", "guests: [{name: Ada}]"),
    ("unknown-key", "episode", "guests:\n  - nmae: Ada # a", "guests:\n  - name: Ada # a"),
    ("unknown-key", "episode", "people: {name: A, organisation: B}", "people: {name: A, organization: B}"),
    ("address", "show", "link: example.com/x", "link: https://example.com/x"),
    ("address", "show", "link: 'https://example.com/a b' # b", "link: 'https://example.com/a%20b' # b"),
    ("address", "show", "link: https:/example.com/", "link: https://example.com/"),
    ("address", "episode", "links: [example.com/a, example.com/b]", "links: [https://example.com/a, https://example.com/b]"),
    ("address", "episode", 'links: [{title: "A", url: "//example.com/"}]', 'links: [{title: "A", url: "https://example.com/"}]'),
    ("date", "episode", "published: 2.9.2020 # d", "published: 2020-09-02 # d"),
    ("date", "episode", "published: '2020/09/02 06:00'", "published: '2020-09-02 06:00'"),
    ("date", "episode", "published: 2020/9/2", "published: 2020-09-02"),
    ("copyright-sign", "show", "copyright: © 2026 Somebody", "copyright: Somebody"),
    ("copyright-sign", "show", 'copyright: "Copyright 2026, Somebody"', 'copyright: "Somebody"'),
    ("copyright-sign", "show", "copyright: © @somebody", 'copyright: "@somebody"'),
    ("language", "show", "language: en_GB # l", "language: en-GB # l"),
    ("category", "show", "categories: [Technologie, Art]", "categories: [Technology, Art]"),
    ("category", "show", 'categories:\n  - "Education - Courses"', 'categories:\n  - "Education > Courses"'),
    ("category", "show", "categories: Society and Culture", "categories: Society & Culture"),
    ("category", "show", "categories: Courses", "categories: Education > Courses"),
    ("title-number", "episode", "title: 'Episode 7: It''s I' # t", "title: 'It''s I' # t\nnumber: 7"),
    ("title-number", "episode", "title: '#7 The whale'\nnumber: 7", "title: 'The whale'\nnumber: 7"),
    ("title-number", "episode", "title: 7. The whale", "title: The whale\nnumber: 7"),
]  # fmt: skip
IDS = [f"{rule}-{place}" for place, (rule, *_) in enumerate(CASES)]

LEFT = [
    ("type", "show", "explicit: maybe"),
    ("unknown-key", "show", "copyrigth: A\ncopyright: B"),
    ("unknown-key", "show", "colour: blue"),
    ("address", "show", "link: my page"),
    ("address", "show", "link: javascript:alert(1)"),
    ("date", "episode", "published: 02/09/2020"),
    ("date", "episode", "published: 31.2.2020"),
    ("category", "show", "categories: Whales"),
    ("language", "show", "language: Norwegian"),
    ("title-number", "episode", "title: Episode 7"),
    ("title-number", "episode", "title: 'Episode 7: The whale'\nnumber: 8"),
    ("copyright-sign", "show", "copyright: Somebody, since 2026"),
]


def make(folder: Path, show: str = SHOW, episode: str = EPISODE) -> Path:
    root = folder / "show"
    (root / "one").mkdir(parents=True)
    (root / "cover.jpg").write_bytes(picture("1400x1400"))
    (root / "one" / "audio.mp3").write_bytes(AUDIO.read_bytes())
    (root / "podcast.yaml").write_bytes(show.encode())
    (root / "one" / "episode.yaml").write_bytes(episode.encode())
    return root


def put(text: str, lines: str) -> str:
    """The text with these lines in place of those that have the same keys."""
    keys = {line.partition(":")[0] for line in lines.splitlines() if line[:1] not in (" ", "-")}
    kept = [line for line in text.splitlines() if line.partition(":")[0] not in keys]
    return "\n".join([*kept, lines]) + "\n"


def mended(root: Path) -> Fixed:
    return fix(root, hints=True, now=NOW)


def broken(folder: Path, which: str, lines: str) -> tuple[Path, Path]:
    show, episode = (put(SHOW, lines), EPISODE) if which == "show" else (SHOW, put(EPISODE, lines))
    root = make(folder, show, episode)
    return root, root / ("podcast.yaml" if which == "show" else "one/episode.yaml")


@pytest.mark.parametrize(("rule", "which", "before", "after"), CASES, ids=IDS)
def test_it_is_mended(rule: str, which: str, before: str, after: str, tmp_path: Path) -> None:
    root, file = broken(tmp_path, which, before)
    had = {problem.rule for problem in check(root, hints=True, now=NOW)}
    whole = file.read_text("utf-8")

    done = mended(root)

    assert rule in had
    assert file.read_text("utf-8") == whole.replace(before, after)
    (changed,) = done.files
    assert {made.rule for made in changed.fixes} == {rule}
    assert f"-{before.splitlines()[0]}" in changed.diff or len(before.splitlines()) > 1
    if "Art]" not in before:
        assert rule not in {problem.rule for problem in done.problems}


@pytest.mark.parametrize(("rule", "which", "lines"), LEFT)
def test_it_is_left(rule: str, which: str, lines: str, tmp_path: Path) -> None:
    root, file = broken(tmp_path, which, lines)
    before = file.read_bytes()

    done = mended(root)

    assert done.files == ()
    assert file.read_bytes() == before
    assert rule in {problem.rule for problem in done.problems}


def test_every_rule_that_is_said_to_be_mended_is() -> None:
    elsewhere = {"encoding", "transcript-encoding", "yaml-syntax", "character"}
    assert {rule for rule, *_ in CASES} | elsewhere == FIXED


def test_line_ends_and_the_byte_order_mark_stay(tmp_path: Path) -> None:
    root = make(tmp_path)
    file = root / "one" / "episode.yaml"
    text = "\ufefftitle: 7. The whale\r\npublished: 2.9.2020\r\nexplicit: no\r\n"
    file.write_bytes(text.encode())

    mended(root)

    after = "\ufefftitle: The whale\r\nnumber: 7\r\npublished: 2020-09-02\r\nexplicit: false\r\n"
    assert file.read_bytes().decode() == after


def test_a_last_line_without_an_end(tmp_path: Path) -> None:
    root = make(tmp_path, episode="published: 2026-01-05\ntitle: 7. The whale")
    mended(root)
    assert (root / "one/episode.yaml").read_text() == "published: 2026-01-05\ntitle: The whale\nnumber: 7"


def test_tabs_become_spaces_and_then_the_rest_is_mended(tmp_path: Path) -> None:
    root = make(tmp_path, episode="title: One\npublished: 2.9.2020\nguests:\n\t- name: Ada\n\t  rle: guest\n")
    done = mended(root)
    text = (root / "one/episode.yaml").read_text()
    assert text == "title: One\npublished: 2020-09-02\nguests:\n  - name: Ada\n    role: guest\n"
    assert {made.rule for file in done.files for made in file.fixes} == {"yaml-syntax", "date", "unknown-key"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("title: Blåbær\n".encode("utf-16"), "title: Blåbær\n"),
        ("title: Blåbær\n".encode("utf-16-le"), "title: Blåbær\n"),
        ("title: Blåbær – “søt”\n".encode("cp1252"), "title: Blåbær – “søt”\n"),
        (b"\xef\xbb\xbf\xef\xbb\xbftitle: One\n", "\ufefftitle: One\n"),
        ("title: Москва\n".encode("cp1251"), None),
        ("title: Москва\n".encode("koi8-r"), None),
        ("title: Blåbær ".encode() + "Blåbær\n".encode("latin-1"), None),
        (b"title: \x81\n", None),
    ],
)
def test_encodings(data: bytes, expected: str | None, tmp_path: Path) -> None:
    root = make(tmp_path)
    file = root / "one" / "episode.yaml"
    file.write_bytes(data)
    done = mended(root)
    assert file.read_bytes() == (data if expected is None else expected.encode())
    assert any(problem.rule in ("encoding", "character") for problem in done.problems) == (expected is None)


def test_notes_and_transcripts_are_recoded(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "one" / "notes.md").write_bytes("Om blåbær.".encode("cp1252"))
    (root / "one" / "transcript.txt").write_bytes("Ada: Blåbær.".encode("cp1252"))
    done = mended(root)
    assert (root / "one" / "notes.md").read_text("utf-8") == "Om blåbær."
    assert (root / "one" / "transcript.txt").read_text("utf-8") == "Ada: Blåbær."
    assert [file.path for file in done.files] == ["show/one/notes.md", "show/one/transcript.txt"]


def test_a_fix_that_brings_an_error_is_taken_back_and_the_others_stay(tmp_path: Path) -> None:
    # `nubmer` would become a number that is none; `explict` is mended all the same.
    root = make(tmp_path, episode=EPISODE + "nubmer: seven\nexplict: true\n")
    done = mended(root)
    assert (root / "one/episode.yaml").read_text() == EPISODE + "nubmer: seven\nexplicit: true\n"
    assert [problem.rule for problem in done.problems if problem.is_error] == ["unknown-key"]


def test_one_file_that_cannot_be_cured_does_not_keep_another_from_it(tmp_path: Path) -> None:
    root = make(tmp_path, put(SHOW, "explicit: no"), EPISODE + "nubmer: seven\n")
    done = mended(root)
    assert [file.path for file in done.files] == ["show/podcast.yaml"]
    assert (root / "podcast.yaml").read_text().endswith("explicit: false\n")
    assert (root / "one/episode.yaml").read_text() == EPISODE + "nubmer: seven\n"


def test_permissions_stay_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    root = make(tmp_path, put(SHOW, "explicit: no"))
    (root / "podcast.yaml").chmod(0o640)
    names = sorted(path.name for path in root.iterdir() if path.name != ".publisher")
    mended(root)
    assert stat.S_IMODE((root / "podcast.yaml").stat().st_mode) == 0o640
    assert sorted(path.name for path in root.iterdir() if path.name != ".publisher") == names


def test_a_file_that_is_read_only_is_told_of(tmp_path: Path) -> None:
    root = make(tmp_path, put(SHOW, "explicit: no"))
    before = (root / "podcast.yaml").read_bytes()
    (root / "podcast.yaml").chmod(0o444)
    done = mended(root)
    assert done.files == ()
    assert (root / "podcast.yaml").read_bytes() == before
    assert {("not-writable", "show/podcast.yaml"), ("type", "show/podcast.yaml")} <= {
        (problem.rule, problem.path) for problem in done.problems
    }


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tmp_path, put(SHOW, "explicit: no"))
    before = (root / "podcast.yaml").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = mended(root)

    assert (root / "podcast.yaml").read_bytes() == before
    assert not list(root.glob(".podcast*"))
    assert any("No space left" in problem.message for problem in done.problems)


def test_a_link_inside_the_show_stays_one(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "_shared.yaml").write_text(EPISODE + "explicit: no\n")
    (root / "one/episode.yaml").unlink()
    (root / "one/episode.yaml").symlink_to("../_shared.yaml")
    mended(root)
    assert (root / "one/episode.yaml").is_symlink()
    assert (root / "_shared.yaml").read_text() == EPISODE + "explicit: false\n"


def test_nothing_is_touched_where_nothing_is_wrong(tmp_path: Path) -> None:
    root = make(tmp_path)
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*.yaml")}
    assert mended(root).files == ()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*.yaml")} == times


VALUES = st.sampled_from(
    [
        "yes", "No", "'on'", "maybe", "2.9.2020", "2020/09/02", "13/13/2020", "example.com/x", "a b", "en_GB",
        "https://a.example/b c", "© 2026 A", "7. A: b", "'Episode 3: x'", "[a, no]", "{a: yes}", "Educaton",
        "Education / Courses", "", "|\n  no", "#7", '"#7 x"', "&a b", "*a", "ø", "\u2028", "\x85x",
    ]
)  # fmt: skip
KEYS = st.sampled_from(
    [
        "title", "titel", "explicit", "explict", "published", "link", "lnik", "language", "categories",
        "number", "copyright", "copyrigth", "guests", "links", "locked", "season", "chapters",
    ]
)  # fmt: skip
LINES = st.lists(st.tuples(KEYS, VALUES, st.sampled_from(["", " # note"])), max_size=7)


def _yaml(lines: list[tuple[str, str, str]], end: str) -> str:
    return "".join(f"{key}: {value}{note if '|' not in value else ''}{end}" for key, value, note in lines)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_it_is_idempotent_and_brings_no_error(
    tmp_path_factory: pytest.TempPathFactory,
    show: list[tuple[str, str, str]],
    episode: list[tuple[str, str, str]],
    end: str,
) -> None:
    root = make(
        tmp_path_factory.mktemp("show"),
        SHOW.replace("\n", end) + _yaml(show, end),
        EPISODE.replace("\n", end) + _yaml(episode, end),
    )
    before = check(root, hints=True, now=NOW)
    done = mended(root)
    contents = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    again = mended(root)

    assert done.problems == check(root, hints=True, now=NOW)
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == contents
    assert again.files == ()
    if not any(problem.rule in ("yaml-syntax", "character", "too-many") for problem in before):
        assert _errors(done.problems) <= _errors(before)


def _errors(problems: tuple[Problem, ...]) -> set[tuple[str, str]]:
    return {(problem.path, problem.rule) for problem in problems if problem.is_error}
