"""How good the order of results is: nDCG@10 and success@3 over the judged queries.

The sample listings are searched by whoosh's files, by PostgreSQL (where `EARLYHELP_TEST_POSTGRESQL` names a
server) and, as a baseline, by SQLite's FTS5 with its own stemmer and bm25 over the same texts. Gains are
2^grade - 1; success@3 is a service of the best grade among the first three. The day is fixed.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
import math
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Row, say
from geo.home import data_dir, var_dir

AT = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
DEPTH, FIRST = 10, 3
REACH = 0.85
SETS = (
    ("", "judged.csv"),
    (", held out 1", "judged_held_out.csv"),
    (", held out 2", "judged_held_out_2.csv"),
)
"""What the rows of a set are called, and its file; `data/search/README.md` says what was held out when."""


@dataclass(frozen=True)
class Judged:
    """One query with what it was asked with, and the grade (1 to 3) of each service that is expected."""

    query: str
    postcode: str
    age: float | None
    level: str | None
    grades: Mapping[str, int]


def read_judged(path: Path) -> list[Judged]:
    """The judged queries, in the order of the file."""
    found = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            grades = dict(one.rsplit(":", 1) for one in row["expected"].split(";") if one)
            found.append(
                Judged(
                    row["query"],
                    row["postcode"],
                    float(row["age"]) if row["age"] else None,
                    row["level"] or None,
                    {identifier: int(grade) for identifier, grade in grades.items()},
                )
            )
    return found


def ndcg(ids: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Discounted gain of a list of results to the best possible, from 0 to 1."""
    best = sorted(grades.values(), reverse=True)[:depth]
    ideal = sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(best))
    gained = sum(
        (2 ** grades.get(one, 0) - 1) / math.log2(place + 2) for place, one in enumerate(ids[:depth])
    )
    return gained / ideal if ideal else 1.0


def succeeds(ids: Sequence[str], grades: Mapping[str, int], first: int = FIRST) -> bool:
    """Whether one of the best-graded services is among the first."""
    best = max(grades.values())
    return any(grades.get(one) == best for one in ids[:first])


class Sample:
    """The sample feed as a snapshot of what is published."""

    revision = 1

    def __init__(self, data: Path) -> None:
        self.services: dict[str, dict[str, Any]] = {}
        for path in sorted((data / "sample").glob("services-*.json")):
            for service in json.loads(path.read_text("utf-8"))["contents"]:
                self.services[service["id"]] = service

    def service(self, record_id: str, /) -> dict[str, Any] | None:
        """One service, whole."""
        return self.services.get(record_id)

    def record(self, record_id: str, /) -> dict[str, Any] | None:
        """An organisation."""
        return next(
            (s["organization"] for s in self.services.values() if s["organization_id"] == record_id), None
        )

    def ids(self, kind: str, /) -> tuple[str, ...]:
        """Ids of services or organisations, ascending."""
        if kind == "service":
            return tuple(sorted(self.services))
        return tuple(sorted({s["organization_id"] for s in self.services.values()}))


@dataclass
class Made:
    """A generation made for the bench, in memory but for its files of words."""

    revision: int
    published: Any
    index: Any
    columns: Any


def made(sample: Sample, folder: Path, data: Path, var: Path) -> Made:
    """Index the sample in a folder."""
    from directory.search.columns import Columns
    from directory.search.documents import Analysis, documents
    from directory.search.index import WhooshIndex

    analysis = Analysis.load(data, var)
    ids = sample.ids("service")
    WhooshIndex.build(folder, documents(sample, ids, analysis), None, len(ids))
    index = WhooshIndex.open(folder)
    return Made(1, sample, index, Columns.build(sample, list(index.ids), stop=analysis.stop))


def finder_of(made: Made, data: Path, var: Path, gazetteer: Path, index: Any = None) -> Any:
    """A Finder over it, with another text engine where one is given."""
    from directory.search.finder import Finder
    from geo.gazetteer import Gazetteer

    return Finder(made, Gazetteer.open(gazetteer), data, var, index=index)


def asking(finder: Any) -> Callable[[Judged], list[str]]:
    """What answers a judged query with ids."""
    from directory.search.filters import Asked

    def ask(one: Judged) -> list[str]:
        asked = Asked(one.query, one.postcode, age=one.age, level=one.level, at=AT, per_page=DEPTH)
        return [result["id"] for result in finder.find(asked)["results"]]

    return ask


