"""Reading much that stays."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Final

_MANY: Final = 1_000_000


@contextlib.contextmanager
def much_that_stays() -> Iterator[None]:
    """Of what is made in the block nothing is looked at for cycles, unless it is very much: of a large show
    it is a million small values, which stay for as long as the run takes and hold each other in no circle."""
    before = gc.get_threshold()
    gc.set_threshold(max(_MANY, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.freeze()
