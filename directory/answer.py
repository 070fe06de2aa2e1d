"""The answer to a postcode: the same bytes for the API, the page and `earlyhelp lookup --json`.

What is the same for many postcodes is written as JSON once for the stretch of time in which it holds
(`directory.prepared`), and an answer is those pieces joined. No geometry library or numpy is loaded.
"""

from __future__ import annotations

import datetime as dt
import time
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from directory.elsewhere import door_facts, elsewhere
from directory.prepared import DERIVED, ILLUSTRATIVE, NEAR_BOUNDARY, PARKED, Prepared
from directory.routing.london import LONDON
from directory.routing.route import Routing
from geo.gazetteer import NONE, PARKED_AT, Gazetteer
from geo.place import Place, Status, ended_month, ended_words, locate

# What ends the entry of an area so many metres away, and the piece of a layer that has an area.
_METRES = tuple(b"%d}" % metres for metres in range(256))
_BRACE = ord("}")
_NOTHING: frozenset[str] = frozenset()


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


class LayerUnknown(ValueError):
    """A layer was asked for that there is none of; the message names those there are."""


class Asked(NamedTuple):
    """One answer: its status, its JSON, and until when it stays true (epoch seconds)."""

    status: Status
    body: bytes
    holds_until: int
    etag: str


class Home(NamedTuple):
    """A home in the city, in the pieces that what comes next is told in.

    `teams` and `cautions` are the lists of the answer as JSON, `near_authority` the authority close by or
    null. `district` is its number among the day's districts and `team_areas` has, by layer, that of the area
    the home is in; `beside` are the layers with another area so close that the address decides.
    """

    place: Place
    teams: bytes
    cautions: bytes
    near_authority: bytes
    district: int
    team_areas: dict[str, int]
    beside: frozenset[str]


class Answers:
    """Answers over one gazetteer and one set of contacts. Safe to share between threads."""

    def __init__(self, gazetteer: Gazetteer, routing: Routing) -> None:
        self.gazetteer, self.routing = gazetteer, routing
        self.layers = list(dict.fromkeys(g["layer"] for g in gazetteer.generations))
        self._prepared = lru_cache(maxsize=24)(self._prepare)
        self._latest: Prepared | None = None

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
            told = elsewhere(self.gazetteer, self.routing, prepared, place, text)
            # What it says of whom to call stands in the place of the city's own front door.
            body = _json({"status": place.status} | prepared.shared | told)
        return Asked(place.status, body, prepared.frame.end, prepared.etag)

    def home(self, place: Place, prepared: Prepared) -> Home:
        """The home of a city postcode, without what all homes share."""
        row = place.row
        beside = self._areas(prepared, row)[1] if self.gazetteer.near_packed(row) else None
        beyond = self.gazetteer.near_authority(row)
        return Home(
            place,
            self._teams(prepared, row, beside),
            self._cautions(prepared, place, beside, beyond),
            b"null" if beyond is None else self._beyond(beyond),
            self.gazetteer.columns[prepared.district][row] if prepared.district is not None else NONE,
            {layer: column[row] for layer, _slot, column, _known in prepared.teams},
            frozenset([prepared.layer_names[slot] for slot in beside]) if beside else _NOTHING,
        )

    def elsewhere(self, place: Place, text: str, prepared: Prepared) -> dict[str, Any]:
        """The facts of what is no city postcode: what is said of whom to call stands in `call`."""
        told = elsewhere(self.gazetteer, self.routing, prepared, place, text)
        facts: dict[str, Any] = orjson.loads(_json({"status": place.status} | prepared.shared | told))
        return facts

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
        told = elsewhere(self.gazetteer, self.routing, prepared, place, text)
        told.pop("call", None)
        return place.status, [_json(told)[1:]]

    def _city(self, prepared: Prepared, place: Place, full: bool) -> list[bytes]:
        """The part of a city postcode's answer that is its own, in pieces, without the braces around it."""
        gazetteer, row, ended = self.gazetteer, place.row, place.ended
        areas, beside = self._areas(prepared, row)
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
            b"null" if beyond is None else self._beyond(beyond),
        ]
        if full:
            pieces += (b',"teams":', self._teams(prepared, row, beside))
        pieces += (b',"cautions":', self._cautions(prepared, place, beside, beyond))
        return pieces

    def _areas(self, prepared: Prepared, row: int) -> tuple[list[bytes], dict[int, bytes] | None]:
        """The piece of each layer, and by slot the other areas close by, with the end of a piece."""
        areas = [pieces[column[row]] for column, pieces in prepared.areas]
        packed = self.gazetteer.near_packed(row)
        return areas, self._beside(prepared, packed, areas) if packed else None

    def _teams(self, prepared: Prepared, row: int, beside: dict[int, bytes] | None) -> bytes:
        teams = []
        for _layer, slot, column, known in prepared.teams:
            piece = known.get(column[row])
            if piece:
                near = beside.get(slot) if beside else None
                teams.append(piece if near is None else piece[:-2] + near)
        return b"[%b]" % b",".join(teams)

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
        return _json({"code": code, "name": name, "metres": beyond[1], **door_facts(door)})

    def _cautions(
        self,
        prepared: Prepared,
        place: Place,
        beside: dict[int, bytes] | None,
        beyond: tuple[int, int] | None,
    ) -> bytes:
        near_boundary = beside is not None and not prepared.service_slots.isdisjoint(beside)
        shared = self.gazetteer.shared_by[place.row]
        if not (place.ended or beyond or shared >= PARKED_AT or place.row in self.gazetteer.derived):
            return prepared.cautions[near_boundary]
        cautions: list[str] = []
        if place.ended:
            cautions.append(
                f"This postcode went out of use in {ended_month(place.ended)}. Ask for the current one."
            )
        if shared >= PARKED_AT:
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
