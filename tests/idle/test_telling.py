"""A show that tells is idle only when everybody was told, and stays quiet then."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.release.uploads import Progress
from publisher.telling import asking
from publisher.telling.releases import Teller
from tests.idle.stand import Stand, make_stand
from tests.support.shows import add_episode, edit_show, make_show
from tests.telling.servers import Hub, MailServer, Mastodon, Service, hosting, mailing, running


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PAUSE_SECONDS", 0.01)


@pytest.fixture
def news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Stand]:
    """A show that others can reach, whose episode went out an hour ago."""
    show = make_show(tmp_path / "show", episodes=0)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    add_episode(show, "0001-first", published=an_hour_ago.isoformat(), number=1)
    stand = make_stand(show, monkeypatch, capsys)
    with hosting(stand.public) as url:
        stand.options = {"--to": "public", "--url": url}
        yield stand


def _an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could not be told is not asked again at once."""

    def teller(progress: Progress | None) -> Teller:
        return Teller(os.environ, clock=lambda: datetime.now(UTC) + timedelta(hours=1))

    monkeypatch.setattr("publisher.telling.runs.teller", teller)


def _released(stand: Stand) -> None:
    done = stand.publish("--no-verify")
    assert (done.status, done.whole) == (0, 1), done
    assert "released to" in done.out


def test_hub_webhook_and_mail_that_were_told(news: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = MailServer()
    with running(Hub()) as hub, running(Service()) as hook, mailing(mail):
        monkeypatch.setenv("PUBLISHER_SMTP_URL", f"smtp://127.0.0.1:{mail.port}")
        monkeypatch.setenv("PUBLISHER_SMTP_FROM", "show@example.com")
        notify = {
            "websub": [hub.url],
            "webhooks": [{"url": hook.url}],
            "email": ["ada@example.com"],
        }
        edit_show(news.show, notify=notify)
        _released(news)
        told = (len(hub.requests), len(hook.requests), len(mail.letters))
        assert min(told) >= 1
        news.settle()
        for _ in range(3):
            assert news.publish().is_idle
        assert (len(hub.requests), len(hook.requests), len(mail.letters)) == told


@pytest.mark.parametrize("kind", ["websub", "webhooks"])
def test_who_could_not_be_told_is_told_by_a_later_run(
    news: Stand, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Hub() if kind == "websub" else Service()) as service:
        service.plan = [503] * 50
        edit_show(news.show, notify={kind: [service.url]})
        _released(news)
        assert service.requests
        for _ in range(3):
            assert news.publish().whole == 1
        service.plan.clear()
        _an_hour_later(monkeypatch)
        done = news.publish()
        assert done.whole == 1
        assert "told:" in done.out
        # What that run said is not what there is to say now.
        assert news.publish().whole == 1
        assert news.publish().is_idle


def test_a_secret_that_is_not_set_is_said_every_time(news: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Service()) as hook:
        edit_show(news.show, notify={"webhooks": [{"url": hook.url, "secret": "HOOK_SECRET"}]})
        monkeypatch.delenv("HOOK_SECRET", raising=False)
        _released(news)
        for _ in range(3):
            done = news.publish()
            assert done.whole == 1
            assert "HOOK_SECRET" in done.err
        monkeypatch.setenv("HOOK_SECRET", "planted-secret-of-a-webhook")
        assert "told:" in news.publish().out
        news.settle()
        assert len(hook.requests) == 1


def test_an_episode_that_was_announced(news: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    mastodon = Mastodon()
    with running(mastodon):
        monkeypatch.setenv("MASTODON_TOKEN", mastodon.token)
        edit_show(news.show, announce={"mastodon": {"server": mastodon.url, "token": "MASTODON_TOKEN"}})
        mastodon.plan = [503] * 50
        _released(news)
        assert news.publish().whole == 1
        assert not mastodon.statuses
        mastodon.plan.clear()
        _an_hour_later(monkeypatch)
        done = news.publish("--no-verify")
        assert done.whole == 1
        assert "announced:" in done.out
        news.settle()
        assert news.publish().is_idle
        assert len(mastodon.statuses) == 1


def test_what_comes_soon_is_told_before_a_run_is_idle(news: Stand) -> None:
    tomorrow = datetime.now(UTC) + timedelta(hours=24)
    with running(Service()) as hook:
        edit_show(news.show, notify={"webhooks": [{"url": hook.url, "on": ["upcoming"]}]})
        news.publish("--no-verify")
        news.settle()
        assert not hook.requests
        add_episode(news.show, "0002-second", published=tomorrow.isoformat(), number=2)
        done = news.publish("--no-verify")
        assert (done.whole, len(hook.requests)) == (1, 1)
        news.settle()
        assert len(hook.requests) == 1


def test_nobody_is_told_twice_where_the_notes_are_lost(news: Stand) -> None:
    with running(Service()) as hook:
        edit_show(news.show, notify={"webhooks": [{"url": hook.url}]})
        _released(news)
        news.settle()
        shutil.rmtree(news.state)
        news.settle()
        assert len(hook.requests) == 1


def test_no_tell_has_nobody_to_wait_for(news: Stand) -> None:
    with running(Service()) as hook:
        hook.plan = [503] * 50
        edit_show(news.show, notify={"webhooks": [{"url": hook.url}]})
        _released(news)
        news.settle("--no-tell")
        # Who asks without it still has somebody to tell.
        assert news.publish().whole == 1
