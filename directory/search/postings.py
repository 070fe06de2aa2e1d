"""Whoosh's files, as far as they are used: one field of ready-made weights, and posting lists read whole.

Whoosh analyses nothing here and scores nothing. A posting's weight is an impact (impact.py), its value the
places of the word. A list is read block by block straight into numpy arrays, which asks for the inside of
whoosh's matcher: whoosh is pinned, and a test compares every list with what whoosh's own matcher gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec

FIELD = "words"
_BLOCK = 4096


class ImpactFormat(formats.Format):  # type: ignore[misc]
    """Postings of a weight and a value of any length."""

    def __init__(self) -> None:
        super().__init__(field_boost=1.0)

    def fixed_value_size(self) -> int:
        """Values differ in length."""
        return -1

    def supports(self, name: str) -> bool:
        """Weights only, for whoosh's own scorers."""
        return name == "weight"

    def decode_weight(self, valuestring: bytes) -> float:
        """The weight stands in the posting, never in its value."""
        raise NotImplementedError


class ImpactField(fields.FieldType):  # type: ignore[misc]
    """A field whose content is given as impacts: {token: (impact, places)}."""

    def __init__(self) -> None:
        self.format = ImpactFormat()
        self.analyzer = None
        self.scorable = False
        self.stored = False
        self.unique = False
        self.vector = None
        self.indexed = True
        self.spelling = False

    def index(
        self, value: Mapping[str, tuple[float, Any]], **_: object
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Whoosh's form of a field's content: (token, frequency, weight, value) for each."""
        for token, (impact, places) in value.items():
            yield token.encode(), 1, impact, places.tobytes()

    def separate_spelling(self) -> bool:
        """Whoosh keeps no words for spelling: our own vocabulary does (index.py)."""
        return False


def schema() -> Any:
    """One field of words, and what is stored beside each document: its id and its tokens."""
    return fields.Schema(**{FIELD: ImpactField(), "id": fields.STORED(), "tokens": fields.STORED()})


def codec() -> Any:
    """Whoosh's format with large blocks that are not compressed: lists are read whole, and often."""
    made = W3Codec(blocklimit=_BLOCK, compression=0)
    made.length_stats = False  # else each posting looks for a file of lengths: half of a build
    return made


def segments_of(reader: Any) -> list[tuple[Any, int]]:
    """The readers of an index's segments, each with the whoosh number of its first document."""
    return list(reader.leaf_readers())


def posting_list(
    segments: list[tuple[Any, int]], token: str
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A token's whoosh document numbers, ascending and deleted ones included, and their impacts.

    Not for several threads at once: whoosh's files keep a place where they are read.
    """
    numbers, weights = [], []
    for block, base in _blocks(segments, token):
        numbers.append(np.cumsum(np.array(block._data[0], np.int64)) + base)
        weights.append(_weights(block))
    if not numbers:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    return np.concatenate(numbers), np.concatenate(weights)


def places_list(segments: list[tuple[Any, int]], token: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every place a token stands at: the whoosh number of its document, and the place."""
    numbers, places = [], []
    for block, base in _blocks(segments, token):
        documents = np.cumsum(np.array(block._data[0], np.int64)) + base
        values = block._data[2]
        counts = np.array([len(value) // 4 for value in values], np.int64)
        numbers.append(np.repeat(documents, counts))
        places.append(np.frombuffer(b"".join(values), np.uint32).astype(np.int64))
    if not numbers:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(numbers), np.concatenate(places)


def _blocks(segments: list[tuple[Any, int]], token: str) -> Iterator[tuple[Any, int]]:
    term = (FIELD, token.encode())
    for reader, base in segments:
        if term not in reader._terms:
            continue
        matcher = reader._terms.matcher(*term, reader.schema[FIELD].format)
        while matcher.is_active():
            matcher._read_data()
            yield matcher, base
            matcher._next_block()


def _weights(block: Any) -> NDArray[np.float32]:
    weights = block._data[1]
    if weights is None:
        return np.ones(block._blocklength, np.float32)
    if isinstance(weights, float):
        return np.full(block._blocklength, weights, np.float32)
    return np.array(weights, np.float32)
