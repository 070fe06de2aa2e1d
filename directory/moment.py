"""Days and moments as people and programs write them, read on London's clock."""

from __future__ import annotations

import datetime as dt

from directory.routing.london import LONDON


def london_moment(text: str) -> dt.datetime:
    """A moment such as `2026-12-24T23:10` (London's clock) or with its own offset.

    Raises `ValueError` saying how to write one.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date and time. Write it as 2026-12-24T23:10.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
    if not 1950 <= moment.year <= 2150:
        raise ValueError("The year must be from 1950 to 2150.")
    return moment


def day(text: str) -> dt.date:
    """A date such as `2015-03-31`. Raises `ValueError` saying how to write one."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date. Write it as 2015-03-31.") from None
