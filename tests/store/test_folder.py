"""What is a folder's own: temporary names, links, rights, a disk that is full, processes that are killed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from publisher.errors import AccessDenied, Conflict, NoSuchBucket, StoreError, StoreFull
from publisher.store.folder import WORK_FOLDER, FolderStore
from tests.store.subjects import TEXT, body, content_of
from tests.support.require import require, require_program

ROOT = Path(__file__).parents[2]

_PUT = """
import io, hashlib, resource, sys
from pathlib import Path
from publisher.errors import PublisherError
from publisher.store.base import Body, Headers
from publisher.store.folder import FolderStore
content = b"x" * 300_000
body = Body(lambda: io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())
{first}
try:
    FolderStore(Path(sys.argv[1])).put("media/a.mp3", body, Headers("audio/mpeg"))
except PublisherError as error:
    print(type(error).__name__, error)
else:
    print("written")
"""


def _put_elsewhere(folder: Path, first: str = "", before: tuple[str, ...] = ()) -> str:
    """What a process of its own says of a `put`; `first` is what it does before, `before` what runs it."""
    command = [*before, sys.executable, "-c", _PUT.format(first=first), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_folder_is_made_where_its_parent_is_there(tmp_path: Path) -> None:
    FolderStore(tmp_path / "public").put("a.txt", body(b"a"), TEXT)
    assert (tmp_path / "public/a.txt").read_bytes() == b"a"
    with pytest.raises(NoSuchBucket, match="does not exist") as caught:
        FolderStore(tmp_path / "not/there").put("a.txt", body(b"a"), TEXT)
    assert str(tmp_path / "not") in caught.value.help
    assert not (tmp_path / "not").exists()


def test_a_web_server_of_another_user_may_read_what_is_written(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        FolderStore(tmp_path / "public").put("media/a.mp3", body(b"a"), TEXT)
    finally:
        os.umask(before)
    assert (tmp_path / "public/media/a.mp3").stat().st_mode & 0o777 == 0o644


def test_names_with_a_dot_are_no_objects(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a.txt", body(b"a"), TEXT)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("somebody else's")
    (tmp_path / "æ.txt").write_text("somebody else's")
    assert (tmp_path / WORK_FOLDER).is_dir()
    assert [entry.key for entry in store.list()] == ["a.txt"]


@pytest.mark.parametrize("inside", [True, False])
def test_a_link_may_not_lead_out_of_the_store(tmp_path: Path, inside: bool) -> None:
    root = tmp_path / "public"
    store = FolderStore(root)
    store.put("real/a.txt", body(b"inside"), TEXT)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/a.txt").write_text("outside")
    (root / "folder").symlink_to(root / "real" if inside else tmp_path / "secret")
    (root / "file.txt").symlink_to((root / "real" if inside else tmp_path / "secret") / "a.txt")
    if inside:
        assert content_of(store, "file.txt") == content_of(store, "folder/a.txt") == b"inside"
        return
    for key in ("file.txt", "folder/a.txt"):
        for call in (store.head, store.read, store.open, store.delete):
            with pytest.raises(StoreError, match="symbolic link"):
                call(key)
        with pytest.raises(StoreError, match="symbolic link"):
            store.put(key, body(b"changed"), TEXT)
    assert (tmp_path / "secret/a.txt").read_text() == "outside"
    assert [entry.key for entry in store.list()] == ["real/a.txt"]


def test_a_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("media", body(b"a file"), TEXT)
    with pytest.raises(StoreError, match="in its way"):
        store.put("media/a.mp3", body(b"a"), TEXT)
    store.put("pages/a.html", body(b"a"), TEXT)
    with pytest.raises(StoreError, match="in its way"):
        store.put("pages", body(b"a"), TEXT)
    with pytest.raises(StoreError, match="in its way"):
        FolderStore(tmp_path / "media").put("a.txt", body(b"a"), TEXT)
    assert content_of(store, "media") == b"a file"
    assert store.head("media/a.mp3") is None
    assert store.head("pages") is None


def test_a_write_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    """The limit on file size is the kernel's, as a quota's is."""
    limited = "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    said = _put_elsewhere(tmp_path / "public", limited)
    assert said.startswith("StoreFull 'media/a.mp3' does not fit")
    assert [path for path in (tmp_path / "public").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("options", "said"), [("size=128k", "does not fit: No space left"), ("size=1m,ro", "read-only")]
)
def test_a_full_or_read_only_file_system_is_said_to_be_so(tmp_path: Path, options: str, said: str) -> None:
    unshare = require_program("unshare")
    own_mounts = (unshare, "--mount", "--map-root-user")
    mounting = 'mount -t tmpfs -o "$0" tmpfs "$1" && shift && exec "$@"'
    before = (*own_mounts, "sh", "-c", mounting, options, str(tmp_path))
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        require("unshare", "this machine lets nobody mount in a name space of their own")
    answer = _put_elsewhere(tmp_path, before=before)
    assert answer.startswith(StoreFull.__name__)
    assert said in answer
    assert "help:" in answer


def test_a_folder_without_the_right_to_write_is_denied() -> None:
    # The administrator may write anywhere, and gives that up.
    first = "import os; os.setgid(65534); os.setuid(65534)" if os.geteuid() == 0 else ""
    with tempfile.TemporaryDirectory() as name:
        closed = Path(name)
        closed.chmod(0o555)
        said = _put_elsewhere(closed, first)
        assert list(closed.iterdir()) == []
    assert said.startswith(AccessDenied.__name__)
    assert "Permission denied" in said


def test_leftovers_of_a_killed_process_go_and_living_ones_stay(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a.txt", body(b"a"), TEXT)
    work = tmp_path / WORK_FOLDER
    hour_ago = time.time() - 3600
    dying = (
        "import fcntl, os, sys, time; target = open(sys.argv[1], 'xb'); fcntl.flock(target, fcntl.LOCK_EX); "
        "os.utime(sys.argv[1], (time.time() - 3600,) * 2); print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", dying, str(work / "living.part")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        (work / "dead.part").write_bytes(b"half")
        os.utime(work / "dead.part", (hour_ago, hour_ago))
        (work / "young.part").write_bytes(b"half")
        store.put("a.txt", body(b"b"), TEXT)
        assert {path.name for path in work.iterdir()} == {"living.part", "young.part", "lock"}
        process.kill()
    store.put("a.txt", body(b"c"), TEXT)
    assert {path.name for path in work.iterdir()} == {"young.part", "lock"}


def test_a_process_killed_while_it_writes_leaves_the_old_object(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("media/a.mp3", body(b"old"), TEXT)
    endless = """
