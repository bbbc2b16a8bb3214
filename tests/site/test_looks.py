"""The pages as they look, in every width and light, and without what the browser may lack.

Pictures to look at are left in `tests/.artifacts/site/`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.previewing.server import make_app, serving
from publisher.release import publish
from publisher.site.assets import static_files, static_url
from tests.site.conftest import ARTIFACTS, Opening
from tests.site.stand import Pages, said
from tests.support.shows import edit_episode, make_show

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


def test_on_paper_there_is_what_can_be_read(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode, color_scheme="dark")
    seen.wait_for_player()
    seen.page.locator("#quiz.ready").wait_for()
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert seen.page.locator("button:visible, audio:visible, nav:visible, textarea:visible").count() == 0
    assert seen.page.locator("#quiz fieldset:visible").count() == len(pages.answers)
    for part in ("h1", ".cast", "#notes", "#transcript"):
        assert seen.page.locator(part).is_visible()
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / "episode.pdf").write_bytes(seen.page.pdf(format="A4"))


RIGHT_TO_LEFT = {"language": "ar", "title": "مفردات", "description": "عشر دقائق في الأسبوع."}


@pytest.mark.parametrize("width", [360, 1440])
def test_from_right_to_left(chromium: Any, tmp_path: Path, width: int) -> None:
    show = make_show(tmp_path / "show", **RIGHT_TO_LEFT)
    edit_episode(show, "0001-episode", title="كيف يعمل البودكاست؟", number=1, summary="ملف نصي صغير.")
    publish(show, to=str(tmp_path / "public"), now=datetime(2026, 1, 1, tzinfo=UTC))
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    with serving(make_app([tmp_path / "public"], public_url="", local_url="")) as url:
        for name, path in {"home": "", "episode": "episodes/0001-episode/"}.items():
            page.goto(url + path)
            page.wait_for_selector(".player.ready")
            assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
            assert page.evaluate("document.documentElement.scrollWidth") == width
            heading, main = page.locator("h1").bounding_box(), page.locator("main").bounding_box()
            right = heading["x"] + heading["width"]
            assert right == pytest.approx(main["x"] + main["width"], abs=1) or name == "home"
            ARTIFACTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=ARTIFACTS / f"{name}-right-to-left-{width}.png", full_page=True)
    context.close()


def test_no_cookie_and_nobody_elses_server(visit: Opening, pages: Pages) -> None:
    """Other requests fail every test of these; here everything is used that might leave something behind."""
    seen = visit(pages.home)
    for path in (pages.home, pages.episode, pages.search, pages.certificate):
        seen.page.goto(pages.at(path))
        seen.page.wait_for_load_state("networkidle")
    assert seen.page.context.cookies() == []
    assert seen.page.evaluate("document.cookie") == ""
