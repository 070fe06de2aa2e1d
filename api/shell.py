"""Round every request: security headers, and one line of access log without anything a person typed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("earlyhelp.access")

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
        path = prefix + str(getattr(route, "path", ""))
        endpoint = getattr(route, "endpoint", None)
        if endpoint is not None:
            found[id(endpoint)] = path
        elif isinstance(route, Mount):
            found[id(route.app)] = path + "/…"
            found.update(templates_by_endpoint(route.routes or [], path))
    return found


class Shell:
    """The outermost ASGI application.

    The log has the method, the pattern of the address, the status and the time taken: never the address
    itself, its query, a header or a body, for a postcode can stand in any of them.
    """

    def __init__(self, app: ASGIApp, templates: dict[int, str]) -> None:
        self.app, self.templates = app, templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                own = any(name == b"content-security-policy" for name, _value in headers)
                message["headers"] = [*headers, *(_COMMON if own else _WITH_API_CSP)]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            if logger.isEnabledFor(logging.INFO):
                taken = (time.perf_counter() - began) * 1000
                template = self.templates.get(id(scope.get("endpoint")), "(no such address)")
                logger.info("%s %s %d %.1fms", scope["method"], template, status, taken)
