"""What is measured, each in a process of its own: `python -m benchmarks.subjects NAME ARGUMENT…`.

Prints the CPU seconds of the work alone, processes it started with it, and what passed meanwhile. A thing is
imported by what it is measured in, and by nothing else.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

_LONGEST_WAIT: Final = timedelta(minutes=2)
SUBJECTS: Final[dict[str, Callable[..., Callable[[], object]]]] = {}


def subject(make: Callable[..., Callable[[], object]]) -> Callable[..., Callable[[], object]]:
    """Registers a function that prepares the work and gives it back, ready to be timed."""
    SUBJECTS[make.__name__] = make
    return make


@subject
def show_folder(folder: str, cache: str) -> Callable[[], object]:
    """publisher.load_show: YAML, notes, audio, everything."""
    from publisher.reading.load import load_show

    def read() -> None:
        loaded = load_show(folder, cache=cache == "cache")
        assert loaded.show, "there is no show to be read"
        assert not loaded.has_errors, loaded.problems[:3]

    return read


@subject
def yaml_only(folder: str) -> Callable[[], object]:
    """publisher's reading of episode.yaml alone: nodes, then values of the right types."""
    from publisher.reading.fields import Reading
    from publisher.reading.keys import EPISODE
    from publisher.reading.yaml import read_yaml

    def read() -> None:
        for path in _yaml_files(folder):
            root, _ = read_yaml(path.read_bytes())
            assert root is not None
            assert EPISODE.values("", root, Reading(path.name))

    return read


@subject
def safe_loader(folder: str) -> Callable[[], object]:
    """PyYAML's quickest loader: nothing is checked, no place is known."""
    import yaml

    def read() -> None:
        for path in _yaml_files(folder):
            assert yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)

    return read


def _yaml_files(folder: str) -> list[Path]:
    return sorted(Path(folder).glob("*/episode.yaml"))


@subject
def tagging(source: str, target: str) -> Callable[[], object]:
    """The tagged audio, copied to a file."""
    from publisher.audio.tagged import tagged
    from publisher.audio.tags import TagChapter, Tags

    chapters = tuple(TagChapter(60.0 * place, title=f"Chapter {place}") for place in range(20))
    tags = Tags(title="Building together", album="Things", artists=("Ada Holm",), chapters=chapters)

    type = {".mp3": "audio/mpeg", ".opus": "audio/ogg"}[Path(source).suffix]

    def copy() -> None:
        result = tagged(Path(source), type, tags, duration_seconds=1300.0)
        with result.open() as reader, Path(target).open("wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)

    return copy


@subject
def copying(source: str, target: str) -> Callable[[], object]:
    """What `cp` does, without the start of a process: the kernel copies."""
    return lambda: shutil.copyfile(source, target)


@subject
def probing(source: str) -> Callable[[], object]:
    """Every frame of an audio file."""
    from publisher.audio.probe import probe

    def walk() -> None:
        found = probe(Path(source))
        assert found.type, found.findings

    return walk


@subject
def normalising(source: str, target: str) -> Callable[[], object]:
    """Measured, brought to the right loudness, encoded as MP3, and measured again."""
    from publisher.sound.converting import convert
    from publisher.sound.facts import Wanted

    def make() -> None:
        made = convert(Path(source), Path(target), Wanted("mp3", bitrate_kbits=96))
        assert made.reached, made

    return make


@subject
def measuring(source: str) -> Callable[[], object]:
    """Everything that is to be heard in a file."""
    from publisher.sound.measuring import measure

    return lambda: measure(Path(source))


@subject
def loudnorm(source: str, target: str) -> Callable[[], object]:
    """The same by FFmpeg's program alone: loudnorm in two passes, then LAME."""
    import subprocess

    aim = "loudnorm=I=-19:TP=-1:LRA=11"
    begin = ("ffmpeg", "-nostdin", "-hide_banner", "-y", "-i", source, "-af")

    def make() -> None:
        first = [*begin, f"{aim}:print_format=json", "-f", "null", "-"]
        said = subprocess.run(first, check=True, capture_output=True, text=True).stderr
        told = json.loads(said[said.rindex("{") : said.rindex("}") + 1])
        known = (("I", "i"), ("TP", "tp"), ("LRA", "lra"), ("thresh", "thresh"))
        measured = ":".join(f"measured_{name}={told[f'input_{key}']}" for name, key in known)
        encoded = ["-ar", "44100", "-c:a", "libmp3lame", "-b:a", "96k", target]
        second = [*begin, f"{aim}:{measured}:offset={told['target_offset']}", *encoded]
        subprocess.run(second, check=True, capture_output=True)

    return make


@subject
def feed(episodes: str) -> Callable[[], object]:
    """publisher.feed.render_feed."""
    from benchmarks.bare_feed import feed_items, feed_show
    from publisher.feed import render_feed

    show, items = feed_show(), feed_items(int(episodes))
    render_feed(show, items[:1], newest=items[0].published)
    return lambda: render_feed(show, items, newest=items[0].published)


@subject
def bare_feedgen(episodes: str) -> Callable[[], object]:
    """feedgen alone, with the same elements."""
    from benchmarks.bare_feed import bare_feed, feed_items, feed_show

    show, items = feed_show(), feed_items(int(episodes))
    bare_feed(show, items[:1])
    return lambda: bare_feed(show, items)


@subject
def same_elements(episodes: str) -> Callable[[], object]:
    """Whether both feeds hold the same elements, with the same texts and attributes, in the same order."""
    from lxml import etree

    from benchmarks.bare_feed import bare_feed, feed_items, feed_show
    from publisher.feed import render_feed

    show, items = feed_show(), feed_items(int(episodes))

    def elements(document: bytes) -> list[object]:
        root = etree.fromstring(document)
        return [(element.tag, element.text, sorted(element.items())) for element in root.iter("*")]

    def compare() -> None:
        ours = elements(render_feed(show, items, newest=items[0].published))
        theirs = elements(bare_feed(show, items))
        assert len(ours) > 20 * len(items)
        assert ours == theirs, next(pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1])

    return compare


