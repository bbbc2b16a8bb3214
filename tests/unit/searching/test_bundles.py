from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pagefind_bin
import pytest

from publisher.errors import SearchError
from publisher.searching.bundles import Bundle, build, build_all, pagefind_version
from publisher.searching.shards import Passage, SearchPage, Shard, shards

HOSTILE = '"\'><script>alert(1)</script></body><h2 id="x">&amp;&\x00<!--æ😀'


def page(
    at: int, *passages: Passage, title: str = "", language: str = "nb", url: str = "", facts: Any = ()
) -> SearchPage:
    def given() -> Sequence[Passage]:
        return passages

    return SearchPage(
        url or f"episodes/e{at}/", language, title or f"Episode {at}", f"print {at}", given, facts
    )


def made(*pages: SearchPage) -> Bundle:
    return build(shards(pages, version=pagefind_version())[1])


def fragments(bundle: Bundle) -> dict[str, dict[str, Any]]:
    """What a browser gets for each page, by the page's address."""
    found = {}
    for key, data in bundle.files:
        if key.endswith(".pf_fragment"):
            told = json.loads(gzip.decompress(data).removeprefix(b"pagefind_dcd"))
            found[told["url"]] = told
    return found


def indexed(bundle: Bundle) -> bytes:
    """All words of the index, in the form in which they are looked up."""
    return b"".join(gzip.decompress(data) for key, data in bundle.files if key.endswith(".pf_index"))


def test_a_result_knows_its_page_and_the_moments_in_it() -> None:
    bundle = made(
        page(
            1,
            Passage("Om å bygge båt.\n\nDen første setningen\nDen andre"),
            Passage("Vi fisket ørret.", "t=754", "12:34 Ved elva"),
            Passage("Mer om ørreten.", title="Uten sted"),
            title="Båt & båre",
            facts=(("date", "2. september 2020"), ("code", '"A" <1>')),
        )
    )

    (found,) = fragments(bundle).values()

    assert found["url"] == "/episodes/e1/"
    assert found["meta"] == {"title": "Båt & båre", "date": "2. september 2020", "code": '"A" <1>'}
    assert [(anchor["element"], anchor["id"], anchor["text"]) for anchor in found["anchors"]] == [
        ("h3", "t=754", "12:34 Ved elva")
    ]
    assert found["content"] == (
        "Båt & båre. Om å bygge båt. Den første setningen. Den andre. 12:34 Ved elva. "
        "Vi fisket ørret. Uten sted. Mer om ørreten."
    )


@pytest.mark.parametrize(
    ("language", "inflected", "stem"),
    [
        ("nb", "ørretene kjærlighetens bygdene", ["ørret", "kjær", "bygd"]),
        ("nn-NO", "elvane bygdene", ["elv", "bygd"]),
        ("sv", "flickorna skogarna", ["flick", "skog"]),
        ("en", "fishing swimmers", ["fish", "swimmer"]),
    ],
)
def test_words_are_indexed_in_their_languages_own_forms(
    language: str, inflected: str, stem: list[str]
) -> None:
    words = indexed(made(page(1, Passage(inflected), language=language, title="1")))

    for word in stem:
        assert word.encode() in words
    for word in inflected.split():
        assert word.encode() not in words


def test_the_same_pages_give_the_same_bytes() -> None:
    pages = [page(at, Passage(f"ord {at} og felles ord", f"t={at}", "Et sted")) for at in range(60)]

    assert made(*pages) == made(*pages)


def test_hostile_text_stays_text() -> None:
    (found,) = fragments(
        made(page(1, Passage(HOSTILE, HOSTILE, HOSTILE), title=HOSTILE, facts=(("x", HOSTILE),)))
    ).values()

    plain = HOSTILE.replace("\x00", "")
    assert found["meta"] == {"title": plain, "x": plain}
    assert [anchor["id"] for anchor in found["anchors"]] == [plain.replace(" ", "")]
    assert "alert(1)" in found["content"]


