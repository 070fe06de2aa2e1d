"""The page of a service and of an organisation, and those for a listing that was withdrawn or merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages import listing
from api.pages.responses import no_directory, page, problem_page
from api.pages.results_map import results_map
from api.pages.site import Facts, Site
from api.pages.words import CITY_TIME
from api.problems import ProblemError


def listing_routes(site: Site) -> list[BaseRoute]:
    """The addresses of services and organisations."""

    async def service(request: Request) -> Response:
        number = request.path_params["number"]
        try:
            found = site.directory.service(number)
            if found is None:
                return gone(request, site, number, "services")
            return service_page(request, site, found)
        except ProblemError as error:
            return no_directory(request, error)

    async def organization(request: Request) -> Response:
        number = request.path_params["number"]
        try:
            found = site.directory.organization(number)
            if found is None:
                return gone(request, site, number, "organisations")
            return organization_page(request, found)
        except ProblemError as error:
            return no_directory(request, error)

    return [
        Route("/services/{number}", service),
        Route("/organisations/{number}", organization),
    ]


def service_page(request: Request, site: Site, found: Facts) -> Response:
    """The page of one service."""
    at = dt.datetime.now(CITY_TIME)
    service: Facts = found["listing"]
    result: Facts = found["card"]
    route = str(service.get("referral_route") or "")
    capacity = result["capacity"]
    return page(
        request,
        "service.html",
        str(service["name"]),
        section="services",
        same_origin_referrer=True,
        number=found["id"],
        service=service,
        result=result,
        history=found["history"],
        organization=service.get("organization") or {},
        contacts=listing.contacts(service),
        opening=listing.opening(listing.schedules(service), at),
        places=listing.places(service, at),
        drawing=_map(site, service),
        areas=listing.areas(service, area_names(site, service)),
        steps=listing.steps(service, route),
        costs=listing.costs(service),
        languages=listing.languages(service),
        # What was said of it holds for a while only; then nothing is said.
        capacity=(service.get("capacity") or {}) if capacity["state"] != "unknown" else {},
        problems=site.directory.problems(),
        trail=[{"text": "Find help", "href": "/services"}, {"text": str(service["name"])}],
        indexed=True,
    )


def organization_page(request: Request, found: Facts) -> Response:
    """The page of one organisation with its services."""
    organization: Facts = found["organization"]
    return page(
        request,
        "organisation.html",
        str(organization["name"]),
        section="services",
        organization=organization,
        contacts=listing.contacts(organization),
        services=found["services"],
        trail=[{"text": "Find help", "href": "/services"}, {"text": str(organization["name"])}],
        indexed=True,
    )


def gone(request: Request, site: Site, number: str, folder: str) -> Response:
    """Where nothing is published by that id: on to what it was merged into, or what became of it."""
    moved = site.directory.moved(number)
    if moved:
        return RedirectResponse(f"/{folder}/{quote(moved)}", 301, {"Cache-Control": "private, max-age=300"})
    if site.directory.retired(number):
        return page(
            request,
            "withdrawn.html",
            "This listing has been withdrawn",
            status=410,
            section="services",
            typing=True,
            instead=site.directory.alternatives(number),
            trail=[{"text": "Find help", "href": "/services"}, {"text": "Withdrawn listing"}],
        )
    return problem_page(
        request, 404, "No such listing", "Check the address, or search the services for what you need."
    )


def area_names(site: Site, service: Facts) -> Mapping[tuple[str, str], str]:
    """The names of the areas in force that a service names, by layer and code: "Edgbaston (district)"."""
    named = {(one.get("layer"), one.get("code")) for one in service.get("service_areas") or []}
    layers = {layer for layer, _code in named}
    return {
        (layer["layer"], area["code"]): f"{area['name']} ({layer['title'][:1].lower()}{layer['title'][1:]})"
        for layer in site.layers()
        if layer["layer"] in layers
        for area in layer["areas"]
        if (layer["layer"], area["code"]) in named
    }


def _map(site: Site, service: Facts) -> dict[str, Any] | None:
    places = [
        {"latitude": location.get("latitude"), "longitude": location.get("longitude")}
        for held in service.get("service_at_locations") or []
        if isinstance(location := held.get("location"), Mapping)
        and location.get("location_type") == "physical"
    ]
    # Each place has the number that it has in the list of places.
    return results_map(
        site.var_dir,
        [{"name": service["name"], "places": [place]} for place in places],
        None,
        of="this service",
    )
