"""A small show with everything that a feed can name, published for a server of a stranger's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.release import publish
from tests.support.shows import make_show
from tests.verify.server import Site, serving

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Somebody>Hello.\n"


def small_show(folder: Path, episodes: int = 2) -> Path:
    """A show whose episodes have a transcript and chapters."""
    chapters = [{"start": 0, "title": "One"}, {"start": 0.5, "title": "Two"}, {"start": 1, "title": "Three"}]
    return make_show(
        folder,
        episodes=[
            {"slug": f"{number:04d}-episode", "files": {"transcript.vtt": VTT}, "chapters": chapters}
            for number in range(1, episodes + 1)
        ],
    )


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("stranger")
    with serving(folder / "public") as site:
        publish(small_show(folder / "show"), to=str(folder / "public"), url=site.url)
        yield site


@pytest.fixture
def site(published: Site) -> Iterator[Site]:
    """The server with nothing planted on it."""
    published.reset()
    yield published
    published.reset()
