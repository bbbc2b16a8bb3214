"""All pages of a release: which there are, what each is made of, and how it is rendered when that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial
from typing import Final

from publisher import effective
from publisher.build.artifact import Artifact, of_bytes
from publisher.build.workshop import Workshop, page_key
from publisher.identity import sha256
from publisher.manifest import Released, StoredObject
from publisher.model import Episode
from publisher.release import pages
from publisher.site import linked_data, machine_files
from publisher.site import pages as site_pages
from publisher.site.assets import templates_digest
from publisher.site.data import Group, GroupPage, PageEpisode, Section, SitePage
from publisher.site.environment import meta_text
from publisher.site.groups import Groups, group_pages, groups_of, sections
from publisher.site.related import Subject, suggest
from publisher.text import plain_text
from publisher.words import Words

HOME_KEY: Final = "index.html"
NOT_FOUND_KEY: Final = "404.html"
CARD_WIDTH: Final = 1200
CARD_HEIGHT: Final = 630
_DIGEST_CHARACTERS: Final = 20


@dataclass(frozen=True, slots=True)
class SitePageOrder:
    """A page that belongs to the release.

    Attributes:
        made_of: fingerprint of all that it is rendered from.
        render: gives its bytes. Raises OSError where a source cannot be read any more.
    """

    key: str
    made_of: str
    render: Callable[[], bytes]

    def artifact(self) -> Artifact:
        return of_bytes(self.key, self.render())


class Site:
    """The pages of a show's released episodes.

    Args:
        released: by the order of their release, with everything but their pages.
        former: for each key at which an episode's page was, the key of its page now; empty for one removed.
    """

    def __init__(
        self,
        shop: Workshop,
        site: SitePage,
        episodes: dict[str, Episode],
        released: Sequence[Released],
        former: dict[str, str],
    ) -> None:
        self._shop = shop
        self._site = site
        self._episodes = episodes
        self._released = released
        self._former = former
        self._items = {item.slug: item for item in released}
        self._listed = {item.slug: pages.listed(shop, episodes[item.slug], item) for item in released}
        self._groups: Groups = groups_of(
            shop.show, [(episodes[item.slug], item.published) for item in released]
        )
        self._by_slug: dict[str, list[Group]] = {}
        for group in self._groups.all:
            for slug in group.slugs:
                self._by_slug.setdefault(slug, []).append(group)
        self._suggested = suggest(
            [_subject(episodes[item.slug], item) for item in released], serial=shop.show.type == "serial"
        )
        # An episode more is another index, and that only the page which searches needs to know.
        shared = replace(site, indexes=("search/",) if site.indexes else ())
        self._shared = _fingerprint(templates_digest(), shared)

    def orders(self) -> list[SitePageOrder]:
        """Every page there is, those that lead to others after them: whoever stops half-way leaves no page
        that leads nowhere."""
        found = [self._former_page(key, target) for key, target in self._former.items()]
        quizzes = False
        for place, item in enumerate(self._released):
            found.append(self._episode(place, item))
            found.append(self._embed(item))
            if not self._site.show.private:
                found.append(self._oembed(item))
            learning = self._episodes[item.slug].learning
            if learning and learning.quiz:
                quizzes = True
                found.append(self._answers(item))
        if quizzes:
            found.append(self._plain("certificate/index.html", site_pages.render_certificate))
        found += [page for group in self._all_groups() for page in self._group(group)]
        if self._site.indexes:
            found.append(
                self._order(
                    "search/index.html",
                    (self._site.indexes,),
                    lambda: site_pages.render_search(self._site),
                )
            )
        return [*found, *self._for_machines(), self._not_found(), self._topics(), self._home()]

    def _all_groups(self) -> tuple[Group, ...]:
        everything = self._groups.everything
        return (*self._groups.all, everything) if everything.slugs else self._groups.all

    def _order(self, key: str, made_of: tuple[object, ...], render: Callable[[], str]) -> SitePageOrder:
        return SitePageOrder(key, _fingerprint(self._shared, key, *made_of), lambda: render().encode())

    def _plain(self, key: str, render: Callable[[SitePage], str]) -> SitePageOrder:
        return self._order(key, (), lambda: render(self._site))

    def _not_found(self) -> SitePageOrder:
        return self._plain(NOT_FOUND_KEY, site_pages.render_not_found)

    def _home(self) -> SitePageOrder:
        newest = tuple(reversed(self._listed.values()))[: site_pages.NEWEST]
        ways, count = sections(self._groups.all, site_pages.WAYS), len(self._listed)
        # Where the hosts' pages are stands in it too, though they may not be among those that it leads to.
        linked_data = self._home_data(self._groups.all)
        return self._order(
            HOME_KEY,
            (newest, _counted(ways), count, linked_data),
            lambda: site_pages.render_home(self._site, newest, count, ways, linked_data=linked_data),
        )

    def _topics(self) -> SitePageOrder:
        ways = sections(self._groups.all)
        return self._order(
            "topics/index.html", (_counted(ways),), lambda: site_pages.render_topics(self._site, ways)
        )

    def _group(self, group: Group) -> list[SitePageOrder]:
        if group.person:
            # As in the newest of the episodes, whose picture of them it is.
            newest = self._items[group.slugs[0]]
            group = replace(group, person=pages.shown(self._shop, self._site, group.person, newest))
        return [self._group_page(group, page) for page in group_pages(group)]

    def _group_page(self, group: Group, page: GroupPage) -> SitePageOrder:
        members = tuple(self._listed[slug] for slug in page.slugs)
        return self._order(
            f"{page.url}index.html",
            (replace(group, slugs=()), page, members),
            lambda: site_pages.render_group(
                self._site, group, page, members, linked_data=self._group_data(group, page, members)
            ),
        )

    def _episode(self, place: int, item: Released) -> SitePageOrder:
        older = self._neighbour(place - 1)
        newer = self._neighbour(place + 1)
        suggested = self._suggested[item.slug]
        following = self._listed[suggested.next] if suggested.next else None
        related = tuple(self._listed[slug] for slug in suggested.related if slug != suggested.next)
        return self._order(
            page_key(item.slug),
            (*self._source(item), _named(newer), _named(older), _named(following), *map(_named, related)),
            lambda: site_pages.render_episode(
                self._site,
                self._whole(item),
                newer=newer,
                older=older,
                following=following,
                related=related,
            ),
        )

    def _embed(self, item: Released) -> SitePageOrder:
        episode = self._listed[item.slug]
        return self._order(
            f"{episode.url}embed/index.html",
            (episode,),
            lambda: site_pages.render_embed(self._site, episode),
        )

    def _for_machines(self) -> list[SitePageOrder]:
        """A private feed's pages are nobody's to find."""
        site, show = self._site, self._site.show
        if show.private:
            return []
        base = site.base_url.rstrip("/") + "/"
        pages_known = [
            (base, ""),
            *(
                (base + episode.url, f"{episode.published.astimezone(UTC):%Y-%m-%d}")
                for episode in reversed(self._listed.values())
            ),
            (f"{base}topics/", ""),
            *((base + page.url, "") for group in self._all_groups() for page in group_pages(group)),
        ]
        manifest = machine_files.web_manifest(
            show.title,
            description=meta_text(plain_text(show.description)),
            language=show.language,
            colours=site.theme_colors,
            icons=site.artwork_sizes,
        )
        files = {
            **machine_files.sitemaps(pages_known, base_url=base),
            "robots.txt": machine_files.robots(f"{base}sitemap.xml", block=bool(show.block)),
            "site.webmanifest": manifest,
        }
        if site.indexes:
            files["opensearch.xml"] = machine_files.opensearch(
                show.title, search_url=f"{base}search/", language=show.language
            )
        return [
            SitePageOrder(key, _fingerprint(key, data), partial(bytes, data)) for key, data in files.items()
        ]

    def _oembed(self, item: Released) -> SitePageOrder:
        episode, site = self._listed[item.slug], self._site
        base = site.base_url.rstrip("/") + "/"
        card = (base + episode.card_url, CARD_WIDTH, CARD_HEIGHT) if episode.card_url else None
        data = machine_files.oembed(
            title=episode.title,
            embed_url=f"{base}{episode.url}embed/",
            author=effective.show_author(site.show),
            provider=site.show.title,
            provider_url=base,
            thumbnail=card,
        )
        return SitePageOrder(f"{episode.url}oembed.json", _fingerprint(data), partial(bytes, data))

    def _answers(self, item: Released) -> SitePageOrder:
        return self._order(
            f"{self._listed[item.slug].url}answers/index.html",
            (self._listed[item.slug], self._episodes[item.slug].learning),
            lambda: site_pages.render_answers(
                self._site, pages.asked(self._listed[item.slug], self._episodes[item.slug])
            ),
        )

    def _former_page(self, key: str, target: str) -> SitePageOrder:
        render = partial(
            site_pages.render_former,
            self._site,
            page_url=key.removesuffix("index.html"),
            target=target.removesuffix("index.html"),
        )
        return self._order(key, (target,), render)

    def _source(self, item: Released) -> tuple[object, ...]:
        """All that an episode's own page says of the episode, by fingerprints that there are already."""
        objects = sorted((role, stored.digest) for role, stored in item.objects.items())
        return (
            self._listed[item.slug],
            sorted(item.parts.items()),
            objects,
            item.enclosure.chapters,
            self._urls_of(item.slug),
        )

    def _urls_of(self, slug: str) -> dict[tuple[str, str], str]:
        return {(group.key, group.name): group.url for group in self._by_slug.get(slug, ())}

    def _absolute(self, address: str) -> str:
        base = self._site.base_url.rstrip("/") + "/"
        return base + address if address and ":" not in address.partition("/")[0] else address

    def _home_data(self, groups: Sequence[Group]) -> str:
        site = self._site
        people = {group.name: self._absolute(group.url) for group in groups if group.kind == "person"}
        return linked_data.of_home(
            site.show,
            url=self._absolute("./").removesuffix("./"),
            feed_url=site.feed_url,
            artwork_url=self._absolute(site.artwork_url),
            search_url=self._absolute("search/") if site.indexes else "",
            people=people,
        )

    def _group_data(self, group: Group, page: GroupPage, episodes: Sequence[PageEpisode]) -> str:
        return linked_data.of_group(
            self._site.show,
            kind=group.kind,
            name=group.name or Words(self._site.show.language, self._site.show.words).word("all_episodes"),
            url=self._absolute(page.url),
            home_url=self._absolute("./").removesuffix("./"),
            episodes=[(episode.title, self._absolute(episode.url)) for episode in episodes],
            person=group.person if group.kind == "person" and not page.number else None,
        )

    def _episode_data(self, item: Released) -> str:
        """JSON-LD of an episode with all its files."""
        episode, listed = self._episodes[item.slug], self._listed[item.slug]
        groups = self._by_slug.get(item.slug, ())
        enclosure = item.enclosure.object
        transcripts = [
            linked_data.Medium(
                self._absolute(stored.key), stored.type, stored.length_bytes, self._site.show.language
            )
            for role, stored in sorted(item.objects.items())
            if role.startswith("transcript.")
        ]
        return linked_data.of_episode(
            self._site.show,
            episode,
            linked_data.EpisodeFacts(
                url=self._absolute(listed.url),
                published=item.published,
                guid=item.guid,
                embed_url=self._absolute(f"{listed.url}embed/"),
                topics={
                    (group.key, group.name): self._absolute(group.url)
                    for group in groups
                    if group.kind == "topic"
                },
                duration_seconds=item.enclosure.duration_seconds,
                audio=linked_data.Medium(
                    self._absolute(enclosure.key), enclosure.type, enclosure.length_bytes
                ),
                artwork_url=self._absolute(listed.artwork_url),
                transcripts=tuple(transcripts),
                people={group.name: self._absolute(group.url) for group in groups if group.kind == "person"},
            ),
            home_url=self._absolute("./").removesuffix("./"),
            artwork_url=self._absolute(self._site.artwork_url),
        )

    def _whole(self, item: Released) -> PageEpisode:
        page = pages.whole(self._shop, self._site, self._episodes[item.slug], item, self._urls_of(item.slug))
        return replace(page, linked_data=self._episode_data(item))

    def _neighbour(self, place: int) -> PageEpisode | None:
        return self._listed[self._released[place].slug] if 0 <= place < len(self._released) else None


