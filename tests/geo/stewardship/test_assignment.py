"""Which area each postcode lies in, and which others are near."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from geo.layers import LayerError, Member, read_generation, read_members
from geo.stewardship.assignment import (
    NONE,
    Area,
    Assignment,
    CityTable,
    Shape,
    areas_of,
    assign,
    assign_members,
    by_polygon,
    near,
    near_shapes,
    place_key,
    read_shapes,
)
from geo.stewardship.reading import blank_generation


def table(*places: tuple[str, float, float], **reference: list[str]) -> CityTable:
    return CityTable(
        [p for p, _, _ in places],
        np.array([x for _, x, _ in places], dtype=float),
        np.array([y for _, _, y in places], dtype=float),
        reference,
    )


def test_a_listed_postcode_counts_before_its_sector() -> None:
    city = table(("B15 2TT", 0, 0), ("B15 2TU", 0, 0), ("B15 3AA", 0, 0))
    rows = [Member(2, "A", "First", "B15 2"), Member(3, "B", "Second", "b152tu")]
    assert assign_members("postcode", rows, city).index.tolist() == [0, 1, NONE]


def test_of_two_claims_the_lowest_code_has_the_postcode() -> None:
    city = table(("B15 2TT", 0, 0))
    rows = [Member(2, "B", "Second", "B15 2TT"), Member(3, "A", "First", "B15 2TT")]
    assigned = assign_members("postcode", rows, city)
    assert assigned.areas[assigned.index[0]].code == "A"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("B1 5", "B15"), ("b15 2", "B152"), ("B152", "B152"), ("B15", None), ("B15-2TT", "B152TT"), ("x", None)],
)
def test_a_sector_is_told_from_an_outcode_by_its_space(typed: str, meant: str | None) -> None:
    assert place_key(typed) == meant


def test_every_postcode_of_the_city_has_an_area_in_every_shipped_layer(city: CityTable) -> None:
    from geo.home import data_dir

    folders = sorted(p.parent for p in (data_dir() / "areas").glob("*/*/layer.toml"))
    assert folders
    for folder in folders:
        assigned = assign(read_generation(folder), city)
        assert (assigned.index != NONE).all(), folder


def test_a_teams_neighbour_is_another_team_and_not_its_own_next_ward(city: CityTable) -> None:
    from geo.home import data_dir

    hub = read_generation(data_dir() / "areas" / "hub" / "2013-04-01")
    assigned = assign(hub, city)
    team = {member.member: member.code for member in read_members(hub)}
    found: dict[int, list[tuple[str, int]]] = {}
    for row, place, metres in near(hub, city, assigned):
        found.setdefault(row, []).append((assigned.areas[place].code, metres))
    for row, cell in enumerate(city.reference["ward_2004_near"]):
        own = team[city.reference["ward_2004"][row]]
        expected: dict[str, int] = {}
        for part in filter(None, cell.split(";")):
            ward, _, metres = part.partition(":")
            if team[ward] != own and int(metres) <= 50:
                expected[team[ward]] = min(int(metres), expected.get(team[ward], 50))
        assert dict(found.get(row, [])) == expected
        distances = [metres for _code, metres in found.get(row, [])]
        assert distances == sorted(distances)


def box(west: float, south: float, east: float, north: float) -> object:
    import shapely

    return shapely.box(west, south, east, north)


def test_polygons_are_assigned_and_measured_in_metres() -> None:
    city = table(("B1 1AA", 50, 50), ("B1 1AB", 95, 50), ("B1 1AD", 500, 50), ("B1 1AE", 105, 50))
    shapes = [Shape(1, "B", "Left", box(0, 0, 100, 100)), Shape(2, "A", "Right", box(100, 0, 200, 100))]
    areas = areas_of((s.code, s.name) for s in shapes)
    index = by_polygon(shapes, areas, city)
    assert [area.code for area in areas] == ["A", "B"]
    assert index.tolist() == [1, 1, NONE, 0]
    close = near_shapes([s.geometry for s in shapes], np.array([1, 0]), city, index)
    assert close == [(0, 0, 50), (1, 0, 5), (3, 1, 5)]


def test_ground_in_two_polygons_goes_to_the_lowest_code_and_the_other_is_at_no_distance() -> None:
    city = table(("B1 1AA", 50, 50))
    shapes = [Shape(1, "B", "", box(0, 0, 100, 100)), Shape(2, "A", "", box(40, 0, 900, 900))]
    index = by_polygon(shapes, areas_of((s.code, s.name) for s in shapes), city)
    assert index.tolist() == [0]
    assert near_shapes([s.geometry for s in shapes], np.array([1, 0]), city, index) == [(0, 1, 0)]


def test_listed_postcodes_measure_half_the_way_to_the_next_area_or_to_drawn_shapes(tmp_path: Path) -> None:
    city = table(("B1 1AA", 0, 0), ("B1 1AB", 60, 0), ("B1 1AD", 400, 0))
    generation = blank_generation("hub", dt.date(2027, 1, 1), tmp_path)
    assigned = Assignment([Area("A", ""), Area("B", "")], np.array([0, 1, 1], dtype=np.uint16))
    assert near(generation, city, assigned) == [(0, 1, 30), (1, 0, 30)]
    drawn = [box(-100, -100, 20, 100), box(20, -100, 500, 100)]
    assert near(generation, city, assigned, drawn) == [(0, 1, 20), (1, 0, 40)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type":"FeatureCollection","features":[]}',
        '{"crs":{"properties":{"name":"EPSG:27700"}},"features":[{"properties":{},"geometry":null}]}',
    ],
)
def test_a_damaged_polygon_file_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "areas.geojson").write_text(text)
    with pytest.raises(LayerError, match="again"):
        read_shapes(blank_generation("hub", dt.date(2027, 1, 1), tmp_path))


def test_stored_polygons_in_degrees_are_refused(tmp_path: Path) -> None:
    document = {"crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features": []}
    (tmp_path / "areas.geojson").write_text(json.dumps(document))
    with pytest.raises(LayerError, match="EPSG:27700"):
        read_shapes(blank_generation("hub", dt.date(2027, 1, 1), tmp_path))
