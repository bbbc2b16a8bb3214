"""Telling of releases: claimed in the store, told, and written down, one after the other.

Somebody is told at least once, and nearly always exactly once. The claim keeps two machines from telling at
the same time; what was told is written down as soon as it was, so that a run which dies repeats at most what
was under way. What is repeated says so: a post has the same key, an e-mail the same Message-ID, a webhook the
same delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from publisher.errors import Conflict, PublisherError, StoreError
from publisher.folder_names import STATE_FOLDER
from publisher.manifest import Manifest, Released
from publisher.model import Show, Social
from publisher.problems import Problem
from publisher.release.published import KEPT, Published, manifest_of
from publisher.release.recipients import HUBS, NETWORKS, Kind, Recipient, recipients, tells
from publisher.release.telling_notes import Kept, Records
from publisher.release.told import Record, Told
from publisher.state.lock import only_run
from publisher.store import PrefixedStore, Store
from publisher.telling.asking import Asking, NotTold
from publisher.telling.events import Event, released, told_episode
from publisher.telling.posts import Post

_WORKERS: Final = 8
_SERVERS: Final = {"mastodon": "Mastodon", "bluesky": "Bluesky"}


@dataclass(frozen=True, slots=True)
class Teller:
    """How telling is done here.

    Attributes:
        environment: where secrets are.
        clock: what time it is; aware, UTC.
        say: told what is being done.
    """

    environment: Mapping[str, str]
    asking: Asking = field(default_factory=Asking)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    say: Callable[[str], None] = lambda text: None


def announce(show: Show, store: Store, root: Path, published: Published, teller: Teller) -> Told:
    """Posts of the new episodes that nobody has posted of yet, where the show wants that.

    Args:
        show: its settings, as read.
        root: the show folder.
        published: the release that stands.
    """
    return _each_release(show, store, root, published, teller, NETWORKS)


def tell(show: Show, store: Store, root: Path, published: Published, teller: Teller) -> Told:
    """Tells hubs of the release that stands, and producers of that one and of earlier ones that they do not
    know of yet."""
    return _each_release(show, store, root, published, teller, frozenset(("webhook", "email")) | HUBS)


def everybody_told(show: Show, store: Store, root: Path, published: Published) -> bool:
    """Whether nobody will have to be told any more of the release that stands, or of an earlier one.

    Raises:
        StoreError: the store failed, or a record cannot be read.
    """
    if published.manifest is None or not tells(show) or isinstance(store, PrefixedStore):
        return True
    records = Records(store, root / STATE_FOLDER)
    known = dict.fromkeys((*filter(None, (published.manifest.previous,)), *_releases(records, published)))
    return all(records.is_settled(release) for release in known)


def tell_producer(one: Recipient, event: Event, teller: Teller) -> None:
    """Tells an event by webhook or e-mail.

    Raises:
        NotTold: nobody took it.
    """
    # Imported here: a run that has nobody to tell needs neither HTTP nor SMTP.
    if one.webhook:
        from publisher.telling.webhooks import tell_webhook

        tell_webhook(one.webhook, event, teller.environment, teller.asking)
    if one.mail:
        from publisher.telling.mail import tell_mail

        tell_mail(one.mail, event, teller.environment, teller.asking)


def lacking(show: Show, recipient: Recipient, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the environment variables that it takes and that are not set."""
    names: tuple[str, ...] = ()
    match recipient.kind:
        case "podping":
            names = ("PUBLISHER_PODPING_TOKEN",)
        case "webhook" if recipient.webhook and recipient.webhook.secret:
            names = (recipient.webhook.secret,)
        case "email":
            names = ("PUBLISHER_SMTP_URL", "PUBLISHER_SMTP_FROM")
        case "mastodon" if show.announce.mastodon:
            names = (show.announce.mastodon.token,)
        case "bluesky" if show.announce.bluesky:
            names = (show.announce.bluesky.password,)
    return tuple(name for name in names if not environment.get(name, "").strip())


def left(show: Show, label: str, names: tuple[str, ...]) -> Problem:
    what = " and ".join(names)
    return Problem(
        "notify-left",
        "warning",
        f"{label} is not told: {what} {'is' if len(names) == 1 else 'are'} not set",
        f"put {'it' if len(names) == 1 else 'them'} into the environment where publish runs",
        f"{show.folder}/podcast.yaml",
    )


def failed(show: Show, label: str, error: NotTold, what: str = "") -> Problem:
    help = error.help or "the next run tries again"
    return Problem(
        "notify-failed", "warning", f"{label} {error.message}{what}", help, f"{show.folder}/podcast.yaml"
    )


def _each_release(
    show: Show, store: Store, root: Path, published: Published, teller: Teller, kinds: frozenset[str]
) -> Told:
    manifest = published.manifest
    if manifest is None or show.private or isinstance(store, PrefixedStore):
        return Told()
    state = root / STATE_FOLDER
    records, found = Records(store, state), Told()
    telling = _Telling(show, store, state, records, published, manifest, teller, kinds)
    for release in _releases(records, published):
        try:
            if not _is_due(_seen(records, release), teller.clock(), kinds):
                continue
            # Another run of this folder that tells at the moment is waited for: it may be about to die.
            with only_run(root, say=teller.say, name="telling.lock"):
                kept = records.read(release)
                if kept is not None and _is_due(kept.record, teller.clock(), kinds):
                    found += telling.of(kept)
        except PublisherError as error:
            found += Told(problems=(_not_known(show, error),))
    return found


