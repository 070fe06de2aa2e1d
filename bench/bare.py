"""The bare applications that ours is measured against: one JSON route each, nothing else."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def hello(request: Request) -> JSONResponse:
    """A small JSON answer made from the path."""
    return JSONResponse({"hello": request.path_params["name"]})


starlette_app = Starlette(routes=[Route("/hello/{name}", hello)])

fastapi_app = FastAPI()


@fastapi_app.get("/hello/{name}")
async def greet(name: str) -> dict[str, str]:
    """The same in FastAPI."""
    return {"hello": name}
