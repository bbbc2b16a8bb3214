"""Tags as the bytes of an ID3v2 tag, built from nothing.

The frames, and why these (https://id3.org/id3v2.4.0-frames; iTunes' podcast frames have no specification but
what iTunes writes and TagLib, Kid3 and eyeD3 read):

* TIT2, TALB, TPE1, TPE2, TRCK, TPOS, TCON, APIC: what every player shows. 2.4 separates artists by zeros, of
  which FFmpeg shows the first alone: TXXX `ARTISTS` names them all in one line. 2.3 has that line in TPE1.
* TDRL is the release date; players sort and show by TDRC, which gets the same. 2.3 has TYER, TDAT and TIME.
* TDES is the long description of podcasts, TIT3 the short one, COMM what other players show.
* USLT holds the transcript. The show notes in HTML have no frame of their own: TXXX.
* PCST marks a podcast; TGID the episode's GUID, WFED the feed. WFED is a *text* frame in spite of its W.
* WOAF is the episode's page, WOAS the show's, and WXXX once more the episode's, which is what taggers show.
* CTOC and CHAP are the chapters; a player that finds no CTOC shows none. In 2.4, padding follows what is
  long within a CHAP: FFmpeg, and all that stands on it, takes the size of a frame in there for a plain
  number, though it has seven bits in each byte, and drops a chapter whose frames seem to run past its end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import quote, urlsplit, urlunsplit

from mutagen.id3 import (
    APIC,
    COMM,
    CTOC,
    ID3,
    PCST,
    TALB,
    TCAT,
    TCON,
    TCOP,
    TDAT,
    TDES,
    TDRC,
    TDRL,
    TGID,
    TIME,
    TIT2,
    TIT3,
    TKWD,
    TLAN,
    TPE1,
    TPE2,
    TPOS,
    TPUB,
    TRCK,
    TXXX,
    TYER,
    USLT,
    WOAF,
    WOAS,
    WXXX,
    CTOCFlags,
    Encoding,
    Frame,
    PictureType,
    TextFrame,
)

from publisher.audio.tags import Picture, TagChapter, Tags, chapter_ends, chapters_in_order, language_code

_HEADER = 10
_BETWEEN = " / "
_MAX_CHILDREN = 255
_NO_OFFSET = 0xFFFFFFFF
_MAX_MILLISECONDS = 0xFFFFFFFE
_SHORT = 255
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~-._"


class WFED(TextFrame):
    """The feed's address as iTunes writes it: with an encoding byte before it. mutagen's own lacks that, and
    TagLib, Symphonia and eyeD3 then read nonsense."""


def id3_bytes(tags: Tags, *, version: int = 4, duration_seconds: float | None = None) -> bytes:
    """The ID3v2 tag that says `tags`, without padding; the same tags give the same bytes.

    Args:
        version: 4 for ID3v2.4; 3 for ID3v2.3, which old Windows players want.
        duration_seconds: where the last chapter ends, if it does not say.

    Raises:
        ValueError: `version` is neither.
    """
    if version not in (3, 4):
        raise ValueError(f"ID3v2.{version} cannot be written, only 2.3 and 2.4")
    id3 = ID3()
    for frame in (*_texts(tags, version), *_words(tags, version), *_links(tags), *_tables(tags.chapters)):
        id3.add(frame)
    if version == 3:
        id3.update_to_v23()
    body = b"".join(
        (
            *(_frame_bytes(frame, version) for frame in id3.values()),
            *_chapters(tags.chapters, duration_seconds, version),
            *(_frame_bytes(frame, version) for frame in _pictures(tags)),
        )
    )
    return _header(version, len(body)) + body


def _frame_bytes(frame: Frame, version: int) -> bytes:
    """One frame as mutagen writes it. Each goes through a tag of its own, since mutagen orders by length, and
    simple players list chapters as they stand in the file."""
    alone = ID3()
    alone.add(frame)
    file = BytesIO()
    alone.save(file, v1=0, v2_version=version, v23_sep=_BETWEEN, padding=lambda info: 0)
    return file.getvalue()[_HEADER:]


def _header(version: int, length: int) -> bytes:
    """The tag's header; its size has seven bits in each byte."""
    if length >= 1 << 28:
        raise ValueError(f"the tags take {length:,} bytes, and an ID3v2 tag holds 256 MiB at most")
    return b"ID3" + bytes((version, 0, 0)) + _synchsafe(length)


