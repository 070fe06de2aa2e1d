"""Opening hours: checking an expression, and turning it into intervals of time.

The syntax is OpenStreetMap's opening_hours, evaluated by the kept library `opening-hours-py` in
London's wall-clock time. What that library would get wrong is kept from it: its public holidays
for Great Britain are not England's, so every `PH` rule is first written out as dates, and no
country is ever passed. Both it and `holidays` are imported only when hours are computed.

Instants are epoch seconds (UTC). "Edges" are a flat sorted list of them: open from the 1st to the
2nd, from the 3rd to the 4th, and so on.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from directory.routing.bank_holidays import bank_holidays
from directory.routing.london import FIRST_YEAR, LAST_YEAR, epoch, steady_periods

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIMES = r"\d{1,2}:\d{2}-\d{1,2}:\d{2}(?:\s*,\s*\d{1,2}:\d{2}-\d{1,2}:\d{2})*"
_HOLIDAY_RULE = re.compile(rf"PH\s+(off|closed|{_TIMES})")
_PH = re.compile(r"\bPH\b", re.IGNORECASE)
_EXAMPLE = "Write it like Mo-Fr 09:00-17:00; PH off, or 24/7."

# What the library accepts but nobody could rely on at the telephone, with what to write instead.
_REFUSED = (
    (
        re.compile(r'"'),
        "has a comment in quotes, which makes the hours uncertain",
        "Take the comment out: say it in the role or the source.",
    ),
    (
        re.compile(r"\bunknown\b", re.I),
        "says unknown",
        "Write the hours that are certain, and nothing for the rest.",
    ),
    (
        re.compile(r"\bSH\b", re.I),
        "uses school holidays (SH), which differ from school to school",
        "Write the dates, such as 2026 Dec 21-2027 Jan 01 off.",
    ),
    (
        re.compile(r"\b(sunrise|sunset|dawn|dusk)\b", re.I),
        "depends on the sun",
        "Write a clock time, such as 18:00.",
    ),
    (re.compile(r"\+"), "has an open end (+)", "Write when it closes, such as 09:00-17:00."),
    (
        re.compile(r"\|\|"),
        "has a fall-back rule (||)",
        "Put each rule after a semicolon; a later rule replaces an earlier one.",
    ),
)


class HoursError(ValueError):
    """Hours that cannot be used. `column` counts from 1 in the expression, `remedy` says what to do."""

    def __init__(self, wrong: str, remedy: str, column: int | None = None) -> None:
        self.wrong, self.remedy, self.column = wrong, remedy, column
        at = f" (character {column})" if column else ""
        super().__init__(f"{wrong}{at}. {remedy}")


def clean(expression: str) -> str:
    """`expression` with the dashes and spaces that word processors put in made plain."""
    return " ".join(re.sub("[\u2010-\u2015\u2212]", "-", expression).split())


def rules(expression: str) -> list[str]:
    """The rules of an expression, in order; a later one replaces an earlier one on its days."""
    return [rule for part in expression.split(";") if (rule := part.strip())]


@lru_cache(maxsize=1024)
def validate(expression: str) -> None:
    """Raise `HoursError` unless `expression` is opening hours that can be relied on."""
    from opening_hours import (  # type: ignore[attr-defined,unused-ignore]
        OpeningHours,
        ParserError,
    )

    if not expression.strip():
        raise HoursError("There are no hours", _EXAMPLE)
    for pattern, wrong, remedy in _REFUSED:
        if found := pattern.search(expression):
            raise HoursError(f"It {wrong}", remedy, found.start() + 1)
    _validate_holiday_rules(expression)
    try:
        OpeningHours(expression)
    except ParserError as error:
        place = re.search(r"--> \d+:(\d+)", str(error))
        raise HoursError(
            "It is not opening hours in OpenStreetMap's form", _EXAMPLE, int(place[1]) if place else None
        ) from None


def _validate_holiday_rules(expression: str) -> None:
    offset, bank_holiday_rule = 0, False
    for part in expression.split(";"):
        rule, found = part.strip(), _PH.search(part)
        if found and not _HOLIDAY_RULE.fullmatch(rule):
            raise HoursError(
                "Bank holidays (PH) must be a rule of their own", _instead(rule), offset + found.start() + 1
            )
        if bank_holiday_rule and re.match(r"(Mo|Tu|We|Th|Fr|Sa|Su|\d|24/7)", rule) and not _dated(rule):
            raise HoursError(
                "Weekly hours after the bank holiday rule would overrule it",
                "Put the PH rule after the weekly hours.",
                offset + 1,
            )
        bank_holiday_rule = bank_holiday_rule or bool(found)
        offset += len(part) + 1


def _dated(rule: str) -> bool:
    return re.match(r"(\d{4} )?(" + "|".join(_MONTHS) + r")\b", rule) is not None


def _instead(rule: str) -> str:
    """What to write in place of a rule that mixes bank holidays with something else."""
    times = re.search(rf"({_TIMES}|off|closed)\s*$", rule)
    if mixed := re.fullmatch(rf"([A-Za-z,\s-]*?),?\s*PH\s+({_TIMES}|off|closed)", rule, re.IGNORECASE):
        days = mixed[1].strip(" ,")
        return f"Write {days} {mixed[2]}; PH {mixed[2]}." if days else f"Write PH {mixed[2]}."
    if added := re.fullmatch(rf"(.*\d)\s*,\s*PH\s+({_TIMES}|off|closed)", rule, re.IGNORECASE):
        return f"Write {added[1]}; PH {added[2]}."
    return f"Write PH {times[1] if times else 'off'} after a semicolon, such as ...; PH off."


def _written_out(expression: str, first: dt.date, last: dt.date) -> str:
    """`expression` with each PH rule replaced by one rule a bank holiday."""
    written = []
    for rule in rules(expression):
        if holiday := _HOLIDAY_RULE.fullmatch(rule):
            written += [
                f"{day.year} {_MONTHS[day.month - 1]} {day.day:02} {holiday[1]}"
                for day in sorted(bank_holidays(first, last))
            ]
        else:
            written.append(rule)
    return "; ".join(written) or "off"


def open_edges(expression: str, start: int, end: int) -> list[int]:
    """When `expression` is open between the instants `start` and `end`, as edges in UTC.

    A wall-clock time that comes twice on the night the clocks go back is open both times, one that
    is left out when they go forward is never. Raises `HoursError` for an expression `validate`
    refuses and `ValueError` for years outside 1950 to 2150.
    """
    from opening_hours import OpeningHours, State

    validate(expression)
    day = dt.timedelta(days=1)
    first = dt.datetime.fromtimestamp(start, dt.UTC).replace(tzinfo=None) - 2 * day
    last = dt.datetime.fromtimestamp(end, dt.UTC).replace(tzinfo=None) + 2 * day
    if first.year < FIRST_YEAR - 1 or last.year > LAST_YEAR + 12:
        raise ValueError(f"Hours can be computed for the years {FIRST_YEAR} to {LAST_YEAR}.")
    wall = [
        (_wall_seconds(opens), _wall_seconds(closes) if closes else _wall_seconds(last))
        for opens, closes, state, _ in OpeningHours(
            _written_out(expression, first.date(), last.date())
        ).intervals(first, last)
        if state == State.OPEN
    ]
    edges: list[int] = []
    opening = [a for a, _ in wall]
    for period_start, period_end, ahead in steady_periods(start, end):
        index = max(0, bisect_right(opening, period_start + ahead) - 1)
        for opens, closes in wall[index:]:
            a, b = max(opens - ahead, period_start), min(closes - ahead, period_end)
            if opens - ahead >= period_end:
                break
            if a < b:
                if edges and edges[-1] == a:
                    edges[-1] = b
                else:
                    edges += (a, b)
    return edges


def _wall_seconds(wall: dt.datetime) -> int:
    """Seconds of a wall-clock time as if London kept UTC all year."""
    return int(wall.replace(tzinfo=dt.UTC).timestamp())


def open_intervals(
    expression: str, start: dt.datetime, end: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """When `expression` is open between two moments, as (opens, closes) pairs in UTC.

    The moments must have a time zone. Raises `HoursError` and `ValueError` as `open_edges` does.
    """
    edges = open_edges(expression, epoch(start), epoch(end))
    moments = [dt.datetime.fromtimestamp(edge, dt.UTC) for edge in edges]
    return list(zip(moments[::2], moments[1::2], strict=True))


def is_open(edges: Sequence[int], instant: int) -> bool:
    """Whether `instant` lies inside one of the intervals of `edges`."""
    return bisect_right(edges, instant) % 2 == 1


def union(lists: Sequence[Sequence[int]]) -> list[int]:
    """The edges of all the time that at least one of `lists` is open."""
    spans = sorted(span for edges in lists for span in zip(edges[::2], edges[1::2], strict=True))
    merged: list[int] = []
    for opens, closes in spans:
        if merged and opens <= merged[-1]:
            merged[-1] = max(merged[-1], closes)
        else:
            merged += (opens, closes)
    return merged
