"""Words that mean the same, and words that mean a need: data, read from files a steward can change.

A phrase of `data/search/synonyms.csv` (and of a steward's own `var/search/synonyms.csv`) becomes one token,
the same for all ways of saying it, when a listing is indexed and when a query is read: "CSE" and "child
sexual exploitation" are one word to the index. A phrase of the needs taxonomy leads to the need's code.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from directory.listings.needs import Need
from directory.search.words import Word, slug, words

FILE = "synonyms.csv"
COLUMNS = ("term", "means", "need", "kind", "could_also_be")
KINDS = ("abbreviation", "jargon", "phrase", "spelling")
NEED_TOKEN = "need:"
LONGEST_PHRASE = 8  # words
# Words between the words of a phrase that do not change what it says. No "not", "no", "never".
FILLERS = frozenset(
    (
        *("a", "an", "the", "his", "her", "their", "my", "our", "your", "its", "this", "that", "some", "any"),
        *("is", "are", "was", "were", "be", "been", "being", "am", "has", "have", "had", "do", "does", "did"),
        *("keep", "keeps", "keeping", "kept", "always", "often", "sometimes", "just", "really", "very"),
        *("so", "still", "also", "all", "too", "now", "constantly", "recently", "and", "in", "on", "of"),
        *("to", "at", "with", "from", "for", "by", "he", "she", "they", "it", "shes", "hes", "theyre"),
        *("gets", "get", "getting", "got", "goes", "going", "wants", "started", "starts", "starting"),
    )
)


class SynonymsError(ValueError):
    """A file of words cannot be used; the message says which file, which line and what to do."""


@dataclass(frozen=True, slots=True)
class Synonym:
    """One row: `term` means the phrases of `means`, and belongs to `need` (a code, "" for none)."""

    term: str
    means: tuple[str, ...]
    kind: str
    need: str = ""
    could_also_be: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a run of words means. `token` is the same for all phrases that mean it."""

    said: str  # as its file has it
    token: str
    read_as: str  # what it is told as, for people
    codes: tuple[str, ...] = ()  # needs
    capitals: bool = False  # an abbreviation: in a listing it counts only where written in capitals
    could_also_be: tuple[str, ...] = ()
    synonym: bool = False  # of synonyms.csv, not only of the taxonomy

    @property
    def a_word_too(self) -> bool:
        """Whether the abbreviation is also a word of English, as SEND is."""
        return any(other.startswith("the word") for other in self.could_also_be)


