"""Makes the sample show's audio, transcripts and pictures again: `python tools/sample_show/build.py`.

Texts stand in data beside this file (manus/, voices.yaml, sounds.yaml) and in the show itself.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pictures
import sound
import transcripts
import yaml
from speech import Voices

HERE = Path(__file__).resolve().parent
SHOW = HERE.parent.parent / "episodes"
GAP, TURN_GAP = 0.38, 0.55


@dataclass
class Timeline:
    """What has been put in a row so far, and where things begin."""

    pieces: list[Path] = field(default_factory=list)
    length_seconds: float = 0.0
    lines: list[transcripts.Line] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    chapters: list[tuple[float, str]] = field(default_factory=list)
    bites: dict[str, tuple[float, float]] = field(default_factory=dict)

    def add(self, piece: Path) -> None:
        self.pieces.append(piece)
        self.length_seconds += sound.seconds_of(piece)


def data(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def spoken_markdown(text: str) -> str:
    """Markdown as it is read aloud."""
    return " ".join(re.sub(r"[*_`]|\[([^]]*)\]\([^)]*\)", r"\1", text).split())


def parts_of(manuscript: dict[str, Any], slug: str) -> Iterator[dict[str, Any]]:
    """The manuscript's parts; the written interview, where it is to be read aloud, out of episode.yaml."""
    for part in manuscript["parts"]:
        if "interview" not in part:
            yield part
            continue
        who = part["interview"]
        episode = yaml.safe_load((SHOW / slug / "episode.yaml").read_text(encoding="utf-8"))
        for entry in episode["interview"]:
            yield {who["question"]: spoken_markdown(entry["question"])}
            yield {who["answer"]: spoken_markdown(entry["answer"])}


def record(slug: str, manuscript: dict[str, Any], voices: Voices, work: Path) -> Timeline:
    """Speaks one manuscript from top to bottom."""
    cast, sounds = data("voices.yaml"), data("sounds.yaml")
    row, speaker, bite = Timeline(), "", ("", 0.0)
    for number, part in enumerate(parts_of(manuscript, slug)):
        piece = work / f"{number:03}.wav"
        if "chapter" in part:
            row.chapters.append((row.length_seconds, part["chapter"]))
        elif "sound" in part:
            sound.make_sound(sounds[part["sound"]], piece)
            row.add(piece)
            speaker = ""
        elif "pause" in part:
            sound.make_silence(part["pause"], piece)
            row.add(piece)
        else:
            role = next(key for key in part if key in cast)
            voice = cast[role]
            raw, gap = work / f"{number:03}.raw.wav", work / f"{number:03}.gap.wav"
            spoken = voices.say(part[role], voice, raw)
            sound.dress(raw, voice, piece)
            if speaker and speaker != role:
                sound.make_silence(TURN_GAP - GAP, gap.with_suffix(".turn.wav"))
                row.add(gap.with_suffix(".turn.wav"))
            start = row.length_seconds
            speaker = role
            row.lines.append(
                transcripts.Line(voice["name"], voice.get("short", voice["name"]), part[role], start, spoken)
            )
            if "mark" in part:
                row.marks.append((start, part["mark"]))
            if "bite" in part:
                bite = (part["bite"], start)
            if "bite_end" in part:
                row.bites[bite[0]] = (bite[1], start + spoken.end_seconds - bite[1])
            row.add(piece)
            sound.make_silence(max(0.05, GAP - voice["tail"]), gap)
            row.add(gap)
    return row


def set_times(episode: Path, row: Timeline) -> None:
    """Writes the measured times into episode.yaml, at the titles they belong to."""
    text = episode.read_text(encoding="utf-8")
    starts = {title: start for start, title in [*row.chapters, *row.marks]}
    for title, (start, duration) in row.bites.items():
        pattern = re.compile(rf"- start: [\d:.]+\n(\s+)duration: [\d:.]+\n(\s+)title: {re.escape(title)}\n")
        text = pattern.sub(
            rf"- start: {start:.1f}\n\g<1>duration: {duration:.1f}\n\g<2>title: {title}\n", text
        )
    for title, start in starts.items():
        pattern = re.compile(rf"- start: [\d:.]+\n(\s+)title: {re.escape(title)}\n")
        at = f"{int(start // 60)}:{start % 60:04.1f}" if start else "0:00"
        text = pattern.sub(rf"- start: {at}\n\g<1>title: {title}\n", text)
    episode.write_text(text, encoding="utf-8")


def make_episode(manuscript_file: Path, voices: Voices) -> None:
    """Audio, transcript and measured times of one episode."""
    slug = manuscript_file.stem
    folder = SHOW / slug
    manuscript = yaml.safe_load(manuscript_file.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="sample-show-") as name:
        work = Path(name)
        row = record(slug, manuscript, voices, work)
        mastered = work / "mastered.wav"
        sound.master(row.pieces, mastered)
        target = folder / manuscript["audio"]
        sound.encode(mastered, target, row.chapters if manuscript.get("chapters_inside") else None)
        if "alternate" in manuscript:
            sound.encode(mastered, folder / manuscript["alternate"])
    if "transcript" in manuscript:
        transcripts.write(row.lines, folder / manuscript["transcript"])
    set_times(folder / "episode.yaml", row)
    loudness, peak = sound.measure(target)
    size = target.stat().st_size / 1000
    print(f"{slug}: {row.length_seconds:.1f} s, {size:.0f} kB, {loudness:.1f} LUFS, {peak:.1f} dBTP")


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the sample show's audio, transcripts and pictures.")
    parser.add_argument("slug", nargs="*", help="only these episodes' audio (default: all, and the pictures)")
    parser.add_argument("--pictures", action="store_true", help="only the pictures")
    arguments = parser.parse_args()
    if arguments.pictures or not arguments.slug:
        pictures.make_all(HERE / "pictures", SHOW)
    if arguments.pictures:
        return
    voices = Voices({str(word): spelling for word, spelling in data("pronunciation.yaml").items()})
    for manuscript in sorted((HERE / "manus").glob("*.yaml")):
        if not arguments.slug or manuscript.stem in arguments.slug:
            make_episode(manuscript, voices)


if __name__ == "__main__":
    main()
