"""What an image file really is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from publisher.effective import MOST_ARTWORK_SIDE
from publisher.pictures.opening import NAMES, SUFFIXES, Refused, opened, other_format, pillow, type_of
from publisher.problems import Finding

_READ: Final = "JPEG, PNG, WebP, TIFF, GIF, BMP and AVIF"


@dataclass(frozen=True, slots=True)
class ArtworkFacts:
    """What an image file is.

    Attributes:
        type: MIME type of its bytes, `image/jpeg`, `image/png`, …
        mode: Pillow's word for the colours: `RGB`, `CMYK`, `L`, `P`, `I;16`, …
        has_alpha: whether any part can be transparent.
    """

    type: str
    width: int
    height: int
    mode: str
    has_alpha: bool


def probe_artwork(path: Path) -> tuple[ArtworkFacts | None, tuple[Finding, ...]]:
    """Finds out what an image file is, and decodes it once to know that it is whole.

    Returns:
        The facts, None exactly where an error was found, and what was found, under the rules
        `artwork-unreadable`, `artwork-type`, `artwork-bomb` and `artwork-extension` (a warning: the bytes
        are published under the name they deserve).
    """
    try:
        with path.open("rb") as file:
            facts, finding = _probe(file)
    except OSError as error:
        return None, (
            _unreadable(f"the artwork cannot be read: {error.strerror or error}", "check the file"),
        )
    if facts is None:
        return None, (finding,) if finding else ()
    if path.suffix.lower() in SUFFIXES[facts.type]:
        return facts, ()
    name, wanted = NAMES[facts.type], SUFFIXES[facts.type][0]
    message = f"the artwork's name ends in {path.suffix!r}, and what is in it is {name}"
    help = f"rename it to {path.stem}{wanted}"
    return facts, (Finding("artwork-extension", "warning", message, help),)


def probe_picture(path: Path) -> tuple[ArtworkFacts | None, tuple[Finding, ...]]:
    """As `probe_artwork`, for a picture that is published as it is: one that apps do not show is an error."""
    facts, findings = probe_artwork(path)
    if facts is None or facts.type in ("image/jpeg", "image/png"):
        return facts, findings
    message = f"the picture is {NAMES[facts.type]}, and apps take JPEG and PNG"
    return None, (Finding("artwork-type", "error", message, "save it as a JPEG in RGB"),)


def _probe(file: BinaryIO) -> tuple[ArtworkFacts | None, Finding | None]:
    head = file.read(32)
    if not head:
        return None, _unreadable("the artwork is an empty file", "copy it again")
    type = type_of(head)
    if not type:
        return None, _not_ours(head)
    with pillow():
        try:
            image, size = opened(file, type, wanted=MOST_ARTWORK_SIDE, tiny=True)
            facts = ArtworkFacts(type, *size, image.mode, image.has_transparency_data)
            image.load()
        except Refused as refused:
            return None, Finding(refused.rule, "error", refused.message, refused.help)
        except Exception as error:  # Pillow lets out whatever a broken file made it stumble over.
            message = f"the artwork is a damaged {NAMES[type]} image: {error or 'it cannot be decoded'}"
            return None, _unreadable(message, "export it again from the program it came from")
    return facts, None


def _not_ours(head: bytes) -> Finding:
    name = other_format(head)
    if name:
        message = f"the artwork is {name}, and what is read are {_READ}"
        return Finding("artwork-type", "error", message, "save it as a JPEG in RGB")
    return _unreadable("the artwork is no image", "use a JPEG or PNG image")


def _unreadable(message: str, help: str) -> Finding:
    return Finding("artwork-unreadable", "error", message, help)
