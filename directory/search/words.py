"""From text to words: one analysis for what is indexed and for what is asked.

Small letters, accents folded, hyphens parted, possessives and apostrophes gone, "A&E" and "C#" whole. Phrases
that mean one thing are known before stop words go and words are stemmed (see `directory.search.synonyms`).
The stemmer is whoosh's own (Snowball's English); it is light to import.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

# What people write alike: "children's" and "childrens", the curly quote and the straight one.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_WORD = re.compile(
    r"[^\W_](?:&[^\W_])+(?![^\W_])"  # A&E, R&B
    r"|[^\W_]+(?:'[^\W_]+)*(?:\+\+|\#)?"  # words, children's, C#, LGBT (its + is no part of it)
)
_SPACED_AMPERSAND = re.compile(r"\b([^\W\d_]) & ([^\W\d_])\b")
# Words whose plural the stemmer does not know to be the same word.
_IRREGULAR = {
    "children": "child",
    "childrens": "child",
    "kid": "child",
    "kids": "child",
    "women": "woman",
    "womens": "woman",
    "men": "man",
    "mens": "man",
    "knives": "knife",
    "lives": "life",
    "wives": "wife",
    "babies": "baby",
    "boxing": "boxing",  # not a box
    "boxer": "boxing",
    "teeth": "tooth",
    "feet": "foot",
    "people": "person",
    "mums": "mum",
    "mom": "mum",
    "moms": "mum",
    "mummy": "mum",
    "daddy": "dad",
    # Pairs that mean one thing here and that the stemmer keeps apart.
    "violent": "violenc",
    "anxious": "anxieti",
    "pregnant": "pregnanc",
    "lonely": "loneli",
    "angry": "anger",
    "autistic": "autism",
    "racist": "racism",
}
LONGEST_WORD = 40


class Word(NamedTuple):
    """One word: as `typed`, `plain` (small, accents folded), its `stem`, whether a hyphen joins it on."""

    typed: str
    plain: str
    stem: str
    joined: bool = False

    @property
    def capitals(self) -> bool:
        """Whether it was typed in capitals, as an abbreviation is (two letters or more)."""
        return len(self.typed) > 1 and self.typed.isupper()


def fold(text: str) -> str:
    """Text in small letters, compatibility characters and accents folded, quotes and dashes straight."""
    if text.isascii():
        return text.lower()
    straight = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).translate(_DASHES))
    return "".join(c for c in straight if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=1 << 16)
def stem(plain: str) -> str:
    """The stem of a folded word. Words of up to three letters, numbers and abbreviations stay as they are."""
    irregular = _IRREGULAR.get(plain)
    if irregular:
        return irregular
    if len(plain) <= 3 or not plain.isalpha():
        return plain
    return str(_stemmer().stem(plain))


@lru_cache(maxsize=1)
def _stemmer() -> _Stemmer:
    return _Stemmer()


class _Stemmer:
    """Snowball's English stemmer, imported when the first word is stemmed."""

    def __init__(self) -> None:
        from whoosh.lang.snowball.english import EnglishStemmer

        self._whoosh = EnglishStemmer()

    def stem(self, plain: str) -> str:
        return str(self._whoosh.stem(plain))


@lru_cache(maxsize=1 << 16)
def _read(typed: str) -> tuple[str, str]:
    plain = fold(typed)[:LONGEST_WORD]
    plain = plain.removesuffix("'s").replace("'", "")
    return plain, stem(plain)


def words(text: str) -> list[Word]:
    """The words of a text in order. Never raises; control characters and symbols part words."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).translate(_DASHES)
    if " & " in text:
        text = _SPACED_AMPERSAND.sub(r"\1&\2", text)
    found = []
    end = -1
    for match in _WORD.finditer(text):
        typed = match[0]
        plain, stemmed = _read(typed)
        start, after = match.span()
        if plain:
            found.append(Word(typed, plain, stemmed, start == end + 1 and end > 0 and text[end] == "-"))
        end = after
    return found


def joined_words(found: Iterable[Word]) -> Iterable[str]:
    """What hyphens join, written as one: "drop-in" gives "dropin"."""
    held: list[Word] = []
    for word in found:
        if word.joined:
            held.append(word)
            continue
        if len(held) > 1:
            yield "".join(one.plain for one in held)[:LONGEST_WORD]
        held = [word]
    if len(held) > 1:
        yield "".join(one.plain for one in held)[:LONGEST_WORD]


def slug(plain_words: Iterable[str]) -> str:
    """The one token of a phrase: its words joined by `_`, which no word holds."""
    return "_".join(plain_words)
