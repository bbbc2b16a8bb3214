"""The port to where audio is worked on: on this machine, unless something else stands behind it.

What is handed over is small and can be pickled: names, digests, recipes and tags, never audio. What comes
back is small as well. What is done with a source elsewhere is done with the bytes of its digest, or fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from publisher.audio.tags import Tags
from publisher.build.sounds import Order, Sound
from publisher.delivery import Delivery
from publisher.manifest import StoredObject
from publisher.model import Audio
from publisher.reading.ahead import Probing
from publisher.store.base import Store


@dataclass(frozen=True, slots=True)
class Finishing:
    """What is to be done with an episode's audio before it goes out.

    Attributes:
        audio: the producer's file, as it was probed.
        form: what is made of it; None where its sound goes out as it was given.
        measured: `publisher.sound.Measurement` of it as JSON has it, where something is made of it.
        stem: the object's name, before its digest.
    """

    audio: Audio
    form: Delivery | None
    measured: Mapping[str, Any]
    tags: Tags
    stem: str
    id3_version: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Tagged audio in the store, and what a feed says of it.

    Attributes:
        made: `publisher.sound.Made` as JSON has it; empty for sound that went out as it was given.
    """

    object: StoredObject
    duration_seconds: float
    bitrate: int
    sample_rate: int
    channels: int
    made: Mapping[str, Any] = field(default_factory=dict)


class Executor(Protocol):
    """Works on audio of one show. Calls of `finish` may come from as many threads as `width` says."""

    @property
    def width(self) -> int:
        """How many episodes can be worked on at once, roughly."""

    def listen(self, orders: Mapping[str, Order], watch: Callable[[float, float], None]) -> dict[str, Sound]:
        """Measures audio, and says in which forms it is to go out; by slug.

        Raises:
            PublisherError: a source cannot be read, or is another one, or what works there failed.
        """

    def finish(self, finishing: Finishing) -> Finished:
        """Encodes what has to be, tags and stores it; what is in the store then is what was made.

        Raises:
            PublisherError: as `listen`, or the store failed.
        """

    def stop(self) -> None:
        """Leaves all that is unfinished, wherever it runs; whoever waits for it gets an error."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an executor of one show has to know.

    Attributes:
        root: the show folder, resolved.
        sound_folder: where notes about sound are kept.
        store: where the show is published.
        has: whether an object is in the store, whole, so that it need not be made again.
        accept: looks whether an object that another machine says to have stored is there with its digest, and
            counts it as stored if it is. Its second argument: whether it was sent, or was there already.
        resend: whether what is in the store is not to be trusted.
    """

    root: Path
    sound_folder: Path
    store: Store
    has: Callable[[StoredObject], bool]
    accept: Callable[[StoredObject, bool], bool]
    resend: bool = False


class Elsewhere(Protocol):
    """Other machines that can work on audio."""

    def probing(self, root: Path) -> Probing:
        """What probes new audio of a show folder there."""

    def executor(self, place: Place) -> Executor | None:
        """What works on the audio of one release; None where it can only be done here."""