def _releases(records: Records, published: Published) -> tuple[str, ...]:
    """Keys of the releases of which somebody may have to be told still, oldest first."""
    assert published.manifest is not None
    key = published.manifest_key
    try:
        standing = _seen(records, key)
    except StoreError:
        standing = None
    behind = standing.behind if standing else tuple(filter(None, (published.manifest.previous,)))
    return (*reversed(behind), key)


def _seen(records: Records, release: str) -> Record | None:
    """The record as a copy has it; the store is asked only where there is none.

    Raises:
        StoreError: the store failed, or the record cannot be read.
    """
    record = records.copy(release)
    if record is None and not records.is_settled(release):
        kept = records.read(release)
        return kept.record if kept else None
    return record


def _is_due(record: Record | None, now: datetime, kinds: frozenset[str]) -> bool:
    """Whether somebody has to be told now, or has waited for long enough."""
    return record is not None and any(
        _kind(id) in kinds and (entry.is_due(now) or (entry.state == "open" and record.is_over(now)))
        for id, entry in record.entries.items()
    )


def _not_known(show: Show, error: PublisherError) -> Problem:
    message = f"who was told could not be looked up or written down: {error.message}"
    help = error.help or "the next run tries again"
    return Problem("notify-failed", "warning", message, help, f"{show.folder}/podcast.yaml")


