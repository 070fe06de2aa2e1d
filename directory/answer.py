"""The answer to a postcode: the same bytes for the API, the page and `earlyhelp lookup --json`.

Everything that is the same for many postcodes (areas, teams with their contacts, layers, the front
door) is written as JSON once for the stretch of time in which it holds, and an answer is those
pieces joined. Nothing here imports a geometry library or numpy.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from directory.routing.london import LONDON
from directory.routing.route import Frame, Routing
from geo.gazetteer import CITY, NONE, PARKED_AT, Gazetteer
from geo.place import (
    Place,
    Share,
    Status,
    area_shares,
    authority_shares,
    ended_words,
    locate,
    neighbourhood,
    perhaps_meant,
)
from geo.postcode import show

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


class LayerUnknown(ValueError):
    """A layer was asked for that there is none of; the message names those there are."""


class Asked(NamedTuple):
    """One answer: its status, its JSON, and until when it stays true (epoch seconds)."""

    status: Status
    body: bytes
    holds_until: int
    etag: str


# What ends the entry of an area so many metres away, and the piece of a layer that has an area.
_METRES = tuple(b"%d}" % metres for metres in range(256))
_BRACE = ord("}")


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


def london_moment(text: str) -> dt.datetime:
    """A moment such as `2026-12-24T23:10` (London's clock) or with its own offset.

    Raises `ValueError` saying how to write one.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date and time. Write it as 2026-12-24T23:10.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
    if not 1950 <= moment.year <= 2150:
        raise ValueError("The year must be from 1950 to 2150.")
    return moment


def day(text: str) -> dt.date:
    """A date such as `2015-03-31`. Raises `ValueError` saying how to write one."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date. Write it as 2015-03-31.") from None


class Prepared:
    """The JSON pieces for one day's generations, one set of layers and one routing frame."""

    def __init__(
        self, gazetteer: Gazetteer, frame: Frame, on: dt.date, wanted: frozenset[str] | None
    ) -> None:
        self.frame, self.on = frame, on
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
        self.teams: list[tuple[int, memoryview, dict[int, bytes]]] = []
        self.slots = {index: slot for slot, index in enumerate(self.indexes)}
        self.beside: list[list[bytes]] = []
        self.illustrative = False
        for slot, (index, generation) in enumerate(zip(self.indexes, shown, strict=True)):
            layer, column = generation["layer"], gazetteer.columns[index]
            in_force = generation["valid_from"] <= on.isoformat() <= (generation["valid_to"] or "9999")
            lead = (b"," if slot else b"") + _json(layer) + b":"
            pieces = {
                area: lead + _json({"code": c, "name": n, "in_force": in_force, "near": []})
                for area, (c, n) in enumerate(generation["areas"])
            }
            self.areas.append((column, pieces | {NONE: lead + b"null"}))
            self.beside.append(
                [_json({"code": c, "name": n})[:-1] + b',"metres":' for c, n in generation["areas"]]
            )
            if generation["kind"] == "team":
                self.illustrative |= generation["status"] == "illustrative"
                teams = {a: self._team(generation, c, n) for a, (c, n) in enumerate(generation["areas"])}
                self.teams.append((slot, column, teams))
        silent_pieces = b"".join(b',"%s":null' % layer.encode() for layer in silent)
        self.near_authority = silent_pieces + b'},"near_authority":'
        self.service = {i for i in self.indexes if gazetteer.generations[i]["kind"] == "team"}
        if self.district is not None:
            self.service.add(self.district)
        self.service_slots = {slot for index, slot in self.slots.items() if index in self.service}
        self.attribution = ATTRIBUTION
        self.layers = {g["layer"]: layer_facts(g) for g in shown}
        self.versions = versions(gazetteer, frame.version, shown)
        self.tail = self._tail()
        knows = gazetteer.meta["knows_terminated"]
        self.head = b'","on":"%s","terminated":' % on.isoformat().encode()
        self.currency = b'null,"currency":%s,"position":' % (_json(None if knows else MAY_BE_TERMINATED))
        city = next({"code": c, "name": n} for c, n in gazetteer.authorities if c == CITY)
        self.authority = b',"authority":' + _json(city) + b',"areas":{'
        # The cautions of nearly all answers, by whether another area is near.
        common = [ILLUSTRATIVE] if self.illustrative else []
        self.cautions = (_json(common), _json([NEAR_BOUNDARY, *common]))
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
            "contacts": self.frame.contact_json.get((generation["layer"], code), []),
            "near": [],
        }
        return _json(team)

    def _tail(self) -> bytes:
        call, (start, until) = self.frame.call, self.frame.holds
        tail = {
            "call": {"now": call.now, "danger": call.danger, "also": call.also},
            "holds": {"from": start, "until": until},
            "layers": self.layers,
            "versions": self.versions,
            "attribution": ATTRIBUTION,
        }
        return b"," + _json(tail)[1:]


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


