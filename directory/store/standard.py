"""What a listing is made of: the HSDS-UK 3.0 model (Open Referral UK) and our additions to it, as data.

One description serves the checks of an import, the tables, the differences a steward is shown, the
spreadsheet and the export. Four kinds of record have a life of their own (draft, published, retired) and a
history: organisation, location, service, taxonomy. Everything else is part of one of them. A record's content
is a plain dict of the members named here; a member without a value is left out, never null or "".

Source of names and meanings: HSDS 3.0 and its UK profile, https://docs.openreferraluk.org.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

RecordKind = Literal["organization", "location", "service", "taxonomy"]
RECORD_KINDS: tuple[RecordKind, ...] = ("organization", "location", "service", "taxonomy")

Sort = Literal[
    "id",  # a UUID, of this thing
    "ref",  # a UUID, of another thing (`refers` names which)
    "line",  # text on one line
    "text",  # text of several lines
    "uri",
    "email",
    "date",  # 2026-12-01
    "moment",  # 2026-12-01T09:30:00+00:00, always with a zone
    "time",  # 09:30 (HH:MM), local
    "number",
    "integer",
    "truth",
    "word",  # one of `choices`
    "words",  # a list of `choices`, or of words that a file in data/ lists where `choices` is empty
]


@dataclass(frozen=True, slots=True)
class Field:
    """One member with a value of its own."""

    name: str
    sort: Sort = "line"
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""  # the entity that a "ref" names
    ours: bool = False  # an addition to the standard
    private: bool = False  # never exported or shown unless asked for


@dataclass(frozen=True, slots=True)
class Part:
    """One member that holds other entities: a list, or a single one."""

    name: str
    entity: str
    many: bool = True


@dataclass(frozen=True, slots=True)
class Entity:
    """A table of the standard: its name in the singular, its fields and its parts."""

    name: str
    fields: tuple[Field, ...]
    parts: tuple[Part, ...] = ()

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((one for one in self.fields if one.name == name), None)

    def part(self, name: str) -> Part | None:
        """The part of that name."""
        return next((one for one in self.parts if one.name == name), None)


STATUSES = ("active", "inactive", "defunct", "temporarily closed")
LOCATION_TYPES = ("physical", "postal", "virtual")
LEVELS_OF_NEED = ("universal", "universal_plus", "additional", "complex")
REFERRAL_ROUTES = ("self", "professional", "both")
AUDIENCES = ("public", "professional")
CAPACITIES = ("open", "waiting_list", "closed")

_ID = Field("id", "id", required=True)
_ATTRIBUTES = Part("attributes", "attribute")
_PHONES = Part("phones", "phone")
_SCHEDULES = Part("schedules", "schedule")
_CONTACTS = Part("contacts", "contact")
_LANGUAGES = Part("languages", "language")


def _entity(name: str, *members: Field | Part) -> Entity:
    return Entity(
        name,
        tuple(one for one in members if isinstance(one, Field)),
        tuple(one for one in members if isinstance(one, Part)),
    )


_ALL = (
    _entity(
        "organization",
        _ID,
        Field("name", required=True),
        Field("alternate_name"),
        Field("description", "text", required=True),
        Field("email", "email"),
        Field("website", "uri"),
        Field("logo", "uri"),
        Field("uri", "uri"),
        Field("year_incorporated", "integer"),
        Field("legal_status"),
        Field("parent_organization_id", "ref", refers="organization"),
        # Who at the publisher keeps it true: a role, never a person.
        Field("owner_role", ours=True, private=True),
        Field("sample", "truth", ours=True),
        Field("source", ours=True),
        Field("source_checked", "date", ours=True),
        Part("organization_identifiers", "organization_identifier"),
        _CONTACTS,
        _PHONES,
        Part("funding", "funding"),
        _ATTRIBUTES,
    ),
    _entity(
        "organization_identifier",
        _ID,
        Field("identifier_scheme"),
        Field("identifier_type", required=True),
        Field("identifier", required=True),
        _ATTRIBUTES,
    ),
    _entity(
        "location",
        _ID,
        Field("location_type", "word", required=True, choices=LOCATION_TYPES),
        Field("url", "uri"),
        Field("name"),
        Field("alternate_name"),
        Field("description", "text"),
        Field("transportation", "text"),
        Field("latitude", "number"),  # degrees, WGS 84
        Field("longitude", "number"),
        Field("external_identifier"),  # a UPRN where known
        Field("external_identifier_type"),
        Field("sample", "truth", ours=True),
        Part("addresses", "address"),
        Part("accessibility", "accessibility"),
        _LANGUAGES,
        _CONTACTS,
        _PHONES,
        _SCHEDULES,
        _ATTRIBUTES,
    ),
    _entity(
        "address",
        _ID,
        Field("attention"),
        Field("address_1", required=True),
        Field("address_2"),
        Field("city", required=True),
        Field("region"),
        Field("state_province", required=True),
        Field("postal_code", required=True),
        Field("country", required=True),
        Field("address_type", "word", required=True, choices=LOCATION_TYPES),
        _ATTRIBUTES,
    ),
    _entity(
        "accessibility",
        _ID,
        Field("description", "text"),
        Field("details", "text"),
        Field("url", "uri"),
        Field("accessibility"),
        # step_free, accessible_toilet, hearing_loop, … of data/search/accessibility.csv
        Field("features", "words", ours=True),
        _ATTRIBUTES,
    ),
    _entity(
        "service",
        _ID,
        Field("organization_id", "ref", required=True, refers="organization"),
        Field("name", required=True),
        Field("alternate_name"),
        Field("description", "text"),
        Field("url", "uri"),
        Field("email", "email"),
        Field("status", "word", required=True, choices=STATUSES),
        Field("interpretation_services", "text"),
        Field("application_process", "text"),
        Field("fees", "text"),
        Field("accreditations", "text"),
        Field("eligibility_description", "text"),
        Field("minimum_age", "number"),  # years; an unborn child is -0.75 of ours: see `unborn`
        Field("maximum_age", "number"),
        Field("assured_date", "date"),
        Field("assurer_email", "email"),
        Field("licenses"),
        Field("alert", "text"),
        Field("last_modified", "moment"),
        Field("unborn", "truth", ours=True),  # also for children not yet born
        Field("send_maximum_age", "number", ours=True),  # years, for those with SEND where it is higher
        Field("levels_of_need", "words", choices=LEVELS_OF_NEED, ours=True),
        Field("needs", "words", ours=True),  # codes of data/search/needs.csv
        Field("referral_route", "word", choices=REFERRAL_ROUTES, ours=True),
        Field("assurer_role", ours=True),
        Field("review_by", "date", ours=True),
        Field("owner_role", ours=True, private=True),
        Field("sample", "truth", ours=True),
        Field("source", ours=True),  # where a fact was read: an address or a document
        Field("source_checked", "date", ours=True),
        Field("professional_notes", "text", ours=True, private=True),
        Part("capacity", "capacity", many=False),
        _SCHEDULES,
        Part("service_areas", "service_area"),
        Part("service_at_locations", "service_at_location"),
        _LANGUAGES,
        Part("funding", "funding"),
        Part("cost_options", "cost_option"),
        _CONTACTS,
        _PHONES,
        _ATTRIBUTES,
    ),
    _entity(  # ours: how full a service is. It says nothing any more after `until`.
        "capacity",
        Field("state", "word", required=True, choices=CAPACITIES),
        Field("stated", "date", required=True),
        Field("until", "date", required=True),
        Field("waiting_weeks", "integer"),
        Field("note"),
    ),
    _entity(
        "service_at_location",
        _ID,
        Field("location_id", "ref", required=True, refers="location"),
        Field("description", "text"),
        _SCHEDULES,
        _CONTACTS,
        _PHONES,
        _ATTRIBUTES,
    ),
    _entity(
        "schedule",
        _ID,
        Field("valid_from", "date"),
        Field("valid_to", "date"),
        Field("dtstart", "date"),
        Field("until", "date"),
        Field("count", "integer"),
        Field("freq", "word", choices=("WEEKLY", "MONTHLY")),
        Field("interval", "integer"),
        Field("byday"),  # MO,TU or for a month 2MO,-1FR
        Field("bymonthday"),
        Field("description", "text"),
        Field("opens_at", "time"),
        Field("closes_at", "time"),
        Field("schedule_link", "uri"),
        Field("attending_type"),
        Field("notes", "text"),
    ),
    _entity(
        "service_area",
        _ID,
        Field("name"),
        Field("description", "text"),
        Field("extent", "text"),
        Field("extent_type"),
        Field("uri", "uri"),
        Field("service_area"),
        # What makes it more than words: an area of a layer of ours, a local authority, or everywhere.
        Field("layer", ours=True),  # district, ward_2018, hub …; "authority"; "country"
        Field("code", ours=True),  # an ONS code, or the team layer's own code
    ),
    _entity(
        "contact",
        _ID,
        Field("name"),
        Field("title"),
        Field("department"),
        Field("email", "email"),
        Field("audience", "word", choices=AUDIENCES, ours=True),
        _PHONES,
        _ATTRIBUTES,
    ),
    _entity(
        "phone",
        _ID,
        Field("number", required=True),
        Field("extension", "integer"),
        Field("type"),
        Field("description"),
        Field("audience", "word", choices=AUDIENCES, ours=True),
        _LANGUAGES,
    ),
    _entity("language", _ID, Field("name"), Field("code"), Field("note")),  # code: ISO 639
    _entity("funding", _ID, Field("source")),
    _entity(
        "cost_option",
        _ID,
        Field("valid_from", "date"),
        Field("valid_to", "date"),
        Field("option"),
        Field("currency"),
        Field("amount", "number"),  # of `currency`, pounds where none is given; 0 is free
        Field("amount_description"),
    ),
    _entity(
        "attribute",
        _ID,
        Field("taxonomy_term_id", "ref", required=True, refers="taxonomy_term"),
        Field("link_type"),
        Field("value"),
        Field("label"),
    ),
    _entity(
        "taxonomy",
        _ID,
        Field("name", required=True),
        Field("description", "text", required=True),
        Field("uri", "uri"),
        Field("version"),
        Part("taxonomy_terms", "taxonomy_term"),
    ),
    _entity(
        "taxonomy_term",
        _ID,
        Field("name", required=True),
        Field("description", "text", required=True),
        Field("code"),
        Field("parent_id", "ref", refers="taxonomy_term"),
        Field("term_uri", "uri"),
    ),
)

ENTITIES: Mapping[str, Entity] = {one.name: one for one in _ALL}

Content = dict[str, Any]


def walk(
    entity: str, content: Mapping[str, Any], path: str = "$"
) -> Iterator[tuple[Entity, str, Mapping[str, Any]]]:
    """The content of an entity and of every part within it: its description, its JSON path, its members.

    Members that the model does not name are passed over.
    """
    described = ENTITIES[entity]
    yield described, path, content
    for part in described.parts:
        held = content.get(part.name)
        if part.many and isinstance(held, list):
            for index, one in enumerate(held):
                if isinstance(one, Mapping):
                    yield from walk(part.entity, one, f"{path}.{part.name}[{index}]")
        elif not part.many and isinstance(held, Mapping):
            yield from walk(part.entity, held, f"{path}.{part.name}")
