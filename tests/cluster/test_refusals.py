"""Clusters that cannot do what is wanted: each is said in a line, with the way to mend it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.stand import NOW, SECONDS, Stand, own_mounts, studio_show
from tests.release.trees import run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return studio_show(tmp_path / "show", episodes=2)


def test_nobody_answers(show: Path, tmp_path: Path) -> None:
    address = "tcp://127.0.0.1:9"
    done = run("publish", str(show), "--to", str(tmp_path / "there"), "--cluster", address, timeout=SECONDS)
    assert done.returncode == 3
    said = [line for line in done.stderr.splitlines() if "warning[" not in line]
    assert said == [
        f"error: no Dask scheduler answers at {address}",
        "  help: see that it runs and that this machine reaches it: dask scheduler",
    ]
    assert not (tmp_path / "there").exists()


def test_no_worker_is_there(fragile: Stand, show: Path, tmp_path: Path) -> None:
    done = fragile.publish(show, tmp_path / "there")
    assert done.status == 3
    assert done.error == {
        "message": f"the cluster at {fragile.address} has no workers",
        "help": f"start some, one for each core: dask worker {fragile.address} --nthreads 1",
    }


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://user:word@host:1"]
)
def test_an_address_that_is_none(show: Path, address: str) -> None:
    done = run("publish", str(show), "--cluster", address)
    assert done.returncode == 2
    assert "help: write tcp://host:8786" in done.stderr


def test_sources_that_are_no_bucket(show: Path) -> None:
    done = run("publish", str(show), "--cluster", "tcp://127.0.0.1:9", "--sources", "/srv/audio")
    assert done.returncode == 2
    assert "write s3://bucket/prefix" in done.stderr
    done = run("publish", str(show), "--sources", "s3://bucket")
    assert done.returncode == 2
    assert "--cluster tcp://host:8786" in done.stderr


def test_the_extra_is_not_installed(show: Path, tmp_path: Path) -> None:
    """An interpreter that finds every package but Dask's."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for place in filter(os.path.isdir, sys.path):
        if "-packages" in place:
            for found in Path(place).iterdir():
                if (
                    found.name.partition("-")[0] not in ("dask", "distributed")
                    and not (packages / found.name).exists()
                ):
                    (packages / found.name).symlink_to(found)
    arguments = ["publish", str(show), "--cluster", "tcp://127.0.0.1:8786"]
    code = f"import sys; sys.path += [{str(ROOT)!r}, {str(packages)!r}]; sys.argv[1:] = {arguments!r}\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{code}from publisher.__main__ import main; main()"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert "help: pip install 'publisher[cluster]'" in done.stderr


def test_a_worker_of_another_version(fragile: Stand, show: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "publisher", other / "publisher")
    init = other / "publisher" / "__init__.py"
    text = init.read_text("utf-8")
    assert '__version__ = "0.1.0"' in text
    init.write_text(text.replace('__version__ = "0.1.0"', '__version__ = "0.0.9"'), "utf-8")
    fragile.add()
    fragile.add(settings={"PYTHONPATH": str(other)})
    done = fragile.publish(show, tmp_path / "there")
    assert done.status == 3
    assert done.error["message"].startswith("worker tcp://127.0.0.1:")
    assert done.error["message"].endswith("has publisher 0.0.9 instead of 0.1.0")
    assert "same versions" in done.error["help"]
    assert not (tmp_path / "there" / "feed.xml").exists()


def test_a_worker_without_publisher(fragile: Stand, show: Path, tmp_path: Path) -> None:
    # In front of the one that is installed, and as good as none.
    hidden = tmp_path / "hidden" / "publisher" / "__init__.py"
    hidden.parent.mkdir(parents=True)
    hidden.write_text(
        "raise ModuleNotFoundError(\"No module named 'publisher'\", name='publisher')\n", "utf-8"
    )
    fragile.add(settings={"PYTHONPATH": str(hidden.parents[1])})
    done = fragile.publish(show, tmp_path / "there")
    assert done.status == 3
    assert "has no publisher that could be used" in done.error["message"]


def test_a_worker_that_sees_no_source(fragile: Stand, show: Path, tmp_path: Path) -> None:
    fragile.add(start=own_mounts('mount -t tmpfs none "$1"', show))
    done = fragile.publish(show, tmp_path / "there")
    assert done.status == 3
    message = done.error["message"]
    assert message.startswith("0001-episode/a studio's.wav: worker tcp://127.0.0.1:")
    assert message.endswith(f": it does not see {show}/0001-episode/a studio's.wav")
    assert "mount the show folder at the same path" in done.error["help"]
    assert "--sources s3://" in done.error["help"]


@pytest.mark.parametrize("same_size", [True, False])
def test_a_worker_that_sees_another_file(fragile: Stand, show: Path, tmp_path: Path, same_size: bool) -> None:
    other = tmp_path / "other"
    shutil.copytree(show, other)
    path = other / "0001-episode" / "a studio's.wav"
    data = path.read_bytes()
    path.write_bytes(data[:-2] + b"\x01\x02" if same_size else data[:-2])
    fragile.add(start=own_mounts('mount --bind "$1" "$2"', other, show))
    done = fragile.publish(show, tmp_path / "there")
    assert done.status == 3
    assert f"it sees another file at {show}/0001-episode/a studio's.wav: " in done.error["message"]
    assert ("the SHA-256 is" if same_size else f"bytes instead of {len(data):,}") in done.error["message"]


def test_a_store_that_is_another_folder_there(fragile: Stand, show: Path, tmp_path: Path) -> None:
    store, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    store.mkdir()
    elsewhere.mkdir()
    fragile.add(start=own_mounts('mount --bind "$1" "$2"', elsewhere, store))
    done = fragile.publish(show, store)
    assert done.status == 3
    assert f"and {store} has not got it" in done.error["message"]
    assert "the same folder on every machine" in done.error["help"]
    assert not (store / "feed.xml").exists()


def test_a_source_that_cannot_be_decoded_is_told_as_here(fragile: Stand, show: Path, tmp_path: Path) -> None:
    """A WAV whose header promises sound, and which holds none that is long enough."""
    path = show / "0001-episode" / "a studio's.wav"
    path.write_bytes(path.read_bytes()[: 44 + 40])
    fragile.add()
    done = fragile.publish(show, tmp_path / "there")
    local = run("publish", str(show), "--to", str(tmp_path / "here"), "--now", NOW, "--json")
    assert done.status == local.returncode != 0
    theirs = json.loads(local.stdout)["shows"][0]
    assert done.said.get("problems") == theirs.get("problems")
