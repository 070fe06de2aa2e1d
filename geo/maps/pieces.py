"""The pieces into which other layers cut an area, as pictures. Used at build time only: it imports shapely.

One file an area: `pieces/<layer>/<code>.json`, with a picture for the districts and for each team layer, all
in the plane of `geo.maps.picture`, so that they can stand side by side as small multiples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from geo.crosswalk.facts import MOST_AREAS
from geo.maps.picture import Plane, file_stem, path_of
from geo.maps.small import SIMPLIFY_UNITS, on_plane, place_for_words, polygons, rings

if TYPE_CHECKING:
    from geo.maps.build import DrawnLayer, Feature

# Two layers that share an edge are simplified apart, which leaves slivers of less than this part of an area.
LEAST_PART = 0.001


def cut_by(layers: Mapping[str, DrawnLayer]) -> list[str]:
    """The layers that areas are cut by: the districts and all teams."""
    return [name for name, drawn in layers.items() if name == "district" or drawn.kind == "team"]


def pieces(
    layers: Mapping[str, DrawnLayer],
    features: Mapping[str, Sequence[Feature]],
    shapes: Mapping[str, Any],
    window_of: Any,
) -> Iterator[tuple[PurePosixPath, str]]:
    """Every area's file, by its place in the folder of maps, as JSON. `window_of` frames one feature.

    Layers of very many areas (census areas) have no such pictures.
    """
    cutting = cut_by(layers)
    for layer, found in features.items():
        if len(found) > MOST_AREAS:
            continue
        for feature, shape in zip(found, shapes[layer], strict=True):
            window = window_of(feature)
            across = [
                {
                    "layer": other,
                    "generation": layers[other].generation,
                    "basis": layers[other].basis,
                    "pieces": _pieces(window, shape, features[other], shapes[other]),
                }
                for other in cutting
                if other != layer
            ]
            place = PurePosixPath(
                "pieces", file_stem(layer), f"{file_stem(feature['properties']['code'])}.json"
            )
            yield (
                place,
                json.dumps(
                    {
                        "generation": layers[layer].generation,
                        "width": window.width,
                        "height": window.height,
                        "outline": _outline(window, shape),
                        "layers": across,
                    },
                    ensure_ascii=False,
                    separators=(",", ":"),
                ),
            )


def _outline(window: Plane, shape: Any) -> str:
    import shapely

    return path_of(rings(shapely.coverage_simplify([on_plane(window, shape)], SIMPLIFY_UNITS)[0]))


def _pieces(window: Plane, shape: Any, features: Sequence[Feature], shapes: Any) -> list[dict[str, Any]]:
    """The parts of a shape that each area of a layer has, in units, the largest first."""
    import numpy
    import shapely

    shapely.prepare(shape)
    meeting = shapely.intersects(shape, shapes).nonzero()[0]
    cut = on_plane(window, shapely.intersection(shape, shapes[meeting]))
    solid = numpy.array([shapely.MultiPolygon(polygons(one)) for one in cut], dtype=object)
    least = LEAST_PART * shapely.area(on_plane(window, shape))
    kept = [
        at for at in numpy.argsort(-shapely.area(solid), kind="stable") if shapely.area(solid[at]) > least
    ]
    light = solid[kept]
    if kept and shapely.coverage_is_valid(light):
        light = shapely.coverage_simplify(light, SIMPLIFY_UNITS)
    return [
        {
            "code": features[meeting[at]]["properties"]["code"],
            "path": path_of(rings(drawn)),
            **place_for_words(solid[at]),
        }
        for at, drawn in zip(kept, light, strict=True)
    ]
