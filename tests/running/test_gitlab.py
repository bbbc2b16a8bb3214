"""The example for GitLab CI: against GitLab's own schema, and its script run as a runner would."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.docs.blocks import Block, the_block_for
from tests.docs.workplace import Workplace
from tests.running.schemas import fits

TEXT = the_block_for("gitlab")
(PODCAST,) = yaml.safe_load(TEXT).values()


def test_it_fits_gitlabs_schema(tmp_path: Path) -> None:
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(TEXT, "utf-8")
    done = fits("gitlab-ci", path)
    assert done.returncode == 0, done.stdout + done.stderr
    path.write_text(TEXT.replace("resource_group: podcast", "resource_group: [podcast]"))
    assert fits("gitlab-ci", path).returncode != 0


def test_two_never_run_at_once() -> None:
    assert PODCAST["resource_group"]


def test_its_script_publishes(tmp_path: Path) -> None:
    place = Workplace(tmp_path, {"CI": "true"}, activated=True)
    for line in PODCAST["script"]:
        place.run(Block("sh", f"{line}\n", 1))
    assert (place.root / "public" / "feed.xml").is_file()
    (kept,) = PODCAST["cache"]["paths"]
    assert list((place.root / kept).iterdir())


def test_a_script_that_fails_ends_it(tmp_path: Path) -> None:
    place = Workplace(tmp_path, activated=True)
    (place.root / "episodes" / "podcast.yaml").write_text("title: [\n")
    done = [place.run(Block("sh", f"{line} || echo failed\n", 1)) for line in PODCAST["script"]]
    assert all("failed" in said for said in done)
