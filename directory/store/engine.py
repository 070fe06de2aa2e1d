"""Connections to SQLite or PostgreSQL, how each keeps a write safe, and their faults in plain words.

SQLite: write-ahead log, so that readers go on while one writes; synchronous=FULL, so that what a steward
committed survives a power cut; BEGIN IMMEDIATE, so that a writer waits for its turn instead of failing half
way. PostgreSQL: one advisory lock for writing, repeatable reads for reading.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError

from directory.store.address import database_url
from directory.store.records import Refused, Unavailable
from directory.store.sqlite_file import Immutable, connection_to, identity, reader, unchanged, words_for
from geo.home import var_dir

CHANNEL = "earlyhelp_revision"  # what PostgreSQL is told of a new revision on
_LOCK = 0x6561726C79  # "early": the advisory lock of whoever writes


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is: a file of SQLite, or a PostgreSQL address."""

    url: sa.URL
    path: Path | None  # of the SQLite file

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return "sqlite" if self.path else "postgresql"

    def __str__(self) -> str:
        """What a person is shown: never the password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)


def place(url: str | None) -> Place:
    """Read an address; None is `EARLYHELP_DATABASE_URL`, else `directory.db` in the folder of what is built.

    Raises `Refused` for an address that is neither SQLite's nor PostgreSQL's.
    """
    try:
        read = sa.make_url(url or database_url(var_dir()))
    except (ArgumentError, ValueError):
        raise Refused("The address of the database cannot be read. " + _ADDRESSES) from None
    if read.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return Place(read.set(drivername="postgresql+psycopg"), None)
    if read.drivername == "sqlite" and read.database not in (None, "", ":memory:"):
        path = Path(str(read.database)).absolute()
        return Place(sa.URL.create("sqlite", database=str(path)), path)
    raise Refused(f"A database of the sort {read.drivername} cannot be used. " + _ADDRESSES)


_ADDRESSES = (
    "Set EARLYHELP_DATABASE_URL to postgresql://user@host/name or sqlite:////folder/file.db, "
    "or leave it out for a file in var/."
)


def connect(where: Place, *, read_only: bool, patience: float) -> sa.Engine:
    """An engine for that place; nothing is connected yet. `patience`: seconds to wait for another writer."""
    common: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    }
    if where.path is None:
        settings = f"-c lock_timeout={max(1, int(patience * 1000))} -c timezone=UTC"
        if read_only:
            settings += " -c default_transaction_read_only=on"
        arguments = {"connect_timeout": 5, "application_name": "earlyhelp", "options": settings}
        return sa.create_engine(where.url, connect_args=arguments, pool_pre_ping=True, **common)
    return _sqlite(where.path, read_only, patience, common)


def _sqlite(path: Path, read_only: bool, patience: float, common: dict[str, Any]) -> sa.Engine:
    def creator() -> sqlite3.Connection:
        return reader(path, patience) if read_only else connection_to(path, "rw", patience)

    engine = sa.create_engine("sqlite://", creator=creator, poolclass=sa.QueuePool, **common)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        if not read_only:
            # Refused while another process is setting it, or on a read-only disk; it stays once it is set.
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode=WAL").close()
        for setting in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            connection.execute(f"PRAGMA {setting}").close()
        record.info["file"] = identity(path)
        record.info["unchanged"] = unchanged(path) if isinstance(connection, Immutable) else None

    @event.listens_for(engine, "checkout")
    def still_the_same(_connection: Any, record: Any, _proxy: Any) -> None:
        # A file that was deleted or replaced lives on for whoever has it open: writes to it would be lost.
        seen = record.info["unchanged"]
        if identity(path) != record.info["file"] or (seen is not None and unchanged(path) != seen):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def reading(engine: sa.Engine, where: Place) -> Iterator[sa.Connection]:
    """A transaction that sees one moment. Raises `Unavailable` for a fault of the database."""
    options = {} if where.path else {"isolation_level": "REPEATABLE READ"}
    with in_plain_words(where), engine.execution_options(**options).begin() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine, where: Place) -> Iterator[sa.Connection]:
    """The one transaction that writes: it holds the lock of writers; it commits unless an error leaves it."""
    with in_plain_words(where), engine.execution_options(writes=True).begin() as connection:
        if where.path is None:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection


@contextmanager
def in_plain_words(where: Place) -> Iterator[None]:
    """Turn a fault of the database into `Unavailable`, which says what to do. Our own faults pass."""
    try:
        yield
    except DBAPIError as error:
        words = _words(where, error.orig)
        if words is None:
            raise
        raise Unavailable(words) from error
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(_words(where, error) or f"The database {where} cannot be used: {error}.") from error


def _words(where: Place, error: BaseException | None) -> str | None:
    if where.path is None:
        return _postgresql_words(where, error)
    return words_for(where.path, error)


def _postgresql_words(where: Place, error: BaseException | None) -> str | None:
    state = getattr(error, "sqlstate", None) or ""
    if state == "55P03":
        return (
            f"Another program is writing to {where} and did not finish in time. Nothing was changed. "
            "Try again; if it stays so, look for a hanging session in pg_stat_activity."
        )
    if state in ("25006", "42501"):
        return (
            f"The database {where} can be read but not written to by this account. Nothing was changed. "
            "Use an account that may write, or the primary server."
        )
    if state[:2] == "53":
        return f"The server of {where} has no room left (disk, memory or connections). Nothing was changed."
    if state[:2] in ("08", "57", "28", "3D") or not state:
        said = " ".join(str(error).split())
        return (
            f"The database {where} does not answer as it should. See that the server runs and that "
            f"EARLYHELP_DATABASE_URL names it and an account that it lets in. It says: {said:.300}"
        )
    return None
