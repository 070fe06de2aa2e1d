"""Blocks of bytes are read as Python's csv module reads them."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.tagging.records import CR, LF, Dialect, split, unquoted
from geo.tagging.vector import MARGIN

COMMA = Dialect(ord(","), LF)


def cells(data: bytes, dialect: Dialect = COMMA) -> list[list[bytes]]:
    records = split(bytes([dialect.line_end]) * MARGIN + data, dialect)
    rows = []
    for row in range(len(records)):
        found = []
        for index in range(int(records.counts[row])):
            starts, ends = records.column(index)
            found.append(unquoted(records.data[starts[row] : ends[row]]))
        rows.append([] if records.starts[row] == records.ends[row] else found)
    return rows


PIECES = st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "a", "bc", " ", ";"]), max_size=30)


@settings(max_examples=500, deadline=None)
@given(PIECES)
def test_any_text_splits_into_the_records_and_values_of_the_csv_module(pieces: list[str]) -> None:
    text = "".join(pieces) + "\n"
    expected = list(csv.reader(io.StringIO(text, newline="\n")))
    mine = [[value.decode() for value in row] for row in cells(text.encode())]
    if text.count('"') == 0 or mine == expected:
        assert mine == expected
        return
    # The csv module closes an open quote at the end of the text; here its record is not complete yet.
    assert mine == expected[: len(mine)]
    assert len(mine) == len(expected) - 1


def test_a_record_that_is_not_complete_is_left_for_the_next_block() -> None:
    records = split(b"\n" * MARGIN + b'a,b\n"c,\n', COMMA)
    assert len(records) == 1
    assert records.data[records.nexts[-1] :] == b'"c,\n'


def test_inch_marks_in_the_midst_of_a_value_are_ordinary_characters() -> None:
    assert cells(b'5" pipe,"6"" pipe",7"\nx,"y"z,w\n') == [
        [b'5" pipe', b'6" pipe', b'7"'],
        [b"x", b"yz", b"w"],
    ]


def test_a_lone_carriage_return_after_a_quote_does_not_begin_a_value() -> None:
    assert cells(b'"a"\r"b,c"\n') == [[b'a\r"b', b'c"']]


def test_a_value_that_a_short_record_lacks_is_empty() -> None:
    records = split(b"\n" * MARGIN + b"a,b,c\nd\n\n", COMMA)
    starts, ends = records.column(1)
    assert [records.data[a:b] for a, b in zip(starts, ends, strict=True)] == [b"b", b"", b""]


def test_lone_carriage_returns_end_records_in_old_macintosh_files() -> None:
    assert cells(b'a;b\r"c\rd";e\r', Dialect(ord(";"), CR)) == [[b"a", b"b"], [b"c\rd", b"e"]]
