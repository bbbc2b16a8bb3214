"""The podcast namespace's keys: what each form becomes, what is refused, and what is only warned of."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from publisher import model, namespace
from publisher.reading import accept
from publisher.reading.kept import KeptEpisode
from publisher.reading.load import load_show
from publisher.reading.schema import episode_schema, show_schema
from tests.support.everything import EPISODES, MAIN, NODE, SHOW, make_everything, picture
from tests.support.shows import SAMPLES, add_episode, edit_show, make_show
from tests.unit.reading.test_accept import refused
from tests.unit.reading.test_fields import episode, only_problem, show, value

GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810"
_LONG_AGO = 1_000_000_000
_REQUIRED = "title: A\ndescription: A\nlanguage: en\ncategories: Arts\n"


def of_show(text: str, key: str) -> Any:
    values, problems = show(_REQUIRED + text + "\n")
    assert problems == []
    return values[key]


def warned(text: str) -> tuple[str, str, str]:
    values, problems = show(_REQUIRED + text + "\n")
    (problem,) = problems
    assert problem.severity == "warning"
    assert len(values) > 4, "it is published all the same"
    return problem.rule, problem.message, problem.help


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("false", False),
        ("google", (("google", True),)),
        ("[google, Amazon]", (("google", True), ("amazon", True))),
        ("{all: true, google: false}", (("", True), ("google", False))),
        ("[]", ()),
    ],
)
def test_block(written: str, expected: Any) -> None:
    assert of_show(f"block: {written}", "block") == expected


@pytest.mark.parametrize(
    ("written", "rule"),
    [("yes", "type"), ("{google: maybe}", "type"), ("[[google]]", "type"), ("[google, ~]", "empty-item")],
)
def test_no_block(written: str, rule: str) -> None:
    _, problems = show(f"{_REQUIRED}block: {written}\n")
    assert [(problem.rule, problem.severity) for problem in problems] == [(rule, "error")]


def test_a_block_of_an_episode_is_a_flag() -> None:
    assert value("block: true", "block") is True
    assert only_problem("block: google").rule == "type"


@pytest.mark.parametrize("text", ["location: Oslo", "location: {name: Oslo}", "location: [Oslo]"])
def test_one_thing_and_a_list_of_one_are_the_same(text: str) -> None:
    assert value(text, "location") == of_show(text, "location") == (model.Place("Oslo"),)


def test_short_forms() -> None:
    assert of_show(f"podroll: [{GUID}]", "podroll") == (namespace.RemoteItem(GUID),)
    assert of_show(f"publisher: {GUID.upper()}", "publisher") == namespace.RemoteItem(GUID)
    assert of_show("txt: a text", "txt") == (namespace.Txt("a text"),)
    assert of_show("update_frequency: Weekly", "update_frequency") == namespace.UpdateFrequency("Weekly")
    assert of_show("images: banner.png", "images") == (namespace.Image("banner.png"),)
    assert of_show("web_master: Ada", "web_master") == model.Owner("Ada")
    assert value("content_link: https://a.example/", "content_link") == (
        namespace.ContentLink("https://a.example/"),
    )
    assert value("social: {protocol: disabled}", "social") == (model.Social(protocol="disabled"),)
    (alternate,) = value("alternates: [{url: 'https://a.example/1', sources: ipfs://Qm1}]", "alternates")
    assert alternate.sources == (namespace.Source("ipfs://Qm1"),)


def test_value_keeps_its_numbers_as_they_were_written() -> None:
    text = f"value: {{suggested: 0.00000005000, recipients: {{address: {NODE}, split: 1}}}}"
    (found,) = value(text, "value")
    assert found == namespace.Value((namespace.Recipient(NODE, 1),), suggested="0.00000005000")
    assert (found.type, found.method, found.recipients[0].type) == ("lightning", "keysend", "node")


def test_time_splits_are_of_episodes_alone() -> None:
    text = f"value: {{recipients: {{address: {NODE}, split: 1}}, time_splits: []}}"
    _, problems = show(_REQUIRED + text + "\n")
    assert [problem.rule for problem in problems] == ["unknown-key"]
    assert value(text, "value") == (namespace.Value((namespace.Recipient(NODE, 1),)),)


@pytest.mark.parametrize("key", ["content_link", "chapters"])
def test_what_stands_in_items_is_no_key_of_the_show(key: str) -> None:
    _, problems = show(f"{_REQUIRED}{key}: []\n")
    assert [problem.rule for problem in problems] == ["unknown-key"]


@pytest.mark.parametrize(
    "key", ["podroll", "publisher", "remote_item", "trailer", "update_frequency", "seasons"]
)
def test_what_stands_in_the_channel_is_no_key_of_an_episode(key: str) -> None:
    assert only_problem(f"{key}: []").rule == "unknown-key"


def test_seasons_have_numbers() -> None:
    assert of_show("seasons: {1: One, 0012: Twelve}", "seasons") == ((1, "One"), (12, "Twelve"))
    for key in ("0", "one", "-1", "1.5", "٣", "1" * 10):
        _, problems = show(f"{_REQUIRED}seasons: {{'{key}': A name}}\n")
        assert [problem.rule for problem in problems] == ["type"], key


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("funding: {url: 'https://a.example/', text: TEXT}", 128),
        ("location: TEXT", 128),
        ("seasons: {1: TEXT}", 128),
        ("hosts: TEXT", 128),
        ("txt: TEXT", 4000),
        ("update_frequency: TEXT", 128),
    ],
)
def test_a_long_text_is_a_warning_that_names_the_limit(text: str, most: int) -> None:
    _, problems = show(_REQUIRED + text.replace("TEXT", "x" * most) + "\n")
    assert problems == []
    rule, message, help = warned(text.replace("TEXT", "x" * (most + 1)))
    assert rule == "text-limit"
    assert f"{most:,}" in message
    assert f"{most + 1:,}" in message
    assert help


@pytest.mark.parametrize(
    ("text", "rule", "near"),
    [
        ("hosts: {name: Ada, role: Sound designr}", "person-role", "'Sound Designer'"),
        ("hosts: {name: Ada, group: Visual}", "person-group", "'Visuals'"),
        ("block: [googel]", "block-service", "'google'"),
        ("block: {spotfy: true}", "block-service", "'spotify'"),
    ],
)
def test_what_no_list_knows_is_a_warning_with_the_nearest_name(text: str, rule: str, near: str) -> None:
    found, _, help = warned(text)
    assert found == rule
    assert near in help


def test_roles_are_known_in_any_case() -> None:
    assert of_show("hosts: {name: Ada, role: co-host, group: cast}", "hosts") == (
        model.Person("Ada", "co-host", group="cast"),
    )


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("https://a.example/1", "https://a.example/1"),
        ("IPFS://Qm1", "ipfs://Qm1"),
        ("magnet:?xt=urn:btih:1&dn=a", "magnet:?xt=urn:btih:1&dn=a"),
    ],
)
def test_sources(text: str, normal: str) -> None:
    assert accept.source_uri(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ipfs:", "ipfs://", "ipfs://a b"),
        *("ipfs://<x>", "magnet:ø", "a", ""),
    ],
)
def test_no_sources(text: str) -> None:
    assert refused(accept.source_uri, text)[1]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
        "FREQ=YEARLY;BYDAY=+4TH;BYMONTH=11",
        "FREQ=WEEKLY;UNTIL=2023-12-31T00:00:00.000Z;BYDAY=MO",
    ],
)
def test_recurrence_rules(text: str) -> None:
    assert accept.rrule(text) == text
    assert accept.rrule(f"RRULE: {text.lower()};") == text


@pytest.mark.parametrize(
    "text",
    [
        "WEEKLY",
        "FREQ=OFTEN",
        "INTERVAL=2",
        "FREQ=DAILY;BYDAY=",
        "FREQ=DAILY;FREQ=DAILY",
        ";",
        "FREQ=DAILY;X=1",
    ],
)
def test_no_recurrence_rules(text: str) -> None:
    assert refused(accept.rrule, text)[1]


@pytest.mark.parametrize(
    ("function", "good", "bad"),
    [
        (accept.country, {"no": "NO", "GB": "GB"}, ["Norway", "N", "N1", "ÆØ"]),
        (accept.aspect_ratio, {"16/9": "16/9", "1 / 1": "1/1", "2.35/1": "2.35/1"}, ["16:9", "0/1", "1"]),
        (accept.decimal, {"0.00000015": "0.00000015", "1": "1"}, ["1e-7", "-1", ".5", "1,5", "a"]),
        (accept.host, {"IRC.example.org": "irc.example.org"}, ["https://a.example", "a", "a.example/"]),
        (accept.feed_guid, {GUID.upper(): GUID}, ["1", "x" * 36]),
    ],
)  # fmt: skip
def test_small_forms(function: Any, good: dict[str, str], bad: list[str]) -> None:
    assert {text: function(text) for text in good} == good
    for text in bad:
        assert refused(function, text)[1], text


def test_a_date_of_the_show_is_in_the_zone_that_stands_beside_it(tmp_path: Path) -> None:
    trailer = {"title": "T", "url": "https://a.example/t.mp3", "published": "2024-07-01 06:00"}
    folder = make_show(tmp_path / "show", trailer=trailer, timezone="Europe/Oslo")
    loaded = load_show(folder).show
    assert loaded is not None
    assert loaded.trailer[0].published == datetime(2024, 7, 1, 4, tzinfo=UTC)
    edit_show(folder, timezone="Europe/Osl")
    assert {problem.rule for problem in load_show(folder).problems} == {"timezone"}


def test_further_images_are_found_and_looked_into(tmp_path: Path) -> None:
    images: list[Any] = ["wide.png", "short.mp4", "https://img.example/1.png"]
    folder = make_show(tmp_path / "show", episodes=0)
    files: dict[str, bytes | str] = {
        "wide.png": picture(30, 10),
        "short.mp4": (SAMPLES / "video.mp4").read_bytes(),
    }
    add_episode(folder, "one", images=images, files=files)
    loaded = load_show(folder)
    assert loaded.problems == ()
    assert loaded.show is not None
    (one,) = loaded.show.episodes
    assert one.audio is not None, "the short video is no second audio"
    assert [(name, image.type, image.width, image.height) for name, image in one.image_files] == [
        ("wide.png", "image/png", 30, 10),
        ("short.mp4", "video/mp4", 0, 0),
    ]
    (folder / "one" / "wide.png").write_bytes(b"no picture")
    assert [problem.rule for problem in load_show(folder).problems] == ["artwork-unreadable"]


def test_everything_is_valid_by_the_schemas_for_editors() -> None:
    def plain(value: Any) -> Any:
        return json.loads(json.dumps(value))

    jsonschema.validate(plain(SHOW), show_schema())
    for keys in EPISODES:
        jsonschema.validate(
            plain({key: item for key, item in keys.items() if key != "slug"}), episode_schema()
        )
    for wrong in ({"chat": {"server": "a.example"}}, {"seasons": {"one": "x"}}, {"block": {"google": "x"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plain({**SHOW, **wrong}), show_schema())


def test_what_is_kept_of_everything_is_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.state.looking._GRAIN_SECONDS", -60.0)
    folder = make_everything(tmp_path / "show")
    first, second = load_show(folder), load_show(folder)
    assert first.show == second.show == load_show(folder, cache=False).show
    assert second.show is not None
    main = next(episode for episode in second.show.episodes if episode.slug == MAIN)
    assert isinstance(main, KeptEpisode)
    assert main.value[0].time_splits[0].remote_item is not None


def test_all_problems_of_a_file_are_said_at_once() -> None:
    text = "title: One\nchat: {protocol: smoke}\nimages: [{alt: a}]\ntxt: {purpose: p}\n"
    text += "value: {recipients: [{split: x}]}\n"
    _, problems = episode(text)
    assert len(problems) == 6
