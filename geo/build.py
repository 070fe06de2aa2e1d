"""Compile the gazetteer and the shapes of areas from their sources, in seconds, whole or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo.gazetteer import (
    CELL_LAT,
    CELL_LON,
    CITY,
    NEAR_AUTHORITY_METRES,
    NONE,
    OUTSIDE_ROW,
    SLOTS,
    cell_key,
)
from geo.layers import Generation, active_generations
from geo.postcode import UNIT_LETTERS
from geo.sections import write_sections
from geo.sources.directory import (
    Directory,
    Progress,
    SourceError,
    package_version,
    read_onspd,
    read_package,
)
from geo.sources.reference import Reference, read_reference
from geo.stewardship.assignment import Assignment, CityTable, assign, near, near_shapes, read_shapes

# Part of the fingerprint of a build: change it whenever a build from the same sources comes out otherwise.
FORMAT = 1
EDGE_METRES = 600  # how far outside the city points are kept for `nearest`
Scope = Literal["uk", "city"]


@dataclass(frozen=True)
class Built:
    """What a build made."""

    path: Path
    release: str
    city_rows: int
    rows: int
    fresh: bool  # False: nothing had changed, and nothing was written


def gazetteer_path(var: Path) -> Path:
    """Where the gazetteer of an installation lies."""
    return var / "gazetteer.bin"


def fingerprint(data: Path, var: Path, source: str, scope: Scope) -> str:
    """A hash over everything that a build reads; equal fingerprints build equal gazetteers."""
    digest = hashlib.sha256(f"{FORMAT}|{source}|{scope}".encode())
    roots = (data / "areas", data / "reference", var / "areas")
    for root in roots:
        for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")):
            digest.update(f"\0{path.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def build_lock(var: Path) -> Iterator[None]:
    """Let one build run at a time; a second one waits. Falls away where the system has no file locks."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / ".build.lock").open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows: each build still writes to its own file and renames it
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build(
    data: Path,
    var: Path,
    *,
    onspd: Path | None = None,
    scope: Scope = "uk",
    if_needed: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Compile `<var>/gazetteer.bin` and `<var>/shapes/` from the sources.

    `onspd` is the official ONSPD zip or CSV; without it the pinned package is read. `scope="city"` leaves
    out the rest of the UK, whose postcodes are then `unknown`. Raises `SourceError` or `LayerError` for
    sources that cannot be used, `OSError` for a full disk; the gazetteer in use stays as it was.
    """
    from geo.gazetteer import Gazetteer, GazetteerError

    with build_lock(var):
        stamp = onspd and onspd.is_file() and [str(onspd.resolve()), onspd.stat().st_size, onspd.stat().st_mtime_ns]
        inputs = fingerprint(data, var, json.dumps(stamp) if onspd else package_version(), scope)
        if if_needed:
            try:
                now = Gazetteer.open(gazetteer_path(var))
            except GazetteerError:
                pass
            else:
                kept = now.meta["from_file"] if onspd is None else None
                same = now.meta["inputs"] == inputs
                if same and (var / "shapes").is_dir() and kept is None:
                    return Built(
                        gazetteer_path(var), now.release, now.city_rows, now.city_rows + now.outside.rows, False
                    )
        directory = read_onspd(onspd, progress) if onspd else read_package(progress)
        return _compile(data, var, directory, read_reference(data), scope, inputs, onspd, progress)


def _slots(incode: npt.NDArray[np.bytes_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Each incode's slot among the 4,000 an outcode can have, and whether it is one that is issued."""
    letters = np.ascontiguousarray(incode).view(np.uint8).reshape(-1, 3).astype(np.int64)
    place = np.full(256, -1, dtype=np.int64)
    place[np.frombuffer(UNIT_LETTERS.encode(), np.uint8)] = np.arange(20)
    digit, first, second = letters[:, 0] - 48, place[letters[:, 1]], place[letters[:, 2]]
    valid = (digit >= 0) & (digit <= 9) & (first >= 0) & (second >= 0)
    return digit * 400 + first * 20 + second, valid


def _index(outcode: npt.NDArray[np.bytes_], incode: npt.NDArray[np.bytes_]) -> tuple[list[str], Any, Any, Any]:
    """Outcodes, bits, rank and the order of rows for `PostcodeIndex`."""
    names, at = np.unique(outcode, return_inverse=True)
    slot, _valid = _slots(incode)
    bit = at.ravel().astype(np.int64) * SLOTS + slot
    order = np.argsort(bit, kind="stable")
    if len(bit) > 1 and (np.diff(bit[order]) == 0).any():
        twice = int(order[np.flatnonzero(np.diff(bit[order]) == 0)[0]])
        raise SourceError(f"the source holds {outcode[twice].decode()} {incode[twice].decode()} twice.")
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
    return rows[shapely.STRtree(points[rows]).nearest(points[~known])]


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
    table = CityTable(postcodes, directory.easting[rows].astype(float), directory.northing[rows].astype(float), {})
    if not known.all():
        at[~known] = at[_derived(table, known)]
    columns = {name: [values[i] for i in at] for name, values in reference.columns.items()}
    derived = np.flatnonzero(~known).tolist()
    return CityTable(postcodes, table.easting, table.northing, columns), derived


def _near_authority(
    table: CityTable, directory: Directory, outside: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint32]:
    """For each city postcode, metres x 65536 + authority of the nearest outside postcode within 75 m, or 0."""
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
    cell = cell_key((lat // CELL_LAT).astype(np.int64), (lon // CELL_LON).astype(np.int64))  # type: ignore[arg-type]
    order = np.lexsort((row, cell))
    cells, starts = np.unique(np.asarray(cell)[order], return_index=True)
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


def _compile(
    data: Path,
    var: Path,
    directory: Directory,
    reference: Reference,
    scope: Scope,
    inputs: str,
    onspd: Path | None,
    progress: Progress | None,
) -> Built:
    from geo import shapes as drawing

    say = progress or (lambda what, done, total: None)
    authorities = [[code, reference.authorities.get(code, code)] for code in directory.authorities]
    if CITY not in directory.authorities:
        raise SourceError(f"the source holds no postcode of Birmingham ({CITY}).")
    _slot, issued = _slots(directory.incode)
    in_city = directory.authority == directory.authorities.index(CITY)
    on_grid = (directory.easting > 0) & (directory.northing > 0)
    city_rows = np.flatnonzero(in_city & on_grid & issued)
    names, bits, rank, order = _index(directory.outcode[city_rows], directory.incode[city_rows])
    city_rows = city_rows[order]
    table, derived = _city_table(directory, city_rows, reference)
    # A handful of codes of the old NPT area use letters that are never issued; nobody lives there now.
    outside = np.flatnonzero((~in_city | ~on_grid) & issued)
    near_by = np.flatnonzero(~in_city & on_grid & (directory.authority >= 0))
    city_points = np.column_stack([table.easting, table.northing])
    low, high = city_points.min(axis=0) - drawing.CLIP_METRES, city_points.max(axis=0) + drawing.CLIP_METRES
    near_by = near_by[
        (directory.easting[near_by] > low[0])
        & (directory.easting[near_by] < high[0])
        & (directory.northing[near_by] > low[1])
        & (directory.northing[near_by] < high[1])
    ]
    say("Drawing areas", 0, 1)
    clip = np.column_stack([directory.easting[near_by], directory.northing[near_by]]).astype(float)
    cells = drawing.city_cells(city_points, clip)

    generations = [g for layer in active_generations(data, var).values() for g in layer]
    described: list[dict[str, Any]] = []
    columns: list[npt.NDArray[np.uint16]] = []
    near_found: list[tuple[int, int, int, int]] = []
    drawn: dict[tuple[str, str], tuple[Any, list[tuple[str, str]], str]] = {}
    for number, generation in enumerate(generations):
        say("Drawing areas", number, len(generations))
        assigned = assign(generation, table, reference.names)
        own = np.where(assigned.index == NONE, -1, assigned.index.astype(np.int64))
        outline = drawing.dissolve(cells, own, len(assigned.areas))
        measured = generation.members in ("ward_2004", "polygon") or (
            generation.members == "reference" and f"{generation.reference_column}_near" in table.reference
        )
        found = (
            near(generation, table, assigned)
            if measured
            else near_shapes(list(outline), np.arange(len(outline)), table, assigned.index)
        )
        near_found += [(row, number, metres, area) for row, area, metres in found]
        shown, basis = drawing.simplified(outline), drawing.DERIVED
        if generation.members == "polygon":
            shown, basis = drawing.official(read_shapes(generation), [a.code for a in assigned.areas]), drawing.OFFICIAL
        drawn[generation.layer, generation.id] = (shown, [(a.code, a.name) for a in assigned.areas], basis)
        described.append(_described(generation, assigned) | {"shapes": basis})
        columns.append(assigned.index)
    _successors(described, columns)

    say("Writing", 0, 1)
    sections: dict[str, tuple[str, bytes]] = {
        "city_bits": ("Q", bits.tobytes()),
        "city_rank": ("I", rank.tobytes()),
        "easting": ("I", table.easting.astype(np.uint32).tobytes()),
        "northing": ("I", table.northing.astype(np.uint32).tobytes()),
        "near_authority": ("I", _near_authority(table, directory, near_by).tobytes()),
    }
    lat, lon = _microdegrees(table.easting, table.northing)
    sections["lat"], sections["lon"] = ("i", lat.tobytes()), ("i", lon.tobytes())
    _point, inverse, shared = np.unique(city_points, axis=0, return_inverse=True, return_counts=True)
    sections["shared_by"] = ("H", shared[inverse.ravel()].astype(np.uint16).tobytes())
    for number, column in enumerate(columns):
        sections[f"area_{number}"] = ("H", column.tobytes())
    near_found.sort()
    near_rows = np.array([n[0] for n in near_found], dtype=np.int64)
    near_at = np.searchsorted(near_rows, np.arange(len(table.postcodes) + 1)).astype(np.uint32)
    packed = np.array([g << 24 | m << 16 | a for _row, g, m, a in near_found], dtype=np.uint32)
    sections["near_at"], sections["near"] = ("I", near_at.tobytes()), ("I", packed.tobytes())

    rest = outside if scope == "uk" else outside[:0]
    outside_names, outside_bits, outside_rank, outside_order = _index(directory.outcode[rest], directory.incode[rest])
    rest = rest[outside_order]
    sections["outside_bits"] = ("Q", outside_bits.tobytes())
    sections["outside_rank"] = ("I", outside_rank.tobytes())
    named = np.where(directory.authority[rest] < 0, NONE, directory.authority[rest])
    sections["outside_authority"] = ("H", named.astype(np.uint16).tobytes())
    if directory.ended is not None:
        sections["ended"] = ("I", directory.ended[city_rows].tobytes())
        sections["outside_ended"] = ("I", directory.ended[rest].tobytes())
    row_of = {int(index): row for row, index in enumerate(rest)} if scope == "uk" else {}
    edge = _edge(directory, near_by, city_points) if row_of else near_by[:0]
    edge_lat, edge_lon = _microdegrees(directory.easting[edge], directory.northing[edge])
    edge_rows = np.array([row_of[int(i)] | OUTSIDE_ROW for i in edge], dtype=np.uint32)
    sections |= _points(
        np.concatenate([lat, edge_lat]),
        np.concatenate([lon, edge_lon]),
        np.concatenate([np.arange(len(lat), dtype=np.uint32), edge_rows]),
    )
    meta = {
        "inputs": inputs,
        "release": "",
        "source": directory.title,
        "from_file": onspd.name if onspd else None,
        "knows_terminated": directory.ended is not None,
        "scope": scope,
        "built": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "city_rows": len(table.postcodes),
        "city_points": len(cells.polygons),
        "outside_rows": len(rest),
        "left_out": int((~issued).sum()),
        "city_outcodes": names,
        "outside_outcodes": outside_names,
        "authorities": authorities,
        "derived_rows": derived,
        "generations": described,
    }
    meta["release"] = _release(meta, sections)
    for (layer, identity), (shown, areas, basis) in drawn.items():
        drawing.write_geojson(var / "shapes" / layer / f"{identity}.geojson", shown, areas, basis)
    write_sections(gazetteer_path(var), meta, sections)
    say("Writing", 1, 1)
    return Built(gazetteer_path(var), str(meta["release"]), len(table.postcodes), len(table.postcodes) + len(rest), True)


def _edge(directory: Directory, near_by: npt.NDArray[np.int64], city: Any) -> npt.NDArray[np.int64]:
    """Outside postcodes within 600 m of one of the city's, for `nearest`."""
    import shapely

    theirs = shapely.points(
        directory.easting[near_by].astype(float), directory.northing[near_by].astype(float)
    )
    (found, _ours), _distance = shapely.STRtree(shapely.points(city)).query_nearest(
        theirs, max_distance=EDGE_METRES, return_distance=True, all_matches=False
    )
    return near_by[np.unique(found)]


def _release(meta: Mapping[str, Any], sections: Mapping[str, tuple[str, bytes]]) -> str:
    """A short hash of the content, the same for the same content whenever it was built."""
    digest = hashlib.sha256()
    content = {k: v for k, v in meta.items() if k not in ("built", "inputs", "release")}
    digest.update(json.dumps(content, sort_keys=True).encode())
    for name in sorted(sections):
        digest.update(name.encode() + sections[name][1])
    return digest.hexdigest()[:12]
