"""Reading the register's export: as it is, as Excel leaves it, and as it must not be."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from directory.schools.reading import edition_of, read_list
from directory.schools.school import COLUMNS, INDEPENDENT, SPECIAL, UNITS
from tests.directory.schools.registers import export, line, table

CAFE = "École St Zoë’s"


def test_the_export_is_read_as_it_is_and_no_head_is_carried_over(tmp_path: Path) -> None:
    read = read_list(export(tmp_path / "edubasealldata20261130.csv", [line(103159, CAFE, "b8 1dz")]))
    assert not read.problems
    school = read.schools[0]
    assert (school.urn, school.name, school.postcode, school.ages) == ("103159", CAFE, "B8 1DZ", "3 to 11")
    assert school.telephone == "0121 496 0123"
    assert school.website == "http://www.school.example"
    assert "Mustsee" not in repr(school)
    assert edition_of(tmp_path / "edubasealldata20261130.csv") == "2026-11-30"


@pytest.mark.parametrize(
    ("encoding", "prefix", "delimiter", "suffix"),
    [
        ("utf-8-sig", "", ",", ""),
        ("utf-16", "", "\t", ""),
        ("utf-8", "", ";", "\r\n"),
        ("cp1252", "", ",", ",,,,\r\n \r\n,,\r\n"),
    ],
)
def test_what_excel_makes_of_it_is_read_too(
    tmp_path: Path, encoding: str, prefix: str, delimiter: str, suffix: str
) -> None:
    path = tmp_path / "schools.csv"
    path.write_bytes((prefix + table([line(103159, CAFE)], delimiter) + suffix).encode(encoding))
    read = read_list(path)
    assert [one.name for one in read.schools] == [CAFE], read.problems


def test_only_open_schools_of_the_authority_are_kept(tmp_path: Path) -> None:
    rows = [
        line(1034, "Too short a number", **{"LA (code)": "331"}),
        line(103101, "Closed", **{"EstablishmentStatus (name)": "Closed"}),
        line(103102, "Closing", **{"EstablishmentStatus (name)": "Open, but proposed to close"}),
        line(103103, "To come", **{"EstablishmentStatus (name)": "Proposed to open"}),
        line(103104, "Of Solihull", **{"LA (code)": "334"}),
        line(103105, "A university", **{"TypeOfEstablishment (name)": "Higher education institutions"}),
    ]
    path = export(tmp_path / "register.csv", rows)
    read = read_list(path)
    assert [(one.name, one.status) for one in read.schools] == [("Closing", "open, proposed to close")]
    assert read.not_open == {"103101": "Closed", "103103": "Proposed to open"}
    assert read.left_out == {"Higher education institutions": 1}
    assert [one.name for one in read_list(path, ("330", "334")).schools] == ["Closing", "Of Solihull"]


def test_kinds_that_say_more_than_the_phase_head_a_group_of_their_own(tmp_path: Path) -> None:
    kinds = {
        "Community special school": SPECIAL,
        "Other independent special school": SPECIAL,
        "Academy alternative provision converter": UNITS,
        "Other independent school": INDEPENDENT,
        "Free schools": "Secondary schools",
    }
    rows = [
        line(
            103100 + at, kind, **{"TypeOfEstablishment (name)": kind, "PhaseOfEducation (name)": "Secondary"}
        )
        for at, kind in enumerate(kinds)
    ]
    read = read_list(export(tmp_path / "register.csv", rows))
    assert {one.type: one.group for one in read.schools} == kinds


@pytest.mark.parametrize(
    ("change", "place", "told"),
    [
        (lambda text: "", "register.csv: The file is empty", "Download"),
        (lambda text: "\r\n,,\r\n", "The file is empty", "Download"),
        (lambda text: text.splitlines()[0], "no rows", "Download"),
        (lambda text: text.replace("Postcode", "Post code"), "line 1, column Postcode", "all its columns"),
        (lambda text: text.replace("103160", "103159"), "line 3, column URN: '103159'", "line 2 too"),
        (lambda text: text.replace("103160", "10316O"), "line 3, column URN: '10316O'", "six digits"),
        (lambda text: text[:-20], "line 3: The file ends in the middle", "cut off"),
        (lambda text: text[: text.rindex("B8 1DZ") - 12], "line 3, column Postcode", "cut off"),
        (lambda text: text.replace("Second", '"Second'), "line 3: The row cannot be read", "never closes"),
        (lambda text: text.replace("Second", "Sec\0ond"), "line 3: There is a NUL", "Save it"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_place_and_remedy(
    tmp_path: Path, change: Callable[[str], str], place: str, told: str
) -> None:
    path = tmp_path / "register.csv"
    text = table([line(103159, "First"), line(103160, "Second")])
    if "never" in told:  # a quote that swallows a whole file
        text += "x" * 200_000
    path.write_bytes(change(text).encode("cp1252"))
    problems = "\n".join(map(str, read_list(path).problems))
    assert place in problems
    assert told in problems


def test_a_register_of_all_england_with_too_few_rows_was_cut_off(tmp_path: Path) -> None:
    rows = [line(100000 + at, "School", **{"LA (code)": str(201 + at % 150)}) for at in range(5_000)]
    problems = read_list(export(tmp_path / "register.csv", rows)).problems
    assert ["about 50,000 rows, and this file has 5,000" in str(one) for one in problems] == [True]


def test_the_whole_register_is_never_in_memory(tmp_path: Path) -> None:
    def rows() -> list[dict[str, str]]:
        return [line(100000 + at, "S" * 200, **{"LA (code)": str(201 + at % 150)}) for at in range(50_000)]

    path = export(tmp_path / "register.csv", rows())
    tracemalloc.start()
    read = read_list(path)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read.rows == 50_000
    assert len(read.schools) == 333
    assert most < path.stat().st_size / 3


def test_what_is_odd_in_a_row_is_noted_and_the_school_kept(tmp_path: Path) -> None:
    rows = [line(103159, "No home", ""), line(103160, "Odd ages", StatutoryLowAge="three")]
    read = read_list(export(tmp_path / "register.csv", rows))
    assert [one.postcode for one in read.schools] == ["", "B8 1DZ"]
    assert [(note.line, note.column) for note in read.notes] == [(2, "Postcode"), (3, "StatutoryLowAge")]


def test_a_table_of_our_own_says_which_headings_it_must_have(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_text("urn,name\n103159,First\n", "utf-8")
    problems = "\n".join(map(str, read_list(path).problems))
    assert "column postcode" in problems
    assert ",".join(COLUMNS) in problems
