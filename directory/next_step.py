"""The next step: an outcome met with a place and a moment. Whom to call now, by when, and what could help.

The answer is the same for the API, the pages and the command. Nothing is kept or logged, and the postcode is
not in it: only what it led to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from directory.answer import Answers
from directory.contact_steps import Spot, first_open, steps, telephone_link
from directory.helpful import helpful, needs
from directory.pathway.decide import Decision
from directory.pathway.explain import (
    level_of,
    outcome_facts,
    route_facts,
    rule_facts,
    sources,
    why,
    would_change,
)
from directory.pathway.flow import Timeframe
from directory.pathway.walk import address
from directory.prepared import Prepared
from directory.routing.london import LONDON
from geo.gazetteer import CITY

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
    moment = at or dt.datetime.now(dt.UTC)
    prepared = answers.prepared(moment)
    postcode = (place or "").strip()
    found: Facts = answers.own(postcode, prepared) if postcode else {}
    spot = _spot(prepared, found)
    flow, outcome = decision.flow, decision.outcome
    listed = steps(outcome.contact, spot)
    home = postcode if "areas" in found else ""
    wanted = needs(decision)
    services = helpful(decision, wanted, home, moment, finder) if finder and spot.elsewhere is None else []
    start, until = prepared.frame.holds
    told, rule, reasons = outcome_facts(flow, outcome), rule_facts(flow, decision.rule), why(decision)
    routes = [route_facts(flow, one) for one in decision.routes]
    return {
        "flow": flow.id,
        "title": flow.title,
        "version": flow.version,
        "status": flow.status,
        "notice": flow.notice or None,
        "notice_newer": notice_newer,
        "level": level_of(flow, decision.level),
        "outcome": told,
        "route": route_facts(flow, decision.route) if decision.route else None,
        "also": [
            route_facts(flow, one) | {"steps": steps(one.contact, spot) if one.contact else []}
            for one in decision.also
        ],
        "call": first_open(listed),
        "steps": listed,
        "danger": _call(prepared.frame.call.danger),
        "by": by(decision, moment),
        "why": reasons,
        "rule": rule,
        "would_change": would_change(decision),
        "sources": sources(flow, [one["source"] for one in (told, rule, *reasons, *routes)]),
        "place": _place(found) if found else None,
        "teams": found.get("teams", []) if spot.teams is not None else [],
        "cautions": found.get("cautions", []),
        "services": services,
        "needs": sorted(wanted),
        "family": _family(decision, spot),
        "supports": SUPPORTS,
        "answers": address(flow, decision.answers),
        "date": moment.astimezone(LONDON).isoformat(timespec="minutes"),
        "holds": {"from": start, "until": until},
        "versions": prepared.versions
        | {
            "questionnaire": f"{flow.id} {flow.version} ({flow.status})",
            "digest": flow.digest[:12],
            "listings": finder.revision if finder else None,
        },
    }


def _spot(prepared: Prepared, found: Facts) -> Spot:
    titles = {layer: str(facts["title"]) for layer, facts in prepared.layers.items()}
    call = found.get("call")
    authority = (call or {}).get("authority") or {}
    city = "areas" in found
    elsewhere = call if found and not city and authority.get("code") != CITY else None
    teams = {team["layer"]: team for team in found["teams"]} if city else None
    return Spot(prepared.frame, teams, titles, elsewhere)


def _family(decision: Decision, spot: Spot) -> Facts:
    """The outcome in plain words for the family, with a number that the family may call."""
    view = decision.outcome.family
    return {
        "title": view.title,
        "sentence": view.sentence,
        "next": list(view.next),
        "call": first_open(_public(decision.outcome.contact, spot)),
    }


def _public(words: Sequence[str], spot: Spot) -> list[Facts]:
    """The steps for a family: no line that is for professionals."""
    listed = spot.frame.contact_json
    open_to_all = [
        word
        for word in words
        if not word.startswith("front_door:")
        or any(one["audience"] != "professional" for one in listed.get(("front_door", word[11:]), []))
    ]
    return steps(open_to_all, spot, "public")


def _call(contact: Mapping[str, Any]) -> Facts:
    return {
        "role": contact["role"],
        "telephone": contact["telephone"],
        "tel": telephone_link(contact["telephone"]),
        "open": contact["open"],
        "words": contact["state_words"],
        "until": contact["changes_at"],
    }


def _place(found: Facts) -> Facts:
    """What the postcode led to, without the postcode where it is a home in the city."""
    if "areas" in found:
        district = found["areas"].get("district")
        return {
            "status": found["status"],
            "district": {key: district[key] for key in ("code", "name")} if district else None,
            "authority": found["authority"],
            "near_authority": found["near_authority"],
            "message": None,
            "suggestions": [],
        }
    return {
        "status": found["status"],
        "district": None,
        "authority": found.get("authority"),
        "near_authority": None,
        "message": found["message"],
        "suggestions": found.get("suggestions", []),
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


def by(decision: Decision, at: dt.datetime) -> Facts:
    """By when something must come: the outcome's own words, the date worked out, and whom to ask after it."""
    return _by(decision.outcome.timeframe, at.astimezone(LONDON).date())


@lru_cache(maxsize=256)
def _by(frame: Timeframe, today: dt.date) -> Facts:
    if frame.decision_working_days is None:
        return {"text": frame.text, "date": None, "words": None, "escalate_to": frame.escalate_to or None}
    day = working_day(today, frame.decision_working_days)
    words = f"That is by the end of {day:%A} {day.day} {day:%B} {day.year}."
    if frame.escalate_to:
        words += f" If nothing has come by then, go to: {frame.escalate_to}."
    return {
        "text": frame.text,
        "date": day.isoformat(),
        "words": words,
        "escalate_to": frame.escalate_to or None,
    }
