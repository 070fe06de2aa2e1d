"""The `earlyhelp` command as a person types it, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli import earlyhelp
from directory.answer import Answers

HEAVY = (
    "geopandas",
    "pandas",
    "shapely",
    "whoosh",
    "fastapi",
    "numpy",
    "pyarrow",
    "holidays",
    "opening_hours",
)


def run(*arguments: str, var: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | more | ({"EARLYHELP_VAR": str(var)} if var else {})
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_lookup_shows_a_card_with_district_teams_and_whom_to_call(built: Path) -> None:
    done = run("lookup", "b15", "2tt", "--at", "2026-12-24T23:10")
    assert done.returncode == 0
    for words in (
        "B15 2TT, Edgbaston district",
        "999",
        "Emergency Duty Team",
        "0121 675 4806",
        "illustrative",
        "HUB05",
    ):
        assert words in done.stdout
    assert done.stderr == ""


def test_lookup_as_json_is_the_api_answer_byte_for_byte(built: Path, answers: Answers) -> None:
    done = run("lookup", "B15 2TT", "--on", "2015-03-31", "--at", "2015-03-31T10:00", "--json")
    from directory.moment import day, london_moment

    asked = answers.answer("B15 2TT", on=day("2015-03-31"), at=london_moment("2015-03-31T10:00"))
    assert done.stdout.encode() == asked.body + b"\n"


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("BI5 2TT", 1, "Did you mean B15 2TT?"),
        ("hello", 1, "not a UK postcode"),
        ("B91 2AA", 0, "0121 788 4300"),
        ("B15", 0, "Give the full postcode"),
        ("B15 2ZZ", 1, "not known yet"),
        ("BX1 1LT", 0, "stands for no place"),
        ("ZZ99 3VZ", 0, "where the child is now"),
        ("B61 8DA", 0, "Worcestershire County Council"),
        ("B15 2TT", 0, "may be terminated"),
    ],
)
def test_every_other_status_says_what_to_do(built: Path, typed: str, code: int, words: str) -> None:
    done = run("lookup", typed, "--at", "2026-11-23T10:00")
    assert (done.returncode, words in done.stdout) == (code, True), done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("lookup",),
        ("lookup", "B15 2TT", "--on", "31/03/2015"),
        ("lookup", "B15 2TT", "--at", "soon"),
        ("lookup", "B15 2TT", "--layers", "moon"),
        ("nonsense",),
    ],
)
def test_a_wrong_use_exits_2_and_says_what_is_wrong(built: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Error" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [("--help",), ("lookup", "B15 2TT"), ("lookup", "BI5 2TT", "--json")])
def test_a_lookup_loads_no_heavy_library(built: Path, arguments: tuple[str, ...]) -> None:
    code = (
        "import sys; from cli import main\n"
        f"try: main({list(arguments)!r})\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_a_missing_gazetteer_says_what_to_run(tmp_path: Path) -> None:
    done = run("lookup", "B15 2TT", var=tmp_path)
    assert done.returncode == 3
    assert "earlyhelp geo build" in done.stderr


def test_a_half_written_gazetteer_is_refused_with_what_to_run(built: Path, tmp_path: Path) -> None:
    (tmp_path / "gazetteer.bin").write_bytes((built / "gazetteer.bin").read_bytes()[:100_000])
    done = run("lookup", "B15 2TT", var=tmp_path)
    assert done.returncode == 3
    assert "only partly written" in done.stderr
    assert "earlyhelp geo build" in done.stderr


def test_info_and_doctor_answer_as_json(built: Path) -> None:
    facts = json.loads(run("geo", "info", "--json").stdout)
    assert facts["city_postcodes"] == 35068
    assert {layer["layer"] for layer in facts["layers"]} >= {"district", "hub", "lsoa_2021"}
    checks = json.loads(run("doctor", "--json").stdout)
    wrong = {check["check"] for check in checks if not check["ok"]}
    assert wrong <= {"directory", "listings", "search index"}, checks  # the tests' folder holds no directory


def test_doctor_says_what_to_mend(tmp_path: Path) -> None:
    done = run("doctor", "--json", var=tmp_path / "nothing")
    assert done.returncode == 1
    wrong = {check["check"]: check["detail"] for check in json.loads(done.stdout) if not check["ok"]}
    assert "earlyhelp geo build" in wrong["gazetteer"]
    assert "earlyhelp build" in wrong["directory"] and "earlyhelp build" in wrong["search index"]
    assert not (tmp_path / "nothing").exists()  # looking makes nothing


def test_the_export_holds_every_postcode_with_its_areas(
    built: Path, answers: Answers, tmp_path: Path
) -> None:
    out = tmp_path / "lookup.parquet"
    done = run("geo", "export", str(out))
    assert done.returncode == 0, done.stderr
    import pyarrow.parquet as pq

    table = pq.read_table(out)
    assert table.num_rows == 35068
    assert table.schema.metadata[b"earlyhelp_release"].decode() == answers.gazetteer.release
    for at in range(0, 35068, 997):
        row = {
            name: column[at].as_py() for name, column in zip(table.column_names, table.columns, strict=True)
        }
        answer = json.loads(answers.answer(row["postcode"]).body)
        for layer, area in answer["areas"].items():
            assert (row[f"{layer}_code"], row[f"{layer}_name"]) == (area["code"], area["name"])
            near = ";".join(f"{n['code']}:{n['metres']}" for n in area["near"])
            assert (row[f"{layer}_near"] or "") == near


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            found += _commands(command, (*path, name))
        else:
            found.append(((*path, name), command))
    return found


COMMANDS = _commands(earlyhelp)


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_every_command_explains_itself(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help, path
    assert len(command.help) > 40
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, (path, parameter.name)
