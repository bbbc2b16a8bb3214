"""What bytes are, on real samples and on what is no sample of anything."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from publisher.verifying.content import Picture, bare, picture, wrong_sound, wrong_text
from tests.support.shows import SAMPLES

_TYPES = {
    "cbr.mp3": "audio/mpeg",
    "cbr-no-header.mp3": "audio/mpeg",
    "vbr.mp3": "audio/mpeg",
    "mpeg2.5.mp3": "audio/mpeg",
    "aac.m4a": "audio/mp4",
    "alac.m4a": "audio/x-m4a",
    "fragmented.m4a": "audio/mp4",
    "video.mp4": "video/mp4",
    "opus.ogg": "audio/ogg",
    "flac.flac": "audio/flac",
    "wav.wav": "audio/wav",
}


def image(kind: str, size: tuple[int, int], **settings: object) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "teal").save(data, kind, **settings)
    return data.getvalue()


@pytest.mark.parametrize("name", _TYPES)
def test_a_sample_begins_as_its_type_and_as_no_other(name: str) -> None:
    head = (SAMPLES / name).read_bytes()[:512]
    assert wrong_sound(_TYPES[name], head) == ""
    for other in {bare(type) for type in _TYPES.values()} - {bare(_TYPES[name])}:
        # One container for both; and a tag that may stand in front of either.
        alike = {other, bare(_TYPES[name])} == {"audio/mp4", "video/mp4"} or (
            other == "audio/flac" and head.startswith(b"ID3")
        )
        assert bool(wrong_sound(other, head)) != alike, other


@pytest.mark.parametrize("size", [(1400, 1400), (3000, 2999), (1, 70)])
@pytest.mark.parametrize("settings", [{}, {"progressive": True}, {"exif": b"Exif\0\0" + bytes(60000)}])
def test_the_size_of_a_jpeg_is_found(size: tuple[int, int], settings: dict[str, object]) -> None:
    assert picture(image("JPEG", size, **settings)) == Picture("image/jpeg", *size)


def test_the_size_of_a_png_is_found() -> None:
    assert picture(image("PNG", (1500, 1400))) == Picture("image/png", 1500, 1400)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_cut_anywhere_has_its_size_or_none(kind: str) -> None:
    data = image(kind, (40, 30))
    found = [picture(data[:end]) for end in range(len(data))]
    assert set(found) == {None, Picture(f"image/{kind.lower()}", 40, 30)}
    assert found[-1] is not None


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"ID3"]))
def test_any_bytes_are_looked_at_without_an_accident(data: bytes, start: bytes) -> None:
    picture(start + data)
    for type in ("audio/mpeg", "audio/mp4", "text/vtt", "application/json", "application/json+chapters", "x"):
        wrong_sound(type, start + data)
        wrong_text(type, start + data)


def test_deep_json_is_no_accident() -> None:
    assert wrong_text("application/json", b"[" * 200_000) == "it is no JSON"
