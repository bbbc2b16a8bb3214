"""The stores of the contract suite, by one fixture."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.store.folder import FolderStore
from publisher.store.retrying import RetryingStore
from publisher.store.s3 import S3Store
from tests.servers.server import S3Server
from tests.store.subjects import Subject

KINDS = ("folder", "retrying", "swift", "ceph")
S3_KINDS = KINDS[2:]


@pytest.fixture
def s3_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which boto3 finds nothing of this machine."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`subject` is every store, `s3_subject` every S3 store; each server keeps to one xdist worker."""
    for name, kinds in (("subject", KINDS), ("s3_subject", S3_KINDS)):
        if name in metafunc.fixturenames:
            params = [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in kinds]
            metafunc.parametrize(name, params, indirect=True)


@pytest.fixture
def subject(request: pytest.FixtureRequest, tmp_path: Path, s3_environment: pytest.MonkeyPatch) -> Subject:
    """Each store in turn, empty."""
    if request.param == "folder":
        root = tmp_path / "public"
        return Subject("folder", FolderStore(root), lambda: FolderStore(root), folder=root)
    if request.param == "retrying":
        root = tmp_path / "public"
        return Subject(
            "retrying",
            RetryingStore(FolderStore(root)),
            lambda: RetryingStore(FolderStore(root)),
            folder=root,
        )
    return s3_subject_of(request, s3_environment)


@pytest.fixture
def s3_subject(request: pytest.FixtureRequest, s3_environment: pytest.MonkeyPatch) -> Subject:
    """Each S3 store in turn, empty."""
    return s3_subject_of(request, s3_environment)


def s3_subject_of(request: pytest.FixtureRequest, environment: pytest.MonkeyPatch) -> Subject:
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    bucket: str = request.getfixturevalue(f"{request.param}_bucket")
    for name, value in server.environment().items():
        environment.setenv(name, value)
    return Subject(
        request.param,
        S3Store(bucket, "shows/one"),
        lambda: S3Store(bucket, "shows/one"),
        client=server.client(),
        bucket=bucket,
        prefix="shows/one/",
    )
