"""The template for listings: one row a service. Its columns stand in `data/template/listings.schema.json`.

The schema is a Frictionless Table Schema; `holds` in each field names what the column fills in our model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directory.listings import template_cells as cells
from directory.store.standard import ENTITIES, Content

FOLDER = "template"
FILE = "listings.schema.json"


class TemplateError(ValueError):
    """The schema of the template cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its title for people, the type of the Table Schema, and what it holds."""

    name: str
    title: str
    type: str
    description: str
    example: str
    entity: str  # service, organization, location
    member: str  # of that entity
    required: bool
    choices: tuple[str, ...]
    private: bool  # only for those who keep the directory


def schema_path(data: Path) -> Path:
    """Where the Table Schema lies."""
    return data / FOLDER / FILE


def read_columns(data: Path) -> tuple[Column, ...]:
    """The columns in their order. Raises `TemplateError` where the schema does not fit the model."""
    path = schema_path(data)
    try:
        schema = json.loads(path.read_text("utf-8"))
        fields = [_column(one, path) for one in schema["fields"]]
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TemplateError(f"{path}: not a Table Schema of ours ({error}).") from None
    return tuple(fields)


def _column(field: Mapping[str, Any], path: Path) -> Column:
    entity, _, member = str(field["holds"]).partition(".")
    described = ENTITIES.get(entity)
    if described is None or not (described.field(member) or described.part(member)):
        raise TemplateError(f"{path}: {field['name']} holds {field['holds']!r}, which our model has not.")
    limits = field.get("constraints", {})
    known = described.field(member)
    return Column(
        field["name"],
        field["title"],
        field["type"],
        field["description"],
        field.get("example", ""),
        entity,
        member,
        bool(limits.get("required")),
        tuple(limits.get("enum", ())),
        known is not None and known.private,
    )


def shown(
    columns: tuple[Column, ...], service: Content, organization: Content | None, location: Content | None
) -> dict[str, str]:
    """The row of a service: each column's cell, always the same for the same content."""
    held = {"service": service, "organization": organization or {}, "location": location or {}}
    extra = _spread(service, location or {})
    return {
        one.name: extra[one.name] if one.name in extra else _cell(held[one.entity].get(one.member))
        for one in columns
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value)
    return cells.words_shown(value) if isinstance(value, list) else str(value)


def _first(held: Content, part: str) -> Mapping[str, Any]:
    entries = held.get(part)
    if isinstance(entries, Mapping):
        return entries
    return entries[0] if isinstance(entries, list) and entries else {}


def _spread(service: Content, location: Content) -> dict[str, str]:
    """The cells that show parts of a record."""
    address, contact = _first(location, "addresses"), _first(service, "contacts")
    capacity, cost = _first(service, "capacity"), _first(service, "cost_options")
    features = _first(location, "accessibility")
    languages = [one.get("name") or one.get("code", "") for one in service.get("languages", ())]
    return {
        "phones": cells.phones_shown(service.get("phones", ())),
        "areas": cells.areas_shown(service.get("service_areas", ())),
        "opening_hours": cells.hours_shown(service.get("schedules", ())),
        "cost_amount": _cell(cost.get("amount")),
        "languages": cells.words_shown([one for one in languages if one]),
        "address_1": _cell(address.get("address_1")),
        "address_2": _cell(address.get("address_2")),
        "city": _cell(address.get("city")),
        "county": _cell(address.get("state_province")),
        "postcode": _cell(address.get("postal_code")),
        "accessibility": _cell(features.get("features") or features.get("description")),
        "contact_title": _cell(contact.get("title") or contact.get("name")),
        "contact_email": _cell(contact.get("email")),
        "contact_phone": cells.phones_shown(contact.get("phones", ())),
        "contact_audience": _cell(contact.get("audience")),
        "capacity": _cell(capacity.get("state")),
        "capacity_stated": _cell(capacity.get("stated")),
        "capacity_until": _cell(capacity.get("until")),
        "waiting_weeks": _cell(capacity.get("waiting_weeks")),
    }


def example(columns: tuple[Column, ...]) -> dict[str, str]:
    """The example row of the template."""
    return {one.name: one.example for one in columns}
