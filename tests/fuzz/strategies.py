"""Inputs for the targets: real files with faults where a parser looks, and bytes of no meaning."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

_TESTS: Final = Path(__file__).parents[1]
_EPISODES: Final = _TESTS.parent / "episodes"

YAML_SEEDS: Final = [path.read_bytes() for path in sorted(_EPISODES.glob("**/*.yaml"))]
NOTES_SEEDS: Final = [path.read_bytes() for path in sorted(_EPISODES.glob("**/notes.md"))]
_SOUNDS: Final = ("cbr-no-header.mp3", "vbr.mp3", "mpeg2.5.mp3", "chapters.mp3", "aac.m4a", "chapters.m4a")
_OTHERS: Final = ("wav.wav", "aiff.aiff", "flac.flac", "opus.ogg", "alac.m4a", "video.mp4")
AUDIO_SEEDS: Final = [
    (_TESTS / "audio" / name).read_bytes()
    for name in (*_SOUNDS, "fragmented.m4a", "index-first.m4a", "adts.aac", *_OTHERS)
]


def transcript_seeds(kind: str) -> list[bytes]:
    """Real transcripts of the kind, in the order of their names."""
    paths = [*_TESTS.glob(f"transcripts/*.{kind}"), *_EPISODES.glob(f"*/transcript.{kind}")]
    return [path.read_bytes() for path in sorted(paths)]


def picture_seeds() -> list[bytes]:
    """A small picture of each kind of coding."""
    found = []
    for mode in ("RGB", "L", "CMYK"):
        for progressive in (False, True):
            exif = Image.Exif()
            exif[0x0112] = 6
            picture = Image.linear_gradient("L").resize((24, 16)).convert(mode)
            found.append(_saved(picture, "JPEG", progressive=progressive, exif=exif))
    notes = PngInfo()
    notes.add_text("Title", "A picture", zip=True)
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        picture = Image.linear_gradient("L").resize((24, 16))
        picture = (
            picture.convert("I").point(lambda value: value * 257).convert(mode)
            if ";" in mode
            else picture.convert(mode)
        )
        found.append(_saved(picture, "PNG", pnginfo=notes, icc_profile=b"no profile" * 20))
    return found


def _saved(picture: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


_NUMBERS: Final = [
    *(
        struct.pack(">I", number)
        for number in (0, 1, 7, 8, 9, 0x7F, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
    ),
    *(bytes((byte,)) for byte in (0, 1, 0x7F, 0x80, 0xFF)),
    b"\0" * 8,
    b"\xff" * 8,
    b"\x7f\x7f\x7f\x7f",
]

Places = Callable[[bytes], list[int]]


def _at(pattern: bytes, *behind: int) -> Places:
    """Where the pattern stands, and so many bytes from there."""
    compiled = re.compile(pattern)

    def places(data: bytes) -> list[int]:
        return [match.start() + by for match in compiled.finditer(data) for by in behind]

    return places


_BOX_NAMES: Final = (
    rb"moov|trak|mdia|minf|stbl|stsd|stts|stsc|stsz|stco|co64|elst|edts|mvhd|mdhd|tkhd|hdlr|esds|mp4a|udta|chpl|"
    rb"tref|chap|meta|mdat|moof|traf|tfhd|trun|trex|mvex|ftyp|free"
)
AUDIO_PLACES: Final[list[Places]] = [
    _at(_BOX_NAMES, -4, 0, 4, 8, 12, 16, 20),
    _at(rb"ID3[\3\4]", 3, 5, 6, 8),
    _at(rb"CHAP|CTOC|TIT2|APIC|WXXX|Xing|Info", 0, 4, 8, 10, 14),
    _at(rb"\xff[\xe2-\xfb]", 0, 1, 2, 3),
    _at(rb"RIFF|FORM|fmt |data|COMM|SSND|fLaC|OggS|OpusHead|OpusTags", 0, 4, 8, 10, 14, 18, 22, 26),
]
PICTURE_PLACES: Final[list[Places]] = [
    _at(rb"IHDR|PLTE|IDAT|iCCP|tRNS|zTXt|IEND|eXIf|gAMA", -4, 0, 4, 8, 12, 13, 14, 16),
    _at(rb"\xff[\xc0-\xfe]", 1, 2, 4, 5, 7, 9, 10, 11),
    _at(rb"Exif|II\*|MM\0", 0, 6, 10, 16, 20),
]


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes], places: list[Places]) -> bytes:
    """One of the seeds with some faults: numbers changed where a parser reads them, pieces repeated, taken
    out, cut off, or spliced with another seed."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(
            st.sampled_from(("number", "number", "number", "cut", "repeat", "remove", "splice", "bytes"))
        )
        if kind == "number":
            found = draw(st.sampled_from(places))(data)
            at = max(0, draw(st.sampled_from(found))) if found else draw(st.integers(0, len(data)))
            put = draw(st.sampled_from(_NUMBERS) | st.binary(min_size=1, max_size=4))
            data = data[:at] + put + data[at + len(put) :]
            continue
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 600)))
        if kind == "cut":
            data = data[:at]
        elif kind == "repeat":
            data = data[:end] + data[at:end] * draw(st.integers(1, 20)) + data[end:]
        elif kind == "remove":
            data = data[:at] + data[end:]
        elif kind == "splice":
            other = draw(st.sampled_from(seeds))
            data = data[:at] + other[draw(st.integers(0, len(other))) :]
        else:
            data = data[:at] + draw(st.binary(max_size=24)) + data[end:]
    return data


