"""How often cycles are looked for is as it was, whichever of several blocks ends first."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from publisher.garbage import end_is_near, leave, rarely_collected


@pytest.fixture(autouse=True)
def threshold() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield gc.get_threshold()
    gc.set_threshold(*before)


def test_blocks_that_end_in_any_order(threshold: tuple[int, int, int]) -> None:
    first, second = ExitStack(), ExitStack()
    first.enter_context(rarely_collected())
    second.enter_context(rarely_collected())
    assert gc.get_threshold()[0] > 100_000
    first.close()
    assert gc.get_threshold()[0] > 100_000
    second.close()
    assert gc.get_threshold() == threshold


def test_a_block_that_fails(threshold: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="it"), rarely_collected():
        raise ValueError("it")
    assert gc.get_threshold() == threshold


def test_what_is_no_more_needed_goes_all_the_same() -> None:
    class Circle:
        def __init__(self) -> None:
            self.own = self

    with rarely_collected():
        circle = weakref.ref(Circle())
    gc.collect()
    assert circle() is None


def test_nothing_is_left_in_a_process_that_goes_on() -> None:
    class Large:
        pass

    # As a program does that uses the library, or the tests: it has not said that it is one command.
    end_is_near()
    large = Large()
    there = weakref.ref(large)
    leave(large)
    del large
    assert there() is None
