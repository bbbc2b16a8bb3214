"""Who speaks: names that open a paragraph, and whom they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from publisher.nfc import nfc
from publisher.transcripts.paragraphs import paragraphs_of
from publisher.transcripts.text import one_line
from publisher.transcripts.types import Transcript

_LONGEST = 60
_OPENING = re.compile(
    rf"(?:(\*\*|__|\*|_)(?P<marked>[^:：*_\n]{{1,{_LONGEST}}})(?:[:：]\1|\1 ?[:：])"
    rf"|(?P<bare>[^:：*\n]{{1,{_LONGEST}}})[:：])(?=\s|$)"
)
_ROLE = re.compile(r" ?\([^()]*\)$")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_NUMBERED = re.compile(
    r"(?:speaker|spk|taler|person|stemme|deltaker|gjest|guest|host|vert|voice)[ _#]?\d{1,3}", re.I
)
_PARTICLE_WORDS = "af av von van der den de da di du dos la le el al bin ibn ter ten y e of"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())

_OPENING_WORDS = """
    husk merk obs nb ps tips note notat kilde kilder fakta eksempel spørsmål svar konklusjon poeng
    oppsummering innhold tema del kapittel episode tittel dato tid sted lenke lenker url problem
    problemet løsning løsningen og men så for at det den de dette disse her der da når hvis om en
    ett et min mitt mine din vår jeg du vi hva hvem hvor hvordan hvorfor ja nei altså først deretter
    til alle noen ingen også kort takk hei note notes remember tip warning source sources fact facts
    example question answer conclusion summary chapter part title date time place link links
    solution and but so because that the this these those here there then when if a an my your our i
    you we what who where how why yes no well first second third finally to all some none also
    thanks hello hi ok okay
"""
_NO_NAMES = frozenset(_OPENING_WORDS.split())
"""Words that open a sentence before a colon and are nobody's name."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words that may open with a name.

    Attributes:
        fresh: whether somebody new is likely to begin here (a paragraph, a sentence): in the middle of
            a sentence a word before a colon is a name only where it opens another utterance as well.
    """

    text: str
    fresh: bool = True


def opening(text: str) -> tuple[str, str] | None:
    """The name a text opens with and what follows, or None: `Silvija: Hei`, `**Silvija:** Hei`.

    A name is short and capitalised: "Han sa det slik: …" opens with none.
    """
    text = text.lstrip()
    match = _OPENING.match(text)
    if match is None:
        return None
    name = _ROLE.sub("", one_line(match["marked"] or match["bare"]))
    return (name, text[match.end() :].lstrip()) if looks_like_name(name) else None


def looks_like_name(text: str) -> bool:
    """Whether a text before a colon can be somebody's name."""
    if _NUMBERED.fullmatch(text):
        return True
    words = text.split(" ")
    if not 1 <= len(words) <= 6 or words[0].casefold() in _NO_NAMES or words[0] in _PARTICLES:
        return False
    if not all(_WORD.fullmatch(word) for word in words):
        return False
    proper = [word for word in words if word not in _PARTICLES]
    return len(proper) <= 4 and not any(word[0].islower() for word in proper)


def attribute(utterances: Sequence[Utterance]) -> Iterator[tuple[str | None, str]]:
    """Per utterance the name it opens with (None: nobody is named) and its words without that name."""
    openings = [opening(utterance.text) for utterance in utterances]
    spoken = Counter(found[0].casefold() for found in openings if found)
    for utterance, found in zip(utterances, openings, strict=True):
        if found and (utterance.fresh or spoken[found[0].casefold()] > 1):
            yield found
        else:
            yield None, utterance.text


def same_person(names: Iterable[str]) -> dict[str, str]:
    """What to call everybody of one transcript: a first name stands for the one full name it begins, and
    one spelling holds for all. Names that stay as they are are in it too."""
    first_spelling: dict[str, str] = {}
    for name in names:
        first_spelling.setdefault(_key(name), name)
    full_names: dict[str, list[str]] = {}
    for name in first_spelling.values():
        words = name.split(" ")
        if len(words) > 1 and not _NUMBERED.fullmatch(name):
            full_names.setdefault(_key(words[0]), []).append(name)
    called = {}
    for name in names:
        candidates = full_names.get(_key(name), [])
        called[name] = candidates[0] if len(candidates) == 1 else first_spelling[_key(name)]
    return called


def match_speakers(transcript: Transcript, names: Sequence[str]) -> Transcript:
    """The transcript with its speakers called by their full names.

    Args:
        names: the full names of the episode's persons. A speaker is one of them by the full name, else by
            a first name that only one of them has, else by such a last name; upper and lower case count
            the same. Everybody else keeps the name that stands in the transcript.
    """
    return rename(transcript, {speaker: _person(speaker, names) for speaker in transcript.speakers})


def rename(transcript: Transcript, called: Mapping[str, str]) -> Transcript:
    """The transcript with each speaker called as the mapping says."""
    if all(speaker == called.get(speaker, speaker) for speaker in transcript.speakers):
        return transcript
    cues = tuple(replace(cue, speaker=called.get(cue.speaker, cue.speaker)) for cue in transcript.cues)
    if cues:
        return replace(transcript, cues=cues, paragraphs=paragraphs_of(cues))
    paragraphs = tuple(
        replace(part, speaker=called.get(part.speaker, part.speaker)) for part in transcript.paragraphs
    )
    return replace(transcript, paragraphs=paragraphs)


def _person(speaker: str, names: Sequence[str]) -> str:
    wanted = _key(speaker)
    whole = {_key(name): one_line(name) for name in names if one_line(name)}
    if wanted in whole:
        return whole[wanted]
    for place in (0, -1):
        found = [name for key, name in whole.items() if key.split(" ")[place] == wanted]
        if len(found) == 1:
            return found[0]
    return speaker


def _key(name: str) -> str:
    return nfc(one_line(name).casefold())
