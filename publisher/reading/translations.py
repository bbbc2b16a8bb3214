"""Transcripts in further languages: `transcript.en.vtt`, `transcript.pt-BR.srt` beside `transcript.vtt`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from publisher.audio.languages import is_known_language
from publisher.model import TranscriptFile
from publisher.reading import accept
from publisher.reading.files import Files
from publisher.reading.folder import TRANSCRIPT_ENDINGS, by_ending

_STEM: Final = "transcript."


def read_transcripts(
    files: Files, named: str, show_language: str
) -> tuple[TranscriptFile | None, tuple[TranscriptFile, ...]]:
    """The episode's transcript, and those in further languages, ordered by these.

    A file that says the show's own language is the transcript itself where there is no `transcript.vtt` or
    the like.

    Args:
        named: the transcript's name as episode.yaml has it; empty where it names none.
    """
    plain = by_ending(files.folder, TRANSCRIPT_ENDINGS, "transcript")
    by_language = _by_language(files, named)
    own = by_language.pop(show_language.casefold(), ("", []))[1]
    main = files.one("transcript", named, [*plain, *own], files.probes.transcript)
    translations = []
    for language, names in by_language.values():
        if len(names) > 1:
            message = f"there are {len(names)} transcripts in the language {language}: {', '.join(names)}"
            help = "remove all but one, or start the others' names with _ to set them aside"
            files.problems.append(files.folder.problem("transcript-choice", message, help))
            continue
        found = files.one("transcript", "", names, files.probes.transcript)
        if found is not None:
            translations.append(replace(found, language=language))
    return main, tuple(sorted(translations, key=lambda item: item.language))


def _by_language(files: Files, named: str) -> dict[str, tuple[str, list[str]]]:
    """Language in lower case → the language as it is written, and the files that say so."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name in by_ending(files.folder, TRANSCRIPT_ENDINGS):
        stem = name.rpartition(".")[0]
        if name == named or not stem.casefold().startswith(_STEM):
            continue
        written = stem[len(_STEM) :]
        if not _is_language(written):
            near = written.replace("_", "-")
            help = "put a code such as en, nb or pt-BR there, or set the file aside with _ before its name"
            if _is_language(near):
                help = f"call it transcript.{near}{name[len(stem) :]}"
            message = f"{written!r} in the file's name is no language that is known"
            files.problems.append(files.folder.problem("transcript-language", message, help, name))
            continue
        language = _canonical(written)
        found.setdefault(language.casefold(), (language, []))[1].append(name)
    return found


def _is_language(written: str) -> bool:
    try:
        accept.language(written)
    except ValueError:
        return False
    return is_known_language(written)


def _canonical(tag: str) -> str:
    """The tag as BCP 47 recommends to write it: `pt-BR`, `zh-Hant-TW`."""
    first, *others = tag.split("-")
    return "-".join(
        [
            first.lower(),
            *(
                part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()
                for part in others
            ),
        ]
    )
