"""Which area of a generation each of the city's postcodes lies in, and which others are near.

Everything here is worked out from values and the generation's own files; nothing is written. Positions
and distances are metres on the British National Grid (EPSG:27700).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.layers import Generation, LayerError, Member, read_members
from geo.postcode import kind, normalise, sector_of, show

NONE = 0xFFFF
NEAR_METRES = 50
POLYGON_FILE = "areas.geojson"
_PIECE = 16  # vertices of a boundary that are indexed together: short pieces keep distances cheap

Areas = npt.NDArray[np.uint16]
Metres = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CityTable:
    """The city's postcodes with their points, and the columns of `data/reference/postcode_areas.csv.gz`.

    `postcodes` may be written with or without the space; every other list has one value for each.
    """

    postcodes: list[str]
    easting: npt.NDArray[np.float64]
    northing: npt.NDArray[np.float64]
    reference: dict[str, list[str]]

    def points(self) -> Any:
        """The postcodes' points as an array of shapely points."""
        import shapely

        return shapely.points(self.easting.astype(float), self.northing.astype(float))


@dataclass(frozen=True)
class Area:
    """One area of a generation, by the code its owner uses and the name people know it by."""

    code: str
    name: str


@dataclass(frozen=True)
class Assignment:
    """`index[row]` is the postcode's place in `areas` (sorted by code), or `NONE`."""

    areas: list[Area]
    index: Areas


@dataclass(frozen=True)
class Shape:
    """One feature of a generation drawn as polygons. `feature` counts from 1 in file order."""

    feature: int
    code: str
    name: str
    geometry: Any = field(compare=False)


def read_shapes(generation: Generation) -> list[Shape]:
    """The features of a generation's `areas.geojson`, in EPSG:27700.

    Raises `LayerError` when the file is missing, is not GeoJSON, or has a feature without a code.
    """
    import shapely

    path = generation.folder / POLYGON_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        crs = document["crs"]["properties"]["name"]
        features = document["features"]
        geometries = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
        shapes = [
            Shape(number, feature["properties"]["code"], feature["properties"]["name"], geometry)
            for number, (feature, geometry) in enumerate(zip(features, geometries, strict=True), 1)
        ]
    except FileNotFoundError:
        raise LayerError(f"{path}: no such file. Import the polygons with: earlyhelp area import") from None
    except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise LayerError(
            f"{path}: not polygons as `earlyhelp area import` writes them ({error}). Import them again."
        ) from None
    if not str(crs).endswith(":27700"):
        raise LayerError(f"{path}: in {crs}, but stored polygons are in EPSG:27700. Import them again.")
    return shapes


def areas_of(pairs: Iterable[tuple[str, str]]) -> list[Area]:
    """The distinct areas of (code, name) pairs, by code. A code with two names keeps the first."""
    names: dict[str, str] = {}
    for code, name in pairs:
        names.setdefault(code, name)
    return [Area(code, names[code]) for code in sorted(names)]


@lru_cache(maxsize=65536)
def place_key(member: str) -> str | None:
    """The canonical postcode (`B152TT`) or sector (`B152`) that a member cell names, else None.

    `B15` alone is an outcode and names neither; `B1 5`, with its space, is a sector.
    """
    spaced = sector_of(member)
    if spaced:
        return spaced
    plain = normalise(member)
    return plain if kind(plain) in ("full", "sector") else None


def written_place(key: str) -> str:
    """A `place_key` as it is written: `B15 2TT`, `B15 2`. A sector needs its space: `B11` is an outcode."""
    return show(key) if kind(key) == "full" else f"{key[:-1]} {key[-1]}"


