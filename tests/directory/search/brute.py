"""Documents out of a small world of words, and the score of each worked out one by one, with no index."""

from __future__ import annotations

import random
from collections.abc import Sequence

from directory.search.impact import impacts, rarity
from directory.search.text import FIELDS, Document, Group

WORDS = [f"w{number}" for number in range(60)]
_ODDS = [1 / (number + 2) for number in range(60)]


def some_documents(count: int, seed: int, *, first: int = 0) -> list[Document]:
    """Documents whose words are common and rare as in a language."""
    chance = random.Random(seed)
    longest = {"name": 5, "alternate": 3, "needs": 6, "organization": 3, "description": 40, "other": 8}
    return [
        Document(
            f"id{number:05d}",
            {
                name: tuple(chance.choices(WORDS, _ODDS, k=chance.randint(0, longest[name])))
                for name in FIELDS
            },
        )
        for number in range(first, first + count)
    ]


def some_groups(seed: int) -> list[Group]:
    """A question of one to five groups: alternatives, required ones, and words that occur nowhere."""
    chance = random.Random(seed)
    known = [*WORDS, "nowhere"]
    return [
        Group(
            tuple(
                (token, chance.choice((1.0, 0.8, 0.5)))
                for token in chance.sample(known, chance.choice((1, 1, 1, 2, 4)))
            ),
            required=chance.random() < 0.3,
        )
        for _ in range(chance.randint(1, 5))
    ]


def by_hand(documents: Sequence[Document], groups: Sequence[Group]) -> dict[str, tuple[float, int]]:
    """Score and matched groups (bits) of every document that is a hit."""
    weighed = {document.id: impacts(document.fields) for document in documents}
    found: dict[str, tuple[float, int]] = {}
    for document in documents:
        score, bits, missed = 0.0, 0, False
        for place, group in enumerate(groups):
            values = [
                weight
                * weighed[document.id][token][0]
                * rarity(len(documents), sum(token in one for one in weighed.values()))
                for token, weight in group.tokens
                if token in weighed[document.id]
            ]
            held = _stands(document, group) if group.phrase else bool(values)
            if held:
                bits |= 1 << place
                score += sum(values) if group.phrase else max(values)
            elif group.required:
                missed = True
        if bits and not missed:
            found[document.id] = (score, bits)
    return found


def _stands(document: Document, group: Group) -> bool:
    wanted = [token for token, _ in group.tokens]
    return any(
        list(tokens[start : start + len(wanted)]) == wanted
        for tokens in document.fields.values()
        for start in range(len(tokens) - len(wanted) + 1)
    )
