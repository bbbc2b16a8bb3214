"""The show that every case begins with, published once and copied for each of them."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from publisher.operations import publish
from tests.idle.stand import URL, Stand, make_stand
from tests.support.shows import make_show

SECRETS: Final = {
    "MEMBERS_SECRET": "planted-and-long-enough-to-be-one",
    "FRIENDS_SECRET": "another-secret-that-is-long-enough",
}
_EPISODES: Final[list[dict[str, Any]]] = [
    {
        "slug": "0001-first",
        "notes": "Some *notes* of it.",
        "files": {"transcript.vtt": "WEBVTT\n\n00:00.000 --> 00:01.500\n<v Ada>Hello.\n"},
    },
    {"slug": "0002-second", "chapters": [{"start": 0, "title": "Start"}, {"start": 1, "title": "End"}]},
    {"slug": "0003-coming", "published": "2025-02-01 06:00"},
    {"slug": "0004-draft", "published": None},
]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's is in play."""
    for name in list(os.environ):
        if name.startswith(("PUBLISHER_", "GITHUB_", "AWS_")):
            monkeypatch.delenv(name)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def _made(folder: Path, **keys: Any) -> Path:
    """A published show with something of everything that a run with nothing to do says: warnings, a draft, an
    episode that is to come; its times are Oslo's."""
    show = make_show(folder / "show", episodes=_EPISODES, timezone="Europe/Oslo", **keys)
    for name, text in {
        "leftover/audio.mp3": "no audio",
        "theme/style.css": "main { color: #222 }",
        "_aside/notes.md": "set aside",
        "0002-second/.hidden": "hidden",
    }.items():
        (show / name).parent.mkdir(exist_ok=True)
        (show / name).write_text(text, "utf-8")
    (show / "0002-second" / "notes.md").symlink_to("../_aside/notes.md")
    publish(show, to=str(folder / "public"), url=URL, now=datetime(2025, 1, 1, 11, tzinfo=UTC), verify=False)
    return folder


@pytest.fixture(scope="session")
def _plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def _with_feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        feeds = [
            {"name": "members", "secret": "MEMBERS_SECRET", "early": "7d"},
            {"name": "friends", "secret": "FRIENDS_SECRET"},
        ]
        return _made(tmp_path_factory.mktemp("with-feeds"), feeds=feeds)


@pytest.fixture
def stand(
    _plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stand:
    """A show of which everything is published that is due; nothing is noted yet."""
    place = shutil.copytree(_plain, tmp_path / "place", symlinks=True)
    return make_stand(place / "show", monkeypatch, capsys)


@pytest.fixture
def with_feeds(
    _with_feeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stand:
    """The same with two private feeds, one of which hears episodes a week before everybody else."""
    place = shutil.copytree(_with_feeds, tmp_path / "place", symlinks=True)
    return make_stand(place / "show", monkeypatch, capsys)
