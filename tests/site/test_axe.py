"""What axe-core (https://github.com/dequelabs/axe-core) finds: nothing that makes a page hard to use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.site.conftest import Opening, Visit
from tests.site.stand import URL, Pages, said
from tests.site.test_learning import answer_all
from tests.support.require import require

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"

# Rules of taste and of the newest standard as well; what is hidden until the reader asks for it is looked at
# where the reader has asked.
_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(({id, nodes}) =>
  nodes.map(({target, failureSummary}) => `${id}: ${target.join(" ")}: ${failureSummary}`)))
"""


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, as a script."""
    if not AXE.is_file():
        require("axe", "npm ci --ignore-scripts in tests/site/axe installs it")
    return AXE.read_text("utf-8")


def violations(seen: Visit, axe: str) -> list[str]:
    # What moves into its colour is not yet what is read.
    seen.page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")
    seen.page.evaluate(axe)
    found: list[str] = seen.page.evaluate(_RUN)
    return found


def home(seen: Visit, pages: Pages) -> None:
    seen.wait_for_player()


def hostile(seen: Visit, pages: Pages) -> None:
    seen.wait_for_player()
    seen.page.locator("#quiz.ready").wait_for()
    seen.page.locator("[data-reflection].ready").wait_for()


def episode(seen: Visit, pages: Pages) -> None:
    hostile(seen, pages)
    seen.page.locator("[data-transcript].timed").wait_for()


def playing(seen: Visit, pages: Pages) -> None:
    episode(seen, pages)
    seen.page.locator("[data-chapters].ready > li").nth(1).get_by_role("link").click()
    seen.wait_for_sound()
    seen.page.locator("[data-chapters] [aria-current]").wait_for()
    seen.page.evaluate("document.querySelector('audio').pause()")


def quiz_result(seen: Visit, pages: Pages) -> None:
    wrong = tuple((answer + 1) % 3 for answer in pages.answers[:1]) + pages.answers[1:]
    answer_all(seen, wrong)
    seen.page.locator("#quiz").get_by_role("button", name=said("all_at_once")).click()
    assert seen.page.locator("#quiz .verdict:visible").count() == len(pages.answers)


def certificate(seen: Visit, pages: Pages) -> None:
    answer_all(seen, pages.answers)
    seen.page.get_by_role("link", name=said("get_certificate")).click()
    seen.page.get_by_label(said("certificate_name")).fill("Kari Nordmann")


def search(seen: Visit, pages: Pages) -> None:
    seen.page.locator("[data-results] mark").first.wait_for()


def answers(seen: Visit, pages: Pages) -> None:
    seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


def nothing(seen: Visit, pages: Pages) -> None:
    pass


PLACES = {
    "home": ("", home),
    "episode": ("episodes/finner/", episode),
    "episode-playing": ("episodes/finner/", playing),
    "episode-hostile": ("episodes/ond/", hostile),
    "quiz-result": ("episodes/finner/", quiz_result),
    "certificate": ("episodes/finner/", certificate),
    "certificate-none": ("certificate/", nothing),
    "search": ("search/?q=oppslagstavle", search),
    "topic": ("topics/theme/apne-standarder/", nothing),
    "topics": ("topics/", nothing),
    "person": ("people/rss-strommen/", nothing),
    "embed": ("episodes/finner/embed/", home),
    "answers": ("episodes/finner/answers/", answers),
}


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_in_the_way(visit: Opening, pages: Pages, axe: str, place: str, light: str) -> None:
    path, prepare = PLACES[place]
    seen = visit(path, color_scheme=light, reduced_motion="reduce")
    prepare(seen, pages)
    assert violations(seen, axe) == []


@pytest.mark.parametrize("light", ["light", "dark"])
def test_nor_where_nothing_is(elsewhere: Opening, axe: str, light: str) -> None:
    """The page for what was not found names whole addresses, and so is looked at where they lead."""
    seen = elsewhere(f"{URL}404.html", color_scheme=light)
    assert seen.page.locator("h1").inner_text() == said("not_found")
    assert violations(seen, axe) == []


def test_axe_would_find_something(visit: Opening, pages: Pages, axe: str) -> None:
    seen = visit("topics/")
    seen.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(found.startswith("button-name") for found in violations(seen, axe))


def test_where_the_colours_cannot_be_seen(visit: Opening, pages: Pages) -> None:
    """With the reader's own few colours, what is chosen and what has the focus still shows."""
    seen = visit(pages.episode, forced_colors="active")
    seen.wait_for_player()
    play: Any = seen.page.locator(".controls .play")
    assert play.evaluate("button => getComputedStyle(button).borderTopStyle") == "solid"
