"""Whom a listing serves: whether a home lies in the areas it names, how far its places are, what overlaps.

A service area is a layer of the product's own gazetteer and a code in it, a local authority, or a country. A
home is placed by its postcode, on every layer at once. Distances are straight lines in metres on a plane that
is good to a few metres in the city.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import hypot
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from directory.search.columns import Columns, Mask
from directory.search.understanding import Area
from directory.search.words import words
from geo.gazetteer import CITY, METRES_A_LAT, METRES_A_LON, NONE, Gazetteer
from geo.place import Place, locate

AUTHORITY, COUNTRY = "authority", "country"
# The countries of the United Kingdom that an area of layer "country" covers, by the letter of their codes.
_COUNTRIES: Mapping[str, str] = {
    "E92000001": "E",
    "W92000004": "W",
    "S92000003": "S",
    "N92000002": "N",
    "K02000001": "EWSN",
    "K03000001": "EWS",
    "K04000001": "EW",
}
# Less of an area than this within another is a line drawn a few metres elsewhere.
OVERLAP = 0.01
_NOWHERE: frozenset[tuple[str, str]] = frozenset()
_NAMED_LAYERS = ("district", "ward_2018", "ward_2004")

# What a listing is to a home, least to most.
NO, UNKNOWN, CHECK, YES = 0, 1, 2, 3
Serves = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Home:
    """Where a child lives, as far as a postcode says. `spot` is (latitude, longitude) in degrees.

    `inside` are the areas (layer and code) the home is in, `near` those whose boundary is within 50 metres,
    `partly` those that only some homes of an incomplete postcode are in.
    """

    status: str
    authority: str = ""
    inside: frozenset[tuple[str, str]] = frozenset()
    near: frozenset[tuple[str, str]] = frozenset()
    partly: frozenset[tuple[str, str]] = frozenset()
    spot: tuple[float, float] | None = field(default=None, repr=False)
    district: str | None = None

    @property
    def known(self) -> bool:
        """Whether it can be told who serves it."""
        return bool(self.authority)

    @property
    def key(self) -> tuple[object, ...]:
        """What an answer for this home may be kept by."""
        return (self.status, self.authority, self.inside, self.near, self.partly, self.spot)


class Geography:
    """The gazetteer as search asks it. Safe to share between threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._index = {
            (g["layer"], code): (at, area)
            for at, g in enumerate(gazetteer.generations)
            for area, (code, _name) in enumerate(g["areas"])
        }
        self.overlaps = lru_cache(maxsize=4096)(self._overlaps)
        self._answering = lru_cache(maxsize=16)(self._answering_on)
        self._inside = lru_cache(maxsize=4096)(self._areas_of)

    def outcode(self, outcode: str) -> bool:
        """Whether there are postcodes of this outcode, or of its letters."""
        known = self.gazetteer
        if outcode in known.city.outcodes or outcode in known.outside.outcodes:
            return True
        return outcode.rstrip("0123456789") == "B"

    def name(self, layer: str, code: str) -> str | None:
        """The name of an area; None where the layer has none of that code."""
        held = self._index.get((layer, code))
        if held is None:
            return None
        return str(self.gazetteer.generations[held[0]]["areas"][held[1]][1])

    def areas(self, layer: str) -> list[tuple[str, str]]:
        """Code and name of every area of a layer's last generation, by name."""
        last = [g for g in self.gazetteer.generations if g["layer"] == layer]
        return sorted(((code, name) for code, name in last[-1]["areas"]), key=lambda a: a[1]) if last else []

    def named(self) -> dict[tuple[str, ...], Area]:
        """Districts and wards by the plain words of their names; a district goes before a ward."""
        found: dict[tuple[str, ...], Area] = {}
        titles = {g["layer"]: g["title"] for g in self.gazetteer.generations}
        for layer in _NAMED_LAYERS:
            for code, name in self.areas(layer):
                key = tuple(word.plain for word in words(name))
                held = found.get(key)
                if held is None:
                    found[key] = Area(layer, code, f"{name} ({titles[layer].lower()})")
                elif layer != "ward_2004":
                    other = f"{name} ({titles[layer].lower()})"
                    found[key] = Area(held.layer, held.code, held.name, (*held.others, other))
        return found

    def home(self, postcode: str, on: dt.date) -> Home:
        """Place a postcode, in any spelling, on a day."""
        return self.home_at(locate(self.gazetteer, postcode), on)

    def home_at(self, place: Place, on: dt.date) -> Home:
        """The same of one that was located, in this gazetteer, already."""
        gazetteer = self.gazetteer
        if place.city:
            return self._city_home(place, on)
        if place.status == "outside_area":
            authority = gazetteer.authorities[gazetteer.outside_authority[place.row]][0]
            return Home(place.status, authority, frozenset({(AUTHORITY, authority)}))
        if place.status == "partial":
            return self._partial_home(place, on)
        return Home(place.status)

    def _answering_on(self, on: dt.date) -> list[int]:
        """Generations whose codes a listing may name: team layers in force, every drawing of the others."""
        generations = self.gazetteer.generations
        in_force = set(self.gazetteer.in_force(on))
        return [at for at, g in enumerate(generations) if at in in_force or g["kind"] == "reference"]

    def _city_home(self, place: Place, on: dt.date) -> Home:
        gazetteer, row = self.gazetteer, place.row
        answering = self._answering(on)
        inside, district = self._inside(tuple([(at, gazetteer.columns[at][row]) for at in answering]))
        near = [
            (
                gazetteer.generations[n.generation]["layer"],
                gazetteer.generations[n.generation]["areas"][n.area][0],
            )
            for n in gazetteer.near(row)
            if n.generation in answering
        ]
        beyond = gazetteer.near_authority(row)
        if beyond is not None:
            near.append((AUTHORITY, gazetteer.authorities[beyond[0]][0]))
        beside = frozenset(near) - inside if near else _NOWHERE
        spot = (gazetteer.lat[row] / 1e6, gazetteer.lon[row] / 1e6)
        return Home(place.status, CITY, inside, beside, spot=spot, district=district)

    def _areas_of(self, held: tuple[tuple[int, int], ...]) -> tuple[frozenset[tuple[str, str]], str | None]:
        """The areas (layer and code) of a home by generation and area number, and its district's name."""
        inside, district = {(AUTHORITY, CITY)}, None
        for at, area in held:
            if area == NONE:
                continue
            generation = self.gazetteer.generations[at]
            code, name = generation["areas"][area]
            inside.add((generation["layer"], code))
            if generation["layer"] == "district":
                district = name
        return frozenset(inside), district

    def _partial_home(self, place: Place, on: dt.date) -> Home:
        gazetteer = self.gazetteer
        rows = gazetteer.city.rows_of(place.canonical, place.digit)
        beyond = gazetteer.outside.rows_of(place.canonical, place.digit)
        if not rows:
            codes = {gazetteer.outside_authority[row] for row in beyond} - {NONE}
            if len(codes) != 1:
                return Home(place.status)
            authority = gazetteer.authorities[codes.pop()][0]
            return Home(place.status, authority, frozenset({(AUTHORITY, authority)}))
        inside, partly, district = {(AUTHORITY, CITY)}, set(), None
        for at in self._answering(on):
            generation = gazetteer.generations[at]
            held = set(gazetteer.columns[at][rows.start : rows.stop].tolist()) - {NONE}
            areas = {(generation["layer"], generation["areas"][area][0]) for area in held}
            if len(held) == 1 and not beyond:
                inside |= areas
                if generation["layer"] == "district":
                    district = generation["areas"][next(iter(held))][1]
            else:
                partly |= areas
        lat = sum(gazetteer.lat[rows.start : rows.stop]) / len(rows) / 1e6
        lon = sum(gazetteer.lon[rows.start : rows.stop]) / len(rows) / 1e6
        return Home(
            place.status, CITY, frozenset(inside), frozenset(), frozenset(partly), (lat, lon), district
        )

    def _overlaps(self, one: tuple[str, str], other: tuple[str, str]) -> bool:
        """Whether two areas (layer and code) share more homes than a line's breadth."""
        if one == other or COUNTRY in (one[0], other[0]):
            return True
        if AUTHORITY in (one[0], other[0]):
            authority, area = (one, other) if one[0] == AUTHORITY else (other, one)
            return area[0] != AUTHORITY and authority[1] == CITY
        here, there = self._index.get(one), self._index.get(other)
        if here is None or there is None:
            return False
        first = np.asarray(self.gazetteer.columns[here[0]]) == here[1]
        second = np.asarray(self.gazetteer.columns[there[0]]) == there[1]
        smaller = min(int(first.sum()), int(second.sum()))
        return smaller > 0 and int((first & second).sum()) > OVERLAP * smaller


