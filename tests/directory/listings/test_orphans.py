"""What a service lacks, wherever in it, in its places or in its organisation a contact may stand."""

from __future__ import annotations

from typing import Any

import pytest

from directory.listings.orphans import lacking, numbers_of, orphans, schedules_of

PHONE = {"number": "0121 496 0001"}
HOURS = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}
WHOLE: dict[str, Any] = {
    "id": "s",
    "name": "Club",
    "organization_id": "o",
    "email": "a@b.example",
    "owner_role": "Editor",
    "schedules": [HOURS],
    "service_areas": [{"layer": "country"}],
}


def without(*members: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in WHOLE.items() if name not in members} | more


def test_a_whole_service_lacks_nothing() -> None:
    assert lacking(WHOLE, None, {}) == ()


@pytest.mark.parametrize(
    ("service", "organization", "location"),
    [
        (without("email", contacts=[{"title": "Manager", "phones": [PHONE]}]), {}, {}),
        (without("email", service_at_locations=[{"location_id": "l", "phones": [PHONE]}]), {}, {}),
        (without("email", service_at_locations=[{"location_id": "l"}]), {}, {"phones": [PHONE]}),
        (without("email"), {"contacts": [{"email": "a@b.example"}]}, {}),
    ],
)
def test_a_contact_anywhere_around_a_service_is_one(
    service: dict[str, Any], organization: dict[str, Any], location: dict[str, Any]
) -> None:
    assert "contact" not in lacking(service, organization, {"l": {"id": "l", **location}})


@pytest.mark.parametrize(
    ("service", "lack"),
    [
        (without("email", url="https://a.example"), "contact"),
        (without("service_areas"), "area"),
        (without("service_areas", service_areas=[{"name": "Aston and around"}]), "area"),
        (without("service_areas", service_areas=[{"layer": "district"}]), "area"),
        (without("schedules"), "hours"),
        (without("schedules", schedules=[{"freq": "WEEKLY", "byday": "MO"}]), "hours"),
        (without("owner_role"), "owner"),
    ],
)
def test_each_lack_is_told(service: dict[str, Any], lack: str) -> None:
    assert lacking(service, None, {}) == (lack,)


def test_hours_of_a_place_count_only_where_the_service_says_none() -> None:
    place = {"l": {"id": "l", "schedules": [HOURS | {"byday": "SU"}]}}
    own = WHOLE | {"service_at_locations": [{"location_id": "l"}]}
    assert schedules_of(own, place) == [HOURS]
    assert schedules_of({**own, "schedules": []}, place) == place["l"]["schedules"]


def test_the_number_nearest_to_the_service_comes_first_and_each_once() -> None:
    service = WHOLE | {"phones": [PHONE], "service_at_locations": [{"location_id": "l"}]}
    other = {"number": "0121 496 0002"}
    assert numbers_of(service, {"phones": [PHONE]}, {"l": {"phones": [other, PHONE]}}) == [
        "0121 496 0001",
        "0121 496 0002",
    ]


def test_organisations_and_places_that_nothing_uses_are_orphans_too() -> None:
    organizations = {
        "o": {"id": "o", "name": "Used", "parent_organization_id": "p"},
        "p": {"id": "p", "name": "Above"},
        "q": {"id": "q", "name": "Empty"},
    }
    found = orphans([WHOLE], organizations, {"l": {"id": "l", "name": "Hall"}})
    assert [(one.kind, one.name, one.lacks) for one in found] == [
        ("organization", "Empty", ("service",)),
        ("location", "Hall", ("service",)),
    ]