def _subject(episode: Episode, item: Released) -> Subject:
    outcomes = episode.learning.outcomes if episode.learning else ()
    parts = (episode.title, episode.summary, *episode.keywords, episode.notes, *outcomes)
    return Subject(
        slug=episode.slug,
        published=item.published,
        taxonomies=episode.taxonomies,
        people=tuple(guest.name for guest in episode.guests),
        organizations=tuple(guest.organization for guest in episode.guests if guest.organization),
        text="\n".join(parts),
        related=episode.related,
        next=episode.next,
        season=episode.season,
        number=episode.number,
    )


def _counted(ways: Sequence[Section]) -> list[tuple[object, ...]]:
    """What a page that leads to groups says of them."""
    return [
        (
            way.count,
            *((group.kind, group.label, group.name, group.url, len(group.slugs)) for group in way.groups),
        )
        for way in ways
    ]


def _named(other: PageEpisode | None) -> tuple[object, ...]:
    """What another episode's page shows of it."""
    if other is None:
        return ()
    return (other.url, other.title, other.summary, other.code, other.number, other.artwork_url)


def _fingerprint(*values: object) -> str:
    """Of plain data and frozen dataclasses, whose representation says all that is in them."""
    return sha256(repr(values).encode())[:_DIGEST_CHARACTERS]


def stored_pages(made: dict[str, StoredObject], released: Sequence[Released]) -> tuple[StoredObject, ...]:
    """The pages that are no episode's own, by key."""
    own = {page_key(item.slug) for item in released}
    return tuple(item for key, item in sorted(made.items()) if key not in own)
