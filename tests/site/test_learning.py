"""From the quiz to the certificate, and the reader's own text."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from tests.site.conftest import ARTIFACTS, Opening, Visit
from tests.site.stand import GUID, HOSTILE, QUESTIONS, URL, Pages, said

PASSED = said("passed")
CHECK, NEXT, RESULT = said("check_answer"), said("next_question"), said("see_result")


def answer_all(seen: Visit, answers: tuple[int, ...]) -> None:
    """One question at a time, with the mouse."""
    for place, answer in enumerate(answers):
        fieldset = seen.page.locator(f"fieldset[data-question='{place}']")
        fieldset.locator(f"input[value='{answer}']").check()
        seen.page.get_by_role("button", name=CHECK).click()
        seen.page.get_by_role("button", name=RESULT if place == len(answers) - 1 else NEXT).click()


def focused(seen: Visit) -> str:
    text: str = seen.page.evaluate("document.activeElement.innerText || document.activeElement.name")
    return text


def test_one_question_at_a_time_with_its_explanation(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    quiz = seen.page.locator("#quiz.ready")
    first = quiz.locator("fieldset").first
    first.locator(".place").wait_for()
    assert quiz.locator("fieldset:visible").count() == 1
    assert said("question_of", number=1, count=4) in first.locator("legend").inner_text()
    first.get_by_text(QUESTIONS[0].choices[1]).click()
    quiz.get_by_role("button", name=CHECK).click()
    verdict = first.get_by_role("status")
    assert said("right") in verdict.inner_text()
    assert verdict.locator(".explanation b").inner_text() == "tekstfil"
    assert first.locator("input:enabled").count() == 0
    quiz.get_by_role("button", name=NEXT).click()
    quiz.locator("fieldset").nth(1).get_by_text("Hos appen").click()
    quiz.get_by_role("button", name=CHECK).click()
    told = quiz.locator("fieldset").nth(1).get_by_role("status").inner_text()
    assert said("wrong") in told
    assert "Et annet sted" in told
    quiz.get_by_role("button", name=said("previous_question")).click()
    assert said("right") in verdict.inner_text()


def test_an_answer_is_wanted_first(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.page.locator("#quiz").get_by_role("button", name=CHECK).click()
    seen.page.locator("#quiz .note", has_text=said("unanswered")).wait_for()
    assert focused(seen) == "q0"


def test_quiz_to_certificate_by_keyboard_alone(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    keyboard = seen.page.keyboard
    seen.page.locator("#quiz.ready").wait_for()
    for _ in range(40):
        keyboard.press("Tab")
        if focused(seen) == "q0":
            break
    for place, answer in enumerate(pages.answers):
        assert focused(seen) == f"q{place}"
        keyboard.press("Space")
        for _ in range(answer):
            keyboard.press("ArrowDown")
        keyboard.press("Enter")
        assert focused(seen) == (NEXT if place < len(pages.answers) - 1 else RESULT)
        keyboard.press("Enter")
    assert focused(seen) == PASSED
    keyboard.press("Tab")
    assert focused(seen) == said("get_certificate")
    keyboard.press("Enter")
    seen.page.wait_for_url("**/certificate/#*")
    name = seen.page.get_by_label(said("certificate_name"))
    for _ in range(10):
        keyboard.press("Tab")
        if name.evaluate("field => field === document.activeElement"):
            break
    keyboard.type("Kari Nordmann")
    sheet = seen.page.locator(".sheet").inner_text()
    for text in ("Kari Nordmann", "Tingen har ordet", "K0001", "4 av 4", said("certificate_proof")):
        assert text in sheet
    assert re.search(said("certificate_date", date=r"\d+\. \w+ 20\d\d"), sheet)
    assert seen.kept("name") == "Kari Nordmann"


def test_not_passed_then_again(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    wrong = tuple((answer + 1) % 3 if place < 2 else answer for place, answer in enumerate(pages.answers))
    answer_all(seen, wrong)
    outcome = seen.page.locator(".outcome")
    assert "75" in outcome.inner_text()
    assert "2 av 4" in outcome.inner_text()
    assert outcome.get_by_role("link").count() == 0
    # What was answered stays until the reader tries again.
    seen.page.reload()
    assert "2 av 4" in outcome.inner_text()
    seen.page.goto(pages.at(f"{pages.certificate}#{GUID}"))
    seen.page.get_by_text(said("certificate_none")).wait_for()
    seen.page.goto(pages.at(pages.episode))
    outcome.get_by_role("button", name=said("try_again")).click()
    assert seen.page.locator("#quiz input:checked").count() == 0
    assert focused(seen) == "q0"
    answer_all(seen, pages.answers)
    assert PASSED in outcome.inner_text()
    kept = seen.kept(f"quiz:{GUID}")
    assert (kept["right"], kept["of"], kept["code"]) == (4, 4, "K0001")
    assert kept["url"] == pages.at(pages.episode)

    outcome.get_by_role("button", name=said("try_again")).click()
    answer_all(seen, wrong)
    assert seen.kept(f"quiz:{GUID}")["right"] == 4, "a certificate that was won is not lost"


def test_all_at_once(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    quiz = seen.page.locator("#quiz")
    quiz.get_by_role("button", name=said("all_at_once")).click()
    assert quiz.locator("fieldset:visible").count() == len(pages.answers)
    quiz.get_by_role("button", name=RESULT).click()
    quiz.locator(".note", has_text=said("unanswered")).wait_for()
    for place, answer in enumerate(pages.answers):
        quiz.locator(f"input[name=q{place}][value='{answer}']").check()
    quiz.get_by_role("button", name=RESULT).click()
    assert focused(seen) == PASSED
    assert quiz.locator(".explanation:visible").count() == 3
    seen.page.reload()
    assert quiz.locator("fieldset:visible").count() == len(pages.answers)


def test_a_quiz_that_cannot_be_opened_stays_readable(visit: Opening, pages: Pages) -> None:
    broken = """
    addEventListener("readystatechange", () => {
      const quiz = document.querySelector("[data-quiz]");
      if (quiz) quiz.dataset.sealed = "bm90IEpTT04=";
    }, true);
    """
    seen = visit(pages.episode, script=broken)
    seen.page.locator("#quiz").get_by_role("link", name=said("show_answers")).wait_for()
    assert seen.page.locator("fieldset:visible").count() == len(pages.answers)
    assert seen.faults, "that it failed is told"
    seen.faults.clear()


def pass_quiz(seen: Visit, pages: Pages) -> None:
    """As if the quiz had been passed before."""
    seen.page.evaluate(
        "([key, value]) => localStorage.setItem(key, JSON.stringify(value))",
        [
            f"publisher:quiz:{GUID}",
            {
                "title": "Hvordan finner en podkast fram?",
                "code": "K0001",
                "url": f"{URL}episodes/finner/",
                "right": 3,
                "of": 4,
                "pass": 0.75,
                "date": "2026-11-25T12:00:00Z",
            },
        ],
    )
    seen.page.goto(pages.at(f"{pages.certificate}?#{GUID}"))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_certificate_is_one_sheet_of_paper(visit: Opening, pages: Pages, paper: str) -> None:
    seen = visit(pages.certificate)
    pass_quiz(seen, pages)
    seen.page.get_by_label(said("certificate_name")).fill("Kari Nordmann")
    for own in (False, True):
        # With the page's own wish for how the paper lies, and without.
        data: bytes = seen.page.pdf(format=paper, print_background=True, prefer_css_page_size=own)
        assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        (ARTIFACTS / f"certificate-{paper}{'-lying' * own}.pdf").write_bytes(data)


def test_the_certificate_as_a_picture(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.certificate)
    pass_quiz(seen, pages)
    seen.page.get_by_label(said("certificate_name")).fill("Kari Nordmann")
    with seen.page.expect_download() as downloading:
        seen.page.get_by_role("button", name=said("certificate_picture")).click()
    assert downloading.value.suggested_filename == "kursbevis-k0001.png"
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    downloading.value.save_as(ARTIFACTS / "certificate.png")
    with Image.open(io.BytesIO((ARTIFACTS / "certificate.png").read_bytes())) as picture:
        assert picture.size == (1600, 1131)
        colours = picture.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 50


def test_the_reflection_stays_in_the_browser(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode, permissions=["clipboard-read", "clipboard-write"])
    field = seen.page.get_by_label(said("reflection_label"))
    save = seen.page.get_by_role("button", name=said("reflection_save"))
    field.wait_for()
    assert save.is_disabled()
    field.fill("Biblioteket mitt.\nIngen eier det.")
    seen.page.reload()
    assert field.input_value() == "Biblioteket mitt.\nIngen eier det."
    with seen.page.expect_download() as downloading:
        save.click()
    text = downloading.value.path().read_text("utf-8")
    assert "Hvordan finner en podkast fram?" in text
    assert "Ingen eier det." in text
    assert downloading.value.suggested_filename.endswith(".txt")
    seen.page.get_by_role("button", name=said("reflection_copy")).click()
    seen.page.locator("[data-told]").wait_for()
    assert seen.page.evaluate("navigator.clipboard.readText()") == "Biblioteket mitt.\nIngen eier det."
    seen.page.once("dialog", lambda dialog: dialog.dismiss())
    seen.page.get_by_role("button", name=said("reflection_clear")).click()
    assert field.input_value()
    seen.page.once("dialog", lambda dialog: dialog.accept())
    seen.page.get_by_role("button", name=said("reflection_clear")).click()
    assert field.input_value() == ""
    assert seen.kept(f"reflection:{GUID}") is None


def test_the_reflection_as_a_letter(visit: Opening, pages: Pages) -> None:
    hear = """
    window.letters = [];
    HTMLAnchorElement.prototype.click = function () { letters.push(this.href); };
    """
    seen = visit(pages.episode, script=hear)
    seen.page.get_by_label(said("reflection_label")).fill("Én & to?\n#3")
    seen.page.get_by_role("button", name=said("reflection_send")).click()
    (letter,) = seen.page.evaluate("letters")
    assert letter.startswith("mailto:?subject=Hvordan%20finner")
    assert "%C3%89n%20%26%20to%3F%0D%0A%233" in letter


def test_hostile_texts_are_only_texts(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.hostile)
    seen.wait_for_player()
    assert seen.page.locator("h1").inner_text() == HOSTILE
    answer_all(seen, (0, 1))
    quiz = seen.page.locator("#quiz")
    quiz.get_by_role("button", name=said("all_at_once")).click()
    assert HOSTILE in quiz.locator("label").first.inner_text()
    explanation = quiz.locator(".explanation").first
    assert explanation.inner_html() == "<p><b>fet</b>lenke</p>"
    assert quiz.locator("img, svg, script, [onerror], [href^='javascript']").count() == 0
    quiz.get_by_role("button", name=said("try_again")).click()
    quiz.get_by_role("button", name=said("one_by_one")).click()
    answer_all(seen, (0, 0))
    quiz.get_by_role("link", name=said("get_certificate")).click()
    name = "<img src=x onerror=\"window.harm='name'\"></p>\u202egnol"
    seen.page.get_by_label(said("certificate_name")).fill(name)
    assert seen.page.locator(".sheet .name").text_content() == name
    assert seen.page.locator(".sheet .text").text_content().count(HOSTILE) == 1
    assert seen.page.locator(".sheet").locator("img, script").count() == 0
    with seen.page.expect_download():
        seen.page.get_by_role("button", name=said("certificate_picture")).click()
    assert seen.page.evaluate("window.harm") is None
