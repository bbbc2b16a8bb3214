"""The show's own texts in place of publisher's fixed words: `theme/words.yaml`."""

from __future__ import annotations

import re
from typing import Final

from publisher import words
from publisher.problems import Problem
from publisher.reading import accept
from publisher.reading.characters import printable
from publisher.reading.fields import ABSENT, Reading, Text, is_lost, is_null, wrong_type
from publisher.reading.files import Files
from publisher.reading.folder import THEME_FOLDER, below
from publisher.reading.yaml import Mapping, Node, Scalar, read_yaml
from publisher.suggest import did_you_mean, nearest

WORDS_FILE: Final = f"{THEME_FOLDER}/words.yaml"

_MISSPELT: Final = tuple(f"{THEME_FOLDER}/{name}" for name in ("words.yml", "Words.yaml", "word.yaml"))
_WANTED: Final = "lines such as play: Listen, or a language with such lines below it"
_TEXT: Final = Text(max_characters=500)

Pairs = dict[str, str]


def read_words(files: Files, language: str) -> tuple[tuple[str, str], ...]:
    """The texts that hold for a show in a language, by their keys, in the order of the alphabet.

    Texts below a language go before those that stand for all of them, and those below `nb-NO` before those
    below `nb`. What stands below other languages is read too, for what may be wrong with it.

    Args:
        language: the show's, a BCP 47 tag.
    """
    if below(files.folder.path, WORDS_FILE) is None:
        _say_misspelt(files)
        return ()
    path = files.find(WORDS_FILE)
    name = f"{files.folder.name}/{WORDS_FILE}"
    data = files.read(path, name) if path else None
    if data is None:
        return ()
    root, findings = read_yaml(data)
    files.problems.extend(finding.at(name) for finding in findings)
    if root is None or is_null(root):
        return ()
    reading = Reading(name, problems=files.problems)
    if not isinstance(root, Mapping):
        wrong_type("", root, reading, _WANTED)
        return ()
    found: Pairs = {}
    for own in sorted(_by_language(root, reading).items(), key=lambda item: len(item[0])):
        if _holds(own[0], language):
            found |= own[1]
    return tuple(sorted(found.items()))


def _say_misspelt(files: Files) -> None:
    for name in _MISSPELT:
        if below(files.folder.path, name) is not None:
            message = f"the show's own words are looked for in {WORDS_FILE} only"
            path = f"{files.folder.name}/{name}"
            files.problems.append(Problem("file-name", "error", message, f"rename it to {WORDS_FILE}", path))


def _by_language(root: Mapping, reading: Reading) -> dict[str, Pairs]:
    """Texts by the language that they stand below; empty for those that hold for all."""
    found: dict[str, Pairs] = {"": {}}
    for key, node in root.items.items():
        at = root.keys[key]
        if key not in words.KEYS and (isinstance(node, Mapping) or is_null(node)):
            tag = _language(key, at, reading)
            if tag and isinstance(node, Mapping):
                found[tag] = found.get(tag, {}) | _pairs(node, f"{tag}.", reading)
        else:
            found[""] |= _pair(key, at, node, "", reading)
    return found


def _language(key: str, at: Scalar, reading: Reading) -> str:
    try:
        return accept.language(key.strip()).lower()
    except ValueError as error:
        message = f"{printable(key)!r} is neither a word of publisher's nor a language"
        near = nearest(key, words.KEYS)
        reading.error("word-unknown", at, message, f"did you mean {near!r}?" if near else error.args[1])
        return ""


def _holds(tag: str, language: str) -> bool:
    """Whether what stands below a tag is meant for a show in a language; all is that stands below none."""
    return not tag or f"{_plain(language)}-".startswith(f"{_plain(tag)}-")


def _plain(tag: str) -> str:
    return re.sub(r"^no\b", "nb", tag.lower())


def _pairs(node: Mapping, prefix: str, reading: Reading) -> Pairs:
    found: Pairs = {}
    for key, item in node.items.items():
        found |= _pair(key, node.keys[key], item, prefix, reading)
    return found


def _pair(key: str, at: Scalar, node: Node, prefix: str, reading: Reading) -> Pairs:
    """The key with its text; nothing where the key stands empty or something is wrong."""
    if reading.is_full:
        return {}
    if key not in words.KEYS:
        message = f"{printable(prefix + key)!r} is no word of publisher's"
        reading.error("word-unknown", at, message, did_you_mean(key, words.KEYS))
        return {}
    if is_null(node) or is_lost(node):
        return {}
    text = _TEXT.read(prefix + key, node, reading)
    if text is ABSENT or not _fits(
        prefix + key, text, words.placeholders(words.word("en", key)), node, reading
    ):
        return {}
    return {key: " ".join(text.split())}


def _fits(name: str, text: str, wanted: frozenset[str], node: Node, reading: Reading) -> bool:
    """Whether a text has just the places to fill in that publisher's own has."""
    own = words.placeholders(text)
    listed = ", ".join(f"{{{place}}}" for place in sorted(wanted))
    for place in sorted(own - wanted):
        message = f"{name!r} holds '{{{printable(place)}}}', and nothing is filled in there"
        near = nearest(place, wanted)
        help = (
            f"did you mean '{{{near}}}'?"
            if near
            else f"known are: {listed}"
            if wanted
            else "leave the brackets out"
        )
        reading.error("word-placeholder", node, message, help)
    for place in sorted(wanted - own):
        message = f"{name!r} lacks '{{{place}}}'"
        reading.error("word-placeholder", node, message, f"write {listed} where they are to stand")
    return own == wanted
