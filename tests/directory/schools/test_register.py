"""Lists of schools over time: imported, compared, gone back from, and never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import earlyhelp
from directory.schools.register import SchoolsError, in_use, journal, rooms
from geo.home import data_dir
from tests.directory.schools.registers import Line, export, line

SIGNED = ("--commit", "--reason", "a test", "--by", "data steward")


@pytest.fixture
def var(built: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "gazetteer.bin").symlink_to(built / "gazetteer.bin")
    return folder


def run(var: Path, *arguments: str) -> Result:
    return CliRunner().invoke(earlyhelp, ["school", *arguments], env={"EARLYHELP_VAR": str(var)})


def as_shipped() -> list[Line]:
    """The shipped list as the register would have it."""
    register = in_use(data_dir(), Path("/nowhere"))
    assert register is not None
    return [
        line(
            int(one.urn),
            one.name,
            one.postcode,
            **{
                "PhaseOfEducation (name)": one.phase,
                "TypeOfEstablishment (name)": one.type,
                "StatutoryLowAge": "",
                "StatutoryHighAge": "",
                "SchoolWebsite": "",
                "TelephoneNum": "",
            },
        )
        for one in register.schools
    ]


def newer(path: Path, day: str = "20261130") -> Path:
    """A register with one school more, one closed, one gone, one renamed and one moved."""
    rows = as_shipped()
    rows[0]["EstablishmentStatus (name)"] = "Closed"
    del rows[1]
    rows[1]["EstablishmentName"] = "A new name"
    rows[2]["Postcode"] = "B15 2TT"
    rows[3]["StatutoryLowAge"], rows[3]["StatutoryHighAge"] = "2", "4"
    rows.append(line(150001, "New Academy"))
    return export(path / f"edubasealldata{day}.csv", rows)


def test_an_import_is_dry_and_shows_new_closed_renamed_and_moved(var: Path, tmp_path: Path) -> None:
    done = run(var, "import", str(newer(tmp_path)), "--json")
    assert done.exit_code == 0, done.stderr
    changes = json.loads(done.stdout)["difference"]
    assert [one["name"] for one in changes["new"]] == ["New Academy"]
    assert [one["now"] for one in changes["closed"]] == ["Closed", "not in the file"]
    assert [one["name"] for one in changes["renamed"]] == ["A new name"]
    assert [(one["before"], one["postcode"]) for one in changes["moved"]] == [("B42 2PX", "B15 2TT")]
    assert [one["members"] for one in changes["other"]] == [["low_age", "high_age"]]
    assert not (var / "schools").exists()


def test_a_committed_list_is_in_use_and_the_one_before_can_be_gone_back_to(var: Path, tmp_path: Path) -> None:
    assert run(var, "import", str(newer(tmp_path)), *SIGNED).exit_code == 0
    assert "New Academy" in run(var, "show", "150001").stdout
    assert "complete" not in run(var, "list").stdout.splitlines()[0]
    assert run(var, "undo").exit_code == 0
    assert "New Academy" in run(var, "show", "150001").stdout  # undo is dry too
    done = run(var, "undo", *SIGNED)
    assert "150001 New Academy" in done.stdout
    assert run(var, "show", "150001").exit_code == 1
    assert set(rooms(data_dir(), var)) == {"shipped", "2026-11-30"}
    assert run(var, "undo", "--to", "2026-11-30", *SIGNED).exit_code == 0
    assert "New Academy" in run(var, "show", "150001").stdout
    assert [entry["action"] for entry in journal(var)] == ["import", "use", "use"]
    assert "a test" in run(var, "history").stdout


def test_two_lists_of_one_day_are_both_kept(var: Path, tmp_path: Path) -> None:
    path = newer(tmp_path)
    for _ in range(2):
        assert run(var, "import", str(path), *SIGNED).exit_code == 0
    assert set(rooms(data_dir(), var)) == {"shipped", "2026-11-30", "2026-11-30.2"}


def test_an_import_that_never_reached_the_journal_has_not_happened(var: Path, tmp_path: Path) -> None:
    left = var / "schools" / "2026-11-30"
    left.mkdir(parents=True)
    (left / "schools.csv").write_text("torn", "utf-8")
    assert "shipped" in run(var, "history").stdout
    assert run(var, "import", str(newer(tmp_path)), *SIGNED).exit_code == 0
    assert "New Academy" in run(var, "show", "150001").stdout


@pytest.mark.parametrize(
    ("lines", "name", "told"),
    [
        ([line(103159, "One")], "edubasealldata20261130.csv", "It may be cut off"),
        (None, "register.csv", "--edition"),
        (None, "edubasealldata20991231.csv", "yet to come"),
        (None, "edubasealldata20200101.csv", "older than the one in use"),
        ([line(103159, "One", **{"LA (code)": "331"})], "edubasealldata20261130.csv", "no open school"),
        ([], "edubasealldata20261130.csv", "no rows"),
    ],
)
def test_a_list_that_cannot_be_right_is_refused_and_changes_nothing(
    var: Path, tmp_path: Path, lines: list[Line] | None, name: str, told: str
) -> None:
    path = export(tmp_path / name, as_shipped() if lines is None else lines)
    done = run(var, "import", str(path), *SIGNED)
    assert done.exit_code == 1
    assert told in done.stderr
    assert journal(var) == []


def test_a_change_must_be_signed_by_a_role(var: Path, tmp_path: Path) -> None:
    path = str(newer(tmp_path))
    assert run(var, "import", path, "--commit").exit_code == 2
    done = run(var, "import", path, "--commit", "--reason", "why", "--by", "someone@council.example")
    assert done.exit_code == 1
    assert journal(var) == []


def test_a_table_of_ones_own_does_not_pass_for_the_whole_register(var: Path) -> None:
    path = str(data_dir() / "schools" / "schools.csv")
    told = json.loads(run(var, "import", path, "--edition", "2026-11-01", "--json").stdout)["list"]
    assert not told["complete"]
    assert "does not say" in told["note"]
    whole = run(var, "import", path, "--edition", "2026-11-01", "--complete", "--json")
    assert json.loads(whole.stdout)["list"]["complete"]


def test_the_check_tells_age_gaps_and_schools_that_stand_elsewhere(var: Path) -> None:
    done = run(var, "check")
    assert done.exit_code == 1
    for words in (
        "183 postcodes in the city, 1 elsewhere, 0 not known",
        "stands in Solihull",
        "not complete",
    ):
        assert words in done.stdout


def test_a_damaged_journal_is_told_and_not_guessed_at(var: Path) -> None:
    (var / "schools").mkdir()
    (var / "schools" / "journal.jsonl").write_text("{torn\n", "utf-8")
    with pytest.raises(SchoolsError, match=r"journal\.jsonl: damaged"):
        in_use(data_dir(), var)
    assert run(var, "list").exit_code == 3
