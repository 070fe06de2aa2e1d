"""Reading and writing polygons: GeoJSON, GeoPackage and zipped shapefiles, in any coordinate system.

Inside, polygons are metres on the British National Grid (EPSG:27700), rounded to the millimetre.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.layers import LayerError
from geo.stewardship.assignment import Shape
from geo.stewardship.findings import Finding

if TYPE_CHECKING:
    from geo.stewardship.wanted import Wanted

# Roughly Birmingham with ten kilometres round it, as west, south, east, north.
CITY_GRID = (392000.0, 262000.0, 424000.0, 312000.0)
CITY_DEGREES = (-2.12, 52.25, -1.64, 52.71)
_CODE = re.compile(r"code|(area|team|hub)_?code|[a-z]+\d*cd|(area|team)_?id|id", re.IGNORECASE)
_NAME = re.compile(r"name|(area|team|hub)_?name|[a-z]+\d*nm|title|team|area", re.IGNORECASE)

Box = tuple[float, float, float, float]


def read_polygons(path: Path, wanted: Wanted) -> tuple[list[Shape], list[str], list[Finding]]:
    """The features of a file as shapes in EPSG:27700, notes on what was mended, and unusable features.

    GeoJSON without a `crs` is WGS 84. Raises `LayerError` for an unreadable file, one that does not
    state its coordinate system, one that lies elsewhere, or without columns for code and name.
    """
    import geopandas

    source = _source(path)
    try:
        frame = geopandas.read_file(source, engine="pyogrio")
    except Exception as error:  # pyogrio and GDAL raise many kinds, all meaning the same here
        raise LayerError(f"{path}: cannot be read as polygons ({_first_line(error)}).") from None
    if not isinstance(frame, geopandas.GeoDataFrame) or not len(frame):
        raise LayerError(f"{path}: holds no polygons.")
    notes: list[str] = []
    if wanted.crs:
        try:
            frame = frame.set_crs(wanted.crs, allow_override=True)
        except Exception as error:
            raise LayerError(f"--crs {wanted.crs}: not a coordinate system ({_first_line(error)}).") from None
        notes.append(f"Coordinates taken as {wanted.crs}, as --crs says.")
    if frame.crs is None:
        raise LayerError(
            f"{path}: does not say its coordinate system (a shapefile says it in its .prj file). "
            "Ask its maker, then say it with --crs, for example --crs EPSG:27700."
        )
    _in_the_city(path, frame)
    if frame.crs.to_epsg() != 27700:
        notes.append(f"Reprojected from {frame.crs.name} to the British National Grid.")
        frame = frame.to_crs(27700)
    fields = [str(column) for column in frame.columns if column != frame.geometry.name]
    code_field = _field(path, "code", wanted.code_field, fields, _CODE)
    name_field = _field(path, "name", wanted.name_field, fields, _NAME)
    shapes, faults = _shapes(frame, code_field, name_field, notes)
    return shapes, notes, faults


def _source(path: Path) -> str:
    """What to open: the one layer inside a zip or GeoPackage, or the file itself."""
    import pyogrio

    if path.suffix.lower() == ".shp":
        raise LayerError(f"{path}: zip it with its .dbf, .shx and .prj files and give the zip.")
    if path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                inside = [name for name in archive.namelist() if name.lower().endswith(".shp")]
        except (zipfile.BadZipFile, OSError):
            raise LayerError(f"{path}: a damaged zip. Ask for it again.") from None
        if len(inside) != 1:
            raise LayerError(f"{path}: holds {len(inside)} shapefiles; zip one alone. {', '.join(inside)}")
        return f"/vsizip/{path.resolve()}/{inside[0]}"
    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(path)]
    except Exception as error:
        raise LayerError(f"{path}: cannot be read as polygons ({_first_line(error)}).") from None
    if len(layers) != 1:
        raise LayerError(f"{path}: holds {len(layers)} tables ({', '.join(layers)}); export one alone.")
    return str(path)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def _meets(box: Box, other: Box) -> bool:
    return box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]


def _in_the_city(path: Path, frame: Any) -> None:
    """Refuse coordinates that cannot be Birmingham's, saying what they look like instead."""
    west, south, east, north = (float(value) for value in frame.total_bounds)
    box, swapped = (west, south, east, north), (south, west, north, east)
    if not all(np.isfinite(box)):
        raise LayerError(f"{path}: no feature has any coordinates.")
    home = CITY_DEGREES if frame.crs.is_geographic else CITY_GRID if frame.crs.to_epsg() == 27700 else None
    if home is not None and _meets(box, home):
        return
    if home is None:
        moved = tuple(float(value) for value in frame.to_crs(27700).total_bounds)
        if np.isfinite(moved).all() and _meets((moved[0], moved[1], moved[2], moved[3]), CITY_GRID):
            return
    looks = "They are somewhere else: is this the right file?"
    degrees = max(abs(value) for value in box) <= 180
    if degrees and _meets(swapped, CITY_DEGREES):
        looks = "It looks as if latitude and longitude are swapped: ask for longitude first."
    elif degrees and _meets(box, CITY_DEGREES):
        looks = "They look like degrees of WGS 84: say --crs EPSG:4326."
    elif not degrees and _meets(box, CITY_GRID):
        looks = "They look like British National Grid metres: say --crs EPSG:27700."
    elif not degrees and _meets(swapped, CITY_GRID):
        looks = "It looks as if easting and northing are swapped: ask for easting first."
    raise LayerError(
        f"{path}: coordinates from {west:g}, {south:g} to {east:g}, {north:g} are not in Birmingham "
        f"in {frame.crs.name}, which the file states or implies. {looks}"
    )


