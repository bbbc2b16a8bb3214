"""A show's and its episodes' pictures: artwork in all its sizes, cards for sharing, pictures for the tags."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from publisher import effective
from publisher.audio.chapters import Chapters
from publisher.audio.tags import Picture
from publisher.build.artifact import addressed_bytes
from publisher.build.workshop import Workshop, check_unchanged, given
from publisher.errors import StoreError
from publisher.manifest import StoredObject
from publisher.model import Artwork, Chapter, Episode, SourceFile
from publisher.pictures import (
    SIZES,
    CardTexts,
    Palette,
    cleaned,
    normalise,
    palette,
    resized,
    share_card,
    show_palette,
    small_cover,
)
from publisher.reading.probes import sha256_of
from publisher.words import Words

_COVER_PIXELS, _COVER_BYTES = 600, 300_000

# Every chapter has one, and above 16 KiB the padding that FFmpeg needs (publisher.audio.mp3.id3) triples.
_CHAPTER_PIXELS, _CHAPTER_BYTES = 300, 16_000

_CLEANED: Final = ("image/jpeg", "image/png")
"""What `cleaned` takes. A show's further images may be anything, even moving ones, and go out as they are."""
_SIZED: Final = re.compile(r"artwork\.(\d+)")


def build_pictures(
    shop: Workshop,
    stem: str,
    artwork: Artwork | None,
    pictures: tuple[tuple[str, SourceFile], ...],
    images: tuple[tuple[str, Artwork], ...] = (),
    *,
    before: Mapping[str, StoredObject],
) -> dict[str, StoredObject]:
    """Stores artwork as directories want it, in several sizes, and pictures and further images as they are,
    but for their metadata.

    Args:
        before: what is published, if that was made of the same artwork in the same way; else nothing.

    Returns:
        By `artwork`, `artwork.600` and so on, and `picture:<name>`.

    Raises:
        StoreError: the store failed, or a picture changed while it was read.
    """
    objects = _artwork(shop, stem, artwork, before) if artwork else {}
    sources = [*pictures, *((name, image.source) for name, image in images)]
    others = {name for name, image in images if image.type not in _CLEANED}
    for name, source in sources:
        stem = Path(name).stem
        if name in others:
            artifact = given(shop.root, "images", stem, Path(name).suffix.lower(), source)
        else:
            data = _clean(shop.root / source.path, source.digest)
            ending = ".png" if data.startswith(b"\x89PNG") else ".jpg"
            artifact = addressed_bytes("images", stem, ending, data)
        objects[f"picture:{name}"] = shop.keep(artifact)
    return objects


def picture_urls(shop: Workshop, objects: dict[str, StoredObject]) -> dict[str, str]:
    """Address by the name under which a picture stands in the YAML."""
    return {
        role.removeprefix("picture:"): shop.address(item)
        for role, item in objects.items()
        if role.startswith("picture:")
    }


def artwork_sizes(objects: Mapping[str, StoredObject]) -> tuple[tuple[int, StoredObject], ...]:
    """The smaller artworks among a release's objects, each with its pixels a side, the largest first."""
    sizes = [(int(match[1]), objects[role]) for role in objects if (match := _SIZED.fullmatch(role))]
    return tuple(sorted(sizes, key=lambda size: -size[0]))


def episode_card(shop: Workshop, episode: Episode) -> StoredObject:
    """Stores the picture that is shown where an episode's address is shared."""
    language = shop.show.language
    word = Words(language, shop.show.words).word("episode")
    number = f"{word} {episode.number}" if episode.number is not None else ""
    texts = CardTexts(
        show=shop.show.title,
        title=episode.title,
        label=episode.code or number,
        guests=tuple(guest.name for guest in episode.guests),
        language=language,
    )
    return _card(shop, episode.slug, texts, episode.artwork or shop.show.artwork)


def show_card(shop: Workshop) -> StoredObject:
    """The same for the show's own address."""
    show = shop.show
    author = effective.show_author(show)
    texts = CardTexts(show="", title=show.title, guests=(author,) if author else (), language=show.language)
    return _card(shop, "show", texts, show.artwork)


def colours_of(shop: Workshop) -> Palette:
    """The show's colours: its own, else those of its artwork."""
    return show_palette(shop.show.colors, _palette(_cover(shop, shop.show.artwork)))


