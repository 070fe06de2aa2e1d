"""What the product's own search reads for the standard's parameters: words, and where a postcode lies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from api.problems import ProblemError
from directory.areas import today
from directory.search.filters import Asked, wanted
from directory.search.finder import Finder
from directory.search.reach import COUNTRY, Geography, Home, covers


def matching(finder: Finder, text: str) -> list[str]:
    """The ids of the services that a search for the text finds, best first, wherever they serve."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    understood = finder.understanding.read(text)
    want = wanted(Asked(text=text, elsewhere=True), understood, None, now)
    found = finder.rank(understood, want, finder.words_match(understood))
    return [finder.columns.ids[number] for number in found.numbers]


def home_of(geography: Geography, text: str, with_position: bool) -> Home:
    """The home of a postcode as typed. Raises `ProblemError`, whose detail never repeats the postcode.

    `with_position`: a distance is asked for, which only a postcode of the city has a position for.
    """
    home = geography.home(text, today())
    if home.status not in ("ok", "terminated", "outside_area"):
        raise ProblemError(
            "bad_parameter",
            "postcode must be a whole postcode that is known, such as B15 2TT.",
            parameter="postcode",
        )
    if with_position and home.spot is None:
        raise ProblemError(
            "bad_parameter",
            "proximity works from a postcode in Birmingham: the position of others is not known here.",
            parameter="proximity",
        )
    return home


def serves(areas: Iterable[tuple[str, str]], home: Home) -> bool:
    """Whether a home is not ruled out: it lies in one of the areas, or so near that the address decides.

    A listing that names no area does not say where it serves, and is not ruled out either.
    """
    held = tuple(areas)
    return not held or any(
        covers(code, home.authority) if layer == COUNTRY else (layer, code) in home.inside | home.near
        for layer, code in held
    )
