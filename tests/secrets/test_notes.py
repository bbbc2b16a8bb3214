"""What a run notes and logs, and what is told of a show's state, holds no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.secrets.planted import ALL, ENVIRONMENT, SECRET_KEY, run
from tests.servers.process import free_ports
from tests.support.shows import edit_show, make_show

MEMBERS = "planted-members-Zq85-0123456789"
ENVIRONMENT_HERE = ENVIRONMENT | {"MEMBERS_SECRET": MEMBERS, "PUBLISHER_LOG_FORMAT": "json"}
SECRETS = (*ALL, MEMBERS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    show = make_show(work / "episodes", episodes=1, url="https://show.example/")
    edit_show(show, feeds=[{"name": "members", "secret": "MEMBERS_SECRET"}])
    return work


def test_with_a_store_that_does_not_answer(folder: Path) -> None:
    """The run fails, its record and every way to ask for the state say why."""
    (port,) = free_ports(1)
    to = ("--to", "s3://bucket/show", "--endpoint", f"http://127.0.0.1:{port}")
    published = run("publish", "episodes", *to, "-vv", folder=folder, environment=ENVIRONMENT_HERE)
    assert published.status == 3
    assert json.loads(published.places["episodes/.publisher/last-run.json"])["status"] == 3
    assert [json.loads(line)["event"] for line in published.stderr.splitlines()][-1] == "failure"
    assert published.search(*SECRETS) == []
    for command, options, status in (
        ("status", ("--prometheus", "show.prom"), 3),
        ("status", ("--json",), 3),
        ("calendar", ("--ics", "show.ics"), 0),
        ("check", ("--upcoming", "48h"), 0),
    ):
        traces = run(command, "episodes", *options, *to, "-vv", folder=folder, environment=ENVIRONMENT_HERE)
        assert traces.status == status, (command, traces.stderr)
        assert traces.search(*SECRETS) == [], command
    assert {"show.prom", "show.ics"} <= set(traces.places)


def test_with_private_feeds(folder: Path) -> None:
    """Neither their secret nor the address that is made from it."""
    published = run(
        "publish", "episodes", "--to", "public", "--no-verify", folder=folder, environment=ENVIRONMENT_HERE
    )
    assert published.status == 0, published.stderr
    (token,) = (path.name for path in (folder / "public" / "private").iterdir())
    traces = run(
        *("status", "episodes", "--to", "public", "--prometheus", "show.prom", "-vv"),
        folder=folder,
        environment=ENVIRONMENT_HERE,
    )
    assert traces.status == 0, traces.stderr
    told = (
        *(published.stdout, published.stderr, traces.stdout, traces.stderr),
        *(traces.places[name].decode() for name in ("show.prom", "episodes/.publisher/last-run.json")),
    )
    assert all(token not in text and MEMBERS not in text for text in told)


def test_a_leak_would_be_noticed(folder: Path) -> None:
    edit_show(folder / "episodes", title=SECRET_KEY)
    traces = run(
        "status", "episodes", "--prometheus", "show.prom", folder=folder, environment=ENVIRONMENT_HERE
    )
    assert {f"stdout: {SECRET_KEY}", f"show.prom: {SECRET_KEY}"} <= set(traces.search(*SECRETS))
