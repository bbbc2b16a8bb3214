"""Small files for machines: the site's map, what crawlers may do, what phones and browsers ask for. Pure."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

MOST_ADDRESSES: Final = 50_000
"""Of one site map: https://www.sitemaps.org/protocol.html"""

EMBED_WIDTH: Final = 640
EMBED_HEIGHT: Final = 240


def sitemap(addresses: Sequence[tuple[str, str]]) -> bytes:
    """The pages that search engines shall know.

    Args:
        addresses: whole addresses, each with the day on which the page's episode went out, or empty. More
            than `MOST_ADDRESSES` are not told: the first ones are.
    """
    lines = []
    for address, day in addresses[:MOST_ADDRESSES]:
        changed = f"<lastmod>{day}</lastmod>" if day else ""
        lines.append(f"<url><loc>{escape(address)}</loc>{changed}</url>\n")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n' + "".join(lines) + "</urlset>\n"
    ).encode()


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
        f'<Url type="text/html" template="{escape(search_url)}?q={{searchTerms}}"/>\n'
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
        f'<iframe src="{html.escape(embed_url)}" width="{EMBED_WIDTH}" height="{EMBED_HEIGHT}" '
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
