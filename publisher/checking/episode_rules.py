"""Rules that look at one episode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from publisher.checking.rule import (
    APPLE_FEED,
    APPLE_TAGS,
    GIT_LFS,
    ID3_CHAPTERS,
    NAMESPACE,
    PSP1,
    Found,
    Scope,
    episode_rule,
    inside,
)
from publisher.model import Episode, TranscriptFile
from publisher.parts import chapters_of
from publisher.problems import Severity
from publisher.suggest import did_you_mean

_MAX_TITLE = 255
_NUMBER_IN_TITLE = re.compile(
    r"^\s*(?:#\s*\d+|(?:ep(?:isode|\.)?|folge|avsnitt|afsnit)\s*#?\d+|\d+\s*[:.–—-]\s)", re.I
)

# A decoder's delay and the last frame's padding: less than this past the end is no mistake.
_SLACK_SECONDS = 1.0

# Music at the end, or a trailer with few words, is no other episode's transcript.
_QUIET_SECONDS = 60.0

# Of one episode; who gave none of 300 chapters a title has understood.
_MOST_UNTITLED = 10

# A table of contents counts its chapters in one byte.
_MOST_LISTED = 255


def _is_published(scope: Scope, episode: Episode) -> bool:
    return episode.slug in scope.published or episode.guid in scope.published


@episode_rule("audio-missing", "error", "an episode has audio until it is published", APPLE_FEED)
def _audio(scope: Scope, episode: Episode) -> Iterator[Found]:
    if episode.audio or "audio" in episode.unreadable or _is_published(scope, episode):
        return
    if episode.audio_pointer:
        return  # "lfs-audio" says it
    help = "put one MP3 or M4A file into the folder; its name does not matter"
    key: tuple[str, ...] = ()
    if episode.audio_name:
        help = f"'audio' names {episode.audio_name!r}, which is not there: put it into the folder"
        key = ("audio",)
    if scope.is_due(episode):
        yield Found("the episode has no audio, and was never published", help, key)
    elif episode.published:
        date = f"{episode.published:%Y-%m-%d %H:%M} UTC"
        yield Found(f"the episode goes out on {date} and has no audio yet", help, key, severity="warning")
    else:
        yield Found("the draft has no audio yet", help, key, severity="warning")


@episode_rule("lfs-audio", "error", "a pointer of Git LFS stands for audio that is published", GIT_LFS)
def _pointer(scope: Scope, episode: Episode) -> Iterator[Found]:
    if not episode.audio_pointer or episode.audio_pointer in scope.published_audio:
        return
    message = "the audio was not fetched: Git LFS has only left a pointer to it"
    help = f'fetch it: git lfs pull --include "{scope.show.folder}/{episode.slug}/*"'
    if _is_published(scope, episode):
        yield Found(f"{message}, and it is not the audio that is published", help)
    else:
        severity: Severity = "error" if scope.is_due(episode) else "warning"
        yield Found(message, help, severity=severity)


@episode_rule(
    "title-number",
    "warning",
    "no number stands in an episode's title: apps add it",
    APPLE_TAGS,
    profiles=("apple",),
)
def _title_number(scope: Scope, episode: Episode) -> Iterator[Found]:
    match = _NUMBER_IN_TITLE.match(episode.title)
    if match:
        number = "" if episode.number else "; write it as number"
        yield Found(
            f"the title starts with {match.group().strip()!r}",
            f"remove it: apps show the number themselves{number}",
            ("title",),
        )


@episode_rule(
    "title-length",
    "warning",
    f"a title has at most {_MAX_TITLE} characters",
    PSP1,
    profiles=("psp1", "spotify"),
)
def _title_length(scope: Scope, episode: Episode) -> Iterator[Found]:
    if len(episode.title) > _MAX_TITLE:
        yield Found(
            f"the title has {len(episode.title)} characters; apps cut it off", "shorten it", ("title",)
        )


@episode_rule(
    "summary-missing", "warning", "an episode says what it is about", PSP1, profiles=("psp1", "apple", "rss")
)
def _summary(scope: Scope, episode: Episode) -> Iterator[Found]:
    if episode.published and not episode.summary and not episode.notes and "notes" not in episode.unreadable:
        yield Found("the episode has neither a summary nor notes", "add summary, or a file notes.md")


@episode_rule(
    "number-missing",
    "error",
    "every full episode of a serial show has a number",
    APPLE_TAGS,
    profiles=("apple",),
)
def _number(scope: Scope, episode: Episode) -> Iterator[Found]:
    if scope.show.type == "serial" and episode.type == "full" and not episode.number and episode.published:
        yield Found("the show is serial and the episode has no number", "add number", ("number",))


@episode_rule("taxonomy-unknown", "error", "an episode uses the taxonomies that the show declares")
def _taxonomies(scope: Scope, episode: Episode) -> Iterator[Found]:
    declared = dict(scope.show.taxonomies)
    for key, _ in episode.taxonomies:
        if key not in declared:
            help = (
                did_you_mean(key, declared) if declared else f"add taxonomies to podcast.yaml: {key}: Label"
            )
            yield Found(f"the show declares no taxonomy {key!r}", help, ("taxonomies", key))


@episode_rule("feed-unknown", "error", "an episode is in private feeds that the show has")
def _feeds(scope: Scope, episode: Episode) -> Iterator[Found]:
    # The show as a private feed has it keeps no list of them.
    declared = [feed.name for feed in scope.show.feeds]
    for place, name in enumerate(episode.feeds):
        if name not in declared:
            help = did_you_mean(name, declared) if declared else "add feeds to podcast.yaml: name, secret"
            yield Found(f"the show has no private feed {name!r}", help, ("feeds", place))


@episode_rule("episode-unknown", "error", "related and next name episodes of the show")
def _neighbours(scope: Scope, episode: Episode) -> Iterator[Found]:
    for place, slug in enumerate(episode.related):
        if slug not in scope.slugs:
            yield Found(f"there is no episode {slug!r}", did_you_mean(slug, scope.slugs), ("related", place))
    if episode.next and episode.next not in scope.slugs:
        yield Found(
            f"there is no episode {episode.next!r}", did_you_mean(episode.next, scope.slugs), ("next",)
        )


@episode_rule("chapters-late", "error", "chapters start within the audio", NAMESPACE + "chapters")
def _chapters(scope: Scope, episode: Episode) -> Iterator[Found]:
    if not episode.audio or episode.chapters is None:
        return
    end = episode.audio.duration_seconds
    for place, chapter in enumerate(episode.chapters):
        if chapter.start_seconds >= end + _SLACK_SECONDS:
            yield Found(
                f"the chapter {chapter.title!r} starts at {chapter.start_seconds:g} s, "
                f"and the audio is {end:.0f} s long",
                "mend the time, or check that this is the right audio",
                () if episode.chapters_file else ("chapters", place),
                file=episode.chapters_file,
            )


@episode_rule("chapters-twice", "error", "no two chapters start at the same time", NAMESPACE + "chapters")
def _same_start(scope: Scope, episode: Episode) -> Iterator[Found]:
    starts: set[float] = set()
    for chapter in chapters_of(episode, episode.audio):
        if chapter.start_seconds in starts:
            yield Found(
                f"two chapters start at {chapter.start_seconds:g} s",
                "keep one",
                () if episode.chapters_file else ("chapters",),
                file=episode.chapters_file,
            )
        starts.add(chapter.start_seconds)


@episode_rule("soundbite", "error", "soundbites lie within the audio", NAMESPACE + "soundbite")
def _soundbites(scope: Scope, episode: Episode) -> Iterator[Found]:
    for place, bite in enumerate(episode.soundbites):
        key = ("soundbites", place)
        end = bite.start_seconds + bite.duration_seconds
        if episode.audio and end > episode.audio.duration_seconds + _SLACK_SECONDS:
            yield Found(
                f"the soundbite ends at {end:g} s, "
                f"and the audio is {episode.audio.duration_seconds:.0f} s long",
                "mend start or duration",
                key,
            )
        elif not 15 <= bite.duration_seconds <= 120:
            yield Found(
                f"the soundbite is {bite.duration_seconds:g} s long; apps take 15 to 120",
                "make it 15 to 120 seconds",
                key,
                severity="warning",
            )


@episode_rule("transcript-late", "warning", "a transcript ends with its audio", NAMESPACE + "transcript")
def _transcript(scope: Scope, episode: Episode) -> Iterator[Found]:
    for transcript, duration in _timed(episode):
        late = (transcript.end_seconds or 0) - duration
        if late > 5:
            yield Found(
                f"the transcript ends {late:.0f} s after the audio",
                "is it another episode's?",
                file=inside(transcript.source.path),
            )


@episode_rule("alternate-missing", "error", "a further enclosure is there until it is published")
def _alternates(scope: Scope, episode: Episode) -> Iterator[Found]:
    there = dict(episode.alternate_files)
    for place, alternate in enumerate(episode.alternates):
        if not alternate.file or alternate.file in there or _is_published(scope, episode):
            continue
        yield Found(
            f"'alternates' names {alternate.file!r}, which is not there",
            "put the file into the folder",
            ("alternates", place),
            severity="error" if scope.is_due(episode) else "warning",
        )


@episode_rule(
    "transcript-short", "warning", "a transcript reaches through its audio", NAMESPACE + "transcript"
)
def _short_transcript(scope: Scope, episode: Episode) -> Iterator[Found]:
    for transcript, duration in _timed(episode):
        end = transcript.end_seconds or 0
        if end < duration / 2 and duration - end > _QUIET_SECONDS:
            yield Found(
                f"the transcript ends after {end:.0f} s, and the audio is {duration:.0f} s long",
                "is it another episode's, or not finished?",
                file=transcript.source.path.rpartition("/")[2],
            )


def _timed(episode: Episode) -> Iterator[tuple[TranscriptFile, float]]:
    """Each transcript with times, and how long the audio is."""
    own = (episode.transcript,) if episode.transcript else ()
    for transcript in (*own, *episode.translations):
        if episode.audio and transcript.end_seconds is not None:
            yield transcript, episode.audio.duration_seconds


@episode_rule("chapters-title", "warning", "a chapter that lists show has a title", NAMESPACE + "chapters")
def _chapter_titles(scope: Scope, episode: Episode) -> Iterator[Found]:
    listed = enumerate(episode.chapters or ())
    untitled = ((place, chapter) for place, chapter in listed if chapter.toc and not chapter.title)
    for place, chapter in islice(untitled, _MOST_UNTITLED):
        yield Found(
            f"the chapter at {chapter.start_seconds:g} s has no title",
            "give it one, or toc: false if lists are not to show it",
            () if episode.chapters_file else ("chapters", place),
            file=episode.chapters_file,
        )


@episode_rule("chapters-many", "warning", f"at most {_MOST_LISTED} chapters are listed", ID3_CHAPTERS)
def _many_chapters(scope: Scope, episode: Episode) -> Iterator[Found]:
    listed = sum(chapter.toc for chapter in chapters_of(episode, episode.audio))
    if listed > _MOST_LISTED:
        yield Found(
            f"there are {listed} chapters; a table of contents in the audio holds {_MOST_LISTED}, so it is "
            "parted into several, of which many players show the first",
            "keep those that a listener would jump to, and give the others toc: false",
            () if episode.chapters_file else ("chapters",),
            file=episode.chapters_file,
        )