def _synchsafe(length: int) -> bytes:
    return bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))


def ascii_url(url: str) -> str:
    """The address with everything outside ASCII escaped: URL frames are Latin-1 at best."""
    if url.isascii():
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return quote(url, safe=_URL_SAFE)
    rest = (quote(part, safe=_URL_SAFE) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host, *rest))


def _texts(tags: Tags, version: int) -> list[Frame]:
    """Frames of one plain text each."""
    short = tags.comment if len(tags.comment) <= _SHORT and "\n" not in tags.comment else ""
    values: list[tuple[type[TextFrame], tuple[str, ...]]] = [
        (TIT2, (tags.title,)),
        (TIT3, (short,)),
        (TALB, (tags.album,)),
        (TPE1, tags.artists),
        (TPE2, (tags.publisher,)),
        (TPUB, (tags.publisher,)),
        (TCOP, (tags.copyright,)),
        (TRCK, (_number(tags.track),)),
        (TPOS, (_number(tags.disc),)),
        *_dates(tags.released, version),
        (TCON, (tags.genre,)),
        (TLAN, (language_code(tags.language) if tags.language else "",)),
        (TDES, (tags.description or tags.comment,)),
        (TGID, (tags.guid,)),
        (WFED, (ascii_url(tags.feed_url),)),
        (TCAT, tags.categories[:1]),
        (TKWD, (", ".join(tags.keywords),)),
    ]
    return [frame(encoding=Encoding.UTF8, text=list(texts)) for frame, texts in values if any(texts)]


def _dates(released: datetime | None, version: int) -> list[tuple[type[TextFrame], tuple[str, ...]]]:
    """The frames of the release date; mutagen's own way from 2.4 to 2.3 loses the time on the full hour."""
    if released is None:
        return []
    moment = released.astimezone(UTC)
    if version == 3:
        parts = ((TYER, "%Y"), (TDAT, "%d%m"), (TIME, "%H%M"))
        return [(frame, (moment.strftime(form),)) for frame, form in parts]
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return [(TDRL, (text,)), (TDRC, (text,))]


def _words(tags: Tags, version: int) -> list[Frame]:
    """Frames that carry a language or a name of our own, and the podcast mark."""
    code = language_code(tags.language)
    frames: list[Frame] = [PCST(value=0)]  # its presence is the mark: iTunes writes four zero bytes
    comment = tags.comment or tags.description
    if comment:
        frames.append(COMM(encoding=Encoding.UTF8, lang=code, desc="", text=[comment]))
    if tags.lyrics:
        frames.append(USLT(encoding=Encoding.UTF8, lang=code, desc="", text=tags.lyrics))
    several = len(tags.artists) > 1 and version == 4
    named = {
        "ARTISTS": _BETWEEN.join(tags.artists) if several else "",
        "show notes": tags.notes_html,
        "podcast:guid": tags.show_guid,
        "itunes:episodeType": tags.episode_type,
        "language": tags.language,
    }
    for name, text in named.items():
        if text:
            frames.append(TXXX(encoding=Encoding.UTF8, desc=name, text=[text]))
    return frames


def _links(tags: Tags) -> list[Frame]:
    frames: list[Frame] = []
    if tags.episode_url:
        frames.append(WOAF(url=ascii_url(tags.episode_url)))
        frames.append(WXXX(encoding=Encoding.UTF8, desc="", url=ascii_url(tags.episode_url)))
    if tags.show_url:
        frames.append(WOAS(url=ascii_url(tags.show_url)))
    return frames


