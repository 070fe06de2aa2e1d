"""Layers and their areas as facts: what each is, who answers for it, and what became of a retired one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from directory.answer import Answers
from directory.prepared import layer_facts, team_contacts
from directory.routing.london import LONDON
from directory.routing.route import Frame
from geo.crosswalk import facts as crosswalk_facts
from geo.crosswalk.crossing import crosswalk_of
from geo.gazetteer import holds_on

Facts = dict[str, Any]
# A successor that took fewer than this share of an area's postcodes is a line drawn a few metres elsewhere.
SUCCESSOR_SHARE = 0.01


def today() -> dt.date:
    """The day it is in London."""
    return dt.datetime.now(LONDON).date()


def layers(answers: Answers, on: dt.date | None = None) -> list[Facts]:
    """Every layer with the generation that answers on a day and all its generations."""
    gazetteer = answers.gazetteer
    chosen = {gazetteer.generations[i]["layer"]: i for i in gazetteer.in_force(on or today())}
    found: list[Facts] = []
    for layer in answers.layers:
        mine = [g for g in gazetteer.generations if g["layer"] == layer]
        current = gazetteer.generations[chosen[layer]] if layer in chosen else None
        facts: Facts = {"layer": layer, "title": mine[-1]["title"], "kind": mine[-1]["kind"]}
        facts["in_force"] = (
            None if current is None else layer_facts(current) | {"areas": len(current["areas"])}
        )
        facts["generations"] = [layer_facts(g) | {"areas": len(g["areas"])} for g in mine]
        found.append(facts)
    return found


def layer_areas(
    answers: Answers, layer: str, on: dt.date | None = None, at: dt.datetime | None = None
) -> Facts | None:
    """One layer's generation on a day with its areas and their contacts; None where there is no such layer.

    A team layer that no generation answers for on that day has no areas.
    """
    if layer not in answers.layers:
        return None
    gazetteer = answers.gazetteer
    day = on or today()
    for index in gazetteer.in_force(day):
        generation = gazetteer.generations[index]
        if generation["layer"] == layer:
            frame = answers.routing.frame(at or dt.datetime.now(dt.UTC))
            areas = [
                {"code": code, "name": name, "contacts": team_contacts(frame, generation, code)}
                for code, name in generation["areas"]
            ]
            return {"layer": layer, "on": day.isoformat()} | layer_facts(generation) | {"areas": areas}
    title = next(g["title"] for g in gazetteer.generations if g["layer"] == layer)
    return {"layer": layer, "on": day.isoformat(), "title": title, "generation": None, "areas": []}


def area(
    answers: Answers, layer: str, code: str, on: dt.date | None = None, at: dt.datetime | None = None
) -> Facts | None:
    """One area of any generation, also a retired one; None where the layer has no such code.

    `in_force` is False for an area whose generation has ended (or not begun) by the day; its
    `successors` name the areas its postcodes went to, with their shares. `overlaps` are the areas of other
    layers that it shares homes with, teams with their contacts; `combinations` those of teams that its homes
    have. Both are of the day, or of the nearest one on which the area held.
    """
    gazetteer = answers.gazetteer
    holding = [
        index
        for index, g in enumerate(gazetteer.generations)
        if g["layer"] == layer and any(c == code for c, _name in g["areas"])
    ]
    if not holding:
        return None
    current = [i for i in holding if holds_on(gazetteer.generations[i], on or today())]
    index = current[0] if current else holding[-1]
    generation = gazetteer.generations[index]
    place = next(i for i, (c, _name) in enumerate(generation["areas"]) if c == code)
    frame = answers.routing.frame(at or dt.datetime.now(dt.UTC))
    contacts = team_contacts(frame, generation, code)
    return (
        {"layer": layer, "code": code, "name": generation["areas"][place][1], "in_force": bool(current)}
        | layer_facts(generation)
        | {
            "shapes": generation["shapes"],
            "postcodes": gazetteer.columns[index].tolist().count(place),
            "contacts": contacts,
            "successors": _successors(answers, generation, place),
        }
        | _crossed(answers, index, place, _nearest_day(generation, on or today()), frame)
    )


def _nearest_day(generation: Facts, day: dt.date) -> dt.date:
    """The day itself where the generation holds on it, else its first or last day."""
    if holds_on(generation, day):
        return day
    before = day.isoformat() < generation["valid_from"]
    return dt.date.fromisoformat(generation["valid_from" if before else "valid_to"])


def _crossed(answers: Answers, index: int, place: int, day: dt.date, frame: Frame) -> Facts:
    """What an area shares homes with on a day: areas of other layers, and combinations of teams."""
    gazetteer = answers.gazetteer
    overlaps = []
    for other, parts in crosswalk_facts.touching(gazetteer, index, place, day):
        generation = gazetteer.generations[other]
        known = {key: generation[key] for key in ("layer", "title", "kind", "status")}
        for part in parts if generation["kind"] == "team" else ():
            part["contacts"] = team_contacts(frame, generation, part["code"])
        overlaps.append(known | {"generation": generation["id"], "areas": parts})
    return {
        "homes": crosswalk_of(gazetteer).homes_in(index).get(place, 0),
        "overlaps_on": day.isoformat(),
        "overlaps": overlaps,
        "combinations": crosswalk_facts.combinations(gazetteer, index, place, day),
    }


def crosswalk(answers: Answers, layer: str, other: str, on: dt.date | None = None) -> Facts | None:
    """Two layers across each other on a day; None where there is no such layer."""
    if layer not in answers.layers or other not in answers.layers:
        return None
    return crosswalk_facts.layers_crossed(answers.gazetteer, layer, other, on or today())


def misfit(answers: Answers, on: dt.date | None = None) -> Facts:
    """How badly the maps fit on a day: the combinations of district and teams that homes of the city have.

    `layers` tells of each team layer how many of its areas have homes in more than one district.
    """
    gazetteer, day = answers.gazetteer, on or today()
    layers = []
    for index in crosswalk_facts.teams_on(gazetteer, day):
        layer = gazetteer.generations[index]["layer"]
        crossed = crosswalk_facts.layers_crossed(gazetteer, "district", layer, day)
        layers.append({"layer": layer, "straddling": len(crossed["straddling"])})
    combined = crosswalk_facts.city_combinations(gazetteer, day)
    return {"combinations": combined["count"], "layers": layers}


def _successors(answers: Answers, generation: Facts, place: int) -> list[Facts]:
    into = generation.get("successors", {}).get(str(place), [])
    if not into:
        return []
    following = answers.gazetteer.generations[generation["successor"]]
    total = sum(count for _area, count in into)
    return [
        {
            "layer": following["layer"],
            "code": following["areas"][new][0],
            "name": following["areas"][new][1],
            "share": round(count / total, 4),
        }
        for new, count in into
        if count / total >= SUCCESSOR_SHARE
    ]


def shape(var: Path, layer: str, generation: str, code: str) -> Facts | None:
    """The GeoJSON geometry (WGS 84) of an area as the last build drew it, None where there is none."""
    try:
        text = (var / "shapes" / layer / f"{generation}.geojson").read_text(encoding="utf-8")
    except OSError:
        return None
    for feature in json.loads(text)["features"]:
        if feature["properties"]["code"] == code:
            geometry: Facts = feature["geometry"]
            return geometry
    return None
