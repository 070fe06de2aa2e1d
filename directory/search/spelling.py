"""Slips of the keyboard: a word nobody knows is read as the nearest one that listings use, and that is said.

Candidates are words as they are written (stems would find nothing), out of the listings, the synonyms, the
needs and the names of areas. A word that any of them has is never changed, nor is one of up to three letters,
one with a digit, or an abbreviation in capitals. Nor are the ordinary words of `ordinary_words.csv`, which
no listing may have: "walls" is not a slip for "walks".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cdist, extract

from directory.search.words import Word, stem

SHORTEST = 4  # letters: below that everything is near everything
_FEWEST_FOR_TWO = 7  # letters a word needs before two slips are looked for
_BEST_OF = 12


class Spelling:
    """The words of one generation and of the data files. Safe to share between threads."""

    def __init__(self, counts: Mapping[str, int], others: Iterable[str]) -> None:
        """`counts`: in how many listings each written word occurs; `others`: also known words."""
        self._counts: dict[str, int] = dict.fromkeys(others, 0)
        for word, count in counts.items():
            self._counts[word] = self._counts.get(word, 0) + count
        self._stems = {stem(word) for word in self._counts}
        by_length: dict[int, list[str]] = {}
        for word in sorted(self._counts):
            if len(word) >= SHORTEST and word.isalpha():
                by_length.setdefault(len(word), []).append(word)
        self._by_length = by_length
        self.correction: Callable[[str], str | None] = lru_cache(maxsize=4096)(self._nearest)

    def known(self, word: Word) -> bool:
        """Whether the word is somebody's: it, or another form of it, stands in a listing or a data file."""
        return word.plain in self._counts or word.stem in self._stems

    def correct(self, word: Word) -> str | None:
        """The known word that was probably meant; None where the word is known or nothing is near."""
        plain = word.plain
        if len(plain) < SHORTEST or not plain.isalpha() or self.known(word):
            return None
        if word.capitals and len(plain) <= 5:
            return None
        return self.correction(plain)

    def _nearest(self, plain: str) -> str | None:
        most = 2 if len(plain) >= _FEWEST_FOR_TWO else 1
        best: tuple[tuple[float, ...], str] | None = None
        for length in range(len(plain) - most, len(plain) + most + 1):
            found = extract(
                plain,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=most,
                limit=_BEST_OF,
            )
            for word, slips, _at in found:
                # A hand seldom slips on the first letter but to swap it: "killed" is not "filled".
                if word[0] != plain[0] and word[:2] != plain[1::-1]:
                    continue
                # Few slips first, alike as a whole, then what most listings say.
                alike = round(JaroWinkler.similarity(plain, word), 2)
                key = (slips, -alike, -self._counts[word])
                if best is None or (key, word) < best:
                    best = (key, word)
        return best[1] if best else None

    def near(self, plain: str, choices: list[str], limit: int) -> list[int]:
        """The places of the choices most like a text, best first, for suggestions of last resort."""
        scores = cdist([plain], choices, scorer=JaroWinkler.similarity, score_cutoff=0.82)[0]
        ranked = sorted(range(len(choices)), key=lambda at: (-scores[at], at))
        return [at for at in ranked[:limit] if scores[at] > 0]
