"""The pages are current, and lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from publisher.checking import RULES
from publisher.cli import cli
from publisher.errors import PublisherError
from tests.docs.blocks import ROOT, blocks_of, pages
from tools import docs

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NAMES = [str(page.relative_to(ROOT)) for page in pages()]


def test_what_is_made_from_the_code_is_current() -> None:
    stale = [str(path.relative_to(ROOT)) for path in docs.out_of_date()]
    assert not stale, f"run: python -m tools.docs ({', '.join(stale)})"


def test_a_stale_page_is_noticed() -> None:
    mark = "<!-- made by tools/docs.py: rules -->\n"
    page = f"# A page\n\n{mark}\nold\n\n<!-- end -->\n"
    assert docs.page(page) != page
    assert docs.page(docs.page(page)) == docs.page(page)


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them."""
    titles = _HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", pages(), ids=NAMES)
def test_links_resolve(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        assert aim.exists(), target
        assert ROOT in (aim, *aim.parents), target
        assert not anchor or anchor in _anchors(aim), target


def test_the_readme_leads_to_every_page() -> None:
    targets = set(_LINK.findall((ROOT / "README.md").read_text("utf-8")))
    assert {str(page.relative_to(ROOT)) for page in pages()} - targets == {"README.md"}


def test_every_command_rule_and_status_is_documented() -> None:
    text = (ROOT / "docs/cli.md").read_text("utf-8")
    for name, command in cli.commands.items():
        assert f"\n## {name}\n" in text
        assert "Example: publisher " in (command.help or ""), f"{name} has no example"
        for parameter in command.params:
            assert all(option in text for option in parameter.opts if option.startswith("--"))
    rules = (ROOT / "docs/rules.md").read_text("utf-8")
    assert [rule for rule in RULES if f"| [`{rule}`](#{rule}) |" not in rules] == []
    assert [rule for rule in RULES if f"\n### {rule}\n" not in rules] == []
    statuses = {error.exit_status for error in _subclasses(PublisherError)} | {0, 6, 130}
    for page in ("README.md", "docs/cli.md"):
        documented = re.findall(r"^\| (\d+) \|", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        assert {int(status) for status in documented} == statuses, page


def _subclasses(root: type[PublisherError]) -> set[type[PublisherError]]:
    return {root}.union(*(_subclasses(child) for child in root.__subclasses__()))


def test_no_command_is_documented_that_does_not_exist() -> None:
    named = set()
    for page in pages():
        named |= set(re.findall(r"`publisher ([a-z]+)", page.read_text("utf-8")))
        for block in blocks_of(page):
            if block.language in ("sh", "crontab"):
                named |= set(re.findall(r"publisher ([a-z]+)", block.text))
    assert "publish" in named
    assert named <= set(cli.commands)


def test_the_picture_shows_a_page_and_is_small() -> None:
    for path in (ROOT / "docs/images").iterdir():
        assert path.stat().st_size < 300_000
        with Image.open(path) as image:
            assert image.width > image.height > 400
    assert blocks_of(ROOT / "README.md")
