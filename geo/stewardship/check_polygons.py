"""The checks that only polygons need: ground in two areas, areas in parts, a code with two names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from geo.stewardship.assignment import Assignment, CityTable, Shape, areas_of, by_polygon
from geo.stewardship.findings import Finding

# Less than this many square metres is the rounding of a shared edge, unless a postcode stands on it.
SLIVER = 10.0


def assign_shapes(shapes: Sequence[Shape], table: CityTable) -> Assignment:
    """The area of every postcode of the city by point in polygon; of several, the lowest code."""
    areas = areas_of((shape.code, shape.name) for shape in shapes)
    return Assignment(areas, by_polygon(shapes, areas, table))


def polygon_findings(shapes: Sequence[Shape], assigned: Assignment, table: CityTable) -> list[Finding]:
    """Overlaps with their area and postcodes, areas in several pieces, codes with two names."""
    return _overlaps(shapes, table) + _pieces(shapes, table) + _names(shapes)


def _overlaps(shapes: Sequence[Shape], table: CityTable) -> list[Finding]:
    import shapely

    if not shapes:
        return []
    geometries = np.array([shape.geometry for shape in shapes], dtype=object)
    one, other = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    points = table.points()
    tree = shapely.STRtree(points)
    found = []
    for i, j in zip(one.tolist(), other.tolist(), strict=True):
        if i >= j:
            continue
        first, second = shapes[i], shapes[j]
        common = shapely.intersection(geometries[i], geometries[j])
        ground = float(shapely.area(common))
        if ground <= 0:
            continue
        rows = sorted(tree.query(common, predicate="contains").tolist())
        if ground < SLIVER and not rows:
            continue
        listed = ", ".join(table.postcodes[row] for row in rows[:3]) + (" and more" if len(rows) > 3 else "")
        affected = f"{len(rows)} postcodes ({listed})" if rows else "no postcode"
        at = f"feature {second.feature}"
        if first.code == second.code:
            kind, value = "duplicate", second.code
            what = (
                f"{second.code} is drawn here and again in feature {first.feature} ({ground:,.0f} m² twice)."
            )
            do = "Leave one of the two features out."
        else:
            kind, value = "overlap", f"{first.code} {second.code}"
            what = (
                f"{second.code} {second.name} overlaps {first.code} {first.name} (feature {first.feature}) "
                f"by {ground:,.0f} m² with {affected}."
            )
            do = "Draw one boundary between them."
        found.append(Finding(kind, at, value, what, do, len(rows)))
    return found


def _pieces(shapes: Sequence[Shape], table: CityTable) -> list[Finding]:
    import shapely

    by_code: defaultdict[str, list[Shape]] = defaultdict(list)
    for shape in shapes:
        by_code[shape.code].append(shape)
    tree = shapely.STRtree(table.points())
    found = []
    for code in sorted(by_code):
        features = by_code[code]
        parts: list[Any] = list(shapely.get_parts(shapely.union_all([f.geometry for f in features])))
        parts = sorted((p for p in parts if p.area > 0), key=lambda part: -part.area)
        if len(parts) < 2:
            continue
        rest = [f"{part.area:,.0f} m²" for part in parts[1:4]] + (["and more"] if len(parts) > 4 else [])
        count = sum(len(tree.query(part, predicate="contains")) for part in parts[1:])
        what = f"{code} {features[0].name} is in {len(parts)} pieces; besides the largest: {', '.join(rest)}."
        at = ", ".join(f"feature {f.feature}" for f in features)
        do = "Join them, or give the pieces to the areas round them."
        found.append(Finding("pieces", at, code, what, do, count))
    return found


def _names(shapes: Sequence[Shape]) -> list[Finding]:
    first: dict[str, Shape] = {}
    found = []
    for shape in shapes:
        known = first.setdefault(shape.code, shape)
        if known.name != shape.name:
            what = f"{shape.code} is named {shape.name!r} here but {known.name!r} in feature {known.feature}."
            do = "Give the area one name, or the other area its own code."
            found.append(Finding("two_names", f"feature {shape.feature}", shape.code, what, do))
    return found
