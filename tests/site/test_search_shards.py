"""The search index as it is published, in a browser: several shards that are searched as one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pytest

from publisher.previewing.server import make_app, serving
from publisher.searching.bundles import build_all, pagefind_version
from publisher.searching.shards import Passage, SearchPage, folders, shards

FILLING = ("Dette er en samtale om hverdagen.", "Gjesten forteller om arbeidet sitt.", "Takk for praten.")
FOUND = {
    3: "Vi bandt båten til brygga, og kjærligheten til havet var stor.",
    70: "Ørretene beit villig da vi rodde mellom øyene.",
    140: "Bestemor vevde åklær, og åklærne henger her ennå.",
}
"""What three episodes say, in the 12th minute."""

# What `publisher/site/static/search.js` does with the folders, without its page.
_SEARCH = """
async ([folders, query]) => {
  const root = new URL("/", location.href).pathname;
  const [program, ...others] = folders.map(folder => new URL(folder, location.href).href);
  const pagefind = await import(program + "pagefind.js");
  await pagefind.options({ baseUrl: root });
  await pagefind.init();
  if (!window.merged) for (const other of others) await pagefind.mergeIndex(other, { baseUrl: root });
  window.merged = true;
  const found = await pagefind.search(query);
  return await Promise.all(found.results.map(async each => {
    const { url, meta, excerpt, sub_results } = await each.data();
    return { url, meta, excerpt, places: sub_results.map(({ url, title }) => ({ url, title })) };
  }));
}
"""


def page(at: int) -> SearchPage:
    def given() -> Sequence[Passage]:
        said = FOUND.get(at, "Det var det hele.")
        return (
            Passage("\n".join(FILLING)),
            Passage("Velkommen.", "t=0", "0:00 Velkommen"),
            Passage(said, "t=725", "12:05 Midtveis"),
        )

    return SearchPage(f"episodes/e{at}/", "nb", f"Episode {at}", "", given, (("code", f"E{at}"),))


@pytest.fixture(scope="module")
def searching(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A function that searches for words, and gives what the browser got."""
    folder: Path = tmp_path_factory.mktemp("shards")
    parts = shards([page(at) for at in range(150)], version=pagefind_version())
    assert len(parts) > 3
    for bundle in build_all(parts):
        for key, data in bundle.files:
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    (folder / "index.html").write_text(
        '<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>Søk</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}"></head><body></body></html>',
        "utf-8",
    )
    with serving(make_app([folder], public_url="", local_url="")) as url:
        context = chromium.new_context()
        tab = context.new_page()
        faults: list[str] = []
        tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        requests: list[str] = []
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(url)
        wanted = folders(parts, "nb-NO")

        def search(query: str) -> Any:
            return tab.evaluate(_SEARCH, [list(wanted), query])

        yield search
        context.close()
        assert faults == []
        assert sum("/wasm." in address for address in requests) == 1, json.dumps(requests, indent=1)
        assert all(address.startswith(url) for address in requests)


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("båter", 3),
        ("kjærlighet", 3),
        ("bryggene", 3),
        ("ørret", 70),
        ("ØRRETEN", 70),
        ("øy", 70),
        ("åkle åklærne", 140),
    ],
)
def test_a_word_is_found_in_every_shard_and_form(searching: Any, query: str, at: int) -> None:
    found = {result["url"]: result for result in searching(query)}

    result = found[f"/episodes/e{at}/"]
    assert len(found) == 1
    assert result["meta"] == {"title": f"Episode {at}", "code": f"E{at}"}
    assert "<mark>" in result["excerpt"]
    assert result["places"] == [{"url": f"/episodes/e{at}/#t=725", "title": "12:05 Midtveis"}]


def test_what_all_pages_say_is_found_in_all_shards_and_nothing_else_is_there(searching: Any) -> None:
    found = [result["url"] for result in searching("samtaler")]

    assert sorted(found) == sorted(f"/episodes/e{at}/" for at in range(150))


def test_what_nobody_says_is_not_found(searching: Any) -> None:
    assert searching("kvantefysikk") == []
