"""Postcodes as people type them: one canonical value, or what was wrong and what was perhaps meant.

The canonical value has no space (`B152TT`); it is shown with one (`B15 2TT`). A correction is only
ever offered, never applied: reading an I as a 1 unasked has sent people to the wrong place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final, Literal

Kind = Literal["full", "sector", "outcode", "malformed"]

# What Royal Mail issues: area letters, district, then sector digit and two unit letters that are
# never C I K M O V. GIR (Girobank) and NPT (the former Newport area) are the directory's exceptions.
OUTCODE: Final = r"(?:[A-Z]{1,2}[0-9][0-9A-Z]?|GIR|NPT)"
INCODE: Final = r"[0-9][ABD-HJLNP-UW-Z]{2}"
UNIT_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"
_FULL: Final = re.compile(OUTCODE + INCODE)
_SECTOR: Final = re.compile(OUTCODE + "[0-9]")
_OUTCODE: Final = re.compile(OUTCODE)

# Areas that stand for an organisation or a force, not a place on the map.
NON_GEOGRAPHIC_AREAS: Final = ("BX", "BF", "XX", "XM", "GIR", "QC")

_CONFUSED: Final = {
    "O": "0", "0": "O", "I": "1", "1": "I", "S": "5", "5": "S", "Z": "2", "2": "Z", "B": "8", "8": "B",
}  # fmt: skip
_NOT_ALNUM: Final = re.compile(r"[^0-9A-Z]")
# What may stand between or around the letters and digits without changing what was meant.
_FILLING: Final = re.compile(r"[\s.,;:'\"’‘“”`´_\-‐‑‒–—−()\[\]/\\*\u00ad\u200b-\u200f\u2060\ufeff]")


def normalise(text: str) -> str:
    """The letters and digits of what was typed, in capitals, with spacing and punctuation gone.

    Full-width and other compatibility characters count as the plain ones they stand for. A character
    that is neither filling nor a letter or digit stays, so that the result is malformed rather than
    quietly mended.
    """
    plain = text.replace(" ", "").upper()
    if plain.isascii() and plain.isalnum():
        return plain
    return _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()


def kind(canonical: str) -> Kind:
    """Whether a normalised value is a full postcode, a sector (`B152`), an outcode (`B15`) or none.

    A value that could be both is read as the longer outcode when it is one in form (`B15` is the
    outcode B15, though B1 5 is a sector): `readings` gives both.
    """
    if _FULL.fullmatch(canonical):
        return "full"
    if _OUTCODE.fullmatch(canonical):
        return "outcode"
    if _SECTOR.fullmatch(canonical):
        return "sector"
    return "malformed"


def sector_of(text: str) -> str | None:
    """The sector (`B152`) that was typed with its space (`B1 5`, `B15 2`), else None.

    Without the space `B15` is an outcode; the space is what tells `B1 5` apart.
    """
    found = re.fullmatch(
        rf"({OUTCODE})[\s\-]+([0-9])", unicodedata.normalize("NFKC", text).strip(" .,;").upper()
    )
    return found[1] + found[2] if found else None


def show(canonical: str) -> str:
    """`B152TT` as it is written: `B15 2TT`."""
    return f"{canonical[:-3]} {canonical[-3:]}"


def non_geographic(canonical: str) -> bool:
    """Whether the postcode's area stands for no place (BFPO, BX banks, GIR 0AA and the like)."""
    area = re.match(r"[A-Z]+", canonical)
    return area is not None and area[0] in NON_GEOGRAPHIC_AREAS


def no_fixed_home(canonical: str) -> bool:
    """Whether it is one of the codes that health systems keep for people without a postcode (`ZZ99 3VZ`)."""
    return re.fullmatch("ZZ99[0-9][A-Z]{2}", canonical) is not None


def near_spellings(canonical: str) -> Iterator[str]:
    """Every full postcode one slip away: one look-alike (O/0, I/1, S/5, Z/2, B/8) or one swapped pair.

    Two look-alikes at once are tried only for a value that is not a full postcode in form, such as
    `BI5 ZTT`.
    """
    if not 4 <= len(canonical) <= 8:
        return
    seen = {canonical}
    queue = [_with(canonical, i, _CONFUSED[c]) for i, c in enumerate(canonical) if c in _CONFUSED]
    queue += [
        canonical[:i] + canonical[i + 1] + canonical[i] + canonical[i + 2 :]
        for i in range(len(canonical) - 1)
    ]
    if not _FULL.fullmatch(canonical):
        queue += [
            _with(_with(canonical, i, _CONFUSED[c]), j, _CONFUSED[d])
            for i, c in enumerate(canonical)
            if c in _CONFUSED
            for j, d in enumerate(canonical[i + 1 :], i + 1)
            if d in _CONFUSED
        ]
    for candidate in queue:
        if candidate not in seen and _FULL.fullmatch(candidate):
            seen.add(candidate)
            yield candidate


def _with(text: str, index: int, character: str) -> str:
    return text[:index] + character + text[index + 1 :]


def suggestions(canonical: str, is_known: Callable[[str], bool], limit: int = 5) -> list[str]:
    """Known postcodes that were perhaps meant, shown with their space, likeliest kind of slip first."""
    found: list[str] = []
    for candidate in near_spellings(canonical):
        if is_known(candidate):
            found.append(show(candidate))
            if len(found) == limit:
                break
    return found
