"""The benchmarks: each gives lines of the table."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks import dask_cluster
from benchmarks.growth import growth
from benchmarks.measure import ROOT, Command, Run, in_turn, once, publisher, subject, without
from benchmarks.network import network
from benchmarks.table import Line, alone, compared
from benchmarks.transfers import syncing, uploads

_MEGABYTE: Final = 1_000_000
_SECONDS_OF_70_MINUTES: Final = 70 * 60
_BYTES_A_SECOND: Final = 8_000  # of the sample show's speech
_NOW: Final = "2027-01-01"
_WHOLE: Final = ("cpu_seconds", "wall_seconds", "peak_bytes")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: enough to tell, or just enough to see that it works."""

    episodes: tuple[int, ...]
    audio_bytes: int
    large_audio_bytes: int
    long_audio_seconds: int
    times: int
    speech_seconds: int
    huge_wav_seconds: int
    studio_episodes: int
    studio_seconds: int
    due_seconds: int
    shows: int = 100
    growth: tuple[int, ...] = (100, 300, 1_000, 3_000, 10_000)


FULL: Final = Size(
    (1_000, 10_000),
    60 * _MEGABYTE,
    500 * _MEGABYTE,
    _SECONDS_OF_70_MINUTES,
    5,
    3_600,
    4 * 3_600,
    100,
    300,
    20,
)
SMALL: Final = Size((30,), 2 * _MEGABYTE, 5 * _MEGABYTE, 60, 2, 20, 20, 4, 40, 8, shows=5, growth=(10, 20))


class Workplace:
    """A folder in which shows are made and published once, whichever benchmarks want them."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder = folder
        self.size = size
        self.plots: dict[str, str] = {}
        """By the name of the file that each is to be written to."""
        self._published: dict[Path, Run] = {}

    def times(self, episodes: int) -> int:
        """How often something with that many episodes is measured."""
        return self.size.times if episodes <= 1_000 else max(3, self.size.times - 2)

    @functools.cache  # noqa: B019 - one workplace a run
    def show(self, episodes: int) -> Path:
        """A show of that many episodes; 0 is the sample show."""
        folder = self.folder / f"show{episodes}"
        if episodes:
            self.make("show", folder, episodes)
        elif not folder.exists():
            shutil.copytree(ROOT / "episodes", folder, ignore=shutil.ignore_patterns(".publisher"))
        return folder

    def make(self, kind: str, path: Path, amount: int | str) -> Path:
        """Makes it, unless it was kept."""
        if path.exists():
            return path
        once(Command(subject("material", kind, path, amount)))
        return path

    def store(self, show: Path) -> Path:
        """Where a show is published to."""
        return show.with_name(f"{show.name}-public")

    def publish(self, show: Path) -> Command:
        return Command(publisher("publish", show, "--to", self.store(show), "--now", _NOW, "--quiet"))

    def published(self, show: Path) -> Run:
        """Publishes a show for the first time, unless that was done; what it took."""
        if show not in self._published:
            noted = show.with_name(f"{show.name}-first.json")
            if noted.exists():
                self._published[show] = Run(**json.loads(noted.read_bytes()))
            else:
                self._published[show] = once(self.publish(show))
                noted.write_text(json.dumps(asdict(self._published[show])))
        return self._published[show]

    def forget(self, show: Path) -> None:
        """As if the show had never been read or published."""
        shutil.rmtree(self.store(show), ignore_errors=True)
        shutil.rmtree(show / ".publisher", ignore_errors=True)


def reading(place: Workplace) -> Iterator[Line]:
    """A show folder against the YAML library's quickest loader over the same episode.yaml files."""
    for episodes in place.size.episodes:
        show = place.show(episodes)
        once(Command(subject("show_folder", show, "cache")))
        runs = in_turn(
            {
                "loader": Command(subject("safe_loader", show)),
                "yaml": Command(subject("yaml_only", show)),
                "cold": Command(subject("show_folder", show, "no-cache")),
                "cached": Command(subject("show_folder", show, "cache")),
            },
            place.times(episodes),
        )
        name, loader = f"{episodes:,} episodes", runs["loader"]
        beside = "yaml.CSafeLoader"
        yield from compared(f"read {name}: YAML to values", runs["yaml"], beside, loader, ["inside_seconds"])
        whole = ["inside_seconds", "peak_bytes"]
        yield from compared(f"read {name}: all, no cache", runs["cold"], beside, loader, whole)
        yield from compared(f"read {name}: all, cached", runs["cached"], beside, loader, whole)


