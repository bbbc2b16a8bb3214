"""How many bytes a page costs whoever comes to it first: all that is fetched but for sound and pictures."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.media_types import content_type
from publisher.previewing.server import make_app, serving
from publisher.release import publish
from tests.site.conftest import ARTIFACTS, Opening
from tests.site.stand import URL, Pages
from tests.support.sample import copy_sample

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MOST = 100_000
EPISODE = "episodes/0001-hvordan-finner-en-podkast-fram/"
PLACES = ("home", "episode", "stand-home", "stand-episode")


@dataclass(frozen=True)
class Fetched:
    """What came for a page.

    Attributes:
        stored_bytes: the length as it is stored, and sent by a bucket.
        packed_bytes: the length that a web server or a CDN sends, which pack text as they send it.
    """

    key: str
    stored_bytes: int
    packed_bytes: int


Weighing = Callable[..., list[Fetched]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The sample show, and its URL."""
    folder = tmp_path_factory.mktemp("sample")
    publish(copy_sample(tmp_path_factory.mktemp("show") / "episodes"), to=str(folder), url=URL, now=NOW)
    with serving(make_app([folder], public_url="", local_url="")) as url:
        yield folder, url


@pytest.fixture
def weigh(visit: Opening, pages: Pages, published: Path, sample: tuple[Path, str]) -> Weighing:
    """Visits a page on a phone and tells all that came for it; `without` a script, up to what that brings."""

    def weigh(place: str, *, without: str = "") -> list[Fetched]:
        folder, at = (published, pages.url) if place.startswith("stand") else sample
        path = pages.episode if place == "stand-episode" else EPISODE if place == "episode" else ""
        seen = visit("topics/", width=360)
        # Nothing that it has seen is any help to it.
        seen.page.context.new_cdp_session(seen.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        seen.requests.clear()
        if without:
            seen.page.route(f"**/{without}", lambda route: route.abort())
        seen.page.goto(at + path)
        if without:
            seen.page.locator(".player").first.scroll_into_view_if_needed()
            seen.page.locator(".player.plain").wait_for()
            seen.faults.clear()
        else:
            seen.wait_for_player()
        seen.page.wait_for_load_state("networkidle")
        keys = {url.removeprefix(at).partition("?")[0] or "index.html" for url in seen.requests}
        seen.requests.clear()
        return list(_fetched(folder, keys, without))

    return weigh


def _fetched(folder: Path, keys: set[str], without: str) -> Iterator[Fetched]:
    for key in sorted(keys):
        path = folder / (f"{key}index.html" if key.endswith("/") else key)
        if key.startswith(("data:", "blob:")) or (without and key.endswith(f"/{without}")):
            continue
        type_ = content_type(path.name)
        if not type_.startswith(("image/", "audio/", "video/")):
            data = path.read_bytes()
            packed = data if type_.startswith("font/") else gzip.compress(data, 6)
            yield Fetched(key, len(data), len(packed))


def told(place: str, what: str, found: list[Fetched]) -> tuple[int, int]:
    """The sums, stored and packed; leaves the list to read."""
    sums = sum(each.stored_bytes for each in found), sum(each.packed_bytes for each in found)
    lines = [f"{each.stored_bytes:7} {each.packed_bytes:7}  {each.key}" for each in found]
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    text = "\n".join([*lines, f"{sums[0]:7} {sums[1]:7}  in all", ""])
    (ARTIFACTS / f"bytes-{place}-{what}.txt").write_text(text, "utf-8")
    return sums


@pytest.mark.parametrize("place", PLACES)
def test_everything_is_light_as_web_servers_send_it(weigh: Weighing, place: str) -> None:
    found = weigh(place)
    ends = {each.key.rpartition(".")[2] for each in found}
    assert ends >= {"css", "js", "woff2"}
    assert any(each.key.endswith("/plyr.js") for each in found)
    _, packed = told(place, "all", found)
    assert packed < MOST


@pytest.mark.parametrize("place", PLACES)
def test_what_comes_before_the_players_controls_is_light_in_any_case(weigh: Weighing, place: str) -> None:
    """A bucket without a CDN packs nothing. The controls, and Plyr with them, come when everything else is
    there and the player is near what is seen; until then the browser's own are in their place. An episode's
    text is as long as it is, with its transcript."""
    found = weigh(place, without="player.js")
    assert not any(each.key.endswith("/plyr.js") for each in found)
    told(place, "before", found)
    counted = [each for each in found if place.endswith("home") or not each.key.startswith("episodes/")]
    assert sum(each.stored_bytes for each in counted) < MOST
