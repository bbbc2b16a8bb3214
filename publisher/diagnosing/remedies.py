"""What can be set in a bucket so that listeners reach what is in it, and setting it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.diagnosing.probe import Probe
from publisher.diagnosing.public import CORS, PREFLIGHT, READABLE
from publisher.diagnosing.settings import reads_across_origins, with_public_read, with_reading_across_origins
from publisher.errors import StoreError
from publisher.store.s3_bucket import NotOffered, S3Bucket


@dataclass(frozen=True, slots=True)
class Remedy:
    """One setting of a bucket.

    Attributes:
        kind: `policy`, `cors` or `acl`.
        says: what it does, in one sentence.
        document: the whole document to set, what others wrote included; None where there is none to write.
        command: how to set it with Amazon's command line.
        hindrance: why it is not to be set from here; empty where it can be tried.
    """

    kind: str
    says: str
    document: dict[str, Any] | None
    command: str
    set: Callable[[], None]
    hindrance: str = ""

    def as_json(self) -> dict[str, Any]:
        values = {"kind": self.kind, "says": self.says, "document": self.document, "command": self.command}
        return {name: value for name, value in values.items() if value} | (
            {"hindrance": self.hindrance} if self.hindrance else {}
        )

    def text(self) -> str:
        """The document as it is to be written into a file; empty where there is none."""
        return json.dumps(self.document, indent=2) if self.document else ""


def remedies(bucket: S3Bucket, probes: Sequence[Probe]) -> tuple[Remedy, ...]:
    """What would mend what is missing of the public address, and is a matter of the bucket's settings."""
    missing = {probe.name: probe for probe in probes if probe.outcome == "missing"}
    found: list[Remedy | None] = []
    readable = missing.get(READABLE.name)
    is_closed = readable is not None and readable.found.startswith(("status 401", "status 403"))
    if is_closed:
        found.append(_reading(bucket))
    if is_closed or {CORS.name, PREFLIGHT.name} & set(missing):
        found.append(_across_origins(bucket, is_closed=is_closed))
    return tuple(remedy for remedy in found if remedy is not None)


def _reading(bucket: S3Bucket) -> Remedy:
    says = f"lets everybody read the objects below s3://{bucket.name}/{bucket.prefix}, and nothing else"
    command = f"aws s3api put-bucket-policy --bucket {bucket.name} --policy file://policy.json"
    hindrance = ""
    policy: dict[str, Any] = {}
    try:
        policy = bucket.policy()
    except NotOffered:
        return Remedy(
            "acl",
            f"lets everybody read all of s3://{bucket.name}, not only below the prefix, and on some "
            "stores list it too: this one knows nothing finer",
            None,
            f"aws s3api put-bucket-acl --bucket {bucket.name} --acl public-read",
            bucket.open_by_acl,
        )
    except StoreError as error:
        hindrance = f"the policy that is there cannot be read, and must not be lost: {error.message}"
    document = with_public_read(policy, bucket.name, bucket.prefix)
    return Remedy("policy", says, document, command, lambda: bucket.set_policy(document), hindrance)


def _across_origins(bucket: S3Bucket, *, is_closed: bool) -> Remedy | None:
    """Our CORS rules. Where strangers are turned away nobody could ask, and a rule that is there will do."""
    says = "lets players in browsers read across origins: GET and HEAD, with ranges"
    command = f"aws s3api put-bucket-cors --bucket {bucket.name} --cors-configuration file://cors.json"
    hindrance = ""
    rules: list[dict[str, Any]] = []
    try:
        rules = bucket.cors()
    except NotOffered:
        return None
    except StoreError as error:
        hindrance = f"the rules that are there cannot be read, and must not be lost: {error.message}"
    wanted = with_reading_across_origins(rules)
    if is_closed and any(reads_across_origins(rule) for rule in rules):
        return None
    document = {"CORSRules": wanted}
    return Remedy("cors", says, document, command, lambda: bucket.set_cors(wanted), hindrance)
