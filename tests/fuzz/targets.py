"""What is fuzzed: each target reads any bytes whatever, and checks all that is promised of the result.

A target raises nothing for any input. What it raises is a finding, be it an assertion of its own or an
exception that the module does not document.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from lxml import etree

from publisher.audio.chapters import read_chapters_from
from publisher.audio.probe import EXTENSIONS, Probed, probe
from publisher.audio.tagged import AudioError, tagged
from publisher.audio.tags import TagChapter, Tags
from publisher.errors import StoreError
from publisher.identity import sha256
from publisher.manifest import Manifest, StoredObject, manifest_bytes, named_by, read_manifest
from publisher.manifest.writing import in_parts
from publisher.model import Chapter, TranscriptKind
from publisher.pictures import probe_artwork, small_cover
from publisher.problems import Finding, Problem
from publisher.reading.characters import ILLEGAL
from publisher.reading.fields import Reading
from publisher.reading.keys import EPISODE, SHOW
from publisher.reading.times import BadTime, parse_date, parse_offset
from publisher.reading.yaml import read_yaml
from publisher.text import feed_html, first_paragraph, page_html, plain_text
from publisher.transcripts import (
    Transcript,
    match_speakers,
    read_transcript,
    to_html,
    to_json,
    to_plain,
    to_srt,
    to_vtt,
)

_ZONE: Final = ZoneInfo("Europe/Oslo")
_PERSONS: Final = ("Silvija Seres", "Ola Nordmann", "Ola Hansen")
_FEED_TAGS: Final = frozenset(("p", "ul", "ol", "li", "a", "br", "strong", "em"))
_PAGE_TAGS: Final = _FEED_TAGS.union(
    ("b", "i", "h2", "h3", "h4", "blockquote", "code", "pre", "hr", "del", "sub", "sup"),
    ("table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"),
)
_ADDRESSES: Final = ("http://", "https://", "mailto:")


def yaml(data: bytes) -> None:
    """Both tables over the same bytes: values without a problem, or problems."""
    root, findings = read_yaml(data)
    _all_said(findings)
    for record in (SHOW, EPISODE):
        reading = Reading("show/x.yaml", _ZONE)
        values = None if root is None else record.values("", root, reading)
        assert root is None or reading.problems or values is not None
        assert len(reading.problems) <= 51
        _all_said(reading.problems)
        _clean(values)


def times(data: bytes) -> None:
    """The bytes as a date and as an offset."""
    text = data.decode("utf-8", "surrogateescape")
    said: list[str] = []
    try:
        assert parse_date(text, _ZONE).utcoffset() is not None
    except BadTime as error:
        said += [error.message, error.help]
    try:
        assert 0 <= parse_offset(text) < 1e11
    except BadTime as error:
        said += [error.message, error.help]
    assert all(part.isprintable() for part in said), said


def _transcript(kind: TranscriptKind) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        found, findings = read_transcript(data, kind)
        _all_said(findings)
        assert (found is None) == any(finding.severity == "error" for finding in findings)
        if found is not None:
            _transcript_holds(found)

    return read


def _transcript_holds(found: Transcript) -> None:
    assert found.paragraphs
    assert bool(found.cues) == found.timed
    _clean(found)
    for transcript in (found, match_speakers(found, _PERSONS)):
        assert [cue.text for cue in transcript.cues] == [cue.text for cue in found.cues]
        words = " ".join(part.text for part in transcript.paragraphs)
        page = etree.fromstring(to_html(transcript, "nb").encode(), etree.HTMLParser(huge_tree=True))
        # The parser folds no spaces, and neither do we: the words are there as they stand.
        said = " ".join("".join(map(str, p.itertext())) for p in page.iter("p"))
        assert said == words
        assert to_plain(transcript).strip()
        if not transcript.timed:
            continue
        for text, kind in (
            (to_vtt(transcript), "vtt"),
            (to_srt(transcript), "srt"),
            (to_json(transcript), "json"),
        ):
            again, findings = read_transcript(text.encode(), kind)  # type: ignore[arg-type]
            errors = [finding for finding in findings if finding.severity == "error"]
            assert again is not None, (kind, errors)
            assert not errors
            if kind != "srt":  # whose cards are cut, and whose names are text
                assert [cue.text for cue in again.cues] == [cue.text for cue in transcript.cues], kind
        _no_arrows_in_words(to_vtt(transcript), ".")
        _no_arrows_in_words(to_srt(transcript), ",")


def _no_arrows_in_words(text: str, mark: str) -> None:
    for line in text.split("\n"):
        if "-->" in line:
            assert line[:2].isdecimal(), line
            assert line.count(mark) == 2, line


def audio(data: bytes) -> None:
    """Probed under a true and a false name; what probes well is tagged, and probes the same again."""
    with _as_file(data, ".mp3") as path:
        found = probe(path)
        _audio_holds(found)
        if found.type and not any(finding.severity == "error" for finding in found.findings):
            _tagged_holds(path, found)


def _audio_holds(found: Probed) -> None:
    _all_said(found.findings)
    assert found.type in ("", *EXTENSIONS)
    assert found.type or found.findings
    assert not any("could not be read" in finding.message for finding in found.findings), found.findings
    assert found.duration_seconds >= 0
    if not any(finding.severity == "error" for finding in found.findings):
        assert 0 < found.duration_seconds < 1e7
        assert found.sample_rate > 0
    _chapters_hold(found.chapters)


def _chapters_hold(chapters: tuple[Chapter, ...]) -> None:
    assert len(chapters) <= 5_000
    _clean(chapters)
    starts = [chapter.start_seconds for chapter in chapters]
    assert starts == sorted(starts)
    for chapter in chapters:
        assert chapter.start_seconds >= 0
        assert chapter.end_seconds is None or chapter.end_seconds >= chapter.start_seconds


def _tagged_holds(path: Path, found: Probed) -> None:
    chapters = tuple(
        TagChapter(chapter.start_seconds, chapter.end_seconds, chapter.title, chapter.url, toc=chapter.toc)
        for chapter in found.chapters
    )
    for tags in (Tags("Title", "Show"), Tags("Title", "Show", chapters=chapters)):
        try:
            made = tagged(path, found.type, tags, duration_seconds=found.duration_seconds)
        except AudioError:
            # An index that points astray shows only when it is moved; Ogg is tagged if it is Opus, and whole.
            assert found.type != "audio/mpeg"
            continue
        with made.open() as reader:
            data = reader.read()
        assert len(data) == made.length_bytes
        with _as_file(data, EXTENSIONS[found.type][0]) as copy:
            again = probe(copy)
            assert again.type == found.type
            assert not any(finding.severity == "error" for finding in again.findings), again.findings
            assert abs(again.duration_seconds - found.duration_seconds) < 1e-6, (found, again)
            twice = tagged(copy, found.type, tags, duration_seconds=found.duration_seconds)
            with twice.open() as reader:
                assert reader.read() == data


def id3_chapters(data: bytes) -> None:
    """The bytes as an ID3v2 tag's content, whichever version it says."""
    size = len(data).to_bytes(4, "big")
    for version in (3, 4):
        four = bytes((len(data) >> shift) & 0x7F for shift in (21, 14, 7, 0))
        tag = b"ID3" + bytes((version, 0, data[0] & 0xC0 if data else 0)) + four + data
        _chapters_hold(read_chapters_from(io.BytesIO(tag), len(tag), "audio/mpeg").chapters)
    chap = b"CHAP" + size + b"\0\0" + data
    tag = b"ID3\3\0\0" + bytes((len(chap) >> shift) & 0x7F for shift in (21, 14, 7, 0)) + chap
    _chapters_hold(read_chapters_from(io.BytesIO(tag), len(tag), "audio/mpeg").chapters)


