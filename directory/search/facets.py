"""How many results each choice of a filter would give, the other filters being as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from directory.listings.hours import LONDON
from directory.listings.needs import Needs
from directory.search.columns import CAPACITY, Mask
from directory.search.explain import REFERRAL_WORDS
from directory.search.filters import AGE_BANDS, Filters, Wanted, capacity_on

Facet = list[dict[str, Any]]
NAMES = (
    "need",
    "level",
    "age_band",
    "route",
    "district",
    "language",
    "accessibility",
    "cost",
    "open_now",
    "capacity",
)
_CAPACITY_NAMES = {"open": "Has room", "waiting_list": "Waiting list", "closed": "Not taking anyone new"}
_ROUTE_NAMES = {"self": REFERRAL_WORDS["self"], "professional": "Professionals can refer"}


class Facets:
    """The choices of one generation, with what they are called."""

    def __init__(
        self,
        filters: Filters,
        needs: Needs,
        languages: Mapping[str, str],
        accessibility: Mapping[str, str],
    ) -> None:
        self._filters, self._languages, self._accessibility = filters, languages, accessibility
        self._needs = {need.code: need.name for need in needs.all}
        self._levels = {term.code: term.name for term in needs.levels}
        geography = filters.geography
        self._districts = geography.areas("district") if geography is not None else []

    def count(self, text: Mask, wanted: Wanted) -> dict[str, Facet]:
        """The facets of the listings that match the words (`text`), by name in the order of `NAMES`."""
        on = wanted.filters
        everything = text & self._filters.mask(wanted)

        def base(name: str) -> Mask:
            return text & self._filters.mask(wanted, leave_out=name) if name in on else everything

        return {
            "need": self._tallied("need", base("need"), self._needs, on.get("need", frozenset())),
            "level": self._tallied("level", base("level"), self._levels, on.get("level"), keep_order=True),
            "age_band": self._bands(base("age_band"), on.get("age_band"), wanted),
            "route": self._tallied("route", base("route"), _ROUTE_NAMES, on.get("route"), keep_order=True),
            "district": self._of_districts(base("area"), on.get("area"), wanted),
            "language": self._tallied("language", base("language"), self._languages, on.get("language")),
            "accessibility": self._tallied(
                "accessibility",
                everything,
                self._accessibility,
                on.get("accessibility", frozenset()),
            ),
            "cost": self._one("free", "Free", "free", base("free"), wanted),
            "open_now": self._one("open_now", "Open now", "open_now", base("open_now"), wanted),
            "capacity": self._capacity(base("capacity"), wanted),
        }

    def _tallied(
        self, name: str, mask: Mask, names: Mapping[str, str], on: Any, *, keep_order: bool = False
    ) -> Facet:
        chosen = on if isinstance(on, frozenset) else {on}
        counts = self._filters.columns.tally(name, mask)
        found = [
            {"code": code, "name": names.get(code, code), "count": counts.get(code, 0), "on": code in chosen}
            for code in dict.fromkeys([*names, *counts])
            if counts.get(code) or code in chosen
        ]
        return found if keep_order else sorted(found, key=lambda one: (-one["count"], one["name"]))

    def _bands(self, mask: Mask, on: Any, wanted: Wanted) -> Facet:
        return [
            {"code": code, "name": name, "count": count, "on": code == on}
            for code, name, _span in AGE_BANDS
            if (count := _common(mask, self._filters.one("age_band", code, wanted.at))) or code == on
        ]

    def _of_districts(self, mask: Mask, on: Any, wanted: Wanted) -> Facet:
        return [
            {"code": code, "name": name, "count": count, "on": on == ("district", code)}
            for code, name in self._districts
            if (count := _common(mask, self._filters.one("area", ("district", code), wanted.at)))
            or on == ("district", code)
        ]

    def _one(self, code: str, name: str, filter_name: str, mask: Mask, wanted: Wanted) -> Facet:
        count = _common(mask, self._filters.one(filter_name, True, wanted.at))
        on = filter_name in wanted.filters
        return [{"code": code, "name": name, "count": count, "on": on}] if count or on else []

    def _capacity(self, mask: Mask, wanted: Wanted) -> Facet:
        columns = self._filters.columns
        states = capacity_on(columns, wanted.at.astimezone(LONDON).date())
        states = np.where(columns["closed"] == 1, CAPACITY.index("closed"), states)
        counts = np.bincount(states[mask], minlength=len(CAPACITY))
        room = int(counts[CAPACITY.index("open")] + counts[CAPACITY.index("unknown")])
        found = [
            {
                "code": "room",
                "name": "Room now, or not stated",
                "count": room,
                "on": "capacity" in wanted.filters,
            }
        ]
        found += [
            {"code": code, "name": name, "count": int(counts[CAPACITY.index(code)]), "on": False}
            for code, name in _CAPACITY_NAMES.items()
        ]
        return [one for one in found if one["count"] or one["on"]]


def _common(one: Mask, other: Mask) -> int:
    return int(np.count_nonzero(one & other))
