"""A preview that follows its show: what is changed in the folder is built and shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

from watchfiles import Change, DefaultFilter, watch

from publisher.errors import Defect, PublisherError, ShowError
from publisher.previewing.live import Live, Served
from publisher.previewing.standing import Stand

_log = logging.getLogger(__name__)

_STILL_MILLISECONDS: Final = 200
"""That long nothing may change before the show is read: editors write several times."""
_LONGEST_MILLISECONDS: Final = 3000
_END_SECONDS: Final = 5.0


class ShowFilter(DefaultFilter):
    """Changes of a show's own files: not of what publisher and editors keep beside them.

    Args:
        root: the show's folder.
        ignored: folders below it that are written by publishing.
    """

    def __init__(self, root: Path, ignored: tuple[Path, ...]) -> None:
        self._root = root
        super().__init__(ignore_paths=ignored)

    def __call__(self, change: Change, path: str) -> bool:
        try:
            parts = Path(path).relative_to(self._root).parts
        except ValueError:
            return False
        return not any(part.startswith(".") for part in parts) and super().__call__(change, path)


@contextmanager
def following(
    folder: Path,
    stand: Stand,
    build: Callable[[], AbstractContextManager[Stand]],
    *,
    shown: Callable[[Stand], None],
    failed: Callable[[PublisherError], None],
) -> Iterator[Live]:
    """Builds the show again in a thread whenever its folder changes, until the block ends.

    Args:
        folder: the show's.
        stand: what is served until then; whoever made it keeps it.
        build: the stand of the show as it is by then; what it made is gone once another one is served.
        shown, failed: told what became of a change, in that thread.
    """
    live = Live(served(stand))
    stop = threading.Event()

    def follow() -> None:
        current = ExitStack()
        changes = watch(
            root,
            watch_filter=ShowFilter(root, tuple(layer.resolve() for layer in stand.layers)),
            debounce=_LONGEST_MILLISECONDS,
            step=_STILL_MILLISECONDS,
            stop_event=stop,
            raise_interrupt=False,
        )
        with current:
            for changed in changes:
                _log.info("changed: %s", ", ".join(sorted({path for _, path in changed})))
                with ExitStack() as new:
                    try:
                        built = new.enter_context(build())
                    except Exception as error:
                        failure = error if isinstance(error, PublisherError) else Defect(error)
                        live.tell(_words(failure))
                        failed(failure)
                        continue
                    live.replace(served(built))
                    shown(built)
                    # What was open goes on being read; nothing new is looked up in it.
                    current.close()
                    current.push(new.pop_all())

    root = folder.resolve()
    thread = threading.Thread(target=follow, name="following", daemon=True)
    thread.start()
    try:
        yield live
    finally:
        live.close()
        stop.set()
        # A build that takes longer ends with the process, as it may anywhere.
        thread.join(_END_SECONDS)


def served(stand: Stand) -> Served:
    return Served(stand.layers, stand.url, stand.redirect)


def _words(error: PublisherError) -> tuple[str, ...]:
    if isinstance(error, ShowError):
        return tuple(str(problem) for problem in error.problems if problem.is_error)
    return (str(error),)