def tagging(place: Workplace) -> Iterator[Line]:
    """Tagging an MP3, alone and as one publish, against a plain copy of it."""
    length = place.size.audio_bytes
    name = f"{length // _MEGABYTE} MB MP3"
    source, target = place.make("mp3", place.folder / "audio.mp3", length), place.folder / "copy.mp3"
    show = place.make("one", place.folder / "one", length)
    runs = in_turn(
        {
            "copy": Command(("cp", str(source), str(target))),
            "copied": Command(subject("copying", source, target)),
            "tagged": Command(subject("tagging", source, target)),
            "published": Command(place.publish(show).arguments, functools.partial(place.forget, show)),
        },
        place.size.times,
    )
    what, inside = f"tag a {name} into a file", ["inside_seconds"]
    yield from compared(what, runs["tagged"], "a copy by the kernel", runs["copied"], inside)
    yield from compared(what, runs["tagged"], "cp", runs["copy"], _WHOLE)
    yield from compared(f"publish a {name}", runs["published"], "cp", runs["copy"], _WHOLE)
    if shutil.which("ffmpeg"):
        yield from _tagging_opus(place)


def _tagging_opus(place: Workplace) -> Iterator[Line]:
    """The same with Opus, whose pages have to be numbered anew."""
    seconds = place.size.long_audio_seconds
    source = place.make("encoded", place.folder / "tagged.opus", seconds)
    target = place.folder / "copy.opus"
    runs = in_turn(
        {
            "copy": Command(("cp", str(source), str(target))),
            "copied": Command(subject("copying", source, target)),
            "tagged": Command(subject("tagging", source, target)),
        },
        place.size.times,
    )
    what, inside = f"tag a {seconds // 60}-minute Opus into a file", ["inside_seconds"]
    yield from compared(what, runs["tagged"], "a copy by the kernel", runs["copied"], inside)
    yield from compared(what, runs["tagged"], "cp", runs["copy"], _WHOLE)


def feed(place: Workplace) -> Iterator[Line]:
    """The feed against feedgen alone, with the very same elements."""
    for episodes in place.size.episodes:
        once(Command(subject("same_elements", episodes)))
        runs = in_turn(
            {
                "ours": Command(subject("feed", episodes)),
                "feedgen": Command(subject("bare_feedgen", episodes)),
            },
            place.times(episodes),
        )
        what, measures = f"feed of {episodes:,} episodes", ["inside_seconds", "peak_bytes"]
        yield from compared(what, runs["ours"], "bare feedgen", runs["feedgen"], measures)


def joined(place: Workplace) -> Iterator[Line]:
    """The feed of a release joined from items that are kept, against the same made anew."""
    for episodes in place.size.episodes:
        folder = place.folder / f"joined{episodes}"
        runs = in_turn(
            {
                kept: Command(subject("joined_feed", folder, episodes, kept))
                for kept in ("none", "all", "but-one")
            },
            place.times(episodes),
        )
        name, cold = f"feed of a release, {episodes:,} episodes", "nothing kept"
        measures = ["inside_seconds", "peak_bytes"]
        yield from compared(f"{name}: all kept", runs["all"], cold, runs["none"], measures)
        yield from compared(f"{name}: one changed", runs["but-one"], cold, runs["none"], measures)


