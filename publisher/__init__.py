"""publisher: a podcast host made of a folder and a bucket.

The operations of the command line are functions here; the commands only call them. They are imported when
they are first used, so that `import publisher` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "check",
    "doctor",
    "history",
    "load_show",
    "new",
    "plan",
    "preview",
    "prune",
    "publish",
    "rollback",
    "take_in",
    "upcoming",
    "verify",
]

if TYPE_CHECKING:
    from publisher.operations import (
        check,
        doctor,
        history,
        load_show,
        new,
        plan,
        preview,
        prune,
        publish,
        rollback,
        take_in,
        upcoming,
        verify,
    )


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("publisher.operations"), name)
    raise AttributeError(f"module 'publisher' has no attribute {name!r}")
