"""Whom to call, in order: an outcome's contact words made into contacts at a place and a moment.

Every list ends in somebody who answers now. Where a team is closed it is told when it opens, and the front
door stands behind it; where there is no postcode it is told how to find the team, and the front door too.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

import orjson

from directory.answer import Home
from directory.prepared import Prepared
from directory.routing.route import Contact, Frame

Facts = dict[str, Any]
Audience = Literal["professional", "public"]
_CITYWIDE = ("danger", "front_door")
_ENGLAND = ("NHS_111",)  # one number for all of England, and for England only
_HERE = "If the child is in Birmingham now"


@dataclass(frozen=True)
class Spot:
    """What contacts depend on: the moment and its day's areas, the home, and whose children it is.

    `home` is None where no home in the city is known. `elsewhere` is the `call` of an answer for a home in
    another authority, None for Birmingham.
    """

    prepared: Prepared
    home: Home | None
    elsewhere: Facts | None = None

    @property
    def frame(self) -> Frame:
        """All contacts as they are at the moment."""
        return self.prepared.frame

    @cached_property
    def teams(self) -> Mapping[str, Facts] | None:
        """The teams of the home by layer."""
        return {one["layer"]: one for one in orjson.loads(self.home.teams)} if self.home is not None else None

    def shared_by(self, words: tuple[str, ...]) -> Hashable | None:
        """What all homes have in common to which contacts are the same: None where they are this home's own.

        Another area close by is told with its distance, and is told of one home alone.
        """
        if self.elsewhere is not None:
            return None
        if self.home is None:
            return ()
        layers = _layers(words)
        if not self.home.beside.isdisjoint(layers):
            return None
        return tuple([self.home.team_areas.get(layer) for layer in layers])


@lru_cache(maxsize=1024)
def _layers(words: tuple[str, ...]) -> tuple[str, ...]:
    """The layers of the teams that contact words name."""
    return tuple(word.partition(":")[2] for word in words if not word.startswith(_CITYWIDE))


class Steps(NamedTuple):
    """The contacts for an outcome and the first of them to call now, each as JSON."""

    listed: bytes
    call: bytes


def steps(words: tuple[str, ...], spot: Spot, audience: Audience = "professional") -> Steps:
    """The contacts for an outcome's contact words, in order, the last of them open.

    `audience` is whose contacts are given. What is the same for every home with these teams is made once for
    the stretch of time in which it holds.
    """
    shared = spot.shared_by(words)
    if shared is None:
        return _told(words, spot, audience)
    key = (words, audience, shared)
    found: Steps | None = spot.prepared.kept.get(key)
    if found is None:
        found = spot.prepared.kept[key] = _told(words, spot, audience)
    return found


def _told(words: tuple[str, ...], spot: Spot, audience: Audience) -> Steps:
    found = _steps(words if audience == "professional" else _public(words, spot), spot, audience)
    return Steps(orjson.dumps(found), orjson.dumps(_first_open(found)))


def _public(words: Sequence[str], spot: Spot) -> list[str]:
    """Without a line that is for professionals alone."""
    listed = spot.frame.contact_json
    return [
        word
        for word in words
        if not word.startswith("front_door:")
        or any(one["audience"] != "professional" for one in listed.get(("front_door", word[11:]), []))
    ]


def _steps(words: Sequence[str], spot: Spot, audience: Audience) -> list[Facts]:
    found: list[Facts] = []
    for word in words:
        kind, _, code = word.partition(":")
        if kind == "danger":
            found.append(_step("danger", spot.frame.call.danger))
        elif kind == "front_door" and not code:
            found += _front_door(spot)
        elif kind == "front_door":
            found += _line(code, spot)
        elif spot.elsewhere is None:
            found.append(_team(code, spot, audience))
            if not found[-1]["open"]:
                found += _front_door(spot)
    if not any(one["open"] and one["kind"] != "danger" for one in found):
        found += _front_door(spot)
    if spot.elsewhere is not None:
        found += _outside_last(spot, found)
    return _once(found)


def _first_open(found: Sequence[Facts]) -> Facts:
    """The first of `found` to call now; the first at all where none is known to be open."""
    ready = [one for one in found if one["telephone"]]
    return next((one for one in ready if one["open"]), ready[0] if ready else found[0])


def _front_door(spot: Spot) -> list[Facts]:
    if spot.elsewhere is None:
        return [_step("front_door", spot.frame.call.now)]
    now, authority = spot.elsewhere["now"], spot.elsewhere["authority"] or {}
    if now is None:
        name = authority.get("name") or "the authority where the child lives"
        words = "We hold no number for them: find it on their website."
        return [_nobody("authority", f"Children's services: {name}", words)]
    others = [one for one in spot.elsewhere["also"] if one["open"] and one["purpose"] == now["purpose"]]
    return [_step("authority", one) for one in (now, *others)]


def _line(code: str, spot: Spot) -> list[Facts]:
    """A named line of the front door; when it is closed, the front door itself behind it."""
    listed = spot.frame.contact_json.get(("front_door", code), [])
    authority = spot.elsewhere["authority"] or {} if spot.elsewhere is not None else None
    reached = authority is None or (code in _ENGLAND and authority.get("code", "").startswith("E"))
    found = [_step("line", listed[0])] if listed and reached else []
    if not found or not found[0]["open"]:
        found += _front_door(spot)
    return found


def _team(layer: str, spot: Spot, audience: Audience) -> Facts:
    drawn = spot.prepared.layers.get(layer)
    title = str(drawn["title"]) if drawn else layer.replace("_", " ").capitalize()
    if spot.teams is None:
        words = f"Which one depends on the home. Give its postcode to see the contact ({title})."
        return _nobody("find_team", title, words) | {"layer": layer}
    team = spot.teams.get(layer)
    contacts = [one for one in team["contacts"] if one["audience"] in (audience, "both")] if team else []
    reachable = [one for one in contacts if one["telephone"]] or contacts
    if team is None or not reachable:
        return _nobody("team", team["name"] if team else title, "No contact is listed for this home.") | {
            "layer": layer
        }
    chosen = next((one for one in reachable if one["open"]), reachable[0])
    name = team["name"]
    whole = name if title.lower() in name.lower() else f"{title}: {name}"
    return _step("team", chosen) | {
        "layer": layer,
        "title": whole,
        "code": team["code"],
        "status": team["status"],
        "beside": [{"name": one["name"], "metres": one["metres"]} for one in team["near"]],
    }


def _outside_last(spot: Spot, found: Sequence[Facts]) -> list[Facts]:
    """Behind another authority's line: who answers if that does not, and who if the child is here."""
    last: list[Facts] = []
    if not any(one["open"] for one in found if one["kind"] == "authority"):
        for code in ("NSPCC", "POLICE_101"):
            listed = spot.frame.contact_json.get(("front_door", code), [])
            now = [one for one in listed[:1] if one["open"]]
            last += [_step("line", one) | {"when": "If they do not answer"} for one in now]
    return [*last, _step("found_here", spot.frame.call.now) | {"when": _HERE}]


