"""Which stand of the show is served now, and pages that are told when it is another one.

Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the browser asks again by
itself where the connection ends, so that a page comes back to life with the next `publisher preview`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from secrets import token_hex
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

# No object has an address with a dot before it, so none is hidden.
_FOLDER: Final = "/.preview/"
EVENTS: Final = f"{_FOLDER}events"
SCRIPT: Final = f"{_FOLDER}reload.js"

_LOOK_SECONDS: Final = 0.2
_ALIVE_SECONDS: Final = 15.0
_UNCACHED: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Served:
    """What a server answers from.

    Attributes:
        layers: folders, asked in turn; the first that holds an object wins.
        public_url: address that the files were written for.
        redirect: address to which paths that no layer holds are sent on; empty for none.
    """

    layers: tuple[Path, ...]
    public_url: str
    redirect: str = ""


class Live:
    """A stand that another one can take the place of, from any thread."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self._version = token_hex(8)
        self._problems: tuple[str, ...] = ()
        self._closed = False

    def replace(self, served: Served) -> None:
        """Serves this from now on; pages that are open load themselves again."""
        self.served = served
        self._problems = ()
        self._version = token_hex(8)

    def tell(self, problems: Sequence[str]) -> None:
        """Lets open pages say why they are not of the show as it is now."""
        self._problems = tuple(problems)

    def close(self) -> None:
        """Ends the connections of open pages, which would keep a server from ending."""
        self._closed = True

    def with_script(self, page: bytes) -> bytes:
        """An HTML page that loads itself again once there is another stand."""
        tag = f'<script type="module" src="{SCRIPT}?of={self._version}"></script>\n'.encode()
        head, end, rest = page.partition(b"</head>")
        return head + tag + end + rest if end else page

    def answer(self, request: Request) -> Response | None:
        """What pages ask for to hear of changes; None for every other path."""
        match request.scope["path"]:
            case path if path == SCRIPT:
                return Response(_script(), media_type="text/javascript", headers=_UNCACHED)
            case path if path == EVENTS:
                return StreamingResponse(self._events(), media_type="text/event-stream", headers=_UNCACHED)
        return None

    async def _events(self) -> AsyncIterator[bytes]:
        told, silent_seconds = None, 0.0
        while not self._closed:
            now = (self._version, self._problems)
            if now != told:
                told, silent_seconds = now, 0.0
                yield f"data: {json.dumps({'version': now[0], 'problems': now[1]})}\n\n".encode()
            elif silent_seconds >= _ALIVE_SECONDS:
                # Writing is how a connection that is gone is found out.
                silent_seconds = 0.0
                yield b": still here\n\n"
            await asyncio.sleep(_LOOK_SECONDS)
            silent_seconds += _LOOK_SECONDS


@cache
def _script() -> bytes:
    return files("publisher.previewing").joinpath("reload.js").read_bytes()