class Answers:
    """Answers over one gazetteer and one set of contacts. Safe to share between threads."""

    def __init__(self, gazetteer: Gazetteer, routing: Routing) -> None:
        self.gazetteer, self.routing = gazetteer, routing
        self.layers = list(dict.fromkeys(g["layer"] for g in gazetteer.generations))
        self._prepared = lru_cache(maxsize=24)(self._prepare)
        self._latest: Prepared | None = None
        self.version = f"{gazetteer.release}.{routing.version[:8]}"

    def _prepare(self, start: int, on: dt.date, wanted: frozenset[str] | None) -> Prepared:
        frame = self.routing.frame(dt.datetime.fromtimestamp(start, dt.UTC))
        return Prepared(self.gazetteer, frame, on, wanted)

    def wanted(self, text: str) -> frozenset[str] | None:
        """The layers named in `district,hub`. Raises `LayerUnknown` for one that there is none of."""
        named = frozenset(part.strip() for part in text.split(",") if part.strip())
        for layer in sorted(named):
            if layer not in self.layers:
                raise LayerUnknown(f"There is no layer {layer!r}. The layers are: {', '.join(self.layers)}.")
        return named or None

    def prepared(
        self,
        at: dt.datetime | None = None,
        on: dt.date | None = None,
        wanted: frozenset[str] | None = None,
    ) -> Prepared:
        """The pieces for a moment (now) and a day (the moment's, in London)."""
        latest = self._latest
        now = at is None and on is None and wanted is None
        if now and latest is not None and latest.frame.start <= time.time() < latest.frame.end:
            return latest
        moment = at or dt.datetime.now(dt.UTC)
        frame = self.routing.frame(moment)
        if now:  # a frame ends at a London midnight, so its day is the day of all its moments
            self._latest = self._prepared(frame.start, moment.astimezone(LONDON).date(), None)
            return self._latest
        return self._prepared(frame.start, on or moment.astimezone(LONDON).date(), wanted)

    def answer(
        self,
        text: str,
        *,
        on: dt.date | None = None,
        at: dt.datetime | None = None,
        wanted: frozenset[str] | None = None,
    ) -> Asked:
        """The whole answer to what was typed: areas, teams with contacts, whom to call, cautions."""
        prepared = self.prepared(at, on, wanted)
        place = locate(self.gazetteer, text)
        if place.city:
            body = b"".join((b"{", *self._city(prepared, place, True), prepared.tail))
        else:
            body = _json(self._elsewhere(place, text, prepared))[:-1] + prepared.tail
        return Asked(place.status, body, prepared.frame.end, prepared.etag)

    def short(self, text: str, prepared: Prepared) -> tuple[Status, bytes]:
        """One result of a bulk request: status and areas, without what all results share."""
        status, pieces = self.short_pieces(text, prepared)
        return status, b"".join((b"{", *pieces))

    def short_pieces(self, text: str, prepared: Prepared) -> tuple[Status, list[bytes]]:
        """`short` in pieces and without its opening brace.

        A caller may put members in front and join many results at once.
        """
        place = locate(self.gazetteer, text)
        if place.city:
            pieces = self._city(prepared, place, False)
            pieces.append(b"}")
            return place.status, pieces
        return place.status, [_json(self._elsewhere(place, text, prepared))[1:]]

    def _city(self, prepared: Prepared, place: Place, full: bool) -> list[bytes]:
        """The part of a city postcode's answer that is its own, in pieces, without the braces around it."""
        gazetteer, row, ended = self.gazetteer, place.row, place.ended
        areas = [pieces[column[row]] for column, pieces in prepared.areas]
        packed = gazetteer.near_packed(row)
        told = self._beside(prepared, packed, areas) if packed else None
        beyond = gazetteer.near_authority(row)
        shared = gazetteer.shared_by[row]
        postcode = place.canonical.encode()
        pieces = [
            b'"status":"%b","postcode":"%b %b'
            % (b"terminated" if ended else b"ok", postcode[:-3], postcode[-3:]),
            prepared.head,
            b'{"ended":"%b"},"currency":null,"position":' % ended_words(ended).encode()
            if ended
            else prepared.currency,
            _json(
                {
                    "lat": gazetteer.lat[row] / 1e6,
                    "lon": gazetteer.lon[row] / 1e6,
                    "easting": gazetteer.easting[row],
                    "northing": gazetteer.northing[row],
                    "shared_by": shared,
                    "is_home": shared < PARKED_AT,
                }
            ),
            prepared.authority,
            *areas,
            prepared.near_authority,
            self._beyond(beyond) if beyond else b"null",
        ]
        if full:
            teams = []
            for slot, column, known in prepared.teams:
                piece = known.get(column[row])
                if piece:
                    near = told.get(slot) if told else None
                    teams.append(piece if near is None else piece[:-2] + near)
            pieces += (b',"teams":[', b",".join(teams), b"]")
        pieces.append(b',"cautions":')
        near_boundary = told is not None and not prepared.service_slots.isdisjoint(told)
        if ended or beyond or shared >= PARKED_AT or row in gazetteer.derived:
            pieces.append(self._cautions(prepared, place, near_boundary, beyond))
        else:
            pieces.append(prepared.cautions[near_boundary])
        return pieces

    def _beside(self, prepared: Prepared, packed: list[int], areas: list[bytes]) -> dict[int, bytes]:
        """Put the other areas close by into the pieces of `areas`; give them, with the end, by slot."""
        told: dict[int, bytes] = {}
        for value in packed:
            slot = prepared.slots.get(value >> 24)
            if slot is not None and areas[slot][-1] == _BRACE:
                one = prepared.beside[slot][value & 0xFFFF] + _METRES[value >> 16 & 0xFF]
                told[slot] = told[slot] + b"," + one if slot in told else one
        for slot, listed in told.items():
            told[slot] = listed + b"]}"
            areas[slot] = areas[slot][:-2] + told[slot]
        return told

    def _beyond(self, beyond: tuple[int, int]) -> bytes:
        code, name = self.gazetteer.authorities[beyond[0]]
        door = self.routing.neighbour(code) or {}
        return _json({"code": code, "name": name, "metres": beyond[1], **_telephones(door)})

    def _cautions(
        self,
        prepared: Prepared,
        place: Place,
        near_boundary: bool,
        beyond: tuple[int, int] | None,
    ) -> bytes:
        cautions: list[str] = []
        if place.ended:
            cautions.append(
                f"This postcode went out of use in {ended_words(place.ended)}. Ask for the current one."
            )
        if self.gazetteer.shared_by[place.row] >= PARKED_AT:
            cautions.append(PARKED)
        if place.row in self.gazetteer.derived:
            cautions.append(DERIVED)
        if near_boundary:
            cautions.append(NEAR_BOUNDARY)
        if beyond:
            name = self.gazetteer.authorities[beyond[0]][1]
            cautions.append(
                f"{name} begins about {beyond[1]} metres away. "
                "Check the address: it may not be in Birmingham."
            )
        if prepared.illustrative:
            cautions.append(ILLUSTRATIVE)
        return _json(cautions)

    def _elsewhere(self, place: Place, text: str, prepared: Prepared) -> dict[str, Any]:
        """The answer to anything that is not a postcode of the city."""
        tell: dict[Status, Callable[[Place, str, Prepared], dict[str, Any]]] = {
            "outside_area": self._outside,
            "non_geographic": self._non_geographic,
            "partial": self._partial,
            "unknown": self._unknown,
            "malformed": self._malformed,
        }
        return {"status": place.status} | tell[place.status](place, text, prepared)

    def _outside(self, place: Place, text: str, prepared: Prepared) -> dict[str, Any]:
        code, name = self.gazetteer.authorities[self.gazetteer.outside_authority[place.row]]
        door = self.routing.neighbour(code) or {}
        answer = {
            "postcode": show(place.canonical),
            "terminated": {"ended": ended_words(place.ended)} if place.ended else None,
            "authority": {"code": code, "name": name} | _telephones(door),
            "message": f"{show(place.canonical)} is in {name}, outside Birmingham. Call that authority's "
            "children's services.",
        }
        return answer

    def _non_geographic(self, place: Place, text: str, prepared: Prepared) -> dict[str, Any]:
        return {
            "postcode": show(place.canonical) if len(place.canonical) > 4 else place.canonical,
            "message": "This postcode stands for no place: it belongs to a large organisation, the forces or "
            "post boxes, or the directory gives it no position. Ask for the postcode of the home.",
        }

    def _partial(self, place: Place, text: str, prepared: Prepared) -> dict[str, Any]:
        outcode, digit = place.canonical, place.digit
        what = f"{outcode} {digit}" if digit else outcode
        districts = (
            area_shares(self.gazetteer, prepared.district, outcode, digit)
            if prepared.district is not None
            else []
        )
        others = authority_shares(self.gazetteer, outcode, digit)
        return {
            "sector" if digit else "outcode": what,
            "districts": [_share(s) for s in districts],
            "other_authorities": [_share(s) for s in others[:20]],
            "message": f"{what} is only part of a postcode"
            + (f" and lies in {len(districts)} districts" if len(districts) > 1 else "")
            + ". Give the full postcode, such as B15 2TT.",
        }

    def _unknown(self, place: Place, text: str, prepared: Prepared) -> dict[str, Any]:
        full = place.digit is None and len(place.canonical) >= 5
        part = neighbourhood(self.gazetteer, place.canonical) if full else None
        shown = show(place.canonical) if full else " ".join(filter(None, (place.canonical, place.digit)))
        candidates: dict[str, list[dict[str, Any]]] = {}
        others: list[Share] = []
        if part:
            for index in prepared.indexes:
                if index in prepared.service:
                    shares = area_shares(self.gazetteer, index, *part)
                    if shares:
                        layer = self.gazetteer.generations[index]["layer"]
                        candidates[layer] = [_share(s) for s in shares]
            others = authority_shares(self.gazetteer, *part)
        message = f"{shown} is not known yet."
        if candidates:
            message += (
                f" It may be new. Known postcodes in {' '.join(filter(None, part or ()))} lie in the areas "
                "listed: check the address before you choose."
            )
        elif others:
            message += f" Postcodes like it lie in {others[0].name}, outside Birmingham. Check the spelling."
        else:
            message += " Check the spelling: no postcode like it is known."
        return {
            "postcode": shown,
            "message": message,
            "suggestions": perhaps_meant(self.gazetteer, text),
            "basis": " ".join(filter(None, part)) if part else None,
            "candidates": candidates,
            "other_authorities": [_share(s) for s in others[:5]],
        }

    def _malformed(self, place: Place, text: str, prepared: Prepared) -> dict[str, Any]:
        return {
            "message": "That is not a UK postcode. A postcode looks like B15 2TT: letters and a number, "
            "then a number and two letters."
            if text.strip()
            else "Enter a postcode, such as B15 2TT.",
            "suggestions": perhaps_meant(self.gazetteer, text),
        }


def _telephones(door: dict[str, str]) -> dict[str, str]:
    return {key: door[key] for key in ("telephone", "out_of_hours", "source", "checked") if key in door}


def _share(share: Share) -> dict[str, Any]:
    return {"code": share.code, "name": share.name, "postcodes": share.postcodes, "share": share.share}
