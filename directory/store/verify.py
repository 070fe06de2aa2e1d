"""Is the store whole? The history without a gap and as it was sealed, the pointers and the tables as it says.

Works the whole state out again from the versions and compares, so that a fault of ours, of the disk or of a
hand in SQL is found and named.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from directory.store.engine import reading
from directory.store.projection import Row, digest, project, shown_name
from directory.store.querying import follow, pieces
from directory.store.standard import RECORD_KINDS
from directory.store.store import Store
from directory.store.tables import STANDARD, origin, record, revision, version
from directory.store.writing import seal


@dataclass(slots=True)
class _Replayed:
    """A record as its versions, told again from the first, leave it."""

    kind: str
    latest: int = 0
    latest_state: str = ""
    name: str = ""
    published: int | None = None
    moved: int | None = None
    redirect_to: str | None = None
    source: str | None = None


@dataclass(slots=True)
class _Found:
    """What is wrong, and what the history says."""

    faults: list[str] = field(default_factory=list)
    records: dict[str, _Replayed] = field(default_factory=dict)


def verify(store: Store) -> list[str]:
    """What is wrong with the store, in words; empty where it is whole. Reads everything, as of one moment.

    Raises `Unavailable` where the database cannot be read at all.
    """
    found = _Found()
    with reading(store.engine, store.place) as connection:
        if store.dialect == "sqlite":
            told = list(connection.execute(sa.text("PRAGMA quick_check(20)")).scalars())
            if told != ["ok"]:
                return [f"The database file is damaged: {one}" for one in told]
        sealed = _revisions(connection, found)
        _replay(connection, found, sealed)
        _origins(connection, found)
        _pointers(connection, found)
        _tables(connection, found)
    return found.faults


def _revisions(connection: sa.Connection, found: _Found) -> dict[int, str]:
    rows = connection.execute(sa.select(revision.c.number, revision.c.seal).order_by(revision.c.number))
    sealed: dict[int, str] = {row[0]: row[1] for row in rows}
    missing = [number for number in range(1, max(sealed, default=0) + 1) if number not in sealed]
    found.faults += [f"Revision {number} is missing from the history." for number in missing]
    return sealed


def _replay(connection: sa.Connection, found: _Found, sealed: dict[int, str]) -> None:
    query = sa.select(version).order_by(version.c.revision, version.c.id)
    before, at = "", 0
    held: list[tuple[str, int, str, str, str | None]] = []
    seen: set[int] = set()

    def close() -> None:
        nonlocal before
        if at and seal(before, held) != sealed.get(at):
            found.faults.append(
                f"Revision {at} is not what was sealed: a version of it was changed or is gone."
            )
        before = sealed.get(at, "")

    for row in connection.execution_options(yield_per=500).execute(query):
        if row.revision != at:
            close()
            at, held = row.revision, []
            seen.add(at)
        held.append((row.id, row.number, row.state, row.digest, row.redirect_to))
        _advance(found, row)
    close()
    found.faults += [f"Revision {number} holds no version." for number in sealed if number not in seen]


def _advance(found: _Found, row: Any) -> None:
    named = f"{row.kind} {row.id} version {row.number}"
    text = row.content.encode()
    if digest(text) != row.digest:
        found.faults.append(f"{named}: its content does not match its digest.")
    try:
        name = shown_name(orjson.loads(text))
    except orjson.JSONDecodeError:
        found.faults.append(f"{named}: its content cannot be read.")
        name = ""
    here = found.records.setdefault(row.id, _Replayed(row.kind))
    if row.number != here.latest + 1:
        found.faults.append(f"{named} follows version {here.latest}: one is missing or out of order.")
    effect = None
    if row.state == "published":
        effect = "added" if here.published is None else "changed"
        here.published = row.number
    elif row.state == "retired" and here.published is not None:
        effect, here.published = "retired", None
    if row.effect != effect:
        found.faults.append(f"{named}: its effect is said to be {row.effect}, it was {effect}.")
    if effect:
        here.moved = row.revision
    here.latest, here.latest_state, here.name = row.number, row.state, name
    here.redirect_to = row.redirect_to


def _origins(connection: sa.Connection, found: _Found) -> None:
    query = sa.select(origin.c.id, origin.c.number, origin.c.source, origin.c.raw)
    query = query.order_by(origin.c.id, origin.c.number)
    for record_id, number, source, raw in connection.execution_options(yield_per=500).execute(query):
        try:
            zlib.decompress(raw)
        except (zlib.error, TypeError):
            found.faults.append(f"{record_id} version {number}: the payload it came from cannot be read.")
        if record_id in found.records:
            found.records[record_id].source = source


def _pointers(connection: sa.Connection, found: _Found) -> None:
    columns = ("kind", "latest", "latest_state", "name", "published", "moved", "redirect_to", "source")
    stored: dict[str, Any] = {row.id: row for row in connection.execute(sa.select(record))}
    for record_id, here in found.records.items():
        row = stored.pop(record_id, None)
        if row is None:
            found.faults.append(f"{record_id} has versions but no record points to them.")
            continue
        for column in columns:
            if getattr(row, column) != getattr(here, column):
                found.faults.append(
                    f"{here.kind} {record_id}: its record says {column} {getattr(row, column)!r}, "
                    f"its versions say {getattr(here, column)!r}."
                )
    found.faults += [f"{record_id} is a record without a version." for record_id in stored]
    direct = {name: here.redirect_to for name, here in found.records.items() if here.redirect_to}
    found.faults += [
        f"{name} is redirected in a circle or to nothing."
        for name in direct
        if (end := follow(direct, name)) in direct or end not in found.records
    ]


def _tables(connection: sa.Connection, found: _Found) -> None:
    counted = dict.fromkeys(STANDARD, 0)
    published = [name for name, here in found.records.items() if here.published is not None]
    for chunk in pieces(sorted(published), 300):
        expected = _expected(connection, chunk, found)
        for name, table in STANDARD.items():
            keys = ["id"] if name in RECORD_KINDS else ["record_id", "path"]
            wanted = {tuple(row[key] for key in keys): row for row in expected.get(name, ())}
            query = sa.select(table).where(table.c[keys[0]].in_(chunk))
            held = {
                tuple(row[key] for key in keys): dict(row) for row in connection.execute(query).mappings()
            }
            counted[name] += len(held)
            found.faults += [
                f"The table {name} does not say what is published at {' '.join(map(str, key))}."
                for key in sorted(wanted.keys() | held.keys())
                if wanted.get(key) != held.get(key)
            ]
    for name, count in counted.items():
        total = connection.execute(sa.select(sa.func.count()).select_from(STANDARD[name])).scalar_one()
        if total != count:
            found.faults.append(
                f"The table {name} holds {total - count} rows of records that are not published."
            )


def _expected(connection: sa.Connection, ids: Any, found: _Found) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for kind, record_id, content in _contents(connection, ids, found):
        project(kind, record_id, content, rows)
    return rows


def _contents(connection: sa.Connection, ids: Any, found: _Found) -> Iterator[tuple[str, str, Any]]:
    query = sa.select(version.c.kind, version.c.id, version.c.number, version.c.content)
    for kind, record_id, number, text in connection.execute(query.where(version.c.id.in_(ids))):
        if found.records[record_id].published == number:
            try:
                yield kind, record_id, orjson.loads(text)
            except orjson.JSONDecodeError:
                continue  # told already
