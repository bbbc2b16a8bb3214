"""A plot as SVG, for light and dark pages: lines over two axes that count in powers of ten."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_WIDTH: Final = 760
_HEIGHT: Final = 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 190, 56, 60
_LABEL_HEIGHT: Final = 18.0
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"

# Three that people with any sight can tell apart on white and on near-black.
_LIGHT: Final = ("#1b5fb4", "#b3541e", "#2f7d4f")
_DARK: Final = ("#7db4f5", "#f0a36b", "#7fcf9f")


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, and points with both numbers above 0, from left to right."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Powers of ten along so many pixels; `end` may lie before `start`."""

    first: int
    last: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> _Axis:
        logarithms = [math.log10(value) for value in values]
        first = math.floor(min(logarithms) + 1e-9)
        return cls(first, max(first + 1, math.ceil(max(logarithms) - 1e-9)), start, end)

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.first) / (self.last - self.first)
        return self.start + share * (self.end - self.start)

    @property
    def decades(self) -> Iterator[float]:
        return (10.0**power for power in range(self.first, self.last + 1))

    @property
    def between(self) -> Iterator[float]:
        return (step * decade for decade in list(self.decades)[:-1] for step in range(2, 10))


def log_log(
    title: str,
    x_name: str,
    y_name: str,
    series: Sequence[Series],
    *,
    x_label: Callable[[float], str],
    y_label: Callable[[float], str],
) -> str:
    """The plot. On such axes whatever grows in proportion runs along the dashed lines.

    Args:
        series: at most three, each labelled at its right end.
        x_label, y_label: how a number on an axis is written.
    """
    points = [point for one in series for point in one.points]
    x = _Axis.over((point[0] for point in points), _LEFT, _WIDTH - _RIGHT)
    y = _Axis.over((point[1] for point in points), _HEIGHT - _BOTTOM, _TOP)
    parts = [*_grid(x, y, x_label, y_label), *_proportional(x, y), *_names(title, x_name, y_name)]
    labels = _apart([y.at(one.points[-1][1]) for one in series])
    for number, (one, label) in enumerate(zip(series, labels, strict=True)):
        parts += _line(one, number, label, x, y)
    inside = "\n".join(parts)
    said = escape(f"{title}: " + "; ".join(f"{one.name} {_range(one, y_label)}" for one in series))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" \
role="img" aria-labelledby="title said">
<title id="title">{escape(title)}</title>
<desc id="said">{said}</desc>
<style>
{_style()}
</style>
<rect class="page" width="{_WIDTH}" height="{_HEIGHT}"/>
{inside}
</svg>
"""


def _style() -> str:
    def colours(page: str, text: str, grid: str, lines: Sequence[str]) -> str:
        own = " ".join(
            f".c{number} {{ stroke: {colour}; }} .f{number} {{ fill: {colour}; }}"
            for number, colour in enumerate(lines)
        )
        return (
            f".page {{ fill: {page}; }} text {{ fill: {text}; }} .grid, .even {{ stroke: {grid}; }} "
            f".even {{ stroke: {text}; }} {own}"
        )

    return (
        f"text {{ font: 13px {_FONT}; }} .title {{ font-size: 16px; font-weight: 600; }}\n"
        ".grid { stroke-width: 1; } .minor { stroke-opacity: .45; }\n"
        ".even { stroke-width: 1; stroke-dasharray: 2 5; stroke-opacity: .55; }\n"
        ".line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }\n"
        f"{colours('#ffffff', '#1f2328', '#d8dee4', _LIGHT)}\n"
        f"@media (prefers-color-scheme: dark) {{ {colours('#0d1117', '#e6edf3', '#30363d', _DARK)} }}"
    )


def _grid(
    x: _Axis, y: _Axis, x_label: Callable[[float], str], y_label: Callable[[float], str]
) -> Iterator[str]:
    for value in x.between:
        yield _stroke("grid minor", x.at(value), y.start, x.at(value), y.end)
    for value in y.between:
        yield _stroke("grid minor", x.start, y.at(value), x.end, y.at(value))
    for value in x.decades:
        yield _stroke("grid", x.at(value), y.start, x.at(value), y.end)
        yield _text(x.at(value), y.start + 20, x_label(value), "middle")
    for value in y.decades:
        yield _stroke("grid", x.start, y.at(value), x.end, y.at(value))
        yield _text(x.start - 8, y.at(value) + 4, y_label(value), "end")


def _proportional(x: _Axis, y: _Axis) -> Iterator[str]:
    """Lines along which ten times as many take ten times as long, as far as they lie on the plot."""
    for power in range(y.first - x.last, y.last - x.first + 1):
        left = max(x.first, y.first - power)
        right = min(x.last, y.last - power)
        if left < right:
            ends = (10.0**left, 10.0 ** (left + power), 10.0**right, 10.0 ** (right + power))
            yield _stroke("even", x.at(ends[0]), y.at(ends[1]), x.at(ends[2]), y.at(ends[3]))


def _names(title: str, x_name: str, y_name: str) -> Iterator[str]:
    yield _text(_LEFT, 28, title, "start", "title")
    yield _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, x_name, "middle")
    yield _text(_WIDTH - 20, _HEIGHT - 14, "dotted: in proportion", "end")
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    yield f'<text x="18" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 18 {middle:.1f})">' + (
        f"{escape(y_name)}</text>"
    )


def _line(one: Series, number: int, label_at: float, x: _Axis, y: _Axis) -> Iterator[str]:
    places = [(x.at(across), y.at(up)) for across, up in one.points]
    joined = " ".join(f"{across:.1f},{up:.1f}" for across, up in places)
    yield f'<polyline class="line c{number}" points="{joined}"/>'
    for across, up in places:
        yield f'<circle class="f{number}" cx="{across:.1f}" cy="{up:.1f}" r="4"/>'
    yield _text(places[-1][0] + 12, label_at + 4, one.name, "start", f"f{number}")


def _apart(places: Sequence[float]) -> list[float]:
    """Moves labels down until no two overlap."""
    found = list(places)
    last = -math.inf
    for place in sorted(range(len(found)), key=lambda index: found[index]):
        found[place] = last = max(found[place], last + _LABEL_HEIGHT)
    return found


def _range(one: Series, label: Callable[[float], str]) -> str:
    return f"from {label(one.points[0][1])} to {label(one.points[-1][1])}"


def _stroke(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    given = f' class="{kind}"' if kind else ""
    return f'<text{given} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
