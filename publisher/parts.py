"""Fingerprints of a show's and an episode's parts: what the plan compares. Pure."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from publisher import effective
from publisher.delivery import further
from publisher.identity import canonical_json, fingerprint, fingerprint_of
from publisher.manifest import Enclosure
from publisher.model import Audio, Chapter, Episode, Notify, Show

# Counted up when a change of the code gives other bytes for the same source: published episodes are then made
# again. `tags` costs every listener a new download address, the others only an upload.
RECIPES: Final = {"tags": 1, "transcripts": 2, "chapters": 2, "pictures": 1, "feed": 4, "pages": 3}

# Found in other parts, or nothing that is released.
_NOT_SHOW: Final = frozenset(
    (
        *("folder", "episodes", "artwork", "pictures", "image_files", "fonts", "unreadable"),
        *("publish_to", "publish_endpoint", "inbox", "notify", "announce", "feeds"),
    )
)
_NOT_EPISODE: Final = frozenset(
    (
        *(
            "slug",
            "audio_name",
            "audio_pointer",
            "audio",
            "artwork",
            "transcript",
            "translations",
            "chapters_file",
        ),
        *("pictures", "image_files", "alternate_files", "unreadable"),
    )
)

# What of podcast.yaml stands in an episode's tags, and what on its page.
_SHOW_IN_TAGS: Final = (
    *(
        "title",
        "author",
        "hosts",
        "language",
        "copyright",
        "categories",
        "link",
        "url",
        "feed_url",
        "guid",
        "owner",
    ),
)


_NOT_IN_TAGS: Final = frozenset(
    (
        *("learning", "interview", "related", "next", "social", "alternates", "formats", "soundbites"),
        *("location", "quote", "funding", "value", "images", "image files", "content_link", "txt", "chat"),
    )
)

# Words that show notes hold, and by them the tags.
_WORDS_IN_TAGS: Final = ("chapters", "guest", "guests", "learn", "links", "read_transcript")


def show_parts(show: Show) -> dict[str, str]:
    """Fingerprint of each key of podcast.yaml that says something, and of its files."""
    parts = _own(show, _NOT_SHOW)
    if show.artwork:
        parts["artwork"] = show.artwork.source.digest[:12]
    if show.pictures:
        parts["pictures"] = fingerprint([(name, source.digest) for name, source in show.pictures])
    if show.image_files:
        parts["image files"] = _image_files(show)
    if show.feeds:
        # By this a prune tells since when a private feed is none of the show's any more.
        parts["feeds"] = fingerprint(sorted(feed.name for feed in show.feeds))
    if show.fonts:
        parts["fonts"] = fingerprint([(font.path, font.digest) for font in show.fonts])
    # Who else is told stands in no feed.
    told = Notify(show.notify.websub, show.notify.podping)
    if told != Notify():
        parts["notify"] = fingerprint(told)
    return parts


def episode_parts(episode: Episode, audio: Audio | Enclosure, before: dict[str, str]) -> dict[str, str]:
    """Fingerprint of each key of episode.yaml that says something, and of its files.

    Args:
        before: the parts that are published; what was made of a file that has left the folder is as it was.
    """
    parts = dict(own_parts(episode))
    parts["audio"] = (audio.source.digest if isinstance(audio, Audio) else audio.source_digest)[:12]
    if episode.artwork:
        parts["artwork"] = episode.artwork.source.digest[:12]
    if episode.transcript:
        parts["transcript"] = fingerprint([episode.transcript.source.digest, episode.transcript.kind])
    for translation in episode.translations:
        part = f"transcript {translation.language}"
        parts[part] = fingerprint([translation.source.digest, translation.kind])
    if episode.pictures:
        parts["pictures"] = fingerprint([(name, source.digest) for name, source in episode.pictures])
    if episode.image_files:
        parts["image files"] = _image_files(episode)
    files = dict(episode.alternate_files)
    for alternate in episode.alternates:
        part = f"alternate {alternate.file}"
        if alternate.file in files:
            parts[part] = files[alternate.file].digest[:12]
        elif part in before:
            parts[part] = before[part]
    return parts


def own_parts(episode: Episode) -> dict[str, str]:
    """Fingerprint of each key of episode.yaml that says something. One that was kept knows its own."""
    known: dict[str, str] | None = getattr(episode, "own_parts", None)
    return _own(episode, _NOT_EPISODE) if known is None else known


def form_parts(show: Show, audio: Audio | Enclosure, before: dict[str, str]) -> dict[str, str]:
    """Fingerprint of the forms beside the enclosure. They are made from the audio, so where that has left the
    folder they are as they were; what the enclosure itself is made to is not asked again."""
    if not isinstance(audio, Audio):
        return {name: value for name, value in before.items() if name == "formats"}
    forms = further(show, audio)
    return {"formats": fingerprint(forms)} if forms else {}


class TagRecipes:
    """Fingerprints of everything that tagged audio is made from, for the episodes of one show.

    They are told from the sources, not from the bytes that come out: those may differ where another version
    scales a picture.

    Args:
        show: settled (`publisher.planning.settle`).
    """

    def __init__(self, show: Show) -> None:
        self._show = show
        of_show: dict[str, Any] = {name: getattr(show, name) for name in _SHOW_IN_TAGS}
        words = [pair for pair in show.words if pair[0] in _WORDS_IN_TAGS]
        if words:
            of_show["words"] = words
        plain = canonical_json(of_show)
        if show.artwork:
            of_show["artwork"] = show.artwork.source.digest
        # What is the show's is written once for all of its episodes.
        self._of_show = {True: plain[:-1], False: canonical_json(of_show)[:-1]}

    def of(self, episode: Episode, guid: str, parts: dict[str, str]) -> str:
        """The fingerprint of one episode's tagged audio.

        Args:
            parts: of the episode (`episode_parts`, `form_parts`).
        """
        own = {
            name: value
            for name, value in parts.items()
            if name not in _NOT_IN_TAGS and not name.startswith(("alternate ", "transcript "))
        }
        pieces = (
            canonical_json(RECIPES["tags"])[:-1],
            canonical_json(guid)[:-1],
            canonical_json(own)[:-1],
            self._of_show[bool(episode.artwork)],
            canonical_json(effective.explicit(self._show, episode))[:-1],
        )
        return fingerprint_of(b"[" + b",".join(pieces) + b"]\n")


def chapters_of(episode: Episode, audio: Audio | Enclosure | None) -> tuple[Chapter, ...]:
    """The chapters that hold: those that the folder's text has, else those inside the audio."""
    if episode.chapters is not None:
        return episode.chapters
    return audio.chapters if audio else ()


def _image_files(value: Show | Episode) -> str:
    return fingerprint([(name, image.source.digest) for name, image in value.image_files])


def _own(value: Show | Episode, without: frozenset[str]) -> dict[str, str]:
    """An empty list where the default is None says something: no hosts, no chapters."""
    named = ((field, getattr(value, field.name)) for field in fields(value) if field.name not in without)
    return {
        field.name: fingerprint(item)
        for field, item in named
        if item is not None and item != "" and item != field.default
    }
