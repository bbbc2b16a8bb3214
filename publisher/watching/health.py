"""How a watch is, over HTTP: for whoever restarts it when it is not well, and for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from publisher.errors import UsageError
from publisher.previewing.server import bind, serving
from publisher.status.gathering import gather
from publisher.status.prometheus import as_prometheus
from publisher.status.report import Status
from publisher.watching.show import Settings, ShowWatch

_FIGURES = "text/plain; version=0.0.4; charset=utf-8"


@contextmanager
def answering(shows: Sequence[ShowWatch], settings: Settings, address: str) -> Iterator[str]:
    """Answers while the block runs, and gives the base URL.

    `/health` is 200, or 503 while the last run of a show has not come to its end; `/metrics` is what
    `publisher status --prometheus` writes.

    Args:
        address: a port of this machine's own (loopback), or `HOST:PORT`.

    Raises:
        UsageError: the address is none, or taken.
    """
    host, _, port = address.rpartition(":")
    if not port.isascii() or not port.isdigit():
        raise UsageError(f"{address!r} is no address to answer at", help="write 9100, or 0.0.0.0:9100")
    listener = bind(int(port), host.strip("[]") or "127.0.0.1")
    app = Starlette(routes=[Route("/health", _health(shows)), Route("/metrics", _metrics(shows, settings))])
    app.state.live = None
    with serving(app, listener=listener) as url:
        yield url


def _health(shows: Sequence[ShowWatch]) -> Any:
    def answer(request: Request) -> Response:
        well = not any(show.is_failing for show in shows)
        document = {"status": "ok" if well else "failing", "shows": [_show(show) for show in shows]}
        return JSONResponse(document, 200 if well else 503, headers={"Cache-Control": "no-store"})

    return answer


def _show(show: ShowWatch) -> dict[str, Any]:
    last, due = show.last, show.agenda.due
    return {
        "show": show.name,
        "status": "failing" if show.is_failing else "ok",
        "last": {"time": last.when.isoformat(), "event": last.kind, "text": last.text} if last else None,
        "next_due": due.isoformat() if due else None,
        "waiting": [{"episode": item.slug, "reason": item.reason} for item in show.choice.waiting],
    }


def _metrics(shows: Sequence[ShowWatch], settings: Settings) -> Any:
    # Somebody asks every few seconds; a show is read again only once its watch has looked at it.
    known: dict[str, tuple[int, Status]] = {}

    def status(show: ShowWatch) -> Status:
        found = known.get(show.name)
        if found is None or found[0] != show.looks:
            looks = show.looks
            told = gather(show.folder, to=settings.to, endpoint=settings.endpoint, url=settings.url)
            found = known[show.name] = (looks, told)
        return found[1]

    def answer(request: Request) -> Response:
        return PlainTextResponse(as_prometheus(map(status, shows)), media_type=_FIGURES)

    return answer
