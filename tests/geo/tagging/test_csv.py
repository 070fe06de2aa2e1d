"""A tagged CSV holds every byte it had, in its order, and our cells before each line end."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.gazetteer import Gazetteer
from geo.place import STATUSES, locate
from geo.postcode import show
from geo.tagging.columns import Columns
from geo.tagging.refusal import RefusedError

from .conftest import TagBytes


def written(
    rows: list[list[str]], separator: str, line_end: str, quoting: int = csv.QUOTE_MINIMAL
) -> list[str]:
    """Each row as the csv module writes it."""
    lines = []
    for row in rows:
        to = io.StringIO(newline="")
        csv.writer(to, delimiter=separator, lineterminator=line_end, quoting=quoting).writerow(row)
        lines.append(to.getvalue())
    return lines


def our_cells(gazetteer: Gazetteer, columns: Columns, text: str) -> list[str]:
    place = locate(gazetteer, text)
    shown = show(place.canonical) if len(place.canonical) > 4 else ""
    return [*columns.cells(STATUSES.index(place.status), place.row, shown), ""]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
POSTCODES = st.one_of(
    st.sampled_from(
        ["B15 2TT", "b152tt", "SW1A 1AA", "B15", "B15 3XX", "BX1 1LT", "", "B1  1AA", '"B15 2TT"']
    ),
    CELLS,
)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, POSTCODES, CELLS), max_size=8),
    separator=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    block=st.integers(1, 80),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    ended=st.booleans(),
)
def test_any_table_comes_back_byte_for_byte_with_the_gazetteers_answers(
    gazetteer: Gazetteer,
    columns: Columns,
    tag_bytes: TagBytes,
    rows: list[tuple[str, str, str]],
    separator: str,
    line_end: str,
    quoting: int,
    block: int,
    encoding: str,
    ended: bool,
) -> None:
    if line_end == "\n":  # the csv module of Python 3.11 does not quote a CR that then looks like a CR LF
        rows = [(a.replace("\r", ""), p.replace("\r", ""), b.replace("\r", "")) for a, p, b in rows]
    before = written([["a", "postcode", "b"], *map(list, rows)], separator, line_end, quoting)
    ours = [columns.names, *(our_cells(gazetteer, columns, row[1]) for row in rows)]
    after = [
        line.removesuffix(line_end) + separator + tail
        for line, tail in zip(before, written(ours, separator, line_end), strict=True)
    ]
    given_text, expected = "".join(before), "".join(after)
    if not ended:
        given_text, expected = given_text.removesuffix(line_end), expected.removesuffix(line_end)
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    out, tally = tag_bytes(mark + given_text.encode(encoding), block=block)
    assert out == mark + expected.encode(encoding)
    assert tally.rows == len(rows)


SAMPLE = (
    b'id,"note, long",postcode\r\n'
    b'1,"line\r\nbreak ""x""",B15 2TT\r\n'
    b'2,5" pipe,"b152tt"\n'
    b"\r\n"
    b"3\r\n"
    b"4,x, SW1A 1AA ,more,cells\r\n"
    b'5,"a",B15\r\n'
    b"6,\xc3\xa9,\xef\xbc\xa215 2TT"
)


def test_where_the_blocks_are_cut_makes_no_difference(tag_bytes: TagBytes) -> None:
    whole, tally = tag_bytes(SAMPLE, block=1 << 20)
    for block in range(1, len(SAMPLE) + 2):
        out, counted = tag_bytes(SAMPLE, block=block)
        assert out == whole, block
        assert counted.as_json() == tally.as_json(), block


def test_rows_that_do_not_fit_the_heading_are_kept_and_marked(tag_bytes: TagBytes) -> None:
    out, tally = tag_bytes(b"a,postcode,b\n1,B15 2TT\n2,B15 2TT,x,y\n3\n4,B15 2TT,z\n")
    rows = list(csv.reader(io.StringIO(out.decode(), newline="")))
    assert [row[-1] for row in rows[1:]] == [
        "2 cells, the heading has 3",
        "4 cells, the heading has 3",
        "1 cell, the heading has 3",
        "",
    ]
    status = rows[0].index("earlyhelp_status")
    assert [rows[1][status], rows[3][status], rows[4][status]] == ["ok", "malformed", "ok"]
    assert rows[2][:4] == ["2", "B15 2TT", "x", "y"]
    assert tally.problems == 3
    assert tally.first_problems[0] == (2, "2 cells, the heading has 3")


def test_blank_lines_stay_blank_and_are_not_counted_as_rows(tag_bytes: TagBytes) -> None:
    out, tally = tag_bytes(b"postcode\nB15 2TT\n\n\nB15 2TT\n\n")
    assert [bool(line) for line in out.split(b"\n")] == [True, True, False, False, True, False, False]
    assert (tally.rows, tally.blank) == (2, 3)


def test_mixed_line_ends_each_stay_as_they_are(tag_bytes: TagBytes) -> None:
    out, _tally = tag_bytes(b"postcode,n\r\nB15 2TT,1\nB15 2TT,2\r\nB15 2TT,3\r")
    assert [line[-1:] == b"\r" for line in out.split(b"\n")] == [True, False, True, True]


def test_lone_carriage_returns_are_line_ends_in_old_macintosh_files(tag_bytes: TagBytes) -> None:
    out, tally = tag_bytes(b"n;postcode\r1;B15 2TT\r2;rubbish\r")
    assert b"\n" not in out
    assert [line.split(b";")[2] for line in out.split(b"\r")[:3]] == [
        b"earlyhelp_status",
        b"ok",
        b"malformed",
    ]
    assert tally.rows == 2


def test_excels_own_separator_line_is_kept_and_obeyed(tag_bytes: TagBytes) -> None:
    out, tally = tag_bytes(b"sep=|\r\nn,m|postcode\r\n1,2|B15 2TT\r\n", block=3)
    assert out.startswith(b"sep=|\r\nn,m|postcode|earlyhelp_status|")
    assert tally.counts[0] == 1


def test_cp1252_is_understood_and_its_bytes_stay(tag_bytes: TagBytes) -> None:
    out, tally = tag_bytes("név,postcode\nZoë,B15\u00a02TT\n".encode("cp1252").replace(b"n\xe9v", b"nev"))
    assert "Zoë,B15\u00a02TT,ok,B15 2TT,".encode("cp1252") in out
    assert tally.counts[0] == 1


def test_a_column_is_found_in_any_case_when_only_one_fits(tag_bytes: TagBytes) -> None:
    assert tag_bytes(b"n, Postcode \n1,B15 2TT\n")[1].counts[0] == 1
    with pytest.raises(RefusedError, match="There is no column 'postcode'"):
        tag_bytes(b"Postcode,POSTCODE\nB15 2TT,B15 2TT\n")


def test_the_first_rows_of_each_status_are_told_with_their_numbers(tag_bytes: TagBytes) -> None:
    data = b"postcode\n" + b"B15 2TT\n" * 3 + b"rubbish\n" * 7 + b"SW1A 1AA\nB15\n"
    _out, tally = tag_bytes(data, block=5)
    told = tally.as_json()
    assert told["rows"] == 12
    counts = {status: count for status, count in told["counts"].items() if count}
    assert counts == {"ok": 3, "outside_area": 1, "partial": 1, "malformed": 7}
    assert [row["row"] for row in told["first"]["malformed"]] == [5, 6, 7, 8, 9]
    assert told["first"]["partial"] == [{"row": 13, "value": "B15"}]
    assert any("row 12 'SW1A 1AA'" in line for line in tally.lines())
