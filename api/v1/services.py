"""The directory under /api/v1: search, one service, one organisation, suggestions, needs, everything."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.directory_state import Current, DirectoryState
from api.problems import NO_STORE, SAMPLES, ProblemError, problem
from api.reply import Endpoint, gone, json_reply, lines_reply, reply
from api.v1.changes import Changes
from api.v1.finding import FILTERS, NAMES, PLAIN, PRIVATE, Known, asked_of
from api.v1.parameters import read_query
from directory.prepared import ATTRIBUTION

if TYPE_CHECKING:
    from directory.search.filters import Asked

LARGEST_BODY = 1 << 14
MOST_SUGGESTED = 20
LONGEST_PREFIX = 100
# A whole postcode among other words: it may stand in no address.
WITH_POSTCODE = re.compile(
    r"(?<![A-Z0-9])[A-Z]{1,2}[0-9][0-9A-Z]?[\W_]*[0-9][A-Z]{2}(?![A-Z0-9])", re.IGNORECASE
)
_BY_POST = (
    "A postcode is never sent in an address, where logs would keep it: POST it to /api/v1/services/search."
)


def service_routes(directory: DirectoryState) -> list[BaseRoute]:
    """The addresses of the directory."""
    rooms, changes = Rooms(directory), Changes(directory)
    addresses: dict[str, Callable[[Request], Response]] = {
        "/api/v1/services": rooms.search,
        "/api/v1/services.ndjson": rooms.everything,
        "/api/v1/services/{id}": rooms.service,
        "/api/v1/organizations/{id}": rooms.organization,
        "/api/v1/suggest": rooms.suggest,
        "/api/v1/needs": rooms.needs,
        "/api/v1/changes": changes.page,
        "/api/v1/changes.atom": changes.atom,
    }
    search = SearchByBody(directory)
    return [
        Route("/api/v1/services/search", search.answer, methods=["POST"]),
        *(Route(path, Endpoint(handler).answer, methods=["GET"]) for path, handler in addresses.items()),
    ]


class Rooms:
    """One method an address."""

    def __init__(self, directory: DirectoryState) -> None:
        self.directory = directory

    def search(self, request: Request) -> Response:
        """`GET /api/v1/services`: a search without a postcode."""
        query = request.scope["query_string"]
        values: dict[str, Any] = {}
        try:
            values = dict(read_query(query, NAMES))
        except ProblemError as error:
            if error.members.get("parameter") == PRIVATE:
                raise ProblemError("unknown_parameter", _BY_POST, parameter=PRIVATE) from None
            raise
        if WITH_POSTCODE.search(values.get("text", "")):
            raise ProblemError("bad_parameter", _BY_POST, parameter="text")
        current = self.directory.current()
        asked = asked_of(values, known(self.directory, current))
        return reply(request, told(current, asked))

    def service(self, request: Request) -> Response:
        """`GET /api/v1/services/{id}`."""
        from api.v1.listing import service_facts

        return self._one(request, "service", service_facts)

    def organization(self, request: Request) -> Response:
        """`GET /api/v1/organizations/{id}`."""
        from api.v1.listing import organization_facts

        return self._one(request, "organization", organization_facts)

    def _one(self, request: Request, room: str, make: Callable[[Current, str], Any]) -> Response:
        read_query(request.scope["query_string"], ())
        current, typed = self.directory.current(), request.path_params["id"]
        number = number_of(typed)
        found = make(current, number)
        if found is not None:
            return json_reply(request, found)
        moved = current.published.redirect(number)
        if moved:
            headers = {"location": f"/api/v1/{room}s/{moved}"}
            return problem("moved", "This listing was merged into another one.", headers, id=moved)
        if self.directory.withdrawn(number):
            return gone(number)
        raise ProblemError("no_such_listing", f"No {room} that is published has this id.")

    def suggest(self, request: Request) -> Response:
        """`GET /api/v1/suggest?q=`."""
        values = read_query(request.scope["query_string"], ("q", "limit"))
        written = values.get("limit") or "8"
        limit = int(written) if re.fullmatch(r"[0-9]{1,3}", written) else 0
        if not 1 <= limit <= MOST_SUGGESTED:
            told = f"limit must be a whole number from 1 to {MOST_SUGGESTED}."
            raise ProblemError("bad_parameter", told, parameter="limit")
        if WITH_POSTCODE.search(values.get("q", "")):
            raise ProblemError("bad_parameter", _BY_POST, parameter="q")
        current = self.directory.current()
        found = current.finder.suggest(values.get("q", "")[:LONGEST_PREFIX], limit)
        return json_reply(request, {"suggestions": found, "revision": current.revision})

    def needs(self, request: Request) -> Response:
        """`GET /api/v1/needs`."""
        read_query(request.scope["query_string"], ())
        current = self.directory.current()
        return json_reply(request, {"needs": current.finder.needs(), "revision": current.revision})

    def everything(self, request: Request) -> Response:
        """`GET /api/v1/services.ndjson`: every service as `/services/{id}` has it, one a line."""
        from api.v1.listing import service_facts

        read_query(request.scope["query_string"], ())
        current = self.directory.current()
        found = (service_facts(current, number) for number in current.published.ids("service"))
        return lines_reply(request, (orjson.dumps(one) for one in found if one is not None), seal="")


class SearchByBody:
    """`POST /api/v1/services/search` with `{"text": …, "postcode": …, "filters": {…}}`."""

    def __init__(self, directory: DirectoryState) -> None:
        self.directory = directory
        self._answer = Endpoint(self._found)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return problem("body_too_large", f"The body may hold {LARGEST_BODY // 1024} kB at the most.")
        request.state.body = body
        return await self._answer.answer(request)

    def _found(self, request: Request) -> Response:
        read_query(request.scope["query_string"], ())
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise ProblemError("not_json", "Send the search as JSON, with Content-Type: application/json.")
        values = body_values(request.state.body)
        current = self.directory.current()
        asked = asked_of(values, known(self.directory, current))
        return reply(request, told(current, asked), cache=NO_STORE)


def body_values(body: bytes) -> dict[str, Any]:
    """The values of a body, its filters beside the rest. Raises `ProblemError`."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemError("not_json", f"The body is not JSON: {error}.") from None
    filters = sent.get("filters", {}) if isinstance(sent, dict) else None
    if not isinstance(filters, dict):
        raise ProblemError(
            "bad_body", 'The body must be an object such as {"text": "self harm", "filters": {"age": 14}}.'
        )
    outer = {name: value for name, value in sent.items() if name != "filters"}
    for held, allowed in ((outer, (*PLAIN, PRIVATE)), (filters, FILTERS)):
        for name in held:
            if name not in allowed:
                known_names = ", ".join(allowed)
                raise ProblemError(
                    "bad_body", f"There is no member {name!r} here. There are: {known_names}.", parameter=name
                )
    return outer | filters


def told(current: Current, asked: Asked) -> bytes:
    """The answer of a search as JSON, with what it was made from and what must be said of it."""
    tail = {
        "versions": {"directory": current.seal, "gazetteer": current.geography.gazetteer.release},
        "notice": SAMPLES,
        "attribution": ATTRIBUTION,
    }
    return current.finder.answer(asked)[:-1] + b"," + orjson.dumps(tail)[1:]


def known(directory: DirectoryState, current: Current) -> Known:
    """The words that filters may use today."""
    return Known(directory.state.current(), current.needs.codes)


def number_of(typed: str) -> str:
    """An id as it is stored, in whatever way a UUID was written."""
    try:
        return str(uuid.UUID(typed))
    except ValueError:
        return typed
