"""Every test has a show and an inbox of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inbox.scene import Scene, make_scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return make_scene(tmp_path)
