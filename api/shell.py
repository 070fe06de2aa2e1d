"""Round every request: security headers, and one line of access log without anything a person typed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("earlyhelp")

_COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
]
_API_CSP = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_WITH_API_CSP = [*_COMMON, _API_CSP]


def templates_by_endpoint(routes: Iterable[BaseRoute], prefix: str = "") -> dict[int, str]:
    """The address pattern of every endpoint, such as `/api/v1/postcodes/{postcode}`, by its id."""
    found: dict[int, str] = {}
    for route in routes:
        path = prefix + str(getattr(route, "path_format", getattr(route, "path", "")))
        endpoint = getattr(route, "endpoint", None)
        if endpoint is not None:
            found[id(endpoint)] = path
        elif isinstance(route, Mount):
            found[id(route.app)] = path + "/…"
            found.update(templates_by_endpoint(route.routes or [], path))
    return found


Fault = Callable[[Request, Exception], Awaitable[Response]]


def log_fault(error: Exception) -> None:
    """The kind of fault and where it happened, never its text: that can hold what a person typed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    logger.error("fault: %s at %s", type(error).__name__, where)


class AccessLog:
    """One line a request, written in batches: a write for each would cost as much as the answer.

    Lines are held back for a quarter of a second at the most, and written at shutdown.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: list[str] = []
        self._second = 0
        self._stamp = ""

    def note(self, method: str, template: str, status: int, began: float) -> None:
        """Add a line. `began` is the `time.perf_counter()` at which the request did."""
        now = int(time.time())
        if now != self._second:
            self._second, self._stamp = now, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        if not self._lines:
            asyncio.get_running_loop().call_later(0.25, self.flush)
        taken = (time.perf_counter() - began) * 1000
        self._lines.append(f"{self._stamp} {method} {template} {status} {taken:.1f}ms\n")

    def flush(self) -> None:
        """Write what is held back."""
        lines, self._lines = self._lines, []
        self._out.write("".join(lines))
        self._out.flush()


def _at_home(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """A redirect without the host, which was taken from the request: it would lead wherever that says."""
    name, value = header
    if name != b"location" or b"://" not in value:
        return header
    parts = urlsplit(value)
    path = b"/" + parts.path.lstrip(b"/")
    return name, path + (b"?" + parts.query if parts.query else b"")


class Shell:
    """The outermost ASGI application.

    The log has the method, the pattern of the address, the status and the time taken: never the address
    itself, its query, a header or a body, for a postcode can stand in any of them.
    """

    def __init__(
        self, app: ASGIApp, templates: dict[int, str], fault: Fault, log: AccessLog | None = None
    ) -> None:
        self.app, self.templates, self.fault, self.log = app, templates, fault, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            try:
                await self.app(scope, receive, send)
            finally:
                if self.log:
                    self.log.flush()
            return
        began = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                own = b"content-security-policy" in dict(headers)
                message["headers"] = [*map(_at_home, headers), *(_COMMON if own else _WITH_API_CSP)]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            # Never let through to the server, whose log would hold the address and the error's text.
            if not status:
                response = await self.fault(Request(scope, receive), error)
                await response(scope, receive, sending)
        finally:
            if self.log:
                template = self.templates.get(id(scope.get("endpoint")), "(no such address)")
                self.log.note(scope["method"], template, status, began)
