"""Reports of a problem with a listing: closed words, queued for stewards, settled with who and why."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from directory.store.records import PROBLEMS, Note, Refused
from directory.store.tables import note, record


def add(connection: sa.Connection, record_id: str, problem: str) -> Note:
    """Queue a report. While a note of the same problem is open, it counts the reports instead."""
    if problem not in PROBLEMS:
        raise Refused(f"There is no problem of the name {problem!r:.80}. It is one of {', '.join(PROBLEMS)}.")
    if connection.execute(sa.select(record.c.id).where(record.c.id == record_id)).first() is None:
        raise Refused(f"There is no listing {record_id!r:.120} to report a problem of.")
    now = dt.datetime.now(dt.UTC)
    known = connection.execute(
        sa.select(note.c.number).where(
            note.c.id == record_id, note.c.problem == problem, note.c.settled.is_(None)
        )
    ).scalar()
    if known is None:
        added = connection.execute(
            sa.insert(note).values(id=record_id, problem=problem, times=1, first=now, last=now)
        )
        assert added.inserted_primary_key is not None
        known = added.inserted_primary_key[0]
    else:
        connection.execute(
            sa.update(note).where(note.c.number == known).values(times=note.c.times + 1, last=now)
        )
    return Note(*connection.execute(sa.select(note).where(note.c.number == known)).one())


def listed(connection: sa.Connection, open_only: bool) -> list[Note]:
    """The notes, oldest first."""
    query = sa.select(note).order_by(note.c.number)
    if open_only:
        query = query.where(note.c.settled.is_(None))
    return [Note(*row) for row in connection.execute(query)]


def settle(connection: sa.Connection, number: int, by: str, reason: str) -> Note:
    """Close a note. Raises `Refused` where there is no open note of that number."""
    if not by.strip() or not reason.strip():
        raise Refused("A note is settled with who and why: give the role and what was done.")
    now = dt.datetime.now(dt.UTC)
    done = connection.execute(
        sa.update(note)
        .where(note.c.number == number, note.c.settled.is_(None))
        .values(settled=now, settled_by=by, settled_reason=reason)
    )
    if done.rowcount != 1:
        raise Refused(f"There is no open note of the number {number}. `earlyhelp listing notes` shows them.")
    return Note(*connection.execute(sa.select(note).where(note.c.number == number)).one())
