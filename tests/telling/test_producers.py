"""Webhooks and e-mail: on release, on failure, ahead of one; once each."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
import shutil
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher import operations
from publisher.coming import Upcoming, day_and_time
from publisher.errors import ShowError, StoreError
from publisher.manifest import Manifest
from publisher.operations import prune, verify
from publisher.problems import Problem
from publisher.release import Outcome
from publisher.telling.events import Event, as_json, as_mail, event_id
from tests.release.trees import run
from tests.support.shows import add_episode, edit_episode, edit_show
from tests.telling.conftest import NOW, Place
from tests.telling.servers import Hub, Letter, MailServer, Mastodon, Service
from tests.verify.test_certificates import LONG, authority

__all__ = ["authority"]

EVERYTHING = ["release", "failure", "upcoming"]


@pytest.fixture
def hook(place: Place) -> Service:
    service = place.run(Service())
    edit_show(place.show, notify={"webhooks": [{"url": f"{service.url}/hook", "on": EVERYTHING}]})
    return service


@pytest.fixture
def mail(place: Place, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    server = place.mail(MailServer())
    monkeypatch.setenv("PUBLISHER_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setenv("PUBLISHER_SMTP_FROM", "Publishing <publishing@example.com>")
    edit_show(
        place.show,
        timezone="Europe/Oslo",
        notify={"email": [{"to": ["ada@example.com", "bo@example.com"], "on": EVERYTHING}]},
    )
    return server


def read(letter: Letter) -> EmailMessage:
    return email.message_from_string(letter.text, policy=default)


def break_show(place: Place) -> None:
    edit_episode(place.show, "0001-first", number="one")


def test_a_webhook_is_told_what_is_out(place: Place, hook: Service) -> None:
    outcome = place.publish()
    (request,) = hook.requests
    told = request.json
    assert (request.method, request.path) == ("POST", "/hook")
    assert (told["event"], told["release"]) == ("release", outcome.manifest_key)
    assert told["show"] == {
        "title": "A small show",
        "guid": outcome.plan.show.guid,
        "url": place.url,
        "feed_url": f"{place.url}feed.xml",
    }
    (episode,) = told["episodes"]
    assert (episode["title"], episode["url"]) == ("About 0001-first", f"{place.url}episodes/0001-first/")
    path = place.public / episode["enclosure"]["url"].removeprefix(place.url)
    assert path.stat().st_size == episode["enclosure"]["length"]
    assert episode["enclosure"]["type"] == "audio/mpeg"
    assert datetime.fromisoformat(told["time"]).tzinfo is not None
    assert request.headers["x-publisher-event"] == "release"
    assert request.headers["x-publisher-delivery"] == told["id"]
    assert "x-publisher-signature" not in request.headers


def test_a_webhook_is_told_what_changed(place: Place, hook: Service) -> None:
    place.add("0002-second")
    place.publish()
    edit_episode(place.show, "0001-first", title="Another title")
    shutil.rmtree(place.show / "0002-second")
    place.publish(allow_removal=True)
    told = hook.requests[-1].json
    assert (told["episodes"], told["changed"]) == ([], ["Another title"])
    assert told["removed"] == ["About 0002-second"]


def test_a_message_is_signed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    service = place.run(Service())
    monkeypatch.setenv("HOOK_SECRET", "a-secret")
    edit_show(place.show, notify={"webhooks": [{"url": service.url, "secret": "HOOK_SECRET"}]})
    place.publish()
    (request,) = service.requests
    wanted = hmac.new(b"a-secret", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-publisher-signature"] == f"sha256={wanted}"


def test_without_its_secret_nothing_is_sent(place: Place) -> None:
    service = place.run(Service())
    edit_show(place.show, notify={"webhooks": [{"url": service.url, "secret": "HOOK_SECRET"}]})
    (problem,) = place.publish().told.problems
    assert problem.rule == "notify-left"
    assert "HOOK_SECRET" in problem.message
    assert service.requests == []


def test_a_webhook_that_was_down_gets_every_release(place: Place, hook: Service) -> None:
    hook.plan = [503] * 3
    place.publish()
    assert len({r.json["id"] for r in hook.requests}) == 1
    del hook.requests[:]
    place.add("0002-second")
    place.publish()
    titles = [[episode["title"] for episode in r.json["episodes"]] for r in hook.requests]
    assert titles == [["About 0001-first"], ["About 0002-second"]]
    place.publish()
    assert len(hook.requests) == 2


def test_an_email_says_what_is_out(place: Place, mail: MailServer) -> None:
    outcome = place.publish()
    assert outcome.told.told == ("ada@example.com and 1 more",)
    (letter,) = mail.letters
    assert letter.recipients == ["ada@example.com", "bo@example.com"]
    read_letter = read(letter)
    assert read_letter["Subject"] == "A small show: About 0001-first is out"
    assert read_letter["From"] == "Publishing <publishing@example.com>"
    assert read_letter["Auto-Submitted"] == "auto-generated"
    text = read_letter.get_content()
    assert f"{place.url}episodes/0001-first/" in text
    assert "(Europe/Oslo)" in text
    assert place.publish().told.told == ()
    assert len(mail.letters) == 1


def test_a_mail_server_that_asks_for_patience_gets_it_again(place: Place, mail: MailServer) -> None:
    mail.plan = ["451 later"]
    assert place.publish().told.problems == ()
    assert len(mail.letters) == 1


def test_a_mail_server_that_refuses_is_asked_by_the_next_run(place: Place, mail: MailServer) -> None:
    mail.plan = ["550 no"]
    (problem,) = place.publish().told.problems
    assert problem.message == "ada@example.com and 1 more was not written to: the mail server answers 550"
    place.publish()
    assert len(mail.letters) == 1


@pytest.mark.parametrize("right", [True, False])
def test_a_password_goes_only_over_an_encrypted_line(
    place: Place, authority: Any, monkeypatch: pytest.MonkeyPatch, right: bool
) -> None:
    context = authority.issue("mail", "DNS:localhost", LONG)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.crt"))
    server = place.mail(MailServer("ada", "pass/word", context))
    password = "pass%2Fword" if right else "wrong"
    monkeypatch.setenv("PUBLISHER_SMTP_URL", f"smtp://ada:{password}@localhost:{server.port}")
    monkeypatch.setenv("PUBLISHER_SMTP_FROM", "publishing@example.com")
    edit_show(place.show, notify={"email": "ada@example.com"})
    outcome = place.publish()
    assert server.said.index("STARTTLS") < next(
        at for at, line in enumerate(server.said) if line.startswith("AUTH")
    )
    assert len(server.letters) == right
    assert [p.message for p in outcome.told.problems] == (
        [] if right else ["ada@example.com was not written to: the mail server does not take the password"]
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLISHER_SMTP_URL", "mail.example.com"),
        ("PUBLISHER_SMTP_URL", "smtp://user:pass word@"),
        ("PUBLISHER_SMTP_URL", "smtp://host:port"),
        ("PUBLISHER_SMTP_FROM", "nobody"),
        ("PUBLISHER_SMTP_FROM", "a@example.com\nBcc: b@example.com"),
    ],
)
def test_settings_that_cannot_be_used_are_said(
    place: Place, mail: MailServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    outcome = place.publish()
    (problem,) = outcome.told.problems
    assert (problem.rule, outcome.exit_status) == ("notify-failed", 0)
    assert name in problem.help
    assert value not in str(problem)
    assert mail.letters == []


def test_a_failure_is_told_once_until_it_is_another(place: Place, hook: Service) -> None:
    place.publish()
    del hook.requests[:]
    break_show(place)
    for _ in range(3):
        with pytest.raises(ShowError) as raised:
            place.publish()
    (request,) = hook.requests
    told = request.json
    assert (told["event"], told["failure"]["status"], told["failure"]["released"]) == ("failure", 1, False)
    assert "'number' is \"one\"" in told["failure"]["problems"][0]
    assert raised.value.told == ()
    edit_episode(place.show, "0001-first", number="two")
    with pytest.raises(ShowError) as raised:
        place.publish()
    assert len(raised.value.told) == 1
    assert len(hook.requests) == 2
    assert hook.requests[0].json["id"] != hook.requests[1].json["id"]


def test_a_failure_that_comes_back_is_told_again(place: Place, hook: Service) -> None:
    place.publish()
    for _ in range(2):
        break_show(place)
        with pytest.raises(ShowError):
            place.publish()
        edit_episode(place.show, "0001-first", number=1)
        place.publish()
    failures = [r.json for r in hook.requests if r.json["event"] == "failure"]
    assert len(failures) == 2
    assert failures[0]["id"] != failures[1]["id"]


def test_who_could_not_be_told_of_a_failure_is_told_later(place: Place, hook: Service) -> None:
    place.publish()
    break_show(place)
    hook.plan = [503] * 3
    for _ in range(3):
        with pytest.raises(ShowError):
            place.publish()
    failures = [r.json for r in hook.requests if r.json["event"] == "failure"]
    assert len(failures) == 4
    assert len({failure["id"] for failure in failures}) == 1


def test_a_show_that_cannot_be_read_is_told_by_what_is_remembered(place: Place, hook: Service) -> None:
    place.publish()
    del hook.requests[:]
    (place.show / "podcast.yaml").write_text("title: [\n")
    with pytest.raises(ShowError):
        place.publish()
    (request,) = hook.requests
    assert (request.json["event"], request.json["show"]["title"]) == ("failure", "A small show")
    assert "yaml-syntax" in request.json["failure"]["problems"][0]


def test_a_store_that_fails_is_told(place: Place, mail: MailServer) -> None:
    place.publish()
    del mail.letters[:]
    edit_episode(place.show, "0001-first", title="Another title")
    (place.public / "feed.xml").write_text("not publisher's")
    with pytest.raises(StoreError):
        place.publish()
    (letter,) = mail.letters
    found = read(letter)
    assert found["Subject"] == "A small show: publishing failed"
    assert "that publisher did not write" in found.get_content()
    assert "What was published before still stands." in found.get_content()


@pytest.fixture
def lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Audio is lost between the flip and the look from outside, once."""
    real, done = operations._looked_at, list[Path]()

    def looked_at(outcome: Outcome, progress: Any) -> Outcome:
        for path in () if done else place.public.glob("media/*.mp3"):
            done.append(path)
            path.unlink()
        return real(outcome, progress)

    monkeypatch.setattr(operations, "_looked_at", looked_at)


