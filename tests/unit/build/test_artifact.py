"""Artifacts: named by their content, and served as what they are."""

from __future__ import annotations

from pathlib import Path

from publisher.build.artifact import addressed_bytes, of_bytes, of_file
from publisher.identity import sha256


def test_an_addressed_artifact_is_named_by_its_bytes_and_never_changes() -> None:
    artifact = addressed_bytes("transcripts", "Én", ".vtt", b"WEBVTT\n")
    digest = sha256(b"WEBVTT\n")
    assert artifact.object.key == f"transcripts/en-{digest[:24]}.vtt"
    assert artifact.object.digest == artifact.body.digest == digest
    assert artifact.headers.type == "text/vtt; charset=utf-8"
    assert "immutable" in artifact.headers.cache_control
    assert artifact.headers.metadata == {"sha256": digest}
    assert addressed_bytes("transcripts", "Én", ".vtt", b"WEBVTT").object.key != artifact.object.key


def test_a_page_is_asked_for_again() -> None:
    artifact = of_bytes("index.html", b"<p>")
    assert artifact.headers.type == "text/html; charset=utf-8"
    assert "immutable" not in artifact.headers.cache_control


def test_a_body_opens_as_often_as_needed(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"picture")
    for artifact in (
        of_bytes("a.html", b"picture"),
        of_file("images", "x", ".jpg", path, 7, sha256(b"picture")),
    ):
        for _ in range(2):
            with artifact.body.open() as reader:
                assert reader.read() == b"picture"
                reader.seek(0)
                assert reader.read(3) == b"pic"
        assert artifact.body.length_bytes == artifact.object.length_bytes == 7
