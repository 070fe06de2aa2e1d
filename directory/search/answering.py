"""Services that answer to needs, with no words asked for: open ones first, for a home and a minute.

What comes next after an outcome is chosen here. Only the few listings that answer to one of the needs are
looked at, however many there are, and nothing is kept of a home or of what was asked for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from math import hypot
from typing import Any

from directory.listings.hours import LONDON
from directory.listings.needs import Needs
from directory.search.columns import Columns
from directory.search.explain import Standing, listed_places, nearest, result, serves_facts
from directory.search.filters import Filters
from directory.search.ranking import FARTHEST_LOSS, HALF_LOSS_METRES, HOME, NO_PLACE_METRES
from directory.search.reach import CHECK, COUNTRY, NO, UNKNOWN, YES, Home, area_pair, covers
from directory.store.standard import Content
from geo.gazetteer import CITY, METRES_A_LAT, METRES_A_LON

Facts = dict[str, Any]
Area = tuple[str, str]
_OPEN_FIRST = {True: 0, None: 1, False: 2}


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
        self._opening = lru_cache(maxsize=4)(self._hours_at)
        self._levels = lru_cache(maxsize=16)(self._of_level)
        self._told = lru_cache(maxsize=4)(_nothing_yet)
        self._samples: dict[int, bool] = {}

    def first(
        self,
        needs: frozenset[str],
        home: Home | None,
        at: dt.datetime,
        *,
        level: str | None,
        limit: int,
        enough: int,
    ) -> list[Facts]:
        """At most `limit` results that answer to any of `needs`, as a search gives them; not to be changed.

        Those of the level of need come first and, where there are fewer than `enough`, as many of any level.
        Among each those open at the moment are first, then those whose hours are not known, then the closed;
        then what is real before invented samples, whose numbers reach nobody; then those that answer to more
        of the needs, and then the order of the search.
        """
        at = at.replace(second=0, microsecond=0)
        home = home if home is not None and home.known else None
        more: dict[int, int] = {}
        for need in needs:
            for number in self._listed.get(need, ()):
                more[number] = more.get(number, 0) + 1
        opening = self._opening(at)
        groups: dict[tuple[int, bool, int], list[int]] = {}
        for number, count in more.items():
            group = (opening[number], self._sample(number), -count)
            if group in groups:
                groups[group].append(number)
            else:
                groups[group] = [number]
        standing = self._standing(at.astimezone(LONDON).date())
        chosen = self._best(groups, home, standing, limit, self._levels(level) if level else None)
        if level and len(chosen) < enough:
            seen = {number for _score, number, _serves in chosen}
            chosen += [one for one in self._best(groups, home, standing, limit, None) if one[1] not in seen]
        told: dict[object, Facts] = self._told(at)
        found: list[tuple[tuple[int, bool, int, int], Facts]] = []
        for score, number, serves in chosen:
            key = (number, serves, home.status if home is not None else "")
            facts = told.get(key)
            if facts is None:
                facts = told[key] = self._without_home(*key, at)
            place = (_OPEN_FIRST[facts["open"]["now"]], self._sample(number), -more[number], len(found))
            own = {"places": nearest(facts["places"], home), "score": round(score, 4)}
            found.append((place, facts | own))
        found.sort()
        return [facts for _place, facts in found[:limit]]

    def _best(
        self,
        groups: Mapping[tuple[int, bool, int], list[int]],
        home: Home | None,
        standing: Sequence[float],
        limit: int,
        among: frozenset[int] | None,
    ) -> list[tuple[float, int, int | None]]:
        """The first so many of the groups that serve the home, by score within each group.

        Each with its score, its number and what it is to the home.
        """
        found: list[tuple[float, int, int | None]] = []
        for group in sorted(groups):
            scored: list[tuple[float, int, int | None]] = []
            for number in groups[group]:
                if among is not None and number not in among:
                    continue
                serves = self.serves(number, home) if home is not None else None
                if serves != NO:
                    scored.append((self._score(number, serves, home, standing), number, serves))
            scored.sort(key=lambda one: (-one[0], self._by_name[one[1]]))
            found += scored
            if len(found) >= limit:
                break
        return found[:limit]

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

    def _score(self, number: int, serves: int | None, home: Home | None, standing: Sequence[float]) -> float:
        """As `ranking.order` has it, for a listing that no words were asked of."""
        score = standing[number]
        if home is None or serves is None:
            return score
        score *= HOME[serves]
        if home.spot is not None:
            lat, lon = home.spot
            away = min(
                [
                    hypot((north - lat) * 1e6 * METRES_A_LAT, (east - lon) * 1e6 * METRES_A_LON)
                    for north, east in self._spots.get(number, ())
                ],
                default=NO_PLACE_METRES,
            )
            score *= 1 - FARTHEST_LOSS * away / (away + HALF_LOSS_METRES)
        return score

    def _without_home(self, number: int, serves: int | None, status: str, at: dt.datetime) -> Facts:
        """What is told of a service to every home that it is the same to: all but how far its places are."""
        identifier = self.columns.ids[number]
        service = self.service(identifier) or {"id": identifier}
        home = Home(status, CITY) if status else None
        facts = self._shown(identifier, False, at)
        facts = facts | {"serves": serves_facts(service, serves, home), "places": listed_places(service)}
        return result(service, facts, Standing(0.0, (), {}), self.needs)

    def _sample(self, number: int) -> bool:
        """Whether a listing is invented."""
        known = self._samples.get(number)
        if known is None:
            content = self.service(self.columns.ids[number]) or {}
            known = self._samples[number] = content.get("sample") is True
        return known

    def _hours_at(self, at: dt.datetime) -> list[int]:
        """For each listing 0 where it is open at a minute, 1 where its hours are not known, else 2."""
        opening = [1] * self.columns.count
        for number in self.columns["hours.listing"].tolist():
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
    def _spots(self) -> Mapping[int, Sequence[tuple[float, float]]]:
        """Where each listing that has places is given: latitude and longitude in degrees."""
        found: dict[int, list[tuple[float, float]]] = {}
        columns = (self.columns[f"places.{name}"].tolist() for name in ("listing", "lat", "lon"))
        for number, lat, lon in zip(*columns, strict=True):
            found.setdefault(number, []).append((lat, lon))
        return found

    @cached_property
    def _by_name(self) -> Sequence[int]:
        names: list[int] = self.columns.by_name.tolist()
        return names


def _nothing_yet(_minute: dt.datetime) -> dict[object, Facts]:
    return {}
