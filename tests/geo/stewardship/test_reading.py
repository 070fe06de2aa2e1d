"""Members files as Excel and people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.layers import LayerError
from geo.stewardship.desk import Desk
from geo.stewardship.reading import canonical, members_kind, read_rows
from geo.stewardship.wanted import Wanted

TEXT = "code,name,member\nA,Caf\u00e9 Ward's Team,Harborne\nB,Team B,E05001178\n"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("cp1252", b""),
        ("utf-16", b""),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_encoding_separator_and_line_ending_reads_the_same(
    tmp_path: Path, encoding: str, mark: bytes, separator: str, ending: str
) -> None:
    path = tmp_path / "sent.csv"
    path.write_bytes(mark + TEXT.replace(",", separator).replace("\n", ending).encode(encoding))
    rows, notes, faults = read_rows(path, Wanted())
    assert [(r.line, r.code, r.name, r.member) for r in rows] == [
        (2, "A", "Caf\u00e9 Ward's Team", "Harborne"),
        (3, "B", "Team B", "E05001178"),
    ]
    assert faults == []
    assert bool(notes) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("member,code,name", "Harborne,A,Name"),
        ("Ward,Team,Team Code", "Harborne,Name,A"),
        (" Area code , Area Name , POSTCODE ,", " A , Name , Harborne ,"),
        ("code,name,Postcode sector,notes", "A,Name,Harborne,anything"),
        ("code,name,ward name,ward code", "A,Name,ignored,Harborne"),
    ],
)
def test_columns_are_found_by_name_in_any_order(tmp_path: Path, heading: str, row: str) -> None:
    path = tmp_path / "sent.csv"
    path.write_text(f"{heading}\n{row}\n")
    rows, _, _ = read_rows(path, Wanted())
    assert [(r.code, r.name, r.member) for r in rows] == [("A", "Name", "Harborne")]


def test_lines_are_counted_as_an_editor_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "sent.csv"
    path.write_text('sep=;\ncode;name;member\n\nA;"two\nlines";Harborne\n ; ; \nB;b;Quinton  ;;\n')
    rows, _, _ = read_rows(path, Wanted())
    assert [(r.line, r.name, r.member) for r in rows] == [(4, "two\nlines", "Harborne"), (7, "b", "Quinton")]


def test_a_missing_name_is_taken_from_the_codes_other_rows(tmp_path: Path) -> None:
    path = tmp_path / "sent.csv"
    path.write_text("code,name,member\nA,,Harborne\nA,Team A,Quinton\nB,,Aston\n")
    rows, notes, _ = read_rows(path, Wanted())
    assert [r.name for r in rows] == ["Team A", "Team A", "B"]
    assert "B" in notes[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"code,name,member\n", "no rows"),
        (b"a,b,c\n1,2,3\n", r"line 1: no column for the code"),
        (b"code,name,thing\n1,2,3\n", r"line 1: no column for the member"),
        (b"code,name,member\nA,b\0c,Harborne\n", "line 2: holds a NUL"),
        (b"code,name,member\nA,\x81\x9d\xff,Harborne\n", "line 2: not text"),
        (b'code,name,member\nA,"' + b"x" * 200_000, "not CSV"),
        (b"code,name,member\nA,b," + b"x" * 200_000 + b"\n", "line 2: not CSV"),
    ],
)
def test_what_is_no_table_is_refused_with_where_and_what_to_do(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "sent.csv"
    path.write_bytes(content)
    with pytest.raises(LayerError, match=message):
        read_rows(path, Wanted())


def test_a_workbook_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "sent.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(LayerError, match="CSV"):
        desk.drawing(str(path), "", Wanted())


def test_a_column_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "sent.csv"
    path.write_text("k,n,m\nA,b,Harborne\n")
    rows, _, _ = read_rows(path, Wanted(code_field="k", name_field="n", member_field="m"))
    assert rows[0].member == "Harborne"
    with pytest.raises(LayerError, match="no column 'z'"):
        read_rows(path, Wanted(code_field="z"))


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (["Harborne", "lozells & east handsworth"], "ward_2004"),
        (["E05001178", "e05001179", "E05009999"], "ward_2004"),
        (["B15 2TT", "B15 2"], "postcode"),
        (["B15 2", "B1 5"], "sector"),
    ],
)
def test_the_kind_of_members_is_told_from_them(
    tmp_path: Path, wards: dict[str, str], members: list[str], kind: str
) -> None:
    path = tmp_path / "sent.csv"
    path.write_text("code,name,member\n" + "".join(f"A,a,{m}\n" for m in members))
    assert members_kind(read_rows(path, Wanted())[0], wards) == kind


def test_wards_by_name_become_codes_and_postcodes_their_one_spelling(
    tmp_path: Path, wards: dict[str, str]
) -> None:
    path = tmp_path / "sent.csv"
    path.write_text("code,name,member\nA,a,LOZELLS & east handsworth\nA,a,e05001178\nA,a,Nowhere\n")
    rows = canonical(read_rows(path, Wanted())[0], "ward_2004", wards)
    assert [row.member for row in rows] == ["E05001195", "E05001178", "Nowhere"]
    path.write_text("code,name,member\nA,a,b152tt\nA,a,B1-5\nA,a,zz\n")
    rows = canonical(read_rows(path, Wanted())[0], "postcode", wards)
    assert [row.member for row in rows] == ["B15 2TT", "B1 5", "zz"]
