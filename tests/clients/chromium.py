"""A small client of Chromium's DevTools protocol, over the pipe that the browser offers for it.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SECONDS = 60.0

# The browser reads commands from descriptor 3 and answers on 4.
_AT_3_AND_4 = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """A running browser; `page` opens one page at a time."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._buffer = b""
        self._last = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", /, **parameters: Any) -> dict[str, Any]:
        """Does one command and gives its result; events that come before it are kept in `events`."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def wait_for(self, method: str) -> None:
        """Returns once an event of that name has come."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + _SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
            more = os.read(self._read, 1 << 20) if ready else b""
            assert more, "the browser fell silent"
            self._buffer += more
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message


@contextmanager
def browsing(program: str, home: Path) -> Iterator[Browser]:
    """Chromium without a window, on a fresh profile below `home`, for as long as the block runs."""
    to_browser, from_browser = os.pipe(), os.pipe()
    options = [
        "--headless=new",
        "--no-sandbox",
        "--no-first-run",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--hide-scrollbars",
        "--remote-debugging-pipe",
        f"--user-data-dir={home / 'profile'}",
    ]
    inside = (to_browser[0], from_browser[1])
    with (home / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _AT_3_AND_4, *map(str, inside), program, *options],
            pass_fds=inside,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"HOME": str(home)},
        )
    for descriptor in inside:
        os.close(descriptor)
    browser = Browser(to_browser[1], from_browser[0])
    try:
        yield browser
        browser.call("Browser.close")
        process.wait(timeout=20)
    finally:
        process.kill()
        process.wait()
        os.close(to_browser[1])
        os.close(from_browser[0])


@dataclass(frozen=True)
class Seen:
    """What came of a visit to one page.

    Attributes:
        faults: errors of the console, exceptions, requests that failed or were refused.
        requests: addresses that were asked for.
        width: of the page's content, in CSS pixels; wider than the window means sideways scrolling.
    """

    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    width: int = 0
    title: str = ""
    told: Any = None


def visit(browser: Browser, url: str, *, width: int, height: int, picture: Path, tell: str = "null") -> Seen:
    """Opens a page in a window of that size, waits for all its images, and takes a picture of the whole.

    Args:
        tell: JavaScript whose value is wanted, in `told`.
    """
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.events.clear()
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(f"{domain}.enable", session)
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.call("Emulation.setDeviceMetricsOverride", session, **size)
    browser.call("Page.navigate", session, url=url)
    browser.wait_for("Page.loadEventFired")
    _evaluate(
        browser,
        session,
        "Promise.all([...(document.images ?? [])]"
        ".map(image => { image.loading = 'eager'; return image.decode() }))"
        ".then(() => document.fonts.ready).then(() => true)",
    )
    content_width = _evaluate(browser, session, "document.documentElement.scrollWidth")
    title = _evaluate(browser, session, "document.title")
    told = _evaluate(browser, session, tell)
    shot = browser.call("Page.captureScreenshot", session, format="png", captureBeyondViewport=True)
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(base64.b64decode(shot["data"]))
    browser.call("Target.closeTarget", targetId=target)
    return Seen(list(_faults(browser.events)), list(_requests(browser.events)), content_width, title, told)


def _evaluate(browser: Browser, session: str, expression: str) -> Any:
    found = browser.call(
        "Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True
    )
    assert "exceptionDetails" not in found, found
    return found["result"].get("value")


def _requests(events: list[dict[str, Any]]) -> Iterator[str]:
    for event in events:
        if event.get("method") == "Network.requestWillBeSent":
            yield event["params"]["request"]["url"]


def _faults(events: list[dict[str, Any]]) -> Iterator[str]:
    for event in events:
        method, told = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            yield f"exception: {told['exceptionDetails']['text']}"
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            yield f"console: {told['args']}"
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            yield f"log: {told['entry']['text']} {told['entry'].get('url', '')}"
        elif method == "Network.loadingFailed" and not told.get("canceled"):
            yield f"failed: {told['errorText']}"
        elif method == "Network.responseReceived" and told["response"]["status"] >= 400:
            yield f"refused: {told['response']['status']} {told['response']['url']}"
