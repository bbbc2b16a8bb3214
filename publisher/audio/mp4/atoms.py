"""Tags and chapters as MP4 boxes.

The metadata is iTunes' list, rendered by mutagen. Chapters are written twice, as every tool does: as Nero's
list (`chpl`), which Android's players read, and as QuickTime's text track, which Apple's read.
https://developer.apple.com/documentation/quicktime-file-format/text_media
"""

from __future__ import annotations

from datetime import UTC
from io import BytesIO
from struct import pack

from mutagen.mp4 import MP4Cover, MP4FreeForm, MP4Tags

from publisher.audio.mp4.boxes import full, render
from publisher.audio.tags import Picture, TagChapter, Tags

_EMPTY_MOOV = render(b"moov")
_PODCAST_KIND = 21
_COVERS = {"image/jpeg": MP4Cover.FORMAT_JPEG, "image/png": MP4Cover.FORMAT_PNG}
_NERO_UNITS = 10_000_000
_NERO_MAX = 255
_MAX_TITLE = 65_535
_MATRIX = pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UTF8_MARK = render(b"encd", pack(">I", 0x100))
_UNDETERMINED = 0x55C4
_LAST_START = 0xFFFF_FFFE
TIMESCALE = 1000


def metadata(tags: Tags) -> bytes:
    """The `meta` box that says `tags`, chapters aside."""
    values = MP4Tags()
    for key, text in _texts(tags).items():
        if text:
            values[key] = [text]
    for name, text in _named(tags).items():
        if text:
            values[f"----:com.apple.iTunes:{name}"] = [MP4FreeForm(text.encode())]
    for key, number in (("trkn", tags.track), ("disk", tags.disc)):
        if number is not None and number <= 0xFFFF:
            values[key] = [(number, 0)]
    values["stik"] = [_PODCAST_KIND]
    values["pcst"] = True
    if tags.cover is not None and tags.cover.type in _COVERS:
        values["covr"] = [_cover(tags.cover)]
    file = BytesIO(_EMPTY_MOOV)
    values.save(file, padding=lambda info: 0)
    udta = len(_EMPTY_MOOV)
    return file.getvalue()[udta + 8 :]


def _texts(tags: Tags) -> dict[str, str]:
    released = "" if tags.released is None else tags.released.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "\xa9nam": tags.title,
        "\xa9alb": tags.album,
        "\xa9ART": " / ".join(tags.artists),  # players show the first of several values alone
        "aART": tags.publisher,
        "\xa9day": released,
        "\xa9gen": tags.genre,
        "\xa9cmt": tags.comment or tags.description,
        "desc": tags.comment or tags.description,
        "ldes": tags.description or tags.comment,
        "\xa9lyr": tags.lyrics,
        "cprt": tags.copyright,
        "egid": tags.guid,
        "purl": tags.feed_url,
        "catg": tags.categories[0] if tags.categories else "",
        "keyw": ", ".join(tags.keywords),
    }


def _named(tags: Tags) -> dict[str, str]:
    """What iTunes has no atom for."""
    return {
        "show notes": tags.notes_html,
        "podcast:guid": tags.show_guid,
        "itunes:episodeType": tags.episode_type,
        "LANGUAGE": tags.language,
        "LABEL": tags.publisher,
        "WWW": tags.episode_url,
        "show url": tags.show_url,
    }


def _cover(picture: Picture) -> MP4Cover:
    return MP4Cover(picture.data, imageformat=_COVERS[picture.type])


def nero_chapters(chapters: tuple[TagChapter, ...]) -> bytes:
    """The `chpl` box: the first 255 chapters, titles cut to 255 bytes."""
    rows = []
    for chapter in chapters[:_NERO_MAX]:
        title = _cut(chapter.title, _NERO_MAX)
        rows.append(
            pack(">QB", min(_milliseconds(chapter) * (_NERO_UNITS // TIMESCALE), 2**64 - 1), len(title))
        )
        rows.append(title)
    return full(b"chpl", bytes(4), bytes((len(rows) // 2,)), *rows, version=1)


def chapter_samples(chapters: tuple[TagChapter, ...], end_seconds: float) -> list[tuple[int, bytes]]:
    """(duration in ms, bytes) of the text track's samples, which follow each other from 0 on: an empty one
    fills the time before the first chapter."""
    # 32 bits hold 49 days in all; what a damaged file or a slip of the hand puts behind them comes then.
    starts = [min(_milliseconds(chapter), _LAST_START) for chapter in chapters]
    ends = [*starts[1:], min(max(round(end_seconds * TIMESCALE), starts[-1] + 1), _LAST_START + 1)]
    samples = [] if starts[0] == 0 else [(starts[0], _sample(""))]
    for chapter, start, end in zip(chapters, starts, ends, strict=True):
        samples.append((end - start, _sample(chapter.title)))
    return samples


def _milliseconds(chapter: TagChapter) -> int:
    return round(chapter.start_seconds * TIMESCALE)


def _sample(title: str) -> bytes:
    text = _cut(title, _MAX_TITLE)
    return len(text).to_bytes(2, "big") + text + _UTF8_MARK


def _cut(text: str, limit: int) -> bytes:
    return text.encode()[:limit].decode("utf-8", "ignore").encode()


def chapter_track(id: int, movie_timescale: int, samples: list[tuple[int, bytes]], offset: int) -> bytes:
    """The `trak` box of a text track whose samples lie in one chunk at `offset` of the file."""
    duration = sum(length for length, _ in samples)
    movie_duration = min(duration * movie_timescale // TIMESCALE, 0xFFFF_FFFF)
    tkhd = full(
        b"tkhd",
        pack(">IIIII", 0, 0, id, 0, movie_duration),
        bytes(8),
        pack(">hhhh", 0, 0, 0, 0),
        _MATRIX,
        bytes(8),
        flags=2,  # in the movie, but not enabled: players must not show it as subtitles
    )
    mdhd = full(b"mdhd", pack(">IIIIHH", 0, 0, TIMESCALE, min(duration, 0xFFFF_FFFF), _UNDETERMINED, 0))
    hdlr = full(b"hdlr", bytes(4), b"text", bytes(12), b"\0")
    gmin = full(b"gmin", pack(">HHHHhH", 0x40, 0x8000, 0x8000, 0x8000, 0, 0))
    dinf = render(b"dinf", full(b"dref", pack(">I", 1), full(b"url ", flags=1)))
    minf = render(
        b"minf", render(b"gmhd", gmin, render(b"text", _MATRIX)), dinf, _sample_table(samples, offset)
    )
    return render(b"trak", tkhd, render(b"mdia", mdhd, hdlr, minf))


def _sample_table(samples: list[tuple[int, bytes]], offset: int) -> bytes:
    count = len(samples)
    style = pack(">Ii6x8x8xHHB2x6xB", 0, 1, 0, 0, 0, 0)
    entry = render(b"text", bytes(6), pack(">H", 1), style)
    return render(
        b"stbl",
        full(b"stsd", pack(">I", 1), entry),
        full(b"stts", pack(">I", count), *(pack(">II", 1, duration) for duration, _ in samples)),
        full(b"stsc", pack(">IIII", 1, 1, count, 1)),
        full(b"stsz", pack(">II", 0, count), *(pack(">I", len(data)) for _, data in samples)),
        full(b"stco", pack(">II", 1, offset)),
    )
