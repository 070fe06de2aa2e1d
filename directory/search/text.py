"""What is searched by words, and how an engine is asked: analysed documents in, numbered and scored hits out.

Every engine (whoosh's files, PostgreSQL's full text) answers this one small contract. The words are analysed
before they come here (see words.py): an engine takes tokens as they are and never reads what a person typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MOST_GROUPS = 64
"""As many groups as a hit can tell apart: one bit each."""


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """How much a field counts: its boost, how far a long one is held back (0 to 1), its usual length.

    The usual length, in tokens, is a fixed number rather than today's average, so that what a document weighs
    depends on that document alone, whatever else is published.
    """

    boost: float
    held_back: float
    usual: float


FIELD_WEIGHTS: Mapping[str, FieldWeight] = {
    "name": FieldWeight(boost=4.0, held_back=0.4, usual=4.0),
    "alternate": FieldWeight(boost=3.0, held_back=0.3, usual=4.0),
    "needs": FieldWeight(boost=3.0, held_back=0.4, usual=10.0),
    "organization": FieldWeight(boost=1.2, held_back=0.4, usual=4.0),
    "description": FieldWeight(boost=1.0, held_back=0.7, usual=50.0),
    "other": FieldWeight(boost=0.5, held_back=0.7, usual=20.0),
}
FIELDS: tuple[str, ...] = tuple(FIELD_WEIGHTS)


@dataclass(frozen=True)
class Document:
    """One service as the engine sees it: its id, and analysed tokens per field of `FIELDS`, in order."""

    id: str
    fields: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Group:
    """One thing that was asked for.

    `tokens` are alternatives (the word, its synonyms, words that begin with it) with weights, and the best
    one counts. With `phrase` they are a sequence, found only side by side in this order within one field,
    and all of them count. Where any group is `required`, a document without it is no hit.
    """

    tokens: tuple[tuple[str, float], ...]
    required: bool = False
    phrase: bool = False


@dataclass(frozen=True)
class Hits:
    """Documents that match, by ascending number: their scores, and a bit for each group that matched."""

    numbers: NDArray[np.int32]
    scores: NDArray[np.float32]
    groups: NDArray[np.uint64]


class TextIndex(Protocol):
    """What an engine answers. All of it may be called from several threads at once."""

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the documents, ascending: the place of an id is the document's number."""
        ...

    def match(self, groups: Sequence[Group]) -> Hits:
        """Documents that hold every required group and at least one group. No groups, no hits."""
        ...

    def vocabulary(self) -> Sequence[tuple[str, int]]:
        """Every token that occurs, in order, with the number of documents it occurs in."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


NO_HITS = Hits(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.uint64))
