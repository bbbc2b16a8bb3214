"""A cluster that talks to nobody without a certificate, set up as docs/cluster.md says."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.cluster.stand import NOW, require_dask, standing, studio_show
from tests.docs.blocks import ROOT, blocks_of
from tests.release.trees import run, tree
from tests.support.require import require_program


def documented(folder: Path) -> dict[str, str]:
    """The variables that the page lists, with the certificates of this test."""
    (text,) = [
        block.text
        for block in blocks_of(ROOT / "docs" / "cluster.md")
        if block.language == "text" and "REQUIRE_ENCRYPTION" in block.text
    ]
    lines = (line.partition("=") for line in text.replace("/etc/dask/", f"{folder}/").splitlines())
    return {name: value for name, _, value in lines}


def certify(folder: Path) -> None:
    """An authority, `ca.pem`, and a key with a certificate of it, `own.key` and `own.pem`."""
    openssl = require_program("openssl")
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    authority = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority"]
    own = ["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "own.key", "-out", "own.pem", "-subj", "/CN=own"]
    plain = ["-addext", "basicConstraints=critical,CA:FALSE"]
    for arguments in (authority, [*own, *plain]):
        subprocess.run([*request, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def test_a_publish_over_tls(tmp_path: Path) -> None:
    require_dask()
    certify(tmp_path)
    settings = documented(tmp_path)
    assert all(Path(value).is_file() for value in settings.values() if value != "True")
    show = studio_show(tmp_path / "show", episodes=2)
    (tmp_path / "cluster").mkdir()
    with standing(tmp_path / "cluster", **settings) as stand:
        plain: str = stand.address
        stand.address = plain.replace("tcp:", "tls:")
        stand.add(settings=settings)
        done = stand.publish(show, tmp_path / "there", **settings)
        assert done.status == 0, done.stderr
        assert _refused(plain, show, tmp_path)
    assert run("publish", str(show), "--to", str(tmp_path / "here"), "--now", NOW).returncode == 0
    assert tree(tmp_path / "there") == tree(tmp_path / "here")


def _refused(address: str, show: Path, folder: Path) -> bool:
    """Whether somebody without a certificate gets nowhere."""
    done = run("publish", str(show), "--to", str(folder / "not"), "--cluster", address)
    return done.returncode == 3 and "no Dask scheduler answers" in done.stderr
