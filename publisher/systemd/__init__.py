"""Units for systemd, with which a show is published without anybody at the machine.

Two ways: a timer that runs `publish` every five minutes, or a service that stays and watches the folders.
Both may write into the show's folder, and where it is published if that is a folder, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import PurePosixPath
from typing import Final, Literal

from publisher.systemd.quoting import argument, rest_of_line, word

FOLDER: Final = "/etc/systemd/system"
"""Where a machine's own units lie."""
CREDENTIALS: Final = "/etc/publisher/environment"
"""File of `NAME=value` lines with what is secret."""
HOOK: Final = "/etc/publisher/failed"
"""Program that is told of a failure, where there is one."""

Way = Literal["timer", "watch"]

_NAMES: Final[dict[Way, tuple[str, ...]]] = {
    "timer": ("publisher.service", "publisher.timer", "publisher-failed@.service"),
    "watch": ("publisher-watch.service", "publisher-failed@.service"),
}
_STARTED: Final[dict[Way, str]] = {"timer": "publisher.timer", "watch": "publisher-watch.service"}
# systemd starts no program with these in its path, however they are written.
_NOT_IN_PROGRAMS: Final = frozenset("\\\"'")
# What is hidden unless something of the show lies there.
_HOMES: Final = ("/home", "/root", "/run/user")
_TEMPORARY: Final = ("/tmp", "/var/tmp")


@dataclass(frozen=True, slots=True)
class Setup:
    """What is to run, and as whom.

    Attributes:
        program: what starts publisher: an absolute path, and arguments that come first.
        shows: the show folders, absolute.
        targets: folders that are published to, absolute; empty where that is a bucket.
        options: of the command, as they are typed.
        folder: in which it runs, absolute.
        user: name of the user that it runs as.
        credentials: path of the file with the environment; it may be missing.
    """

    program: tuple[str, ...]
    shows: tuple[str, ...]
    targets: tuple[str, ...]
    options: tuple[str, ...]
    folder: str
    user: str
    credentials: str = CREDENTIALS


@dataclass(frozen=True, slots=True)
class Unit:
    """One file."""

    name: str
    text: str


def units(setup: Setup, way: Way) -> tuple[Unit, ...]:
    """The units of one way, the one that does the work first.

    Raises:
        UsageError: a path cannot be written into a unit.
    """
    writable = tuple(dict.fromkeys((*setup.shows, *setup.targets)))
    used = (*setup.program, *writable, setup.folder)
    values = {
        "description": rest_of_line(", ".join(PurePosixPath(show).parent.name for show in setup.shows)),
        "shows": " ".join(map(word, setup.shows)),
        "command": command(setup, way),
        "folder": rest_of_line(setup.folder),
        "user": setup.user,
        "credentials": rest_of_line(setup.credentials),
        "writable": " ".join(map(word, writable)),
        "hook": HOOK,
        "protect_home": "read-only" if _any_below(_HOMES, used) else "yes",
        "private_tmp": "no" if _any_below(_TEMPORARY, used) else "yes",
    }
    values["hardening"] = _template("hardening.conf").format_map(values).rstrip()
    return tuple(Unit(name, _template(name).format_map(values)) for name in _NAMES[way])


def command(setup: Setup, way: Way) -> str:
    """The command line, as ExecStart= wants it."""
    program, *first = setup.program
    if not _NOT_IN_PROGRAMS.isdisjoint(program):
        program, *first = "/bin/sh", "-c", 'exec "$0" "$@"', *setup.program
    what = ("publish", "--quiet") if way == "timer" else ("watch",)
    # The program's own path is the one word in which systemd replaces no variable.
    return " ".join([word(program), *map(argument, (*first, *what, *setup.options, *setup.shows))])


def next_steps(setup: Setup, way: Way) -> tuple[str, ...]:
    """What is to be typed, as root, once the units are where systemd looks for them."""
    return ("systemctl daemon-reload", f"systemctl enable --now {_STARTED[way]}")


def _any_below(folders: tuple[str, ...], paths: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for path in paths for folder in folders)


def _template(name: str) -> str:
    return resources.files("publisher.systemd").joinpath("units", name).read_text("utf-8")
