"""ZIP files that other programs pack, and those that somebody packs to do harm."""

from __future__ import annotations

import io
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.inbox.unpacking import decoded_name, looked_at, unpack
from tests.inbox.scene import YAML, Scene, rules, zipped
from tests.release.trees import tree
from tests.support.shows import audio_of

AUDIO = audio_of("zipped")
GOOD: dict[str, str | bytes] = {"0007-x/episode.yaml": YAML, "0007-x/audio.mp3": AUDIO}


def infos(*entries: zipfile.ZipInfo) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)
        for entry in entries:
            archive.writestr(entry, b"x")
    return buffer.getvalue()


def link(name: str, system: int = 3) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = system
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def flagged(data: bytes, flag: int) -> bytes:
    """The archive with a flag set in each entry, in both places where it stands."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(mark)
        while start >= 0:
            (old,) = struct.unpack_from("<H", changed, start + at)
            struct.pack_into("<H", changed, start + at, old | flag)
            start = changed.find(mark, start + 4)
    return bytes(changed)


def method(data: bytes, number: int) -> bytes:
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = changed.find(mark)
        while start >= 0:
            struct.pack_into("<H", changed, start + at, number)
            start = changed.find(mark, start + 4)
    return bytes(changed)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.wav", "w") as one:
        for _ in range(300):
            one.write(bytes(1 << 20))
    return buffer.getvalue()


def overlapping() -> bytes:
    """Twenty names for the same bytes."""
    data = zipped({"a.bin": bytes(range(256)) * 40}, method=zipfile.ZIP_STORED)
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[start:end]
    entries = b"".join(entry.replace(b"a.bin", b"%c.bin" % (97 + place)) for place in range(20))
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, 20, 20, len(entries))
    return data[:start] + entries + bytes(tail)


HARMFUL = {
    "a name that leads up": zipped({**GOOD, "../evil.txt": b"x"}),
    "a name that leads up from within": zipped({**GOOD, "0007-x/../../evil.txt": b"x"}),
    "an absolute name": zipped({**GOOD, "/tmp/evil.txt": b"x"}),
    "a drive": zipped({**GOOD, "C:/evil.txt": b"x"}),
    "backslashes that lead up": zipped({"..\\evil.txt": b"x", "audio.mp3": AUDIO}),
    "a share": zipped({"\\\\host\\share\\evil.txt": b"x", "audio.mp3": AUDIO}),
    "a link": infos(link("0007-x/evil")),
    "a link packed on a Mac": infos(link("0007-x/evil", 19)),
    "a password": flagged(zipped(GOOD), 1),
    "Deflate64": method(zipped(GOOD), 9),
    "an unknown method": method(zipped(GOOD), 77),
    "cut off": zipped(GOOD)[:-60],
    "half of it": zipped(GOOD)[: len(zipped(GOOD)) // 2],
    "no archive at all": b"PK\x03\x04 and then nothing of the kind",
    "nothing": b"",
    "one byte wrong": zipped(GOOD).replace(AUDIO[2000:2010], AUDIO[2000:2010][::-1], 1)
    if AUDIO[2000:2010] in zipped(GOOD)
    else zipped(GOOD, method=zipfile.ZIP_STORED).replace(AUDIO[-20:-10], bytes(10), 1),
    "a bomb": bomb(),
    "files on top of each other": overlapping(),
    "a name that is too long": zipped({**GOOD, "0007-x/" + "x" * 300: b"x"}),
    "a control character": zipped({**GOOD, "0007-x/a\x1bb": b"x"}),
    "the same name twice but for capitals": zipped({**GOOD, "0007-x/Audio.mp3": b"x"}),
    "a file that is a folder": zipped({**GOOD, "0007-x/audio.mp3/inside": b"x"}),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_what_does_harm_is_refused_and_stays(scene: Scene, what: str) -> None:
    before = tree(scene.inbox.parent, without=(".publisher",))
    (scene.inbox / "x.zip").write_bytes(HARMFUL[what])
    refused = scene.refused()
    assert rules(refused) == {"inbox-archive"}, refused.problems
    after = tree(scene.inbox.parent, without=(".publisher",))
    assert {path for path in after if path not in before} == {"inbox/x.zip", "inbox/x.zip.PROBLEMS.txt"}
    assert (scene.inbox / "x.zip").read_bytes() == HARMFUL[what]
    assert not [
        path for path in (scene.show / ".publisher" / "inbox").iterdir() if path.name.startswith("work-")
    ]


def test_everything_that_is_wrong_is_said_at_once(scene: Scene) -> None:
    (scene.inbox / "x.zip").write_bytes(flagged(infos(link("a"), zipfile.ZipInfo("../b")), 1))
    text = " ".join(problem.message for problem in scene.refused().problems)
    assert all(word in text for word in ("a link", "leads out", "password"))


@pytest.mark.parametrize("what", ["", "a password", "a link", "one byte wrong", "a bomb"])
def test_the_fixtures_are_what_they_say(what: str, tmp_path: Path) -> None:
    """Python's own reader, asked without us, makes of each what the attack wants."""
    data = HARMFUL[what] if what else zipped(GOOD)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if what == "a password":
            with pytest.raises(RuntimeError, match="password"):
                archive.testzip()
        elif what == "one byte wrong":
            assert archive.testzip() is not None
        elif what == "a link":
            assert any(stat.S_ISLNK(info.external_attr >> 16) for info in archive.infolist())
        elif what == "a bomb":
            assert sum(info.file_size for info in archive.infolist()) > 500 * len(data)
        else:
            assert archive.testzip() is None


