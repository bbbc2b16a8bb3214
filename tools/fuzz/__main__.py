"""Fuzzes one target with atheris, which follows the code that the inputs reach: README.md says how."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["publisher"]):
    from tests.fuzz import strategies
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Writes the target's seeds into its corpus, and fuzzes until told to stop."""
    name, corpus, *options = sys.argv[1:]
    folder = Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_seeds(name)):
        (folder / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], str(folder), *options], TARGETS[name])
    atheris.Fuzz()


def _seeds(name: str) -> list[bytes]:
    if name in ("audio", "mp4-chapters"):
        return strategies.AUDIO_SEEDS
    if name == "artwork":
        return strategies.picture_seeds()
    if name == "yaml":
        return strategies.YAML_SEEDS
    if name == "markdown":
        return strategies.NOTES_SEEDS
    cases = Path(__file__).parents[2] / "tests" / "fuzz" / "cases" / name
    return strategies.transcript_seeds(name) + [path.read_bytes() for path in sorted(cases.glob("*"))]


if __name__ == "__main__":
    main()
