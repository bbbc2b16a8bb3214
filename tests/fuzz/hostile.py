"""Inputs that are large for what they say: each was slow, took much memory, or well might have.

They are made when they are needed, since as files they would be hundreds of megabytes. The name begins with
the target that reads it.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from PIL import Image

MEBIBYTE: Final = 1 << 20
_SAMPLES: Final = Path(__file__).parents[1] / "audio"

HOSTILE: Final[dict[str, Callable[[], bytes]]] = {}


def _hostile(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def note(make: Callable[[], bytes]) -> Callable[[], bytes]:
        HOSTILE[name] = make
        return make

    return note


def _much(text: str | bytes, length: int, before: bytes = b"", behind: bytes = b"") -> Callable[[], bytes]:
    """The text again and again, to that many bytes in all."""
    piece = text.encode() if isinstance(text, str) else text

    def make() -> bytes:
        room = length - len(before) - len(behind)
        return before + piece * (room // len(piece)) + behind

    return make


_MARKS: Final = "\u0301\u0327"
"""Two marks that stand in the wrong order."""

# YAML: files of up to 1 MiB.
for _name, _piece in {
    "brackets": "[",
    "braces": "{a: ",
    "questions": "? ",
    "dashes": "- ",
    "anchors": "&a ",
    "tags": "!!str ",
    "percents": "%",
    "letters": "a",
    "colons": ":",
    "breaks": "\n",
    "controls": "\x01",
}.items():
    HOSTILE[f"yaml/{_name}"] = _much(_piece, MEBIBYTE)
HOSTILE["yaml/marks"] = _much(_MARKS, MEBIBYTE, b"title: a")
HOSTILE["yaml/marks-of-marks"] = _much("\u0f73", MEBIBYTE, b"title: a")
HOSTILE["yaml/long-key"] = _much("titel", MEBIBYTE, b"? ", b"\n: x\n")
HOSTILE["yaml/long-choice"] = _much("e", MEBIBYTE, b"type: ")
HOSTILE["yaml/long-zone"] = _much("Europe/Olso", MEBIBYTE, b"timezone: ")
HOSTILE["yaml/long-host"] = _much("é", MEBIBYTE, b"link: https://")
HOSTILE["yaml/long-address"] = _much("a.", MEBIBYTE, b"link: ")
HOSTILE["yaml/long-e-mail"] = _much("a.", MEBIBYTE, b"owner: {name: x, email: a@", b"}")
HOSTILE["yaml/long-date"] = _much("9", MEBIBYTE, b"published: 2020-01-01 ")
HOSTILE["yaml/long-quote"] = _much('\\n"', MEBIBYTE, b'title: "')
HOSTILE["yaml/folded"] = _much("a\n\n ", MEBIBYTE, b"title: >\n ")


@_hostile("yaml/many-keys")
def _() -> bytes:
    return b"".join(b"titel%d: 1\n" % number for number in range(80_000))


@_hostile("yaml/quizzes")
def _() -> bytes:
    choices = b",".join(b"c%d" % number for number in range(4_000))
    item = b"  - question: x\n    choices: [" + choices + b"]\n    answer: " + b"zc" * 200 + b"\n"
    return b"learning:\n  quiz:\n" + item * 40


# Transcripts: larger ones than are read are refused before.
TRANSCRIPT: Final = 4 * MEBIBYTE
for _name, _piece in {
    "lines": "ab\n",
    "breaks": "\n",
    "voices": "<v A>b",
    "open-tags": "<v a",
    "ampersands": "&#",
    "arrows": "-->",
    "spaces": " ",
    "outside": "a\n\n",
    "names": "Ab: x ",
}.items():
    HOSTILE[f"vtt/{_name}"] = _much(_piece, TRANSCRIPT, b"WEBVTT\n\n00:00.000 --> 00:09.000\n", b"y\n")
HOSTILE["vtt/marks"] = _much(_MARKS, TRANSCRIPT, b"WEBVTT\n\n00:00.000 --> 00:09.000\na")
HOSTILE["vtt/cues"] = _much("0:0.0-->0:1.0\na\n", TRANSCRIPT, b"WEBVTT\n\n")
HOSTILE["srt/cues"] = _much("0:0,0-->0:1,0\na\n", TRANSCRIPT)
for _name, _piece in {"lines": "ab\n", "tags": "<b", "braces": "{\\a", "names": "Ab: x\n"}.items():
    HOSTILE[f"srt/{_name}"] = _much(_piece, TRANSCRIPT, b"00:00,000 --> 00:09,000\n")
for _name, _piece in {
    "lists": "[],",
    "objects": "{},",
    "texts": '"ab",',
    "numbers": "0.1,",
    "deep": "[",
}.items():
    HOSTILE[f"json/{_name}"] = _much(_piece, TRANSCRIPT, b'{"segments":[', b"0]}")
HOSTILE["json/cues"] = _much(
    '{"startTime":0,"body":"a"},', TRANSCRIPT, b'{"segments":[', b'{"startTime":0}]}'
)
for _name, _piece in {
    "lines": "a\n",
    "paragraphs": "a\n\n",
    "names": "Ab: x\n",
    "colons": ":",
    "breaks": "\n \n",
    "letters": "A",
}.items():
    HOSTILE[f"txt/{_name}"] = _much(_piece, TRANSCRIPT)
HOSTILE["txt/spaces"] = _much(" ", TRANSCRIPT, b"x\n", b"y")
HOSTILE["txt/marks"] = _much(_MARKS, TRANSCRIPT)


@_hostile("txt/speakers")
def _() -> bytes:
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = (f"A{a}{b}{c}{d}" for a in letters for b in letters for c in letters for d in letters)
    return "".join(f"{name}: x\n\n" for name in names).encode()[:TRANSCRIPT]


# Markdown, as notes and as a transcript.
NOTES: Final = 256 * 1024
_MARKDOWN: Final = {
    "spaces": " ",
    "ticks": "`a",
    "brackets": "[",
    "open-links": "[a](",
    "pictures": "![",
    "stars": "*a ",
    "bold": "**a*",
    "underlines": "_a ",
    "open-tags": "<a ",
    "declarations": "<!A ",
    "instructions": "<?",
    "comments": "<!--",
    "cdata": "<![CDATA[",
    "quotes": "> ",
    "lists": "- ",
    "cells": "|a",
    "addresses": "http://a.b ",
    "schemes": "<http:",
    "at": "a.b@",
    "ampersands": "&",
    "backslashes": "\\",
    "headings": "# a\n",
    "strikes": "~~a ",
    "blocks": "<div>",
    "nested-lists": "<ul><li>",
    "anchors": "<a href=http://x>",
    "preformatted": "<pre>",
    "breaks": "\n",
    "bold-tags": "<b>",
    "br": "a<br>",
    "items": "* a\n",
    "references": "[a][b]",
    "marks": _MARKS,
    "dots": "a.",
    "slashes": "//a.b",
    "addresses-in-brackets": "(http://a.b/(",
    "words-of-addresses": "(http://a.b/(" * 70 + " ",
    "sparse-brackets": "[" + "a" * 60,
    "sparse-pictures": "![" + "a" * 60,
    "sparse-blocks": "<div>" + "a" * 60,
    "sparse-nested-lists": "<ul><li>" + "a" * 120,
    "sparse-preformatted": "<pre>" + "a" * 60,
    "sparse-open-links": "[a](" + "a" * 60,
    "sparse-ticks": "`" + "a" * 15,
    "bold-and-more": "a**b",
    "quotes-of-links": '[a](<b> "',
    "underlined": "a\n=\n",
}
_MARKDOWN["lines"] = "a\n"
for _name, _piece in _MARKDOWN.items():
    HOSTILE[f"markdown/{_name}"] = _much(_piece, NOTES, b"x", b"y")
    HOSTILE[f"md/{_name}"] = _much(_piece, NOTES, b"x", b"y")


@_hostile("markdown/definitions")
def _() -> bytes:
    return "".join(f"[a{number}]: http://x\n" for number in range(NOTES // 18)).encode()


@_hostile("markdown/deep")
def _() -> bytes:
    return b"<div><p>" * (NOTES // 16) + b"x" + b"</p></div>" * (NOTES // 16)


@_hostile("markdown/deep-lists")
def _() -> bytes:
    return b"".join(b" " * depth + b"- a\n" for depth in range(500))


@_hostile("markdown/table")
def _() -> bytes:
    return b"|" + b"a|" * 300 + b"\n|" + b"-|" * 300 + b"\n" + (b"|" * 300 + b"\n") * 400


# Audio.
AUDIO: Final = 32 * MEBIBYTE
_FRAME: Final = b"\xff\xfb\x90\x64"
"""Of MPEG 1, 128 kbit/s, 44.1 kHz: 417 bytes."""


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _tag(body: bytes, version: int = 3, flags: int = 0) -> bytes:
    return b"ID3" + bytes((version, 0, flags)) + _synchsafe(len(body)) + body


def _frame(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "big") + b"\0\0" + body


def _sound() -> bytes:
    return (_SAMPLES / "cbr-no-header.mp3").read_bytes()


def _with_tag(body: bytes, flags: int = 0) -> bytes:
    return _tag(body, flags=flags) + _sound()


_TIMES: Final = struct.pack(">4I", 0, 1000, 0xFFFFFFFF, 0xFFFFFFFF)

HOSTILE["audio/zeros"] = _much(b"\0", AUDIO)
HOSTILE["audio/false-starts"] = _much(_FRAME, AUDIO)
HOSTILE["audio/all-ones"] = _much(b"\xff", AUDIO)
HOSTILE["audio/sparse-false-starts"] = _much(_FRAME + bytes(12), AUDIO)
HOSTILE["audio/free-format"] = _much(b"\xff\xfb\x00\x64" + bytes(28), AUDIO)
HOSTILE["audio/empty-tags"] = _much(b"ID3\4\0\0\0\0\0\0", AUDIO)
HOSTILE["audio/empty-tags-and-sound"] = lambda: b"ID3\4\0\0\0\0\0\0" * (AUDIO // 10) + _sound()
HOSTILE["audio/tags-at-the-end"] = lambda: _sound() + (b"TAG" + bytes(125)) * (AUDIO // 128)
HOSTILE["audio/lyrics-at-the-end"] = lambda: _sound() + b"000000LYRICS200" * (AUDIO // 15)
HOSTILE["audio/open-lyrics-at-the-end"] = lambda: _sound() + b"LYRICSBEGINLYRICSEND" * (AUDIO // 20)


@_hostile("audio/marks-and-breaks")
def _() -> bytes:
    frame = (_FRAME + b"Xing" * 200)[:417]
    return (frame * 3 + b"InfoXingVBRI" * 10) * 10_000


@_hostile("audio/breaks")
def _() -> bytes:
    return ((_FRAME + bytes(413)) * 3 + b"junk") * 20_000


@_hostile("audio/contents")
def _() -> bytes:
    return _with_tag(_frame(b"CTOC", b"\0\0\0") * (AUDIO // 13))


@_hostile("audio/wide-contents")
def _() -> bytes:
    return _with_tag(_frame(b"CTOC", b"t\0\0\xff" + b"ab\0" * 255) * (AUDIO // 780))


@_hostile("audio/chapters")
def _() -> bytes:
    chapters = (
        _frame(b"CHAP", b"c%d\0" % number + _TIMES + _frame(b"TIT2", b"\3Title")) for number in range(100_000)
    )
    return _with_tag(b"".join(chapters))


@_hostile("audio/long-title")
def _() -> bytes:
    return _with_tag(
        _frame(b"CHAP", b"c\0" + _TIMES + _frame(b"TIT2", b"\3a" + _MARKS.encode() * (AUDIO // 4)))
    )


@_hostile("audio/long-address")
def _() -> bytes:
    return _with_tag(_frame(b"CHAP", b"c\0" + _TIMES + _frame(b"WXXX", b"\1" + b"ab" * (AUDIO // 2))))


@_hostile("audio/large-tag-to-resync")
def _() -> bytes:
    body = _frame(
        b"CHAP", b"c\0" + _TIMES + _frame(b"APIC", b"\1image/jpeg\0\0" + b"ab" * (46 * MEBIBYTE // 2))
    )
    return _with_tag(body, flags=0x80)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def _mp4(*in_moov: bytes) -> bytes:
    return _box(b"ftyp", b"M4A \0\0\0\0") + _box(b"moov", *in_moov) + _box(b"mdat", bytes(64))


def _full(name: bytes, *parts: bytes) -> bytes:
    return _box(name, bytes(4), *parts)


def _track(
    id: int,
    handler: bytes,
    *tables: bytes,
    chapters: Iterable[int] = (),
    scale: int = 1000,
    before: bytes = b"",
) -> bytes:
    entry = _box(b"mp4a", bytes(6), b"\0\1", bytes(8), b"\0\2\0\x10", bytes(4), b"\xac\x44\0\0")
    stbl = _box(b"stbl", before, _full(b"stsd", struct.pack(">I", 1), entry), *tables)
    mdia = _box(
        b"mdia",
        _full(b"mdhd", bytes(8), struct.pack(">II", scale, 0), bytes(4)),
        _full(b"hdlr", bytes(4), handler, bytes(12)),
        _box(b"minf", stbl),
    )
    tref = _box(b"tref", _box(b"chap", *(one.to_bytes(4, "big") for one in chapters)))
    return _box(b"trak", _full(b"tkhd", bytes(8), struct.pack(">I", id), bytes(64)), tref, mdia)


def _table(name: bytes, count: int, body: bytes) -> bytes:
    return _full(name, struct.pack(">I", count), body)


_ROOM: Final = 31 * MEBIBYTE
"""Of a `moov` that is just small enough to be read."""

HOSTILE["audio/boxes"] = _much(_box(b"free"), AUDIO, _box(b"ftyp", b"M4A \0\0\0\0"))
HOSTILE["audio/boxes-in-moov"] = lambda: _mp4(_box(b"free") * (_ROOM // 8))
HOSTILE["audio/empty-tracks"] = lambda: _mp4(_box(b"trak") * (_ROOM // 8))
HOSTILE["audio/boxes-in-a-track"] = lambda: _mp4(
    _track(1, b"soun", _table(b"stts", 1, struct.pack(">II", 1, 1000)), before=_box(b"free") * (_ROOM // 8))
)
HOSTILE["audio/tracks-of-boxes"] = lambda: _mp4(
    *[
        _box(b"trak", _box(b"free") * 4_000 + _box(b"mdia", _box(b"free") * 4_000))
        for _ in range(_ROOM // 64_100)
    ]
)
HOSTILE["audio/whole-tracks-of-boxes"] = lambda: _mp4(
    *[_track(1, b"soun", before=_box(b"free") * 39_000) for _ in range(_ROOM // 312_300)]
)
HOSTILE["audio/sizes"] = lambda: _mp4(
    _track(1, b"soun", _full(b"stsz", struct.pack(">II", 0, _ROOM // 4), b"\0\0\0\1" * (_ROOM // 4 - 200)))
)
HOSTILE["audio/times"] = lambda: _mp4(_track(1, b"soun", _table(b"stts", _ROOM // 8, bytes(_ROOM - 2000))))
HOSTILE["audio/chunks"] = lambda: _mp4(
    _track(
        1,
        b"soun",
        _table(b"stsc", _ROOM // 24, bytes(_ROOM // 2)),
        _full(b"stsz", struct.pack(">II", 1, 0xFFFFFFFF)),
        _table(b"stco", _ROOM // 8, b"\0\0\0\1" * (_ROOM // 8 - 500)),
    )
)
HOSTILE["audio/one-run-of-chunks"] = lambda: _mp4(
    _track(
        1,
        b"soun",
        _table(b"stsc", 1, struct.pack(">III", 1, 1, 1)),
        _full(b"stsz", struct.pack(">II", 1, 0xFFFFFFFF)),
        _table(b"stco", _ROOM // 4, b"\0\0\0\1" * (_ROOM // 4 - 500)),
    )
)
HOSTILE["audio/times-of-chapters"] = lambda: _mp4(
    _track(1, b"soun", _table(b"stts", 1, struct.pack(">II", 1, 1000)), chapters=(2,)),
    _track(
        2,
        b"text",
        _table(b"stts", _ROOM // 8, bytes(_ROOM - 300_000)),
        _table(b"stsc", 1, struct.pack(">III", 1, 6000, 1)),
        _full(b"stsz", struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)),
        _table(b"stco", 1, b"\0\0\0\1"),
    ),
)
HOSTILE["audio/edits"] = lambda: _mp4(
    _box(b"mvhd", bytes(100)), _box(b"trak", _box(b"edts", bytes(_ROOM - 200)))
)


@_hostile("audio/fragments")
def _() -> bytes:
    trun = _box(b"trun", b"\0\0\1\0", struct.pack(">I", 900_000), b"\0\0\0\1" * 900_000)
    moof = _box(b"moof", _box(b"traf", _full(b"tfhd", struct.pack(">I", 1)), trun))
    return _mp4(_track(1, b"soun")) + moof * (AUDIO // len(moof))


@_hostile("audio/small-fragments")
def _() -> bytes:
    traf = _box(b"traf", _full(b"tfhd", struct.pack(">I", 1)), _full(b"trun", struct.pack(">I", 1)))
    return _mp4(_track(1, b"soun")) + _box(b"moof", traf * 2) * (AUDIO // (2 * len(traf) + 8))


@_hostile("audio/boxes-in-fragments")
def _() -> bytes:
    moof = _box(b"moof", _box(b"free") * 500_000)
    return _mp4(_track(1, b"soun")) + moof * (AUDIO // len(moof))


_WAV: Final = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
HOSTILE["audio/wav-chunks"] = _much(b"junk\0\0\0\0", AUDIO, _WAV)
HOSTILE["audio/wav-lengths"] = _much(b"\xff", AUDIO, b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0")
HOSTILE["audio/aiff-chunks"] = _much(b"junk\0\0\0\0", AUDIO, b"FORM\0\0\0\0AIFF")
HOSTILE["audio/flac-blocks"] = _much(b"\1\0\0\0", AUDIO, b"fLaC")
HOSTILE["audio/ogg-marks"] = _much(b"OggS", AUDIO)
HOSTILE["audio/ogg-pages-that-reach-far"] = _much(b"OggS" + bytes(22) + b"\xff" * 256, AUDIO)


@_hostile("audio/flac-headers")
def _() -> bytes:
    return (_SAMPLES / "flac.flac").read_bytes()[:9000] + b"\xff\xf8\xc9\x08" * (AUDIO // 4)


@_hostile("audio/ogg-streams")
def _() -> bytes:
    return (_SAMPLES / "opus.ogg").read_bytes()[:47] * (AUDIO // 47)


@_hostile("audio/ogg-joined")
def _() -> bytes:
    return (_SAMPLES / "opus.ogg").read_bytes() * (AUDIO // 4_000)


# Artwork.
def _png(
    width: int, height: int, bits: int, kind: int, *, interlaced: bool = False, extra: bytes = b""
) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    row = 1 + -(-width * bits * channels // 8)
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(bytes(row)) for _ in range(height + (height if interlaced else 0)))
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced))
    palette = chunk(b"PLTE", bytes(768)) if kind == 3 else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + palette
        + extra
        + chunk(b"IDAT", data + packer.flush())
        + chunk(b"IEND", b"")
    )


for _kind, _bits, _word in (
    (0, 16, "grey"),
    (2, 16, "rgb"),
    (6, 16, "rgba"),
    (3, 8, "palette"),
    (4, 8, "grey-alpha"),
):
    HOSTILE[f"artwork/large-{_word}"] = lambda kind=_kind, bits=_bits: _png(5000, 5000, bits, kind)  # type: ignore[misc]
HOSTILE["artwork/large-interlaced"] = lambda: _png(5000, 5000, 16, 6, interlaced=True)
HOSTILE["artwork/one-row"] = lambda: _png(25_000_000, 1, 8, 2)
HOSTILE["artwork/one-column"] = lambda: _png(1, 25_000_000, 1, 0)
HOSTILE["artwork/too-many-pixels"] = lambda: (
    b"\x89PNG\r\n\x1a\n"
    + _png(1, 1, 8, 2)[8:16]
    + struct.pack(">IIBBBBB", 0x7FFFFFFF, 0x7FFFFFFF, 8, 2, 0, 0, 0)
    + bytes(4)
)


@_hostile("artwork/text-bombs")
def _() -> bytes:
    body = b"k\0\0" + zlib.compress(bytes(60 * MEBIBYTE))
    chunk = len(body).to_bytes(4, "big") + b"zTXt" + body + zlib.crc32(b"zTXt" + body).to_bytes(4, "big")
    return _png(8, 8, 8, 2, extra=chunk * 40)


@_hostile("artwork/profile-bomb")
def _() -> bytes:
    body = b"icc\0\0" + zlib.compress(bytes(200 * MEBIBYTE))
    chunk = len(body).to_bytes(4, "big") + b"iCCP" + body + zlib.crc32(b"iCCP" + body).to_bytes(4, "big")
    return _png(8, 8, 8, 2, extra=chunk)


def _jpeg(mode: str, side: int, *, progressive: bool) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (side, side)).save(file, "JPEG", progressive=progressive, subsampling=0)
    return file.getvalue()


HOSTILE["artwork/large-progressive"] = lambda: _jpeg("RGB", 5000, progressive=True)
HOSTILE["artwork/large-progressive-cmyk"] = lambda: _jpeg("CMYK", 5000, progressive=True)
HOSTILE["artwork/large-cmyk"] = lambda: _jpeg("CMYK", 5000, progressive=False)


@_hostile("artwork/many-scans")
def _() -> bytes:
    """A progressive JPEG whose scans say nothing new, thousands of times."""
    data = _jpeg("L", 4992, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * (MEBIBYTE // (len(data) - last)) + b"\xff\xd9"


# Manifests.
HOSTILE["manifest/deep"] = _much("[", MEBIBYTE)
HOSTILE["manifest/deep-objects"] = _much('{"a":', MEBIBYTE)
HOSTILE["manifest/long-number"] = _much("9", MEBIBYTE, b'{"format":', b"}")


@_hostile("manifest/noise")
def _() -> bytes:
    return b"<!-- publisher release: releases/" * 10_000 + random.Random(1).randbytes(MEBIBYTE)
