"""Fields of a dataclass with slots that are made when they are first asked for. Pure.

A class with a `__getattr__` goes a longer way for every field, set or not: to read one takes four times as
long there as where only the late fields know that they are late, and ten thousand episodes are read often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def make_late(type_: type, names: Iterable[str], make: Callable[[Any, str], Any]) -> None:
    """Makes slots of a type, or of the types it comes from, late.

    Args:
        make: gives the value of a field that is not set, by the object and the field's name; it may set it,
            so that it is not asked again. Where two threads ask at once, it is called in both. Raises
            AttributeError for an object that is to have none.
    """
    for name in names:
        setattr(type_, name, _Late(getattr(type_, name), make))


class _Late:
    """Stands before a slot of the class."""

    __slots__ = ("_delete", "_get", "_make", "_name", "_set")

    def __init__(self, slot: Any, make: Callable[[Any, str], Any]) -> None:
        self._name: str = slot.__name__
        self._get, self._set, self._delete = slot.__get__, slot.__set__, slot.__delete__
        self._make = make

    def __get__(self, instance: object, _: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            return self._get(instance)
        except AttributeError:
            pass
        # Out of the handler: what is raised here has nothing to do with the empty slot.
        return self._make(instance, self._name)

    def __set__(self, instance: object, value: object) -> None:
        self._set(instance, value)

    def __delete__(self, instance: object) -> None:
        self._delete(instance)
