"""Every command of README.md and docs/ runs, in the order in which a reader would type them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from publisher.reading.fields import ABSENT, Reading
from publisher.reading.keys import EPISODE, SHOW
from publisher.reading.load import load_show
from publisher.reading.yaml import read_yaml
from publisher.release import publish
from tests.cluster.stand import require_dask
from tests.docs.blocks import LANGUAGES, MARKS, ROOT, Block, blocks, blocks_of, pages
from tests.docs.workplace import Workplace
from tests.servers.server import S3Server
from tests.support.shows import make_show

NAMES = [str(page.relative_to(ROOT)) for page in pages()]
WITH_COMMANDS = [name for name in NAMES if any(b.language == "sh" for b in blocks_of(ROOT / name))]
WITH_S3 = [name for name in NAMES if any(b.value == "swift" for b in blocks_of(ROOT / name))]
_FIELD = re.compile(r"\*(/\d+)?|\d+(-\d+)?(,\d+(-\d+)?)*")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


class Reader:
    """Types what a page says. The README is a walk from top to bottom; on the pages below docs/ every example
    stands for itself, in a shell in which the environment is active."""

    def __init__(self, name: str, folder: Path, server: S3Server | None = None) -> None:
        self._blocks = blocks_of(ROOT / name)
        self._walks = not name.startswith("docs/")
        self._folder = folder
        self._server = server
        self._places: list[Workplace] = []

    def follow(self) -> int:
        """Returns how many blocks of commands were run."""
        return sum(self._do(block) for block in self._blocks)

    def _place(self) -> Workplace:
        if not self._places or not self._walks:
            settings = self._server.environment() if self._server else {}
            folder = self._folder / str(len(self._places))
            self._places.append(Workplace(folder, settings, activated=not self._walks))
        return self._places[-1]

    def _do(self, block: Block) -> bool:
        if block.mark == "file":
            self._place().write(block)
        elif block.language == "python":
            self._place().run(Block("sh", f"python - <<'END'\n{block.text}END\n", block.line))
        elif block.language == "sh" and block.mark != "not run":
            return self._run(block)
        return False

    def _run(self, block: Block) -> bool:
        if block.mark == "needs":
            if self._server is None:
                return False
            for bucket in set(re.findall(r"s3://([^/\s]+)", block.text)):
                self._server.client().create_bucket(Bucket=bucket)
        if block.mark == "after":
            self._place().run(Block("sh", f"{block.value}\n{block.text}", block.line))
        elif block.mark == "status":
            command = f"{block.text.strip()} || test $? -eq {block.value}\n"
            self._place().run(Block("sh", command, block.line))
        elif block.mark == "serves":
            assert b"<rss" in self._place().serve(block)
        elif block.mark == "background":
            require_dask()
            self._place().run_beside(block)
        elif block.mark == "watches" or block.text.startswith("publisher watch"):
            self._place().watch(block, until="released to" if block.mark == "needs" else "watching ")
        else:
            self._place().run(block)
        return True


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_commands_run(name: str, tmp_path: Path) -> None:
    found = blocks_of(ROOT / name)
    wanted = [b for b in found if b.language == "sh" and b.mark not in ("not run", "needs")]
    assert Reader(name, tmp_path).follow() == len(wanted)


@pytest.mark.xdist_group("swift")
@pytest.mark.parametrize("name", WITH_S3)
def test_commands_for_s3_run(name: str, tmp_path: Path, swift_server: S3Server) -> None:
    found = [block for block in blocks_of(ROOT / name) if block.language == "sh"]
    assert Reader(name, tmp_path, swift_server).follow() == sum(block.mark != "not run" for block in found)
    buckets = {bucket for block in found for bucket in re.findall(r"s3://([^/\s]+)", block.text)}
    held = {
        item["Key"].rpartition("/")[2]
        for bucket in buckets
        for item in swift_server.client().list_objects_v2(Bucket=bucket)["Contents"]
    }
    assert {"feed.xml", "index.html"} <= held


def test_the_readme_has_commands_of_every_kind() -> None:
    marks = {(block.language, block.mark) for block in blocks_of(ROOT / "README.md")}
    assert {("sh", ""), ("sh", "serves"), ("sh", "needs"), ("crontab", ""), ("python", "")} <= marks


def test_a_failing_command_is_noticed(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    with pytest.raises(AssertionError, match="status 1"):
        place.run(Block("sh", ". .venv/bin/activate\npublisher check nowhere\n", 1))


def test_an_unlocked_install_is_noticed(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    (place.root / "requirements.lock").write_text("click==8.5.1\n")
    with pytest.raises(AssertionError, match="status 1"):
        place.run(Block("sh", ".venv/bin/pip install -q -r requirements.lock\n", 1))


@pytest.mark.parametrize("page", pages(), ids=NAMES)
def test_every_block_says_what_it_is(page: Path) -> None:
    text = page.read_text("utf-8")
    found = blocks(text)
    assert len(found) * 2 == len(re.findall(r"^\s*```", text, re.MULTILINE))
    for block in found:
        where = f"{page.name}:{block.line}"
        assert block.language in LANGUAGES, where
        assert block.mark in MARKS, where
        assert block.mark != "not run" or len(block.value.split()) > 3, f"{where}: say why"


def test_crontab_lines_are_right_and_their_commands_run(tmp_path: Path) -> None:
    lines = [
        line
        for page in pages()
        for block in blocks_of(page)
        if block.language == "crontab"
        for line in block.text.splitlines()
    ]
    assert lines
    place = Workplace(tmp_path)
    # As the README has it by then.
    (place.root / "inbox").mkdir()
    with (place.root / "episodes" / "podcast.yaml").open("a") as settings:
        settings.write("\ninbox: ../inbox\n")
    for line in lines:
        *fields, command = line.split(maxsplit=5)
        assert len(fields) == 5
        assert "%" not in command, "cron turns % into a new line"
        for field, (low, high) in zip(fields, _RANGES, strict=True):
            assert _FIELD.fullmatch(field), field
            assert all(low <= int(number) <= high for number in re.findall(r"\d+", field)), field
        said = place.run(Block("sh", place.replaced("/srv/podcast", command) + "\n", 1))
        assert said == "", "a run without problems is silent, or cron sends mail"
        assert (place.root / "public" / "feed.xml").exists()
        assert shlex.split(command)[0] == "cd", "cron starts in the home folder"


def test_yaml_examples_are_read_without_a_problem() -> None:
    checked = 0
    for page in pages():
        for block in blocks_of(page):
            if block.language != "yaml" or block.mark == "for":
                continue
            name = Path(block.value).name
            if name == "words.yaml":
                continue
            assert name in ("podcast.yaml", "episode.yaml"), f"{page.name}:{block.line}: say of which file"
            node, findings = read_yaml(block.text.encode())
            assert node is not None
            assert not findings
            reading = Reading(name)
            assert (SHOW if name == "podcast.yaml" else EPISODE).values("", node, reading) not in (
                None,
                ABSENT,
            )
            problems = [p for p in reading.problems if block.mark == "file" or p.rule != "missing-key"]
            assert not problems
            checked += 1
    assert checked >= 3


def test_template_examples_are_filled_in(tmp_path: Path) -> None:
    found = [block for page in pages() for block in blocks_of(page) if block.language == "html"]
    assert found
    for place, block in enumerate(found):
        show, public = make_show(tmp_path / f"show{place}"), tmp_path / f"public{place}"
        path = show / block.value
        path.parent.mkdir(parents=True)
        path.write_text(block.text, "utf-8")
        publish(show, to=str(public))
        own = re.sub(r"\{%.*?%\}", "", block.text).strip()
        assert own
        assert own in (public / "episodes" / "0001-episode" / "index.html").read_text("utf-8")


def test_examples_of_words_are_taken(tmp_path: Path) -> None:
    found = [block for page in pages() for block in blocks_of(page) if block.value == "theme/words.yaml"]
    assert found
    for place, block in enumerate(found):
        show = make_show(tmp_path / f"show{place}", language="nb")
        (show / "theme").mkdir()
        (show / block.value).write_text(block.text, "utf-8")
        loaded = load_show(show)
        assert loaded.problems == ()
        assert loaded.show
        assert loaded.show.words
