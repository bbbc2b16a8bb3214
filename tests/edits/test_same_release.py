"""Whatever is edited and whenever it is published: what is remembered changes nothing but the time it takes.

Two copies of a show are edited in the same way and published at the same moments. One keeps its cache from
run to run, the other loses all of `.publisher` before each run. Both leave the same store, byte for byte, end
with the same status, and say the same.

`PUBLISHER_EDITS=200` sets the number of shows that are edited; `PUBLISHER_EDITS_SEED=7` begins with that one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

import publisher.operations
from publisher.cli import run
from publisher.reading.keys import EPISODE, SHOW
from publisher.store.folder import WORK_FOLDER
from tests.edits.editing import Edited, Writer, copied, edit, first_show, mend
from tests.edits.values import EPISODE_VALUES, SHOW_VALUES

SHOWS: Final = int(os.environ.get("PUBLISHER_EDITS", "4"))
FIRST_SEED: Final = int(os.environ.get("PUBLISHER_EDITS_SEED", "1"))
RUNS: Final = 12
"""So many times a show is published, with what was edited since."""
JUMPS: Final = tuple(timedelta(days=days) for days in (0, 1 / 1440, 1, 12, 25))
"""How much time passes."""

AS_IN_A_LARGE_SHOW: Final = {
    "manifest.writing.WHOLE_BYTES": 1,
    "release.feed_copy.WHOLE_BYTES": 1,
    "site.groups.PAGE_LENGTH": 2,
    **{f"{module}._LEAST": 2 for module in ("manifest.writing", "manifest.stored", "feed.runs")},
    **{f"{module}._MOST": 3 for module in ("manifest.writing", "manifest.stored", "feed.runs")},
    **{
        f"{module}._ODDS": 2
        for module in ("manifest.writing", "manifest.stored", "feed.runs", "searching.shards")
    },
    "searching.shards._SMALL": 2,
    "searching.shards._LEAST": 3,  # More than a small one has.
    "searching.shards._MOST": 4,
    "release.columns._ROWS": 2,
}
"""What a show of thousands is cut by, so that one of a few is: every other show is made with these."""

Read = Callable[[], tuple[str, str]]


def test_every_key_is_among_the_edits() -> None:
    assert {key.name for key in SHOW.keys} == SHOW_VALUES.keys()
    assert {key.name for key in EPISODE.keys} == EPISODE_VALUES.keys()


@dataclass
class Side:
    """One of the two copies."""

    place: Path
    read: Read
    writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.writer = Writer(self.place / "show")

    def run(self, *arguments: str) -> tuple[int, str, str, dict[str, Any] | None]:
        """Status, output and record of a command, without what tells one copy or moment from another."""
        self.read()
        here = Path.cwd()
        os.chdir(self.place)
        try:
            status = run(arguments)
        finally:
            os.chdir(here)
        out, err = (text.replace(str(self.place), "PLACE") for text in self.read())
        path = self.place / "show" / ".publisher" / "last-run.json"
        record = json.loads(path.read_text().replace(str(self.place), "PLACE")) if path.exists() else None
        if record:
            del record["when"], record["seconds"]
        return status, out, err, record

    def forget(self) -> None:
        shutil.rmtree(self.place / "show" / ".publisher", ignore_errors=True)

    def tree(self) -> dict[str, bytes]:
        public = self.place / "public"
        return {
            path.relative_to(public).as_posix(): path.read_bytes()
            for path in sorted(public.rglob("*"))
            if path.is_file() and WORK_FOLDER not in path.parts
        }


@dataclass
class Sequence:
    """A show through its edits.

    Attributes:
        whole: grows with every publish that reads the show.
    """

    seed: int
    place: Path
    read: Read
    counts: Counter[str]
    whole: list[str]
    history: list[str] = field(default_factory=list)

    def play(self) -> None:
        random = Random(self.seed)
        kept, fresh = (Side(self.place / name, self.read) for name in ("kept", "fresh"))
        edited = first_show(random)
        mend(edited)
        good = copied(edited)
        now = datetime(2024, 4, 1, 12, tzinfo=UTC)
        for _ in range(RUNS):
            for side in (kept, fresh):
                side.writer.write(edited)
            fresh.forget()
            options = self._options(random, now)
            status = self._both(kept, fresh, options)
            if options[0] == "publish" and random.random() < 0.6:
                # What there is nothing to do of is noted, and is what time goes by on.
                fresh.forget()
                status = self._both(kept, fresh, options)
            if status in (0, 6):
                good = copied(edited)
            elif random.random() < 0.8:
                self.history.append("taken back")
                edited = copied(good)
            if random.random() < 0.4:
                now = self._next(edited, now)
                continue
            now += random.choice(JUMPS)
            for _ in range(random.choice((0, 1, 1, 2, 3))):
                self.history.append(edit(random, edited))
            if random.random() < 0.9:
                mend(edited)

    def _next(self, edited: Edited, now: datetime) -> datetime:
        """When the next thing falls due, or a minute before, with nothing edited until then."""
        minute = timedelta(minutes=1)
        coming = [moment - early for moment in edited.due() for early in (minute, timedelta(0))]
        return min((moment for moment in coming if moment > now), default=now + minute)

    def _options(self, random: Random, now: datetime) -> tuple[str, ...]:
        usual = ["publish", "show", "--to", "public", "--no-tell", "--no-verify", "--now", now.isoformat()]
        usual += ["--allow-removal"] if random.random() < 0.8 else []
        usual += ["--allow-guid-change"] if random.random() < 0.7 else []
        more: list[tuple[str, ...]] = [
            (),
            (),
            (),
            (),
            ("--json",),
            ("--quiet",),
            ("--id3-version", "3"),
            ("-v",),
        ]
        if random.random() < 0.07:
            return ("rollback", "show", "previous", "--to", "public", "--no-tell")
        return (*usual, *random.choice(more))

    def _both(self, kept: Side, fresh: Side, options: tuple[str, ...]) -> int:
        self.history.append(" ".join(options))
        self.whole.clear()
        one = kept.run(*options)
        self.counts["idle"] += options[0] == "publish" and not self.whole
        other = fresh.run(*options)
        if options[0] != "publish":
            # Only a publish is recorded, and the other copy has lost its record.
            one, other = (*one[:3], None), (*other[:3], None)
        assert one == other, self.story()
        ours, theirs = kept.tree(), fresh.tree()
        assert ours.keys() == theirs.keys(), self.story()
        assert [key for key in ours if ours[key] != theirs[key]] == [], self.story()
        self.counts[f"{options[0]}, status {one[0]}"] += 1
        if one[0] == 1:
            errors = re.findall(r"error\S*\[[a-z-]+\]", one[2])
            self.history += errors[:4]
        self.counts["released"] += bool(one[3] and one[3]["released"])
        return one[0]

    def story(self) -> str:
        return f"seed {self.seed}:\n" + "\n".join(self.history)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SHOWS))
def test_a_kept_cache_gives_what_no_cache_gives(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMBERS_SECRET", "planted-and-long-enough-to-be-one")
    monkeypatch.setenv("FRIENDS_SECRET", "another-secret-that-is-long-enough")
    for module in ("publisher.idle.recalling", "publisher.state.looking"):
        monkeypatch.setattr(f"{module}.time", _Ahead())
    if seed % 2 == 0:
        for name, value in AS_IN_A_LARGE_SHOW.items():
            monkeypatch.setattr(f"publisher.{name}", value)

    whole, real = list[str](), publisher.operations.publish

    def publish(folder: Any, **options: Any) -> Any:
        whole.append(str(folder))
        return real(folder, **options)

    monkeypatch.setattr(publisher.operations, "publish", publish)

    def read() -> tuple[str, str]:
        found = capsys.readouterr()
        return found.out, found.err

    sequence = Sequence(seed, tmp_path, read, Counter(), whole)
    sequence.play()
    with capsys.disabled():
        print(f"\nseed {seed}: {dict(sorted(sequence.counts.items()))}", flush=True)
    assert sequence.counts["released"] >= RUNS // 4, sequence.story()
    # By chance a show may be edited before every run; those that are always tried are not.
    assert sequence.counts["idle"] or seed > 4, sequence.story()


class _Ahead:
    """A clock for which what was just written has settled, so that an idle run is one."""

    def time(self) -> float:
        return time.time() + 60

    def monotonic(self) -> float:
        return time.monotonic()
