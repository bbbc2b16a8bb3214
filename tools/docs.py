"""Writes the parts of docs/ that follow from the code: tables of keys, rules and options, and JSON Schemas.

    python -m tools.docs            write what is out of date
    python -m tools.docs --check    only say what is, with status 1

A part stands between `<!-- made by tools/docs.py: NAME -->` and `<!-- end -->`; the rest of a page is written
by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click

from publisher import words
from publisher.checking import RULES
from publisher.checking.explanations import FIXED, explained
from publisher.checking.rule import Rule
from publisher.cli import cli
from publisher.feed.tags import CHANNEL, ITEM, PSP1, Tag
from publisher.reading import keys
from publisher.reading.fields import Key, Record
from publisher.reading.schema import episode_schema, show_schema

ROOT: Final = Path(__file__).resolve().parents[1]
_PART = re.compile(r"(<!-- made by tools/docs\.py: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
# What has to be there for an example to show anything.
_RELEASED = "publisher publish episodes"
_BEFORE = {
    "publisher inbox": "mkdir ../inbox",
    "publisher history": _RELEASED,
    "publisher prune": _RELEASED,
    "publisher status": _RELEASED,
    "publisher verify": _RELEASED,
    "publisher rollback": f"{_RELEASED} && {_RELEASED} --now 2041-01-01",
}
_EXAMPLE = re.compile(r"^ *Example: (?P<command>.+)$", re.MULTILINE)
_RULE_GROUPS = ("Of the whole show", "Of each episode", "Of what is read", "Of what is published")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def key_table(record: Record) -> str:
    rows = [
        (f"`{key.name}`" + (" *" if key.required else ""), _sentence(key.doc), _takes(key))
        for key in record.keys
    ]
    return table(("key", "what", "takes"), rows)


def keys_of(record: Record) -> str:
    """A file's own keys, then those of every mapping that stands in it."""
    parts = [key_table(record)]
    for inner, names in _records(record).values():
        where = ", ".join(f"`{name}`" for name in names)
        parts.append(f"\n#### {where}\n\nTakes {inner.wanted}.\n\n{key_table(inner)}")
    return "".join(parts)


def _records(record: Record, prefix: str = "") -> dict[int, tuple[Record, list[str]]]:
    """Every mapping below, once, with the names of the keys that take it."""
    found: dict[int, tuple[Record, list[str]]] = {}
    for key in record.keys:
        inner = _record_in(key.kind)
        if inner is None:
            continue
        name = prefix + key.name
        found.setdefault(id(inner), (inner, []))[1].append(name)
        for place, (deeper, names) in _records(inner, f"{name}.").items():
            found.setdefault(place, (deeper, []))[1].extend(names)
    return found


def _record_in(kind: Any) -> Record | None:
    if isinstance(kind, Record):
        return kind
    if isinstance(kind, keys.Quiz):
        return keys.QUIZ
    if isinstance(kind, keys.Subscribe):
        return keys.LINK
    return _record_in(kind.kind) if hasattr(kind, "kind") else None


def _takes(key: Key) -> str:
    kind: Any = key.kind
    inner = _record_in(kind)
    if inner is None or isinstance(kind, keys.Subscribe):
        wanted: str = kind.wanted
        return wanted
    one = f"its {inner.short}, or a mapping" if inner.short else "a mapping"
    if isinstance(kind, Record):
        return f"{one} (below)"
    listed = f"a list; each item {one} (below)"
    return f"{listed}; or a file's name" if isinstance(kind, keys.Chapters) else listed


def _sentence(text: str) -> str:
    return text.replace("<", "&lt;")


def rule_tables() -> str:
    """Every rule, by what it looks at, and then why it holds."""
    groups = [
        (title, [rule for rule in RULES.values() if _group(rule) == place])
        for place, title in enumerate(_RULE_GROUPS)
    ]
    parts = [f"## {title}\n\n{_rule_table(rules)}" for title, rules in groups]
    parts.append("## Why\n")
    parts.extend(_why(rule) for _, rules in groups for rule in rules)
    return "\n".join(parts)


def _rule_table(rules: list[Rule]) -> str:
    rows = [
        (
            f"[`{rule.id}`](#{rule.id})",
            rule.severity,
            rule.says,
            ", ".join(rule.profiles),
            "yes" if rule.id in FIXED else "",
        )
        for rule in rules
    ]
    return table(("rule", "severity", "what holds", "asked for by", "`--fix`"), rows)


