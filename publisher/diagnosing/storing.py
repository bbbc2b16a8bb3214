"""What a store must be able to do for whoever publishes: asked of any store, then of S3 in particular."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta
from typing import Final

from publisher.diagnosing.objects import Objects, body_of, headers_of
from publisher.diagnosing.probe import Findings, Missing, Question, Unknown
from publisher.errors import AccessDenied, Conflict, NoSuchBucket, StoreError
from publisher.store import Store
from publisher.store.s3 import ONE_REQUEST_BYTES, S3Store
from publisher.store.s3_bucket import Contact, S3Bucket
from publisher.store.s3_unfinished import PART_BYTES

REACHED = Question(
    "reached",
    "Nothing can be published to a store that does not answer.",
    "check the network and the endpoint",
)
CLOCK = Question(
    "clock",
    "Stores refuse requests more than 15 minutes from their time, and releases go out by this clock.",
    "switch on time synchronisation on this machine",
    needed=False,
)
BUCKET = Question("bucket", "It holds the show.", "make the bucket, or correct its name, endpoint or region")
CREDENTIALS = Question(
    "credentials",
    "Only who is known to the store may write.",
    "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
)
WRITE = Question(
    "write", "Audio, pages and the feed are written.", "allow s3:PutObject, or writing to the folder"
)
READ = Question(
    "read back",
    "A release begins with what is published already.",
    "allow s3:GetObject, or reading the folder",
)
OVERWRITE = Question(
    "overwrite",
    "The feed and the pages keep their names: a reader must see the new one as soon as it is written.",
    "switch off object locks and caches between publisher and the store",
)
LIST = Question("list", "prune has to see what is there.", "allow s3:ListBucket on the bucket")
DELETE = Question(
    "delete", "Pages of episodes that were taken back are removed.", "allow s3:DeleteObject on the objects"
)
CREATE_ONCE = Question(
    "conditional create",
    "Of two first publishers at the same time one must be refused, or a feed is lost.",
    "let only one machine publish at a time; or use a store that keeps to If-None-Match",
    needed=False,
)
REPLACE_ONCE = Question(
    "conditional replace",
    "Of two publishers at the same time one must be refused, or an episode is lost from the feed.",
    "let only one machine publish at a time; or use a store that keeps to If-Match",
    needed=False,
)
HEADERS = Question(
    "headers kept",
    "Apps refuse audio and feeds of the wrong type, and an upload is known again by its digest.",
    "use a store that keeps Content-Type, Cache-Control and metadata",
)
PARTS_OF = Question(
    "ranges in the store", "The feed's head is read by a range.", "use a store that serves ranges"
)
MULTIPART = Question(
    "large uploads",
    f"Audio over {ONE_REQUEST_BYTES >> 20} MiB goes up in parts; parts that are left open cost money unseen.",
    "allow s3:AbortMultipartUpload, s3:ListBucketMultipartUploads and s3:ListMultipartUploadParts, too",
)

OF_ANY: Final = (WRITE, READ, OVERWRITE, LIST, DELETE, CREATE_ONCE, REPLACE_ONCE)
OF_S3: Final = (HEADERS, PARTS_OF, MULTIPART)

_MOST_SKEW: Final = timedelta(minutes=1)


def ask_reached(findings: Findings, store: Store, contact: Contact) -> bool:
    """Notes what came of the first question to a bucket. Returns whether there is use in another."""
    refusal = contact.refusal

    def reached() -> str:
        is_answer = refusal is None or isinstance(refusal, AccessDenied | NoSuchBucket)
        if refusal is not None and not is_answer and not contact.is_about_time:
            raise Missing(refusal.message, mend=refusal.help)
        return f"{store.name} answers"

    if findings.ask(REACHED, reached):
        return True
    findings.leave((CLOCK, BUCKET, CREDENTIALS, *OF_ANY, *OF_S3), "not tried: see above")
    return False


def ask_s3(findings: Findings, store: Store, bare: S3Store, contact: Contact, own: Objects) -> bool:
    """Asks a bucket that was reached everything else. Returns whether objects can be written."""
    bucket = bare.bucket
    if not _ask_contact(findings, store, contact, own):
        findings.leave((*OF_ANY, *OF_S3), "not tried: see above")
        return False
    if not ask_any(findings, store, own):
        findings.leave(OF_S3, "not tried: nothing could be written")
        return False
    findings.ask(HEADERS, lambda: _headers(bucket, own))
    findings.ask(PARTS_OF, lambda: _part(bucket, own))
    findings.ask(MULTIPART, lambda: _multipart(store, bare, own))
    return True


def _ask_contact(findings: Findings, store: Store, contact: Contact, own: Objects) -> bool:
    refusal = contact.refusal

    def bucket() -> str:
        if refusal is None:
            return "it is there"
        if isinstance(refusal, NoSuchBucket):
            raise Missing(refusal.message, mend=refusal.help)
        raise Unknown("the store does not say")

    def credentials() -> str:
        if refusal is None:
            return "the store knows them"
        if not isinstance(refusal, AccessDenied):
            raise Unknown("not tried: see above")
        try:
            store.put(own.gone, body_of(own.content(own.gone)), headers_of(own.gone))
        except AccessDenied as error:
            raise Missing(error.message, mend=error.help) from error
        return "the store knows them, though they may not list the bucket"

    findings.ask(CLOCK, lambda: _clock(contact))
    findings.ask(BUCKET, bucket)
    return findings.ask(CREDENTIALS, credentials)


def _clock(contact: Contact) -> str:
    if contact.moment is None:
        raise Unknown("the store does not tell its time")
    skew = abs(datetime.now(UTC) - contact.moment)
    if skew > _MOST_SKEW or contact.is_about_time:
        raise Missing(f"this machine's clock is {skew.total_seconds():.0f} seconds from the store's")
    return "within a minute of the store's"


def ask_any(findings: Findings, store: Store, own: Objects) -> bool:
    """Asks what the port promises. Returns whether objects can be written; they then are there to be read."""
    if not findings.ask(WRITE, lambda: _write(store, own)):
        findings.leave(OF_ANY[1:], "not tried: nothing could be written")
        return False
    findings.ask(READ, lambda: _read(store, own, edition=1))
    findings.ask(OVERWRITE, lambda: _overwrite(store, own))
    findings.ask(LIST, lambda: _list(store, own))
    findings.ask(DELETE, lambda: _delete(store, own))
    findings.ask(CREATE_ONCE, lambda: _create_once(store, own))
    findings.ask(REPLACE_ONCE, lambda: _replace_once(store, own))
    return True


def _write(store: Store, own: Objects) -> str:
    for key in (own.feed, own.sound, own.words):
        store.put(key, body_of(own.content(key)), headers_of(key, own.mark))
    return "objects can be written"


def _read(store: Store, own: Objects, *, edition: int) -> str:
    wanted = own.content(own.feed, edition=edition)
    got = store.read(own.feed)
    if got is None:
        raise Missing("what was written is not there")
    if got[0] != wanted or got[1].length_bytes != len(wanted):
        raise Missing("what is read is not what was written last")
    if got[1].digest not in ("", hashlib.sha256(wanted).hexdigest()):
        raise Missing("the digest that was written with it has changed")
    return "the same bytes, by their digest"


def _overwrite(store: Store, own: Objects) -> str:
    store.put(own.feed, body_of(own.content(own.feed, edition=2)), headers_of(own.feed, own.mark))
    _read(store, own, edition=2)
    return "the new bytes are read at once"


def _list(store: Store, own: Objects) -> str:
    listed = {stored.key for stored in store.list(own.prefix)}
    absent = {own.feed, own.sound, own.words} - listed
    if absent:
        raise Missing(f"{len(absent)} of 3 objects that were just written are not listed")
    return "objects are listed as soon as they are written"


def _delete(store: Store, own: Objects) -> str:
    store.put(own.gone, body_of(own.content(own.gone)), headers_of(own.gone))
    store.delete(own.gone)
    if store.head(own.gone) is not None:
        raise Missing("an object that was deleted is still there")
    store.delete(own.gone)
    return "what is deleted is gone"


def _create_once(store: Store, own: Objects) -> str:
    headers = headers_of(own.once)
    store.replace(own.once, body_of(own.content(own.once)), headers, expected=None)
    try:
        store.replace(own.once, body_of(own.content(own.once, edition=2)), headers, expected=None)
    except Conflict:
        return _atomic(store)
    raise Missing("a second object was created over the first")


def _replace_once(store: Store, own: Objects) -> str:
    headers = headers_of(own.swap)
    first = store.replace(own.swap, body_of(own.content(own.swap)), headers, expected=None)
    second = body_of(own.content(own.swap, edition=2))
    store.replace(own.swap, second, headers, expected=first.version)
    try:
        third = body_of(own.content(own.swap, edition=3))
        store.replace(own.swap, third, headers, expected=first.version)
    except Conflict:
        found = store.head(own.swap)
        if found is None or found.length_bytes != second.length_bytes:
            raise Missing("a refused write changed the object") from None
        return _atomic(store)
    raise Missing("a version that was no longer there was replaced")


def _atomic(store: Store) -> str:
    if not store.conditional_writes:
        raise Missing(
            "the store does not refuse by itself: publisher looks right before it writes, which is less"
        )
    return "the store refuses the second of two writers"


def _headers(bucket: S3Bucket, own: Objects) -> str:
    for key in (own.feed, own.sound, own.words):
        wanted, kept = headers_of(key, own.mark), bucket.headers(key)
        for what, sent, got in (
            ("Content-Type", wanted.type.replace(" ", ""), kept.type.replace(" ", "")),
            ("Cache-Control", wanted.cache_control, kept.cache_control),
            ("metadata", own.mark, kept.metadata.get("doctor", "")),
        ):
            if sent != got:
                raise Missing(f"{what} of {key.rpartition('/')[2]} was {sent!r} and became {got!r}")
    return "Content-Type, Cache-Control and metadata come back as written"


def _part(bucket: S3Bucket, own: Objects) -> str:
    content = own.content(own.sound)
    status, part = bucket.part(own.sound, 10, 19)
    if (status, part) != (206, content[10:20]):
        raise Missing(f"asked for 10 bytes, it gave {len(part)} with status {status}")
    return "a part of an object can be read"


def _multipart(store: Store, bare: S3Store, own: Objects) -> str:
    content = random.Random(own.mark).randbytes(PART_BYTES + 1)
    bare.put_in_parts(own.big, body_of(content), headers_of(own.big, own.mark))
    found = store.head(own.big)
    if found is None or (found.length_bytes, found.digest) != (
        len(content),
        hashlib.sha256(content).hexdigest(),
    ):
        raise Missing("an upload in two parts did not become the object that was sent")
    begun = bare.bucket.begin_upload(own.big)
    bare.abort_upload(own.big, begun)
    try:
        opened = [upload for _, upload in bare.stale_uploads(timedelta(minutes=-10), below=own.prefix)]
    except StoreError as error:
        raise Missing(f"they work, but those left open cannot be listed: {error.message}") from error
    if opened:
        raise Missing(f"{len(opened)} uploads that were ended are still open")
    return "parts become an object, and an upload that was ended is gone"
