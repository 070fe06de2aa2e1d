"""The city's postcodes as the steward's checks need them: points, areas, and the codes that exist."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from geo.layers import LayerError
from geo.sources.directory import SourceError, package_folder, read_part
from geo.sources.reference import read_reference
from geo.stewardship.assignment import CityTable


def read_city(data: Path) -> CityTable:
    """Birmingham's postcodes from `data/reference`, with their grid references (metres, EPSG:27700).

    The points are those of the pinned postcode package; only the parts of it that the city needs are
    read. Raises `LayerError` when a table cannot be read or a postcode has no point.
    """
    try:
        reference = read_reference(data)
    except SourceError as error:
        raise LayerError(str(error)) from None
    east, north = np.zeros(len(reference.postcodes)), np.zeros(len(reference.postcodes))
    row_of = {postcode.replace(" ", ""): row for row, postcode in enumerate(reference.postcodes)}
    for letter in _letters(row_of):
        table = _part(letter)
        for postcode, x, y in zip(table["pcd"], table["oseast1m"], table["osnrth1m"], strict=True):
            row = row_of.get(postcode.replace(" ", ""))
            if row is not None:
                east[row], north[row] = x, y
    without = np.flatnonzero(~(east > 0))
    if len(without):
        first = reference.postcodes[int(without[0])]
        raise LayerError(f"{len(without)} postcodes have no grid reference, {first} first. Run: make setup")
    return CityTable(reference.postcodes, east, north, reference.columns)


def authority_of(data: Path, postcodes: Iterable[str]) -> dict[str, str]:
    """The name of the local authority of each canonical postcode or sector that the package knows.

    A sector is answered with the authority of its first postcode. Unknown ones are left out.
    """
    wanted = set(postcodes)
    authorities = read_reference(data).authorities
    found: dict[str, str] = {}
    for letter in _letters(wanted):
        table = _part(letter)
        for postcode, code in zip(table["pcd"], table["laua"], strict=True):
            plain = postcode.replace(" ", "")
            for key in (plain, plain[:-2]):
                if key in wanted:
                    found.setdefault(key, authorities.get(code, "another authority"))
    return found


def _letters(postcodes: Iterable[str]) -> list[str]:
    return sorted({postcode[0] for postcode in postcodes})


@cache
def _part(letter: str) -> dict[str, list[Any]]:
    """The package's table of the postcodes that begin with `letter`; empty when it has none."""
    try:
        path = package_folder() / f"postcodes_{letter}.msgpack.br"
        if path.is_file():
            return read_part(path)
    except SourceError as error:
        raise LayerError(str(error)) from None
    return {"pcd": [], "oseast1m": [], "osnrth1m": [], "laua": []}


def area_names(data: Path) -> dict[str, dict[str, str]]:
    """Names by code, by layer, from `data/reference/areas.csv`."""
    names: dict[str, dict[str, str]] = {}
    with (data / "reference" / "areas.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names.setdefault(row["layer"], {})[row["code"]] = row["name"]
    return names
