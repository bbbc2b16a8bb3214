"""The Dockerfile, taken apart, so that its steps can be done where no container engine runs."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.blocks import ROOT

PATH = ROOT / "Dockerfile"


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continued lines joined."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Of an exec form its list, of anything else its shell words."""
        if self.text.startswith("["):
            found: list[str] = json.loads(self.text)
            return found
        return shlex.split(self.text)


@dataclass
class Stage:
    """What stands from one FROM to the next."""

    base: str
    name: str = ""
    instructions: list[Instruction] = field(default_factory=list)

    def of(self, name: str) -> list[Instruction]:
        return [each for each in self.instructions if each.name == name]

    def variables(self) -> dict[str, str]:
        """What ENV sets."""
        pairs = (word.partition("=") for each in self.of("ENV") for word in each.words)
        return {name: value for name, _, value in pairs}


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile, the one that is shipped last."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found: list[Stage] = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            base, *named = rest.split()
            found.append(Stage(base, named[1] if named else ""))
        else:
            found[-1].instructions.append(Instruction(name, rest.strip()))
    return found


def is_sent(path: Path) -> bool:
    """Whether .dockerignore lets a file of the repository into the build; the last line that fits decides."""
    sent, relative = True, path.relative_to(ROOT)
    names = [relative.as_posix(), *(parent.as_posix() for parent in relative.parents)]
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        anywhere = pattern.removeprefix("**/")
        parts = relative.parts if anywhere != pattern else ()
        if any(fnmatch.fnmatchcase(name, pattern) for name in names) or anywhere in parts:
            sent = line.startswith("!")
    return sent


def copy(stage: Stage, target: Path) -> list[str]:
    """Does a stage's COPY instructions, from the repository to a folder; gives what was copied."""
    copied = []
    for each in stage.of("COPY"):
        *sources, aim = (word for word in each.words if not word.startswith("--"))
        for source in sources:
            path, goal = ROOT / source, target / aim
            if path.is_dir():
                for file in path.rglob("*"):
                    if file.is_file() and is_sent(file):
                        to = goal / file.relative_to(path)
                        to.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(file, to)
            else:
                assert is_sent(path), f"{source} does not get into the build"
                shutil.copyfile(path, goal / source)
            copied.append(source)
    return copied
