"""The documents that open a bucket to listeners: exactly so far, and nothing of anybody else's is changed."""

from __future__ import annotations

import hashlib
from typing import Any, Final

_RULE_ID: Final = "publisher"
_RULE: Final[dict[str, Any]] = {
    "ID": _RULE_ID,
    "AllowedOrigins": ["*"],
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedHeaders": ["Range", "If-Range", "If-None-Match", "If-Modified-Since"],
    "ExposeHeaders": ["Accept-Ranges", "Content-Length", "Content-Range", "ETag", "Last-Modified"],
    "MaxAgeSeconds": 3600,
}


def public_read(bucket: str, prefix: str) -> dict[str, Any]:
    """A statement that lets everybody read the objects below the prefix, and do nothing else.

    Args:
        prefix: with its slash; may be empty.
    """
    # One bucket may hold several shows, and a policy takes a name once.
    name = hashlib.sha256(prefix.encode()).hexdigest()[:8]
    return {
        "Sid": f"PublisherPublicRead{name}",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/{prefix}*",
    }


def with_public_read(policy: dict[str, Any], bucket: str, prefix: str) -> dict[str, Any]:
    """The policy with `public_read` in it; every other statement stays as it is."""
    ours = public_read(bucket, prefix)
    statements = policy.get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    others = [statement for statement in statements if statement.get("Sid") != ours["Sid"]]
    return {"Version": "2012-10-17"} | policy | {"Statement": [*others, ours]}


def with_reading_across_origins(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The CORS rules with ours; every other rule stays as it is.

    The first rule that fits a request decides, so that ours comes last: what somebody wrote for an origin of
    theirs holds for it still.
    """
    return [*(rule for rule in rules if rule.get("ID") != _RULE_ID), dict(_RULE)]


def reads_across_origins(rule: dict[str, Any]) -> bool:
    """Whether a CORS rule lets every origin read."""
    return "*" in rule.get("AllowedOrigins", ()) and "GET" in rule.get("AllowedMethods", ())
