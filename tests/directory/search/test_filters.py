"""Each filter, against a plain reading of every listing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from directory.listings.hours import state
from directory.search.columns import schedules_of
from directory.search.filters import AGE_BANDS, Asked
from directory.search.finder import Finder
from directory.store.standard import Content
from geo.gazetteer import Gazetteer
from tests.directory.search.sample import MONDAY, finder, generation

LONDON = ZoneInfo("Europe/London")


def _ids(search: Finder, **asked: Any) -> set[str]:
    answer = search.find(Asked(at=MONDAY, per_page=100, **asked))
    found = {one["id"] for one in answer["results"]}
    for page in range(2, answer["pages"] + 1):
        more = search.find(Asked(at=MONDAY, per_page=100, page=page, **asked))
        found |= {one["id"] for one in more["results"]}
    assert len(found) == answer["total"]
    return found


def _services(search: Finder) -> list[Content]:
    found = [search.service(one) for one in search.columns.ids]
    return [one for one in found if one is not None and one.get("status", "active") == "active"]


@pytest.mark.parametrize("age", [0, 3, 11, 14, 18, 19, 25, 40])
def test_ages_fit_by_overlap_and_unstated_ones_are_kept(search: Finder, age: int) -> None:
    expected = set()
    for service in _services(search):
        low, high = service.get("minimum_age"), service.get("maximum_age")
        unstated = low is None and high is None  # `unborn` says nothing of the ages after birth
        known = low is not None or high is not None
        last = 200 if high is None else high + 1 if high == int(high) else high
        if unstated or (known and (low or 0) < age + 1 and last > age):
            expected.add(service["id"])
    assert _ids(search, age=float(age)) == expected


def test_the_front_door_is_there_at_every_age_of_a_child(search: Finder) -> None:
    doors = {one["id"] for one in _services(search) if one["name"].endswith(("(CASS)", "(EDT)"))}
    assert len(doors) == 2
    for age in range(18):
        assert doors <= _ids(search, age=float(age))
    assert doors <= _ids(search, unborn=True)


def test_fourteen_fits_eleven_to_eighteen_and_nineteen_does_not(search: Finder) -> None:
    wanted = {s["id"] for s in _services(search) if (s.get("minimum_age"), s.get("maximum_age")) == (11, 18)}
    assert wanted and wanted <= _ids(search, age=14.0) and wanted <= _ids(search, age=18.0)
    assert not wanted & _ids(search, age=19.0) and not wanted & _ids(search, age=10.0)


def test_a_child_not_yet_born(search: Finder) -> None:
    assert _ids(search, unborn=True) == {
        s["id"]
        for s in _services(search)
        if s.get("unborn") or (s.get("minimum_age") is None and s.get("maximum_age") is None)
    }


def test_needs_levels_routes_languages_and_access(search: Finder) -> None:
    services = _services(search)

    def places(service: Content) -> list[Content]:
        return [at.get("location", {}) for at in service.get("service_at_locations", ())]

    assert _ids(search, needs=frozenset({"autism", "adhd"})) == {
        s["id"] for s in services if {"autism", "adhd"} & set(s.get("needs", ()))
    }
    assert _ids(search, level="complex") == {
        s["id"] for s in services if "complex" in s.get("levels_of_need", ())
    }
    assert _ids(search, route="self") == {
        s["id"] for s in services if s.get("referral_route") in ("self", "both")
    }
    assert _ids(search, route="both") == {s["id"] for s in services if s.get("referral_route") == "both"}
    assert _ids(search, language="UR") == {
        s["id"]
        for s in services
        for held in (s, *places(s))
        if any(one.get("code") == "ur" for one in held.get("languages", ()))
    }
    wanted = {"step_free", "hearing_loop"}
    assert _ids(search, accessibility=frozenset(wanted)) == {
        s["id"]
        for s in services
        if wanted
        <= {f for p in places(s) for one in p.get("accessibility", ()) for f in one.get("features", ())}
    }
    organization = services[0]["organization_id"]
    assert _ids(search, organization=organization) == {
        s["id"] for s in services if s["organization_id"] == organization
    }


def test_room_now_or_not_stated_and_what_was_said_too_long_ago_counts_as_not_stated(search: Finder) -> None:
    today = MONDAY.date().isoformat()
    expected = set()
    for service in _services(search):
        held = service.get("capacity")
        current = held is not None and held["until"] >= today
        if not current or (held is not None and held["state"] == "open"):
            expected.add(service["id"])
    found = _ids(search, capacity=True)
    assert found == expected
    expired = [s for s in _services(search) if s.get("capacity") and s["capacity"]["until"] < today]
    later = MONDAY + dt.timedelta(days=400)
    answer = search.find(Asked(at=later, per_page=100))
    assert {one["capacity"]["state"] for one in answer["results"]} == {"unknown"}
    assert all(s["id"] in found for s in expired)


def _moments() -> list[dt.datetime]:
    chance = random.Random(7)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    moments = [start + dt.timedelta(minutes=chance.randrange(0, 2 * 365 * 1440)) for _ in range(40)]
    changes = (
        dt.datetime(2026, 3, 29, 0, 15, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 25, 0, 15, tzinfo=dt.UTC),
    )
    return moments + [day + dt.timedelta(minutes=30 * step) for day in changes for step in range(6)]


@pytest.mark.parametrize("at", _moments(), ids=str)
def test_open_now_is_what_the_hours_of_each_listing_say(search: Finder, at: dt.datetime) -> None:
    mask = search.filters.one("open_now", True, at)
    for number, identifier in enumerate(search.columns.ids):
        service = search.service(identifier)
        assert service is not None
        assert bool(mask[number]) == (state(schedules_of(service), at).open is True), service["name"]


def test_a_district_gives_what_serves_it_wholly_partly_or_with_the_whole_city(search: Finder) -> None:
    gazetteer = search.geography.gazetteer
    district = next(i for i, g in enumerate(gazetteer.generations) if g["layer"] == "district")
    erdington = [c for c, _n in gazetteer.generations[district]["areas"]].index("E14000561")
    homes = np.asarray(gazetteer.columns[district]) == erdington
    expected = set()
    for service in _services(search):
        for area in service.get("service_areas", ()):
            layer, code = area.get("layer"), area.get("code")
            if layer == "country" or (layer, code) == ("authority", "E08000025"):
                expected.add(service["id"])
            for at, one in enumerate(gazetteer.generations):
                codes = [c for c, _n in one["areas"]]
                if one["layer"] == layer and code in codes:
                    inside = np.asarray(gazetteer.columns[at]) == codes.index(code)
                    shared = int((inside & homes).sum())
                    if shared > 0.01 * min(int(inside.sum()), int(homes.sum())):
                        expected.add(service["id"])
    assert _ids(search, layer="district", area="E14000561") == expected
    assert expected < {s["id"] for s in _services(search)}


@pytest.mark.parametrize(
    "asked",
    [
        Asked("family support"),
        Asked("anxiety", age=14),
        Asked("", level="additional", free=True),
        Asked("autism", needs=frozenset({"autism"}), language="en"),
        Asked("parenting", postcode="B15 2TT", route="self"),
    ],
    ids=str,
)
def test_each_facet_counts_what_choosing_it_would_give(search: Finder, asked: Asked) -> None:
    asked = dataclasses.replace(asked, at=MONDAY)
    facets = search.find(asked)["facets"]
    choices: dict[str, Any] = {
        "need": lambda code: {"needs": frozenset({code})},
        "level": lambda code: {"level": code},
        "route": lambda code: {"route": code},
        "age_band": lambda code: {"age_band": code},
        "district": lambda code: {"layer": "district", "area": code},
        "language": lambda code: {"language": code},
        "cost": lambda _code: {"free": True},
        "open_now": lambda _code: {"open_now": True},
    }
    for name, choice in choices.items():
        for one in facets[name][:4]:
            chosen = search.find(dataclasses.replace(asked, **choice(one["code"])))
            assert chosen["total"] == one["count"], (name, one)
    room = next((one for one in facets["capacity"] if one["code"] == "room"), None)
    if room:
        assert search.find(dataclasses.replace(asked, capacity=True))["total"] == room["count"]


def test_what_is_chosen_is_marked_as_on(search: Finder) -> None:
    facets = search.find(Asked("", level="complex", needs=frozenset({"autism"}), at=MONDAY))["facets"]
    assert [one["code"] for one in facets["level"] if one["on"]] == ["complex"]
    assert [one["code"] for one in facets["need"] if one["on"]] == ["autism"]
    assert len(facets["need"]) > 1 and len(AGE_BANDS) == 6


def test_a_mask_is_made_once_and_kept(search: Finder) -> None:
    one = search.filters.one("need", frozenset({"autism"}), MONDAY)
    assert search.filters.one("need", frozenset({"autism"}), MONDAY) is one
    assert not one.flags.writeable


def test_in_the_nights_when_the_clock_changes_open_now_is_told_by_the_hours_too(
    gazetteer: Gazetteer, folder: Path
) -> None:
    times = "0030-0130 0115-0300 2300-0145 0130-0210 0230-0500"
    spans = [(t[:2] + ":" + t[2:4], t[5:7] + ":" + t[7:]) for t in times.split()]
    services = [
        {
            "id": f"00000000-0000-4000-8000-00000000000{number}",
            "name": f"Night {number}",
            "schedules": [
                {"freq": "WEEKLY", "byday": "SA,SU", "opens_at": opens, "closes_at": closes, "id": "x"}
            ],
        }
        for number, (opens, closes) in enumerate(spans)
    ]
    search = finder(generation(services, folder), gazetteer, folder)
    again = [dt.datetime(2026, 10, 25, 1, minute, tzinfo=dt.UTC) for minute in (0, 5, 20)]
    for at in _moments()[40:] + again:
        mask = search.filters.one("open_now", True, at)
        assert mask.tolist() == [state(one["schedules"], at).open is True for one in services], at


def test_an_area_that_lies_partly_in_a_district_serves_it_and_a_sliver_does_not(search: Finder) -> None:
    gazetteer = search.geography.gazetteer
    drawn = {g["layer"]: at for at, g in enumerate(gazetteer.generations) if g["valid_to"] is None}
    columns = {layer: np.asarray(gazetteer.columns[at]) for layer, at in drawn.items()}
    seen = set()
    for layer in ("hub", "ward_2018", "childrens_centre"):
        for area, (code, _name) in enumerate(gazetteer.generations[drawn[layer]]["areas"]):
            for other, (district, _other) in enumerate(gazetteer.generations[drawn["district"]]["areas"]):
                here, there = columns[layer] == area, columns["district"] == other
                shared = (here & there).sum() / min(here.sum(), there.sum())
                overlaps = search.geography.overlaps((layer, code), ("district", district))
                assert overlaps == (shared > 0.01)
                seen.add((overlaps, 0.01 < shared < 0.45, 0 < shared <= 0.01))
    assert (True, True, False) in seen and (False, False, True) in seen
