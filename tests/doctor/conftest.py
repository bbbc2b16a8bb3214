"""The buckets that a doctor is sent to."""

from __future__ import annotations

import pytest

from tests.doctor.stand import Place
from tests.servers.server import S3Server

_KINDS = [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("swift", "ceph")]


def _place(kind: str, request: pytest.FixtureRequest, environment: pytest.MonkeyPatch) -> Place:
    server: S3Server = request.getfixturevalue(f"{kind}_server")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        environment.delenv(name, raising=False)
    for name, value in server.environment().items():
        environment.setenv(name, value)
    return Place(server, server.new_bucket())


@pytest.fixture(params=_KINDS)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A fresh closed bucket on each server in turn; the environment has its credentials."""
    return _place(request.param, request, monkeypatch)


@pytest.fixture
def ceph(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    return _place("ceph", request, monkeypatch)


@pytest.fixture
def swift(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    return _place("swift", request, monkeypatch)
