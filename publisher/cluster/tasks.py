"""What a worker is asked to do, and what it answers. Runs on the cluster's machines.

A task never fails by raising: what went wrong is part of its answer, in publisher's own words, so that no
library's message, which may hold an address or a key, travels from machine to machine.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from publisher.build.executor import Finished, Finishing
from publisher.build.finishing import finish
from publisher.cluster import sources
from publisher.cluster.environment import differences, environment
from publisher.cluster.sources import Source, Sources
from publisher.errors import ClusterError, Defect, PublisherError, SoundError
from publisher.manifest import StoredObject
from publisher.model import Audio
from publisher.problems import Finding
from publisher.reading.probes import audio_facts
from publisher.release.uploads import Quiet, Uploads

SAME_HELP: Final = "install the same versions on every machine, or start all of it from the same image"


@dataclass(frozen=True, slots=True)
class Site:
    """What every task of a release has to know.

    Attributes:
        wanted: `environment()` of the machine that publishes.
        store, endpoint: where to put what is made, as `publisher.store.open_store` takes it.
        resend: whether what is in the store is not to be trusted.
    """

    wanted: Mapping[str, str]
    sources: Sources
    store: str = ""
    endpoint: str = ""
    resend: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a task was not done."""

    message: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task.

    Attributes:
        worker: who did it, for people.
        value: as the task says; None where there is trouble.
    """

    worker: str
    value: Any = None
    trouble: Trouble | None = None


class Task(Protocol):
    """Something to be done. It can be pickled, and is small."""

    def do(self, site: Site, here: Here) -> Any:
        """Does it. Raises PublisherError, OSError."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Digest and facts of a file of audio that nobody has read yet.

    Its value is (facts, findings, sample of the file): what the first two are, `audio_facts` says.
    """

    name: str
    length_bytes: int

    def do(self, site: Site, here: Here) -> tuple[dict[str, Any] | None, tuple[Finding, ...], str]:
        with sources.found(
            site.sources, self.name, self.length_bytes, work=here.work, going_on=here.go_on
        ) as source:
            facts, findings = audio_facts(source.path, self.name)
            return facts, findings, sources.sample(source.path)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a file sounds like: `publisher.sound.Measurement` as JSON has it."""

    audio: Audio

    def do(self, site: Site, here: Here) -> dict[str, Any]:
        from publisher.sound.measuring import measure

        with here.source(site, self.audio) as source, _sound_of(source, self.audio):
            found = measure(source.path, progress=lambda step: here.go_on()).to_json()
            sources.check(source, self.audio.source.digest)
            return found


@dataclass(frozen=True, slots=True)
class Finish:
    """An episode's audio made, tagged and stored. Its value is (Finished, whether it was sent)."""

    finishing: Finishing

    def do(self, site: Site, here: Here) -> tuple[Finished, bool]:
        uploads = _Here(site, here)
        audio = self.finishing.audio
        with here.source(site, audio) as source, _sound_of(source, audio):
            done = finish(
                self.finishing,
                source.path,
                here.work,
                keep=uploads.keep,
                check=lambda: sources.check(source, audio.source.digest),
                progress=lambda seconds: here.go_on(),
            )
        return done, uploads.count > 0


@contextmanager
def _sound_of(source: Source, audio: Audio) -> Iterator[None]:
    """Says of which file it is that it cannot be decoded; if it is another one than was meant, says that."""
    try:
        yield
    except SoundError as error:
        sources.check(source, audio.source.digest)
        raise ClusterError(f"{audio.source.path}: {error.message}", help=error.help) from error


class _Here(Uploads):
    """Puts artifacts into the store from this machine."""

    def __init__(self, site: Site, here: Here) -> None:
        store = sources.store_at(site.store, site.endpoint)
        super().__init__(store, _Watched(here))
        self._resend = site.resend

    def _found(self, item: StoredObject) -> bool:
        return not self._resend and super()._found(item)


class _Watched(Quiet):
    """Ends what is being stored once nobody wants it any more."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def advance(self, length_bytes: int) -> None:
        self._here.go_on()


class Abandoned(BaseException):
    """Nobody waits for this any more."""


@dataclass(frozen=True, slots=True)
class Here:
    """The worker that does a task.

    Attributes:
        name: for people.
        work: a folder for as long as the task lasts.
        go_on: raises Abandoned once nobody waits for the task any more.
    """

    name: str
    work: Path
    go_on: Callable[[], None] = field(compare=False)

    def source(self, site: Site, audio: Audio) -> AbstractContextManager[Source]:
        """The producer's file, as `publisher.cluster.sources.found` gives it."""
        source = audio.source
        return sources.found(
            site.sources,
            source.path,
            source.length_bytes,
            digest=source.digest,
            work=self.work,
            going_on=self.go_on,
        )


def do(task: Task, site: Site) -> Answer:
    """Does a task on this worker, and answers whatever happens."""
    from distributed import get_worker

    worker = get_worker()
    name = _name(worker)
    differ = differences(environment(), site.wanted)
    if differ:
        return Answer(name, trouble=Trouble(f"it is not as the machine that publishes: {differ}", SAME_HELP))
    try:
        with tempfile.TemporaryDirectory(prefix="publisher-", dir=_scratch(worker)) as work:
            return Answer(name, task.do(site, Here(name, Path(work), _going_on(worker))))
    except Abandoned:
        return Answer(name, trouble=Trouble("it was left"))
    except PublisherError as error:
        return Answer(name, trouble=Trouble(error.message, error.help))
    except OSError as error:
        place, reason = error.filename or "a file", error.strerror or type(error).__name__
        return Answer(name, trouble=Trouble(f"{place} cannot be used: {reason}"))
    except Exception as error:
        defect = Defect(error)
        return Answer(name, trouble=Trouble(defect.message, defect.help))


def describe(dask_worker: Any) -> Mapping[str, str]:
    """What a worker is: its environment, and its name. Dask hands the worker in by that name."""
    return {**environment(), "name": _name(dask_worker)}


def _name(worker: Any) -> str:
    """For people: its address and its machine."""
    return f"{worker.address} ({socket.gethostname()})"


def _scratch(worker: Any) -> str | None:
    """The worker's own folder for temporary files, which Dask cleans up after a worker that was killed."""
    folder: str = worker.local_directory
    return folder if folder and os.access(folder, os.W_OK) else None


def _going_on(worker: Any) -> Callable[[], None]:
    """What looks whether the scheduler still wants the task that this thread is at. It is not wanted once the
    run that asked for it is cancelled, or gone."""
    key = worker.get_current_task()

    def go_on() -> None:
        state = worker.state.tasks.get(key)
        if state is None or state.state == "cancelled":
            raise Abandoned

    return go_on
