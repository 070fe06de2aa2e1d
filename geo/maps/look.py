"""How each layer is drawn: a colour, a width and a dash, so that no layer is told by colour alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """`colour` as #rrggbb, `weight` in CSS pixels, `dash` as an SVG dash array (empty: an unbroken line)."""

    colour: str
    weight: float
    dash: str = ""


LOOKS: dict[str, Look] = {
    "district": Look("#0b0c0c", 5),
    "ward_2004": Look("#4c2c92", 2),
    "ward_2018": Look("#2b6ca3", 2, "7 4"),
    "constituency_2024": Look("#8a5a00", 3, "14 5"),
    "lsoa_2021": Look("#5b6770", 1),
    "hub": Look("#1e66c2", 2.5),
    "childrens_centre": Look("#b3206b", 3, "9 5"),
    "health_visiting": Look("#00603a", 3, "2 5"),
    "family_support": Look("#a8441a", 3, "12 4 2 4"),
}

# For layers that a steward brings in under a name of their own.
_OTHERS = (Look("#6b2f8f", 2, "6 3"), Look("#7a6a00", 2, "3 3"), Look("#00666b", 2, "10 3 3 3"))


def look_of(layer: str) -> Look:
    """The look of a layer; one that is not in the table always gets the same of three others."""
    return LOOKS.get(layer) or _OTHERS[sum(layer.encode()) % len(_OTHERS)]
