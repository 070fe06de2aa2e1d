"""The FastAPI application: the API, the pages, and what stands round both."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Lifespan

from api.directory_state import DirectoryState
from api.health import Ready, live
from api.oruk.routes import oruk_routes
from api.pages.responses import problem_page
from api.pages.routes import page_routes
from api.pathway_state import PathwayState
from api.problems import ProblemError, problem
from api.reply import OPEN_TO_ALL, Endpoint
from api.schools_state import LiveSchools, SchoolsState
from api.shell import AccessLog, Shell, log_fault, templates_by_endpoint
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

_FOR_PROGRAMS = ("/api", "/oruk", "/health")


def create_app(data: Path | None = None, var: Path | None = None, log: AccessLog | None = None) -> ASGIApp:
    """The application over the shipped data and what was built from it.

    Raises `GazetteerError` when nothing has been built, saying to run `earlyhelp geo build`.
    """
    return assemble(State(data or data_dir(), var or var_dir()), log)


def assemble(state: State, log: AccessLog | None = None) -> ASGIApp:
    """The application over a state that is already open."""
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
    site = LiveSite(state, directory, schools)
    app.state.front_door = site.front_door  # for pages that tell of a problem
    app.router.routes.extend(page_routes(site, pathways))

    async def fault(request: Request, error: Exception) -> Response:
        log_fault(error)
        if request.url.path.startswith(_FOR_PROGRAMS):
            told = "Something went wrong on our side. Try again, then tell the operator."
            return problem("fault", told, _open(request))
        call = state.answers.routing.frame(dt.datetime.now(dt.UTC)).call
        return problem_page(
            request,
            500,
            "Something went wrong on our side",
            "Try again in a minute.",
            f"If a child is in danger now, call {call.danger['telephone']}. To talk about a child in "
            f"Birmingham, call {call.now['role']} on {call.now['telephone']}.",
        )

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
    router = Router(hot, redirect_slashes=False, default=app, lifespan=_lifespan(directory, pathways))
    return Shell(router, templates, fault, log)


def _lifespan(directory: DirectoryState, pathways: PathwayState) -> Lifespan[Any]:
    """While the server runs: what there is of a directory is opened beside the first requests, and the
    questionnaires are read."""

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        directory.warm()
        pathways.warm()
        yield
        directory.close()

    return lifespan


def _open(request: Request) -> dict[str, str]:
    """What lets any site's script read the answers of the standard's addresses, errors too."""
    return OPEN_TO_ALL if request.url.path.startswith("/oruk") else {}


async def _told(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return error.response()


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    if request.url.path.startswith(_FOR_PROGRAMS):
        headers: dict[str, Any] = dict(getattr(error, "headers", None) or {}) | _open(request)
        if status == 405:
            return problem("method_not_allowed", "See /api/v1/openapi.json for what works here.", headers)
        told = "There is nothing at this address. See /api/v1/openapi.json."
        return problem("no_such_address", told, _open(request))
    title, words = _PAGE_PROBLEMS.get(
        status, ("That did not work", "Go back to the home page and try again.")
    )
    return problem_page(request, status, title, words)
