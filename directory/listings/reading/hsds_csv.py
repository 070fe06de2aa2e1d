"""HSDS as CSV: a folder or zip of tables, as edition 1.1 names them, and 2.0 and 3.0 after it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from directory.listings.identity import identity, made
from directory.listings.reading.feed import Feed, FeedError, Findings
from directory.listings.reading.members import snake
from directory.listings.reading.records import Records
from directory.listings.reading.tables import Row, Table, csv_table
from directory.store.standard import RecordKind

FORMAT = "HSDS CSV"
_OWNERS = ("contact_id", "service_at_location_id", "phone_id", "service_id", "location_id", "organization_id")
# Which table fills which member; the owner is the most particular id that a row names.
_PARTS: Mapping[str, str] = {
    "phones": "phones",
    "contacts": "contacts",
    "regular_schedules": "schedules",
    "schedules": "schedules",
    "addresses": "addresses",
    "physical_addresses": "addresses",
    "postal_addresses": "addresses",
    "mail_addresses": "addresses",
    "service_areas": "service_areas",
    "languages": "languages",
    "funding": "funding",
    "fundings": "funding",
    "cost_options": "cost_options",
    "accessibility": "accessibility",
    "accessibility_for_disabilities": "accessibility",
    "organization_identifiers": "organization_identifiers",
    "attributes": "attributes",
    "service_taxonomy": "attributes",
    "service_taxonomies": "attributes",
    "eligibility": "eligibility",
    "eligibilities": "eligibility",
}
_SINGULAR = {"service": "services", "organization": "organizations", "location": "locations",
             "phone": "phones", "contact": "contacts", "schedule": "schedules", "address": "addresses",
             "language": "languages", "service_area": "service_areas", "cost_option": "cost_options",
             "service_at_location": "service_at_locations", "services_at_location": "service_at_locations",
             "services_at_locations": "service_at_locations", "taxonomies": "taxonomy",
             "attribute": "attributes", "taxonomy_terms": "taxonomy_term",
             "regular_schedule": "regular_schedules",
             "organization_identifier": "organization_identifiers", "organisations": "organizations",
             "holiday_schedule": "holiday_schedules", "programs": "program"}  # fmt: skip
_RECORDS = ("organizations", "services", "locations", "service_at_locations", "taxonomy", "taxonomy_term")
_DAYS = {"1": "MO", "2": "TU", "3": "WE", "4": "TH", "5": "FR", "6": "SA", "7": "SU"}


def read_hsds(
    files: Mapping[str, bytes], where: str, source: str, records: Records, findings: Findings
) -> Feed:
    """The feed that a set of HSDS tables is. Raises `FeedError` where there is no table of services."""
    tables: dict[str, Table] = {}
    for path, raw in sorted(files.items()):
        name = path.rpartition("/")[2]
        stem = snake(name.rpartition(".")[0])
        if name.lower().endswith(".csv"):
            if not raw.strip():
                findings.add("note", "unreadable", name, "is empty.", "Leave it out.")
                continue
            tables[_SINGULAR.get(stem, stem)] = csv_table(raw, name, findings)
    if "services" not in tables and "organizations" not in tables:
        raise FeedError(f"{where}: neither services.csv nor organizations.csv is in it.")
    records.of_text = True
    return _Join(tables, source, records, findings).feed(where)


class _Join:
    """Puts the rows of the tables together into the nested objects of the standard."""

    def __init__(
        self, tables: Mapping[str, Table], source: str, records: Records, findings: Findings
    ) -> None:
        self.tables, self.source, self.records, self.findings = tables, source, records, findings
        # (owner's table, owner's id) -> member -> rows
        self.parts: dict[tuple[str, str], dict[str, list[tuple[Row, dict[str, Any]]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.addresses = {
            _address(row) for name in ("addresses", "physical_addresses") for row in self._rows(name)
        }
        for name, table in tables.items():
            if name in _PARTS:
                self._gather(name, table)
            elif name not in _RECORDS:
                self.findings.add(
                    "note", "unknown", table.name, "its rows are not used.",
                    "See docs/feeds.md.", member=name,
                )  # fmt: skip
        self.terms = {_key(row, "taxonomy_id", "id"): row for row in self._rows("taxonomy")}

    def _rows(self, name: str) -> tuple[Row, ...]:
        return self.tables[name].rows if name in self.tables else ()

    def _gather(self, name: str, table: Table) -> None:
        member = _PARTS[name]
        for index, row in enumerate(table.rows):
            owner = next((column for column in _OWNERS if row.get(column)), "")
            if member == "attributes" and row.get("link_id"):
                owner = f"{snake(row.get('link_entity') or 'service')}_id"
                self._hold(owner, row.get("link_id"), member, row, dict(row.cells))
                continue
            if not owner:
                self.findings.add(
                    "warning", "reference", row.place, f"this row of {name} names nobody that it belongs to.",
                    "Fill in service_id, location_id or organization_id.",
                )  # fmt: skip
                continue
            raw: dict[str, Any] = {"id": f"{name} {index + 1}", **row.cells}
            if name in ("mail_addresses", "postal_addresses"):
                raw["address_type"] = "postal"
            if name == "mail_addresses" and self._same_address(row):
                continue
            raw["id"] = (
                f"{name} {row.get('id') or index + 1}" if not _uuid_like(row.get("id")) else row.get("id")
            )
            self._hold(owner, row.get(owner), member, row, self._mended(member, raw))

    def _same_address(self, row: Row) -> bool:
        """Whether a postal address only repeats that of the place."""
        return _address(row) in self.addresses

    def _hold(self, owner: str, number: str, member: str, row: Row, raw: dict[str, Any]) -> None:
        self.parts[owner.removesuffix("_id"), number][member].append((row, raw))

    def _mended(self, member: str, raw: dict[str, Any]) -> dict[str, Any]:
        """What older editions write in other columns."""
        if member == "schedules":
            day = str(raw.pop("weekday", "") or raw.get("byday", ""))
            if day:
                raw["byday"] = ",".join(
                    _DAYS.get(one.strip(), one.strip()[:2].upper()) for one in day.split(",")
                )
                raw.setdefault("freq", "WEEKLY")
        elif member == "phones" and raw.get("country_prefix"):
            prefix = str(raw.pop("country_prefix")).lstrip("+0")
            raw["number"] = f"+{prefix} {raw.get('number', '')}"
        elif member == "attributes":
            if raw.get("taxonomy_detail"):
                raw.setdefault("label", raw.pop("taxonomy_detail"))
            raw.setdefault("taxonomy_term_id", raw.pop("taxonomy_id", None))
        return raw

    def _filled(self, kind: str, row: Row) -> tuple[dict[str, Any], dict[str, str]]:
        """A row with its parts inside it, and the places of those."""
        raw: dict[str, Any] = dict(row.cells)
        places: dict[str, str] = {}
        for member, held in self.parts.pop((kind, row.get("id")), {}).items():
            if member == "eligibility":
                first = held[0][1]
                raw |= {key: first[key] for key in ("minimum_age", "maximum_age") if key in first}
                continue
            own = raw.pop(member, None)
            entries: list[Any] = []
            for part_row, part in held:
                places[f"$.{member}[{len(entries)}]"] = part_row.place
                for inner_kind in ("contact", "phone"):
                    if member == f"{inner_kind}s":
                        for inner, deeper in self.parts.pop((inner_kind, part_row.get("id")), {}).items():
                            part[inner] = [one for _row, one in deeper]
                entries.append(part)
            if isinstance(own, str) and member in ("languages", "funding"):
                entries += [{"name" if member == "languages" else "source": one} for one in _split(own)]
            raw[member] = entries
        return raw, places

    def feed(self, where: str) -> Feed:
        """All records."""
        for row in self._rows("organizations"):
            raw, places = self._filled("organization", row)
            raw.setdefault("year_incorporated", _year(raw.pop("date_incorporated", "")))
            if raw.get("tax_id") and not raw.get("organization_identifiers"):
                raw["organization_identifiers"] = [
                    {"identifier_type": "tax id", "identifier": raw.pop("tax_id")}
                ]
            self._sources(raw)
            self.records.take("organization", raw, row.place, places=places, list_place="organizations")
        owners: dict[str, str] = {}
        for row in self._rows("locations"):
            owners[row.get("id")] = row.get("organization_id")
            raw, places = self._filled("location", row)
            self._location(raw)
            self.records.take("location", raw, row.place, places=places, list_place="locations")
        self._taxonomy()
        links: dict[str, list[tuple[Row, dict[str, Any]]]] = defaultdict(list)
        for row in self._rows("service_at_locations"):
            raw, _places = self._filled("service_at_location", row)
            links[row.get("service_id")].append((row, raw))
        programs = {row.get("id"): row.get("organization_id") for row in self._rows("program")}
        for row in self._rows("services"):
            raw, places = self._filled("service", row)
            self._service(raw, row, owners, programs, links.get(row.get("id"), []), places)
            self.records.take("service", raw, row.place, places=places, list_place="services")
        self._unclaimed()
        candidates = self.records.finish()
        covers: set[RecordKind] = {one.kind for one in candidates}
        return Feed(where, FORMAT, candidates, self.findings, frozenset(covers))

    def _location(self, raw: dict[str, Any]) -> None:
        if raw.get("short_desc"):
            raw.setdefault("description", raw.pop("short_desc"))
        if isinstance(raw.get("languages"), str):
            raw["languages"] = [{"name": one} for one in _split(raw["languages"])]
        if isinstance(raw.get("accessibility"), str):
            raw["accessibility"] = [{"description": raw["accessibility"].replace("_", " ")}]
        if str(raw.get("virtual", "")).lower() in ("true", "yes", "1"):
            raw.setdefault("location_type", "virtual")
        if raw.get("addresses") and not any("address_type" in one for one in raw["addresses"]):
            raw.setdefault("location_type", "physical")

    def _service(
        self, raw: dict[str, Any], row: Row, owners: Mapping[str, str], programs: Mapping[str, str],
        links: list[tuple[Row, dict[str, Any]]], places: dict[str, str],
    ) -> None:  # fmt: skip
        place = raw.pop("location_id", "")
        if not raw.get("organization_id"):
            found = owners.get(place) or programs.get(row.get("program_id"), "")
            if found:
                raw["organization_id"] = found
        held = [one for _row, one in links]
        for index, (link_row, _one) in enumerate(links):
            places[f"$.service_at_locations[{index}]"] = link_row.place
        if place and all(one.get("location_id") != place for one in held):
            number = made("at", identity(self.source, "service", row.get("id")), place)
            held.append({"id": number, "location_id": place})
        if held:
            raw["service_at_locations"] = held
        self._sources(raw)
        if isinstance(raw.get("languages"), str):
            raw["languages"] = [{"name": one} for one in _split(raw["languages"])]
        if isinstance(raw.get("service_areas"), str):
            raw["service_areas"] = [{"name": one} for one in _split(raw["service_areas"])]
        if raw.get("wait_time"):
            raw["alert"] = "; ".join(
                filter(None, (raw.get("alert"), f"Waiting time: {raw.pop('wait_time')}"))
            )
        if raw.get("audience"):
            said = [raw.get("eligibility") or raw.get("eligibility_description"), raw.pop("audience")]
            raw.pop("eligibility", None)
            raw["eligibility_description"] = "\n".join(str(one) for one in said if one)
        numbers = [one for one in _split(str(raw.pop("taxonomy_ids", ""))) if one]
        if numbers:
            raw["attributes"] = [*raw.get("attributes", []), *({"taxonomy_term_id": one} for one in numbers)]

    def _sources(self, raw: dict[str, Any]) -> None:
        if raw.get("funding_sources"):
            raw["funding"] = [{"source": one} for one in _split(str(raw.pop("funding_sources")))]

    def _taxonomy(self) -> None:
        """Edition 1.1 has one table of terms; from 2.0 on terms and taxonomies are apart."""
        if "taxonomy_term" in self.tables:
            by_taxonomy: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in self._rows("taxonomy_term"):
                by_taxonomy[row.get("taxonomy_id")].append(dict(row.cells))
            for row in self._rows("taxonomy"):
                raw = {**row.cells, "taxonomy_terms": by_taxonomy.pop(row.get("id"), [])}
                self.records.take("taxonomy", raw, row.place, list_place="taxonomy")
            for terms in by_taxonomy.values():
                for term in terms:
                    self.records.take("taxonomy_term", term, self.tables["taxonomy_term"].name)
        elif self.terms:
            first = self._rows("taxonomy")[0]
            places = {}
            terms = []
            for number, row in self.terms.items():
                places[f"$.taxonomy_terms[{len(terms)}]"] = row.place
                parent = row.get("parent_id")
                terms.append({"id": number, "name": row.get("name"), "code": number, "parent_id": parent})
            raw = {"id": "taxonomy", "name": f"Taxonomy of {self.source}", "taxonomy_terms": terms}
            self.records.take("taxonomy", raw, first.place, places=places)

    def _unclaimed(self) -> None:
        for (kind, number), members in self.parts.items():
            for member, held in members.items():
                self.findings.add(
                    "warning", "reference", held[0][0].place, f"{member} of {kind} {number[:40]!r}, which is "
                    "not in the feed; not used.", "Add it, or take the row out.", member=f"{kind}_id",
                    value=number,
                )  # fmt: skip


def _address(row: Row) -> tuple[str, str, str]:
    return row.get("location_id"), row.get("address_1").rstrip("."), row.get("postal_code")


def _key(row: Row, *names: str) -> str:
    return next((row.get(name) for name in names if row.get(name)), "")


def _split(cell: str) -> list[str]:
    return [one.strip() for one in re.split(r"[,;|]", cell) if one.strip()]


def _uuid_like(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F-]{36}", text) is not None


def _year(text: object) -> str | None:
    match = re.search(r"\b(1[5-9]\d\d|20\d\d)\b", str(text))
    return match[1] if match else None
