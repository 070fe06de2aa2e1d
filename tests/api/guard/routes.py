"""Every address of the application, with something that is really there to ask for."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import orjson
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient


class Address(NamedTuple):
    """A pattern, one of its methods, and how it is asked."""

    method: str
    pattern: str
    path: str
    json: Any = None
    form: dict[str, str] | None = None


def routes_of(app: Any) -> list[BaseRoute]:
    """Every route: the hot ones before FastAPI, and FastAPI's."""
    router = app.app
    found = [*router.routes, *router.default.router.routes]
    assert not any(isinstance(one, Mount) for one in found), "walk through the mounted routes too"
    return found


# What stands for the names in a pattern; `{number}` and `{id}` are found in the directory.
_FILLED = {
    "{postcode}": "B152TT",
    "{layer}": "hub",
    "{other}": "district",
    "{flow}": "early-help",
    "/static/{name}": "/static/favicon.svg",
    "/areas/{layer}/{code}": "/areas/district/E14000564",
    "/api/v1/layers/{layer}/areas/{code}": "/api/v1/layers/district/areas/E14000564",
}
_ASKED_WITH = {
    "/api/v1/points": "?lat=52.4532&lon=-1.9278",
    "/api/v1/suggest": "?q=hou",
}
_JSON: dict[str, Any] = {
    "/api/v1/postcodes": {"postcodes": ["B15 2TT"]},
    "/api/v1/services/search": {"text": "housing"},
    "/api/v1/pathways/{flow}/outcome": {"answers": {}},
}
_FORMS = {"/services/{number}/report": {"problem": "none of these"}}  # shown again, and nothing is kept
_NOT_BY_METHOD = {  # plain ASGI endpoints, which look at the method themselves
    "/api/v1/postcodes/{postcode}": ("GET",),
    "/api/v1/postcodes": ("POST",),
    "/api/v1/pathways/{flow}/outcome": ("POST",),
}


def addresses(app: Any, client: TestClient) -> list[Address]:
    """Every pattern with every method but HEAD. Fails for a new name in one: give it an example above."""
    found: list[Address] = []
    for route in routes_of(app):
        pattern = str(getattr(route, "path_format", ""))
        methods = sorted(getattr(route, "methods", None) or _NOT_BY_METHOD[pattern])
        for method in methods:
            if method == "HEAD":
                continue
            path = filled(pattern, client) + (_ASKED_WITH.get(pattern, "") if method == "GET" else "")
            json = form = None
            if method == "POST" and pattern.startswith("/api"):
                json = _JSON.get(pattern, {})
            elif method == "POST":
                form = _FORMS.get(pattern, {"postcode": "B15 2TT"})
            found.append(Address(method, pattern, path, json, form))
    return found


def filled(pattern: str, client: TestClient) -> str:
    """A path of the pattern at which there is something."""
    path = _FILLED.get(pattern, pattern)
    if path == "/maps/{name}":
        page = client.get("/areas/hub").text
        found = re.search(r'"(/maps/[^"?]+\.html)', page)
        path = found[1] if found else "/maps/none.html"
    for name, value in _FILLED.items():
        path = path.replace(name, value) if name.startswith("{") else path
    if "{urn}" in path:
        path = path.replace("{urn}", str(client.get("/api/v1/schools").json()["schools"][0]["urn"]))
    for name in ("{number}", "{id}"):
        if name in path:
            path = path.replace(name, _number(path, client))
    assert "{" not in path, f"give {pattern} an example in tests/api/guard/routes.py"
    return path


def _number(path: str, client: TestClient) -> str:
    room = {"organisations": "organizations"}.get(path.split("/")[1], path.split("/")[-2])
    if path.startswith("/services"):
        room = "services"
    listed = orjson.loads(client.get(f"/oruk/v3/{room}?per_page=1").content)
    return str(listed["contents"][0]["id"])


def ask(client: TestClient, address: Address, **headers: str) -> Any:
    """Ask for it as our own page or a program would."""
    own = {"sec-fetch-site": "same-origin"} if address.form is not None else {}
    return client.request(
        address.method,
        address.path,
        json=address.json,
        data=address.form,
        headers=own | headers,
        follow_redirects=False,
    )
