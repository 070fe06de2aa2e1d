"""One result in words: why it matched, whom it serves, for which ages, when it was last assured.

Everything is worked out from the published content of the service (organisation and locations nested in it)
and what the ranking knew of it; nothing private is in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from directory.listings.hours import LONDON, now_words, state
from directory.listings.needs import Needs
from directory.search.columns import CAPACITY, is_free, schedules_of
from directory.search.reach import AUTHORITY, CHECK, COUNTRY, NO, YES, Home, place_metres
from directory.search.synonyms import NEED_TOKEN
from directory.search.understanding import Term
from directory.store.standard import Content
from geo.gazetteer import CITY

FIELD_WORDS: Mapping[str, str] = {
    "name": "in the name",
    "needs": "in the needs it helps with",
    "alternate": "in its other name",
    "organization": "in the organisation's name",
    "description": "in the description",
    "other": "in its details",
}
REFERRAL_WORDS: Mapping[str, str] = {
    "self": "Families can ask for this themselves",
    "professional": "A professional must refer",
    "both": "Families can ask for this themselves, or a professional can refer",
}
CAPACITY_WORDS: Mapping[str, str] = {
    "open": "Has room",
    "waiting_list": "Waiting list",
    "closed": "Not taking anyone new",
    "unknown": "Whether there is room is not stated",
}
_MOST_AREAS = 3
_SUMMARY = 220  # characters
ALL_AGES = 90  # years; a greatest age from here on is none
Facts = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """What the ranking knew of one result."""

    score: float
    terms: Sequence[Term]
    tokens: Mapping[str, frozenset[str]]  # of each indexed field of the service


def result(service: Content, shown: Facts, standing: Standing, needs: Needs) -> Facts:
    """A search result as the API and the pages show it: `shown`, with its score and why it matched."""
    why, matched = _why(standing, needs)
    ages = shown["ages"]
    why += [f"For ages {ages[0].lower()}{ages[1:]}"] if _states_ages(service) else []
    why += [shown["serves"]["words"], shown["assured"]["words"]]
    return shown | {"why": why, "matched": matched, "score": round(standing.score, 4)}


def at_home(service: Content, serves: int | None, home: Home | None) -> Facts:
    """What is told of a service for one home. `serves` is of `reach`; None: no home is known."""
    return {"serves": serves_facts(service, serves, home), "places": places(service, home)}


def shown(service: Content, send: bool, at: dt.datetime, needs: Needs) -> Facts:
    """What is told of a service whatever words found it, and whatever home they were asked for."""
    organization = service.get("organization") or {}
    today = at.astimezone(LONDON).date()
    hours = state(schedules_of(service), at)
    levels = {term.code: term.name for term in needs.levels}
    route = service.get("referral_route")
    return {
        "id": service["id"],
        "name": service.get("name", ""),
        "organization": {"id": service.get("organization_id"), "name": organization.get("name", "")},
        "summary": summary(str(service.get("description", ""))),
        "why": [],
        "matched": [],
        "score": 0.0,
        "needs": [
            {"code": code, "name": need.name}
            for code in service.get("needs", ())
            if (need := needs.get(code)) is not None
        ],
        "ages": ages_words(service, send=send),
        "levels": [
            {"code": code, "name": levels.get(code, code)} for code in service.get("levels_of_need", ())
        ],
        "referral_route": route,
        "referral_words": REFERRAL_WORDS.get(str(route), "How to refer is not stated"),
        "serves": {},
        "places": [],
        "open": {"now": hours.open, "words": now_words(hours, at)},
        "cost": cost_facts(service),
        "capacity": capacity_facts(service, today),
        "assured": assured_facts(service, today),
        "contact": contact(service),
        "sample": bool(service.get("sample")),
    }


def _why(standing: Standing, needs: Needs) -> tuple[list[str], list[str]]:
    """A sentence for each thing asked for that the listing has, and the fields it was found in."""
    why: list[str] = []
    fields: list[str] = []
    for term in standing.terms:
        wanted = [token for token, _weight in term.group.tokens]
        if term.group.phrase:
            found = [field for field in FIELD_WORDS if set(wanted) <= standing.tokens.get(field, frozenset())]
            token = ""
        else:
            found = [
                field for field in FIELD_WORDS if standing.tokens.get(field, frozenset()).intersection(wanted)
            ]
            held = standing.tokens.get(found[0], frozenset()) if found else frozenset()
            token = next((one for one in wanted if one in held), "")
        if not found:
            continue
        fields += found[:1]
        if token.startswith(NEED_TOKEN):
            need = needs.get(token.removeprefix(NEED_TOKEN))
            name = need.name if need else token
            said = "" if name.lower() == term.typed.lower() else f", which “{term.typed}” was read as"
            why.append(f"Helps with {name[0].lower() + name[1:] if name[1:2].islower() else name}{said}")
        else:
            meant = "" if term.read_as.lower() == term.typed.lower() else f" ({term.read_as})"
            why.append(f"Matches {term.typed}{meant} {FIELD_WORDS[found[0]]}")
    return list(dict.fromkeys(why)), list(dict.fromkeys(fields))


def summary(description: str) -> str:
    """The beginning of a description, ended at a word."""
    text = " ".join(description.split())
    if len(text) <= _SUMMARY:
        return text
    return text[:_SUMMARY].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


def _states_ages(service: Content) -> bool:
    return bool(_year(service, "minimum_age")) or (_year(service, "maximum_age") or ALL_AGES) < ALL_AGES


def _year(service: Content, name: str) -> float | None:
    value = service.get(name)
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def _years(age: float) -> str:
    return f"{age:g}" if age == int(age) else f"{round(age * 12)} months"


def ages_words(service: Content, *, send: bool = False) -> str:
    """The ages a service is for: "11 to 18 years", "Before birth to 5 years", "Ages not stated"."""
    low, high = _year(service, "minimum_age"), _year(service, "maximum_age")
    more = _year(service, "send_maximum_age")
    unborn = bool(service.get("unborn"))
    if low is None and high is None:
        return "Before birth too, ages not stated" if unborn else "Ages not stated"
    if high is not None and high >= ALL_AGES:
        high = None
    if not low and high is None:
        return "All ages, before birth too" if unborn else "All ages"
    if high is None:
        words = f"{_years(low or 0)} years and over"
    elif unborn and not low:
        words = f"Before birth to {_years(high)} years" if high else "Before birth and in the first year"
    elif low:
        words = f"{_years(low)} to {_years(high)} years" if low != high else f"{_years(high)} years"
    else:
        words = f"Birth to {_years(high)} years"
    words = words.replace("months years", "months")
    if more is not None and high is not None and more > high:
        words += f", to {_years(more)} with SEND"
    return words


def serves_facts(service: Content, level: int | None, home: Home | None) -> Facts:
    """Whether the home is served, and the areas a service is for, in words."""
    words = area_words(service)
    if home is None or level is None or not home.known:
        return {"home": "unknown", "words": words}
    if level == YES:
        return {"home": "yes", "words": words}
    if level == CHECK:
        part = (
            "part of this postcode area" if home.status == "partial" else "across a boundary near this home"
        )
        return {"home": "unknown", "words": f"{words}, {part}: check the address"}
    if level == NO:
        return {"home": "no", "words": f"{words}, not this home"}
    return {"home": "unknown", "words": words}


def area_words(service: Content) -> str:
    """The areas a service is for."""
    areas = service.get("service_areas", ())
    if any(area.get("layer") == COUNTRY for area in areas):
        return "Serves the whole country"
    if any(area.get("layer") == AUTHORITY and area.get("code") == CITY for area in areas):
        return "Serves all of Birmingham"
    names = list(dict.fromkeys(str(a.get("name") or a.get("code") or "") for a in areas))
    names = [name for name in names if name]
    if not names:
        return "Area served is not stated"
    if len(names) > _MOST_AREAS:
        return f"Serves {', '.join(names[:_MOST_AREAS])} and {len(names) - _MOST_AREAS} more"
    return f"Serves {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else f"Serves {names[0]}"


def places(service: Content, home: Home | None) -> list[Facts]:
    """Where a service is given, nearest first where a home is known."""
    return nearest(listed_places(service), home)


def listed_places(service: Content) -> list[Facts]:
    """Where a service is given, as it is listed: no distances yet."""
    found = []
    for at in service.get("service_at_locations", ()):
        place = at.get("location") or {}
        if not place:
            continue
        address: Facts = next(iter(place.get("addresses", ())), {})
        found.append(
            {
                "id": place.get("id"),
                "name": place.get("name") or address.get("address_1", ""),
                "postal_code": address.get("postal_code"),
                "latitude": place.get("latitude"),
                "longitude": place.get("longitude"),
                "metres": None,
            }
        )
    return found


def nearest(listed: Sequence[Facts], home: Home | None) -> list[Facts]:
    """Places with their distance from a home, nearest first."""
    found = [place | {"metres": place_metres(place, home)} for place in listed]
    if len(found) > 1:
        found.sort(key=lambda one: (one["metres"] is None, one["metres"] or 0))
    return found


def cost_facts(service: Content) -> Facts:
    """Whether it is free, and the cost in words."""
    free = is_free(service)
    if free == 1:
        return {"free": True, "words": "Free"}
    options = service.get("cost_options", ())
    words = next((told for option in options if (told := _cost_words(option))), "")
    words = words or str(service.get("fees") or "")
    return {"free": None, "words": summary(words) or "Cost not stated"}


def _cost_words(option: Content) -> str:
    """What one option costs: "£12 a session", "£12", or what is said where there is no sum."""
    said, amount = str(option.get("amount_description") or ""), option.get("amount")
    if not isinstance(amount, int | float) or isinstance(amount, bool) or amount < 0:
        return said
    if not amount:
        return said or "Free"
    sign = {"GBP": "£", "EUR": "€", "USD": "$"}.get(str(option.get("currency") or "GBP").upper())
    number = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    money = f"{sign}{number}" if sign else f"{number} {option['currency']}"
    if number in said.replace(".00", ""):
        return said  # the words have the sum already
    return f"{money} {said}".strip() if said[:1].islower() or not said else f"{money}, {said}"


def capacity_facts(service: Content, today: dt.date) -> Facts:
    """How full it is; what was said of it counts as not stated once it has run out."""
    held = service.get("capacity") or {}
    status = "closed" if service.get("status") == "temporarily closed" else None
    current = str(held.get("until", "")) >= today.isoformat() and held.get("state") in CAPACITY
    code = status or (str(held["state"]) if current else "unknown")
    words = "Temporarily closed" if status else CAPACITY_WORDS[code]
    weeks = held.get("waiting_weeks")
    if code == "waiting_list" and isinstance(weeks, int) and weeks > 0:
        words += f": about {weeks} week{'s' if weeks != 1 else ''}"
    return {"state": code, "words": words}


def assured_facts(service: Content, today: dt.date) -> Facts:
    """When a listing was last checked, and whether the day to check it again has gone by."""
    review = _date(service.get("review_by"))
    overdue = review is not None and review < today
    date = _date(service.get("assured_date"))
    words = f"Checked {ago(today, date)}" if date else "Not checked yet"
    if overdue:
        words = f"Overdue for review: {words[0].lower()}{words[1:]}"
    return {"date": date.isoformat() if date else None, "overdue": overdue, "words": words}


def _date(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def ago(today: dt.date, date: dt.date) -> str:
    """How long ago a day was: "today", "3 weeks ago"."""
    days = (today - date).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    for size, name in ((365, "year"), (30, "month"), (7, "week")):
        if days >= 2 * size:
            return f"{days // size} {name}s ago"
    return f"{days} days ago"


def contact(service: Content) -> Facts | None:
    """The first way to get in touch that is for the public; None where there is none."""
    holders = [service, *service.get("service_at_locations", ())]
    holders += [one.get("location") or {} for one in service.get("service_at_locations", ())]
    holders.append(service.get("organization") or {})
    phone = next(filter(None, map(_phone, holders)), None)
    people = [one for holder in holders for one in holder.get("contacts", ()) if _public(one)]
    email = service.get("email") or next((one["email"] for one in people if one.get("email")), None)
    if not phone and not email:
        return None
    tel = "".join(c for c in str(phone) if c.isdigit() or c == "+") if phone else None
    return {"telephone": phone, "tel": tel, "email": email, "audience": "public"}


def _public(one: Mapping[str, Any]) -> bool:
    return str(one.get("audience", "public")) == "public"


def _phone(holder: Mapping[str, Any]) -> str | None:
    phones = [*holder.get("phones", ())]
    phones += [p for one in holder.get("contacts", ()) if _public(one) for p in one.get("phones", ())]
    return next((str(p["number"]) for p in phones if p.get("number") and _public(p)), None)
