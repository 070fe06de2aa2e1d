"""Which services are due for review, and how far a period reaches."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.listings.due import NO_OWNER, after, due, five_years_after, overdue

TODAY = dt.date(2026, 11, 22)


def service(name: str, review_by: str | None = None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": name, "name": name, "organization_id": "o", **more}
    return made | ({"review_by": review_by} if review_by else {})


def test_the_longest_overdue_of_each_owner_come_first_and_what_is_far_off_is_left_out() -> None:
    found = due(
        [
            service("soon", "2026-12-01"),
            service("today", "2026-11-22"),
            service("late", "2026-11-01"),
            service("never"),
            service("later", "2027-11-01"),
            service("hers", "2026-10-01", owner_role="Hub administrator"),
        ],
        {"o": {"id": "o", "name": "Harbour", "owner_role": "Directory editor"}},
        TODAY,
        within=30,
    )
    assert [(one.owner, one.name, one.words(), one.overdue) for one in found] == [
        ("Directory editor", "never", "no review date", True),
        ("Directory editor", "late", "21 days overdue", True),
        ("Directory editor", "today", "due today", False),
        ("Directory editor", "soon", "due in 9 days", False),
        ("Hub administrator", "hers", "52 days overdue", True),
    ]
    assert due([service("x", "2026-11-23")], {}, TODAY)[0].owner == NO_OWNER


def test_a_review_is_overdue_the_day_after_its_day() -> None:
    assert not overdue(service("x", "2026-11-22"), TODAY)
    assert overdue(service("x", "2026-11-21"), TODAY)
    assert overdue(service("x", "soon"), TODAY)


@pytest.mark.parametrize(
    ("day", "period", "later"),
    [
        ("2026-08-31", "6m", "2027-02-28"),
        ("2027-08-31", "6m", "2028-02-29"),
        ("2026-11-22", "30d", "2026-12-22"),
        ("2026-11-22", "2 W", "2026-12-06"),
        ("2028-02-29", "1y", "2029-02-28"),
        ("2026-12-31", "1m", "2027-01-31"),
    ],
)
def test_a_period_reaches_the_day_a_person_expects(day: str, period: str, later: str) -> None:
    assert after(dt.date.fromisoformat(day), period).isoformat() == later


@pytest.mark.parametrize("period", ["", "6", "m", "0d", "-1d", "6 months or so", "61m", "9y"])
def test_what_is_no_period_or_too_long_is_refused(period: str) -> None:
    with pytest.raises(ValueError, match=r"period|five years"):
        after(TODAY, period)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 60))
def test_months_are_always_later_and_never_beyond_five_years(day: dt.date, months: int) -> None:
    assert day < after(day, f"{months}m") <= five_years_after(day)
