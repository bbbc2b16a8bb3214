"""Secrets that can be recognised, and a look at every place where they must not turn up."""

from __future__ import annotations

import base64
import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.support.sample import command, plain_environment

ACCESS_KEY: Final = "PLANTED-ACCESS-Zq81"
SECRET_KEY: Final = "planted/secret+Zq82/0123456789abcdef"
TOKEN: Final = "planted-token-Zq83//0123456789abcdef=="
PASSWORD: Final = "planted-password-Zq84"
ALL: Final = (ACCESS_KEY, SECRET_KEY, TOKEN, PASSWORD)

ENVIRONMENT: Final[dict[str, str]] = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_SESSION_TOKEN": TOKEN,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    # What may be asked for past the store is not looked for in this environment's network.
    "NO_PROXY": "127.0.0.1",
}


@dataclass
class Traces:
    """All that a command left behind.

    Attributes:
        titles: command lines and names of its processes and threads, as anybody on the machine sees them.
        places: what was searched, by a name.
    """

    status: int
    stdout: str
    stderr: str
    titles: set[bytes]
    places: dict[str, bytes] = field(default_factory=dict)

    def search(self, *secrets: str) -> list[str]:
        """Where any of the secrets stands, in whatever spelling."""
        places = {
            "stdout": self.stdout.encode(),
            "stderr": self.stderr.encode(),
            "process titles": b"\n".join(self.titles),
            **self.places,
        }
        return [
            f"{name}: {secret}"
            for name, data in places.items()
            for secret in secrets
            if any(spelling in data for spelling in spellings(secret))
        ]


def spellings(secret: str) -> set[bytes]:
    """A secret as it is, and as others would write it."""
    data = secret.encode()
    # Base64 of something longer that holds it: one of three places in a group, ends cut off.
    inside = {base64.b64encode(b"\0" * shift + data)[4:-4] for shift in range(3)}
    return {data, quote(secret, safe="").encode(), data.hex().encode(), data[::-1]} | inside


def run(
    *arguments: str | Path,
    folder: Path,
    environment: Mapping[str, str],
    seconds: float = 120,
) -> Traces:
    """Runs a command in `folder`: gathers what it says and leaves there, and what it is called meanwhile."""
    out, err = folder / "stdout.txt", folder / "stderr.txt"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            command(*arguments),
            cwd=folder,
            env=plain_environment(folder, environment),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
    titles: set[bytes] = set()
    waited = 0.0
    with process:
        while waited < seconds:
            titles |= set(_titles(process.pid))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
                break
            waited += 0.02
        else:
            process.kill()
            raise AssertionError(f"it did not end within {seconds} s")
    traces = Traces(process.returncode, out.read_text("utf-8"), err.read_text("utf-8"), titles)
    out.unlink()
    err.unlink()
    assert traces.titles, "nobody looked at the process while it ran"
    traces.places = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    return traces


def _titles(pid: int) -> Iterator[bytes]:
    """What the process tables of the machine show of a process and its children."""
    with contextlib.suppress(OSError):
        process = Path(f"/proc/{pid}")
        yield (process / "cmdline").read_bytes()
        for task in (process / "task").iterdir():
            yield (task / "comm").read_bytes()
            for child in (task / "children").read_text().split():
                yield from _titles(int(child))
