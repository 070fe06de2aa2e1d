"""The addresses of `/oruk/v3`: what the Open Referral UK 3.0 standard says each of them answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.directory_state import Current, DirectoryState
from api.oruk import asked
from api.oruk.rows import minimal, own, rows
from api.problems import NO_STORE, SAMPLES, ProblemError, problem
from api.reply import Endpoint, gone, json_reply, lines_reply, preflight, reply, seal_of
from directory.areas import today
from directory.prepared import ATTRIBUTION
from directory.store.standard import Content

if TYPE_CHECKING:
    from api.oruk.catalogue import Catalogue
    from directory.search.reach import Home

BASE = "/oruk/v3"
VERSION = "HSDS-UK-3.0"
PROFILE = "https://docs.openreferraluk.org/en/latest/"

Make = Callable[[str], Content | None]


def oruk_routes(directory: DirectoryState) -> list[BaseRoute]:
    """The addresses of the standard over the directory."""
    rooms = Rooms(directory)
    found: list[BaseRoute] = []
    addresses = {
        "": rooms.base,
        "/": rooms.base,
        "/services": rooms.services,
        "/services/{id}": rooms.service,
        "/service_at_locations": rooms.places,
        "/service_at_locations/{id}": rooms.place,
        "/organizations": rooms.organizations,
        "/organizations/{id}": rooms.organization,
        "/taxonomies": rooms.taxonomies,
        "/taxonomies/{id}": rooms.taxonomy,
        "/taxonomy_terms": rooms.terms,
        "/taxonomy_terms/{id}": rooms.term,
    }
    for path, handler in addresses.items():
        answer = Endpoint(handler, open_to_all=True).answer
        found.append(Route(BASE + path, answer, methods=["GET"]))
        found.append(Route(BASE + path, preflight, methods=["OPTIONS"]))
    return found


class Rooms:
    """One method an address."""

    def __init__(self, directory: DirectoryState) -> None:
        self.directory = directory

    def base(self, request: Request) -> Response:
        """What this API is."""
        asked.read(request.scope["query_string"], ())
        described = str(request.base_url).rstrip("/") + "/api/v1/openapi.json"
        facts = {"version": VERSION, "profile": PROFILE, "openapi_url": described}
        return json_reply(request, facts | {"attribution": ATTRIBUTION, "notice": SAMPLES})

    def services(self, request: Request) -> Response:
        """The services that the parameters keep."""
        current = self.directory.current()
        values = asked.read(request.scope["query_string"], (*asked.SERVICES, *asked.PAGING))
        wanted = asked.wanted_of(values)
        # `minimal` is for taking everything at once.
        page = asked.page_of(values, asked.MOST_PAGE if wanted.minimal else asked.PER_PAGE)
        catalogue = current.catalogue

        def make(number: str) -> Content | None:
            if wanted.minimal:
                return minimal(number, catalogue.modified(number))
            return catalogue.service(number, full=wanted.full or page.lines)

        def ids() -> Sequence[str]:
            return catalogue.services(wanted, *self._asked(current, wanted))

        return self._list(request, current, page, ids, make, private=bool(wanted.postcode))

    def places(self, request: Request) -> Response:
        """The services at locations that the parameters keep: the same parameters as for services."""
        current = self.directory.current()
        values = asked.read(request.scope["query_string"], (*asked.SERVICES, *asked.PAGING))
        wanted = asked.wanted_of(values)
        page = asked.page_of(values, asked.MOST_PAGE if wanted.minimal else asked.PER_PAGE)
        catalogue = current.catalogue

        def make(number: str) -> Content | None:
            if wanted.minimal:
                return minimal(number, catalogue.modified(catalogue.place_facts()[number].service))
            return catalogue.place(number, full=wanted.full or page.lines)

        def ids() -> Sequence[str]:
            return catalogue.places(wanted, *self._asked(current, wanted))

        return self._list(request, current, page, ids, make, private=bool(wanted.postcode))

    def _asked(
        self, current: Current, wanted: asked.Wanted
    ) -> tuple[Sequence[str] | None, Home | None, dt.date]:
        from api.oruk.reading import home_of, matching

        words = matching(current.finder, wanted.search) if wanted.search else None
        home = None
        if wanted.postcode:
            home = home_of(current.geography, wanted.postcode, wanted.metres is not None)
        return words, home, today()

    def organizations(self, request: Request) -> Response:
        """The organisations, found by the words of their names and descriptions."""
        current = self.directory.current()
        values = asked.read(request.scope["query_string"], ("search", "full_service", "full", *asked.PAGING))
        page = asked.page_of(values)
        full, services = asked.truth(values, "full"), asked.truth(values, "full_service")
        catalogue, words = current.catalogue, values.get("search", "").casefold().split()

        def ids() -> Sequence[str]:
            found = current.published.ids("organization")
            return [one for one in found if _has(catalogue.organization(one), words)] if words else found

        def make(number: str) -> Content | None:
            return catalogue.organization(number, services=services, whole=full or page.lines)

        return self._list(request, current, page, ids, make)

    def taxonomies(self, request: Request) -> Response:
        """The taxonomies, without their terms."""
        current = self.directory.current()
        values = asked.read(request.scope["query_string"], ("search", *asked.PAGING))
        page, words = asked.page_of(values), values.get("search", "").casefold().split()
        found = current.catalogue.taxonomies
        return self._list(
            request,
            current,
            page,
            lambda: [number for number, one in found.items() if _has(one, words)],
            lambda number: found[number] if page.lines else own(found[number]),
        )

    def terms(self, request: Request) -> Response:
        """The terms of all taxonomies."""
        current = self.directory.current()
        values = asked.read(
            request.scope["query_string"], ("search", "taxonomy_id", "parent_id", "top_only", *asked.PAGING)
        )
        page, words = asked.page_of(values), values.get("search", "").casefold().split()
        taxonomy, parent = values.get("taxonomy_id", "").lower(), values.get("parent_id", "").lower()
        top = asked.truth(values, "top_only")
        found = current.catalogue.terms

        def ids() -> Sequence[str]:
            return [
                number
                for number, one in found.items()
                if _has(one, words)
                and (not taxonomy or one["taxonomy_id"].lower() == taxonomy)
                and (not parent or one.get("parent_id", "").lower() == parent)
                and not (top and "parent_id" in one)
            ]

        return self._list(request, current, page, ids, lambda number: found[number])

    # One by its id

    def service(self, request: Request) -> Response:
        """One service, nested whole."""
        return self._one(request, lambda catalogue: catalogue.service)

    def place(self, request: Request) -> Response:
        """One service at a location, with both nested whole."""
        return self._one(request, lambda catalogue: catalogue.place)

    def organization(self, request: Request) -> Response:
        """One organisation; with its services where `full_service` asks for them."""
        values = asked.read(request.scope["query_string"], ("full_service",))
        services = asked.truth(values, "full_service")

        def maker(catalogue: Catalogue) -> Make:
            return lambda number: catalogue.organization(number, services=services, whole=True)

        return self._one(request, maker, ("full_service",))

    def taxonomy(self, request: Request) -> Response:
        """One taxonomy with its terms."""
        return self._one(request, lambda catalogue: catalogue.taxonomies.get)

    def term(self, request: Request) -> Response:
        """One term."""
        return self._one(request, lambda catalogue: catalogue.terms.get)

    def _one(
        self, request: Request, maker: Callable[[Catalogue], Make], allowed: tuple[str, ...] = ()
    ) -> Response:
        query = request.scope["query_string"]
        asked.read(query, allowed)
        current = self.directory.current()
        typed = request.path_params["id"]
        number = _number(typed)
        found = maker(current.catalogue)(number)
        if found is not None:
            return json_reply(request, found, seal=seal_of(current.seal, request.url.path, query))
        moved = current.published.redirect(number)
        if moved:
            path = request.url.path.removesuffix(typed) + moved
            headers = {"location": path + (f"?{request.url.query}" if query else "")}
            return problem("moved", "This listing was merged into another one.", headers, id=moved)
        if self.directory.withdrawn(number):
            return gone(number)
        raise ProblemError("no_such_listing", "Nothing that is published has this id.")

    # What all lists share

    def _list(
        self,
        request: Request,
        current: Current,
        page: asked.Page,
        ids: Callable[[], Sequence[str]],
        make: Make,
        *,
        private: bool = False,
    ) -> Response:
        """A page of a list, or all of it line by line. `private`: a postcode was asked for."""
        query = b"&".join(sorted(request.scope["query_string"].split(b"&")))
        # What is open now changes by the minute; everything else by the day or with the data.
        until = dt.datetime.now(dt.UTC).strftime("%H:%M") if b"open" in query.lower() else ""
        seal = seal_of(current.seal, today(), until, request.url.path, query)
        if page.lines:
            lines: Iterator[bytes] = map(orjson.dumps, rows(ids(), make))
            return lines_reply(request, lines, seal="" if private else seal)
        if private:
            return reply(request, orjson.dumps(envelope(ids(), page, make)), cache=NO_STORE)
        body = current.kept.get(seal, lambda: orjson.dumps(envelope(ids(), page, make)))
        return reply(request, body, seal=seal)


def envelope(ids: Sequence[str], page: asked.Page, make: Make) -> dict[str, Any]:
    """The standard's page of a list. Past the end it is empty, and still says how much there is."""
    first = (page.number - 1) * page.size
    contents = list(rows(ids[first : first + page.size], make))
    pages = -(-len(ids) // page.size)
    return {
        "total_items": len(ids),
        "total_pages": pages,
        "page_number": page.number,
        "size": len(contents),
        "first_page": page.number == 1,
        "last_page": page.number == max(pages, 1),
        "empty": not contents,
        "contents": contents,
    }


def _number(typed: str) -> str:
    """An id as it is stored: in whatever way a UUID was written."""
    try:
        return str(uuid.UUID(typed))
    except ValueError:
        return typed


def _has(content: Content | None, words: Sequence[str]) -> bool:
    """Whether every word stands somewhere in the names and the description."""
    if content is None:
        return False
    members = ("name", "alternate_name", "description", "code")
    text = " ".join(str(content.get(member, "")) for member in members).casefold()
    return all(word in text for word in words)