def nothing(place: Workplace) -> Iterator[Line]:
    """A publish with nothing to do, against an interpreter that does nothing."""
    idle = Command((*publisher()[:1], "-c", "pass"))
    runs = in_turn({"help": Command(publisher("--help")), "idle": idle}, 2 * place.size.times)
    yield from compared("publisher --help", runs["help"], "python -c pass", runs["idle"], _WHOLE)
    for episodes in (0, *place.size.episodes):
        show = place.show(episodes)
        place.published(show)
        loading = Command((*publisher()[:1], "-c", "import publisher.cli.progress, publisher.operations"))
        runs = in_turn({"ours": place.publish(show), "imports": loading}, place.times(episodes))
        what = f"nothing to do, {f'{episodes:,} episodes' if episodes else 'the sample show'}"
        yield from compared(what, runs["ours"], "its imports alone", runs["imports"], _WHOLE)


def one_more(place: Workplace) -> Iterator[Line]:
    """A publish of one new episode: what it takes beyond one with nothing to do, in a large show, and in one
    of three, where its own making and sending is all there is. All shows in turn: what the one takes more
    than the other is a difference of differences, which a machine that slows down half-way would make up."""
    commands: dict[str, Command] = {}
    for episodes in (3, *place.size.episodes):
        show = place.show(episodes)
        publish = place.publish(show)
        place.published(show)
        once(publish)  # what was published is looked at for the first time
        numbers = itertools.count(1 + sum(1 for _ in show.iterdir()))
        add = functools.partial(_add, show, numbers)
        # What was written less than two seconds ago may change unseen, so that it is read once more.
        later = replace(publish, before=functools.partial(time.sleep, 2.5))
        commands |= {
            f"{episodes} more": replace(publish, before=add),
            f"{episodes} settled": later,
            f"{episodes} nothing": publish,
        }
    found = in_turn(commands, place.size.times + 2)
    beyond = {
        episodes: without(found[f"{episodes} more"], found[f"{episodes} nothing"])
        for episodes in (3, *place.size.episodes)
    }
    times = ["cpu_seconds", "wall_seconds"]
    for episodes in place.size.episodes:
        what = f"one new episode in {episodes:,}, beyond nothing to do"
        yield from compared(what, beyond[episodes], "in 3", beyond[3], times)
        yield from alone(f"{what} and one in 3", without(beyond[episodes], beyond[3]), times)


def _add(show: Path, numbers: Iterator[int]) -> None:
    once(Command(subject("material", "episode", show, next(numbers))))


