"""A browser on the site's pages, which keeps a list of everything that went wrong on them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from publisher.previewing.server import make_app, serving
from tests.site.stand import CHAPTERS, QUESTIONS, URL, Pages, write_pages
from tests.support.require import require, require_program

ARTIFACTS = Path(__file__).parents[1] / ".artifacts" / "site"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the show is published to."""
    folder = tmp_path_factory.mktemp("site")
    write_pages(folder, tmp_path_factory.mktemp("work"))
    return folder


@pytest.fixture(scope="session")
def pages(published: Path) -> Iterator[Pages]:
    """The pages, served with byte ranges."""
    with serving(make_app([published], public_url="", local_url="")) as url:
        yield Pages(
            url,
            chapters=tuple((start, title) for start, title, _ in CHAPTERS),
            answers=tuple(question.answer for question in QUESTIONS),
        )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        require("playwright", "it is in the test extra of pyproject.toml")
    program = require_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page in the browser.

    Attributes:
        page: Playwright's.
        faults: what the console told, exceptions, violations of the policy, requests that failed.
        requests: addresses that were asked for.
    """

    page: Any
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def position(self) -> float:
        """Where the sound is, in seconds."""
        found: float = self.page.evaluate("document.querySelector('audio').currentTime")
        return found

    def wait(self, condition: str) -> None:
        """Waits until a JavaScript expression holds, asked from outside: the policy forbids `eval`."""
        deadline = time.monotonic() + 10
        while not self.page.evaluate(condition):
            assert time.monotonic() < deadline, f"it does not become true: {condition}"
            self.page.wait_for_timeout(40)

    def wait_for_player(self) -> None:
        """Waits for the controls, which come once the player is near what is seen: a page that was loaded
        again is where the reader had scrolled to."""
        self.page.locator(".player").first.scroll_into_view_if_needed()
        self.page.wait_for_selector(".player.ready", timeout=10_000)

    def wait_for_sound(self) -> None:
        """Waits until the first player's sound runs."""
        self.wait("(audio => !audio.paused && audio.readyState > 2)(document.querySelector('audio'))")

    def kept(self, key: str) -> Any:
        """What the browser remembers under a key."""
        return self.page.evaluate("key => JSON.parse(localStorage.getItem('publisher:' + key))", key)


Opening = Callable[..., Visit]

# The console tells of most violations; this tells of all, also of those in what is only parsed.
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => {
  violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture
def visit(chromium: Any, pages: Pages) -> Iterator[Opening]:
    """Opens a page in a browser that remembers nothing. Whatever went wrong on it fails the test."""
    yield from _visiting(chromium, pages, public=False)


@pytest.fixture
def elsewhere(chromium: Any, pages: Pages) -> Iterator[Opening]:
    """The same at whole addresses: the show is at its public address, which the network answers for, and so
    is whatever else the test routes."""
    yield from _visiting(chromium, pages, public=True)


def _visiting(chromium: Any, pages: Pages, *, public: bool) -> Iterator[Opening]:
    contexts: list[Any] = []
    visits: list[Visit] = []
    own: tuple[str, ...] = ("https://blog.example/",) if public else ()
    home = URL if public else pages.url

    def open_page(
        path: str,
        *,
        width: int = 1024,
        script: str = "",
        before: Callable[[Visit], None] | None = None,
        **options: Any,
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, locale="nb-NO", accept_downloads=True, **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        context.add_init_script(_WATCH + script)
        seen = Visit(context.new_page())
        seen.page.on("console", lambda message: _hear(seen, message))
        seen.page.on("pageerror", lambda error: seen.faults.append(f"exception: {error}"))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        visits.append(seen)
        if public:
            context.route(f"{URL}**", lambda route: _answer(route, pages))
        if before:
            before(seen)
        seen.page.goto(urljoin(home, path))
        return seen

    yield open_page
    for seen in visits:
        if not seen.page.is_closed() and seen.page.url != "about:blank":
            seen.faults += seen.page.evaluate("window.violations ?? []")
    for context in contexts:
        context.close()
    for seen in visits:
        assert seen.faults == []
        elsewhere = [url for url in seen.requests if not url.startswith((home, *own, "data:", "blob:"))]
        assert elsewhere == []


def _answer(route: Any, pages: Pages) -> None:
    """Answers for the show's public address with what the server has."""
    route.fulfill(response=route.fetch(url=pages.at(route.request.url.removeprefix(URL))))


def _hear(seen: Visit, message: Any) -> None:
    if message.type in ("error", "warning", "assert"):
        seen.faults.append(f"console: {message.text}")
