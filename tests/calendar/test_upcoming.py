"""What is coming: states, moments in the show's zone, and what an episode lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.coming import Upcoming, day_and_time, listed, within
from publisher.errors import ShowError, UsageError
from publisher.model import Artwork, Episode, PrivateFeed, Show, SourceFile, TranscriptFile
from publisher.operations import publish, upcoming
from publisher.planning import make_plan, settle
from publisher.problems import Problem
from tests.support.released import released, sound
from tests.support.shows import add_episode, edit_episode, make_show

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OSLO = ZoneInfo("Europe/Oslo")
TWO_DAYS = timedelta(hours=48)


def episode(slug: str, *, days: float | None = 1, **keys: Any) -> Episode:
    given: dict[str, Any] = {"title": slug.title(), "audio": sound(slug)} | keys
    return Episode(slug, published=None if days is None else NOW + days * DAY, **given)


def entries(
    *episodes: Episode, out: bool = True, problems: tuple[Problem, ...] = (), **show_keys: Any
) -> dict[str, Upcoming]:
    """By slug, after a release of what was due a minute before."""
    keys: dict[str, Any] = {"title": "A show", "description": "About", "language": "en"} | show_keys
    show = settle(Show(folder="episodes", episodes=episodes, **keys), None, url="https://show.example/")
    before = released(make_plan(show, None, NOW - timedelta(minutes=1))) if out else None
    return {entry.slug: entry for entry in listed(make_plan(show, before, NOW), problems)}


def picture(slug: str) -> Artwork:
    return Artwork(SourceFile(f"{slug}/cover.png", "0" * 64, 1), "image/png", 3000, 3000)


def transcript(slug: str) -> TranscriptFile:
    return TranscriptFile(SourceFile(f"{slug}/transcript.vtt", "0" * 64, 1), "vtt", True)


def whole(slug: str, **keys: Any) -> Episode:
    return episode(slug, artwork=picture(slug), transcript=transcript(slug), **keys)


def error(path: str, severity: Any = "error") -> Problem:
    return Problem("some-rule", severity, "something is wrong", "mend it", path)


def test_states() -> None:
    found = entries(episode("out", days=-3), episode("soon"), episode("draft", days=None))
    assert {slug: entry.state for slug, entry in found.items()} == {
        "out": "released",
        "soon": "scheduled",
        "draft": "draft",
    }
    assert [*found] == ["out", "soon", "draft"], "by time, drafts last"
    assert entries(episode("late", days=-1), out=False)["late"].state == "due"


def test_a_moment_is_due_when_it_comes() -> None:
    assert entries(episode("now", days=0), out=False)["now"].state == "due"
    assert entries(episode("now", days=1e-9))["now"].state == "scheduled"


def test_without_the_store_what_is_past_is_taken_for_released() -> None:
    show = settle(
        Show("episodes", "A show", "About", "en", episodes=(episode("late", days=-1),)),
        None,
        url="https://x/",
    )
    (entry,) = listed(make_plan(show, None, NOW), store_known=False)
    assert entry.state == "released"
    assert within([entry], NOW, TWO_DAYS) == ()


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-28 22:59", "today 23:59"),
        ("2026-11-28 23:00", "tomorrow 00:00"),
        ("2026-11-29 05:00", "tomorrow 06:00"),
        ("2026-11-30 05:00", "on Monday 06:00"),
        ("2026-12-04 05:00", "on Friday 06:00"),
        ("2026-12-05 05:00", "on 2026-12-05 06:00"),
        ("2026-11-27 05:00", "yesterday 06:00"),
        ("2026-11-26 05:00", "on 2026-11-26 06:00"),
        ("2028-02-29 05:00", "on 2028-02-29 06:00"),
    ],
)
def test_days_are_those_of_the_shows_zone(moment: str, said: str) -> None:
    assert day_and_time(datetime.fromisoformat(moment).replace(tzinfo=UTC), NOW, OSLO) == said


def test_tomorrow_over_a_change_of_clocks() -> None:
    """23 and 25 hours long days: tomorrow is the next date, not the next 24 hours."""
    spring = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # 00:30 on the 29th, whose 02:30 does not exist
    assert day_and_time(datetime(2026, 3, 29, 22, 15, tzinfo=UTC), spring, OSLO) == "tomorrow 00:15"
    autumn = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 00:30 on the 25th, which has 25 hours
    assert day_and_time(datetime(2026, 10, 25, 22, 45, tzinfo=UTC), autumn, OSLO) == "today 23:45"
    assert day_and_time(datetime(2026, 10, 25, 23, 15, tzinfo=UTC), autumn, OSLO) == "tomorrow 00:15"


def test_an_episode_without_audio_says_so() -> None:
    entry = entries(whole("silent", audio=None))["silent"]
    assert entry.missing == ("audio",)
    assert not entry.is_ready
    assert entry.says(NOW) == "Silent goes out tomorrow 12:00, audio missing"


def test_audio_that_cannot_be_read_is_not_missing() -> None:
    assert entries(whole("odd", audio=None, unreadable=("audio",)))["odd"].missing == ()


def test_everything_is_asked_of_a_show_that_has_just_begun() -> None:
    entry = entries(episode("first", audio=None))["first"]
    assert entry.missing == ("audio", "artwork", "transcript")
    assert entry.gaps == "audio, artwork and transcript missing"
    assert entries(episode("trailer", type="trailer"))["trailer"].missing == ()


def test_later_only_what_its_episodes_usually_have() -> None:
    bare = [episode(f"out{number}", days=-number) for number in range(1, 5)]
    assert entries(*bare, episode("next"))["next"].missing == ()
    drawn = [episode(f"out{n}", days=-n, artwork=picture(f"out{n}")) for n in range(1, 5)]
    assert entries(*drawn, episode("next"))["next"].missing == ("artwork",)
    assert entries(*drawn, whole("next"))["next"].missing == ()
    # What the show did long ago does not count.
    old = [whole(f"old{number:02}", days=-100 - number) for number in range(20)]
    new = [episode(f"new{number:02}", days=-1 - number) for number in range(10)]
    assert entries(*old, *new, episode("next"))["next"].missing == ()


def test_each_warning_is_looked_at_a_few_times_however_many_episodes_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def is_error(problem: Problem) -> bool:
        asked.append(problem)
        return problem.severity == "error"

    monkeypatch.setattr(Problem, "is_error", property(is_error))
    slugs = [f"{number:04}-x" for number in range(300)]
    warnings = tuple(error(f"episodes/{slug}/episode.yaml", "warning") for slug in slugs)
    found = entries(*(episode(slug) for slug in slugs), problems=warnings)
    assert len(found) == len(slugs)
    assert len(asked) <= 3 * len(warnings)


def test_errors_elsewhere_hold_everything_back() -> None:
    problems = (
        error("episodes/soon/episode.yaml", "warning"),
        error("episodes/other/notes.md"),
        error("episodes/podcast.yaml"),
        error("episodes/sooner/episode.yaml"),
    )
    found = entries(whole("soon"), whole("sooner"), whole("other"), problems=problems)
    entry = found["soon"]
    assert entry.problems == (problems[0],)
    assert set(entry.blocking) == set(problems[1:])
    assert not entry.is_ready
    assert entry.gaps == "3 errors elsewhere in the show"
    assert found["sooner"].gaps == "1 error, 2 errors elsewhere in the show"
    # `soon` is no part of `sooner`.
    assert found["sooner"].problems == (problems[3],)


def test_members_hear_it_first() -> None:
    feeds = (PrivateFeed("members", "SECRET", early_seconds=86400.0), PrivateFeed("others", "SECRET"))
    found = entries(
        whole("early", days=3), whole("late", days=0.5), whole("ours", days=2, feeds=("others",)), feeds=feeds
    )
    assert found["early"].goes_out == NOW + 2 * DAY
    assert found["early"].published == NOW + 3 * DAY
    assert found["early"].says(NOW) == "Early goes out to members on Monday 12:00"
    assert found["late"].goes_out == NOW + 0.5 * DAY, "members have it already"
    assert found["ours"].for_members
    assert found["ours"].state == "scheduled"
    assert found["ours"].url == ""
    assert entries(whole("ours", days=-2, feeds=("others",)), feeds=feeds)["ours"].state == "released"


def test_within_takes_the_end_and_what_is_due() -> None:
    found = entries(whole("late", days=-9), whole("edge", days=2), whole("after", days=2.0001), out=False)
    assert [entry.slug for entry in within(found.values(), NOW, TWO_DAYS)] == ["late", "edge"]
    assert len(within(found.values(), NOW, timedelta(days=999_999))) == 3


class TestOfAFolder:
    @pytest.fixture
    def show(self, tmp_path: Path) -> Path:
        show = make_show(tmp_path / "episodes", episodes=4, timezone="Europe/Oslo")
        add_episode(show, "0005-next", title="Building together", published="2026-11-29 06:00", number=5)
        return show

    def test_the_sentence_of_the_reference(self, show: Path, tmp_path: Path) -> None:
        add_episode(show, "0006-silent", title="Silent", published="2026-11-30", number=6, sound=None)
        add_episode(show, "0007-later", title="Later", published="2026-12-24", number=7, sound=None)
        publish(show, to=str(tmp_path / "public"), now=NOW, verify=False)
        found = upcoming(show, within=TWO_DAYS, now=NOW, to=str(tmp_path / "public"))
        assert [entry.says(NOW) for entry in found] == [
            "Building together goes out tomorrow 06:00",
            "Silent goes out on Monday 00:00, audio missing",
        ]
        assert [entry.is_ready for entry in found] == [True, False]
        assert [problem.rule for problem in found[1].problems] == ["audio-missing"]
        assert found[0].guid != found[1].guid

    def test_one_that_is_due_is_among_them_until_it_is_released(self, show: Path, tmp_path: Path) -> None:
        to = str(tmp_path / "public")
        publish(show, to=to, now=NOW, verify=False)
        later = NOW + DAY
        (due,) = upcoming(show, within=timedelta(minutes=1), now=later, to=to)
        assert due.says(later) == "Building together was due today 06:00 and goes out with the next run"
        publish(show, to=to, now=later, verify=False)
        assert upcoming(show, within=TWO_DAYS, now=later, to=to) == ()

    def test_the_skipped_hour_is_an_error_of_the_episode(self, show: Path) -> None:
        edit_episode(show, "0005-next", published="2026-03-29 02:30")
        found = upcoming(show, within=TWO_DAYS, now=datetime(2026, 3, 28, 12, tzinfo=UTC))
        assert found
        assert all(not entry.is_ready for entry in found)
        assert any("clocks skip" in problem.message for problem in found[0].blocking)

    def test_the_hour_that_comes_twice_is_the_first(self, show: Path) -> None:
        edit_episode(show, "0005-next", published="2026-10-25 02:30")
        now = datetime(2026, 10, 25, 0, 29, tzinfo=UTC)
        (entry,) = [e for e in upcoming(show, within=timedelta(minutes=1), now=now) if e.state == "scheduled"]
        assert entry.goes_out == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_a_leap_day(self, show: Path) -> None:
        edit_episode(show, "0005-next", published="2028-02-29 06:00")
        now = datetime(2028, 2, 28, 12, tzinfo=UTC)
        found = [e for e in upcoming(show, within=TWO_DAYS, now=now) if e.state == "scheduled"]
        assert [entry.says(now).split(",")[0] for entry in found] == [
            "Building together goes out tomorrow 06:00"
        ]

    def test_a_moment_without_a_zone_is_the_shows(self, show: Path, tmp_path: Path) -> None:
        to = str(tmp_path / "public")
        publish(show, to=to, now=NOW, verify=False)
        length = timedelta(minutes=30)
        assert len(upcoming(show, within=length, now=datetime(2026, 11, 29, 5, 30), to=to)) == 1
        assert upcoming(show, within=length, now=datetime(2026, 11, 29, 5, 29), to=to) == ()

    def test_no_network(self, show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "nothing")
        found = upcoming(
            show, within=TWO_DAYS, now=NOW, to="s3://nowhere/show", endpoint="http://127.0.0.1:9"
        )
        assert [entry.slug for entry in found] == ["0005-next"]

    def test_a_show_that_cannot_be_read(self, show: Path) -> None:
        (show / "podcast.yaml").write_text("title: [")
        with pytest.raises(ShowError):
            upcoming(show, within=TWO_DAYS, now=NOW)

    def test_an_address_that_is_none(self, show: Path) -> None:
        with pytest.raises(UsageError):
            upcoming(show, within=TWO_DAYS, now=NOW, to="ftp://somewhere")

    def test_only_what_is_coming_is_listened_to(self, show: Path, tmp_path: Path) -> None:
        to = str(tmp_path / "public")
        publish(show, to=to, now=NOW, verify=False)
        for measured in show.glob(".publisher/sound/*"):
            measured.unlink()
        upcoming(show, within=TWO_DAYS, now=NOW, to=to, listen=True)
        assert len([*show.glob(".publisher/sound/*")]) == 1
