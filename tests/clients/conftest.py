"""The shows that the clients of this suite visit; each published and served once."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.stand import Stand, previewing, publish
from tests.support.everything import URL, make_everything
from tests.support.require import require, require_program
from tests.support.sample import plain_environment


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """The sample show in a folder, with ID3v2.4."""
    return publish(tmp_path_factory.mktemp("released"))


@pytest.fixture(scope="session")
def released_with_id3v23(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """The same with ID3v2.3."""
    return publish(tmp_path_factory.mktemp("released23"), "--id3-version", "3")


@pytest.fixture(scope="session")
def stand(released: Stand) -> Iterator[Stand]:
    """The show as `publisher preview` serves it."""
    with previewing(released.folder.parent, "--to", str(released.public)) as url:
        yield dataclasses.replace(released, url=url)


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The show that uses every key, served in the same way."""
    folder = tmp_path_factory.mktemp("everything")
    # Nobody answers at the addresses that it names of other people's.
    stand = publish(folder, "--no-verify", "--no-tell", make=make_everything, public_url=URL)
    with previewing(stand.folder.parent, "--to", str(stand.public)) as url:
        yield dataclasses.replace(stand, url=url)


@pytest.fixture(scope="session", params=["sample", "everything"])
def either(request: pytest.FixtureRequest) -> Stand:
    """The sample show, then the one that uses everything."""
    found: Stand = request.getfixturevalue({"sample": "stand", "everything": "everything"}[request.param])
    return found


@pytest.fixture(scope="session")
def partytime(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Stand], dict[str, Any]]:
    """What Podcast Index's parser tells of a served feed."""
    node, here = require_program("node", name="partytime"), Path(__file__).parent / "partytime"
    if not (here / "node_modules" / "podcast-partytime").is_dir():
        require("partytime", f"npm ci --ignore-scripts in tests/clients/{here.name} installs it")
    environment = plain_environment(tmp_path_factory.mktemp("partytime"), {"LOG": "silent"})
    told: dict[str, str] = {}

    def tell(stand: Stand) -> dict[str, Any]:
        if stand.url not in told:
            with urllib.request.urlopen(stand.at("feed.xml"), timeout=20) as response:
                feed = response.read()
            done = subprocess.run(
                [node, here / "parse.js"], input=feed, capture_output=True, timeout=60, check=False,
                cwd=here, env=environment,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr.decode()
            told[stand.url] = done.stdout.decode()
        parsed: dict[str, Any] = json.loads(told[stand.url])
        return parsed

    return tell