@pytest.mark.usefixtures("lost")
def test_what_is_wrong_from_outside_is_told(place: Place, hook: Service) -> None:
    outcome = place.publish(verify=True)
    assert outcome.exit_status == 6
    assert [r.json["event"] for r in hook.requests] == ["release", "failure"]
    failure = hook.requests[-1].json["failure"]
    assert (failure["released"], failure["status"]) == (True, 6)
    assert any("answers 404" in line for line in failure["problems"])


@pytest.mark.usefixtures("lost")
def test_what_is_not_well_from_outside_is_not_announced_yet(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, mastodon = place.run(Hub()), place.run(Mastodon())
    monkeypatch.setenv("MASTODON_TOKEN", mastodon.token)
    announce = {"mastodon": {"server": mastodon.url, "token": "MASTODON_TOKEN"}}
    edit_show(place.show, notify={"websub": [hub.url]}, announce=announce)
    outcome = place.publish(verify=True)
    assert mastodon.requests == []
    assert len(hub.pings) == 1
    assert "posts wait for the next run" in outcome.told.notices[0]
    place.publish(verify=True, mend=True)
    assert len(mastodon.statuses) == 1


def test_the_command_says_who_was_told_of_a_failure(place: Place, hook: Service) -> None:
    break_show(place)
    arguments = ("publish", place.show, "--to", place.public, "--url", place.url, "--json")
    done = run(*arguments)
    assert done.returncode == 1
    (show,) = json.loads(done.stdout)["shows"]
    assert show["told"] == [f"the webhook at {hook.url.partition('//')[2]}"]


def test_the_command_says_who_was_told(place: Place, hook: Service) -> None:
    arguments = ("publish", place.show, "--to", place.public, "--url", place.url, "--no-verify")
    done = run(*arguments)
    assert f"  told: the webhook at {hook.url.partition('//')[2]}\n" in done.stdout
    assert "/hook" not in done.stdout + done.stderr
    edit_episode(place.show, "0001-first", title="Another title")
    done = run(*arguments, "--json")
    (show,) = json.loads(done.stdout)["shows"]
    assert show["told"]["told"] == [f"the webhook at {hook.url.partition('//')[2]}"]
    edit_episode(place.show, "0001-first", title="A third title")
    assert "told" not in run(*arguments, "--no-tell").stdout
    assert len(hook.requests) == 2


def test_what_goes_out_soon_is_told_once(place: Place, hook: Service) -> None:
    soon = NOW + timedelta(hours=20)
    add_episode(place.show, "0007-soon", sound=None, published=soon.isoformat(), number=7)
    add_episode(place.show, "0008-later", published=(NOW + timedelta(days=9)).isoformat(), number=8)
    for _ in range(2):
        place.publish()
    (told,) = (r.json for r in hook.requests if r.json["event"] == "upcoming")
    (coming,) = told["upcoming"]
    assert (coming["slug"], coming["published"]) == ("0007-soon", soon.isoformat())
    assert "audio" in coming["missing"]


def test_what_goes_out_soon_is_told_again_when_something_else_is_missing(place: Place, hook: Service) -> None:
    for name in ("0001-first", "0007-soon"):
        if name == "0007-soon":
            add_episode(place.show, name, published=(NOW + timedelta(hours=20)).isoformat(), number=7)
        (place.show / name / "transcript.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n")
    place.publish()
    (place.show / "0007-soon" / "transcript.vtt").unlink()
    place.publish()
    (place.show / "0007-soon" / "transcript.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n")
    place.publish()
    told = [r.json["upcoming"][0]["missing"] for r in hook.requests if r.json["event"] == "upcoming"]
    assert told == [["artwork"], ["artwork", "transcript"]]


def bare(place: Place) -> None:
    """What a CI machine has that checks the show out anew for each run."""
    shutil.rmtree(place.show / ".publisher")


def test_a_machine_that_keeps_nothing_says_it_once_as_well(place: Place, hook: Service) -> None:
    add_episode(place.show, "0007-soon", published=(NOW + timedelta(hours=20)).isoformat(), number=7)
    for _ in range(3):
        place.publish()
        bare(place)
    assert [r.json["event"] for r in hook.requests] == ["release", "upcoming"]
    break_show(place)
    for _ in range(3):
        with pytest.raises(ShowError):
            place.publish()
        bare(place)
    assert [r.json["event"] for r in hook.requests[2:]] == ["failure"]
    edit_episode(place.show, "0001-first", number=1)
    place.publish()
    bare(place)
    break_show(place)
    with pytest.raises(ShowError):
        place.publish()
    assert [r.json["event"] for r in hook.requests[3:]] == ["failure"]


def test_what_others_were_told_is_noted_for_all_to_read_and_says_nothing(place: Place, hook: Service) -> None:
    add_episode(place.show, "0007-soon", published=(NOW + timedelta(hours=20)).isoformat(), number=7)
    place.publish()
    break_show(place)
    with pytest.raises(ShowError):
        place.publish()
    notes = (place.public / "releases" / "notices.told.json").read_text()
    assert {"upcoming", "failure"} <= json.loads(notes).keys()
    for word in ("soon", "0007", "number", "/hook", "127.0.0.1"):
        assert word not in notes


def test_a_show_that_fails_before_its_first_release_writes_nothing_to_the_store(
    place: Place, hook: Service
) -> None:
    break_show(place)
    with pytest.raises(ShowError):
        place.publish()
    assert [r.json["event"] for r in hook.requests] == ["failure"]
    assert list(place.public.rglob("*")) == []


def test_notes_that_cannot_be_read_are_made_anew(place: Place, hook: Service) -> None:
    add_episode(place.show, "0007-soon", published=(NOW + timedelta(hours=20)).isoformat(), number=7)
    place.publish()
    bare(place)
    (place.public / "releases" / "notices.told.json").write_bytes(b"[1")
    for _ in range(2):
        place.publish()
        bare(place)
    assert [r.json["event"] for r in hook.requests] == ["release", "upcoming", "upcoming"]


def test_notes_stay_when_all_else_goes(place: Place, hook: Service) -> None:
    place.publish()
    notes = place.public / "releases" / "notices.told.json"
    later = datetime.now(UTC) + timedelta(days=90)
    prune(place.show, to=str(place.public), older_than=timedelta(days=1), yes=True, now=later)
    assert notes.exists()
    assert verify(place.show, to=str(place.public), manifest=True).unaccounted == 0


def test_on_says_of_what(place: Place) -> None:
    one, other = place.run(Service()), place.run(Service())
    hooks = [{"url": one.url, "on": ["failure"]}, {"url": other.url, "on": "release"}]
    edit_show(place.show, notify={"webhooks": hooks})
    place.publish()
    break_show(place)
    with pytest.raises(ShowError):
        place.publish()
    assert [r.json["event"] for r in one.requests] == ["failure"]
    assert [r.json["event"] for r in other.requests] == ["release"]


def _event(kind: Any, **keys: Any) -> Event:
    time = datetime(2027, 3, 27, 12, tzinfo=UTC)
    base = ("A show", "g", "https://s.example/", "https://s.example/feed.xml", time, "Europe/Oslo")
    return Event(kind, event_id("x"), *base, **keys)


def _coming(title: str, when: datetime, **keys: Any) -> Upcoming:
    zone = "Europe/Oslo"
    return Upcoming("show", "A show", zone, "one", title, "scheduled", published=when, goes_out=when, **keys)


def test_an_email_ahead_says_it_as_a_person_would() -> None:
    """The clocks go forward in that night."""
    coming = _coming("Building together", datetime(2027, 3, 28, 4, tzinfo=UTC), missing=("artwork",))
    event = _event("upcoming", upcoming=(coming,))
    subject, text = as_mail(event)
    assert subject == "A show: Building together goes out tomorrow 06:00, artwork missing"
    assert text.splitlines()[0] == "Building together goes out tomorrow 06:00, artwork missing"
    assert as_json(event)["upcoming"][0]["published"] == "2027-03-28T04:00:00+00:00"


def test_an_email_ahead_of_several_says_what_is_wrong_with_each() -> None:
    when = datetime(2027, 3, 28, 4, tzinfo=UTC)
    bad = Problem("date", "error", "'published' is no date", "correct it", "show/two/episode.yaml", 3, 1)
    event = _event("upcoming", upcoming=(_coming("One", when), _coming("Two", when, problems=(bad,))))
    subject, text = as_mail(event)
    assert subject == "A show: 2 episodes go out soon, and something is missing"
    assert text.splitlines()[:3] == [
        "One goes out tomorrow 06:00",
        "Two goes out tomorrow 06:00, 1 error",
        "  show/two/episode.yaml:3:1: error[date]: 'published' is no date",
    ]


def test_a_subject_is_one_line() -> None:
    event = _event("upcoming", upcoming=(_coming("A\r\nBcc: x@example.com", NOW),))
    assert "\n" not in as_mail(event)[0]
    assert "\r" not in as_mail(event)[0]


def test_days_are_those_of_the_zone() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    now = datetime(2028, 2, 28, 10, 59, tzinfo=UTC)
    assert day_and_time(datetime(2028, 2, 28, 11, 30, tzinfo=UTC), now, zone) == "tomorrow 00:30"
    # 29 February lies between.
    assert day_and_time(datetime(2028, 2, 29, 11, 30, tzinfo=UTC), now, zone) == "on Wednesday 00:30"
    assert day_and_time(datetime(2028, 2, 28, 10, 59, 30, tzinfo=UTC), now, zone) == "today 23:59"


def test_every_event_can_be_told() -> None:
    for kind, keys in (
        ("release", {}),
        ("failure", {"reason": "It failed", "details": tuple(map(str, range(50)))}),
    ):
        subject, text = as_mail(_event(kind, **keys))
        assert subject.startswith("A show: ")
        assert len(text.splitlines()) < 40
        json.dumps(as_json(_event(kind, **keys)))


def test_manifests_tell_nothing_of_who_is_told(place: Place, mail: MailServer) -> None:
    outcome = place.publish()
    assert isinstance(outcome.manifest, Manifest)
    for path in place.public.rglob("*"):
        if path.is_file():
            assert b"ada@example.com" not in path.read_bytes(), path


def test_notes_hold_no_secret(place: Place, hook: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "a-secret-word")
    edit_show(place.show, notify={"webhooks": [{"url": hook.url, "secret": "HOOK_SECRET"}]})
    place.publish()
    found = [path for path in Path(place.show / ".publisher").rglob("*") if path.is_file()]
    assert found
    for path in found:
        assert b"a-secret-word" not in path.read_bytes(), path
