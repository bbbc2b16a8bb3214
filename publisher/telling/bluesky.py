"""Bluesky: https://docs.bsky.app/docs/advanced-guides/posts

A post is put under a key that is made from the episode, so that a second try is the same post and no other.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import quote

from publisher.model import Bluesky, Social
from publisher.telling.asking import Asking, NotTold, json_body
from publisher.telling.posts import Post, text_of

MOST_GRAPHEMES: Final = 300
_POST: Final = "app.bsky.feed.post"
_DIGITS: Final = "234567abcdefghijklmnopqrstuvwxyz"


def post_to_bluesky(account: Bluesky, password: str, post: Post, asking: Asking) -> Social:
    """Posts, and gives where.

    Raises:
        NotTold: it is not posted.
    """
    session = _asked(
        account,
        asking,
        "com.atproto.server.createSession",
        {"identifier": account.handle, "password": password},
    )
    token, did = session.get("accessJwt"), session.get("did")
    if not isinstance(token, str) or not isinstance(did, str):
        raise NotTold("answers something that is not understood")
    key = record_key(post)
    _asked(
        account,
        asking,
        "com.atproto.repo.putRecord",
        {"repo": did, "collection": _POST, "rkey": key, "record": record(post)},
        token,
    )
    handle = session.get("handle") if isinstance(session.get("handle"), str) else account.handle
    profile = f"https://bsky.app/profile/{quote(str(handle), safe='')}"
    return Social(f"{profile}/post/{key}", "atproto", f"@{handle}", profile)


def record(post: Post) -> dict[str, Any]:
    """The post, its address a link: facets count bytes (https://docs.bsky.app/docs/advanced-guides/post-richtext)."""
    text = text_of(post, MOST_GRAPHEMES)
    values: dict[str, Any] = {
        "$type": _POST,
        "text": text,
        "createdAt": post.made,
        "embed": {
            "$type": "app.bsky.embed.external",
            "external": {"uri": post.url, "title": post.title, "description": post.summary},
        },
    }
    if post.language and post.language != "und":
        values["langs"] = [post.language]
    before, found, _ = text.partition(post.url)
    if found:
        start = len(before.encode())
        values["facets"] = [
            {
                "index": {"byteStart": start, "byteEnd": start + len(post.url.encode())},
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": post.url}],
            }
        ]
    return values


def record_key(post: Post) -> str:
    """A TID (https://atproto.com/specs/tid) that the same episode gives again: when it went out, and ten bits
    of its GUID where others have a clock's number."""
    digest = hashlib.sha256(post.guid.encode()).digest()
    # Two episodes may go out in the same second.
    moment = post.published_microseconds // 1_000_000 * 1_000_000 + int.from_bytes(digest[:4]) % 1_000_000
    number = (moment % (1 << 53)) << 10 | int.from_bytes(digest[4:6]) % 1024
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def _asked(
    account: Bluesky, asking: Asking, method: str, values: dict[str, Any], token: str = ""
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return asking.ask(
        "POST", f"{account.server}/xrpc/{method}", body=json_body(values), headers=headers
    ).values()
