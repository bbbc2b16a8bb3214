"""Where a show is published: a folder, or an S3 bucket, behind one port (`publisher.store.base`)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from publisher.errors import UsageError
from publisher.store.base import Body, Headers, Store, Stored
from publisher.store.prefixed import PrefixedStore

__all__ = [
    "Body",
    "Headers",
    "PrefixedStore",
    "Store",
    "Stored",
    "abort_stale_uploads",
    "address_of",
    "open_store",
    "without_patience",
]

_KINDS_HELP = "a store is s3://bucket/prefix, or a folder"
_ELSEWHERE = {
    "gs": "https://storage.googleapis.com",
    "gcs": "https://storage.googleapis.com",
    "r2": "https://ACCOUNT.r2.cloudflarestorage.com",
    "b2": "https://s3.REGION.backblazeb2.com",
}


def open_store(to: str, *, endpoint: str = "", base: Path, any_names: bool = False) -> Store:
    """The store at an address; nothing is asked of it yet. A bucket is one that asks again when it is busy.

    Args:
        to: `s3://bucket/prefix`, or a folder, which may be relative to `base` and start with `~`.
        endpoint: address of an S3 store that is not Amazon's; a folder has none and ignores it.
        base: the folder that a relative one starts from.
        any_names: whether objects of a bucket may be called anything; of a folder they may not.

    Raises:
        UsageError: the address cannot be one of a store; the help names the nearest that can.
        StoreError: boto3's own configuration cannot be used.
    """
    scheme, colon, rest = to.partition(":")
    if not to.strip():
        raise UsageError("no store is named", help=_KINDS_HELP)
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme):
        return _folder(to, base)
    if scheme != "s3" or not re.match(r"//[^/]", rest):
        raise _wrong_address(scheme.lower(), rest)
    bucket, _, prefix = rest.removeprefix("//").partition("/")
    _check_bucket(bucket, prefix)
    _check_endpoint(endpoint)
    from publisher.store.retrying import RetryingStore
    from publisher.store.s3 import S3Store

    return RetryingStore(S3Store(bucket, prefix, endpoint=endpoint, any_names=any_names))


def without_patience(store: Store) -> Store:
    """The store that `open_store` made, without what asks it again: for what only one kind of store can."""
    from publisher.store.retrying import RetryingStore

    return store.inner if isinstance(store, RetryingStore) else store


def address_of(store: Store) -> tuple[str, str] | None:
    """The address and the endpoint with which `open_store` gives the same store on another machine that finds
    the same settings; None for a store that stands in front of others."""
    from publisher.store.folder import FolderStore

    if isinstance(store, FolderStore):
        return str(store.root), ""
    from publisher.store.s3 import S3Store

    bare = without_patience(store)
    return (bare.name, bare.endpoint) if isinstance(bare, S3Store) else None


def abort_stale_uploads(store: Store, older_than: timedelta) -> int:
    """Ends uploads that were begun that long ago and never finished; their parts cost money, unseen.

    Returns:
        How many there were; none in a folder.

    Raises:
        StoreError: the store failed.
    """
    from publisher.store.s3 import S3Store

    bare = without_patience(store)
    return bare.abort_stale_uploads(older_than) if isinstance(bare, S3Store) else 0


def _folder(to: str, base: Path) -> Store:
    from publisher.store.folder import FolderStore

    return FolderStore(base / Path(to).expanduser())


def _wrong_address(scheme: str, rest: str) -> UsageError:
    # An address may hold a password before an "@": what is shown again begins behind it.
    shown = rest.rpartition("@")[2].strip("/")
    if scheme == "file":
        return UsageError("a folder is named without file:", help=f"write /{shown}")
    if scheme == "s3":
        return UsageError(
            f"s3:{shown} is no address of a bucket", help=f"write s3://{shown or 'bucket/prefix'}"
        )
    if scheme in ("http", "https"):
        host, _, path = shown.partition("/")
        return UsageError(
            f"{scheme}://{shown} is a web address, and publishing needs a store",
            help=f"write s3://{path or 'bucket/prefix'} with the endpoint {scheme}://{host}",
        )
    if scheme in _ELSEWHERE:
        return UsageError(
            f"{scheme}:// is not spoken here, but that store speaks S3 as well",
            help=f"write s3://{shown or 'bucket/prefix'} with the endpoint {_ELSEWHERE[scheme]}",
        )
    return UsageError(
        f"{scheme}: is no kind of store", help=f"{_KINDS_HELP} (./{scheme}:{shown} if a folder is called so)"
    )


def _check_bucket(bucket: str, prefix: str) -> None:
    if "@" in bucket or ":" in bucket:
        raise UsageError(
            "an address of a bucket holds no user, password or port",
            help="write s3://bucket/prefix; credentials come from the environment or the AWS profile",
        )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", bucket):
        nearest = re.sub(r"[^a-z0-9.-]+", "-", bucket.lower()).strip("-.") or "bucket"
        raise UsageError(f"{bucket!r} cannot be the name of a bucket", help=f"perhaps s3://{nearest}")
    parts = prefix.strip("/").split("/") if prefix.strip("/") else []
    if any(not re.fullmatch(r"[A-Za-z0-9_~!'()*+,=@$-][A-Za-z0-9._~!'()*+,=@$-]*", part) for part in parts):
        raise UsageError(
            f"{prefix!r} cannot be a prefix: it becomes part of every public address",
            help="use letters a to z, digits, '-', '_' and '.' between single slashes",
        )


def _check_endpoint(endpoint: str) -> None:
    if not endpoint:
        return
    try:
        parts = urlsplit(endpoint)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError("the endpoint is no address", help="write it as https://host:port") from None
    if parts.username or parts.password or "@" in endpoint:
        raise UsageError(
            "the endpoint holds a user or a password",
            help="take them out; credentials come from the environment or the AWS profile",
        )
    if not complete:
        shown = endpoint.rpartition("://")[2]
        raise UsageError(f"the endpoint {endpoint!r} is no web address", help=f"write https://{shown}")