def _kind(id: str) -> str:
    return id.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of telling one recipient."""

    id: str
    label: str
    error: NotTold | None = None
    guid: str = ""
    post: Social | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class _Telling:
    """Telling of one release, while another one may stand."""

    show: Show
    store: Store
    state: Path
    records: Records
    published: Published
    manifest: Manifest
    teller: Teller
    kinds: frozenset[str]

    def of(self, kept: Kept) -> Told:
        """Tells whoever is due.

        Raises:
            StoreError, Conflict: the record could not be written.
        """
        now, owner = self.teller.clock(), self.records.owner
        if kept.record.is_claimed(owner, now):
            return Told(notices=("another publisher is telling of this release",))
        kept, settled = self._settle(kept, now)
        problems, due = list(settled.problems), []
        known = {recipient.id: recipient for recipient in self._recipients(kept.record)}
        for id, entry in kept.record.entries.items():
            if id in known and entry.is_due(now):
                names = lacking(self.show, known[id], self.teller.environment)
                if names:
                    problems.append(left(self.show, known[id].label, names))
                else:
                    due.append(known[id])
        found = Told(problems=tuple(dict.fromkeys(problems)))
        if not due:
            return found
        try:
            claimed = kept.record.claimed(owner, [recipient.id for recipient in due], now)
            kept = self.records.write(claimed, kept.version)
        except Conflict:
            # Whoever was first tells.
            return found + Told(notices=("another publisher is telling of this release",))
        return found + self._tell_all(kept, due, owner)

    def _settle(self, kept: Kept, now: datetime) -> tuple[Kept, Told]:
        """What needs no telling any more: of hubs only the last release counts, settings change, and after
        two days it is enough."""
        standing = kept.record.release == self.published.manifest_key
        known = {recipient.id for recipient in self._recipients(kept.record)}
        told = {
            id for id in kept.record.entries if _kind(id) in NETWORKS and self._is_posted(kept.record, id)
        }
        given_up: list[str] = []

        def settled(record: Record) -> Record:
            given_up.clear()
            for id in record.open_ids:
                if _kind(id) not in self.kinds:
                    continue
                if id in told:
                    record = record.with_state(id, "told")
                elif _kind(id) in HUBS and not standing:
                    record = record.with_state(id, "superseded")
                elif id not in known:
                    record = record.with_state(id, "dropped")
                elif record.is_over(now):
                    record = record.with_state(id, "given up")
                    given_up.append(id)
            return record

        kept = self.records.change(kept, settled)
        labels = {recipient.id: recipient.label for recipient in self._recipients(kept.record)}
        problems = tuple(
            Problem(
                "notify-failed",
                "warning",
                f"{labels.get(id, id)} was not told within two days, and is not tried any more",
                "see the address and the secret; the next release is told as ever",
                f"{self.show.folder}/podcast.yaml",
            )
            for id in given_up
        )
        return kept, Told(problems=problems)

    def _recipients(self, record: Record) -> Iterator[Recipient]:
        yield from (found for found in recipients(self.show) if found.kind in self.kinds)
        if not self.kinds & NETWORKS:
            return
        episodes = {episode.guid: episode for episode in self.manifest.episodes}
        networks: list[tuple[Kind, str]] = []
        if self.show.announce.mastodon:
            networks.append(("mastodon", self.show.announce.mastodon.server.partition("://")[2]))
        if self.show.announce.bluesky:
            networks.append(("bluesky", self.show.announce.bluesky.handle))
        for id in record.entries:
            for kind, account in networks:
                name, _, guid = id.partition(" ")
                # What was taken back before it was announced is not.
                if name == kind and guid in episodes:
                    yield Recipient(id, kind, f"{_SERVERS[kind]} ({account})")

    def _is_posted(self, record: Record, id: str) -> bool:
        kind, _, guid = id.partition(" ")
        protocol = {"mastodon": "activitypub", "bluesky": "atproto"}[kind]
        posts = (*self.manifest.posts.get(guid, ()), *record.posts.get(guid, ()))
        return any(post.protocol == protocol for post in posts)

    def _tell_all(self, kept: Kept, due: list[Recipient], owner: str) -> Told:
        record, found = kept.record, Told()
        event = self._event(record) if any(one.kind in ("webhook", "email") for one in due) else None
        with ThreadPoolExecutor(min(_WORKERS, len(due)), thread_name_prefix="telling") as pool:
            futures = [pool.submit(self._tell_one, record, one, event) for one in due]
            for future in as_completed(futures):
                result = future.result()
                found += self._told(result)
                if result.error is None:
                    kept = self._written(kept, result)
        self.records.change(kept, lambda record: record.released_by(owner))
        if record.left and any(one.kind in NETWORKS for one in due):
            notice = f"{record.left} more new episodes are not announced: the newest are enough at once"
            found += Told(notices=(notice,))
        return found

    def _told(self, result: _Result) -> Told:
        if result.error is not None:
            return Told(problems=(failed(self.show, result.label, result.error, result.what),))
        posts = (result.post.url,) if result.post else ()
        return Told(told=(result.label,), posts=posts)

    def _written(self, kept: Kept, result: _Result) -> Kept:
        post = result.post
        if post is None:
            return self.records.change(kept, lambda record: record.with_state(result.id, "told"))
        if kept.record.release != self.published.manifest_key:
            # The next release is made from the one that stands, and looks for posts there.
            key = self.published.manifest_key
            self.records.add_post(key, result.guid, post, self.teller.clock())
        return self.records.change(
            kept, lambda record: record.with_post(result.guid, post).with_state(result.id, "told")
        )

    def _tell_one(self, record: Record, one: Recipient, event: Event | None) -> _Result:
        if record.claimed_until is not None and self.teller.clock() >= record.claimed_until:
            # The machine slept, and somebody else may be at it.
            return _Result(one.id, one.label, NotTold("was not told in time"))
        self.teller.say(f"telling {one.label}")
        from publisher.telling.hubs import tell_hub, tell_podping

        environment, asking = self.teller.environment, self.teller.asking
        guid = one.id.partition(" ")[2] if one.kind in NETWORKS else ""
        episode = next((item for item in self.manifest.episodes if item.guid == guid), None)
        post: Social | None = None
        try:
            if one.kind == "websub":
                tell_hub(one.url, self.manifest.feed_url, asking)
            elif one.kind == "podping":
                tell_podping(self.manifest.feed_url, self.show.medium, environment, asking)
            elif event and (one.webhook or one.mail):
                tell_producer(one, event, self.teller)
            elif episode:
                post = self._post(record, one, episode)
        except NotTold as error:
            what = f"; {episode.title!r} is not announced there yet" if episode else ""
            return _Result(one.id, one.label, error, what=what)
        return _Result(one.id, one.label, guid=guid, post=post)

    def _post(self, record: Record, one: Recipient, episode: Released) -> Social | None:
        from publisher.telling.bluesky import post_to_bluesky
        from publisher.telling.mastodon import post_to_mastodon

        environment, asking, wanted = self.teller.environment, self.teller.asking, self.show.announce
        summary = next((item.summary for item in self.show.episodes if item.slug == episode.slug), "")
        post = Post(
            guid=episode.guid,
            title=episode.title,
            url=told_episode(self.manifest, episode).url,
            show=self.manifest.title,
            made=record.made.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            published_microseconds=int(episode.published.timestamp() * 1_000_000),
            text=wanted.text,
            language=self.show.language,
            summary=summary,
        )
        if one.kind == "mastodon" and wanted.mastodon:
            token = environment[wanted.mastodon.token].strip()
            again = record.entries[one.id].tries > 1
            return post_to_mastodon(wanted.mastodon, token, post, asking, again=again)
        if one.kind == "bluesky" and wanted.bluesky:
            password = environment[wanted.bluesky.password].strip()
            return post_to_bluesky(wanted.bluesky, password, post, asking)
        return None

    def _event(self, record: Record) -> Event:
        key = record.release
        kept = self.state / KEPT
        manifest = self.manifest
        if key != self.published.manifest_key:
            manifest = manifest_of(self.store, key, kept=kept) or manifest
        before = manifest_of(self.store, manifest.previous, kept=kept) if manifest.previous else None
        return released(
            manifest, before, key=key, new=record.new, time=record.made, timezone=self.show.timezone
        )
