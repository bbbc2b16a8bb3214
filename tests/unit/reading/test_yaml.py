"""YAML to nodes: text as it was written, with its place."""

from __future__ import annotations

import time

import pytest

from publisher.reading.yaml import MAX_BYTES, Mapping, Node, Scalar, Sequence, read_yaml


def read(text: str) -> Mapping:
    root, findings = read_yaml(text.encode())
    assert findings == ()
    assert isinstance(root, Mapping)
    return root


def scalar(node: Node) -> Scalar:
    assert isinstance(node, Scalar)
    return node


def rules(data: bytes | str) -> list[str]:
    return [finding.rule for finding in read_yaml(data.encode() if isinstance(data, str) else data)[1]]


@pytest.mark.parametrize(
    "written", ["no", "0796", "2020-09-02", "1.5", "~", "null", "true", "0x1A", "1:30", "1e3", ".inf", "on"]
)
def test_nothing_is_made_of_a_plain_text(written: str) -> None:
    node = scalar(read(f"key: {written}").items["key"])
    assert (node.text, node.plain) == (written, True)


@pytest.mark.parametrize("quoted", ["'no'", '"no"', "|-\n  no", ">-\n  no"])
def test_quoted_and_block_text_is_not_plain(quoted: str) -> None:
    node = scalar(read(f"key: {quoted}\n").items["key"])
    assert (node.text, node.plain) == ("no", False)


def test_places() -> None:
    root = read("title: One\nhosts:\n  - name: Åse\n    url: 'x'\n  - Ben\næøå: |\n  text\n")
    hosts = root.items["hosts"]
    assert isinstance(hosts, Sequence)
    first = hosts.items[0]
    assert isinstance(first, Mapping)
    places = {
        "title": root.items["title"],
        "hosts": hosts,
        "first": first,
        "url": first.items["url"],
        "second": hosts.items[1],
        "æøå": root.items["æøå"],
    }
    assert {name: (node.line, node.column) for name, node in places.items()} == {
        "title": (1, 8),
        "hosts": (3, 3),
        "first": (3, 5),
        "url": (4, 10),
        "second": (5, 5),
        "æøå": (6, 6),
    }
    assert (root.keys["æøå"].line, root.keys["æøå"].column) == (6, 1)


def test_block_text_keeps_its_lines() -> None:
    root = read("kept: |\n  one\n\n  two\nfolded: >\n  one\n  two\n\n  three\n")
    assert scalar(root.items["kept"]).text == "one\n\ntwo\n"
    assert scalar(root.items["folded"]).text == "one two\nthree\n"


def test_a_byte_order_mark_and_windows_line_ends() -> None:
    root, findings = read_yaml("\ufefftitle: One\r\nlanguage: nb\r\n".encode())
    assert findings == ()
    assert isinstance(root, Mapping)
    assert [scalar(node).text for node in root.items.values()] == ["One", "nb"]


def test_an_encoding_error_behind_a_byte_order_mark_names_its_byte() -> None:
    _, (finding,) = read_yaml(b"\xef\xbb\xbftitle: One\nsummary: bl\xe5\n")
    assert "0xe5" in finding.message
    assert (finding.line, finding.column) == (2, 12)


@pytest.mark.parametrize("data", ["", "# nothing\n", "\n\n", "\ufeff"])
def test_no_document(data: str) -> None:
    assert read_yaml(data.encode()) == (None, ())


def test_the_first_of_two_equal_keys_is_kept() -> None:
    root, (finding,) = read_yaml(b"a: 1\nb: 2\na: [3, {a: 4}]\nc: 5\n")
    assert isinstance(root, Mapping)
    assert {key: scalar(node).text for key, node in root.items.items()} == {"a": "1", "b": "2", "c": "5"}
    assert (finding.rule, finding.line, finding.column) == ("duplicate-key", 3, 1)
    assert "line 1" in finding.message


def test_everything_is_found_at_once() -> None:
    data = b"a: &x 1\na: 2\nb: *x\nc: !!int 3\n[d]: e\nf: \x08\n"
    assert sorted(rules(data)) == [
        "character",
        "duplicate-key",
        "yaml-alias",
        "yaml-alias",
        "yaml-key",
        "yaml-tag",
    ]