def assign(generation: Generation, table: CityTable, names: Mapping[str, str] | None = None) -> Assignment:
    """The area of every postcode of the city.

    Members by postcode count before members by sector. Where a file claims a postcode for several areas the
    lowest code has it; one that no area claims has `NONE`. Both are for `earlyhelp area check` to
    report. `names` gives the names of a reference layer's codes. Raises `LayerError` for files that
    cannot be read.
    """
    if generation.members == "polygon":
        shapes = read_shapes(generation)
        areas = areas_of((shape.code, shape.name) for shape in shapes)
        return Assignment(areas, by_polygon(shapes, areas, table))
    if generation.members == "reference":
        column = table.reference[generation.reference_column or generation.layer]
        known = names or {}
        areas = areas_of((code, known.get(code, code)) for code in column if code)
        return Assignment(areas, _by_value(column, {area.code: i for i, area in enumerate(areas)}))
    return assign_members(generation.members, read_members(generation), table)


def assign_members(members: str, rows: Sequence[Member], table: CityTable) -> Assignment:
    """As `assign`, for rows of members by `ward_2004`, `postcode` or `sector` already read."""
    areas = areas_of((row.code, row.name) for row in rows)
    claims = member_claims(members, rows, areas)
    if members == "ward_2004":
        return Assignment(areas, _by_value(table.reference["ward_2004"], claims))
    index = np.full(len(table.postcodes), NONE, dtype=np.uint16)
    for row, postcode in enumerate(table.postcodes):
        canonical = postcode.replace(" ", "")
        index[row] = claims.get(canonical, claims.get(canonical[:-2], NONE))
    return Assignment(areas, index)


def member_claims(members: str, rows: Sequence[Member], areas: Sequence[Area]) -> dict[str, int]:
    """The area (place in `areas`) that has each member; of several, the one with the lowest code."""
    place = {area.code: index for index, area in enumerate(areas)}
    claims: dict[str, int] = {}
    for row in rows:
        key = row.member if members == "ward_2004" else place_key(row.member)
        if key is not None:
            claims[key] = min(claims.get(key, NONE), place[row.code])
    return claims


def _by_value(column: Sequence[str], claims: Mapping[str, int]) -> Areas:
    return np.fromiter((claims.get(value, NONE) for value in column), dtype=np.uint16, count=len(column))


def by_polygon(shapes: Sequence[Shape], areas: Sequence[Area], table: CityTable) -> Areas:
    """The area whose polygon each postcode's point lies in or on, the lowest of several, else `NONE`."""
    import shapely

    index = np.full(len(table.postcodes), NONE, dtype=np.uint16)
    if not shapes:
        return index
    owner = _owners(shapes, areas)
    tree = shapely.STRtree(table.points())
    shape, row = tree.query([s.geometry for s in shapes], predicate="intersects")
    np.minimum.at(index, row, owner[shape].astype(np.uint16))
    return index


def _owners(shapes: Sequence[Shape], areas: Sequence[Area]) -> npt.NDArray[np.int64]:
    place = {area.code: index for index, area in enumerate(areas)}
    return np.array([place[shape.code] for shape in shapes], dtype=np.int64)


def near(
    generation: Generation, table: CityTable, assigned: Assignment, drawn: Sequence[Any] | None = None
) -> list[tuple[int, int, int]]:
    """Other areas within 50 m of each postcode's point: (row, place in `areas`, whole metres).

    Sorted by row, then nearest first. Wards and reference layers use the measured `_near` columns, so
    that a team's neighbour is another team, not its own next ward. Polygons are measured against.
    Members by postcode or sector are measured against `drawn`, the areas' shapes in the order of
    `assigned.areas`, when it is given, else taken as half the way to the nearest postcode of the other area,
    where a Voronoi boundary would run.
    """
    if generation.members in ("ward_2004", "reference"):
        if generation.members == "ward_2004":
            column, claims = "ward_2004", member_claims("ward_2004", read_members(generation), assigned.areas)
        else:
            column = generation.reference_column or generation.layer
            claims = {area.code: place for place, area in enumerate(assigned.areas)}
        return _near_by_column(table.reference.get(f"{column}_near"), claims, assigned.index)
    if generation.members == "polygon":
        shapes = read_shapes(generation)
        owners = _owners(shapes, assigned.areas)
        return near_shapes([s.geometry for s in shapes], owners, table, assigned.index)
    if drawn is not None:
        return near_shapes(list(drawn), np.arange(len(drawn)), table, assigned.index)
    return _near_by_points(table, assigned.index)


