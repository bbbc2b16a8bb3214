"""The calendar to subscribe to: RFC 5545 to the letter, and the same bytes for the same folder and moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.calendar import look
from publisher.calendar.ics import ics
from publisher.coming import Upcoming
from publisher.operations import publish
from publisher.problems import Problem
from tests.calendar.rfc5545 import Component, parse
from tests.support.shows import add_episode, edit_show, make_show

NOW = datetime(2026, 11, 28, 12, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(slug: str = "one", days: float = 1, **keys: object) -> Upcoming:
    given: dict[str, object] = {
        "title": slug.title(),
        "state": "scheduled" if days > 0 else "released",
        "guid": f"guid-of-{slug}",
        "goes_out": NOW + days * DAY,
        "published": NOW + days * DAY,
        "url": f"https://show.example/episodes/{slug}/",
    }
    return Upcoming("episodes", "A show", "Europe/Oslo", slug, **(given | keys))  # type: ignore[arg-type]


def events(*entries: Upcoming, name: str = "A show") -> list[Component]:
    return parse(ics(entries, name=name, now=NOW)).inside


def test_an_event() -> None:
    (event,) = events(entry(missing=("artwork",), number=5))
    assert event.values == {
        "UID": "guid-of-one",
        "DTSTAMP": "20261128T120000Z",
        "DTSTART": "20261129T120000Z",
        "SUMMARY": "One",
        "DESCRIPTION": "A show · 5\nScheduled.\nMissing: artwork.\n2026-11-29 13:00 in Europe/Oslo (+0100)",
        "URL": "https://show.example/episodes/one/",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
    }
    (alarm,) = event.inside
    assert alarm.values["TRIGGER"] == "-P1D"
    assert alarm.values["DESCRIPTION"] == "One: artwork missing"


def test_what_cannot_go_out_is_tentative_and_says_why() -> None:
    wrong = Problem("rule", "error", "there is no month 13", path="episodes/one/episode.yaml")
    (event,) = events(entry(missing=("audio",), problems=(wrong,)))
    assert event.values["STATUS"] == "TENTATIVE"
    assert "Missing: audio." in event.values["DESCRIPTION"]
    assert "Error: there is no month 13" in event.values["DESCRIPTION"]


def test_what_is_in_it() -> None:
    found = events(
        entry("old", -91),
        entry("past", -90),
        entry("soon", 1),
        entry("far", 5000),
        entry("late", -200, state="due"),
        entry("draft", state="draft", goes_out=None, published=None),
    )
    assert [event.values["SUMMARY"] for event in found] == ["Late", "Past", "Soon", "Far"]
    assert not found[1].inside, "no alarm for what is out"


def test_the_calendar_says_how_often_to_ask() -> None:
    calendar = parse(ics([], name="Ord, og; mer", now=NOW))
    assert calendar.values["REFRESH-INTERVAL"] == "PT1H"
    assert calendar.values["X-WR-CALNAME"] == calendar.values["NAME"] == "Ord, og; mer"
    assert not calendar.inside


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("20261025T003000Z", "2026-10-25 02:30 in Europe/Oslo (+0200)"),
        ("20261025T013000Z", "2026-10-25 02:30 in Europe/Oslo (+0100)"),
        ("20260329T010000Z", "2026-03-29 03:00 in Europe/Oslo (+0200)"),
        ("20280229T050000Z", "2028-02-29 06:00 in Europe/Oslo (+0100)"),
    ],
)
def test_times_are_utc_and_told_in_the_shows_zone(start: str, said: str) -> None:
    moment = datetime.strptime(start, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    (event,) = events(entry(goes_out=moment, state="due"))
    assert event.values["DTSTART"] == start
    assert event.values["DESCRIPTION"].endswith(said)


@given(st.text(), st.text(st.characters(codec="utf-8"), max_size=300), st.text(max_size=40))
def test_any_text_comes_through_whole_lines(title: str, show: str, guid: str) -> None:
    title, show, guid = (text.encode("utf-8", "replace").decode() for text in (title, show, guid))
    found = Upcoming(
        "episodes", show, "UTC", "one", title, "due", guid=guid or "x", goes_out=NOW, published=NOW
    )
    (event,) = parse(ics([found], name=show, now=NOW, show_titles=True)).inside
    plain = "".join(c for c in f"{show}: {title}".replace("\r\n", "\n").replace("\r", "\n"))
    told = event.values["SUMMARY"]
    assert [c for c in told if c > " " and c != "\x7f"] == [c for c in plain if c > " " and c != "\x7f"]


def test_lines_are_folded_between_characters() -> None:
    for length in range(60, 90):
        (event,) = events(entry(title="å" * length + "😀" * length))
        assert event.values["SUMMARY"] == "å" * length + "😀" * length


def test_a_name_in_another_script_in_an_address() -> None:
    (event,) = events(entry(url="https://show.example/episodes/blåbær og/"))
    assert event.values["URL"] == "https://show.example/episodes/bl%C3%A5b%C3%A6r%20og/"


class TestOfAFolder:
    @pytest.fixture
    def show(self, tmp_path: Path) -> Path:
        show = make_show(tmp_path / "episodes", episodes=2, url="https://show.example/")
        add_episode(show, "0003-next", title="Next; and, more", published="2026-12-01 06:00", number=3)
        add_episode(show, "0004-recent", title="Recent", published="2026-11-20", number=4)
        return show

    def calendar(self, show: Path, to: Path, now: datetime = NOW) -> bytes:
        return ics(look(show, to=str(to), now=now).entries, name="A show", now=now)

    def test_the_same_bytes(self, show: Path, tmp_path: Path) -> None:
        publish(show, to=str(tmp_path / "public"), now=NOW, verify=False)
        one = self.calendar(show, tmp_path / "public")
        assert one == self.calendar(show, tmp_path / "public")
        assert [e.values["SUMMARY"] for e in parse(one).inside] == ["Recent", "Next; and, more"]

    def test_uids_stay_from_plan_to_release_and_over_a_move(self, show: Path, tmp_path: Path) -> None:
        public = tmp_path / "public"
        before = {e.values["SUMMARY"]: e.values["UID"] for e in parse(self.calendar(show, public)).inside}
        publish(show, to=str(public), now=NOW, verify=False)
        edit_show(show, url="https://elsewhere.example/")
        (show / "0004-recent").rename(show / "0004-renamed")
        later = {e.values["SUMMARY"]: e.values["UID"] for e in parse(self.calendar(show, public)).inside}
        assert later["Recent"] == before["Recent"]
        assert later["Next; and, more"] == before["Next; and, more"]
