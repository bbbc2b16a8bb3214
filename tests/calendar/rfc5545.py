"""A strict reader of iCalendar: what RFC 5545 says must not be is an AssertionError.

https://www.rfc-editor.org/rfc/rfc5545
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

_LINE = re.compile(r'([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_TEXTS = ("UID", "SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME")
_DATES = ("DTSTAMP", "DTSTART")
_DURATION = re.compile(r"-?P(?:\d+W|(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)")
_ONCE = {
    "VCALENDAR": ("PRODID", "VERSION"),
    "VEVENT": ("UID", "DTSTAMP", "DTSTART"),
    "VALARM": ("ACTION", "TRIGGER", "DESCRIPTION"),
}
_INSIDE = {"VCALENDAR": "", "VEVENT": "VCALENDAR", "VALARM": "VEVENT"}
_STATUSES = ("TENTATIVE", "CONFIRMED", "CANCELLED")


@dataclass
class Component:
    """One BEGIN to END; texts are unescaped."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    inside: list[Component] = field(default_factory=list)

    def moment(self, name: str) -> datetime:
        return datetime.strptime(self.values[name], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def parse(data: bytes) -> Component:
    """The calendar that a file holds."""
    assert data.endswith(b"\r\n")
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    physical = data[:-2].split(b"\r\n")
    for raw in physical:
        assert len(raw) <= 75, raw
        raw.decode("utf-8")  # no character is cut in two
    logical: list[str] = []
    for raw in physical:
        if raw[:1] in (b" ", b"\t"):
            assert logical, "the first line continues nothing"
            logical[-1] += raw[1:].decode()
        else:
            assert raw, "an empty line"
            logical.append(raw.decode())
    stack = [Component("")]
    for line in logical:
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), line
        _take(line, stack)
    assert len(stack) == 1, "a component does not end"
    (calendar,) = stack[0].inside
    return calendar


def _take(line: str, stack: list[Component]) -> None:
    match = _LINE.fullmatch(line)
    assert match, line
    name, parameters, value = match.groups()
    if name == "BEGIN":
        assert _INSIDE[value] == stack[-1].name, line
        stack.append(Component(value))
        return
    if name == "END":
        component = stack.pop()
        assert component.name == value, line
        _check(component)
        stack[-1].inside.append(component)
        return
    component = stack[-1]
    assert name not in component.values, f"{name} stands twice"
    component.values[name] = _value(name, parameters, value)


def _value(name: str, parameters: str, value: str) -> str:
    if name in _TEXTS:
        assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), f"not escaped: {value}"
        for escape in _ESCAPE.finditer(value):
            assert escape[1] in "\\;,nN", value
        assert not value.removesuffix("\\\\").endswith("\\") or value.endswith("\\\\")
        return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
    if name in _DATES:
        assert re.fullmatch(r"\d{8}T\d{6}Z", value), value
        datetime.strptime(value, "%Y%m%dT%H%M%SZ")
    if name == "REFRESH-INTERVAL":
        assert parameters == ";VALUE=DURATION", "RFC 7986 wants the type"
    if name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL", "TRIGGER"):
        assert _DURATION.fullmatch(value), value
    if name == "URL":
        assert value.isascii()
        assert urlsplit(value).scheme in ("http", "https")
    if name == "STATUS":
        assert value in _STATUSES
    return value


def _check(component: Component) -> None:
    for name in _ONCE[component.name]:
        assert component.values.get(name), f"{component.name} without {name}"
    if component.name == "VCALENDAR":
        assert component.values["VERSION"] == "2.0"
        uids = [event.values["UID"] for event in component.inside]
        assert len(uids) == len(set(uids)), "two events have one UID"
