"""Fields that are made when they are first asked for."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from publisher.late import make_late


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    size: int = 1
    colour: str = "grey"


asked: list[tuple[str, str]] = []


def _made(thing: Thing, name: str) -> Any:
    asked.append((thing.name, name))
    if thing.name == "none":
        raise AttributeError(name)
    if name == "colour":
        object.__setattr__(thing, "colour", "green")
        return "green"
    return 7


make_late(Thing, ("size", "colour"), _made)


def begun(name: str) -> Thing:
    thing = object.__new__(Thing)
    object.__setattr__(thing, "name", name)
    return thing


@pytest.fixture(autouse=True)
def _none_asked() -> None:
    asked.clear()


def test_what_is_given_is_as_in_any_dataclass() -> None:
    thing = Thing("box", 2)
    assert (thing.size, thing.colour) == (2, "grey")
    assert replace(thing, size=3) == Thing("box", 3, "grey")
    assert {thing, Thing("box", 2)} == {thing}
    assert [field.default for field in fields(Thing)][1:] == [1, "grey"]
    assert copy.copy(thing) == pickle.loads(pickle.dumps(thing)) == thing
    with pytest.raises(AttributeError):
        thing.size = 4  # type: ignore[misc]
    assert asked == []


def test_what_is_not_set_is_asked_for_once_where_it_is_then_set() -> None:
    thing = begun("box")
    assert (thing.colour, thing.colour) == ("green", "green")
    assert asked == [("box", "colour")]
    assert (thing.size, thing.size) == (7, 7)
    assert asked[1:] == [("box", "size")] * 2


def test_what_was_asked_for_can_be_forgotten() -> None:
    thing = begun("box")
    assert thing.colour == "green"
    object.__delattr__(thing, "colour")
    assert thing.colour == "green"
    assert asked == [("box", "colour")] * 2


def test_an_object_that_is_to_have_none_has_none() -> None:
    thing = begun("none")
    assert not hasattr(thing, "size")
    with pytest.raises(AttributeError, match=r"^size$") as caught:
        _ = thing.size
    assert caught.value.__context__ is None


def test_a_subclass_makes_slots_of_its_parent_late_for_itself_alone() -> None:
    @dataclass(frozen=True, slots=True)
    class Plain:
        name: str = "plain"

    class Kept(Plain):
        __slots__ = ()

    make_late(Kept, ["name"], lambda kept, name: f"late {name}")
    assert object.__new__(Kept).name == "late name"
    assert Kept("given").name == "given"
    with pytest.raises(AttributeError):
        _ = object.__new__(Plain).name