def rows(path: Path, columns: Sequence[str], *, more: bool = True) -> list[tuple[int, dict[str, str]]]:
    """The rows of a small CSV with their line numbers; none where there is no file.

    Raises `SynonymsError` where a needed column is missing, a row is too short or long, or it is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise SynonymsError(f"{path}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    head = [cell.strip() for cell in next(reader, [])]
    missing = [name for name in columns if name not in head]
    if missing or (not more and len(head) != len(columns)):
        raise SynonymsError(f"{path}, line 1: the heading must be {','.join(columns)}, not {','.join(head)}.")
    found = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            raise SynonymsError(f"{path}, line {reader.line_num}: {len(cells)} cells, {len(head)} needed.")
        found.append((reader.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=True))))
    return found


def parts(text: str) -> tuple[str, ...]:
    """The values of a cell that holds several, parted by `|`."""
    return tuple(part.strip() for part in text.split("|") if part.strip())


def read_synonyms(*paths: Path) -> list[Synonym]:
    """The synonyms of several files, one after another. Raises `SynonymsError` with the line."""
    found = []
    for path in paths:
        for line, row in rows(path, COLUMNS):
            one = Synonym(
                row["term"], parts(row["means"]), row["kind"], row["need"], parts(row["could_also_be"]), line
            )
            where = f"{path}, line {line}"
            if not words(one.term):
                raise SynonymsError(f"{where}: the term is empty.")
            if not one.means or not all(words(meaning) for meaning in one.means):
                raise SynonymsError(f"{where}: {one.term!r} has no meaning. Write what it means in full.")
            if one.kind not in KINDS:
                raise SynonymsError(f"{where}: kind is {one.kind!r}; it must be one of {', '.join(KINDS)}.")
            found.append(one)
    return found


def read_stop_words(path: Path) -> frozenset[str]:
    """The few words that are left out, folded, from a CSV with a column `word`."""
    return frozenset(word.plain for _line, row in rows(path, ("word",)) for word in words(row["word"]))


class Phrases:
    """Every phrase that means something, found in a run of words by its stems; the longest wins."""

    def __init__(self, synonyms: Iterable[Synonym], needs: Iterable[Need]) -> None:
        self.synonyms = list(synonyms)
        self.needs: Mapping[str, Need] = {need.code: need for need in needs}
        self._by_stems: dict[tuple[str, ...], Phrase] = {}
        self._longest: dict[str, int] = {}
        self._joined: dict[str, Phrase] = {}
        self._loose: dict[tuple[str, ...], Phrase] = {}
        self._codes_of_word: dict[str, set[str]] = {}
        self._stems: frozenset[str] | None = None
        self._names: dict[str, tuple[str, ...]] = {}
        tokens = _rings(self.synonyms)
        needs_said = [
            (said, need)
            for need in self.needs.values()
            for said in (need.name, *_alike(need.name), *need.plain)
        ]
        codes: dict[str, list[str]] = {}
        for said, need in needs_said:
            held = codes.setdefault(tokens.get(_key(said), _key(said)), [])
            if need.code not in held:
                held.append(need.code)
        for said, need in needs_said:
            token = tokens.get(_key(said), _key(said))
            self._add(Phrase(said, token, need.name, tuple(codes[token])))
            for word in words(said):
                if not word.plain.isdigit():  # "30 hours" makes no 30 speak of childcare
                    self._codes_of_word.setdefault(word.stem, set()).add(need.code)
        for need in self.needs.values():
            sides = (need.name, *_alike(need.name))
            self._names[need.code] = tuple(dict.fromkeys(tokens.get(_key(s), _key(s)) for s in sides))
        for one in self.synonyms:
            token = tokens[_key(one.term)]
            leads = tuple(dict.fromkeys([one.need] * (one.need in self.needs) + codes.get(token, [])))
            for said in one.means:
                self._add(Phrase(said, token, one.means[0], leads, synonym=True))
            short = one.kind == "abbreviation"
            self._add(Phrase(one.term, token, one.means[0], leads, short, one.could_also_be, synonym=True))

    def _add(self, phrase: Phrase) -> None:
        found = words(phrase.said)[:LONGEST_PHRASE]
        stems = tuple(word.stem for word in found)
        held = self._by_stems.get(stems)
        if not stems or (held is not None and (held.synonym or not phrase.synonym) and not phrase.capitals):
            return  # what was said first is how it is shown
        if held is not None and not phrase.capitals:
            phrase = replace(phrase, said=held.said)
        self._by_stems[stems] = phrase
        self._longest[stems[0]] = max(self._longest.get(stems[0], 0), len(stems))
        loose = tuple(word.stem for word in found if word.plain not in FILLERS)
        if len(loose) > 1:
            self._loose.setdefault(loose, phrase)
        if len(stems) > 1:  # "selfharm", "domesticviolence": typed without the space
            joined = words("".join(word.plain for word in found))
            if len(joined) == 1 and len(joined[0].plain) > 5:
                self._joined.setdefault(joined[0].stem, phrase)

    def begins(self, stem: str) -> bool:
        """Whether any phrase begins with a word of that stem."""
        return stem in self._longest or stem in self._joined

    def at(self, found: Sequence[Word], start: int) -> tuple[Phrase, int] | None:
        """The longest phrase that begins at a word, and how many words it has."""
        first = found[start].stem
        for length in range(min(self._longest.get(first, 0), len(found) - start), 0, -1):
            phrase = self._by_stems.get(tuple(word.stem for word in found[start : start + length]))
            if phrase is not None:
                return phrase, length
        joined = self._joined.get(first)
        return (joined, 1) if joined is not None else None

    def at_loosely(self, found: Sequence[Word], start: int) -> tuple[Phrase, int] | None:
        """The longest phrase of two words or more that begins at a word when words that only fill a sentence
        are passed over ("parents are always arguing"), and how many words it takes with them."""
        if found[start].plain in FILLERS:
            return None
        stems = [found[start].stem]
        best: tuple[Phrase, int] | None = None
        for at in range(start + 1, min(len(found), start + 2 * LONGEST_PHRASE)):
            if found[at].plain in FILLERS:
                continue
            stems.append(found[at].stem)
            phrase = self._loose.get(tuple(stems))
            if phrase is not None:
                best = phrase, at - start + 1
        return best

    def names_of(self, code: str) -> tuple[str, ...]:
        """The tokens of a need's name, and of each side of an "and" in it."""
        return self._names.get(code, ())

    def codes_of(self, stem: str) -> frozenset[str]:
        """The needs one of whose phrases has a word of that stem."""
        return frozenset(self._codes_of_word.get(stem, ()))

    def knows(self, word: Word) -> bool:
        """Whether a word stands in any phrase, or is one written together."""
        if self._stems is None:
            self._stems = frozenset(stem for stems in self._by_stems for stem in stems)
        return word.stem in self._stems or word.stem in self._joined

    def spellings(self) -> set[str]:
        """Every word of every phrase as it is written (folded), and phrases of two words written together."""
        found = {word.plain for phrase in self._by_stems.values() for word in words(phrase.said)}
        joined = {
            "".join(word.plain for word in words(phrase.said))
            for stems, phrase in self._by_stems.items()
            if len(stems) == 2
        }
        return found | {word for word in joined if len(word) > 5}

    def said(self) -> Iterable[Phrase]:
        """Every phrase once, for suggestions."""
        return self._by_stems.values()


@lru_cache(maxsize=1 << 14)
def _key(said: str) -> str:
    return slug(word.stem for word in words(said))


def _alike(name: str) -> tuple[str, ...]:
    """Other ways a need's name is said: without its brackets, and each side of an "and"."""
    bare = name.partition("(")[0].strip()
    sides = [side.strip() for side in bare.replace(",", " and ").split(" and ")]
    return tuple(side for side in dict.fromkeys((bare, *sides)) if side and side != name and " " in side)


def _rings(synonyms: Sequence[Synonym]) -> dict[str, str]:
    """For each key of a term or meaning its token: the key of the first meaning among all that are joined."""
    ring: dict[str, str] = {}

    def head(key: str) -> str:
        while ring.setdefault(key, key) != key:
            key = ring[key]
        return key

    for one in synonyms:
        first = head(_key(one.means[0]))
        for said in (*one.means[1:], one.term):
            other = head(_key(said))
            if other != first:
                ring[other] = first
    return {key: head(key) for key in ring}
