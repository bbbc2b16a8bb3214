"""The published show as an app sees it, over its public addresses; and the store against its manifest.

What asks and parses is imported when it is asked for, so that a run with nothing to do does not pay for it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from publisher.manifest import Manifest
from publisher.store import Store
from publisher.verifying.feed_part import ReleasedFeed
from publisher.verifying.verification import Limits, LocalBase, Verification

__all__ = ["Limits", "LocalBase", "ReleasedFeed", "Verification", "verify", "verify_feed", "verify_release"]


def verify(
    folder_or_feed_url: Path | str = "episodes",
    *,
    to: str = "",
    endpoint: str = "",
    everything: bool = False,
    manifest: bool = False,
    limits: Limits | None = None,
) -> Verification:
    """Looks at a published show from outside, as an app would.

    Args:
        folder_or_feed_url: a show folder, or the address of a feed. With `to`, the folder may be missing.
        to, endpoint: the store; go before those of podcast.yaml.
        everything: all of the feed and of the manifest, every byte against its digest; otherwise what the
            last release changed, and the newest episodes.
        manifest: look at the store itself instead: is each object of the release there and sound, and can
            the feed be made again?
        limits: of time and of what is asked at once.

    Raises:
        ShowError: podcast.yaml does not say where the show is published.
        StoreError: the store failed, or nothing is published there.
        UsageError: an address is none.
    """
    from publisher.verifying.showing import verify_show

    return verify_show(
        str(folder_or_feed_url),
        to=to,
        endpoint=endpoint,
        everything=everything,
        from_manifest=manifest,
        limits=limits,
    )


def verify_release(
    store: Store,
    manifest: Manifest,
    *,
    changed_keys: Collection[str] | None = None,
    everything: bool = False,
    limits: Limits | None = None,
    manifest_key: str = "",
    released: ReleasedFeed | None = None,
) -> Verification:
    """Looks at a release of a store from outside; a folder is served by the preview's own server meanwhile.

    Args:
        changed_keys: what to look at first; None: found by comparing with the manifest before.
        manifest_key: of the manifest, where it is known.
        released: the feed that was released, where it is at hand.

    Raises:
        StoreError: the manifest before was asked for and the store failed.
    """
    from publisher.verifying.showing import verify_stored

    return verify_stored(
        store,
        manifest,
        changed_keys=changed_keys,
        everything=everything,
        limits=limits or Limits(),
        manifest_key=manifest_key,
        released=released,
    )


def verify_feed(
    feed_url: str,
    local_base: LocalBase | None = None,
    manifest: Manifest | None = None,
    changed_keys: Collection[str] | None = None,
    *,
    everything: bool = False,
    limits: Limits | None = None,
) -> Verification:
    """Looks at a feed and the addresses in it.

    Args:
        local_base: (public address, local address): what lies under the first is asked for under the second.
        manifest: of the release that should stand; looked for beside the feed where it is None.
        changed_keys: keys or addresses to look at first; None: found by comparing with the manifest before.
    """
    from publisher.verifying.outside import look_from_outside

    return look_from_outside(
        feed_url,
        local_base=local_base,
        manifest=manifest,
        changed=changed_keys,
        everything=everything,
        limits=limits or Limits(),
    )
