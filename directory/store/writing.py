"""One change set: checked, compared with what others wrote meanwhile, and written whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from directory.store.engine import CHANNEL
from directory.store.projection import Row, canonical, digest, project, settle, shown_name
from directory.store.querying import pieces, version_at
from directory.store.records import (
    STATES,
    Change,
    Conflict,
    Effect,
    Refused,
    Version,
    Written,
    changed_members,
)
from directory.store.standard import ENTITIES, RECORD_KINDS, Content
from directory.store.tables import STANDARD, origin, record, revision, version

Progress = Callable[[int, int], None]
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}\Z", re.ASCII)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change that can be stored: its content settled and written as canonical JSON."""

    change: Change
    content: Content
    text: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class _Pointer:
    """What the store knows of a record before the write."""

    kind: str
    latest: int
    state: str
    published: int | None
    moved: int | None
    source: str | None
    redirect_to: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class _Step:
    """One version to be written, and what it does to the record."""

    prepared: Prepared
    before: _Pointer | None
    number: int
    effect: Effect | None


def prepare(changes: Sequence[Change], by: str, reason: str) -> list[Prepared]:
    """See that each change can be stored at all. Raises `Refused`; needs no database."""
    for what, given in (("who", by), ("why", reason)):
        if not given.strip():
            raise Refused(f"Every write says who and why: {what} is missing. Give the role and the reason.")
        _storable(given, what)
    seen: set[str] = set()
    prepared = []
    for change in changes:
        if change.id in seen:
            raise Refused(
                f"{change.id} stands twice among the changes. One write makes one version of a record."
            )
        seen.add(change.id)
        prepared.append(_prepare(change))
    return prepared


def _prepare(change: Change) -> Prepared:
    if change.kind not in RECORD_KINDS or change.state not in STATES or not _ID.match(change.id):
        raise Refused(f"There is no record {change.kind} {change.id!r:.80} in the state {change.state}.")
    if change.content.get("id") != change.id:
        raise Refused(
            f"{change.kind} {change.id}: its content names another id, {change.content.get('id')!r}."
        )
    if change.redirect_to is not None and change.state != "retired":
        raise Refused(f"{change.kind} {change.id}: only a retired record can point to another one.")
    if (came := change.origin) is not None:
        for what, given in (
            ("source", came.source),
            ("foreign id", came.foreign_id),
            ("format", came.format),
        ):
            _storable(given, f"{change.kind} {change.id}: the {what} it came from")
    if came is not None and came.retrieved.tzinfo is None:
        raise Refused(f"{change.kind} {change.id}: the moment it was retrieved has no time zone.")
    try:
        content = settle(change.kind, change.content)
        text = canonical(content)
    except Refused as error:
        raise Refused(f"{change.kind} {change.id}: {error}") from None
    return Prepared(change, content, text, digest(text))


def _storable(text: str, what: str) -> None:
    if "\0" in text or (not text.isascii() and text.encode("utf-8", "replace").decode() != text):
        raise Refused(f"{what} holds characters that are no text: {text!r:.80}. Take them out.")


def write(
    connection: sa.Connection, prepared: Sequence[Prepared], by: str, reason: str, progress: Progress | None
) -> Written:
    """Write one revision in the open transaction, whose lock of writers is held.

    Raises `Conflict` where a record has a version that the writer did not see, `Refused` where a change does
    not fit what is stored; the caller then rolls back.
    """
    pointers = _pointers(connection, [one.change.id for one in prepared])
    steps, unchanged, stale = [], [], []
    for one in prepared:
        before = pointers.get(one.change.id)
        if before is not None and _same(one, before):
            unchanged.append(one.change.id)
        elif one.change.base != (before.latest if before else None):
            stale.append((one, before))
        else:
            steps.append(_step(one, before))
    if stale:
        raise _conflict(connection, stale)
    last = connection.execute(
        sa.select(revision.c.number, revision.c.seal).order_by(revision.c.number.desc()).limit(1)
    ).first()
    number, seal_before = (last.number, last.seal) if last else (0, "")
    if not steps:
        return Written(number, (), tuple(unchanged))
    _follow_redirects(connection, steps)
    number += 1
    now = dt.datetime.now(dt.UTC)
    connection.execute(
        sa.insert(revision),
        {"number": number, "at": now, "by": by, "reason": reason, "seal": _seal(seal_before, steps)},
    )
    done = len(unchanged)
    for chunk in pieces(steps, _CHUNK):
        _write_versions(connection, chunk, number)
        _write_records(connection, chunk, number)
        _write_tables(connection, chunk)
        done += len(chunk)
        if progress:
            progress(done, len(prepared))
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL, str(number))))
    versions = tuple(
        Version(
            step.prepared.change.kind,
            step.prepared.change.id,
            step.number,
            step.prepared.change.state,
            step.prepared.content,
            step.prepared.digest,
            now,
            by,
            reason,
            number,
            step.prepared.change.redirect_to,
        )
        for step in steps
    )
    return Written(number, versions, tuple(unchanged))


