"""The tables: an append-only history of versions, and the standard's own tables of what is published now.

The history (`revision`, `version`, `origin`) is the truth and is only ever added to. `record` points into it.
The tables of the standard (`organization`, `service`, `phone` …) are projected from the published versions in
the transaction that writes them, for whoever asks in SQL. They are made from the description of the model, so
that the model stands in one place. A part of a record is found by the record and its path in it
(`contacts/0/phones/1`): feeds repeat the ids of parts, so those cannot be keys.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from directory.store.standard import ENTITIES, RECORD_KINDS, Entity


class Moment(sa.types.TypeDecorator[dt.datetime]):
    """A moment in UTC: a timestamp with a zone in PostgreSQL, ISO text of fixed width in SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """What the column is in that database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        """To the database; a moment must have a zone."""
        if value is None:
            return None
        moment = value.astimezone(dt.UTC)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:
        """From the database, in UTC."""
        if value is None:
            return None
        return (dt.datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(dt.UTC)


# Ids sort by their characters in both databases, and a beginning of one is found by the key's own index.
ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class Words(sa.types.TypeDecorator[list[str]]):
    """A list of words: JSONB in PostgreSQL, JSON in SQLite, where PostgreSQL's side is not even loaded."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """What the column is in that database."""
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB

            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(sa.JSON())


metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})

revision = sa.Table(
    "revision",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    # SHA-256 over the seal before and what this revision wrote: two histories with one number are told apart.
    sa.Column("seal", sa.Text, nullable=False),
)

version = sa.Table(
    "version",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # canonical JSON, exactly the bytes of the digest
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, sa.ForeignKey("revision.number"), nullable=False),
    sa.Column("effect", sa.Text),  # on what is published: added, changed, retired
    sa.Column("redirect_to", ID),
    sa.Index(None, "revision", "id"),
)

origin = sa.Table(
    "origin",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("foreign_id", sa.Text, nullable=False),
    sa.Column("retrieved", Moment, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),  # zlib
    sa.ForeignKeyConstraint(["id", "number"], ["version.id", "version.number"]),
    sa.Index(None, "source", "foreign_id"),
)

record = sa.Table(
    "record",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("latest", sa.Integer, nullable=False),
    sa.Column("latest_state", sa.Text, nullable=False),
    sa.Column("published", sa.Integer),  # the number of the version that is published now
    sa.Column("moved", sa.BigInteger),  # the revision in which that changed last
    sa.Column("source", sa.Text),  # of the latest version that came from a feed
    sa.Column("redirect_to", ID),
    sa.ForeignKeyConstraint(["id", "latest"], ["version.id", "version.number"]),
    sa.Index(None, "kind"),
    sa.Index(None, "moved"),
    sa.Index(None, "source"),
    sa.Index(None, "name"),
)

note = sa.Table(
    "note",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", ID, sa.ForeignKey("record.id"), nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first", Moment, nullable=False),
    sa.Column("last", Moment, nullable=False),
    sa.Column("settled", Moment),
    sa.Column("settled_by", sa.Text),
    sa.Column("settled_reason", sa.Text),
    sa.Index(None, "id"),
)

# What is never changed or deleted once it is written; triggers of the first migration hold it.
KEPT = ("revision", "version", "origin")

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "id": ID,
    "ref": ID,
    "date": sa.Date(),
    "moment": Moment(),
    "number": sa.Double(),
    "integer": sa.BigInteger(),
    "truth": sa.Boolean(),
    "words": Words(),
}


def parents(entity: str) -> tuple[str, ...]:
    """The entities that the model lets hold this one, in the model's order."""
    return tuple(name for name, one in ENTITIES.items() if any(part.entity == entity for part in one.parts))


def _standard_table(entity: Entity) -> sa.Table:
    columns: list[sa.Column[Any] | sa.Index] = []
    if entity.name not in RECORD_KINDS:
        columns.append(sa.Column("record_id", ID, sa.ForeignKey("record.id"), primary_key=True))
        columns.append(sa.Column("path", sa.Text, primary_key=True))
        if entity.name == "attribute":  # the standard's way of naming what it is attached to
            columns += [sa.Column("link_entity", sa.Text), sa.Column("link_id", ID)]
        else:
            columns += [sa.Column(f"{parent}_id", ID) for parent in parents(entity.name)]
    for field in entity.fields:
        if field.name == "id" and entity.name in RECORD_KINDS:
            columns.append(sa.Column("id", ID, sa.ForeignKey("record.id"), primary_key=True))
        else:
            columns.append(sa.Column(field.name, _TYPES.get(field.sort, sa.Text())))
        if field.sort == "ref":
            columns.append(sa.Index(None, field.name))
    return sa.Table(entity.name, metadata, *columns)


# The tables of the standard, by entity.
STANDARD: dict[str, sa.Table] = {name: _standard_table(entity) for name, entity in ENTITIES.items()}
