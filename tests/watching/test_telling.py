"""What a watch leaves out is told to the producer, by a real server that is asked."""

from __future__ import annotations

from pathlib import Path

from tests.support.shows import add_episode, make_show
from tests.telling.servers import Service, running
from tests.watching.controlled import ControlledClock, Watched


def test_what_is_left_out_is_told_once(tmp_path: Path) -> None:
    with running(Service()) as hook:
        told = {"webhooks": [{"url": f"{hook.url}/hook", "on": ["failure"]}]}
        show, public = make_show(tmp_path / "show", episodes=1, notify=told), tmp_path / "public"
        watched = Watched(show, public, ControlledClock())
        watched.run(10)
        assert hook.requests == []
        wrong = add_episode(show, "0002-wrong", title="Wrong", number=2, published="2024-13-01")
        for _ in range(3):
            watched.watch.changed()
            watched.run(4000)
        (request,) = hook.requests
        said = request.json
        assert said["event"] == "failure"
        assert said["failure"]["message"] == "0002-wrong does not go out: it has errors"
        assert "no month 13" in str(said)
        # Another process knows what this one has told.
        again = Watched(show, public, watched.clock)
        again.run(4000)
        assert len(hook.requests) == 1
        good = (wrong / "episode.yaml").read_text("utf-8").replace("2024-13-01", "2024-12-01")
        bad = (wrong / "episode.yaml").read_text("utf-8")
        for text in (good, bad):
            (wrong / "episode.yaml").write_text(text, "utf-8")
            again.watch.changed()
            again.run(60)
    # Once it is published it is never left out: now its error stops the show.
    assert [request.json["failure"]["released"] for request in hook.requests] == [True, False]
