"""What goes into a store, checked on its way: a producer's file may change while it is being copied."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from typing import BinaryIO

from publisher.errors import StoreError
from publisher.store.base import Body


def blocks(key: str, body: Body, block_bytes: int, *, summed: bool = True) -> Generator[bytes, None, None]:
    """The body's bytes in blocks of exactly `block_bytes`, the last one shorter.

    The last block is only given out once everything before it and it have been found to be what `body`
    promises, so that whoever completes a write with it never completes a wrong one.

    Args:
        summed: False where whoever receives them compares their digest: then only their number is.

    Raises:
        StoreError: the bytes are not those that `body` names, or cannot be read.
    """
    digest = hashlib.sha256()
    summed = summed and body.pieces is None

    def is_other() -> bool:
        return summed and digest.hexdigest() != body.digest

    remaining = body.length_bytes
    try:
        with body.open() as source:
            while remaining:
                block = _read_exactly(source, min(block_bytes, remaining))
                remaining -= len(block)
                if summed:
                    digest.update(block)
                ended_early = len(block) < block_bytes and remaining > 0
                if ended_early or (remaining == 0 and (source.read(1) or is_other())):
                    raise _changed(key)
                yield block
            if body.length_bytes == 0 and (source.read(1) or is_other()):
                raise _changed(key)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            f"the source of {key!r} could not be read while it was being copied: {reason}"
        ) from error


def whole(key: str, body: Body) -> bytes:
    """All of the body in memory, checked like `blocks`.

    Raises:
        StoreError: the bytes are not those that `body` names, or cannot be read.
    """
    return b"".join(blocks(key, body, 1 << 20))


def _read_exactly(source: BinaryIO, length_bytes: int) -> bytes:
    block = source.read(length_bytes)
    while len(block) < length_bytes:
        more = source.read(length_bytes - len(block))
        if not more:
            break
        block += more
    return block


def _changed(key: str) -> StoreError:
    return StoreError(
        f"the source of {key!r} changed while it was being copied; nothing was written",
        help="wait until the file is complete (an export or a sync may still be running), then run again",
    )
