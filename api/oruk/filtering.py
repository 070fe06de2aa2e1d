"""Which services the standard's parameters keep: rules over what a listing says.

Every range is taken by overlap. A service for ages 11 to 18 answers to `minimum_age=16&maximum_age=25`, and
one open from 9am to 5pm to `start_time=16:00&end_time=20:00`: something of what was asked can be had there.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.oruk.asked import Wanted
from directory.listings.recurrence import MINUTES, Row, read_row

# The ends of a range that a listing leaves open, in years: before birth, and older than anybody.
UNBORN, BORN, OLDEST = -0.75, 0.0, 130.0
_EARTH = 6_371_008.8  # metres, the mean radius


@dataclass(frozen=True, slots=True)
class Opening:
    """From when until when on a day of the week (0 is Monday), in minutes after midnight, while it lasts."""

    weekday: int
    opens: int
    closes: int
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What of a service the filters look at."""

    organization: str
    lowest: float
    highest: float
    openings: tuple[Opening, ...]
    areas: tuple[tuple[str, str], ...]  # (layer, code); none: it does not say where it serves


def service_facts(content: Mapping[str, Any], schedules: Iterable[Mapping[str, Any]]) -> ServiceFacts:
    """The facts of a service's content, and of the schedule rows that say when it is open."""
    areas = content.get("service_areas", ())
    return ServiceFacts(
        organization=str(content.get("organization_id", "")).lower(),
        lowest=UNBORN if content.get("unborn") else float(content.get("minimum_age", BORN)),
        highest=float(content.get("maximum_age", OLDEST)),
        openings=openings(schedules),
        areas=tuple((str(one["layer"]), str(one.get("code", ""))) for one in areas if one.get("layer")),
    )


def openings(schedules: Iterable[Mapping[str, Any]]) -> tuple[Opening, ...]:
    """The weekly pattern of schedule rows. What is once a month, or every second week, is on its weekday."""
    found: dict[Opening, None] = {}
    for content in schedules:
        row = read_row(content)
        if row is None or row.opens is None or row.closes is None:
            continue
        for weekday in _weekdays(row):
            found[Opening(weekday, row.opens, min(row.closes, MINUTES), row.last)] = None
            if row.closes > MINUTES:  # the rest of the night is the next day's
                found[Opening((weekday + 1) % 7, 0, row.closes - MINUTES, row.last)] = None
    return tuple(found)


def _weekdays(row: Row) -> Iterable[int]:
    if row.days:
        return dict.fromkeys(day for _which, day in row.days)
    return range(7)  # a day of the month can be any day of the week


def open_within(openings: Sequence[Opening], wanted: Wanted, today: dt.date) -> bool:
    """Whether some opening that has not run out overlaps the days and times asked for."""
    begins = 0 if wanted.begins is None else wanted.begins
    ends = MINUTES if wanted.ends is None else wanted.ends
    return any(
        (not wanted.days or one.weekday in wanted.days)
        and one.opens < ends
        and one.closes > begins
        and (one.last is None or one.last >= today)
        for one in openings
    )


def keeps(facts: ServiceFacts, wanted: Wanted) -> bool:
    """Whether age and organisation are what was asked for."""
    return (
        (not wanted.organization or facts.organization == wanted.organization)
        and (wanted.lowest is None or facts.highest >= wanted.lowest)
        and (wanted.highest is None or facts.lowest <= wanted.highest)
    )


def near(spot: tuple[float, float] | None, points: Iterable[tuple[float, float]], metres: float) -> bool:
    """Whether one of the points (degrees, WGS 84) is within so many metres of the spot."""
    return spot is not None and any(distance(*spot, *point) <= metres for point in points)


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two points on a round earth (haversine): right to one part in two hundred."""
    a, b = math.radians(lat), math.radians(other_lat)
    across = math.sin((b - a) / 2) ** 2
    across += math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(across)))


def point(location: Mapping[str, Any]) -> tuple[tuple[float, float], ...]:
    """The one point of a location, or none."""
    lat, lon = location.get("latitude"), location.get("longitude")
    return () if lat is None or lon is None else ((float(lat), float(lon)),)
