"""The FastAPI application: the API, the pages, and what stands round both."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.directory_state import DirectoryState
from api.guard.gate import Gate, for_a_program, open_to_all
from api.guard.headers import Seal
from api.guard.identity import request_id
from api.health import Ready, live
from api.log import AccessLog, events, log_fault
from api.metrics import Measures, Metrics
from api.oruk.routes import oruk_routes
from api.pages.doors import Doors
from api.pages.responses import problem_page
from api.pages.routes import page_routes
from api.pathway_state import PathwayState
from api.problems import NO_STORE, ProblemError, problem
from api.reply import Endpoint
from api.schools_state import LiveSchools, SchoolsState
from api.settings import Settings, read_settings, shown
from api.shell import PEER_IS_OURS, Shell, templates_by_endpoint
from api.site import LiveSite
from api.state import State
from api.v1.areas import add_area_routes
from api.v1.openapi import document
from api.v1.pathways import Outcomes, pathway_addresses
from api.v1.postcodes import ManyPostcodes, OnePostcode
from api.v1.schools import school_routes
from api.v1.services import service_routes
from geo.home import data_dir, var_dir

_PAGE_PROBLEMS = {
    404: ("Page not found", "If you typed the address, check it. You can start again from the home page."),
    405: ("That does not work here", "Go back to the home page and start from there."),
}


def create_app(
    data: Path | None = None,
    var: Path | None = None,
    log: AccessLog | None = None,
    settings: Settings | None = None,
) -> ASGIApp:
    """The application over the shipped data and what was built from it, with the environment's settings.

    Raises `GazetteerError` when nothing has been built, saying to run `earlyhelp geo build`, and
    `SettingsError`.
    """
    return assemble(State(data or data_dir(), var or var_dir()), log, settings)


def assemble(state: State, log: AccessLog | None = None, settings: Settings | None = None) -> ASGIApp:
    """The application over a state that is already open."""
    settings = settings or read_settings()
    app = FastAPI(
        title="Early Help Finder",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
    )
    directory = DirectoryState(state)
    pathways = PathwayState(state, directory)
    schools = LiveSchools(SchoolsState(state))
    add_area_routes(app, state)

    async def openapi(_request: Request) -> Response:
        return JSONResponse(document(), headers={"cache-control": "private, max-age=300"})

    app.router.routes.append(Route("/api/v1/openapi.json", openapi, methods=["GET"]))
    app.router.routes.extend(service_routes(directory))
    app.router.routes.extend(school_routes(state, schools))
    app.router.routes.extend(pathway_addresses(pathways))
    app.router.routes.extend(oruk_routes(directory))
    app.router.routes.append(Route("/health/live", Endpoint(live).answer, methods=["GET"]))
    ready = Ready(state, directory, pathways)
    app.router.routes.append(Route("/health/ready", Endpoint(ready.answer).answer, methods=["GET"]))
    measures = None
    if settings.metrics != "off":
        measures = Measures()
        figures = Metrics(measures, settings, state, directory, pathways, ready)
        app.router.routes.append(Route("/metrics", Endpoint(figures.answer).answer, methods=["GET"]))
    site = LiveSite(state, directory, schools)
    app.state.doors = doors = Doors(site, pathways)  # for pages that tell of a problem
    app.router.routes.extend(page_routes(site, pathways, settings.operator))

    async def fault(request: Request, error: Exception) -> Response:
        log_fault(error)
        if for_a_program(request.url.path):
            told = "Something went wrong on our side. Try again, then tell the operator the request_id."
            return problem("fault", told, open_to_all(request.url.path))
        title = "Something went wrong on our side"
        words = [
            "Try again in a minute.",
            f"If it goes on, tell whoever runs this website this number: {request_id.get()}.",
        ]
        try:
            return problem_page(request, 500, title, *words, doors=doors)
        except Exception as again:  # whom to call may not hang on a template
            log_fault(again)
            told = "\n\n".join([title, pathways.call_words(), *words])
            return PlainTextResponse(told, 500, {"cache-control": NO_STORE})

    app.add_exception_handler(ProblemError, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _http)
    app.add_exception_handler(Exception, fault)
    # The hot addresses stand before FastAPI, whose own machinery costs more than the lookup does.
    hot = [
        Route("/api/v1/postcodes/{postcode:path}", OnePostcode(state)),
        Route("/api/v1/postcodes", ManyPostcodes(state)),
        Route("/api/v1/pathways/{flow}/outcome", Outcomes(pathways)),
    ]
    templates = templates_by_endpoint([*hot, *app.router.routes])
    router = Router(
        hot, redirect_slashes=False, default=app, lifespan=_lifespan(directory, pathways, settings)
    )
    gate = Gate(settings, doors)
    shell = Shell(router, templates, fault, gate, Seal(settings.hsts, templates), log=log, measures=measures)
    return behind_proxies(shell, settings.proxies) if settings.proxies else shell


def behind_proxies(shell: ASGIApp, proxies: tuple[str, ...]) -> ASGIApp:
    """The application where `proxies` are believed: who asks, by which scheme, and the request's name."""
    believing = ProxyHeadersMiddleware(shell, list(proxies))  # type: ignore[arg-type]

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client and client[0] in believing.trusted_hosts:
            scope[PEER_IS_OURS] = True
        await believing(scope, receive, send)  # type: ignore[arg-type]

    return asked


def _lifespan(directory: DirectoryState, pathways: PathwayState, settings: Settings) -> Lifespan[Any]:
    """While the server runs: what there is of a directory is opened beside the first requests, and the
    questionnaires are read."""

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        events.info("started", process=os.getpid(), **shown(settings))
        directory.warm()
        pathways.warm()
        yield
        directory.close()
        events.info("stopped", process=os.getpid())

    return lifespan


async def _told(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return error.response()


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    if for_a_program(request.url.path):
        headers: dict[str, Any] = dict(getattr(error, "headers", None) or {}) | open_to_all(request.url.path)
        if status == 405:
            return problem("method_not_allowed", "See /api/v1/openapi.json for what works here.", headers)
        told = "There is nothing at this address. See /api/v1/openapi.json."
        return problem("no_such_address", told, open_to_all(request.url.path))
    title, words = _PAGE_PROBLEMS.get(
        status, ("That did not work", "Go back to the home page and try again.")
    )
    return problem_page(request, status, title, words)
