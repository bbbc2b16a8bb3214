"""Copies a folder as a slow disk would, a piece whenever it is told to: `slow_copy.py SOURCE TARGET`."""

from __future__ import annotations

import sys
from pathlib import Path


def main(source: Path, target: Path) -> None:
    target.mkdir()
    for path in sorted(source.iterdir()):
        data = path.read_bytes()
        with (target / path.name).open("wb", buffering=0) as copy:
            for start in range(0, len(data), 1500):
                copy.write(data[start : start + 1500])
                print("copied", flush=True)
                sys.stdin.readline()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
