"""What a typed query asks for: words and what they mean, an age, a level, a postcode, "open now", "free".

Nothing here raises, whatever is typed. A postcode is taken out of the text before anything else looks at it
and is held apart; the text that is left may be shown. How an ambiguous abbreviation was read, and every
correction of a slip, is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from directory.search.ages import AgeWord, Span, ages_in
from directory.search.documents import MAIN_TOKENS, Analysis
from directory.search.spelling import Spelling
from directory.search.synonyms import NEED_TOKEN, Phrase
from directory.search.text import Group
from directory.search.words import Word, words

LONGEST_QUERY = 200  # characters; what follows is not read
MOST_WORDS = 24
_LONGEST_QUOTE = 12  # words
# A need whose own phrases hold a word of the query, where no phrase was said whole.
_HINT, _MOST_HINTED = 0.45, 3
_LITERAL = 0.6  # the word itself beside the phrase it was read as
_NAMED = 0.9  # the name of the need that a phrase leads to
# How much a word is missed, beside a phrase that means something (1): one that hints at a need, any other
# word, one that says little by itself ("help", "boy", "tonight").
HINTED, PLAIN, WEAK = 0.7, 0.3, 0.05
OPTIONAL = 0.3  # the weight in the index of what is not missed at all
_MAIN = (1.5, 0.75)  # the need being a listing's first, or its second
_SAID = 0.5  # a listing that says the phrase itself, or names the need, beside what is filed under the need

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_POSTCODE = re.compile(
    r"(?<![A-Z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?)[\W_]{0,3}([0-9][A-Z]{2})(?![A-Z0-9])", re.IGNORECASE
)
# The first half of one of the city's, with the next digit where that is no age: "B8 1", not "B8 9 year old".
_PART = re.compile(
    r"(?<![A-Z0-9])(B[0-9]{1,2})(?:[ ]([0-9])(?![A-Z0-9]|[ -]?(?:y|m|wk|week)))?(?![A-Z0-9])", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]")
_OPEN_NOW = re.compile(r"\bopen(?:\s+(?:right\s+)?now|\s+at the moment|\s+tonight|\s+today)\b", re.IGNORECASE)
_LEVELS = (
    (re.compile(r"\buniversal[ -]plus\b", re.IGNORECASE), "universal_plus"),
    (re.compile(r"\bcomplex and significant\b", re.IGNORECASE), "complex"),
    (re.compile(r"\buniversal (?:level|services?)\b", re.IGNORECASE), "universal"),
    (re.compile(r"\badditional (?:level|needs level)\b", re.IGNORECASE), "additional"),
    (re.compile(r"\bcomplex level\b", re.IGNORECASE), "complex"),
)
_LEVEL = re.compile(r"\blevel(?: of need)? ?([1-4])\b(?! ?(?:years?|yrs?|yo)\b)", re.IGNORECASE)
_NUMBERED = ("universal", "universal_plus", "additional", "complex")
_ROUTES = (
    (re.compile(r"\bself[ -]?refer(?:ral|rals|ring)?\b", re.IGNORECASE), "self"),
    (re.compile(r"\b(?:professional|gp|school) referral\b", re.IGNORECASE), "professional"),
)
_FREE = re.compile(r"\b(?:free(?: of charge)?|no cost)\b", re.IGNORECASE)
_NOT_FREE = re.compile(
    r"\b(?:drug|drugs|smoke|alcohol|stress|step)[ -]free\b"
    r"|\bfree (?:school|from|hours|childcare|meals|time)\b",
    re.IGNORECASE,
)
# Words beside "send", "add" or "hi" in small letters that show a sentence and not an abbreviation.
_SENTENCE = frozenset(
    (
        *("i", "we", "you", "me", "us", "it", "a", "an", "the", "to", "can", "could", "please", "how"),
        *("where", "do", "off", "them", "him", "her", "form", "email", "letter"),
    )
)


class _Postcodes(Protocol):
    """What is known of postcodes: whether an area of them exists, so that "year 7 3rd" is none."""

    def outcode(self, outcode: str, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Area:
    """An area that a query names."""

    layer: str
    code: str
    name: str
    others: tuple[str, ...] = ()  # what else it could be, in words


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: how it was typed, what it was read as, and what the index is asked.

    One of no importance lifts a result that has it and is not missed in one that has not.
    """

    typed: str
    read_as: str
    group: Group
    phrase: Phrase | None = None
    importance: float = 1.0  # how much it is missed where it lacks; 0 is not at all


