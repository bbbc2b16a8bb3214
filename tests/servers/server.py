"""What a test knows of a running server."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running server: `kind` is `swift` or `ceph`, `endpoint` speaks S3 there.

    Attributes:
        pid: the process that ends the server's own when it is told to.
        data: folder of its data and logs.
    """

    kind: str
    endpoint: str
    access_key: str
    secret_key: str
    region: str
    pid: int = 0
    data: str = ""

    def environment(self) -> dict[str, str]:
        """Variables by which boto3 finds the server, and nothing else of this machine."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> S3Client:
        """A plain client, to look at the server past publisher's own store."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
            ),
        )

    def new_bucket(self) -> str:
        """Creates a bucket of a name not used before, and gives the name."""
        name = f"show-{self.kind}-{secrets.token_hex(6)}"
        self.client().create_bucket(Bucket=name)
        return name

    def public_url(self, bucket: str) -> str:
        """Opens the bucket to anonymous readers, and gives the address under which its keys are reached.

        It ends with `/`. Swift serves anonymous readers under its own API alone, never under the S3 one.
        """
        client = self.client()
        if self.kind == "swift":
            client.put_bucket_acl(Bucket=bucket, ACL="public-read")
            return f"{self.endpoint}/v1/AUTH_{self.access_key.partition(':')[0]}/{quote(bucket)}/"
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": ["*"]},
            "Action": ["s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{bucket}/*"],
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
        return f"{self.endpoint}/{quote(bucket)}/"

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> S3Server:
        return cls(**json.loads(text))
