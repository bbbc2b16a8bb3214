"""WebSub hubs and podping: told after the flip, of the release that stands, once."""

from __future__ import annotations

import pytest

from tests.support.shows import edit_episode, edit_show
from tests.telling.conftest import Place
from tests.telling.servers import Hub, Podping, Subscriber, got


def test_a_subscriber_gets_each_new_release_by_the_hub(place: Place) -> None:
    hub, app = place.run(Hub()), place.run(Subscriber())
    edit_show(place.show, notify={"websub": [hub.url]})
    outcome = place.publish()
    assert outcome.told.told == (f"the hub {hub.url}",)
    app.subscribe(outcome.feed_url)
    place.add("0002-second")
    outcome = place.publish()
    assert hub.pings == [f"{place.url}feed.xml"] * 2
    assert app.received == [place.feed()]
    assert b"About 0002-second" in app.received[0]
    assert outcome.manifest_key.encode() in app.received[0]


def test_nothing_to_do_tells_nobody_and_asks_for_no_record(place: Place, count_reads: list[str]) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    del count_reads[:]
    outcome = place.publish()
    assert not outcome.released
    assert outcome.told.told == ()
    assert len(hub.pings) == 1
    assert [key for key in count_reads if key.endswith(".told.json")] == []


def test_podping_is_sent_as_it_is_asked_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    podping = place.run(Podping())
    monkeypatch.setenv("PUBLISHER_PODPING_URL", f"{podping.url}/")
    monkeypatch.setenv("PUBLISHER_PODPING_TOKEN", podping.token)
    edit_show(place.show, notify={"podping": True}, medium="music")
    outcome = place.publish()
    assert outcome.told.told == ("podping",)
    (request,) = podping.requests
    assert request.query == {"url": f"{place.url}feed.xml", "reason": "update", "medium": "music"}


def test_a_token_that_is_missing_is_told_later(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    podping = place.run(Podping())
    monkeypatch.setenv("PUBLISHER_PODPING_URL", f"{podping.url}/")
    edit_show(place.show, notify={"podping": True})
    outcome = place.publish()
    assert [problem.rule for problem in outcome.told.problems] == ["notify-left"]
    assert outcome.exit_status == 0
    monkeypatch.setenv("PUBLISHER_PODPING_TOKEN", podping.token)
    assert place.publish().told.told == ("podping",)
    assert place.publish().told.told == ()
    assert len(podping.requests) == 1


def test_a_hub_that_is_down_is_told_by_the_next_run(place: Place) -> None:
    hub = place.run(Hub(plan=[503, 503, 503]))
    other = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url, other.url]})
    outcome = place.publish()
    assert outcome.released
    assert outcome.exit_status == 0
    (problem,) = outcome.told.problems
    assert (problem.rule, problem.severity) == ("notify-failed", "warning")
    assert problem.message == f"the hub {hub.url} answers 503"
    assert len(hub.pings) == 3
    assert place.publish().told.told == (f"the hub {hub.url}",)
    assert (len(hub.pings), len(other.pings)) == (4, 1)


def test_a_short_trouble_is_waited_out(place: Place) -> None:
    hub = place.run(Hub(plan=[503]))
    edit_show(place.show, notify={"websub": [hub.url]})
    assert place.publish().told.problems == ()
    assert len(hub.pings) == 2


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410])
def test_a_refusal_is_not_repeated_within_a_run(place: Place, status: int) -> None:
    hub = place.run(Hub(plan=[status]))
    edit_show(place.show, notify={"websub": [hub.url]})
    (problem,) = place.publish().told.problems
    assert str(status) in problem.message
    assert problem.help
    assert len(hub.pings) == 1


def test_of_releases_that_a_hub_missed_it_is_told_of_the_last(place: Place) -> None:
    hub = place.run(Hub(plan=[503] * 3))
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    edit_episode(place.show, "0001-first", title="Another title")
    place.publish()
    assert len(hub.pings) == 4
    assert hub.fetched == [place.feed()]
    assert place.publish().told.told == ()


def test_the_hub_never_sees_an_older_feed(place: Place) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    seen: list[bytes] = []
    hub.before = lambda: seen.append(got(f"{place.url}feed.xml"))
    for title in ("one", "two", "three"):
        edit_episode(place.show, "0001-first", title=title)
        outcome = place.publish()
        assert outcome.manifest_key.encode() in seen[-1]


@pytest.mark.parametrize("option", ["tell", "dry_run"])
def test_where_nobody_is_to_be_told_nobody_is(place: Place, option: str) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish(**{option: option == "dry_run"})
    assert hub.requests == []
    if option == "tell":
        place.publish()
        assert hub.requests == []


def test_a_feed_that_others_cannot_reach_is_not_told(place: Place) -> None:
    from publisher.operations import publish

    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    publish(place.show, to=str(place.public), verify=False)
    assert hub.requests == []
