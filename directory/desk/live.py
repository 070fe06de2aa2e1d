"""What the constraints look at: all that is published, or one change as it would be published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from directory.listings.constraints import CONSTRAINTS, Live, Offender
from directory.listings.known import load_known
from directory.listings.needs import load_needs
from directory.listings.orphans import places_of
from directory.store.standard import Content

if TYPE_CHECKING:
    from directory.store.records import Change
    from directory.store.store import Store

# What a visitor must be able to rely on refuses a publication; these are told, and wait for the review.
ONLY_TOLD = frozenset({"review", "capacity"})
_NOT_OF_ONE = frozenset({"redirects", "sound"})  # of the whole directory; looked at by itself


def live_of(
    store: Store, data: Path, var: Path, today: dt.date, of: Mapping[str, dict[str, Content]] | None = None
) -> Live:
    """All that is published; or the records of `of`, by kind and id, with the lists they may refer to."""
    if of is None:
        of = {
            kind: {version.id: version.content for version in store.published_all(kind)}
            for kind in ("service", "organization", "location")
        }
    needs = load_needs(data, var)
    taxonomies = [version.content for version in store.published_all("taxonomy")]
    taxonomies += [*needs.taxonomies(), *of.get("taxonomy", {}).values()]
    return Live(
        of.get("service", {}),
        of.get("organization", {}),
        of.get("location", {}),
        today,
        load_known(data, var),
        frozenset(term["id"] for taxonomy in taxonomies for term in taxonomy.get("taxonomy_terms", ())),
        store.redirects(),
    )


def broken_by(
    store: Store, data: Path, var: Path, today: dt.date, changes: Iterable[Change]
) -> list[tuple[str, str, Offender]]:
    """What published changes would break: (constraint, what to do, offender), each new with the change."""
    changed: dict[str, dict[str, Content]] = {}
    before: dict[str, dict[str, Content]] = {}
    going = set()
    for change in changes:
        if change.state == "retired":
            going.add(change.id)
        if change.state != "published":
            continue
        changed.setdefault(change.kind, {})[change.id] = change.content
        if (shown := store.published(change.id)) is not None:
            before.setdefault(change.kind, {})[change.id] = shown.content
    if not changed:
        return []
    _with_around(store, changed, going)
    _with_around(store, before, set())
    live = live_of(store, data, var, today, changed)
    was = live_of(store, data, var, today, before)
    found = []
    for constraint in CONSTRAINTS:
        if constraint.name in _NOT_OF_ONE:
            continue
        old = {(one.id, one.said) for one in constraint.find(was)}
        found += [
            (constraint.name, constraint.remedy, one)
            for one in constraint.find(live)
            if (one.id, one.said) not in old
        ]
    return found


def _with_around(store: Store, records: dict[str, dict[str, Content]], going: set[str]) -> None:
    """Add the organisations and places that the records name, as they are published."""
    organizations, locations = records.setdefault("organization", {}), records.setdefault("location", {})
    wanted = {service.get("organization_id") for service in records.get("service", {}).values()}
    wanted |= {one.get("parent_organization_id") for one in organizations.values()}
    places = {place for service in records.get("service", {}).values() for place in places_of(service)}
    for ids, into in ((wanted, organizations), (places, locations)):
        for record_id in ids:
            if not record_id or record_id in into or record_id in going:
                continue
            if (version := store.published(record_id)) is not None:
                into[record_id] = version.content
