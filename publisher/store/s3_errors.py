"""What S3 stores and boto3 raise, turned into publisher's own errors at this one border.

Nothing a server or library says is passed on unread: signatures, keys and tokens stand in such texts.
"""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.errors import (
    AccessDenied,
    NoSuchBucket,
    PublisherError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call went, as a message names it.

    Attributes:
        name: the store's name.
        endpoint: the address it is spoken to under, without user, query or fragment.
        bucket: the bucket's name.
        uses_own_endpoint: whether somebody named the endpoint, so that it may be mistaken.
    """

    name: str
    endpoint: str
    bucket: str
    uses_own_endpoint: bool


_CREDENTIALS_HELP = (
    "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), and that they belong to this store"
)
_PATIENCE_HELP = "nothing is lost: run the same command again in a while"

_UNKNOWN_KEY = {"InvalidAccessKeyId", "InvalidAccessKey", "UserSuspended", "InvalidClientTokenId"}
_WRONG_SECRET = {"SignatureDoesNotMatch", "InvalidSignature"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired"}
_DENIED = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "403", "401", "Unauthorized"}
_DENIED |= {"InvalidObjectState", "ObjectLockConfigurationNotFoundError", "MethodNotAllowed", "405"}
_CLOCK = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
_FULL = {"QuotaExceeded", "InsufficientCapacity", "InsufficientStorage", "507", "EntityTooLarge", "413"}
_FULL |= {"XMinioStorageFull", "StorageFull", "ServiceQuotaExceeded", "LimitExceeded"}
_BUSY = {
    "SlowDown",
    "503",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "429",
}
_BUSY |= {"RequestTimeout", "InternalError", "500", "502", "504", "BadGateway", "GatewayTimeout", "Busy"}
_BUSY |= {"OperationAborted", "BandwidthLimitExceeded", "RequestLimitExceeded"}
_REGION = {"PermanentRedirect", "301", "307", "TemporaryRedirect", "AuthorizationHeaderMalformed"}
_REGION |= {"IllegalLocationConstraintException", "AuthorizationQueryParametersError"}
_DAMAGED = {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "422"}
_DAMAGED |= {"IncompleteBody"}


@contextlib.contextmanager
def errors_wrapped(place: Place, doing: str) -> Iterator[None]:
    """Turns what boto3 and the layers under it raise into the port's errors.

    Args:
        place: where the calls of the block go.
        doing: what they do, as it follows `could not`: `write 'feed.xml'`.

    Raises:
        StoreError: the block failed on the way to the store or in it.
    """
    try:
        yield
    except PublisherError:
        raise
    except Exception as error:
        wrapped = as_store_error(error, place, doing)
        if wrapped is None:
            raise
        raise wrapped from error


def error_code(error: Exception) -> str:
    """What the server calls its refusal (`NoSuchKey`), or the HTTP status where it says nothing."""
    response = getattr(error, "response", None) or {}
    code = str(response.get("Error", {}).get("Code") or "")
    return code if code not in ("", "Unknown") else str(http_status(error) or "")


def http_status(error: Exception) -> int:
    """The HTTP status of a server's refusal, 0 where there is none."""
    response = getattr(error, "response", None) or {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def is_about_clock(error: Exception) -> bool:
    """Whether the server refused because its time and this machine's differ."""
    return error_code(error) in _CLOCK


def as_store_error(error: Exception, place: Place, doing: str) -> StoreError | None:
    """The port's error for `error`, None where it is neither boto3's nor the network's."""
    from botocore import exceptions
    from urllib3.exceptions import HTTPError

    if isinstance(error, exceptions.ClientError):
        return _refusal(error, place, doing)
    if isinstance(error, exceptions.BotoCoreError):
        return _failure(error, place, doing)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(
            f"{place.name}: could not {doing}: this machine's folder for temporary files is full",
            help="make room there, or name another folder in TMPDIR",
        )
    if isinstance(error, HTTPError | OSError):
        return _broken_off(place, doing)
    return None


def _refusal(error: Exception, place: Place, doing: str) -> StoreError:
    """The server answered, and refused."""
    code, status = error_code(error), http_status(error)
    failed = f"{place.name}: could not {doing}"
    if code == "NoSuchBucket":
        return no_such_bucket(place)
    if code in _UNKNOWN_KEY:
        return AccessDenied(f"{failed}: the store does not know this access key", help=_CREDENTIALS_HELP)
    if code in _WRONG_SECRET:
        return AccessDenied(
            f"{failed}: the access key and the secret key do not belong together, or one was copied wrongly",
            help=_CREDENTIALS_HELP,
        )
    if code in _EXPIRED:
        return AccessDenied(f"{failed}: the session has expired", help="sign in again, then run again")
    if code in _CLOCK:
        return StoreError(
            f"{failed}: this machine's clock is too far from the store's",
            help="set the clock (switch on time synchronisation), then run again",
        )
    if code in _FULL or status in (507, 413):
        return StoreFull(
            f"{failed}: the store has no room for it ({code})",
            help="raise the quota or make room (`publisher prune`); what was published before still stands",
        )
    if code in _REGION:
        return StoreError(
            f"{failed}: the bucket lives in another region",
            help="set AWS_DEFAULT_REGION to the bucket's region, and leave out an endpoint of another one",
        )
    if code in _DAMAGED:
        return StoreUnavailable(f"{failed}: the bytes were damaged on the way", help=_PATIENCE_HELP)
    if code in _BUSY or status >= 500:
        return StoreUnavailable(f"{failed}: the store is busy or ails ({code})", help=_PATIENCE_HELP)
    if code in _DENIED or status in (401, 403):
        return AccessDenied(
            f"{failed}: these credentials are not allowed to",
            help=f"they need s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on {place.bucket}",
        )
    return StoreError(f"{failed}: the store answered {safe_text(code) or status or 'nothing readable'}")


def _failure(error: Exception, place: Place, doing: str) -> StoreError:
    """boto3 gave up before or without an answer."""
    from botocore import exceptions

    failed = f"{place.name}: could not {doing}"
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return AccessDenied(
            f"{failed}: there are no credentials, or only half of them",
            help="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
        )
    if isinstance(error, exceptions.ProfileNotFound):
        return AccessDenied(
            f"{failed}: the profile that AWS_PROFILE names does not exist", help=_CREDENTIALS_HELP
        )
    if isinstance(
        error,
        exceptions.CredentialRetrievalError
        | exceptions.TokenRetrievalError
        | exceptions.SSOError
        | exceptions.LoginError
        | exceptions.MetadataRetrievalError,
    ):
        return AccessDenied(
            f"{failed}: the credentials could not be fetched", help="sign in again, then run again"
        )
    if isinstance(error, exceptions.SSLError):
        return StoreError(
            f"{failed}: {place.endpoint} does not speak TLS as wanted, or its certificate is not trusted",
            help="check whether the endpoint is https or http; name a private authority in AWS_CA_BUNDLE",
        )
    if isinstance(error, exceptions.ParamValidationError):
        return NoSuchBucket(f"{failed}: {place.bucket!r} cannot be the name of a bucket")
    if isinstance(error, exceptions.ReadTimeoutError | exceptions.ConnectTimeoutError):
        return StoreUnavailable(f"{failed}: {place.endpoint} did not answer in time", help=_PATIENCE_HELP)
    if isinstance(error, exceptions.EndpointConnectionError | exceptions.ProxyConnectionError):
        return StoreUnavailable(
            f"{failed}: {place.endpoint} cannot be reached", help=_reach_help(place.uses_own_endpoint)
        )
    if isinstance(error, exceptions.HTTPClientError | exceptions.ResponseStreamingError):
        return _broken_off(place, doing)
    if isinstance(error, exceptions.IncompleteReadError):
        return _broken_off(place, doing)
    return StoreError(
        f"{failed}: {type(error).__name__}", help="see whether the endpoint and region are right"
    )


def no_such_bucket(place: Place) -> NoSuchBucket:
    return NoSuchBucket(
        f"{place.name}: there is no bucket {place.bucket!r} at {place.endpoint}",
        help="make the bucket, or correct its name, the endpoint or the region",
    )


def _broken_off(place: Place, doing: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"{place.name}: could not {doing}: the connection to {place.endpoint} broke off", help=_PATIENCE_HELP
    )


def _reach_help(uses_own_endpoint: bool) -> str:
    if uses_own_endpoint:
        return "check the network, and the endpoint's name and port (`endpoint`, AWS_ENDPOINT_URL_S3)"
    return "check the network; a store that is not Amazon's needs its endpoint named (`endpoint`)"


def safe_text(text: str) -> str:
    """Of a foreign word only what a code consists of: no server can put a secret into a message by it."""
    return text if re.fullmatch(r"[A-Za-z0-9.]{1,64}", text) else ""
