"""Questions to the history, each on an open connection."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa

from directory.store.records import Logged, Origin, PublishedRow, PublishedState, Version
from directory.store.tables import origin, record, revision, version

_Any = TypeVar("_Any")

_VERSION = sa.select(
    version.c.kind,
    version.c.id,
    version.c.number,
    version.c.state,
    version.c.content,
    version.c.digest,
    revision.c.at,
    revision.c.by,
    revision.c.reason,
    version.c.revision,
    version.c.redirect_to,
).join(revision, revision.c.number == version.c.revision)
_LATEST = _VERSION.join(record, (record.c.id == version.c.id) & (record.c.latest == version.c.number))
_PUBLISHED = _VERSION.join(record, (record.c.id == version.c.id) & (record.c.published == version.c.number))


def pieces(held: Sequence[_Any], size: int) -> Iterator[Sequence[_Any]]:
    """`held` in runs of at most `size`."""
    for start in range(0, len(held), size):
        yield held[start : start + size]


def _version(row: Any) -> Version:
    kind, record_id, number, state, content, *rest = row
    return Version(kind, record_id, number, state, orjson.loads(content), *rest)


def _one(connection: sa.Connection, query: sa.Select[Any]) -> Version | None:
    row = connection.execute(query).first()
    return _version(row) if row else None


def _stream(connection: sa.Connection, query: sa.Select[Any], kind: str | None) -> Iterator[Version]:
    if kind is not None:
        query = query.where(record.c.kind == kind)
    rows = connection.execution_options(yield_per=500).execute(query.order_by(record.c.id))
    for row in rows:
        yield _version(row)


def current_revision(connection: sa.Connection) -> int:
    """The number of the last write; 0 before the first."""
    return int(
        connection.execute(sa.select(sa.func.coalesce(sa.func.max(revision.c.number), 0))).scalar_one()
    )


def seal_of(connection: sa.Connection, number: int) -> str:
    """The seal of that revision; empty where there is none."""
    found = connection.execute(sa.select(revision.c.seal).where(revision.c.number == number)).scalar()
    return str(found or "")


def version_at(connection: sa.Connection, record_id: str, number: int) -> Version | None:
    """One version."""
    return _one(connection, _VERSION.where(version.c.id == record_id, version.c.number == number))


def latest(connection: sa.Connection, record_id: str) -> Version | None:
    """The version written last, whatever its state."""
    return _one(connection, _LATEST.where(record.c.id == record_id))


def published(connection: sa.Connection, record_id: str) -> Version | None:
    """The version that the public is shown."""
    return _one(connection, _PUBLISHED.where(record.c.id == record_id))


def history(connection: sa.Connection, record_id: str) -> list[Version]:
    """Every version of a record, oldest first."""
    query = _VERSION.where(version.c.id == record_id).order_by(version.c.number)
    return [_version(row) for row in connection.execute(query)]


def latest_all(connection: sa.Connection, kind: str | None) -> Iterator[Version]:
    """The latest version of every record, by id."""
    return _stream(connection, _LATEST, kind)


def published_all(connection: sa.Connection, kind: str | None) -> Iterator[Version]:
    """Every published version, by id."""
    return _stream(connection, _PUBLISHED, kind)


def published_since(connection: sa.Connection, since: int) -> tuple[list[Version], list[str]]:
    """What was published after that revision, and the ids of what was withdrawn."""
    rows = connection.execute(_PUBLISHED.where(record.c.moved > since).order_by(record.c.id))
    return [_version(row) for row in rows], _gone(connection, since)


def _gone(connection: sa.Connection, since: int) -> list[str]:
    query = sa.select(record.c.id).where(record.c.moved > since, record.c.published.is_(None))
    return list(connection.execute(query.order_by(record.c.id)).scalars())


def published_state(connection: sa.Connection, since: int, seal: str | None) -> PublishedState | None:
    """What is published, or what of it moved since a revision with that seal.

    None where the history has no such revision: the caller knows another one and must begin anew.
    """
    if since and seal_of(connection, since) != seal:
        return None
    number = current_revision(connection)
    query = _PUBLISHED.where(record.c.moved > since).order_by(record.c.id)
    rows = [
        PublishedRow(row[0], row[1], row[2], row[4].encode(), row[6], row[9])
        for row in connection.execution_options(yield_per=1000).execute(query)
    ]
    gone = _gone(connection, since) if since else []
    return PublishedState(number, seal_of(connection, number), rows, gone, redirects(connection))


def log(connection: sa.Connection, since: int, limit: int) -> list[Logged]:
    """What revisions after `since` did to published content, in order; whole revisions only."""
    query = (
        sa.select(
            version.c.revision,
            version.c.kind,
            version.c.id,
            version.c.effect,
            revision.c.at,
            version.c.redirect_to,
        )
        .join(revision, revision.c.number == version.c.revision)
        .where(version.c.effect.is_not(None), version.c.revision > since)
        .order_by(version.c.revision, version.c.id)
    )
    upto = connection.execute(
        sa.select(version.c.revision)
        .where(version.c.effect.is_not(None), version.c.revision > since)
        .order_by(version.c.revision)
        .offset(max(limit, 1) - 1)
        .limit(1)
    ).scalar()
    if upto is not None:
        query = query.where(version.c.revision <= upto)
    return [Logged(*row) for row in connection.execute(query)]


def redirects(connection: sa.Connection) -> dict[str, str]:
    """Every merged record with the one that stands for it now, at the end of the chain."""
    query = sa.select(record.c.id, record.c.redirect_to).where(record.c.redirect_to.is_not(None))
    direct: dict[str, str] = {row[0]: row[1] for row in connection.execute(query.order_by(record.c.id))}
    return {begin: follow(direct, begin) for begin in direct}


def follow(direct: dict[str, str], record_id: str) -> str:
    """The end of a chain of redirects; a circle, which a write refuses, ends where it began."""
    here, passed = record_id, {record_id}
    while (following := direct.get(here)) is not None and following not in passed:
        passed.add(following)
        here = following
    return here


def resolve(connection: sa.Connection, record_id: str) -> str:
    """The id that stands for this one now: itself, or the end of its chain of redirects."""
    here, passed = record_id, {record_id}
    while True:
        following = connection.execute(sa.select(record.c.redirect_to).where(record.c.id == here)).scalar()
        if following is None or following in passed:
            return here
        passed.add(following)
        here = following


def origins(connection: sa.Connection, source: str, kind: str | None) -> dict[str, str]:
    """The records that came from a source: its own id of each, and ours."""
    query = sa.select(origin.c.foreign_id, origin.c.id).where(origin.c.source == source)
    if kind is not None:
        query = query.join(record, record.c.id == origin.c.id).where(record.c.kind == kind)
    rows = connection.execute(query.distinct().order_by(origin.c.foreign_id, origin.c.id))
    return {row[0]: row[1] for row in rows}


def origin_of(connection: sa.Connection, record_id: str) -> Origin | None:
    """Where the newest version that came from a source came from."""
    query = sa.select(
        origin.c.source, origin.c.foreign_id, origin.c.retrieved, origin.c.format, origin.c.raw
    ).where(origin.c.id == record_id)
    row = connection.execute(query.order_by(origin.c.number.desc()).limit(1)).first()
    return Origin(*row[:4], zlib.decompress(row[4])) if row else None


def of_source(connection: sa.Connection, source: str) -> list[Version]:
    """The latest version of everything that came from a source and is not retired."""
    query = _LATEST.where(record.c.source == source, record.c.latest_state != "retired")
    return [_version(row) for row in connection.execute(query.order_by(record.c.id))]


def ids(connection: sa.Connection, prefix: str, kind: str | None, limit: int) -> list[tuple[str, str]]:
    """Ids that begin with `prefix`, each with the record's name."""
    query = sa.select(record.c.id, record.c.name).where(record.c.id.startswith(prefix, autoescape=True))
    if kind is not None:
        query = query.where(record.c.kind == kind)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(record.c.id).limit(limit))]