@dataclass(frozen=True)
class Understood:
    """A query, read. `postcode` is never shown or logged, and stays out of the representation."""

    text: str
    terms: tuple[Term, ...] = ()
    lifts: tuple[Group, ...] = ()  # lift a result that has them, and are not told
    ages: tuple[Span, ...] = ()
    unborn: bool = False
    level: str | None = None
    route: str | None = None
    open_now: bool = False
    free: bool = False
    send: bool = False  # about SEND: the higher greatest age counts
    area: Area | None = None
    readings: tuple[dict[str, object], ...] = ()
    corrected: tuple[dict[str, str], ...] = ()
    postcode: str = field(default="", repr=False)

    @property
    def says_more(self) -> bool:
        """Whether it asks for anything besides words."""
        flags = self.unborn or self.open_now or self.free
        return flags or bool(self.ages or self.level or self.route or self.area)


class Understanding:
    """Reads queries with one generation's words. Safe to share between threads."""

    def __init__(
        self,
        analysis: Analysis,
        spelling: Spelling,
        age_words: Mapping[tuple[str, ...], AgeWord],
        areas: Mapping[tuple[str, ...], Area],
        postcodes: _Postcodes | None = None,
    ) -> None:
        self._analysis, self._spelling = analysis, spelling
        self._ages, self._areas, self._postcodes = age_words, areas, postcodes
        self._longest_area = max((len(stems) for stems in areas), default=0)

    def read(self, typed: str) -> Understood:
        """Read what was typed."""
        text = " ".join(_CONTROL.sub(" ", typed[: LONGEST_QUERY * 4]).split())
        text, postcode = self._take_postcode(text)
        text = text[:LONGEST_QUERY].strip()
        rest = text
        quoted = [found[1] for found in _QUOTED.finditer(rest)]
        rest = _QUOTED.sub(" ", rest)
        rest, level = _take_level(rest)
        rest, open_now = _take(rest, _OPEN_NOW)
        route = None
        for pattern, meaning in _ROUTES:
            rest, found = _take(rest, pattern)
            route = meaning if found else route
        free = False
        if not _NOT_FREE.search(rest):
            rest, free = _take(rest, _FREE)
        rest, ages, unborn = ages_in(rest)
        reader = _Reader(self._analysis, self._spelling, self._ages, self._areas, self._longest_area)
        for phrase in quoted:
            reader.quote(phrase)
        reader.words(rest)
        return Understood(
            text=text,
            terms=tuple(_weighed(reader.terms)),
            lifts=tuple(reader.lifts),
            ages=tuple(dict.fromkeys([*ages, *reader.ages])),
            unborn=unborn or reader.unborn,
            level=level,
            route=route,
            open_now=open_now,
            free=free,
            send=reader.send,
            area=reader.area,
            readings=tuple(reader.readings),
            corrected=tuple(reader.corrected),
            postcode=postcode,
        )

    def without_postcode(self, typed: str) -> str:
        """What was typed with any postcode taken out."""
        return self._take_postcode(" ".join(_CONTROL.sub(" ", typed[:LONGEST_QUERY]).split()))[0]

    def _take_postcode(self, text: str) -> tuple[str, str]:
        """The text without any postcode, and the first one."""
        known = self._postcodes.outcode if self._postcodes else None
        taken: list[str] = []

        def take(found: re.Match[str]) -> str:
            if known is not None and not known(found[1].upper()):
                return found[0]
            taken.append(" ".join(part.upper() for part in found.groups() if part))
            return " "

        text = _POSTCODE.sub(take, text)
        text = _PART.sub(take, text)
        return " ".join(text.split()), taken[0] if taken else ""


