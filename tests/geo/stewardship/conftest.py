"""A steward's desk with an empty var folder, and ways to write what a steward might be sent."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from geo.home import data_dir
from geo.stewardship.assignment import CityTable
from geo.stewardship.city import area_names, read_city
from geo.stewardship.commands import area
from geo.stewardship.desk import Desk

Run = Callable[..., Result]
Write = Callable[..., Path]
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def city() -> CityTable:
    return read_city(data_dir())


@pytest.fixture(scope="session")
def wards() -> dict[str, str]:
    return area_names(data_dir())["ward_2004"]


@pytest.fixture
def desk(tmp_path: Path, city: CityTable) -> Desk:
    made = Desk(data_dir(), tmp_path / "var", TODAY)
    made.__dict__["city"] = city  # read once for the session
    return made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EARLYHELP_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("EARLYHELP_DATA", str(data_dir()))

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(area, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a members file: rows of (code, name, member) below a heading."""

    def to(rows: Iterable[Iterable[str]], name: str = "sent.csv", heading: str = "code,name,member") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(heading + "\n")
            csv.writer(file, lineterminator="\n").writerows(rows)
        return path

    return to


@pytest.fixture(scope="session")
def hub_rows() -> list[list[str]]:
    """The 40 rows of the shipped hub layer; row i stands on line i + 2."""
    path = data_dir() / "areas" / "hub" / "2013-04-01" / "members.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.fixture
def draw(tmp_path: Path) -> Write:
    """Write GeoJSON of (code, name, geometry as GeoJSON); `crs` as in a GeoJSON crs member, or none."""

    def to(features: Iterable[tuple[Any, Any, Any]], name: str = "sent.geojson", crs: str = "") -> Path:
        document: dict[str, Any] = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {"code": c, "name": n}, "geometry": g}
                for c, n, g in features
            ],
        }
        if crs:
            document["crs"] = {"type": "name", "properties": {"name": crs}}
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return to
