"""The search over a release's pages: which indexes it has, and those of them that have to be made."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import partial
from itertools import takewhile

from publisher import effective
from publisher.build.artifact import of_bytes
from publisher.build.episode import load_transcript
from publisher.build.workshop import Workshop, page_key
from publisher.chapters import with_line_breaks
from publisher.manifest import Listing, Manifest, Released, listing
from publisher.model import Episode
from publisher.planning import Plan
from publisher.release.standing import Standing
from publisher.searching.bundles import build_all, pagefind_version
from publisher.searching.shards import Passage, SearchPage, Shard, folders, shards
from publisher.site.facets import FacetBook, Facets
from publisher.text import plain_text
from publisher.words import Words, format_clock

ROLE = "search:"
"""What the role of an index's file begins with, among the show's objects."""


def build_search(
    shop: Workshop,
    plan: Plan,
    episodes: dict[str, Episode],
    released: Sequence[Released],
    facets: FacetBook,
    before: Manifest | None,
    standing: Standing,
) -> tuple[Listing, tuple[str, ...]]:
    """Stores the indexes of all episodes; those that are published already are taken as they are.

    Args:
        released: in the order of their release.
        before: what is published; None where everything is to be made.
        standing: what is known of it.

    Returns:
        The files by their roles, and the folders in which a page of the show's language searches.

    Raises:
        SearchError: an index could not be made.
    """
    if not released:
        return Listing(), ()
    published = listing(before.objects if before else {})
    roles = sorted(published)
    slugs = [item.slug for item in released]
    known = standing.shards(plan, slugs[:-1])
    first = [*takewhile(lambda shard: _files(roles, shard[0]), known)]
    # Shards are cut from the oldest page on: what follows is cut as it would be behind those.
    done = sum(count for _, count in first)
    pages = [_page(shop, episodes[item.slug], facets[item.slug]) for item in released[done:]]
    program, *others = shards(pages, version=pagefind_version())
    wanted = [program, *[Shard(program.language, folder) for folder, _ in first], *others]
    closed = [(shard.folder, len(shard.pages)) for shard in others if shard.is_closed]
    standing.keep_shards([*first, *closed], slugs)
    standing_files = [(shard, _files(roles, shard.folder)) for shard in wanted]
    made = {
        ROLE + key: shop.keep(of_bytes(key, data))
        for bundle in build_all([shard for shard, files in standing_files if not files])
        for key, data in bundle.files
    }
    stand = published.only(role for _, files in standing_files for role in files)
    return stand | made, folders(wanted, shop.show.language)


def _files(roles: Sequence[str], folder: str) -> Sequence[str]:
    """The roles of an index's files; none where it is not among them.

    Args:
        roles: sorted, so that those of a folder stand together.
        folder: as `Shard.folder` has it.
    """
    start, end = ROLE + folder, ROLE + folder[:-1] + chr(ord(folder[-1]) + 1)
    return roles[bisect_left(roles, start) : bisect_left(roles, end)]


def _page(shop: Workshop, episode: Episode, facets: Facets) -> SearchPage:
    date = ("date", facets.date)
    return SearchPage(
        page_key(episode.slug).removesuffix("index.html"),
        shop.show.language,
        episode.title,
        facets.found,
        partial(_passages, shop, episode),
        (date, ("code", episode.code)) if episode.code else (date,),
    )


def _passages(shop: Workshop, episode: Episode) -> list[Passage]:
    """What a reader may look for: what the page says, and when it is said."""
    show = shop.show
    word = Words(show.language, show.words).word
    people = [
        " ".join(filter(None, (person.name, person.title, person.organization, plain_text(person.bio))))
        for person in effective.people(show, episode)
    ]
    labels = [value for _, values in episode.taxonomies for value in values]
    found = [
        Passage("\n".join((episode.code, effective.summary(episode), *people, *labels, *episode.keywords)))
    ]
    if episode.notes:
        found.append(Passage(plain_text(with_line_breaks(episode.notes)), "notes", word("notes")))
    for question in episode.interview:
        found.append(
            Passage(f"{question.question}\n{plain_text(question.answer)}", "interview", question.question)
        )
    if episode.learning and episode.learning.outcomes:
        found.append(Passage("\n".join(episode.learning.outcomes), "learn", word("learn")))
    transcript = load_transcript(shop.root, show, episode)
    for part in transcript.paragraphs if transcript else ():
        said = f"{part.speaker}: {part.text}" if part.speaker else part.text
        if part.start_seconds is None:
            found.append(Passage(said, "transcript", word("transcript")))
        else:
            found.append(Passage(said, f"t={int(part.start_seconds)}", format_clock(part.start_seconds)))
    return found
