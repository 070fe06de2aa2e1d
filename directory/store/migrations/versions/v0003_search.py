"""The tables of PostgreSQL's full text search, in a schema of their own; nothing at all on SQLite.

What stands in them is derived from the listings and made again at any time. A role that may not make schemas
gets none, and search goes on with the files of each machine; one that may not make extensions, no pg_trgm.

Revision: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0003"
down_revision = "0002"

# Each class of weight holds tokens in the order of its text, written as a tsvector is. Where one ends and the
# next begins a place is left free, so that no phrase is found across the two.
_TABLES = """
CREATE SCHEMA search;
CREATE TABLE search.document (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    a text NOT NULL,
    b text NOT NULL,
    c text NOT NULL,
    d text NOT NULL,
    tokens tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(a::tsvector, 'A') || setweight(b::tsvector, 'B')
        || setweight(c::tsvector, 'C') || setweight(d::tsvector, 'D')
    ) STORED
);
CREATE INDEX document_tokens ON search.document USING gin (tokens) WITH (fastupdate = off);
CREATE TABLE search.state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL,
    inputs text NOT NULL
);
"""
_NAMES = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX document_name ON search.document USING gin (name gin_trgm_ops);
"""


def upgrade() -> None:
    """Make the tables where the database is PostgreSQL and lets us."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for statements in (_TABLES, _NAMES):
        try:
            with connection.begin_nested():
                for statement in statements.split(";"):
                    if statement.strip():
                        connection.exec_driver_sql(statement)
        except DBAPIError:  # not allowed, or no such extension on this server
            return


def downgrade() -> None:
    """Drop them; the extension stays, for others may use it."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("DROP SCHEMA IF EXISTS search CASCADE"))
