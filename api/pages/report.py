"""Telling the stewards of a problem with a listing: closed choices only.

That it comes from a page of ours is seen to before it gets here (`api/guard/origin.py`).
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.forms import first, form_fields
from api.pages.listings import gone
from api.pages.responses import no_directory, page, problem_page
from api.pages.site import Site
from api.problems import ProblemError


def report_routes(site: Site) -> list[BaseRoute]:
    """The address that takes a report."""

    async def report(request: Request) -> Response:
        number = request.path_params["number"]
        fields = await form_fields(request)
        if fields is None:
            return problem_page(request, 413, "That was too long", "Choose one of the problems on the page.")
        client = request.client.host if request.client else ""
        try:
            outcome = site.directory.report(number, first(fields, "problem"), client)
            if outcome == "no_such_listing":
                return gone(request, site, number, "services")
            return _answer(request, site, number, outcome, client)
        except ProblemError as error:
            return no_directory(request, error)

    async def back(request: Request) -> Response:
        address = f"/services/{quote(request.path_params['number'])}"
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})

    return [
        Route("/services/{number}/report", report, methods=["POST"]),
        Route("/services/{number}/report", back, methods=["GET"]),
    ]


def _answer(request: Request, site: Site, number: str, outcome: str, client: str) -> Response:
    if outcome == "too_many":
        seconds = site.directory.report_again_after(client)
        minutes = -(-seconds // 60)
        return problem_page(
            request,
            429,
            "Too many reports for now",
            f"Your last report was not kept. You can send it again in {minutes} "
            f"minute{'' if minutes == 1 else 's'}.",
            section="services",
            more={"Retry-After": str(seconds)},
        )
    if outcome == "away":
        return problem_page(
            request,
            503,
            "Your report could not be kept",
            "We cannot take reports at this moment. Try again later today.",
        )
    found = site.directory.service(number)
    name = str(found["listing"]["name"]) if found else "this listing"
    chosen = outcome == "taken"
    return page(
        request,
        "reported.html" if chosen else "report.html",
        "Thank you" if chosen else "Error: Report a problem with this listing",
        section="services",
        same_origin_referrer=True,
        number=number,
        name=name,
        problems=site.directory.problems(),
        error="" if chosen else "Choose what is wrong",
        trail=[
            {"text": "Find help", "href": "/services"},
            {"text": name[:1].upper() + name[1:], "href": f"/services/{quote(number)}"},
            {"text": "Report a problem"},
        ],
    )
