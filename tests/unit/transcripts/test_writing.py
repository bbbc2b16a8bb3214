"""Transcripts as apps read them: by other people's readers, and by our own again."""

from __future__ import annotations

import html.parser
import json
import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import pytest
import srt
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import TranscriptKind
from publisher.transcripts import (
    Cue,
    Paragraph,
    Transcript,
    read_transcript,
    to_html,
    to_json,
    to_plain,
    to_srt,
    to_vtt,
)

SAMPLES = Path(__file__).parents[2] / "transcripts"
WRITERS = {"vtt": to_vtt, "srt": to_srt, "json": to_json}
LONG = "Vi øver på å lære, og det er like viktig som å lære bort: " * 6

TALK = Transcript(
    "vtt",
    (
        Cue(0.0, 3.2, "Velkommen til en samtale om læring & øving.", "Silvija Seres"),
        Cue(3.2, 6.0, "Er 3 < 4 --> ja?", "Silvija Seres"),
        Cue(6.0, 6.5, "Ja.", 'Ola "O" <Nord> & sønn'),
        Cue(3599.9996, 3601.25, "Slutt.", ""),
    ),
)


class Document(html.parser.HTMLParser):
    """The elements of an HTML document with their text, and every element closed that was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.found and data.strip():
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)

    def texts(self, *tags: str) -> list[tuple[str, str]]:
        return [(tag, text) for tag, _, text in self.found if tag in tags]


def sample(kind: TranscriptKind) -> Transcript:
    transcript, findings = read_transcript((SAMPLES / f"samtale.{kind}").read_bytes(), kind)
    assert transcript is not None
    assert findings == ()
    return transcript


def again(transcript: Transcript, kind: Literal["vtt", "srt", "json"]) -> tuple[Cue, ...]:
    read, findings = read_transcript(WRITERS[kind](transcript).encode(), kind)
    assert findings == ()
    assert read is not None
    return read.cues


def test_vtt_as_written() -> None:
    assert to_vtt(TALK) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:03.200\n<v Silvija Seres>Velkommen til en samtale om læring &amp; øving.\n\n"
        "00:00:03.200 --> 00:00:06.000\n<v Silvija Seres>Er 3 &lt; 4 --&gt; ja?\n\n"
        '00:00:06.000 --> 00:00:06.500\n<v Ola "O" &lt;Nord&gt; &amp; sønn>Ja.\n\n'
        "01:00:00.000 --> 01:00:01.250\nSlutt.\n"
    )


def test_a_name_cannot_end_its_cue() -> None:
    transcript = Transcript("vtt", (Cue(0, 1, "Hei.", "--"), Cue(1, 2, "Hå.", "a-->b")))
    captions = webvtt.WebVTT.from_string(to_vtt(transcript), strict=True).captions
    assert [caption.text for caption in captions] == ["Hei.", "Hå."]
    assert again(transcript, "vtt") == transcript.cues


@pytest.mark.parametrize("kind", ["vtt", "srt", "json"])
def test_a_cue_without_an_end_is_seen(kind: Literal["vtt", "srt", "json"]) -> None:
    (cue,) = again(Transcript("json", (Cue(2.0, 2.0, "Hei."),)), kind)
    assert (cue.start_seconds, cue.end_seconds) == (2.0, 2.001)


def test_srt_as_written() -> None:
    transcript = Transcript(
        "vtt", (*TALK.cues[:1], Cue(6.0, 6.5, "Ja, a --> b.", "Ola"), Cue(7, 8, "Nei.", "Ola"))
    )
    assert to_srt(transcript) == (
        "1\n00:00:00,000 --> 00:00:03,200\nSilvija Seres: Velkommen til en\nsamtale om læring & øving.\n\n"
        "2\n00:00:06,000 --> 00:00:06,500\nOla: Ja, a → b.\n\n"
        "3\n00:00:07,000 --> 00:00:08,000\nNei.\n"
    )


def test_json_as_written() -> None:
    document = json.loads(to_json(TALK))
    assert document["version"] == "1.0.0"
    assert document["segments"][0] == {
        "speaker": "Silvija Seres",
        "startTime": 0.0,
        "endTime": 3.2,
        "body": "Velkommen til en samtale om læring & øving.",
    }
    assert document["segments"][3] == {"startTime": 3600.0, "endTime": 3601.25, "body": "Slutt."}
    assert "læring" in to_json(TALK)


def test_html_as_written() -> None:
    transcript = Transcript(
        "md",
        (),
        (
            Paragraph("", "Om <læring>"),
            Paragraph("Silvija Seres", "Hei & hå."),
            Paragraph("Silvija Seres", "Mer."),
            Paragraph("Ola", "Ja."),
        ),
    )
    assert to_html(transcript, "nb") == (
        '<!DOCTYPE html>\n<html lang="nb">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<title>Transkripsjon</title>\n<meta name="description" content="Transkripsjon">\n'
        '<link rel="icon" href="data:,">\n</head>\n<body>\n<p>Om &lt;læring&gt;</p>\n'
        "<cite>Silvija Seres:</cite>\n<p>Hei &amp; hå.</p>\n<p>Mer.</p>\n"
        "<cite>Ola:</cite>\n<p>Ja.</p>\n</body>\n</html>\n"
    )


def test_html_has_times_where_they_are_known() -> None:
    paragraphs = (Paragraph("A", "a", 0.0), Paragraph("B", "b", 69.5), Paragraph("A", "c", 3661.0))
    document = Document(to_html(Transcript("vtt", (), paragraphs), "en-GB", title='"T" <1>'))
    times = [(attributes["datetime"], text) for tag, attributes, text in document.found if tag == "time"]
    assert times == [("PT0S", "0:00"), ("PT69.5S", "1:09"), ("PT3661S", "1:01:01")]
    assert document.texts("title") == [("title", '"T" <1>')]
    described = [attributes["content"] for _, attributes, _ in document.found if "content" in attributes]
    assert described[-1] == 'Transcript: "T" <1>'
    assert document.found[0][1] == {"lang": "en-GB"}


def test_a_language_cannot_leave_its_attribute() -> None:
    assert Document(to_html(sample("txt"), '"><script>')).texts("script") == []


def test_plain_as_written() -> None:
    assert to_plain(sample("txt")).startswith("Silvija Seres: Velkommen til en samtale om læring & øving.")
    assert "\n\nDet er lenge siden sist." in to_plain(sample("txt"))
    assert "\n\nOla Nordmann: Takk!" in to_plain(sample("md"))
    assert "*" not in to_plain(sample("md"))


@pytest.mark.parametrize("kind", ["txt", "md"])
def test_plain_round_trip(kind: TranscriptKind) -> None:
    # A heading would be read as what the speaker before it says: text knows none.
    transcript = sample(kind)
    spoken = replace(transcript, paragraphs=tuple(part for part in transcript.paragraphs if part.speaker))
    read, findings = read_transcript(to_plain(spoken).encode(), "txt")
    assert findings == ()
    assert read is not None
    assert read.paragraphs == spoken.paragraphs


@pytest.mark.parametrize("to", ["vtt", "json"])
@pytest.mark.parametrize("kind", ["vtt", "srt", "json"])
def test_timed_round_trip(kind: TranscriptKind, to: Literal["vtt", "json"]) -> None:
    transcript = sample(kind)
    cues = transcript.cues if transcript.cues[-1].speaker else transcript.cues[:-1]
    assert again(replace(transcript, cues=cues), to) == cues


@pytest.mark.parametrize("kind", ["vtt", "srt", "json"])
def test_srt_round_trip(kind: TranscriptKind) -> None:
    transcript = sample(kind)
    read, _ = read_transcript(to_srt(transcript).encode(), "srt")
    assert read is not None
    assert " ".join(cue.text for cue in read.cues) == " ".join(cue.text for cue in transcript.cues)
    assert read.speakers == transcript.speakers
    assert read.end_seconds == transcript.end_seconds


@pytest.mark.parametrize("kind", ["txt", "md"])
def test_times_are_never_invented(kind: TranscriptKind) -> None:
    transcript = sample(kind)
    assert to_vtt(transcript) == "WEBVTT\n"
    assert to_srt(transcript) == ""
    assert json.loads(to_json(transcript)) == {"version": "1.0.0", "segments": []}
    assert "<time" not in to_html(transcript, "nb")


def test_srt_shares_the_time() -> None:
    cards = list(srt.parse(to_srt(Transcript("vtt", (Cue(10, 40, LONG.strip(), "Åse"),)))))
    assert len(cards) > 5
    assert cards[0].start.total_seconds() == 10
    assert cards[-1].end.total_seconds() == 40
    for card, following in pairwise(cards):
        assert card.start < card.end == following.start
    assert all(len(card.content.split("\n")) <= 2 for card in cards)
    assert all(len(line) <= 32 for card in cards for line in card.content.split("\n"))
    assert " ".join(card.content for card in cards).replace("\n", " ") == f"Åse: {LONG.strip()}"


def test_vtt_lines_are_short_and_long_words_stay_whole() -> None:
    word = "menneskerettighetsorganisasjonsmedlemmer" * 2
    lines = to_vtt(Transcript("vtt", (Cue(0, 9, f"{LONG}{word} slutt"),))).split("\n")
    assert word in lines
    assert all(len(line) <= 65 for line in lines if line != word)


FAMILY, FLAG, HAND = "👩‍👩‍👧‍👦", "🇳🇴", "👍🏽"


@pytest.mark.parametrize(
    "text",
    [
        "字幕はここにあります。" * 12,
        "https://example.com/" + "a" * 90,
        "ord " + "ø" * 33 + " ord",
        FLAG * 40,
        HAND * 40,
        ("e\u0301" * 70),
        (FAMILY + "a") * 12,
    ],
)
def test_srt_keeps_to_its_lines_whatever_the_words(text: str) -> None:
    cards = list(srt.parse(to_srt(Transcript("vtt", (Cue(0, 30, text, ""),)))))
    lines = [line for card in cards for line in card.content.split("\n")]
    assert all(len(card.content.split("\n")) <= 2 for card in cards)
    assert max(map(len, lines)) <= 32
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        # Nothing begins with what belongs to the sign before it.
        assert unicodedata.category(line[0]) != "Mn"
        assert line[0] not in "\u200d🏽"
        assert not line.endswith("\u200d")
        assert sum("\U0001f1e6" <= sign <= "\U0001f1ff" for sign in line) % 2 == 0
    assert [card.start for card in cards] == sorted(card.start for card in cards)
    assert cards[-1].end.total_seconds() == 30


NAMES = st.text(st.characters(categories=("L", "P", "S", "Zs")), max_size=12) | st.sampled_from(
    ["--", "a-->"]
)
PIECES = (
    "--",
    "-->",
    "1",
    "00:00:01,000",
    "00:00:01.000",
    "<v A>",
    "</v>",
    "&amp;",
    "<",
    "NOTE",
    "\n",
    "Ola:",
    "{\\an8}",
)
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=120) | st.lists(
    st.sampled_from(PIECES), max_size=20
).map(" ".join)


@st.composite
def timed(draw: st.DrawFn) -> Transcript:
    """A transcript such as `read_transcript` gives for JSON, which carries any text unchanged."""
    segments = []
    start = 0
    for _ in range(draw(st.integers(1, 6))):
        start += draw(st.integers(0, 5000))
        end = start + draw(st.integers(1, 9000))
        values = {"startTime": start / 1000, "endTime": end / 1000}
        segments.append({**values, "speaker": draw(NAMES), "body": draw(TEXTS)})
    read, _ = read_transcript(json.dumps({"segments": segments}).encode(), "json")
    return read or Transcript("json", (Cue(0, 1, "x"),), (Paragraph("", "x", 0.0),))


@given(timed())
@settings(max_examples=300, deadline=None)
def test_others_read_what_we_write(transcript: Transcript) -> None:
    captions = webvtt.WebVTT.from_string(to_vtt(transcript), strict=True).captions
    assert [(c.start_in_seconds, c.end_in_seconds) for c in captions] == [
        (int(cue.start_seconds), int(cue.end_seconds)) for cue in transcript.cues
    ]
    cards = list(srt.parse(to_srt(transcript)))
    assert len(cards) >= len(transcript.cues)
    assert all(card.start < card.end for card in cards)
    assert len(json.loads(to_json(transcript))["segments"]) == len(transcript.cues)
    document = Document(to_html(transcript, "nb"))
    assert [text.strip() for _, text in document.texts("p")] == [
        part.text.strip() for part in transcript.paragraphs
    ]


@given(timed())
@settings(max_examples=300, deadline=None)
def test_we_read_what_we_write(transcript: Transcript) -> None:
    assert again(transcript, "json") == transcript.cues
    spoken = tuple(cue for cue in transcript.cues if cue.speaker) or (Cue(0, 1, "x", "A"),)
    # Without those between them, two of one speaker may overlap, and reading mends that.
    mended, _ = read_transcript(to_json(replace(transcript, cues=spoken)).encode(), "json")
    assert mended is not None
    assert again(mended, "vtt") == mended.cues
    read, _ = read_transcript(to_srt(transcript).encode(), "srt")
    assert read is None or len(read.cues) > 0


@pytest.mark.parametrize("kind", get_args(TranscriptKind))
def test_the_same_gives_the_same(kind: TranscriptKind) -> None:
    first, second = sample(kind), sample(kind)
    for write in (to_vtt, to_srt, to_json, to_plain):
        assert write(first) == write(second)
    assert to_html(first, "nb") == to_html(second, "nb")
