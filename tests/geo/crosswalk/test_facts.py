"""What the crosswalk tells of the city as it is shipped."""

from __future__ import annotations

import datetime as dt

import pytest

from geo.crosswalk.facts import city_combinations, combinations, layers_crossed, left_out, touching
from geo.gazetteer import Gazetteer

TODAY = dt.date(2026, 11, 22)


def index_of(gazetteer: Gazetteer, layer: str, generation: str = "") -> int:
    return next(
        i for i, g in enumerate(gazetteer.generations) if g["layer"] == layer and generation in ("", g["id"])
    )


def test_the_districts_and_the_hubs_do_not_fit(gazetteer: Gazetteer) -> None:
    facts = layers_crossed(gazetteer, "district", "hub", TODAY)
    assert (facts["layer"]["areas"], facts["other"]["areas"]) == (10, 14)
    assert facts["other"]["status"] == "illustrative"
    edgbaston = [row for row in facts["rows"] if row["area"]["code"] == "E14000560"]
    assert [row["other"]["code"] for row in edgbaston] == ["HUB07", "HUB05", "HUB08"]
    assert sum(row["share"] for row in edgbaston) == pytest.approx(1, abs=1e-5)
    straddling = {one["code"]: [area["name"] for area in one["areas"]] for one in facts["straddling"]}
    assert straddling["HUB05"] == ["Edgbaston", "Ladywood"]
    assert "HUB07" not in straddling


def test_what_is_counted_and_what_is_left_out_is_the_whole_city(gazetteer: Gazetteer) -> None:
    facts = layers_crossed(gazetteer, "district", "hub", TODAY)
    out = facts["left_out"]
    assert out == left_out(gazetteer)
    assert facts["total"] + out["parked"] + out["ended"] == gazetteer.city_rows
    assert out["parked"] > 0


def test_who_answered_on_a_day_in_the_past_is_told(gazetteer: Gazetteer) -> None:
    before = layers_crossed(gazetteer, "district", "health_visiting", dt.date(2015, 3, 31))
    after = layers_crossed(gazetteer, "district", "health_visiting", dt.date(2015, 4, 1))
    assert {row["other"]["code"][:3] for row in before["rows"]} == {"HVN"}
    assert not any(row["other"]["code"].startswith("HVN") for row in after["rows"])


def test_a_day_on_which_no_team_answered_has_no_rows(gazetteer: Gazetteer) -> None:
    facts = layers_crossed(gazetteer, "district", "hub", dt.date(2000, 1, 1))
    assert facts["rows"] == facts["straddling"] == []
    assert facts["other"]["generation"] is None


def test_what_touches_a_district_is_told_for_every_layer_but_the_finest(gazetteer: Gazetteer) -> None:
    found = {
        gazetteer.generations[index]["layer"]: parts
        for index, parts in touching(gazetteer, index_of(gazetteer, "district"), 0, TODAY)
    }
    assert {"hub", "childrens_centre", "health_visiting", "family_support", "ward_2018"} <= set(found)
    assert "district" not in found
    assert "lsoa_2021" not in found
    for parts in found.values():
        assert sum(part["share"] for part in parts) == pytest.approx(1, abs=1e-4)


def test_the_combinations_of_a_district_cover_its_homes(gazetteer: Gazetteer) -> None:
    found = combinations(gazetteer, index_of(gazetteer, "district"), 0, TODAY)
    assert found["count"] == len(found["each"]) == 3
    assert found["layers"] == ["hub", "childrens_centre", "health_visiting", "family_support"]
    assert sum(one["postcodes"] for one in found["each"]) == 2561
    assert len({str(one["areas"]) for one in found["each"]}) == 3


def test_the_city_has_more_combinations_than_any_of_its_maps_has_areas(gazetteer: Gazetteer) -> None:
    found = city_combinations(gazetteer, TODAY)
    assert found["layers"][0] == "district"
    assert found["count"] > 19
    assert sum(one["share"] for one in found["each"]) == pytest.approx(1, abs=1e-4)
