"""Texts that keys accept, and the mend where they do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from publisher.reading import accept


def refused(function: Callable[[str], Any], text: str) -> tuple[str, str]:
    with pytest.raises(ValueError) as raised:
        function(text)
    message, help = raised.value.args
    assert message
    return message, help


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Technology", "Technology"),
        ("technology", "Technology"),
        ("Education > Courses", "Education > Courses"),
        ("education>courses", "Education > Courses"),
        ("Education / Courses", "Education > Courses"),
        ("TV & Film", "TV & Film"),
    ],
)
def test_categories(text: str, normal: str) -> None:
    assert accept.category(text) == normal


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("Tecnology", "'Technology'"),
        ("Courses", "'Education > Courses'"),
        ("Education > Course", "'Education > Courses'"),
        ("Gardening", "Arts, Business"),
    ],
)
def test_no_categories(text: str, mend: str) -> None:
    assert mend in refused(accept.category, text)[1]


@pytest.mark.parametrize("text", ["nb", "nn", "en-GB", "sr-Latn-RS", "es-419", "sl-rozaj", "sme"])
def test_languages(text: str) -> None:
    assert accept.language(text) == text


@pytest.mark.parametrize("text", ["english", "norsk bokmål", "n", "en_GB", "nb-", "-", "x" * 1000])
def test_no_languages(text: str) -> None:
    refused(accept.language, text)


def test_time_zones() -> None:
    assert accept.timezone("Europe/Oslo") == "Europe/Oslo"
    assert accept.zone("UTC").key == "UTC"
    assert "'Europe/Oslo'" in refused(accept.timezone, "Oslo")[1]
    assert "'Europe/Oslo'" in refused(accept.timezone, "Europe/Olso")[1]
    for text in ("GMT+1 or so", "../../etc/passwd", "/etc/localtime", "europe/oslo"):
        refused(accept.timezone, text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://Example.com/A", "https://example.com/A"),
        ("https://example.com/blåbær?q=ø#å", "https://example.com/bl%C3%A5b%C3%A6r?q=%C3%B8#%C3%A5"),
        ("https://blåbær.no/", "https://xn--blbr-roah.no/"),
        ("https://example.com/a%20b", "https://example.com/a%20b"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
    ],
)
def test_addresses(text: str, normal: str) -> None:
    assert accept.address(text) == normal
    assert normal.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "www.example.com/page",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com/",
        "https://",
        "https:///path",
        "https://example.com/a page",
        'https://example.com/"onload="x',
        "https://example.com/<script>",
        "https://user:secret@example.com/",
        "https://user@example.com/",
        "https://example.com:port/",
        "https://example.com:99999/",
        "http://[::1",
        "https://" + "é" * 300 + ".com/",
        "https://é..com/",
        "//example.com/",
    ],
)
def test_no_addresses(text: str) -> None:
    message, help = refused(accept.address, text)
    assert help
    assert "secret@" not in message + help


def test_the_mend_of_an_address_without_scheme() -> None:
    assert "https://www.example.com/page" in refused(accept.address, "www.example.com/page")[1]


def test_base_addresses() -> None:
    assert accept.base_address("https://example.com/show") == "https://example.com/show/"
    assert accept.base_address("https://example.com/") == "https://example.com/"
    for text in ("https://example.com/?a=b", "https://example.com/#top"):
        refused(accept.base_address, text)


@pytest.mark.parametrize("text", ["cover.jpg", "bilder/fjord.jpg", "a b.mp3", "blåbær.mp3", "..."])
def test_file_names(text: str) -> None:
    assert accept.file_name(text) == text


@pytest.mark.parametrize(
    "text",
    ["/etc/passwd", "\\\\server\\share", "C:\\a.mp3", "c:/a.mp3", "../a.mp3", "a/../../b", "..", "a\\b"],
)
def test_no_file_names(text: str) -> None:
    assert refused(accept.file_name, text)[1]


def test_an_address_or_a_file() -> None:
    assert accept.address_or_file("https://example.com/a.jpg") == "https://example.com/a.jpg"
    assert accept.address_or_file("bilder/a.jpg") == "bilder/a.jpg"
    assert "leaves the show" in refused(accept.address_or_file, "C:\\a.jpg")[0]
    refused(accept.address_or_file, "javascript:alert(1)")
    refused(accept.address_or_file, "file:///etc/passwd")


def test_licences() -> None:
    assert accept.license_slug("CC-BY-4.0") == "cc-by-4.0"
    assert accept.license_slug("https://example.com/terms") == "https://example.com/terms"
    assert "'cc-by-4.0'" in refused(accept.license_slug, "cc-by-4")[1]


def test_guids() -> None:
    uuid = "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert accept.uuid_text(uuid.upper()) == uuid
    refused(accept.uuid_text, "my-show")
    assert accept.guid("https://example.com/?p=1") == "https://example.com/?p=1"
    for text in ("two words", "line\nbreak", "x" * 1025):
        refused(accept.guid, text)


@pytest.mark.parametrize("text", ["a@example.com", "first.last+tag@sub.example.co.uk", "å@example.no"])
def test_mail(text: str) -> None:
    assert accept.email(text) == text


@pytest.mark.parametrize(
    "text",
    ["a", "a@b", "a@@example.com", "a b@example.com", "a@example.", "<a@example.com>", "a@example.com,b"],
)
def test_no_mail(text: str) -> None:
    refused(accept.email, text)


def test_media_types() -> None:
    assert accept.media_type("Audio/Opus") == "audio/opus"
    for text in ("opus", "audio/", "audio/opus; codecs=x", "a b/c"):
        refused(accept.media_type, text)


def test_offsets_say_what_is_wrong() -> None:
    assert accept.offset("1:30") == 90
    assert "75 seconds" in refused(accept.offset, "1:75")[0]
