"""Compare-and-swap on one S3 object, as far as the store at hand can do it.

What stores do differently, found by asking them:

* Amazon answers 412 to a lost race, 404 when the object is gone, 409 when two writes collide.
* Ceph compares `If-Match` without the quotes that belong to an ETag, and answers 412 for a missing object; to
  writes that meet in the same moment it may answer 500 with the code `UnknownError`.
* Swift answers 501 to `If-Match`; its `If-None-Match: *` is checked, but not atomic.
* Others ignore the condition and write.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from publisher.errors import Conflict
from publisher.store.s3_errors import error_code, http_status

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

TOKEN_NAME = "write"
"""The metadata entry that tells our own write from anybody's, when an answer was lost on the way."""

_COLLISIONS_AT_MOST = 5
_ABSENT_ETAG = '"00000000000000000000000000000000"'
_CANNOT = {"NotImplemented", "InvalidArgument", "InvalidRequest", "UnsupportedOperation", "501"}


class ConditionalWriter:
    """Writes an object only where its version still is the expected one.

    Before the first write the store is asked what it makes of a condition that cannot hold, for a store
    that ignores conditions would never tell.

    Args:
        client: the client to write by.
        bucket: the bucket's name.
        prefix: where this store may write, with its slash.
        look: gives an object's version and metadata by its key, None where there is none.
    """

    def __init__(
        self,
        client: S3Client,
        bucket: str,
        prefix: str,
        look: Callable[[str], tuple[str, dict[str, str]] | None],
    ) -> None:
        self._client = client
        self._look = look
        self._bucket = bucket
        self._prefix = prefix
        self._lock = threading.Lock()
        self._asked = False
        self._wants_quotes = True
        self.supported = True

    def write(self, key: str, arguments: dict[str, Any], expected: str | None) -> str:
        """Writes, and gives the new version.

        Args:
            key: the object's name in messages.
            arguments: what `put_object` takes, the content included.
            expected: the version that must be there, None for none at all.

        Raises:
            Conflict: another version is there; nothing was written.
            botocore.exceptions.BotoCoreError, ClientError: as boto3 raises them.
        """
        self._ask_once()
        token = secrets.token_hex(8)
        arguments = arguments | {"Metadata": arguments["Metadata"] | {TOKEN_NAME: token}}
        if not self.supported:
            return self._check_and_write(key, arguments, expected, token)
        return self._swap(key, arguments, expected, token)

    def _swap(self, key: str, arguments: dict[str, Any], expected: str | None, token: str) -> str:
        from botocore.exceptions import ClientError

        conditions = self._conditions(expected)
        collisions = 0
        while True:
            condition = conditions[0]
            try:
                version = self._client.put_object(**arguments, **condition)["ETag"]
            except ClientError as error:
                if not (_is_lost(error) or _is_collision(error)):
                    raise
                found, is_ours = self._seen(key, token)
                if found is not None and is_ours:
                    return found
                if found != expected:
                    raise Conflict(key) from error
                # The object still is the expected one, and this attempt wrote nothing.
                if _is_collision(error) and collisions < _COLLISIONS_AT_MOST:
                    collisions += 1
                    time.sleep(random.uniform(0.05, 0.2) * 2**collisions)
                elif http_status(error) == 412 and len(conditions) > 1:
                    conditions = conditions[1:]
                else:
                    raise Conflict(key) from error
                continue
            self._remember(condition)
            return version

    def _conditions(self, expected: str | None) -> list[dict[str, Any]]:
        """The ways to say it, the likeliest first."""
        if expected is None:
            return [{"IfNoneMatch": "*"}]
        ways = [{"IfMatch": expected}, {"IfMatch": expected.strip('"')}]
        return ways if self._wants_quotes else ways[::-1]

    def _remember(self, condition: dict[str, Any]) -> None:
        if "IfMatch" in condition:
            self._wants_quotes = condition["IfMatch"].startswith('"')

    def _check_and_write(self, key: str, arguments: dict[str, Any], expected: str | None, token: str) -> str:
        """The best a store without conditions allows; threads of this process still exclude each other."""
        with self._lock:
            if self._seen(key, token)[0] != expected:
                raise Conflict(key)
            if expected is None:
                self._put_where_absent(key, arguments, token)
            else:
                self._client.put_object(**arguments)
            found, is_ours = self._seen(key, token)
            if found is None or not is_ours:
                raise Conflict(key)
            return found

    def _put_where_absent(self, key: str, arguments: dict[str, Any], token: str) -> None:
        from botocore.exceptions import ClientError

        try:
            self._client.put_object(**arguments, IfNoneMatch="*")
        except ClientError as error:
            if error_code(error) in _CANNOT or http_status(error) == 501:
                self._client.put_object(**arguments)
                return
            if not _is_lost(error):
                raise
            if not self._seen(key, token)[1]:
                raise Conflict(key) from error

    def _seen(self, key: str, token: str) -> tuple[str | None, bool]:
        """The version that is there now, and whether a write with that token made it."""
        found = self._look(key)
        return (found[0], found[1].get(TOKEN_NAME) == token) if found else (None, False)

    def _ask_once(self) -> None:
        """Asks for a write that must be refused: `If-Match` on an object that is not there."""
        from botocore.exceptions import ClientError

        with self._lock:
            if self._asked:
                return
            name = f"{self._prefix}.publisher-asks-{secrets.token_hex(8)}"
            try:
                self._client.put_object(Bucket=self._bucket, Key=name, Body=b"", IfMatch=_ABSENT_ETAG)
            except ClientError as error:
                if _is_lost(error):
                    self._asked = True
                    return
                if error_code(error) not in _CANNOT and http_status(error) != 501:
                    raise
            else:
                with contextlib.suppress(ClientError):
                    self._client.delete_object(Bucket=self._bucket, Key=name)
            self.supported = False
            self._asked = True


def _is_collision(error: ClientError) -> bool:
    """Whether the store could not decide between writes that met."""
    return http_status(error) == 409 or (http_status(error) == 500 and error_code(error) == "UnknownError")


def _is_lost(error: ClientError) -> bool:
    """Whether the store refused the write because of its condition."""
    return http_status(error) in (404, 409, 412) and error_code(error) != "NoSuchBucket"