def _near_by_column(
    column: Sequence[str] | None, claims: Mapping[str, int], index: Areas
) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for row, cell in enumerate(column or ()):
        if not cell:
            continue
        best: dict[int, int] = {}
        for part in cell.split(";"):
            code, _, distance = part.partition(":")
            place, metres = claims.get(code, NONE), int(distance)
            if place not in (NONE, index[row]) and metres <= NEAR_METRES:
                best[place] = min(metres, best.get(place, NEAR_METRES))
        found += ((row, place, metres) for metres, place in sorted((m, p) for p, m in best.items()))
    return found


def near_shapes(
    geometries: Sequence[Any], owner: npt.NDArray[np.int64], table: CityTable, index: Areas
) -> list[tuple[int, int, int]]:
    """Areas other than a postcode's own whose polygons come within 50 m of its point.

    `owner[i]` is the area that `geometries[i]` belongs to. A point inside another area as well is 0 m away.
    """
    import shapely

    if not len(geometries):
        return []
    points = table.points()
    pieces: list[Any] = []
    piece_owner: list[int] = []
    for geometry, area in zip(geometries, owner, strict=True):
        cut = list(_boundary_pieces(geometry))
        pieces += cut
        piece_owner += [int(area)] * len(cut)
    owners = np.array(piece_owner, dtype=np.int64)
    row, piece = shapely.STRtree(pieces).query(points, predicate="dwithin", distance=NEAR_METRES + 0.5)
    metres = shapely.distance(points[row], np.array(pieces, dtype=object)[piece])
    shape, inside = shapely.STRtree(points).query(list(geometries), predicate="contains")
    return _nearest(
        np.concatenate([row, inside]),
        np.concatenate([owners[piece], np.asarray(owner)[shape]]),
        np.concatenate([metres, np.zeros(len(inside))]),
        index,
    )


def _boundary_pieces(geometry: Any) -> Iterable[Any]:
    import shapely

    for part in shapely.get_parts(geometry):
        if shapely.get_type_id(part) != shapely.GeometryType.POLYGON:
            continue
        for ring in shapely.get_rings(part):
            corners = shapely.get_coordinates(ring)
            for start in range(0, len(corners) - 1, _PIECE):
                yield shapely.linestrings(corners[start : start + _PIECE + 1])


def _near_by_points(table: CityTable, index: Areas) -> list[tuple[int, int, int]]:
    import shapely

    points = table.points()
    row, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=2 * NEAR_METRES + 1)
    differs = (index[row] != index[other]) & (index[other] != NONE)
    row, other = row[differs], other[differs]
    return _nearest(
        row, index[other].astype(np.int64), shapely.distance(points[row], points[other]) / 2, index
    )


def _nearest(
    row: npt.NDArray[np.int64], area: npt.NDArray[np.int64], metres: Metres, index: Areas
) -> list[tuple[int, int, int]]:
    """The nearest of each (row, area) that is not the row's own area, by row, then distance."""
    whole = np.rint(metres).astype(np.int64)
    keep = (index[row] != area) & (whole <= NEAR_METRES)
    row, area, whole = row[keep], area[keep], whole[keep]
    order = np.lexsort((whole, area, row))
    row, area, whole = row[order], area[order], whole[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (area[1:] != area[:-1])
    row, area, whole = row[first], area[first], whole[first]
    order = np.lexsort((area, whole, row))
    return list(zip(row[order].tolist(), area[order].tolist(), whole[order].tolist(), strict=True))
