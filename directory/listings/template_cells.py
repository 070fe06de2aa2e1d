"""Cells of the template that hold more than one value: hours, phones, areas, languages; both ways.

What a cell shows is always the same for the same content, so that an unchanged cell can be told from one
that a steward has edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = r"(?:mo|tu|we|th|fr|sa|su)[a-z]*"
_RULE = re.compile(
    rf"(?P<days>(?:{_DAY}(?:\s*-\s*{_DAY})?)(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*)?"
    r"\s*(?P<from>[\d:.apmAPM ]+?)\s*(?:-|–|to)\s*(?P<to>[\d:.apmAPM ]+?)\s*(?:\"(?P<said>[^\"]*)\")?",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?P<number>[^\[;]+?)\s*(?:ext\.?\s*(?P<extension>\d{1,8}))?\s*(?:\[(?P<audience>\w+)\])?"
)


def parts_of(cell: str) -> list[str]:
    """The entries of a cell that lists several with `;`."""
    return [one.strip() for one in cell.split(";") if one.strip()]


def days_shown(byday: str) -> str:
    """`MO,TU,WE,FR` as `Mo-We,Fr`; days of a month (`2MO`) as they are."""
    days = [one.strip().upper() for one in byday.split(",") if one.strip()]
    if any(one not in DAYS for one in days):
        return ",".join(days)
    numbers = sorted({DAYS.index(one) for one in days})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    names = [one.title() for one in DAYS]
    return ",".join(
        f"{names[run[0]]}-{names[run[-1]]}" if len(run) > 2 else ",".join(names[one] for one in run)
        for run in runs
    )


def days_read(text: str) -> str:
    """`Mon-Wed, Fri` as `MO,TU,WE,FR`; "" where no day is named."""
    found: list[str] = []
    for piece in re.split(r"\s*,\s*", text.strip()):
        ends = [one.strip()[:2].upper() for one in piece.split("-")]
        if any(one not in DAYS for one in ends):
            return ""
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        span = range(first, last + 1) if last >= first else [*range(first, 7), *range(last + 1)]
        found += [DAYS[one] for one in span]
    return ",".join(dict.fromkeys(found))


def hours_shown(schedules: Iterable[Mapping[str, Any]]) -> str:
    """Schedules as `Mo-Fr 09:00-17:00; Sa 10:00-12:00 "term time"`."""
    shown: list[str] = []
    for one in schedules:
        times = f"{one.get('opens_at', '')}-{one.get('closes_at', '')}"
        days = days_shown(str(one.get("byday", "")))
        said = str(one.get("description", "") or one.get("notes", "")).replace('"', "'").replace(";", ",")
        words = " ".join(filter(None, (days, times if times != "-" else "", f'"{said}"' if said else "")))
        if words:
            shown.append(" ".join(words.split()))
    return "; ".join(shown)


def hours_read(cell: str) -> list[dict[str, Any]]:
    """Schedules from a cell. What cannot be read becomes a schedule whose times the check then refuses."""
    found: list[dict[str, Any]] = []
    for piece in parts_of(cell):
        match = _RULE.fullmatch(piece)
        if match is None:
            only_said = re.fullmatch(r'"([^"]*)"', piece)
            found.append({"description": only_said[1]} if only_said else {"opens_at": piece})
            continue
        rule: dict[str, Any] = {"opens_at": match["from"].strip(), "closes_at": match["to"].strip()}
        rule |= {"freq": "WEEKLY", "byday": days_read(match["days"]) if match["days"] else ",".join(DAYS)}
        if match["said"]:
            rule["description"] = match["said"]
        found.append(rule)
    return found


def phones_shown(phones: Iterable[Mapping[str, Any]]) -> str:
    """Phones as `0121 496 0000 ext 12; 0121 496 0001 [professional]`."""
    shown: list[str] = []
    for one in phones:
        extension = f" ext {one['extension']}" if "extension" in one else ""
        audience = " [professional]" if one.get("audience") == "professional" else ""
        shown.append(f"{str(one.get('number', '')).replace(';', ',')}{extension}{audience}")
    return "; ".join(shown)


def phones_read(cell: str) -> list[dict[str, Any]]:
    """Phones from a cell."""
    found: list[dict[str, Any]] = []
    for piece in parts_of(cell):
        match = _PHONE.fullmatch(piece)
        if match is None:
            found.append({"number": piece})
            continue
        found.append({key: value for key, value in match.groupdict().items() if value})
    return found


def zero_lost(number: str) -> str:
    """A British number whose leading 0 a spreadsheet took, with it again; "" where it is not one."""
    return f"0{number}" if re.fullmatch(r"[1-3578]\d{8,9}", number) else ""


def areas_shown(areas: Iterable[Mapping[str, Any]]) -> str:
    """Areas as `district:E14000560; Northfield and around`."""
    shown = []
    for one in areas:
        if one.get("layer") and one.get("code"):
            shown.append(f"{one['layer']}:{one['code']}")
        else:
            words = one.get("name") or one.get("service_area") or one.get("description") or one.get("extent")
            shown.append(" ".join(str(words or "").replace(";", ",").split()))
    return "; ".join(filter(None, shown))


def areas_read(cell: str) -> list[dict[str, Any]]:
    """Service areas from a cell: `layer:code`, or words."""
    found: list[dict[str, Any]] = []
    for piece in parts_of(cell):
        match = re.fullmatch(r"([a-z][a-z0-9_]{1,40})\s*:\s*(\S{1,60})", piece)
        found.append({"layer": match[1], "code": match[2]} if match else {"name": piece})
    return found


def words_shown(words: Sequence[Any] | object) -> str:
    """A list of words as `one; two`."""
    return "; ".join(str(one) for one in words) if isinstance(words, list | tuple) else str(words)