@lru_cache(maxsize=1024)
def telephone_link(telephone: str | None) -> str | None:
    """A number as the address of a link, such as `tel:01213031888`; None for no number."""
    return "tel:" + re.sub(r"(?<!^)\+|[^\d+]", "", telephone) if telephone else None


def _step(kind: str, contact: Contact) -> Facts:
    return {
        "kind": kind,
        "title": contact["role"],
        "role": contact["role"],
        "when": None,
        "telephone": contact["telephone"] or None,
        "tel": telephone_link(contact["telephone"]),
        "email": contact["email"] or None,
        "form": contact["form"] or None,
        "open": contact["open"],
        "words": contact["state_words"],
        "until": contact["changes_at"],
        "hours_words": contact["hours_words"],
        "purpose": contact["purpose"],
        "sample": contact["sample"],
        "source": contact["source"],
        "checked": contact["checked"],
        "layer": None,
    }


def _nobody(kind: str, title: str, words: str) -> Facts:
    """A step that says what to do instead of whom to call."""
    empty = dict.fromkeys(
        ("when", "telephone", "tel", "email", "form", "open", "until", "hours_words", "purpose", "source")
    )
    return {
        "kind": kind,
        "title": title,
        "role": title,
        **empty,
        "words": words,
        "sample": False,
        "checked": None,
        "layer": None,
    }


def _once(found: Sequence[Facts]) -> list[Facts]:
    """Without a contact that stands earlier already."""
    kept: dict[tuple[str, str | None], Facts] = {}
    for one in found:
        kept.setdefault((one["title"], one["telephone"]), one)
    return list(kept.values())