_SIGNS: Final = {
    "yaml": [
        ": ",
        "- ",
        "\n",
        "\n  ",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "|\n ",
        ">\n ",
        "#",
        "&a ",
        "*a",
        "!!int ",
        "? ",
        "---\n",
        "\t",
        "~",
    ],
    "vtt": [
        "WEBVTT\n",
        "\n\n",
        "00:00:01.000 --> 00:00:02.000\n",
        "-->",
        "<v ",
        ">",
        "</v>",
        "&#",
        "&lt;",
        "NOTE\n",
        "STYLE\n",
        "Ola: ",
        "99:",
    ],
    "srt": [
        "1\n",
        "\n\n",
        "00:00:01,000 --> 00:00:02,000\n",
        "-->",
        "<b>",
        "{\\an8}",
        "Ola: ",
        "Ola Nordmann: ",
        "12",
    ],
    "json": [
        '"',
        ",",
        "{",
        "}",
        "[",
        "]",
        ":",
        '"startTime":',
        '"endTime":',
        '"body":',
        '"speaker":',
        "1e999",
        "-1",
        "NaN",
        "null",
        "\\ud800",
        "\\u0000",
    ],
    "txt": ["\n", "\n\n", "Ola: ", "Ola Nordmann: ", "**Ola:** ", "Kari (vert): ", ":", "："],
    "md": [
        "\n",
        "\n\n",
        "**Ola:** ",
        "# ",
        "- ",
        "> ",
        "```\n",
        "<!--",
        "-->",
        "<div>",
        "&#",
        "[a]: ",
        "![",
        "](",
        "|",
        "    ",
        "<br>",
    ],
    "times": ["2020", "-", "01", "T", " ", ":", "06", ".", "+", "Z", "99", "0", "1:02:03.5", "UTC", "٣"],
}
_SIGNS["markdown"] = [
    *_SIGNS["md"],
    "http://",
    "www.",
    "a.b",
    "<a href='javascript:x'>",
    "<script>",
    "<ul><li>",
    "<pre>",
    "`",
    "*",
    "_",
    "~~",
    "\\",
    "&amp;",
    "<b>",
    "</b>",
    "</p>",
]
_ODD: Final = st.sampled_from(
    [
        "\x00",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ufffe",
        "\u202e",
        "\u0301",
        "\u0f73",
        "\U0001f600",
        "\r",
        "ﬁ",
        "İ",
        "ß",
    ]
)


@st.composite
def text_like(draw: st.DrawFn, kind: str, seeds: list[bytes]) -> bytes:
    """Signs of the language in any order; or a real file with some of them put in, and pieces taken out."""
    pieces = st.sampled_from(_SIGNS[kind]) | _ODD | st.text(max_size=6)
    text = st.lists(pieces, max_size=30).map("".join)
    if not seeds or draw(st.booleans()):
        return draw(text).encode("utf-8", "surrogatepass")
    data = draw(st.sampled_from(seeds))
    start = draw(st.integers(0, max(0, len(data) - 4000)))
    data = data[start : start + 4000] if draw(st.booleans()) else data[:6000]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 40)))
        put = draw(text | st.lists(pieces, max_size=1).map("".join)).encode("utf-8", "surrogatepass")
        data = data[:at] + put * draw(st.sampled_from((1, 1, 1, 30))) + data[end:]
    return data


_CHAP_TIMES: Final = st.binary(min_size=16, max_size=16)


@st.composite
def id3_frames(draw: st.DrawFn) -> bytes:
    """Frames of chapters in a tag, their sizes mostly true."""

    def frame(name: bytes, body: bytes) -> bytes:
        size = len(body) if draw(st.integers(0, 9)) else draw(st.sampled_from((0, 1, 127, 128, 0x7FFFFFFF)))
        return name + size.to_bytes(4, "big") + bytes(draw(st.tuples(_FLAGS, _FLAGS))) + body

    out = b""
    for _ in range(draw(st.integers(0, 5))):
        id = draw(st.sampled_from((b"a\0", b"b\0", b"c\0", b"", b"\0\0")))
        if draw(st.booleans()):
            out += frame(
                b"CTOC", id + draw(st.binary(max_size=2)) + draw(st.sampled_from((b"a\0b\0", b"a", b"")))
            )
            continue
        inner = b"".join(
            frame(
                draw(st.sampled_from((b"TIT2", b"WXXX", b"WOAF", b"APIC", b"XXXX"))),
                draw(st.binary(max_size=24)),
            )
            for _ in range(draw(st.integers(0, 3)))
        )
        out += frame(b"CHAP", id + draw(_CHAP_TIMES) + inner)
    return out + draw(st.binary(max_size=8))


_FLAGS: Final = st.sampled_from((0, 0, 0, 0, 1, 2, 4, 8, 0x20, 0x40, 0x80, 0xFF))


@st.composite
def manifest_json(draw: st.DrawFn, seed: str) -> bytes:
    """A real manifest, a value of which is another; or any JSON."""
    values = st.sampled_from(
        ("null", "[]", "{}", '""', "1", "-1", "1e400", "NaN", '"x"', "[1]", '{"a":1}', "[" * 50)
    )
    if draw(st.booleans()):
        place = draw(
            st.sampled_from(list(re.finditer(r'(?<=":)("[^"]*"|\d+|\[\]|\{\}|[\[{])|"\w+"(?=:)', seed)))
        )
        return (seed[: place.start()] + draw(values) + seed[place.end() :]).encode()
    return draw(
        st.lists(values | st.sampled_from((",", ":", '{"format":1,', "}")), max_size=8).map("".join)
    ).encode()
