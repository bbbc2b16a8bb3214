"""Of episodes that stay as they are nothing is worked out again, nor taken out of the manifest."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

import publisher.feed.keys
import publisher.manifest.model
import publisher.planning.making
import publisher.reading.kept
import publisher.release.facets
import publisher.release.finding
import publisher.release.site
from publisher import publish
from publisher.cache import Table
from publisher.release import Outcome, prepare
from publisher.release.standing import mark
from tests.counts.conftest import EPISODES, URL, Place, add_one
from tests.idle.stand import Clock

NOW: Final = datetime(2040, 1, 1, tzinfo=UTC)

WORK: Final = {
    "planned": (publisher.planning.making._Making, "planned"),
    "facets": (publisher.release.facets, "_made"),
    "key": (publisher.feed.keys.ItemKeys, "of"),
    "taken apart": (publisher.manifest.model, "late_of"),
    "read on": (publisher.reading.kept.KeptEpisode, "_set"),
}


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """How often each kind of work is done for an episode."""
    counts: Counter[str] = Counter()

    def counting(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any, **named: Any) -> Any:
            counts[name] += 1
            return original(*arguments, **named)

        return count

    with pytest.MonkeyPatch.context() as patch:
        for name, (owner, attribute) in WORK.items():
            patch.setattr(owner, attribute, counting(name, getattr(owner, attribute)))
        yield counts


def released(place: Place) -> tuple[Outcome, Counter[str]]:
    """A release of what was changed a while ago: of what may still change unseen nothing is kept."""
    with counted() as counts, pytest.MonkeyPatch.context() as patch:
        patch.setattr("publisher.state.looking.time", Clock())
        outcome = publish(place.show, to=str(place.public), url=URL, now=NOW, verify=False, tell=False)
    return outcome, counts


def rename(show: Path, slug: str, title: str) -> None:
    path = show / slug / "episode.yaml"
    path.write_text(path.read_text("utf-8").replace("title: ", f"title: {title} ", 1), "utf-8")


def feed(place: Place) -> bytes:
    return (place.public / "feed.xml").read_bytes()


def test_one_more_is_the_only_one_that_is_worked_on(place: Place) -> None:
    add_one(place.show)
    first, _ = released(place)
    assert first.released
    assert len(first.plan.of("unchanged")) == EPISODES
    # Of the release that this place was copied with, nothing was known to be as it was. Now it is.
    rename(place.show, "0030-episode", "Another")
    outcome, counts = released(place)
    assert [planned.slug for planned in outcome.plan.changing] == ["0030-episode"]
    assert counts["facets"] == counts["key"] == 1
    # That what was new is as it went out, a plan has to find out once.
    assert counts["planned"] == 2
    assert b"Another" in feed(place)


def test_of_one_more_only_its_own_groups_and_shards_are_worked_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is what would be worked out otherwise is for `tests/edits` to show."""
    for name, value in {"_LEAST": 4, "_MOST": 8, "_ODDS": 2, "_SMALL": 2}.items():
        monkeypatch.setattr(f"publisher.searching.shards.{name}", value)
    add_one(place.show)
    released(place)
    rename(place.show, "0030-episode", "Another")
    released(place)
    worked_out = Counter[str]()
    for owner, name in ((publisher.release.finding, "_page"), (publisher.release.site.Site, "_shown")):
        original = getattr(owner, name)

        def counting(*arguments: Any, name: str = name, original: Callable[..., Any] = original) -> Any:
            worked_out[name] += 1
            return original(*arguments)

        monkeypatch.setattr(owner, name, counting)
    for number in (2, 3):
        add_one(place.show, number)
        worked_out.clear()
        outcome, _ = released(place)
        assert len(outcome.plan.changing) == 1
        assert 0 < worked_out["_page"] <= 9
        assert 0 < worked_out["_shown"] <= 4
    # Where more than that changes, all is.
    rename(place.show, "0040-episode", "Something")
    worked_out.clear()
    released(place)
    assert worked_out["_page"] == EPISODES + 3
    assert worked_out["_shown"] > 7


