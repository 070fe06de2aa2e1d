"""The shipped list of schools: whole, in the city, and with nobody's name in it."""

from __future__ import annotations

import csv
import tomllib

from directory.schools.school import COLUMNS
from geo.gazetteer import Gazetteer
from geo.home import data_dir
from geo.place import locate

FOLDER = data_dir() / "schools"


def test_every_row_is_a_school_of_the_register_at_a_known_postcode(gazetteer: Gazetteer) -> None:
    with (FOLDER / "schools.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["urn"] for row in rows] == sorted({row["urn"] for row in rows})
    known = {row["urn"]: locate(gazetteer, row["postcode"]).status for row in rows}
    assert {urn for urn, status in known.items() if status != "ok"} == {"103623"}  # it stands in Solihull


def test_the_list_says_how_old_it_is_what_is_missing_and_how_many_it_has() -> None:
    told = tomllib.loads((FOLDER / "schools.toml").read_text("utf-8"))
    rows = (FOLDER / "schools.csv").read_text("utf-8").count("\n") - 1
    assert f"{rows} schools" in told["note"]
    assert told["complete"] is False
    assert told["edition_about"] is True
    assert told["licence"] == "Open Government Licence v3.0"
