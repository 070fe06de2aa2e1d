"""One status word for anything that can be typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.gazetteer import NONE, Gazetteer
from geo.place import STATUSES, area_shares, authority_shares, locate, neighbourhood, perhaps_meant


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("B15 2TT", "ok"),
        ("b152tt.", "ok"),
        ("SW1A 1AA", "outside_area"),
        ("B91 2AA", "outside_area"),
        ("EH1 1YZ", "outside_area"),
        ("CF10 1EP", "outside_area"),
        ("BT1 5GS", "outside_area"),
        ("B15 2ZZ", "unknown"),
        ("BI5 2TT", "unknown"),
        ("ZZ9", "unknown"),
        ("ZZ98 9ZZ", "unknown"),
        ("ZZ99 3VZ", "non_geographic"),
        ("zz993cz", "non_geographic"),
        ("B15", "partial"),
        ("B15 2", "partial"),
        ("B152", "partial"),
        ("SW1A", "partial"),
        ("B15 2T", "malformed"),
        ("", "malformed"),
        ("   ", "malformed"),
        ("Birmingham", "malformed"),
        ("15 2TT", "malformed"),
        ("B15 2TT B15 2TS", "malformed"),
        ("'; DROP TABLE postcodes; --", "malformed"),
        ("\x00", "malformed"),
        ("BX1 1LT", "non_geographic"),
        ("GIR 0AA", "non_geographic"),
        ("BF1 4AA", "non_geographic"),
        ("BX1", "non_geographic"),
    ],
)
def test_what_is_typed_has_its_status(gazetteer: Gazetteer, typed: str, status: str) -> None:
    assert locate(gazetteer, typed).status == status


@given(
    st.one_of(
        st.text(max_size=30), st.from_regex(r"[A-Za-z]{1,2}[0-9]{1,2} ?[0-9][A-Za-z]{2}", fullmatch=True)
    )
)
def test_every_text_has_exactly_one_status_and_never_an_exception(gazetteer: Gazetteer, text: str) -> None:
    place = locate(gazetteer, text)
    assert place.status in STATUSES
    assert (place.row >= 0) == (place.status in ("ok", "terminated", "outside_area") or bool(place.row >= 0))
    assert place.city == (place.status in ("ok", "terminated"))


def test_a_known_postcode_anywhere_in_the_uk_has_an_authority_with_a_name(gazetteer: Gazetteer) -> None:
    named = dict(map(tuple, gazetteer.authorities))
    seen = set(gazetteer.outside_authority) - {NONE}
    for authority in seen:
        code, name = gazetteer.authorities[authority]
        assert name
        assert name != code, f"{code} has no name"
    assert len(seen) >= 360
    assert {named[code] for code in ("E08000029", "E08000028", "E08000030", "E08000027")} == {
        "Solihull",
        "Sandwell",
        "Walsall",
        "Dudley",
    }


@pytest.mark.parametrize(
    ("outcode", "digit"), [("B15", None), ("B15", "2"), ("B23", None), ("B74", None), ("B90", None)]
)
def test_the_shares_of_an_outcode_add_up_to_all_its_postcodes(
    gazetteer: Gazetteer, outcode: str, digit: str | None
) -> None:
    inside = area_shares(gazetteer, 0, outcode, digit)
    beyond = authority_shares(gazetteer, outcode, digit)
    outside = [gazetteer.outside_authority[row] for row in gazetteer.outside.rows_of(outcode, digit)]
    placed = sum(1 for authority in outside if authority != NONE)
    counted = sum(s.postcodes for s in inside + beyond)
    assert counted == len(gazetteer.city.rows_of(outcode, digit)) + placed
    assert sum(s.share for s in inside + beyond) == pytest.approx(1, abs=0.001)


def test_36_of_55_outcodes_and_69_of_166_sectors_lie_in_several_districts(gazetteer: Gazetteer) -> None:
    outcodes = [o for o in gazetteer.city.outcodes if gazetteer.city.rows_of(o)]
    several = [o for o in outcodes if len(area_shares(gazetteer, 0, o, None)) > 1]
    assert (len(several), len(outcodes)) == (36, 55)
    sectors = [(o, d) for o in outcodes for d in "0123456789" if gazetteer.city.rows_of(o, d)]
    mixed = [s for s in sectors if len(area_shares(gazetteer, 0, *s)) > 1]
    assert (len(mixed), len(sectors)) == (69, 166)


def test_a_new_postcode_gets_the_candidates_of_its_sector_and_is_never_placed(gazetteer: Gazetteer) -> None:
    place = locate(gazetteer, "B15 2ZZ")
    assert (place.status, place.row) == ("unknown", -1)
    assert neighbourhood(gazetteer, place.canonical) == ("B15", "2")
    assert neighbourhood(gazetteer, "B191ZZ") is not None
    assert neighbourhood(gazetteer, "ZZ991ZZ") is None


def test_a_correction_is_offered_and_never_applied(gazetteer: Gazetteer) -> None:
    place = locate(gazetteer, "BI5 2TT")
    assert place.status == "unknown"
    assert perhaps_meant(gazetteer, "BI5 2TT") == ["B15 2TT"]
