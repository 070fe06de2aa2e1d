"""How far the shapes drawn from postcodes are from official boundaries. Used by a command and a test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.projection import to_grid

STEP_METRES = 25.0  # how often a boundary is sampled

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Overlap:
    """One area drawn both ways: `overlap` is the area of the intersection over that of the union."""

    code: str
    name: str
    overlap: float


@dataclass(frozen=True)
class Agreement:
    """A layer drawn both ways.

    The metres say how far points every 25 m along the drawn boundaries between two areas lie from the
    official boundary between any two: the median, and the distances that 90% and 99% stay within.
    """

    areas: list[Overlap]
    median_metres: float
    p90_metres: float
    p99_metres: float


def _read(path: Path, code: str) -> tuple[list[str], Shapes]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
    projected: Shapes = shapely.transform(
        shapes, lambda lonlat: np.column_stack(to_grid(lonlat[:, 0], lonlat[:, 1]))
    )
    return [str(f["properties"][code]) for f in features], shapely.make_valid(projected)


def _code_field(path: Path) -> str:
    properties: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["features"][0]["properties"]
    for name, value in properties.items():
        if isinstance(value, str) and len(value) == 9 and value[0] in "EWSN" and value[1:].isdigit():
            return name
    raise ValueError(f"{path}: no property holds ONS codes such as E14000560.")


def agreement(drawn: Path, official: Path, names: dict[str, str]) -> Agreement:
    """Compare a layer's drawn shapes with official polygons; both GeoJSON in WGS 84.

    Areas are matched by ONS code; official ones that are not drawn are left out. Raises `ValueError`
    when the files have no area in common.
    """
    drawn_codes, drawn_shapes = _read(drawn, "code")
    official_codes, official_shapes = _read(official, _code_field(official))
    place = {code: index for index, code in enumerate(official_codes)}
    both = [(index, place[code]) for index, code in enumerate(drawn_codes) if code in place]
    if not both:
        raise ValueError(f"{drawn} and {official} have no area in common.")
    ours = drawn_shapes[[index for index, _ in both]]
    theirs = official_shapes[[index for _, index in both]]
    shared = shapely.area(shapely.intersection(ours, theirs))
    overlap = shared / shapely.area(shapely.union(ours, theirs))
    areas = [
        Overlap(drawn_codes[index], names.get(drawn_codes[index], drawn_codes[index]), float(value))
        for (index, _), value in zip(both, overlap, strict=True)
    ]
    between = _inner(ours)
    samples = shapely.line_interpolate_point(between, np.arange(0.0, shapely.length(between), STEP_METRES))
    distances = shapely.distance(samples, _inner(theirs))
    median, p90, p99 = (float(v) for v in np.percentile(distances, [50, 90, 99]))
    return Agreement(areas, median, p90, p99)


def _inner(shapes: Sequence[Any] | Shapes) -> Any:
    """The boundaries between two of the shapes, as one line; edges that differ by 5 cm count as one."""
    edges = []
    tree = shapely.STRtree(shapes)
    for index, shape in enumerate(shapes):
        for other in tree.query(shape, predicate="dwithin", distance=0.05):
            if other > index:
                band = shapely.buffer(shapely.boundary(shapes[other]), 0.05)
                edges.append(shapely.intersection(shapely.boundary(shape), band))
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(edges)))
    return shapely.multilinestrings([line for line in lines if shapely.get_type_id(line) == 1])
