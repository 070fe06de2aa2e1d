"""What earlier imports wrote: of each record the source, and the version that came from it last."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from directory.store.engine import reading
from directory.store.store import Store
from directory.store.tables import origin


@dataclass(frozen=True, slots=True)
class Imported:
    """The last version of a record that came from a feed."""

    source: str
    foreign_id: str
    number: int


def last_imported(store: Store) -> dict[str, Imported]:
    """By id, for every record that ever came from a feed."""
    newest = (
        sa.select(origin.c.id, sa.func.max(origin.c.number).label("number")).group_by(origin.c.id).subquery()
    )
    query = sa.select(origin.c.id, origin.c.source, origin.c.foreign_id, origin.c.number).join(
        newest, sa.and_(newest.c.id == origin.c.id, newest.c.number == origin.c.number)
    )
    with reading(store.engine, store.place) as connection:
        return {row.id: Imported(row.source, row.foreign_id, row.number) for row in connection.execute(query)}
