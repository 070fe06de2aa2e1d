"""A postcode of a parameter, read: where it lies, for the filters by area and by distance."""

from __future__ import annotations

from collections.abc import Iterable

from api.problems import ProblemError
from directory.areas import today
from directory.search.reach import COUNTRY, Geography, Home, covers


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
