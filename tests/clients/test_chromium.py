"""The pages in Chromium: no fault, nothing fetched from elsewhere, no sideways scrolling.

Pictures to look at are left in `tests/.artifacts/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.clients.chromium import Browser, browsing, visit
from tests.clients.stand import Stand
from tests.support.require import require_program

ARTIFACTS = Path(__file__).parents[1] / ".artifacts"
PAGES = {
    "home": "",
    "episode": "episodes/0001-hvordan-finner-en-podkast-fram/",
    "episode-m4a": "episodes/0002-hva-husker-en-fjord/",
}
SIZES = {390: 844, 1440: 900}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(require_program("chromium"), tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole(stand: Stand, browser: Browser, page: str, width: int) -> None:
    picture = ARTIFACTS / f"{page}-{width}.png"
    seen = visit(browser, stand.at(PAGES[page]), width=width, height=SIZES[width], picture=picture)
    assert seen.faults == []
    assert seen.width == width, "the page can be scrolled sideways"
    assert stand.show.title in seen.title
    assert [url for url in seen.requests if not url.startswith((stand.url, "data:"))] == []
    with Image.open(picture) as image:
        assert image.width == width
        assert image.height > SIZES[width] / 2
        colours = image.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 100, "the picture is nearly empty"


def test_the_pages_faults_would_be_seen(stand: Stand, browser: Browser) -> None:
    seen = visit(
        browser, stand.at("media/nothing-here"), width=390, height=844, picture=ARTIFACTS / "missing-390.png"
    )
    assert any("404" in fault for fault in seen.faults)
