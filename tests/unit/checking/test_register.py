"""Every rule that is named anywhere stands in the register, with a sentence and a source that is one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import publisher
from publisher.checking import PROFILES, RULES
from publisher.checking.explanations import EXPLANATIONS, FIXED, explained
from publisher.cli.check import PROFILES as OFFERED

PACKAGE = Path(publisher.__file__).parent
KINDS = ("audio", "artwork", "transcript", "chapters")

# What makes a problem or a finding, and which of its arguments is the rule.
_MAKERS = {
    "Problem": 0,
    "Finding": 0,
    "error": 0,
    "warning": 0,
    "warn": 0,
    "say": 0,
    "add": 0,
    "problem": 0,
    "text": 2,
    "_report": 0,
    "_unreadable_finding": 0,
    "Checked": 2,
}
_NO_MAKERS = {
    ("builder", "add"),
    ("progress", "say"),
    ("teller", "say"),
    ("output", "say"),
    ("out", "say"),
    ("seen", "add"),
    ("starts", "add"),
}


def named_rules() -> Iterator[tuple[str, str]]:
    """(rule, where) for every rule that the source names."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or _is_other(node.func):
                continue
            place = _MAKERS.get(_name(node.func))
            if place is None or len(node.args) <= place:
                continue
            for rule in _texts(node.args[place]):
                yield rule, f"{path.relative_to(PACKAGE)}:{node.lineno}"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_other(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    if function.attr == "add":
        return name != "findings"
    return (name, function.attr) in _NO_MAKERS or (function.attr in ("say", "error") and name == "progress")


def _texts(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return [argument.value] if " " not in argument.value else []
    if isinstance(argument, ast.JoinedStr):
        # `f"{what}-choice"`: one rule for each kind of file.
        tail = "".join(str(part.value) for part in argument.values if isinstance(part, ast.Constant))
        return [f"{kind}{tail}" for kind in KINDS]
    return []


def test_every_rule_that_is_named_is_declared() -> None:
    named = list(named_rules())
    assert len({rule for rule, _ in named}) > 50, "the search finds the rules"
    missing = [f"{rule} ({where})" for rule, where in named if rule not in RULES]
    assert missing == []


def test_every_rule_that_reading_declares_is_named_somewhere() -> None:
    named = {rule for rule, _ in named_rules()}
    source = "".join(
        path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "reading_rules.py"
    )
    unused = [
        rule.id
        for rule in RULES.values()
        if not rule.on_show and not rule.on_episode and rule.id not in named and f'"{rule.id}"' not in source
    ]
    assert unused == []


def test_every_rule_says_what_it_is() -> None:
    for id, rule in RULES.items():
        assert id == rule.id
        assert id.replace("-", "").isalpha()
        assert id == id.lower()
        assert len(rule.says.split()) > 2, id
        assert rule.says[0].islower()
        assert not rule.says.endswith(".")
        assert rule.severity in ("error", "warning", "hint")
        assert not rule.source or rule.source.startswith("https://")
        assert " " not in rule.source


def test_every_rule_is_explained() -> None:
    assert set(EXPLANATIONS) == set(RULES)
    for id, text in EXPLANATIONS.items():
        sentences = text.count(". ") + text.count("? ") + 1
        assert 2 <= sentences <= 5, id
        assert 60 < len(text) < 500, id
        assert text.endswith("."), id
        assert text not in RULES[id].says


def test_every_profile_is_known_and_asks_for_something() -> None:
    assert OFFERED == PROFILES
    used = {profile for rule in RULES.values() for profile in rule.profiles}
    assert used == set(PROFILES)
    assert all(rule.source for rule in RULES.values() if rule.profiles)


def test_what_is_mended_is_a_rule() -> None:
    assert set(RULES) >= FIXED
    assert "where it is safe" in str(explained(RULES["title-number"]))
    assert "mended by --fix: no" in str(explained(RULES["audio-short"]))
