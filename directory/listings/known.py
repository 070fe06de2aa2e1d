"""What a check compares a record with: our lists, the postcodes and areas that exist, numbers never given."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# The United Kingdom and its parts, by ONS code, for a service area of the layer "country".
COUNTRIES = frozenset(
    ("K02000001", "K03000001", "K04000001", "E92000001", "W92000004", "S92000003", "N92000002")
)


def digits(number: str) -> str:
    """A telephone number's digits as they are dialled within the country: +44 121 … as 0121 …"""
    plain = re.sub(r"\(0\)", "", number)
    found = "".join(re.findall(r"\d", plain))
    if plain.strip().startswith("+44"):
        return f"0{found[2:]}"
    return f"0{found[4:]}" if found.startswith("0044") else found


def _no_suggestions(_postcode: str) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Known:
    """What is known. None for a list that is not here, so that it is not checked against.

    `postcode` says of a canonical postcode such as `B152TT` whether it exists, and `suggest` what was
    perhaps meant. `areas` holds the codes of each layer. `terms` says whether a taxonomy term exists.
    """

    needs: frozenset[str] | None = None
    features: frozenset[str] | None = None
    areas: Mapping[str, frozenset[str]] | None = None
    forbidden: Mapping[str, str] = field(default_factory=dict)  # digits: why the number is never given
    postcode: Callable[[str], bool] | None = None
    suggest: Callable[[str], list[str]] = _no_suggestions


def load_known(data: Path, var: Path) -> Known:
    """What this installation knows. Postcodes and areas only where the gazetteer has been built."""
    from directory.listings.needs import load_needs
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer, GazetteerError
    from geo.postcode import suggestions

    needs = load_needs(data, var)
    features = frozenset(_codes(data / "search" / "accessibility.csv"))
    forbidden = forbidden_numbers(data)
    try:
        gazetteer = Gazetteer.open(gazetteer_path(var))
    except GazetteerError:
        return Known(needs.codes, features, None, forbidden)
    areas: dict[str, set[str]] = {"country": set(COUNTRIES)}
    for generation in gazetteer.generations:
        areas.setdefault(generation["layer"], set()).update(code for code, _name in generation["areas"])
    areas["authority"] = {code for code, _name in gazetteer.authorities}
    return Known(
        needs.codes,
        features,
        {layer: frozenset(codes) for layer, codes in areas.items()},
        forbidden,
        gazetteer.known,
        lambda postcode: suggestions(postcode, gazetteer.known),
    )


def forbidden_numbers(data: Path) -> dict[str, str]:
    """The numbers that are never given, by their digits, each with the reason."""
    path = data / "contacts" / "forbidden.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {digits(row["telephone"]): row["reason"] for row in csv.DictReader(file)}


def _codes(path: Path) -> list[str]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]
