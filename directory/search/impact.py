"""What a word in a document weighs: one BM25F impact, computed when the document is indexed.

Field boosts, saturation and the length of each field are all folded into one number per word and document. At
the time of a query only the word's rarity is left to multiply with. See docs/adr/0008.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence

from directory.search.text import FIELD_WEIGHTS, FieldWeight

SATURATION = 1.2
"""BM25's k1: how soon saying a word again adds little."""

FIELD_GAP = 8
"""Places left empty between one field and the next, so that no phrase runs from one into the other."""

LAST_PLACE = (1 << 20) - 1
"""Words further in than this are found, but not as part of a phrase."""


def impacts(
    fields: Mapping[str, Sequence[str]], weights: Mapping[str, FieldWeight] = FIELD_WEIGHTS
) -> dict[str, tuple[float, array[int]]]:
    """For each token of a document its impact and the places where it stands, ascending.

    Fields without a weight are left out. An impact lies above 0 and below k1 + 1.
    """
    counted: dict[str, float] = {}
    places: dict[str, array[int]] = {}
    place = 0
    for name, weight in weights.items():
        tokens = fields.get(name) or ()
        if not tokens:
            continue
        one = weight.boost / (1 - weight.held_back + weight.held_back * len(tokens) / weight.usual)
        for token in tokens:
            counted[token] = counted.get(token, 0.0) + one
            where = places.setdefault(token, array("I"))
            if place <= LAST_PLACE or not where:
                where.append(min(place, LAST_PLACE))
            place += 1
        place += FIELD_GAP
    return {
        token: (total * (SATURATION + 1) / (total + SATURATION), places[token])
        for token, total in counted.items()
    }


def rarity(documents: int, holding: int) -> float:
    """BM25's idf of a token that `holding` of `documents` documents hold: above 0 even where all do."""
    return math.log(1 + (documents - holding + 0.5) / (holding + 0.5))
