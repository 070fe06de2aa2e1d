"""The pages of schools: looking for one, and one with its district, its teams and whom to call.

A school's own postcode is public. One that a person types may be a child's, so it comes in the body of a POST
and stands in no address.
"""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.forms import first, form_fields, read_fields
from api.pages.responses import page, problem_page
from api.pages.site import Facts, Site
from directory.schools.placed import TEAM
from geo.postcode import kind, normalise

TITLE = "Schools and their family support teams"
TRAIL = {"text": "Schools", "href": "/schools"}
MAPS = {"text": "Areas and teams", "href": "/areas"}


def school_routes(site: Site) -> list[BaseRoute]:
    """The addresses of schools."""

    async def by_address(request: Request) -> Response:
        typed = first(read_fields(request.url.query), "q").strip()
        return schools_page(request, site, "" if postcode_in(typed) else typed)

    async def by_form(request: Request) -> Response:
        fields = await form_fields(request)
        if fields is None:
            return problem_page(request, 413, "That was too long", "Use a few words of the school's name.")
        typed = first(fields, "q").strip()
        if postcode := postcode_in(typed):
            return near_page(request, site, postcode)
        # What holds no postcode gets an address of its own, to keep and to come back to.
        address = f"/schools?{urlencode({'q': typed})}" if typed else "/schools"
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})

    async def one(request: Request) -> Response:
        return school_page(request, site, request.path_params["urn"])

    return [
        Route("/schools", by_address, methods=["GET"]),
        Route("/schools", by_form, methods=["POST"]),
        Route("/schools/{urn}", one),
    ]


def postcode_in(typed: str) -> str:
    """The postcode that was typed, alone (also a part of one) or whole among other words; "" for none."""
    if kind(normalise(typed)) != "malformed":
        return typed
    words = re.split(r"[\s,;]+", typed)
    pairs = [*words, *(f"{before} {after}" for before, after in pairwise(words))]
    return next((one for one in pairs if kind(normalise(one)) == "full"), "")


def schools_page(request: Request, site: Site, words: str) -> Response:
    """The search, the districts to choose from, and what was found by words."""
    found = site.schools.named(words) if words else None
    districts = site.layer("district")
    title = TITLE
    if found is not None:
        number = int(found["count"])
        title = f"{number} school{'' if number == 1 else 's'} found" if number else "No school found"
    return page(
        request,
        "schools.html",
        title,
        section="areas",
        typed=words,
        found=found,
        about=site.schools.about(),
        districts=districts["areas"] if districts else [],
        counts=site.schools.count("district"),
        trail=[MAPS, TRAIL],
        indexed=not words,
    )


def near_page(request: Request, site: Site, typed: str) -> Response:
    """The schools of a postcode and those nearest to it, or what is the matter with the postcode."""
    answer = site.answer(typed)
    placed = answer["status"] in ("ok", "terminated")
    found = site.schools.at(typed) if placed else None
    return page(
        request,
        "schools.html",
        "Schools near a postcode" if placed else "Error: the postcode cannot be used",
        section="areas",
        typed=typed,
        found=found,
        near=found["near"] if found else [],
        home=answer if placed else None,
        error=None if placed else _wrong(answer),
        about=site.schools.about(),
        districts=[],
        counts={},
        trail=[MAPS, TRAIL],
    )


def _wrong(answer: Facts) -> str:
    status = answer["status"]
    if status == "outside_area":
        name = answer["authority"]["name"]
        return f"That postcode is in {name}, not in Birmingham. Ask {name} about schools there."
    if status == "partial":
        return "Enter the full postcode, like B15 2TT"
    return str(
        answer.get("message") or "We do not know this postcode. Enter a full UK postcode, like B15 2TT"
    )


def school_page(request: Request, site: Site, urn: str) -> Response:
    """One school: where it stands, the team its link worker belongs to, and whom to call now."""
    school = site.schools.school(urn)
    if school is None:
        return problem_page(
            request,
            404,
            "No such school",
            "The list in use has no open school of that number. It may have closed, or become an academy and "
            "got a new number.",
            ways=[("Look for the school by name", "/schools")],
        )
    answer = site.answer(school["postcode"]) if school["postcode"] else None
    placed = answer is not None and answer["status"] in ("ok", "terminated")
    teams = answer["teams"] if answer and placed else []
    layers = (answer or {}).get("layers") or {}
    district = school["areas"].get("district")
    return page(
        request,
        "school.html",
        f"{school['name']}: district, teams and whom to call",
        section="areas",
        school=school,
        about=site.schools.about(),
        answer=answer,
        own=next((team for team in teams if team["layer"] == TEAM), None),
        others=[team for team in teams if team["layer"] != TEAM],
        near=[
            {"title": layers[layer]["title"], **other}
            for layer, area in school["areas"].items()
            if layer in layers and (layers[layer]["kind"] == "team" or layer == "district")
            for other in area["near"]
        ],
        rows=[
            {"layer": layer, "title": layers[layer]["title"], **area}
            for layer, area in school["areas"].items()
            if layer in layers
        ],
        district=district,
        any_illustrative=any(team["status"] == "illustrative" for team in teams),
        trail=[MAPS, TRAIL, {"text": school["name"]}],
        indexed=True,
    )
