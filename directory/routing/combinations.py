"""Which combinations of team areas exist in the city, from the gazetteer's columns, over a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Protocol

from directory.routing.london import midnight
from directory.routing.proof import Combination
from geo.gazetteer import holds_on

_NO_AREA = 0xFFFF


class AreaColumns(Protocol):
    """What is read of a gazetteer: its generations, and for each a column of area numbers by postcode."""

    @property
    def generations(self) -> list[dict[str, Any]]: ...
    @property
    def columns(self) -> Sequence[Any]: ...
    @property
    def city_rows(self) -> int: ...


def periods(gazetteer: AreaColumns, first: dt.date, days: int) -> list[tuple[int, int, set[Combination]]]:
    """The days from `first`, cut where a team layer changes, each piece with its combinations.

    A piece is (from, until, combinations), the ends London midnights in epoch seconds. A
    combination is the set of teams of at least one postcode of the city, in the layers' order.
    """
    end = first + dt.timedelta(days=days)
    cuts = {first, end}
    for generation in _team_generations(gazetteer):
        starts = dt.date.fromisoformat(str(generation["valid_from"]))
        last = generation["valid_to"]
        cuts.add(starts)
        if last is not None:
            cuts.add(dt.date.fromisoformat(str(last)) + dt.timedelta(days=1))
    days_cut = sorted(day for day in cuts if first <= day <= end)
    return [
        (midnight(start), midnight(until), combinations_on(gazetteer, start))
        for start, until in pairwise(days_cut)
    ]


def combinations_on(gazetteer: AreaColumns, day: dt.date) -> set[Combination]:
    """The distinct combinations of teams over all postcodes of the city on one day."""
    indexes = [
        index
        for index, generation in enumerate(gazetteer.generations)
        if generation["kind"] == "team" and holds_on(generation, day)
    ]
    generations = [gazetteer.generations[index] for index in indexes]
    rows = set(zip(*(gazetteer.columns[index][: gazetteer.city_rows] for index in indexes), strict=True))
    if not indexes:
        rows = {()}  # no team answers on that day: the front door alone must hold
    return {
        tuple(
            (generation["layer"], generation["areas"][area][0])
            for generation, area in zip(generations, row, strict=True)
            if area != _NO_AREA
        )
        for row in rows
    }


def teams_of(gazetteer: AreaColumns) -> dict[str, set[str]]:
    """The codes of all teams that answer on some date, by layer."""
    teams: dict[str, set[str]] = {}
    for generation in _team_generations(gazetteer):
        teams.setdefault(generation["layer"], set()).update(area[0] for area in generation["areas"])
    return teams


def _team_generations(gazetteer: AreaColumns) -> list[dict[str, Any]]:
    return [generation for generation in gazetteer.generations if generation["kind"] == "team"]
