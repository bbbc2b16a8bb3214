"""The process ends at once: with its status, all that was said written, and libraries tidied up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.shows import make_show

FULL = Path("/dev/full")

BEGINNING = """
import atexit, os, pathlib, subprocess, sys, tempfile, threading
from publisher import __main__, cli

run = cli.run

def command(arguments):
    {body}

cli.run = command
__main__.main()
"""


def run(body: str, cwd: Path, closing: str = "", **files: object) -> subprocess.CompletedProcess[str]:
    """A command that does what the body says, as a process.

    Args:
        closing: how a shell closes streams of it.
    """
    lines = BEGINNING.format(body="\n    ".join(body.strip().splitlines()))
    options: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | files
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-c", lines],
        **options,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("status", [0, 1, 2, 4, 130])
def test_what_was_said_is_written_and_the_status_given(tmp_path: Path, status: int) -> None:
    said = "x" * 100_000
    done = run(f"sys.stdout.write({said!r}); sys.stderr.write('and this')\nreturn {status}", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (status, said, "and this")


def test_libraries_tidy_up(tmp_path: Path) -> None:
    body = f"""
made = tempfile.TemporaryDirectory(dir={str(tmp_path)!r})
cli.left = made
atexit.register(pathlib.Path("tidied").touch)
return 0
"""
    done = run(body, tmp_path)
    assert done.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["tidied"]


def test_a_thread_at_work_is_waited_for(tmp_path: Path) -> None:
    body = """
def work():
    threading.main_thread().join()
    pathlib.Path("done").touch()
threading.Thread(target=work).start()
return 3
"""
    assert run(body, tmp_path).returncode == 3
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_nobody_reads_what_is_said(tmp_path: Path, stream: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        files: dict[str, Any] = {stream: writing}
        done = run(f"sys.{stream}.write('x')\nreturn 0", tmp_path, **files)
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert "Traceback" not in (done.stderr or "")


@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_job_with_closed_streams_writes_into_no_file_of_ours(tmp_path: Path, closing: str) -> None:
    body = """
with open("ours", "w") as ours:
    print("said")
    print("said", file=sys.stderr)
    assert not sys.stdin.read()
    told = subprocess.run(["sh", "-c", "echo told; echo told >&2"]).returncode
    ours.write("own")
return told
"""
    assert run(body, tmp_path, closing).returncode == 0
    assert (tmp_path / "ours").read_text() == "own"


def test_one_command_leaves_what_it_made_and_many_shows_do_not(tmp_path: Path) -> None:
    body = """
from publisher import garbage
class Large:
    def __del__(self):
        print("taken apart", flush=True)
if {near}:
    garbage.end_is_near()
garbage.leave(Large())
print("end")
return 0
"""
    assert run(body.format(near=True), tmp_path).stdout == "end\n"
    assert run(body.format(near=False), tmp_path).stdout == "taken apart\nend\n"


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["status"], ["status", "--json"], ["plan"], ["check"], ["calendar"]])
def test_output_that_nothing_takes_is_said_to_be_so(arguments: list[str], tmp_path: Path) -> None:
    """As where stdout is a file on a full disk."""
    make_show(tmp_path / "show")
    with FULL.open("w") as full:
        done = run(f"return run({[*arguments, 'show']!r})", tmp_path, stdout=full)
    assert done.returncode == 3
    told = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert told == ["error: the output could not be written: No space left on device"]
    assert "make room" in done.stderr
    assert "should not" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_what_cannot_be_said_on_stderr_ends_nothing(tmp_path: Path) -> None:
    make_show(tmp_path / "show")
    with FULL.open("w") as full:
        done = run("return run(['publish', 'show', '--to', 'public', '-v'])", tmp_path, stderr=full)
    assert done.returncode == 0
    assert (tmp_path / "public" / "feed.xml").is_file()