def mp4_chapters(data: bytes) -> None:
    """The bytes as an MP4 file, and as the inside of a `moov`."""
    moov = (len(data) + 8).to_bytes(4, "big") + b"moov" + data
    for file in (data, moov):
        _chapters_hold(read_chapters_from(io.BytesIO(file), len(file), "audio/mp4").chapters)


def artwork(data: bytes) -> None:
    """Probed; a small cover comes of all that probes well, and is a JPEG of that size."""
    with _as_file(data, ".jpg") as path:
        facts, findings = probe_artwork(path)
    _all_said(findings)
    assert (facts is None) == any(finding.severity == "error" for finding in findings)
    cover = small_cover(data, max_pixels=64)
    if facts is None:
        return
    assert facts.width * facts.height <= 25_000_000
    assert cover is not None
    with _as_file(cover, ".jpg") as path:
        again, findings = probe_artwork(path)
    assert findings == ()
    assert again is not None
    assert (again.type, again.mode) == ("image/jpeg", "RGB")
    assert again.width == again.height <= 64


def markdown(data: bytes) -> None:
    """Show notes as HTML of the feed, HTML of a page, and text."""
    text = ILLEGAL.sub("\ufffd", data.decode("utf-8", "replace"))
    feed, page = feed_html(text), page_html(text)
    _allowed(feed, _FEED_TAGS, {"href"})
    _allowed(page, _PAGE_TAGS, {"href", "title", "rel"})
    _fragment(feed)
    for plain in (plain_text(text), first_paragraph(text)):
        assert ILLEGAL.search(plain) is None
    assert "\n" not in first_paragraph(text)


