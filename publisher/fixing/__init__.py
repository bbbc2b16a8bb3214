"""`check --fix`: mends what is safe in the producer's own files, and takes back what did not help."""

from __future__ import annotations

import difflib
import os
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from publisher.fixing.edits import Fix, applied
from publisher.fixing.encodings import as_utf8, duplicate_mark_removed
from publisher.fixing.fixes import fixes_of
from publisher.problems import Problem, in_order

__all__ = ["Fixed", "FixedFile", "fix_show"]

_MARK: Final = b"\xef\xbb\xbf"
_RECODED: Final = ("encoding", "transcript-encoding")
# Behind these nothing of a file is read: what they hid may come to light.
_HIDING: Final = frozenset((*_RECODED, "yaml-syntax", "too-many", "character"))
# A mended file may show further problems that can be mended; five layers of them are not known.
_MOST_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class FixedFile:
    """What was mended in one file.

    Attributes:
        path: as problems name it.
        diff: unified, of the text before and after; empty where only the encoding changed.
    """

    path: str
    diff: str
    fixes: tuple[Fix, ...]

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {
                "path": self.path,
                "line": fix.line,
                "rule": fix.rule,
                "before": fix.before,
                "after": fix.after,
            }
            for fix in self.fixes
        ]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was mended, file by file, and what is left."""

    files: tuple[FixedFile, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """One file's next content."""

    path: str
    old: bytes
    new: bytes
    fixes: tuple[Fix, ...]


def fix_show(root: Path, check: Callable[[], tuple[Problem, ...]]) -> Fixed:
    """Mends what is safe in a show folder.

    Each file is written under another name and moved into place, so that it is whole at any moment. Then the
    show is checked again: a change that cured nothing, or brought an error, is taken back.

    Args:
        root: the show folder; problems' paths start with its name.
        check: gives the problems as the folder stands.
    """
    return _Fixer(root.resolve(), check, check()).run()


@dataclass(slots=True)
class _Fixer:
    root: Path
    check: Callable[[], tuple[Problem, ...]]
    problems: tuple[Problem, ...]
    originals: dict[str, bytes] = field(default_factory=dict)
    made: dict[str, list[Fix]] = field(default_factory=dict)
    refused: set[tuple[str, str, str]] = field(default_factory=set)
    unwritable: dict[str, Problem] = field(default_factory=dict)

    def run(self) -> Fixed:
        for _ in range(_MOST_ROUNDS):
            changes = self._changes()
            if not changes:
                break
            if not self._try(changes):
                self._one_by_one(changes)
        files = tuple(self._file(path, fixes) for path, fixes in sorted(self.made.items()))
        return Fixed(files, in_order([*self.problems, *self.unwritable.values()]))

    def _changes(self) -> list[_Change]:
        by_path: dict[str, list[Problem]] = {}
        for problem in self.problems:
            by_path.setdefault(problem.path, []).append(problem)
        changes = (self._change(path, problems) for path, problems in by_path.items())
        return [change for change in changes if change is not None]

    def _change(self, path: str, problems: list[Problem]) -> _Change | None:
        file = self._place(path)
        recoded = any(problem.rule in _RECODED for problem in problems)
        if file is None or path in self.unwritable or not (recoded or path.endswith(".yaml")):
            return None
        try:
            data = file.read_bytes()
        except OSError:
            return None
        change = _recoded(path, data, problems) if recoded else _edited(path, data, problems, self.refused)
        if change is None or any((path, fix.rule, fix.before) in self.refused for fix in change.fixes):
            return None
        if not _may_be_written(file):
            help = "make it writable, and run publisher check --fix again"
            message = "this could be mended, and the file may not be written"
            self.unwritable[path] = Problem("not-writable", "warning", message, help, path)
            return None
        return change

    def _place(self, path: str) -> Path | None:
        """The file itself, where a link leads to it; never one outside the show."""
        file = Path(os.path.realpath(self.root / path.partition("/")[2]))
        return file if file.is_relative_to(self.root) and file.is_file() else None

    def _try(self, changes: list[_Change]) -> bool:
        """Writes the changes and keeps them if they helped."""
        written: list[_Change] = []
        for change in changes:
            file = self._place(change.path)
            assert file is not None
            try:
                _write(file, change.new)
            except OSError as error:
                message = f"this could be mended, and the file cannot be written: {error.strerror or error}"
                help = "check the folder's permissions and the disk's space"
                self.unwritable[change.path] = Problem("not-writable", "warning", message, help, change.path)
            else:
                written.append(change)
        after = self.check()
        if not _is_better(self.problems, after, written):
            for change in written:
                file = self._place(change.path)
                assert file is not None
                _write(file, change.old)
            return False
        self.problems = after
        for change in written:
            self.originals.setdefault(change.path, change.old)
            self.made.setdefault(change.path, []).extend(change.fixes)
        return True

    def _one_by_one(self, changes: list[_Change]) -> None:
        """Of changes that did not help together: those that do by themselves."""
        for change in changes:
            if len(changes) > 1 and self._try([change]):
                continue
            if len(change.fixes) == 1:
                self._refuse(change)
                continue
            for fix in change.fixes:
                file = self._place(change.path)
                data = file.read_bytes() if file else b""
                mark, text = _text(data)
                again = [
                    other
                    for other in fixes_of(text, self.problems_of(change.path), _is_show(change.path))
                    if (other.rule, other.before) == (fix.rule, fix.before)
                ]
                if not again:
                    continue
                new = mark + applied(text, (again[0],))[0].encode("utf-8")
                single = _Change(change.path, data, new, (again[0],))
                if not self._try([single]):
                    self._refuse(single)

    def problems_of(self, path: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.path == path]

    def _refuse(self, change: _Change) -> None:
        self.refused.update((change.path, fix.rule, fix.before) for fix in change.fixes)

    def _file(self, path: str, fixes: list[Fix]) -> FixedFile:
        file = self._place(path)
        assert file is not None
        return FixedFile(path, _diff(path, self.originals[path], file.read_bytes()), tuple(fixes))


