"""The health endpoint, asked over HTTP while a show is watched by a clock that is moved."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from publisher.errors import UsageError
from publisher.watching.health import answering
from publisher.watching.show import Settings
from tests.support.shows import add_episode, edit_episode, make_show
from tests.watching.controlled import ControlledClock, Watched


def test_it_tells_whether_all_is_well_and_what_comes(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=1), tmp_path / "public"
    add_episode(show, "0002-later", title="Later", number=2, published="2031-05-02 06:00")
    watched = Watched(show, public, ControlledClock())
    watched.run(10)
    settings = Settings(to=str(public))
    with answering((watched.watch,), settings, "0") as url:
        answer = httpx.get(f"{url}health")
        assert answer.status_code == 200
        (found,) = answer.json()["shows"]
        assert (found["status"], found["next_due"]) == ("ok", "2031-05-02T06:00:00+00:00")
        assert found["last"]["event"] == "released"
        figures = httpx.get(f"{url}metrics")
        assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "publisher_last_release_timestamp_seconds{" in figures.text
        edit_episode(show, "0001-episode", published="never")
        watched.watch.changed()
        watched.run(10)
        answer = httpx.get(f"{url}health")
        assert answer.status_code == 503
        assert answer.json()["status"] == "failing"


@pytest.mark.parametrize("address", ["", "here", "127.0.0.1:", "127.0.0.1:http"])
def test_an_address_that_is_none_is_wrong_usage(address: str) -> None:
    with pytest.raises(UsageError, match="no address"), answering((), Settings(), address):
        raise AssertionError("it must not come this far")
