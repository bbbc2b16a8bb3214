"""From an address to a store, and what is said of addresses that name none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.store import open_store, without_patience
from publisher.store.folder import FolderStore
from publisher.store.retrying import RetryingStore
from publisher.store.s3 import S3Store


@pytest.mark.parametrize("to", ["public", "./public", "a/b", "with space", "C:"])
def test_a_folder_starts_from_the_base(to: str, tmp_path: Path) -> None:
    store = open_store(to, base=tmp_path)
    assert isinstance(store, FolderStore)
    assert store.name == str(tmp_path / to)


def test_an_absolute_folder_and_the_home_folder_stand_for_themselves(tmp_path: Path) -> None:
    assert open_store(str(tmp_path / "x"), base=Path("/elsewhere")).name == str(tmp_path / "x")
    assert open_store("~/public", base=Path("/elsewhere")).name == str(Path.home() / "public")


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("s3://shows", "s3://shows"),
        ("s3://shows/", "s3://shows"),
        ("s3://shows/one", "s3://shows/one"),
        ("s3://shows/one/two/", "s3://shows/one/two"),
        ("s3://Old_Bucket.name/one", "s3://Old_Bucket.name/one"),
    ],
)
def test_a_bucket_is_named_with_its_prefix(to: str, name: str, s3_environment: pytest.MonkeyPatch) -> None:
    store = open_store(to, endpoint="http://127.0.0.1:9000", base=Path("/"))
    assert isinstance(store, RetryingStore)
    assert isinstance(without_patience(store), S3Store)
    assert store.name == name


@pytest.mark.parametrize(
    ("to", "help"),
    [
        ("", "s3://bucket/prefix"),
        ("s3:/shows/one", "s3://shows/one"),
        ("s3:shows/one", "s3://shows/one"),
        ("S3://shows/one", "s3://shows/one"),
        ("s3://", "s3://bucket/prefix"),
        ("s3:///one", "s3://one"),
        ("s3://my bucket", "s3://my-bucket"),
        ("s3://shows/one//two", "single slashes"),
        ("s3://shows/../two", "single slashes"),
        ("s3://shows/små", "letters a to z"),
        ("http://storage.example/shows/one", "s3://shows/one with the endpoint http://storage.example"),
        ("https://storage.example", "s3://bucket/prefix with the endpoint https://storage.example"),
        ("gs://shows/one", "s3://shows/one with the endpoint https://storage.googleapis.com"),
        ("r2://shows", "s3://shows with the endpoint"),
        ("ftp://shows", "s3://bucket/prefix"),
        ("file:///srv/shows", "/srv/shows"),
    ],
)
def test_a_wrong_address_is_answered_with_the_nearest_right_one(to: str, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(to, base=Path("/"))
    assert help in caught.value.help


@pytest.mark.parametrize(
    ("endpoint", "help"),
    [
        ("storage.example:9000", "https://storage.example:9000"),
        ("ftp://storage.example", "https://storage.example"),
        ("https://", "https://"),
        ("http://host:notaport", "https://host:port"),
    ],
)
def test_a_wrong_endpoint_is_a_wrong_use(endpoint: str, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store("s3://shows", endpoint=endpoint, base=Path("/"))
    assert help in caught.value.help


@pytest.mark.parametrize(
    ("to", "endpoint"),
    [
        ("s3://producer:never-to-be-shown@shows/one", ""),
        ("S3://producer:never-to-be-shown@shows/one", ""),
        ("https://producer:never-to-be-shown@storage.example/shows", ""),
        ("gs://producer:never-to-be-shown@shows", ""),
        ("s3://shows", "https://producer:never-to-be-shown@storage.example"),
        ("s3://shows", "producer:never-to-be-shown@storage.example"),
    ],
)
def test_a_secret_in_an_address_is_refused_and_not_repeated(to: str, endpoint: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(to, endpoint=endpoint, base=Path("/"))
    assert "never-to-be-shown" not in str(caught.value)


def test_a_folder_costs_no_import_of_boto3() -> None:
    program = (
        "import sys; from pathlib import Path; from publisher.store import open_store; "
        "open_store('public', base=Path('.')); import publisher.store.s3; "
        "sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
