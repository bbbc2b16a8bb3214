"""The plan: a pure comparison of a folder with what is published, at a given moment."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publisher.identity import episode_guid, show_guid
from publisher.manifest import Manifest
from publisher.model import Colors, Episode, Person, Show, SourceFile
from publisher.parts import RECIPES
from publisher.planning import Plan, PlannedEpisode, make_plan, risks, settle
from tests.support.released import released, sound

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://show.example/"


def show(*episodes: Episode, **keys: Any) -> Show:
    given: dict[str, Any] = {"title": "Show", "description": "About", "language": "en"} | keys
    return Show(folder="episodes", episodes=episodes, **given)


def episode(slug: str, *, days: float | None = -1, **keys: Any) -> Episode:
    """An episode, published so many days from now; None for a draft."""
    given: dict[str, Any] = {"title": slug.title(), "audio": sound(slug)} | keys
    return Episode(slug, published=None if days is None else NOW + days * DAY, **given)


def planned(
    *episodes: Episode, before: Manifest | None = None, now: datetime = NOW, **show_keys: Any
) -> Plan:
    return make_plan(settle(show(*episodes, **show_keys), before, url=URL), before, now)


def published(*episodes: Episode, **show_keys: Any) -> Manifest:
    return released(planned(*episodes, **show_keys))


def only(plan: Plan, slug: str) -> PlannedEpisode:
    found = [item for item in plan.episodes if item.slug == slug]
    assert len(found) == 1
    return found[0]


def states(plan: Plan) -> dict[str, str]:
    return {item.slug: item.state for item in plan.episodes}


def flags(plan: Plan, **allowed: bool) -> list[str]:
    return [flag for _, flag in risks(plan, **allowed)]


def test_a_first_plan_has_new_scheduled_and_draft_episodes() -> None:
    plan = planned(episode("a"), episode("b", days=1), episode("c", days=None))
    assert states(plan) == {"a": "new", "b": "scheduled", "c": "draft"}
    assert [item.slug for item in plan.released] == ["a"]
    assert plan.next_due == NOW + DAY
    assert plan.has_changes


def test_a_show_without_episodes_is_released_once() -> None:
    plan = planned()
    assert plan.has_changes
    assert not planned(before=released(plan)).has_changes


def test_a_second_plan_has_nothing_to_do() -> None:
    episodes = (episode("a"), episode("b", days=1), episode("c", days=None))
    plan = planned(*episodes, before=published(*episodes))
    assert states(plan) == {"a": "unchanged", "b": "scheduled", "c": "draft"}
    assert not plan.has_changes
    assert not list(risks(plan))


@pytest.mark.parametrize(
    ("offset", "state"),
    [(timedelta(microseconds=1), "scheduled"), (timedelta(), "new"), (-timedelta(microseconds=1), "new")],
)
def test_an_episode_is_due_from_its_very_moment_on(offset: timedelta, state: str) -> None:
    assert only(planned(replace(episode("a"), published=NOW + offset)), "a").state == state


def test_missed_ones_go_out_together_in_order() -> None:
    first, *later = (episode(slug, days=day) for slug, day in (("z", -9), ("m", 3), ("a", 1), ("k", 2)))
    plan = planned(first, *later, before=published(first, *later), now=NOW + 4 * DAY)
    assert [(item.slug, item.state) for item in plan.released] == [
        ("z", "unchanged"),
        ("a", "new"),
        ("k", "new"),
        ("m", "new"),
    ]


def test_order_is_by_date_then_season_then_number_then_slug_with_drafts_last() -> None:
    plan = planned(
        episode("draft-b", days=None),
        episode("draft-a", days=None, number=1),
        episode("x", season=2, number=1),
        episode("c", season=1, number=2),
        episode("b", season=1, number=10),
        episode("z", days=-2),
        episode("later", days=2),
        episode("0"),
    )
    assert [item.slug for item in plan.episodes] == ["z", "0", "c", "b", "x", "later", "draft-b", "draft-a"]


CHANGES: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("title", {"title": "Other"}, ("title", "tags")),
    ("summary", {"summary": "Other"}, ("summary", "tags")),
    ("notes", {"notes": "Other"}, ("notes", "tags")),
    ("guests", {"guests": (Person("Bo"),)}, ("guests", "tags")),
    ("audio", {"audio": sound("other")}, ("audio",)),
    ("related", {"related": ("b",)}, ("related",)),
    ("two", {"title": "Other", "number": 7}, ("number", "title", "tags")),
    ("published", {"published": NOW - 5 * DAY}, ("published", "tags")),
]


@pytest.mark.parametrize(("name", "keys", "changes"), CHANGES, ids=[case[0] for case in CHANGES])
def test_a_change_is_said_by_its_parts(name: str, keys: dict[str, Any], changes: tuple[str, ...]) -> None:
    before = published(episode("a"), episode("b"))
    plan = planned(replace(episode("a"), **keys), episode("b"), before=before)
    assert only(plan, "a").state == "changed"
    assert only(plan, "a").changes == changes
    assert only(plan, "b").state == "unchanged"
    assert only(plan, "a").guid == before.by_slug()["a"].guid
    assert not list(risks(plan))


def test_a_part_that_is_taken_out_is_a_change() -> None:
    before = published(episode("a", summary="Said", related=("b",)))
    assert only(planned(episode("a"), before=before), "a").changes == ("related", "summary", "tags")


def test_a_change_of_the_show_that_stands_in_tags_retags_every_episode() -> None:
    before = published(episode("a"), episode("b"))
    plan = planned(episode("a"), episode("b"), before=before, title="Other")
    assert plan.show_changes == ("title",)
    assert [item.changes for item in plan.released] == [("tags",), ("tags",)]


def test_a_change_of_the_show_that_stands_only_in_the_feed_changes_no_episode() -> None:
    before = published(episode("a"))
    plan = planned(episode("a"), before=before, funding=(), complete=True)
    assert plan.show_changes == ("complete",)
    assert states(plan) == {"a": "unchanged"}
    assert plan.has_changes


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_a_newer_way_of_making_things_makes_them_again(recipe: str) -> None:
    before = published(episode("a"))
    older = replace(before, recipes=before.recipes | {recipe: RECIPES[recipe] - 1})
    plan = planned(episode("a"), before=older)
    if recipe == "tags":  # recorded with each enclosure, so that one that is up to date stays
        assert not plan.has_changes
    elif recipe in ("transcripts", "chapters"):
        assert only(plan, "a").changes == ("recipe",)
    elif recipe == "pictures":
        assert only(plan, "a").changes == ("recipe",)
        assert plan.show_changes == ("recipe",)
    else:
        assert plan.show_changes == ("recipe",)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fonts", (SourceFile("theme/fonts/a.ttf", "f" * 64, 1),)),
        ("colors", Colors(accent="#0d5f58")),
        ("words", (("episode", "Part"),)),
    ],
)
def test_cards_are_drawn_again_in_other_fonts_colours_and_words(key: str, value: Any) -> None:
    before = published(episode("a"))
    plan = planned(episode("a"), before=before, **{key: value})
    assert plan.show_changes == (key,)
    assert only(plan, "a").changes == (key,)
    assert not only(plan, "a").needs_audio


def test_audio_that_left_the_folder_is_no_change() -> None:
    before = published(episode("a"), episode("b"))
    plan = planned(episode("a", audio=None), episode("b", audio=None), before=before)
    assert states(plan) == {"a": "unchanged", "b": "unchanged"}
    assert not plan.has_changes


def test_an_edit_without_audio_is_a_change_that_needs_tags() -> None:
    before = published(episode("a"))
    change = only(planned(episode("a", audio=None, title="Other"), before=before), "a")
    assert change.changes == ("title", "tags")
    assert change.needs_audio
    assert change.audio == before.episodes[0].enclosure


def test_audio_that_comes_back_as_it_was_is_no_change() -> None:
    before = published(episode("a"))
    gone = released(planned(episode("a", audio=None, title="Other"), before=before))
    assert states(planned(episode("a", title="Other"), before=gone)) == {"a": "unchanged"}


def test_a_missing_folder_is_a_removal_that_needs_a_person() -> None:
    plan = planned(episode("b"), before=published(episode("a"), episode("b")))
    assert only(plan, "a").state == "removed"
    assert only(plan, "a").changes == ("its folder is not there",)
    assert flags(plan) == ["--allow-removal"]
    assert flags(plan, allow_removal=True) == []
    assert [item.slug for item in plan.released] == ["b"]


@pytest.mark.parametrize(("days", "why"), [(None, "it is a draft now"), (1, "its date is in the future now")])
def test_what_was_released_and_is_not_due_any_more_is_a_removal(days: float | None, why: str) -> None:
    before = published(episode("a"))
    plan = planned(episode("a", days=days), before=before)
    assert only(plan, "a").state == "removed"
    assert only(plan, "a").changes == (why,)
    assert only(plan, "a").guid == before.episodes[0].guid
    assert flags(plan) == ["--allow-removal"]
    assert plan.released == ()


def test_what_comes_back_after_a_removal_gets_the_guid_it_had() -> None:
    before = published(episode("a"))
    removed = released(planned(episode("a", days=1), before=before))
    assert removed.episodes == ()
    back = only(planned(episode("a", days=1), before=removed, now=NOW + DAY), "a")
    assert (back.state, back.guid) == ("new", before.episodes[0].guid)


def test_a_renamed_folder_with_the_same_audio_keeps_its_guid() -> None:
    before = published(episode("a"), episode("b"))
    plan = planned(replace(episode("a"), slug="c"), episode("b"), before=before)
    renamed = only(plan, "c")
    assert (renamed.state, renamed.renamed_from, renamed.changes) == ("changed", "a", ("folder",))
    assert renamed.guid == before.by_slug()["a"].guid != episode_guid(plan.show.guid, "c")
    assert set(states(plan)) == {"b", "c"}
    assert not list(risks(plan))
    assert not planned(replace(episode("a"), slug="c"), episode("b"), before=released(plan)).has_changes


def test_a_renamed_folder_without_audio_is_recognised_by_its_guid() -> None:
    before = published(episode("a"))
    guid = before.episodes[0].guid
    renamed = only(planned(episode("c", audio=None, title="A", guid=guid), before=before), "c")
    assert (renamed.renamed_from, renamed.guid) == ("a", guid)
    assert renamed.changes == ("folder", "guid", "tags")  # that it stands in the folder now is news too


def test_a_renamed_folder_without_audio_or_guid_is_not_guessed_at() -> None:
    plan = planned(episode("c", audio=None, title="A"), before=published(episode("a")))
    assert only(plan, "a").state == "removed"
    assert flags(plan) == ["--allow-removal"]


def test_a_rerun_with_the_same_audio_is_an_episode_of_its_own() -> None:
    before = published(episode("a"))
    plan = planned(episode("a"), episode("rerun", audio=sound("a")), before=before)
    assert states(plan) == {"a": "unchanged", "rerun": "new"}
    assert only(plan, "rerun").guid != only(plan, "a").guid


def test_the_one_with_the_guid_is_recognised_before_another_with_the_audio() -> None:
    before = published(episode("old"))
    guid = before.episodes[0].guid
    plan = planned(episode("a", audio=sound("old")), episode("z", audio=None, guid=guid), before=before)
    assert only(plan, "z").renamed_from == "old"
    assert only(plan, "a").state == "new"


def test_swapped_folders_keep_the_guids_of_what_they_hold() -> None:
    before = published(episode("a"), episode("b"), episode("c"))
    plan = planned(
        replace(episode("b"), slug="a"), replace(episode("a"), slug="b"), episode("c"), before=before
    )
    old = before.by_slug()
    assert (only(plan, "a").guid, only(plan, "a").renamed_from) == (old["b"].guid, "b")
    assert (only(plan, "b").guid, only(plan, "b").renamed_from) == (old["a"].guid, "a")
    assert only(plan, "a").changes == ("folder",)
    assert only(plan, "c").state == "unchanged"
    assert not list(risks(plan))


def test_folders_swapped_in_a_ring_keep_the_guids_of_what_they_hold() -> None:
    before = published(episode("a"), episode("b"), episode("c"))
    moved = {"a": "b", "b": "c", "c": "a"}
    plan = planned(*(replace(episode(was), slug=now) for was, now in moved.items()), before=before)
    assert {item.renamed_from: item.slug for item in plan.episodes} == moved
    assert {old.guid for old in before.episodes} == {item.guid for item in plan.episodes}


def test_swapped_folders_that_state_their_guids_keep_them() -> None:
    a, b = episode("a", guid="guid-a"), episode("b", guid="guid-b")
    plan = planned(replace(b, slug="a"), replace(a, slug="b"), before=published(a, b))
    assert (only(plan, "a").guid, only(plan, "b").guid) == ("guid-b", "guid-a")
    assert not list(risks(plan))


def test_replaced_audio_that_another_episode_had_is_no_swap() -> None:
    before = published(episode("a"), episode("b"))
    plan = planned(episode("a", audio=sound("b")), episode("b", audio=sound("fresh")), before=before)
    assert {item.slug: item.guid for item in plan.episodes} == {
        slug: old.guid for slug, old in before.by_slug().items()
    }
    assert [item.changes for item in plan.episodes] == [("audio",), ("audio",)]


def test_another_guid_in_the_folder_needs_a_person() -> None:
    before = published(episode("a"))
    plan = planned(episode("a", guid="mine"), before=before)
    changed = only(plan, "a")
    assert changed.state == "re-identified"
    assert changed.guid == "mine"
    assert before.episodes[0].guid in changed.changes[0]
    assert flags(plan) == ["--allow-guid-change"]
    assert flags(plan, allow_guid_change=True) == []
    allowed = released(plan)
    assert allowed.episodes[0].guid == "mine"
    assert not planned(episode("a", guid="mine"), before=allowed).has_changes


def test_writing_down_the_guid_that_is_published_changes_no_identity() -> None:
    before = published(episode("a"))
    plan = planned(episode("a", guid=before.episodes[0].guid), before=before)
    assert only(plan, "a").state == "changed"
    assert not list(risks(plan))


def test_taking_the_guid_out_again_keeps_it() -> None:
    before = published(episode("a", guid="mine"))
    plan = planned(episode("a"), before=before)
    assert only(plan, "a").guid == "mine"
    assert not list(risks(plan))


def test_a_new_episode_whose_guid_belongs_to_another_needs_a_person() -> None:
    """A folder `a` was renamed to `b`, and a new `a` made: the new one's own GUID would be the old one's."""
    renamed = published(replace(episode("a"), slug="b"))
    before = replace(
        renamed,
        episodes=(replace(renamed.episodes[0], guid=episode_guid(renamed.guid, "a")),),
    )
    plan = planned(
        replace(episode("a"), slug="b"), episode("a", audio=sound("new")), before=before, now=NOW + DAY
    )
    assert only(plan, "a").state == "re-identified"
    assert only(plan, "a").changes == ("its GUID belongs to b",)
    assert flags(plan) == ["--allow-guid-change"]


def test_a_guid_of_the_show_once_published_is_kept_when_the_address_changes() -> None:
    before = published(episode("a"))
    moved = settle(show(episode("a")), before, url="https://other.example/")
    assert moved.guid == before.guid == show_guid(URL + "feed.xml")
    plan = make_plan(moved, before, NOW)
    assert plan.identity_changes == ()
    assert set(plan.show_changes) == {"feed_url", "link", "new_feed_url", "url"}


def test_another_guid_of_the_show_needs_a_person() -> None:
    before = published(episode("a"))
    other = show_guid("https://other.example/feed.xml")
    plan = planned(episode("a"), before=before, guid=other)
    assert plan.has_changes
    assert before.guid in plan.identity_changes[0]
    assert other in plan.identity_changes[0]
    assert "--allow-guid-change" in flags(plan)
    assert flags(plan, allow_guid_change=True) == []
    assert only(plan, "a").guid == before.episodes[0].guid


def test_settle_fills_in_addresses_and_leaves_those_that_are_given() -> None:
    plain = settle(show(), None, url=URL)
    assert (plain.url, plain.feed_url, plain.link) == (URL, URL + "feed.xml", URL)
    given = settle(show(feed_url="https://f.example/rss", link="https://home.example/"), None, url=URL)
    assert (given.feed_url, given.link) == ("https://f.example/rss", "https://home.example/")
    assert given.guid == show_guid("https://f.example/rss")
    assert settle(given, None, url=URL) == given


def test_another_version_of_the_tags_is_asked_for_once() -> None:
    m4a = replace(sound("m"), type="audio/mp4")
    episodes = (episode("a"), episode("m", audio=m4a))
    before = published(*episodes)
    settled = settle(show(*episodes), before, url=URL)
    older = make_plan(settled, before, NOW, id3_version=3)
    assert (only(older, "a").changes, only(older, "m").state) == (("tags",), "unchanged")
    for version in (3, None):
        again = make_plan(settled, released(older), NOW, id3_version=version)
        assert not again.has_changes
    assert only(make_plan(settled, released(older), NOW, id3_version=4), "a").changes == ("tags",)


def test_a_plan_is_one_json_document() -> None:
    before = published(episode("a"), episode("gone"))
    plan = planned(replace(episode("a"), slug="c"), episode("s", days=2), before=before)
    document = json.loads(json.dumps(plan.as_json()))
    assert document["changes"] is True
    assert document["next_due"] == (NOW + 2 * DAY).isoformat()
    rows = {row["slug"]: row for row in document["episodes"]}
    assert rows["c"]["renamed_from"] == "a"
    assert rows["gone"]["state"] == "removed"
    assert rows["s"]["published"] == (NOW + 2 * DAY).isoformat()
