"""What the broken shows are made of beside their YAML: sound, pictures, and bytes that no editor would save.

A case is a folder `tests/shows/bad/<failure>/` with `show/` in it. A show gets a good `cover.jpg`, and each
folder with an `episode.yaml` a good `audio.mp3`, unless `materials.txt` of the case says otherwise. There
each line is `PATH = RECIPE [ARGUMENT]`, the path relative to `show/`.
"""

from __future__ import annotations

import functools
import io
import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image

AUDIO = Path(__file__).parents[2] / "audio" / "cbr.mp3"
"""1.5 seconds of valid MP3."""


def assemble(case: Path, into: Path) -> Path:
    """Copies a case's show to `into`, with everything it needs, and gives its folder."""
    show = into / "show"
    shutil.copytree(case / "show", show)
    recipes = _recipes(case)
    wanted = dict.fromkeys(_audio_paths(show), ("audio", "")) | {"cover.jpg": ("cover", "")} | recipes
    for name, (recipe, argument) in wanted.items():
        path = show / name
        path.parent.mkdir(parents=True, exist_ok=True)
        RECIPES[recipe](path, argument)
    return show


def _audio_paths(show: Path) -> list[str]:
    return [f"{path.parent.name}/audio.mp3" for path in show.glob("*/episode.yaml")]


def _recipes(case: Path) -> dict[str, tuple[str, str]]:
    listed = case / "materials.txt"
    recipes = {}
    for line in listed.read_text("utf-8").splitlines() if listed.exists() else ():
        path, _, recipe = line.partition(" = ")
        name, _, argument = recipe.partition(" ")
        recipes[path] = (name, argument)
    return recipes


def _nothing(path: Path, argument: str) -> None:
    """The file that would be there unasked is left out."""


def _audio(path: Path, argument: str) -> None:
    """The sample; with an argument, only so many of its bytes."""
    data = AUDIO.read_bytes()
    path.write_bytes(data[: int(argument)] if argument else data)


def _sample(path: Path, argument: str) -> None:
    """One of the sample files, under another name."""
    path.write_bytes((AUDIO.parent / argument).read_bytes())


def _text(path: Path, argument: str) -> None:
    path.write_text(argument.replace("\\n", "\n"), "utf-8")


def _repeated(path: Path, argument: str) -> None:
    """So many times the same text."""
    times, _, text = argument.partition(" ")
    path.write_text(text.replace("\\n", "\n") * int(times), "utf-8")


def _raw(path: Path, argument: str) -> None:
    r"""Bytes, written as in Python: `\xff`."""
    path.write_bytes(argument.encode("latin-1").decode("unicode_escape").encode("latin-1"))


@functools.cache
def picture(kind: str) -> bytes:
    """A plain picture: `1400x1400`, `1400x1400 CMYK`, `1400x1400 RGBA` (a PNG, the others JPEG)."""
    size, _, mode = kind.partition(" ")
    width, height = (int(part) for part in size.split("x"))
    image = Image.new("RGB", (width, height), (20, 90, 140)).convert(mode or "RGB")
    data = io.BytesIO()
    image.save(data, "PNG" if mode == "RGBA" else "JPEG")
    return data.getvalue()


def _cover(path: Path, argument: str) -> None:
    path.write_bytes(picture(argument or "1400x1400"))


def _link(path: Path, argument: str) -> None:
    path.symlink_to(argument)


def _encoded(path: Path, argument: str) -> None:
    """What stands there in UTF-8, in another encoding."""
    path.write_bytes(path.read_text("utf-8").encode(argument))


def _nested(path: Path, argument: str) -> None:
    """What stands there, and below it a list in so many lists."""
    levels = int(argument)
    path.write_text(path.read_text("utf-8") + "keywords: " + "[" * levels + "]" * levels + "\n", "utf-8")


def _padded(path: Path, argument: str) -> None:
    """What stands there, and comments until there are so many bytes."""
    line = "# and so on, and so on, and so on\n"
    text = path.read_text("utf-8")
    text += line * ((int(argument) - len(text)) // len(line) + 1)
    path.write_text(text[: int(argument)], "utf-8")


RECIPES: dict[str, Callable[[Path, str], None]] = {
    "nothing": _nothing,
    "audio": _audio,
    "sample": _sample,
    "text": _text,
    "repeated": _repeated,
    "raw": _raw,
    "cover": _cover,
    "link": _link,
    "encoded": _encoded,
    "nested": _nested,
    "padded": _padded,
}
