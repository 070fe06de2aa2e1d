"""From a table of postcodes and the drawings of areas to the sections of a gazetteer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo import shapes as drawing
from geo.gazetteer import CELL_LAT, CELL_LON, CITY, NEAR_AUTHORITY_METRES, NONE, OUTSIDE_ROW, SLOTS, cell_key
from geo.layers import Generation
from geo.postcode import UNIT_LETTERS
from geo.sources.directory import Directory, Progress, SourceError
from geo.sources.reference import Reference
from geo.stewardship.assignment import Assignment, CityTable, assign, near, near_shapes, read_shapes

EDGE_METRES = 600  # how far outside the city points are kept for `nearest`
Scope = Literal["uk", "city"]
Rows = npt.NDArray[np.int64]
SectionBytes = dict[str, tuple[str, bytes]]


def _slots(incode: npt.NDArray[np.bytes_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Each incode's slot among the 4,000 an outcode can have, and whether it is one that is issued."""
    letters = np.ascontiguousarray(incode).view(np.uint8).reshape(-1, 3).astype(np.int64)
    place = np.full(256, -1, dtype=np.int64)
    place[np.frombuffer(UNIT_LETTERS.encode(), np.uint8)] = np.arange(20)
    digit, first, second = letters[:, 0] - 48, place[letters[:, 1]], place[letters[:, 2]]
    valid = (digit >= 0) & (digit <= 9) & (first >= 0) & (second >= 0)
    return digit * 400 + first * 20 + second, valid


