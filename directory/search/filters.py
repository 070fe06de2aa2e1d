"""What was asked besides words, and which listings fit: a mask a filter, kept while a generation lives.

Ages fit by overlap: a service for 11 to 18 is for a child of 14, and one that states no ages is kept. For
SEND the higher greatest age counts. What is not known never rules a listing out, except where the filter asks
for the known: open now, free, a language, a feature of access, an area.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from directory.listings.hours import LONDON, state
from directory.search.ages import Span, span_of
from directory.search.columns import CAPACITY, Columns, Mask, schedules_of
from directory.search.reach import NO, Geography, Home, serving_area, serving_home
from directory.search.understanding import Understood
from directory.store.standard import Content

Sort = Literal["best", "near", "name"]
SORTS: tuple[Sort, ...] = ("best", "near", "name")

# Bands of age people choose from: code, name, span. The first is for children not yet born.
AGE_BANDS: tuple[tuple[str, str, Span | None], ...] = (
    ("unborn", "Before birth", None),
    ("0-4", "Under 5", Span(0, 5)),
    ("5-10", "5 to 10", Span(5, 11)),
    ("11-15", "11 to 15", Span(11, 16)),
    ("16-17", "16 and 17", Span(16, 18)),
    ("18-25", "18 to 25", Span(18, 26)),
)
_BANDS = {code: span for code, _name, span in AGE_BANDS}
_MOST_KEPT = 512


@dataclass(frozen=True)
class Asked:
    """A search as it was asked. `text` and `postcode` are as typed; everything else narrows.

    `layer` and `area` name an area of any layer by its code; `age` is in years, `at` the moment that "open
    now" means (now where it is None). `elsewhere` also gives what does not serve the home.
    """

    text: str = ""
    postcode: str = field(default="", repr=False)
    layer: str | None = None
    area: str | None = None
    age: float | None = None
    unborn: bool = False
    level: str | None = None
    needs: frozenset[str] = frozenset()
    route: str | None = None
    open_now: bool = False
    free: bool = False
    language: str | None = None
    accessibility: frozenset[str] = frozenset()
    capacity: bool = False
    organization: str | None = None
    at: dt.datetime | None = None
    page: int = 1
    per_page: int = 20
    sort: Sort = "best"
    age_band: str | None = None
    elsewhere: bool = False


@dataclass(frozen=True)
class Wanted:
    """The filters in force by name, what was asked and what the words said put together; values are hashable.

    `home` is among them only where it is known whom a listing must serve.
    """

    filters: Mapping[str, Hashable]
    home: Home | None
    at: dt.datetime

    def without(self, name: str) -> Wanted:
        """The same without one filter."""
        return Wanted({k: v for k, v in self.filters.items() if k != name}, self.home, self.at)


def wanted(asked: Asked, understood: Understood, home: Home | None, at: dt.datetime) -> Wanted:
    """Put the filters of a form and of the words together; the form's go before."""
    found: dict[str, Hashable] = {}
    ages = (span_of(asked.age),) if asked.age is not None else understood.ages
    unborn = asked.unborn or (understood.unborn and asked.age is None)
    if ages or asked.unborn:
        found["age"] = (ages, unborn, understood.send)
    if asked.age_band in _BANDS:
        found["age_band"] = asked.age_band
    if asked.layer and asked.area:
        found["area"] = (asked.layer, asked.area)
    elif understood.area is not None and home is None:
        found["area"] = (understood.area.layer, understood.area.code)
    for name, value in (
        ("level", asked.level or understood.level),
        ("need", asked.needs),
        ("route", asked.route or understood.route),
        ("open_now", asked.open_now or understood.open_now),
        ("free", asked.free or understood.free),
        ("language", asked.language.lower() if asked.language else None),
        ("accessibility", asked.accessibility),
        ("capacity", asked.capacity),
        ("organization", asked.organization),
    ):
        if value:
            found[name] = value
    if home is not None and home.known and not asked.elsewhere:
        found["home"] = home
    return Wanted(found, home, at)


