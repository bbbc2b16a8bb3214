"""The preview in the browser: what is changed in the folder is seen without asking for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from publisher.errors import PublisherError
from publisher.previewing.following import following
from publisher.previewing.server import address, bind, make_app, serving
from publisher.previewing.standing import Stand, standing
from tests.support.shows import add_episode, edit_episode, make_show


@dataclass
class Following:
    url: str
    built: list[Stand] = field(default_factory=list)
    failures: list[PublisherError] = field(default_factory=list)


@contextmanager
def previewed(show: Path, public: Path) -> Iterator[Following]:
    listener = bind(0)
    found = Following(address(listener))

    def build() -> Any:
        return standing(show, to=str(public), drafts=True)

    with (
        build() as stand,
        following(show, stand, build, shown=found.built.append, failed=found.failures.append) as live,
        serving(make_app(local_url=found.url, live=live), listener=listener),
    ):
        yield found


def test_an_open_page_follows_the_folder(chromium: Any, tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    context = chromium.new_context()
    page = context.new_page()
    with previewed(show, tmp_path / "public") as preview:
        page.goto(preview.url)
        page.get_by_role("link", name="About 0001-episode").wait_for()
        edit_episode(show, "0001-episode", title="Edited")
        page.get_by_role("link", name="Edited").wait_for()
        add_episode(show, "0002-draft", title="Coming", number=2, published=None)
        page.get_by_role("link", name="Coming").wait_for()
        assert page.locator(".state").count() == 1
        page.goto(f"{preview.url}episodes/0001-episode/")
        (show / "theme").mkdir()
        (show / "theme" / "style.css").write_text("h1 { letter-spacing: 7px }", "utf-8")
        expect(page.locator("h1")).to_have_css("letter-spacing", "7px")
    context.close()


def test_what_is_wrong_is_said_on_the_page_until_it_is_mended(chromium: Any, tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    settings = (show / "podcast.yaml").read_text("utf-8")
    context = chromium.new_context()
    page = context.new_page()
    with previewed(show, tmp_path / "public") as preview:
        page.goto(preview.url)
        (show / "podcast.yaml").write_text(settings + "langauge: nb\nexplicit: maybe\n", "utf-8")
        notice = page.get_by_role("alert")
        notice.wait_for()
        assert "show/podcast.yaml" in notice.inner_text()
        assert page.get_by_role("link", name="About 0001-episode").is_visible()
        (show / "podcast.yaml").write_text(settings, "utf-8")
        notice.wait_for(state="detached")
        assert len(preview.failures) >= 1
    context.close()


def test_pages_come_back_with_the_next_preview(chromium: Any, tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    context = chromium.new_context()
    page = context.new_page()
    with previewed(show, tmp_path / "public") as preview:
        port = int(preview.url.rstrip("/").rpartition(":")[2])
        page.goto(preview.url)
        page.get_by_role("link", name="About 0001-episode").wait_for()
    edit_episode(show, "0001-episode", title="Edited meanwhile")
    listener = bind(port)
    with (
        standing(show, to=str(tmp_path / "public")) as stand,
        following(show, stand, lambda: standing(show), shown=print, failed=print) as live,
        serving(make_app(local_url=address(listener), live=live), listener=listener),
    ):
        page.get_by_role("link", name="Edited meanwhile").wait_for()
    context.close()
