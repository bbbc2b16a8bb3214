"""OpenStack Swift with s3api on one node: no memcached, no keystone, one device."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path

from tests.servers import install
from tests.servers.process import Programs, answers, clean_environment, free_ports
from tests.servers.server import S3Server

ACCOUNT, USER, SECRET_KEY, REGION = "show", "producer", "swift-secret-0123456789", "us-east-1"

_STORAGE = """[DEFAULT]
{common}bind_port = {port}
devices = {data}/devices
mount_check = false
fallocate_reserve = 0
recon_cache_path = {data}/cache
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

_FILTERS = {
    "catch_errors": "",
    "gatekeeper": "",
    "healthcheck": "",
    "proxy_logging": "",
    "listing_formats": "",
    "bulk": "",
    "s3api": f"location = {REGION}\nmax_upload_part_num = 10000\n",
    "tempauth": f"user_{ACCOUNT}_{USER} = {SECRET_KEY} .admin\n",
    "copy": "",
    "container_quotas": "",
    "slo": "max_manifest_segments = 10000\n",
    "dlo": "",
    "versioned_writes": "allow_versioned_writes = true\nallow_object_versioning = true\n",
    "symlink": "",
}

# The ring builder's own command takes a second for each of the three rings; its library takes none.
_BUILD_RINGS = """
import sys
from swift.common.ring import RingBuilder
folder = sys.argv[1]
for kind, port in zip(("account", "container", "object"), map(int, sys.argv[2:])):
    builder = RingBuilder(4, 1, 0)
    builder.add_dev(dict(region=1, zone=1, weight=1.0, ip="127.0.0.1", port=port,
                         replication_ip="127.0.0.1", replication_port=port, device="d1", meta=""))
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{kind}.ring.gz")
"""

_SET_QUOTA = """
import sys
from swift.common.internal_client import InternalClient
from swift.common.utils import set_swift_dir
folder, account, bucket, length = sys.argv[1:]
set_swift_dir(folder)
client = InternalClient(f"{folder}/internal-client.conf", "publisher-tests", 1)
client.set_container_metadata(account, bucket, {"quota-bytes": length}, metadata_prefix="x-container-meta-")
"""


def start(data: Path, programs: Programs, port: int | None) -> S3Server:
    """Writes a configuration under `data` and starts the four servers that make up Swift."""
    proxy, *storage = (port, *free_ports(3)) if port else free_ports(4)
    configuration = data / "conf"
    for folder in (configuration, data / "devices" / "d1", data / "cache"):
        folder.mkdir(parents=True)
    ports = dict(zip(("account", "container", "object"), storage, strict=True))
    _write_configuration(configuration, data, ports, proxy)
    bin_folder = install.swift_programs()
    subprocess.run(
        [bin_folder / "python", "-c", _BUILD_RINGS, configuration, *map(str, ports.values())],
        env=clean_environment(),
        check=True,
    )
    for kind in (*ports, "proxy"):
        programs.start([str(bin_folder / f"swift-{kind}-server"), str(configuration / f"{kind}-server.conf")])
    for listening in (*ports.values(), proxy):
        programs.wait_for(lambda port=listening: answers(port), seconds=90, what="Swift")  # type: ignore[misc]
    return S3Server("swift", f"http://127.0.0.1:{proxy}", f"{ACCOUNT}:{USER}", SECRET_KEY, REGION)


def _write_configuration(configuration: Path, data: Path, ports: dict[str, int], proxy: int) -> None:
    common = (
        f"swift_dir = {configuration}\nuser = {getpass.getuser()}\nbind_ip = 127.0.0.1\nworkers = 0\n"
        "log_level = WARNING\n"
    )
    (configuration / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = show\nswift_hash_path_prefix = show\n"
        "[storage-policy:0]\nname = gold\ndefault = yes\n"
    )
    for kind, port in ports.items():
        text = _STORAGE.format(common=common, port=port, data=data, kind=kind)
        (configuration / f"{kind}-server.conf").write_text(text)
    pipeline = " ".join(_FILTERS)
    sections = [
        f"[DEFAULT]\n{common}bind_port = {proxy}\n",
        f"[pipeline:main]\npipeline = {pipeline} proxy-server\n",
        "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n",
        *(f"[filter:{name}]\nuse = egg:swift#{name}\n{options}" for name, options in _FILTERS.items()),
    ]
    (configuration / "proxy-server.conf").write_text("".join(sections))
    (configuration / "internal-client.conf").write_text(
        f"[DEFAULT]\nswift_dir = {configuration}\n[pipeline:main]\npipeline = proxy-server\n{sections[2]}"
    )


def limit_bytes(server: S3Server, bucket: str, length_bytes: int) -> None:
    """Sets a quota on a bucket, from behind the proxy: its own API wants tokens, which want memcached."""
    python = install.swift_programs() / "python"
    subprocess.run(
        [python, "-c", _SET_QUOTA, f"{server.data}/conf", f"AUTH_{ACCOUNT}", bucket, str(length_bytes)],
        env=clean_environment(),
        check=True,
    )
