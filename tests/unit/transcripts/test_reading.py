"""Transcripts as producers have them, whole and broken."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import TranscriptKind
from publisher.problems import Finding
from publisher.transcripts import Cue, Paragraph, Transcript, match_speakers, read_transcript, to_vtt

SAMPLES = Path(__file__).parents[2] / "transcripts"
KINDS: tuple[TranscriptKind, ...] = get_args(TranscriptKind)
S, O = "Silvija Seres", "Ola Nordmann"  # noqa: E741


def good(data: str | bytes, kind: TranscriptKind) -> Transcript:
    """The transcript of content without any fault."""
    transcript, findings = read_transcript(data.encode() if isinstance(data, str) else data, kind)
    assert findings == ()
    assert transcript is not None
    return transcript


def bad(data: str | bytes, kind: TranscriptKind) -> tuple[Finding, ...]:
    """The findings of content with an error."""
    transcript, findings = read_transcript(data.encode() if isinstance(data, str) else data, kind)
    assert transcript is None
    assert all(finding.message for finding in findings)
    return findings


def words(transcript: Transcript) -> list[tuple[str, str]]:
    return [(part.speaker, part.text) for part in transcript.paragraphs]


def test_vtt() -> None:
    transcript = good((SAMPLES / "samtale.vtt").read_bytes(), "vtt")
    assert transcript.timed
    assert transcript.cues == (
        Cue(0.0, 3.2, "Velkommen til en samtale om læring & øving.", S),
        Cue(3.2, 6.0, "Vi har med oss en gjest i dag.", S),
        Cue(6.0, 9.5, "Takk! Det er hyggelig å være her.", O),
        Cue(9.5, 12.0, "Er 3 < 4?", S),
        Cue(9.5, 12.0, "Ja.", O),
    )
    assert [(part.speaker, part.start_seconds) for part in transcript.paragraphs] == [
        (S, 0.0),
        (O, 6.0),
        (S, 9.5),
        (O, 9.5),
    ]
    assert transcript.speakers == (S, O)
    assert transcript.end_seconds == 12.0


def test_srt() -> None:
    transcript = good((SAMPLES / "samtale.srt").read_bytes(), "srt")
    assert transcript.cues == (
        Cue(0.0, 3.2, "Velkommen til en samtale om læring & øving.", S),
        Cue(3.2, 6.0, "Vi har med oss en gjest i dag.", S),
        Cue(6.0, 9.5, "Takk! Det er hyggelig å være her.", O),
        Cue(9.5, 12.0, "Er 3 < 4?", S),
        Cue(12.0, 12.8, "Ja.", O),
    )


def test_json() -> None:
    transcript = good((SAMPLES / "samtale.json").read_bytes(), "json")
    assert transcript.cues == (
        Cue(0.0, 3.2, "Velkommen til en samtale om læring & øving.", S),
        Cue(3.2, 6.0, "Vi har med oss en gjest i dag.", S),
        Cue(6.0, 9.5, "Takk! Det er hyggelig å være her.", O),
        Cue(9.5, 12.0, "(latter)", ""),
    )


def test_text() -> None:
    transcript = good((SAMPLES / "samtale.txt").read_bytes(), "txt")
    assert not transcript.timed
    assert transcript.cues == ()
    assert transcript.end_seconds is None
    assert transcript.paragraphs == (
        Paragraph(S, "Velkommen til en samtale om læring & øving. Vi har med oss en gjest i dag."),
        Paragraph(S, "Det er lenge siden sist. Én ting er viktig: å øve litt hver dag."),
        Paragraph(O, "Takk! Det er hyggelig å være her."),
        Paragraph(S, "Er 3 < 4?"),
        Paragraph(O, "Ja."),
        Paragraph(O, "Husk: øving gjør mester. Klokka 12:30 tar vi pause."),
    )


def test_markdown() -> None:
    assert words(good((SAMPLES / "samtale.md").read_bytes(), "md")) == [
        ("", "Samtale om læring"),
        (S, "Velkommen til en samtale om læring & øving. Vi har med oss en gjest i dag."),
        (S, "Det er lenge siden sist. Én ting er viktig: å øve litt hver dag."),
        ("", "Første del: om å øve"),
        (O, "Takk! Det er hyggelig å være her."),
        (S, "Er 3 < 4?"),
        (O, "Ja."),
        (O, "Det er det."),
    ]


@pytest.mark.parametrize(
    ("text", "speaker", "said"),
    [
        ("Silvija: Hei", "Silvija", "Hei"),
        ("Silvija:\nHei", "Silvija", "Hei"),
        ("**Silvija:** Hei", "Silvija", "Hei"),
        ("**Silvija**: Hei", "Silvija", "Hei"),
        ("*Silvija:* Hei", "Silvija", "Hei"),
        ("__Silvija:__ Hei", "Silvija", "Hei"),
        ("Silvija Seres (vert): Hei", "Silvija Seres", "Hei"),
        ("Åse-Marie O’Brien: Hei", "Åse-Marie O’Brien", "Hei"),
        ("J. K. Rowling: Hei", "J. K. Rowling", "Hei"),
        ("Ludwig van der Rohe: Hei", "Ludwig van der Rohe", "Hei"),
        ("SPEAKER_01: Hei", "SPEAKER_01", "Hei"),
        ("Taler 2: Hei", "Taler 2", "Hei"),
        ("山田: こんにちは", "山田", "こんにちは"),
        ("Husk: ta med niste", "", None),
        ("Det viktigste er dette: øv", "", None),
        ("Som Ola sa: øv", "", None),
        ("The Problem: nobody asks", "", None),
        ("Klokka 12:30 er det pause", "", None),
        ("https://example.org er adressen", "", None),
        ("Forholdet er 3:1", "", None),
        ("Silvija:Hei", "", None),
        (": Hei", "", None),
        ("Dette Er Et Altfor Langt Navn På En Person: Hei", "", None),
    ],
)
@pytest.mark.parametrize("kind", ["txt", "md"])
def test_who_opens_a_paragraph(kind: TranscriptKind, text: str, speaker: str, said: str | None) -> None:
    assert words(good(text, kind)) == [(speaker, text if said is None else said)]


def test_a_name_alone_speaks_what_follows() -> None:
    assert words(good("Silvija:\n\nHei.\n\nOg hei igjen.", "txt")) == [
        ("Silvija", "Hei."),
        ("Silvija", "Og hei igjen."),
    ]


def test_a_word_before_a_colon_inside_a_sentence_is_no_speaker() -> None:
    text = "Silvija: Vi reiste til\nOslo: det var fint.\n\nOla: Ja."
    assert words(good(text, "txt")) == [("Silvija", "Vi reiste til Oslo: det var fint."), ("Ola", "Ja.")]


def test_the_first_name_before_the_full_one() -> None:
    assert good("Ola: Hei\n\nOla Nordmann: Hei\n\nOLA: Hei", "txt").speakers == ("Ola Nordmann",)


def test_a_first_name_of_two_stays() -> None:
    text = "Ola Nordmann: Hei\n\nOla Hansen: Hei\n\nOla: Hvem?"
    assert good(text, "txt").speakers == ("Ola Nordmann", "Ola Hansen", "Ola")


def test_names_in_captions_when_they_change() -> None:
    said = ("<v A B>En.", "Carl: To", "tre.")
    text = "WEBVTT\n" + "".join(
        f"\n00:0{i}.000 --> 00:0{i + 1}.000\n{words}\n" for i, words in enumerate(said)
    )
    assert [(cue.speaker, cue.text) for cue in good(text, "vtt").cues] == [
        ("A B", "En."),
        ("Carl", "To"),
        ("Carl", "tre."),
    ]


def test_long_monologues_become_paragraphs() -> None:
    cues = "".join(f"\n00:00:{i:02}.000 --> 00:00:{i + 1:02}.000\n{'ord ' * 30}slutt.\n" for i in range(40))
    transcript = good("WEBVTT\n" + cues, "vtt")
    lengths = [len(part.text) for part in transcript.paragraphs]
    assert len(lengths) > 4
    assert max(lengths) < 1000
    assert " ".join(part.text for part in transcript.paragraphs) == " ".join(
        cue.text for cue in transcript.cues
    )


@pytest.mark.parametrize("kind", KINDS)
def test_encodings_give_the_same(kind: TranscriptKind) -> None:
    text = (SAMPLES / f"samtale.{kind}").read_text(encoding="utf-8")
    wanted = good(text, kind)
    assert good(text.encode("utf-8-sig"), kind) == wanted
    assert good(text.encode("utf-16"), kind) == wanted
    assert good("\ufeff".encode("utf-16-be") + text.encode("utf-16-be"), kind) == wanted
    assert good(text.replace("\n", "\r\n"), kind) == wanted
    assert good(text.replace("\n", "\r"), kind) == wanted
    assert good(unicodedata.normalize("NFD", text), kind) == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_other_bytes_are_refused_with_their_place(kind: TranscriptKind) -> None:
    (finding,) = bad("Silvija: Hei\n\nOla: på".encode("latin-1"), kind)
    assert (finding.rule, finding.line) == ("transcript-encoding", 3)
    assert "0xE5" in finding.message
    assert "'å'" in finding.message
    assert "column 7" in finding.message


def test_bytes_behind_a_mark_have_their_true_place() -> None:
    (finding,) = bad(b"\xef\xbb\xbfOla: \xff", "txt")
    assert "byte 9 of the file" in finding.message


@pytest.mark.parametrize(("encoding", "seems"), [("cp1252", "it seems to be Windows-1252"), ("cp1251", "")])
def test_an_old_encoding_is_named_where_it_is_plausible(encoding: str, seems: str) -> None:
    text = "«Hei på deg» — Ola: så rart…" if seems else "Привет, \u0402\u0452\u0450 как дела"
    (finding,) = bad(text.encode(encoding, "ignore") + (b"" if seems else b"\x81"), "txt")
    assert finding.rule == "transcript-encoding"
    assert ("Windows-1252" in finding.help) == bool(seems)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", KINDS)
def test_utf_16_without_a_mark_is_named(kind: TranscriptKind, encoding: str) -> None:
    text = (SAMPLES / f"samtale.{kind}").read_text(encoding="utf-8")
    (finding,) = bad(text.encode(encoding), kind)
    assert finding.rule == "transcript-encoding"
    assert "UTF-16" in finding.message


def test_half_a_utf16_character() -> None:
    (finding,) = bad("\ufeffHei".encode("utf-16-le") + b"\0", "txt")
    assert finding.rule == "transcript-encoding"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("character", ["\0", "\x08", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_carry_is_named(kind: TranscriptKind, character: str) -> None:
    findings = bad(f"Hei\n\nOla: {character} {character}", kind)
    (finding,) = (finding for finding in findings if finding.rule == "transcript-encoding")
    assert f"U+{ord(character):04X} 2 times" in finding.message
    assert finding.line == 3


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\uffff"])
def test_what_xml_cannot_carry_hidden_in_json(escape: str) -> None:
    (finding,) = bad(f'{{"segments": [{{"startTime": 0, "body": "a{escape}"}}]}}', "json")
    assert finding.rule == "transcript-encoding"
    assert "segments[0].body" in finding.message
    assert f"U+{escape[2:].upper()}" in finding.message


def test_what_xml_cannot_carry_hidden_in_vtt() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\na&#1;b&#xFFFE;c&#xD800;&#13;d"
    assert [cue.text for cue in good(text, "vtt").cues] == ["abc\ufffd d"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("data", [b"", b"\n \n\t\n", b"\xef\xbb\xbf"])
def test_empty(kind: TranscriptKind, data: bytes) -> None:
    assert [finding.rule for finding in bad(data, kind)] == ["transcript-empty"]


def test_empty_though_there_is_something() -> None:
    assert [finding.rule for finding in bad("WEBVTT\n\nNOTE nothing yet\n", "vtt")] == ["transcript-empty"]
    assert [finding.rule for finding in bad('{"segments": []}', "json")] == ["transcript-empty"]
    assert [finding.rule for finding in bad("<!-- ingenting -->", "md")] == ["transcript-empty"]
    assert [finding.rule for finding in bad("Silvija:\n", "txt")] == ["transcript-empty"]
    assert [finding.rule for finding in bad("Silvija: Hei\n", "srt")] == [
        "transcript-syntax",
        "transcript-empty",
    ]


FAULTS: dict[str, tuple[TranscriptKind, str, list[tuple[str, str, int | None]]]] = {
    "no header": (
        "vtt",
        "00:00:00.000 --> 00:00:01.000\nHei",
        [("transcript-syntax", "error", 1)],
    ),
    "times that are none": (
        "vtt",
        "WEBVTT\n\n00:00:00.000 --> soon\nHei\n\n00:00:01.000 --> 00:00:02.000\nHei\n\n--> 3\n",
        [("transcript-syntax", "error", 3), ("transcript-syntax", "error", 9)],
    ),
    "end before start": (
        "srt",
        "1\n00:00:05,000 --> 00:00:04,000\nHei",
        [("transcript-times", "error", 2)],
    ),
    "backwards": (
        "vtt",
        "WEBVTT\n\n00:05.000 --> 00:06.000\nHei\n\n00:04.000 --> 00:05.000\nHei",
        [("transcript-times", "error", 6)],
    ),
    "more than sixty": (
        "srt",
        "1\n00:15:75,000 --> 00:17:01,000\nHei",
        [("transcript-times", "error", 2)],
    ),
    "days": (
        "vtt",
        "WEBVTT\n\n00:00.000 --> 00:01.000\nHei\n\n25:00:00.000 --> 25:00:01.000\nHei",
        [("transcript-times", "error", 6)],
    ),
    "json cut": ("json", '{"segments": [\n{"startTime": 0,', [("transcript-syntax", "error", 2)]),
    "json list": ("json", "[]", [("transcript-syntax", "error", 1)]),
    "json without segments": ("json", '{"version": "1.0.0"}', [("transcript-syntax", "error", None)]),
    "json types": (
        "json",
        '{"segments": [3, {"startTime": "0", "body": "a"}, {"startTime": true, "body": "a"}, {"body": "a"},'
        ' {"startTime": 0, "body": 3}, {"startTime": 0, "endTime": [], "speaker": {}, "body": "a"}]}',
        [("transcript-syntax", "error", None)] * 7,
    ),
    "json times": (
        "json",
        '{"segments": [{"startTime": -1, "body": "a"}, {"startTime": NaN, "body": "a"},'
        ' {"startTime": 1e400, "body": "a"}, {"startTime": 2, "endTime": 1, "body": "a"}]}',
        [("transcript-times", "error", None)] * 4,
    ),
    "json deep": ("json", '{"segments": ' + "[" * 100_000, [("transcript-syntax", "error", None)]),
    "json long number": ("json", '{"segments": ' + "9" * 5000 + "}", [("transcript-syntax", "error", None)]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    kind, text, wanted = FAULTS[name]
    findings = bad(text, kind)
    assert [(finding.rule, finding.severity, finding.line) for finding in findings] == wanted
    assert all(finding.help for finding in findings)


WARNINGS: dict[str, tuple[TranscriptKind, str, list[tuple[str, int]]]] = {
    "comma": ("vtt", "WEBVTT\n\n00:00:00,000 --> 00:00:01,000\nHei", [("transcript-syntax", 3)]),
    "no thousandths": ("srt", "1\n00:00:00 --> 00:00:01\nHei", [("transcript-syntax", 2)]),
    "outside": ("vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHei\n\nog\nhå", [("transcript-syntax", 6)]),
    "no duration": ("vtt", "WEBVTT\n\n00:00.000 --> 00:00.000\nHei", [("transcript-times", 3)]),
    "film": ("vtt", "WEBVTT\n\n01:00:00.000 --> 01:00:01.000\nHei", [("transcript-times", 3)]),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_warnings(name: str) -> None:
    kind, text, wanted = WARNINGS[name]
    transcript, findings = read_transcript(text.encode(), kind)
    assert transcript is not None
    assert [cue.text for cue in transcript.cues] == ["Hei"]
    assert [(finding.rule, finding.line) for finding in findings] == wanted
    assert {finding.severity for finding in findings} == {"warning"}


def test_numbers_are_words_where_no_cue_follows() -> None:
    text = "1\n00:00:00,000 --> 00:00:01,000\nI år\n2024\n\n2\n00:00:01,000 --> 00:00:02,000\n42\n\n"
    assert [cue.text for cue in good(text, "srt").cues] == ["I år 2024", "42"]


def test_an_overlap_of_one_speaker_is_mended_and_said() -> None:
    times = ("00:00.000 --> 00:05.000", "00:01.000 --> 00:09.000", "00:02.000 --> 00:03.000")
    cues = "\n\n".join(f"{time}\n<v A>Hei" for time in times)
    transcript, (finding,) = read_transcript(f"WEBVTT\n\n{cues}\n".encode(), "vtt")
    assert transcript is not None
    assert [(cue.start_seconds, cue.end_seconds) for cue in transcript.cues] == [(0, 1), (1, 2), (2, 3)]
    assert (finding.rule, finding.severity, finding.line) == ("transcript-times", "warning", 6)
    assert "1 more" in finding.message


def test_an_overlap_that_rounding_leaves_is_mended_silently() -> None:
    times = ({"startTime": 0, "endTime": 1.05}, {"startTime": 1, "endTime": 2})
    text = json.dumps({"segments": [{**each, "body": "Hei"} for each in times]})
    assert [cue.end_seconds for cue in good(text, "json").cues] == [1.0, 2.0]


def test_two_cues_of_the_same_time_keep_it() -> None:
    cues = "00:00.000 --> 00:05.000\nEn\n\n00:00.000 --> 00:05.000\nTo"
    assert [cue.end_seconds for cue in good(f"WEBVTT\n\n{cues}\n", "vtt").cues] == [5.0, 5.0]


def test_hours_may_be_left_out() -> None:
    (cue,) = good("1\n00:01,500 --> 01:02,000\nHei\n", "srt").cues
    assert (cue.start_seconds, cue.end_seconds) == (1.5, 62.0)


def test_a_time_before_the_sound() -> None:
    (finding, *_) = bad("1\n-00:00:01,000 --> 00:00:02,000\nHei\n", "srt")
    assert (finding.rule, finding.line) == ("transcript-syntax", 2)


def test_overlapping_voices_are_fine() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:05.000\n<v A>En\n\n00:01.000 --> 00:02.000\n<v B>To\n"
    assert len(good(text, "vtt").cues) == 2


def test_many_faults_are_not_all_said() -> None:
    text = "WEBVTT\n" + "\n00:00:01.000 --> never\nHei\n" * 500
    findings = bad(text, "vtt")
    assert len(findings) == 21
    assert "480 more" in findings[-1].message


@given(
    st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode(errors="surrogatepass")),
    st.sampled_from(KINDS),
)
@settings(max_examples=400, deadline=None)
def test_no_content_raises(data: bytes, kind: TranscriptKind) -> None:
    transcript, findings = read_transcript(data, kind)
    assert (transcript is None) == any(finding.severity == "error" for finding in findings)


PIECE_WORDS = """
    WEBVTT 00:00:01.000 --> 00:00:02,000 1 <v_Ola> </v> < > &amp; &#0; Ola:_ Silvija_Seres: ** #_ -_ NOTE
    STYLE hei å { } [ ] "segments" : , "startTime" "body" 0 1e9 null " \\ud800 ` | \\
