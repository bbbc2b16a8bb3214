from __future__ import annotations

import pytest

from publisher.media_types import cache_control, content_type, is_text

DIGEST = "0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("key", "type_"),
    [
        ("feed.xml", "application/rss+xml; charset=utf-8"),
        ("feed-1.xml", "application/rss+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        (f"media/a-{DIGEST}.mp3", "audio/mpeg"),
        (f"media/a-{DIGEST}.MP3", "audio/mpeg"),
        (f"media/a-{DIGEST}.m4a", "audio/mp4"),
        (f"media/a-{DIGEST}.vtt", "text/vtt; charset=utf-8"),
        (f"media/a-{DIGEST}.srt", "application/x-subrip; charset=utf-8"),
        (f"media/a-{DIGEST}.chapters.json", "application/json+chapters; charset=utf-8"),
        (f"releases/{DIGEST}.json", "application/json; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("cover.jpg", "image/jpeg"),
        ("cover.jpeg", "image/jpeg"),
        ("cover.png", "image/png"),
        ("something.unknown", "application/octet-stream"),
        ("no-ending", "application/octet-stream"),
    ],
)
def test_types(key: str, type_: str) -> None:
    assert content_type(key) == type_
    assert is_text(type_) == ("charset" in type_)


@pytest.mark.parametrize(
    ("key", "for_ever"),
    [
        (f"media/a-{DIGEST}.mp3", True),
        (f"media/a-{DIGEST}.chapters.json", True),
        (f"releases/{DIGEST}.json", True),
        (f"site/style-{DIGEST}.css", True),
        ("feed.xml", False),
        ("index.html", False),
        (f"episodes/a-{DIGEST}/index.html", False),
        (f"media/a-{DIGEST[:-1]}.mp3", False),
        (f"media/{'x' * 24}.mp3", False),
    ],
)
def test_only_names_that_hold_their_digest_are_kept_for_ever(key: str, for_ever: bool) -> None:
    assert cache_control(key) == ("public, max-age=31536000, immutable" if for_ever else "no-cache")