def _weighed(terms: Sequence[Term]) -> list[Term]:
    """The terms with what the index is asked weighed by their importance, the greatest counting as 1."""
    most = max((term.importance for term in terms), default=0.0)
    if most in (0.0, 1.0) and all(term.importance == most for term in terms):
        return list(terms)
    found = []
    for term in terms:
        weight = (term.importance / most if most else 1.0) or OPTIONAL
        tokens = tuple((token, each * weight) for token, each in term.group.tokens)
        found.append(replace(term, group=replace(term.group, tokens=tokens)))
    return found


def _take(text: str, pattern: re.Pattern[str]) -> tuple[str, bool]:
    rest, count = pattern.subn(" ", text)
    return rest, count > 0


def _take_level(text: str) -> tuple[str, str | None]:
    found = _LEVEL.search(text)
    if found:
        return _LEVEL.sub(" ", text), _NUMBERED[int(found[1]) - 1]
    for pattern, level in _LEVELS:
        rest, taken = _take(text, pattern)
        if taken:
            return rest, level
    return text, None


class _Reader:
    """One reading of one query's words."""

    def __init__(
        self,
        analysis: Analysis,
        spelling: Spelling,
        age_words: Mapping[tuple[str, ...], AgeWord],
        areas: Mapping[tuple[str, ...], Area],
        longest_area: int,
    ) -> None:
        self._analysis, self._spelling, self._age_words = analysis, spelling, age_words
        self._areas, self._longest_area = areas, longest_area
        self.terms: list[Term] = []
        self.lifts: list[Group] = []
        self.ages: list[Span] = []
        self.unborn = self.send = False
        self.area: Area | None = None
        self.readings: list[dict[str, object]] = []
        self.corrected: list[dict[str, str]] = []

    def quote(self, text: str) -> None:
        """A phrase in quotation marks: its words side by side, none of them corrected."""
        tokens = self._analysis.tokens(text)[0][:_LONGEST_QUOTE]
        if len(tokens) > 1:
            group = Group(tuple((token, 1.0) for token in tokens), required=True, phrase=True)
            self.terms.append(Term(f'"{text.strip()}"', text.strip(), group))
        else:
            self.words(text, required=True)

    def words(self, text: str, *, required: bool = False) -> None:
        """The words of the rest, in order."""
        found = words(text)[:MOST_WORDS]
        shouting = len(found) > 1 and text.upper() == text
        # What stands in quotation marks is meant as it is spelled.
        found = [word if required else self._spelled(word) for word in found]
        dropped: list[Word] = []
        at = 0
        while at < len(found):
            at += self._one(found, at, shouting, required, dropped)
        if not self.terms and dropped and not self.ages and self.area is None:
            for word in dropped:  # "IT", "The And": all there is, so it counts
                self._add(word.typed, word.plain, Group(((word.stem, 1.0),), required))

    def _spelled(self, word: Word) -> Word:
        if self._analysis.phrases.knows(word):
            return word
        meant = self._spelling.correct(word)
        if meant is None:
            return word
        read = words(meant)[0]
        shown = self._analysis.phrases.at([read], 0)
        read_as = meant
        if shown and "".join(word.plain for word in words(shown[0].read_as)) == meant:
            read_as = shown[0].read_as
        self.corrected.append({"typed": word.typed, "read_as": read_as})
        return read._replace(typed=meant)

    def _one(self, found: list[Word], at: int, shouting: bool, required: bool, dropped: list[Word]) -> int:
        """Read what begins at a word, and tell how many words it was."""
        hit = self._analysis.phrases.at(found, at)
        if hit is not None and self._is_a_word(hit[0], found, at):
            hit = None
        if not required and (hit is None or hit[1] == 1):
            hit = self._analysis.phrases.at_loosely(found, at) or hit
        age, age_words = self._age(found, at)
        area, area_words = self._area(found, at)
        length = hit[1] if hit is not None else 0
        if age is not None and age_words >= length:
            self._take_age(age)
            if hit is None or age_words > length:
                typed = [word.plain for word in found[at : at + age_words]]
                if typed[0] != "year" and not typed[0].startswith(("ks", "key")):
                    for word in found[at : at + age_words]:
                        self._add(word.typed, word.plain, Group(((word.stem, 1.0),)), importance=0.0)
                return age_words
        if area is not None and area_words >= length:
            self.area = self.area or area
            name = " ".join(word.typed for word in found[at : at + area_words])
            self.readings.append(
                {"typed": name, "read_as": f"serving {area.name}", "could_also_be": list(area.others)}
            )
            for word in found[at : at + area_words]:
                self._add(word.typed, word.plain, Group(((word.stem, 1.0),)), importance=0.0)
            return area_words
        if hit is not None:
            self._take_phrase(hit[0], found[at : at + length], required)
            return length
        word = found[at]
        if self._analysis.dropped(word, capitals=word.capitals and not shouting):
            dropped.append(word)
        else:
            self._take_word(word, required)
        return 1

    def _is_a_word(self, phrase: Phrase, found: Sequence[Word], at: int) -> bool:
        """Whether an abbreviation that is also a word ("send") is the word here."""
        if not phrase.capitals or not phrase.a_word_too or found[at].capitals:
            return False
        beside = [found[near].plain for near in (at - 1, at + 1) if 0 <= near < len(found)]
        return any(word in _SENTENCE for word in beside)

    def _take_phrase(self, phrase: Phrase, said: Sequence[Word], required: bool) -> None:
        typed = " ".join(word.typed for word in said)
        tokens = {phrase.token: 1.0}
        for code in phrase.codes:
            tokens[f"{NEED_TOKEN}{code}"] = 1.0
            for token in self._analysis.phrases.names_of(code):
                tokens.setdefault(token, _NAMED)
        if len(said) == 1:
            tokens.setdefault(said[0].stem, _LITERAL)
        needs = self._analysis.needs
        self.send |= any(
            (need := needs.get(code)) is not None and "SEND" in need.group for code in phrase.codes
        )
        if phrase.could_also_be:
            self.readings.append(
                {"typed": typed, "read_as": phrase.read_as, "could_also_be": list(phrase.could_also_be)}
            )
        lone = len(said) == 1 and said[0].plain in self._analysis.weak  # "dad", "mum", beside more
        group = Group(tuple(tokens.items()), required)
        self._add(typed, phrase.read_as, group, phrase, importance=PLAIN if lone else 1.0)
        literal = tuple((t, w * _SAID) for t, w in tokens.items() if not t.startswith(NEED_TOKEN))
        if len(literal) < len(tokens) and len(self.lifts) < MOST_WORDS:
            self.lifts.append(Group(literal))
            self.lifts.append(
                Group(
                    tuple(
                        (f"{token}{code}", weight)
                        for token, weight in zip(MAIN_TOKENS, _MAIN, strict=True)
                        for code in phrase.codes
                    )
                )
            )

    def _take_word(self, word: Word, required: bool) -> None:
        tokens = {word.stem: 1.0}
        weak = word.plain in self._analysis.weak or word.plain.isdigit()
        codes = self._analysis.phrases.codes_of(word.stem) if not weak else frozenset()
        if 0 < len(codes) <= _MOST_HINTED:
            for code in sorted(codes):
                tokens[f"{NEED_TOKEN}{code}"] = _HINT / len(codes)
        importance = 1.0 if required else WEAK if weak else HINTED if len(tokens) > 1 else PLAIN
        self._add(word.typed, word.plain, Group(tuple(tokens.items()), required), importance=importance)

    def _add(
        self,
        typed: str,
        read_as: str,
        group: Group,
        phrase: Phrase | None = None,
        *,
        importance: float = 1.0,
    ) -> None:
        if len(self.terms) < MOST_WORDS and all(term.group.tokens != group.tokens for term in self.terms):
            self.terms.append(Term(typed, read_as, group, phrase, importance))

    def _take_age(self, age: AgeWord) -> None:
        if age.span is not None:
            self.ages.append(age.span)
        self.unborn |= age.unborn

    def _age(self, found: Sequence[Word], at: int) -> tuple[AgeWord | None, int]:
        for length in range(min(3, len(found) - at), 0, -1):
            age = self._age_words.get(tuple(word.plain for word in found[at : at + length]))
            if age is not None:
                return age, length
        return None, 0

    def _area(self, found: Sequence[Word], at: int) -> tuple[Area | None, int]:
        for length in range(min(self._longest_area, len(found) - at), 0, -1):
            area = self._areas.get(tuple(word.plain for word in found[at : at + length]))
            if area is not None:
                return area, length
        return None, 0
