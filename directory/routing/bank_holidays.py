"""England's bank holidays, from the kept library `holidays` (imported only when asked)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache


@lru_cache(maxsize=256)
def _of_year(year: int) -> tuple[tuple[dt.date, str], ...]:
    import holidays

    return tuple(sorted(holidays.country_holidays("GB", subdiv="ENG", years=year).items()))


def bank_holidays(first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """The bank holidays of England from `first` to `last`, both included, with their names.

    Days given in lieu count, and so does the day they stand in for. Years to come hold what is
    known today: a holiday proclaimed later arrives with a newer release of the library.
    """
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in _of_year(year)
        if first <= day <= last
    }


def edition() -> str:
    """Which release of the library the dates come from, for the version of the answers."""
    from importlib.metadata import version  # slow to import, and a lookup does not need it

    return f"holidays {version('holidays')}"
