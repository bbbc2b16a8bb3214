"""Why a file cannot be tagged."""

from __future__ import annotations


class Unsuitable(Exception):
    """Why the file cannot be tagged, as the rest of a sentence that begins with its name."""
