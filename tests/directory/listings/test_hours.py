"""When a listing is open: by the standard's recurrence, through both clock changes, and in words."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.listings.hours import now_words, spans, state, words
from directory.listings.recurrence import read_row

LONDON = ZoneInfo("Europe/London")
UTC = dt.UTC
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


def weekly(byday: str, opens: str, closes: str, **more: Any) -> dict[str, Any]:
    return {"freq": "WEEKLY", "byday": byday, "opens_at": opens, "closes_at": closes, **more}


OFFICE = [weekly("MO,TU,WE,TH", "08:45", "17:15"), weekly("FR", "08:45", "16:15")]


def told(schedules: list[dict[str, Any]], moment: str) -> str:
    return now_words(state(schedules, at(moment)), at(moment))


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-11-23T10:00", "Open until 5:15pm today"),
        ("2026-11-23T08:44", "Opens 8:45am today"),
        ("2026-11-23T08:45", "Open until 5:15pm today"),
        ("2026-11-23T17:15", "Opens 8:45am tomorrow"),
        ("2026-11-27T16:15", "Opens 8:45am on Monday"),
        ("2026-11-28T12:00", "Opens 8:45am on Monday"),
    ],
)
def test_office_hours_are_told_at_any_moment(moment: str, sentence: str) -> None:
    assert told(OFFICE, moment) == sentence


def test_several_rows_of_one_day_are_a_lunch_break() -> None:
    rows = [weekly("MO", "09:00", "12:00"), weekly("MO", "13:00", "17:00")]
    assert told(rows, "2026-11-23T12:30") == "Opens 1pm today"
    assert words(rows) == ["Monday, 9am to midday", "Monday, 1pm to 5pm"]


def test_a_night_service_is_open_after_midnight_on_the_day_after() -> None:
    rows = [weekly("FR,SA", "22:00", "04:00")]
    assert told(rows, "2026-11-29T03:59") == "Open until 4am today"
    assert told(rows, "2026-11-29T04:00") == "Opens 10pm on Friday"
    assert told(rows, "2026-11-27T23:00") == "Open until 4am tomorrow"
    assert words(rows) == ["Friday and Saturday, 10pm to 4am the next day"]


def test_round_the_clock_never_closes() -> None:
    rows = [weekly(",".join(NAMES), "00:00", "23:59")]
    assert told(rows, "2026-12-24T23:59") == "Open day and night"
    assert words(rows) == ["Every day, all day"]


@pytest.mark.parametrize(
    ("row", "dates"),
    [
        ({"freq": "MONTHLY", "byday": "2MO,-1FR"}, ["2026-11-09", "2026-11-27", "2026-12-14", "2026-12-25"]),
        ({"byday": "1SA"}, ["2026-11-07", "2026-12-05"]),
        (
            {"freq": "MONTHLY", "bymonthday": "1,15,-1"},
            ["2026-11-01", "2026-11-15", "2026-11-30", "2026-12-01", "2026-12-15", "2026-12-31"],
        ),
        ({"freq": "MONTHLY", "byday": "FR", "bymonthday": "13"}, ["2026-11-13"]),
        (
            {"freq": "WEEKLY", "interval": 2, "byday": "TU", "dtstart": "2026-10-27"},
            ["2026-11-10", "2026-11-24", "2026-12-08", "2026-12-22"],
        ),
        ({"byday": "WE", "dtstart": "2026-11-11", "count": 2}, ["2026-11-11", "2026-11-18"]),
        ({"byday": "WE", "valid_from": "2026-11-17", "until": "2026-12-01"}, ["2026-11-18", "2026-11-25"]),
        ({"byday": "WE", "dtstart": "2026-12-01", "valid_to": "2026-12-09"}, ["2026-12-02", "2026-12-09"]),
        ({"dtstart": "2026-12-19"}, ["2026-12-19"]),
        ({"freq": "WEEKLY", "dtstart": "2026-12-19"}, ["2026-12-19", "2026-12-26"]),
        ({"freq": "MONTHLY", "interval": 3, "dtstart": "2026-09-02"}, ["2026-12-02"]),
    ],
)  # fmt: skip
def test_the_recurrence_of_the_standard_falls_on_these_days(row: dict[str, Any], dates: list[str]) -> None:
    found = spans([row | {"opens_at": "10:00", "closes_at": "12:00"}], at("2026-11-01"), at("2027-01-01"))
    assert [start.date().isoformat() for start, _end in found] == dates
    assert {(a.hour, b.hour) for a, b in found} == {(10, 12)}


@pytest.mark.parametrize(
    "row",
    [
        {"freq": "WEEKLY", "byday": "MO"},
        {"freq": "WEEKLY", "byday": "MO", "opens_at": "nine", "closes_at": "17:00"},
        {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "09:00"},
        {"opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "WEEKLY", "byday": "Monday", "opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "WEEKLY", "byday": "2MO", "opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "DAILY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "WEEKLY", "interval": 2, "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "WEEKLY", "interval": 0, "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "WEEKLY", "count": -1, "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "MONTHLY", "bymonthday": "32", "opens_at": "09:00", "closes_at": "17:00"},
        {"byday": "MO", "opens_at": "09:00", "closes_at": "17:00", "valid_to": "2026-08-31"},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_relied_on_never_says_open(row: dict[str, Any]) -> None:
    assert told([row], "2026-11-23T10:00") == "Hours not known"
    assert spans([row], at("2026-11-01"), at("2026-12-01")) == []


def test_no_rows_are_no_hours_known_and_a_good_row_beside_a_bad_one_still_counts() -> None:
    assert told([], "2026-11-23T10:00") == "Hours not known"
    assert told([{"description": "Ring to ask"}, *OFFICE], "2026-11-23T10:00") == "Open until 5:15pm today"


def test_what_a_row_says_beside_is_told_with_the_state() -> None:
    rows = [weekly("MO,TU,WE,TH,FR", "09:00", "15:00", description="Term time only")]
    assert told(rows, "2026-11-23T10:00") == "Open until 3pm today (Term time only)"
    assert told(rows, "2026-11-23T16:00") == "Opens 9am tomorrow (Term time only)"
    assert words(rows) == ["Monday to Friday, 9am to 3pm (Term time only)"]


def test_a_season_that_begins_next_year_is_announced_with_its_date() -> None:
    rows = [weekly("SA", "10:00", "12:00", valid_from="2027-04-01", valid_to="2027-09-30")]
    assert told(rows, "2026-11-23T10:00") == "Opens 10am on Saturday 3 April 2027"
    assert words(rows) == ["Saturday, 10am to midday, from 1 April 2027 until 30 September 2027"]


def test_a_course_that_has_had_all_its_days_is_closed() -> None:
    rows = [weekly("WE", "10:00", "12:00", dtstart="2026-11-04", count=3)]
    assert told(rows, "2026-11-18T11:00") == "Open until midday today"
    assert told(rows, "2026-11-18T12:00") == "Closed, with no further dates given"


def test_the_night_the_clocks_go_forward_is_an_hour_shorter() -> None:
    rows = [weekly("SA", "23:00", "03:00")]
    [(start, end)] = spans(rows, at("2026-03-28"), at("2026-03-30"))
    assert (start.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat()) == (
        "2026-03-28T23:00:00+00:00",
        "2026-03-29T02:00:00+00:00",
    )


def test_the_night_the_clocks_go_back_is_an_hour_longer() -> None:
    rows = [weekly("SA", "23:00", "03:00")]
    [(start, end)] = spans(rows, at("2026-10-24"), at("2026-10-26"))
    assert (end.astimezone(UTC) - start.astimezone(UTC)) == dt.timedelta(hours=5)
    second_half_past_one = dt.datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert state(rows, second_half_past_one).open is True
    # A closing time in the hour that comes twice is its first: never open after it may have closed.
    assert state([weekly("SA", "23:00", "01:45")], second_half_past_one).open is False


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        state(OFFICE, dt.datetime(2026, 11, 23, 10))


@pytest.mark.parametrize(
    ("rows", "sentences"),
    [
        (OFFICE, ["Monday to Thursday, 8:45am to 5:15pm", "Friday, 8:45am to 4:15pm"]),
        ([weekly("MO", "09:00", "17:00"), weekly("TU", "09:00", "17:00"), weekly("WE,SA", "09:00", "17:00")],
         ["Monday to Wednesday and Saturday, 9am to 5pm"]),
        ([{"freq": "MONTHLY", "byday": "2MO,-1FR", "opens_at": "10:00", "closes_at": "12:00"}],
         ["Second Monday and last Friday of every month, 10am to midday"]),
        ([{"freq": "MONTHLY", "bymonthday": "1,-1", "opens_at": "10:00", "closes_at": "12:00"}],
         ["The 1st and last day of every month, 10am to midday"]),
        ([weekly("TU", "18:00", "20:00", interval=2, dtstart="2026-11-10")],
         ["Every other Tuesday, 6pm to 8pm, from 10 November 2026"]),
        ([{"dtstart": "2026-12-19", "opens_at": "10:00", "closes_at": "12:00"}],
         ["Saturday 19 December 2026, 10am to midday"]),
        ([{"freq": "WEEKLY", "byday": "MO"}], ["Monday, times not stated"]),
        ([{"description": "By appointment."}], ["By appointment"]),
        ([], []),
    ],
)  # fmt: skip
def test_rows_are_told_as_a_person_would_say_them(rows: list[dict[str, Any]], sentences: list[str]) -> None:
    assert words(rows) == sentences


# Properties: against an evaluation that goes minute by minute and knows no recurrence library.

_times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
_days = st.dates(dt.date(2026, 2, 1), dt.date(2026, 12, 1))
_around = st.sampled_from(
    [dt.date(2026, 3, 27), dt.date(2026, 10, 23), dt.date(2026, 11, 20), dt.date(2026, 6, 29)]
)


@st.composite
def _rows(draw: st.DrawFn) -> dict[str, Any]:
    opens, closes = draw(_times), draw(_times)
    row: dict[str, Any] = {
        "opens_at": opens,
        "closes_at": closes,
        "freq": draw(st.sampled_from(["WEEKLY", "MONTHLY"])),
    }
    weekdays = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    if row["freq"] == "MONTHLY" and draw(st.booleans()):
        row["bymonthday"] = ",".join(
            str(n)
            for n in draw(
                st.lists(st.sampled_from([1, 2, 15, 22, 29, 31, -1, -3]), unique=True, min_size=1, max_size=3)
            )
        )
    elif row["freq"] == "MONTHLY":
        weekdays = [draw(st.sampled_from(["", "1", "2", "-1", "5"])) + day for day in weekdays or ["MO"]]
    row["byday"] = ",".join(weekdays or (["SU"] if "bymonthday" not in row else []))
    for name in ("dtstart", "valid_from", "valid_to", "until"):
        if draw(st.integers(0, 3)) == 0:
            row[name] = draw(_days).isoformat()
    if "dtstart" in row and draw(st.booleans()):
        row["interval"] = draw(st.integers(1, 3))
    if "dtstart" in row and draw(st.integers(0, 3)) == 0:
        row["count"] = draw(st.integers(1, 12))
    return {key: value for key, value in row.items() if value != ""}  # fmt: skip


def _matches(row: dict[str, Any], day: dt.date) -> bool:
    """Whether a row's pattern falls on a day, bounds and count apart; by counting, not by rule."""
    interval, anchor = (
        row.get("interval", 1),
        dt.date.fromisoformat(row["dtstart"]) if "dtstart" in row else None,
    )
    length = calendar.monthrange(day.year, day.month)[1]
    if anchor and interval > 1:
        if row["freq"] == "WEEKLY":
            monday = anchor - dt.timedelta(days=anchor.weekday())
            if (day - dt.timedelta(days=day.weekday()) - monday).days // 7 % interval:
                return False
        elif ((day.year - anchor.year) * 12 + day.month - anchor.month) % interval:
            return False
    if "bymonthday" in row:
        wanted = [int(one) for one in row["bymonthday"].split(",")]
        if day.day not in wanted and day.day - length - 1 not in wanted:
            return False
    if "byday" in row:
        which = {f"{(day.day - 1) // 7 + 1}", f"-{(length - day.day) // 7 + 1}", ""}
        return any(one[-2:] == NAMES[day.weekday()] and one[:-2] in which for one in row["byday"].split(","))
    return True  # fmt: skip