@subject
def joined_feed(folder: str, episodes: str, kept: str) -> Callable[[], object]:
    """The feed of a release, notes and all.

    Args:
        folder: where its items are kept.
        kept: `none`; or what such a run before has kept: `all`, or all `but-one` that has changed since.
    """
    from benchmarks.released_feed import ReleasedFeed

    # What is imported late is not what is timed.
    ReleasedFeed(Path(f"{folder}-one"), 1).render()
    if kept == "none":
        shutil.rmtree(folder, ignore_errors=True)
    released = ReleasedFeed(Path(folder), int(episodes))
    if kept == "but-one":
        released.change_one()
    return released.render


_URL: Final = "https://podcast.example.com/"


def _date(place: int) -> datetime:
    return datetime(1998, 1, 5, 6, tzinfo=UTC) + timedelta(days=place)


@subject
def pages(folder: str, store: str, before: str) -> Callable[[], object]:
    """All pages, the search and the files for machines of a show that is published, made but not stored.

    Args:
        before: `standing` makes what changed since; else everything is made.
    """
    from publisher.build.pictures import colours_of
    from publisher.build.workshop import Workshop
    from publisher.release import prepare
    from publisher.release.facets import gather, words
    from publisher.release.finding import build_search
    from publisher.release.pages import site_page
    from publisher.release.relations import Relations
    from publisher.release.site import Site

    prepared = prepare(folder, to=store, now=_date(20_000))
    plan, published = prepared.plan, prepared.published.manifest
    assert published is not None, "the show is to be published first"

    def unused(*_: object) -> None:
        raise AssertionError("pages need no audio")

    shop = Workshop(
        show=plan.show,
        root=Path(folder),
        work=Path(folder),
        keep=lambda artifact: artifact.object,
        fetch=unused,
        borrow=unused,
        sound_folder=Path(folder),
    )
    released = [
        planned.before if planned.state == "unchanged" else replace(planned.before, parts=dict(planned.parts))
        for planned in plan.released
        if planned.before
    ]
    episodes = {planned.slug: planned.episode for planned in plan.released if planned.episode}
    standing = published if before == "standing" else None

    def make() -> None:
        prepared.standing.build_for(shop.show, shop.states)
        facets = gather(shop, plan, released, prepared.standing if standing else None)
        _, indexes = build_search(shop, plan, episodes, released, facets, standing, prepared.standing)
        show = site_page(shop, published.objects, colours_of(shop), indexes)
        known = standing.made_of if standing else {}
        of_episodes = {item.slug: item.made_of for item in released} if standing else {}
        relations = prepared.standing.relations() if standing else None
        wordbook = partial(words, episodes, facets, prepared.standing)
        site = Site(
            shop,
            show,
            episodes,
            released,
            facets,
            Relations(shop.show, released, episodes, facets, relations, wordbook),
            {},
        )
        changed = {slug: made for slug, made in site.made_of().items() if of_episodes.get(slug) != made}
        for order in site.orders(changed):
            if known.get(order.key) != order.made_of:
                order.artifact()

    return make


