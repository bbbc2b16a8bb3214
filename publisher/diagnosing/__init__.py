"""Can this store do what a podcast needs? Asked by doing it, on objects that are gone afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.diagnosing.visit import Diagnosis

__all__ = ["doctor"]


def doctor(
    folder: Path | str = "episodes",
    *,
    to: str = "",
    endpoint: str = "",
    url: str = "",
    fix: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Diagnosis:
    """Asks a store whether it can do what a podcast needs, by doing it on objects that are gone afterwards.

    Args:
        folder: the show folder; not needed where `to` is given.
        to, endpoint, url: go before those of podcast.yaml. Without any address, that of what is published.
        fix: set the bucket's policy and CORS rules where listeners are kept out, and ask again.
        say: is told of each setting before it is made.

    Raises:
        ShowError: there is no show, and no store was named.
        UsageError: an address is none.
        StoreError: boto3's own configuration cannot be used.
    """
    # Imported here: every command imports the operations, and few ask this one.
    from publisher.diagnosing.visit import diagnose

    return diagnose(folder, to=to, endpoint=endpoint, url=url, fix=fix, say=say)
