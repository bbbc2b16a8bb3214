"""The bucket that the faults are done to, and the count of what was tried."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.stage import Stage
from tests.servers.server import S3Server
from tests.support.faultproxy import proxying

ALL = os.environ.get("PUBLISHER_FAULTS") == "all"
"""Whether every request meets every fault; otherwise a fixed share of them does."""

Say = Callable[[str], None]


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """Prints a line past the capture."""

    def write(text: str) -> None:
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n{text}", flush=True)

    return write


@pytest.fixture(
    scope="module", params=[pytest.param(k, marks=pytest.mark.xdist_group(k)) for k in ("swift", "ceph")]
)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The releases A and B on each server in turn."""
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    root: Path = tmp_path_factory.mktemp(f"stage-{server.kind}")
    with proxying(server.endpoint) as proxy:
        yield Stage.make(server, proxy, root)
        assert proxy.broken == []
