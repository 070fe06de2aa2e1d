"""The gate before every publish: what a change would close, worked out before it is made.

Each property is a sentence (`directory.witness.PROPERTIES`). The state as it is and the state as it would be
are compared, so that only what a change makes worse refuses it: a fault that is there already never stops a
steward from mending something else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from directory.witness import Witness

if TYPE_CHECKING:
    from directory.pathway.flow import Flow
    from directory.routing.combinations import AreaColumns
    from directory.routing.contacts import ContactPoint
    from directory.routing.snapshot import Snapshot
    from directory.store.records import Change
    from directory.store.store import Store
    from geo.layers import Generation
    from geo.stewardship.assignment import CityTable


@dataclass(frozen=True)
class Layers:
    """The areas of teams before and after a change, both over the same postcodes.

    `days` are those on which the change takes hold.
    """

    before: AreaColumns
    after: AreaColumns
    days: Sequence[dt.date] = ()


@dataclass(frozen=True)
class Listings:
    """Changes to records of a store."""

    store: Store
    changes: Sequence[Change]


def closed_by(
    data: Path,
    var: Path,
    *,
    layers: Layers | None = None,
    contacts: Sequence[ContactPoint] | None = None,
    flows: Sequence[Flow] = (),
    listings: Listings | None = None,
    today: dt.date | None = None,
) -> list[Witness]:
    """What would be a dead end or a broken property after a change and is none now; empty where it may be.

    Give what is changed: the areas of teams, all contacts as they would be, questionnaires to be published,
    records of the store. `today` is London's unless given. Raises what reading the data raises.
    """
    found: list[Witness] = []
    day = today or _today()
    if layers is not None or contacts is not None:
        found += _answering(data, var, layers, contacts, day)
    if flows:
        from directory.proving import prove_flow

        for flow in flows:
            for one in prove_flow(flow, day=day, quiet=True).findings:
                facts = {"flow": flow.id, "check": one.check, "subject": one.subject}
                found.append(Witness("questionnaire", one.sentence, facts))
    if listings is not None and any(one.kind == "service" for one in listings.changes):
        from directory.offered import taken_away

        held = snapshot_in_use(var)
        lines = points_of(held) if held is not None else _loaded(data, var, or_none=True)
        found += taken_away(listings.store, data, var, listings.changes, questionnaires(data, var), lines)
    return found


def _answering(
    data: Path, var: Path, layers: Layers | None, contacts: Sequence[ContactPoint] | None, day: dt.date
) -> list[Witness]:
    from directory.answering import Standing, worsened
    from directory.routing.contacts import load_forbidden

    held = snapshot_in_use(var)
    now = points_of(held) if held is not None else None
    areas = layers or _areas_in_use(var)
    after = contacts if contacts is not None else now if now is not None else _loaded(data, var)
    before = now if contacts is not None else after
    return worsened(
        Standing(before, areas.before) if before is not None else None,
        Standing(after, areas.after),
        questionnaires(data, var),
        load_forbidden(data / "contacts"),
        [day, *(one for one in areas.days if one > day)],
    )


def questionnaires(data: Path, var: Path) -> list[Flow]:
    """The questionnaires in use, those too that name a need or a contact which is gone."""
    from directory.pathway.library import library

    held = library(data, var)
    return [held.current(one) for one in held.flows]


def snapshot_in_use(var: Path) -> Snapshot | None:
    """The compiled contacts that are answered from; None where there are none that can be read."""
    from directory.routing.snapshot import FILE, SnapshotError, read_snapshot

    try:
        return read_snapshot(var / FILE)
    except SnapshotError:
        return None


def points_of(snapshot: Snapshot) -> list[ContactPoint]:
    """The contacts of a snapshot. Their lines in the files are not known any more: 0."""
    from directory.routing.contacts import ContactPoint

    return [
        ContactPoint(
            layer=row["layer"],
            team=row["team"],
            role=row["role"],
            telephone=row["telephone"] or "",
            email=row["email"] or "",
            form=row["form"] or "",
            hours=snapshot.hours[row["hours"]].expression,
            audience=row["audience"],
            purpose=row["purpose"],
            source=row["source"],
            checked=dt.date.fromisoformat(row["checked"]),
            sample=row["sample"],
            file=f"{row['layer']}.csv",
            line=0,
        )
        for row in snapshot.contacts
    ]


def _loaded(data: Path, var: Path, *, or_none: bool = False) -> list[ContactPoint]:
    """The contacts of the files. Raises `ContactsError` for faults in them, unless none will do then."""
    from directory.routing.contacts import ContactsError, load_contacts, team_codes

    try:
        return load_contacts(data / "contacts", team_codes(data, var))
    except ContactsError:
        if or_none:
            return []
        raise


def _today() -> dt.date:
    from directory.routing.london import LONDON

    return dt.datetime.now(LONDON).date()


@dataclass(frozen=True)
class Drawn:
    """Generations of teams as columns over the city's postcodes: what a gazetteer would hold of them."""

    generations: list[dict[str, Any]] = field(default_factory=list)
    columns: list[Any] = field(default_factory=list)
    city_rows: int = 0


def _areas_in_use(var: Path) -> Layers:
    """The areas of the gazetteer; none where it is not built, when the front door alone must hold."""
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer, GazetteerError

    try:
        gazetteer = Gazetteer.open(gazetteer_path(var), verify=False)
    except GazetteerError:
        return Layers(Drawn(), Drawn())
    return Layers(gazetteer, gazetteer)


def drawn(city: CityTable, layers: dict[str, list[Generation]]) -> Drawn:
    """The team layers among `layers`, each postcode of the city assigned. Raises `LayerError`."""
    from geo.stewardship.assignment import assign

    generations, columns = [], []
    for layer, held in layers.items():
        for one in held:
            if one.kind != "team":
                continue
            assigned = assign(one, city)
            columns.append(assigned.index)
            generations.append(
                {
                    "layer": layer,
                    "id": one.id,
                    "kind": one.kind,
                    "valid_from": one.valid_from.isoformat(),
                    "valid_to": one.valid_to.isoformat() if one.valid_to else None,
                    "areas": [(area.code, area.name) for area in assigned.areas],
                }
            )
    return Drawn(generations, columns, len(city.postcodes))
