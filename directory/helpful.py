"""Services that could help after an outcome: for its needs, at its level, for the home, open ones first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from directory.pathway.decide import Decision
from directory.routing.london import LONDON

if TYPE_CHECKING:
    from directory.search.finder import Finder

Facts = dict[str, Any]
SHOWN = 8
_ENOUGH = 3  # fewer than this at the level itself, and other levels are looked at too
_LEVELS = ("universal", "universal_plus", "additional", "complex")


def needs(decision: Decision) -> frozenset[str]:
    """The needs to look for services for: of the outcome, routes and the answers that demand something."""
    found = {*decision.outcome.needs}
    for route in decision.routes:
        found.update(route.needs)
    wanting = decision.flow.wanting
    for given in decision.answers.items():
        found.update(wanting[given])
    return frozenset(found)


def helpful(
    decision: Decision, wanted: frozenset[str], postcode: str, at: dt.datetime, finder: Finder
) -> list[Facts]:
    """At most `SHOWN` results of the search for the needs `wanted`, as `Finder.find` gives them.

    Open ones come first, real ones before samples, then those for more of the needs. The age is not asked.
    `postcode` is that of a home in the city or ""; nothing of it is kept. What is given is shared, so not to
    be changed.
    """
    if not wanted:
        return []
    home = finder.geography.home(postcode, at.astimezone(LONDON).date()) if postcode else None
    level = decision.level if decision.level in _LEVELS else None
    return finder.open_first(wanted, home, at, level=level, limit=SHOWN, enough=_ENOUGH)
