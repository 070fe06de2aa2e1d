"""Engines that are asked the same: the same analysed words, the same filters, the twenty best."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from directory.search.index import WhooshIndex
from directory.search.text import FIELD_WEIGHTS, Document, Group

BEST = 20


@dataclass(frozen=True)
class Narrowed:
    """The filters of a query; None narrows nothing."""

    age: int | None = None
    need: int | None = None
    district: int | None = None
    free: bool | None = None


@dataclass(frozen=True)
class Facts:
    """What the filters look at, of one listing."""

    first: int
    last: int
    needs: tuple[int, ...]
    districts: tuple[int, ...]
    free: bool


class Engine(Protocol):
    """One engine with its index built."""

    name: str

    def best(self, groups: Sequence[Group], narrowed: Narrowed) -> Sequence[Any]:
        """The best twenty, as the engine names them."""
        ...


class Ours:
    """Our index of impacts, with masks that are kept as the search itself keeps them."""

    name = "ours"

    def __init__(self, index: WhooshIndex, facts: Mapping[str, Facts]) -> None:
        self._index = index
        self._facts = [facts[one] for one in index.ids]
        self._masks: dict[tuple[str, object], Any] = {}

    def best(self, groups: Sequence[Group], narrowed: Narrowed) -> Sequence[Any]:
        """Match, mask, and sort out the best twenty."""
        hits = self._index.match(groups)
        numbers, scores = hits.numbers, hits.scores
        mask = None
        for name in ("age", "need", "district", "free"):
            value = getattr(narrowed, name)
            if value is not None:
                one = self._mask(name, value)
                mask = one if mask is None else mask & one
        if mask is not None:
            keep = mask[numbers]
            numbers, scores = numbers[keep], scores[keep]
        if len(scores) > BEST:
            top = np.argpartition(-scores, BEST)[:BEST]
            numbers, scores = numbers[top], scores[top]
        ids = self._index.ids
        return [ids[numbers[at]] for at in np.argsort(-scores, kind="stable").tolist()]

    def _mask(self, name: str, value: Any) -> Any:
        held = self._masks.get((name, value))
        if held is None:
            held = self._masks[name, value] = np.array([_passes(one, name, value) for one in self._facts])
        return held


def _passes(one: Facts, name: str, value: Any) -> bool:
    if name == "age":
        return bool(one.first <= value <= one.last)
    if name == "free":
        return one.free
    return value in (one.needs if name == "need" else one.districts)


def _coded(documents: Sequence[Document]) -> dict[str, str]:
    """Every token as a plain word, so that no engine's own analysis can change it."""
    tokens = {token for document in documents for held in document.fields.values() for token in held}
    return {token: f"t{number}" for number, token in enumerate(sorted(tokens))}


