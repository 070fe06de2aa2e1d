"""Waiting for another process to write: PostgreSQL tells, SQLite's file is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable

from directory.store.engine import CHANNEL, Place, in_plain_words
from directory.store.pulse import look


def wait(where: Place, seen: int, timeout: float, revision: Callable[[], int]) -> int:
    """The revision as soon as it is another one than `seen`, or as it is after `timeout` seconds."""
    with in_plain_words(where):
        if where.path is None:
            return _told(where, seen, timeout, revision)
        return look(where.path, seen, timeout, revision)


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
