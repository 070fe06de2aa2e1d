"""One listing as people and programs are shown it: what it says, and what follows from that today."""

from __future__ import annotations

import datetime as dt
from typing import Any

from api.directory_state import Current
from directory.listings import hours
from directory.listings.public import public
from directory.prepared import ATTRIBUTION
from directory.search.columns import schedules_of
from directory.search.explain import at_home, shown
from directory.store.standard import ENTITIES

Facts = dict[str, Any]
SAMPLE = "This listing is a sample: the service, its telephone number and its places are invented."
_PRIVATE = {field.name for entity in ENTITIES.values() for field in entity.fields if field.private}


def service_facts(current: Current, number: str, at: dt.datetime | None = None) -> Facts | None:
    """A published service with its organisation and places, and what holds at a moment (now).

    Contacts for professionals are among it, each with its `audience`; private members never are.
    """
    found = current.published.service(number)
    if found is None:
        return None
    moment = at or dt.datetime.now(dt.UTC)
    shown = for_professionals("service", found)
    modified = current.catalogue.modified(number)
    sample = bool(found.get("sample"))
    facts: Facts = {
        "id": number,
        "card": card(current, found, moment),
        "listing": shown,
        "hours": hours_facts(schedules_of(found), moment),
        "areas": [_area(current, one) for one in shown.get("service_areas", ())],
        "places": [_place(one, moment) for one in shown.get("service_at_locations", ())],
        "history": {
            "revision": current.revision,
            "last_modified": modified.isoformat(timespec="milliseconds"),
            "assured_date": found.get("assured_date"),
            "review_by": found.get("review_by"),
        },
        "source": {"source": found.get("source"), "checked": found.get("source_checked")},
        "sample": sample,
        "notice": SAMPLE if sample else None,
        "oruk": f"/oruk/v3/services/{number}",
    }
    return facts | about(current)


def organization_facts(current: Current, number: str, at: dt.datetime | None = None) -> Facts | None:
    """A published organisation and its services, each as a search shows it."""
    published = current.published
    content = published.record(number) if published.kind(number) == "organization" else None
    if content is None:
        return None
    moment = at or dt.datetime.now(dt.UTC)
    modified = published.last_modified(number)
    sample = bool(content.get("sample"))
    return {
        "id": number,
        "organization": for_professionals("organization", content),
        "services": [
            card(current, service, moment)
            for one in published.services_of(number)
            if (service := published.service(one)) is not None
        ],
        "history": {
            "revision": current.revision,
            "last_modified": modified.isoformat(timespec="milliseconds") if modified else None,
        },
        "source": {"source": content.get("source"), "checked": content.get("source_checked")},
        "sample": sample,
        "notice": SAMPLE if sample else None,
        "oruk": f"/oruk/v3/organizations/{number}",
    } | about(current)


def for_professionals(entity: str, content: Facts) -> Facts:
    """A record with its contacts for professionals, each with its audience, and without private members."""
    stripped: Facts = _stripped(public(entity, content, professional=True))
    return stripped


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(held) for name, held in value.items() if name not in _PRIVATE}
    return [_stripped(one) for one in value] if isinstance(value, list) else value


def card(current: Current, service: Facts, at: dt.datetime) -> Facts:
    """A service as a search shows it, without what only a search can say of it."""
    facts = shown(service, False, at, current.needs) | at_home(service, None, None)
    return {name: value for name, value in facts.items() if name not in ("score", "why", "matched")}


def hours_facts(schedules: list[Facts], at: dt.datetime) -> Facts:
    """Whether it is open, until or from when, and the week in words."""
    state = hours.state(schedules, at)
    return {
        "open": state.open,
        "until": _moment(state.until),
        "opens": _moment(state.opens),
        "words": hours.now_words(state, at),
        "week": hours.words(schedules),
    }


def about(current: Current) -> Facts:
    """What every answer about the directory ends with."""
    return {"revision": current.revision, "versions": {"directory": current.seal}, "attribution": ATTRIBUTION}


def _moment(at: dt.datetime | None) -> str | None:
    return at.isoformat(timespec="minutes") if at else None


def _place(place: Facts, at: dt.datetime) -> Facts:
    location = place.get("location", {})
    schedules = [*place.get("schedules", ())] or [*location.get("schedules", ())]
    return {
        "id": place["id"],
        "location_id": place.get("location_id"),
        "name": location.get("name"),
        "latitude": location.get("latitude"),
        "longitude": location.get("longitude"),
        "addresses": location.get("addresses", []),
        "accessibility": location.get("accessibility", []),
        "transportation": location.get("transportation"),
        # Its own hours, where it has any: the service's hold for it otherwise.
        "hours": hours_facts(schedules, at) if schedules else None,
    }


def _area(current: Current, area: Facts) -> Facts:
    layer, code = area.get("layer"), area.get("code")
    name = area.get("name") or area.get("service_area")
    if layer and code:
        name = current.geography.name(layer, code) or name
    words = area.get("description") or area.get("extent")
    return {"layer": layer, "code": code, "name": name, "words": words}