def test_a_plan_takes_nothing_apart_of_what_stays(place: Place) -> None:
    add_one(place.show)
    released(place)
    released(place)
    rename(place.show, "0030-episode", "Another")
    with counted() as counts:
        prepared = prepare(place.show, to=str(place.public), url=URL, now=NOW)
    assert [planned.slug for planned in prepared.plan.changing] == ["0030-episode"]
    assert counts == {"planned": 1, "taken apart": 1}


def test_nothing_known_or_nonsense_is_no_matter(place: Place) -> None:
    add_one(place.show)
    released(place)
    state = place.show / ".publisher"
    scope, key = mark(str(place.public)), "columns 0"
    with Table(state, "standing") as table:
        noted = table.all()[scope, key].decode()
        about = json.loads(table.all()[scope, ""])
    columns = noted.split("\0")
    assert {len(column.split("\n")) for column in columns} == {EPISODES + 1}
    nothing = "\n" * EPISODES
    slugs = columns[0].split("\n")
    lists = columns[4]
    values = [
        [""],
        columns[:4],
        columns[:-1],
        [*columns[:-1], columns[-1][:-5]],
        [*columns, columns[0]],
        ["", *columns[1:]],
        [""] * len(columns),
        [columns[0], *(column.partition("\n")[2] for column in columns[1:])],
        ["\n".join((slugs[1], *slugs[1:])), *columns[1:]],
        [*columns[:3], nothing, *columns[4:]],
        [*columns[:4], nothing, *columns[5:]],
        [*columns[:4], lists.replace("[[", "[[[", 1), *columns[5:]],
        [*columns[:4], lists.replace("[", "[1, ", 1), *columns[5:]],
        [*columns[:4], lists.replace("[[", "{[", 1), *columns[5:]],
    ]
    nonsense = [b"", b"\xff", *("\0".join(value).encode() for value in values)]
    told: list[tuple[str, bytes]] = [
        *((json.dumps(about | {"sums": [zlib.crc32(data)]}), data) for data in nonsense),
        (json.dumps(about), nonsense[-1]),  # another release's
        (json.dumps(about | {"sums": []}), noted.encode()),
        (json.dumps(about | {"sums": [*about["sums"], 0]}), noted.encode()),
        *((other, noted.encode()) for other in ("", "[]", "{}", "[1, 2")),
    ]
    for number, (first, data) in enumerate(told):
        with Table(state, "standing") as table:
            table.put(scope, "", first.encode())
            table.put(scope, key, data)
        title = f"Number{number}"
        rename(place.show, "0020-episode", title)
        outcome, _ = released(place)
        assert outcome.released
        assert [planned.slug for planned in outcome.plan.changing] == ["0020-episode"]
        assert title.encode() in feed(place)
        with Table(state, "standing") as table:
            assert len(table.all()[scope, key].split(b"\0")[1].split(b"\n")) == EPISODES + 1


def test_what_somebody_else_released_is_known_where_it_is_the_same(place: Place, tmp_path: Path) -> None:
    add_one(place.show)
    released(place)
    other = Place(tmp_path / "other")
    other.root.mkdir()
    other.show.mkdir()
    for path in place.show.rglob("*"):
        target = other.show / path.relative_to(place.show)
        if ".publisher" in path.parts:
            continue
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.write_bytes(path.read_bytes())
    rename(other.show, "0010-episode", "Elsewhere")
    outcome = publish(other.show, to=str(place.public), url=URL, now=NOW, verify=False, tell=False)
    assert [planned.slug for planned in outcome.plan.changing] == ["0010-episode"]

    rename(place.show, "0010-episode", "Elsewhere")
    rename(place.show, "0040-episode", "Here")
    outcome, counts = released(place)
    assert [planned.slug for planned in outcome.plan.changing] == ["0040-episode"]
    # But for that one, the pages of those beside it, and of those to which it is alike, have changed there.
    assert max(counts["facets"], counts["key"], counts["planned"]) < EPISODES // 2
    assert b"Elsewhere" in feed(place)
    assert b"Here" in feed(place)


def test_a_show_that_changed_is_worked_out_anew(place: Place) -> None:
    add_one(place.show)
    released(place)
    path = place.show / "podcast.yaml"
    path.write_text(path.read_text("utf-8") + "copyright: Somebody\n", "utf-8")
    outcome, counts = released(place)
    assert outcome.released
    assert counts["planned"] == counts["facets"] == counts["key"] == EPISODES + 1
