"""Services that answer to needs, with no words asked for: open ones first, for a home and a minute.

What comes next after an outcome is chosen here. Only the few listings that answer to one of the needs are
looked at, however many there are, and what is told of each is written as JSON once a minute. Nothing is kept
of a home: only, for the areas that homes have in common, whom they are served by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from math import hypot
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from directory.listings.hours import LONDON
from directory.listings.needs import Needs
from directory.search.columns import Columns
from directory.search.explain import Standing, listed_places, result, serves_facts
from directory.search.filters import Filters
from directory.search.ranking import FARTHEST_LOSS, HALF_LOSS_METRES, HOME, NO_PLACE_METRES
from directory.search.reach import CHECK, COUNTRY, NO, UNKNOWN, YES, Home, area_pair, covers
from directory.store.standard import Content
from geo.gazetteer import CITY, METRES_A_LAT, METRES_A_LON

Facts = dict[str, Any]
Area = tuple[str, str]
Spot = tuple[float, float]
"""Latitude and longitude in degrees."""
Group = tuple[int, bool, int]
"""What puts one listing before another first of all: whether it is open (0), its hours are not known (1) or
it is closed (2); whether it is invented; minus the number of needs that it answers to."""


# A listing in the order of its place within a group: minus its score, its place by name, its number, what it
# is to the home, and the group.
_Chosen = tuple[float, int, int, int | None, Group]
_NORTH, _EAST = 1e6 * METRES_A_LAT, 1e6 * METRES_A_LON  # metres a degree


class _Told(NamedTuple):
    """What is told of a listing to every home that it is the same to, as JSON up to its score.

    `places` are where it is given: each as JSON up to its distance, with where that is if it is known.
    """

    begin: bytes
    places: tuple[tuple[bytes, Spot | None], ...]


class Answering:
    """The services of one generation by the needs that they answer to. Safe to share between threads.

    `shown` gives what is told of a service at a minute, `standing` what holds of each listing on a day.
    """

    def __init__(
        self,
        columns: Columns,
        filters: Filters,
        needs: Needs,
        service: Callable[[str], Content | None],
        shown: Callable[[str, bool, dt.datetime], Facts],
        standing: Callable[[dt.date], Any],
    ) -> None:
        self.columns, self.filters, self.needs, self.service = columns, filters, needs, service
        self._shown = shown
        self._standing = lru_cache(maxsize=4)(lambda day: standing(day).tolist())
        self._minute = lru_cache(maxsize=4)(self._at_minute)
        self._opening = lru_cache(maxsize=4)(self._hours_at)
        self._groups = lru_cache(maxsize=512)(self._answering_to)
        self._levels = lru_cache(maxsize=16)(self._of_level)
        self._served = lru_cache(maxsize=1024)(_nobody_yet)
        self._named = lru_cache(maxsize=4096)(self._any_of.intersection)

    def first(
        self,
        needs: frozenset[str],
        home: Home | None,
        at: dt.datetime,
        *,
        level: str | None,
        limit: int,
        enough: int,
    ) -> list[bytes]:
        """At most `limit` results that answer to any of `needs`, as a search gives them, each as JSON.

        Those of the level of need come first and, where there are fewer than `enough`, as many of any level.
        Among each those open at the moment are first, then those whose hours are not known, then the closed;
        then what is real before invented samples, whose numbers reach nobody; then those that answer to more
        of the needs, and then the order of the search.
        """
        at = at.replace(second=0, microsecond=0)
        home = home if home is not None and home.known else None
        groups = self._groups(needs, at)
        standing, known = self._minute(at)
        chosen = self._best(groups, home, standing, limit, self._levels(level) if level else None)
        if level and len(chosen) < enough:
            seen = {one[2] for one in chosen}
            others = self._best(groups, home, standing, limit, None)
            chosen += [one for one in others if one[2] not in seen]
            chosen.sort(key=itemgetter(4))
        status, spot = (home.status, home.spot) if home is not None else ("", None)
        found = []
        for loss, _by_name, number, serves, _group in chosen[:limit]:
            key = (number, serves, status)
            told = known.get(key)
            if told is None:
                told = known[key] = self._without_home(*key, at)
            places = _distances(told.places, spot) if told.places else b""
            found.append(b"".join((told.begin, orjson.dumps(round(-loss, 4)), b',"places":[', places, b"]}")))
        return found

    def _at_minute(self, at: dt.datetime) -> tuple[Sequence[float], dict[object, _Told]]:
        """What holds of each listing on the day of a minute, and what is told of those asked for in it."""
        return self._standing(at.astimezone(LONDON).date()), {}

    def _answering_to(self, needs: frozenset[str], at: dt.datetime) -> list[tuple[Group, list[int]]]:
        """The listings that answer to any of `needs`, in groups, the first group first."""
        more: dict[int, int] = {}
        for need in needs:
            for number in self._listed.get(need, ()):
                more[number] = more.get(number, 0) + 1
        opening = self._opening(at)
        groups: dict[Group, list[int]] = {}
        for number, count in more.items():
            groups.setdefault((opening[number], self._sample[number], -count), []).append(number)
        return sorted(groups.items())

    def _best(
        self,
        groups: Sequence[tuple[Group, list[int]]],
        home: Home | None,
        standing: Sequence[float],
        limit: int,
        among: frozenset[int] | None,
    ) -> list[_Chosen]:
        """The first so many of the groups that serve the home, by score within each group."""
        found: list[_Chosen] = []
        by_name, single = self._by_name, self._single
        spot, lat, lon = None, 0.0, 0.0
        served: dict[int, int] = {}
        serves: int | None = None
        if home is not None:
            served, spot = self._served_by(home), home.spot
            lat, lon = spot or (0.0, 0.0)
        for group, numbers in groups:
            scored: list[_Chosen] = []
            for number in numbers:
                if among is not None and number not in among:
                    continue
                score = standing[number]
                if home is not None:
                    serves = served.get(number)
                    if serves is None:
                        serves = served[number] = self.serves(number, home)
                    if serves == NO:
                        continue
                    score *= HOME[serves]
                    if spot is not None:
                        there = single[number]
                        if there is not None:
                            away = hypot((there[0] - lat) * _NORTH, (there[1] - lon) * _EAST)
                        else:
                            away = self._metres(number, spot)
                        score *= 1 - FARTHEST_LOSS * away / (away + HALF_LOSS_METRES)
                scored.append((-score, by_name[number], number, serves, group))
            scored.sort()
            found += scored
            if len(found) >= limit:
                break
        return found[:limit]

    def _metres(self, number: int, spot: Spot) -> float:
        """From a home to the nearest place of a listing, as `ranking.order` counts it."""
        return min([_apart(one, spot) for one in self._spots.get(number, ())], default=NO_PLACE_METRES)

    def _served_by(self, home: Home) -> dict[int, int]:
        """What listings are to all the homes that are to them in the same areas, as far as it was asked."""
        named, near, partly = self._named(home.inside), home.near, home.partly
        if near:
            near = self._named(near)
        if partly:
            partly = self._named(partly)
        return self._served(home.authority, named, near, partly)

    def serves(self, number: int, home: Home) -> int:
        """What one listing is to a home that is known: as `reach.serving_home` says of all of them."""
        areas = self._areas[number]
        if not areas:
            return UNKNOWN
        if not areas.isdisjoint(home.inside):
            return YES
        if any(layer == COUNTRY and covers(code, home.authority) for layer, code in areas):
            return YES
        return NO if areas.isdisjoint(home.near) and areas.isdisjoint(home.partly) else CHECK

    def _without_home(self, number: int, serves: int | None, status: str, at: dt.datetime) -> _Told:
        identifier = self.columns.ids[number]
        service = self.service(identifier) or {"id": identifier}
        home = Home(status, CITY) if status else None
        facts = self._shown(identifier, False, at) | {"serves": serves_facts(service, serves, home)}
        facts = result(service, facts, Standing(0.0, (), {}), self.needs)
        del facts["score"], facts["places"]
        places = []
        for place in listed_places(service):
            del place["metres"]
            begin = orjson.dumps(place)[:-1] + b',"metres":'
            lat, lon = place["latitude"], place["longitude"]
            places.append((begin, None if lat is None or lon is None else (lat, lon)))
        return _Told(orjson.dumps(facts)[:-1] + b',"score":', tuple(places))

    @cached_property
    def _sample(self) -> Sequence[bool]:
        """Whether each listing is invented."""
        contents = (self.service(identifier) or {} for identifier in self.columns.ids)
        return [content.get("sample") is True for content in contents]

    def _hours_at(self, at: dt.datetime) -> list[int]:
        """For each listing 0 where it is open at a minute, 1 where its hours are not known, else 2.

        Of one whose hours have all run out they are not known.
        """
        opening = [1] * self.columns.count
        last = self.columns["hours.last"] >= at.astimezone(LONDON).toordinal()
        for number in self.columns["hours.listing"][last].tolist():
            opening[number] = 2
        for number in self.filters.one("open_now", True, at).nonzero()[0].tolist():
            opening[number] = 0
        return opening

    def _of_level(self, level: str) -> frozenset[int]:
        return frozenset(self.columns.having("level", (level,)).nonzero()[0].tolist())

    @cached_property
    def _listed(self) -> Mapping[str, Sequence[int]]:
        """The listings that answer to each need."""
        visible = self.filters.visible
        return {
            need: (self.columns.having("need", (need,)) & visible).nonzero()[0].tolist()
            for need in self.columns.values["need"]
        }

    @cached_property
    def _areas(self) -> Sequence[frozenset[Area]]:
        """The areas that each listing names, by layer and code."""
        found: list[set[Area]] = [set() for _listing in range(self.columns.count)]
        named = [area_pair(value) for value in self.columns.values["area"]]
        pairs = zip(self.columns["area.listing"].tolist(), self.columns["area.value"].tolist(), strict=True)
        for number, value in pairs:
            found[number].add(named[value])
        return [frozenset(areas) for areas in found]

    @cached_property
    def _any_of(self) -> frozenset[Area]:
        """Every area that some listing names."""
        return frozenset(area_pair(value) for value in self.columns.values["area"])

    @cached_property
    def _single(self) -> Sequence[Spot | None]:
        """Where each listing that has one place is given."""
        found: list[Spot | None] = [None] * self.columns.count
        for number, spots in self._spots.items():
            if len(spots) == 1:
                found[number] = spots[0]
        return found

    @cached_property
    def _spots(self) -> Mapping[int, Sequence[Spot]]:
        """Where each listing that has places is given."""
        found: dict[int, list[Spot]] = {}
        columns = (self.columns[f"places.{name}"].tolist() for name in ("listing", "lat", "lon"))
        for number, lat, lon in zip(*columns, strict=True):
            found.setdefault(number, []).append((lat, lon))
        return found

    @cached_property
    def _by_name(self) -> Sequence[int]:
        names: list[int] = self.columns.by_name.tolist()
        return names


def _nobody_yet(*_areas: object) -> dict[int, int]:
    return {}


def _apart(one: Spot, other: Spot) -> float:
    return hypot((one[0] - other[0]) * _NORTH, (one[1] - other[1]) * _EAST)


def _distances(places: Sequence[tuple[bytes, Spot | None]], home: Spot | None) -> bytes:
    """Places with their distance from a home in metres, nearest first, as JSON."""
    if home is None:
        return b",".join([begin + b"null}" for begin, _spot in places])
    if len(places) == 1:
        begin, spot = places[0]
        return begin + (b"null}" if spot is None else b"%d}" % round(_apart(spot, home)))
    measured = [(None if spot is None else round(_apart(spot, home)), begin) for begin, spot in places]
    measured.sort(key=lambda one: (one[0] is None, one[0] or 0))
    return b",".join([begin + (b"null}" if away is None else b"%d}" % away) for away, begin in measured])
