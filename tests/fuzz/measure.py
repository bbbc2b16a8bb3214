"""Runs a target over one input in a process of its own, and says how long it took and how much memory.

python -m tests.fuzz.measure TARGET FILE
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.reading import READ

_ADDRESS_SPACE = 3 << 30
_MOST_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of processor time, and the largest resident size in MiB."""

    seconds: float
    mebibytes: float


def measure(target: str, file: Path) -> Measured:
    """Measures in a fresh process, which is ended after some seconds of work.

    Raises:
        AssertionError: it took longer, or ended in anything but a result.
    """
    command = [sys.executable, "-m", "tests.fuzz.measure", target, str(file)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode != -signal.SIGXCPU, f"{target} was still busy after {_MOST_SECONDS} s of work"
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-2000:]}"
    return Measured(**json.loads(done.stdout))


def main(target: str, file: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS + 1))
    read = READ[target]
    started = time.process_time()
    read(Path(file))
    seconds = time.process_time() - started
    # ru_maxrss would start from what the parent had when it forked.
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"seconds": seconds, "mebibytes": peak / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