def _naive_days(row: dict[str, Any], last: dt.date) -> set[dt.date]:
    """All days of a row up to `last`, walked one by one."""
    day, found, counted = dt.date(2026, 1, 1), set(), 0
    bounds = {
        name: dt.date.fromisoformat(row[name])
        for name in ("dtstart", "valid_from", "valid_to", "until")
        if name in row
    }
    while day <= last:
        if ("dtstart" not in bounds or day >= bounds["dtstart"]) and _matches(row, day):
            counted += 1
            inside = ("valid_from" not in bounds or day >= bounds["valid_from"]) and all(
                day <= bounds[name] for name in ("valid_to", "until") if name in bounds
            )
            if inside and counted <= row.get("count", 10_000):
                found.add(day)
        day += dt.timedelta(days=1)
    return found  # fmt: skip


def _naive(rows: list[dict[str, Any]], first: dt.date, days: int) -> set[int]:
    """The minutes (UTC, since 1970) that are open."""
    found: set[int] = set()
    for row in rows:
        opens, closes = (int(row[name][:2]) * 60 + int(row[name][3:]) for name in ("opens_at", "closes_at"))
        if opens == closes and opens:
            continue
        closes = closes if closes > opens else closes + 1440
        for day in _naive_days(row, first + dt.timedelta(days=days)):
            if day < first - dt.timedelta(days=1):
                continue
            midnight = dt.datetime(day.year, day.month, day.day)
            a, b = (
                int((midnight + dt.timedelta(minutes=m)).replace(tzinfo=LONDON).timestamp()) // 60
                for m in (opens, closes)
            )
            found.update(range(a, b))
    return found


