"""The answer to what is not a Birmingham postcode: outside, part of one, new, mistyped, of no place."""

from __future__ import annotations

from typing import Any

from directory.prepared import Prepared
from directory.routing.route import Frame, Routing
from geo.gazetteer import Gazetteer
from geo.place import (
    Place,
    Share,
    area_shares,
    authority_shares,
    ended_month,
    ended_words,
    neighbourhood,
    perhaps_meant,
)
from geo.postcode import no_fixed_home, show

Facts = dict[str, Any]


def elsewhere(gazetteer: Gazetteer, routing: Routing, prepared: Prepared, place: Place, text: str) -> Facts:
    """The answer to `text`, read as `place`, when that is not a postcode of the city."""
    if place.status == "outside_area":
        told = _outside(gazetteer, routing, prepared, place)
    elif place.status == "non_geographic":
        told = _non_geographic(place)
    elif place.status == "partial":
        told = _partial(gazetteer, prepared, place)
    elif place.status == "unknown":
        told = _unknown(gazetteer, prepared, place, text)
    else:
        told = _malformed(gazetteer, text)
    return {"status": place.status} | told


NATIONAL = ("NSPCC", "CHILDLINE", "POLICE_101")
SHIRE_DISTRICT = "E07"  # how the codes of districts begin whose county council answers for children
ISLANDS = {"JE": "Jersey", "GY": "the Bailiwick of Guernsey", "IM": "the Isle of Man"}


def _call(frame: Frame, authority: Facts | None) -> Facts:
    """Whom to call for a home in another authority: its own line, open if one is, else nobody (None)."""
    code = authority["code"] if authority else ""
    lines = [c for c in frame.contact_json.get(("neighbours", code), []) if c["telephone"]]
    now = next((line for line in lines if line["open"]), lines[0] if lines else None)
    national = [c for key in NATIONAL for c in frame.contact_json.get(("front_door", key), [])]
    also = [line for line in lines if line is not now] + national
    return {"authority": authority, "now": now, "danger": frame.call.danger, "also": also}


def _outside(gazetteer: Gazetteer, routing: Routing, prepared: Prepared, place: Place) -> Facts:
    code, name = gazetteer.authorities[gazetteer.outside_authority[place.row]]
    name = ISLANDS.get(place.canonical[:2], name) if code[0] in "LM" else name
    door = routing.neighbour(code) or {}
    call = _call(prepared.frame, {"code": code, "name": name})
    message = f"{show(place.canonical)} is in {name}, outside Birmingham."
    if place.ended:
        message += f" It went out of use in {ended_month(place.ended)}."
    if call["now"]:
        message += f" Call the children's services of {name}."
    elif door:
        message += f" Ask for {door['role']}. We hold no number for them."
    elif code.startswith(SHIRE_DISTRICT):
        message += " Its county council answers for children there. We hold no number for it."
    else:
        message += " Call the children's services there. We hold no number for them."
    return {
        "postcode": show(place.canonical),
        "terminated": {"ended": ended_words(place.ended)} if place.ended else None,
        "authority": {"code": code, "name": name} | door_facts(door),
        "message": message,
        "call": call,
    }


def _non_geographic(place: Place) -> Facts:
    if no_fixed_home(place.canonical):
        return {
            "postcode": show(place.canonical),
            "message": "This code stands for a person with no fixed home or no known postcode. Use the "
            "postcode of the place where the child is now.",
        }
    return {
        "postcode": show(place.canonical) if len(place.canonical) > 4 else place.canonical,
        "message": "This postcode stands for no place that we know. It may be that of a large firm, of "
        "the forces or of post boxes. Ask for the postcode of the home.",
    }


def _partial(gazetteer: Gazetteer, prepared: Prepared, place: Place) -> Facts:
    outcode, digit = place.canonical, place.digit
    what = f"{outcode} {digit}" if digit else outcode
    districts = (
        area_shares(gazetteer, prepared.district, outcode, digit) if prepared.district is not None else []
    )
    others = authority_shares(gazetteer, outcode, digit)
    elsewhere_only = {} if districts else {"call": _call(prepared.frame, _only(others))}
    return elsewhere_only | {
        "sector" if digit else "outcode": what,
        "districts": [_share(s) for s in districts],
        "other_authorities": [_share(s) for s in others[:20]],
        "message": f"{what} is only part of a postcode"
        + (f" and lies in {len(districts)} districts" if len(districts) > 1 else "")
        + ". Give the full postcode, such as B15 2TT.",
    }


def _unknown(gazetteer: Gazetteer, prepared: Prepared, place: Place, text: str) -> Facts:
    full = place.digit is None and len(place.canonical) >= 5
    part = neighbourhood(gazetteer, place.canonical) if full else None
    shown = show(place.canonical) if full else " ".join(filter(None, (place.canonical, place.digit)))
    candidates: dict[str, list[Facts]] = {}
    others: list[Share] = []
    if part:
        for index in prepared.indexes:
            if index in prepared.service:
                shares = area_shares(gazetteer, index, *part)
                if shares:
                    layer = gazetteer.generations[index]["layer"]
                    candidates[layer] = [_share(s) for s in shares]
        others = authority_shares(gazetteer, *part)
    suggestions = perhaps_meant(gazetteer, text)
    if gazetteer.meta["scope"] == "city" and not candidates:
        return {
            "postcode": shown,
            "message": f"{shown} is not a known Birmingham postcode. This installation holds no others.",
            "suggestions": suggestions,
            "basis": None,
            "candidates": {},
            "other_authorities": [],
        }
    message = f"{shown} is not known yet." if candidates else f"{shown} is not a known postcode."
    if candidates:
        message += (
            f" It may be new. Known postcodes in {' '.join(filter(None, part or ()))} lie in the areas "
            "listed: check the address before you choose."
        )
    elif suggestions:
        message += " It may be mistyped. Check with the family before you choose another."
    elif others:
        message += f" Postcodes like it lie in {others[0].name}, outside Birmingham. Check the spelling."
    else:
        message += " Check the spelling: no postcode like it is known."
    elsewhere_only = {"call": _call(prepared.frame, _only(others))} if others and not candidates else {}
    return elsewhere_only | {
        "postcode": shown,
        "message": message,
        "suggestions": suggestions,
        "basis": " ".join(filter(None, part)) if part else None,
        "candidates": candidates,
        "other_authorities": [_share(s) for s in others[:5]],
    }


def _malformed(gazetteer: Gazetteer, text: str) -> Facts:
    return {
        "message": "That is not a UK postcode. A postcode looks like B15 2TT: letters and a number, "
        "then a number and two letters."
        if text.strip()
        else "Enter a postcode, such as B15 2TT.",
        "suggestions": perhaps_meant(gazetteer, text),
    }


def _only(shares: list[Share]) -> Facts | None:
    """The one authority that all of some postcodes lie in, else None."""
    return {"code": shares[0].code, "name": shares[0].name} if len(shares) == 1 else None


def door_facts(door: dict[str, str]) -> dict[str, str]:
    """What is told of another authority's front door: whose it is, its numbers, their source."""
    return {
        key: door[key] for key in ("role", "telephone", "out_of_hours", "source", "checked") if key in door
    }


def _share(share: Share) -> Facts:
    return {"code": share.code, "name": share.name, "postcodes": share.postcodes, "share": share.share}
