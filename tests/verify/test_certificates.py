"""Certificates, by a real server with certificates of its own."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.release import publish
from publisher.verifying import Verification, verify_feed
from tests.support.require import require_program
from tests.verify.conftest import small_show
from tests.verify.server import serving
from tests.verify.test_faults import QUICK, rules


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a folder."""

    folder: Path
    openssl: str

    def run(self, *arguments: str) -> None:
        command = [self.openssl, *arguments]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=60)

    def issue(self, name: str, subject: str, dates: tuple[str, str]) -> ssl.SSLContext:
        """A server's context, with a certificate for `subject` that is valid between two dates."""
        self.run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=show",
                 "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={subject}\n")
        (self.folder / "index.txt").write_text("")
        self.run("ca", "-batch", "-notext", "-config", "ca.cnf", "-in", f"{name}.csr", "-out", f"{name}.crt",
                 "-startdate", dates[0], "-enddate", dates[1], "-extfile", f"{name}.ext")  # fmt: skip
        return self.context(name)

    def context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        return context


CONFIG = """[ca]
default_ca=own
[own]
database=index.txt
new_certs_dir=.
serial=serial
certificate=ca.crt
private_key=ca.key
default_md=sha256
policy=any
[any]
commonName=supplied
"""
LONG = ("20200101000000Z", "20491231000000Z")
OVER = ("20200101000000Z", "20210101000000Z")
LATER = ("20480101000000Z", "20491231000000Z")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"), require_program("openssl"))
    (made.folder / "ca.cnf").write_text(CONFIG)
    (made.folder / "serial").write_text("01\n")
    made.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=An authority", "-days", "9000",
             "-keyout", "ca.key", "-out", "ca.crt")  # fmt: skip
    return made


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_show(tmp_path_factory.mktemp("secure") / "show")


def look(show: Path, context: ssl.SSLContext, public: Path) -> Verification:
    with serving(public, context) as site:
        publish(show, to=str(public), url=site.url)
        return verify_feed(f"{site.url}feed.xml", limits=QUICK)


def test_a_certificate_in_order_is_well(
    authority: Authority, show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.crt"))
    found = look(show, authority.issue("well", "IP:127.0.0.1", LONG), tmp_path / "public")
    assert found.problems == ()
    assert found.checked > 10


@pytest.mark.parametrize(
    ("name", "subject", "dates", "says"),
    [
        ("expired", "IP:127.0.0.1", OVER, "expired"),
        ("early", "IP:127.0.0.1", LATER, "not valid yet"),
        ("other", "DNS:elsewhere.example", LONG, "another host"),
    ],
)
def test_a_certificate_that_apps_refuse_is_an_error(
    authority: Authority,
    show: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    subject: str,
    dates: tuple[str, str],
    says: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.crt"))
    found = look(show, authority.issue(name, subject, dates), tmp_path / "public")
    expect_certificate(found, says)


def test_an_unknown_authority_is_an_error(authority: Authority, show: Path, tmp_path: Path) -> None:
    found = look(show, authority.issue("unknown", "IP:127.0.0.1", LONG), tmp_path / "public")
    expect_certificate(found, "signed by nobody who is known")


def test_a_certificate_signed_by_itself_is_an_error(authority: Authority, show: Path, tmp_path: Path) -> None:
    authority.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=show", "-days", "100",
                  "-addext", "subjectAltName=IP:127.0.0.1",
                  "-keyout", "own.key", "-out", "own.crt")  # fmt: skip
    found = look(show, authority.context("own"), tmp_path / "public")
    expect_certificate(found, "signed itself")


def expect_certificate(found: Verification, says: str) -> None:
    (problem,) = found.problems
    assert problem.rule == "verify-certificate"
    assert says in problem.message
    assert found.reached
    assert found.failed


def test_a_redirect_out_of_https_is_an_error(
    authority: Authority, show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.crt"))
    context = authority.issue("leaving", "IP:127.0.0.1", LONG)
    with serving(tmp_path / "public", context) as site, serving(tmp_path / "public") as plain:
        publish(show, to=str(tmp_path / "public"), url=site.url)
        sound = next((site.folder / "media").glob("*.mp3")).relative_to(site.folder).as_posix()
        site.planted[sound] = lambda request: request.bare(302, Location=plain.url + sound)
        found = verify_feed(f"{site.url}feed.xml", limits=QUICK)
        assert rules(found) == {"verify-https"}
        assert found.failed
        site.planted["feed.xml"] = lambda request: request.bare(302, Location=f"{plain.url}feed.xml")
        assert rules(verify_feed(f"{site.url}feed.xml", limits=QUICK)) == {"verify-https"}
        assert not plain.asked


def test_plain_http_where_https_is_said_is_a_clear_problem(show: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "public") as site:
        found = verify_feed(f"{site.url.replace('http:', 'https:')}feed.xml", limits=QUICK)
    assert rules(found) == {"verify-certificate"}
    assert "no encryption" in found.problems[0].message
