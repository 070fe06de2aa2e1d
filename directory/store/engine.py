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
from urllib.parse import quote

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError

from directory.store.address import database_url
from directory.store.records import Refused, Unavailable
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


class _Immutable(sqlite3.Connection):
    """A connection to a file that nobody is writing to, in a folder where SQLite may not make its own."""


def sqlite_connection(path: Path, mode: str, patience: float = 5.0) -> sqlite3.Connection:
    """A plain connection to the file; `mode` is ro, rw (which never makes a file), rwc or immutable."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?{'immutable=1' if mode == 'immutable' else f'mode={mode}'}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
        factory=_Immutable if mode == "immutable" else sqlite3.Connection,
    )


def _reader(path: Path, patience: float) -> sqlite3.Connection:
    """A connection that reads, also on a read-only disk.

    With a write-ahead log SQLite must make a file beside the database even to read it. Where it may not,
    and no log holds anything, the file by itself is the whole database.
    """
    connection = sqlite_connection(path, "ro", patience)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").close()
    except sqlite3.OperationalError as error:
        connection.close()
        refused = any(part in str(error) for part in ("readonly", "unable to open"))
        if not refused or identity(path) is None or _unchanged(path)[2]:
            raise
        return sqlite_connection(path, "immutable", patience)
    return connection


def _unchanged(path: Path) -> tuple[int, int, int]:
    """What changes as soon as somebody writes: time and size of the file, the size of its log."""
    log = path.with_name(path.name + "-wal")
    found = path.stat()
    return found.st_mtime_ns, found.st_size, log.stat().st_size if log.exists() else 0


def _sqlite(path: Path, read_only: bool, patience: float, common: dict[str, Any]) -> sa.Engine:
    def creator() -> sqlite3.Connection:
        return _reader(path, patience) if read_only else sqlite_connection(path, "rw", patience)

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
        record.info["unchanged"] = _unchanged(path) if isinstance(connection, _Immutable) else None

    @event.listens_for(engine, "checkout")
    def still_the_same(_connection: Any, record: Any, _proxy: Any) -> None:
        # A file that was deleted or replaced lives on for whoever has it open: writes to it would be lost.
        seen = record.info["unchanged"]
        if identity(path) != record.info["file"] or (seen is not None and _unchanged(path) != seen):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at `path`; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
    said = str(error).lower()
    for part, words in _SQLITE:
        if part in said:
            if part == "unable to open" and identity(where.path) is None:
                return f"The directory's database is gone: there is no file {where}. {_RESTORE}"
            return words.format(where=where)
    return None


_RESTORE = "Restore it from a backup, or start an empty one by importing the feeds again."
_SQLITE = (
    (
        "locked",
        "Another program is writing to {where} and did not finish in time. Nothing was changed. Try again; "
        "if it stays so, find the program that holds the file.",
    ),
    (
        "readonly",
        "The database {where} can be read but not written to. Give this account the right to write the file "
        "and its folder, or use an account that has it.",
    ),
    (
        "unable to open",
        "The database {where} cannot be opened. See that this account may read and write the file "
        "and its folder.",
    ),
    ("not a database", "The file {where} is not a database of ours, or it is damaged. " + _RESTORE),
    ("malformed", "The database {where} is damaged. Keep a copy of the file. " + _RESTORE),
    ("full", "The disk that holds {where} is full. Nothing was changed. Make room, then try again."),
    ("disk i/o error", "The disk that holds {where} does not answer as it should. See to the disk first."),
)


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
