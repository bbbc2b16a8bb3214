"""Plans: what was released needs no release, and an identity is for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.manifest import manifest_bytes, read_manifest
from publisher.model import Show
from publisher.planning import Plan, make_plan, risks, settle
from tests.property.models import MOMENTS, shows
from tests.support.released import released

URL = "https://show.example/"
LATE = datetime(2040, 1, 1, tzinfo=UTC)
SETTINGS = settings(max_examples=40, deadline=None)


def first(show: Show, now: datetime) -> Plan:
    return make_plan(settle(show, None, url=URL), None, now)


@SETTINGS
@given(shows(), MOMENTS)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(show: Show, now: datetime) -> None:
    before = released(first(show, now))
    again = make_plan(settle(show, before, url=URL), before, now)
    assert not again.has_changes
    assert not list(risks(again))
    assert {item.state for item in again.released} <= {"unchanged"}
    assert [item.slug for item in again.episodes] == [item.slug for item in first(show, now).episodes]


@SETTINGS
@given(shows(), MOMENTS)
def test_a_manifest_comes_back_from_its_bytes(show: Show, now: datetime) -> None:
    manifest = released(first(show, now))
    key, data = manifest_bytes(manifest)
    assert read_manifest(key, data) == manifest
    assert manifest_bytes(read_manifest(key, data)) == (key, data)


@SETTINGS
@given(shows(), MOMENTS)
def test_a_plan_made_from_the_manifests_bytes_has_nothing_to_do(show: Show, now: datetime) -> None:
    before = read_manifest(*manifest_bytes(released(first(show, now))))
    assert not make_plan(settle(show, before, url=URL), before, now).has_changes


@SETTINGS
@given(shows(), MOMENTS)
def test_audio_that_left_changes_nothing(show: Show, now: datetime) -> None:
    before = released(first(show, now))
    out = before.by_slug()
    bare = replace(
        show,
        episodes=tuple(replace(item, audio=None) if item.slug in out else item for item in show.episodes),
    )
    assert not make_plan(settle(bare, before, url=URL), before, now).has_changes


@SETTINGS
@given(shows(), st.lists(MOMENTS, max_size=4).map(sorted))
def test_time_alone_only_adds_episodes_in_order(show: Show, moments: list[datetime]) -> None:
    before = None
    guids: dict[str, str] = {}
    for now in [*moments, LATE]:
        plan = make_plan(settle(show, before, url=URL), before, now)
        assert not list(risks(plan))
        assert {item.state for item in plan.episodes} <= {"new", "unchanged", "scheduled", "draft"}
        dates = [item.published for item in plan.released]
        assert dates == sorted(date for date in dates if date is not None)
        before = released(plan)
        for item in before.episodes:
            assert guids.setdefault(item.slug, item.guid) == item.guid
    due = {episode.slug for episode in show.episodes if episode.published}
    assert set(guids) == due


@SETTINGS
@given(shows(), st.data())
def test_renamed_and_edited_episodes_keep_their_guids(show: Show, data: st.DataObject) -> None:
    before = released(first(show, LATE))
    names = {episode.slug: f"renamed-{place}" for place, episode in enumerate(show.episodes)}
    chosen = data.draw(st.sets(st.sampled_from(sorted(names)))) if names else set()
    moved = tuple(
        replace(episode, slug=names[episode.slug], summary="Renamed") if episode.slug in chosen else episode
        for episode in show.episodes
    )
    after = make_plan(settle(replace(show, episodes=moved), before, url=URL), before, LATE)
    assert not list(risks(after))
    assert {item.guid for item in after.released} == {item.guid for item in before.episodes}
    assert {item.renamed_from for item in after.released if item.renamed_from} == chosen & {
        item.slug for item in before.episodes
    }
