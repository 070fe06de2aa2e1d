"""Exports of the register as the department writes them, and as Excel saves them again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

# Some of the export's hundred and fifty columns, in its order. The heads' names must never be carried over.
HEADING = (
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (name)",
    "EstablishmentStatus (name)", "OpenDate", "CloseDate", "PhaseOfEducation (name)", "StatutoryLowAge",
    "StatutoryHighAge", "Street", "Town", "Postcode", "SchoolWebsite", "TelephoneNum", "HeadFirstName",
    "HeadLastName", "Easting", "Northing",
)  # fmt: skip
Line = dict[str, str]


def line(urn: int, name: str, postcode: str = "B8 1DZ", **more: str) -> Line:
    """One row: an open community primary school of Birmingham unless `more` says otherwise."""
    return {
        "URN": str(urn),
        "LA (code)": "330",
        "LA (name)": "Birmingham",
        "EstablishmentName": name,
        "TypeOfEstablishment (name)": "Community school",
        "EstablishmentStatus (name)": "Open",
        "PhaseOfEducation (name)": "Primary",
        "StatutoryLowAge": "3",
        "StatutoryHighAge": "11",
        "Postcode": postcode,
        "SchoolWebsite": "www.school.example",
        "TelephoneNum": "1214960123",
        "HeadFirstName": "Nobody",
        "HeadLastName": "Mustsee",
    } | more


def table(lines: Iterable[Line], delimiter: str = ",") -> str:
    """The export's text."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADING, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def export(path: Path, lines: Iterable[Line], encoding: str = "cp1252") -> Path:
    """An export on the disk, in the encoding that the department uses."""
    path.write_bytes(table(lines).encode(encoding))
    return path
