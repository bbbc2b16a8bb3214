"""The answers of a quiz as they travel in a page: not to be read by accident, and no secret. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from itertools import cycle


def sealed(answers: Sequence[tuple[int, str]], guid: str) -> str:
    """Answers, each with its explanation as a safe fragment of HTML, so that a page does not show them.

    JSON, each byte of it XORed with the GUID's bytes in turn, as base64: `static/sealed.js` opens it.
    """
    told = [{"answer": answer, "explanation": explanation} for answer, explanation in answers]
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    key = cycle(guid.encode() or b"\0")
    return base64.b64encode(bytes(byte ^ other for byte, other in zip(data, key, strict=False))).decode()