def _artwork(
    shop: Workshop, stem: str, artwork: Artwork, before: Mapping[str, StoredObject]
) -> dict[str, StoredObject]:
    kept = {role: before[role] for role in before if role == "artwork" or _SIZED.fullmatch(role)}
    if "artwork" in kept:
        return kept
    path = shop.root / artwork.source.path
    check_unchanged(artwork.source.path, sha256_of(path), artwork.source.digest)
    made, findings = normalise(path)
    if made is None:
        # The rules refuse what is too small, and reading what cannot be opened.
        raise StoreError("; ".join(found.message for found in findings), help=findings[0].help)
    objects = {"artwork": shop.keep(addressed_bytes("artwork", stem, ".jpg", made.data))}
    data = made.data
    for side in SIZES:
        if side < made.side:
            data = resized(data, side)
            objects[f"artwork.{side}"] = shop.keep(addressed_bytes("artwork", f"{stem}-{side}", ".jpg", data))
    return objects


def _card(shop: Workshop, stem: str, texts: CardTexts, artwork: Artwork | None) -> StoredObject:
    cover = _cover(shop, artwork)
    fonts = tuple(shop.root / font.path for font in shop.show.fonts)
    for font, path in zip(shop.show.fonts, fonts, strict=True):
        check_unchanged(font.path, sha256_of(path), font.digest)
    colours = show_palette(shop.show.colors, _palette(cover))
    data = share_card(texts, cover, colours, fonts)
    return shop.keep(addressed_bytes("images", f"{stem}-card", ".jpg", data))


@functools.lru_cache(maxsize=16)
def _palette(cover: bytes | None) -> Palette:
    return palette(cover or b"")


def _clean(path: Path, digest: str) -> bytes:
    check_unchanged(path.name, sha256_of(path), digest)
    try:
        return cleaned(path.read_bytes())
    except ValueError as error:
        # The rules refuse what cannot be decoded; it may have been exchanged this very moment.
        raise StoreError(f"the picture {path.name}: {error}", help="save it again as JPEG or PNG") from error


def chapter_pictures(
    shop: Workshop, episode: Episode, chapters: tuple[Chapter, ...], inside: Chapters
) -> dict[int, Picture]:
    """Pictures named in episode.yaml, made small; else those that stand in the audio beside the chapter."""
    files = dict(episode.pictures)
    if episode.chapters is None:
        return {place: _chapter_sized(type_, data) for place, (type_, data) in inside.pictures.items()}
    pictures = {}
    for place, chapter in enumerate(chapters):
        if chapter.image in files:
            path = shop.root / files[chapter.image].path
            data = _small(path, files[chapter.image].digest, _CHAPTER_PIXELS, _CHAPTER_BYTES)
            if data:
                pictures[place] = Picture("image/jpeg", data)
    return pictures


def _chapter_sized(type_: str, data: bytes) -> Picture:
    """A picture from inside the audio: what it looks like stays, unless it is large."""
    if len(data) > _CHAPTER_BYTES:
        small = small_cover(data, max_pixels=_CHAPTER_PIXELS, max_bytes=_CHAPTER_BYTES)
        if small:
            return Picture("image/jpeg", small)
    with contextlib.suppress(ValueError):
        data = cleaned(data)
    return Picture(type_, data)


def tag_cover(shop: Workshop, episode: Episode) -> Picture | None:
    """The artwork as it goes into the audio's tags: the episode's, else the show's."""
    data = _cover(shop, episode.artwork or shop.show.artwork)
    return Picture("image/jpeg", data) if data else None


def _cover(shop: Workshop, artwork: Artwork | None) -> bytes | None:
    if artwork is None:
        return None
    return _small(shop.root / artwork.source.path, artwork.source.digest, _COVER_PIXELS, _COVER_BYTES)


@functools.lru_cache(maxsize=16)
def _small(path: Path, digest: str, max_pixels: int, max_bytes: int) -> bytes | None:
    """The show's cover goes into every episode: it is made once, and again when its digest changes."""
    check_unchanged(path.name, sha256_of(path), digest)
    return small_cover(path, max_pixels=max_pixels, max_bytes=max_bytes)
