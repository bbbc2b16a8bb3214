"""What other programs say of a file."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.support.require import require_program


def ffprobe(path: Path) -> dict[str, Any]:
    """Its format, its streams and its chapters."""
    command = [require_program("ffprobe"), "-v", "error", "-show_format", "-show_streams", "-show_chapters"]
    done = subprocess.run([*command, "-of", "json", str(path)], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, as FFmpeg's own filter measures them."""
    command = [require_program("ffmpeg"), "-hide_banner", "-nostats", "-nostdin", "-i", str(path), "-vn"]
    command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    summary = said[said.rindex("Summary:") :]
    integrated = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-inf) dBFS", summary)
    assert integrated
    assert peak
    return float(integrated[1]), float(peak[1])


def complaints_of_mp3val(path: Path) -> list[str]:
    """Errors and warnings about frames; that there is no tag is no fault."""
    said = subprocess.run(
        [require_program("mp3val"), str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert "MPEG frames" in said
    lines = [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]
    return [line for line in lines if "No supported tags" not in line]