def _index(
    outcode: npt.NDArray[np.bytes_], incode: npt.NDArray[np.bytes_]
) -> tuple[list[str], Any, Any, Any]:
    """Outcodes, bits, rank and the order of rows for `PostcodeIndex`."""
    names, at = np.unique(outcode, return_inverse=True)
    slot, _valid = _slots(incode)
    bit = at.ravel().astype(np.int64) * SLOTS + slot
    order = np.argsort(bit, kind="stable")
    if len(bit) > 1 and (np.diff(bit[order]) == 0).any():
        twice = int(order[np.flatnonzero(np.diff(bit[order]) == 0)[0]])
        raise SourceError(f"it holds {outcode[twice].decode()} {incode[twice].decode()} twice.")
    words = np.zeros(-(-len(names) * SLOTS // 64) + 1, dtype=np.uint64)
    np.bitwise_or.at(words, bit >> 6, np.uint64(1) << (bit & 63).astype(np.uint64))
    counts = np.bitwise_count(words).astype(np.uint32)
    rank = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.uint32)
    return [name.decode() for name in names], words, rank, order


def _derived(table: CityTable, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """For each postcode not in the reference table, the row of the nearest one that is."""
    import shapely

    points = table.points()
    rows = np.flatnonzero(known)
    nearest: Rows = rows[shapely.STRtree(points[rows]).nearest(points[~known])]
    return nearest


def _city_table(
    directory: Directory, rows: npt.NDArray[np.int64], reference: Reference
) -> tuple[CityTable, list[int]]:
    """The city's postcodes with their reference values, and the rows whose values are a neighbour's."""
    postcodes = [
        f"{o.decode()} {i.decode()}"
        for o, i in zip(directory.outcode[rows], directory.incode[rows], strict=True)
    ]
    place = {postcode: index for index, postcode in enumerate(reference.postcodes)}
    at = np.array([place.get(postcode, -1) for postcode in postcodes], dtype=np.int64)
    known = at >= 0
    if not known.any():
        raise SourceError("no Birmingham postcode of the source is in data/reference. Is it the right file?")
    table = CityTable(
        postcodes, directory.easting[rows].astype(float), directory.northing[rows].astype(float), {}
    )
    if not known.all():
        at[~known] = at[_derived(table, known)]
    columns = {name: [values[i] for i in at] for name, values in reference.columns.items()}
    derived = np.flatnonzero(~known).tolist()
    return CityTable(postcodes, table.easting, table.northing, columns), derived


def _near_authority(
    table: CityTable, directory: Directory, outside: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint32]:
    """For each city postcode, metres x 65536 + authority of the nearest other one within 75 m, or 0."""
    import shapely

    points = table.points()
    theirs = shapely.points(
        directory.easting[outside].astype(float), directory.northing[outside].astype(float)
    )
    (row, other), distance = shapely.STRtree(theirs).query_nearest(
        points, max_distance=NEAR_AUTHORITY_METRES, return_distance=True, all_matches=False
    )
    answer = np.zeros(len(points), dtype=np.uint32)
    # One metre at least, so that a shared point is not read as "none".
    metres = np.maximum(np.rint(distance), 1).astype(np.uint32)
    answer[row] = metres << 16 | directory.authority[outside[other]].astype(np.uint32)
    return answer


def _points(
    lat: npt.NDArray[np.int32], lon: npt.NDArray[np.int32], row: npt.NDArray[np.uint32]
) -> dict[str, tuple[str, bytes]]:
    """The grid over points that `Gazetteer.nearest` reads: one point a distinct position, by cell."""
    _unique, first = np.unique(np.column_stack([lat, lon]), axis=0, return_index=True)
    lat, lon, row = lat[first], lon[first], row[first]
    cell = cell_key((lat // CELL_LAT).astype(np.int64), (lon // CELL_LON).astype(np.int64))
    order = np.lexsort((row, cell))
    cells, starts = np.unique(cell[order], return_index=True)
    return {
        "point_cells": ("I", cells.astype(np.uint32).tobytes()),
        "point_starts": ("I", np.r_[starts, len(order)].astype(np.uint32).tobytes()),
        "point_lat": ("i", lat[order].tobytes()),
        "point_lon": ("i", lon[order].tobytes()),
        "point_row": ("I", row[order].tobytes()),
    }


def _microdegrees(easting: Any, northing: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    from geo.projection import to_wgs84

    lon, lat = to_wgs84(np.asarray(easting, float), np.asarray(northing, float))
    return np.rint(lat * 1e6).astype(np.int32), np.rint(lon * 1e6).astype(np.int32)


def _described(generation: Generation, assigned: Assignment) -> dict[str, Any]:
    return {
        "layer": generation.layer,
        "id": generation.id,
        "title": generation.title,
        "kind": generation.kind,
        "valid_from": generation.valid_from.isoformat(),
        "valid_to": generation.valid_to.isoformat() if generation.valid_to else None,
        "status": generation.status,
        "source": generation.source,
        "owner": generation.owner,
        "members": generation.members,
        "succeeded_by": generation.succeeded_by,
        "areas": [[area.code, area.name] for area in assigned.areas],
    }


def _successors(generations: list[dict[str, Any]], columns: list[npt.NDArray[np.uint16]]) -> None:
    """Add to each generation that another follows: for each area, what its postcodes became."""
    for index, generation in enumerate(generations):
        after = [
            other
            for other, g in enumerate(generations)
            if (g["layer"] == generation["layer"] and g["valid_from"] > generation["valid_from"])
            or g["layer"] == generation["succeeded_by"]
        ]
        if not after:
            continue
        successor = min(after, key=lambda other: generations[other]["valid_from"])
        pairs = np.column_stack([columns[index], columns[successor]])
        pairs = pairs[(pairs != NONE).all(axis=1)]
        values, counts = np.unique(pairs, axis=0, return_counts=True)
        moved: dict[int, list[list[int]]] = {}
        for (old, new), count in zip(values.tolist(), counts.tolist(), strict=True):
            moved.setdefault(old, []).append([new, count])
        generation["successor"] = successor
        generation["successors"] = {
            str(old): sorted(into, key=lambda pair: -pair[1]) for old, into in moved.items()
        }


@dataclass(frozen=True)
class Drawn:
    """One generation, worked out: its areas, the area of each postcode, its neighbours, its shapes."""

    facts: dict[str, Any]
    column: npt.NDArray[np.uint16]
    near: list[tuple[int, int, int]]
    shapes: npt.NDArray[np.object_]

    def write_shapes(self, var: Path) -> None:
        """Write the shapes as `<var>/shapes/<layer>/<generation>.geojson`."""
        path = var / "shapes" / self.facts["layer"] / f"{self.facts['id']}.geojson"
        areas = [(code, name) for code, name in self.facts["areas"]]
        drawing.write_geojson(path, self.shapes, areas, self.facts["shapes"])


def _draw(generation: Generation, table: CityTable, names: Mapping[str, str], cells: drawing.Cells) -> Drawn:
    assigned = assign(generation, table, names)
    own = np.where(assigned.index == NONE, -1, assigned.index.astype(np.int64))
    outline = drawing.dissolve(cells, own, len(assigned.areas))
    # Wards and districts have measured distances; what has none is measured against the drawn outline.
    measured = generation.members in ("ward_2004", "polygon") or (
        generation.members == "reference" and f"{generation.reference_column}_near" in table.reference
    )
    found = (
        near(generation, table, assigned)
        if measured
        else near_shapes(list(outline), np.arange(len(outline)), table, assigned.index)
    )
    if generation.members == "polygon":
        shapes = drawing.official(read_shapes(generation), [area.code for area in assigned.areas])
        basis = drawing.OFFICIAL
    else:
        shapes, basis = drawing.simplified(outline), drawing.DERIVED
    return Drawn(_described(generation, assigned) | {"shapes": basis}, assigned.index, found, shapes)


@dataclass(frozen=True)
class Compiled:
    """What goes into the gazetteer's file, and the drawings that go beside it."""

    meta: dict[str, Any]
    sections: SectionBytes
    drawn: list[Drawn]


def compiled(
    directory: Directory,
    reference: Reference,
    generations: Sequence[Generation],
    scope: Scope,
    progress: Progress,
) -> Compiled:
    """Work everything out. Raises `SourceError` or `LayerError` for sources that cannot be used."""
    if CITY not in directory.authorities:
        raise SourceError(f"the source holds no postcode of Birmingham ({CITY}).")
    _slot, issued = _slots(directory.incode)
    on_grid = (directory.easting > 0) & (directory.northing > 0)
    in_city = (directory.authority == directory.authorities.index(CITY)) & on_grid & issued
    city_rows = np.flatnonzero(in_city)
    names, bits, rank, order = _index(directory.outcode[city_rows], directory.incode[city_rows])
    city_rows = city_rows[order]
    table, derived = _city_table(directory, city_rows, reference)
    city_points = np.column_stack([table.easting, table.northing])
    # A handful of codes of the old NPT area use letters that are never issued; nobody lives there now.
    outside = np.flatnonzero(~in_city & issued)
    near_by = _near_by(
        directory, np.flatnonzero(~in_city & issued & on_grid & (directory.authority >= 0)), city_points
    )

    clip = np.column_stack([directory.easting[near_by], directory.northing[near_by]]).astype(float)
    cells = drawing.city_cells(city_points, clip)
    drawn: list[Drawn] = []
    for generation in generations:
        progress("Drawing areas", len(drawn), len(generations))
        drawn.append(_draw(generation, table, reference.names, cells))
    _successors([d.facts for d in drawn], [d.column for d in drawn])

    progress("Compiling", 0, 1)
    sections: SectionBytes = {"city_bits": ("Q", bits.tobytes()), "city_rank": ("I", rank.tobytes())}
    sections |= _position_sections(table)
    sections |= _area_sections(drawn, len(table.postcodes))
    sections["near_authority"] = ("I", _near_authority(table, directory, near_by).tobytes())
    rest = outside if scope == "uk" else outside[:0]
    outside_names, outside_bits, outside_rank, outside_order = _index(
        directory.outcode[rest], directory.incode[rest]
    )
    rest = rest[outside_order]
    # What has no authority has no place; nor has a postcode of the city's own that has no grid reference.
    city = directory.authorities.index(CITY)
    placeless = (directory.authority[rest] < 0) | (directory.authority[rest] == city)
    named = np.where(placeless, NONE, directory.authority[rest])
    sections["outside_bits"] = ("Q", outside_bits.tobytes())
    sections["outside_rank"] = ("I", outside_rank.tobytes())
    sections["outside_authority"] = ("H", named.astype(np.uint16).tobytes())
    if directory.ended is not None:
        sections["ended"] = ("I", directory.ended[city_rows].tobytes())
        sections["outside_ended"] = ("I", directory.ended[rest].tobytes())
    sections |= _point_sections(directory, table, near_by if scope == "uk" else near_by[:0], rest)
    meta = {
        "release": "",
        "source": directory.title,
        "knows_terminated": directory.ended is not None,
        "scope": scope,
        "built": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "city_rows": len(table.postcodes),
        "city_points": len(cells.polygons),
        "outside_rows": len(rest),
        "left_out": int((~issued).sum()),
        "city_outcodes": names,
        "outside_outcodes": outside_names,
        "authorities": [[code, reference.authorities.get(code, code)] for code in directory.authorities],
        "derived_rows": derived,
        "generations": [d.facts for d in drawn],
    }
    meta["release"] = _release(meta, sections)
    return Compiled(meta, sections, drawn)


def _near_by(directory: Directory, rows: Rows, city: npt.NDArray[np.float64]) -> Rows:
    """Those of some outside rows that lie in the city's box and 3 km round it."""
    low, high = city.min(axis=0) - drawing.CLIP_METRES, city.max(axis=0) + drawing.CLIP_METRES
    east, north = directory.easting[rows], directory.northing[rows]
    kept: Rows = rows[(east > low[0]) & (east < high[0]) & (north > low[1]) & (north < high[1])]
    return kept


def _position_sections(table: CityTable) -> SectionBytes:
    lat, lon = _microdegrees(table.easting, table.northing)
    points = np.column_stack([table.easting, table.northing])
    _point, inverse, shared = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    return {
        "easting": ("I", table.easting.astype(np.uint32).tobytes()),
        "northing": ("I", table.northing.astype(np.uint32).tobytes()),
        "lat": ("i", lat.tobytes()),
        "lon": ("i", lon.tobytes()),
        "shared_by": ("H", shared[inverse.ravel()].astype(np.uint16).tobytes()),
    }


def _area_sections(drawn: Sequence[Drawn], rows: int) -> SectionBytes:
    """The area of each row by generation, and the neighbours: generation, metres and area in 32 bits each."""
    sections: SectionBytes = {f"area_{n}": ("H", d.column.tobytes()) for n, d in enumerate(drawn)}
    found = sorted((row, n, metres, area) for n, d in enumerate(drawn) for row, area, metres in d.near)
    at = np.searchsorted(np.array([row for row, *_rest in found], dtype=np.int64), np.arange(rows + 1))
    packed = np.array([n << 24 | metres << 16 | area for _row, n, metres, area in found], dtype=np.uint32)
    return sections | {"near_at": ("I", at.astype(np.uint32).tobytes()), "near": ("I", packed.tobytes())}


def _point_sections(directory: Directory, table: CityTable, near_by: Rows, rest: Rows) -> SectionBytes:
    """The grid over points that `Gazetteer.nearest` reads: the city's and those close outside."""
    import shapely

    lat, lon = _microdegrees(table.easting, table.northing)
    row = np.arange(len(lat), dtype=np.uint32)
    if len(near_by):
        theirs = shapely.points(
            directory.easting[near_by].astype(float), directory.northing[near_by].astype(float)
        )
        (found, _ours), _distance = shapely.STRtree(table.points()).query_nearest(
            theirs, max_distance=EDGE_METRES, return_distance=True, all_matches=False
        )
        edge = near_by[np.unique(found)]
        edge_lat, edge_lon = _microdegrees(directory.easting[edge], directory.northing[edge])
        row_of = np.full(int(rest.max()) + 1, -1, dtype=np.int64)
        row_of[rest] = np.arange(len(rest))
        lat, lon = np.concatenate([lat, edge_lat]), np.concatenate([lon, edge_lon])
        row = np.concatenate([row, (row_of[edge] | OUTSIDE_ROW).astype(np.uint32)])
    return _points(lat, lon, row)


def _release(meta: Mapping[str, Any], sections: Mapping[str, tuple[str, bytes]]) -> str:
    """A short hash of the content, the same for the same content whenever it was built."""
    digest = hashlib.sha256()
    content = {k: v for k, v in meta.items() if k not in ("built", "inputs", "release")}
    digest.update(json.dumps(content, sort_keys=True).encode())
    for name in sorted(sections):
        digest.update(name.encode() + sections[name][1])
    return digest.hexdigest()[:12]