def _pointers(connection: sa.Connection, ids: Sequence[str]) -> dict[str, _Pointer]:
    query = sa.select(
        record.c.id,
        record.c.kind,
        record.c.latest,
        record.c.latest_state,
        record.c.published,
        record.c.moved,
        record.c.source,
        record.c.redirect_to,
        version.c.digest,
    ).join(version, (version.c.id == record.c.id) & (version.c.number == record.c.latest))
    found = {}
    for chunk in pieces(ids, _CHUNK):
        for row in connection.execute(query.where(record.c.id.in_(chunk))):
            found[row[0]] = _Pointer(*row[1:])
    return found


def _same(one: Prepared, before: _Pointer) -> bool:
    change = one.change
    return (change.kind, change.state, one.digest, change.redirect_to) == (
        before.kind,
        before.state,
        before.digest,
        before.redirect_to,
    )


def _step(one: Prepared, before: _Pointer | None) -> _Step:
    if before is not None and before.kind != one.change.kind:
        raise Refused(f"{one.change.id} is a {before.kind}; it cannot become a {one.change.kind}.")
    shown = before is not None and before.published is not None
    effect: Effect | None = None
    if one.change.state == "published":
        effect = "changed" if shown else "added"
    elif one.change.state == "retired" and shown:
        effect = "retired"
    return _Step(one, before, before.latest + 1 if before else 1, effect)


def _conflict(connection: sa.Connection, stale: list[tuple[Prepared, _Pointer | None]]) -> Exception:
    for one, before in stale:
        if before is None:
            return Refused(
                f"There is no record {one.change.id}, but the change is made on top of its version "
                f"{one.change.base}. Was the database replaced? Read the record again."
            )
    one, before = stale[0]
    assert before is not None
    latest = version_at(connection, one.change.id, before.latest)
    assert latest is not None
    saw = version_at(connection, one.change.id, one.change.base) if one.change.base else None
    changed = changed_members(saw.content if saw else {}, latest.content)
    if saw is not None and saw.state != latest.state:
        changed = (("state", saw.state, latest.state), *changed)
    return Conflict(one.change.base, latest, changed, len(stale) - 1)


def _follow_redirects(connection: sa.Connection, steps: Sequence[_Step]) -> None:
    """Refuse a merge that would lead nowhere or in a circle."""
    merged = [step for step in steps if step.prepared.change.redirect_to is not None]
    if not merged:
        return
    rows = connection.execute(sa.select(record.c.id, record.c.latest_state, record.c.redirect_to))
    after: dict[str, tuple[str, str | None]] = {row[0]: (row[1], row[2]) for row in rows}
    for step in steps:
        change = step.prepared.change
        after[change.id] = (change.state, change.redirect_to)
    for step in merged:
        here, passed = step.prepared.change.id, set()
        while True:
            passed.add(here)
            following = after[here][1]
            if following is None:
                break
            if following in passed:
                raise Refused(
                    f"{step.prepared.change.id} would be redirected in a circle, by way of {following}."
                )
            if following not in after:
                raise Refused(
                    f"{step.prepared.change.id} cannot be merged into {following}: there is no such record."
                )
            here = following
        if after[here][0] == "retired":
            raise Refused(f"{step.prepared.change.id} cannot be merged into {here}, which is retired.")


