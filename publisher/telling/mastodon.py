"""Mastodon: https://docs.joinmastodon.org/methods/statuses/#create"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from publisher.model import Mastodon, Social
from publisher.telling.asking import Asking, NotTold, is_header, json_body
from publisher.telling.events import event_id
from publisher.telling.posts import Post, text_of

MOST_CHARACTERS: Final = 500


def post_to_mastodon(account: Mastodon, token: str, post: Post, asking: Asking, *, again: bool) -> Social:
    """Posts, and gives where.

    The server takes a repeated Idempotency-Key for the same post for about an hour; after that the account's
    own posts tell.

    Args:
        again: whether an earlier try may have come through.

    Raises:
        NotTold: it is not posted.
    """
    if not is_header(token):
        raise NotTold(f"was not asked: {account.token} holds characters that no token has")
    headers = {"Authorization": f"Bearer {token}"}
    if again:
        found = _already(account, headers, post, asking)
        if found is not None:
            return found
    values: dict[str, Any] = {"status": text_of(post, MOST_CHARACTERS), "visibility": "public"}
    language = post.language.partition("-")[0].lower()
    if language and language != "und":
        values["language"] = language
    reply = asking.ask(
        "POST",
        f"{account.server}/api/v1/statuses",
        body=json_body(values),
        headers=headers
        | {
            "Content-Type": "application/json",
            "Idempotency-Key": event_id("mastodon", account.server, post.guid),
        },
    )
    return _social(reply.values())


def _already(account: Mastodon, headers: dict[str, str], post: Post, asking: Asking) -> Social | None:
    """The account's post with the episode's address, if there is one. A token may not be allowed to look;
    then the key has to do.

    Raises:
        NotTold: nobody can say.
    """
    try:
        own = asking.ask("GET", f"{account.server}/api/v1/accounts/verify_credentials", headers=headers)
        query = urlencode({"limit": 40, "exclude_replies": "true", "exclude_reblogs": "true"})
        url = f"{account.server}/api/v1/accounts/{own.values().get('id')}/statuses?{query}"
        statuses = asking.ask("GET", url, headers=headers).items()
    except NotTold as error:
        if error.status in (401, 403, 404):
            return None
        raise
    for status in statuses:
        if post.url in str(status.get("content", "")).replace("&amp;", "&"):
            return _social(status)
    return None


def _social(status: dict[str, Any]) -> Social:
    url, owner = status.get("url") or status.get("uri"), status.get("account")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise NotTold("answers without the post's address")
    account = owner if isinstance(owner, dict) else {}
    return Social(
        url=url,
        protocol="activitypub",
        account_id=f"@{account['acct']}" if account.get("acct") else "",
        account_url=str(account.get("url") or ""),
    )
