"""The pages and the files they need, as plain Starlette routes.

The postcode comes in the body of a POST and its answer goes out as that POST's response, so that no address,
history or log ever holds it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages import assets, drawing
from api.pages.accessibility import statement
from api.pages.areas import area_routes, city_of
from api.pages.csp import MAP_CSP
from api.pages.forms import typed_postcode
from api.pages.listings import listing_routes
from api.pages.needs import need_routes
from api.pages.pathway import Pathways, pathway_routes
from api.pages.report import report_routes
from api.pages.responses import not_found, page, problem_page
from api.pages.schools import school_routes
from api.pages.search import search_routes
from api.pages.site import Facts, Site
from api.settings import Operator
from directory.prepared import ILLUSTRATIVE

FOUND = ("ok", "terminated")
Endpoint = Callable[[Request], Awaitable[Response]]


def answer_page(request: Request, site: Site, typed: str) -> Response:
    """The page for what a person typed, one for each status word."""
    if not typed.strip():
        return _home(request, site, {"suggestions": []}, "", "Enter a postcode")
    answer = site.answer(typed)
    status = answer["status"]
    if status in FOUND:
        return _result(request, site, answer)
    if status == "malformed":
        return _home(
            request, site, answer, typed, answer.get("message") or "Enter a full UK postcode, like B15 2TT"
        )
    if status == "non_geographic":
        return _home(
            request,
            site,
            answer,
            typed,
            answer.get("message")
            or f"{answer.get('postcode', typed)} belongs to an organisation, not to a place",
        )
    heading, title = _headings(answer)
    return page(
        request,
        "elsewhere.html",
        title,
        section="find",
        answer=answer,
        heading=heading,
        # The message is written for programs too: here it does not say again what the heading has said.
        message=str(answer.get("message") or "").removeprefix(f"{heading}.").strip(),
        typed=typed,
        part=answer.get("sector") or answer.get("outcode"),
        guesses=_guesses(site, answer),
    )


def _headings(answer: Facts) -> tuple[str, str]:
    """The words at the top of the page, and those of its title, which stay in a browser's history."""
    if answer["status"] == "outside_area":
        return f"{answer['authority']['name']}, not Birmingham", "Outside Birmingham"
    if answer["status"] == "partial":
        part = answer.get("sector") or answer.get("outcode")
        return f"{part} is only part of a postcode", "Full postcode needed"
    shown = answer.get("postcode", "This postcode")
    if answer.get("candidates"):
        return f"{shown} is not known yet", "Postcode not known yet"
    return f"{shown} is not a known postcode", "Postcode not known"


def _guesses(site: Site, answer: Facts) -> list[Facts]:
    candidates = answer.get("candidates") or {}
    if not candidates:
        return []
    titles = {layer["layer"]: layer["title"] for layer in site.layers()}
    return [
        {"title": titles.get(layer, layer), "areas": areas} for layer, areas in candidates.items() if areas
    ]


def _home(request: Request, site: Site, answer: Facts, typed: str, error: str) -> Response:
    return page(
        request,
        "home.html",
        "Error: Find who can help a child, by postcode",
        section="find",
        answer=answer,
        typed=typed,
        error=error,
        front_door=site.front_door(),
    )


def _result(request: Request, site: Site, answer: Facts) -> Response:
    layers = answer.get("layers") or {}
    rows = []
    for layer, area in answer["areas"].items():
        about = layers.get(layer) or {}
        rows.append({**about, "title": about.get("title", layer), "layer": layer, **(area or {})})
    district = answer["areas"].get("district")
    position = answer.get("position") or {}
    drawn = (
        drawing.district_map(
            site.var_dir,
            district["code"],
            district["name"],
            position,
            "Spot of the postcode",
            {layer: about["generation"] for layer, about in layers.items()},
        )
        if district
        else None
    )
    ended = answer["status"] == "terminated"
    where = f"{district['name']} district" if district else "Areas of this postcode"
    return page(
        request,
        "result.html",
        f"{where}: {'postcode no longer in use' if ended else 'teams and whom to call'}",
        section="find",
        typing=True,
        answer=answer,
        # The banner and the tags say that areas are illustrative; once is enough.
        cautions=[caution for caution in answer.get("cautions") or [] if caution != ILLUSTRATIVE],
        near=[
            row
            for row in rows
            if row.get("near") and (row.get("kind") == "team" or row["layer"] == "district")
        ],
        district=district,
        rows=rows,
        any_illustrative=any(team.get("status") == "illustrative" for team in answer.get("teams") or []),
        any_sample=any(one["sample"] for team in answer.get("teams") or [] for one in team["contacts"]),
        drawing=drawn,
    )


def page_routes(site: Site, pathways: Pathways, operator: Operator | None = None) -> list[BaseRoute]:
    """Every page, map and asset. The app puts them behind its security headers.

    `operator`: who runs the site, for the accessibility statement; None where the settings name nobody.
    """

    async def home(request: Request) -> Response:
        return page(
            request,
            "home.html",
            "Find who can help a child, by postcode",
            section="find",
            typing=True,
            indexed=True,  # but kept by no browser: it says who is open now
            front_door=site.front_door(),
            picture=city_of(site),
        )

    async def ask(request: Request) -> Response:
        typed = await typed_postcode(request)
        if typed is None:
            return problem_page(request, 413, "That was too long", "A postcode has at most eight characters.")
        return answer_page(request, site, typed)

    async def ask_again(request: Request) -> Response:
        return RedirectResponse("/", 303, {"Cache-Control": "no-store"})

    async def about(request: Request) -> Response:
        return page(
            request,
            "about.html",
            "About the data",
            section="about",
            about=site.about(),
            questionnaires=[
                f"{flow.title}: version {flow.version}, {flow.status}"
                for flow in map(pathways.library().current, pathways.library().flows)
            ],
            kept=True,
            indexed=True,
        )

    async def accessibility(request: Request) -> Response:
        return page(
            request,
            "accessibility.html",
            "Accessibility statement",
            kept=True,
            indexed=True,
            operator=operator,
            **statement(),
        )

    def still(template: str, title: str) -> Endpoint:
        async def shown(request: Request) -> Response:
            return page(request, template, title, kept=True, indexed=True)

        return shown

    async def map_file(request: Request) -> Response:
        headers = {"Content-Security-Policy": MAP_CSP}
        name = request.path_params["name"]
        found = None
        if name.endswith((".html", ".js")):
            found = assets.file_response(request, site.var_dir / "maps", name, headers)
        return found or not_found(request)

    async def static_file(request: Request) -> Response:
        return assets.file_response(request, assets.STATIC, request.path_params["name"]) or not_found(request)

    async def icon(request: Request) -> Response:
        return assets.file_response(request, assets.STATIC, "favicon.svg") or not_found(request)

    return [
        Route("/", home),
        Route("/postcode", ask, methods=["POST"]),
        Route("/postcode", ask_again),
        *pathway_routes(pathways),
        *search_routes(site),
        *listing_routes(site),
        *report_routes(site),
        *need_routes(site),
        *school_routes(site),
        *area_routes(site),
        Route("/about", about),
        Route("/privacy", still("privacy.html", "Privacy")),
        Route("/accessibility", accessibility),
        Route("/maps/{name:path}", map_file),
        Route("/static/{name:path}", static_file),
        Route("/favicon.ico", icon),
    ]
