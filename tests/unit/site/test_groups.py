"""Episodes that belong together, and the pages that list them."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from publisher.model import Show
from publisher.site.data import Group
from publisher.site.facets import Facets, Heard
from publisher.site.groups import PAGE_LENGTH, Groups, Member, group_pages, groups_of, sections


def group(count: int) -> Group:
    return Group("all", "all", "", "", "archive/", tuple(f"e{number}" for number in range(count, 0, -1)))


@pytest.mark.parametrize("count", [1, 49, 50, 99, 100, 101, 149, 150, 1000, 1023])
def test_pages_hold_every_episode_once_and_lead_to_each_other(count: int) -> None:
    pages = group_pages(group(count))
    assert [slug for page in pages for slug in page.slugs] == list(group(count).slugs)
    assert pages[0].url == "archive/"
    assert [page.url for page in pages[1:]] == [f"archive/page-{n}/" for n in range(len(pages) - 1, 0, -1)]
    assert [page.older for page in pages] == [*(page.url for page in pages[1:]), ""]
    assert [page.newer for page in pages] == ["", *(page.url for page in pages[:-1])]
    assert all(len(page.slugs) == PAGE_LENGTH for page in pages[1:])
    assert len(pages[0].slugs) < 2 * PAGE_LENGTH


def test_a_new_episode_changes_the_newest_page_alone() -> None:
    changed = []
    for count in range(1, 400):
        before, after = set(group_pages(group(count))), group_pages(group(count + 1))
        changed.append([page.url for page in after if page not in before])
    # Where a page is full, the one before it is no longer followed by the newest.
    assert {tuple(urls[:1]) for urls in changed} == {("archive/",)}
    assert max(map(len, changed)) == 3
    assert sum(len(urls) > 1 for urls in changed) == 400 // PAGE_LENGTH - 1


def test_home_shows_the_largest_and_says_how_many_there_are() -> None:
    show = Show(folder="show", title="T", description="D", language="en", taxonomies=(("theme", "Theme"),))
    members = [
        Member(
            slug=f"e{number:03}",
            published=datetime(2020, 1, 1 + number, tzinfo=UTC),
            season=number,
            facets=Facets(
                *("listed", "named", "source", "found", "date"),
                topics=(("theme", ("Common", f"Rare {number:03}")),),
                people=(Heard(f"Guest {number:03}", "", "shown"),),
            ),
        )
        for number in range(30)
    ]
    groups = groups_of(show, members)
    topics, people, seasons, years = sections(groups.all, 3)
    assert [one.name for one in topics.groups] == ["Common", "Rare 000", "Rare 001"]
    assert (topics.count, people.count, seasons.count, years.count) == (31, 30, 30, 1)
    assert [one.name for one in seasons.groups] == ["29", "28", "27"]
    assert sum(len(way.groups) for way in sections(groups.all)) == len(groups.all)
    assert groups.everything.slugs == tuple(member.slug for member in reversed(members))


@pytest.mark.parametrize("seed", range(30))
def test_groups_that_are_gone_on_with_are_those_of_all_episodes(seed: int) -> None:
    chance = random.Random(seed)
    members = [made_up(chance, number) for number in range(chance.randrange(1, 40))]
    groups, done = None, 0
    while done < len(members):
        done, start = done + chance.randrange(1, 8), done
        groups = groups_of(SHOW, members[start:done], groups)
        slugs = [member.slug for member in members[:done]]
        kept = json.loads(json.dumps(groups.to_json({slug: place for place, slug in enumerate(slugs)})))
        assert Groups.from_json(kept, slugs) == groups
    assert groups == groups_of(SHOW, members)
    assert groups.having({"e000"}) == {"e000": [group for group in groups.all if "e000" in group.slugs]}


START = datetime(2020, 1, 1, 23, 30, tzinfo=UTC)
"""Another year in Oslo."""

SHOW = Show(
    folder="show",
    title="T",
    description="D",
    language="en",
    timezone="Europe/Oslo",
    taxonomies=(("theme", "Theme"), ("sted", "Sted")),
    seasons=((1, "One"),),
)


def made_up(chance: random.Random, number: int) -> Member:
    """An episode with names of which some have the same address."""
    names = [chance.choice(("P", "p", "Q q", "q-q", "Æ", "!")) for _ in range(chance.randrange(3))]
    return Member(
        slug=f"e{number:03}",
        published=datetime(2020, 1, 1, 23, 30, tzinfo=UTC)
        + timedelta(days=20 * number + chance.randrange(20)),
        season=chance.choice((None, 1, 2, 3)),
        facets=Facets(
            *("listed", "named", "source", "found", "date"),
            topics=(("theme", tuple(chance.sample(["A", "a", "Å", "å b", "b"], 2))), ("sted", ("x",))),
            people=tuple(Heard(name, chance.choice(("", "O", "o")), "shown") for name in names),
        ),
    )
