"""The tables in `data/reference`: each Birmingham postcode's areas, names of areas and authorities."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

from geo.sources.directory import SourceError


@dataclass(frozen=True)
class Reference:
    """`columns[name][i]` is the value of postcode `postcodes[i]` (shown form, sorted as in the file).

    Columns: district, ward_2004, ward_2018, constituency_2024, lsoa_2021, and `…_near` for the first
    four: other areas within 100 m as `code:metres;…`, nearest first.
    """

    postcodes: list[str]
    columns: dict[str, list[str]]
    names: dict[str, str]
    authorities: dict[str, str]


def read_reference(data: Path) -> Reference:
    """Read the three tables. Raises `SourceError` naming the file that is missing or damaged."""
    folder = data / "reference"
    try:
        with gzip.open(folder / "postcode_areas.csv.gz", "rt", encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            header = next(rows)
            columns = [list(column) for column in zip(*rows, strict=True)]
        with (folder / "areas.csv").open(encoding="utf-8", newline="") as plain:
            names = {row["code"]: row["name"] for row in csv.DictReader(plain)}
        with (folder / "authorities.csv").open(encoding="utf-8", newline="") as plain:
            authorities = {row["code"]: row["name"] for row in csv.DictReader(plain)}
    except (OSError, EOFError, ValueError, KeyError, StopIteration) as error:
        raise SourceError(f"{folder}: the reference tables cannot be read ({error}).") from None
    table = dict(zip(header, columns, strict=True))
    return Reference(table.pop("postcode"), table, names, authorities)
