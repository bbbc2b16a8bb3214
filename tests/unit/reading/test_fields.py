"""Kinds of values: what each reads, what it refuses, and how it describes itself."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher import model
from publisher.problems import Problem
from publisher.reading.fields import Reading
from publisher.reading.keys import EPISODE, SHOW
from publisher.reading.yaml import read_yaml


def episode(text: str) -> tuple[dict[str, Any], list[Problem]]:
    return _read(EPISODE, text)


def show(text: str) -> tuple[dict[str, Any], list[Problem]]:
    return _read(SHOW, text)


def _read(record: Any, text: str) -> tuple[dict[str, Any], list[Problem]]:
    root, findings = read_yaml(text.encode())
    assert root is not None
    assert findings == ()
    reading = Reading("show/file.yaml", ZoneInfo("Europe/Oslo"))
    values = record.values("", root, reading)
    return values or {}, reading.problems


def value(text: str, key: str) -> Any:
    values, problems = episode(f"title: One\n{text}\n")
    assert problems == []
    return values[key]


def only_problem(text: str) -> Problem:
    _, problems = episode(f"title: One\n{text}\n")
    assert len(problems) == 1
    return problems[0]


def test_texts_that_look_like_something_else() -> None:
    assert value("code: 0796", "code") == "0796"
    assert value("code: no", "code") == "no"
    assert value("code: 2020-09-02", "code") == "2020-09-02"
    assert value("number: 0796", "number") == 796
    assert value('number: "7"', "number") == 7
    assert show("title: 1984\nlanguage: no\n")[0]["language"] == "no"
    assert show("title: 1984\nlanguage: no\n")[0]["title"] == "1984"


def test_text_is_composed_and_stripped() -> None:
    assert value('summary: "  a\u030as\u0301  "', "summary") == "åś"


@pytest.mark.parametrize("empty", ["", "~", "null", '""', "'  '"])
def test_an_empty_value_is_as_if_the_key_were_not_there(empty: str) -> None:
    values, problems = episode(f"title: One\nsummary: {empty}\n")
    assert problems == []
    assert "summary" not in values


@pytest.mark.parametrize("empty", ["", "~", '""', "'  '"])
def test_a_required_value_is_there(empty: str) -> None:
    _, (problem,) = episode(f"number: 1\ntitle: {empty}\n")
    assert (problem.rule, problem.line) == ("missing-key", 2)


def test_a_required_list_is_not_empty() -> None:
    _, problems = show("title: A\ndescription: B\nlanguage: en\ncategories: []\n")
    assert [(problem.rule, problem.line) for problem in problems] == [("missing-key", 4)]


@pytest.mark.parametrize("written", ["true", "false"])
def test_flags(written: str) -> None:
    assert value(f"explicit: {written}", "explicit") is (written == "true")


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("yes", "write true"),
        ("'true'", "write true"),
        ("True", "write true"),
        ("ja", "write true"),
        ("1", "write true"),
        ("No", "write false"),
        ("nei", "write false"),
        ("off", "write false"),
        ("clean", "write false"),
        ("perhaps", ""),
        ("[true]", ""),
    ],
)
def test_no_flags(written: str, mend: str) -> None:
    problem = only_problem(f"explicit: {written}")
    assert problem.rule == "type"
    assert mend in problem.help


@pytest.mark.parametrize(
    "written", ["0", "-1", "+1", "1.5", "1e3", "0x1A", "1_000", "seven", "[1]", "٣", "9" * 5000, "2147483648"]
)
def test_no_whole_numbers(written: str) -> None:
    assert only_problem(f"number: {written}").rule == "type"


@pytest.mark.parametrize("written", ["80", "1.01", "-0.1", "nan", "inf", "1e-1", "1_0", "٣", ".", "", "half"])
def test_no_shares(written: str) -> None:
    values, problems = episode(f"title: One\nlearning:\n  pass: {written}\n")
    if written:
        assert [problem.rule for problem in problems] == ["type"]
    assert values["learning"].pass_share == 0.8


@pytest.mark.parametrize(
    ("written", "share"), [("0", 0.0), ("1", 1.0), ("0.75", 0.75), (".5", 0.5), ("1.", 1.0)]
)
def test_shares(written: str, share: float) -> None:
    assert value(f"learning:\n  pass: {written}", "learning").pass_share == share


def test_one_text_will_do_for_a_list() -> None:
    assert value("keywords: one", "keywords") == ("one",)
    assert value("keywords: [one, two]", "keywords") == ("one", "two")
    assert value("related: 0002-two", "related") == ("0002-two",)


def test_persons_in_every_form() -> None:
    ada = model.Person("Ada")
    assert value("guests: Ada", "guests") == (ada,)
    assert value("guests: [Ada, {name: Ben, role: editor}]", "guests") == (ada, model.Person("Ben", "editor"))
    assert value("guests: {name: Ada}", "guests") == (ada,)
    assert value("quote: Well said.", "quote") == model.Quote("Well said.")
    assert value("location: Oslo", "location") == (model.Place("Oslo"),)
    assert value("links: https://example.com/a", "links") == (model.Link("https://example.com/a"),)
    assert value("social: https://example.com/1", "social") == (model.Social("https://example.com/1"),)


def test_a_person_without_a_name_is_left_out() -> None:
    values, (problem,) = episode("title: One\nguests:\n  - role: editor\n  - Ada\n")
    assert (problem.rule, problem.message) == ("missing-key", "'guests[1].name' is missing")
    assert values["guests"] == (model.Person("Ada"),)


def test_subscribe_in_every_form() -> None:
    links = (model.Link("https://a.example/", "apple"), model.Link("https://b.example/", "Others"))
    as_mapping = "subscribe:\n  apple: https://a.example/\n  Others: https://b.example/\n"
    as_list = "subscribe:\n  - apple: https://a.example/\n  - title: Others\n    url: https://b.example/\n"
    assert show(as_mapping)[0]["subscribe"] == links
    assert show(as_list)[0]["subscribe"] == links
    assert [problem.rule for problem in show("subscribe:\n  apple: nowhere\n")[1]].count("address") == 1


@pytest.mark.parametrize(("answer", "place"), [("Now", 0), ("1", 0), ("2", 1), ("02", 1), ("Then", 1)])
def test_quiz_answers(answer: str, place: int) -> None:
    text = f"learning:\n  quiz:\n    - {{question: When?, choices: [Now, Then], answer: {answer}}}"
    assert value(text, "learning").quiz[0].answer == place


def test_a_choice_that_is_a_number_goes_before_a_place() -> None:
    text = "learning:\n  quiz:\n    - {question: How many?, choices: [2, 1], answer: 2}"
    assert value(text, "learning").quiz[0].answer == 0


@pytest.mark.parametrize(
    "answer", ["3", "0", "-1", "now", "0001" + "9" * 5000, "00019", "1" + "0" * 5000, "٢"]
)
def test_no_quiz_answers(answer: str) -> None:
    text = f"learning:\n  quiz:\n    - {{question: When?, choices: [Now, Then], answer: {answer}}}"
    problem = only_problem(text)
    assert problem.rule == "quiz-answer"
    assert problem.message.isprintable()
    assert len(problem.message) < 300


def test_unknown_keys_and_the_nearest_known_one() -> None:
    problem = only_problem("publised: 2020-01-01")
    assert (problem.rule, problem.line, problem.column) == ("unknown-key", 2, 1)
    assert "'published'" in problem.help
    assert "'organization'" in only_problem("guests: [{name: Ada, organisation: Engines}]").help
    assert "title" in only_problem("zzz: 1").help


def test_alternates_need_a_file_or_an_address() -> None:
    assert value("alternates: [{file: low.opus}]", "alternates") == (model.Alternate(file="low.opus"),)
    assert only_problem("alternates: [{title: Low}]").rule == "missing-key"
    assert only_problem("alternates: [{file: , url: ~}]").rule == "missing-key"


@pytest.mark.parametrize("key", ["summary", "keywords", "quote", "code", "interview"])
def test_escaped_characters_that_xml_cannot_carry(key: str) -> None:
    written = {
        "keywords": 'keywords: [a, "\\x07"]',
        "quote": 'quote: {text: "\\x07"}',
        "interview": 'interview: [{question: "\\x07", answer: b}]',
    }.get(key, f'{key}: "a\\x07"')
    problem = only_problem(written)
    assert problem.rule == "character"
    assert "U+0007" in problem.message


def test_keys_of_the_producers_own_are_texts_like_others() -> None:
    assert show('taxonomies: {"te\u0301ma": Tema}')[0]["taxonomies"] == (("téma", "Tema"),)
    for text in ('taxonomies: {"\\x07": Tema}', 'subscribe: {"\\uFFFE": "https://example.com/"}'):
        assert "character" in [problem.rule for problem in show(text)[1]]
    assert "missing-key" in [problem.rule for problem in show("taxonomies: {'': Tema}")[1]]


def test_messages_are_one_line_whatever_they_quote() -> None:
    for text in (
        'number: "\\x1b[31m\\r\\n\\u202e"',
        "number: |\n  one\n  two\n",
        f"number: {'x' * 10_000}",
        f'explicit: "{"y" * 10_000}"',
        'published: "\\x1b[2J"',
        '"\\x1b[31m": 1',
        f'"{"k" * 1000}": 1',
    ):
        problem = only_problem(text)
        assert problem.message.isprintable()
        assert len(problem.message) < 400


def test_no_more_than_fifty_are_listed() -> None:
    for text in (
        "".join(f"k{number}: 1\n" for number in range(5000)),
        "keywords:\n" + "  -\n" * 5000,
        "chapters:\n" + "  - title: A\n" * 5000,
        "taxonomies:\n" + "".join(f"  k{number}: {{}}\n" for number in range(5000)),
    ):
        _, problems = episode("title: One\n" + text)
        assert len(problems) == 51
        assert problems[-1].rule == "too-many"


def test_the_file_itself_is_named_in_plain_words() -> None:
    for text in ("- title: One\n", "One\n"):
        _, (problem,) = episode(text)
        assert problem.message.startswith("the file is ")
        assert "title: A title" in problem.message
