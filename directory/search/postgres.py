"""PostgreSQL's own full text as a text index: the same contract as whoosh's files, the same tokens in.

The analysed tokens stand in `search.document` (migration 0003), a column a class of weight, and are matched
as a tsvector with a GIN index. The table is brought to the same revision as the generation on this machine;
while it is at another one, or the database is away, whoosh's files answer and `problem` says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.exc import DBAPIError

from directory.search.documents import Analysis, documents
from directory.search.impact import rarity
from directory.search.text import MOST_GROUPS, NO_HITS, Document, Group, Hits, TextIndex
from directory.store.engine import connect, place, reading, writing
from directory.store.records import StoreError

# The fields of each class of weight, and what the classes weigh (D, C, B, A), as PostgreSQL takes them.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "a": ("name",),
    "b": ("needs", "alternate"),
    "c": ("organization", "description"),
    "d": ("other",),
}
WEIGHTS = "{0.3, 0.5, 0.9, 1.0}"
PATIENCE = 2.0  # seconds that a search waits for the database
REST = 5.0  # seconds for which it is not asked again after it failed
_GAP = 2  # places between two fields of a class
_LAST_PLACE = 16_000  # PostgreSQL counts no further
_LONGEST_TOKEN = 500  # characters: PostgreSQL takes up to 2,046 bytes
_BATCH = 500


class PostgresIndexMissing(Exception):
    """The database has no index for this generation; the message says why."""


class PostgresIndex:
    """The index in PostgreSQL for one generation: its ids, its revision. Safe to share between threads."""

    def __init__(self, url: str, ids: Sequence[str], revision: int) -> None:
        """Connects at the first question. `url` is the store's; `ids` the generation's, ascending."""
        self._place = place(url)
        self._engine = connect(self._place, read_only=True, patience=PATIENCE)
        self._ids = list(ids)
        self._numbers = {one: number for number, one in enumerate(self._ids)}
        self._revision = revision

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the documents, ascending: the place of an id is the document's number."""
        return self._ids

    def match(self, groups: Sequence[Group]) -> Hits:
        """Documents that hold every required group and at least one group.

        Raises `PostgresIndexMissing` where the table is of another revision, `StoreError` where the database
        is away or too slow.
        """
        asked = list(groups[:MOST_GROUPS])
        if not any(group.tokens for group in asked):
            return NO_HITS
        sql, values = _question(asked)
        with reading(self._engine, self._place) as connection:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(PATIENCE * 1000)}")
            try:
                stands = connection.exec_driver_sql("SELECT revision FROM search.state").scalar()
            except DBAPIError as error:
                raise PostgresIndexMissing("The database holds no search tables.") from error
            if stands != self._revision:
                raise PostgresIndexMissing(
                    f"The database's search is at revision {stands}, not {self._revision}."
                )
            rows = connection.execute(sa.text(sql), values).all()
        return self._hits(rows, asked)

    def _hits(self, rows: Sequence[Any], groups: Sequence[Group]) -> Hits:
        """Ranks a token put together to scores: the best alternative of each group, each by its rarity."""
        known = [(self._numbers[row[0]], row[1:]) for row in rows if row[0] in self._numbers]
        if not known:
            return NO_HITS
        numbers = np.array([number for number, _ranks in known], np.int32)
        ranks = np.array([held for _number, held in known], np.float32).reshape(len(known), -1)
        scores = np.zeros(len(known), np.float32)
        bits: NDArray[np.uint64] = np.zeros(len(known), np.uint64)
        column = 0
        for at, group in enumerate(groups):
            weights = _weights(group)
            held = ranks[:, column : column + len(weights)]
            column += len(weights)
            rare = [rarity(len(self._ids), int(count)) for count in np.count_nonzero(held, axis=0)]
            if weights:
                scores += (held * np.array(weights, np.float32) * np.array(rare, np.float32)).max(axis=1)
                bits |= held.any(axis=1).astype(np.uint64) << np.uint64(at)
        order = np.argsort(numbers)
        return Hits(numbers[order], scores[order], bits[order])

    def vocabulary(self) -> Sequence[tuple[str, int]]:
        """Every token that occurs, in order, with the number of documents it occurs in."""
        with reading(self._engine, self._place) as connection:
            rows = connection.exec_driver_sql(
                "SELECT word, ndoc FROM ts_stat('SELECT tokens FROM search.document')"
            ).all()
        return sorted((str(word), int(count)) for word, count in rows)

    def names_like(self, text: str, limit: int) -> list[str]:
        """Ids of the services whose names are most like a text; none where pg_trgm is not there."""
        try:
            with reading(self._engine, self._place) as connection:
                rows = connection.execute(
                    sa.text(
                        "SELECT id FROM search.document WHERE name % :text"
                        " ORDER BY similarity(name, :text) DESC, id LIMIT :limit"
                    ),
                    {"text": text, "limit": limit},
                ).all()
        except (DBAPIError, StoreError):
            return []
        return [str(row[0]) for row in rows]

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


