"""What many answers share, written as JSON once: areas, teams with contacts, layers, the front door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from typing import Any

import orjson

from directory.routing.london import LONDON
from directory.routing.route import Frame
from geo.gazetteer import CITY, NONE, Gazetteer, holds_on

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025. Contains Royal Mail data © Royal Mail "
    "copyright and database right 2025. Source: Office for National Statistics licensed under the Open "
    "Government Licence v3.0."
)
MAY_BE_TERMINATED = "may be terminated: this source does not say which postcodes are still in use"
PARKED = (
    "Many postcodes share this point, as they do at a sorting office. The position is not the home's: "
    "ask for the address and check which area it is in."
)
NEAR_BOUNDARY = "This postcode is close to a boundary and covers several addresses. Check the address."
DERIVED = (
    "This postcode is newer than the table of areas. Its areas are those of the nearest known postcode: "
    "check the address."
)
ILLUSTRATIVE = "The team areas are illustrative: drawn for this project, not the real ones."


class Prepared:
    """The JSON pieces for one day's generations, one set of layers and one routing frame.

    `kept` is for what others make of these alone, once.
    """

    def __init__(
        self, gazetteer: Gazetteer, frame: Frame, on: dt.date, wanted: frozenset[str] | None
    ) -> None:
        self.frame, self.on, self.kept = frame, on, dict[Hashable, Any]()
        self.city = next({"code": c, "name": n} for c, n in gazetteer.authorities if c == CITY)
        chosen = gazetteer.in_force(on)
        self.indexes = [i for i in chosen if not wanted or gazetteer.generations[i]["layer"] in wanted]
        self.district = next((i for i in chosen if gazetteer.generations[i]["layer"] == "district"), None)
        shown = [gazetteer.generations[i] for i in self.indexes]
        # Team layers that no generation answers for on this day are told as null, not left out.
        named = {g["layer"] for g in shown}
        silent = dict.fromkeys(
            g["layer"]
            for g in gazetteer.generations
            if g["layer"] not in named and (not wanted or g["layer"] in wanted)
        )
        # One slot a layer shown. A piece of an area ends in `"near":[]}`; one of no area does not.
        self.areas: list[tuple[memoryview, dict[int, bytes]]] = []
        self.teams: list[tuple[str, int, memoryview, dict[int, bytes]]] = []
        self.layer_names = [g["layer"] for g in shown]
        self.slots = {index: slot for slot, index in enumerate(self.indexes)}
        self.beside: list[list[bytes]] = []
        self.illustrative = False
        for slot, (index, generation) in enumerate(zip(self.indexes, shown, strict=True)):
            layer, column = generation["layer"], gazetteer.columns[index]
            in_force = holds_on(generation, on)
            lead = (b"," if slot else b"") + orjson.dumps(layer) + b":"
            pieces = {
                area: lead + orjson.dumps({"code": c, "name": n, "in_force": in_force, "near": []})
                for area, (c, n) in enumerate(generation["areas"])
            }
            self.areas.append((column, pieces | {NONE: lead + b"null"}))
            self.beside.append(
                [orjson.dumps({"code": c, "name": n})[:-1] + b',"metres":' for c, n in generation["areas"]]
            )
            if generation["kind"] == "team":
                self.illustrative |= generation["status"] == "illustrative"
                teams = {a: self._team(generation, c, n) for a, (c, n) in enumerate(generation["areas"])}
                self.teams.append((layer, slot, column, teams))
        silent_pieces = b"".join(b',"%s":null' % layer.encode() for layer in silent)
        self.near_authority = (silent_pieces if shown else silent_pieces[1:]) + b'},"near_authority":'
        self.service = {i for i in self.indexes if gazetteer.generations[i]["kind"] == "team"}
        if self.district is not None:
            self.service.add(self.district)
        self.service_slots = {slot for index, slot in self.slots.items() if index in self.service}
        of_district = gazetteer.generations[self.district]["areas"] if self.district is not None else []
        self.districts = [{"code": code, "name": name} for code, name in of_district]
        self.attribution = ATTRIBUTION
        self.layers = {g["layer"]: layer_facts(g) for g in shown}
        # The district is told of a part of a postcode whatever the layers asked for.
        used = {self.district, *self.indexes} - {None}
        self.versions = versions(
            gazetteer, frame.version, [gazetteer.generations[i] for i in chosen if i in used]
        )
        self.shared = self._shared()
        self.tail = b"," + orjson.dumps(self.shared)[1:]
        knows = gazetteer.meta["knows_terminated"]
        self.head = b'","on":"%s","terminated":' % on.isoformat().encode()
        self.currency = b'null,"currency":%s,"position":' % (
            orjson.dumps(None if knows else MAY_BE_TERMINATED)
        )
        self.authority = b',"authority":' + orjson.dumps(self.city) + b',"areas":{'
        # The cautions of nearly all answers, by whether another area is near.
        common = [ILLUSTRATIVE] if self.illustrative else []
        self.cautions = (orjson.dumps(common), orjson.dumps([NEAR_BOUNDARY, *common]))
        self.seal = f"{gazetteer.release}.{frame.version[:8]}.{frame.start:x}.{on:%Y%m%d}"
        if wanted:
            self.seal += "." + "-".join(sorted(wanted))
        self.etag = f'"{self.seal}"'

    def _team(self, generation: dict[str, Any], code: str, name: str) -> bytes:
        team = {
            "layer": generation["layer"],
            "title": generation["title"],
            "code": code,
            "name": name,
            "status": generation["status"],
            "contacts": team_contacts(self.frame, generation, code),
            "near": [],
        }
        return orjson.dumps(team)

    def _shared(self) -> dict[str, Any]:
        call, (start, until) = self.frame.call, self.frame.holds
        return {
            "call": {"authority": self.city, "now": call.now, "danger": call.danger, "also": call.also},
            "holds": {"from": start, "until": until},
            "layers": self.layers,
            "versions": self.versions,
            "attribution": ATTRIBUTION,
        }


def team_contacts(frame: Frame, generation: dict[str, Any], code: str) -> list[dict[str, Any]]:
    """A team's contacts as they are in a frame.

    Of a team whose generation does not hold on the frame's day none is open: they say until when it
    answered, or from when it will.
    """
    contacts = frame.contact_json.get((generation["layer"], code), [])
    today = dt.datetime.fromtimestamp(frame.start, LONDON).date()
    if holds_on(generation, today):
        return contacts
    if today.isoformat() < generation["valid_from"]:
        words = f"answers from {_day_words(generation['valid_from'])}"
    else:
        words = f"no longer answers: it did until {_day_words(generation['valid_to'])}"
    return [contact | {"open": False, "changes_at": None, "state_words": words} for contact in contacts]


def _day_words(iso: str) -> str:
    day = dt.date.fromisoformat(iso)
    return f"{day.day} {day:%B} {day.year}"


def layer_facts(generation: dict[str, Any]) -> dict[str, Any]:
    """What an answer says of a layer: title, validity, status, source, owner."""
    keys = ("title", "kind", "valid_from", "valid_to", "status", "source", "owner")
    return {key: generation[key] for key in keys} | {"generation": generation["id"]}


def versions(gazetteer: Gazetteer, contacts: str, shown: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The versions of the data behind an answer."""
    return {
        "postcodes": gazetteer.meta["source"],
        "gazetteer": gazetteer.release,
        "contacts": contacts,
        "generations": {g["layer"]: g["id"] for g in shown},
    }
