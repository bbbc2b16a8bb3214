"""Which problems can be mended without asking, and how. Pure.

A fix is safe where nobody could have meant anything else, and where the file says afterwards what it said
before. Everything else is left to the producer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from publisher.fixing.edits import Edit, Fix, Place, line_starts, places, written
from publisher.problems import Problem
from publisher.reading import accept
from publisher.reading.fields import Key, Record
from publisher.reading.keys import EPISODE, SHOW
from publisher.suggest import nearest
from publisher.vocabulary import categories

_TRUE: Final = frozenset(("yes", "on", "true", "y"))
_FALSE: Final = frozenset(("no", "off", "false", "n"))
_BARE_HOST: Final = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?:[/?#:].*)?")
_DATES: Final = (
    re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})(?P<rest>|[ T]+\d{1,2}:\d{2}.*)"),
    re.compile(r"(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?P<rest>|[ T]+\d{1,2}:\d{2}.*)"),
)
_NUMBER: Final = re.compile(
    r"^\s*(?:#\s*(\d{1,6})|(?:ep(?:isode|\.)?|folge|avsnitt|afsnit)\s*#?(\d{1,6})|(\d{1,6})(?=\s*[:.–—-]\s))"
    r"\s*[:.–—-]?\s*",
    re.I,
)
_SIGN: Final = re.compile(r"^(?:©|\(c\)|copyright\b)\s*(?:©|\(c\))?\s*(?:(?:19|20)\d\d\s*,?\s*)?", re.I)
_SIGN_BEHIND: Final = re.compile(r"\s*©\s*$")

Scalars = tuple[Place, ...]


def fixes_of(text: str, problems: Iterable[Problem], is_show: bool) -> tuple[Fix, ...]:
    """What can be mended in a YAML file.

    Args:
        text: the file's, without a byte order mark.
        problems: those of this file, with line and column.
        is_show: whether it is podcast.yaml, not episode.yaml.
    """
    scalars = places(text)
    if not scalars:
        return tuple(fix for problem in problems for fix in _of_tabs(text, problem))
    by_place = {(place.line, place.column): place for place in scalars}
    found = []
    for problem in problems:
        place = by_place.get((problem.line or 0, problem.column or 0))
        if problem.rule == "unknown-key" and place:
            found += _unknown_key(problem, place, scalars, SHOW if is_show else EPISODE)
        elif problem.rule == "title-number":
            found += _title_number(problem, text, scalars)
        elif problem.rule in _VALUES:
            if place is not None and place.is_key:
                place = _value_of(place, scalars)
            if place is not None:
                found += _value(problem, place, _VALUES[problem.rule](place))
    return tuple(found)


def _value_of(key: Place, scalars: Scalars) -> Place | None:
    return next((place for place in scalars if place.path == key.path and not place.is_key), None)


def _value(problem: Problem, place: Place, new: str | None) -> list[Fix]:
    """The fix that writes another value, in the style of the old one."""
    if new is None or new == place.text or place.style in ("|", ">") or place.is_key:
        return []
    style = "" if problem.rule == "type" else place.style
    edit = Edit(place.start, place.end, written(new, style, place.in_flow))
    return [Fix(problem.rule, place.line, place.text, new, (edit,))]


def _flag(place: Place) -> str | None:
    word = place.text.strip().casefold()
    if not isinstance(place.path[-1] if place.path else None, str) or place.path[-1] not in _FLAGS:
        return None
    return "true" if word in _TRUE else "false" if word in _FALSE else None


def _flags(record: Record) -> Iterable[str]:
    for key in record.keys:
        if key.kind.wanted == "true or false":
            yield key.name
        inner: object = key.kind
        while not isinstance(inner, Record) and hasattr(inner, "kind"):
            inner = inner.kind
        if isinstance(inner, Record):
            yield from _flags(inner)


_FLAGS: Final = frozenset((*_flags(SHOW), *_flags(EPISODE)))


def _category(place: Place) -> str | None:
    wanted = " > ".join(part.strip() for part in re.split(r"\s*[>/›:|]\s*|\s+-\s+", place.text.strip()))
    wanted = wanted.replace("&amp;", "&")
    for text in (wanted, re.sub(r"\band\b", "&", wanted, flags=re.I), re.sub(r"&", "and", wanted)):
        try:
            return accept.category(text)
        except ValueError:
            continue
    below = [name for name in categories() if name.casefold().endswith(f" > {wanted.casefold()}")]
    if len(below) == 1:
        return below[0]
    near = nearest(wanted, categories())
    return near if near and _is_misspelt(wanted, near) else None


def _is_misspelt(text: str, meant: str) -> bool:
    """Whether at most two letters are wrong, out of many: `Tecnology`, and not `Art` for `Arts`."""
    return len(meant) > 5 and _slips(text.casefold(), meant.casefold()) <= 2


def _language(place: Place) -> str | None:
    parts = place.text.strip().replace("_", "-").split("-")
    tidy = [parts[0].lower()]
    for part in parts[1:]:
        tidy.append(part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part)
    return _accepted(accept.language, "-".join(tidy))


def _address(place: Place) -> str | None:
    text = place.text.strip()
    if re.search(r"[<>\"\\^`{|}\r\n\t]", text):
        return None
    text = text.replace(" ", "%20")
    if text.startswith("//"):
        text = f"https:{text}"
    elif _BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    match = re.match(r"(https?):/?/?(?=[\w-]+\.)", text, re.I)
    if match:
        text = f"{match[1].lower()}://{text[match.end() :]}"
    host = re.match(r"https?://([^/?#]*)", text)
    return None if host is None or "%" in host[1] else _accepted(lambda t: accept.address(t) and t, text)


def _accepted(check: Callable[[str], object], text: str) -> str | None:
    try:
        check(text)
    except ValueError:
        return None
    return text


def _date(place: Place) -> str | None:
    for pattern in _DATES:
        match = pattern.fullmatch(place.text.strip())
        if match:
            try:
                day = date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                return None
            return f"{day.isoformat()}{match['rest']}"
    return None


def _copyright(place: Place) -> str | None:
    text = _SIGN_BEHIND.sub("", _SIGN.sub("", place.text.strip(), count=1)).strip()
    return text or None


_VALUES: Final[dict[str, Callable[[Place], str | None]]] = {
    "type": _flag,
    "category": _category,
    "language": _language,
    "address": _address,
    "date": _date,
    "copyright-sign": _copyright,
}


def _unknown_key(problem: Problem, place: Place, scalars: Scalars, record: Record) -> list[Fix]:
    parent = place.path[:-1]
    keys = _keys_at(record, parent)
    if not place.is_key or not keys:
        return []
    siblings = {other.text for other in scalars if other.is_key and other.path[:-1] == parent}
    name = place.text
    folded = name.strip().casefold().replace("-", "_").replace(" ", "_")
    known = [key.name for key in keys]
    meant = folded if folded in known else nearest(folded, known)
    if not meant or meant in siblings or (folded != meant and not _is_near(folded, meant, known)):
        return []
    edit = Edit(place.start, place.end, written(meant, place.style, place.in_flow))
    return [Fix(problem.rule, place.line, name, meant, (edit,))]


def _is_near(name: str, meant: str, known: Iterable[str]) -> bool:
    """Whether it is a slip of the pen for that key and for no other: `titel`, `copyrigth`."""
    distance = _slips(name, meant)
    most = 1 if len(meant) < 6 else 2
    return distance <= most and all(_slips(name, other) > distance for other in known if other != meant)


def _slips(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong, or swapped with the next."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _keys_at(record: Record, path: tuple[str | int, ...]) -> tuple[Key, ...]:
    """The keys that a mapping may have, or none where they are the producer's own."""
    for part in path:
        if isinstance(part, int):
            continue
        inner: object = next((key.kind for key in record.keys if key.name == part), None)
        while inner is not None and not isinstance(inner, Record):
            inner = getattr(inner, "kind", None)
        if inner is None:
            return ()
        record = inner
    return record.keys


