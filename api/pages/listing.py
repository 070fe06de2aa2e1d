"""A listing as its page shows it: contacts by audience, hours, places, areas and steps, from its content.

Everything here is plain functions of the content (the members of `directory.store.standard`), the moment and
the names of areas. A member that is not there leaves its part of the page out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.pages.site import Facts
from api.pages.words import day, first_up, listed, web_address

Content = Mapping[str, Any]
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WHO = {"public": "For families", "professional": "For professionals"}


def contacts(service: Content) -> list[Facts]:
    """The ways to reach a service by who may use them: [{audience, title, ways: [...]}].

    A way has a title, telephones (number, note) and an e-mail address. Where the service has none of its own,
    those of its organisation are given and said to be so.
    """
    found: dict[str, list[Facts]] = {"public": [], "professional": []}
    holders = [service, *(one for one in _many(service, "service_at_locations"))]
    for holder in holders:
        _add_contacts(found, holder, "")
    if not any(found.values()):
        _add_contacts(found, _one(service, "organization"), "The organisation")
    return [
        # A telephone before a letter.
        {
            "audience": audience,
            "title": WHO[audience],
            "ways": sorted(ways, key=lambda way: not way["phones"]),
        }
        for audience, ways in found.items()
        if ways
    ]


def _add_contacts(found: dict[str, list[Facts]], holder: Content, title: str) -> None:
    own: dict[str, list[Facts]] = {}
    for phone in _many(holder, "phones"):
        own.setdefault(_audience(phone), []).append(_phone(phone))
    email = str(holder.get("email") or "")
    if email:
        own.setdefault("public", [])
    for audience, phones in own.items():
        _add(
            found[audience],
            {"title": title, "phones": phones, "email": email if audience == "public" else ""},
        )
    for contact in _many(holder, "contacts"):
        audience = _audience(contact)
        # Contacts are named by role; a name that a feed gave is shown only where there is no role.
        role = str(contact.get("title") or contact.get("department") or contact.get("name") or title)
        way: Facts = {
            "title": role,
            "phones": [_phone(phone) for phone in _many(contact, "phones")],
            "email": str(contact.get("email") or ""),
        }
        if way["phones"] or way["email"]:
            _add(found[audience], way)


def _add(ways: list[Facts], way: Facts) -> None:
    if way not in ways:
        ways.append(way)


def _audience(holder: Content) -> str:
    return "professional" if holder.get("audience") == "professional" else "public"


def _phone(phone: Content) -> Facts:
    extension = phone.get("extension")
    kind = str(phone.get("type") or "")
    return {
        "number": str(phone.get("number") or ""),
        "note": "; ".join(
            words
            for words in (
                kind if kind not in ("", "voice") else "",
                f"extension {extension}" if extension else "",
                str(phone.get("description") or ""),
            )
            if words
        ),
    }


def hours_now(schedules: Sequence[Content], at: dt.datetime) -> Facts:
    """Whether it is open at a moment, in words: {open: bool or None, words}."""
    from directory.listings import hours

    state = hours.state(schedules, at)
    return {"open": state.open, "words": hours.now_words(state, at)}


def week(schedules: Sequence[Content], at: dt.datetime) -> list[Facts]:
    """The seven days from a moment's day on, each with its hours in words: {day, date, words, today}."""
    from directory.listings import hours

    first = at.astimezone(hours.LONDON).date()
    midnights = [dt.datetime.combine(first + dt.timedelta(days=n), dt.time(), hours.LONDON) for n in range(8)]
    whole = hours.spans(schedules, midnights[0], midnights[7])
    days: list[Facts] = []
    for away in range(7):
        date = first + dt.timedelta(days=away)
        start, end = midnights[away], midnights[away + 1]
        spans = [
            (max(opens, start), min(closes, end)) for opens, closes in whole if opens < end and closes > start
        ]
        days.append(
            {
                "day": _DAYS[date.weekday()],
                "date": date.isoformat(),
                "words": ", ".join(_span(opens, closes, start, end) for opens, closes in spans) or "Closed",
                "today": away == 0,
            }
        )
    return days


def _span(opens: dt.datetime, closes: dt.datetime, start: dt.datetime, end: dt.datetime) -> str:
    from directory.listings.hours import clock

    if (opens, closes) == (start, end):
        return "Open all day"
    return f"{clock(opens.time())} to {clock(closes.time())}"


def opening(schedules: Sequence[Content], at: dt.datetime) -> Facts | None:
    """Hours now, the table of the next seven days and what is said in general; None where none are known."""
    from directory.listings import hours

    if not schedules:
        return None
    now = hours_now(schedules, at)
    links = [link for one in schedules if (link := web_address(one.get("schedule_link")))]
    return {
        "now": now,
        "week": week(schedules, at) if now["open"] is not None else [],
        "words": hours.words(schedules),
        "notes": list(dict.fromkeys(str(one["notes"]) for one in schedules if one.get("notes"))),
        "links": list(dict.fromkeys(links)),
    }