@subject
def pelican(folder: str) -> Callable[[], object]:
    """The same texts as articles of Pelican (https://getpelican.com): pages by theme, guest and time."""
    import logging

    from pelican import Pelican
    from pelican.settings import DEFAULT_CONFIG, configure_settings

    logging.disable(logging.WARNING)
    content = Path(folder).with_suffix(".articles")
    _write_articles(Path(folder), content)
    settings = configure_settings(
        DEFAULT_CONFIG
        | {
            "PATH": str(content),
            "OUTPUT_PATH": str(content.with_suffix(".output")),
            "TIMEZONE": "UTC",
            "SITEURL": _URL.rstrip("/"),
            "CACHE_CONTENT": False,
            "LOAD_CONTENT_CACHE": False,
        }
    )
    generator = Pelican(settings)
    return lambda: generator.run()


def _write_articles(folder: Path, content: Path) -> None:
    """An episode as Markdown: notes, interview and transcript."""
    from publisher.reading.load import load_show
    from publisher.transcripts import read_transcript, to_plain

    show = load_show(folder).show
    assert show, "there is no show to be read"
    content.mkdir(exist_ok=True)
    for episode in show.episodes:
        assert episode.published
        assert episode.transcript
        transcript, _ = read_transcript((folder / episode.transcript.source.path).read_bytes(), "vtt")
        assert transcript
        themes = [value for _, values in episode.taxonomies for value in values]
        head = {
            "Title": episode.title,
            "Date": f"{episode.published:%Y-%m-%d %H:%M}",
            "Category": themes[0],
            "Tags": ", ".join(themes),
            "Authors": "; ".join(guest.name for guest in episode.guests),
            "Summary": episode.summary,
            "Slug": episode.slug,
        }
        parts = [
            "\n".join(f"{name}: {value}" for name, value in head.items()),
            episode.notes,
            *(f"## {item.question}\n\n{item.answer}" for item in episode.interview),
            to_plain(transcript),
        ]
        (content / f"{episode.slug}.md").write_text("\n\n".join(parts), "utf-8")


@subject
def watched(show: str, store: str, ahead_seconds: str) -> Callable[[], object]:
    """How late `publisher watch` is with an episode that fell due."""
    process = _start("watch", show, "--to", store, "--no-verify", "--still", "2s")
    due = _due_in(Path(show), float(ahead_seconds))
    return _until_out(Path(store), due, lambda: process.terminate())


