"""Suggestions while somebody types: needs, what people say for them, organisations and services.

One sorted list of beginnings, found by bisection. Each name stands in it once for each of its words, so that
"harm" finds "Self-harm". Where nothing begins so, the nearest spelling is offered.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from directory.search.spelling import Spelling
from directory.search.words import words

KINDS = ("need", "word", "organization", "service")
LONGEST_PREFIX = 60  # characters
_SHORTEST_FUZZY = 4
_FULL = "\U0010ffff"


class Suggestion(NamedTuple):
    """One thing that may be meant: of a kind in `KINDS`, with the id or code of what it names."""

    kind: str
    text: str
    identifier: str = ""
    said: str = ""  # what a word means: its need's name


class _Entry(NamedTuple):
    key: str
    rank: tuple[int, int, str]
    place: int


class Suggestions:
    """All suggestions of one generation. Safe to share between threads."""

    def __init__(self, given: Iterable[Suggestion]) -> None:
        self._all = list(given)
        entries: list[_Entry] = []
        for place, one in enumerate(self._all):
            plain = [word.plain for word in words(one.text)]
            for at in range(len(plain)):
                # The beginning of the name first, then needs before services, then short ones.
                rank = (at > 0, KINDS.index(one.kind), f"{len(one.text):04d}{one.text}")
                entries.append(_Entry(" ".join(plain[at:]), rank, place))
                if at == 0 and len(plain) == 2:
                    entries.append(_Entry("".join(plain), rank, place))
        entries.sort()
        self._entries, self._keys = entries, [entry.key for entry in entries]
        self._found = lru_cache(maxsize=2048)(self._find)

    def find(self, prefix: str, limit: int, spelling: Spelling | None = None) -> list[Suggestion]:
        """What begins with what was typed, best first; never raises."""
        plain = " ".join(word.plain for word in words(prefix[:LONGEST_PREFIX]))
        if not plain or limit <= 0:
            return []
        found = self._found(plain, limit)
        if not found and spelling is not None and len(plain) >= _SHORTEST_FUZZY:
            near = spelling.near(plain, self._keys, limit * 3)
            found = tuple(dict.fromkeys(self._all[self._entries[at].place] for at in near))[:limit]
        return list(found)

    def _find(self, plain: str, limit: int) -> tuple[Suggestion, ...]:
        begin = bisect.bisect_left(self._keys, plain)
        end = bisect.bisect_left(self._keys, plain + _FULL)
        ranked = sorted(self._entries[begin:end], key=lambda entry: (entry.rank, entry.key))
        found: dict[tuple[str, str], Suggestion] = {}
        for entry in ranked:
            one = self._all[entry.place]
            found.setdefault((one.kind, one.text.lower()), one)
            if len(found) == limit:
                break
        return tuple(found.values())
