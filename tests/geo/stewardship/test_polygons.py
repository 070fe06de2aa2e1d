"""Polygons in any format and coordinate system give the same answer, or are refused with the reason."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from geo.layers import LayerError
from geo.stewardship.assignment import NONE, CityTable, Shape, assign, near, near_shapes
from geo.stewardship.check_polygons import assign_shapes
from geo.stewardship.desk import Desk, Sent
from geo.stewardship.findings import Finding
from geo.stewardship.polygons import as_geojson, read_polygons
from geo.stewardship.wanted import Wanted

Draw = Callable[..., Path]
SHARED = Path(__file__).resolve().parents[4] / "shared" / "geo"

# The city in nine boxes of the British National Grid.
EDGES_X = (390000, 403000, 410000, 430000)
EDGES_Y = (260000, 282000, 290000, 310000)


def nine() -> list[tuple[str, str, Any]]:
    cells = [(x, y) for y in range(3) for x in range(3)]
    return [
        (f"A{i}", f"Area {i}", shapely.box(EDGES_X[x], EDGES_Y[y], EDGES_X[x + 1], EDGES_Y[y + 1]))
        for i, (x, y) in enumerate(cells, 1)
    ]


def geojson(geometry: Any) -> Any:
    return shapely.geometry.mapping(geometry)


def frame(features: list[tuple[str, str, Any]]) -> Any:
    codes, names, shapes = zip(*features, strict=True)
    # Corners alone would bend when reprojected; a point every 500 m keeps the edges where they are.
    dense = shapely.segmentize(np.array(shapes), 500)
    return geopandas.GeoDataFrame({"code": codes, "name": names}, geometry=dense, crs="EPSG:27700")


def zipped(folder: Path, data: Any, *, without: str = "") -> Path:
    inside = folder / "shapes"
    inside.mkdir()
    data.to_file(inside / "teams.shp", engine="pyogrio")
    path = folder / "teams.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(inside.iterdir()):
            if file.suffix != without:
                archive.write(file, file.name)
    return path


@pytest.mark.parametrize("crs", [27700, 4326, 3857, 2154])
@pytest.mark.parametrize("form", ["geojson", "gpkg", "zip"])
def test_every_format_and_coordinate_system_gives_the_same_assignment(
    tmp_path: Path, city: CityTable, crs: int, form: str
) -> None:
    data = frame(nine())
    wanted = assign_shapes_of(data, city)
    moved = data.to_crs(crs)
    if form == "zip":
        path = zipped(tmp_path, moved)
    else:
        path = tmp_path / f"teams.{form}"
        moved.to_file(path, engine="pyogrio")
    shapes, notes, faults = read_polygons(path, Wanted())
    assert faults == []
    assert bool(notes) == (crs != 27700)
    assert (assign_shapes(shapes, city).index == wanted).all()


def assign_shapes_of(data: Any, city: CityTable) -> Any:
    rows = zip(data["code"], data["name"], data.geometry, strict=True)
    shapes = [Shape(i, code, name, g) for i, (code, name, g) in enumerate(rows, 1)]
    index = assign_shapes(shapes, city).index
    assert (index != NONE).all()
    return index


def test_a_shapefile_without_prj_is_refused_and_can_be_stated(tmp_path: Path) -> None:
    path = zipped(tmp_path, frame(nine()), without=".prj")
    with pytest.raises(LayerError, match=r"\.prj.*--crs EPSG:27700"):
        read_polygons(path, Wanted())
    shapes, notes, _ = read_polygons(path, Wanted(crs="EPSG:27700"))
    assert len(shapes) == 9
    assert "EPSG:27700" in notes[0]


def test_grid_metres_in_a_file_without_crs_are_recognised(draw: Draw) -> None:
    path = draw((c, n, geojson(g)) for c, n, g in nine())
    with pytest.raises(LayerError, match=r"look like British National Grid.*--crs EPSG:27700"):
        read_polygons(path, Wanted())
    assert len(read_polygons(path, Wanted(crs="EPSG:27700"))[0]) == 9


def test_swapped_coordinates_are_recognised(draw: Draw) -> None:
    degrees = shapely.box(52.4, -1.95, 52.5, -1.85)
    with pytest.raises(LayerError, match="latitude and longitude are swapped"):
        read_polygons(draw([("A", "a", geojson(degrees))]), Wanted())
    metres = shapely.box(280000, 400000, 290000, 410000)
    path = draw([("A", "a", geojson(metres))], crs="urn:ogc:def:crs:EPSG::27700")
    with pytest.raises(LayerError, match="easting and northing are swapped"):
        read_polygons(path, Wanted())


def test_polygons_of_another_city_are_refused(draw: Draw) -> None:
    leeds = shapely.box(-1.6, 53.7, -1.4, 53.9)
    with pytest.raises(LayerError, match="not in Birmingham"):
        read_polygons(draw([("A", "a", geojson(leeds))]), Wanted())


def test_an_invalid_polygon_is_repaired_and_told(draw: Draw) -> None:
    bow_tie = {
        "type": "Polygon",
        "coordinates": [[[-1.9, 52.4], [-1.8, 52.5], [-1.8, 52.4], [-1.9, 52.5], [-1.9, 52.4]]],
    }
    shapes, notes, _ = read_polygons(draw([("A", "a", bow_tie)]), Wanted())
    assert any("Feature 1" in note and "repaired" in note for note in notes)
    assert shapely.is_valid(shapes[0].geometry)


def test_features_without_code_or_polygon_are_told_by_number(draw: Draw) -> None:
    square = geojson(shapely.box(-1.95, 52.4, -1.85, 52.5))
    point = {"type": "Point", "coordinates": [-1.9, 52.45]}
    path = draw([("A", "a", square), (None, "b", square), ("C", "c", None), ("D", "d", point)])
    _shapes, _notes, faults = read_polygons(path, Wanted())
    assert [(f.kind, f.at) for f in faults] == [("incomplete", f"feature {i}") for i in (2, 3, 4)]


@pytest.mark.parametrize("text", ["", "{", '{"type":"FeatureCollection","features":[]}', "code,name\n1,2\n"])
def test_a_file_that_holds_no_polygons_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sent.geojson"
    path.write_text(text)
    with pytest.raises(LayerError):
        read_polygons(path, Wanted())


def test_a_damaged_or_crowded_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sent.zip"
    path.write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(LayerError, match="damaged"):
        read_polygons(path, Wanted())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", "")
        archive.writestr("b.shp", "")
    with pytest.raises(LayerError, match="2 shapefiles"):
        read_polygons(path, Wanted())


def test_the_code_and_name_fields_must_be_plain_or_named(tmp_path: Path) -> None:
    data = frame(nine()).rename(columns={"code": "WD22CD", "name": "LAD22CD"})
    path = tmp_path / "sent.gpkg"
    data.to_file(path, engine="pyogrio")
    with pytest.raises(LayerError, match=r"WD22CD, LAD22CD.*--code-field"):
        read_polygons(path, Wanted())
    with pytest.raises(LayerError, match=r"no property 'x'. There is: WD22CD"):
        read_polygons(path, Wanted(code_field="x"))
    shapes, _, _ = read_polygons(path, Wanted(code_field="WD22CD", name_field="LAD22CD"))
    assert shapes[0].code == "A1"


def findings(desk: Desk, draw: Draw, features: list[tuple[str, str, Any]]) -> list[Finding]:
    path = draw(((c, n, geojson(g)) for c, n, g in features), crs="urn:ogc:def:crs:EPSG::27700")
    return desk.findings(desk.drawing(str(path), "", Wanted()))[0]


def test_nine_boxes_over_the_city_are_sound(desk: Desk, draw: Draw) -> None:
    assert findings(desk, draw, nine()) == []


def test_overlapping_polygons_are_told_with_square_metres_and_postcodes(desk: Desk, draw: Draw) -> None:
    features = nine()
    wider = shapely.box(EDGES_X[1] - 100, EDGES_Y[1], EDGES_X[2], EDGES_Y[2])
    features[4] = ("A5", "Area 5", wider)
    (overlap,) = findings(desk, draw, features)
    inside = (
        (desk.city.easting > EDGES_X[1] - 100)
        & (desk.city.easting < EDGES_X[1])
        & (desk.city.northing > EDGES_Y[1])
        & (desk.city.northing < EDGES_Y[2])
    )
    assert (overlap.kind, overlap.at) == ("overlap", "feature 5")
    assert "800,000 m²" in overlap.what
    assert "(feature 4)" in overlap.what
    assert overlap.postcodes == int(inside.sum()) > 0


def test_a_missing_polygon_is_a_gap_by_sector(desk: Desk, draw: Draw) -> None:
    found = findings(desk, draw, nine()[:4] + nine()[5:])
    assert {finding.kind for finding in found} == {"gap"}
    inside = (
        (desk.city.easting > EDGES_X[1])
        & (desk.city.easting < EDGES_X[2])
        & (desk.city.northing > EDGES_Y[1])
        & (desk.city.northing < EDGES_Y[2])
    )
    assert sum(finding.postcodes for finding in found) == int(inside.sum())


def test_parts_names_and_areas_without_homes_are_told_by_feature(desk: Desk, draw: Draw) -> None:
    island = shapely.box(425000, 305000, 426000, 306000)
    features = nine()
    features[8] = ("A9", "Area 9", shapely.difference(features[8][2], shapely.buffer(island, 500)))
    features += [("A1", "Area 1", island)]
    (pieces,) = findings(desk, draw, features)
    assert (pieces.kind, pieces.at) == ("pieces", "feature 1, feature 10")
    assert "1,000,000 m²" in pieces.what
    features[9] = ("A1", "Other", island)
    assert {f.kind: f.at for f in findings(desk, draw, features)}["two_names"] == "feature 10"
    features[9] = ("A10", "Island", island)
    (empty,) = findings(desk, draw, features)
    assert (empty.kind, empty.at) == ("empty", "feature 10")


def test_stored_polygons_read_back_as_they_were(tmp_path: Path, city: CityTable) -> None:
    path = tmp_path / "sent.gpkg"
    frame(nine()).to_file(path, engine="pyogrio")
    shapes, _, _ = read_polygons(path, Wanted())
    again = tmp_path / "areas.geojson"
    again.write_text(as_geojson(shapes), encoding="utf-8")
    back, notes, _ = read_polygons(again, Wanted())
    assert notes == []
    assert [(s.code, s.name) for s in back] == [(s.code, s.name) for s in shapes]
    assert all(a.geometry.equals(b.geometry) for a, b in zip(shapes, back, strict=True))


@pytest.mark.parametrize(
    ("file", "layer", "areas"),
    [
        ("constituencies_2010.geojson", "district", 10),
        ("constituencies_2024.geojson", "constituency_2024", 10),
        ("wards_2018.geojson", "ward_2018", 69),
    ],
)
def test_official_boundaries_agree_with_the_shipped_lookup(
    desk: Desk, file: str, layer: str, areas: int
) -> None:
    path = SHARED / file
    if not path.is_file():
        pytest.skip(f"the official boundary files are not there ({path})")
    sent = Sent(layer=layer, valid_from=dt.date(2026, 12, 1), city_only=True)
    drawing = desk.sent(path, sent, Wanted())
    found, assigned = desk.findings(drawing)
    assert found == []
    assert len(assigned.areas) == areas
    codes = [assigned.areas[place].code for place in assigned.index]
    agreeing = sum(a == b for a, b in zip(codes, desk.city.reference[layer], strict=True))
    assert agreeing == len(desk.city.postcodes)
    # Every neighbour that the shipped table measured is near by the boundaries too, to the metre or so.
    shipped = desk.chosen(layer, None, "")
    measured = assign(shipped, desk.city)
    listed = {(r, measured.areas[a].code): m for r, a, m in near(shipped, desk.city, measured)}
    owners = np.array([[a.code for a in assigned.areas].index(s.code) for s in drawing.shapes])
    drawn = near_shapes([s.geometry for s in drawing.shapes], owners, desk.city, assigned.index)
    distances = {(r, assigned.areas[a].code): m for r, a, m in drawn}
    assert len(listed) > 2000
    assert all(abs(distances[key] - metres) <= 1 for key, metres in listed.items())