class Fts5:
    """SQLite's full text: bm25 with the weights of our fields, filters in SQL."""

    name = "SQLite FTS5"

    def __init__(self, documents: Sequence[Document], facts: Mapping[str, Facts], folder: Path) -> None:
        self._code = _coded(documents)
        names = list(FIELD_WEIGHTS)
        self._base = sqlite3.connect(folder / "fts.db")
        self._base.executescript(
            f"""CREATE VIRTUAL TABLE words USING fts5({",".join(f"{n}_" for n in names)}, content='');
            CREATE TABLE facts(number INTEGER PRIMARY KEY, first INTEGER, last INTEGER, free INTEGER);
            CREATE TABLE need(number INTEGER, code INTEGER, PRIMARY KEY(number, code)) WITHOUT ROWID;
            CREATE TABLE district(number INTEGER, code INTEGER, PRIMARY KEY(number, code)) WITHOUT ROWID;"""
        )
        marks = ",".join("?" * len(names))
        for number, document in enumerate(documents):
            texts = [" ".join(self._code[t] for t in document.fields.get(name, ())) for name in names]
            self._base.execute(
                f"INSERT INTO words(rowid,{','.join(f'{n}_' for n in names)}) VALUES(?,{marks})",
                (number, *texts),
            )
            one = facts[document.id]
            self._base.execute("INSERT INTO facts VALUES(?,?,?,?)", (number, one.first, one.last, one.free))
            self._base.executemany("INSERT INTO need VALUES(?,?)", [(number, code) for code in one.needs])
            self._base.executemany(
                "INSERT INTO district VALUES(?,?)", [(number, code) for code in one.districts]
            )
        self._base.execute("INSERT INTO words(words) VALUES('optimize')")
        self._base.execute("ANALYZE")
        self._base.commit()
        self._bm25 = f"bm25(words,{','.join(str(weight.boost) for weight in FIELD_WEIGHTS.values())})"

    def best(self, groups: Sequence[Group], narrowed: Narrowed) -> Sequence[Any]:
        """One SQL statement."""
        said = self._said(groups)
        if not said:
            return []
        sql, values = "SELECT words.rowid FROM words", [said]
        where = ["words MATCH ?"]
        if narrowed.age is not None or narrowed.free is not None:
            sql += " JOIN facts ON facts.number = words.rowid"
        if narrowed.age is not None:
            where.append("facts.first <= ? AND facts.last >= ?")
            values += [narrowed.age, narrowed.age]
        if narrowed.free is not None:
            where.append("facts.free = 1")
        for name in ("need", "district"):
            if (value := getattr(narrowed, name)) is not None:
                where.append(f"EXISTS(SELECT 1 FROM {name} n WHERE n.number = words.rowid AND n.code = ?)")
                values.append(value)
        sql += f" WHERE {' AND '.join(where)} ORDER BY {self._bm25} LIMIT {BEST}"
        return self._base.execute(sql, values).fetchall()

    def _said(self, groups: Sequence[Group]) -> str:
        demanded, all_said = [], []
        for group in groups:
            codes = [self._code.get(token, "t") for token, _ in group.tokens]
            said = "(" + (" + " if group.phrase else " OR ").join(codes) + ")"
            all_said.append(said)
            if group.required:
                demanded.append(said)
        either = "(" + " OR ".join(all_said) + ")" if all_said else ""
        return " AND ".join([*demanded, either] if demanded else [either]) if either else ""


class Tantivy:
    """tantivy: one field of the same words, filters as fast fields."""

    name = "tantivy"

    def __init__(self, documents: Sequence[Document], facts: Mapping[str, Facts], folder: Path) -> None:
        import tantivy

        self._t = tantivy
        self._code = _coded(documents)
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("words", tokenizer_name="whitespace")
        for name in ("first", "last", "need", "district", "free"):
            builder.add_integer_field(name, fast=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema, path=str(folder))
        writer = index.writer(heap_size=128_000_000, num_threads=1)
        for document in documents:
            one = facts[document.id]
            row = tantivy.Document()
            row.add_text("words", " ".join(self._code[t] for held in document.fields.values() for t in held))
            row.add_integer("first", one.first)
            row.add_integer("last", one.last)
            row.add_integer("free", int(one.free))
            for code in one.needs:
                row.add_integer("need", code)
            for code in one.districts:
                row.add_integer("district", code)
            writer.add_document(row)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def best(self, groups: Sequence[Group], narrowed: Narrowed) -> Sequence[Any]:
        """A boolean query of unions, constant-scored range queries beside it."""
        query, occur = self._t.Query, self._t.Occur
        parts = []
        for group in groups:
            parts.append((occur.Must if group.required else occur.Should, self._group(group)))
        if not parts:
            return []
        ranges = []
        if narrowed.age is not None:
            ranges += [self._range("first", None, narrowed.age), self._range("last", narrowed.age, None)]
        if narrowed.free is not None:
            ranges.append(self._range("free", 1, 1))
        for name in ("need", "district"):
            if (value := getattr(narrowed, name)) is not None:
                ranges.append(self._range(name, value, value))
        asked = query.boolean_query(parts)
        if ranges:
            asked = query.boolean_query(
                [(occur.Must, asked), *((occur.Must, query.const_score_query(one, 0.0)) for one in ranges)]
            )
        return self._searcher.search(asked, BEST, count=False).hits

    def _group(self, group: Group) -> Any:
        query = self._t.Query
        codes = [(self._code.get(token, "t"), weight) for token, weight in group.tokens]
        if group.phrase and len(codes) > 1:
            return query.phrase_query(self._schema, "words", [code for code, _ in codes])
        terms = []
        for code, weight in codes:
            term = query.term_query(self._schema, "words", code, index_option="freq")
            terms.append(term if weight == 1 else query.boost_query(term, weight))
        return terms[0] if len(terms) == 1 else query.disjunction_max_query(terms)

    def _range(self, name: str, low: int | None, high: int | None) -> Any:
        return self._t.Query.range_query(self._schema, name, self._t.FieldType.Integer, low, high)


