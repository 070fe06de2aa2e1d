"""Small pictures of a whole layer, light enough for a home page. Used at build time only: it imports shapely.

The plane is that of `geo.maps.picture`: about 1,000 units across, y down. Each area has, besides its outline,
the place where a name fits best: the middle of the widest circle inside it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geo.maps.picture import Plane, path_of

if TYPE_CHECKING:
    from geo.maps.build import DrawnLayer, Feature

# Vertices that spare less than a triangle of this many units squared go; a unit is some 26 m of the city.
SIMPLIFY_UNITS = 9.0


def on_plane(window: Plane, shapes: Any) -> Any:
    """Shapes in WGS 84 degrees as shapes in the window's units, y down."""
    import numpy
    import shapely

    across, down = window.scale * window.shortening, window.scale
    return shapely.transform(
        shapes,
        lambda xy: numpy.column_stack([(xy[:, 0] - window.west) * across, (window.north - xy[:, 1]) * down]),
    )


def small_picture(drawn: DrawnLayer, features: Sequence[Feature], shapes: Any, window: Plane) -> str:
    """The picture as JSON: plane, the layer, and of each area its code, name, path and place for words."""
    areas = [
        {"code": feature["properties"]["code"], "name": feature["properties"]["name"], **laid}
        for feature, laid in zip(features, laid_down(on_plane(window, shapes)), strict=True)
    ]
    return json.dumps(
        {
            "plane": [window.west, window.south, window.east, window.north],
            "layer": drawn.layer,
            "title": drawn.title,
            "status": drawn.status,
            "generation": drawn.generation,
            "basis": drawn.basis,
            "areas": areas,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def laid_down(shapes: Any) -> list[dict[str, Any]]:
    """Each shape (units) as path data in few vertices; edges that two share stay shared."""
    import shapely

    light = shapely.coverage_simplify(shapes, SIMPLIFY_UNITS) if shapely.coverage_is_valid(shapes) else shapes
    return [
        {"path": path_of(rings(one)), **place_for_words(whole)}
        for one, whole in zip(light, shapes, strict=True)
    ]


def rings(shape: Any) -> list[list[tuple[int, int]]]:
    """Every ring of the polygons of a shape, in whole units."""
    found = []
    for part in polygons(shape):
        for ring in (part.exterior, *part.interiors):
            found.append([(round(x), round(y)) for x, y in ring.coords])
    return found


def polygons(shape: Any) -> list[Any]:
    """The polygons that a shape is made of; lines and points, which an overlay can leave, are none."""
    return [
        part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and not part.is_empty
    ]


def place_for_words(shape: Any) -> dict[str, Any]:
    """The middle (`at`) and radius (`room`) of the widest circle inside a shape, in whole units."""
    import shapely

    parts = polygons(shape)
    if not parts:
        return {"at": None, "room": 0}
    line = shapely.maximum_inscribed_circle(max(parts, key=lambda part: part.area), 4.0)
    x, y = line.coords[0]
    return {"at": [round(x), round(y)], "room": round(line.length)}
