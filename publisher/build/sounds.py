"""Sound made ready before its episodes are built: measured, and encoded where it has to be.

One process for each core, since decoding holds Python's lock. What is finished stands in a folder of the
show's own state under a name that says what it was made of, so that a run after an interrupted one goes on
from there. Nothing else is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from publisher.delivery import Delivery, encoded
from publisher.errors import PublisherError, StoreError
from publisher.identity import fingerprint
from publisher.model import Audio
from publisher.processes import processes, shared_numbers
from publisher.sharing import cores, room_for_processes
from publisher.sound.facts import Format, Measurement, Step, Wanted
from publisher.sound.fitting import fits
from publisher.sound.partial import written_whole

RECIPE: Final = 1
"""Counted up when the same source and the same wish come out differently."""

_LOOK_SECONDS: Final = 0.2

# Of so much sound less time is lost by doing it here than processes take to begin.
_SHORT_SECONDS: Final = 300.0

Watch = Callable[[float, float], None]
"""Told now and then how many seconds of sound are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A file that was made.

    Attributes:
        made: `publisher.sound.Made` as JSON has it.
    """

    delivery: Delivery
    path: Path
    made: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sound:
    """What there is of an episode's sound before it is tagged.

    Attributes:
        measured: `publisher.sound.Measurement` as JSON has it.
        main: what goes out as the enclosure; None where the producer's own file does.
        further: the forms beside it.
        to_make, further_to_make: the same, where they are made only when they are tagged, because another
            machine does both (`publisher.build.executor`).
    """

    measured: Mapping[str, Any]
    main: Encoding | None = None
    further: tuple[Encoding, ...] = ()
    to_make: Delivery | None = None
    further_to_make: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of an episode's sound.

    Attributes:
        main: the enclosure's form; None where the producer's file goes out, or one that is published.
        further: the forms beside it.
    """

    audio: Audio
    main: Delivery | None = None
    further: tuple[Delivery, ...] = ()


@dataclass(slots=True)
class _Job:
    """One episode's way through the processes."""

    path: Path
    audio: Audio
    wanted: Delivery | None
    beside: tuple[Delivery, ...]
    measured: Mapping[str, Any] = field(default_factory=dict)
    encodings: dict[Delivery, Encoding] = field(default_factory=dict)


