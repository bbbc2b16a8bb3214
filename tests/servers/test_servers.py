"""The servers themselves: real ones come up, and none outlives whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.servers import install
from tests.servers.process import answers, free_ports, wait_until
from tests.servers.server import S3Server
from tests.support.require import require

ROOT = Path(__file__).parents[2]

_STARTS = """
import sys
from tests.servers.running import running_elsewhere
with running_elsewhere(sys.argv[1]) as server:
    print(server.as_json(), flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("swift", "ceph")]
)
def test_a_server_ends_with_whoever_started_it_even_when_that_is_killed(kind: str) -> None:
    if not install.is_installed(kind):
        require(kind, f"not installed; get it with: python -m tests.servers install {kind}")
    command = [sys.executable, "-c", _STARTS, kind]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        server = S3Server.from_json(starter.stdout.readline())
        port = urlsplit(server.endpoint).port
        assert port is not None
        assert answers(port)
        assert Path(server.data).is_dir()
        os.kill(starter.pid, signal.SIGKILL)
    wait_until(lambda: not Path(server.data).exists(), seconds=60, what="the end of the server")
    assert not answers(port)


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert not any(answers(port) for port in ports)
