"""What has to be the same on every machine, so that a folder gives the same bytes wherever it is built."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

from publisher import __version__
from publisher.build.sounds import RECIPE
from publisher.identity import fingerprint
from publisher.parts import RECIPES

_LIBRARIES: Final = ("av", "dask", "distributed", "lameenc", "mutagen", "numpy")
"""Those that make the bytes of audio, and those that carry the work to it."""


@functools.cache
def environment() -> Mapping[str, str]:
    """Versions by name, of this machine."""
    return {
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "publisher": __version__,
        "recipes": fingerprint([dict(RECIPES), RECIPE]),
        **{name: version(name) for name in _LIBRARIES},
    }


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """What differs between two machines, for people; empty where nothing does."""
    names = [name for name in here if there.get(name) != here[name]]
    return ", ".join(f"{name} {there.get(name) or 'missing'} instead of {here[name]}" for name in names)
