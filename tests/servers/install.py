"""Brings the servers here without touching the system: a virtual environment, and unpacked packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SWIFT_REQUIREMENT = "swift==2.38.3"
CEPH_PACKAGES = ("radosgw", "ceph-mon", "ceph-osd")
FOLDER_VARIABLE = "PUBLISHER_S3SERVERS"


class InstallFailed(Exception):
    """A server could not be brought here; the message says what would help."""


def folder() -> Path:
    """Where the servers live: `$PUBLISHER_S3SERVERS`, or `.s3servers` beside the sources."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).absolute() if named else Path(__file__).parents[2] / ".s3servers"


def swift_programs() -> Path:
    return folder() / "swift" / "bin"


def ceph_root() -> Path:
    return folder() / "ceph" / "root"


def is_installed(server: str) -> bool:
    """Whether `install` of this server once ran to its end."""
    return (folder() / server / "complete").exists()


def install(server: str) -> None:
    """Installs `swift` or `ceph`; nothing happens where it is there already.

    Raises:
        InstallFailed: a program that is needed is missing, or failed.
    """
    if is_installed(server):
        return
    target = folder() / server
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    {"swift": _install_swift, "ceph": _install_ceph}[server](target)
    (target / "complete").touch()


def _install_swift(target: Path) -> None:
    _run(sys.executable, "-m", "venv", str(target))
    _run(str(target / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", SWIFT_REQUIREMENT)


def _install_ceph(target: Path) -> None:
    for program in ("apt-get", "dpkg"):
        if shutil.which(program) is None:
            raise InstallFailed(f"Ceph comes as Debian packages, and there is no {program} here")
    packages = target / "packages"
    (packages / "partial").mkdir(parents=True)
    download = ["apt-get", "--quiet=2", "--download-only", "--yes", "--no-install-recommends"]
    download += ["-o", f"Dir::Cache::archives={packages}", "-o", "Debug::NoLocking=1"]
    try:
        _run(*download, "install", *CEPH_PACKAGES)
    except InstallFailed:
        # Fresh containers come without package lists.
        _run("apt-get", "--quiet=2", "update")
        _run(*download, "install", *CEPH_PACKAGES)
    root = target / "root"
    root.mkdir()
    for package in sorted(packages.glob("*.deb")):
        _run("dpkg", "--extract", str(package), str(root))
    shutil.rmtree(packages)
    if not (root / "usr/bin/radosgw").exists():
        raise InstallFailed(
            "the packages hold no radosgw: Ceph is perhaps installed system-wide; remove it there"
        )


def _run(*command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallFailed(
            f"{' '.join(command[:3])} … ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"
        )