def prepare(
    orders: Mapping[str, Order],
    *,
    root: Path,
    folder: Path,
    watch: Watch | None = None,
    workers: int | None = None,
) -> dict[str, Sound]:
    """Makes the sound of episodes ready.

    Args:
        orders: by slug.
        root: the show folder.
        folder: where finished work is kept; it is made.
        workers: processes; by default one for each core this process may use.

    Raises:
        StoreError: a source changed while it was read, or cannot be decoded.
        OSError: a source cannot be read, or the disk is full.
        KeyboardInterrupt: at once; what is unfinished is gone.
    """
    jobs = {
        slug: _Job(root / order.audio.source.path, order.audio, order.main, order.further)
        for slug, order in orders.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    _run(jobs.values(), folder, watch or (lambda done, total: None), workers or cores())
    return {slug: _sound(job) for slug, job in jobs.items()}


SOURCE_CHARACTERS: Final = 24
"""So many of the source's digest begin the name of whatever was made of it."""

MEASURED: Final = ".measured.json"
"""How the names of notes about sound end: they may stay when what was encoded is removed."""

_MADE: Final = ".made.json"


def _sound(job: _Job) -> Sound:
    main = job.encodings.get(encoded(job.wanted, job.audio)) if job.wanted else None
    beside = tuple(job.encodings[wanted] for wanted in job.beside if wanted in job.encodings)
    return Sound(job.measured, main, beside)


def _run(jobs: Iterable[_Job], folder: Path, watch: Watch, workers: int) -> None:
    """Measures, and encodes what has been measured, until nothing is left."""
    waiting: list[tuple[_Job, Delivery | None]] = []
    total = done = 0.0
    for job in jobs:
        known = _read_measured(folder, job)
        if known is None:
            waiting.append((job, None))
            total += job.audio.duration_seconds
        else:
            job.measured = known
            new = _encodings(folder, job)
            waiting += [(job, wanted) for wanted in new]
            total += job.audio.duration_seconds * len(new)
    if not waiting:
        return
    if total <= _SHORT_SECONDS:
        _run_here(waiting, folder, watch, total)
        return
    most = min(workers, max(len(waiting), 1 + max(len(job.beside) for job, _ in waiting)))
    seconds = shared_numbers(most)
    with room_for_processes(most) as count, processes(count, _begin, (seconds,)) as pool:
        running: dict[Future[None], tuple[_Job, Delivery | None, int]] = {}
        free = list(range(count))
        while waiting or running:
            while waiting and free:
                job, wanted = waiting.pop(0)
                place = free.pop()
                seconds[place] = 0.0
                future = pool.submit(_work, place, job.path, job.audio, wanted, job.measured, folder)
                running[future] = job, wanted, place
            finished, _ = wait(running, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                job, wanted, place = running.pop(future)
                free.append(place)
                done += job.audio.duration_seconds
                _result(future, job)
                if wanted is None:
                    new = _measured(folder, job)
                    waiting[:0] = [(job, item) for item in new]
                    total += job.audio.duration_seconds * len(new)
                else:
                    job.encodings[wanted] = _encoding(folder, job, wanted)
            watch(done + sum(seconds[place] for _, _, place in running.values()), total)


def _run_here(waiting: list[tuple[_Job, Delivery | None]], folder: Path, watch: Watch, total: float) -> None:
    """The same, one after the other."""
    done = 0.0
    while waiting:
        job, wanted = waiting.pop(0)
        _do(job.path, job.audio, wanted, job.measured, folder, lambda seconds: None)
        if wanted is None:
            waiting[:0] = [(job, item) for item in _measured(folder, job)]
        else:
            job.encodings[wanted] = _encoding(folder, job, wanted)
        done += job.audio.duration_seconds
        watch(done, max(total, done))


def known_measurement(folder: Path, audio: Audio) -> dict[str, Any] | None:
    """What was measured of a file before, as JSON has it; None where nothing was."""
    return _read_measured(folder, _Job(Path(), audio, None, ()))


def keep_measurement(folder: Path, audio: Audio, measured: Mapping[str, Any]) -> None:
    """Keeps what was measured elsewhere. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(_measured_path(folder, _Job(Path(), audio, None, ())), measured)


def forms_to_make(order: Order, measured: Mapping[str, Any]) -> tuple[Delivery | None, tuple[Delivery, ...]]:
    """What has to be made of a file that sounds like that: the enclosure, unless it goes out as it was given,
    and the forms beside it."""
    main = None
    if order.main and not fits(Measurement.from_json(measured), as_wanted(order.main)):
        main = encoded(order.main, order.audio)
    return main, tuple(dict.fromkeys(order.further))


def _measured(folder: Path, job: _Job) -> list[Delivery]:
    """Takes what was measured, and gives the forms that are still to be made."""
    job.measured = _read_measured(folder, job) or {}
    return _encodings(folder, job)


def _result(future: Future[None], job: _Job) -> None:
    try:
        future.result()
    except BrokenProcessPool as error:
        raise StoreError(
            f"{job.audio.source.path}: the process that worked on it was ended from outside",
            help="there may have been too little memory; run again, and it goes on from what is finished",
        ) from error


def _encodings(folder: Path, job: _Job) -> list[Delivery]:
    """The forms that are still to be made; those that stand are taken."""
    forms = list(job.beside)
    if job.wanted and not fits(Measurement.from_json(job.measured), as_wanted(job.wanted)):
        forms.insert(0, encoded(job.wanted, job.audio))
    missing = []
    for wanted in dict.fromkeys(forms):
        if _read(_made_path(folder, job, wanted)) is None:
            missing.append(wanted)
        else:
            job.encodings[wanted] = _encoding(folder, job, wanted)
    return missing


def _read_measured(folder: Path, job: _Job) -> dict[str, Any] | None:
    """None as well for a note of another version."""
    found = _read(_measured_path(folder, job))
    try:
        if found is not None:
            Measurement.from_json(found)
    except (KeyError, TypeError):
        return None
    return found


def _encoding(folder: Path, job: _Job, wanted: Delivery) -> Encoding:
    made = _read(_made_path(folder, job, wanted))
    assert made is not None
    return Encoding(wanted, _encoded_path(folder, job.audio, wanted), made)


def _measured_path(folder: Path, job: _Job) -> Path:
    return folder / f"{job.audio.source.digest[:SOURCE_CHARACTERS]}-{RECIPE}{MEASURED}"


def _made_path(folder: Path, job: _Job, wanted: Delivery) -> Path:
    return _encoded_path(folder, job.audio, wanted).with_suffix(_MADE)


def _encoded_path(folder: Path, audio: Audio, wanted: Delivery) -> Path:
    name = fingerprint([RECIPE, asdict(wanted)])[:12]
    return folder / f"{audio.source.digest[:SOURCE_CHARACTERS]}-{name}{wanted.ending}"


def _read(path: Path) -> dict[str, Any] | None:
    """A note beside finished work; None where there is none that can be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(path: Path, values: Mapping[str, Any]) -> None:
    """Whole or not at all: that it is there says that the work is finished."""
    with written_whole(path) as (_, target):
        target.write(json.dumps(values).encode())


def as_wanted(form: Delivery) -> Wanted:
    """The form in the words of what encodes."""
    return Wanted(cast(Format, form.format), form.bitrate, form.channels, form.loudness)


# In one of the processes.

_seconds: Any = None


def _begin(seconds: Any) -> None:
    global _seconds
    _seconds = seconds


def _work(
    place: int,
    path: Path,
    audio: Audio,
    wanted: Delivery | None,
    measured: Mapping[str, Any],
    folder: Path,
) -> None:
    def progress(seconds: float) -> None:
        _seconds[place] = seconds

    _do(path, audio, wanted, measured, folder, progress)


def _do(
    path: Path,
    audio: Audio,
    wanted: Delivery | None,
    measured: Mapping[str, Any],
    folder: Path,
    progress: Callable[[float], None],
) -> None:
    """Measures a file, or makes one of its forms; what comes of it stands in the folder."""
    from publisher.sound.converting import convert
    from publisher.sound.measuring import measure

    furthest = 0.0

    def told(step: Step) -> None:
        # A second pass over the same sound does not take anything back.
        nonlocal furthest
        furthest = max(furthest, step.done_seconds)
        progress(furthest)

    job = _Job(path, audio, wanted, ())
    try:
        if wanted is None:
            found = measure(path, progress=told).to_json()
            _check(path, audio)
            _write(_measured_path(folder, job), found)
            return
        made = convert(
            path,
            _encoded_path(folder, audio, wanted),
            as_wanted(wanted),
            measured=Measurement.from_json(measured),
            progress=told,
        )
        _check(path, audio)
        _write(_made_path(folder, job, wanted), asdict(made))
    except StoreError:
        raise
    except PublisherError as error:
        _check(path, audio)
        raise StoreError(f"{audio.source.path}: {error.message}", help=error.help) from error


def _check(path: Path, audio: Audio) -> None:
    """Whoever exports the file may still be at it; what is made of it stands under its digest."""
    from publisher.reading.probes import sha256_of

    if sha256_of(path) != audio.source.digest:
        raise StoreError(
            f"{audio.source.path} changed while it was being published; nothing was released",
            help="wait until the file is complete (an export or a sync may still be running), then run again",
        )