def _seal(before: str, steps: Sequence[_Step]) -> str:
    parts = (
        (step.prepared.change.id, step.number, step.prepared.change.state, step.prepared.digest,
         step.prepared.change.redirect_to)
        for step in steps
    )  # fmt: skip
    return seal(before, parts)


def seal(before: str, versions: Iterable[tuple[str, int, str, str, str | None]]) -> str:
    """The seal of a revision: SHA-256 over the seal before it and what makes each of its versions."""
    running = hashlib.sha256(before.encode())
    for one in sorted(versions, key=lambda held: held[0]):
        running.update("\0".join(str(part or "") for part in one).encode() + b"\n")
    return running.hexdigest()


def _write_versions(connection: sa.Connection, steps: Sequence[_Step], number: int) -> None:
    connection.execute(
        sa.insert(version),
        [
            {
                "id": step.prepared.change.id,
                "number": step.number,
                "kind": step.prepared.change.kind,
                "state": step.prepared.change.state,
                "content": step.prepared.text.decode(),
                "digest": step.prepared.digest,
                "revision": number,
                "effect": step.effect,
                "redirect_to": step.prepared.change.redirect_to,
            }
            for step in steps
        ],
    )
    origins = [
        {
            "id": step.prepared.change.id,
            "number": step.number,
            "source": came.source,
            "foreign_id": came.foreign_id,
            "retrieved": came.retrieved,
            "format": came.format,
            "raw": zlib.compress(came.raw),
        }
        for step in steps
        if (came := step.prepared.change.origin) is not None
    ]
    if origins:
        connection.execute(sa.insert(origin), origins)


def _write_records(connection: sa.Connection, steps: Sequence[_Step], number: int) -> None:
    new = [_record_row(step, number) for step in steps if step.before is None]
    old = [
        {f"new_{name}": value for name, value in _record_row(step, number).items()}
        for step in steps
        if step.before is not None
    ]
    if new:
        connection.execute(sa.insert(record), new)
    if old:
        columns = ("name", "latest", "latest_state", "published", "moved", "source", "redirect_to")
        connection.execute(
            sa.update(record)
            .where(record.c.id == sa.bindparam("new_id"))
            .values({name: sa.bindparam(f"new_{name}") for name in columns}),
            old,
        )


def _record_row(step: _Step, number: int) -> Row:
    change, before = step.prepared.change, step.before
    published = before.published if before else None
    if step.effect:
        published = step.number if step.effect != "retired" else None
    return {
        "id": change.id,
        "kind": change.kind,
        "name": shown_name(step.prepared.content),
        "latest": step.number,
        "latest_state": change.state,
        "published": published,
        "moved": number if step.effect else (before.moved if before else None),
        "source": change.origin.source if change.origin else (before.source if before else None),
        "redirect_to": change.redirect_to,
    }


def _tables_of(kind: str) -> Iterator[str]:
    yield kind
    for part in ENTITIES[kind].parts:
        yield from _tables_of(part.entity)


_TABLES: Mapping[str, tuple[str, ...]] = {
    kind: tuple(dict.fromkeys(_tables_of(kind))) for kind in RECORD_KINDS
}


def _write_tables(connection: sa.Connection, steps: Sequence[_Step]) -> None:
    gone: dict[str, list[str]] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for step in steps:
        change = step.prepared.change
        if step.effect in ("changed", "retired"):
            for table in _TABLES[change.kind]:
                gone.setdefault(table, []).append(change.id)
        if step.effect in ("added", "changed"):
            project(change.kind, change.id, step.prepared.content, rows)
    for table, ids in gone.items():
        key = STANDARD[table].c["id" if table in RECORD_KINDS else "record_id"]
        connection.execute(sa.delete(STANDARD[table]).where(key.in_(ids)))
    for table, held in rows.items():
        connection.execute(sa.insert(STANDARD[table]), held)
