"""Ages in what people type: "14", "14yo", "aged 3", "18 months", "Year 7", "9 and 11", "under 5s", "baby".

An age is a span of years from its first to before its last: 14 is from 14 to 15, as a child of 14 is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from directory.search.synonyms import SynonymsError, rows
from directory.search.words import words

OLDEST = 25  # years; a larger bare number is no age
_ADULT = 26.0


class Span(NamedTuple):
    """Years from `first` to before `end`."""

    first: float
    end: float


@dataclass(frozen=True, slots=True)
class AgeWord:
    """What a word such as "toddler" says of age. `span` None: only that the child is not yet born."""

    term: str
    span: Span | None
    unborn: bool = False


_NUMBER = r"(\d{1,2}(?:\.5)?)"
_YEARS = r"\s*-?\s*(?:years?|yrs?|y)?\s*-?\s*(?:olds?|o)?\b"
_RANGE = re.compile(rf"\b(?:ages?d?\s+)?{_NUMBER}\s*(?:-|–|to)\s*{_NUMBER}{_YEARS}", re.IGNORECASE)
_PREGNANT = re.compile(r"\b\d{1,2}\s*(?:weeks?|wks?|months?)\s+(?=pregnant\b)", re.IGNORECASE)
_MONTHS = re.compile(r"\b(\d{1,3})\s*-?\s*(?:months?|mths?)(?:\s*-?\s*old)?\b", re.IGNORECASE)
_WEEKS = re.compile(r"\b(\d{1,3})\s*-?\s*(?:weeks?|wks?|days?)\s*-?\s*old\b", re.IGNORECASE)
_YEARS_OLD = re.compile(
    rf"\b(?:ages?d?\s+{_NUMBER}\b|{_NUMBER}\s*-?\s*(?:(?:years?|yrs?)(?:\s*-?\s*olds?)?|y\.?\s*/?\s*o\.?|y)\b)",
    re.IGNORECASE,
)
_UNDER = re.compile(r"\b(?:under|below)\s+(\d{1,2})'?s?\b", re.IGNORECASE)
_OVER = re.compile(r"\b(?:over|above)\s+(\d{1,2})'?s?\b|\b(\d{1,2})\s?\+", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w£.:/&%=-])(\d{1,2})(?![\w%:/.=-]|\s*(?:hours?|hrs?|weeks?|wks?|days?|minutes?|mins?|sessions?|%|pounds|am|pm)\b)",
    re.IGNORECASE,
)
# "3 kids", "2 bedrooms": so many of something, where a plural follows, is no age.
_COUNTED = re.compile(
    r"(?<![\w£.:/&%-])\d{1,2}\s+(?=(?:(?:young|small|little|other|older|younger|more|disabled)\s+)*"
    r"(?:kids|children|boys|girls|sons|daughters|babies|siblings|brothers|sisters|teenagers|teens|toddlers|"
    r"grandchildren|grandkids|twins|adults|parents|people|bedrooms?|beds|times|nights|jobs|schools|"
    r"cigarettes|foods|words|miles|terms|others|gcses?|a[ -]levels|exams|of (?:them|us))\b)",
    re.IGNORECASE,
)
# "yr 10", "y10", "yrs 5": a year of school, where no number stands before and no "old" after.
_SCHOOL_YEAR = re.compile(
    r"(?<![\w.])(?<!\d )(?:yrs?\.?\s?|y)(?=(?:[1-9]|1[0-3])\b(?!\s*(?:months?|mths?|weeks?|wks?)\b))",
    re.IGNORECASE,
)
_NOT_AGES_AFTER = re.compile(
    r"(?:level|stage|tier|step|ward|grade|section|part|number|no|page|unit|year|ks)\s*$"
)


def read_age_words(path: Path) -> dict[tuple[str, ...], AgeWord]:
    """The words of `age_words.csv` by their plain words. Raises `SynonymsError` naming the line."""
    found: dict[tuple[str, ...], AgeWord] = {}
    for line, row in rows(path, ("term", "minimum_age", "maximum_age", "unborn")):
        try:
            low, high = (float(row[name]) if row[name] else None for name in ("minimum_age", "maximum_age"))
        except ValueError:
            raise SynonymsError(f"{path}, line {line}: an age must be a number of years.") from None
        span = None if low is None or high is None else Span(low, _end(high))
        unborn = row["unborn"].lower() == "yes"
        if span is None and not unborn:
            raise SynonymsError(
                f"{path}, line {line}: {row['term']!r} says no age. Give both ages, or unborn."
            )
        key = tuple(word.plain for word in words(row["term"]))
        found[key] = AgeWord(row["term"], None if unborn else span, unborn)
    return found


def _end(age: float) -> float:
    """Up to 16 is until the seventeenth birthday; up to 0.5 is up to that."""
    return age + 1 if age == int(age) and age > 0 else max(age, 0.25)


def span_of(age: float) -> Span:
    """One age in years as a span: 14 is 14 to 15, 1.5 is that and the month after."""
    return Span(age, age + 1) if age == int(age) else Span(age, age + 1 / 12)


def ages_in(text: str) -> tuple[str, list[Span], bool]:
    """The text without the ages in it, the ages, and whether a child not yet born is spoken of."""
    spans: list[Span] = []

    def take(pattern: re.Pattern[str], make: Callable[[list[str]], Span | None]) -> None:
        nonlocal text

        def one(found: re.Match[str]) -> str:
            span = make([group for group in found.groups() if group is not None])
            if span is None or not 0 <= span.first < span.end:
                return found[0]
            spans.append(span)
            return " "

        text = pattern.sub(one, text)

    text = _SCHOOL_YEAR.sub("year ", text)
    text, pregnant = _PREGNANT.subn(" ", text)
    take(_MONTHS, lambda g: span_of(round(int(g[0]) / 12, 2)) if int(g[0]) < 300 else None)
    take(_WEEKS, lambda g: Span(0, 1))
    take(_RANGE, lambda g: _between(float(g[0]), float(g[1])))
    take(_YEARS_OLD, lambda g: span_of(float(g[0])) if float(g[0]) <= OLDEST else None)
    take(_UNDER, lambda g: Span(0, float(g[0])) if 0 < int(g[0]) <= OLDEST else None)
    take(_OVER, lambda g: Span(float(g[0]), _ADULT) if int(g[0]) <= OLDEST else None)

    text = _COUNTED.sub(" ", text)

    def bare(found: re.Match[str]) -> str:
        if int(found[1]) > OLDEST or _NOT_AGES_AFTER.search(text[: found.start()].lower()):
            return found[0]
        spans.append(span_of(float(found[1])))
        return " "

    text = _BARE.sub(bare, text)
    return text, spans, pregnant > 0


def _between(low: float, high: float) -> Span | None:
    return Span(low, _end(high)) if low < high <= OLDEST else None
