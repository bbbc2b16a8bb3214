"""A bucket looked at from beside: what it keeps, how it is set up, and what its settings would have to be.

Publishing needs none of this; `publisher doctor` does.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from publisher.errors import StoreError
from publisher.store.base import Headers
from publisher.store.s3_errors import (
    Place,
    as_store_error,
    error_code,
    errors_wrapped,
    http_status,
    is_about_clock,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_OFFERED = {"NotImplemented", "MethodNotAllowed", "UnsupportedOperation"}
_NOTHING_SET = {"NoSuchBucketPolicy", "NoSuchCORSConfiguration", "NoSuchPolicy"}
_EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"


class NotOffered(StoreError):
    """The store has no such setting."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What came of one question to the bucket.

    Attributes:
        refusal: why it was not answered; None where all is well.
        moment: the store's clock; None where no answer came at all.
        is_about_time: whether it refused because the clocks differ.
    """

    refusal: StoreError | None
    moment: datetime | None
    is_about_time: bool = False


class S3Bucket:
    """The bucket of one store.

    Args:
        prefix: where the store writes, with its slash; may be empty.
    """

    def __init__(self, client: S3Client, place: Place, prefix: str) -> None:
        self._client = client
        self._place = place
        self.name = place.bucket
        self.prefix = prefix

    def contact(self) -> Contact:
        """Asks for the shortest of lists."""
        try:
            answer = self._client.list_objects_v2(Bucket=self.name, Prefix=self.prefix, MaxKeys=1)
        except Exception as error:
            refusal = as_store_error(error, self._place, "list the objects")
            if refusal is None:
                raise
            refusal.__cause__ = error
            return Contact(refusal, _moment(getattr(error, "response", None)), is_about_clock(error))
        return Contact(None, _moment(answer))

    def headers(self, key: str) -> Headers:
        """What the store kept of the headers that an object was written with."""
        with self._wrapped(f"look at {key!r}"):
            found = self._client.head_object(Bucket=self.name, Key=self.prefix + key)
        return Headers(found.get("ContentType", ""), found.get("CacheControl", ""), found.get("Metadata", {}))

    def part(self, key: str, first: int, last: int) -> tuple[int, bytes]:
        """The HTTP status and the bytes that a request for the bytes `first` to `last` gets."""
        with self._wrapped(f"read a part of {key!r}"):
            answer = self._client.get_object(
                Bucket=self.name, Key=self.prefix + key, Range=f"bytes={first}-{last}"
            )
            with contextlib.closing(answer["Body"]) as stream:
                return answer["ResponseMetadata"]["HTTPStatusCode"], stream.read(1 << 20)

    def begin_upload(self, key: str) -> str:
        """Begins an upload in parts, and gives its id."""
        with self._wrapped(f"begin an upload of {key!r}"):
            return self._client.create_multipart_upload(Bucket=self.name, Key=self.prefix + key)["UploadId"]

    def policy(self) -> dict[str, Any]:
        """The bucket's policy; empty where there is none.

        Raises:
            NotOffered: the store has no policies.
            StoreError: it cannot be read.
        """
        with self._setting("read the bucket's policy"):
            try:
                text = self._client.get_bucket_policy(Bucket=self.name)["Policy"]
            except Exception as error:
                if error_code(error) in _NOTHING_SET:
                    return {}
                raise
        found = json.loads(text)
        return found if isinstance(found, dict) else {}

    def set_policy(self, policy: dict[str, Any]) -> None:
        with self._setting("set the bucket's policy"):
            self._client.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))

    def cors(self) -> list[dict[str, Any]]:
        """The bucket's CORS rules.

        Raises:
            NotOffered: the store has none to set.
            StoreError: they cannot be read.
        """
        with self._setting("read the bucket's CORS rules"):
            try:
                rules: Any = self._client.get_bucket_cors(Bucket=self.name)["CORSRules"]
            except Exception as error:
                if error_code(error) in _NOTHING_SET:
                    return []
                raise
        return list(rules)

    def set_cors(self, rules: list[dict[str, Any]]) -> None:
        configuration: Any = {"CORSRules": rules}
        with self._setting("set the bucket's CORS rules"):
            self._client.put_bucket_cors(Bucket=self.name, CORSConfiguration=configuration)

    def open_by_acl(self) -> None:
        """Lets everybody read the whole bucket: the coarse way of stores without policies.

        Raises:
            NotOffered: the store has no such lists either.
            StoreError: somebody has already been given a right, which this would take away.
        """
        with self._setting("set the bucket's access list"):
            access: Any = self._client.get_bucket_acl(Bucket=self.name)
            owner = access.get("Owner", {}).get("ID")
            for grant in access.get("Grants", ()):
                grantee = grant.get("Grantee", {})
                if grantee.get("URI") != _EVERYBODY and grantee.get("ID") != owner:
                    raise StoreError(
                        f"{self._place.name}: others have rights of their own in the bucket's access list",
                        help="add a right to read for everybody to that list by hand",
                    )
            self._client.put_bucket_acl(Bucket=self.name, ACL="public-read")

    @contextlib.contextmanager
    def _setting(self, doing: str) -> Iterator[None]:
        with self._wrapped(doing):
            try:
                yield
            except StoreError:
                raise
            except Exception as error:
                if error_code(error) in _NOT_OFFERED or http_status(error) in (405, 501):
                    raise NotOffered(f"{self._place.name}: could not {doing}: it has none") from error
                raise

    def _wrapped(self, doing: str) -> contextlib.AbstractContextManager[None]:
        return errors_wrapped(self._place, doing)


def _moment(answer: Any) -> datetime | None:
    # boto3's own failures have a response too, which is None.
    written = (answer or {}).get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return parsedate_to_datetime(written).astimezone(UTC)
    except (TypeError, ValueError):
        return None
