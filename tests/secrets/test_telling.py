"""What it takes to tell somebody leaves only to him, whether he takes it or repeats it in an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.model import Bluesky as BlueskyAccount
from publisher.model import Mastodon as MastodonAccount
from publisher.model import Webhook
from publisher.telling.asking import Asking, NotTold
from publisher.telling.bluesky import post_to_bluesky
from publisher.telling.hubs import tell_podping
from publisher.telling.mastodon import post_to_mastodon
from publisher.telling.posts import Post
from tests.secrets.planted import run, spellings
from tests.support.shows import add_episode, edit_episode, make_show
from tests.telling.servers import (
    Bluesky,
    Hub,
    MailServer,
    Mastodon,
    Podping,
    Service,
    hosting,
    mailing,
    running,
)

MASTODON, BLUESKY, PODPING = "planted-mastodon-Zq91", "planted-bluesky-Zq92", "planted-podping-Zq93"
HOOK, PATH, MAIL = "planted-hook-Zq94", "planted-path-Zq95", "planted+mail/Zq96"
SECRETS = (MASTODON, BLUESKY, PODPING, HOOK, PATH, MAIL)


class Stand:
    """A show that tells everybody there is, and those who are told."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.url = stack.enter_context(hosting(folder / "public"))
        self.services: list[Service] = []

        def start(service: Service) -> str:
            self.services.append(service)
            return stack.enter_context(running(service)).url

        self.mail = stack.enter_context(mailing(MailServer("ada", MAIL)))
        hub, hook = start(Hub()), start(Service())
        mastodon, bluesky = start(Mastodon(token=MASTODON)), start(Bluesky(password=BLUESKY))
        self.environment = {
            "MASTODON_TOKEN": MASTODON,
            "BLUESKY_PASSWORD": BLUESKY,
            "HOOK_SECRET": HOOK,
            "PUBLISHER_PODPING_TOKEN": PODPING,
            "PUBLISHER_PODPING_URL": start(Podping(token=PODPING)),
            "PUBLISHER_SMTP_URL": f"smtp://ada:planted%2Bmail%2FZq96@127.0.0.1:{self.mail.port}",
            "PUBLISHER_SMTP_FROM": "publishing@example.com",
            # The package that these tests are of, wherever another one may be installed.
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        everything = ["release", "failure", "upcoming"]
        self.show = make_show(
            folder / "episodes",
            episodes=0,
            notify={
                "websub": [hub],
                "podping": True,
                "webhooks": [{"url": f"{hook}/{PATH}", "secret": "HOOK_SECRET", "on": everything}],
                "email": [{"to": "producer@example.com", "on": everything}],
            },
            announce={
                "mastodon": {"server": mastodon, "token": "MASTODON_TOKEN"},
                "bluesky": {"handle": "show.example.com", "password": "BLUESKY_PASSWORD", "server": bluesky},
            },
        )
        published = datetime.now(UTC) - timedelta(hours=1)
        add_episode(self.show, "0001-first", published=published.isoformat())

    def publish(self, *options: str) -> list[str]:
        """Where a secret is found after a run; the show's own YAML, in which the path stands, is left out,
        and so are the copies of it that only this machine has."""
        words = ("publish", "episodes", "--to", "public", "--url", self.url, "-vv", "--no-verify", *options)
        traces = run(*words, folder=self.folder, environment=self.environment)
        self.status, self.said = traces.status, traces.stdout + traces.stderr
        for name in ("episodes/podcast.yaml", "episodes/.publisher/told/settings.json"):
            data = traces.places.pop(name, b"")
            assert not any(secret.encode() in data for secret in SECRETS if secret != PATH)
        return traces.search(*SECRETS)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with ExitStack() as stack:
        yield Stand(tmp_path, stack)


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_who_is_told_is_all_that_is_said(stand: Stand, options: tuple[str, ...]) -> None:
    assert stand.publish(*options) == []
    assert stand.status == 0, stand.said
    assert len(stand.mail.letters) == 1
    assert all(service.requests for service in stand.services), "somebody was not told"
    assert "warning" not in stand.said
    edit_episode(stand.show, "0001-first", number="one")
    assert stand.publish(*options) == []
    assert stand.status == 1
    assert len(stand.mail.letters) == 2


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("status", [301, 400, 401, 500])
def test_who_repeats_what_he_was_told_is_not_quoted(
    stand: Stand, status: int, options: tuple[str, ...]
) -> None:
    for service in stand.services:
        service.plan = [status] * 9
    stand.mail.password = "another"
    assert stand.publish(*options) == []
    assert stand.status == 0, stand.said
    assert stand.said.count("notify-failed") == 6
    sent = str([service.requests for service in stand.services])
    assert all(secret in sent for secret in (MASTODON, BLUESKY, PODPING, PATH)), (
        "the secrets were not in play"
    )


@pytest.mark.parametrize("secret", ["planted\r\nX-Evil: Zq97", "plåntet-Zq97", "planted\x00Zq97"])
def test_a_secret_that_no_header_can_hold_is_not_sent(stand: Stand, secret: str) -> None:
    (url,) = {service.url for service in stand.services if isinstance(service, Hub)}
    post = Post("g", "A title", "https://show.example/one/", "A show", "2026-01-01T00:00:00.000Z", 0)
    asking = Asking(tries=1)
    with pytest.raises(NotTold) as raised:
        post_to_mastodon(MastodonAccount(url, "TOKEN"), secret, post, asking, again=False)
    assert "Zq97" not in str(raised.value)
    with pytest.raises(NotTold) as raised:
        tell_podping(
            url, "podcast", {"PUBLISHER_PODPING_TOKEN": secret, "PUBLISHER_PODPING_URL": url}, asking
        )
    assert "Zq97" not in str(raised.value)
    (hub,) = (service for service in stand.services if isinstance(service, Hub))
    assert hub.requests == []


def test_no_error_shows_what_was_sent(stand: Stand) -> None:
    """Not even its cause, nor what a debugger shows of it."""
    post = Post("g", "A title", "https://show.example/one/", "A show", "2026-01-01T00:00:00.000Z", 0)
    account = BlueskyAccount("show.example.com", "PASSWORD", "http://127.0.0.1:9")
    with pytest.raises(NotTold) as raised:
        post_to_bluesky(account, BLUESKY, post, Asking(tries=1))
    error: BaseException | None = raised.value
    assert error is not None
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert not any(spelling in repr(error).encode() for spelling in spellings(BLUESKY))
    assert "HOOK_SECRET" in repr(Webhook("https://a.example/", secret="HOOK_SECRET"))
