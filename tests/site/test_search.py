"""Search over two indexes, in Norwegian."""

from __future__ import annotations

from tests.site.conftest import ARTIFACTS, Opening, Visit
from tests.site.stand import Pages, said


def titles(seen: Visit) -> list[str]:
    found: list[str] = seen.page.locator("[data-results] h2").all_inner_texts()
    return found


def ask(seen: Visit, query: str, count: int) -> None:
    seen.page.get_by_label(said("search_label")).fill(query)
    answer = said("search_found", count=count) if count else said("search_none", query=query)
    seen.page.locator("[data-status]", has_text=answer).wait_for()


def test_words_are_found_in_every_index(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.search)
    ask(seen, "øy", 2)
    assert {title.split()[0] for title in titles(seen)} == {"Hva", "Snakker"}
    assert seen.page.url.endswith("?q=%C3%B8y")
    assert seen.page.locator("[data-results] mark").count() >= 2
    for query in ("bøker", "bøkene", "bok", "biblioteket"):
        seen.page.get_by_label(said("search_label")).fill(query)
        seen.page.get_by_role("link", name="Hvem leser bøkene?", exact=True).wait_for()
    ask(seen, "kvantefysikk", 0)
    assert titles(seen) == []
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    ask(seen, "torsk", 1)
    seen.page.screenshot(path=ARTIFACTS / "search.png")


def test_a_result_leads_to_its_page_and_moment(visit: Opening, pages: Pages) -> None:
    # In another form than any that was written or said.
    seen = visit(f"{pages.search}?q=oppslagstavlas")
    title = "Hvordan finner en podkast fram?"
    result = seen.page.locator("[data-results] > li").filter(has=seen.page.get_by_role("link", name=title))
    link = result.get_by_role("heading").get_by_role("link")
    assert link.evaluate("link => link.href") == pages.at(pages.episode)
    start, chapter = pages.chapters[1]
    moment = result.locator("a[href*='#t=']").first
    address = moment.evaluate("link => link.href")
    moment.click()
    seen.page.wait_for_url(address)
    seen.wait_for_player()
    assert start <= seen.position < pages.chapters[2][0]
    assert seen.page.locator(".controls .chapter").inner_text() == chapter


def test_the_newest_search_wins(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.search)
    field = seen.page.get_by_label(said("search_label"))
    for query in ("torsk", "fjord", "podkast", "øy", "fjord"):
        field.fill(query)
        field.press("Enter")
    seen.page.locator("[data-status]", has_text="1 treff").wait_for()
    seen.page.wait_for_load_state("networkidle")
    assert titles(seen) == ["Hva husker en fjord?"]
    assert seen.page.url.endswith("?q=fjord")
    field.fill("")
    field.press("Enter")
    assert titles(seen) == []
    assert "q=" not in seen.page.url


def test_what_is_found_is_only_text(visit: Opening, pages: Pages) -> None:
    seen = visit(f"{pages.search}?q=torsk")
    seen.page.locator("[data-results] h2").wait_for()
    assert titles(seen) == ["Snakker torsken? <script>window.harm=1</script>"]
    assert "<img src=x onerror=harm()>" in seen.page.locator(".excerpt").first.inner_text()
    assert seen.page.locator("[data-results]").locator("img, script").count() == 0
    assert seen.page.evaluate("window.harm") is None


def test_a_search_that_fails_says_so(visit: Opening, pages: Pages) -> None:
    seen = visit("certificate/")
    seen.page.route("**/search/*/pagefind.js", lambda route: route.abort())
    seen.page.goto(pages.at(f"{pages.search}?q=torsk"))
    seen.page.locator("[data-status]", has_text=said("search_failed")).wait_for()
    assert seen.faults
    seen.faults.clear()
    # Once it works again, the same page finds.
    seen.page.unroute("**/search/*/pagefind.js")
    seen.page.reload()
    seen.page.locator("[data-results] h2").wait_for()
