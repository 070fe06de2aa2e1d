"""Hours and states in words."""

from __future__ import annotations

import datetime as dt

import pytest

from directory.routing.london import LONDON, epoch
from directory.routing.words import hours_words, state_words


def at(text: str) -> int:
    return epoch(dt.datetime.fromisoformat(text).replace(tzinfo=LONDON))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("24/7", "at all times"),
        ("Mo-Su 00:00-24:00; PH 00:00-24:00", "at all times"),
        (
            "Mo-Th 08:45-17:15; Fr 08:45-16:15; PH off",
            "Monday to Thursday 8:45am to 5:15pm, Friday 8:45am to 4:15pm, not bank holidays",
        ),
        ("Mo-Fr 09:00-12:00,13:00-17:00", "Monday to Friday 9am to midday and 1pm to 5pm"),
        ("Mo,We,Fr 09:00-17:00", "Monday, Wednesday and Friday 9am to 5pm"),
        (
            "Sa-Su 10:00-12:30; PH 10:00-12:30",
            "Saturday and Sunday 10am to 12:30pm, bank holidays 10am to 12:30pm",
        ),
        ("Mo-Su 08:00-20:00; 2026 Dec 25 off", "every day 8am to 8pm, closed on 25 December 2026"),
        ("Mo-Fr 09:00-17:00; Dec 24 09:00-13:00", "Monday to Friday 9am to 5pm, 9am to 1pm on 24 December"),
        ("Mo-Fr 09:00-17:00; We off", "Monday, Tuesday, Thursday and Friday 9am to 5pm"),
        ("Mo[1] 10:00-12:00", "as written: Mo[1] 10:00-12:00"),
        ("off", "never open"),
        ("", "hours not known"),
    ],
)
def test_hours_are_said_as_a_person_would(expression: str, words: str) -> None:
    assert hours_words(expression) == words


@pytest.mark.parametrize(
    ("is_open", "now", "change", "words"),
    [
        (True, "2026-11-23T10:00", "2026-11-23T17:15", "open until 5:15pm today"),
        (False, "2026-11-22T20:00", "2026-11-23T08:45", "opens at 8:45am tomorrow"),
        (False, "2026-11-23T06:00", "2026-11-23T08:45", "opens at 8:45am today"),
        (False, "2026-12-24T23:10", "2026-12-29T08:45", "opens at 8:45am on Tuesday 29 December"),
        (True, "2026-11-23T10:00", "2026-11-24T00:00", "open until midnight tonight"),
        (
            True,
            "2026-11-23T10:00",
            "2026-11-26T00:00",
            "open until midnight at the end of Wednesday 25 November",
        ),
        (False, "2026-11-23T10:00", "2026-11-23T12:00", "opens at midday today"),
        (False, "2026-11-23T10:00", "2027-12-01T09:00", "opens at 9am on Wednesday 1 December 2027"),
        (True, "2026-11-23T10:00", None, "open at all times"),
        (False, "2026-11-23T10:00", None, "closed until further notice"),
        (None, "2026-11-23T10:00", None, "hours not known"),
    ],
)
def test_the_state_is_said_relative_to_the_callers_day(
    is_open: bool | None, now: str, change: str | None, words: str
) -> None:
    assert state_words(is_open, at(now), at(change) if change else None) == words
