"""What filters and ranking read of every listing, as numpy columns in the order of the index's numbers.

Made with the index, kept in the generation's folder and mapped from there: one value a listing (ages, dates,
capacity), pairs of (listing, value) for what can be several (needs, areas served), and rows of opening hours.
When little has changed, the rows of unchanged listings are taken over from the generation before.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from directory.listings.recurrence import read_row
from directory.search.documents import SEARCHED_STATUSES, written_words
from directory.store.standard import Content
from geo.sections import Sections, write_sections

FORM = 1
PAIRS = ("need", "level", "route", "language", "accessibility", "area", "organization")
_SCALARS: Mapping[str, str] = {
    "visible": "b",  # searched at all: of a status that is
    "closed": "b",  # temporarily, by its status
    "minimum_age": "f",  # years, NaN where not stated; -1 counts as not stated
    "maximum_age": "f",
    "send_maximum_age": "f",
    "unborn": "b",
    "free": "b",  # 1 free, 0 not, -1 not stated
    "assured": "i",  # ordinal day, 0 not stated
    "review_by": "i",
    "capacity": "b",  # of CAPACITY
    "capacity_until": "i",
}
CAPACITY = ("unknown", "open", "waiting_list", "closed")
_TABLES: Mapping[str, Mapping[str, str]] = {
    "places": {"listing": "i", "lat": "d", "lon": "d"},  # degrees, WGS 84
    # A bit a weekday from Monday, minutes after midnight, days by ordinal. `plain` 0: not the same each week.
    "hours": {
        "listing": "i",
        "plain": "b",
        "weekdays": "b",
        "opens": "h",
        "closes": "h",
        "first": "i",
        "last": "i",
    },
}
_TYPES = {"b": np.int8, "h": np.int16, "i": np.int32, "f": np.float32, "d": np.float64}
_LATEST = dt.date.max.toordinal()

Mask = NDArray[np.bool_]


class _Published(Protocol):
    def service(self, identifier: str, /) -> Content | None: ...


def schedules_of(service: Content) -> list[Content]:
    """The rows that say when a service is open: its own, else those of it at its places, else theirs."""
    at_places = service.get("service_at_locations", ())
    for holders in ([service], at_places, [one.get("location") or {} for one in at_places]):
        rows = [row for holder in holders for row in holder.get("schedules", ())]
        if rows:
            return rows
    return []


def is_free(service: Content) -> int:
    """1 where a listing says that it costs nothing, 0 where it names a price, -1 where it says neither."""
    options = service.get("cost_options", ())
    amounts = [one["amount"] for one in options if one.get("amount") is not None]
    if amounts:
        return 1 if max(amounts) == 0 else 0
    said = [
        str(one.get("option") or one.get("amount_description") or "")
        for one in service.get("cost_options", ())
    ]
    told = " ".join([str(service.get("fees") or ""), *said]).strip().lower()
    return 1 if told.startswith(("free", "no charge", "no cost")) else -1


def _age(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value >= 0 else np.nan


def _day(value: object) -> int:
    try:
        return dt.date.fromisoformat(str(value)).toordinal() if value else 0
    except ValueError:
        return 0


def _scalars(service: Content) -> dict[str, float]:
    capacity = service.get("capacity") or {}
    state = str(capacity.get("state") or "unknown")
    return {
        "visible": service.get("status", "active") in SEARCHED_STATUSES,
        "closed": service.get("status") == "temporarily closed",
        "minimum_age": _age(service.get("minimum_age")),
        "maximum_age": _age(service.get("maximum_age")),
        "send_maximum_age": _age(service.get("send_maximum_age")),
        "unborn": bool(service.get("unborn")),
        "free": is_free(service),
        "assured": _day(service.get("assured_date")),
        "review_by": _day(service.get("review_by")),
        "capacity": CAPACITY.index(state) if state in CAPACITY else 0,
        "capacity_until": _day(capacity.get("until")),
    }


def _holders(service: Content) -> Iterator[Content]:
    yield service
    yield from (one.get("location") or {} for one in service.get("service_at_locations", ()))


def _pairs(service: Content) -> dict[str, set[str]]:
    route = service.get("referral_route")
    return {
        "need": set(service.get("needs", ())),
        "level": set(service.get("levels_of_need", ())),
        "route": {"self", "professional"} if route == "both" else {str(route)} if route else set(),
        "language": {
            str(one["code"]).lower()
            for holder in _holders(service)
            for one in holder.get("languages", ())
            if one.get("code")
        },
        "accessibility": {
            str(feature)
            for holder in _holders(service)
            for one in holder.get("accessibility", ())
            for feature in one.get("features", ())
        },
        "area": {
            f"{one['layer']} {one.get('code', '')}"
            for one in service.get("service_areas", ())
            if one.get("layer")
        },
        "organization": {str(service["organization_id"])} if service.get("organization_id") else set(),
    }


def _places(service: Content) -> Iterator[tuple[float, float]]:
    for place in _holders(service):
        lat, lon = place.get("latitude"), place.get("longitude")
        if isinstance(lat, int | float) and isinstance(lon, int | float) and place is not service:
            yield float(lat), float(lon)


def _hours(service: Content) -> Iterator[tuple[int, ...]]:
    for content in schedules_of(service):
        row = read_row(content)
        if row is None or row.opens is None or row.closes is None:
            continue
        weekdays = sum(1 << weekday for weekday in {weekday for _which, weekday in row.days})
        yield (
            int(row.plain),
            weekdays,
            row.opens,
            row.closes,
            row.first.toordinal() if row.first else 0,
            row.last.toordinal() if row.last else _LATEST,
        )


class Columns:
    """The columns of one generation. Arrays are read only; safe to share between threads."""

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any], lines: Mapping[str, bytes]
    ) -> None:
        self._arrays, self._meta, self._lines = arrays, meta, lines
        self.count: int = meta["count"]
        self.values: dict[str, list[str]] = meta["values"]
        self._places = {name: {v: at for at, v in enumerate(held)} for name, held in self.values.items()}

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A column by name: a scalar's, or `places.lat` and the like, or `need.listing` and `need.value`."""
        return self._arrays[name]

    @cached_property
    def ids(self) -> list[str]:
        """The ids in the order of the numbers."""
        return self._lines["ids"].decode().split("\n") if self.count else []

    @cached_property
    def names(self) -> list[str]:
        """The services' names in the same order."""
        return self._lines["names"].decode().split("\n") if self.count else []

    @cached_property
    def written(self) -> dict[str, int]:
        """Every word as it is written, with the number of listings that have it."""
        rows = (line.partition(" ") for line in self._lines["written"].decode().split("\n") if line)
        return {word: int(count) for word, _space, count in rows}

    @cached_property
    def by_name(self) -> NDArray[np.int32]:
        """The rank of each listing in the order of names, to tell ties apart the same way each time."""
        order = sorted(range(self.count), key=lambda n: (self.names[n].casefold(), self.ids[n]))
        ranks = np.empty(self.count, np.int32)
        ranks[order] = np.arange(self.count, dtype=np.int32)
        return ranks

    def having(self, name: str, wanted: Collection[str]) -> Mask:
        """Which listings have any of some values, of a name in `PAIRS`."""
        mask = np.zeros(self.count, bool)
        places = self._places[name]
        numbers = [places[value] for value in wanted if value in places]
        if numbers:
            mask[self[f"{name}.listing"][np.isin(self[f"{name}.value"], numbers)]] = True
        return mask

    def how_many(self, name: str, wanted: Collection[str]) -> NDArray[np.int64]:
        """How many of some values each listing has, of a name in `PAIRS`."""
        places = self._places[name]
        numbers = [places[value] for value in wanted if value in places]
        listings = self[f"{name}.listing"][np.isin(self[f"{name}.value"], numbers)]
        return np.bincount(listings, minlength=self.count)

    def any_of(self, name: str) -> Mask:
        """Which listings say anything at all under a name in `PAIRS`."""
        mask = np.zeros(self.count, bool)
        mask[self[f"{name}.listing"]] = True
        return mask

    def tally(self, name: str, mask: Mask) -> dict[str, int]:
        """How many of the listings in a mask have each value."""
        values = self[f"{name}.value"][mask[self[f"{name}.listing"]]]
        counts = np.bincount(values, minlength=len(self.values[name]))
        return {value: int(counts[at]) for at, value in enumerate(self.values[name]) if counts[at]}

    @classmethod
    def build(
        cls,
        published: _Published,
        ids: Sequence[str],
        *,
        stop: frozenset[str] = frozenset(),
        previous: Columns | None = None,
        changed: Collection[str] = (),
        was: _Published | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Columns:
        """The columns of services by id, in the order of `ids`.

        With `previous` (and `was`, the snapshot it was made from) only the services in `changed` and those it
        lacks are read; all others are taken over.
        """
        took: dict[str, int] = {}
        if previous is not None and was is not None:
            again = set(changed)
            took = {one: at for at, one in enumerate(previous.ids) if one not in again}
        maker = _Maker(ids)
        written: Counter[str] = Counter(previous.written if took and previous else {})
        if took and previous is not None and was is not None:
            wanted = set(ids)
            for one in previous.ids:
                if one not in took or one not in wanted:
                    gone = was.service(one)
                    if gone is not None:
                        written.subtract(written_words(gone, stop))
            maker.take_over(previous, [took.get(one, -1) for one in ids])
        fresh = [at for at, one in enumerate(ids) if one not in took]
        for done, at in enumerate(fresh):
            service = published.service(ids[at])
            if service is not None:
                maker.put(at, service)
                written.update(written_words(service, stop))
            if progress is not None and done % 256 == 0:
                progress(done, len(fresh))
        return maker.columns(+written)

    def write(self, path: Path) -> None:
        """Write them to a file, whole or not at all. Raises `OSError`."""
        sections = {name: (_form(array), array.tobytes()) for name, array in self._arrays.items()}
        sections |= {f"lines.{name}": ("B", held) for name, held in self._lines.items()}
        write_sections(path, dict(self._meta), sections)

    @classmethod
    def open(cls, path: Path, *, verify: bool = False) -> Columns:
        """Map the file at `path`. Raises `geo.sections.SectionsError` where it is missing, damaged or old."""
        sections = Sections(path, verify=verify)
        if sections.meta.get("form") != FORM:
            from geo.sections import SectionsError

            raise SectionsError(f"{path} is of another version")
        arrays = {
            name: np.frombuffer(sections.view(name), dtype=_TYPES[form])
            for name, form in sections.meta["forms"].items()
        }
        lines = {name: bytes(sections.view(f"lines.{name}")) for name in ("ids", "names", "written")}
        return cls(arrays, sections.meta, lines)


def _form(array: NDArray[Any]) -> str:
    return next(form for form, kind in _TYPES.items() if array.dtype == kind)


class _Maker:
    """Columns in the making: a slot for each listing, pairs and table rows in lists."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = list(ids)
        self._names = [""] * len(ids)
        self._scalars = {name: np.zeros(len(ids), _TYPES[form]) for name, form in _SCALARS.items()}
        self._pairs: dict[str, list[tuple[int, str]]] = {name: [] for name in PAIRS}
        self._rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in _TABLES}

    def put(self, at: int, service: Content) -> None:
        """Fill one slot."""
        self._names[at] = " ".join(str(service.get("name", "")).split())
        for name, value in _scalars(service).items():
            self._scalars[name][at] = value
        for name, values in _pairs(service).items():
            self._pairs[name] += ((at, value) for value in sorted(values))
        self._rows["places"] += ((at, *place) for place in _places(service))
        self._rows["hours"] += ((at, *row) for row in _hours(service))

    def take_over(self, previous: Columns, sources: Sequence[int]) -> None:
        """Fill each slot from a listing of the generation before; -1 leaves it."""
        source = np.array(sources, np.int64)
        kept = np.flatnonzero(source >= 0)
        place = np.full(previous.count, -1, np.int64)
        place[source[kept]] = kept
        for name in _SCALARS:
            self._scalars[name][kept] = previous[name][source[kept]]
        for at in kept.tolist():
            self._names[at] = previous.names[sources[at]]
        for name in PAIRS:
            values = previous.values[name]
            now = place[previous[f"{name}.listing"]]
            held = zip(now.tolist(), previous[f"{name}.value"].tolist(), strict=True)
            self._pairs[name] += ((at, values[value]) for at, value in held if at >= 0)
        for table, forms in _TABLES.items():
            columns = [previous[f"{table}.{name}"].tolist() for name in forms if name != "listing"]
            now = place[previous[f"{table}.listing"]]
            rows = zip(now.tolist(), *columns, strict=True)
            self._rows[table] += (row for row in rows if row[0] >= 0)

    def columns(self, written: Mapping[str, int]) -> Columns:
        """The finished columns."""
        arrays: dict[str, NDArray[Any]] = dict(self._scalars)
        values: dict[str, list[str]] = {}
        for name, pairs in self._pairs.items():
            values[name] = sorted({value for _at, value in pairs})
            numbers = {value: number for number, value in enumerate(values[name])}
            pairs.sort()
            arrays[f"{name}.listing"] = np.array([at for at, _value in pairs], np.int32)
            arrays[f"{name}.value"] = np.array([numbers[value] for _at, value in pairs], np.int32)
        for table, forms in _TABLES.items():
            rows = sorted(self._rows[table])
            for place, (name, form) in enumerate(forms.items()):
                arrays[f"{table}.{name}"] = np.array([row[place] for row in rows], _TYPES[form])
        for array in arrays.values():
            array.flags.writeable = False
        forms = {name: _form(array) for name, array in arrays.items()}
        meta = {"form": FORM, "count": len(self._ids), "values": values, "forms": forms}
        lines: dict[str, Iterable[str]] = {
            "ids": self._ids,
            "names": self._names,
            "written": (f"{word} {count}" for word, count in sorted(written.items())),
        }
        return Columns(arrays, meta, {name: "\n".join(held).encode() for name, held in lines.items()})
