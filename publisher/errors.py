"""Every error publisher raises on purpose.

One root, so that a caller can catch all of them; one exit status each, so that the command line
needs no table of its own. A message says what was found, what was wanted and how to mend it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from publisher.planning import Plan
    from publisher.problems import Problem


class PublisherError(Exception):
    """The root. `help` is the way to mend it, where there is one."""

    exit_status: ClassVar[int] = 1
    told: tuple[str, ...] = ()
    """Who was told of it."""

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"{self.message}\n  help: {self.help}" if self.help else self.message


class ShowError(PublisherError):
    """The show has errors; nothing was written."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        errors = sum(problem.is_error for problem in problems)
        super().__init__(f"the show has {errors} error{'s' if errors != 1 else ''}; nothing was written")


class UsageError(PublisherError):
    """The command was called with something it cannot take."""

    exit_status = 2


class StoreError(PublisherError):
    """The store, or the way to it, failed. What was published before still stands."""

    exit_status = 3


class StoreUnavailable(StoreError):
    """The store did not answer, or asked for patience: the same call may succeed later."""


class AccessDenied(StoreError):
    """The credentials are missing, wrong, or not allowed to do this."""


class NoSuchBucket(StoreError):
    """The bucket (or the folder's parent) does not exist."""


class StoreFull(StoreError):
    """There is no space left, or the store is read-only."""


class ObjectMissing(StoreError):
    """An object that was asked for by its key is not there."""

    def __init__(self, key: str, *, help: str = "") -> None:
        self.key = key
        super().__init__(f"the store has no object {key!r}", help=help)


class Conflict(PublisherError):
    """A conditional write was lost: somebody else changed the object in between."""

    exit_status = 4

    def __init__(self, key: str, *, message: str = "", help: str = "") -> None:
        self.key = key
        super().__init__(message or f"{key!r} was changed by somebody else in the meantime", help=help)


class NeedsDecision(PublisherError):
    """The plan would remove or re-identify something published: a person must say so."""

    exit_status = 5

    def __init__(self, message: str, *, plan: Plan, help: str = "") -> None:
        self.plan = plan
        super().__init__(message, help=help)


class ClusterError(PublisherError):
    """A cluster, or a machine of it, failed at what it was given. What was published before still stands."""

    exit_status = 3


class FileError(PublisherError):
    """A file that was asked for, of a status or a calendar, could not be written; or the output could not."""

    exit_status = 3


class SoundError(PublisherError):
    """A file's sound cannot be read, or cannot be made into what is wanted. No target was written."""


class SearchError(PublisherError):
    """The index for the site's search cannot be made."""


class Defect(PublisherError):
    """Something went wrong in publisher itself, or on the machine, that nobody foresaw.

    It tells the kind and the place of its cause and none of its words: libraries put addresses, passwords and
    keys into theirs. What was published before still stands.
    """

    exit_status = 3

    def __init__(self, cause: BaseException) -> None:
        where = ""
        frame = cause.__traceback__
        while frame is not None:
            name = str(frame.tb_frame.f_globals.get("__name__", ""))
            if name.partition(".")[0] == "publisher":
                where = f" in {name}, line {frame.tb_lineno}"
            frame = frame.tb_next
        super().__init__(
            f"publisher failed where it should not: {type(cause).__qualname__}{where}",
            help="run it again; if it stays, report this line, and what -vv prints below it",
        )
        self.__cause__ = cause
