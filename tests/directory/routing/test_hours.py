"""Opening hours: refusals that help, and intervals that agree with the library at every moment."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from directory.routing.bank_holidays import bank_holidays
from directory.routing.contacts import ContactPoint
from directory.routing.hours import HoursError, clean, is_open, open_edges, open_intervals, union, validate
from directory.routing.london import LONDON, clock_changes, epoch, local, midnight

CASS = "Mo-Th 08:45-17:15; Fr 08:45-16:15; PH off"
EDT = "Mo-Th 00:00-08:45,17:15-24:00; Fr 00:00-08:45,16:15-24:00; Sa-Su 00:00-24:00; PH 00:00-24:00"
START, END = midnight(dt.date(2026, 10, 1)), midnight(dt.date(2027, 11, 15))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def by_the_library(expression: str, instant: int) -> bool:
    """What the library itself says of the time on London's clocks, given the bank holidays as dates.

    It is asked without a time zone: with one it is wrong in the minute before the clocks go back.
    """
    written = []
    for rule in expression.split(";"):
        if rule.strip().startswith("PH"):
            days = bank_holidays(dt.date(2026, 1, 1), dt.date(2028, 12, 31))
            written += [f"{d.year} {MONTHS[d.month - 1]} {d.day:02} {rule.strip()[3:]}" for d in days]
        else:
            written.append(rule.strip())
    return bool(OpeningHours("; ".join(written)).is_open(local(instant).replace(tzinfo=None)))


def test_compiled_intervals_agree_with_the_library_around_every_clock_change_and_bank_holiday(
    contacts: list[ContactPoint],
) -> None:
    nights = [midnight(day) for day in bank_holidays(dt.date(2026, 12, 1), dt.date(2027, 9, 1))]
    nights += [change - 3600 for change in clock_changes(START, END)]
    expressions = {contact.hours for contact in contacts if contact.hours} | {
        "Su 00:15-01:45; Mo-Sa 01:30-02:30"
    }
    for expression in sorted(expressions):
        edges = open_edges(expression, START, END)
        for night in nights:
            for instant in range(night - 14_400, night + 100_000, 2700):
                assert is_open(edges, instant) == by_the_library(expression, instant), (
                    expression,
                    local(instant),
                )


hour = st.integers(0, 23)
span = st.builds(
    lambda a, b, c, d: f"{a:02}:{b:02}-{c:02}:{d:02}",
    hour,
    st.sampled_from((0, 15, 45)),
    hour,
    st.sampled_from((0, 30)),
).filter(lambda text: text[:5] != text[6:])
days = st.sampled_from(("Mo-Fr", "Mo-Th", "Fr", "Sa-Su", "Su", "Mo,We,Fr", "Fr-Mo"))
weekly = st.builds(lambda d, s: f"{d} {s}", days, span)
holiday = st.sampled_from(("", "; PH off", "; PH 10:00-14:00", "; PH 00:00-24:00"))
expressions = st.builds(
    lambda rules, ph: "; ".join(rules) + ph, st.lists(weekly, min_size=1, max_size=3), holiday
)


@settings(max_examples=60, deadline=None)
@given(expressions, st.lists(st.integers(START, END - 1), min_size=5, max_size=20))
def test_compiled_intervals_agree_with_the_library_at_any_moment(
    expression: str, instants: list[int]
) -> None:
    edges = open_edges(expression, START, END)
    assert edges == sorted(set(edges)), "edges must rise, with no empty or touching intervals"
    changes = clock_changes(START, END)
    for instant in [*instants, *changes, *(change - 1 for change in changes)]:
        assert is_open(edges, instant) == by_the_library(expression, instant), local(instant)


@settings(max_examples=20, deadline=None)
@given(expressions, st.integers(0, 300), st.integers(1, 60))
def test_a_shorter_stretch_gives_the_same_hours_cut_to_it(expression: str, after: int, length: int) -> None:
    start, end = START + after * 86_400 + 4321, START + (after + length) * 86_400
    whole = open_edges(expression, START, END)
    for instant in range(start, end, 5000):
        assert is_open(open_edges(expression, start, end), instant) == is_open(whole, instant)


@pytest.mark.parametrize(
    ("day", "hours_long"),
    [("2026-10-25", 25), ("2027-03-28", 23), ("2026-11-22", 24)],
)
def test_cass_and_the_duty_team_share_every_day_without_gap_or_overlap(day: str, hours_long: int) -> None:
    date = dt.date.fromisoformat(day)
    start, end = midnight(date), midnight(date + dt.timedelta(days=1))
    assert end - start == hours_long * 3600
    cass, duty = open_edges(CASS, start, end), open_edges(EDT, start, end)
    assert union([cass, duty]) == [start, end]
    assert sum(cass[1::2]) - sum(cass[::2]) + sum(duty[1::2]) - sum(duty[::2]) == end - start


def test_an_hour_that_comes_twice_is_open_twice_and_one_left_out_never() -> None:
    autumn = open_intervals(
        "Su 01:00-02:00", dt.datetime(2026, 10, 25, tzinfo=LONDON), dt.datetime(2026, 10, 26, tzinfo=LONDON)
    )
    assert [closes - opens for opens, closes in autumn] == [dt.timedelta(hours=2)]
    spring = open_intervals(
        "Su 01:00-02:00", dt.datetime(2027, 3, 28, tzinfo=LONDON), dt.datetime(2027, 3, 29, tzinfo=LONDON)
    )
    assert spring == []


def test_englands_bank_holidays_and_not_another_nations() -> None:
    found = bank_holidays(dt.date(2026, 12, 1), dt.date(2027, 9, 1))
    assert [day.isoformat() for day in found] == [
        "2026-12-25",
        "2026-12-26",
        "2026-12-28",
        "2027-01-01",
        "2027-03-26",
        "2027-03-29",
        "2027-05-03",
        "2027-05-31",
        "2027-08-30",
    ]
    for day in found:
        edges = open_edges(CASS, midnight(day), midnight(day + dt.timedelta(days=1)))
        assert edges == [], day


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "Mo-Fr 09:00-17:00; PH off"),
        ("Mo-Fr 9-5", "character 7"),
        ("Mo-Fr,PH 09:00-17:00", "Write Mo-Fr 09:00-17:00; PH 09:00-17:00."),
        ("Mo-Fr 09:00-17:00, PH off", "Write Mo-Fr 09:00-17:00; PH off."),
        ("Mo-Fr 09:00-17:00 PH off", "after a semicolon"),
        ("PH off; Mo-Fr 09:00-17:00", "Put the PH rule after the weekly hours."),
        ("Mo-Fr 09:00-17:00; SH off", "school holidays"),
        ('Mo-Fr 09:00-17:00 "ring the bell"', "comment"),
        ("Mo-Fr 09:00+", "open end"),
        ("Mo-Fr sunrise-17:00", "clock time"),
        ("Mo-Fr 09:00-17:00 unknown", "certain"),
        ("Mo-Fr 09:00-17:00 || Sa 10:00-11:00", "semicolon"),
    ],
)
def test_hours_nobody_could_rely_on_are_refused_with_what_to_write(expression: str, says: str) -> None:
    with pytest.raises(HoursError, match=r".") as refused:
        validate(expression)
    assert says in str(refused.value)


def test_dashes_from_a_word_processor_are_understood() -> None:
    assert clean("Mo\u2013Fr  09:00\u201317:00 ;  PH off") == "Mo-Fr 09:00-17:00 ; PH off"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        epoch(dt.datetime(2026, 11, 22))
    with pytest.raises(ValueError, match="1950 to 2150"):
        epoch(dt.datetime(1066, 10, 14, tzinfo=dt.UTC))