def test_an_alias_is_no_value_and_no_copy() -> None:
    root, findings = read_yaml(b"a: &x [1, 2]\nb: *x\n")
    assert isinstance(root, Mapping)
    assert scalar(root.items["b"]).lost
    assert [finding.rule for finding in findings] == ["yaml-alias", "yaml-alias"]


@pytest.mark.parametrize("opened", ["[", "{a: ", "- ", "? ", "a:\n "])
def test_thirty_thousand_levels(opened: str) -> None:
    started = time.process_time()
    if opened.endswith("\n "):
        text = "".join(" " * level + "a:\n" for level in range(1000))
    else:
        text = opened * 30_000
    root, findings = read_yaml(text.encode())
    assert root is None
    assert "nested" in findings[-1].message
    assert time.process_time() - started < 5


def test_what_is_deep_enough_is_read() -> None:
    root, findings = read_yaml(b"[[[[[[[[[[[[1]]]]]]]]]]]]")
    assert findings == ()
    assert isinstance(root, Sequence)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"a: " + b"\x01" * (MAX_BYTES - 3), id="control characters"),
        pytest.param(b"a: '" + b"\n\x01" * 500_000 + b"'", id="control characters on lines"),
        pytest.param(b"".join(b"k%d: 1\n" % number for number in range(90_000)), id="keys"),
        pytest.param(b"a: 1\n" * 200_000, id="equal keys"),
        pytest.param(b"a: &a 1\n" * 100_000, id="anchors"),
        pytest.param(b"a: [" + b"&a *a, " * 100_000, id="aliases"),
        pytest.param(b"- " + b"!!int 1\n- " * 100_000, id="tags"),
        pytest.param(b'"' + b"\\x07" * 250_000 + b'"', id="escapes"),
        pytest.param(b"a" * (MAX_BYTES - 1) + b":", id="a long key"),
        pytest.param(b"[" + b"[]," * 300_000 + b"]", id="empty lists"),
        pytest.param(b"? " * 500_000, id="questions"),
        pytest.param(b"- \n" * 300_000, id="empty items"),
    ],
)
def test_hostile_files_take_bounded_time(data: bytes) -> None:
    started = time.process_time()
    _, findings = read_yaml(data)
    assert time.process_time() - started < 10
    assert len(findings) <= 75


def test_a_file_of_one_mebibyte_and_one_byte() -> None:
    padding = b"#" * (MAX_BYTES - 5)
    assert read_yaml(b"a: 1\n" + padding)[1] == ()
    assert rules(b"a: 1\n#" + padding) == ["yaml-too-large"]


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("a: b: c\n", "second ': '", (1, 5)),
        ("a: 'b\nc: d\n", "none closes it", (1, 4)),
        ('a: "b" c\n', "does not fit", (1, 8)),
        ("a: b\n\tc: d\n", "tab", (2, 1)),
        ("a:\n  b: c\n\td: e\n", "tab", (3, 1)),
        ("a: [b, c\nd: e\n", "never closed", (1, 4)),
        ("a: {b: c\nd: e\n", "never closed", (1, 4)),
        ("a: b\nc\nd: e\n", "no ': '", (2, 1)),
        ("a: @b\n", "cannot begin", (1, 4)),
        ("a: `b\n", "cannot begin", (1, 4)),
        ("a: *\n", "cannot begin with *", (1, 4)),
        ('a: "C:\\path"\n', "backslash", (1, 7)),
        ('a: "\\xZZ"\n', "backslash", (1, 7)),
        ("a:\n  - b\n  c: d\n", "belongs to no item", (3, 3)),
    ],
)
def test_faults_in_plain_words(text: str, said: str, place: tuple[int, int]) -> None:
    root, findings = read_yaml(text.encode())
    assert root is None
    assert findings[-1].rule == "yaml-syntax"
    assert said in findings[-1].message
    assert (findings[-1].line, findings[-1].column) == place
    assert findings[-1].help


def test_c1_control_characters_have_a_place_and_a_mend() -> None:
    _, (first, second) = read_yaml("title: \x93One\x94\n".encode())
    assert (first.line, first.column, second.column) == (1, 8, 12)
    assert "“" in first.help
    assert "”" in second.help
