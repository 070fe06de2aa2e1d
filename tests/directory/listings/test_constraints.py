"""Each constraint holds of a sound directory and is broken by exactly the change that it is about."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from typing import Any

import pytest

from directory.listings.constraints import CONSTRAINTS, Live, check
from directory.listings.known import Known

TODAY = dt.date(2026, 11, 22)
OWNER, ABSENT, PLACE, CLUB, TERM = (str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) for name in "oplst")


def _id() -> str:
    return str(uuid.uuid4())


ORGANIZATION: dict[str, Any] = {
    "id": OWNER,
    "name": "Harbour",
    "description": "It helps.",
    "owner_role": "Editor",
    "sample": True,
}
LOCATION: dict[str, Any] = {
    "id": PLACE,
    "location_type": "physical",
    "name": "Hall",
    "latitude": 52.48,
    "longitude": -1.9,
    "sample": True,
}
SERVICE: dict[str, Any] = {
    "id": CLUB,
    "organization_id": OWNER,
    "name": "Club",
    "status": "active",
    "minimum_age": 8,
    "maximum_age": 16,
    "send_maximum_age": 25,
    "needs": ["anxiety"],
    "review_by": "2027-05-22",
    "assured_date": "2026-11-22",
    "sample": True,
    "capacity": {"state": "open", "stated": "2026-11-01", "until": "2026-12-31"},
    "phones": [{"id": _id(), "number": "0121 496 0001"}],
    "schedules": [{"id": _id(), "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}],
    "service_areas": [{"id": _id(), "layer": "district", "code": "E14000560"}],
    "service_at_locations": [{"id": _id(), "location_id": PLACE}],
    "attributes": [{"id": _id(), "taxonomy_term_id": TERM}],
}
KNOWN = Known(
    needs=frozenset({"anxiety"}),
    areas={"district": frozenset({"E14000560"}), "country": frozenset()},
    forbidden={"01213031111": "nobody there can act"},
)


def broken(
    service: dict[str, Any] | None = None,
    organization: dict[str, Any] | None = None,
    location: dict[str, Any] | None = None,
    *,
    gone: tuple[str, ...] = (),
    redirects: dict[str, str] | None = None,
) -> dict[str, tuple[str, ...]]:
    """The constraints that do not hold after members are changed (None takes one out), with what is said."""

    def made(base: dict[str, Any], changes: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
        content = {k: v for k, v in (copy.deepcopy(base) | (changes or {})).items() if v is not None}
        return {} if content["id"] in gone else {content["id"]: content}

    live = Live(
        made(SERVICE, service), made(ORGANIZATION, organization), made(LOCATION, location), TODAY, KNOWN,
        frozenset({TERM}), redirects or {},
    )  # fmt: skip
    return {
        found.constraint.name: tuple(one.said for one in found.offenders)
        for found in check(live)
        if found.offenders
    }


def test_everything_holds_of_a_sound_directory() -> None:
    assert broken() == {}


def phone(number: str) -> dict[str, Any]:
    return {"phones": [{"id": _id(), "number": number}]}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sound", {"service": {"name": None}}),
        ("sound", {"location": {"location_type": "castle"}}),
        ("organisation", {"gone": (OWNER,)}),
        ("parent", {"organization": {"parent_organization_id": ABSENT}}),
        ("location", {"gone": (PLACE,)}),
        ("contact", {"service": {"phones": None}}),
        ("switchboard", {"service": phone("0121 303 1111") | {"sample": None}}),
        ("switchboard", {"organization": phone("+44 121 3031111") | {"sample": None}}),
        ("area", {"service": {"service_areas": None}}),
        ("area", {"service": {"service_areas": [{"id": _id(), "layer": "district", "code": "E1"}]}}),
        ("area", {"service": {"service_areas": [{"id": _id(), "layer": "moon", "code": "E1"}]}}),
        ("ages", {"service": {"minimum_age": 17}}),
        ("ages", {"service": {"send_maximum_age": 12}}),
        ("ages", {"service": {"minimum_age": -1}}),
        ("needs", {"service": {"needs": ["nonsense"]}}),
        ("terms", {"service": {"attributes": [{"id": _id(), "taxonomy_term_id": ABSENT}]}}),
        ("hours", {"service": {"schedules": [{"id": _id(), "opens_at": "09:00", "closes_at": "17:00"}]}}),
        ("review", {"service": {"review_by": None}}),
        ("review", {"service": {"review_by": "2031-11-23"}}),
        ("review", {"service": {"assured_date": "2026-11-23"}}),
        (
            "capacity",
            {"service": {"capacity": {"state": "open", "stated": "2026-01-01", "until": "2026-11-21"}}},
        ),
        (
            "capacity",
            {"service": {"capacity": {"state": "open", "stated": "2026-11-01", "until": "2028-01-01"}}},
        ),
        ("sample", {"service": {"sample": None}}),
        ("sample", {"organization": {"sample": None, "email": "a@b.example"}}),
        ("role", {"organization": {"owner_role": "kim@council.example"}}),
        ("coordinates", {"location": {"longitude": 52.48, "latitude": -1.9}}),
        ("redirects", {"redirects": {ABSENT: TERM}}),
    ],
)
def test_each_constraint_is_broken_by_what_it_is_about_and_nothing_else_is(
    name: str, changes: dict[str, Any]
) -> None:
    found = broken(**changes)
    assert set(found) == {name}, found
    assert all(found[name])


def test_the_country_is_an_area_without_a_code() -> None:
    assert broken({"service_areas": [{"id": _id(), "layer": "country"}]}) == {}


def test_every_constraint_has_a_name_of_its_own_a_sentence_and_a_remedy() -> None:
    assert len({one.name for one in CONSTRAINTS}) == len(CONSTRAINTS)
    assert all(one.sentence.endswith(".") and one.remedy.endswith(".") for one in CONSTRAINTS)


def test_areas_are_not_looked_up_where_the_postcode_data_is_not_built() -> None:
    live = Live({CLUB: SERVICE}, {OWNER: ORGANIZATION}, {PLACE: LOCATION}, TODAY, Known(), frozenset({TERM}))
    assert not [found for found in check(live) if found.offenders]
