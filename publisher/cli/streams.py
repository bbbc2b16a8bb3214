"""Where lines go: to stdout and stderr, or aside, for shows that run at the same time and must not mix."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import click

from publisher.errors import FileError

_aside: ContextVar[list[tuple[str, bool]] | None] = ContextVar("aside", default=None)


def echo(text: str, *, err: bool = False) -> None:
    """A line on stdout, or on stderr.

    Raises:
        FileError: stdout cannot be written, as on a full disk.
    """
    aside = _aside.get()
    if aside is not None:
        aside.append((text, err))
        return
    # A terminal that is set to a small character set must not end a release with an encoding error.
    stream = sys.stderr if err else sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    safe = text.encode(encoding, "replace").decode(encoding)
    try:
        click.echo(safe, err=err, color=False if os.environ.get("NO_COLOR") else None)
    except BrokenPipeError:
        raise
    except OSError as error:
        # Of what cannot be said on stderr nobody can be told.
        if not err:
            reason = error.strerror or type(error).__name__
            raise FileError(
                f"the output could not be written: {reason}",
                help="make room, or send it elsewhere, and run it again; what is published stands",
            ) from error


@contextmanager
def aside() -> Iterator[list[tuple[str, bool]]]:
    """Keeps the lines of this context instead, each with whether it is one for stderr."""
    lines: list[tuple[str, bool]] = []
    token = _aside.set(lines)
    try:
        yield lines
    finally:
        _aside.reset(token)


def echo_all(lines: Iterable[tuple[str, bool]]) -> None:
    """Lines that were kept."""
    for text, err in lines:
        echo(text, err=err)