def places(service: Content, at: dt.datetime) -> list[Facts]:
    """Where it is: name, lines of the address, how to get there and in, own hours, a map's address."""
    found: list[Facts] = []
    for held in _many(service, "service_at_locations"):
        location = _one(held, "location")
        address = next(iter(_many(location, "addresses")), {})
        lines = [
            str(address[name])
            for name in ("attention", "address_1", "address_2", "city", "postal_code")
            if address.get(name)
        ]
        own = [*_many(held, "schedules")] or [*_many(location, "schedules")]
        lat, lon = location.get("latitude"), location.get("longitude")
        placed = isinstance(lat, int | float) and isinstance(lon, int | float)
        found.append(
            {
                "name": str(location.get("name") or (lines[0] if lines else "Place")),
                "kind": str(location.get("location_type") or ""),
                "lines": lines,
                "map": f"https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=17/{lat:.5f}/{lon:.5f}"
                if placed
                else "",
                "description": str(held.get("description") or ""),
                "transport": str(location.get("transportation") or ""),
                "access": access(location),
                "opening": opening(own, at),
                "sample": bool(location.get("sample")),
            }
        )
    return found


def access(location: Content) -> list[str]:
    """What helps or hinders getting in, a sentence each."""
    found: list[str] = []
    for one in _many(location, "accessibility"):
        features = [str(word).replace("_", " ") for word in one.get("features") or []]
        said = [str(one[name]) for name in ("description", "details", "accessibility") if one.get(name)]
        found += [first_up(words) for words in said or ([listed(features)] if features else [])]
    return list(dict.fromkeys(found))


def areas(service: Content, names: Mapping[tuple[str, str], str]) -> list[str]:
    """The areas it serves, in words. `names` are those of areas by layer and code, with the layer."""
    found: list[str] = []
    for one in _many(service, "service_areas"):
        layer, code = str(one.get("layer") or ""), str(one.get("code") or "")
        words = str(one.get("name") or one.get("service_area") or one.get("extent") or "")
        named = names.get((layer, code), "")
        if named and words and words.casefold() not in named.casefold():
            words = f"{words} ({named})"
        else:
            words = named or words or code
        told = str(one.get("description") or "")
        if told and told.casefold() != words.casefold():
            words = f"{words}. {told}" if words else told
        if words:
            found.append(words)
    return list(dict.fromkeys(found))


def steps(service: Content, route: str) -> list[Facts]:
    """How to ask for help, by who asks: [{title, steps}]. `route` is self, professional or both."""
    said = str(service.get("application_process") or "")
    url = web_address(service.get("url"))
    reach = {one["audience"] for one in contacts(service)}
    found: list[Facts] = []
    if route in ("self", "both"):
        site = ", or use its website" if url else ""
        first = f"Call or write to the service{site}: see “Contact” above." if "public" in reach else ""
        found.append(
            {
                "title": "If you are the family or the young person",
                "steps": [
                    *([first] if first else []),
                    "Say what the worry is and what would help. Nobody needs to refer you.",
                ],
            }
        )
    if route in ("professional", "both"):
        where = "under “For professionals”" if "professional" in reach else "above"
        found.append(
            {
                "title": "If you work with the family",
                "steps": [
                    "Talk with the family first and get their agreement, unless asking would put the child "
                    "at risk.",
                    f"Call or write to the service: see “Contact” {where}. Say what you see and what has "
                    "been tried.",
                    "Write down whom you spoke to and what was agreed. If you hear nothing, ask again.",
                ],
            }
        )
    if said:
        found.append({"title": "What the service says", "said": said, "steps": []})
    return found


def costs(service: Content) -> list[str]:
    """What it costs, a line for each option."""
    found: list[str] = []
    for one in _many(service, "cost_options"):
        amount = one.get("amount")
        parts = [str(one.get("option") or "")]
        if isinstance(amount, int | float):
            parts.append("free" if amount == 0 else _money(amount, str(one.get("currency") or "GBP")))
        parts.append(str(one.get("amount_description") or ""))
        once = {part.casefold(): part for part in reversed(parts) if part}
        words = ", ".join(reversed(once.values()))
        until = f" (until {day(one['valid_to'])})" if one.get("valid_to") else ""
        if words:
            found.append(first_up(words) + until)
    fees = str(service.get("fees") or "")
    return [*found, fees] if fees and fees.casefold() not in {one.casefold() for one in found} else found


def _money(amount: float, currency: str) -> str:
    sign = {"GBP": "£", "EUR": "€", "USD": "$"}.get(currency.upper(), "")
    number = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    return f"{sign}{number}" if sign else f"{number} {currency}"


def languages(service: Content) -> list[str]:
    """The languages it speaks, with what is said of each."""
    found = []
    for one in _many(service, "languages"):
        words = str(one.get("name") or one.get("code") or "")
        if words:
            found.append(words + (f" ({one['note']})" if one.get("note") else ""))
    interpreting = str(service.get("interpretation_services") or "")
    return [*found, interpreting] if interpreting else found


def schedules(service: Content) -> list[Content]:
    """The hours of the service itself; those of its places stand with them."""
    return list(_many(service, "schedules"))


def _many(holder: Content, name: str) -> Iterable[Content]:
    held = holder.get(name)
    return [one for one in held if isinstance(one, Mapping)] if isinstance(held, list) else []


def _one(holder: Content, name: str) -> Content:
    held = holder.get(name)
    return held if isinstance(held, Mapping) else {}
