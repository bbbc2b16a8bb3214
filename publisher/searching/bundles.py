"""Makes the files of a shard, by the program Pagefind.

The same shard gives the same bytes. Of what Pagefind writes, the ready-made search boxes are left out: the
site has its own. What runs in the browser is stored once for each language and not with every shard, since a
browser that takes in further indexes (`mergeIndex`) reads only their data.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from itertools import islice
from pathlib import Path

import pagefind_bin

from publisher.errors import SearchError
from publisher.searching.shards import Passage, SearchPage, Shard

TIMEOUT_SECONDS = 300.0

_ADDRESS = re.compile(r"(?:[^/\s?#\\\x00-\x1f]+/)*(?:[^/\s?#\\\x00-\x1f]+\.html)?")
_LONGEST_NAME = 200  # Bytes, of a part of an address: a file's name may have 255.

# The program's own index must hold something, or Pagefind makes none. Nobody searches for this sign.
_NOTHING = "\u203f"
_PROGRAM = ("pagefind.js", "pagefind-worker.js")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a shard: (key, bytes), ordered by key."""

    shard: Shard
    files: tuple[tuple[str, bytes], ...]


def pagefind_version() -> str:
    """The version of the Pagefind that makes the index, without starting it."""
    return installed_version("pagefind-bin")


def build(shard: Shard, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Bundle:
    """Makes a shard's files.

    Raises:
        SearchError: an address cannot be indexed, or Pagefind cannot be started, takes too long or does not
            do what it should.
    """
    with tempfile.TemporaryDirectory(prefix="publisher-search-") as name:
        folder = Path(name)
        pages = shard.pages or (_empty_page(shard.language),)
        for page in pages:
            path = _path(folder / "site", page.url)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_document(shard.language, page), encoding="utf-8")
        _run(folder, timeout_seconds)
        return Bundle(shard, _collected(folder / "bundle", shard, len(pages)))


def build_all(wanted: Iterable[Shard], *, at_once: int = 2) -> Iterator[Bundle]:
    """Makes several shards, `at_once` at a time, and gives them in order. No more than these are in memory.

    Raises:
        SearchError: as `build`.
    """
    waiting: deque[Future[Bundle]] = deque()
    remaining = iter(wanted)
    with ThreadPoolExecutor(at_once) as threads:
        try:
            waiting.extend(threads.submit(build, shard) for shard in islice(remaining, at_once))
            while waiting:
                bundle = waiting.popleft().result()
                waiting.extend(threads.submit(build, shard) for shard in islice(remaining, 1))
                yield bundle
        finally:
            for future in waiting:
                future.cancel()


def _run(folder: Path, timeout_seconds: float) -> None:
    command = [
        str(pagefind_bin.get_executable()),
        "--site=site",
        "--output-path=bundle",
        "--silent",
    ]
    try:
        done = subprocess.run(
            command,
            cwd=folder,  # Pagefind reads its settings from the folder it is started in, and from
            env={},  # the environment: neither holds any.
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as cause:
        raise SearchError(f"Pagefind did not finish within {timeout_seconds:g} seconds") from cause
    except OSError as cause:
        raise SearchError(
            "Pagefind cannot be started", help="install publisher again, for this machine's processor"
        ) from cause
    if done.returncode != 0:
        said = (done.stderr + done.stdout).decode(errors="replace").strip()
        raise SearchError(f"Pagefind made no index (status {done.returncode}): {said[-300:]}")


def _collected(bundle: Path, shard: Shard, count: int) -> tuple[tuple[str, bytes], ...]:
    """What Pagefind wrote and a browser needs, if it is what was asked for."""
    try:
        entry = json.loads((bundle / "pagefind-entry.json").read_bytes())
        told = entry["languages"][shard.language]
        names = ["pagefind-entry.json", f"pagefind.{told['hash']}.pf_meta"]
        if not shard.pages:
            names += [*_PROGRAM, f"wasm.{told['wasm'] or 'unknown'}.pagefind"]
        names += [
            path.relative_to(bundle).as_posix()
            for kind in ("fragment", "index", "filter")
            for path in (bundle / kind).glob("*.pf_*")
        ]
        fragments = sum(name.startswith("fragment/") for name in names)
        if len(entry["languages"]) != 1 or told["page_count"] != count or fragments != count:
            raise SearchError(f"Pagefind found {told['page_count']} of {count} pages")
        return tuple((shard.folder + name, (bundle / name).read_bytes()) for name in sorted(names))
    except (KeyError, TypeError, ValueError, OSError) as cause:
        raise SearchError("Pagefind wrote an index of a form that is not known") from cause


def _path(site: Path, url: str) -> Path:
    parts = url.split("/")
    if (
        not _ADDRESS.fullmatch(url)
        or any(part in (".", "..") or len(part.encode()) > _LONGEST_NAME for part in parts)
        or (not url.endswith("/") and "." not in parts[-1] and url)
    ):
        raise SearchError(f"a page with the address {url!r} cannot be indexed")
    return site / url / "index.html" if not url or url.endswith("/") else site / url


def _empty_page(language: str) -> SearchPage:
    return SearchPage("", language, _NOTHING, "", tuple)


def _document(language: str, page: SearchPage) -> str:
    """A page with what is searched and nothing else, as Pagefind reads it
    (https://pagefind.app/docs/indexing/): headings with an `id` become places within the page."""
    # A page without any word would be left out.
    wordless = "" if any(map(str.isalnum, page.title)) else f"<p>{_NOTHING}</p>"
    facts = "".join(
        f'<meta data-pagefind-meta="{_escape(name)}[content]" content="{_escape(text)}">'
        for name, text in page.facts
    )
    body = "".join(_section(passage) for passage in page.passages())
    title = _escape(page.title)
    return (
        f'<!doctype html><html lang="{_escape(language)}">'
        f'<head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body data-pagefind-body>{facts}<h1>{title}</h1>{wordless}{body}</body></html>"
    )


def _section(passage: Passage) -> str:
    heading = ""
    if passage.title:
        anchor = f' id="{_escape(passage.anchor)}"' if passage.anchor else ""
        heading = f"<h3{anchor}>{_escape(passage.title)}</h3>"
    lines = (line for line in passage.text.splitlines() if line.strip())
    return heading + "".join(f"<p>{_escape(line)}</p>" for line in lines)


def _escape(text: str) -> str:
    return html.escape(text.replace("\x00", ""))
