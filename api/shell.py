"""Round every request: its name, the gate, what every answer has, the log and the figures."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guard.gate import Gate
from api.guard.headers import Seal
from api.guard.identity import given_id, new_id, request_id
from api.log import METHODS, NO_SUCH, REFUSED, AccessLog
from api.metrics import Measures

PEER_IS_OURS = "earlyhelp.peer_is_ours"  # of a scope: whether a trusted proxy sent it


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


class Shell:
    """The outermost ASGI application, but for what believes a proxy (`api.app.behind_proxies`)."""

    def __init__(
        self,
        app: ASGIApp,
        templates: dict[int, str],
        fault: Fault,
        gate: Gate,
        seal: Seal,
        *,
        log: AccessLog | None = None,
        measures: Measures | None = None,
    ) -> None:
        self.app, self.templates, self.fault = app, templates, fault
        self.gate, self.seal, self.log, self.measures = gate, seal, log, measures

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
        name = given_id(scope) if PEER_IS_OURS in scope else new_id()
        request_id.set(name)
        status = 0
        refusal = None

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self.seal.headers(scope, status, message["headers"], name)
            await send(message)

        try:
            refusal = self.gate.refusal(scope)
            if refusal is None:
                await self.app(scope, receive, sending)
            else:
                await self.gate.response(scope, refusal)(scope, receive, sending)
        except Exception as error:
            # Never let through to the server, whose log would hold the address and the error's text.
            if not status:
                response = await self.fault(Request(scope, receive), error)
                await response(scope, receive, sending)
        finally:
            taken = time.perf_counter() - began
            template = REFUSED if refusal else self.templates.get(id(scope.get("endpoint")), NO_SUCH)
            if self.log:
                method = scope["method"]
                self.log.note(method if method in METHODS else "OTHER", template, status, taken, name)
            if self.measures:
                self.measures.note(template, status, taken)
