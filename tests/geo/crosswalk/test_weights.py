"""A steward's own weights: read by postcode or by area, refused with the line, and none lost unsaid."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from geo.crosswalk.facts import layers_crossed
from geo.crosswalk.weights import WeightsError, read_weights
from geo.gazetteer import Gazetteer

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "children.csv"


def test_weights_by_postcode_in_any_spelling_count_where_the_postcode_is(
    gazetteer: Gazetteer, file: Path
) -> None:
    file.write_text("postcode,children\nb152tt,30\nB16 0PE,10\n", "utf-8")
    facts = layers_crossed(gazetteer, "district", "hub", TODAY, read_weights(file, gazetteer))
    assert facts["total"] == 40
    assert facts["counted_by"] == "children"
    assert sum(row["weight"] for row in facts["rows"]) == 40
    assert all(row["weight"] for row in facts["rows"])


def test_the_weight_of_a_census_area_is_spread_over_its_homes(gazetteer: Gazetteer, file: Path) -> None:
    lsoas = next(g for g in gazetteer.generations if g["layer"] == "lsoa_2021")["areas"]
    file.write_text("lsoa,children\n" + "".join(f"{code},100\n" for code, _name in lsoas), "utf-8")
    weights = read_weights(file, gazetteer)
    spread = 100 * (len(lsoas) - len(weights.unknown))
    facts = layers_crossed(gazetteer, "district", "hub", TODAY, weights)
    assert facts["total"] == pytest.approx(spread)
    assert sum(row["weight"] for row in facts["rows"]) == pytest.approx(spread, abs=0.01)


def test_what_the_city_does_not_have_is_told(gazetteer: Gazetteer, file: Path) -> None:
    file.write_text("postcode,children\nB15 2TT,30\nB91 3QB,12\n", "utf-8")
    weights = read_weights(file, gazetteer)
    assert weights.unknown == ["B913QB"]
    assert "1 rows" not in weights.note
    assert "B913QB" in weights.note
    assert sum(weights.by_row) == 30


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postcode,n\nB15 2TT,few\n", "line 2.*'few'"),
        ("postcode,n\nB15 2TT,3\nB16 0PE,-1\n", "line 3.*'-1'"),
        ("postcode,n\nB15 2TT,nan\n", "line 2"),
        ("postcode,n\nB15 2TT,3\nb152tt,4\n", "line 3.*twice"),
        ("postcode,n\nB15 2TT\n", "line 2.*a key and a weight"),
        ("code,n\nNOWHERE,3\n", "line 2.*NOWHERE.*neither"),
        ("postcode,n\n", "no row"),
        ("", "empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(
    gazetteer: Gazetteer, file: Path, text: str, said: str
) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(WeightsError, match=said):
        read_weights(file, gazetteer)


def test_a_file_that_is_not_text_is_refused(gazetteer: Gazetteer, file: Path) -> None:
    file.write_bytes(b"postcode,n\n\xff\xfe\x00,3\n")
    with pytest.raises(WeightsError, match="not a CSV"):
        read_weights(file, gazetteer)
