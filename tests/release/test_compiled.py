"""Templates that are kept as they were compiled: the same page, whatever became of the files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

import publisher
from publisher.release import compiled
from publisher.release.compiled import CompiledTemplates
from tests.support.shows import edit_show, make_show

PAGE = "{% for item in items %}<li>{{ item|upper }}</li>{% endfor %}"
RENDERED = "<li>A</li><li>B</li>"


@pytest.fixture(autouse=True)
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "site" / "templates"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(PAGE)
    return folder


class Render:
    """Renders the page in an environment that has compiled nothing yet.

    Attributes:
        compiled: how often anything had to be.
    """

    def __init__(
        self, folder: Path, *, kind: type[Environment] = Environment, root: Path | None = None
    ) -> None:
        self.compiled = 0
        self._environment = kind(
            loader=FileSystemLoader(root or folder), bytecode_cache=CompiledTemplates(folder)
        )
        compile = self._environment._compile

        def counted(source: str, filename: str) -> object:
            self.compiled += 1
            return compile(source, filename)

        self._environment._compile = counted  # type: ignore[method-assign, assignment]

    def page(self) -> str:
        return self._environment.get_template("page.html").render(items=["a", "b"])


def kept(folder: Path) -> list[Path]:
    return sorted(folder.parent.rglob("*.jinja"))


def test_it_is_compiled_once(folder: Path) -> None:
    first, second = Render(folder), Render(folder)
    assert [first.page(), second.page()] == [RENDERED, RENDERED]
    assert [first.compiled, second.compiled] == [1, 0]
    (path,) = kept(folder)
    assert path.parent == folder.parent / "__pycache__"
    assert path.name == f"templates-page.{sys.implementation.cache_tag}.jinja"


def test_another_source_is_compiled(folder: Path) -> None:
    Render(folder).page()
    (folder / "page.html").write_text(PAGE.replace("li", "dt"))
    assert Render(folder).page() == RENDERED.replace("li", "dt")


def test_another_version_compiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Render(folder).page()
    monkeypatch.setattr(compiled, "code_stamp", lambda: "another")
    render = Render(folder)
    assert (render.page(), render.compiled) == (RENDERED, 1)
    # Where it cannot be told which version this is, nothing is taken and nothing kept.
    monkeypatch.setattr(compiled, "code_stamp", lambda: "")
    render = Render(folder)
    assert (render.page(), render.compiled) == (RENDERED, 1)


def test_the_sandbox_has_its_own(folder: Path) -> None:
    Render(folder).page()
    boxed = Render(folder, kind=ImmutableSandboxedEnvironment)
    assert (boxed.page(), boxed.compiled) == (RENDERED, 1)
    again = Render(folder, kind=ImmutableSandboxedEnvironment)
    assert (again.page(), again.compiled) == (RENDERED, 0)
    plain = Render(folder)
    assert (plain.page(), plain.compiled) == (RENDERED, 0), "one has taken the place of the other"


def test_any_byte_may_be_damaged(folder: Path) -> None:
    Render(folder).page()
    (path,) = kept(folder)
    data = path.read_bytes()
    for at in range(0, len(data), 7):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        render = Render(folder)
        assert (render.page(), render.compiled) == (RENDERED, 1), at
        assert path.read_bytes() == data


@pytest.mark.parametrize("length", [0, 1, 64, 65, 300])
def test_it_may_be_cut(folder: Path, length: int) -> None:
    Render(folder).page()
    (path,) = kept(folder)
    path.write_bytes(path.read_bytes()[:length])
    assert Render(folder).page() == RENDERED


@pytest.mark.parametrize("block", [Path.touch, Path.symlink_to])
def test_where_nothing_can_be_kept(folder: Path, block: Callable[..., None]) -> None:
    arguments = () if block is Path.touch else ("nowhere/at/all",)
    block(folder.parent / "__pycache__", *arguments)
    assert [Render(folder).page(), Render(folder).page()] == [RENDERED, RENDERED]
    assert not kept(folder)


def test_nothing_is_kept_where_python_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert Render(folder).page() == RENDERED
    assert not kept(folder)


def test_a_python_that_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert [Render(folder).page(), Render(folder).page()] == [RENDERED, RENDERED]
    assert not kept(folder)


def test_a_shows_own_templates_are_not_kept(folder: Path, tmp_path: Path) -> None:
    theme = tmp_path / "show" / "theme" / "templates"
    theme.mkdir(parents=True)
    (theme / "page.html").write_text(PAGE)
    for _ in range(2):
        render = Render(folder, root=theme)
        assert (render.page(), render.compiled) == (RENDERED, 1)
    assert not kept(folder)
    assert not kept(theme)


def test_a_publish_compiles_nothing_that_another_has_compiled(tmp_path: Path) -> None:
    """In a copy of the package, as it is after an installation."""
    package = tmp_path / "installed" / "publisher"
    shutil.copytree(Path(publisher.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    show = make_show(tmp_path / "show", episodes=["0001-a", "0002-b"])
    script = (
        "import sys; from pathlib import Path; from jinja2 import Environment; compiled = []\n"
        "compile = Environment._compile\n"
        "Environment._compile = lambda *given: [compiled.append(given[2]), compile(*given)][1]\n"
        "from publisher.release import publish; publish(sys.argv[1], to=sys.argv[2])\n"
        "print(sorted(Path(name).name for name in compiled))"
    )
    environment = {"PATH": os.defpath, "PYTHONPATH": str(package.parent)}
    said = []
    for title in ("One", "Two"):
        edit_show(show, title=title)
        command = [sys.executable, "-c", script, str(show), str(tmp_path / "public")]
        ran = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
        said.append(json.loads(ran.stdout.splitlines()[-1].replace("'", '"')))
    assert {"base.html", "episode.html", "home.html"} <= {*said[0]}
    assert said[1] == []
    (folder,) = {path.parent for path in package.rglob("*.jinja")}
    assert folder == package / "site" / "__pycache__"
    assert not [*show.rglob("*.jinja")]
