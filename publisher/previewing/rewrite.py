"""Public addresses turned into local ones, so that apps can subscribe to a feed written for the world."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote

_ENDINGS = (".xml", ".html", ".json", ".xsl")

# An address ends where none of its own characters follows: https://example.org is not part of
# https://example.org.uk, of https://example.org:8443 nor of https://example.org-2.
_END = rb"(?!\.?[A-Za-z0-9_~%@-]|:[0-9])"

# In the query of another address (a link to share) all its signs are quoted, and so are those that follow.
_QUOTED_END = rb"(?=%2F|%3F|%23)"


def is_rewritten(key: str) -> bool:
    """Whether an object may hold addresses that a preview has to change."""
    return key.lower().endswith(_ENDINGS)


def as_it_is(data: bytes) -> bytes:
    """What does not rewrite anything."""
    return data


def rewriter(public_url: str, local_url: str) -> Callable[[bytes], bytes]:
    """Puts `local_url` where `public_url` stands, whatever writes it: XML, HTML, JSON, a query.

    Both are addresses of the same place; a slash at their end makes no difference.
    """
    public, local = public_url.rstrip("/"), local_url.rstrip("/")
    if not public or public == local:
        return as_it_is
    forms = {write(public).encode(): write(local).encode() for write in _WRITINGS}
    longest_first = sorted(forms, key=len, reverse=True)
    quoted = quote(public, safe="").encode()
    pattern = re.compile(
        b"(?:"
        + b"|".join(map(re.escape, longest_first))
        + b")"
        + _END
        + b"|"
        + re.escape(quoted)
        + _QUOTED_END
    )
    forms[quoted] = quote(local, safe="").encode()
    return lambda data: pattern.sub(lambda match: forms[match[0]], data)


def _json(url: str) -> str:
    return json.dumps(url)[1:-1]


def _json_slashes(url: str) -> str:
    return _json(url).replace("/", "\\/")


def _json_in_html(url: str) -> str:
    return _json(url).replace("&", "\\u0026").replace("'", "\\u0027")


def _xml_numbers(url: str) -> str:
    return html.escape(url, quote=False).replace("'", "&#39;").replace('"', "&#34;")


_WRITINGS: tuple[Callable[[str], str], ...] = (
    str,
    lambda url: html.escape(url, quote=False),
    html.escape,
    _xml_numbers,
    _json,
    _json_slashes,
    _json_in_html,
    lambda url: _json_in_html(url).replace("/", "\\/"),
)
