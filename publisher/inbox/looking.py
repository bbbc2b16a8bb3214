"""One look at an inbox: what is complete is brought, shaped, judged, and moved into the show or refused."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from publisher.audio.titles import tagged_title
from publisher.errors import StoreError
from publisher.folder_names import EPISODE_YAML, SHOW_YAML
from publisher.identity import ascii_slug
from publisher.inbox.drops import Drop, drops_of, is_audio
from publisher.inbox.judging import judged, read_show, show_stamp
from publisher.inbox.memory import Memory, Seen
from publisher.inbox.moving import move, settle
from publisher.inbox.names import clean, is_ours
from publisher.inbox.outcome import Outcome, Refused, Taken, Waiting
from publisher.inbox.place import Changed, Inbox
from publisher.inbox.shaping import Piece, Shape, first_bytes, shaped, slug_of, stage, straightened, write
from publisher.inbox.telling import problems_text
from publisher.inbox.unpacking import NoRoom, unpack
from publisher.model import Episode, Show
from publisher.problems import Problem
from publisher.reading.characters import printable

_WORK: Final = "work-"
_REFUSED: Final = "refused"
_DIGITS: Final = 4
_MOST_LINKS: Final = 20

_COPYING: Final = "it is still being copied"
_NO_ROOM: Final = "there is not enough room on the disk"


@dataclass(slots=True)
class Look:
    """One look.

    Attributes:
        root: the show folder, resolved.
        state: a folder for notes and work, on the show's disk; nobody else looks meanwhile.
        now: aware, UTC.
    """

    root: Path
    place: Inbox
    state: Path
    now: datetime
    still_seconds: float
    _show: Show | None = None
    _stamp: str = ""
    _memory: Memory = field(init=False)

    def outcomes(self) -> tuple[Outcome, ...]:
        self._memory = Memory.read(self.state, self.place.name)
        held: dict[str, str] = {}
        found: list[Outcome] = []
        for planned, reason in settle(self.place, self.root, self.state):
            if reason:
                held[planned.name] = (
                    f"it is in the show as {planned.slug}, and cannot be removed here: {reason}"
                )
            elif not planned.is_reported:
                note = "a run that was interrupted had moved it"
                found.append(Taken(planned.name, planned.slug, planned.title, planned.is_draft, (), (note,)))
        self._remove_work()
        items = self.place.look()
        drops = drops_of(items)
        try:
            for drop in drops:
                if drop.name in held:
                    found.append(self._wait(drop, self._seen(drop), held[drop.name]))
                else:
                    found.append(self._outcome(drop))
        finally:
            self._forget({drop.name for drop in drops})
        wanted = {drop.told for drop in drops}
        for item in items:
            # What it was about is gone, and so must the text be.
            if "/" not in item.path and is_ours(item.name) and item.path not in wanted:
                self.place.untell(item.path)
        return tuple(sorted(found, key=lambda outcome: outcome.name))

    def _forget(self, names: set[str]) -> None:
        self._memory.drops = {name: seen for name, seen in self._memory.drops.items() if name in names}
        self._memory.write()

    def _remove_work(self) -> None:
        """Of runs that were killed: nobody else works here now."""
        for path in self.state.glob(f"{_WORK}*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.state.glob("*.partial"):
            path.unlink(missing_ok=True)

    def _seen(self, drop: Drop) -> Seen:
        """What is remembered of the drop; since now, where it changed, or where the clock was set back."""
        seen = self._memory.drops.get(drop.name)
        if seen is None or seen.fingerprint != drop.fingerprint:
            return Seen(drop.fingerprint, self.now, seen.said if seen and seen.said != _REFUSED else "")
        return replace(seen, since=self.now) if seen.since > self.now else seen

    def _outcome(self, drop: Drop) -> Outcome:
        seen = self._seen(drop)
        reason, again = self._incomplete(drop, seen)
        if reason:
            return self._wait(drop, seen, reason, again)
        known = seen.said == _REFUSED and seen.against == self._shows_stamp()
        if known and (drop.is_told or not seen.told):
            return Refused(drop.name, seen.problems, seen.told, is_news=False)
        reason = self.place.obstacle(drop)
        if reason:
            return self._wait(drop, seen, reason)
        work = Path(tempfile.mkdtemp(prefix=_WORK, dir=self.state))
        try:
            return self._taken_or_refused(drop, seen, work)
        except Changed:
            return self._wait(drop, Seen(drop.fingerprint, self.now), _COPYING, self._later(self.now))
        except NoRoom:
            return self._wait(drop, seen, _NO_ROOM)
        except StoreError as error:
            return self._wait(drop, seen, error.message)
        except OSError as error:
            no_room = error.errno in (errno.ENOSPC, errno.EDQUOT)
            why = _NO_ROOM if no_room else f"{error.strerror or error}: {printable(_name_of(error))}"
            return self._wait(drop, seen, why)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _incomplete(self, drop: Drop, seen: Seen) -> tuple[str, datetime | None]:
        """Why the drop is not complete, and when it may be; nothing where it is."""
        if drop.unfinished:
            return f"a copy is under way: {printable(drop.unfinished[0])}", None
        if all(item.kind == "folder" for item in drop.items):
            return "there is nothing in it yet", None
        changed = drop.changed
        still = timedelta(seconds=self.still_seconds)
        if changed is not None and changed + still <= self.now:
            return "", None
        if seen.since + still <= self.now:
            return "", None
        return _COPYING, self._later(seen.since)

    def _later(self, since: datetime) -> datetime:
        return since + timedelta(seconds=self.still_seconds)

    def _wait(self, drop: Drop, seen: Seen, reason: str, again: datetime | None = None) -> Waiting:
        self._memory.drops[drop.name] = replace(seen, said=reason, problems=(), against="", told="")
        return Waiting(drop.name, reason, again, is_news=seen.said != reason)

    def _shows_stamp(self) -> str:
        self._stamp = self._stamp or show_stamp(self.root)
        return self._stamp

    def _shows(self) -> Show:
        if self._show is None:
            self._show = read_show(self.root)
        return self._show

    def _taken_or_refused(self, drop: Drop, seen: Seen, work: Path) -> Outcome:
        show = self._shows()
        pieces, problems, kept = self._pieces(drop, work)
        if problems:
            return self._refuse(drop, seen, problems)
        shape, problems = shaped(
            _bare_name(drop),
            pieces,
            loose=drop.kind == "loose",
            read=first_bytes,
            tagged=tagged_title,
            numbers=frozenset(episode.number for episode in show.episodes if episode.number),
        )
        if shape is None or drop.strays:
            return self._refuse(drop, seen, (*problems, *_strays(drop)))
        slug = self._free(slug_of(shape, digits=self._digits()))
        stand = work / "show"
        stand.mkdir()
        write(stand / SHOW_YAML, (self.root / SHOW_YAML).read_bytes())
        changed, notes = stage(shape, stand / slug)
        episode, problems = judged(show, stand, slug, self.now)
        if _is_yaml_wrong(problems):
            better = self._with_straight_quotes(show, stand, slug, problems)
            if better is not None:
                episode, problems = better
                changed |= {EPISODE_YAML}
                notes += ("curly quotation marks in episode.yaml are straight now",)
        if episode is None or any(problem.is_error for problem in problems):
            return self._refuse(drop, seen, _as_dropped(problems, shape))
        kept |= {piece.origin for piece in shape.pieces if piece.path in changed and piece.origin}
        kept |= {piece.origin for piece in shape.left if piece.origin}
        where = move(
            self.place,
            drop,
            stand / slug,
            self.root,
            self.state,
            title=episode.title,
            is_draft=episode.published is None,
            kept=kept,
        )
        self._show = replace(show, episodes=(*show.episodes, episode))
        self._stamp = ""
        self._memory.drops.pop(drop.name, None)
        return Taken(drop.name, slug, episode.title, episode.published is None, problems, notes, where)

    def _pieces(self, drop: Drop, work: Path) -> tuple[list[Piece], tuple[Problem, ...], frozenset[str]]:
        """The files of a drop, what is wrong with them at once, and which originals are kept."""
        fetched = work / "fetched"
        fetched.mkdir()
        odd = [item for item in drop.items if item.kind in ("link", "special")]
        if odd:
            return [], tuple(_odd(drop.name, item.path, item.kind) for item in odd[:_MOST_LINKS]), frozenset()
        files = self.place.fetch(drop, fetched)
        if drop.kind == "archive":
            item = drop.items[0]
            unpacked = work / "unpacked"
            unpacked.mkdir()
            found, findings = unpack(files[item.path], unpacked)
            pieces = [Piece(path, path, source) for path, source in found.items()]
            return pieces, tuple(finding.at(item.name) for finding in findings), frozenset((item.path,))
        start = len(drop.name) + 1 if drop.kind == "folder" else 0
        pieces = [Piece(path[start:], path[start:], source, path) for path, source in files.items()]
        return pieces, (), frozenset()

    def _with_straight_quotes(
        self, show: Show, stand: Path, slug: str, problems: tuple[Problem, ...]
    ) -> tuple[Episode | None, tuple[Problem, ...]] | None:
        """The verdict on the episode with straight quotation marks; None where they are no help."""
        path = stand / slug / EPISODE_YAML
        try:
            data = path.read_bytes()
            text = data.decode("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            return None
        better = straightened(text)
        if better == text:
            return None
        # Not written into: the file may be the producer's own, under a second name.
        path.unlink()
        write(path, better.encode("utf-8"))
        episode, found = judged(show, stand, slug, self.now)
        if sum(problem.is_error for problem in found) < sum(problem.is_error for problem in problems):
            return episode, found
        path.unlink()
        write(path, data)
        return None

    def _refuse(self, drop: Drop, seen: Seen, problems: tuple[Problem, ...]) -> Refused:
        told = drop.told if self.place.tell(drop.told, problems_text(printable(drop.name), problems)) else ""
        seen = replace(seen, said=_REFUSED, problems=problems, against=self._shows_stamp(), told=told)
        before = self._memory.drops.get(drop.name)
        self._memory.drops[drop.name] = seen
        is_news = before is None or before.problems != problems
        return Refused(drop.name, problems, told, is_news)

    def _free(self, slug: str) -> str:
        """The slug, or one after it that no folder of the show has, whatever its capitals."""
        taken = {ascii_slug(path.name) for path in self.root.iterdir()}
        taken |= {ascii_slug(episode.slug) for episode in self._shows().episodes}
        found, number = slug, 2
        while found in taken:
            found, number = f"{slug}-{number}", number + 1
        return found

    def _digits(self) -> int:
        """As many as the folders of the show begin with."""
        digits = [
            len(match[0])
            for episode in self._shows().episodes
            if (match := re.match(r"\d+(?=-)", episode.slug))
        ]
        return max(digits, default=_DIGITS)


def _bare_name(drop: Drop) -> str:
    name = clean(drop.name)
    if drop.kind == "archive" or (drop.kind == "loose" and is_audio(name)):
        return clean(name.rpartition(".")[0]) or name
    return name


def _odd(drop: str, path: str, kind: str) -> Problem:
    shown = path.removeprefix(f"{drop}/")
    what = "is a link" if kind == "link" else "is no file that can be read"
    return Problem("inbox-shape", "error", f"this {what}", "put the file itself there", printable(shown))


def _strays(drop: Drop) -> tuple[Problem, ...]:
    names = ", ".join(map(printable, drop.strays))
    message = f"{names} lies beside it, and it cannot be told to which audio that belongs"
    help = "put the audio and its episode.yaml into a folder of their own"
    return (Problem("inbox-shape", "error", message, help),) if drop.strays else ()


def _is_yaml_wrong(problems: tuple[Problem, ...]) -> bool:
    return any(problem.is_error and problem.path == EPISODE_YAML for problem in problems)


def _as_dropped(problems: tuple[Problem, ...], shape: Shape) -> tuple[Problem, ...]:
    """The problems under the names that the producer knows."""
    shown = {piece.path: piece.shown for piece in shape.pieces}
    return tuple(replace(problem, path=shown.get(problem.path, problem.path)) for problem in problems)


def _name_of(error: OSError) -> str:
    return Path(os.fsdecode(error.filename)).name if error.filename else ""
