"""The parameters of the standard's lists, read strictly: what cannot be used is refused by its name."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from api.problems import ProblemError
from api.v1.parameters import read_query
from directory.listings.recurrence import MINUTES, minutes
from directory.routing.london import LONDON

PAGING = ("page", "per_page", "perPage", "format")
SERVICES = (
    "search",
    "taxonomy_term_id",
    "taxonomy_id",
    "organization_id",
    "minimum_age",
    "maximum_age",
    "day",
    "start_time",
    "end_time",
    "postcode",
    "proximity",
    "modified_after",
    "minimal",
    "full",
)
PER_PAGE, MOST_PER_PAGE = 50, 1000
MOST_PAGE = 1_000_000_000
FARTHEST = 1_000_000  # metres
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = re.compile(r"[+-]?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for, and as what."""

    number: int = 1
    size: int = PER_PAGE
    lines: bool = False  # everything, one document a line


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which services (or services at locations) are asked for. None and empty: whatever it is."""

    search: str = ""
    terms: frozenset[str] = frozenset()  # taxonomy terms: any of them
    taxonomies: frozenset[str] = frozenset()
    organization: str = ""
    lowest: float | None = None  # years
    highest: float | None = None
    days: frozenset[int] = frozenset()  # 0 is Monday
    begins: int | None = None  # minutes after midnight
    ends: int | None = None
    postcode: str = ""
    metres: float | None = None
    since: dt.datetime | None = None
    minimal: bool = False
    full: bool = False

    @property
    def timed(self) -> bool:
        """Whether opening hours are asked for."""
        return bool(self.days) or self.begins is not None or self.ends is not None


def read(query: bytes, allowed: tuple[str, ...]) -> dict[str, str]:
    """The query's values that are not empty, by name. Raises `ProblemError`."""
    return {name: value.strip() for name, value in read_query(query, allowed).items() if value.strip()}


def page_of(values: Mapping[str, str], size: int = PER_PAGE) -> Page:
    """The page asked for; `size` is how many rows it has where nothing is said. Raises `ProblemError`."""
    if "per_page" in values and "perPage" in values:
        raise _bad("perPage", "per_page and perPage are the same parameter: give one of them.")
    for name in ("per_page", "perPage"):
        if name in values:
            size = _whole(values, name, MOST_PER_PAGE)
    form = values.get("format", "json")
    if form not in ("json", "ndjson"):
        raise _bad("format", "format must be json or ndjson.")
    return Page(_whole(values, "page", MOST_PAGE) if "page" in values else 1, size, form == "ndjson")


def wanted_of(values: Mapping[str, str]) -> Wanted:
    """The filters asked for. Raises `ProblemError` naming the parameter that is wrong."""
    lowest, highest = _number(values, "minimum_age"), _number(values, "maximum_age")
    if lowest is not None and highest is not None and lowest > highest:
        raise _bad("minimum_age", "minimum_age is greater than maximum_age.")
    metres = _number(values, "proximity")
    if metres is not None:
        if "postcode" not in values:
            raise _bad("proximity", "proximity is a distance from a postcode: give postcode too.")
        if not 0 <= metres <= FARTHEST:
            raise _bad("proximity", f"proximity must be a number of metres from 0 to {FARTHEST}.")
    begins, ends = _clock(values, "start_time"), _clock(values, "end_time")
    if ends == 0:
        ends = MINUTES
    if begins is not None and ends is not None and begins >= ends:
        raise _bad("start_time", "start_time must be earlier than end_time.")
    minimal, full = truth(values, "minimal"), truth(values, "full")
    if minimal and full:
        raise _bad("minimal", "minimal and full ask for opposite things: give one of them.")
    return Wanted(
        search=values.get("search", ""),
        terms=_listed(values, "taxonomy_term_id"),
        taxonomies=_listed(values, "taxonomy_id"),
        organization=values.get("organization_id", "").lower(),
        lowest=lowest,
        highest=highest,
        days=_days(values),
        begins=begins,
        ends=ends,
        postcode=values.get("postcode", ""),
        metres=metres,
        since=_since(values),
        minimal=minimal,
        full=full,
    )


def truth(values: Mapping[str, str], name: str) -> bool:
    """A parameter that is true or false, false where it is not given. Raises `ProblemError`."""
    told = values.get(name, "false").lower()
    if told not in ("true", "false", "1", "0"):
        raise _bad(name, f"{name} must be true or false.")
    return told in ("true", "1")


def _bad(name: str, detail: str) -> ProblemError:
    return ProblemError("bad_parameter", detail, parameter=name)


def _whole(values: Mapping[str, str], name: str, most: int) -> int:
    written = values[name]
    number = int(written) if re.fullmatch(r"[0-9]{1,10}", written) else 0
    if not 1 <= number <= most:
        raise _bad(name, f"{name} must be a whole number from 1 to {most}.")
    return number


def _number(values: Mapping[str, str], name: str) -> float | None:
    if name not in values:
        return None
    number = float(values[name]) if _NUMBER.fullmatch(values[name]) else math.nan
    if math.isnan(number):
        raise _bad(name, f"{name} must be a number, such as 11 or 0.5.")
    return number


def _listed(values: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in values.get(name, "").split(",") if part.strip())


def _clock(values: Mapping[str, str], name: str) -> int | None:
    if name not in values:
        return None
    found = minutes(values[name])
    if found is None:
        raise _bad(name, f"{name} must be a time of day, such as 09:30.")
    return found


def _days(values: Mapping[str, str]) -> frozenset[int]:
    found = set()
    for part in filter(None, (part.strip().lower() for part in values.get("day", "").split(","))):
        known = [
            number for number, name in enumerate(_DAYS) if part in (name, name[:3], name[:2], f"{name}s")
        ]
        if not known:
            raise _bad("day", "day must be a day of the week, such as Monday, Mon or MO.")
        found.add(known[0])
    return frozenset(found)


def _since(values: Mapping[str, str]) -> dt.datetime | None:
    if "modified_after" not in values:
        return None
    # A plus sign in a query stands for a space: 2026-12-24T23:10+00:00 arrives with one.
    written = re.sub(r"(T\S*) (\d\d:?\d\d)$", r"\1+\2", values["modified_after"])
    try:
        moment = dt.datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise _bad(
            "modified_after", "modified_after must be a date and time, such as 2026-12-01T09:30:00Z."
        ) from None
