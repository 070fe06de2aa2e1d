"""Schools on the map: every school under the areas that its own postcode is answered with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import orjson
import pytest

from directory.answer import Answers
from directory.schools.placed import PlacedSchools, groups, school_facts
from directory.schools.register import in_use
from geo.gazetteer import Gazetteer
from geo.home import data_dir

DAY = dt.date(2026, 12, 1)


@pytest.fixture(scope="module")
def placed(gazetteer: Gazetteer) -> PlacedSchools:
    register = in_use(data_dir(), Path("/nowhere"))
    assert register is not None
    return PlacedSchools(register, gazetteer, DAY)


def test_each_school_has_the_areas_and_neighbours_of_its_postcode(
    placed: PlacedSchools, answers: Answers
) -> None:
    near = 0
    for one in placed.all:
        told = orjson.loads(answers.answer(one.school.postcode, on=DAY).body)
        if told["status"] == "outside_area":
            assert (one.areas, one.elsewhere) == ({}, told["authority"]["name"])
            continue
        areas = {layer: area for layer, area in told["areas"].items() if area}
        for area in areas.values():
            near += bool(area["near"])
        mine = {
            layer: {key: area[key] for key in ("code", "name", "in_force", "near")}
            for layer, area in one.areas.items()
        }
        assert mine == areas
    assert near > 20


def test_every_school_of_the_city_is_in_one_area_of_each_layer(placed: PlacedSchools) -> None:
    districts = {one.areas["district"]["code"] for one in placed.all if one.areas}
    assert len(districts) == 10
    within = [one for code in districts for one in placed.schools_in("district", code)]
    assert len(within) == len({one.school.urn for one in within}) == 183
    assert [one.school.name for one in placed.without_area] == ["Springfield House Community Special School"]
    assert placed.schools_in("district", "none") == placed.schools_in("none", "E14000563") == []


def test_the_family_support_team_travels_with_its_being_illustrative(placed: PlacedSchools) -> None:
    one = placed.school("103159")
    assert one is not None
    assert school_facts(one)["family_support_team"] == {
        "code": "IFST04",
        "name": "Hodge Hill",
        "status": "illustrative",
    }


@pytest.mark.parametrize(
    "words", ["st marys catholic", "Saint Mary’s  CATHOLIC", "catholic st mary", "103438"]
)
def test_a_school_is_found_by_its_name_however_it_is_spelt(placed: PlacedSchools, words: str) -> None:
    assert [one.school.urn for one in placed.named(words)] == ["103438"]


def test_no_words_find_no_school(placed: PlacedSchools) -> None:
    assert placed.named("  ' ") == placed.named("hogwarts") == []


def test_a_postcode_finds_its_schools_and_the_nearest_others(placed: PlacedSchools) -> None:
    here, near = placed.at("b42 2py")
    assert [one.school.urn for one in here] == ["103164", "103163", "103614"]
    assert near[0][0].school.name == "Perry Beeches Nursery School"
    assert [metres for _one, metres in near] == sorted(metres for _one, metres in near)
    assert placed.at("B91 3QJ") == placed.at("nonsense") == ([], [])


def test_groups_follow_a_childs_life(placed: PlacedSchools) -> None:
    titles = [title for title, _schools in groups(placed.all)]
    assert titles[:3] == ["Nursery schools", "Primary schools", "Secondary schools"]
    assert sum(len(schools) for _title, schools in groups(placed.all)) == 184
