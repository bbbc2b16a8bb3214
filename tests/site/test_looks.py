"""The pages as they look, in every width and light, and without what the browser may lack.

Pictures to look at are left in `tests/.artifacts/site/`.
"""

from __future__ import annotations

import re

import pytest

from publisher.site.assets import static_files, static_url
from tests.site.conftest import ARTIFACTS, Opening
from tests.site.stand import Pages, said

BREAKING_STORAGE = """
Object.defineProperty(window, "localStorage", {get() { throw new DOMException("no", "SecurityError"); }});
"""
FULL_STORAGE = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_no_page_is_wider_than_its_window(visit: Opening, pages: Pages, width: int, light: str) -> None:
    for name, path in {"episode": pages.episode, "hostile": pages.hostile, "home": pages.home}.items():
        seen = visit(path, width=width, color_scheme=light)
        seen.wait_for_player()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        seen.page.screenshot(path=ARTIFACTS / f"{name}-{width}-{light}.png", full_page=True)


def test_dark_is_dark(visit: Opening, pages: Pages) -> None:
    brightness = "getComputedStyle(document.querySelector('.player')).backgroundColor.match(/\\d+/g)[0]"
    shades = []
    for light in ("light", "dark"):
        seen = visit(pages.episode, color_scheme=light)
        seen.wait_for_player()
        shades.append(int(seen.page.evaluate(brightness)))
    assert shades[0] > 200
    assert shades[1] < 60


def test_without_javascript_the_page_is_whole(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode, width=360, java_script_enabled=False)
    page = seen.page
    assert page.locator("audio[controls]").is_visible()
    assert page.locator("audio").bounding_box()["height"] == 54
    assert page.locator(".player").bounding_box()["height"] < 110, "no place is kept for what will not come"
    assert page.locator("fieldset:visible").count() == len(pages.answers)
    page.locator("#quiz").get_by_role("link", name=said("show_answers")).click()
    assert page.locator("h1").inner_text() == said("answers")


@pytest.mark.parametrize("broken", [BREAKING_STORAGE, FULL_STORAGE], ids=["forbidden", "full"])
def test_without_memory_everything_works(visit: Opening, pages: Pages, broken: str) -> None:
    seen = visit(pages.episode, script=broken)
    seen.wait_for_player()
    seen.page.get_by_label(said("speed")).select_option("2")
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    seen.page.get_by_label(said("reflection_label")).fill("Uten minne.")
    for place, answer in enumerate(pages.answers):
        seen.page.locator(f"input[name=q{place}][value='{answer}']").check()
        seen.page.get_by_role("button", name=said("check_answer")).click()
        last = place == len(pages.answers) - 1
        seen.page.get_by_role("button", name=said("see_result") if last else said("next_question")).click()
    seen.page.get_by_role("heading", name=said("passed")).wait_for()
    seen.page.goto(pages.at(f"{pages.certificate}#nothing"))
    seen.page.get_by_text(said("certificate_none")).wait_for()


def test_little_movement_for_who_asked_for_it(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode, reduced_motion="reduce")
    seen.wait_for_player()
    moving = """
    [...document.querySelectorAll(".player *, #quiz *, [data-transcript] *")].filter(element => {
      const style = getComputedStyle(element);
      const moves = style.animationName !== "none" || /[1-9]/.test(style.transitionDuration);
      return moves && element.getClientRects().length > 0;
    }).length
    """
    assert seen.page.evaluate(moving) == 0
    still = visit(pages.episode, reduced_motion="no-preference")
    still.wait_for_player()
    assert still.page.evaluate(moving) > 0


def test_the_player_names_no_server() -> None:
    files = {
        name.partition(static_url())[2]: data.decode() for name, data in static_files() if "plyr" in name
    }
    text = files["vendor/plyr/plyr.js"]
    assert len(text) > 10_000
    assert re.findall(r"https?://[\w.-]+", text) == []
    assert files["vendor/plyr/LICENSE.md"].count("Permission is hereby granted") == 1
