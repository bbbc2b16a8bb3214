"""What the Nu HTML checker (https://github.com/validator/validator) says of every page, style and drawing.

Pages and styles are asked for from a server, as a reader's browser asks for them: only so can the checker
tell what the pages' own policy lets in.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.previewing.server import address, bind, make_app, serving
from publisher.release import publish
from tests.site.conftest import ARTIFACTS
from tests.site.stand import URL
from tests.support.everything import make_everything
from tests.support.require import require, require_program
from tests.support.sample import copy_sample
from tests.support.shows import add_episode, make_show

VNU = Path(__file__).parent / "vnu" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "planted-and-long-enough-to-be-one"
BROKEN = "broken.html"
"""Put among the others: a page in which something has to be found."""


@dataclass(frozen=True)
class Explained:
    """Something that the checker says and that is as it should be.

    Attributes:
        message: what it says, as a pattern.
        place: what the named place must hold, as a pattern.
        why: the reason.
    """

    message: str
    place: str
    why: str


EXPLAINED = (
    Explained(
        r"Inline script violates Content Security Policy",
        r'<script type="application/(ld\+)?json"',
        "a block of data is never run, and no policy is asked about it: "
        "https://html.spec.whatwg.org/multipage/scripting.html#prepare-the-script-element",
    ),
    Explained(
        r"CSS: Unrecognized at-rule “@container”",
        r"@container \(",
        "container queries are CSS since 2022, and not yet known to the checker",
    ),
    Explained(r"CSS: “container-type”: Property .* doesn't exist", r"inline-size", "likewise"),
    Explained(r"CSS: “gap”: Parse Error", r"\dcqi", "likewise, the unit that goes with them"),
    Explained(
        r"CSS: “field-sizing”: Property .* doesn't exist",
        r"field-sizing: content",
        "CSS since 2024 (https://drafts.csswg.org/css-ui/#field-sizing); without it the field stays small",
    ),
    Explained(
        r"CSS: Deprecated media feature “max-device-width”",
        r"",
        "nothing else tells that a feed's text is drawn small on a phone, for XML has no viewport to set",
    ),
)


@pytest.fixture(scope="module")
def folders(published: Path, tmp_path_factory: pytest.TempPathFactory, secret: None) -> dict[str, Path]:
    """Published shows: the one of these tests, the sample, one in which every key says
    something, and one with what the others have not."""
    places = {name: tmp_path_factory.mktemp(name) for name in ("sample", "everything", "rest")}
    show = copy_sample(tmp_path_factory.mktemp("show") / "episodes")
    publish(show, to=str(places["sample"]), url=URL, now=NOW)
    everything = make_everything(tmp_path_factory.mktemp("show") / "everything")
    publish(everything, to=str(places["everything"]), url=URL, now=NOW)
    write_the_rest(tmp_path_factory.mktemp("show"), places["rest"])
    return {"stand": published} | places


@pytest.fixture(scope="module")
def secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMBERS_SECRET", SECRET)
        yield


def write_the_rest(work: Path, folder: Path) -> None:
    """A right-to-left show with a feed for members, an episode that is gone, one that has moved, and written
    transcripts in two languages."""
    show = make_show(
        work / "rest",
        episodes=3,
        language="ar",
        feeds=[{"name": "members", "secret": "MEMBERS_SECRET", "early": "48h"}],
    )
    add_episode(
        show,
        "0004-spoken",
        number=4,
        published="2025-06-01",
        files={"transcript.txt": "Ada: <b>&\n\nBo: 1 < 2.", "transcript.en.txt": "Ada: <b>&\n\nBo: 1 < 2."},
    )
    add_episode(show, "0005-early", number=5, published="2026-01-02")
    publish(show, to=str(folder), url=URL, now=NOW)
    (show / "0001-episode").rename(show / "_0001-episode")
    (show / "0002-episode").rename(show / "0002-renamed")
    publish(show, to=str(folder), url=URL, now=NOW, allow_removal=True)


def keys(folder: Path, *endings: str) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in endings)
    # What a release keeps for the next one is at no address of a page; the search's own style is Pagefind's.
    return sorted(key for key in found if "releases" not in key.split("/") and "pagefind" not in key)


@pytest.fixture(scope="module")
def messages(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All that the checker says: about everything at once, since starting takes it longer than checking."""
    if not VNU.is_file():
        require("vnu", "npm ci --ignore-scripts in tests/site/vnu installs it")
    java = require_program("java")
    broken = tmp_path_factory.mktemp("broken")
    (broken / BROKEN).write_text(
        "<!doctype html><html lang=en><title>x</title><p id=a id=b><a rel=me>x</a>", "utf-8"
    )
    with ExitStack() as stack:
        told = []
        for folder in (broken, *folders.values()):
            listener = bind(0)
            at = address(listener)
            # So that pages which name their addresses in full lead to this server too.
            stack.enter_context(serving(make_app([folder], public_url=URL, local_url=at), listener=listener))
            told += [at + key for key in keys(folder, ".html", ".css")]
        # As files and last: over HTTP it takes a drawing for a page, and after one a page for a drawing.
        told += [str(folder / key) for folder in folders.values() for key in keys(folder, ".svg")]
        # On loopback, it will only look where it is told to.
        options = ("-Dnu.validator.servlet.allow-forbidden-hosts=true", "-Xmx768m")
        command = [java, *options, "-jar", str(VNU), "--format", "json", "--stdout", "--exit-zero-always"]
        done = subprocess.run(
            [*command, "--also-check-css", "--also-check-svg", *told],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert len(told) > 100
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / "vnu.json").write_text(done.stdout, "utf-8")
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found


def explanation(message: dict[str, Any]) -> Explained | None:
    return next(
        (
            each
            for each in EXPLAINED
            if re.match(each.message, message["message"])
            and re.search(each.place, message.get("extract", ""))
        ),
        None,
    )


def test_there_is_one_of_each_kind_of_page(folders: dict[str, Path]) -> None:
    kinds = (
        *(
            "index.html",
            "404.html",
            "search/",
            "topics/",
            "certificate/",
            "episodes/",
            "/embed/",
            "/answers/",
        ),
        *("people/", "organizations/", "seasons/", "archive/", "transcripts/", "private/"),
    )
    pages = [key for folder in folders.values() for key in keys(folder, ".html")]
    assert [kind for kind in kinds if not any(kind in page for page in pages)] == []
    rest = folders["rest"] / "episodes"
    for slug in ("0001-episode", "0002-episode"):
        assert "0003" not in (rest / slug / "index.html").read_text("utf-8"), "a page that leads on"
    assert len([key for key in keys(folders["rest"], ".html") if key.startswith("transcripts/")]) == 2


def test_nothing_is_wrong_with_any_page(messages: list[dict[str, Any]]) -> None:
    left = [
        f"{message['url']}:{message.get('lastLine')}: {message['message']} ({message.get('extract', '')!r})"
        for message in messages
        if not message["url"].endswith(BROKEN) and not explanation(message)
    ]
    assert left == []


def test_the_checker_would_find_something(messages: list[dict[str, Any]]) -> None:
    errors = [
        message["message"]
        for message in messages
        if message["url"].endswith(BROKEN) and message["type"] == "error"
    ]
    assert any("Duplicate attribute" in error for error in errors)
    assert any("missing required attribute “href”" in error for error in errors)


def test_every_explanation_is_still_needed(messages: list[dict[str, Any]]) -> None:
    used = {each for message in messages if (each := explanation(message))}
    assert [each.message for each in EXPLAINED if each not in used] == []
