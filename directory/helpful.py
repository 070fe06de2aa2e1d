"""Services that could help after an outcome: for its needs, at its level, for the home, open ones first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from directory.pathway.decide import Decision

if TYPE_CHECKING:
    from directory.search.finder import Finder
    from directory.search.reach import Home

SHOWN = 8
_ENOUGH = 3  # fewer than this at the level itself, and other levels are looked at too
_LEVELS = ("universal", "universal_plus", "additional", "complex")


def needs(decision: Decision) -> frozenset[str]:
    """The needs to look for services for: of the outcome, routes and the answers that demand something."""
    found = {*decision.outcome.needs}
    for route in decision.routes:
        found.update(route.needs)
    for given in decision.telling:
        found.update(given.needs)
    return frozenset(found)


def helpful(
    decision: Decision, wanted: frozenset[str], home: Home | None, at: dt.datetime, finder: Finder
) -> list[bytes]:
    """At most `SHOWN` results of the search for the needs `wanted`, each as `Finder.find` gives it, as JSON.

    Open ones come first, real ones before samples, then those for more of the needs. The age is not asked.
    `home` is one in the city or None; nothing of it is kept.
    """
    if not wanted:
        return []
    level = decision.level if decision.level in _LEVELS else None
    return finder.open_first(wanted, home, at, level=level, limit=SHOWN, enough=_ENOUGH)
