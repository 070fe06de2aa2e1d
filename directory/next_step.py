"""The next step: an outcome met with a place and a moment. Whom to call now, by when, and what could help.

The answer is the same for the API, the pages and the command. What is the same for many is written as JSON
once, and an answer is those pieces put together. Nothing of anybody is kept or logged, and the postcode is
not in it: only what it led to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from directory.answer import Answers, Home
from directory.contact_steps import Spot, steps, telephone_link
from directory.helpful import helpful, needs
from directory.pathway.decide import Decision
from directory.pathway.explain import (
    Told,
    cited,
    kept,
    level_of,
    outcome_facts,
    route_facts,
    rule_facts,
    why,
    would_change,
)
from directory.pathway.flow import Flow, Outcome, Route, Timeframe
from directory.pathway.walk import address
from directory.prepared import Prepared
from directory.routing.london import LONDON
from directory.routing.route import Contact
from geo.gazetteer import CITY, NONE
from geo.place import locate

if TYPE_CHECKING:
    from directory.search.finder import Finder

Facts = dict[str, Any]
SUPPORTS = "This supports your judgement; it does not replace it."


def next_step(
    decision: Decision,
    *,
    answers: Answers,
    place: str | None = None,
    at: dt.datetime | None = None,
    finder: Finder | None = None,
    notice_newer: str | None = None,
) -> Facts:
    """What to do about `decision` for the home at `place` (a postcode as typed), at the moment `at` (now).

    Without a place, or with one that is no Birmingham postcode, it still ends in somebody to call now.
    `finder` gives services, which are left out without one; `notice_newer` says that a newer version of the
    questionnaire is in use. Raises `ValueError` for a moment without a time zone or outside 1950 to 2150.
    """
    written = next_step_json(
        decision, answers=answers, place=place, at=at, finder=finder, notice_newer=notice_newer
    )
    facts: Facts = orjson.loads(written)
    return facts


def next_step_json(
    decision: Decision,
    *,
    answers: Answers,
    place: str | None = None,
    at: dt.datetime | None = None,
    finder: Finder | None = None,
    notice_newer: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """The same as JSON, with `more` at its end."""
    moment = at or dt.datetime.now(dt.UTC)
    prepared, local = answers.prepared(at), moment.astimezone(LONDON)
    typed = (place or "").strip()
    found = locate(answers.gazetteer, typed) if typed else None
    home = answers.home(found, prepared) if found and found.city else None
    beyond = answers.elsewhere(found, typed, prepared) if found and not found.city else None
    spot = Spot(prepared, home, _elsewhere(beyond))
    flow, outcome = decision.flow, decision.outcome
    called = steps(outcome.contact, spot)
    wanted = needs(decision)
    services: list[bytes] = []
    if finder and spot.elsewhere is None:
        served = None
        if home and finder.geography.gazetteer is answers.gazetteer:
            served = finder.geography.home_at(home.place, local.date())
        elif home:  # one of the two has a newer gazetteer, in which the place is another row
            served = finder.geography.home(typed, local.date())
        services = helpful(decision, wanted, served, moment, finder)
    reasons = why(decision)
    own = {
        "notice_newer": notice_newer,
        "place": _place(prepared, home, beyond),
        "needs": sorted(wanted),
        "answers": address(flow, decision.walk.given),
        "date": local.isoformat(timespec="minutes"),
        **(more or {}),
    }
    return b"".join(
        (
            _always(prepared, flow, finder.revision if finder else None),
            _decided(decision),
            b',"also":',
            _list([_also(flow, one, spot) for one in decision.also]),
            b',"call":',
            called.call,
            b',"steps":',
            called.listed,
            b',"by":',
            _by(outcome.timeframe, local.date()),
            b',"why":',
            _list([one.json for one in reasons]),
            b',"would_change":',
            _list([one.json for one in would_change(decision)]),
            b',"sources":{',
            _sources(decision, reasons),
            b'},"teams":',
            home.teams if home else b"[]",
            b',"cautions":',
            home.cautions if home else _json((beyond or {}).get("cautions", [])),
            b',"services":',
            _list(services),
            b',"family":',
            _family(flow, outcome),
            steps(outcome.contact, spot, "public").call,
            b"},",
            _json(own)[1:],
        )
    )


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


def _list(pieces: Sequence[bytes]) -> bytes:
    return b"[%b]" % b",".join(pieces)


def _always(prepared: Prepared, flow: Flow, listings: int | None) -> bytes:
    """What every answer has for a stretch of time: the version, 999, what it was made from. No end."""
    key = ("always", flow.id, flow.version, flow.status, flow.digest, listings)
    found: bytes | None = prepared.kept.get(key)
    if found is None:
        start, until = prepared.frame.holds
        facts = {
            "flow": flow.id,
            "title": flow.title,
            "version": flow.version,
            "status": flow.status,
            "notice": flow.notice or None,
            "danger": _danger(prepared.frame.call.danger),
            "supports": SUPPORTS,
            "holds": {"from": start, "until": until},
            "versions": prepared.versions
            | {
                "questionnaire": f"{flow.id} {flow.version} ({flow.status})",
                "digest": flow.digest[:12],
                "listings": listings,
            },
        }
        found = prepared.kept[key] = _json(facts)[:-1] + b","
    return found


def _decided(decision: Decision) -> bytes:
    """What is told of what the answers demand together: level, outcome, rule, route. Without braces."""
    found: bytes | None = decision.together.kept.get("decided")
    if found is None:
        flow, route = decision.flow, decision.route
        facts = {
            "level": level_of(flow, decision.level).facts,
            "outcome": outcome_facts(flow, decision.outcome).facts,
            "rule": rule_facts(flow, decision.rule).facts,
            "route": route_facts(flow, route).facts if route else None,
        }
        found = decision.together.kept["decided"] = _json(facts)[1:-1]
    return found


def _also(flow: Flow, route: Route, spot: Spot) -> bytes:
    """A route beside the first, with whom to call for it."""
    listed = steps(route.contact, spot).listed if route.contact else b"[]"
    return b'%b,"steps":%b}' % (route_facts(flow, route).json[:-1], listed)


def _sources(decision: Decision, reasons: Sequence[Told]) -> bytes:
    """What the references of all that is told stand for, each once. Without braces."""
    flow = decision.flow
    named: dict[str | None, bytes] | None = decision.together.kept.get("sources")
    if named is None:
        parts = [outcome_facts(flow, decision.outcome), rule_facts(flow, decision.rule)]
        parts += [route_facts(flow, one) for one in decision.routes]
        named = {one.facts["source"]: cited(flow, one.facts["source"]) for one in parts}
        named.pop(None, None)
        decision.together.kept["sources"] = named
    found = list(named.values())
    more = {one.facts["source"] for one in reasons} - named.keys() - {None}
    found += [cited(flow, reference) for reference in sorted(more)] if more else []
    return b",".join(found)


def _elsewhere(beyond: Facts | None) -> Facts | None:
    """Whom to call for a home in another authority."""
    if beyond is None:
        return None
    call: Facts | None = beyond.get("call")
    authority = (call or {}).get("authority") or {}
    return call if authority.get("code") != CITY else None


def _family(flow: Flow, outcome: Outcome) -> bytes:
    """The outcome in plain words for the family, up to the number that the family may call."""
    view = outcome.family
    facts = {"title": view.title, "sentence": view.sentence, "next": list(view.next)}
    return kept(flow, ("family", outcome.id), lambda: facts).json[:-1] + b',"call":'


def _danger(contact: Contact) -> Facts:
    return {
        "role": contact["role"],
        "telephone": contact["telephone"],
        "tel": telephone_link(contact["telephone"]),
        "open": contact["open"],
        "words": contact["state_words"],
        "until": contact["changes_at"],
    }


def _place(prepared: Prepared, home: Home | None, beyond: Facts | None) -> Facts | None:
    """What the postcode led to, without the postcode where it is a home in the city."""
    if home is not None:
        return {
            "status": home.place.status,
            "district": prepared.districts[home.district] if home.district != NONE else None,
            "authority": prepared.city,
            "near_authority": orjson.Fragment(home.near_authority),
            "message": None,
            "suggestions": [],
        }
    if beyond is None:
        return None
    return {
        "status": beyond["status"],
        "district": None,
        "authority": beyond.get("authority"),
        "near_authority": None,
        "message": beyond["message"],
        "suggestions": beyond.get("suggestions", []),
    }


def working_day(start: dt.date, days: int) -> dt.date:
    """The day that is `days` working days after `start`: no weekend and no bank holiday of England.

    Nought days is `start` itself where that is a working day, else the next one.
    """
    from directory.routing.bank_holidays import bank_holidays

    holidays = bank_holidays(start, start + dt.timedelta(days=2 * days + 30))
    day, left = start, days
    while left or day.weekday() > 4 or day in holidays:
        day += dt.timedelta(days=1)
        if left and day.weekday() <= 4 and day not in holidays:
            left -= 1
    return day


@lru_cache(maxsize=256)
def _by(frame: Timeframe, today: dt.date) -> bytes:
    """By when something must come: the outcome's own words, the date worked out, and whom to ask after it."""
    if frame.decision_working_days is None:
        never = {"text": frame.text, "date": None, "words": None, "escalate_to": frame.escalate_to or None}
        return _json(never)
    day = working_day(today, frame.decision_working_days)
    words = f"That is by the end of {day:%A} {day.day} {day:%B} {day.year}."
    if frame.escalate_to:
        words += f" If nothing has come by then, go to: {frame.escalate_to}."
    return _json(
        {
            "text": frame.text,
            "date": day.isoformat(),
            "words": words,
            "escalate_to": frame.escalate_to or None,
        }
    )
