"""The pages of the city's maps: all of them, one layer, one area."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages import drawing
from api.pages.responses import page, problem_page
from api.pages.site import Facts, Site


def city_of(site: Site) -> Facts | None:
    """The picture of the ten districts for `parts/city.html`; None where no build has drawn it."""
    districts = site.layer("district")
    return drawing.city_picture(site.var_dir, districts["generation"]) if districts else None


def area_routes(site: Site) -> list[BaseRoute]:
    """The addresses of areas."""

    async def areas(request: Request) -> Response:
        return page(
            request,
            "areas.html",
            "Areas and teams",
            section="areas",
            layers=site.layers(),
            kept=True,
            indexed=True,
        )

    async def layer(request: Request) -> Response:
        found = site.layer(request.path_params["layer"])
        if found is None:
            return problem_page(request, 404, "No such map", "Choose one from the list of areas and teams.")
        with_contacts = any(area.get("contacts") for area in found["areas"])
        return page(
            request,
            "layer.html",
            found["title"],
            section="areas",
            layer=found,
            with_contacts=with_contacts,
            drawing=drawing.layer_map(site.var_dir, found["layer"], found.get("generation"), found["title"]),
            trail=[{"text": "Areas and teams", "href": "/areas"}, {"text": found["title"]}],
            kept=not with_contacts,  # what says who is open now is never kept
            indexed=True,
        )

    async def area(request: Request) -> Response:
        found = site.area(request.path_params["layer"], request.path_params["code"])
        if found is None:
            return problem_page(
                request, 404, "No such area", "Check the code, or choose the area from the list of its map."
            )
        shown = drawing.layer_map(
            site.var_dir, found["layer"], found.get("generation"), found["title"], found
        )
        return page(
            request,
            "area.html",
            f"{found['name']}: {found['title']}",
            section="areas",
            area=found,
            drawing=shown,
            schools=site.schools.within(found["layer"], found["code"]) if found["in_force"] else None,
            trail=[
                {"text": "Areas and teams", "href": "/areas"},
                {"text": found["title"], "href": f"/areas/{found['layer']}"},
                {"text": found["name"]},
            ],
            kept=not found["contacts"],
            indexed=True,
        )

    return [
        Route("/areas", areas),
        Route("/areas/{layer}", layer),
        Route("/areas/{layer}/{code}", area),
    ]
