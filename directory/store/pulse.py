"""What a server asks of the store all day: its revision, the seal of one, and whether somebody wrote.

A SQLite file is asked through `sqlite3` alone: SQLAlchemy, by which all else is asked and written, takes
13 MB of a worker and a tenth of a second of its start. PostgreSQL is asked through the `Store` itself.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from directory.store.migrated import refuse_unless_current
from directory.store.records import Unavailable
from directory.store.sqlite_file import connection_to, identity, reader, words_for

_LOOK = 0.05  # seconds between two looks at SQLite's change counter, which reads no table
_PATIENCE = 30.0  # seconds to wait for a writer, as the store does


class Pulse(Protocol):
    """What tells how far a store is. Every question raises `Unavailable` where the database is away."""

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        ...

    def revision(self) -> int:
        """The number of the last write; 0 before the first."""
        ...

    def seal(self, revision: int, /) -> str:
        """The seal of a revision, which tells two histories of one number apart; empty: no such one."""
        ...

    def wait_for_change(self, revision: int, timeout: float, /) -> int:
        """The revision once it is another one than the one given, or as it is after `timeout` seconds."""
        ...


class FilePulse:
    """The pulse of a SQLite file. It keeps nothing open, so a file that was replaced is seen at once."""

    def __init__(self, file: Path) -> None:
        """Raises `Unavailable` where the file is not there, or its tables are not those of this program."""
        self.file = file
        with self._reading() as connection:
            known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            stands = None
            if connection.execute(known).fetchone():
                stands = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        refuse_unless_current(file, str(stands[0]) if stands else None)

    def revision(self) -> int:
        """The number of the last write; 0 before the first."""
        with self._reading() as connection:
            return int(connection.execute("SELECT coalesce(max(number), 0) FROM revision").fetchone()[0])

    def seal(self, revision: int) -> str:
        """The seal of a revision; empty where there is no such one."""
        with self._reading() as connection:
            found = connection.execute("SELECT seal FROM revision WHERE number = ?", (revision,)).fetchone()
        return str(found[0] or "") if found else ""

    def wait_for_change(self, revision: int, timeout: float) -> int:
        """The revision once it is another one than the one given, or as it is after `timeout` seconds."""
        with in_plain_words(self.file):
            return look(self.file, revision, timeout, self.revision)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with in_plain_words(self.file), closing(reader(self.file, _PATIENCE)) as connection:
            yield connection


@contextmanager
def in_plain_words(file: Path) -> Iterator[None]:
    """Turn a fault of SQLite or of the disk into `Unavailable`, which says what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(
            words_for(file, error) or f"The database {file} cannot be used: {error}."
        ) from error


def look(file: Path, seen: int, timeout: float, revision: Callable[[], int]) -> int:
    """The revision of a file once it is not `seen`, or as it is after `timeout` seconds."""
    until = time.monotonic() + timeout
    while True:
        which = identity(file)
        with closing(connection_to(file, "ro")) as connection:
            counter = _counter(connection)
            now = revision()
            while now == seen and (left := until - time.monotonic()) > 0:
                time.sleep(min(_LOOK, left))
                if identity(file) != which:
                    break  # replaced: look into the new file
                if (moved := _counter(connection)) != counter:
                    counter, now = moved, revision()
        if now != seen or time.monotonic() >= until:
            return now


def _counter(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
