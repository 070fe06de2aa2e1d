"""The gazetteer as built, a small one that knows ended postcodes, and ways to tag bytes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.build import build
from geo.gazetteer import Gazetteer
from geo.home import data_dir, var_dir
from geo.tagging.columns import DEFAULT_LAYERS, Columns
from geo.tagging.csv_stream import tag_csv
from geo.tagging.tally import Tally
from geo.tagging.vector import Lookup

TODAY = dt.date(2026, 11, 22)
TagBytes = Callable[..., tuple[bytes, Tally]]


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.open(build(data_dir(), var_dir(), if_needed=True).path)


@pytest.fixture(scope="session")
def knows_ended(tmp_path_factory: pytest.TempPathFactory, gazetteer: Gazetteer) -> Gazetteer:
    """A gazetteer from an ONSPD file, in which every third city postcode has ended.

    B15 3XX is in no table of areas, B78 postcodes of one authority ended in different months, BX1 1LT is in
    no place, and ZZ99 3AA is listed as if it were in one.
    """
    folder = tmp_path_factory.mktemp("onspd")
    lines = ["pcd7,east1m,north1m,lad25cd,doterm"]
    for row, postcode in enumerate(gazetteer.city.postcodes()):
        if row % 50 == 0:
            ended = "200305" if row % 150 == 0 else ""
            lines.append(f"{postcode},{gazetteer.easting[row]},{gazetteer.northing[row]},E08000025,{ended}")
    row = gazetteer.city.row("B152TT")
    lines += [
        f"B15 3XX,{gazetteer.easting[row]},{gazetteer.northing[row]},E08000025,200711",
        "B78 1HG,420000,300000,E07000218,",
        "B78 1HH,420100,300000,E07000218,201001",
        "B78 1HJ,420100,300000,E07000218,201102",
        "BX1 1LT,,,,200105",
        "ZZ99 3AA,420100,300000,E07000218,",
    ]
    (folder / "ONSPD_NOV_2025_UK.csv").write_text("\n".join(lines) + "\n")
    return Gazetteer.open(build(data_dir(), folder / "var", onspd=folder / "ONSPD_NOV_2025_UK.csv").path)


@pytest.fixture(scope="session")
def lookup(gazetteer: Gazetteer) -> Lookup:
    return Lookup(gazetteer)


@pytest.fixture(scope="session")
def columns(gazetteer: Gazetteer) -> Columns:
    return Columns(gazetteer, DEFAULT_LAYERS, TODAY)


@pytest.fixture(scope="session")
def tag_bytes(lookup: Lookup, columns: Columns) -> TagBytes:
    def tag(
        data: bytes, column: str = "postcode", block: int = 1 << 16, encoding: str | None = None
    ) -> tuple[bytes, Tally]:
        written: list[bytes] = []
        tally = tag_csv(
            io.BytesIO(data), written.append, lookup, columns, column, encoding=encoding, block=block
        )
        return b"".join(written), tally

    return tag


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, gazetteer: Gazetteer) -> Path:
    """The var folder that the command will look in."""
    monkeypatch.setenv("EARLYHELP_VAR", str(var_dir()))
    return var_dir()
