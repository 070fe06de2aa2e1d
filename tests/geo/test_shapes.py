"""The shapes of areas: no slivers, and how far they are from the official boundaries."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.accuracy import agreement
from geo.gazetteer import NONE, Gazetteer


def _shapes(path: Path) -> tuple[list[str], np.ndarray]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    drawn = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
    return [f["properties"]["code"] for f in features], drawn


def _layers(gazetteer: Gazetteer) -> list[tuple[int, str, str]]:
    return [(i, g["layer"], g["id"]) for i, g in enumerate(gazetteer.generations)]


def test_every_area_of_every_generation_is_drawn_with_its_edges_shared(
    built: Path, gazetteer: Gazetteer
) -> None:
    for index, layer, identity in _layers(gazetteer):
        codes, shapes = _shapes(built / "shapes" / layer / f"{identity}.geojson")
        assert codes == [code for code, _name in gazetteer.generations[index]["areas"]]
        assert shapely.is_valid(shapes).all()
        # No overlap and no unshared edge: what a sliver would be.
        assert shapely.coverage_is_valid(shapes), layer
        together = shapely.coverage_union_all(shapes)
        assert sum(map(shapely.area, shapes)) == pytest.approx(shapely.area(together), rel=1e-9)


def test_the_city_has_the_same_outline_on_every_map(built: Path, gazetteer: Gazetteer) -> None:
    areas = []
    for _index, layer, identity in _layers(gazetteer):
        _codes, shapes = _shapes(built / "shapes" / layer / f"{identity}.geojson")
        areas.append(shapely.area(shapely.union_all(shapes)))
    assert max(areas) / min(areas) < 1.01


def test_nearly_every_postcode_lies_in_the_drawing_of_its_own_area(built: Path, gazetteer: Gazetteer) -> None:
    points = shapely.points(np.array(gazetteer.lon) / 1e6, np.array(gazetteer.lat) / 1e6)
    for index, layer, identity in _layers(gazetteer):
        _codes, shapes = _shapes(built / "shapes" / layer / f"{identity}.geojson")
        column = np.array(gazetteer.columns[index])
        own = shapes[np.where(column == NONE, 0, column)]
        inside = shapely.intersects(own, points)
        # Simplifying moves an edge by metres; a point within them may fall on the other side.
        assert inside.mean() > 0.985, (layer, inside.mean())


@pytest.mark.parametrize(
    ("layer", "file", "least"),
    [
        ("district", "constituencies_2010.geojson", 0.9),
        ("constituency_2024", "constituencies_2024.geojson", 0.9),
        ("ward_2018", "wards_2018.geojson", 0.8),
    ],
)
def test_areas_drawn_from_postcodes_agree_with_the_official_boundaries(
    built: Path, gazetteer: Gazetteer, shared: Path, layer: str, file: str, least: float
) -> None:
    generation = next(g for g in gazetteer.generations if g["layer"] == layer)
    drawn = built / "shapes" / layer / f"{generation['id']}.geojson"
    found = agreement(drawn, shared / "geo" / file, dict(map(tuple, generation["areas"])))
    assert len(found.areas) == len(generation["areas"])
    overlaps = sorted(area.overlap for area in found.areas)
    # The outer edge is rough where nobody lives, as in Sutton Park, and one constituency runs into Solihull.
    assert overlaps[len(overlaps) // 2] > least
    assert found.median_metres < 30
    assert found.p90_metres < 150
