"""The `earlyhelp area` group: exit codes, JSON, help, and what importing it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from geo.stewardship.commands import area

Run = Callable[..., Result]
Write = Callable[..., Path]


def test_importing_the_group_loads_no_geometry_and_no_arrays() -> None:
    heavy = ("numpy", "pandas", "geopandas", "shapely", "pyogrio", "pyproj")
    script = (
        "import sys, geo.stewardship.commands\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )  # fmt: skip
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(area.commands))
def test_every_command_has_help_with_examples_and_json(run: Run, name: str) -> None:
    text = run(name, "--help").output
    assert f"earlyhelp area {name}" in text
    assert "Examples:" in text
    assert "--json" in text


def test_list_tells_every_layer_and_which_generation_is_in_force(run: Run) -> None:
    told = json.loads(run("list", "--json").stdout)
    layers = {layer["layer"]: layer for layer in told["layers"]}
    assert layers["hub"]["in_force"] == "2013-04-01"
    visiting = layers["health_visiting"]["generations"]
    assert [(g["valid_to"], g["areas"], g["state"]) for g in visiting] == [
        ("2015-03-31", 19, "active"),
        (None, 19, "active"),
    ]
    assert layers["ward_2018"]["generations"][0]["areas"] == 69
    assert "import cut short" not in run("list").stdout


@pytest.mark.parametrize(("day", "generation"), [("2015-03-31", "2013-04-01"), ("2015-04-01", "2015-04-01")])
def test_show_answers_for_any_day(run: Run, day: str, generation: str) -> None:
    told = json.loads(run("show", "health_visiting", "--on", day, "--json").stdout)
    assert told["generation"] == generation
    assert sum(a["postcodes"] for a in told["area_list"]) == told["postcodes"] == 35068
    assert sum(len(a["members"]) for a in told["area_list"]) == 40


def test_a_day_before_any_generation_is_answered_with_those_there_are(run: Run) -> None:
    refused = run("show", "hub", "--on", "1999-01-01")
    assert refused.exit_code == 1
    assert "2013-04-01 to now" in refused.stderr


def test_check_counts_all_findings_and_shows_the_first(
    run: Run, write: Write, hub_rows: list[list[str]]
) -> None:
    path = write(hub_rows[5:])
    told = run("check", path, "--at-most", "2", "--json")
    assert told.exit_code == 1
    findings = json.loads(told.stdout)["findings"]
    assert findings["counts"]["gap"] == 5
    assert len(findings["shown"]) == 2
    text = run("check", path, "--at-most", "2").stdout
    assert "more (--at-most shows them)" in text
    assert run("check", "hub").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere"),
        ("show", "nowhere"),
        ("show", "hub", "--generation", "1900-01-01"),
        ("activate", "hub", "1900-01-01"),
        ("activate", "hub", "2013-04-01"),
        ("retire", "hub", "2013-04-01", "--to", "2010-01-01"),
        ("history", "nowhere"),
    ],
)
def test_what_is_not_there_is_refused_in_words_with_exit_1(run: Run, arguments: tuple[str, ...]) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("earlyhelp area: ")
    assert refused.stdout == ""
    assert "refused" in json.loads(run(*arguments, "--json").stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "hub", "--on", "31/03/2015"),
        ("retire", "hub", "2013-04-01", "--commit"),
        ("retire", "hub", "2013-04-01", "--commit", "--reason", "why"),
        ("import", "no such file", "--layer", "hub", "--from", "2027-01-01"),
        ("check",),
    ],
)
def test_wrong_usage_is_exit_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_file_needs_its_layer_and_first_day(run: Run, write: Write, hub_rows: list[list[str]]) -> None:
    refused = run("import", write(hub_rows), "--layer", "hub")
    assert refused.exit_code == 1
    assert "--from" in refused.stderr


def test_an_empty_history_says_so(run: Run) -> None:
    assert "yet" in run("history").stdout
    assert json.loads(run("history", "--json").stdout) == {"entries": []}
