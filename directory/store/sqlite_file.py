"""The file of a SQLite database: connections to it, which file it is, and its faults in plain words.

Nothing here knows SQLAlchemy, so that a server can watch the file without loading it (see `pulse`).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote


class Immutable(sqlite3.Connection):
    """A connection to a file that nobody is writing to, in a folder where SQLite may not make its own."""


def connection_to(path: Path, mode: str, patience: float = 5.0) -> sqlite3.Connection:
    """A plain connection to the file; `mode` is ro, rw (which never makes a file), rwc or immutable."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?{'immutable=1' if mode == 'immutable' else f'mode={mode}'}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
        factory=Immutable if mode == "immutable" else sqlite3.Connection,
    )


def reader(path: Path, patience: float) -> sqlite3.Connection:
    """A connection that reads, also on a read-only disk.

    With a write-ahead log SQLite must make a file beside the database even to read it. Where it may not,
    and no log holds anything, the file by itself is the whole database.
    """
    connection = connection_to(path, "ro", patience)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").close()
    except sqlite3.OperationalError as error:
        connection.close()
        refused = any(part in str(error) for part in ("readonly", "unable to open"))
        if not refused or identity(path) is None or unchanged(path)[2]:
            raise
        return connection_to(path, "immutable", patience)
    return connection


def unchanged(path: Path) -> tuple[int, int, int]:
    """What changes as soon as somebody writes: time and size of the file, the size of its log."""
    log = path.with_name(path.name + "-wal")
    found = path.stat()
    return found.st_mtime_ns, found.st_size, log.stat().st_size if log.exists() else 0


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at `path`; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


_RESTORE = "Restore it from a backup, or start an empty one by importing the feeds again."
_WORDS = (
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


def words_for(path: Path, error: BaseException | None) -> str | None:
    """A fault of SQLite in plain words, with what to do; None for one that we have no words for."""
    said = str(error).lower()
    for part, words in _WORDS:
        if part in said:
            if part == "unable to open" and identity(path) is None:
                return f"The directory's database is gone: there is no file {path}. {_RESTORE}"
            return words.format(where=path)
    return None