class Preferring:
    """Asks one index and, where it fails, another over the same documents: search goes on."""

    def __init__(
        self, first: TextIndex, other: TextIndex, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._first, self._other, self._clock = first, other, clock
        self._rest_until = 0.0
        self._lock = Lock()
        self.problem: str | None = None

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the documents, ascending."""
        return self._other.ids

    def match(self, groups: Sequence[Group]) -> Hits:
        """What the first says, or the other where the first has just failed."""
        if self._clock() >= self._rest_until:
            try:
                hits = self._first.match(groups)
            except (PostgresIndexMissing, StoreError, DBAPIError) as error:
                with self._lock:
                    self._rest_until = self._clock() + REST
                    self.problem = f"{error} Search answers from the files on this machine."
            else:
                self.problem = None
                return hits
        return self._other.match(groups)

    def vocabulary(self) -> Sequence[tuple[str, int]]:
        """Every token that occurs, as the other index has it."""
        return self._other.vocabulary()

    def names_like(self, text: str, limit: int) -> list[str]:
        """Ids of services whose names are most like a text, where the first can tell."""
        if self._clock() < self._rest_until or not isinstance(self._first, PostgresIndex):
            return []
        return self._first.names_like(text, limit)

    def close(self) -> None:
        """Close the first; the other belongs to its generation."""
        self._first.close()


def _weights(group: Group) -> list[float]:
    """The weight of each rank that a group asks for: one a token, one for a whole phrase."""
    if group.phrase:
        return [sum(weight for _token, weight in group.tokens)] if group.tokens else []
    return [weight for _token, weight in group.tokens]


def _question(groups: Sequence[Group]) -> tuple[str, dict[str, Any]]:
    """The SQL that finds ids and a rank for each token, and its values. Tokens are only ever values."""
    values: dict[str, Any] = {"weights": WEIGHTS}
    ranks, any_of, all_of = [], [], []
    for at, group in enumerate(groups):
        if not group.tokens:
            continue
        joint = " <-> " if group.phrase else " | "
        values[f"q{at}"] = joint.join(_quoted(token) for token, _weight in group.tokens)
        asked = [values[f"q{at}"]] if group.phrase else [_quoted(token) for token, _weight in group.tokens]
        for number, query in enumerate(asked):
            name = f"t{at}_{number}"
            values[name] = query
            # Of a phrase ts_rank counts the words wherever they stand, so it is asked only where it is found.
            ranks.append(
                f"CASE WHEN tokens @@ CAST(:{name} AS tsquery)"
                f" THEN ts_rank(CAST(:weights AS real[]), tokens, CAST(:{name} AS tsquery)) ELSE 0 END"
            )
        any_of.append(f"CAST(:q{at} AS tsquery)")
        if group.required:
            all_of.append(f"tokens @@ CAST(:q{at} AS tsquery)")
    where = all_of or [f"tokens @@ ({' || '.join(any_of)})"]
    return f"SELECT id, {', '.join(ranks)} FROM search.document WHERE {' AND '.join(where)}", values


def _quoted(token: str) -> str:
    token = token[:_LONGEST_TOKEN].replace("\0", "")
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def columns_of(document: Document) -> dict[str, str]:
    """The text of each class of weight: a document's tokens with their places, as a tsvector is written."""
    found = {}
    for name, fields in CLASSES.items():
        at = _GAP  # the first place is left free, so that a phrase does not run on from the class before
        written = []
        for field in fields:
            for token in document.fields.get(field, ()):
                written.append(f"{_quoted(token)}:{min(at, _LAST_PLACE)}")
                at += 1
            at += _GAP
        found[name] = " ".join(written)
    return found


def keep_current(
    url: str,
    published: Any,
    data: Path,
    var: Path,
    inputs: str,
    *,
    changed: Iterable[str] | None = None,
    since: int | None = None,
) -> bool:
    """Bring the tables to the revision of a snapshot; false where the database has no search tables.

    `inputs` is the fingerprint of what the tokens were made with. Where the tables stand at revision `since`
    and the same inputs, only the services of `changed` are written. One transaction: readers see all or
    nothing of it. Raises `StoreError` where the database is away.
    """
    where = place(url)
    engine = connect(where, read_only=False, patience=10.0)
    try:
        with writing(engine, where) as connection:
            if connection.exec_driver_sql("SELECT to_regclass('search.state')").scalar() is None:
                return False
            row = connection.exec_driver_sql("SELECT revision, inputs FROM search.state").first()
            if row is not None and row[1] == inputs and row[0] >= published.revision:
                return True  # another machine was here with this revision, or has come with a newer one
            analysis = Analysis.load(data, var)
            if row is not None and row[1] == inputs and row[0] == since and changed is not None:
                touched = sorted(set(changed))
                connection.execute(
                    sa.text("DELETE FROM search.document WHERE id = ANY(:ids)"), {"ids": touched}
                )
            else:
                touched = sorted(published.ids("service"))
                connection.exec_driver_sql("DELETE FROM search.document")
            for rows in _batches(published, touched, analysis):
                connection.execute(
                    sa.text(
                        "INSERT INTO search.document (id, name, a, b, c, d)"
                        " VALUES (:id, :name, :a, :b, :c, :d)"
                    ),
                    rows,
                )
            connection.execute(
                sa.text(
                    "INSERT INTO search.state (revision, inputs) VALUES (:revision, :inputs)"
                    " ON CONFLICT (one) DO UPDATE SET revision = :revision, inputs = :inputs"
                ),
                {"revision": published.revision, "inputs": inputs},
            )
            return True
    finally:
        engine.dispose()


def _batches(published: Any, ids: Sequence[str], analysis: Analysis) -> Iterator[list[dict[str, str]]]:
    batch: list[dict[str, str]] = []
    for document in documents(published, ids, analysis):
        service = published.service(document.id) or {}
        name = " ".join(str(service.get("name", "")).split())
        batch.append({"id": document.id, "name": name} | columns_of(document))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
