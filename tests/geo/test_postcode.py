"""Postcodes as people type them."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.home import data_dir
from geo.postcode import kind, near_spellings, normalise, sector_of, suggestions

with gzip.open(data_dir() / "reference" / "postcode_areas.csv.gz", "rt", encoding="utf-8") as _file:
    REAL = [line.split(",", 1)[0] for line in _file][1:]
KNOWN = {postcode.replace(" ", "") for postcode in REAL}

_FILLING = st.text(" \t\n\u00a0\u2009.,;:'\"’-–—_()[]/\u200b\ufeff", max_size=4)


@given(st.sampled_from(REAL), st.data())
def test_every_spelling_of_a_postcode_is_the_same_value(postcode: str, data: st.DataObject) -> None:
    typed = data.draw(_FILLING)
    for character in postcode.replace(" ", ""):
        cased = character.lower() if data.draw(st.booleans()) else character
        full_width = data.draw(st.booleans())
        typed += (chr(ord(cased) + 0xFEE0) if full_width else cased) + data.draw(_FILLING)
    assert normalise(typed) == postcode.replace(" ", "")


@pytest.mark.parametrize(
    "typed", ["b152tt", "B15  2TT", "B15-2TT", "Ｂ１５２ＴＴ", "B15 2TT...", " b15 2tt\n", '"B15 2TT"']
)
def test_the_spellings_named_in_the_manual_are_understood(typed: str) -> None:
    assert normalise(typed) == "B152TT"


@given(st.text(max_size=40))
def test_any_text_has_a_kind_and_normalising_twice_changes_no_postcode(text: str) -> None:
    once = normalise(text)
    assert kind(once) in ("full", "sector", "outcode", "malformed")
    if kind(once) != "malformed":
        assert normalise(once) == once
    assert kind(normalise(once)) == kind(once)


def test_every_real_postcode_is_a_full_one_and_its_parts_are_not() -> None:
    for postcode in REAL:
        outcode, incode = postcode.split()
        assert kind(outcode + incode) == "full"
        assert kind(outcode) == "outcode"
        assert sector_of(f"{outcode} {incode[0]}") == outcode + incode[0]


def test_letters_that_no_postcode_ends_in_make_it_malformed() -> None:
    for letter in "CIKMOV":
        assert kind(f"B152T{letter}") == "malformed"
        assert kind(f"B152{letter}T") == "malformed"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BI5 2TT", "B15 2TT"),
        ("B15 ZTT", "B15 2TT"),
        ("815 2TT", "B15 2TT"),
        ("B1S 2TT", "B15 2TT"),
        ("B51 2TT", "B15 2TT"),
        ("BI5 ZTT", "B15 2TT"),
        ("B15 T2T", "B15 2TT"),
        ("Bl5 2TT", None),
        ("XX1 1XX", None),
    ],
)
def test_one_slip_is_offered_only_where_it_makes_a_known_postcode(typed: str, meant: str | None) -> None:
    found = suggestions(normalise(typed), KNOWN.__contains__)
    assert (meant in found) if meant else not found


@given(st.sampled_from(REAL), st.data())
def test_every_look_alike_and_swap_of_a_real_postcode_leads_back_to_it(
    postcode: str, data: st.DataObject
) -> None:
    canonical = postcode.replace(" ", "")
    confused = dict(zip("O0I1S5Z2B8", "0O1I5S2Z8B", strict=True))
    at = data.draw(st.integers(0, len(canonical) - 1))
    if canonical[at] in confused:
        slipped = canonical[:at] + confused[canonical[at]] + canonical[at + 1 :]
    elif at + 1 < len(canonical):
        slipped = canonical[:at] + canonical[at + 1] + canonical[at] + canonical[at + 2 :]
    else:
        return
    if slipped != canonical:
        assert canonical in set(near_spellings(slipped))


@given(st.text("BOI0158S2ZTA ", max_size=9))
def test_a_suggestion_is_always_known_and_never_what_was_typed(text: str) -> None:
    canonical = normalise(text)
    for offered in suggestions(canonical, KNOWN.__contains__):
        assert offered.replace(" ", "") in KNOWN
        assert offered.replace(" ", "") != canonical
