"""Shapes of areas: from the cells of postcodes, or from official polygons when a steward imported them.

Each postcode's point gets its Voronoi cell; the cells of an area are dissolved, and postcodes of the
neighbouring authorities clip the city's edge. All in metres on the British National Grid (EPSG:27700);
the files written for maps are GeoJSON in WGS 84. Used at build time only: it imports shapely.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.whole import written_whole

# Postcodes this far outside the city still clip its edge.
CLIP_METRES = 3000
# Vertices that spare less than a triangle of this many metres squared are left out of the maps.
SIMPLIFY_METRES = 20.0
DERIVED = "derived from postcodes"
OFFICIAL = "official polygons"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """The Voronoi cells of the city's distinct points; `cell_of[i]` is the cell of city postcode `i`."""

    polygons: npt.NDArray[np.object_]
    cell_of: Ints


def city_cells(city: Floats, outside: Floats) -> Cells:
    """Cells of the city's points, bounded by those of the outside points; both (n, 2), EPSG:27700.

    A cell that reaches beyond the outermost postcodes is cut at 500 m round the box of the city.
    """
    points, cell_of = np.unique(city, axis=0, return_inverse=True)
    low, high = points.min(axis=0) - 500, points.max(axis=0) + 500
    near = outside[np.all((outside > low - CLIP_METRES) & (outside < high + CLIP_METRES), axis=1)]
    near = np.unique(near, axis=0)
    # An authority's postcode can stand on the very point of one of ours (a sorting office); ours stays.
    near = near[~np.isin(_packed(near), _packed(points))]
    every = np.concatenate([points, near])
    box = shapely.box(*low, *high)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(every), extend_to=box, ordered=True)
    )
    if len(cells) != len(every):
        raise ValueError(f"expected {len(every)} cells, got {len(cells)}")
    ours = cells[: len(points)]
    reaching = ~shapely.covered_by(ours, box)
    ours[reaching] = shapely.intersection(ours[reaching], box)
    return Cells(ours, cell_of.astype(np.int64).ravel())


def _packed(points: Floats) -> Ints:
    return (points[:, 0] * 10_000_000 + points[:, 1]).astype(np.int64)


def dissolve(cells: Cells, area_of: Ints, areas: int) -> npt.NDArray[np.object_]:
    """One (multi)polygon an area, sharing its edges exactly with its neighbours.

    `area_of[i]` is the area of city postcode `i`, -1 for none. Where the postcodes of one point are in
    several areas the commonest has the cell.
    """
    votes = np.zeros(len(cells.polygons), dtype=np.int64)
    order = np.lexsort((area_of, cells.cell_of))
    cell, area = cells.cell_of[order], area_of[order]
    starts = np.flatnonzero(np.r_[True, (cell[1:] != cell[:-1]) | (area[1:] != area[:-1])])
    lengths = np.diff(np.r_[starts, len(cell)])
    votes[:] = -1
    most = np.zeros(len(votes), dtype=np.int64)
    for at, length in zip(starts, lengths, strict=True):
        if length > most[cell[at]]:
            most[cell[at]], votes[cell[at]] = length, area[at]
    shapes = np.empty(areas, dtype=object)
    by_area = np.argsort(votes, kind="stable")
    edges = np.searchsorted(votes[by_area], np.arange(areas + 1))
    for index in range(areas):
        shapes[index] = shapely.coverage_union_all(cells.polygons[by_area[edges[index] : edges[index + 1]]])
    return shapes


def simplified(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The same areas with fewer vertices; edges that two areas share stay shared, without slivers."""
    if not shapely.coverage_is_valid(shapes):
        shapes = shapely.make_valid(shapes)
    return np.asarray(shapely.coverage_simplify(shapes, SIMPLIFY_METRES))


def write_geojson(
    path: Path, shapes: npt.NDArray[np.object_], areas: list[tuple[str, str]], basis: str
) -> None:
    """Write areas as GeoJSON (WGS 84, six decimals) with `code`, `name` and `basis`, atomically."""
    from geo.projection import to_wgs84

    # Simplified in metres, projected vertex by vertex: shared edges stay shared.
    projected = shapely.transform(
        shapes, lambda xy: np.round(np.column_stack(to_wgs84(xy[:, 0], xy[:, 1])), 6)
    )
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "basis": basis},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for (code, name), shape in zip(areas, projected, strict=True)
        if not shapely.is_empty(shape)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    with written_whole(path) as file:
        file.write(json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode())


def official(features: Any, codes: list[str]) -> npt.NDArray[np.object_]:
    """The official polygons of a generation, one (multi)polygon a code, simplified with shared edges kept.

    `features` are those of `geo.stewardship.assignment.read_shapes` (EPSG:27700).
    """
    by_code: dict[str, list[Any]] = {code: [] for code in codes}
    for feature in features:
        by_code[feature.code].append(feature.geometry)
    whole = np.array([shapely.union_all(by_code[code]) for code in codes], dtype=object)
    # Edges that differ by a hair are no coverage; such a layer is shown as it came.
    return simplified(whole) if shapely.coverage_is_valid(whole) else whole
