"""The directory as files for others: Open Referral UK JSON, our template as CSV or Excel.

Nothing unpublished and nothing for professionals only leaves unless it is asked for, and no cell of a table
can become a formula. What is exported can be imported again and then changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from directory.listings.export_tables import write_csv, write_workbook
from directory.listings.needs import Needs
from directory.listings.public import oruk, public
from directory.listings.template import Column, shown
from directory.store.standard import RECORD_KINDS, Content
from directory.store.store import Store

PER_PAGE = 100


class ExportError(Exception):
    """The export could not be written; the message says where and what to do."""


@dataclass(slots=True)
class Export:
    """The records that leave, by kind and id, already without what may not."""

    records: dict[str, dict[str, Content]] = field(default_factory=dict)
    terms: dict[str, Content] = field(default_factory=dict)
    needs: Needs | None = None
    professional: bool = False

    def count(self) -> dict[str, int]:
        """How many records of each kind there are."""
        return {kind: len(held) for kind, held in self.records.items()}

    def services(self) -> Iterator[Content]:
        """Every service in the standard's form, its organisation and its places whole inside it."""
        for service in self.records["service"].values():
            yield self.service(service)

    def service(self, service: Content) -> Content:
        """One service with what belongs to it inside."""
        whole = dict(service)
        publisher = self.records["organization"].get(str(service.get("organization_id")))
        if publisher is not None:
            whole["organization"] = publisher
        links = [
            {**link, "location": self.records["location"][link["location_id"]]}
            if link.get("location_id") in self.records["location"]
            else link
            for link in service.get("service_at_locations", ())
        ]
        if links:
            whole["service_at_locations"] = links
        return oruk("service", whole, self.needs, self.terms.get)

    def others(self, kind: str) -> list[Content]:
        """The records of a kind that no service names; of taxonomies all."""
        used: set[object] = set()
        for service in self.records["service"].values():
            used.add(service.get("organization_id"))
            used.update(link.get("location_id") for link in service.get("service_at_locations", ()))
        return [
            oruk(kind, content, self.needs, self.terms.get)
            for number, content in self.records[kind].items()
            if number not in used
        ]

    def rows(self, columns: tuple[Column, ...]) -> Iterator[dict[str, str]]:
        """One row a service for the template."""
        for service in self.records["service"].values():
            links = service.get("service_at_locations") or [{}]
            yield shown(
                columns,
                service,
                self.records["organization"].get(str(service.get("organization_id"))),
                self.records["location"].get(str(links[0].get("location_id"))),
            )


def gather(
    store: Store,
    needs: Needs | None,
    *,
    professional: bool = False,
    unpublished: bool = False,
    source: str = "",
) -> Export:
    """What is to leave: all that is published, or with `unpublished` the latest version of all not retired.

    `source` keeps to the records that came from one feed.
    """
    made = Export({kind: {} for kind in RECORD_KINDS}, {}, needs, professional)
    wanted = {one.id for one in store.of_source(source)} if source else None
    versions = store.latest_all() if unpublished else store.published_all()
    for one in versions:
        if one.state == "retired":
            continue
        if one.kind == "taxonomy":
            about = {"taxonomy": one.content.get("name"), "taxonomy_id": one.id}
            made.terms |= {term["id"]: {**term, **about} for term in one.content.get("taxonomy_terms", ())}
        if wanted is None or one.id in wanted:
            made.records[one.kind][one.id] = public(one.kind, one.content, professional)
    return made


def columns_for(made: Export, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The template's columns that this export may have."""
    return tuple(one for one in columns if made.professional or not one.private)


def envelope(contents: list[Content], page: int, pages: int, total: int) -> dict[str, Any]:
    """A page as the standard has it."""
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": page,
        "size": len(contents),
        "first_page": page == 1,
        "last_page": page >= pages,
        "empty": not contents,
        "contents": contents,
    }


def as_json(made: Export) -> dict[str, Any]:
    """Everything as one page of services; beside it what no service names."""
    services = list(made.services())
    whole = envelope(services, 1, 1, len(services))
    plurals = (("organization", "organizations"), ("location", "locations"), ("taxonomy", "taxonomies"))
    for kind, plural in plurals:
        others = made.others(kind)
        if others:
            whole[plural] = others
    return whole


def write(made: Export, path: Path, form: str, columns: tuple[Column, ...] = ()) -> list[Path]:
    """Write the export as `json`, `csv` or `xlsx` (whole or not at all), or `pages` into a new folder.

    Raises `ExportError`.
    """
    try:
        if form == "pages":
            return _pages(made, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        try:
            if form == "json":
                temporary.write_text(_text(as_json(made)), encoding="utf-8")
            elif form == "csv":
                allowed = columns_for(made, columns)
                write_csv(temporary, allowed, made.rows(allowed))
            else:
                allowed = columns_for(made, columns)
                write_workbook(temporary, allowed, made.rows(allowed))
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(f"{error.filename or path}: cannot be written ({error.strerror}).") from None
    return [path]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _pages(made: Export, folder: Path) -> list[Path]:
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(
            f"{folder}: is not empty. Name a new folder, so that no old page is taken for a new one."
        )
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    lists: Mapping[str, Iterable[Content]] = {
        "services": made.services(),
        "organizations": made.others("organization"),
        "locations": made.others("location"),
        "taxonomies": made.others("taxonomy"),
    }
    for name, entries in lists.items():
        contents = list(entries)
        pages = -(-len(contents) // PER_PAGE)
        for page in range(1, pages + 1):
            held = contents[(page - 1) * PER_PAGE : page * PER_PAGE]
            path = folder / f"{name}-{page:04}.json"
            path.write_text(_text(envelope(held, page, pages, len(contents))), encoding="utf-8")
            written.append(path)
    return written
