"""What a typed postcode is: one of seven statuses, and its row in the gazetteer when it has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from geo.gazetteer import NONE, Gazetteer
from geo.postcode import kind, no_fixed_home, non_geographic, normalise, sector_of, suggestions

Status = Literal["ok", "terminated", "outside_area", "unknown", "partial", "malformed", "non_geographic"]
STATUSES: tuple[Status, ...] = (
    "ok",
    "terminated",
    "outside_area",
    "unknown",
    "partial",
    "malformed",
    "non_geographic",
)


class Place(NamedTuple):  # three times as quick to make as a frozen dataclass
    """A typed postcode, read.

    `canonical` is the postcode without its space, or the outcode (`B15`), or empty when malformed; `digit` is
    the sector's, for a sector. `row` is a city row when `city`, else an outside row, -1 for none.
    `ended` is year x 100 + month, 0 while in use or not known.
    """

    status: Status
    canonical: str
    row: int = -1
    city: bool = False
    digit: str | None = None
    ended: int = 0


def locate(gazetteer: Gazetteer, text: str) -> Place:
    """Read what was typed and find it. Never raises: every string has exactly one status."""
    canonical = normalise(text)
    row = gazetteer.city.row(canonical)
    if row >= 0:
        ended = gazetteer.ended[row] if gazetteer.ended is not None else 0
        return Place("terminated" if ended else "ok", canonical, row, True, None, ended)
    row = gazetteer.outside.row(canonical)
    if row >= 0:
        ended = gazetteer.outside_ended[row] if gazetteer.outside_ended is not None else 0
        if gazetteer.outside_authority[row] == NONE or non_geographic(canonical):
            return Place("non_geographic", canonical, row, ended=ended)
        return Place("outside_area", canonical, row, ended=ended)
    if no_fixed_home(canonical):
        return Place("non_geographic", canonical)
    sort = kind(canonical)
    if sort == "full":
        return Place("non_geographic" if non_geographic(canonical) else "unknown", canonical)
    outcode, digit = canonical, None
    spaced = sector_of(text)
    if spaced or sort == "sector":
        outcode, digit = (spaced or canonical)[:-1], (spaced or canonical)[-1]
    elif sort == "malformed":
        return Place("malformed", "")
    if non_geographic(outcode):
        return Place("non_geographic", outcode, digit=digit)
    known = gazetteer.city.rows_of(outcode, digit) or gazetteer.outside.rows_of(outcode, digit)
    return Place("partial" if known else "unknown", outcode, digit=digit)


def perhaps_meant(gazetteer: Gazetteer, text: str) -> list[str]:
    """Known postcodes one slip away from what was typed, to be offered and never applied."""
    return suggestions(normalise(text), gazetteer.known)


@dataclass(frozen=True)
class Share:
    """How many of some postcodes lie in an area or authority."""

    code: str
    name: str
    postcodes: int
    share: float


def _placed(gazetteer: Gazetteer, outcode: str, digit: str | None) -> int:
    """How many postcodes of an outcode or sector have a place: those that belong to an authority."""
    beyond = gazetteer.outside.rows_of(outcode, digit)
    placeless = gazetteer.outside_authority[beyond.start : beyond.stop].tolist().count(NONE)
    return len(gazetteer.city.rows_of(outcode, digit)) + len(beyond) - placeless


def area_shares(gazetteer: Gazetteer, generation: int, outcode: str, digit: str | None) -> list[Share]:
    """The areas of a generation in which an outcode or sector has postcodes, largest share first.

    Shares are of all known postcodes of that outcode or sector, those outside the city included.
    """
    rows = gazetteer.city.rows_of(outcode, digit)
    total = _placed(gazetteer, outcode, digit)
    areas = gazetteer.generations[generation]["areas"]
    return [
        Share(areas[area][0], areas[area][1], count, round(count / total, 4))
        for area, count in gazetteer.shares(gazetteer.columns[generation], rows)
        if area != NONE
    ]


def authority_shares(gazetteer: Gazetteer, outcode: str, digit: str | None) -> list[Share]:
    """The other authorities in which an outcode or sector has postcodes, largest share first."""
    rows = gazetteer.outside.rows_of(outcode, digit)
    total = _placed(gazetteer, outcode, digit)
    return [
        Share(
            gazetteer.authorities[authority][0],
            gazetteer.authorities[authority][1],
            count,
            round(count / total, 4),
        )
        for authority, count in gazetteer.shares(gazetteer.outside_authority, rows)
        if authority != NONE
    ]


def neighbourhood(gazetteer: Gazetteer, canonical: str) -> tuple[str, str | None] | None:
    """For a full postcode that no source has: its sector if that has known postcodes, else its outcode."""
    outcode, digit = canonical[:-3], canonical[-3]
    for part in (digit, None):
        if gazetteer.city.rows_of(outcode, part) or gazetteer.outside.rows_of(outcode, part):
            return outcode, part
    return None


def ended_words(ended: int) -> str:
    """`200305` as `2003-05`."""
    return f"{ended // 100:04d}-{ended % 100:02d}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def ended_month(ended: int) -> str:
    """`200305` as `May 2003`, for people."""
    month = ended % 100
    return f"{_MONTHS[month - 1]} {ended // 100}" if 1 <= month <= 12 else str(ended // 100)
