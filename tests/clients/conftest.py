"""The shows that the clients of this suite visit; each published and served once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from tests.clients.rich import make_rich
from tests.clients.stand import Stand, previewing, publish


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
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A show that says all that can be said, served in the same way."""
    stand = publish(tmp_path_factory.mktemp("rich"), "--no-verify", make=make_rich)
    with previewing(stand.folder.parent, "--to", str(stand.public)) as url:
        yield dataclasses.replace(stand, url=url)


@pytest.fixture(scope="session", params=["sample", "rich"])
def either(request: pytest.FixtureRequest) -> Stand:
    """The sample show, then the rich one."""
    found: Stand = request.getfixturevalue({"sample": "stand", "rich": "rich"}[request.param])
    return found
