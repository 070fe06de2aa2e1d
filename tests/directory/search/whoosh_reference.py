"""The same question asked of whoosh itself: its own queries, matchers, scorer and collector on our files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whoosh import matching, query, scoring
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from directory.search.impact import SATURATION, rarity
from directory.search.postings import FIELD
from directory.search.text import Group


class ImpactWeighting(scoring.WeightingModel):
    """Whoosh's form of our score: how rare the word is, times the weight of its posting."""

    use_final = False

    def __init__(self, documents: int, holding: dict[str, int]) -> None:
        self._documents, self._holding = documents, holding

    def scorer(self, searcher: Any, fieldname: str, text: bytes, qf: float = 1) -> Any:
        return ImpactScorer(rarity(self._documents, self._holding[text.decode()]))


class ImpactScorer(scoring.BaseScorer):
    """The score of one word."""

    def __init__(self, rare: float) -> None:
        self._rare = rare

    def supports_block_quality(self) -> bool:
        return False

    def score(self, matcher: Any) -> float:
        return float(matcher.weight() * self._rare)

    def max_quality(self) -> float:
        return self._rare * (SATURATION + 1)


class BestOf(matching.DisjunctionMaxMatcher):
    """Whoosh's matcher for the best of several words, put right.

    Its own compares the two words' scores even where they stand at different documents, so that a
    document gets the score of the one after it.
    """

    def score(self) -> float:
        if self.a.is_active() and self.b.is_active() and self.a.id() != self.b.id():
            return float(self.a.score() if self.a.id() < self.b.id() else self.b.score())
        return float(super().score())


class BestOfWords(query.DisjunctionMax):
    """The query that uses it."""

    def _matcher(self, subs: Any, searcher: Any, context: Any) -> Any:
        return self._tree_matcher(
            subs, BestOf, searcher, context, lambda one: one.estimate_size(searcher.reader())
        )


def asked_of_whoosh(folder: Path, groups: Sequence[Group]) -> list[tuple[str, float]]:
    """Ids and scores, best first, ids in order where scores are the same."""
    reader = FileIndex(FileStorage(str(folder), readonly=True)).reader()
    holding: dict[str, int] = {}
    for group in groups:
        for token, _ in group.tokens:
            if (FIELD, token.encode()) in reader:
                holding[token] = sum(1 for _ in reader.postings(FIELD, token.encode()).all_ids())
    from whoosh.searching import Searcher

    searcher = Searcher(reader, weighting=ImpactWeighting(reader.doc_count(), holding))
    parts = [(_as_query(group, holding), group.required) for group in groups]
    whole = query.Or([part for part, _ in parts])
    demanded = [part for part, required in parts if required]
    optional = [part for part, required in parts if not required]
    if demanded and optional:
        whole = query.AndMaybe(query.And(demanded), query.Or(optional))
    elif demanded:
        whole = query.And(demanded)
    found = searcher.search(whole, limit=None)
    hits = [(str(hit["id"]), float(hit.score)) for hit in found]
    searcher.close()
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def _as_query(group: Group, holding: dict[str, int]) -> Any:
    terms = [query.Term(FIELD, token, boost=weight) for token, weight in group.tokens if holding.get(token)]
    if not terms:
        return query.NullQuery
    return terms[0] if len(terms) == 1 else BestOfWords(terms)
