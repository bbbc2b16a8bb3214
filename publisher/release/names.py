"""Which keys of a store are ours, and what stands there. Other things may lie in the same bucket."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from publisher.identity import DIGEST_CHARACTERS
from publisher.manifest import FEED_KEY, StoredObject

PACKED_FEED: Final = f"{FEED_KEY}.gz"
"""The feed once more, for whoever serves files as they lie: written and mended like a page."""

PAGE_FOLDERS: Final = (
    *("episodes/", "topics/", "people/", "organizations/", "seasons/", "archive/"),
    *("search/", "certificate/"),
)
"""In which pages come and go."""

PAGES_ALONE: Final = (
    *(PACKED_FEED, "404.html", "sitemap.xml", "robots.txt"),
    *("site.webmanifest", "opensearch.xml"),
)
"""Further pages that a release may have or not."""

NOTICES: Final = "releases/notices.told.json"
"""What producers were told of that is no release."""

FOLDERS: Final = tuple(
    dict.fromkeys(
        (
            *("media/", "artwork/", "images/", "transcripts/", "chapters/", "site/", "releases/"),
            *PAGE_FOLDERS,
        )
    )
)

_DIGEST: Final = rf"[0-9a-f]{{{DIGEST_CHARACTERS}}}"
_PAGE: Final = re.compile(
    r"episodes/[^/]+/(?:(?:(?:embed|answers)/)?index\.html|oembed\.json)"
    r"|(?:topics/[^/]+|people|organizations|seasons|archive)/[^/]+/(?:page-\d+/)?index\.html"
    r"|archive/page-\d+/index\.html"
    r"|(?:topics|archive|search|certificate)/index\.html"
)
_COPY: Final = re.compile(rf"releases/pages/page-({_DIGEST})\.[a-z.]+")
_MANIFEST: Final = re.compile(r"releases/[0-9a-f]{64}\.json")
_TOLD: Final = re.compile(r"releases/[0-9a-f]{64}\.told\.json")
_ADDRESSED: Final = re.compile(
    rf"(?:media|artwork|images|transcripts|chapters|site|archive)/[^/]*-{_DIGEST}\.[A-Za-z0-9.]+"
    r"|(?:site|search)/[0-9a-f]{24,64}/.+"
    rf"|releases/(?:feed-{_DIGEST}\.xml|(?:episodes|listing)-{_DIGEST}\.json)"
)


def is_page(key: str) -> bool:
    """Whether a page of ours may stand there that a release can be without."""
    return key in PAGES_ALONE or _PAGE.fullmatch(key) is not None


def is_ours(key: str) -> bool:
    """Whether nobody but publisher gives such names: objects named by their content, the copies of pages,
    and what belongs to an episode. A page of `people/` may be somebody's own."""
    return (
        key == NOTICES
        or any(pattern.fullmatch(key) for pattern in (_ADDRESSED, _MANIFEST, _TOLD, _COPY))
        or (key.startswith("episodes/") and is_page(key))
    )


def is_manifest(key: str) -> bool:
    return _MANIFEST.fullmatch(key) is not None


def told_key(manifest_key: str) -> str:
    """Where it is kept who was told of a release."""
    return f"{manifest_key.removesuffix('.json')}.told.json"


def copy_key(page: StoredObject) -> str:
    """Where the copy of a page is."""
    name = posixpath.basename(page.key)
    return f"releases/pages/page-{page.digest[:DIGEST_CHARACTERS]}{name[name.index('.') :]}"


def copied(key: str) -> str:
    """Of whose page this is the copy: the first characters of its digest; empty for what is none."""
    found = _COPY.fullmatch(key)
    return found[1] if found else ""