def _field(path: Path, what: str, asked: str, fields: Sequence[str], pattern: re.Pattern[str]) -> str:
    """The property that holds the code or the name."""
    listed = ", ".join(fields) or "none"
    if asked:
        if asked not in fields:
            raise LayerError(f"{path}: no property {asked!r}. There is: {listed}.")
        return asked
    found = [field for field in fields if pattern.fullmatch(field)]
    exact = [field for field in found if field.lower() == what]
    coded = [field for field in found if field.lower().endswith(("cd", "nm", "_code", "_name"))]
    for choice in (exact, coded, found):
        if len(choice) == 1:
            return choice[0]
    problem = (
        f"several could be the {what} ({', '.join(found)})" if found else f"none is the {what} ({listed})"
    )
    raise LayerError(f"{path}: of the properties {problem}. Say which with --{what}-field.")


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _shapes(
    frame: Any, code_field: str, name_field: str, notes: list[str]
) -> tuple[list[Shape], list[Finding]]:
    import shapely

    shapes: list[Shape] = []
    faults: list[Finding] = []
    rows = zip(frame[code_field], frame[name_field], frame.geometry.array, strict=True)
    for feature, (code_value, name_value, drawn) in enumerate(rows, 1):
        code, name, at = _text(code_value), _text(name_value), f"feature {feature}"
        if not code:
            faults.append(Finding("incomplete", at, name, f"the feature has no {code_field}.", "Fill it in."))
            continue
        if drawn is None or drawn.is_empty or not _polygonal(drawn):
            what = f"{code} {name} has no polygon" + (
                f" but a {drawn.geom_type}." if drawn is not None else "."
            )
            faults.append(Finding("incomplete", at, code, what, "Draw it, or leave the feature out."))
            continue
        geometry = shapely.transform(shapely.force_2d(drawn), lambda xy: np.round(xy, 3))
        if not shapely.is_valid(geometry):
            reason = shapely.is_valid_reason(geometry)
            geometry = _only_polygons(shapely.make_valid(geometry))
            change = f"{geometry.area - drawn.area:+,.0f} m²"
            notes.append(
                f"Feature {feature}: {code} {name} was not a valid polygon ({reason}); repaired, {change}."
            )
        elif geometry.geom_type == "GeometryCollection":
            geometry = _only_polygons(geometry)
        if geometry.is_empty:
            faults.append(Finding("incomplete", at, code, f"{code} {name} has no ground.", "Draw it again."))
            continue
        shapes.append(Shape(feature, code, name or code, geometry))
    return shapes, faults


def _polygonal(geometry: Any) -> bool:
    return geometry.geom_type in ("Polygon", "MultiPolygon", "GeometryCollection")


def _only_polygons(geometry: Any) -> Any:
    import shapely

    parts = shapely.get_parts(geometry)
    flat = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
    return shapely.union_all(flat)


def as_geojson(shapes: Sequence[Shape]) -> str:
    """The stored form: GeoJSON with its `crs` member (EPSG:27700) and the properties code and name."""
    import shapely

    features = [
        {
            "type": "Feature",
            "properties": {"code": shape.code, "name": shape.name},
            "geometry": json.loads(shapely.to_geojson(shape.geometry)),
        }
        for shape in shapes
    ]
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        "features": features,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