@subject
def timed(show: str, store: str, ahead_seconds: str) -> Callable[[], object]:
    """How late a `publisher publish` is that a timer starts in the second in which an episode falls due."""
    due = _due_in(Path(show), float(ahead_seconds))
    return _until_out(
        Path(store), due, lambda: None, lambda: _start("publish", show, "--to", store, "--no-verify")
    )


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "publisher", *arguments, "--quiet")
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def _due_in(show: Path, seconds: float) -> datetime:
    """Drops one more episode into the show, and says when it falls due."""
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds + 1)
    like, *_ = sorted(path.parent for path in show.glob("*/episode.yaml"))
    folder = show / f"due-{due:%Y%m%d%H%M%S}"
    aside = shutil.copytree(like, show / f"_{folder.name}")
    text = (like / "episode.yaml").read_text("utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("number:", "guid:", "published:"))]
    (aside / "episode.yaml").write_text("\n".join([*kept, f"published: {due.isoformat()}"]) + "\n", "utf-8")
    for path in aside.glob("*.mp3"):
        with path.open("ab") as writer:
            # Otherwise it is another episode's audio.
            writer.write(b"TAG" + due.isoformat().encode().ljust(125, b"\0"))
    aside.rename(folder)
    return due


def _until_out(
    store: Path, due: datetime, end: Callable[[], object], begin: Callable[[], object] = lambda: None
) -> Callable[[], object]:
    """Waits until it is due, and gives what waits until it is out."""
    feed, mark = store / "feed.xml", f"due-{due:%Y%m%d%H%M%S}".encode()

    def until_out() -> None:
        begin()
        try:
            while mark not in feed.read_bytes():
                assert datetime.now(UTC) < due + _LONGEST_WAIT, "it does not come out"
                time.sleep(0.005)
        finally:
            end()

    while datetime.now(UTC) < due:
        assert mark not in feed.read_bytes(), "it is early"
        time.sleep(0.005)
    return until_out


@subject
def storing(folder: str, to: str) -> Callable[[], object]:
    """Every file of a folder put into a store, as a release does it: named by its digest, then sent."""
    from publisher.build.artifact import of_file
    from publisher.reading.probes import sha256_of
    from publisher.release.uploads import each
    from publisher.store import open_store

    store = open_store(to, base=Path())

    def put(path: Path) -> None:
        made = of_file("media", path.stem, path.suffix, path, path.stat().st_size, sha256_of(path))
        store.put(made.object.key, made.body, made.headers)

    return lambda: each(put, sorted(Path(folder).iterdir()))


@subject
def bucket(name: str) -> Callable[[], object]:
    """An empty bucket at the server that the environment names; its first object makes the server's pools."""
    from publisher.store.s3 import connect

    client = connect()

    def make() -> None:
        client.create_bucket(Bucket=name)
        client.put_object(Bucket=name, Key="first", Body=b"first")
        client.delete_object(Bucket=name, Key="first")

    return make


@subject
def material(kind: str, folder: str, amount: str, to: str = "") -> Callable[[], object]:
    """Makes what others are measured on; a process of its own, so that the one that measures stays small."""
    from benchmarks.material import (
        add_episode,
        make_network,
        make_one_episode_show,
        make_show,
        make_studio_show,
        make_talk_show,
        write_encoded,
        write_huge_wav,
        write_mp3,
        write_wav,
    )

    makers: dict[str, Callable[[], object]] = {
        "show": lambda: make_show(Path(folder), int(amount)),
        "episode": lambda: add_episode(Path(folder), int(amount)),
        "network": lambda: make_network(Path(folder), int(amount), to),
        "talk": lambda: make_talk_show(Path(folder), int(amount)),
        "one": lambda: make_one_episode_show(Path(folder), length_bytes=int(amount)),
        "studio": lambda: make_studio_show(Path(folder), **_studio(amount)),
        "mp3": lambda: write_mp3(Path(folder), length_bytes=int(amount)),
        "wav": lambda: write_wav(Path(folder), seconds=int(amount)),
        "encoded": lambda: write_encoded(Path(folder), seconds=int(amount)),
        "huge_wav": lambda: write_huge_wav(Path(folder), seconds=int(amount)),
    }
    return makers[kind]


def _studio(amount: str) -> dict[str, int]:
    """`100x300` is a hundred episodes of 300 seconds."""
    episodes, seconds = amount.split("x")
    return {"episodes": int(episodes), "seconds": int(seconds)}


def main() -> None:
    work = SUBJECTS[sys.argv[1]](*sys.argv[2:])
    started = _cpu_seconds(), time.perf_counter()
    work()
    print(json.dumps([_cpu_seconds() - started[0], time.perf_counter() - started[1]]))


def _cpu_seconds() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(who) for who in whose]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    main()
