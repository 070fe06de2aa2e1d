"""Waiting for another process to write: PostgreSQL tells, SQLite's file is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

from directory.store.engine import CHANNEL, Place, identity, in_plain_words, sqlite_connection

_LOOK = 0.05  # seconds between two looks at SQLite's change counter, which reads no table


def wait(where: Place, seen: int, timeout: float, revision: Callable[[], int]) -> int:
    """The revision as soon as it is another one than `seen`, or as it is after `timeout` seconds."""
    with in_plain_words(where):
        if where.path is None:
            return _told(where, seen, timeout, revision)
        return _looked(where, seen, timeout, revision)


def _looked(where: Place, seen: int, timeout: float, revision: Callable[[], int]) -> int:
    assert where.path is not None
    until = time.monotonic() + timeout
    while True:
        file = identity(where.path)
        with closing(sqlite_connection(where.path, "ro")) as connection:
            counter = _counter(connection)
            now = revision()
            while now == seen and (left := until - time.monotonic()) > 0:
                time.sleep(min(_LOOK, left))
                if identity(where.path) != file:
                    break  # replaced: look into the new file
                if (moved := _counter(connection)) != counter:
                    counter, now = moved, revision()
        if now != seen or time.monotonic() >= until:
            return now


def _counter(connection: object) -> int:
    row = connection.execute("PRAGMA data_version").fetchone()  # type: ignore[attr-defined]
    return int(row[0])


def _told(where: Place, seen: int, timeout: float, revision: Callable[[], int]) -> int:
    import psycopg

    until = time.monotonic() + timeout
    address = where.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            # Asked after listening began: what was written in between is not missed.
            while (now := revision()) == seen and (left := until - time.monotonic()) > 0:
                for _told_of in connection.notifies(timeout=left, stop_after=1):
                    pass
            return now
    except psycopg.Error as error:
        from sqlalchemy.exc import DBAPIError

        raise DBAPIError.instance(None, None, error, psycopg.Error) from error
