"""Schools on the map: each tied by its postcode to an area of every layer, and how near the boundaries are.

A school's areas are those of where it stands. They say which team its link worker belongs to; the team of a
child is that of the child's home.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from directory.schools.register import Register
from directory.schools.school import GROUPS, School
from geo.gazetteer import NONE, Gazetteer, holds_on
from geo.place import Place, locate

Facts = dict[str, Any]
TEAM = "family_support"  # the layer of the teams that schools have their link worker from
BY_HOME = (
    "A school is listed where it stands: that says which team its link worker belongs to. "
    "The team for a child goes by the child's home."
)
NEAREST = 10  # schools told of a postcode that has none


class Placed(NamedTuple):
    """A school and where it stands: `areas` is empty for a place outside the city or not known."""

    school: School
    place: Place
    areas: dict[str, Facts]  # by layer: code, name, in_force, status, near
    elsewhere: str  # the other authority that it stands in, ""


class PlacedSchools:
    """The schools of one list by area, name and number, on one day. Never changed; safe to share."""

    def __init__(self, register: Register, gazetteer: Gazetteer, on: dt.date) -> None:
        self.register, self.gazetteer, self.on = register, gazetteer, on
        chosen = gazetteer.in_force(on)
        self._layers = {index: gazetteer.generations[index] for index in chosen}
        self.all = sorted(map(self._placed, register.schools), key=_by_name)
        self._by_urn = {one.school.urn: one for one in self.all}
        self._within: dict[tuple[str, str], list[Placed]] = {}
        for one in self.all:
            for layer, area in one.areas.items():
                self._within.setdefault((layer, area["code"]), []).append(one)

    def _placed(self, school: School) -> Placed:
        gazetteer = self.gazetteer
        place = locate(gazetteer, school.postcode)
        if not place.city:
            elsewhere = ""
            if place.status == "outside_area":
                elsewhere = str(gazetteer.authorities[gazetteer.outside_authority[place.row]][1])
            return Placed(school, place, {}, elsewhere)
        areas: dict[str, Facts] = {}
        for index, generation in self._layers.items():
            area = gazetteer.columns[index][place.row]
            if area != NONE:
                code, name = generation["areas"][area]
                areas[generation["layer"]] = {
                    "code": code,
                    "name": name,
                    "in_force": holds_on(generation, self.on),
                    "status": generation["status"],
                    "near": [],
                }
        for near in gazetteer.near(place.row):
            if near.generation in self._layers:
                generation = self._layers[near.generation]
                code, name = generation["areas"][near.area]
                beside = {"code": code, "name": name, "metres": near.metres}
                if generation["layer"] in areas:
                    areas[generation["layer"]]["near"].append(beside)
        return Placed(school, place, areas, "")

    def schools_in(self, layer: str, code: str) -> list[Placed]:
        """The schools that stand in an area, by name."""
        return self._within.get((layer, code), [])

    def school(self, urn: str) -> Placed | None:
        """One school by its number in the register."""
        return self._by_urn.get(urn)

    def named(self, words: str) -> list[Placed]:
        """The schools with all of these words in their name, or of this number, by name."""
        if (found := self.school(words.strip())) is not None:
            return [found]
        wanted = plain(words).split()
        if not wanted:
            return []
        return [one for one, text in self._texts if all(f" {word}" in text for word in wanted)]

    @cached_property
    def _texts(self) -> list[tuple[Placed, str]]:
        return [(one, f" {plain(one.school.name)}") for one in self.all]

    def at(self, text: str) -> tuple[list[Placed], list[tuple[Placed, int]]]:
        """The schools of a postcode, and others nearest to it with their distance in metres on the grid.

        Both are empty for a postcode that is not one of the city's.
        """
        place = locate(self.gazetteer, text)
        if not place.city:
            return [], []
        east, north = self.gazetteer.easting[place.row], self.gazetteer.northing[place.row]
        here = [one for one in self.all if one.place.canonical == place.canonical]
        far = [
            (
                one,
                round(
                    math.hypot(
                        self.gazetteer.easting[one.place.row] - east,
                        self.gazetteer.northing[one.place.row] - north,
                    )
                ),
            )
            for one in self.all
            if one.place.city and one.place.canonical != place.canonical
        ]
        return here, sorted(far, key=lambda pair: (pair[1], pair[0].school.name))[:NEAREST]

    @cached_property
    def without_area(self) -> list[Placed]:
        """The schools that no area has: they stand elsewhere, or their postcode is not known."""
        return [one for one in self.all if not one.areas]


def groups(schools: Iterable[Placed]) -> list[tuple[str, list[Placed]]]:
    """The schools by phase and kind, in the order of a child's life; without empty groups."""
    found: dict[str, list[Placed]] = {}
    for one in schools:
        found.setdefault(one.school.group, []).append(one)
    return [(title, found[title]) for title in GROUPS if title in found]


def school_facts(one: Placed) -> Facts:
    """A school as an answer tells it."""
    school, team = one.school, one.areas.get(TEAM)
    return {
        "urn": school.urn,
        "name": school.name,
        "status": school.status,
        "group": school.group,
        "phase": school.phase or None,
        "type": school.type or None,
        "ages": {"low": school.low_age, "high": school.high_age, "words": school.ages},
        "postcode": school.postcode or None,
        "telephone": school.telephone or None,
        "website": school.website or None,
        "run_by": school.authority or None,
        "stands_in": one.elsewhere or None,
        "areas": one.areas,
        "family_support_team": {key: team[key] for key in ("code", "name", "status")} if team else None,
    }


def plain(text: str) -> str:
    """Words as they are compared: small letters and digits, accents and punctuation away, Saint as St."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("’", "").replace("'", ""))
    bare = "".join(one for one in bare if not unicodedata.combining(one)).replace("&", " and ")
    words = re.sub(r"[^a-z0-9]+", " ", bare).split()
    return " ".join({"saint": "st", "ce": "cofe"}.get(word, word) for word in words)


def _by_name(one: Placed) -> tuple[str, str]:
    return plain(one.school.name), one.school.urn
