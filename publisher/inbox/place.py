"""The port to where an inbox lies. A folder and a bucket stand behind it.

Nothing here decides: an inbox is looked through, a drop's files are brought to this machine, and what the
show has is removed, unless it changed in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from publisher.inbox.drops import Drop, Item

MOST_ITEMS: Final = 20_000
"""An inbox with more files is none: somebody pointed at a whole disk."""

KEPT_DAYS: Final = 30
"""So long originals lie in `.taken`; what they held is in the show."""


class Inbox(Protocol):
    """See the module's text. Every failure is a PublisherError or an OSError."""

    @property
    def name(self) -> str:
        """What to call it before a person."""

    def look(self) -> tuple[Item, ...]:
        """Everything in it, folders only where they hold nothing; links are not followed.

        Raises:
            StoreError: it is not there, or cannot be read.
        """

    def obstacle(self, drop: Drop) -> str:
        """Why the drop cannot be taken just now, in words for a person; empty where nothing is in the way."""

    def fetch(self, drop: Drop, work: Path) -> dict[str, Path]:
        """Each file of the drop on this machine, by its path in the inbox; copied into `work` only where it
        is not on this machine already.

        Raises:
            Changed: a file is not what the drop says.
        """

    def is_same(self, item: Item) -> bool:
        """Whether the file is still what it was when it was looked at."""

    def keep(self, items: Iterable[Item]) -> str:
        """Moves originals that did not change to where they are kept, and says where that is."""

    def remove(self, items: Iterable[Item], *, folder: str = "") -> None:
        """Removes files that did not change, and then a folder that holds nothing more."""

    def tell(self, path: str, text: str) -> bool:
        """Writes a text of publisher's, and says whether it could. What somebody else wrote stays."""

    def untell(self, path: str) -> None:
        """Removes a text of publisher's."""


class Changed(Exception):
    """A file of a drop changed while it was taken in: it is not complete."""


MARK: Final = "PROBLEMS. publisher wrote this file, and removes it when there are none."
"""First line of every text that publisher writes into an inbox, by which it knows its own."""
