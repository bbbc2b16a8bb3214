"""What publisher itself does with a file of each kind, and nothing else: what a measurement has to cover."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from publisher.errors import StoreError
from publisher.model import TranscriptKind


def _yaml(path: Path) -> None:
    from publisher.reading.fields import Reading
    from publisher.reading.keys import EPISODE, SHOW
    from publisher.reading.yaml import read_yaml

    root, _ = read_yaml(path.read_bytes())
    for record in (SHOW, EPISODE):
        if root is not None:
            record.values("", root, Reading("x.yaml", ZoneInfo("UTC")))


def _transcript(kind: TranscriptKind) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        from publisher.transcripts import (
            match_speakers,
            read_transcript,
            to_html,
            to_json,
            to_plain,
            to_srt,
            to_vtt,
        )

        found, _ = read_transcript(path.read_bytes(), kind)
        if found is None:
            return
        found = match_speakers(found, ("Ola Nordmann", "Kari Nordmann"))
        for write in (to_vtt, to_srt, to_json, to_plain):
            write(found)
        to_html(found, "nb")

    return read


def _markdown(path: Path) -> None:
    from publisher.text import feed_html

    feed_html(path.read_text("utf-8"))


def _audio(path: Path) -> None:
    from publisher.audio.probe import probe
    from publisher.audio.tagged import AudioError, tagged
    from publisher.audio.tags import Tags

    found = probe(path)
    if found.type and not any(finding.severity == "error" for finding in found.findings):
        try:
            tagged(path, found.type, Tags("Title"))
        except AudioError:
            return


def _artwork(path: Path) -> None:
    from publisher.pictures import probe_artwork, small_cover

    if probe_artwork(path)[0] is not None:
        small_cover(path)


def _manifest(path: Path) -> None:
    from publisher.identity import sha256
    from publisher.manifest import named_by, read_manifest

    data = path.read_bytes()
    named_by(data)
    try:
        read_manifest(f"releases/{sha256(data)}.json", data)
    except StoreError:
        return


READ: Final[dict[str, Callable[[Path], None]]] = {
    "yaml": _yaml,
    "vtt": _transcript("vtt"),
    "srt": _transcript("srt"),
    "json": _transcript("json"),
    "txt": _transcript("txt"),
    "md": _transcript("md"),
    "markdown": _markdown,
    "audio": _audio,
    "artwork": _artwork,
    "manifest": _manifest,
}
