"""What producers drop, in the shapes and under the names that their machines give it."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from pathlib import Path

import pytest

from publisher.inbox import Refused, Taken
from publisher.operations import check, load_show
from tests.inbox.scene import YAML, Scene, make_scene, rules, zipped
from tests.release.trees import tree
from tests.support.shows import add_episode, audio_of, edit_show

AUDIO = audio_of("dropped")


def test_a_folder_moves_into_the_show_byte_for_byte(scene: Scene) -> None:
    folder = add_episode(scene.inbox, "0007-a-dropped-one", title="A dropped one", number=7, notes="# Notes")
    dropped, inode = tree(folder), (folder / "audio.mp3").stat().st_ino
    taken = scene.taken()
    assert (taken.slug, taken.title, taken.is_draft, taken.notes) == (
        "0007-a-dropped-one",
        "A dropped one",
        False,
        (),
    )
    assert tree(scene.show / taken.slug) == dropped
    assert (scene.show / taken.slug / "audio.mp3").stat().st_ino == inode, "nothing was copied"
    assert scene.left() == []
    assert not folder.exists()
    assert [problem for problem in check(scene.show) if problem.is_error] == []


@pytest.mark.parametrize(
    ("name", "yaml", "slug"),
    [
        ("building-together", YAML, "building-together"),
        ("Building together", YAML, "0007-a-dropped-one"),
        ("New Folder", YAML, "0007-a-dropped-one"),
        ("untitled-folder", YAML, "0007-a-dropped-one"),
        ("theme", YAML, "0007-a-dropped-one"),
        ("con", YAML, "0007-a-dropped-one"),
        ("Ærlig talt …", "title: Ærlig talt … om øl\n", "aerlig-talt-om-ol"),
        ("Drop.", "title: Con\n", "con-1"),
        ("0001-episode", "title: Another\nnumber: 9\n", "0001-episode-2"),
    ],
)
def test_the_folder_gets_a_good_slug(scene: Scene, name: str, yaml: str, slug: str) -> None:
    before = tree(scene.show)
    scene.drop(name, {"episode.yaml": yaml, "audio.mp3": AUDIO})
    assert scene.taken().slug == slug
    assert {
        path: digest for path, digest in tree(scene.show).items() if not path.startswith(f"{slug}/")
    } == before


def test_an_audio_file_alone_becomes_a_draft(scene: Scene) -> None:
    (scene.inbox / "Episode 12 - building_together.mp3").write_bytes(AUDIO)
    taken = scene.taken()
    assert taken.is_draft
    assert (taken.slug, taken.title) == ("0012-building-together", "Building together")
    assert scene.episode(taken.slug) == ["Episode 12 - building_together.mp3", "episode.yaml"]
    show = load_show(scene.show, cache=False).show
    assert show is not None
    assert [(one.title, one.number, one.published) for one in show.episodes if one.slug == taken.slug] == [
        ("Building together", 12, None)
    ]


def test_a_number_that_is_only_guessed_is_not_given_twice(scene: Scene) -> None:
    (scene.inbox / "001 Something else.mp3").write_bytes(AUDIO)
    assert scene.taken().slug == "something-else"
    assert "# number:" in (scene.show / "something-else" / "episode.yaml").read_text("utf-8")


def test_the_title_in_the_tags_goes_before_the_name(scene: Scene) -> None:
    frame = "Tagged: «title»".encode()
    body = b"TIT2" + bytes((0, 0, 0, len(frame) + 1)) + b"\0\0\x03" + frame
    tag = b"ID3\x04\0\0" + bytes((0, 0, 0, len(body))) + body
    sound = AUDIO[AUDIO.index(b"\xff\xfb") :]
    (scene.inbox / "mix final 2.mp3").write_bytes(tag + sound)
    assert scene.taken().title == "Tagged: «title»"


def test_loose_files_that_are_called_alike_belong_together(scene: Scene) -> None:
    for name, content in {
        "talk.mp3": AUDIO,
        "talk.yaml": YAML.encode(),
        "talk.md": b"Notes",
        "talk.en.vtt": b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n",
        "talk.chapters.txt": b"00:00 First\n00:01 Second\n",
        "talking.mp3": audio_of("talking"),
    }.items():
        (scene.inbox / name).write_bytes(content)
    outcomes = {outcome.name: outcome for outcome in scene.look()}
    assert all(isinstance(outcome, Taken) for outcome in outcomes.values()), outcomes
    assert list(outcomes) == ["talk.mp3", "talking.mp3"]
    assert scene.episode("talk") == [
        "chapters.txt",
        "episode.yaml",
        "notes.md",
        "talk.mp3",
        "transcript.en.vtt",
    ]
    assert scene.left() == []


def test_what_lies_loose_under_the_names_of_an_episodes_folder_is_one(scene: Scene) -> None:
    for name, content in {"audio.mp3": AUDIO, "episode.yaml": YAML.encode(), "notes.md": b"Notes"}.items():
        (scene.inbox / name).write_bytes(content)
    taken = scene.taken()
    assert taken.slug == "0007-a-dropped-one"
    assert scene.episode(taken.slug) == ["audio.mp3", "episode.yaml", "notes.md"]


def test_nobody_guesses_to_which_audio_an_episode_yaml_belongs(scene: Scene) -> None:
    (scene.inbox / "one.mp3").write_bytes(AUDIO)
    (scene.inbox / "two.mp3").write_bytes(audio_of("two"))
    (scene.inbox / "episode.yaml").write_text(YAML)
    outcomes = scene.look()
    assert [type(outcome) for outcome in outcomes] == [Refused] * 3
    assert {"one.mp3", "two.mp3", "episode.yaml"} <= set(scene.left())


@pytest.mark.parametrize(
    "name", ["episode.yml", "Episode.yaml", "EPISODE.YML", "episode.yaml.txt", "talk.yaml", "episode.yaml. "]
)
def test_the_yaml_may_be_called_as_machines_call_it(scene: Scene, name: str) -> None:
    scene.drop("x", {name: YAML, "audio.mp3": AUDIO})
    assert scene.episode(scene.taken().slug) == ["audio.mp3", "episode.yaml"]


@pytest.mark.parametrize(
    ("data", "is_kept"),
    [
        (YAML.replace("\n", "\r\n").encode(), False),
        (b"\xef\xbb\xbf" + YAML.encode(), False),
        (YAML.encode("utf-16"), True),
        (b"\xfe\xff" + YAML.encode("utf-16-be"), True),
        (YAML.replace("A dropped one", "Blåbærsyltetøy").encode("cp1252"), True),
        (YAML.replace("A dropped one", "“One: two”").encode(), True),
        (YAML.replace("A dropped one", '„It: is "so"”   # why').encode(), True),
        ("title: A list\nkeywords: [“one: x”, “two”]\n".encode(), True),
        ("guests:\n\u00a0 - name: A\ntitle: Fixed spaces\n".encode(), True),
    ],
)
def test_the_yaml_may_be_written_with_what_there_is(scene: Scene, data: bytes, is_kept: bool) -> None:
    scene.drop("x", {"episode.yaml": data, "audio.mp3": AUDIO})
    taken = scene.taken()
    written = (scene.show / taken.slug / "episode.yaml").read_bytes()
    assert (written != data) == is_kept == bool(taken.kept) == bool(taken.notes)
    originals = [path.read_bytes() for path in (scene.inbox / ".taken").rglob("episode.yaml")]
    assert originals == ([data] if is_kept else [])


def test_curly_quotes_within_a_title_stay(scene: Scene) -> None:
    scene.drop("x", {"episode.yaml": "title: “All of it” is a quote\nnumber: 3\n", "audio.mp3": AUDIO})
    assert scene.taken().title == "“All of it” is a quote"


def test_litter_stays_out_and_does_not_keep_the_folder(scene: Scene) -> None:
    folder = scene.drop(
        "x",
        {
            "episode.yaml": YAML,
            "audio.mp3": AUDIO,
            ".DS_Store": "x",
            "._audio.mp3": "x",
            "Thumbs.db": "x",
            "desktop.ini": "x",
            "Icon\r": "",
            "__MACOSX/._x": "x",
        },
    )
    (scene.inbox / ".DS_Store").write_text("x")
    assert scene.episode(scene.taken().slug) == ["audio.mp3", "episode.yaml"]
    assert not folder.exists()


def test_names_come_composed_and_without_what_windows_drops(scene: Scene) -> None:
    name = unicodedata.normalize("NFD", "Blåbær.mp3")
    scene.drop(
        unicodedata.normalize("NFD", "Blåbær"),
        {name: AUDIO, "notes.md. ": "Notes", "episode.yaml": "title: Blåbær\naudio: Blåbær.mp3\n"},
    )
    taken = scene.taken()
    assert taken.slug == "blabaer"
    assert {path.name for path in (scene.show / taken.slug).iterdir()} == {
        "Blåbær.mp3",
        "notes.md",
        "episode.yaml",
    }


def test_folders_in_folders_are_unwrapped(scene: Scene) -> None:
    scene.drop("outer", {"Inner/0007-inner/episode.yaml": YAML, "Inner/0007-inner/audio.mp3": AUDIO})
    assert scene.taken().slug == "0007-inner"
    assert scene.left() == []


@pytest.mark.parametrize("prefix", ["", "0007-dropped/", "a/b/"])
def test_a_zip_with_or_without_a_folder(scene: Scene, prefix: str) -> None:
    files: dict[str, str | bytes] = {
        f"{prefix}episode.yaml": YAML,
        f"{prefix}audio.mp3": AUDIO,
        f"__MACOSX/{prefix}._audio.mp3": b"x",
    }
    data = zipped(files)
    (scene.inbox / "Archive.zip").write_bytes(data)
    taken = scene.taken()
    assert scene.episode(taken.slug) == ["audio.mp3", "episode.yaml"]
    assert scene.left() == []
    assert [path.read_bytes() for path in (scene.inbox / taken.kept).iterdir()] == [data]


def test_a_zip_of_audio_alone_is_a_draft(scene: Scene) -> None:
    (scene.inbox / "x.zip").write_bytes(zipped({"Ferjetid.mp3": AUDIO}))
    taken = scene.taken()
    assert (taken.title, taken.is_draft) == ("Ferjetid", True)


def test_several_drops_are_judged_together(scene: Scene) -> None:
    add_episode(scene.inbox, "one", title="One", number=7)
    add_episode(scene.inbox, "two", title="Two", number=7)
    first, second = scene.look()
    assert isinstance(first, Taken)
    assert isinstance(second, Refused)
    assert rules(second) == {"duplicate-number"}
    assert "'one'" in second.problems[0].message


def test_the_same_drop_once_more_is_refused_and_overwrites_nothing(scene: Scene) -> None:
    add_episode(scene.inbox, "0007-x", title="X", number=7)
    scene.taken()
    before = tree(scene.show)
    add_episode(scene.inbox, "0007-x", title="X", number=7)
    refused = scene.refused()
    assert {"duplicate-number", "inbox-twin"} == rules(refused)
    assert tree(scene.show) == before


def test_an_inbox_inside_the_show_is_no_episode(tmp_path: Path) -> None:
    scene = make_scene(tmp_path)
    inside = scene.show / "drops" / "here"
    inside.mkdir(parents=True)
    edit_show(scene.show, inbox="drops/here")
    for name, content in {"episode.yaml": b"title: Loose\n", "audio.mp3": AUDIO}.items():
        (inside / name).write_bytes(content)
    loaded = load_show(scene.show, cache=False)
    assert loaded.show is not None
    assert [episode.slug for episode in loaded.show.episodes] == ["0001-episode"]
    assert loaded.problems == ()


def test_originals_are_kept_for_a_month(scene: Scene) -> None:
    (scene.inbox / "x.zip").write_bytes(zipped({"Ferjetid.mp3": AUDIO}))
    scene.taken()
    (scene.inbox / ".taken" / "my own").mkdir()
    (scene.inbox / "y.zip").write_bytes(zipped({"Fergetid.mp3": audio_of("y")}))
    scene.taken(later_seconds=29 * 86400)
    assert sorted(path.name for path in (scene.inbox / ".taken").rglob("*.zip")) == ["x.zip", "y.zip"]
    (scene.inbox / "z.zip").write_bytes(zipped({"Tid.mp3": audio_of("z")}))
    scene.taken(later_seconds=40 * 86400)
    assert sorted(path.name for path in (scene.inbox / ".taken").rglob("*.zip")) == ["y.zip", "z.zip"]
    assert (scene.inbox / ".taken" / "my own").exists()


def test_an_inbox_on_another_disk_is_copied_from_and_then_emptied(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk here")
    scene = make_scene(tmp_path)
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        far = Scene(scene.show, Path(folder))
        wanted = tree(add_episode(far.inbox, "0007-x", title="X", number=7, notes="# Notes"))
        assert far.taken().slug == "0007-x"
        assert far.left() == []
    assert tree(scene.show / "0007-x") == wanted


def test_an_inbox_that_may_not_be_written_to_gives_nothing_away(scene: Scene) -> None:
    folder = add_episode(scene.inbox, "0007-x", title="X", number=7)
    folder.chmod(0o555)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("this user may write everywhere")
        assert "permissions" in scene.waiting().reason
        assert not (scene.show / "0007-x").exists()
    finally:
        folder.chmod(0o755)
