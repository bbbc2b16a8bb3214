"""Sharing: what is copied, and the phone's own sheet."""

from __future__ import annotations

from lxml import html

from publisher.site.machine_files import EMBED_HEIGHT
from tests.site.conftest import Opening
from tests.site.stand import URL, Pages, said

PAGE = f"{URL}episodes/finner/"
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def test_the_link_and_the_embed_code(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode, **CLIPBOARD)
    share = seen.page.locator("[data-share]")
    share.get_by_role("button", name=said("copy_link"), exact=True).click()
    seen.page.locator("[data-told]").wait_for()
    assert seen.page.evaluate("navigator.clipboard.readText()") == PAGE
    share.get_by_role("button", name=said("copy_embed")).click()
    seen.wait("document.querySelectorAll('[data-told]').length === 2")
    frame = html.fromstring(seen.page.evaluate("navigator.clipboard.readText()"))
    assert frame.tag == "iframe"
    assert frame.get("src") == f"{PAGE}embed/"
    assert frame.get("title") == "Hvordan finner en podkast fram?"
    assert (frame.get("width"), frame.get("height")) == ("100%", str(EMBED_HEIGHT))
    assert "style" not in frame.attrib


def test_the_embed_code_holds_a_hostile_title(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.hostile, **CLIPBOARD)
    seen.page.locator("[data-share]").get_by_role("button", name=said("copy_embed")).click()
    seen.page.locator("[data-told]").wait_for()
    parsed = html.fragments_fromstring(seen.page.evaluate("navigator.clipboard.readText()"))
    assert [element.tag for element in parsed] == ["iframe"]
    assert not [name for name in parsed[0].attrib if str(name).startswith("on")]


def test_the_phones_own_sheet(visit: Opening, pages: Pages) -> None:
    there = "window.shared = []; navigator.share = async data => { shared.push(data); };"
    seen = visit(pages.episode, script=there)
    seen.page.get_by_role("button", name=said("share_other")).click()
    assert seen.page.evaluate("shared") == [{"title": "Hvordan finner en podkast fram?", "url": PAGE}]


def test_without_a_clipboard_by_permission(visit: Opening, pages: Pages) -> None:
    refusing = "navigator.clipboard.writeText = async () => { throw new Error('refused'); };"
    seen = visit(pages.episode, script=refusing, **CLIPBOARD)
    seen.page.locator("[data-share]").get_by_role("button", name=said("copy_link"), exact=True).click()
    seen.page.locator("[data-told]").wait_for()
    assert seen.page.evaluate("navigator.clipboard.readText()") == PAGE
