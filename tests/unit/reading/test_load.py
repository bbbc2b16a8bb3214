"""A show folder, read whole: what is found, what is left alone, and what is remembered."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from publisher.cache import Table
from publisher.checking import check_show
from publisher.model import Colors
from publisher.reading.cache import FactsCache
from publisher.reading.load import load_show
from publisher.reading.locate import locate
from publisher.reading.schema import episode_schema, show_schema
from publisher.reading.yaml import Mapping, Node, Scalar, read_yaml
from tests.support.shows import SAMPLES, add_episode, make_show

REPOSITORY = Path(__file__).parents[3]
SAMPLE_SHOW = REPOSITORY / "episodes"
NOW = datetime(2025, 1, 1, tzinfo=UTC)
LONG_AGO = 1_600_000_000


def rules(folder: Path) -> list[str]:
    return [problem.rule for problem in load_show(folder).problems]


def age(folder: Path) -> None:
    """Makes everything look old enough to be remembered."""
    for path in folder.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "show", episodes=2)


def test_defaults(show: Path) -> None:
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    assert (loaded.show.folder, loaded.show.timezone, loaded.show.type) == ("show", "UTC", "episodic")
    assert (loaded.show.locked, loaded.show.explicit, loaded.show.medium) == (True, False, "podcast")
    assert [episode.slug for episode in loaded.show.episodes] == ["0001-episode", "0002-episode"]
    episode = loaded.show.episodes[0]
    assert episode.audio is not None
    assert (episode.audio.type, episode.audio.source.path) == ("audio/mpeg", "0001-episode/audio.mp3")
    assert (episode.type, episode.explicit, episode.hosts, episode.notes) == ("full", None, None, "")


@pytest.mark.parametrize(
    ("colors", "wanted"),
    [
        (None, Colors()),
        ({"accent": "#0D5F58"}, Colors(accent="#0d5f58")),
        ("#0d5", Colors(accent="#00dd55")),
        ({"accent": "#0d5f58", "background": "#FFF"}, Colors("#0d5f58", "#ffffff")),
    ],
)
def test_colours(tmp_path: Path, colors: object, wanted: Colors) -> None:
    loaded = load_show(make_show(tmp_path / "show", colors=colors))
    assert loaded.problems == ()
    assert loaded.show is not None
    assert loaded.show.colors == wanted


def test_audio_may_be_missing(show: Path) -> None:
    (show / "0001-episode" / "audio.mp3").unlink()
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    assert loaded.show.episodes[0].audio is None


@pytest.mark.parametrize("name", ["wav.wav", "aiff.aiff", "flac.flac", "opus.ogg", "video.mp4", "alac.m4a"])
def test_audio_that_is_to_be_converted(show: Path, name: str) -> None:
    episode = show / "0001-episode"
    (episode / "audio.mp3").unlink()
    shutil.copyfile(SAMPLES / name, episode / name)
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    audio = loaded.show.episodes[0].audio
    assert audio is not None
    assert audio.codec
    found = [
        problem for problem in check_show(loaded.show, before=None, now=NOW) if problem.severity == "error"
    ]
    assert found == [], "it is made into what can go out"


def test_two_sounds_of_which_one_is_named(show: Path) -> None:
    episode = show / "0001-episode"
    shutil.copyfile(SAMPLES / "wav.wav", episode / "master.wav")
    loaded = load_show(show)
    (problem,) = loaded.problems
    assert problem.rule == "audio-choice"
    assert "audio: audio.mp3" in problem.help
    with (episode / "episode.yaml").open("a", encoding="utf-8") as file:
        file.write("\naudio: audio.mp3\n")
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    assert loaded.show.episodes[0].audio is not None
    assert loaded.show.episodes[0].audio.type == "audio/mpeg"


def test_a_video_among_the_alternates_is_no_second_audio(show: Path) -> None:
    add_episode(show, "0002-video", alternates=[{"file": "video.mp4", "type": "video/mp4"}])
    shutil.copyfile(SAMPLES / "video.mp4", show / "0002-video" / "video.mp4")
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    episode = next(one for one in loaded.show.episodes if one.slug == "0002-video")
    assert episode.audio is not None
    assert episode.audio.type == "audio/mpeg"
    assert [name for name, _ in episode.alternate_files] == ["video.mp4"]


@pytest.mark.parametrize("name", ["AUDIO.MP3", "mix.Mp3", "a song.mp3", "..mp3", "blåbær.mp3"])
def test_endings_in_any_case(show: Path, name: str) -> None:
    episode = show / "0001-episode"
    (episode / "audio.mp3").rename(episode / name)
    loaded = load_show(show)
    assert loaded.show is not None
    assert (loaded.show.episodes[0].audio is None) == name.startswith(".")


def test_covers_notes_and_transcripts_in_any_case(show: Path) -> None:
    episode = show / "0001-episode"
    (episode / "Notes.MD").write_text("# Hei\r\n\r\nDu.\r\n")
    (episode / "TRANSCRIPT.txt").write_text("Ada: Hello.\n")
    shutil.copy(show / "cover.png", episode / "Cover.PNG")
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    read = loaded.show.episodes[0]
    assert read.notes == "# Hei\n\nDu."
    assert read.transcript is not None
    assert (read.transcript.kind, read.transcript.speakers) == ("txt", ("Ada",))
    assert read.artwork is not None


def test_what_is_no_episode(show: Path) -> None:
    for name in (".hidden", "_later", ".git"):
        shutil.copytree(show / "0001-episode", show / name)
    (show / "bilder").mkdir()
    (show / "0001-episode" / "_old.mp3").write_bytes(b"x")
    (show / "0001-episode" / ".DS_Store").write_bytes(b"x")
    (show / "0001-episode" / "Thumbs.db").write_bytes(b"x")
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    assert len(loaded.show.episodes) == 2


def test_a_name_that_is_set_aside_is_said_to_be(show: Path) -> None:
    add_episode(show, "0003-later", number=3, audio="_mix.mp3", files={"_mix.mp3": b"x"})
    (problem,) = load_show(show).problems
    assert problem.rule == "file-missing"
    assert "starts with . or _" in problem.help


def test_names_as_macos_writes_them(show: Path) -> None:
    slug, sound, picture = (
        unicodedata.normalize("NFD", name) for name in ("0003-blåbær-på-å", "mølle.mp3", "bilder/åse.png")
    )
    folder = show / slug
    folder.mkdir()
    shutil.copy(SAMPLES / "cbr.mp3", folder / sound)
    (folder / picture).parent.mkdir()
    shutil.copy(show / "cover.png", folder / picture)
    (folder / "episode.yaml").write_text(
        "title: Blåbær\naudio: mølle.mp3\nguests:\n  - name: Åse\n    image: bilder/åse.png\nnext: nobody\n",
        "utf-8",
    )
    loaded = load_show(show)
    assert loaded.problems == ()
    assert loaded.show is not None
    episode = loaded.show.episodes[-1]
    assert unicodedata.is_normalized("NFC", episode.slug)
    assert episode.audio is not None
    assert [name for name, _ in episode.pictures] == ["bilder/åse.png"]
    for source in (episode.audio.source, episode.pictures[0][1]):
        assert (loaded.root / source.path).is_file()
    found = check_show(loaded.show, before=None, now=NOW)
    (problem,) = (one for one in locate(found, loaded.root) if one.rule == "episode-unknown")
    assert (problem.line, problem.column) == (6, 1)


def test_chapters_are_pointed_at_where_they_are_written(show: Path) -> None:
    add_episode(show, "0003-late", number=3, chapters=[{"start": "1:00"}, {"start": 0}, {"start": "0:50"}])
    loaded = load_show(show)
    assert loaded.show is not None
    late = [
        problem
        for problem in locate(check_show(loaded.show, before=None, now=NOW), loaded.root)
        if problem.rule == "chapters-late"
    ]
    text = (show / "0003-late" / "episode.yaml").read_text()
    root, _ = read_yaml(text.encode())
    assert isinstance(root, Mapping)
    starts = {problem.message.split(" starts at ")[1].split(" ")[0]: problem for problem in late}
    chapters = root.items["chapters"]
    assert [starts[name].line for name in ("60", "50")] == [_line(chapters, 0), _line(chapters, 2)]
    assert [starts[name].column for name in ("60", "50")] == [_column(chapters, 0), _column(chapters, 2)]


def test_items_are_pointed_at_behind_others_that_could_not_be_read(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    soundbites = [{"start": "soon", "duration": 20}, {"start": "9:00:00", "duration": 20}]
    chapters = [{"start": "1:00", "title": "B"}, {"start": "x", "title": "?"}, {"start": 0, "title": "A"}]
    add_episode(show, "0003-lists", number=3, soundbites=soundbites, chapters=chapters, related=["", "none"])
    loaded = load_show(show)
    assert loaded.show is not None
    assert len(loaded.problems) == 3
    found = {
        problem.rule: problem.line
        for problem in locate(check_show(loaded.show, before=None, now=NOW), loaded.root)
    }
    root, _ = read_yaml((show / "0003-lists" / "episode.yaml").read_bytes())
    assert isinstance(root, Mapping)
    for rule, key, place in (
        ("soundbite", "soundbites", 1),
        ("chapters-late", "chapters", 0),
        ("episode-unknown", "related", 1),
    ):
        assert found[rule] == _line(root.items[key], place), rule


def _line(node: Node, place: int) -> int:
    assert not isinstance(node, (Scalar, Mapping))
    return node.items[place].line


def _column(node: Node, place: int) -> int:
    assert not isinstance(node, (Scalar, Mapping))
    return node.items[place].column


def test_several_broken_files_are_all_said(show: Path) -> None:
    (show / "podcast.yaml").write_text("title: A: B\n")
    (show / "0001-episode" / "episode.yaml").write_text("title: One\nnumber: 0\n")
    (show / "0002-episode" / "notes.md").write_bytes(b"\xff")
    loaded = load_show(show)
    assert loaded.show is None
    assert [problem.rule for problem in loaded.problems] == ["type", "encoding", "yaml-syntax"]


def test_a_broken_episode_keeps_its_slug(show: Path) -> None:
    (show / "0001-episode" / "episode.yaml").write_text("title: 'One\n")
    loaded = load_show(show)
    assert loaded.show is not None
    assert [episode.slug for episode in loaded.show.episodes] == ["0001-episode", "0002-episode"]
    assert check_show(loaded.show, before=None, now=NOW) == ()


@pytest.mark.parametrize("name", ["gone", "show/podcast.yaml"])
def test_no_show_folder(show: Path, name: str) -> None:
    assert rules(show.parent / name) == ["no-show"]


def test_a_folder_named_by_dots(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, name in ((show, "."), (show / "0001-episode", "..")):
        monkeypatch.chdir(folder)
        loaded = load_show(name)
        assert loaded.show is not None
        assert loaded.show.folder == "show"


def test_a_show_behind_a_link(show: Path) -> None:
    link = show.parent / "link"
    link.symlink_to(show, target_is_directory=True)
    loaded = load_show(link)
    assert loaded.problems == ()
    assert loaded.root == show.resolve()


def test_a_second_reading_comes_to_the_same(show: Path) -> None:
    age(show)
    first = load_show(show)
    assert load_show(show) == first
    assert load_show(show, cache=False) == first


def test_what_changed_is_read_again(show: Path) -> None:
    age(show)
    before = load_show(show).show
    sound = show / "0001-episode" / "audio.mp3"
    sound.write_bytes((SAMPLES / "chapters.mp3").read_bytes())
    os.utime(sound, (LONG_AGO + 5, LONG_AGO + 5))
    after = load_show(show).show
    assert before is not None
    assert after is not None
    assert before.episodes[0].audio != after.episodes[0].audio
    assert before.episodes[1] == after.episodes[1]


def _broken(path: Path) -> dict[str, bytes]:
    whole = path.read_bytes()
    return {
        "empty": b"",
        "text": b"this is no database, and longer than its header would be " * 4,
        "half": whole[: len(whole) // 2],
        "zeros behind the first page": whole[:16384] + bytes(len(whole) - 16384),
        "noise behind the first page": whole[:16384] + b"\xa5" * (len(whole) - 16384),
        "noise in the header": b"\xa5" * 60 + whole[60:],
    }


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "text",
        "half",
        "zeros behind the first page",
        "noise behind the first page",
        "noise in the header",
    ],
)
def test_a_broken_cache_costs_time_only(show: Path, how: str) -> None:
    age(show)
    first = load_show(show)
    database = show / ".publisher" / "cache.sqlite"
    database.write_bytes(_broken(database)[how])
    assert load_show(show) == first
    assert load_show(show) == first
    with Table(show / ".publisher", "facts") as table:
        assert table.all()


@pytest.mark.parametrize("facts", ["{}", "[]", "null", "7", '{"facts": {}, "findings": []}', "{", '"x"'])
def test_a_cache_of_another_shape_is_not_believed(show: Path, facts: str) -> None:
    age(show)
    first = load_show(show)
    with Table(show / ".publisher", "facts") as table:
        kept = table.all()
        for (path, kind), value in kept.items():
            table.put(path, kind, value.partition(b"\n")[0] + b"\n" + facts.encode())
    assert kept
    assert load_show(show) == first


def test_a_cache_with_other_columns(show: Path) -> None:
    age(show)
    (show / ".publisher").mkdir(exist_ok=True)
    connection = sqlite3.connect(show / ".publisher" / "cache.sqlite")
    with connection:
        connection.execute("CREATE TABLE facts (something TEXT)")
    connection.close()
    assert load_show(show).problems == ()
    with Table(show / ".publisher", "facts") as table:
        assert table.all()


def test_a_file_where_the_cache_would_be(show: Path) -> None:
    (show / ".publisher").write_text("in the way")
    assert load_show(show).problems == ()
    assert (show / ".publisher").read_text() == "in the way"


def test_a_cache_that_goes_while_it_is_open(show: Path) -> None:
    folder = show / ".publisher"
    path = show / "podcast.yaml"
    age(show)
    with FactsCache(folder) as cache:
        shutil.rmtree(folder)
        cache.put("podcast.yaml", "digest", path.stat(), {"facts": None, "findings": []})
    assert load_show(show).problems == ()


def test_readers_at_the_same_time(show: Path) -> None:
    age(show)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(load_show, [show] * 16))
    assert all(one == found[0] for one in found)
    assert found[0].problems == ()


def test_a_file_that_changed_just_now_is_not_remembered(show: Path) -> None:
    path = show / "podcast.yaml"
    os.utime(path)
    with FactsCache(show / ".publisher") as cache:
        cache.put("podcast.yaml", "x", path.stat(), 1)
    with FactsCache(show / ".publisher") as cache:
        assert cache.get("podcast.yaml", "x", path.stat()) is None
    os.utime(path, (LONG_AGO, LONG_AGO))
    with FactsCache(show / ".publisher") as cache:
        cache.put("podcast.yaml", "x", path.stat(), 1)
    with FactsCache(show / ".publisher") as cache:
        assert cache.get("podcast.yaml", "x", path.stat()) == 1
        os.utime(path, (LONG_AGO + 1, LONG_AGO + 1))
        assert cache.get("podcast.yaml", "x", path.stat()) is None


def _plain(node: Node) -> object:
    """A node as an editor that speaks YAML 1.2 sees it."""
    if isinstance(node, Mapping):
        return {key: _plain(item) for key, item in node.items.items()}
    if not isinstance(node, Scalar):
        return [_plain(item) for item in node.items]
    if node.plain and node.text in ("true", "false"):
        return node.text == "true"
    if node.plain:
        for kind in (int, float):
            try:
                return kind(node.text)
            except ValueError:
                continue
    return node.text


def test_the_schemas_are_schemas() -> None:
    for schema in (show_schema(), episode_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_sample_show_fits_its_schema() -> None:
    for pattern, schema in (("podcast.yaml", show_schema()), ("*/episode.yaml", episode_schema())):
        files = sorted(SAMPLE_SHOW.glob(pattern))
        assert files
        for path in files:
            root, _ = read_yaml(path.read_bytes())
            assert root is not None
            jsonschema.validate(_plain(root), schema)


@pytest.mark.parametrize(
    "document",
    [{}, {"title": "One", "number": 0}, {"title": "One", "nummer": 1}, {"title": "One", "type": "extra"}],
)
def test_the_schema_refuses(document: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, episode_schema())


@pytest.mark.parametrize(("name", "schema"), [("show", show_schema()), ("episode", episode_schema())])
def test_the_schema_that_is_kept_for_editors_is_this_one(name: str, schema: dict[str, object]) -> None:
    path = REPOSITORY / "docs" / "schema" / f"{name}.schema.json"
    assert json.loads(path.read_text("utf-8")) == schema
