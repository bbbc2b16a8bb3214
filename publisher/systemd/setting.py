"""What the units have to know of this machine: where publisher lies, whose the shows are, where they go."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import sys
from pathlib import Path
from typing import Final

from publisher.errors import UsageError
from publisher.folder_names import SHOW_YAML
from publisher.reading.yaml import Mapping, Node, Scalar, read_yaml
from publisher.release.preparing import DEFAULT_FOLDER
from publisher.systemd import CREDENTIALS, Setup, Unit, Way, units

_NOBODY_YET: Final = "publisher"
_USER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?")


def setup(
    shows: tuple[str, ...],
    *,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    user: str = "",
    credentials: str = "",
) -> Setup:
    """What is to run on this machine.

    Args:
        shows: the show folders.
        to, endpoint, url: go before those of podcast.yaml.
        user: whose the process is to be; the owner of the first show folder unless given.
        credentials: file with the environment.

    Raises:
        UsageError: the user cannot be one.
    """
    folders = tuple(_absolute(show) for show in shows)
    user = user or _owner(folders[0])
    if not _USER.fullmatch(user):
        raise UsageError(f"{user!r} is no name of a user", help="name one of this machine's: --user podcast")
    options = (("--to", to), ("--endpoint", endpoint), ("--url", url))
    targets = (_target(folder, to) for folder in folders)
    return Setup(
        program=_program(),
        shows=tuple(map(str, folders)),
        targets=tuple(dict.fromkeys(str(target) for target in targets if target)),
        options=tuple(word for option, value in options if value for word in (option, value)),
        folder=str(folders[0].parent),
        user=user,
        credentials=str(_absolute(credentials or CREDENTIALS)),
    )


def missing(setup: Setup) -> tuple[str, ...]:
    """What has to be there before the units are started, and is not: each with the way to make it."""
    steps = []
    if not _is_user(setup.user):
        steps.append(f"make the user: useradd --system --no-create-home {setup.user}")
    for show in setup.shows:
        if not (Path(show) / SHOW_YAML).is_file():
            steps.append(f"there is no {SHOW_YAML} in {show} yet")
    for target in setup.targets:
        if not Path(target).is_dir():
            steps.append(f"make the folder that is published to, and give it to {setup.user}: {target}")
    return tuple(steps)


def write(setup: Setup, way: Way, folder: Path) -> tuple[Path, ...]:
    """Writes the units into a folder.

    Returns:
        Their paths.

    Raises:
        UsageError: the folder is none, or a unit of that name, and other than this one, lies there.
    """
    made = units(setup, way)
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", help="make it first, or name one that is there")
    for unit in made:
        path = folder / unit.name
        if path.exists() and not _is(path, unit):
            raise UsageError(
                f"{path} is there already, and says something else",
                help=f"remove it to have it written anew; changes of your own belong in {path}.d/own.conf",
            )
    for unit in made:
        partial = folder / f".{unit.name}.{os.getpid()}.partial"
        try:
            partial.write_text(unit.text, "utf-8")
            partial.replace(folder / unit.name)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise UsageError(
                f"{folder} cannot be written to: {error.strerror}",
                help="write the units elsewhere, and copy them as root",
            ) from error
    return tuple(folder / unit.name for unit in made)


def _is(path: Path, unit: Unit) -> bool:
    try:
        return path.read_bytes() == unit.text.encode()
    except OSError:
        return False


def _absolute(path: str) -> Path:
    # Not resolved: a link that leads to the newest version of something has to stay one.
    return Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100


def _program() -> tuple[str, ...]:
    """The program that runs here, so that the units start the same one."""
    called, beside = Path(sys.argv[0]), Path(sys.executable).parent / "publisher"
    for path in (called, beside):
        if path.name == "publisher" and path.is_absolute() and path.is_file() and os.access(path, os.X_OK):
            return (str(path),)
    return (sys.executable, "-m", "publisher")


def _owner(folder: Path) -> str:
    """Root publishes nothing: where the folder is root's, it is a user of publisher's own."""
    with contextlib.suppress(OSError, KeyError):
        owner = pwd.getpwuid(folder.stat().st_uid)
        if owner.pw_uid:
            return owner.pw_name
    return _NOBODY_YET


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _target(show: Path, to: str) -> Path | None:
    """The folder that a show is published to; None for a bucket."""
    own = "" if to else _publish_to(show)
    address = to or own or DEFAULT_FOLDER
    if address.lower().startswith("s3:"):
        return None
    base = Path.cwd() if to else show.parent
    return _absolute(str(base / Path(address).expanduser()))


def _publish_to(show: Path) -> str:
    """What podcast.yaml says; a file that cannot be read says nothing, and `check` says why."""
    try:
        root, _ = read_yaml((show / SHOW_YAML).read_bytes())
    except OSError:
        return ""
    to = _item(_item(root, "publish"), "to")
    return to.text.strip() if isinstance(to, Scalar) else ""


def _item(node: Node | None, key: str) -> Node | None:
    return node.items.get(key) if isinstance(node, Mapping) else None
