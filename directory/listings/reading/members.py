"""The names that feeds have for things: the standard's, camelCase, older editions' and near misses."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from directory.store.standard import ENTITIES

# Members that only repeat what the nesting says, and those of the standard that we have no use for.
STRUCTURE = frozenset(
    ("service_id", "organization_id", "location_id", "service_at_location_id", "contact_id", "phone_id",
     "link_id", "link_entity", "taxonomy", "taxonomy_id", "taxonomy_detail", "term", "taxonomy_term",
     "organization", "organisation", "location", "locations", "service", "services", "metadata", "program",
     "program_id", "programs")
)  # fmt: skip
_ALIASES: Mapping[str, Mapping[str, str]] = {
    "organization": {"url": "website", "organisation_identifiers": "organization_identifiers"},
    "service": {
        "website": "url",
        "regular_schedules": "schedules",
        "regular_schedule": "schedules",
        "contact": "contacts",
        "eligibility": "eligibility_description",
        "service_area": "service_areas",
        "organisation_id": "organization_id",
        "assured_last": "assured_date",
        "costs": "cost_options",
    },
    "location": {
        "website": "url",
        "physical_addresses": "addresses",
        "address": "addresses",
        "accessibility_for_disabilities": "accessibility",
        "regular_schedules": "schedules",
    },
    "service_at_location": {"regular_schedules": "schedules", "regular_schedule": "schedules"},
    "phone": {"telephone": "number", "phone_number": "number", "number_type": "type"},
    "address": {"postcode": "postal_code", "post_code": "postal_code", "county": "state_province"},
    "schedule": {"weekday": "byday", "start_date": "valid_from", "end_date": "valid_to"},
    "taxonomy": {"terms": "taxonomy_terms"},
    "language": {"language": "name"},
}
# The plural under which a dump holds each kind, and how a file's name begins.
PLURALS: Mapping[str, str] = {
    "services": "service",
    "organizations": "organization",
    "organisations": "organization",
    "locations": "location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
    "service_at_locations": "service_at_location",
}
_NAMES = (
    ("service_at_location", "service_at_location"),
    ("taxonomy_term", "taxonomy_term"),
    ("taxonom", "taxonomy"),
    ("organi", "organization"),
    ("location", "location"),
    ("service", "service"),
)
# What tells an entity from the others, in the order in which it is asked.
_SIGNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("taxonomy", frozenset(("taxonomy_terms", "terms"))),
    ("location", frozenset(("location_type", "addresses", "latitude", "physical_addresses"))),
    (
        "service",
        frozenset(("organization", "organization_id", "organisation", "organisation_id", "status",
                   "service_at_locations", "service_areas", "cost_options", "eligibility_description")),
    ),
    ("taxonomy_term", frozenset(("term_uri", "taxonomy", "taxonomy_detail", "taxonomy_id", "parent_id"))),
    ("organization", frozenset(("website", "organization_identifiers", "legal_status", "services", "logo"))),
)  # fmt: skip


@functools.lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """`serviceAtLocations` and `Service At Locations` as `service_at_locations`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name[:80])
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def member_of(entity: str, name: str) -> str:
    """The name in our model of a member of a feed; the name itself where the model has none."""
    plain = snake(name)
    described = ENTITIES[entity]
    if described.field(plain) or described.part(plain):
        return plain
    return _ALIASES.get(entity, {}).get(plain, plain)


def named_kind(name: str) -> str | None:
    """The entity that a file's or a path's name speaks of (`service_list.json`), else None."""
    plain = snake(name)
    return next((entity for start, entity in _NAMES if plain.startswith(start)), None)


def guessed_kind(raw: Mapping[str, Any], hint: str | None) -> str | None:
    """Which entity an object is: by the members it has, by the hint where they fit several, else None."""
    names = {snake(name) for name in raw}
    nested = isinstance(raw.get("service"), Mapping) or isinstance(raw.get("location"), Mapping)
    if nested and "name" not in names:
        return "service_at_location"
    if hint and (hint == "service_at_location" or "name" in names or "id" in names):
        return hint
    for entity, signs in _SIGNS:
        if names & signs:
            return entity
    return None
