"""The work of one show, given out to a cluster; what comes back is looked at before it counts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from publisher.build.executor import Finished, Finishing, Place
from publisher.build.sounds import (
    SOURCE_CHARACTERS,
    Order,
    Sound,
    forms_to_make,
    keep_measurement,
    known_measurement,
)
from publisher.cluster.connecting import Cluster
from publisher.cluster.sources import sample
from publisher.cluster.tasks import Answer, Finish, Measure, Probe
from publisher.delivery import ENDINGS
from publisher.errors import ClusterError
from publisher.identity import addressed, sha256
from publisher.manifest import StoredObject
from publisher.reading.ahead import Probing, Submit, Unread
from publisher.reading.probes import Facts
from publisher.whole_files import write_whole

_LOOK_SECONDS: Final = 1.0
_THREADS_AT_MOST: Final = 512
_STORED: Final = ".stored.json"


@dataclass(frozen=True, slots=True)
class ClusterProbing(Probing):
    """Probes new audio on the cluster."""

    cluster: Cluster = field(kw_only=True)
    root: Path = field(kw_only=True)
    patience_seconds: float = 0.25
    worth_seconds: float = 1.0

    def places(self) -> int:
        """Connects, if there was no work for the cluster before."""
        return max(2, self.cluster.width())

    @contextmanager
    def begin(self, count: int) -> Iterator[Submit]:
        """As `Probing`."""
        site = self.cluster.site(self.root)
        given: list[Future[Answer]] = []

        def submit(file: Unread) -> _Probed:
            given.append(self.cluster.submit(Probe(file.name, file.length_bytes), site))
            return _Probed(self.cluster, file, given[-1])

        try:
            yield submit
        finally:
            for future in given:
                future.cancel()


@dataclass(frozen=True, slots=True)
class _Probed:
    """A file that is probed on the cluster."""

    cluster: Cluster
    file: Unread
    future: Future[Answer]

    def result(self) -> Facts:
        """Waits for it, and sees to it that the worker has seen the file that is here.

        Raises:
            ClusterError: it was another one, or could not be probed there.
            OSError: the file cannot be read here.
        """
        facts, findings, seen = self.cluster.answer(self.future, self.file.name)
        if seen != sample(self.file.path):
            raise ClusterError(
                f"{self.file.name}: a worker sees another file of that name and size than {self.file.path}",
                help="see that every machine sees the same show folder, and that no export or sync runs",
            )
        return facts, findings


class ClusterExecutor:
    """Works on the audio of one release; `publisher.build.executor.Executor`."""

    def __init__(self, cluster: Cluster, place: Place, store: str, endpoint: str) -> None:
        self._cluster = cluster
        self._place = place
        self._site = cluster.site(place.root, store, endpoint, resend=place.resend)
        self._unfinished: set[Future[Answer]] = set()
        self._stopped = False
        self._lock = threading.Lock()
        self._watch: Callable[[float, float], None] = lambda done, total: None
        self._done_seconds = self._total_seconds = 0.0

    @property
    def width(self) -> int:
        """One thread waits for each task; a few more keep the workers from waiting for one."""
        return min(_THREADS_AT_MOST, 2 * self._cluster.width() + 2)

    def listen(self, orders: Mapping[str, Order], watch: Callable[[float, float], None]) -> dict[str, Sound]:
        """See `publisher.build.executor.Executor`."""
        self._watch = watch
        folder = self._place.sound_folder
        measured = {slug: known_measurement(folder, order.audio) for slug, order in orders.items()}
        waiting = {
            self._submit(Measure(orders[slug].audio)): slug for slug, known in measured.items() if not known
        }
        self._total_seconds += sum(orders[slug].audio.duration_seconds for slug in waiting.values())
        try:
            while waiting:
                finished, _ = wait(waiting, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
                if not finished:
                    self._cluster.check_alive()
                # In the order in which they were given out, so that the same trouble is told as the first.
                for future in [given for given in waiting if given in finished]:
                    slug = waiting.pop(future)
                    audio = orders[slug].audio
                    found = self._cluster.answer(future, audio.source.path)
                    keep_measurement(folder, audio, found)
                    measured[slug] = found
                    self._advance(audio.duration_seconds)
        except BaseException:
            self.stop()
            raise
        return {slug: self._sound(order, measured[slug] or {}) for slug, order in orders.items()}

    def _sound(self, order: Order, measured: Mapping[str, Any]) -> Sound:
        main, further = forms_to_make(order, measured)
        forms = len(further) + (main is not None)
        self._total_seconds += order.audio.duration_seconds * forms
        return Sound(measured, to_make=main, further_to_make=further)

    def finish(self, finishing: Finishing) -> Finished:
        """See `publisher.build.executor.Executor`."""
        note = self._note_path(finishing)
        known = self._known(note)
        if known is not None:
            return known
        future = self._submit(Finish(finishing))
        source = finishing.audio.source.path
        done: Finished
        done, sent = self._cluster.answer(future, source)
        self._confirm(finishing, done.object, sent)
        with suppress(OSError):
            # A run after an interrupted one finds it; a disk that is full costs no more than that.
            note.parent.mkdir(parents=True, exist_ok=True)
            write_whole(note, json.dumps(asdict(done)).encode())
        if finishing.form is not None:
            self._advance(finishing.audio.duration_seconds)
        return done

    def stop(self) -> None:
        """See `publisher.build.executor.Executor`."""
        with self._lock:
            self._stopped = True
            unfinished = list(self._unfinished)
        for future in unfinished:
            future.cancel()

    def _submit(self, task: Finish | Measure) -> Future[Answer]:
        with self._lock:
            if self._stopped:
                raise ClusterError("the run has ended; what it had begun on the cluster was left")
            future = self._cluster.submit(task, self._site)
            self._unfinished.add(future)
        future.add_done_callback(self._forget)
        return future

    def _forget(self, future: Future[Answer]) -> None:
        with self._lock:
            self._unfinished.discard(future)

    def _confirm(self, finishing: Finishing, item: StoredObject, sent: bool) -> None:
        """A worker's word is not enough: the object's name has to be the one of its digest, and the store,
        asked from here, has to have it."""
        type_ = finishing.form.type if finishing.form else finishing.audio.type
        wanted = addressed("media", finishing.stem, item.digest, ENDINGS[type_])
        if item.key != wanted or not self._place.accept(item, sent):
            raise ClusterError(
                f"a worker says that it has stored {item.key}, and {self._place.store.name} has not got it",
                help="a store that is a folder has to be the same folder on every machine; a bucket's server "
                "has to be the same (AWS_ENDPOINT_URL_S3, --endpoint)",
            )

    def _known(self, note: Path) -> Finished | None:
        """What an interrupted run has had stored, where that is in the store still."""
        try:
            found = json.loads(note.read_bytes())
            done = Finished(**{**found, "object": StoredObject(**found["object"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return done if self._place.has(done.object) and not self._place.resend else None

    def _note_path(self, finishing: Finishing) -> Path:
        asked = sha256(repr((finishing, self._site)).encode())[:16]
        source = finishing.audio.source.digest[:SOURCE_CHARACTERS]
        return self._place.sound_folder / f"{source}-{asked}{_STORED}"

    def _advance(self, seconds: float) -> None:
        with self._lock:
            self._done_seconds += seconds
            self._watch(self._done_seconds, max(self._total_seconds, self._done_seconds))
