"""Signature version 4 with digests that are known already. Imported with boto3, which takes its time."""

from __future__ import annotations

from typing import Any, Final

from botocore.auth import AUTH_TYPE_MAPS, S3SigV4Auth

KNOWN_DIGESTS: Final = "publisher-s3v4"
"""What botocore calls this way to sign."""


class _KnownDigestAuth(S3SigV4Auth):
    """As botocore signs for S3; a body that knows its SHA-256 is not read for it.

    The digest of the payload is signed, and the store refuses another payload (XAmzContentSHA256Mismatch):
    https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """

    def payload(self, request: Any) -> str:
        digest = getattr(request.body, "digest", "")
        auth: Any = super()
        if digest and auth._should_sha256_sign_payload(request):
            return str(digest)
        return str(auth.payload(request))


AUTH_TYPE_MAPS[KNOWN_DIGESTS] = _KnownDigestAuth
