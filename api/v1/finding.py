"""What a search asks for: the values of a query, a body or a form, read into what the finder takes."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from api.problems import ProblemError
from directory.answer import Answers
from directory.moment import london_moment
from directory.store.standard import LEVELS_OF_NEED, REFERRAL_ROUTES

if TYPE_CHECKING:
    from directory.search.filters import Asked

FILTERS = (
    "layer",
    "area",
    "age",
    "unborn",
    "level",
    "need",
    "route",
    "open_now",
    "free",
    "language",
    "accessibility",
    "capacity",
    "organization",
    "age_band",
    "elsewhere",
)
PLAIN = ("text", "at", "page", "per_page", "sort")
NAMES = (*PLAIN, *FILTERS)
PRIVATE = "postcode"  # never in an address
LONGEST_TEXT = 200  # characters
OLDEST = 130
SORTS = ("best", "near", "name")
AGE_BANDS = ("unborn", "0-4", "5-10", "11-15", "16-17", "18-25")
MOST_PER_PAGE = 100
MOST_PAGE = 10_000


class Known:
    """The words that filters may use: they come from data, so they are asked for and not listed here."""

    def __init__(self, answers: Answers, needs: Collection[str]) -> None:
        self.answers, self.needs = answers, needs

    def areas(self, layer: str) -> set[str]:
        """The codes of a layer's areas, of whatever generation."""
        found = (g for g in self.answers.gazetteer.generations if g["layer"] == layer)
        return {code for generation in found for code, _name in generation["areas"]}


def asked_of(values: Mapping[str, Any], known: Known) -> Asked:
    """What is asked for. Raises `ProblemError` naming the first value that cannot be used."""
    asked, refused = read_all(values, known)
    if refused:
        raise ProblemError("bad_parameter", refused[0]["detail"], parameter=refused[0]["parameter"])
    return asked


def read_all(values: Mapping[str, Any], known: Known) -> tuple[Asked, list[dict[str, str]]]:
    """What is asked for, and beside it every value that was left out, as {parameter, detail}."""
    from directory.search.filters import Asked

    refused: list[dict[str, str]] = []
    read: dict[str, Any] = {}
    for name, (member, reader) in _READERS.items():
        value = values.get(name)
        if value is None or value in ("", [], ()):
            continue
        try:
            read[member] = reader(value, known)
        except ValueError as error:
            refused.append({"parameter": name, "detail": f"{name} {error}"})
    area, layer = read.get("area"), read.get("layer")
    if area is not None:
        layer = read.setdefault("layer", layer or "district")
        if area not in known.areas(layer):
            del read["area"]
            detail = f"area must be the code of an area of {layer}: see /api/v1/layers/{layer}/areas."
            refused.append({"parameter": "area", "detail": detail})
    return Asked(**read), refused


def _text(value: Any, _known: Known) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text.")
    return " ".join(value.split())[:LONGEST_TEXT]


def _truth(value: Any, _known: Known) -> bool:
    if isinstance(value, bool):
        return value
    told = value.strip().lower() if isinstance(value, str) else ""
    if told not in ("true", "false", "1", "0", "yes", "no", "on"):
        raise ValueError("must be true or false.")
    return told in ("true", "1", "yes", "on")


def _age(value: Any, _known: Known) -> float:
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,3}(\.[0-9]{1,4})?\s*", value):
        number = float(value)
    if not 0 <= number <= OLDEST:
        raise ValueError(f"must be an age in years from 0 to {OLDEST}.")
    return number


def _from_one(most: int) -> Any:
    def read(value: Any, _known: Known) -> int:
        number = value if isinstance(value, int) and not isinstance(value, bool) else 0
        if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,6}\s*", value):
            number = int(value)
        if not 1 <= number <= most:
            raise ValueError(f"must be a whole number from 1 to {most}.")
        return number

    return read


def _word_of(words: Collection[str]) -> Any:
    def read(value: Any, _known: Known) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}.")
        return str(value)

    return read


def _listed(value: Any) -> frozenset[str]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(one, str) for one in parts):
        raise ValueError("must be words separated by commas, or a list of them.")
    return frozenset(one.strip() for part in parts for one in part.split(",") if one.strip())


def _needs(value: Any, known: Known) -> frozenset[str]:
    codes = _listed(value)
    for code in sorted(codes):
        if code not in known.needs:
            raise ValueError("must be codes of needs: see /api/v1/needs.")
    return codes


def _codes(value: Any, _known: Known) -> frozenset[str]:
    codes = _listed(value)
    if not all(re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", code) for code in codes):
        raise ValueError("must be codes of small letters, such as step_free.")
    return codes


def _language(value: Any, _known: Known) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?", value.strip()):
        raise ValueError("must be the ISO 639 code of a language, such as ur.")
    return value.strip().lower()


def _layer(value: Any, known: Known) -> str:
    if value not in known.answers.layers:
        raise ValueError(f"must be one of {', '.join(known.answers.layers)}.")
    return str(value)


def _code(value: Any, _known: Known) -> str:
    if not isinstance(value, str) or len(value) > 60:
        raise ValueError("must be the code of an area.")
    return value.strip()


def _number(value: Any, _known: Known) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Fa-f-]{1,40}", value.strip()):
        raise ValueError("must be the id of an organisation.")
    return value.strip().lower()


def _at(value: Any, _known: Known) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be a date and time, such as 2026-12-24T23:10.")
    try:
        return london_moment(re.sub(r"(T\S*) (\d\d:?\d\d)$", r"\1+\2", value.strip()))
    except ValueError:
        raise ValueError("must be a date and time, such as 2026-12-24T23:10.") from None


def _postcode(value: Any, _known: Known) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text.")
    return value.strip()[:LONGEST_TEXT]


# The parameter, the member of `Asked` it becomes, and what reads it.
_READERS: dict[str, tuple[str, Any]] = {
    "text": ("text", _text),
    PRIVATE: ("postcode", _postcode),
    "layer": ("layer", _layer),
    "area": ("area", _code),
    "age": ("age", _age),
    "unborn": ("unborn", _truth),
    "level": ("level", _word_of(LEVELS_OF_NEED)),
    "need": ("needs", _needs),
    "route": ("route", _word_of(REFERRAL_ROUTES)),
    "open_now": ("open_now", _truth),
    "free": ("free", _truth),
    "language": ("language", _language),
    "accessibility": ("accessibility", _codes),
    "capacity": ("capacity", _truth),
    "organization": ("organization", _number),
    "age_band": ("age_band", _word_of(AGE_BANDS)),
    "elsewhere": ("elsewhere", _truth),
    "at": ("at", _at),
    "sort": ("sort", _word_of(SORTS)),
    "page": ("page", _from_one(MOST_PAGE)),
    "per_page": ("per_page", _from_one(MOST_PER_PAGE)),
}
