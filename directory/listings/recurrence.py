"""One schedule row of a listing: on which days it holds, and from when until when on each.

The standard (HSDS 3.0, schedule) takes its recurrence from RFC 5545: a frequency, an interval, days of the
week or of the month, a first day, and an end by date or by count; `valid_from` and `valid_to` bound the row
as a whole. Times are local, London's; a closing time that is not after the opening time is of the next day.

A row that cannot be relied on (no days, no times, "every second week" without saying from when) gives no
days at all: hours that are not certain must never be told as open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MINUTES = 1440  # of a day
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?")
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_OLDEST, _LATEST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


def minutes(written: object) -> int | None:
    """Minutes after midnight of a time such as 09:30 or 09:30:00; None for anything else."""
    found = _TIME.fullmatch(written.strip()) if isinstance(written, str) else None
    if not found:
        return None
    told = int(found[1]) * 60 + int(found[2])
    return told if told <= MINUTES else None


def _day(written: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(written)[:10]) if written else None
    except ValueError:
        return None


def _whole(written: object) -> int | None:
    try:
        return int(str(written))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """One schedule row, read. `opens` and `closes` are minutes after the midnight that begins its day."""

    first: dt.date | None  # the row says nothing before this day
    last: dt.date | None  # nor after this one
    anchor: dt.date | None  # where intervals and counts are counted from
    monthly: bool
    interval: int
    count: int | None
    days: tuple[tuple[int, int], ...]  # (which one of the month or 0 for each, day of the week from 0)
    month_days: tuple[int, ...]
    opens: int | None
    closes: int | None  # beyond 1440 on the next day

    @property
    def timed(self) -> bool:
        """Whether it says from when until when."""
        return self.opens is not None and self.closes is not None

    @property
    def plain(self) -> bool:
        """Whether it is the same every week."""
        return not self.monthly and self.interval == 1 and self.count is None and not self.month_days

    def over(self, day: dt.date) -> bool:
        """Whether it has run out before `day`."""
        return self.last is not None and self.last < day

    def dates(self, start: dt.date, end: dt.date) -> Iterator[dt.date]:
        """Its days from `start` to `end`, both included, in order."""
        start = max(start, self.first or start, _OLDEST)
        end = min(end, self.last or end, _LATEST)
        if start > end:
            return
        if self.plain:
            weekdays = {weekday for _which, weekday in self.days}
            for number in range(start.toordinal(), end.toordinal() + 1):
                if (number - 1) % 7 in weekdays:  # day 1 of the calendar was a Monday
                    yield dt.date.fromordinal(number)
            return
        yield from self._by_rule(start, end)

    def _numbered(self) -> Iterator[tuple[int, int]]:
        """The days, "every Friday" beside a "last Monday" written out: dateutil asks for both at once."""
        mixed = any(which for which, _day in self.days) and not all(which for which, _day in self.days)
        for which, day in self.days:
            yield from ((number, day) for number in range(1, 6)) if mixed and not which else [(which, day)]

    def _by_rule(self, start: dt.date, end: dt.date) -> Iterator[dt.date]:
        from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

        anchor = self.anchor or start.replace(day=1)
        rule = rrule(
            MONTHLY if self.monthly else WEEKLY,
            dtstart=dt.datetime(anchor.year, anchor.month, anchor.day),
            interval=self.interval,
            byweekday=[weekday(day, which or None) for which, day in self._numbered()] or None,
            bymonthday=self.month_days or None,
            # Both an end and a count: dateutil takes only one of them, the other is held below.
            **({"count": self.count} if self.count else {"until": dt.datetime(end.year, end.month, end.day)}),
        )
        for found in rule:
            day = found.date()
            if day > end:
                return
            if day >= start:
                yield day


# What of a schedule row says when it holds. Rows that say the same are read once.
_SAYS_WHEN = (
    *("byday", "bymonthday", "valid_from", "valid_to", "dtstart", "until", "freq", "interval", "count"),
    *("opens_at", "closes_at"),
)


def read_row(content: Mapping[str, Any]) -> Row | None:
    """A schedule row as the listing has it; None where its days cannot be told."""
    said = [content.get(name) for name in _SAYS_WHEN]
    try:
        return _read_once(*said)
    except TypeError:  # a list or an object stands where a word should
        return _read(dict(zip(_SAYS_WHEN, said, strict=True)))


@lru_cache(maxsize=4096, typed=True)
def _read_once(*said: Hashable) -> Row | None:
    return _read(dict(zip(_SAYS_WHEN, said, strict=True)))


def _read(content: Mapping[str, Any]) -> Row | None:
    days = _byday(content.get("byday"))
    month_days = _bymonthday(content.get("bymonthday"))
    if days is None or month_days is None:
        return None
    valid_from, valid_to = _day(content.get("valid_from")), _day(content.get("valid_to"))
    begins, until = _day(content.get("dtstart")), _day(content.get("until"))
    frequency = str(content.get("freq") or "").upper()
    written = (content.get("interval"), content.get("count"))
    interval, count = (None if one in (None, "") else _whole(one) for one in written)
    if frequency not in ("", "WEEKLY", "MONTHLY") or any(
        told not in (None, "") and (read is None or not 0 < read < 10_000)
        for told, read in zip(written, (interval, count), strict=True)
    ):
        return None
    monthly = frequency == "MONTHLY" or (
        not frequency and bool(month_days or any(which for which, _ in days))
    )
    anchor = begins or valid_from
    opens, closes = _times(content)
    row = Row(
        first=max((day for day in (valid_from, begins) if day), default=None),
        last=min((day for day in (valid_to, until) if day), default=None),
        anchor=anchor,
        monthly=monthly,
        interval=interval or 1,
        count=count,
        days=days,
        month_days=month_days,
        opens=opens,
        closes=closes,
    )
    if not days and not month_days:
        return _without_days(row, frequency)
    if not monthly and any(which for which, _weekday in days):
        return None  # the "second Monday" of a week
    return row if anchor or (row.interval == 1 and not count) else None


def _without_days(row: Row, frequency: str) -> Row | None:
    """A row that names no day: its first day says which, or it is for that one day."""
    from dataclasses import replace

    if row.anchor is None:
        return None
    if frequency == "MONTHLY":
        return replace(row, month_days=(row.anchor.day,))
    weekday = ((0, row.anchor.weekday()),)
    if frequency == "WEEKLY":
        return replace(row, days=weekday)
    if row.last is None or row.last == row.anchor:
        return replace(row, days=weekday, last=row.anchor)
    return None


def _times(content: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Opening and closing; 00:00 to 00:00 (or to 23:59) is all day; any other time twice is no time."""
    opens, closes = minutes(content.get("opens_at")), minutes(content.get("closes_at"))
    if opens is None or closes is None or opens == MINUTES:
        return None, None
    if closes in (0, MINUTES - 1):
        closes = MINUTES
    if opens == closes:
        return None, None
    return opens, closes if closes > opens else closes + MINUTES


def _byday(written: object) -> tuple[tuple[int, int], ...] | None:
    """The days of the week of a `byday`; () for none, None for what cannot be read."""
    found: dict[tuple[int, int], None] = {}
    for part in re.split(r"[,;\s]+", str(written or "").upper()):
        if not part:
            continue
        read = _BYDAY.fullmatch(part)
        if not read:
            return None
        found[(int(read[1] or 0), DAYS.index(read[2]))] = None
    return tuple(found)


def _bymonthday(written: object) -> tuple[int, ...] | None:
    found: dict[int, None] = {}
    for part in re.split(r"[,;\s]+", str(written or "")):
        if not part:
            continue
        number = _whole(part)
        if number is None or not 1 <= abs(number) <= 31:
            return None
        found[number] = None
    return tuple(found)
