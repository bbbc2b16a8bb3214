"""The servers that this suite publishes to, each on a worker of its own under pytest-xdist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.s3.stand import KINDS, PREFIX, Bucket
from tests.servers.server import S3Server
from tests.support.sample import copy_sample

_SERVERS = [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in KINDS]


@pytest.fixture(scope="module", params=_SERVERS)
def server(request: pytest.FixtureRequest) -> S3Server:
    """Each server in turn."""
    found: S3Server = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture(scope="module")
def new_bucket(server: S3Server) -> Callable[[], Bucket]:
    """Makes a fresh bucket that anonymous readers may read."""

    def make() -> Bucket:
        name = server.new_bucket()
        return Bucket(server, name, PREFIX, f"{server.public_url(name)}{PREFIX}/")

    return make


@pytest.fixture
def bucket(new_bucket: Callable[[], Bucket]) -> Bucket:
    return new_bucket()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with a copy of the sample show in it."""
    copy_sample(tmp_path / "episodes")
    return tmp_path
