"""Whom a listing serves, told of homes well inside an area, near its boundary, and outside the city."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from directory.search.filters import Asked
from directory.search.finder import Finder
from directory.search.reach import CHECK, NO, UNKNOWN, YES
from directory.store.standard import Content
from geo.gazetteer import Gazetteer
from tests.directory.search.sample import MONDAY, finder, generation


def _service(name: str, *areas: tuple[str, str], place: tuple[float, float] | None = None) -> Content:
    service: Content = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
        "name": name,
        "description": "Play for all.",
        "status": "active",
        "service_areas": [
            {"id": "x", "name": code or layer, "layer": layer, "code": code} for layer, code in areas
        ],
    }
    if place:
        location = {"id": "p", "name": "A hall", "latitude": place[0], "longitude": place[1]}
        service["service_at_locations"] = [{"id": "a", "location_id": "p", "location": location}]
    return service


@pytest.fixture(scope="module")
def boundary(gazetteer: Gazetteer) -> tuple[str, str, str]:
    """A postcode near a district's boundary: (postcode, its own district, the near one)."""
    district = next(i for i, g in enumerate(gazetteer.generations) if g["layer"] == "district")
    areas = gazetteer.generations[district]["areas"]
    for row in range(gazetteer.city_rows):
        near = [one for one in gazetteer.near(row) if one.generation == district]
        ended = gazetteer.ended is not None and gazetteer.ended[row]
        if near and not ended:
            own = gazetteer.columns[district][row]
            return gazetteer.city.postcode(row), areas[own][0], areas[near[0].area][0]
    raise AssertionError("no home near a boundary")


def _search(services: list[Content], gazetteer: Gazetteer, folder: Path) -> Finder:
    return finder(generation(services, folder), gazetteer, folder)


def _serving(search: Finder, postcode: str) -> dict[str, int]:
    home = search.geography.home(postcode, MONDAY.date())
    levels = search.filters.serves(home)
    return {name: int(levels[number]) for number, name in enumerate(search.columns.names)}


def test_a_home_near_a_boundary_is_served_by_its_own_area_and_the_other_says_check_the_address(
    gazetteer: Gazetteer, boundary: tuple[str, str, str], folder: Path
) -> None:
    postcode, own, near = boundary
    far = next(a[0] for a in gazetteer.generations[0]["areas"] if a[0] not in (own, near))
    search = _search(
        [
            _service("own", ("district", own)),
            _service("near", ("district", near)),
            _service("both", ("district", near), ("district", own)),
            _service("far", ("district", far)),
            _service("city", ("authority", "E08000025")),
            _service("country", ("country", "")),
            _service("scotland", ("country", "S92000003")),
            _service("words only"),
        ],
        gazetteer,
        folder,
    )
    assert _serving(search, postcode) == {
        "own": YES,
        "near": CHECK,
        "both": YES,
        "far": NO,
        "city": YES,
        "country": YES,
        "scotland": NO,
        "words only": UNKNOWN,
    }
    answer = search.find(Asked("play", postcode=postcode, at=MONDAY))
    told = {one["name"]: one["serves"] for one in answer["results"]}
    assert told["near"]["home"] == "unknown" and "check the address" in told["near"]["words"]
    assert told["own"]["home"] == "yes" and "far" not in told
    assert answer["elsewhere"]["count"] == 2
    everything = search.find(Asked("play", postcode=postcode, elsewhere=True, at=MONDAY))
    told = {one["name"]: one["serves"]["home"] for one in everything["results"]}
    assert told["far"] == "no" and everything["results"][-1]["name"] in ("far", "scotland")


def test_team_layers_and_wards_of_either_drawing_serve_the_homes_in_them(
    gazetteer: Gazetteer, folder: Path
) -> None:
    from geo.place import locate

    row = locate(gazetteer, "B15 2TT").row
    services = []
    for at, drawn in enumerate(gazetteer.generations):
        if drawn["valid_to"] is None or drawn["kind"] == "reference":
            code = drawn["areas"][gazetteer.columns[at][row]][0]
            services.append(_service(f"{drawn['layer']} {code}", (drawn["layer"], code)))
    assert len(services) >= 7
    assert set(_serving(_search(services, gazetteer, folder), "B15 2TT").values()) == {YES}


def test_outside_the_city_only_what_serves_that_authority_or_the_country_is_offered(
    gazetteer: Gazetteer, folder: Path
) -> None:
    search = _search(
        [
            _service("birmingham", ("authority", "E08000025")),
            _service("solihull", ("authority", "E08000029")),
            _service("country", ("country", "E92000001")),
        ],
        gazetteer,
        folder,
    )
    assert _serving(search, "B91 3QB") == {"birmingham": NO, "solihull": YES, "country": YES}


def test_part_of_a_postcode_is_not_taken_for_a_home(gazetteer: Gazetteer, folder: Path) -> None:
    codes = [code for code, _name in gazetteer.generations[0]["areas"]]
    search = _search([_service(code, ("district", code)) for code in codes], gazetteer, folder)
    levels = set(_serving(search, "B15").values())
    assert CHECK in levels and YES not in levels
    answer = search.find(Asked("play", postcode="B15", at=MONDAY))
    assert answer["understood"]["postcode"] == {"status": "partial", "district": None}
    assert all("check the address" in one["serves"]["words"] for one in answer["results"])


@pytest.mark.parametrize("postcode", ["ZZ99 3VZ", "B99 9ZZ", "rubbish", "💥", "BX1 1LT"])
def test_a_postcode_that_places_no_home_leaves_results_as_they_are(search: Finder, postcode: str) -> None:
    with_it = search.find(Asked("autism", postcode=postcode, at=MONDAY))
    without = search.find(Asked("autism", at=MONDAY))
    assert [one["id"] for one in with_it["results"]] == [one["id"] for one in without["results"]]
    assert {one["serves"]["home"] for one in with_it["results"]} == {"unknown"}
    assert with_it["understood"]["postcode"]["status"] != "ok"


def test_of_two_alike_the_nearer_comes_first(gazetteer: Gazetteer, folder: Path) -> None:
    city = ("authority", "E08000025")
    services = [
        _service("A far hall", city, place=(52.56, -1.80)),
        _service("B near hall", city, place=(52.4525, -1.93)),
    ]
    search = _search(services, gazetteer, folder)
    answer = search.find(Asked("play", postcode="B15 2TT", at=MONDAY))
    assert [one["name"] for one in answer["results"]] == ["B near hall", "A far hall"]
    near, far = (one["places"][0]["metres"] for one in answer["results"])
    assert 0 < near < 1500 < far
    assert search.find(Asked("play", at=MONDAY))["results"][0]["name"] == "A far hall"