class Endless(io.BytesIO):
    def read(self, size=-1):
        data = super().read(size)
        print("reading", flush=True)
        return data if self.tell() < 200_000 else sys.stdin.read()
body = Body(lambda: Endless(content[:200_000]), len(content), body.digest)
"""
    command = [sys.executable, "-c", _PUT.format(first=endless), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reading\n"
        assert len(list((tmp_path / WORK_FOLDER).glob("*.part"))) == 1
        process.kill()
    assert content_of(store, "media/a.mp3") == b"old"
    assert [entry.key for entry in store.list()] == ["media/a.mp3"]


def test_processes_that_race_for_one_version_have_one_winner(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    old = store.replace("feed.xml", body(b"old"), TEXT, expected=None)
    racing = f"""
import io, hashlib, sys
from pathlib import Path
from publisher.errors import Conflict
from publisher.store.base import Body, Headers
from publisher.store.folder import FolderStore
content = sys.argv[1].encode()
body = Body(lambda: io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())
print("ready", flush=True)
sys.stdin.readline()
try:
    store = FolderStore(Path({str(tmp_path)!r}))
    store.replace("feed.xml", body, Headers("text/xml"), expected={old.version!r})
except Conflict:
    print("lost")
else:
    print("won")
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", racing, f"writer {number}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    answers = [process.communicate("go\n", timeout=60)[0] for process in processes]
    assert sorted(answers) == ["lost\n", "lost\n", "lost\n", "won\n"]
    assert content_of(store, "feed.xml") == b"writer %d" % answers.index("won\n")


def test_a_feed_of_any_size_has_its_content_for_a_version(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    content = b"<item/>" * 300_000
    stored = store.replace("feed.xml", body(content), TEXT, expected=None)
    assert stored.version == hashlib.sha256(content).hexdigest()
    status = (tmp_path / "feed.xml").stat()
    (tmp_path / "feed.xml").write_bytes(content.replace(b"i", b"I"))
    os.utime(tmp_path / "feed.xml", ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(Conflict):
        store.replace("feed.xml", body(b"late"), TEXT, expected=stored.version)


def _large_feed(folder: Path) -> Path:
    store = FolderStore(folder)
    store.replace("feed.xml", body(b"x" * (2 << 20)), TEXT, expected=None)
    return folder / "feed.xml"


def _version(folder: Path) -> str:
    found = FolderStore(folder).read("feed.xml", first_bytes=10)
    assert found is not None
    return found[1].version


def test_a_large_feed_that_stands_as_it_was_written_is_not_read_to_be_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = hashlib.sha256(_large_feed(tmp_path).read_bytes()).hexdigest()
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("the feed was read"))
    assert _version(tmp_path) == wanted
    store = FolderStore(tmp_path)
    store.replace("feed.xml", body(b"y" * (2 << 20)), TEXT, expected=wanted)
    assert _version(tmp_path) == hashlib.sha256(b"y" * (2 << 20)).hexdigest()


def test_a_large_feed_that_somebody_changed_has_another_version(tmp_path: Path) -> None:
    feed = _large_feed(tmp_path)
    before = feed.stat()
    with feed.open("r+b") as writer:
        writer.write(b"y")
    os.utime(feed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _version(tmp_path) == hashlib.sha256(b"y" + b"x" * ((2 << 20) - 1)).hexdigest()


@pytest.mark.parametrize(
    "said", [b"", b"\n\n", b"1 2 3 4 5\n" + b"0" * 64 + b"\n", b"\xff" * 100, b"a b\nc\n"]
)
def test_a_damaged_note_of_a_large_feed_costs_a_look(tmp_path: Path, said: bytes) -> None:
    feed = _large_feed(tmp_path)
    (note,) = (tmp_path / WORK_FOLDER).glob("feed-*")
    note.write_bytes(said)
    assert _version(tmp_path) == hashlib.sha256(feed.read_bytes()).hexdigest()


def test_empty_folders_go_with_their_last_object(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a/b/c/d.txt", body(b"d"), TEXT)
    store.put("a/e.txt", body(b"e"), TEXT)
    store.delete("a/b/c/d.txt")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["e.txt"]
    store.delete("a/e.txt")
    assert tmp_path.is_dir()
    assert not (tmp_path / "a").exists()


def test_progress_is_told_of_every_byte(tmp_path: Path) -> None:
    told: list[int] = []
    FolderStore(tmp_path).put("a.mp3", body(b"x" * 3_000_000), TEXT, progress=told.append)
    assert sum(told) == 3_000_000
    assert len(told) == 3


def test_a_store_that_vanishes_is_empty(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "public")
    store.put("a.txt", body(b"a"), TEXT)
    shutil.rmtree(tmp_path / "public")
    assert store.head("a.txt") is None
    assert list(store.list()) == []
    store.delete("a.txt")