def _allowed(markup: str, tags: Iterable[str], attributes: set[str]) -> None:
    assert ILLEGAL.search(markup) is None
    if not markup:
        return
    body = etree.fromstring(f"<div>{markup}</div>", etree.HTMLParser(huge_tree=True))
    for element in body.iter():
        assert isinstance(element.tag, str), "a comment or an instruction came through"
        assert element.tag in tags or element.tag in ("html", "body", "div"), element.tag
        for name, value in element.attrib.items():
            assert str(name) in attributes, name
            if name == "href":
                target = str(value).lower()
                scheme = target.partition(":")[0]
                assert target.startswith(_ADDRESSES) or not scheme.isalpha() or ":" not in target, value


def _fragment(markup: str) -> None:
    """What the feed carries is well formed but for `<br>`, which HTML leaves open."""
    closed = markup.replace("<br>", "<br/>")
    etree.fromstring(f"<div>{closed}</div>".encode(), etree.XMLParser(huge_tree=True, resolve_entities=False))


def manifest(data: bytes) -> None:
    """Any bytes under the name of their digest."""
    named = named_by(data)
    assert named == "" or named.encode() in data[:512]
    try:
        found = read_manifest(f"releases/{sha256(data)}.json", data)
        # An episode is taken apart when something of it is asked for.
        assert len(found.all_objects()) >= 0
        assert all(episode.source_digest == episode.enclosure.source_digest for episode in found.episodes)
    except StoreError:
        return
    assert isinstance(found, Manifest)
    assert found.by_slug().keys() == {episode.slug for episode in found.episodes}


def manifest_part(data: bytes) -> None:
    """A part of a manifest that somebody else wrote."""
    part = StoredObject("releases/episodes-.json", sha256(data), len(data), "application/json")
    whole = Manifest(guid="", feed_url="", url="", title="", parts={})
    with contextlib.suppress(StoreError):
        found = read_manifest(*manifest_bytes(in_parts(whole, [part])), lambda _: [data])
        assert found.episodes
        assert part.key in found.all_objects()


def manifest_listing(data: bytes) -> None:
    """A part of a manifest with objects or pages that somebody else wrote."""
    part = StoredObject("releases/listing-.json", sha256(data), len(data), "application/json")
    bare = Manifest(guid="", feed_url="", url="", title="", parts={})
    with contextlib.suppress(StoreError):
        found = read_manifest(*manifest_bytes(in_parts(bare, [], [part])), lambda _: [data])
        assert found.objects or found.pages
        assert found.made_of.keys() <= found.pages.keys()
        whole = in_parts(found, [])
        assert read_manifest(*manifest_bytes(whole)).all_objects() == whole.all_objects()


def _all_said(findings: Iterable[Finding | Problem]) -> None:
    for found in findings:
        assert found.rule
        assert found.message
        assert found.message.isprintable(), found
        assert found.help.isprintable(), found
        assert len(found.message) < 2_000
        assert found.line is None or found.line >= 1
        assert found.column is None or found.column >= 1


def _clean(value: Any) -> None:
    """No text that was read holds what a feed cannot carry."""
    if isinstance(value, str):
        assert ILLEGAL.search(value) is None
        value.encode("utf-8")
    elif isinstance(value, dict):
        for pair in value.items():
            _clean(pair)
    elif isinstance(value, tuple | list):
        for item in value:
            _clean(item)
    else:
        for name in getattr(value, "__dataclass_fields__", {}):
            _clean(getattr(value, name))


class _as_file:
    """A file of those bytes, gone afterwards."""

    def __init__(self, data: bytes, ending: str) -> None:
        handle, name = tempfile.mkstemp(ending)
        self._path = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_: object) -> None:
        self._path.unlink()


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "yaml": yaml,
    "times": times,
    "vtt": _transcript("vtt"),
    "srt": _transcript("srt"),
    "json": _transcript("json"),
    "txt": _transcript("txt"),
    "md": _transcript("md"),
    "audio": audio,
    "id3-chapters": id3_chapters,
    "mp4-chapters": mp4_chapters,
    "artwork": artwork,
    "markdown": markdown,
    "manifest": manifest,
    "manifest-part": manifest_part,
    "manifest-listing": manifest_listing,
}
