"""Webhooks: an event as JSON to an address of the producer's."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from publisher.model import Webhook
from publisher.telling.asking import Asking, json_body
from publisher.telling.events import Event, as_json


def signature(secret: str, body: bytes) -> str:
    """What `X-Publisher-Signature` holds: who knows the secret can tell that the message is publisher's."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def tell_webhook(webhook: Webhook, event: Event, environment: Mapping[str, str], asking: Asking) -> None:
    """Posts the event.

    Raises:
        NotTold: nobody took it.
    """
    body = json_body(as_json(event))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Publisher-Event": event.kind,
        "X-Publisher-Delivery": event.id,
    }
    if webhook.secret:
        headers["X-Publisher-Signature"] = signature(environment[webhook.secret], body)
    asking.ask("POST", webhook.url, body=body, headers=headers)
