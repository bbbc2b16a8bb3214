"""A show, the place where it is published, and those who are told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from publisher.operations import publish
from publisher.release import Outcome
from publisher.telling import asking
from tests.support.shows import add_episode, make_show
from tests.telling.servers import MailServer, Service, hosting, mailing, running

S = TypeVar("S", bound=Service)
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Place:
    """Where a show is published, and what is to be told.

    Attributes:
        show: the folder; its first episode went out an hour ago.
        public: the store, which is served at `url`.
    """

    show: Path
    public: Path
    url: str
    stack: ExitStack

    def run(self, service: S) -> S:
        self.stack.enter_context(running(service))
        return service

    def mail(self, server: MailServer) -> MailServer:
        self.stack.enter_context(mailing(server))
        return server

    def publish(self, **options: Any) -> Outcome:
        return publish(
            options.pop("show", self.show), to=str(self.public), url=self.url, **({"verify": False} | options)
        )

    def feed(self) -> bytes:
        return (self.public / "feed.xml").read_bytes()

    def add(self, slug: str, *, age: timedelta = timedelta(hours=1), **keys: Any) -> Path:
        """An episode that went out so long ago."""
        number = len(list(self.show.glob("*/episode.yaml"))) + 1
        keys = dict[str, Any](published=(NOW - age).isoformat(), number=number) | keys
        return add_episode(self.show, slug, **keys)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        url = stack.enter_context(hosting(tmp_path / "public"))
        found = Place(make_show(tmp_path / "show", episodes=0), tmp_path / "public", url, stack)
        found.add("0001-first")
        yield found


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between tries, and no secret of this machine is in play."""
    monkeypatch.setattr(asking, "_PAUSE_SECONDS", 0.01)
    for name in list(os.environ):
        if name.startswith("PUBLISHER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys that were read or written in a folder store."""
    from publisher.store.folder import FolderStore

    asked: list[str] = []

    def watched(name: str) -> None:
        real = getattr(FolderStore, name)

        def call(self: FolderStore, key: str, *args: Any, **options: Any) -> Any:
            asked.append(key)
            return real(self, key, *args, **options)

        monkeypatch.setattr(FolderStore, name, call)

    for name in ("read", "head", "put", "replace"):
        watched(name)
    return asked
