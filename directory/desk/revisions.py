"""Change sets as they were written: who, when, why and what; and how to undo one as a new one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from directory.store import querying
from directory.store.engine import reading
from directory.store.records import Change, Version
from directory.store.tables import record, revision, version

if TYPE_CHECKING:
    from directory.store.store import Store


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """One revision: how many versions it wrote, and of what by name where it is one."""

    number: int
    at: dt.datetime
    by: str
    reason: str
    records: int
    name: str


def change_sets(store: Store, most: int) -> list[ChangeSet]:
    """The last revisions, the newest first."""
    query = (
        sa.select(
            revision.c.number,
            revision.c.at,
            revision.c.by,
            revision.c.reason,
            sa.func.count(version.c.id),
            sa.func.min(record.c.name),
        )
        .join(version, version.c.revision == revision.c.number)
        .join(record, record.c.id == version.c.id)
        .group_by(revision.c.number, revision.c.at, revision.c.by, revision.c.reason)
        .order_by(revision.c.number.desc())
        .limit(most)
    )
    with reading(store.engine, store.place) as connection:
        return [ChangeSet(*row) for row in connection.execute(query)]


def histories_of(store: Store, number: int) -> list[list[Version]]:
    """Of each record that a revision wrote: every version, oldest first, as of one moment."""
    query = sa.select(version.c.id).where(version.c.revision == number).order_by(version.c.id)
    with reading(store.engine, store.place) as connection:
        return [querying.history(connection, row[0]) for row in connection.execute(query).all()]


def sources(store: Store) -> dict[str, str]:
    """For every record that came from a feed, the feed's code."""
    query = sa.select(record.c.id, record.c.source).where(record.c.source.is_not(None))
    with reading(store.engine, store.place) as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Undoing:
    """How one version is undone. `since`: the newer version that stands on top of it, which forbids it."""

    made: Version
    change: Change
    since: Version | None
    note: str = ""


def undoing(history: list[Version], revision_number: int) -> Undoing:
    """How the version that a revision wrote is undone: the public again sees what it saw before.

    Where there was nothing to see before, the record is retired: a history never ends in a gap.
    """
    made = next(one for one in history if one.revision == revision_number)
    latest = history[-1]
    earlier = [one for one in history if one.number < made.number]
    before = earlier[-1] if earlier else None
    shown = _shown(earlier)
    since = latest if latest.number != made.number else None
    note = ""
    if made.state in ("published", "retired") and shown is not None:
        target, state = shown, "published"
        if before is not None and before.number != shown.number:
            note = f"its {before.state} version {before.number} stays in the history"
    elif before is not None and not (made.state == "published" and before.state != "published"):
        target, state = before, before.state
    else:
        target, state = before or made, "retired"
        note = "there was nothing to go back to that the public saw: it is retired"
        if before is not None and before.state != "retired":
            note = (
                f"it was not published before: it is retired; its version {before.number} is in the history"
            )
    redirect = before.redirect_to if before is not None and state == "retired" else None
    content = target.content
    change = Change(made.kind, made.id, state, content, base=latest.number, redirect_to=redirect)  # type: ignore[arg-type]
    return Undoing(made, change, since, note)


def _shown(versions: list[Version]) -> Version | None:
    """What the public saw after these versions."""
    for one in reversed(versions):
        if one.state in ("published", "retired"):
            return one if one.state == "published" else None
    return None