def test_backslashes_are_folders_where_windows_packed_them(scene: Scene) -> None:
    (scene.inbox / "x.zip").write_bytes(zipped({"0007-x\\episode.yaml": YAML, "0007-x\\audio.mp3": AUDIO}))
    taken = scene.taken()
    assert (taken.slug, scene.episode(taken.slug)) == ("0007-x", ["audio.mp3", "episode.yaml"])


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp850"])
@pytest.mark.parametrize("name", ["Blåbær.mp3", "Über öl.mp3", "plain.mp3"])
def test_names_are_read_in_the_code_page_that_wrote_them(encoding: str, name: str) -> None:
    raw = name.encode(encoding)
    info = zipfile.ZipInfo(raw.decode("cp437"))
    assert decoded_name(info) == name


@pytest.mark.parametrize("name", ["Smør.mp3", "Øl og smør.mp3"])
def test_the_danish_o_of_the_western_code_page(name: str) -> None:
    assert decoded_name(zipfile.ZipInfo(name.encode("cp850").decode("cp437"))) == name


def test_a_name_that_says_it_is_utf8_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped({"Smør – ☕.mp3": b"x"}))) as archive:
        assert [decoded_name(info) for info in archive.infolist()] == ["Smør – ☕.mp3"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_other_ways_to_pack(scene: Scene, method: int) -> None:
    data = bytearray(zipped(GOOD, method=method))
    (scene.inbox / "x.zip").write_bytes(data)
    assert scene.taken().slug == "0007-x"
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    (scene.inbox / "y.zip").write_bytes(data)
    assert rules(scene.refused()) == {"inbox-archive"}


def test_an_archive_of_another_program(scene: Scene, tmp_path: Path) -> None:
    """Python's own command line, in a process of its own, from a folder on the disk."""
    folder = tmp_path / "0007-packed"
    folder.mkdir()
    (folder / "episode.yaml").write_text(YAML)
    (folder / "audio.mp3").write_bytes(AUDIO)
    command = [sys.executable, "-m", "zipfile", "-c", str(scene.inbox / "p.zip"), str(folder)]
    subprocess.run(command, check=True)
    assert scene.taken().slug == "0007-packed"


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(lambda name: "\0" not in name)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(NAMES, st.sampled_from(["..", "../x", "/x", "a/../../b", "C:\\x", "a//b", "./c"])),
        max_size=6,
    )
)
def test_no_name_leads_out(names: list[str]) -> None:
    """Whatever the names are, what is unpacked lies below the target, under names of ours."""
    made = []
    for name in names:
        info = zipfile.ZipInfo("x")
        info.filename = info.orig_filename = name
        info.flag_bits = 0x800
        made.append(info)
    packed, findings = looked_at(made, 1 << 30)
    for one in packed:
        parts = one.path.split("/")
        if not findings:
            assert not one.path.startswith("/")
            assert all(part not in ("", ".", "..") for part in parts)
    if any(
        ".." in name.replace("\\", "/").split("/") for name in names if not name.startswith(("._", ".DS"))
    ):
        assert findings or not packed or all(".." not in one.path.split("/") for one in packed)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2000))
def test_damage_is_said_and_nothing_else_happens(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    data = bytearray(zipped(GOOD))
    start = place % len(data)
    data[start : start + len(noise)] = noise
    archive, target = folder / "x.zip", folder / "out"
    archive.write_bytes(data)
    target.mkdir()
    files, findings = unpack(archive, target)
    assert not (files and findings)
    for path, source in files.items():
        assert source.parent == target
        # What came out whole is what was packed, or was renamed by the noise; CRC-32 holds the bytes.
        assert path in GOOD or noise
