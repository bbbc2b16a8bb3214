"""A line `00:00:00 Title`, as people write chapters for apps and for video sites."""

from __future__ import annotations

import re
from typing import Final

from publisher.chapters.draft import CLOCK

LINE: Final = re.compile(
    rf"(?:(?:[-*+•]|\d{{1,3}}[.)])\s+)?(?:\*\*)?[(\[]?{CLOCK}[)\]]?(?:\*\*)?(?!\d|:\d)\s*(?:[-–—:|]\s*)?(.*)"
)
"""A stripped line: a bullet or none, the time (four groups), a mark or none, the title (the fifth)."""