def _title_number(problem: Problem, text: str, scalars: Scalars) -> list[Fix]:
    title = next((place for place in scalars if place.path == ("title",) and not place.is_key), None)
    key = next((place for place in scalars if place.path == ("title",) and place.is_key), None)
    match = _NUMBER.match(title.text) if title else None
    if title is None or key is None or match is None or title.style in ("|", ">"):
        return []
    number = int(next(group for group in match.groups() if group))
    rest = title.text[match.end() :].strip()
    there = next((place for place in scalars if place.path == ("number",) and not place.is_key), None)
    if not rest or number < 1 or (there and there.text.strip().lstrip("0") != str(number)):
        return []
    edits = [Edit(title.start, title.end, written(rest, title.style, title.in_flow))]
    if there is None:
        if key.in_flow or any(place.is_key and place.path == ("number",) for place in scalars):
            return []
        edits.append(_line_below(text, title, key, f"number: {number}"))
    return [Fix(problem.rule, title.line, title.text, f"{rest} (number: {number})", tuple(edits))]


def _line_below(text: str, value: Place, key: Place, line: str) -> Edit:
    """A line of its own after a key's, indented like it."""
    starts = line_starts(text)
    after = next((start for start in starts if start >= value.end and start > 0), len(text))
    ending = "\r\n" if "\r\n" in text else "\n"
    indent = " " * (key.column - 1)
    if after == len(text) and not text.endswith(("\n", "\r")):
        return Edit(after, after, f"{ending}{indent}{line}")
    return Edit(after, after, f"{indent}{line}{ending}")


def _of_tabs(text: str, problem: Problem) -> list[Fix]:
    """Spaces for the tabs at the start of lines, where the file is YAML then."""
    if problem.rule != "yaml-syntax":
        return []
    edits = []
    for match in re.finditer(r"^[ ]*\t[ \t]*", text, re.M):
        edits.append(Edit(match.start(), match.end(), match.group().replace("\t", "  ")))
    if not edits:
        return []
    fixed = text
    for edit in reversed(edits):
        fixed = fixed[: edit.start] + edit.new + fixed[edit.end :]
    if not places(fixed):
        return []
    line = problem.line or 1
    return [Fix(problem.rule, line, "tabs that indent", "two spaces for each", tuple(edits))]
