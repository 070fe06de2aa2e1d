"""When nothing is found: what was tried, what each filter cost, what is nearest, and whom to call instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from directory.search.filters import Wanted
from directory.search.ranking import Matched
from directory.search.understanding import Understood
from geo.gazetteer import CITY

if TYPE_CHECKING:
    from directory.search.finder import Finder

Facts = dict[str, Any]
# What to give up first, and how that is said.
FILTER_WORDS: Mapping[str, str] = {
    "open_now": "Also what is not open now",
    "capacity": "Also what has no room now",
    "free": "Also what is not known to be free",
    "language": "In any language",
    "accessibility": "Whatever its access",
    "route": "However one is referred",
    "level": "At any level of need",
    "organization": "By any organisation",
    "age_band": "For any age",
    "area": "Serving any area",
    "home": "Also what does not serve this home",
    "age": "For any age",
    "need": "For any need",
}
_NEAREST = 3


def nothing(
    finder: Finder,
    understood: Understood,
    wanted: Wanted,
    hits: Matched,
    call: Callable[[dt.datetime, str], Mapping[str, Any] | None] | None,
) -> Facts:
    """The advice for a search that found nothing."""
    tried: list[str] = []
    if understood.text and not understood.terms and not wanted.filters:
        tried.append("No words could be read in what was typed.")
    elif understood.terms:
        said = ", ".join(term.typed for term in understood.terms)
        found_words = _services(_visible(finder, hits)).capitalize()
        tried.append(f"Words: {said}. {found_words} match them before any filter.")
    nearest: list[Facts] = []
    for name in FILTER_WORDS:
        if name not in wanted.filters:
            continue
        found = finder.rank(understood, wanted.without(name), hits)
        tried.append(f"{FILTER_WORDS[name]}: {_services(len(found.numbers))}.")
        if found.numbers and not nearest:
            nearest = [finder.result(found, at) for at in range(min(_NEAREST, len(found.numbers)))]
    if not nearest and len(wanted.filters) > 1:
        found = finder.rank(understood, Wanted({}, wanted.home, wanted.at), hits)
        tried.append(f"Without any filter: {_services(len(found.numbers))}.")
        nearest = [finder.result(found, at) for at in range(min(_NEAREST, len(found.numbers)))]
    if not nearest and understood.terms:
        some = finder.words_match(understood, least=0.0)
        for filters in (wanted.filters, {}):
            found = finder.rank(understood, Wanted(filters, wanted.home, wanted.at), some)
            if found.numbers:
                tried.append(f"Some of the words: {_services(len(found.numbers))}.")
                nearest = [finder.result(found, at) for at in range(min(_NEAREST, len(found.numbers)))]
                break
    authority = wanted.home.authority if wanted.home is not None else ""
    facts = call(wanted.at, authority if authority != CITY else "") if call is not None else None
    return {"tried": tried, "nearest": nearest, "call": dict(facts) if facts else None}


def _visible(finder: Finder, hits: Matched) -> int:
    return int(finder.filters.visible[hits.numbers].sum())


def _services(count: int) -> str:
    return "1 service" if count == 1 else f"{count or 'no'} services"
