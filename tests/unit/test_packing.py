"""Numbers as text: what was packed comes out, on a machine of either byte order, and nothing else does."""

from __future__ import annotations

import random
import sys

import pytest

from publisher.packing import packed, unpacked

MOST = 2**31 - 1


@pytest.mark.parametrize(
    "numbers", [[], [0], [-1, 1], [MOST, -MOST - 1], random.Random(8).choices(range(-MOST, MOST), k=1000)]
)
def test_numbers_come_out_as_they_went_in(numbers: list[int]) -> None:
    assert unpacked(packed(numbers)) == numbers


def test_it_is_the_same_text_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packed([1, 258]) == "AQAAAAIBAAA="
    # A machine that takes its numbers for big-endian turns them round, both ways.
    monkeypatch.setattr(sys, "byteorder", "big" if sys.byteorder == "little" else "little")
    assert packed([1, 258]) == "AAAAAQAAAQI="
    assert unpacked("AAAAAQAAAQI=") == [1, 258]


@pytest.mark.parametrize("number", [MOST + 1, -MOST - 2])
def test_what_has_no_room_is_refused(number: int) -> None:
    with pytest.raises(OverflowError):
        packed([number])


@pytest.mark.parametrize("text", ["AQAA", "AQAAAA", "A*AAAA==", "æ"])
def test_what_was_not_packed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"byte|padd|base64|ASCII"):
        unpacked(text)
