"""Services that lack what a person needs to use them: a contact, an area, hours, an owner.

Also what nobody uses: organisations without a service, places without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from directory.listings.hours import Schedule
from directory.listings.recurrence import read_row
from directory.store.standard import Content

Lack = Literal["contact", "area", "hours", "owner", "service"]
LACKS: Mapping[Lack, str] = {
    "contact": "no telephone number or email address, its own, at its places or of its organisation",
    "area": "no area that it serves, by the code of a layer, an authority or the country",
    "hours": "no opening hours that can be relied on",
    "owner": "no role that keeps it true, its own or its organisation's",
    "service": "no service uses it",
}


@dataclass(frozen=True, slots=True)
class Orphan:
    """A record and what it lacks."""

    kind: str
    id: str
    name: str
    lacks: tuple[Lack, ...]


def _held(content: Mapping[str, Any], member: str) -> Iterator[Content]:
    parts = content.get(member)
    if isinstance(parts, list):
        yield from (one for one in parts if isinstance(one, dict))


def places_of(service: Content) -> list[str]:
    """The ids of the locations at which a service is given."""
    return [one["location_id"] for one in _held(service, "service_at_locations") if one.get("location_id")]


def _numbers(content: Mapping[str, Any]) -> Iterator[str]:
    yield from (phone["number"] for phone in _held(content, "phones") if phone.get("number"))
    for contact in _held(content, "contacts"):
        yield from _numbers(contact)


def _mails(content: Mapping[str, Any]) -> Iterator[str]:
    if content.get("email"):
        yield content["email"]
    for contact in _held(content, "contacts"):
        yield from _mails(contact)


def _parts(
    service: Content, organization: Content | None, locations: Mapping[str, Content]
) -> Iterator[Content]:
    """The service, its links to places, the places, its organisation: where a contact may stand."""
    yield service
    yield from _held(service, "service_at_locations")
    yield from (locations[place] for place in places_of(service) if place in locations)
    if organization is not None:
        yield organization


def numbers_of(
    service: Content, organization: Content | None = None, locations: Mapping[str, Content] | None = None
) -> list[str]:
    """Its telephone numbers as they are written, the nearest to the service first, each once."""
    parts = _parts(service, organization, locations or {})
    return list(dict.fromkeys(number for part in parts for number in _numbers(part)))


def mails_of(
    service: Content, organization: Content | None = None, locations: Mapping[str, Content] | None = None
) -> list[str]:
    """Its e-mail addresses, the nearest to the service first, each once."""
    parts = _parts(service, organization, locations or {})
    return list(dict.fromkeys(mail for part in parts for mail in _mails(part)))


def schedules_of(service: Content, locations: Mapping[str, Content]) -> list[Schedule]:
    """Its own hours and those at its places; the places' own only where it has no others."""
    own = [
        row for part in (service, *_held(service, "service_at_locations")) for row in _held(part, "schedules")
    ]
    places = (locations[place] for place in places_of(service) if place in locations)
    return [*own] if own else [row for place in places for row in _held(place, "schedules")]


def serves_an_area(service: Content) -> bool:
    """Whether it says whom it serves by more than words."""
    areas: Sequence[Content] = list(_held(service, "service_areas"))
    return any(one.get("layer") and (one.get("code") or one["layer"] == "country") for one in areas)


def lacking(
    service: Content, organization: Content | None, locations: Mapping[str, Content]
) -> tuple[Lack, ...]:
    """What a service lacks."""
    found: list[Lack] = []
    if not numbers_of(service, organization, locations) and not mails_of(service, organization, locations):
        found.append("contact")
    if not serves_an_area(service):
        found.append("area")
    rows = [read_row(row) for row in schedules_of(service, locations)]
    if not any(row is not None and row.timed for row in rows):
        found.append("hours")
    if not service.get("owner_role") and not (organization or {}).get("owner_role"):
        found.append("owner")
    return tuple(found)


def orphans(
    services: Iterable[Content], organizations: Mapping[str, Content], locations: Mapping[str, Content]
) -> list[Orphan]:
    """Everything that lacks something, services first, each by name."""
    found, used, placed = [], set(), set()
    for service in services:
        used.add(service.get("organization_id"))
        placed.update(places_of(service))
        lacks = lacking(service, organizations.get(service.get("organization_id", "")), locations)
        if lacks:
            found.append(Orphan("service", service["id"], service.get("name", ""), lacks))
    parents = {one.get("parent_organization_id") for one in organizations.values()}
    unused = [("organization", own, one) for own, one in organizations.items() if own not in used | parents]
    unused += [("location", own, one) for own, one in locations.items() if own not in placed]
    found += [Orphan(kind, own, one.get("name", ""), ("service",)) for kind, own, one in unused]
    order = ("service", "organization", "location")
    return sorted(found, key=lambda one: (order.index(one.kind), one.name.casefold(), one.id))