def area_pair(value: str) -> tuple[str, str]:
    """The layer and the code of an area as the columns hold it."""
    layer, _space, code = value.partition(" ")
    return layer, code


def covers(country: str, authority: str) -> bool:
    """Whether a country's code ("" for everywhere) covers a local authority."""
    return authority[:1] in _COUNTRIES.get(country, "EWSN")


def serving_area(columns: Columns, geography: Geography, area: tuple[str, str]) -> Mask:
    """Which listings serve an area wholly or partly, those for the whole city or country included."""
    wanted = [v for v in columns.values["area"] if geography.overlaps(area_pair(v), area)]
    return columns.having("area", wanted)


def serving_home(columns: Columns, home: Home) -> NDArray[np.int8]:
    """For each listing `YES`, `CHECK` (near, or only part of the postcode), `UNKNOWN` or `NO`."""
    serves = np.full(columns.count, UNKNOWN, np.int8)
    if not home.known:
        return serves
    serves[columns.any_of("area")] = NO
    levels: dict[int, list[str]] = {CHECK: [], YES: []}
    for value in columns.values["area"]:
        layer, code = area_pair(value)
        inside = covers(code, home.authority) if layer == COUNTRY else (layer, code) in home.inside
        if inside:
            levels[YES].append(value)
        elif (layer, code) in home.near or (layer, code) in home.partly:
            levels[CHECK].append(value)
    for level, values in levels.items():
        serves[columns.having("area", values)] = level
    return serves


def metres(columns: Columns, home: Home) -> NDArray[np.float32]:
    """From the home to the nearest place of each listing; infinite where it has none or neither is known."""
    found = np.full(columns.count, np.inf, np.float32)
    if home.spot is not None and columns["places.listing"].size:
        north = (columns["places.lat"] - home.spot[0]) * 1e6 * METRES_A_LAT
        east = (columns["places.lon"] - home.spot[1]) * 1e6 * METRES_A_LON
        np.minimum.at(found, columns["places.listing"], np.hypot(north, east).astype(np.float32))
    return found


def place_metres(place: Mapping[str, Any], home: Home | None) -> int | None:
    """Metres from the home to one place of a listing; None where either is not known."""
    lat, lon = place.get("latitude"), place.get("longitude")
    if home is None or home.spot is None or lat is None or lon is None:
        return None
    north = (lat - home.spot[0]) * 1e6 * METRES_A_LAT
    east = (lon - home.spot[1]) * 1e6 * METRES_A_LON
    return round(hypot(north, east))
