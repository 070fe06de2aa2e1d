"""When a service is open, from the schedule rows of its listing: spans of time, open now, and in words.

Times are London's wall clock. Where a night's clock change makes an hour happen twice, a time within it is
the first of the two, so that nothing is told as open after it has closed; one that the change skips is moved
on by the hour. None, and "Hours not known", is for listings whose rows do not say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from directory.listings.recurrence import DAYS, MINUTES, Row, read_row

LONDON = ZoneInfo("Europe/London")
_DAY = dt.timedelta(days=1)
# How far to look for the next opening: mostly within the week, else the season, else two years.
_HORIZONS = (8, 70, 740)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WHICH = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    -1: "last",
    -2: "second last",
    -3: "third last",
    -4: "fourth last",
    -5: "fifth last",
}

Schedule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hours:
    """Whether it is open. All None: no hours are known. Moments are in London's time.

    `until` is when it closes (None where it does not within eight days), `opens` when it next opens, `note`
    what the rows that decided this say beside (term time only, by appointment).
    """

    open: bool | None
    until: dt.datetime | None = None
    opens: dt.datetime | None = None
    note: str = ""


def _instant(day: dt.date, minute: int) -> dt.datetime:
    """The instant (UTC) at `minute` minutes of the wall clock after the midnight that begins `day`."""
    wall = dt.datetime(day.year, day.month, day.day) + dt.timedelta(minutes=minute)
    return wall.replace(tzinfo=LONDON).astimezone(dt.UTC)


def _usable(schedules: Sequence[Schedule]) -> list[tuple[Row, Schedule]]:
    read = ((read_row(one), one) for one in schedules if isinstance(one, Mapping))
    return [(row, one) for row, one in read if row is not None and row.timed]


def _raw(rows: Sequence[Row], start: dt.datetime, end: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    """Merged spans that touch `start` to `end` (UTC), not cut to them."""
    first = start.astimezone(LONDON).date() - _DAY  # last night's may still be going on
    last = end.astimezone(LONDON).date()
    found = []
    for row in rows:
        if row.opens is None or row.closes is None:
            continue
        for day in row.dates(first, last):
            opens, closes = _instant(day, row.opens), _instant(day, row.closes)
            if opens < closes and closes > start and opens < end:
                found.append((opens, closes))
    merged: list[tuple[dt.datetime, dt.datetime]] = []
    for opens, closes in sorted(found):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        else:
            merged.append((opens, closes))
    return merged


def spans(
    schedules: Sequence[Schedule], start: dt.datetime, end: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """When it is open between two moments: merged, in order, cut to them, in Europe/London.

    Raises `ValueError` for a moment without a time zone.
    """
    start, end = _utc(start), _utc(end)
    rows = [row for row, _content in _usable(schedules)]
    return [
        (max(opens, start).astimezone(LONDON), min(closes, end).astimezone(LONDON))
        for opens, closes in _raw(rows, start, end)
    ]


def _utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone. Give one, such as Europe/London.")
    return moment.astimezone(dt.UTC)


def state(schedules: Sequence[Schedule], at: dt.datetime) -> Hours:
    """Whether it is open at a moment, and until when or from when.

    Rows that have run out say nothing any more: where all have, nothing is known.
    Raises `ValueError` for a moment without a time zone.
    """
    at = _utc(at)
    yesterday = at.astimezone(LONDON).date() - _DAY
    usable = [(row, content) for row, content in _usable(schedules) if not row.over(yesterday)]
    rows = [row for row, _content in usable]
    known = any(not row.over(yesterday + _DAY) for row in rows)
    beyond = _HORIZONS[0] * _DAY
    for days in _HORIZONS:
        for opens, closes in _raw(rows, at, at + days * _DAY):
            if opens <= at:
                until = closes.astimezone(LONDON) if closes - at < beyond else None
                return Hours(True, until, None, _note(usable, at))
            return Hours(False, None, opens.astimezone(LONDON), _note(usable, opens))
        if all(row.plain and (row.first is None or row.first <= yesterday) for row in rows):
            break  # what is not in the next eight days never comes
    return Hours(False) if known else Hours(None)


def _note(usable: Sequence[tuple[Row, Schedule]], at: dt.datetime) -> str:
    """What the rows that hold at `at` say beside their times, where all of them say something."""
    said = [
        _said(content) for row, content in usable if any(a <= at < b for a, b in _raw([row], at, at + _DAY))
    ]
    return "; ".join(dict.fromkeys(said)) if said and all(said) else ""


def clock(moment: dt.time | int) -> str:
    """A time as GOV.UK writes it, 8:45am, midday, midnight; an integer is minutes after midnight."""
    total = moment if isinstance(moment, int) else moment.hour * 60 + moment.minute
    hour, minute = divmod(total % MINUTES, 60)
    if not minute and hour in (0, 12):
        return "midday" if hour else "midnight"
    return f"{(hour - 1) % 12 + 1}{f':{minute:02}' if minute else ''}{'am' if hour < 12 else 'pm'}"


def now_words(hours: Hours, at: dt.datetime) -> str:
    """What to tell somebody at `at`: "Open until 5:15pm today", "Opens 9am on Monday", "Hours not known"."""
    here = at.astimezone(LONDON)
    if hours.open is None:
        return "Hours not known"
    beside = f" ({hours.note})" if hours.note else ""
    if hours.open:
        if hours.until is None:
            return f"Open day and night{beside}"
        return f"Open until {clock(hours.until.time())}{_when(hours.until, here, closing=True)}{beside}"
    if hours.opens is None:
        return "Closed, with no further dates given"
    return f"Opens {clock(hours.opens.time())}{_when(hours.opens, here)}{beside}"


def _when(there: dt.datetime, here: dt.datetime, *, closing: bool = False) -> str:
    day = there.date()
    if closing and there.time() == dt.time(0):
        day -= _DAY  # midnight ends the day that people mean
    away = (day - here.date()).days
    if away in (0, 1):
        return " tomorrow" if away else " today"
    if 1 < away < 7:
        return f" on {_WEEKDAYS[day.weekday()]}"
    year = f" {day.year}" if day.year != here.year else ""
    return f" on {_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def words(schedules: Sequence[Schedule]) -> list[str]:
    """The rows in words, those that differ only in their days as one: "Monday to Friday, 9am to 5pm"."""
    together: dict[tuple[object, ...], tuple[Row, Schedule, list[tuple[int, int]]]] = {}
    found: dict[str, None] = {}
    order: list[tuple[object, ...] | str] = []
    for content in schedules:
        row = read_row(content)
        if row is None:
            if said := _said(content):
                order.append(said)
            continue
        dates = (row.first, row.last, row.anchor if row.interval > 1 else None)
        pattern = (row.monthly, row.interval, row.count, row.month_days)
        key = (row.opens, row.closes, dates, pattern, _said(content))
        if key in together:
            together[key][2].extend(day for day in row.days if day not in together[key][2])
        else:
            together[key] = (row, content, list(row.days))
            order.append(key)
    for one in order:
        found[one if isinstance(one, str) else _sentence(*together[one])] = None
    return list(found)


def _sentence(row: Row, content: Schedule, days: list[tuple[int, int]]) -> str:
    if row.opens is None or row.closes is None:
        times = "times not stated"
    elif (row.opens, row.closes) == (0, MINUTES):
        times = "all day"
    else:
        times = f"{clock(row.opens)} to {clock(row.closes)}"
        times += " the next day" if row.closes > MINUTES else ""
    told = f"{_days_words(row, days)}, {times}{_between(row)}"
    said = _said(content)
    return f"{told} ({said})" if said else told


def _days_words(row: Row, days: list[tuple[int, int]]) -> str:
    if row.first is not None and row.first == row.last:
        return f"{_WEEKDAYS[row.first.weekday()]} {_date(row.first)}"
    if row.month_days:
        named = _and([_month_day(day) for day in row.month_days])
        told = f"The {named} of {_every(row.interval, 'month')}"
        return f"{told}, if a {_or([_WEEKDAYS[day] for _which, day in days])}" if days else told
    if row.monthly:
        named = _and([f"{_WHICH.get(which, 'every')} {_WEEKDAYS[day]}" for which, day in days])
        if all(which == 0 for which, _day in days) and row.interval == 1:
            return named[0].upper() + named[1:]
        return f"{named[0].upper()}{named[1:]} of {_every(row.interval, 'month')}"
    weekdays = sorted(day for _which, day in days)
    if row.interval > 1:
        named = _and([_WEEKDAYS[day] for day in weekdays])
        anchor = f" from {_date(row.anchor)}" if row.anchor and row.anchor != row.first else ""
        return f"{_every(row.interval, named).capitalize().replace(named.lower(), named)}{anchor}"
    return "Every day" if weekdays == list(range(7)) else _runs(weekdays)


def _runs(weekdays: list[int]) -> str:
    """Weekdays with runs of three and more as "Monday to Friday"."""
    told, at = [], 0
    while at < len(weekdays):
        end = at
        while end + 1 < len(weekdays) and weekdays[end + 1] == weekdays[end] + 1:
            end += 1
        if end - at >= 2:
            told.append(f"{_WEEKDAYS[weekdays[at]]} to {_WEEKDAYS[weekdays[end]]}")
        else:
            told += [_WEEKDAYS[day] for day in weekdays[at : end + 1]]
        at = end + 1
    return _and(told)


def _every(interval: int, what: str) -> str:
    return {1: f"every {what}", 2: f"every other {what}"}.get(interval, f"every {_ordinal(interval)} {what}")


def _month_day(day: int) -> str:
    if day == -1:
        return "last day"
    return f"{_ordinal(-day)} last day" if day < 0 else _ordinal(day)


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"


def _between(row: Row) -> str:
    if row.first is not None and row.first == row.last:
        return ""
    told = f", from {_date(row.first)}" if row.first else ""
    told += f"{'' if row.first else ','} until {_date(row.last)}" if row.last else ""
    return told + (f", {row.count} times" if row.count else "")


def _date(day: dt.date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _said(content: Schedule) -> str:
    """What the row says in its own words, on one line, without what the days and times already say."""
    return " ".join(str(content.get("description") or "").split()).rstrip(".")


def _and(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _or(parts: list[str]) -> str:
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


__all__ = ["DAYS", "LONDON", "Hours", "clock", "now_words", "spans", "state", "words"]
