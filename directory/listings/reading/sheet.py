"""Our own template, one row a service, as CSV or Excel: rows into the objects that every feed is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from directory.listings import template_cells as cells
from directory.listings.identity import identity, made
from directory.listings.reading.feed import Feed, FeedError, Findings
from directory.listings.reading.records import ROWS, Records
from directory.listings.reading.tables import Row, Table
from directory.listings.template import Column

FORMAT = "template"
_ADDRESS = {"address_1": "address_1", "address_2": "address_2", "city": "city", "county": "state_province",
            "postcode": "postal_code"}  # fmt: skip
_CONTACT = ("contact_title", "contact_email", "contact_phone", "contact_audience")
_CAPACITY = {"capacity": "state", "capacity_stated": "stated", "capacity_until": "until",
             "waiting_weeks": "waiting_weeks"}  # fmt: skip
_YES = ("yes", "y", "true", "1")
_INERT = re.compile(r"'(?=[=+\-@\t\r'])")


def is_template(table: Table, columns: tuple[Column, ...]) -> bool:
    """Whether a table is our template: it names services and at least one more of the columns."""
    names = {one.name for one in columns} & set(table.columns)
    return bool(names & {"service_id", "service_name"}) and len(names) >= 2


def read_sheet(
    table: Table, columns: tuple[Column, ...], source: str, records: Records, findings: Findings
) -> Feed:
    """The feed that a filled-in template is. Raises `FeedError` where it has no rows."""
    known = {one.name: one for one in columns}
    for name, written in zip(table.columns, table.written, strict=True):
        if name and name not in known:
            findings.add(
                "warning", "unknown", table.name, f"the column {written[:60]!r} is none of the template's; "
                "it is not used.", "See earlyhelp listing template.", member=name,
            )  # fmt: skip
    if not table.rows:
        raise FeedError(f"{table.name}: no rows below the heading.")
    used = [name for name in table.columns if name in known]
    records.of_text = True
    sheet: dict[str, Mapping[str, str]] = {}
    for row in table.rows:
        told = {name: _INERT.sub("", row.get(name), count=1) for name in used}
        sheet[row.place] = told
        _take(row, told, known, source, records, findings)
    candidates = records.finish()
    by_id = {one.id: sheet[one.place] for one in candidates if one.place in sheet}
    return Feed(table.name, FORMAT, candidates, findings, frozenset(("service",)), by_id)


def _take(
    row: Row, told: dict[str, str], known: Mapping[str, Column], source: str, records: Records,
    findings: Findings,
) -> None:  # fmt: skip
    for name in ("phones", "contact_phone"):
        if name in told:
            told[name] = _with_zeros(told[name], name, row, findings)
    simple: dict[str, dict[str, Any]] = {"service": {}, "organization": {}, "location": {}}
    places: dict[str, dict[str, str]] = {"service": {}, "organization": {}, "location": {}}
    for name, cell in told.items():
        column = known[name]
        within = f"[0].{_ADDRESS[name]}" if name in _ADDRESS else ""
        places[column.entity].setdefault(f"$.{column.member}{within}", f"{row.place}, column {name}")
        if cell and _is_simple(column):
            simple[column.entity][column.member] = cell
    service, publisher = simple["service"], _publisher(simple["organization"], source)
    if publisher and told.get("sample", "").casefold() in _YES and _invented(publisher):
        publisher["sample"] = "yes"
    place = _place(told, simple["location"], source, str(publisher.get("id", "")))
    if publisher:
        service["organization_id"] = publisher["id"]
        if "name" in publisher:
            records.take("organization", publisher, row.place, places=places["organization"])
    if place:
        number = identity(source, "location", str(place["id"]))
        records.take("location", place, row.place, places=places["location"])
        link: dict[str, Any] = {"location_id": number}
        service["service_at_locations"] = [link]
    _parts(told, service)
    if "id" not in service and "name" in service and publisher:
        service["id"] = made(
            "named", source, "service", str(publisher["id"]), str(service["name"]).casefold()
        )
        findings.add(
            "note", "stand_in", row.place, "has no service_id; one was made from both names.",
            "Fill in service_id, then the service may be renamed.", member="service_id",
        )  # fmt: skip
    if place and "id" in service:
        link["id"] = made("at", identity(source, "service", str(service["id"])), number)
    records.take("service", service, row.place, places=places["service"], list_place=ROWS)


def _is_simple(column: Column) -> bool:
    parts = ("phones", "service_areas", "schedules", "cost_options", "languages", "contacts", "capacity",
             "addresses", "accessibility")  # fmt: skip
    return column.member not in parts


def _publisher(told: dict[str, Any], source: str) -> dict[str, Any]:
    if "id" not in told and "name" in told:
        told["id"] = made("named", source, "organization", str(told["name"]).casefold())
    return told if "id" in told else {}


def _invented(publisher: Mapping[str, Any]) -> bool:
    """Whether an organisation's addresses are ones that nobody can have (RFC 2606)."""
    reached = (str(publisher.get(name, "")).casefold().rstrip("/") for name in ("email", "website"))
    return any(one.endswith(".example") for one in reached)


def _place(told: Mapping[str, str], simple: dict[str, Any], source: str, publisher: str) -> dict[str, Any]:
    address = {member: told[name] for name, member in _ADDRESS.items() if told.get(name)}
    features = [one for one in cells.parts_of(told.get("accessibility", "")) if one]
    if "id" not in simple and address:
        key = " ".join("|".join(address.values()).casefold().split())
        simple["id"] = made("named", source, "location", publisher, key)
    if "id" not in simple:
        return {}
    if address:
        simple["addresses"] = [{"address_type": "physical", "country": "GB", **address}]
        simple["location_type"] = "physical"
    if features:
        codes = all(re.fullmatch(r"[a-z0-9_]+", one) for one in features)
        simple["accessibility"] = [{"features": features} if codes else {"description": "; ".join(features)}]
    return simple


def _parts(told: Mapping[str, str], service: dict[str, Any]) -> None:
    """The members of a service that its cells hold several values of."""
    if told.get("phones"):
        service["phones"] = cells.phones_read(told["phones"])
    if told.get("areas"):
        service["service_areas"] = cells.areas_read(told["areas"])
    if told.get("opening_hours"):
        service["schedules"] = cells.hours_read(told["opening_hours"])
    if told.get("languages"):
        service["languages"] = [{"name": one} for one in cells.parts_of(told["languages"])]
    if told.get("cost_amount"):
        service["cost_options"] = [{"amount": told["cost_amount"], "currency": "GBP"}]
    contact: dict[str, Any] = {
        name.removeprefix("contact_"): told[name] for name in _CONTACT if told.get(name)
    }
    if contact.keys() - {"audience"}:
        if "phone" in contact:
            contact["phones"] = cells.phones_read(contact.pop("phone"))
        service["contacts"] = [contact]
    capacity = {member: told[name] for name, member in _CAPACITY.items() if told.get(name)}
    if capacity:
        service["capacity"] = capacity


def _with_zeros(cell: str, name: str, row: Row, findings: Findings) -> str:
    """Numbers whose leading 0 the spreadsheet took get it again, and it is said."""
    mended: list[str] = []
    for piece in cells.parts_of(cell):
        whole = cells.zero_lost(piece)
        if whole:
            findings.add(
                "warning", "phone", f"{row.place}, column {name}", f"the spreadsheet took the leading 0; "
                f"read as {whole}.", "Format the column as text and write the 0.", member=name, value=piece,
            )  # fmt: skip
        mended.append(whole or piece)
    return "; ".join(mended)
