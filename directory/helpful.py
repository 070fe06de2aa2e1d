"""Services that could help after an outcome: for its needs, at its level, for the home, open ones first."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import TYPE_CHECKING, Any

from directory.pathway.decide import Decision
from directory.pathway.flow import NOT_SURE
from directory.routing.london import LONDON

if TYPE_CHECKING:
    from directory.search.finder import Finder

Facts = dict[str, Any]
SHOWN = 8
_ENOUGH = 3  # fewer than this at the level itself, and other levels are looked at too
_LEVELS = ("universal", "universal_plus", "additional", "complex")
_MOST_KEPT = 512
_kept: OrderedDict[Hashable, list[Facts]] = OrderedDict()
_lock = Lock()


def needs(decision: Decision) -> frozenset[str]:
    """The needs to look for services for: of the outcome, the routes and the answers that demand something.

    An answer of not sure says nothing about what is needed, only the need to talk.
    """
    found = {*decision.outcome.needs, *(need for route in decision.routes for need in route.needs)}
    for question in decision.asked:
        choice = decision.flow.choices[question.id, decision.answers[question.id]]
        found.update(choice.needs)
        if choice.demands is not None and choice.id != NOT_SURE:
            found.update(question.needs)
    return frozenset(found)


def helpful(decision: Decision, postcode: str, at: dt.datetime, finder: Finder) -> list[Facts]:
    """At most `SHOWN` results of the search, as `Finder.find` gives them; shared, so not to be changed.

    Open ones come first, then those that answer to more of the needs. The age is not asked. `postcode` is
    that of a home in the city or "", and is not kept: only the areas it lies in are.
    """
    wanted = needs(decision)
    if not wanted:
        return []
    level = decision.level if decision.level in _LEVELS else None
    home = finder.geography.home(postcode, at.astimezone(LONDON).date()) if postcode else None
    minute = int(at.timestamp()) // 60
    key = (id(finder), finder.revision, wanted, level, home.key if home is not None else None, minute)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return list(_kept[key])
    chosen = _choose(finder, wanted, level, postcode, at)
    with _lock:
        _kept[key] = chosen
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return list(chosen)


def _choose(
    finder: Finder, wanted: frozenset[str], level: str | None, postcode: str, at: dt.datetime
) -> list[Facts]:
    from directory.search.filters import Asked

    results: list[Facts] = []
    for tried in dict.fromkeys((level, None)):
        asked = Asked(postcode=postcode, needs=wanted, level=tried, at=at)
        seen = {one["id"] for one in results}
        results += [one for one in finder.open_first(asked, SHOWN) if one["id"] not in seen]
        if len(results) >= _ENOUGH:
            break
    order = {True: 0, None: 1, False: 2}
    results.sort(
        key=lambda one: (order[one["open"]["now"]], -sum(need["code"] in wanted for need in one["needs"]))
    )
    return results[:SHOWN]
