"""A copy of the repository in which the commands of a page run as they would in a fresh clone.

One thing is not done again for every page: installing. `.venv` leads to the environment that the tests run
in: `python3 -m venv .venv` finds it there, and `.venv/bin/pip install` only looks whether what it is asked to
install exists and is locked. `.ci/run` runs the README's two commands word for word.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.docs.blocks import ROOT, Block
from tests.servers.process import free_ports

SECONDS = 120
_WHAT_IS_COPIED = (
    "episodes",
    "publisher",
    "docs",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "requirements.lock",
    "requirements-cluster.lock",
    "requirements-test.lock",
)
_PIP = r"""
import re
import sys
import tomllib
from pathlib import Path
arguments = sys.argv[1:]
if arguments[0] != "install":
    sys.exit("only install is known here")
wanted = [word for word in arguments[1:] if word not in ("-q", "--quiet", "--no-deps", "-e")]
while wanted:
    word = wanted.pop(0)
    if word == "-r":
        lock = Path(wanted.pop(0)).read_text("utf-8")
        pins = [line for line in lock.splitlines() if line[:1].isalnum()]
        if not pins or lock.count("--hash=sha256:") < len(pins) or not all("==" in pin for pin in pins):
            sys.exit("the lock file does not pin everything with its hash")
    elif word.startswith("."):
        extra = re.fullmatch(r"\.(?:\[([a-z]+)\])?", word)
        project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
        if not extra or not (extra[1] is None or extra[1] in project["optional-dependencies"]):
            sys.exit(f"there is no {word}")
    else:
        sys.exit(f"{word} is nothing that can be installed here")
"""


class Workplace:
    """The copy, and the shell in it. Each block goes on where the one before it ended, as in a terminal.

    Args:
        environment: variables to be set besides.
        activated: whether the virtual environment is active from the start.
    """

    def __init__(
        self, folder: Path, environment: dict[str, str] | None = None, *, activated: bool = False
    ) -> None:
        self.root = folder / "publisher"
        self.root.mkdir(parents=True)
        for name in _WHAT_IS_COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.root / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
            else:
                shutil.copy2(source, self.root / name)
        self._programs(folder)
        self._state = folder / "state"
        self._state.write_text(f". {self.root}/.venv/bin/activate" if activated else "")
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "AWS_"))
        }
        self._environment |= {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PUBLISHER_PORT": "0",
            **(environment or {}),
        }

    def _programs(self, folder: Path) -> None:
        """`python3`, and a `.venv` that leads to the environment of the tests."""
        programs = self.root / ".venv" / "bin"
        programs.mkdir(parents=True)
        (folder / "bin").mkdir()
        python = shlex.quote(sys.executable)
        _script(programs / "python", f'exec {python} "$@"')
        _script(programs / "publisher", f'exec {python} -m publisher "$@"')
        _script(programs / "dask", f'exec {python} -m dask "$@"')
        _script(programs / "pip", f'exec {python} -c {shlex.quote(_PIP)} "$@"')
        (programs / "activate").write_text(f"export PATH={shlex.quote(str(programs))}:$PATH\n")
        _script(folder / "bin" / "python3", f'[ "$*" = "-m venv .venv" ] || exec {python} "$@"')

    def run(self, block: Block) -> str:
        """Runs a block of shell commands; the first that fails ends it.

        Returns:
            What it printed, to either stream.
        """
        done = subprocess.run(
            self._shell(block.text, then_remember=True), **self._settings(), timeout=SECONDS
        )
        assert done.returncode == 0, f"line {block.line}: status {done.returncode}\n{block.text}{done.stdout}"
        return str(done.stdout)

    def run_beside(self, block: Block) -> None:
        """Runs a block that leaves commands running in the background, and ends those after the last one."""
        (port,) = free_ports(1)
        text = re.sub(r"\b8786\b", str(port), block.text)
        said = self.root.parent / "said"
        with said.open("wb") as output:
            # Into a file: what stays in the background would keep a pipe open.
            settings = self._settings() | {"stdout": output, "start_new_session": True}
            settings["env"] = settings["env"] | {"DASK_TEMPORARY_DIRECTORY": str(self.root.parent)}
            with subprocess.Popen(self._shell(text), **settings) as process:
                try:
                    process.wait(timeout=SECONDS)
                finally:
                    os.killpg(process.pid, signal.SIGKILL)
        words = said.read_text("utf-8", "replace")
        assert process.returncode == 0, f"line {block.line}: status {process.returncode}\n{text}{words}"

    def serve(self, block: Block) -> bytes:
        """Runs a block whose last command serves a show, and interrupts it.

        Returns:
            The feed that it served.
        """
        settings = self._settings() | {"start_new_session": True}
        with subprocess.Popen(self._shell(f"exec {block.text}"), **settings) as process:
            try:
                feed: bytes = urllib.request.urlopen(_feed_url(process), timeout=SECONDS).read()
            finally:
                os.killpg(process.pid, signal.SIGINT)
                _ended(process)
        assert process.returncode == 0, f"line {block.line}: status {process.returncode} after Ctrl-C"
        return feed

    def watch(self, block: Block, until: str) -> None:
        """Runs a block whose last command watches a show, and ends it once it has said that."""
        settings = self._settings() | {"start_new_session": True}
        with subprocess.Popen(self._shell(f"exec {block.text}"), **settings) as process:
            try:
                assert process.stdout is not None
                said = next((line for line in process.stdout if until in line), "")
            finally:
                os.killpg(process.pid, signal.SIGTERM)
                _ended(process)
        assert said, f"line {block.line}: it does not say {until!r}"
        assert process.returncode == 0, f"line {block.line}: status {process.returncode} after SIGTERM"

    def write(self, block: Block) -> None:
        path = self.root / block.value
        assert path.parent.is_dir(), f"line {block.line}: no command has made {path.parent.name} yet"
        path.write_text(block.text, "utf-8")

    def replaced(self, name: str, text: str) -> str:
        """What a block says, with a path of a producer's machine led to the copy."""
        return text.replace(name, str(self.root))

    def _settings(self) -> dict[str, Any]:
        return {
            "cwd": self.root,
            "env": self._environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
            "stdin": subprocess.DEVNULL,
            "text": True,
        }

    def _shell(self, text: str, *, then_remember: bool = False) -> list[str]:
        """Remembered are the folder and the search path: what `cd` and `activate` change."""
        state = shlex.quote(str(self._state))
        remember = f'\nprintf "cd %q; export PATH=%q" "$PWD" "$PATH" > {state}\n' if then_remember else ""
        return ["bash", "-euo", "pipefail", "-c", f". {state}\n{text}{remember}"]


def _script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _feed_url(process: subprocess.Popen[str]) -> str:
    """Waits for the line that names the feed."""
    assert process.stdout is not None
    said = []
    end = time.monotonic() + SECONDS
    for line in process.stdout:
        said.append(line)
        match = re.search(r"feed\s+(http://\S+)", line)
        if match:
            return match[1]
        if time.monotonic() > end:
            break
    raise AssertionError("nothing was served:\n" + "".join(said))


def _ended(process: subprocess.Popen[Any]) -> None:
    """Waits for its end, and brings it about where it does not come: nothing may wait for ever."""
    try:
        process.wait(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