"""
PIECES = st.sampled_from(
    [*(word.replace("_", " ") for word in PIECE_WORDS.split()), "\n", "\n\n", " ", "\u2028", "\ufeff"]
)


@given(st.lists(PIECES, max_size=60).map("".join), st.sampled_from(KINDS))
@settings(max_examples=600, deadline=None)
def test_no_near_miss_raises(text: str, kind: TranscriptKind) -> None:
    transcript, findings = read_transcript(text.encode(), kind)
    assert (transcript is None) == any(finding.severity == "error" for finding in findings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text",
    [
        "1" * 100_000,
        "WEBVTT\n\n00:00.000 --> 00:01.000\n" + "<" * 100_000,
        "WEBVTT\n\n00:00.000 --> 00:01.000\n" + "<v A" * 25_000,
        "1\n00:00:00,000 --> 00:00:01,000\n" + "{\\" * 50_000,
        "<!--" * 25_000,
        "Hei <!--" * 12_000,
        "> " * 10_000 + "x",
        "[" * 20_000,
        "*a **b " * 10_000,
        " \n" * 50_000 + "x",
        "A" * 60 + ":" * 100_000,
    ],
    ids=lambda text: ascii(text[-12:]),
)
def test_hostile_content_takes_no_time(text: str, kind: TranscriptKind) -> None:
    started = time.process_time()
    read_transcript(text.encode(), kind)
    assert time.process_time() - started < 5


def test_three_hours_take_no_time() -> None:
    cues = [
        Cue(i * 0.5, i * 0.5 + 0.4, f"Hei på deg & dere, nummer {i}.", (S, O)[i // 5 % 2])
        for i in range(21_600)
    ]
    text = to_vtt(Transcript("vtt", tuple(cues), ()))
    assert text.count("\n") > 64_000
    started = time.process_time()
    assert good(text, "vtt").cues == tuple(cues)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "found", ["Silvija Seres", "silvija", "SERES", "Silvija", unicodedata.normalize("NFD", "Silvija")]
)
def test_speakers_are_the_persons(found: str) -> None:
    text = json.dumps({"segments": [{"speaker": found, "startTime": 0, "endTime": 1, "body": "Hei"}]})
    matched = match_speakers(good(text, "json"), ["Ola Nordmann", "Silvija Seres"])
    assert [cue.speaker for cue in matched.cues] == ["Silvija Seres"]
    assert matched.speakers == ("Silvija Seres",)


@pytest.mark.parametrize(
    ("found", "names", "wanted"),
    [
        ("Ola", ["Ola Nordmann", "Ola Hansen"], "Ola"),
        ("Hansen", ["Ola Hansen", "Kari Hansen"], "Hansen"),
        ("Per", ["Ola Nordmann"], "Per"),
        ("Åse", [unicodedata.normalize("NFD", "Åse Øy")], "Åse Øy"),
        ("Ola", ["Ola Nordmann", "Ola"], "Ola"),
        ("Ola", ["", " "], "Ola"),
        ("Martin", ["Martin Olsen", "Per Martin"], "Martin Olsen"),
        ("Kari Anne", ["Kari Anne Berg"], "Kari Anne"),
    ],
)
def test_who_is_meant(found: str, names: list[str], wanted: str) -> None:
    assert match_speakers(good(f"{found}: Hei", "txt"), names).speakers == (wanted,)


def test_two_names_of_one_person_become_one_paragraph() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Silvija>Hei.\n\n00:01.000 --> 00:02.000\n<v Seres>Hallo.\n"
    transcript = good(text, "vtt")
    assert len(transcript.paragraphs) == 2
    assert match_speakers(transcript, [S]).paragraphs == (Paragraph(S, "Hei. Hallo.", 0.0),)