def _recoded(path: str, data: bytes, problems: list[Problem]) -> _Change | None:
    found = as_utf8(data)
    if found is None:
        return None
    new, name = found
    rule = next(problem.rule for problem in problems if problem.rule in _RECODED)
    return _Change(path, data, new.removeprefix(_MARK), (Fix(rule, 1, name, "UTF-8", ()),))


def _edited(
    path: str, data: bytes, problems: list[Problem], refused: set[tuple[str, str, str]]
) -> _Change | None:
    single = duplicate_mark_removed(data)
    if single != data:
        return _Change(path, data, single, (Fix("character", 1, "two byte order marks", "one", ()),))
    try:
        mark, text = _text(data)
    except UnicodeDecodeError:
        return None
    wanted = tuple(
        fix for fix in fixes_of(text, problems, _is_show(path)) if (path, fix.rule, fix.before) not in refused
    )
    if not wanted:
        return None
    new, made = applied(text, wanted)
    return _Change(path, data, mark + new.encode("utf-8"), made)


def _text(data: bytes) -> tuple[bytes, str]:
    """The byte order mark, if there is one, and the text."""
    body = data.removeprefix(_MARK)
    return data[: len(data) - len(body)], body.decode("utf-8")


def _is_show(path: str) -> bool:
    return path.endswith("/podcast.yaml")


def _is_better(before: tuple[Problem, ...], after: tuple[Problem, ...], changes: list[_Change]) -> bool:
    """Whether each fix cured its problem, and nothing new is wrong but what could not be seen before."""
    was, now = _counts(before), _counts(after)
    cured = Counter((change.path, fix.rule) for change in changes for fix in change.fixes)
    if any(now[key] > was[key] - number for key, number in cured.items() if key[1] not in _HIDING):
        return False
    if any(now[key] >= was[key] for key in cured if key[1] in _HIDING):
        return False
    hidden = {change.path for change in changes if any(fix.rule in _HIDING for fix in change.fixes)}
    hidden |= {problem.path for problem in before if problem.rule in _HIDING}
    errors_before = _counts(problem for problem in before if problem.is_error)
    errors_after = _counts(problem for problem in after if problem.is_error)
    new = {key for key, number in errors_after.items() if number > errors_before[key]}
    # A show that could not be read at all hides what is wrong between its episodes.
    if any(_is_show(path) for path in hidden):
        return True
    return all(path in hidden for path, _ in new)


def _counts(problems: Iterable[Problem]) -> Counter[tuple[str, str]]:
    return Counter((problem.path, problem.rule) for problem in problems)


def _may_be_written(file: Path) -> bool:
    # Who may do everything is still meant by a file that says "read only".
    return bool(file.stat().st_mode & stat.S_IWUSR) and os.access(file, os.W_OK)


def _write(file: Path, data: bytes) -> None:
    """The file with other bytes and the same permissions, whole at any moment.

    Raises:
        OSError: it stays as it was.
    """
    mode = stat.S_IMODE(file.stat().st_mode)
    # A name that starts with a dot is no file of the show.
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        temporary.chmod(mode)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _diff(path: str, old: bytes, new: bytes) -> str:
    try:
        before = old.decode("utf-8")
    except UnicodeDecodeError:
        recoded = as_utf8(old)
        before = recoded[0].decode("utf-8") if recoded else ""
    lines = difflib.unified_diff(
        _lines(before.removeprefix("\ufeff")),
        _lines(new.decode("utf-8").removeprefix("\ufeff")),
        path,
        path,
        lineterm="",
    )
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")
