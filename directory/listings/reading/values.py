"""One value of a feed as our model writes it: `9am` as `09:00`, `"12"` as 12, `-1` years as nothing at all.

What cannot be read stays as it was, so that the check can report it with its place.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from directory.listings.cleaning import clean_text, means_nothing
from directory.store.standard import Field


class Value(NamedTuple):
    """A value as our model writes it (None: nothing to keep) and what was done to it: (kind, words)."""

    value: Any
    done: tuple[tuple[str, str], ...] = ()


_AGES = ("minimum_age", "maximum_age", "send_maximum_age")
_NO_AGE = (-1, 999, 9999, -99, -999)
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?: 00:00(?::00)?)?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9})\.?,? (\d{4})", re.ASCII)
_WORDS_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:\.\d+)?)?\s*(am|pm|a\.m\.|p\.m\.|noon|midnight)?"
    r"(?:Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_YES = ("true", "yes", "y", "1", "t")
_NO = ("false", "no", "n", "0", "f")
_STATUS = {"open": "active", "live": "active", "closed": "defunct"}
_LONDON = ZoneInfo("Europe/London")
_NOTHING = Value(None)


def value_of(field: Field, raw: object) -> Value:
    """The value of a member named in our model. `None`, empty text and empty lists are nothing, silently."""
    if raw is None or raw in ("", [], {}):
        return _NOTHING
    return _READERS[field.sort](field, raw)


def _said(raw: object, value: object) -> tuple[tuple[str, str], ...]:
    return (("converted", f"read as {value}"),)


def _text(field: Field, raw: object) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return Value(raw)
    prose = field.sort == "text"
    done: list[tuple[str, str]] = []
    if not isinstance(raw, str):
        raw = str(raw) if isinstance(raw, int) and abs(raw) < 10**18 else f"{raw:g}"
        done.append(("converted", "a number, read as text"))
    text, told = clean_text(raw, one_line=not prose)
    if not text:
        return Value(None, (("sentinel", "nothing is left of it"),) if raw.strip() else ())
    if means_nothing(text, prose):
        return Value(None, (("sentinel", "stands for nothing"),))
    if "markup" in told:
        done.append(("markup", "HTML taken out"))
    if "hidden" in told:
        done.append(("hidden", "hidden characters taken out"))
    return Value(text, tuple(done))


def _uri(field: Field, raw: object) -> Value:
    value, done = _text(field, raw)
    if isinstance(value, str) and re.match(r"(www\.|[a-z0-9-]+(\.[a-z0-9-]+)+(/|$))", value, re.IGNORECASE):
        return Value(f"https://{value}", (*done, ("converted", f"read as https://{value}")))
    return Value(value, done)


def _email(field: Field, raw: object) -> Value:
    value, done = _text(field, raw)
    if isinstance(value, str) and value.lower().startswith("mailto:"):
        return Value(value[7:].partition("?")[0], (*done, ("converted", "read without mailto:")))
    return Value(value, done)


def _day(year: str, month: str | int, day: str) -> dt.date | None:
    try:
        return dt.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1 if word[:3].lower() in _MONTHS else 0


def _date(field: Field, raw: object) -> Value:
    text, _ = _text(field, raw)
    if text is None:
        return Value(None, (("sentinel", "stands for nothing"),))
    if not isinstance(text, str):
        return Value(raw)
    done: tuple[tuple[str, str], ...] = ()
    day: dt.date | None = None
    if match := _ISO_DAY.fullmatch(text):
        day = _day(*match.groups())
    elif match := _DAY.fullmatch(text):
        day = _day(match[3], match[2], match[1])
        words = "day/month/year"
        if day is None:
            day, words = _day(match[3], match[1], match[2]), "month/day/year"
        done = (("converted", f"read as {day} ({words})"),) if day else ()
    elif match := _DAY_WORDS.fullmatch(text):
        day = _day(match[3], _month(match[2]), match[1])
    elif match := _WORDS_DAY.fullmatch(text):
        day = _day(match[3], _month(match[1]), match[2])
    if day is None:
        return Value(raw)
    if day.year <= 1 or day.year >= 9999:
        return Value(None, (("sentinel", "a date that stands for none"),))
    if not done and day.isoformat() != text[:10]:
        done = _said(raw, day)
    return Value(day.isoformat(), done)


def _moment(field: Field, raw: object) -> Value:
    text, _ = _text(field, raw)
    if text is None:
        return Value(None, (("sentinel", "stands for nothing"),))
    if not isinstance(text, str):
        return Value(raw)
    if re.match(r"(0001|9999)-", text):
        return Value(None, (("sentinel", "a date that stands for none"),))
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return Value(raw)
    done: tuple[tuple[str, str], ...] = ()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_LONDON)
        done = (("converted", "no time zone, read as time in London"),)
    try:
        return Value(moment.astimezone(dt.UTC).isoformat(), done)
    except (OverflowError, ValueError):
        return Value(raw)


def _time(field: Field, raw: object) -> Value:
    text, _ = _text(field, raw)
    if text is None:
        return _NOTHING
    if not isinstance(text, str):
        return Value(raw)
    plain = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}.get(text.lower(), text)
    match = _TIME.fullmatch(plain)
    if match is None or (match[2] is None and match[4] is None):
        return Value(raw)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[4] or "").lower().replace(".", "")
    if half in ("am", "pm") and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if (hour, minute) == (24, 0):
        hour = 0
    if hour > 23 or minute > 59:
        return Value(raw)
    time = f"{hour:02}:{minute:02}"
    standard = re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", text) is not None
    return Value(time, () if standard else _said(raw, time))


def _number(field: Field, raw: object) -> Value:
    number: Any = raw
    done: tuple[tuple[str, str], ...] = ()
    if isinstance(raw, str):
        text, _ = _text(field, raw)
        if text is None:
            return Value(None, (("sentinel", "stands for nothing"),))
        plain = text.removeprefix("£").replace(",", "") if field.name == "amount" else text
        if not _NUMBER.fullmatch(plain):
            return Value(raw)
        number = float(plain) if "." in plain else int(plain)
        done = (("converted", f"text, read as the number {plain}"),)
    if isinstance(number, bool) or not isinstance(number, int | float):
        return Value(raw)
    if abs(number) > 10**15 or not math.isfinite(number):
        return Value(raw)
    if field.name in _AGES and number in _NO_AGE:
        return Value(None, (("sentinel", f"{number:g} years stands for no limit"),))
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if field.sort == "integer" and not isinstance(number, int):
        return Value(raw)
    return Value(number, done)


def _truth(field: Field, raw: object) -> Value:
    if isinstance(raw, bool):
        return Value(raw)
    word = str(raw).strip().lower() if isinstance(raw, str | int | float) else ""
    if word in _YES or word in _NO:
        return Value(word in _YES, _said(raw, "yes" if word in _YES else "no"))
    return Value(raw)


def _chosen(field: Field, word: str) -> str:
    """The choice that a word means whatever its case, blanks, hyphens; else the word itself."""
    plain = re.sub(r"[\s_-]+", "_", word.strip()).lower()
    if field.name == "status":
        plain = _STATUS.get(plain, plain).replace(" ", "_")
    return next((one for one in field.choices if one.lower().replace(" ", "_") == plain), word)


def _word(field: Field, raw: object) -> Value:
    text, _ = _text(field, raw)
    if text is None:
        return Value(None, (("sentinel", "stands for nothing"),))
    if not isinstance(text, str):
        return Value(raw)
    chosen = _chosen(field, text)
    return Value(chosen, _said(raw, chosen) if chosen != text else ())


def _words(field: Field, raw: object) -> Value:
    parts: list[object] = list(raw) if isinstance(raw, list) else []
    if isinstance(raw, str):
        parts = [*re.split(r"[;,|]", raw)]
    if not parts or not all(isinstance(one, str) for one in parts):
        return Value(raw)
    found: dict[str, None] = {}
    for one in parts:
        text, _ = clean_text(str(one), one_line=True)
        if text and not means_nothing(text):
            plain = text if field.choices else re.sub(r"[\s-]+", "_", text).lower()
            found[_chosen(field, plain)] = None
    return Value(list(found) or None)


_READERS: dict[str, Callable[[Field, object], Value]] = {
    "id": _text,
    "ref": _text,
    "line": _text,
    "text": _text,
    "uri": _uri,
    "email": _email,
    "date": _date,
    "moment": _moment,
    "time": _time,
    "number": _number,
    "integer": _number,
    "truth": _truth,
    "word": _word,
    "words": _words,
}
