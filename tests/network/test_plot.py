"""The plot of growth: whole, readable, and true to its numbers."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from benchmarks.plot import Series, log_log

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*series: Series) -> ElementTree.Element:
    text = log_log(
        "A & B", "episodes", "CPU time", series, x_label=lambda x: f"{x:g}", y_label=lambda y: f"{y:g} s"
    )
    return ElementTree.fromstring(text)


def places(found: ElementTree.Element, number: int) -> list[tuple[float, float]]:
    circles = [circle for circle in found.iter(f"{SVG}circle") if circle.get("class") == f"f{number}"]
    return [(float(circle.get("cx", "")), float(circle.get("cy", ""))) for circle in circles]


def test_every_point_lies_where_its_logarithms_say() -> None:
    found = drawn(Series("first", ((100, 1), (1_000, 10), (10_000, 100))))
    (x1, y1), (x2, y2), (x3, y3) = places(found, 0)
    assert math.isclose(x2 - x1, x3 - x2)
    assert math.isclose(y1 - y2, y2 - y3)
    assert x1 < x2
    assert y1 > y2


def test_what_grows_in_proportion_runs_along_the_dotted_lines() -> None:
    found = drawn(Series("first", ((100, 3), (10_000, 300))))
    (x1, y1), (x2, y2) = places(found, 0)
    even = [line for line in found.iter(f"{SVG}line") if line.get("class") == "even"]
    assert even
    for line in even:
        a, b, c, d = (float(line.get(name, "")) for name in ("x1", "y1", "x2", "y2"))
        assert math.isclose((d - b) / (c - a), (y2 - y1) / (x2 - x1), rel_tol=0.01)


def test_points_lie_inside_and_labels_do_not_overlap() -> None:
    found = drawn(
        Series("one", ((10, 0.13), (20, 5.0))),
        Series("two", ((10, 0.2), (20, 4.9))),
        Series("three", ((10, 0.01), (20, 4.8))),
    )
    width, height = (float(found.get(name, "")) for name in ("width", "height"))
    for number in range(3):
        assert all(0 < x < width and 0 < y < height for x, y in places(found, number))
    labels = {text.text: float(text.get("y", "")) for text in found.iter(f"{SVG}text")}
    heights = sorted(labels[name] for name in ("one", "two", "three"))
    assert heights[1] - heights[0] >= 13
    assert heights[2] - heights[1] >= 13


def test_it_says_in_words_what_it_shows_and_has_two_sets_of_colours() -> None:
    found = drawn(Series("first", ((100, 1), (1_000, 10))))
    assert found.findtext(f"{SVG}title") == "A & B"
    assert found.findtext(f"{SVG}desc") == "A & B: first from 1 s to 10 s"
    assert found.get("role") == "img"
    style = found.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
