"""The answer to a postcode: the same bytes for the API, the page and `earlyhelp lookup --json`.

Everything that is the same for many postcodes (areas, teams with their contacts, layers, the front
door) is written as JSON once for the stretch of time in which it holds, and an answer is those
pieces joined. Nothing here imports a geometry library or numpy.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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


@dataclass(frozen=True)
class Asked:
    """One answer: its status, its JSON, and until when it stays true (epoch seconds)."""

    status: Status
    body: bytes
    holds_until: int
    etag: str


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
        self.areas: list[tuple[int, memoryview, list[bytes]]] = []
        self.teams: list[tuple[int, memoryview, list[bytes]]] = []
        self.names: dict[int, list[list[str]]] = {}
        self.illustrative = False
        for index, generation in zip(self.indexes, shown, strict=True):
            layer = generation["layer"]
            in_force = generation["valid_from"] <= on.isoformat() <= (generation["valid_to"] or "9999")
            lead = b"" if not self.areas else b","
            pieces = [
                lead
                + _json(layer)
                + b":"
                + _json({"code": c, "name": n, "in_force": in_force})[:-1]
                + b',"near":'
                for c, n in generation["areas"]
            ]
            self.areas.append((index, gazetteer.columns[index], [*pieces, lead + _json(layer) + b":null"]))
            self.names[index] = generation["areas"]
            if generation["kind"] == "team":
                self.illustrative |= generation["status"] == "illustrative"
                self.teams.append(
                    (
                        index,
                        gazetteer.columns[index],
                        [self._team(generation, c, n) for c, n in generation["areas"]],
                    )
                )
        self.silent = b"".join(b',"%s":null' % layer.encode() for layer in silent)
        self.service = {i for i in self.indexes if gazetteer.generations[i]["kind"] == "team"}
        if self.district is not None:
            self.service.add(self.district)
        self.attribution = ATTRIBUTION
        self.layers = {g["layer"]: layer_facts(g) for g in shown}
        self.versions = versions(gazetteer, frame.version, shown)
        self.tail = self._tail()
        knows = gazetteer.meta["knows_terminated"]
        self.head = b'","on":"%s","terminated":' % on.isoformat().encode()
        self.currency = b'null,"currency":%s' % (_json(None if knows else MAY_BE_TERMINATED))
        self.authority = b',"authority":' + _json(
            next({"code": c, "name": n} for c, n in gazetteer.authorities if c == CITY)
        )
        self.seal = f"{gazetteer.release}.{frame.version[:8]}.{frame.start:x}.{on:%Y%m%d}"
        if wanted:
            self.seal += "." + "-".join(sorted(wanted))

    def _team(self, generation: dict[str, Any], code: str, name: str) -> bytes:
        team = {
            "layer": generation["layer"],
            "title": generation["title"],
            "code": code,
            "name": name,
            "status": generation["status"],
            "contacts": self.frame.contact_json.get((generation["layer"], code), []),
        }
        return _json(team)[:-1] + b',"near":'

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
            body = b"".join((self._areas(prepared, place, True), prepared.tail))
        else:
            body = _json(self._elsewhere(place, text, prepared))[:-1] + prepared.tail
        return Asked(place.status, body, prepared.frame.end, f'"{prepared.seal}"')

    def short(self, text: str, prepared: Prepared) -> tuple[Status, bytes]:
        """One result of a bulk request: status and areas, without what all results share."""
        place = locate(self.gazetteer, text)
        if place.city:
            return place.status, self._areas(prepared, place, False) + b"}"
        return place.status, _json(self._elsewhere(place, text, prepared))

    def _areas(self, prepared: Prepared, place: Place, full: bool) -> bytes:
        """The part of a city postcode's answer that is its own, without the closing brace."""
        gazetteer, row = self.gazetteer, place.row
        canonical = place.canonical
        pieces = [
            b'{"status":"%s","postcode":"%s %s'
            % (place.status.encode(), canonical[:-3].encode(), canonical[-3:].encode()),
            prepared.head,
            prepared.currency
            if not place.ended
            else b'{"ended":"%s"},"currency":null' % ended_words(place.ended).encode(),
            self._position(row),
            prepared.authority,
            b',"areas":{',
        ]
        near = gazetteer.near(row)
        told: dict[int, bytes] = {}
        for index, column, areas in prepared.areas:
            area = column[row]
            if area == NONE:
                pieces.append(areas[-1])
                continue
            listed = b"[]"
            if near:
                found = [n for n in near if n.generation == index]
                if found:
                    names = prepared.names[index]
                    listed = told[index] = _json(
                        [
                            {"code": names[n.area][0], "name": names[n.area][1], "metres": n.metres}
                            for n in found
                        ]
                    )
            pieces += (areas[area], listed, b"}")
        pieces += (prepared.silent, b'},"near_authority":')
        beyond = gazetteer.near_authority(row)
        if beyond:
            code, name = gazetteer.authorities[beyond[0]]
            door = self.routing.neighbour(code) or {}
            pieces.append(_json({"code": code, "name": name, "metres": beyond[1], **_telephones(door)}))
        else:
            pieces.append(b"null")
        if full:
            pieces.append(b',"teams":[')
            lead = b""
            for index, column, teams in prepared.teams:
                area = column[row]
                if area != NONE:
                    pieces += (lead, teams[area], told.get(index, b"[]"), b"}")
                    lead = b","
            pieces.append(b"]")
        pieces += (b',"cautions":', self._cautions(prepared, place, told, beyond))
        return b"".join(pieces)

    def _position(self, row: int) -> bytes:
        gazetteer = self.gazetteer
        shared = gazetteer.shared_by[row]
        return (
            f',"position":{{"lat":{gazetteer.lat[row] / 1e6},"lon":{gazetteer.lon[row] / 1e6},'
            f'"easting":{gazetteer.easting[row]},"northing":{gazetteer.northing[row]},"shared_by":{shared},'
            f'"is_home":{"true" if shared < PARKED_AT else "false"}}}'
        ).encode()

    def _cautions(
        self,
        prepared: Prepared,
        place: Place,
        told: dict[int, bytes],
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
        if told and not prepared.service.isdisjoint(told):
            cautions.append(NEAR_BOUNDARY)
        if beyond:
            name = self.gazetteer.authorities[beyond[0]][1]
            cautions.append(
                f"{name} begins about {beyond[1]} metres away. "
                "Check the address: it may not be in Birmingham."
            )
        if prepared.illustrative:
            cautions.append(ILLUSTRATIVE)
        return _CAUTIONS.get(tuple(cautions)) or _json(cautions)

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


# The commonest lists of cautions, written once.
_CAUTIONS: dict[tuple[str, ...], bytes] = {
    key: _json(list(key))
    for key in ((), (ILLUSTRATIVE,), (NEAR_BOUNDARY, ILLUSTRATIVE), (NEAR_BOUNDARY,), (PARKED, ILLUSTRATIVE))
}
