"""A cluster for the tests that need no other than a healthy one, and one for each that ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.stand import Stand, require_dask, standing


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A scheduler and two workers, which every test leaves as they are."""
    require_dask()
    with standing(tmp_path_factory.mktemp("cluster")) as stand:
        stand.add()
        stand.add()
        yield stand


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Stand]:
    """A scheduler without workers, for one test. It gives a task up after two workers that were lost."""
    require_dask()
    (tmp_path / "cluster").mkdir()
    with standing(tmp_path / "cluster", DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1") as stand:
        yield stand