def _why(rule: Rule) -> str:
    source = f" <{rule.source}>" if rule.source else ""
    return f"### {rule.id}\n\n{_sentence(explained(rule).text)}{source}\n"


def _group(rule: Rule) -> int:
    if rule.on_show:
        return 0
    if rule.on_episode:
        return 1
    return 3 if rule.id.startswith("verify-") else 2


def tag_table(tags: tuple[Tag, ...]) -> str:
    """Each tag with its attributes below it, who laid it down, and what it is made from."""
    rows = []
    for tag in tags:
        path, _, attribute = tag.path.partition("@")
        name = path.partition("/")[2].replace("/", " › ")
        asked_by = tag.asked_by + (", PSP-1" if tag.path in PSP1 else "")
        first = ("", f"`{attribute}`", "") if attribute else (f"`{name}`", "", asked_by)
        rows.append((*first, tag.origin))
    return table(("tag", "attribute", "who laid it down", "made from"), rows)


def commands() -> str:
    """Each command: what it does, an example, its options and their variables."""
    return "\n".join(_command(name, command) for name, command in cli.commands.items())


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"publisher {name}")
    text = re.sub(r"[ \t]+", " ", (command.help or "").strip())
    example = _EXAMPLE.search(text)
    told = _EXAMPLE.sub("", text).strip().replace("\n", " ")
    usage = f"publisher {name} " + " ".join(command.collect_usage_pieces(context))
    parts = [f"## {name}\n\n`{usage}`\n\n{told}\n"]
    if example:
        parts.append(f"\n{_how_to_run(example['command'])}```sh\n{example['command']}\n```\n")
    rows = [_option(option, context) for option in command.params if isinstance(option, click.Option)]
    if rows:
        parts.append("\n" + table(("option", "what", "variable"), rows))
    return "".join(parts)


def _how_to_run(command: str) -> str:
    """The marks that tests/docs understands."""
    if "s3://" in command:
        return "<!-- needs: swift -->\n"
    if command.startswith("publisher preview"):
        return "<!-- serves -->\n"
    if command.startswith("publisher doctor"):
        # Nothing answers yet under the address of a folder that nobody serves.
        return "<!-- status: 3 -->\n"
    before = next((first for start, first in _BEFORE.items() if command.startswith(start)), "")
    return f"<!-- after: {before} -->\n" if before else ""


def _option(option: click.Option, context: click.Context) -> tuple[str, ...]:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if not (option.is_flag or option.count):
        names += f" {option.make_metavar(context)}"
    return names, option.help or "", f"`{option.envvar}`" if option.envvar else ""


def word_table() -> str:
    """The keys of theme/words.yaml, with what stands there in English unless it is exchanged."""
    return table(("key", "text"), ((f"`{key}`", words.word("en", key)) for key in words.KEYS))


PARTS: Final[dict[str, Callable[[], str]]] = {
    "show-keys": lambda: keys_of(keys.SHOW),
    "episode-keys": lambda: keys_of(keys.EPISODE),
    "rules": rule_tables,
    "commands": commands,
    "words": word_table,
    "channel-tags": lambda: tag_table(CHANNEL),
    "item-tags": lambda: tag_table(ITEM),
}
SCHEMAS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "docs/schema/show.schema.json": show_schema,
    "docs/schema/episode.schema.json": episode_schema,
}


def page(text: str) -> str:
    """A page with its made parts made anew.

    Raises:
        KeyError: it names a part that does not exist.
    """
    return _PART.sub(lambda match: f"{match[1]}\n{PARTS[match['name']]()}\n{match[3]}", text)


def current() -> dict[Path, str]:
    """What each file should hold."""
    pages = {path: page(path.read_text("utf-8")) for path in sorted((ROOT / "docs").glob("*.md"))}
    schemas = {
        ROOT / name: json.dumps(make(), ensure_ascii=False, indent=2) + "\n" for name, make in SCHEMAS.items()
    }
    return pages | schemas


def out_of_date() -> dict[Path, str]:
    """What `current` says and the files do not."""
    return {
        path: text for path, text in current().items() if not path.exists() or path.read_text("utf-8") != text
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    stale = out_of_date()
    for path, text in stale.items():
        if not check:
            path.write_text(text, "utf-8")
        print(path.relative_to(ROOT), "is out of date" if check else "written")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
