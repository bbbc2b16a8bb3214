"""Fixtures that several suites share: the real S3 servers.

A server starts when the first test asks for it and stops with the session. Under pytest-xdist every worker
that runs such a test has its own; tests marked `xdist_group("swift")` or `("ceph")` stay on one worker with
`--dist loadgroup`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import install
from tests.servers.running import running_elsewhere
from tests.servers.server import S3Server
from tests.support.require import require


def _server(kind: str) -> Iterator[S3Server]:
    if not install.is_installed(kind):
        require(kind, f"not installed; get it with: python -m tests.servers install {kind}")
    with running_elsewhere(kind) as server:
        yield server


@pytest.fixture(scope="session")
def swift_server() -> Iterator[S3Server]:
    """OpenStack Swift with s3api."""
    yield from _server("swift")


@pytest.fixture(scope="session")
def ceph_server() -> Iterator[S3Server]:
    """Ceph radosgw."""
    yield from _server("ceph")


@pytest.fixture
def swift_bucket(swift_server: S3Server) -> str:
    """The name of a fresh bucket on Swift."""
    return swift_server.new_bucket()


@pytest.fixture
def ceph_bucket(ceph_server: S3Server) -> str:
    """The name of a fresh bucket on Ceph."""
    return ceph_server.new_bucket()