def _minute(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // 60


@settings(max_examples=150)
@given(rows=st.lists(_rows(), min_size=1, max_size=3), first=_around)
def test_spans_agree_with_an_evaluation_minute_by_minute(rows: list[dict[str, Any]], first: dt.date) -> None:
    start = dt.datetime(first.year, first.month, first.day, tzinfo=LONDON)
    end = start + dt.timedelta(days=6)
    found = spans(rows, start, end)
    naive = {minute for minute in _naive(rows, first, 7) if _minute(start) <= minute < _minute(end)}
    wrong = {minute for a, b in found for minute in range(_minute(a), _minute(b))} ^ naive
    assert not wrong, sorted(wrong)[:3]
    instants = [moment.timestamp() for span in found for moment in span]
    assert instants == sorted(set(instants)), "in order, apart, and none empty"


@settings(max_examples=150)
@given(rows=st.lists(_rows(), min_size=1, max_size=3), first=_around, minute=st.integers(0, 5 * 1440))
def test_the_state_agrees_with_the_spans(rows: list[dict[str, Any]], first: dt.date, minute: int) -> None:
    begin = dt.datetime(first.year, first.month, first.day, tzinfo=LONDON).timestamp()
    moment = dt.datetime.fromtimestamp(begin + minute * 60, UTC)
    hours = state(rows, moment)
    ahead = spans(rows, moment, moment + dt.timedelta(days=9))
    now = [span for span in ahead if span[0].timestamp() <= moment.timestamp() < span[1].timestamp()]
    assert bool(hours.open) == bool(now)
    if now and hours.until is not None:
        assert hours.until.timestamp() == now[0][1].timestamp()
    coming = [span[0] for span in ahead if span[0] > moment]
    if not now and coming and hours.open is not None:
        assert hours.opens is not None
        assert hours.opens.timestamp() == coming[0].timestamp()
    if hours.open is None:
        assert ahead == []
    assert now_words(hours, moment)


_MEMBERS = "freq interval byday bymonthday dtstart until count opens_at closes_at valid_from valid_to"
_ODD = "WEEKLY MONTHLY MO -1FR 31 09:00 2026-11-23 9999-12-31 0001-01-01"
_values = st.one_of(st.text(max_size=12), st.integers(), st.none(), st.sampled_from(_ODD.split()))


@given(st.lists(st.dictionaries(st.sampled_from([*_MEMBERS.split(), "description"]), _values), max_size=3))
def test_no_row_whatever_it_holds_breaks_the_answer(rows: list[dict[str, Any]]) -> None:
    moment = at("2026-11-23T10:00")
    assert now_words(state(rows, moment), moment)
    assert all(isinstance(sentence, str) for sentence in words(rows))


def test_a_row_with_a_list_where_a_word_should_stand_gives_no_days() -> None:
    assert read_row({"byday": ["MO"], "opens_at": "09:00", "closes_at": "17:00"}) is None
    assert read_row({"byday": "MO", "opens_at": {"at": "09:00"}, "closes_at": "17:00"}) == read_row(
        {"byday": "MO", "closes_at": "17:00"}
    )
