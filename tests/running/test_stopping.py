"""A run that is told to stop, as systemd and container engines do, ends at once and says so."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.release.trees import PUBLISHER, environment
from tests.support.require import require, require_program
from tests.support.shows import make_show

SECONDS = 60


@pytest.mark.parametrize("first_process", [False, True], ids=["among others", "first of its container"])
def test_a_publish_ends_when_it_is_terminated(tmp_path: Path, first_process: bool) -> None:
    show = make_show(tmp_path / "show", publish={"to": "s3://bucket"}, url="https://show.example/")
    start: list[str] = []
    if first_process:
        if os.geteuid() != 0:
            require("root", "only root can make a namespace of processes")
        start = [require_program("unshare"), "--pid", "--fork", "--kill-child"]
    # A store that takes the connection, and never answers.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = {"AWS_ENDPOINT_URL_S3": address, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        with subprocess.Popen(
            [*start, *PUBLISHER, "publish", str(show), "--quiet"],
            env=environment({**settings, "AWS_DEFAULT_REGION": "us-east-1"}),
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                connection, _ = listener.accept()
                with connection:
                    began = time.monotonic()
                    os.kill(_child(process.pid) if first_process else process.pid, signal.SIGTERM)
                    _, said = process.communicate(timeout=SECONDS)
            finally:
                process.kill()
    assert process.returncode == 130
    assert said.strip() == "interrupted; what was published before still stands"
    assert time.monotonic() - began < 5


def _child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