def plain_fts5(sample: Sample, needs: Mapping[str, str]) -> Callable[[Judged], list[str]]:
    """SQLite's FTS5 over the same texts, any word of the query, its own stemmer and bm25."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE listing USING fts5(id UNINDEXED, name, organization, needs, description,"
        " tokenize='porter unicode61')"
    )
    for service in sample.services.values():
        text = " ".join(
            str(service.get(name, ""))
            for name in ("alternate_name", "description", "eligibility_description", "application_process")
        )
        said = " ".join(needs.get(code, "") for code in service.get("needs", ()))
        database.execute(
            "INSERT INTO listing VALUES (?, ?, ?, ?, ?)",
            (service["id"], service["name"], service.get("organization", {}).get("name", ""), said, text),
        )

    def ask(one: Judged) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", one.query))
        sql = "SELECT id FROM listing WHERE listing MATCH ? ORDER BY bm25(listing) LIMIT ?"
        return [row[0] for row in database.execute(sql, (words, DEPTH))]

    return ask


@contextlib.contextmanager
def in_postgresql(sample: Sample, data: Path, var: Path, ids: Sequence[str]) -> Iterator[Any]:
    """The sample in the full text of a new database, dropped afterwards."""
    import psycopg
    from sqlalchemy import make_url

    from directory.search.postgres import PostgresIndex, keep_current
    from directory.store.store import Store

    server = os.environ["EARLYHELP_TEST_POSTGRESQL"]
    name = f"earlyhelp_bench_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            url = make_url(server).set(database=name).render_as_string(hide_password=False)
            Store.open(url).close()
            keep_current(url, sample, data, var, "bench")
            index = PostgresIndex(url, ids, sample.revision)
            yield index
            index.close()
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def score(ask: Callable[[Judged], list[str]], judged: Sequence[Judged]) -> tuple[float, float, list[float]]:
    """Mean nDCG@10, the share of success@3, and the nDCG@10 of each query."""
    each, first = [], []
    for one in judged:
        ids = ask(one)
        each.append(ndcg(ids, one.grades))
        first.append(succeeds(ids, one.grades))
    return statistics.fmean(each), statistics.fmean(first), each


def measure() -> tuple[list[Row], list[str]]:
    """The rows of the table."""
    from directory.building import build_all
    from directory.listings.needs import load_needs

    data = data_dir()
    build_all(data, var_dir(), if_needed=True)
    sample = Sample(data)
    sets = {words: read_judged(data / "search" / name) for words, name in SETS}
    for words, judged in sets.items():
        say(f"{len(judged)} judged queries{words} over {len(sample.services)} sample listings")
    needs = {need.code: need.name for need in load_needs(data).all}
    fts5 = plain_fts5(sample, needs)
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        own = made(sample, folder / "words", data, folder)
        gazetteer = var_dir() / "gazetteer.bin"
        engines: list[tuple[str, Any]] = [("whoosh", None)]
        if os.environ.get("EARLYHELP_TEST_POSTGRESQL"):
            engines.append(
                ("PostgreSQL", stack.enter_context(in_postgresql(sample, data, folder, own.index.ids)))
            )
        else:
            notes.append("PostgreSQL was not measured: EARLYHELP_TEST_POSTGRESQL names no server.")
        rows = []
        for engine, index in engines:
            ask = asking(finder_of(own, data, folder, gazetteer, index))
            for words, judged in sets.items():
                mean, first, each = score(ask, judged)
                base_mean, base_first, _ = score(fts5, judged)
                rows.append(
                    Row(
                        f"nDCG@10{words}, {engine}",
                        f"{mean:.3f}",
                        f"SQLite FTS5: {base_mean:.3f}",
                        mean / base_mean,
                        "over 1" if words else f"{REACH} and over 1",
                    )
                )
                rows.append(
                    Row(
                        f"success@3{words}, {engine}",
                        f"{first:.3f}",
                        f"SQLite FTS5: {base_first:.3f}",
                        first / base_first,
                    )
                )
                worst = sorted(zip(each, (one.query for one in judged), strict=True))[:5]
                weakest = "; ".join(f"{query} {at:.2f}" for at, query in worst)
                notes.append(f"Weakest{words}, {engine}: {weakest}")
    return rows, notes


if __name__ == "__main__":
    for row in measure()[0]:
        print(row.what, row.measured, row.beside, file=sys.stdout)
