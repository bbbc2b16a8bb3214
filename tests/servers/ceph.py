"""Ceph radosgw on one node: a monitor, one BlueStore device, and the gateway that speaks S3."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

from tests.servers import install
from tests.servers.process import Programs, StartFailed, answers, clean_environment, free_ports
from tests.servers.server import S3Server

ACCESS_KEY, SECRET_KEY, REGION = "producer", "ceph-secret-0123456789", "us-east-1"
CLUSTER_ID = "5b0f2c1e-8f0a-4f5c-9d55-0c1d2e3f4a5b"
DEVICE_ID = "6c1f3d2f-9a1b-4a6d-8e66-1d2e3f4a5b6c"

_CONFIGURATION = """[global]
fsid = {cluster}
mon host = [v2:127.0.0.1:{monitor_v2},v1:127.0.0.1:{monitor_v1}]
ms bind ipv4 = true
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = {data}/keyring
run dir = {data}/run
admin socket = {data}/run/$name.asok
log file = {data}/log/$name.log
pid file = {data}/run/$name.pid
plugin dir = {libraries}/ceph
erasure code dir = {libraries}/ceph/erasure-code
osd class dir = {libraries}/rados-classes
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 1
paxos propose interval = 0.05
paxos min wait = 0.01
mon tick interval = 2
[mon]
mon data = {data}/mon
[osd]
osd data = {data}/osd
osd objectstore = bluestore
bluestore block size = 8589934592
osd memory target = 939524096
[client.rgw]
rgw data = {data}/rgw
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw thread pool size = 32
rgw enable apis = s3
rgw gc max objs = 4
rgw gc obj min wait = 60
rgw gc processor period = 30
rgw gc processor max time = 30
rgw usage max shards = 1
rgw objexp gc interval = 3600
"""


def start(data: Path, programs: Programs, port: int | None) -> S3Server:
    """Makes a cluster of one under `data` and starts its gateway."""
    gateway, *monitors = (port, *free_ports(2)) if port else free_ports(3)
    cluster = _Cluster(data, gateway, monitors)
    cluster.make()
    programs.start(cluster.daemon("ceph-mon", "-i", "a"), cluster.environment)
    programs.wait_for(cluster.monitor_answers, seconds=60, what="Ceph's monitor")
    cluster.add_device()
    programs.start(cluster.daemon("ceph-osd", "-i", "0"), cluster.environment)
    programs.wait_for(cluster.device_is_up, seconds=90, what="Ceph's device")
    cluster.add_user()
    programs.start(cluster.daemon("radosgw", "-n", "client.rgw"), cluster.environment)
    programs.wait_for(lambda: answers(gateway), seconds=90, what="Ceph's gateway")
    return S3Server("ceph", f"http://127.0.0.1:{gateway}", ACCESS_KEY, SECRET_KEY, REGION)


class _Cluster:
    def __init__(self, data: Path, gateway: int, monitors: list[int]) -> None:
        self._root = install.ceph_root()
        self._data = data
        self._configuration = data / "ceph.conf"
        self._monitors = f"[v2:127.0.0.1:{monitors[0]},v1:127.0.0.1:{monitors[1]}]"
        (triplet,) = (folder.name for folder in (self._root / "usr/lib").glob("*-linux-gnu"))
        libraries = self._root / "usr/lib" / triplet
        self.environment = {
            "LD_LIBRARY_PATH": f"{libraries}:{libraries}/ceph:{self._root}/lib/{triplet}",
            "CEPH_CONF": str(self._configuration),
        }
        self._text = _CONFIGURATION.format(
            cluster=CLUSTER_ID,
            monitor_v2=monitors[0],
            monitor_v1=monitors[1],
            gateway=gateway,
            data=data,
            libraries=libraries,
        )

    def daemon(self, program: str, *arguments: str) -> list[str]:
        return [str(self._root / "usr/bin" / program), "-c", str(self._configuration), *arguments, "-f"]

    def make(self) -> None:
        for folder in ("mon", "osd", "run", "log", "rgw"):
            (self._data / folder).mkdir()
        self._configuration.write_text(self._text)
        keyring, monitors = self._data / "keyring", self._data / "monitors"
        self._run(
            "ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"
        )
        for name, monitor_right in (
            ("client.admin", "allow *"),
            ("client.rgw", "allow *"),
            ("osd.0", "allow profile osd"),
        ):
            rights = ["--cap", "mon", monitor_right, "--cap", "osd", "allow *", "--cap", "mgr", "allow *"]
            self._run("ceph-authtool", keyring, "--gen-key", "-n", name, *rights)
        self._run("monmaptool", "--create", "--fsid", CLUSTER_ID, "--addv", "a", self._monitors, monitors)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monitors, "--keyring", keyring)

    def monitor_answers(self) -> bool:
        with contextlib.suppress(StartFailed):
            self._ask("mon", "stat")
            return True
        return False

    def add_device(self) -> None:
        self._ask("osd", "new", DEVICE_ID)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", DEVICE_ID)

    def device_is_up(self) -> bool:
        return "1 up" in self._ask("osd", "stat")

    def add_user(self) -> None:
        keys = [f"--access-key={ACCESS_KEY}", f"--secret={SECRET_KEY}"]
        self._run("radosgw-admin", "user", "create", "--uid=producer", "--display-name=producer", *keys)

    def _ask(self, *words: str) -> str:
        # The command is a script of the distribution's own Python, whose modules lie beside it.
        command = self._root / "usr/bin/ceph"
        return _output(
            ["/usr/bin/python3", command, "--connect-timeout", "5", *words], self._script_environment()
        )

    def _run(self, program: str, *arguments: str | Path) -> str:
        return _output([self._root / "usr/bin" / program, *arguments], self.environment)

    def _script_environment(self) -> dict[str, str]:
        return self.environment | {"PYTHONPATH": str(self._root / "usr/lib/python3/dist-packages")}


def _output(command: list[str | Path], environment: dict[str, str]) -> str:
    arguments = [os.fspath(part) for part in command]
    try:
        done = subprocess.run(
            arguments,
            env=clean_environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StartFailed(f"{' '.join(arguments)} took more than two minutes") from error
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise StartFailed(f"{' '.join(arguments)} ended with {done.returncode}:\n{said}")
    return done.stdout
