"""Small files for machines: the site's map, what crawlers may do, what phones and browsers ask for. Pure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

MOST_ADDRESSES: Final = 50_000
MOST_BYTES: Final = 50 * 1024 * 1024
"""Of one site map, both: https://www.sitemaps.org/protocol.html"""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~:/-]+")
"""What stands in XML as it is."""
_PLAIN_BYTES: Final = bytes(byte for byte in range(128) if _PLAIN.fullmatch(chr(byte)))

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"

EMBED_WIDTH: Final = 640
EMBED_HEIGHT: Final = 300


def sitemaps(
    addresses: Sequence[tuple[str, str]],
    *,
    base_url: str,
    most_addresses: int = MOST_ADDRESSES,
    most_bytes: int = MOST_BYTES,
) -> dict[str, bytes]:
    """The pages that search engines shall know, by key: `sitemap.xml`, and further maps where one cannot hold
    all. Then `sitemap.xml` lists these.

    Args:
        addresses: whole ones, each with the day on which the page last changed, or empty.
        base_url: under which the keys are found.
    """
    room = most_bytes - len(_sitemap([]))
    together = "".join([address for address, _ in addresses]).encode()
    if len(addresses) <= most_addresses and not together.translate(None, _PLAIN_BYTES):
        # As nearly always; told and written ten times as fast.
        entries = "".join(
            [
                f"<url><loc>{address}</loc><lastmod>{day}</lastmod></url>\n"
                if day
                else f"<url><loc>{address}</loc></url>\n"
                for address, day in addresses
            ]
        )
        if len(entries) <= room:
            return {"sitemap.xml": _sitemap([entries])}
    maps: list[list[str]] = [[]]
    left = room
    for address, day in addresses:
        entry = _entry("url", address, day)
        length = len(entry) if entry.isascii() else len(entry.encode())
        if maps[-1] and (len(maps[-1]) == most_addresses or length > left):
            maps.append([])
            left = room
        maps[-1].append(entry)
        left -= length
    if len(maps) == 1:
        return {"sitemap.xml": _sitemap(maps[0])}
    parts = {f"sitemap-{at}.xml": _sitemap(entries) for at, entries in enumerate(maps, 1)}
    base = base_url.rstrip("/") + "/"
    listed = "".join(_entry("sitemap", base + key, "") for key in parts)
    index = f'{_XML}<sitemapindex xmlns="{_SITEMAPS}">\n{listed}</sitemapindex>\n'
    return {"sitemap.xml": index.encode(), **parts}


def sitemap(addresses: Sequence[tuple[str, str]]) -> bytes:
    """One map of the pages; of those that are more than it may hold, the first ones are told."""
    return _sitemap([_entry("url", *address) for address in addresses[:MOST_ADDRESSES]])


def _sitemap(entries: Sequence[str]) -> bytes:
    return f'{_XML}<urlset xmlns="{_SITEMAPS}">\n{"".join(entries)}</urlset>\n'.encode()


def _entry(kind: str, address: str, day: str) -> str:
    changed = f"<lastmod>{day}</lastmod>" if day else ""
    plain = address if _PLAIN.fullmatch(address) else escape(address)
    return f"<{kind}><loc>{plain}</loc>{changed}</{kind}>\n"


def robots(sitemap_url: str, *, block: bool) -> bytes:
    """What crawlers may do: everything, or nothing where the show is to be found nowhere. It counts only
    where the show stands at the top of its host."""
    if block:
        return b"User-agent: *\nDisallow: /\n"
    return f"User-agent: *\nDisallow:\n\nSitemap: {sitemap_url}\n".encode()


def web_manifest(
    name: str,
    *,
    description: str,
    language: str,
    colours: tuple[str, str],
    icons: Sequence[tuple[int, str]],
) -> bytes:
    """What a phone needs to put the site among its apps (https://www.w3.org/TR/appmanifest/).

    Args:
        colours: of the page and of the frame around it.
        icons: pixels a side, and addresses relative to the manifest.
    """
    told = {
        "name": name,
        "short_name": name if len(name) <= 30 else name[:29].rstrip() + "…",
        "description": description,
        "lang": language,
        "start_url": "./",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": colours[0],
        "theme_color": colours[1],
        "icons": [
            {"src": address, "sizes": f"{side}x{side}", "type": "image/jpeg", "purpose": "any"}
            for side, address in icons
        ],
    }
    return _json(told)


def opensearch(name: str, *, search_url: str, language: str) -> bytes:
    """How a browser searches the site (https://github.com/dewitt/opensearch)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<ShortName>{escape(name[:16])}</ShortName>\n"
        f"<Description>{escape(name[:1024])}</Description>\n"
        f"<Language>{escape(language)}</Language>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n"
        f'<Url type="text/html" template={quoteattr(search_url + "?q={searchTerms}")}/>\n'
        "</OpenSearchDescription>\n"
    ).encode()


def oembed(
    *,
    title: str,
    embed_url: str,
    author: str,
    provider: str,
    provider_url: str,
    thumbnail: tuple[str, int, int] | None,
) -> bytes:
    """What somebody else's site asks for to embed an episode (https://oembed.com), as a file.

    Args:
        thumbnail: address, width and height.
    """
    frame = (
        f'<iframe src="{html.escape(embed_url)}" width="100%" height="{EMBED_HEIGHT}" frameborder="0" '
        f'title="{html.escape(title)}" loading="lazy" allow="autoplay; clipboard-write"></iframe>'
    )
    told: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "author_name": author,
        "provider_name": provider,
        "provider_url": provider_url,
        "html": frame,
        "width": EMBED_WIDTH,
        "height": EMBED_HEIGHT,
    }
    if thumbnail:
        address, width, height = thumbnail
        told |= {"thumbnail_url": address, "thumbnail_width": width, "thumbnail_height": height}
    return _json({name: value for name, value in told.items() if value != ""})


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