def _pictures(tags: Tags) -> list[Frame]:
    return [] if tags.cover is None else [_picture(tags.cover, PictureType.COVER_FRONT)]


def _picture(picture: Picture, kind: int) -> Frame:
    # An empty description in Latin-1 costs one byte, and old readers stumble over UTF-16 in APIC.
    return APIC(encoding=Encoding.LATIN1, mime=picture.type, type=kind, desc="", data=picture.data)


def _chapters(
    chapters: tuple[TagChapter, ...], duration_seconds: float | None, version: int
) -> Iterator[bytes]:
    ordered = chapters_in_order(chapters)
    ends = chapter_ends(ordered, duration_seconds)
    for place, (chapter, end_seconds) in enumerate(zip(ordered, ends, strict=True)):
        yield _chapter(f"chp{place}", chapter, end_seconds, version)


def _tables(chapters: tuple[TagChapter, ...]) -> list[Frame]:
    """The table of contents; more entries than one can hold go into tables below it."""
    if not chapters:
        return []
    listed = [f"chp{place}" for place, chapter in enumerate(chapters_in_order(chapters)) if chapter.toc]
    top = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    if len(listed) <= _MAX_CHILDREN:
        return [CTOC(element_id="toc", flags=top, child_element_ids=listed, sub_frames=[])]
    parts = [listed[at : at + _MAX_CHILDREN] for at in range(0, len(listed), _MAX_CHILDREN)]
    names = [f"toc{place}" for place in range(len(parts))]
    below = [
        CTOC(element_id=name, flags=CTOCFlags.ORDERED, child_element_ids=part, sub_frames=[])
        for name, part in zip(names, parts, strict=True)
    ]
    return [CTOC(element_id="toc", flags=top, child_element_ids=names, sub_frames=[]), *below]


def _chapter(element_id: str, chapter: TagChapter, end_seconds: float, version: int) -> bytes:
    """A CHAP frame (https://id3.org/id3v2-chapters-1.0), its frames in the order in which they are needed."""
    inner: list[Frame] = []
    if chapter.title:
        inner.append(TIT2(encoding=Encoding.UTF8, text=[chapter.title]))
    if chapter.url:
        inner.append(WXXX(encoding=Encoding.UTF8, desc="chapter url", url=ascii_url(chapter.url)))
    if chapter.picture is not None:
        inner.append(_picture(chapter.picture, PictureType.OTHER))
    frames = [_frame_bytes(frame, version) for frame in inner]
    if version == 4:
        # FFmpeg stops in the middle of a text that is long, and goes on from there: it has to come last.
        frames.sort(key=lambda frame: frame.startswith(b"TIT2") and _padding(frame) > 0)
        frames = [frame + _filler(_padding(frame)) for frame in frames]
    times = (milliseconds(chapter.start_seconds), milliseconds(end_seconds), _NO_OFFSET, _NO_OFFSET)
    body = element_id.encode() + b"\0" + struct.pack(">4I", *times) + b"".join(frames)
    size = _synchsafe(len(body)) if version == 4 else struct.pack(">I", len(body))
    return b"CHAP" + size + b"\0\0" + body


def _padding(frame: bytes) -> int:
    """How much further FFmpeg takes a frame within a CHAP to reach than it does."""
    return int.from_bytes(frame[4:8]) - (len(frame) - _HEADER)


def _filler(length: int) -> bytes:
    """A frame of so many bytes that says nothing; sizes are wrong by multiples of 128, so that one fits."""
    if length == 0:
        return b""
    content = b"publisher padding\0".ljust(length - _HEADER, b"\0")
    return b"PRIV" + _synchsafe(len(content)) + b"\0\0" + content


def milliseconds(seconds: float) -> int:
    return min(max(0, round(seconds * 1000)), _MAX_MILLISECONDS)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