class Filters:
    """The masks of one generation. Safe to share between threads."""

    def __init__(
        self, columns: Columns, geography: Geography | None, service: Callable[[str], Content | None]
    ) -> None:
        self.columns, self.geography, self._service = columns, geography, service
        self.visible: Mask = columns["visible"].astype(bool)
        self._kept: dict[Hashable, Mask] = {}
        self._homes: dict[Hashable, NDArray[np.int8]] = {}
        self._lock = Lock()

    def mask(self, wanted: Wanted, *, leave_out: str = "") -> Mask:
        """Which listings pass every filter, save one that is left out."""
        found = self.visible
        for name, value in wanted.filters.items():
            if name != leave_out:
                found = found & self.one(name, value, wanted.at)
        return found

    def one(self, name: str, value: Hashable, at: dt.datetime) -> Mask:
        """The mask of one filter; the one of a filter with a moment in it is kept for that minute."""
        key: Hashable = (name, value)
        if name == "open_now":
            key = (name, at.replace(second=0, microsecond=0))
        elif name == "capacity":
            key = (name, at.astimezone(LONDON).date())
        elif name == "home":
            assert isinstance(value, Home)
            return np.asarray(self.serves(value) != NO)
        found = self._kept.get(key)
        if found is None:
            found = self._make(name, value, at)
            found.flags.writeable = False
            with self._lock:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[key] = found
        return found

    def serves(self, home: Home) -> NDArray[np.int8]:
        """What each listing is to a home (see `reach.serving_home`)."""
        key = (home.authority, home.inside, home.near, home.partly)
        found = self._homes.get(key)
        if found is None:
            found = serving_home(self.columns, home)
            with self._lock:
                if len(self._homes) >= _MOST_KEPT:
                    self._homes.clear()
                self._homes[key] = found
        return found

    def _make(self, name: str, value: Hashable, at: dt.datetime) -> Mask:
        columns = self.columns
        if name == "age":
            ages, unborn, send = cast("tuple[tuple[Span, ...], bool, bool]", value)
            return self._ages(ages, unborn, send)
        if name == "age_band":
            span = _BANDS[str(value)]
            return self._ages((span,) if span else (), span is None, False, stated=True)
        if name == "area":
            area = cast("tuple[str, str]", value)
            if self.geography is None:
                return columns.having("area", [" ".join(area)])
            return serving_area(columns, self.geography, area)
        if name == "accessibility":
            assert isinstance(value, frozenset)
            masks = [columns.having("accessibility", [feature]) for feature in value]
            return np.logical_and.reduce(masks) if masks else np.ones(columns.count, bool)
        if name == "need":
            assert isinstance(value, frozenset)
            return columns.having("need", value)
        if name == "route":  # a listing of "both" has the two; asked for both, it must have them
            if value == "both":
                return columns.having("route", ["self"]) & columns.having("route", ["professional"])
            return columns.having("route", [str(value)])
        if name == "open_now":
            return self._open(at)
        if name == "free":
            return np.asarray(columns["free"] == 1)
        if name == "capacity":
            held = capacity_on(columns, at.astimezone(LONDON).date())
            return np.asarray((held <= CAPACITY.index("open")) & (columns["closed"] == 0))
        return columns.having(name, [str(value)])

    def _ages(self, ages: tuple[Span, ...], unborn: bool, send: bool, *, stated: bool = False) -> Mask:
        low, high = self.columns["minimum_age"], age_ends(self.columns, send)
        unknown: Mask = np.isnan(low) & np.isnan(self.columns["maximum_age"])
        # `unborn` is "also for": it says nothing of the ages after birth, so a listing with no ages is not
        # left out of a search with one.
        found = (np.zeros_like(unknown) if stated else unknown).copy()
        if unborn:
            found |= self.columns["unborn"] == 1
        for span in ages:
            found |= (np.nan_to_num(low, nan=0.0) < span.end) & (high > span.first) & ~unknown
        return found

    def _open(self, at: dt.datetime) -> Mask:
        """Which listings are open at a moment, the same as `listings.hours.state` says of each."""
        columns, local = self.columns, at.astimezone(LONDON)
        found = np.zeros(columns.count, bool)
        alone = np.zeros(columns.count, bool)  # which are looked at by themselves
        listings = columns["hours.listing"]
        day = dt.timedelta(days=1)
        if local.hour < 4 and (local - day).utcoffset() != (local + day).utcoffset():
            alone[listings] = True  # the clock changes this night
        else:
            today, minute = local.toordinal(), local.hour * 60 + local.minute
            weekly = columns["hours.plain"] == 1
            for back in (0, 1):
                date, time = today - back, minute + 1440 * back
                right_day = (columns["hours.weekdays"].view(np.uint8) >> ((date - 1) % 7)) & 1 == 1
                holds = (columns["hours.first"] <= date) & (date <= columns["hours.last"])
                hours = (columns["hours.opens"] <= time) & (time < columns["hours.closes"])
                found[listings[weekly & right_day & holds & hours]] = True
            alone[listings[~weekly]] = True
        for number in np.flatnonzero(alone & ~found).tolist():
            service = self._service(columns.ids[number])
            found[number] = service is not None and state(schedules_of(service), at).open is True
        return found


def age_ends(columns: Columns, send: bool) -> NDArray[np.float32]:
    """The age before which each listing's ages end: up to 18 is until the nineteenth birthday."""
    most = columns["maximum_age"]
    if send:
        most = np.fmax(most, columns["send_maximum_age"])
    most = np.where(np.isnan(most), np.float32(200), most)
    return np.where(most == np.floor(most), most + 1, most).astype(np.float32)


def capacity_on(columns: Columns, day: dt.date) -> NDArray[np.int8]:
    """The capacity each listing states on a day, by its place in `CAPACITY`: 0 where it has run out."""
    return np.where(columns["capacity_until"] >= day.toordinal(), columns["capacity"], 0).astype(np.int8)
