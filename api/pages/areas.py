"""The pages of the city's maps: all of them, one layer, one area."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages import crossed, drawing
from api.pages.responses import page, problem_page
from api.pages.site import Facts, Site
from api.pages.words import lower_first, plural

EVERY_MAP = ("See all areas and teams", "/areas")


def city_of(site: Site) -> Facts | None:
    """The picture of the ten districts for `parts/city.html`; None where no build has drawn it."""
    districts = site.layer("district")
    return drawing.city_picture(site.var_dir, districts["generation"]) if districts else None


def _maps(site: Site, layers: list[Facts], misfit: Facts) -> list[Facts]:
    """Each team layer over the districts: its picture, how many areas, how many lie in several districts."""
    straddling = {one["layer"]: one["straddling"] for one in misfit["layers"]}
    return [
        {
            "layer": one["layer"],
            "noun": plural(lower_first(one["title"]), len(one["areas"])),
            "count": len(one["areas"]),
            "straddling": straddling[one["layer"]],
            "picture": drawing.small_picture(site.var_dir, one["layer"], one["generation"]),
        }
        for one in layers
        if one["layer"] in straddling
    ]


def _map_of(site: Site, area: Facts) -> Facts | None:
    """The map to move: of a district with every layer to lay over it, of another area within its layer."""
    if area["layer"] == crossed.DISTRICT and area["in_force"]:
        held = {side["layer"]: side["generation"] for side in area["overlaps"]}
        held[area["layer"]] = area["generation"]
        return drawing.district_map(site.var_dir, area["code"], area["name"], None, "", held)
    return drawing.layer_map(site.var_dir, area["layer"], area.get("generation"), area["title"], area)


def _no_area(request: Request, layer: Facts | None) -> Response:
    """The page for a code that no area has, with the list of its map where that is one of ours."""
    words = "Check the code in the address, or choose the area from the list."
    own = [(f"See every area of this map: {layer['title']}", f"/areas/{layer['layer']}")] if layer else []
    return problem_page(request, 404, "No such area", words, ways=[*own, EVERY_MAP])


def area_routes(site: Site) -> list[BaseRoute]:
    """The addresses of areas."""

    async def areas(request: Request) -> Response:
        layers = site.layers()
        return page(
            request,
            "areas.html",
            "Areas and teams",
            section="areas",
            layers=layers,
            city=city_of(site),
            misfit=(misfit := site.misfit()),
            maps=_maps(site, layers, misfit),
            kept=True,
            indexed=True,
        )

    async def layer(request: Request) -> Response:
        found = site.layer(request.path_params["layer"])
        if found is None:
            return problem_page(
                request,
                404,
                "No such map",
                "Check the address, or choose a map from the list.",
                ways=[EVERY_MAP],
            )
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
            return _no_area(request, site.layer(request.path_params["layer"]))
        place, across = crossed.place_of(found), crossed.sides(site, found)
        teams = any(side["kind"] == "team" for side in across)
        shown = [one["contact"] for side in across for one in side["areas"] if one["contact"]]
        district = found["layer"] == crossed.DISTRICT
        return page(
            request,
            "area.html",
            f"{place}: who runs early help" if district else f"{found['name']}: {found['title']}",
            section="areas",
            area=found,
            place=place,
            across=across,
            front_door=site.front_door(),
            any_sample=any(contact["sample"] for contact in shown),
            first_words=crossed.first_words(found, across),
            services=crossed.services_here(site, found),
            schools=site.schools.within(found["layer"], found["code"]) if found["in_force"] else None,
            drawing=_map_of(site, found),
            locator=drawing.locator(site.var_dir, found, site.layer(crossed.DISTRICT)),
            trail=[
                {"text": "Areas and teams", "href": "/areas"},
                {"text": found["title"], "href": f"/areas/{found['layer']}"},
                {"text": found["name"]},
            ],
            kept=not (found["contacts"] or teams),  # what says who is open now is never kept
            indexed=True,
        )

    return [
        Route("/areas", areas),
        Route("/areas/{layer}", layer),
        Route("/areas/{layer}/{code}", area),
    ]
