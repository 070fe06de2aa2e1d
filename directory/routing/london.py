"""The clock of Europe/London: its days, and the instants at which its offset from UTC changes.

Instants here are whole seconds since 1970-01-01T00:00Z ("epoch"), days are calendar days in London.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FIRST_YEAR, LAST_YEAR = 1950, 2150
_DAY = 86_400


def epoch(moment: dt.datetime) -> int:
    """The instant of `moment`, rounded down to the second.

    Raises `ValueError` for a moment without a time zone or outside the years 1950 to 2150.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone. Give one, such as Europe/London or UTC.")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"The year {moment.year} is outside {FIRST_YEAR} to {LAST_YEAR}.")
    return int(moment.timestamp() // 1)


def local(instant: int) -> dt.datetime:
    """The London date and time at `instant`."""
    return dt.datetime.fromtimestamp(instant, LONDON)


def midnight(day: dt.date) -> int:
    """The instant at which `day` begins in London."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=LONDON).timestamp())


def day_bounds(instant: int) -> tuple[int, int]:
    """Where the London day that holds `instant` begins and ends (the end is the next midnight)."""
    day = local(instant).date()
    return midnight(day), midnight(day + dt.timedelta(days=1))


def iso(instant: int) -> str:
    """`instant` as ISO 8601 in UTC, such as 2026-11-23T08:45:00Z."""
    return dt.datetime.fromtimestamp(instant, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _offset(instant: int) -> int:
    offset = local(instant).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def clock_changes(start: int, end: int) -> list[int]:
    """The instants between `start` and `end` at which London's clocks go forward or back."""
    found = []
    before, offset = start, _offset(start)
    while before < end:
        after = min(before + _DAY, end)
        if _offset(after) != offset:
            low, high = before, after
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(middle) == offset else (low, middle)
            found.append(high)
            offset = _offset(after)
        before = after
    return found


def steady_periods(start: int, end: int) -> list[tuple[int, int, int]]:
    """`start` to `end` cut at the clock changes: (from, until, seconds ahead of UTC) of each piece."""
    cuts = [start, *(change for change in clock_changes(start, end) if start < change < end), end]
    return [(a, b, _offset(a)) for a, b in pairwise(cuts)]
