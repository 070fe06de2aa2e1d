"""The pages of areas, and the maps that stand in their frames."""

from __future__ import annotations

from tests.browser.gallery.state import State, at

_AREA = "/areas/{layer}/{code}"
AREAS: tuple[State, ...] = (
    State("areas", "/areas", "Areas and teams", "Areas and teams", "Areas and teams", at("/areas")),
    State(
        "layer-teams",
        "/areas/{layer}",
        "The areas of a kind of team, with their map",
        "",
        "",
        at("/areas/hub"),
        framed=True,
    ),
    State("layer-wards", "/areas/{layer}", "The wards of 2004", "", "", at("/areas/ward_2004")),
    *(
        State(f"area-{layer}", _AREA, f"One area: {words}", "", "", at(f"/areas/{layer}/{code}"))
        for layer, code, words in (
            ("district", "E14000560", "a district"),
            ("hub", "HUB05", "a hub"),
            ("childrens_centre", "CC01", "a children’s centre locality"),
            ("health_visiting", "HV01", "a health visiting team"),
            ("family_support", "IFST01", "a family support team"),
            ("ward_2004", "E05001185", "a ward of 2004"),
            ("ward_2018", "E05011126", "a ward of today"),
            ("constituency_2024", "E14001096", "a constituency"),
            ("lsoa_2021", "E01033615", "a census area"),
        )
    ),
    State(
        "area-retired",
        _AREA,
        "An area that is no longer in force",
        "",
        "",
        at("/areas/health_visiting/HVN01"),
    ),
    State(
        "map-layer",
        "/maps/{name:path}",
        "The map of a kind of team, as it stands in a frame",
        "",
        "",
        at("/maps/layer/hub.html"),
        bare=True,
    ),
    State(
        "map-district",
        "/maps/{name:path}",
        "The map of a district, as it stands in a frame",
        "",
        "",
        at("/maps/district/E14000560.html"),
        bare=True,
    ),
)