class StockWhoosh:
    """Whoosh as it comes: a field each, BM25F, its own matchers; one searcher kept open."""

    name = "stock whoosh"

    def __init__(self, documents: Sequence[Document], facts: Mapping[str, Facts], folder: Path) -> None:
        from whoosh import fields, index, query, scoring
        from whoosh.analysis import SpaceSeparatedTokenizer

        self._query = query
        self._code = _coded(documents)
        made: dict[str, Any] = {
            f"{name}_": fields.TEXT(analyzer=SpaceSeparatedTokenizer(), field_boost=weight.boost)
            for name, weight in FIELD_WEIGHTS.items()
        }
        for name in ("first", "last"):
            made[name] = fields.NUMERIC(int)
        made |= {name: fields.KEYWORD() for name in ("need", "district", "free")}
        store = index.create_in(folder, fields.Schema(number=fields.STORED(), **made))
        writer = store.writer(limitmb=256)
        for number, document in enumerate(documents):
            one = facts[document.id]
            texts = {
                f"{name}_": " ".join(self._code[t] for t in held) for name, held in document.fields.items()
            }
            writer.add_document(
                number=number,
                first=one.first,
                last=one.last,
                need=" ".join(f"n{code}" for code in one.needs),
                district=" ".join(f"d{code}" for code in one.districts),
                free=str(int(one.free)),
                **texts,
            )
        writer.commit()
        self._searcher = store.searcher(weighting=scoring.BM25F())

    def best(self, groups: Sequence[Group], narrowed: Narrowed) -> Sequence[Any]:
        """Its own query and collector."""
        q = self._query
        parts = [(self._group(group), group.required) for group in groups]
        if not parts:
            return []
        demanded = [part for part, required in parts if required]
        whole = q.Or([part for part, _ in parts])
        if demanded:
            whole = q.AndMaybe(q.And(demanded), whole)
        filters = []
        if narrowed.age is not None:
            filters += [
                q.NumericRange("first", None, narrowed.age),
                q.NumericRange("last", narrowed.age, None),
            ]
        if narrowed.free is not None:
            filters.append(q.Term("free", "1"))
        if narrowed.need is not None:
            filters.append(q.Term("need", f"n{narrowed.need}"))
        if narrowed.district is not None:
            filters.append(q.Term("district", f"d{narrowed.district}"))
        found = self._searcher.search(whole, limit=BEST, filter=q.And(filters) if filters else None)
        return [hit.docnum for hit in found]

    def _group(self, group: Group) -> Any:
        q = self._query
        codes = [(self._code.get(token, "t"), weight) for token, weight in group.tokens]
        if group.phrase and len(codes) > 1:
            return q.Or([q.Phrase(f"{name}_", [code for code, _ in codes]) for name in FIELD_WEIGHTS])
        return q.Or(
            [q.Term(f"{name}_", code, boost=weight) for code, weight in codes for name in FIELD_WEIGHTS]
        )
