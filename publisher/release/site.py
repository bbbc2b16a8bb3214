"""All pages of a release: which there are, what each is made of, and how it is rendered when that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Final, NamedTuple

from publisher import effective
from publisher.build.artifact import Artifact, of_bytes
from publisher.build.workshop import Workshop, page_folders, page_key
from publisher.identity import sha256
from publisher.manifest import Released
from publisher.model import Episode
from publisher.release import pages
from publisher.release.relations import Relations
from publisher.release.standing import mark
from publisher.site import linked_data, machine_files
from publisher.site import pages as site_pages
from publisher.site.assets import templates_digest
from publisher.site.data import Group, GroupPage, PageEpisode, Section, SitePage
from publisher.site.environment import meta_text
from publisher.site.facets import FacetBook
from publisher.site.groups import HEARD, ONE_PAGE, group_pages, sections
from publisher.text import plain_text
from publisher.words import Words

HOME_KEY: Final = "index.html"
NOT_FOUND_KEY: Final = "404.html"
EMBED: Final = "embed/index.html"
OEMBED: Final = "oembed.json"
ANSWERS: Final = "answers/index.html"
CARD_WIDTH: Final = 1200
CARD_HEIGHT: Final = 630
_DIGEST_CHARACTERS: Final = 20


class SitePageOrder(NamedTuple):
    """A page that belongs to the release.

    Attributes:
        made_of: fingerprint of all that it is rendered from; an episode's own pages have one together
            (`Site.made_of`).
        render: gives its bytes. Raises OSError where a source cannot be read any more.
    """

    key: str
    made_of: str
    render: Callable[[], bytes]

    def artifact(self) -> Artifact:
        return of_bytes(self.key, self.render())


class StandingPages(NamedTuple):
    """What is known of the pages of the release that stands, where the next one only adds episodes to it.

    Attributes:
        shared: fingerprint of what all of them were rendered from.
        taken: slugs of the episodes that go out as they were, with all that others show of them.
        made_of: as `publisher.manifest.Manifest` has it.
    """

    shared: str
    taken: frozenset[str]
    made_of: Mapping[str, str]


_NO_PAGES: Final = StandingPages("", frozenset(), {})


class Site:
    """The pages of a show's released episodes.

    What a page is made of is told by fingerprints of what each episode gives to it, so that of episodes whose
    pages stand nothing has to be worked out.

    Args:
        released: by the order of their release, with everything but their pages.
        facets: of every one of them.
        relations: of them.
        former: for each key at which an episode's page was, the key of its page now; empty for one removed.
        standing: pages of groups whose episodes are all as they were, where nothing but episodes was added.

    Attributes:
        shared: fingerprint of what every page is rendered from.
        standing_keys: of pages of groups that are as they were.
    """

    def __init__(
        self,
        shop: Workshop,
        site: SitePage,
        episodes: dict[str, Episode],
        released: Sequence[Released],
        facets: FacetBook,
        relations: Relations,
        former: dict[str, str],
        standing: StandingPages = _NO_PAGES,
    ) -> None:
        self._shop = shop
        self._site = site
        self._episodes = episodes
        self._released = released
        self._facets = facets
        self._relations = relations
        self._former = former
        self._items = {item.slug: item for item in released}
        self._known: dict[str, PageEpisode] = {}
        self._groups = relations.groups
        everything = self._groups.everything
        self._listed_groups = (*self._groups.all, *([everything] if everything.slugs else []))
        # An episode more is another index, and that only the page which searches needs to know.
        shared = replace(site, indexes=("search/",) if site.indexes else ())
        self.shared = mark(templates_digest(), shared)
        self._standing = standing if standing.shared == self.shared else _NO_PAGES
        self._open = self._those_open()
        self._by_slug = self._groups.having(self._open)
        self.standing_keys: list[str] = []
        self._touched_pages: list[tuple[Group, GroupPage]] = []
        self._group_urls: list[str] = []
        self._part()

    def _those_open(self) -> frozenset[str]:
        """Slugs of the episodes of whose own pages it is not known that they stand."""
        slugs = frozenset(self._items)
        moved, taken = self._relations.moved, self._standing.taken
        return slugs if moved is None or not taken else moved | (slugs - taken)

    def _part(self) -> None:
        """Tells the pages of groups that have an episode of which it is not known that its lists stand from
        all others."""
        taken = self._standing.taken
        known = self._standing.made_of if taken else {}
        new = self._items.keys() - taken if taken else set[str]()
        own = {self._groups.everything.url, *(group.url for slug in new for group in self._by_slug[slug])}
        for group in self._listed_groups:
            # Of ten thousand groups nearly all have one page, and none of the new episodes.
            if len(group.slugs) <= ONE_PAGE and group.url not in own and group.url + "index.html" in known:
                self.standing_keys.append(group.url + "index.html")
                self._group_urls.append(group.url)
                continue
            for page in group_pages(group):
                key = f"{page.url}index.html"
                if key not in known or (group.url in own and self._may_differ(group, page, new)):
                    self._touched_pages.append((group, page))
                else:
                    self.standing_keys.append(key)
                self._group_urls.append(page.url)

    def _may_differ(self, group: Group, page: GroupPage, new: Set[str]) -> bool:
        """Whether a page of a group that has new episodes may be another than it was."""
        return (
            # All pages of a person show them as in their newest episode.
            group.kind == "person"
            or not new.isdisjoint(page.slugs)
            # A full page leads to the one after it, which may be another since.
            or page.newer in ("", group.url)
            or f"{page.newer}index.html" not in self._standing.made_of
        )

    def made_of(self) -> dict[str, str]:
        """A fingerprint of all that an episode's own pages are rendered from, by its slug; only of episodes
        of which it is not known that their pages stand."""
        return {
            item.slug: self._made_of(place, item)
            for place, item in enumerate(self._released)
            if item.slug in self._open
        }

    def orders(self, made_of: Mapping[str, str]) -> list[SitePageOrder]:
        """Every page that is no episode's, but those of `standing_keys`; and those of some episodes. Pages
        that lead to others come after them: whoever stops half-way leaves no page that leads nowhere.

        Args:
            made_of: as `made_of` gives it, of the episodes whose own pages are wanted.
        """
        found = [self._former_page(key, target) for key, target in self._former.items()]
        for place, item in enumerate(self._released) if made_of else ():
            if item.slug in made_of:
                found += self._of_episode(place, item, made_of[item.slug])
        if self._facets.has_quiz:
            found.append(self._plain("certificate/index.html", site_pages.render_certificate))
        found += [self._group_page(group, page) for group, page in self._touched_pages]
        if self._site.indexes:
            found.append(
                self._order(
                    "search/index.html",
                    (mark(self._site.indexes),),
                    lambda: site_pages.render_search(self._site),
                )
            )
        return [*found, *self._for_machines(), self._not_found(), self._topics(), self._home()]

    def _listed(self, slug: str) -> PageEpisode:
        """An episode as lists show it, for a page that has to be made."""
        if slug not in self._known:
            self._known[slug] = pages.listed(self._shop, self._episodes[slug], self._items[slug])
        return self._known[slug]

    def _order(self, key: str, made_of: Iterable[str], render: Callable[[], str]) -> SitePageOrder:
        """A page.

        Args:
            made_of: fingerprints, or texts on a line of their own.
        """
        return SitePageOrder(key, _joined(self.shared, key, *made_of), lambda: render().encode())

    def _plain(self, key: str, render: Callable[[SitePage], str]) -> SitePageOrder:
        return self._order(key, (), lambda: render(self._site))

    def _not_found(self) -> SitePageOrder:
        return self._plain(NOT_FOUND_KEY, site_pages.render_not_found)

    def _home(self) -> SitePageOrder:
        newest = [item.slug for item in reversed(self._released)][: site_pages.NEWEST]
        ways, count = sections(self._groups.all, site_pages.WAYS), len(self._released)
        # Where the hosts' pages are stands in it too, though they may not be among those that it leads to.
        linked_data = self._home_data(self._groups.all)
        return self._order(
            HOME_KEY,
            (*self._facets.listed(newest), mark(_counted(ways), count, linked_data)),
            lambda: site_pages.render_home(
                self._site,
                tuple(self._listed(slug) for slug in newest),
                count,
                ways,
                linked_data=linked_data,
            ),
        )

    def _topics(self) -> SitePageOrder:
        ways = sections(self._groups.all)
        return self._order(
            "topics/index.html", (mark(_counted(ways)),), lambda: site_pages.render_topics(self._site, ways)
        )

    def _group_page(self, group: Group, page: GroupPage) -> SitePageOrder:
        return self._order(
            f"{page.url}index.html",
            (
                repr((group.kind, group.key, group.label, group.name, group.url)),
                f"{page.number} {page.newer} {page.older}",
                self._shown(group),
                *self._facets.listed(page.slugs),
            ),
            partial(self._render_group, group, page),
        )

    def _shown(self, group: Group) -> str:
        """What tells a person as in the newest of the episodes, whose picture of them it is."""
        if group.kind != "person":
            return ""
        # Whom an episode names twice is as the last of these.
        people = reversed(self._facets[group.slugs[0]].people)
        return next(person.shown for person in people if person.name == group.name)

    def _render_group(self, group: Group, page: GroupPage) -> str:
        if group.kind == "person":
            newest = group.slugs[0]
            people = reversed(effective.people(self._shop.show, self._episodes[newest]))
            person = next(one for one in people if one.name == group.name and one.role in HEARD)
            shown = pages.shown(self._shop, self._site.base_url, person, self._items[newest])
            group = group._replace(person=shown)
        members = tuple(self._listed(slug) for slug in page.slugs)
        return site_pages.render_group(
            self._site, group, page, members, linked_data=self._group_data(group, page, members)
        )

    def _made_of(self, place: int, item: Released) -> str:
        newer, older, following, related = self._others(place, item)
        facets = self._facets
        return _joined(
            self.shared,
            item.slug,
            facets.source(item.slug),
            *[facets[slug].named if slug else "" for slug in (newer, older, following, *related)],
            *[group.url for group in self._by_slug[item.slug]],
        )

    def _others(self, place: int, item: Released) -> tuple[str, str, str, list[str]]:
        """Slugs of whom an episode's page leads to: the newer, the older, the one to go on with, and those
        that are alike. Empty where there is none."""
        suggested = self._relations.suggested(item.slug)
        related = [slug for slug in suggested.related if slug != suggested.next]
        return self._neighbour(place + 1), self._neighbour(place - 1), suggested.next, related

    def _of_episode(self, place: int, item: Released, made_of: str) -> list[SitePageOrder]:
        renders = {
            page_key(item.slug): partial(self._render_episode, place, item),
            below(item.slug, EMBED): partial(self._render_embed, item.slug),
        }
        if not self._site.show.private:
            renders[below(item.slug, OEMBED)] = partial(self._render_oembed, item.slug)
        if self._facets[item.slug].has_quiz:
            renders[below(item.slug, ANSWERS)] = partial(self._render_answers, item.slug)
        return [SitePageOrder(key, made_of, render) for key, render in renders.items()]

    def _render_episode(self, place: int, item: Released) -> bytes:
        newer, older, following, related = self._others(place, item)
        return site_pages.render_episode(
            self._site,
            self._whole(item),
            newer=self._listed(newer) if newer else None,
            older=self._listed(older) if older else None,
            following=self._listed(following) if following else None,
            related=tuple(self._listed(slug) for slug in related),
        ).encode()

    def _render_embed(self, slug: str) -> bytes:
        return site_pages.render_embed(self._site, self._listed(slug)).encode()

    def _for_machines(self) -> list[SitePageOrder]:
        """A private feed's pages are nobody's to find."""
        site, show = self._site, self._site.show
        if show.private:
            return []
        base = site.base_url.rstrip("/") + "/"
        newest_first = self._released[::-1]
        folders = page_folders([item.slug for item in newest_first])
        days = _days([item.published for item in newest_first])
        pages_known = [
            (base, ""),
            *[(base + folder, day) for folder, day in zip(folders, days, strict=True)],
            (f"{base}topics/", ""),
            *[(base + url, "") for url in self._group_urls],
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
            SitePageOrder(key, mark(key, sha256(data)), partial(bytes, data)) for key, data in files.items()
        ]

    def _render_oembed(self, slug: str) -> bytes:
        episode, site = self._listed(slug), self._site
        base = site.base_url.rstrip("/") + "/"
        card = (base + episode.card_url, CARD_WIDTH, CARD_HEIGHT) if episode.card_url else None
        return machine_files.oembed(
            title=episode.title,
            embed_url=f"{base}{episode.url}embed/",
            author=effective.show_author(site.show),
            provider=site.show.title,
            provider_url=base,
            thumbnail=card,
        )

    def _render_answers(self, slug: str) -> bytes:
        asked = pages.asked(self._listed(slug), self._episodes[slug])
        return site_pages.render_answers(self._site, asked).encode()

    def _former_page(self, key: str, target: str) -> SitePageOrder:
        render = partial(
            site_pages.render_former,
            self._site,
            page_url=key.removesuffix("index.html"),
            target=target.removesuffix("index.html"),
        )
        return self._order(key, (target,), render)

    def _urls_of(self, slug: str) -> dict[tuple[str, str], str]:
        return {(group.key, group.name): group.url for group in self._by_slug.get(slug, ())}

    def _absolute(self, address: str) -> str:
        base = self._site.base_url.rstrip("/") + "/"
        return base + address if address and ":" not in address.partition("/")[0] else address

    def _home_data(self, groups: Sequence[Group]) -> str:
        site = self._site
        hosts = {host.name for host in site.show.hosts}
        people = {
            group.name: self._absolute(group.url)
            for group in groups
            if group.kind == "person" and group.name in hosts
        }
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
        episode, listed = self._episodes[item.slug], self._listed(item.slug)
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

    def _neighbour(self, place: int) -> str:
        """The slug of an episode, empty where there is none."""
        return self._released[place].slug if 0 <= place < len(self._released) else ""


def below(slug: str, path: str) -> str:
    """Key of a further page of an episode."""
    return page_key(slug).removesuffix("index.html") + path


def _days(moments: Sequence[datetime]) -> list[str]:
    """In UTC, as ISO 8601 has them."""
    if {moment.tzinfo for moment in moments} != {UTC}:
        moments = [moment.astimezone(UTC) for moment in moments]
    return [*map(date.isoformat, moments)]


def _counted(ways: Sequence[Section]) -> list[tuple[object, ...]]:
    """What a page that leads to groups says of them."""
    return [
        (
            way.count,
            *((group.kind, group.label, group.name, group.url, len(group.slugs)) for group in way.groups),
        )
        for way in ways
    ]


def _joined(*made_of: str) -> str:
    """The fingerprint of a page that is made of what these tell."""
    return sha256("\n".join(made_of).encode())[:_DIGEST_CHARACTERS]
