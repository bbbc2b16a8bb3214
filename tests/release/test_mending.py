"""`publish --mend`: what the store lost, or holds damaged, is made again; what is sound is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publisher.errors import StoreError
from publisher.release import publish
from tests.release.trees import tree
from tests.support.shows import make_show

EPISODES: list[dict[str, Any]] = [
    {"slug": "0001-first", "chapters": [{"start": 0, "title": "One"}], "title": "First"},
    {"slug": "0002-second", "title": "Second"},
]


def _released(tmp_path: Path) -> tuple[Path, Path]:
    show, store = make_show(tmp_path / "show", episodes=EPISODES), tmp_path / "store"
    publish(show, to=str(store))
    return show, store


def _live(store: Path) -> dict[str, str]:
    """All that listeners are led to: not past manifests, and not the feed's line that names one."""
    return {key: digest for key, digest in tree(store).items() if not key.startswith(("releases/", "feed"))}


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "media/0001*.mp3",
            "media/0002*.mp3",
            "chapters/*",
            "artwork/show-600-*",
            "artwork/show-" + "?" * 24 + ".jpg",
            "images/0001*-card-*",
            "site/style*",
            "site/feed*",
        ),
        *("episodes/0002*/index.html", "episodes/0002*/embed/*", "episodes/0002*/oembed.json", "index.html"),
    ],
)
@pytest.mark.parametrize("how", ["lost", "flipped", "cut"])
def test_damage_is_made_good(tmp_path: Path, kind: str, how: str) -> None:
    show, store = _released(tmp_path)
    before = _live(store)
    (path,) = store.glob(kind)
    data = bytearray(path.read_bytes())
    path.unlink()
    if how == "flipped":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif how == "cut":
        path.write_bytes(data[:-1])
    assert publish(show, to=str(store)).uploaded == 0
    outcome = publish(show, to=str(store), mend=True)
    assert outcome.released
    assert _live(store) == before
    again = publish(show, to=str(store), mend=True)
    assert (again.released, again.uploaded) == (False, 0)


def test_a_sound_store_is_left_alone(tmp_path: Path) -> None:
    show, store = _released(tmp_path)
    before = tree(store)
    assert not publish(show, to=str(store), mend=True).released
    assert tree(store) == before


def test_audio_that_is_nowhere_is_said_to_be(tmp_path: Path) -> None:
    show, store = _released(tmp_path)
    before = tree(store)
    (sound,) = (show / "0001-first").glob("*.mp3")
    sound.unlink()
    (path,) = store.glob("media/0001*.mp3")
    path.unlink()
    with pytest.raises(StoreError, match="damaged in the store, and it is not in the folder"):
        publish(show, to=str(store), mend=True)
    assert {**tree(store), str(path.relative_to(store)): ""}.keys() == before.keys()
