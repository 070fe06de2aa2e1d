"""`earlyhelp geo crosswalk`, as a steward runs it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import earlyhelp


def run(*arguments: str) -> Result:
    return CliRunner().invoke(earlyhelp, ["geo", "crosswalk", *arguments])


@pytest.fixture(autouse=True)
def _ready(built: Path) -> None:
    """The gazetteer that the command opens."""


def test_the_table_names_each_districts_hubs_and_who_straddles() -> None:
    done = run("district", "hub")
    assert done.exit_code == 0
    assert "E14000560 Edgbaston: 3, 2,561 postcodes" in done.stdout
    assert "HUB05 Edgbaston and Ladywood: Edgbaston, Ladywood" in done.stdout
    assert "illustrative" in done.stderr


def test_csv_and_json_tell_the_same() -> None:
    table = list(csv.DictReader(io.StringIO(run("district", "hub", "--csv").stdout)))
    facts = json.loads(run("district", "hub", "--json").stdout)
    assert [(row["district_code"], row["hub_code"], int(row["postcodes"])) for row in table] == [
        (row["area"]["code"], row["other"]["code"], row["postcodes"]) for row in facts["rows"]
    ]


def test_a_day_in_the_past_and_weights_are_used(tmp_path: Path) -> None:
    weights = tmp_path / "children.csv"
    weights.write_text("postcode,children\nB15 2TT,30\nZZ1 1ZZ,4\n", "utf-8")
    done = run("district", "health_visiting", "--on", "2015-03-31", "--weights", str(weights), "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["health_visiting_code"][:3], float(row["weight"])) for row in rows] == [("HVN", 30.0)]
    assert "ZZ11ZZ" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("district", "nothing"), "There is no layer 'nothing'"),
        (("district", "hub", "--on", "yesterday"), "is not a day"),
        (("district", "hub", "--csv", "--json"), "not both"),
    ],
)
def test_wrong_use_is_told(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_day_without_teams_says_so() -> None:
    done = run("district", "hub", "--on", "2000-01-01")
    assert done.exit_code == 0
    assert "nothing answers for hub on 2000-01-01" in done.stderr
