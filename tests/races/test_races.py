"""Races of 2 to 8 machines, on every kind of store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.races.course import Place, run_races
from tests.races.machines import machines
from tests.servers.server import S3Server
from tests.support.checker import FolderSide, HttpSide

RACES = int(os.environ.get("PUBLISHER_RACES", "0"))


def _places(server: S3Server) -> Callable[[int], Place]:
    def new(_: int) -> Place:
        bucket = server.new_bucket()
        url = f"{server.public_url(bucket)}show/"
        return Place(f"s3://{bucket}/show", url, HttpSide(url))

    return new


@pytest.mark.xdist_group("ceph")
def test_races_on_ceph(ceph_server: S3Server, tmp_path: Path) -> None:
    with machines(ceph_server.environment()) as running:
        total = run_races(RACES or 8, new_place=_places(ceph_server), folder=tmp_path, machines=running)
    assert total["status 5"]
    assert total["feeds seen"] > total["shows"]


def test_races_in_a_folder(tmp_path: Path) -> None:
    def new(number: int) -> Place:
        public = tmp_path / f"public-{number}"
        return Place(str(public), "https://show.example/", FolderSide(public))

    with machines({}) as running:
        total = run_races(RACES // 2 or 5, new_place=new, folder=tmp_path, machines=running)
    assert total["status 5"]


@pytest.mark.xdist_group("swift")
def test_races_on_swift_which_cannot_write_on_a_condition(swift_server: S3Server, tmp_path: Path) -> None:
    """Two machines that end at the same moment may both think that they were first. What holds all the same:
    no feed lacks anything or is of nobody's writing, and nothing is lost once a machine has everything."""
    with machines(swift_server.environment()) as running:
        total = run_races(
            RACES // 5 or 2, new_place=_places(swift_server), folder=tmp_path, machines=running, atomic=False
        )
    assert total["releases"] > total["shows"]
