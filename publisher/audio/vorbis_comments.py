"""Vorbis comments, as Ogg Opus, Ogg Vorbis and FLAC carry them: texts with a key, pictures among them.

https://www.xiph.org/vorbis/doc/v-comment.html · chapters: https://wiki.xiph.org/Chapter_Extension ·
pictures: RFC 9639 8.8, in base64 where they stand in a comment
(https://wiki.xiph.org/VorbisComment#METADATA_BLOCK_PICTURE)
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC
from io import BytesIO
from struct import pack

from PIL import Image

from publisher.audio.chapter_parts import RawChapter
from publisher.audio.tags import Picture, Tags, chapters_in_order
from publisher.chapters import Comment, from_comments
from publisher.findings import Findings

_MAX_COMMENTS = 20_000
_MAX_TEXT = 8_192
"""Of a comment that is read for chapters."""
_MAX_CHAPTERS = 1_000
"""Their numbers have three digits."""
_FRONT_COVER = 3
_PICTURES = ("METADATA_BLOCK_PICTURE", "COVERART")

Comments = list[tuple[str, str]]


def parse(data: bytes) -> Comments:
    """(key, value) of the comments in `data`, which begins with the vendor's name; as many as can be read."""
    found: Comments = []
    at = 4 + int.from_bytes(data[:4], "little")
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    for _ in range(min(count, _MAX_COMMENTS)):
        end = at + 4 + int.from_bytes(data[at : at + 4], "little")
        if at + 4 > len(data) or end > len(data):
            break
        key, equals, value = data[at + 4 : end].partition(b"=")
        if equals:
            found.append((key.decode("ascii", "replace"), value.decode("utf-8", "replace")))
        at = end
    return found


def vendor(data: bytes) -> bytes:
    """The name of the program that encoded the sound."""
    return data[4 : 4 + int.from_bytes(data[:4], "little")]


def has_picture(comments: Comments) -> bool:
    return any(key.upper() in _PICTURES for key, _ in comments)


def chapters(comments: Comments) -> list[RawChapter]:
    """The chapters by start; none where the comments are wrong in a way that leaves none."""
    listed = [Comment(key, value[:_MAX_TEXT]) for key, value in comments]
    return [
        RawChapter(chapter.start_seconds, title=chapter.title, url=chapter.url)
        for chapter in from_comments(listed, Findings())
    ]


def render(vendor: bytes, comments: Iterable[tuple[str, str]]) -> bytes:
    """The comments as they stand in a file, without the magic before and the framing bit behind them."""
    texts = [f"{key}={value}".encode("utf-8", "replace") for key, value in comments]
    parts = [pack("<I", len(vendor)), vendor, pack("<I", len(texts))]
    for text in texts:
        parts += (pack("<I", len(text)), text)
    return b"".join(parts)


def comments_for(tags: Tags) -> Comments:
    """What `tags` say, the cover aside. Keys are those of Xiph, of MusicBrainz Picard, and for what concerns
    podcasts of Mp3tag; what none of them knows is called as in our MP4 files."""
    released = "" if tags.released is None else tags.released.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    texts = [
        ("TITLE", tags.title),
        ("ALBUM", tags.album),
        *(("ARTIST", artist) for artist in tags.artists),
        ("ALBUMARTIST", tags.publisher),
        ("TRACKNUMBER", _number(tags.track)),
        ("DISCNUMBER", _number(tags.disc)),
        ("DATE", released),
        ("GENRE", tags.genre),
        ("LANGUAGE", tags.language),
        ("COMMENT", tags.comment or tags.description),
        ("DESCRIPTION", tags.description or tags.comment),
        ("LYRICS", tags.lyrics),
        ("ORGANIZATION", tags.publisher),
        ("COPYRIGHT", tags.copyright),
        ("WEBSITE", tags.episode_url),
        ("PODCAST", "1"),
        ("PODCASTURL", tags.feed_url),
        ("PODCASTID", tags.guid),
        ("PODCASTCATEGORY", "; ".join(tags.categories)),
        ("PODCASTKEYWORDS", ", ".join(tags.keywords)),
        ("show notes", tags.notes_html),
        ("show url", tags.show_url),
        ("podcast:guid", tags.show_guid),
        ("itunes:episodeType", tags.episode_type),
    ]
    return [(key, text) for key, text in texts if text] + _chapter_comments(tags)


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _chapter_comments(tags: Tags) -> Comments:
    """Those that a list shows; a player of these formats knows no hidden ones."""
    shown = [chapter for chapter in chapters_in_order(tags.chapters) if chapter.toc]
    found: Comments = []
    for place, chapter in enumerate(shown[:_MAX_CHAPTERS]):
        key = f"CHAPTER{place:03}"
        found += ((key, _clock(chapter.start_seconds)), (f"{key}NAME", " ".join(chapter.title.split())))
        if chapter.url:
            found.append((f"{key}URL", chapter.url))
    return found


def _clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def picture_block(picture: Picture) -> bytes:
    """The picture as FLAC has it, as a front cover."""
    width, height, depth = _measured(picture)
    type = picture.type.encode("ascii")
    head = pack(">II", _FRONT_COVER, len(type)) + type + pack(">I", 0)
    return head + pack(">IIIII", width, height, depth, 0, len(picture.data)) + picture.data


def picture_comment(picture: Picture) -> tuple[str, str]:
    return _PICTURES[0], b64encode(picture_block(picture)).decode("ascii")


def _measured(picture: Picture) -> tuple[int, int, int]:
    """Width, height and bits of a pixel; zeros, which mean unknown, where it is no picture."""
    try:
        with Image.open(BytesIO(picture.data)) as image:
            bits = {"1": 1, "L": 8, "P": 8, "RGBA": 32, "CMYK": 32}.get(image.mode, 24)
            return image.width, image.height, bits
    except Exception:  # whatever a damaged picture makes the library raise: the tag can do without
        return 0, 0, 0
