"""What the crosswalk tells, in plain values: two layers across each other, and what touches one area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geo.crosswalk.crossing import Area, Crossing, crosswalk_of
from geo.crosswalk.weights import Weights
from geo.gazetteer import Gazetteer

Facts = dict[str, Any]
# Layers of more areas than this (census areas) are not told with every area; the crosswalk itself has them.
MOST_AREAS = 100


def generation_on(gazetteer: Gazetteer, layer: str, on: dt.date) -> int | None:
    """The place of the generation that answers for a layer on a day; None where none does."""
    return next((i for i in gazetteer.in_force(on) if gazetteer.generations[i]["layer"] == layer), None)


def teams_on(gazetteer: Gazetteer, on: dt.date) -> list[int]:
    """The places of the team layers' generations that answer on a day."""
    return [i for i in gazetteer.in_force(on) if gazetteer.generations[i]["kind"] == "team"]


def layers_crossed(
    gazetteer: Gazetteer, layer: str, other: str, on: dt.date, weights: Weights | None = None
) -> Facts:
    """Two layers across each other on a day.

    `rows` has one for each pair of areas that share homes, with the share (0 to 1) of both; `straddling`
    names the areas of `other` in more than one area of `layer`. A null area stands for homes in none.
    Counted by postcodes of homes or, with `weights`, by those. Without a generation on that day on either
    side there are no rows.
    """
    one, two = generation_on(gazetteer, layer, on), generation_on(gazetteer, other, on)
    facts: Facts = {
        "on": on.isoformat(),
        "layer": _layer(gazetteer, layer, one),
        "other": _layer(gazetteer, other, two),
        "counted_by": weights.name if weights else "postcodes of homes",
    }
    if one is None or two is None:
        return facts | {"total": 0, "rows": [], "straddling": [], "left_out": left_out(gazetteer)}
    crosswalk = crosswalk_of(gazetteer)
    crossing = (
        crosswalk.weighted(one, two, weights.by_row) if weights is not None else crosswalk.between(one, two)
    )
    counted = "weight" if weights else "postcodes"
    rows = [
        {
            "area": named(gazetteer, one, area),
            "other": named(gazetteer, two, part.other),
            counted: round(part.count, 6),
            "share": round(part.share, 6),
            "share_of_other": round(part.share_of_other, 6),
        }
        for area in _every(gazetteer, one)
        for part in crossing.parts(area)
    ]
    return facts | {
        "total": round(sum(crossing.counts.values()), 6),
        "rows": rows,
        "straddling": _straddling(gazetteer, crossing, one, two),
        "left_out": left_out(gazetteer),
    }


def touching(gazetteer: Gazetteer, index: int, place: int, on: dt.date) -> Iterator[tuple[int, list[Facts]]]:
    """Of each other layer on a day: its generation's place, and its areas that share homes with one area.

    The largest part first; each with `postcodes`, `share` of the area asked for, `share_of_other`, and
    `also_in`: the other areas of the asked layer that it shares homes with, with the share of its own that
    lies there. Layers of more than `MOST_AREAS` areas are left out.
    """
    for other in gazetteer.in_force(on):
        generation = gazetteer.generations[other]
        if generation["layer"] == gazetteer.generations[index]["layer"]:
            continue
        if len(generation["areas"]) > MOST_AREAS:
            continue
        parts = crosswalk_of(gazetteer).between(index, other).parts(place)
        back = crosswalk_of(gazetteer).between(other, index)
        yield (
            other,
            [
                {
                    **known,
                    "postcodes": part.count,
                    "share": round(part.share, 6),
                    "share_of_other": round(part.share_of_other, 6),
                    "also_in": [
                        {**beside, "share": round(one.share, 6)}
                        for one in back.parts(part.other)
                        if one.other != place and (beside := named(gazetteer, index, one.other)) is not None
                    ],
                }
                for part in parts
                if (known := named(gazetteer, other, part.other)) is not None
            ],
        )


def combinations(gazetteer: Gazetteer, index: int, place: int, on: dt.date) -> Facts:
    """The combinations of teams that the homes of an area have on a day, the commonest first."""
    teams = [
        team
        for team in teams_on(gazetteer, on)
        if gazetteer.generations[team]["layer"] != gazetteer.generations[index]["layer"]
    ]
    found: Mapping[tuple[Area, ...], int] = crosswalk_of(gazetteer).combinations(index, teams).get(place, {})
    return _combined(gazetteer, teams, found)


def city_combinations(gazetteer: Gazetteer, on: dt.date) -> Facts:
    """The combinations of a district and teams that the homes of the whole city have on a day."""
    district = generation_on(gazetteer, "district", on)
    layers = [*([] if district is None else [district]), *teams_on(gazetteer, on)]
    if not layers:
        return _combined(gazetteer, [], {})
    by_first = crosswalk_of(gazetteer).combinations(layers[0], layers[1:])
    found: dict[tuple[Area, ...], int] = {}
    for first, each in by_first.items():
        found |= {(first, *rest): n for rest, n in each.items()}
    return _combined(gazetteer, layers, found)


def _combined(gazetteer: Gazetteer, layers: Sequence[int], found: Mapping[tuple[Area, ...], int]) -> Facts:
    total = sum(found.values())
    names = [gazetteer.generations[index]["layer"] for index in layers]
    ordered = sorted(found.items(), key=lambda item: (-item[1], [-1 if a is None else a for a in item[0]]))
    return {
        "layers": names,
        "count": len(found),
        "each": [
            {
                "areas": {
                    name: named(gazetteer, index, area)
                    for name, index, area in zip(names, layers, areas, strict=True)
                },
                "postcodes": n,
                "share": round(n / total, 6),
            }
            for areas, n in ordered
        ],
    }


def left_out(gazetteer: Gazetteer) -> Facts:
    """How many of the city's postcodes are not counted: parked where no home is, or out of use."""
    crosswalk = crosswalk_of(gazetteer)
    live = sum(crosswalk.live)
    return {"parked": live - sum(crosswalk.homes), "ended": len(crosswalk.live) - live}


def named(gazetteer: Gazetteer, index: int, area: Area) -> Facts | None:
    """An area as code and name."""
    if area is None:
        return None
    code, name = gazetteer.generations[index]["areas"][area]
    return {"code": code, "name": name}


def _every(gazetteer: Gazetteer, index: int) -> list[Area]:
    return [*range(len(gazetteer.generations[index]["areas"])), None]


def _straddling(gazetteer: Gazetteer, crossing: Crossing, one: int, two: int) -> list[Facts]:
    return [
        {
            **(named(gazetteer, two, other) or {}),
            "areas": [named(gazetteer, one, area) for area in areas],
        }
        for other, areas in crossing.straddling().items()
    ]


def _layer(gazetteer: Gazetteer, layer: str, index: int | None) -> Facts:
    if index is None:
        title = next(g["title"] for g in gazetteer.generations if g["layer"] == layer)
        return {"layer": layer, "title": title, "generation": None, "status": None, "areas": 0}
    generation = gazetteer.generations[index]
    return {
        "layer": layer,
        "title": generation["title"],
        "generation": generation["id"],
        "status": generation["status"],
        "areas": len(generation["areas"]),
    }
