"""A small file in the form of the official ONS Postcode Directory."""

from __future__ import annotations

import zipfile
from pathlib import Path

from geo.gazetteer import Gazetteer

HEADING = "pcd7,pcd8,pcds,dointr,doterm,oscty25cd,lad25cd,wd25cd,east1m,north1m,lat,long"


def line(postcode: str, ended: str, authority: str, east: str, north: str) -> str:
    """One row of it; `ended` is year and month, `200305`, or empty."""
    outcode, incode = postcode.split()
    return f"{outcode:<4}{incode},{postcode},{postcode},198001,{ended},,{authority},,{east},{north},0,0"


def lines(gazetteer: Gazetteer) -> list[str]:
    """Every 40th Birmingham postcode, one ended, one newer than the table of areas, some from elsewhere."""
    found = []
    for row in range(0, gazetteer.city_rows, 40):
        ended = "200305" if row == 0 else ""
        grid = str(gazetteer.easting[row]), str(gazetteer.northing[row])
        found.append(line(gazetteer.city.postcode(row), ended, "E08000025", *grid))
    return [
        *found,
        line("B15 2ZZ", "", "E08000025", "404997", "283926"),
        line("B1 9ZZ", "", "E08000025", "", ""),
        line("B91 2AA", "", "E08000029", "414500", "279500"),
        line("B91 2AB", "201512", "E08000029", "414510", "279510"),
        line("GY1 1AA", "", "L99999999", "", ""),
        line("B99 1AA", "", "", "", ""),
    ]


def write_zip(path: Path, rows: list[str]) -> Path:
    """The zip as it is published, with the CSV in `Data/`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Data/ONSPD_FEB_2026_UK.csv", "\n".join([HEADING, *rows, ""]))
        archive.writestr("Documents/readme.txt", "words")
    return path