def pages(place: Workplace) -> Iterator[Line]:
    """A show's site, all of it and what one edit changes; and what a person waits for after the edit."""
    episodes = min(1_000, max(place.size.episodes))
    show = place.make("talk", place.folder / f"talk{episodes}", episodes)
    name, store = f"site of {episodes:,} episodes", place.store(show)
    place.published(show)
    cold = Command(subject("pages", show, store, "nothing"))
    again = Command(subject("pages", show, store, "standing"))
    inside = ["inside_seconds", "inside_wall_seconds"]
    commands = {"cold": cold, "nothing": again}
    beside = "Pelican" if find_spec("pelican") and find_spec("markdown") else ""
    if beside:
        commands[beside] = Command(subject("pelican", show))
    runs = in_turn(commands, place.size.times)
    if beside:
        yield from compared(f"{name}: all pages, search", runs["cold"], beside, runs[beside], inside)
    else:
        yield from alone(f"{name}: all pages, search", runs["cold"], inside)
    yield from alone(f"{name}: nothing changed", runs["nothing"], inside)
    notes = sorted(show.glob("*/notes.md"))[episodes // 2]
    edit = functools.partial(_edit, notes, notes.read_text("utf-8"), itertools.count(1))
    edit()
    changed = in_turn({"changed": again}, place.size.times)["changed"]
    yield from alone(f"{name}: one episode changed", changed, inside)
    publish = place.publish(show)
    runs = in_turn({"changed": replace(publish, before=edit), "nothing": publish}, place.size.times)
    times = ["cpu_seconds", "wall_seconds"]
    what = f"publish {episodes:,} episodes"
    yield from alone(f"{what}, one changed", runs["changed"], times)
    yield from alone(f"{what}, nothing to do", runs["nothing"], times)
    yield from alone(f"{what}, what the change took", without(runs["changed"], runs["nothing"]), times)


def _edit(path: Path, text: str, counter: Iterator[int]) -> None:
    """The text with another sentence each time, and as if that had been written a while ago."""
    number = next(counter)
    path.write_text(f"{text}\nA word more: {number}.\n", "utf-8")
    os.utime(path, (1_200_000_000 + number,) * 2)


def punctual(place: Workplace) -> Iterator[Line]:
    """How long after its moment an episode is in the feed: by a watch, and by a timer to the second."""
    episodes = min(1_000, max(place.size.episodes))
    show = place.make("show", place.folder / f"due{episodes}", episodes)
    store = place.store(show)
    once(Command(publisher("publish", show, "--to", store, "--quiet")))
    runs = in_turn(
        {name: Command(subject(name, show, store, place.size.due_seconds)) for name in ("watched", "timed")},
        place.size.times,
    )
    what = f"out after it fell due, {episodes:,} episodes"
    yield from compared(what, runs["watched"], "publish, by a timer", runs["timed"], ["inside_wall_seconds"])


def memory(place: Workplace) -> Iterator[Line]:
    """A first publish of large audio, and of many episodes."""
    show = place.make("one", place.folder / "large", place.size.large_audio_bytes)
    name = f"{place.size.large_audio_bytes // _MEGABYTE} MB MP3"
    yield from alone(f"first publish, one {name}", [place.published(show)], _WHOLE)
    place.forget(show)
    shutil.rmtree(show)
    for episodes in place.size.episodes:
        run = place.published(place.show(episodes))
        yield from alone(f"first publish, {episodes:,} episodes", [run], _WHOLE)


def probing(place: Workplace) -> Iterator[Line]:
    """Walking every frame of a long MP3."""
    seconds = place.size.long_audio_seconds
    path = place.make("mp3", place.folder / "long.mp3", seconds * _BYTES_A_SECOND)
    copy = Command(("cp", str(path), str(path.with_suffix(".copy"))))
    runs = in_turn({"ours": Command(subject("probing", path)), "copy": copy}, place.size.times)
    what = f"probe a {seconds // 60}-minute MP3"
    yield from alone(what, runs["ours"], ["inside_seconds"])
    yield from compared(what, runs["ours"], "cp", runs["copy"], ["wall_seconds", "peak_bytes"])


def probing_all(place: Workplace) -> Iterator[Line]:
    """Walking long files of the other formats."""
    seconds = place.size.long_audio_seconds
    kinds = {"wav": "wav", "flac": "encoded", "opus": "encoded"}
    for ending, kind in kinds.items():
        if kind == "encoded" and not shutil.which("ffmpeg"):
            continue
        path = place.make(kind, place.folder / f"long.{ending}", seconds)
        copy = Command(("cp", str(path), str(path.with_suffix(".copy"))))
        runs = in_turn({"ours": Command(subject("probing", path)), "copy": copy}, place.size.times)
        what = f"probe a {seconds // 60}-minute {ending}"
        yield from alone(what, runs["ours"], ["inside_seconds"])
        yield from compared(what, runs["ours"], "cp", runs["copy"], ["wall_seconds", "peak_bytes"])


def sound(place: Workplace) -> Iterator[Line]:
    """An hour's speech made into an MP3 of the right loudness, against FFmpeg's own way; and a huge WAV.

    One run each: they take minutes, and a pair runs on the same machine at the same time of day.
    """
    if shutil.which("ffmpeg") is None:
        return
    seconds = place.size.speech_seconds
    source = place.make("wav", place.folder / "speech.wav", seconds)
    ours, theirs = place.folder / "ours.mp3", place.folder / "theirs.mp3"
    what = f"{seconds // 60 or seconds} {'minutes' if seconds >= 60 else 'seconds'} of WAV to normalised MP3"
    made = once(Command(subject("normalising", source, ours)))
    beside = once(Command(subject("loudnorm", source, theirs)))
    yield from compared(what, [made], "loudnorm + LAME", [beside], _WHOLE)
    yield from alone("measure the same", [once(Command(subject("measuring", source)))], _WHOLE)
    source.unlink()
    huge = place.make("huge_wav", place.folder / "huge.wav", place.size.huge_wav_seconds)
    what = f"{place.size.huge_wav_seconds:,} s of stereo WAV at 96 kHz to MP3"
    yield from alone(
        what, [once(Command(subject("normalising", huge, ours)))], ["wall_seconds", "peak_bytes"]
    )
    huge.unlink()


def cores(place: Workplace) -> Iterator[Line]:
    """The first publish of episodes that were given as WAVs, on two cores and on one: as many processes."""
    if shutil.which("taskset") is None or (os.cpu_count() or 1) < 2:
        return
    show, what = _studio(place)
    command = place.publish(show).arguments
    before = functools.partial(place.forget, show)
    runs = in_turn(
        {name: Command(("taskset", "-c", name, *command), before) for name in ("0,1", "0")},
        1,
        warm_up=False,
    )
    yield from compared(f"{what}, two processes", runs["0,1"], "one process", runs["0"], _WHOLE)


def cluster(place: Workplace) -> Iterator[Line]:
    """The same with one and with two workers of a Dask cluster, and with two processes of this machine. Each
    worker has a core, which it shares with what publishes: as if a machine were added. What the workers took
    beside the time that passed is theirs, and not measured."""
    if find_spec("distributed") is None or shutil.which("taskset") is None or (os.cpu_count() or 1) < 2:
        return
    show, what = _studio(place)
    before = functools.partial(place.forget, show)
    alone = Command(place.publish(show).arguments, before)
    commands, one, two = {"alone": alone}, "0", "0,1"
    with contextlib.ExitStack() as stack:
        for cores in (two, one):
            address = stack.enter_context(dask_cluster.cluster(place.folder / f"workers-{len(cores)}", cores))
            arguments = ("taskset", "-c", cores, *alone.arguments, "--cluster", address)
            commands[cores] = Command(arguments, before)
        runs = in_turn(commands, 1, warm_up=False)
    wall = ["wall_seconds"]
    yield from compared(f"{what}, two Dask workers", runs[two], "one Dask worker", runs[one], wall)
    yield from compared(f"{what}, two Dask workers", runs[two], "two processes", runs["alone"], wall)


def _studio(place: Workplace) -> tuple[Path, str]:
    """A show of WAVs, and what its first publish is called."""
    episodes, seconds = place.size.studio_episodes, place.size.studio_seconds
    folder = place.folder / "studio"
    if not folder.exists():
        place.make("studio", folder, f"{episodes}x{seconds}")
    return folder, f"first publish, {episodes} episodes of {seconds} s of WAV"


BENCHMARKS: Final[dict[str, Callable[[Workplace], Iterator[Line]]]] = {
    "reading": reading,
    "tagging": tagging,
    "feed": feed,
    "joined": joined,
    "nothing": nothing,
    "one-more": one_more,
    "pages": pages,
    "punctual": punctual,
    "memory": memory,
    "probing": probing,
    "probing-all": probing_all,
    "sound": sound,
    "cores": cores,
    "network": network,
    "growth": growth,
    "cluster": cluster,
    "uploads": uploads,
    "syncing": syncing,
}