def test_the_program_is_stored_by_itself_and_the_data_without_it() -> None:
    program, data = build_all(shards([page(1)], version=pagefind_version()))

    names = [key.removeprefix(program.shard.folder) for key, _ in program.files]
    assert {"pagefind.js", "pagefind-worker.js", "wasm.nb.pagefind", "pagefind-entry.json"} <= set(names)
    assert not any("ui" in name or "highlight" in name for name in names)
    assert sum(len(content) for _, content in program.files) < 200_000
    assert sum(len(content) for _, content in data.files) < 2_000
    assert {key.rpartition(".")[2] for key, _ in data.files} == {"json", "pf_meta", "pf_index", "pf_fragment"}
    assert not any(fragments(program)["/"]["content"].isalnum() for _ in names)


def test_a_language_without_stems_is_searched_all_the_same() -> None:
    program, data = build_all(shards([page(1, language="tlh")], version=pagefind_version()))

    assert program.shard.folder + "wasm.unknown.pagefind" in dict(program.files)
    assert fragments(data)["/episodes/e1/"]["meta"]["title"] == "Episode 1"


def test_a_page_without_words_is_no_error() -> None:
    assert set(fragments(made(page(1, title="!!!"), page(2)))) == {"/episodes/e1/", "/episodes/e2/"}


def test_the_home_page_and_pages_with_a_name_are_found() -> None:
    bundle = made(page(1, url="about.html"), SearchPage("", "nb", "Forsiden", "1", tuple))

    assert set(fragments(bundle)) == {"/", "/about.html"}


@pytest.mark.parametrize(
    "url", ["/x/", "../x/", "a//b/", "x", "a b/", "x/?q/", "x/#y/", "https://a/../b/", "a\\b/"]
)
def test_an_address_that_would_lead_astray_is_refused(url: str) -> None:
    with pytest.raises(SearchError, match="cannot be indexed"):
        build(Shard("nb", "search/x/", (page(1, url=url),)))


def test_all_shards_come_in_order_and_are_made_as_they_are_asked_for() -> None:
    asked: list[int] = []

    def wanted(at: int) -> SearchPage:
        return SearchPage(f"e{at}/", "nb", f"Episode {at}", "", lambda: asked.append(at) or ())  # type: ignore[func-returns-value]

    parts = [Shard("nb", f"search/{at}/", (wanted(at),)) for at in range(6)]
    bundles = build_all(parts, at_once=2)

    assert next(bundles).shard == parts[0]
    assert 5 not in asked
    assert [bundle.shard for bundle in bundles] == parts[1:]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("sys.exit('out of luck')", "status 1.*out of luck"),
        ("import time; time.sleep(60)", "did not finish"),
        ("pass", "form that is not known"),
        ("import os; os.mkdir('bundle'); open('bundle/pagefind-entry.json', 'w').write('[]')", "form"),
        (
            "import os; os.mkdir('bundle'); open('bundle/pagefind-entry.json', 'w').write("
            '\'{"languages":{"nb":{"hash":"nb_1","wasm":"nb","page_count":7}}}\')',
            "7 of 1 pages",
        ),
    ],
)
def test_a_program_that_fails_is_told_of(
    program: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "pagefind"
    script.write_text(f"#!{sys.executable} -S\nimport sys\n{program}\n")
    script.chmod(0o755)
    monkeypatch.setattr(pagefind_bin, "get_executable", lambda: script)

    with pytest.raises(SearchError, match=message):
        build(Shard("nb", "search/x/", (page(1),)), timeout_seconds=5)


def test_a_program_that_is_not_there_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagefind_bin, "get_executable", lambda: tmp_path / "none")

    with pytest.raises(SearchError, match="cannot be started"):
        build(Shard("nb", "search/x/", (page(1),)))


def test_settings_of_the_environment_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = page(1)
    plain = made(asked)
    monkeypatch.setenv("PAGEFIND_FORCE_LANGUAGE", "en")

    assert made(asked) == plain
