"""Small contents and changes for the tests of the store, each with every sort of value somewhere."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from directory.store.records import Change, Origin, State
from directory.store.standard import Content

WHEN = dt.datetime(2026, 11, 3, 8, 30, tzinfo=dt.UTC)


def identity(name: str) -> str:
    """The same id for the same name, every time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://test.example/{name}"))


def organization(name: str = "Harbour", **members: Any) -> Content:
    return {
        "id": identity(name),
        "name": name,
        "description": "Helps families",
        "phones": [{"id": identity(name + " phone"), "number": "0121 496 0001"}],
        **members,
    }


def location(name: str = "Hall", **members: Any) -> Content:
    return {
        "id": identity(name),
        "location_type": "physical",
        "latitude": 52.48,
        "longitude": -1.9,
        "addresses": [
            {"id": identity(name + " address"), "address_1": f"1 {name} Road", "city": "Birmingham"}
        ],
        "accessibility": [{"id": identity(name + " access"), "features": ["step_free", "hearing_loop"]}],
        **members,
    }


def service(name: str = "Young minds", **members: Any) -> Content:
    return {
        "id": identity(name),
        "organization_id": identity("Harbour"),
        "name": name,
        "status": "active",
        "minimum_age": 11,
        "maximum_age": 18.5,
        "unborn": False,
        "needs": ["self_harm", "anxiety"],
        "assured_date": "2026-10-01",
        "last_modified": "2026-10-01T10:00:00+01:00",
        "capacity": {"state": "open", "stated": "2026-10-01", "until": "2026-12-01", "waiting_weeks": 3},
        "service_at_locations": [{"id": identity(name + " at hall"), "location_id": identity("Hall")}],
        "contacts": [
            {
                "id": identity(name + " contact"),
                "title": "Front door",
                "phones": [
                    {
                        "id": identity(name + " phone"),
                        "number": "0121 496 0002",
                        "languages": [{"id": identity(name + " language"), "code": "ur"}],
                    }
                ],
                "attributes": [{"id": identity(name + " tag"), "taxonomy_term_id": identity("term")}],
            }
        ],
        **members,
    }


def change(
    content: Content,
    state: State = "published",
    *,
    base: int | None = None,
    origin: Origin | None = None,
    redirect_to: str | None = None,
) -> Change:
    """A change of the kind that the content looks like."""
    kind = "service" if "organization_id" in content else "location" if "location_type" in content else ""
    return Change(
        kind or "organization",  # type: ignore[arg-type]
        content["id"],
        state,
        content,
        origin=origin,
        base=base,
        redirect_to=redirect_to,
    )


def origin(foreign_id: str = "17", source: str = "feed", raw: bytes = b'{"as": "received"}') -> Origin:
    return Origin(source, foreign_id, WHEN, "oruk", raw)
