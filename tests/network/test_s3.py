"""A network in one bucket, on a real server behind a proxy that counts: connections, requests, conflicts."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.network import IN_FLIGHT
from tests.release.trees import PUBLISHER, environment, run
from tests.servers.server import S3Server
from tests.support.faultproxy import Call, Fault, FaultProxy, Request, proxying
from tests.support.shows import edit_episode, make_show

pytestmark = pytest.mark.xdist_group("ceph")

NUMBER = 24
NOW = ("--now", "2030-01-01", "--no-verify")
POOL = 32
"""So many connections a client keeps."""


class Network:
    """Shows in one bucket."""

    def __init__(self, folder: Path, server: S3Server, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self.environment = server.environment() | {"AWS_ENDPOINT_URL_S3": proxy.endpoint}
        bucket = server.new_bucket()
        self.shows = [
            str(
                make_show(
                    folder / f"show{place:02}",
                    title=f"Show {place}",
                    url=f"https://example.com/show{place:02}/",
                    publish={"to": f"s3://{bucket}/show{place:02}"},
                )
            )
            for place in range(NUMBER)
        ]

    def publish(self, *options: str) -> subprocess.CompletedProcess[str]:
        self.proxy.clear()
        return run("publish", *self.shows, *NOW, *options, env=self.environment, timeout=300)

    def summary(self, *options: str) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads(self.publish("--json", *options).stdout)["summary"]
        return summary

    def edit(self, *places: int) -> None:
        for place in places:
            title = json.loads(
                (Path(self.shows[place]) / "0001-episode" / "episode.yaml")
                .read_text()
                .split("\n")[0]
                .removeprefix("title: ")
            )
            edit_episode(Path(self.shows[place]), "0001-episode", title=f"{title} again")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, ceph_server: S3Server) -> Iterator[Network]:
    with proxying(ceph_server.endpoint) as proxy:
        network = Network(tmp_path_factory.mktemp("network"), ceph_server, proxy)
        assert network.summary() == {"shows": NUMBER, "status": 0, "released": NUMBER, "failed": 0}
        first = proxy.connections
        yield network
        assert not proxy.broken
    assert first <= POOL, "of which each sent hundreds of requests"


def test_nothing_to_do_is_one_request_each_over_few_connections(network: Network) -> None:
    assert network.summary()["nothing_to_do"] == NUMBER
    asked = [str(request).partition("?")[0] for request in network.proxy.requests]
    bucket = network.proxy.requests[0].path.split("/")[1]
    assert sorted(asked) == [f"GET /{bucket}/show{place:02}/feed.xml" for place in range(NUMBER)]
    assert network.proxy.connections <= IN_FLIGHT


def strike(network: Network, name: str, status: int, code: str, *, method: str = "") -> None:
    """Every request of that show, or those of a method for its feed, are refused."""

    def applies(request: Request) -> bool:
        if method:
            return request.method == method and request.path.endswith(f"/{name}/feed.xml")
        return f"/{name}/" in request.path

    def refuse(call: Call) -> None:
        call.refuse(status, code)

    network.proxy.arm(Fault("refused", refuse, applies=applies), at=1, mode="forever")


def test_a_conflict_is_that_shows_alone(network: Network) -> None:
    network.edit(10, 11, 12)
    strike(network, "show11", 412, "PreconditionFailed", method="PUT")
    done = run("publish", *network.shows, *NOW, env=network.environment, timeout=300)
    assert network.proxy.struck
    assert done.returncode == 4
    assert done.stdout.splitlines()[-1] == (
        f"{NUMBER} shows: {NUMBER - 3} nothing to do, 2 released, 1 failed"
    )
    assert done.stderr.splitlines()[-1].startswith(f"{network.shows[11]}: ")
    assert done.stderr.splitlines()[-1].endswith(" (status 4)")
    summary = {"shows": NUMBER, "status": 0, "nothing_to_do": NUMBER - 1, "released": 1, "failed": 0}
    assert network.summary() == summary


def test_what_the_store_refuses_to_one_show_it_gives_to_the_others(network: Network) -> None:
    network.edit(20, 21)
    strike(network, "show20", 403, "AccessDenied")
    done = run("publish", *network.shows, *NOW, "--json", env=network.environment, timeout=300)
    summary = {"shows": NUMBER, "status": 3, "nothing_to_do": NUMBER - 2, "released": 1, "failed": 1}
    assert json.loads(done.stdout)["summary"] == summary
    assert network.summary()["released"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupt_ends_all_and_the_next_run_goes_on(network: Network, number: int) -> None:
    """The store falls silent at some upload; what was done is told of, and nothing is spoilt."""
    network.edit(*range(NUMBER // 3, NUMBER))
    silent = threading.Event()

    def hold(call: Call) -> None:
        silent.set()
        call.hold()

    network.proxy.arm(Fault("silent", hold, applies=lambda request: request.method == "PUT"), at=60,
                      mode="forever")  # fmt: skip
    with subprocess.Popen(
        [*PUBLISHER, "publish", *network.shows, *NOW],
        env=environment(network.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert silent.wait(120)
            process.send_signal(number)
            said, complained = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert complained.splitlines()[-1] == "interrupted; what was published before still stands"
    summary = said.splitlines()[-1]
    assert summary.startswith(f"{NUMBER} shows: ")
    assert " 0 failed, " in summary
    assert summary.endswith(" interrupted")
    assert f"{network.shows[0]}: nothing to do" in said
    left = int(summary.removesuffix(" interrupted").rpartition(" ")[2])
    assert 0 < left < NUMBER
    after = network.summary()
    assert after["status"] == 0
    # One may have been flipped and not have come to saying so.
    assert left - 4 <= after["released"] <= left
    assert network.summary()["nothing_to_do"] == NUMBER
