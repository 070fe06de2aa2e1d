"""Opening hours and states said in words, as GOV.UK writes times: 8:45am, midday, midnight."""

from __future__ import annotations

import datetime as dt
import re

from directory.routing.london import local

ALWAYS = "at all times"
UNKNOWN = "hours not known"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
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
_SPAN = r"\d{1,2}:\d{2}-\d{1,2}:\d{2}"
_DAY_LIST = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:\s*[-,]\s*(?:Mo|Tu|We|Th|Fr|Sa|Su))*"
_RULE = (
    rf"(?:(?P<ph>PH)\s+|(?:(?P<year>\d{{4}})\s+)?(?P<month>[A-Z][a-z]{{2}})\s+(?P<day>\d{{1,2}})\s+|(?P<days>{_DAY_LIST})\s+)?"
    rf"(?P<times>{_SPAN}(?:\s*,\s*{_SPAN})*|off|closed|24/7)"
)
_FULL = ((0, 1440),)

Spans = tuple[tuple[int, int], ...]


def clock(minutes: int) -> str:
    """Minutes after midnight as a time of day; 1440 is the midnight that ends the day."""
    minutes %= 1440
    if minutes in (0, 720):
        return "midday" if minutes else "midnight"
    hour, minute = divmod(minutes, 60)
    return f"{(hour - 1) % 12 + 1}{f':{minute:02}' if minute else ''}{'am' if hour < 12 else 'pm'}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _spans(times: str) -> Spans:
    if times in ("off", "closed"):
        return ()
    if times == "24/7":
        return _FULL
    spans = []
    for a, b, c, d in re.findall(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", times):
        spans.append((int(a) * 60 + int(b), int(c) * 60 + int(d)))
    return tuple(spans)


def _times(spans: Spans) -> str:
    return "all day" if spans == _FULL else _and([f"{clock(a)} to {clock(b)}" for a, b in spans])


def _day_numbers(days: str) -> list[int]:
    numbers: list[int] = []
    for part in days.replace(" ", "").split(","):
        ends = [_SHORT.index(end) for end in part.split("-")]
        if len(ends) > 2:
            return []
        count = (ends[-1] - ends[0]) % 7
        numbers += [(ends[0] + step) % 7 for step in range(count + 1)]
    return numbers


def _days(numbers: list[int]) -> str:
    """Day numbers as words: a run of three or more days becomes "Monday to Thursday"."""
    if len(numbers) == 7:
        return "every day"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts: list[str] = []
    for run in runs:
        parts += [f"{_DAYS[run[0]]} to {_DAYS[run[-1]]}"] if len(run) > 2 else [_DAYS[n] for n in run]
    return _and(parts)


def hours_words(expression: str) -> str:
    """Opening hours in a sentence a person can read out.

    Weekly hours, bank holidays and single dates are said in words. Anything rarer is given as it
    was written, so that nothing is ever said that the expression does not say.
    """
    if not expression:
        return UNKNOWN
    week: dict[int, Spans] = dict.fromkeys(range(7), ())
    bank_holidays: Spans | None = None
    dated: list[str] = []
    for rule in (part.strip() for part in expression.split(";") if part.strip()):
        found = re.fullmatch(_RULE, rule)
        if found is None or (found["days"] and not _day_numbers(found["days"])):
            return f"as written: {expression}"
        spans = _spans(found["times"])
        if found["ph"]:
            bank_holidays = spans
        elif found["month"]:
            month = next((name for name in _MONTHS if name[:3] == found["month"]), None)
            if month is None:
                return f"as written: {expression}"
            day = f"{int(found['day'])} {month}{' ' + found['year'] if found['year'] else ''}"
            dated.append(f"{_times(spans)} on {day}" if spans else f"closed on {day}")
        else:
            for number in _day_numbers(found["days"]) if found["days"] else range(7):
                week[number] = spans
    return _sentence(week, bank_holidays, dated)


def _sentence(week: dict[int, Spans], bank_holidays: Spans | None, dated: list[str]) -> str:
    if all(spans == _FULL for spans in week.values()) and bank_holidays in (None, _FULL) and not dated:
        return ALWAYS
    by_times: dict[Spans, list[int]] = {}
    for number, spans in week.items():
        if spans:
            by_times.setdefault(spans, []).append(number)
    parts = [f"{_days(numbers)} {_times(spans)}" for spans, numbers in by_times.items()]
    if bank_holidays:
        parts.append(f"bank holidays {_times(bank_holidays)}")
    elif bank_holidays is not None and parts:
        parts.append("not bank holidays")
    return ", ".join(parts + dated) or "never open"


def _when(instant: int, now: int) -> str:
    """`instant`, a moment after `now`, by the clock and the day: "8:45am tomorrow"."""
    there, here = local(instant), local(now)
    minutes = there.hour * 60 + there.minute
    ahead = (there.date() - here.date()).days
    if minutes == 0:
        if ahead == 1:
            return "midnight tonight"
        there -= dt.timedelta(days=1)
        return f"midnight at the end of {_date(there, here)}"
    if ahead < 2:
        return f"{clock(minutes)} {'tomorrow' if ahead else 'today'}"
    return f"{clock(minutes)} on {_date(there, here)}"


def _date(there: dt.datetime, here: dt.datetime) -> str:
    year = f" {there.year}" if (there - here).days > 300 else ""
    return f"{_DAYS[there.weekday()]} {there.day} {_MONTHS[there.month - 1]}{year}"


def state_words(is_open: bool | None, now: int, change: int | None) -> str:
    """What to tell a caller at `now`: "open until 5:15pm today", "opens at 8:45am tomorrow".

    `change` is the instant of the next opening or closing, None when there is none to come;
    `is_open` is None where the hours are not known. The words hold until `change` or the next
    London midnight, whichever comes first.
    """
    if is_open is None:
        return UNKNOWN
    if change is None:
        return f"open {ALWAYS}" if is_open else "closed until further notice"
    when = _when(change, now)
    return f"open until {when}" if is_open else f"opens at {when}"
