"""The vectorised lookup says of any string what the single lookup says of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.gazetteer import Gazetteer
from geo.place import STATUSES, locate
from geo.postcode import show
from geo.tagging.vector import MARGIN, UNSETTLED, Lookup, shown


def together(lookup: Lookup, texts: list[str]) -> list[tuple[str, int, str]]:
    """Status, row and shown postcode of each text, looked up as one column."""
    cells = [text.encode() for text in texts]
    data = bytes(MARGIN) + b"".join(cells) + b"\n"
    bounds = np.concatenate([[0], np.cumsum([len(cell) for cell in cells])]).astype(np.int64) + MARGIN
    found = lookup.cells(data, bounds[:-1], bounds[1:], bytes.decode)
    words = shown(found.words)
    return [
        (
            STATUSES[found.status[i]],
            int(found.rows[i]),
            words[i].decode() if found.settled[i] else found.single[i].postcode,
        )
        for i in range(len(texts))
    ]


def singly(gazetteer: Gazetteer, text: str) -> tuple[str, int, str]:
    place = locate(gazetteer, text)
    return (
        place.status,
        place.row,
        show(place.canonical) if len(place.canonical) > 4 else "",
    )


SPELLINGS = {
    "as shown": str,
    "without its space": lambda p: p.replace(" ", ""),
    "in small letters": str.lower,
    "with two spaces": lambda p: p.replace(" ", "  "),
    "with a hyphen": lambda p: p.replace(" ", "-"),
    "among blanks": lambda p: f"  {p} ",
    "in quotes": lambda p: f'"{p}"',
    "in full-width characters": lambda p: "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in p),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_city_postcode_is_found_in_every_usual_spelling(
    spelling: str, gazetteer: Gazetteer, lookup: Lookup
) -> None:
    postcodes = list(gazetteer.city.postcodes())
    assert len(postcodes) == gazetteer.city_rows == 35_068
    answers = together(lookup, [SPELLINGS[spelling](postcode) for postcode in postcodes])
    assert answers == [("ok", row, postcode) for row, postcode in enumerate(postcodes)]


def test_postcodes_outside_the_city_are_told_apart_from_those_in_no_place(
    gazetteer: Gazetteer, lookup: Lookup
) -> None:
    texts = [gazetteer.outside.postcode(row) for row in range(0, gazetteer.outside.rows, 499)]
    answers = together(lookup, texts)
    assert answers == [singly(gazetteer, text) for text in texts]
    assert {status for status, _row, _shown in answers} == {"outside_area", "non_geographic"}


def test_usual_spellings_are_settled_without_the_single_lookup(lookup: Lookup) -> None:
    data = bytes(MARGIN) + b"b152ttB15 2TT B15  2TT\n"
    at = np.array([0, 6, 13, 22], dtype=np.int64) + MARGIN
    assert lookup.cells(data, at[:-1], at[1:], bytes.decode).single == {}


def test_ended_postcodes_are_terminated_and_keep_their_rows(knows_ended: Gazetteer) -> None:
    postcodes = list(knows_ended.city.postcodes())
    answers = together(Lookup(knows_ended), [*postcodes, "B78 1HG", "B78 1HH"])
    assert answers == [singly(knows_ended, text) for text in [*postcodes, "B78 1HG", "B78 1HH"]]
    assert {status for status, _row, _shown in answers} == {"ok", "terminated", "outside_area"}


ZZ99 = ["ZZ99 3VZ", "zz993vz", "ZZ99 3CZ", "ZZ99  3wz", "ZZ99-9AA", "ZZ99 3AA", "zz993aa", '"ZZ99 3AB"']


def test_codes_of_the_health_service_for_no_fixed_abode_are_in_no_place(
    gazetteer: Gazetteer, lookup: Lookup
) -> None:
    answers = together(lookup, ZZ99)
    assert answers == [singly(gazetteer, text) for text in ZZ99]
    assert {status for status, _row, _shown in answers} == {"non_geographic"}
    texts = ["ZZ99", "ZZ99 3", "ZZ99 3V", "ZZ99 3VZZ", "ZZ98 3VZ"]
    assert together(lookup, texts) == [singly(gazetteer, text) for text in texts]


def test_a_source_that_lists_codes_for_no_fixed_abode_changes_nothing(knows_ended: Gazetteer) -> None:
    assert knows_ended.known("ZZ993AA")
    assert together(Lookup(knows_ended), ZZ99) == [singly(knows_ended, text) for text in ZZ99]


def test_what_only_looks_like_a_known_postcode_is_not_taken_for_it(
    lookup: Lookup, gazetteer: Gazetteer
) -> None:
    texts = [
        "XWC1A1AA",
        "XB15 2TT",
        "BB15 2TT",
        "\0B1 1AA",
        "B15 2TTX",
        "B15\x002TT",
        "2TT",
        "GIR 1AA",
        " 2TT",
        "B152TT\u00e9",
    ]
    answers = together(lookup, texts)
    assert answers == [singly(gazetteer, text) for text in texts]
    assert "ok" not in {status for status, _row, _shown in answers}


def test_a_packed_word_that_is_no_postcode_of_a_known_outcode_is_left_unsettled(lookup: Lookup) -> None:
    texts = [b"B152TT", b"ZZ992TT", b"B152T", b"", b"B152CT", b"XB152TT", b"B15ATT"]
    words = np.array([text.rjust(8, b"\0") for text in texts], dtype="S8")
    _rows, status = lookup.packed(np.frombuffer(words.tobytes(), dtype=np.uint64))
    assert status.tolist() == [0] + [UNSETTLED] * 6


OUTCODES = st.sampled_from(
    ["B1", "B15", "B5", "b75", "WC1A", "SW1A", "BX1", "BF1", "QC1", "GIR", "NPT", "ZZ99", "B"]
)
INCODES = st.sampled_from(["2TT", "1aa", "0AA", "9ZZ", "2CI", "2T", "2", "", "TTT", "1AAA"])
GAPS = st.sampled_from(["", " ", "  ", "   ", "-", " - ", "\u00a0", "\t", ".", "\0", "--", "'", '"'])
POSTCODE_LIKE = st.builds("".join, st.tuples(GAPS, OUTCODES, GAPS, INCODES, GAPS))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(POSTCODE_LIKE, st.text(max_size=12)), max_size=40))
def test_any_strings_have_the_answers_of_the_single_lookup(
    gazetteer: Gazetteer, lookup: Lookup, texts: list[str]
) -> None:
    assert together(lookup, texts) == [singly(gazetteer, text) for text in texts]


def test_the_cache_of_single_lookups_stays_bounded(lookup: Lookup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.tagging.vector._CACHE_LIMIT", 10)
    lookup._cache.clear()
    together(lookup, [f"nonsense {number}" for number in range(100)])
    assert 0 < len(lookup._cache) <= 10
