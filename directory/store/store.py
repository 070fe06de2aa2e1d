"""The store of the directory's records: every version ever written, and what is published now.

Reads see one moment of the database; a write is one revision, whole or not at all. Every method raises
`Unavailable` where the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from directory.store import notes, querying, schema, waiting
from directory.store import writing as change_sets
from directory.store.engine import Place, connect, place, reading, writing
from directory.store.records import Change, Logged, Note, Origin, PublishedState, Version, Written


class Store:
    """One database of records, used by any number of threads and processes at once."""

    def __init__(self, engine: sa.Engine, where: Place) -> None:
        """Use `Store.open`."""
        self.engine = engine
        self.place = where

    @classmethod
    def open(
        cls, url: str | None = None, *, create: bool = True, read_only: bool = False, patience: float = 30.0
    ) -> Store:
        """Open the store at `url`: by default `EARLYHELP_DATABASE_URL`, else `directory.db` in `var_dir()`.

        Where `create`, a missing database is made and an older one migrated. `patience` is how many seconds a
        write waits for another one. Raises `Unavailable` where the database cannot be used as it is.
        """
        where = place(url)
        engine = connect(where, read_only=read_only, patience=patience)
        try:
            schema.ensure(engine, where, create=create and not read_only)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, where)

    @property
    def url(self) -> str:
        """The whole address, with a password if it has one: not for showing."""
        return self.place.url.render_as_string(hide_password=False)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return self.place.path

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.place.dialect

    def __repr__(self) -> str:
        return f"Store({self.place})"

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def write(
        self,
        changes: Sequence[Change],
        *,
        by: str,
        reason: str,
        progress: Callable[[int, int], None] | None = None,
    ) -> Written:
        """Write the changes as one revision, or nothing.

        What has the same state, content and redirect already is passed over; where nothing is left, the
        revision stays. `progress` is called with how many of how many are written. Raises `Refused`,
        `Conflict` (somebody else wrote meanwhile) or `Unavailable`.
        """
        prepared = change_sets.prepare(changes, by, reason)
        with writing(self.engine, self.place) as connection:
            return change_sets.write(connection, prepared, by, reason, progress)

    def revision(self) -> int:
        """The number of the last write; 0 before the first."""
        with reading(self.engine, self.place) as connection:
            return querying.current_revision(connection)

    def seal(self, revision: int) -> str:
        """The seal of a revision, which tells two histories of one number apart; empty: no such one."""
        with reading(self.engine, self.place) as connection:
            return querying.seal_of(connection, revision)

    def latest(self, record_id: str) -> Version | None:
        """The version written last, whatever its state."""
        with reading(self.engine, self.place) as connection:
            return querying.latest(connection, record_id)

    def published(self, record_id: str) -> Version | None:
        """The version that the public is shown; None where there is none now."""
        with reading(self.engine, self.place) as connection:
            return querying.published(connection, record_id)

    def version(self, record_id: str, number: int) -> Version | None:
        """One version of a record."""
        with reading(self.engine, self.place) as connection:
            return querying.version_at(connection, record_id, number)

    def history(self, record_id: str) -> list[Version]:
        """Every version of a record, oldest first."""
        with reading(self.engine, self.place) as connection:
            return querying.history(connection, record_id)

    def latest_all(self, kind: str | None = None) -> Iterator[Version]:
        """The latest version of every record, retired ones too, by id, as of one moment."""
        with reading(self.engine, self.place) as connection:
            yield from querying.latest_all(connection, kind)

    def published_all(self, kind: str | None = None) -> Iterator[Version]:
        """Every published version, by id, as of one moment."""
        with reading(self.engine, self.place) as connection:
            yield from querying.published_all(connection, kind)

    def published_since(self, revision: int) -> tuple[list[Version], list[str]]:
        """What was published after that revision, and the ids of what was withdrawn after it."""
        with reading(self.engine, self.place) as connection:
            return querying.published_since(connection, revision)

    def published_state(self, since: int = 0, seal: str | None = None) -> PublishedState | None:
        """All that is published, or what moved since a revision whose seal the caller knows.

        None where the history has no such revision: the database was replaced, begin anew.
        """
        with reading(self.engine, self.place) as connection:
            return querying.published_state(connection, since, seal)

    def log(self, since: int, limit: int = 1000) -> list[Logged]:
        """What the revisions after `since` did to published content, oldest first.

        A revision is never cut: the list ends with the one in which `limit` is reached, and may be longer.
        Go on from the last entry's revision.
        """
        with reading(self.engine, self.place) as connection:
            return querying.log(connection, since, limit)

    def resolve(self, record_id: str) -> str:
        """The id that stands for this one after merges; itself where it was never merged."""
        with reading(self.engine, self.place) as connection:
            return querying.resolve(connection, record_id)

    def redirects(self) -> dict[str, str]:
        """Every merged record with the one that stands for it now."""
        with reading(self.engine, self.place) as connection:
            return querying.redirects(connection)

    def origins(self, source: str, kind: str | None = None) -> dict[str, str]:
        """What ever came from a source: its own id, and ours. `kind` where its ids repeat among kinds."""
        with reading(self.engine, self.place) as connection:
            return querying.origins(connection, source, kind)

    def origin(self, record_id: str) -> Origin | None:
        """Where the newest version that came from a source came from, with the payload as received."""
        with reading(self.engine, self.place) as connection:
            return querying.origin_of(connection, record_id)

    def of_source(self, source: str) -> list[Version]:
        """The latest version of everything that came from a source last and is not retired."""
        with reading(self.engine, self.place) as connection:
            return querying.of_source(connection, source)

    def ids(self, prefix: str = "", kind: str | None = None, limit: int = 50) -> list[tuple[str, str]]:
        """Ids that begin with `prefix`, each with its record's name: for shell completion."""
        with reading(self.engine, self.place) as connection:
            return querying.ids(connection, prefix, kind, limit)

    def add_note(self, record_id: str, problem: str) -> Note:
        """Queue a visitor's report of a problem (one of `records.PROBLEMS`). The revision stays."""
        with writing(self.engine, self.place) as connection:
            return notes.add(connection, record_id, problem)

    def notes(self, open_only: bool = True) -> list[Note]:
        """The reports, oldest first."""
        with reading(self.engine, self.place) as connection:
            return notes.listed(connection, open_only)

    def settle_note(self, number: int, by: str, reason: str) -> Note:
        """Close a report with who and what was done. Raises `Refused` where it is not open."""
        with writing(self.engine, self.place) as connection:
            return notes.settle(connection, number, by, reason)

    def wait_for_change(self, revision: int, timeout: float) -> int:
        """The revision once it is another one than the one given, or as it is after `timeout` seconds."""
        return waiting.wait(self.place, revision, timeout, self.revision)
