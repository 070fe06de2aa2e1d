"""Whether a record's content is right: every problem in one run, each with its place and what to do.

It asks what a person would: is everything there, do dates and ages make sense, can the number be dialled,
does the postcode exist, is the area one that a map knows. The content is in our canonical form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from directory.listings.identity import is_uuid
from directory.listings.known import Known, digits
from directory.listings.reading.feed import Finding, Severity, shortened
from directory.store.standard import ENTITIES, Content, Entity, Field, walk

LONGEST = {"line": 2_000, "text": 50_000, "uri": 2_000, "email": 254}
OLDEST = 120  # years
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"]{1,64}@(?:[a-zA-Z0-9-]{1,63}\.)+[a-zA-Z][a-zA-Z0-9-]{1,62}")
_URI = re.compile(r"https?://[^\s/?#<>\"'\\]+[^\s<>\"\\]*", re.IGNORECASE)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_BYDAY = re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)")
_PHONE = re.compile(r"[+()\d][\d\s()./-]*")
_SAMPLE_PHONE = re.compile(r"01214960\d{3}")
_ORDERED = (("valid_from", "valid_to"), ("dtstart", "until"), ("stated", "until"))
_AGES = ("minimum_age", "maximum_age", "send_maximum_age")

Told = tuple[Severity, str, str, object, str, str]  # severity, kind, member, value, message, fix
Where = Callable[[str], str]


def check(
    entity: str, content: Content, known: Known | None = None, where: Where | None = None
) -> list[Finding]:
    """Everything wrong with a record. `where` turns a JSON path of the content into a place in a feed."""
    known = known or Known()
    found: list[Finding] = []
    record = str(content.get("id", ""))
    sample = content.get("sample") is True
    for described, path, members in walk(entity, content):
        place = where(path) if where else path
        for severity, kind, member, value, message, fix in _problems(described, members, known, sample):
            at = where(f"{path}.{member}") if where and member else f"{place}.{member}" if member else place
            shown = "" if value is None else shortened(value)
            found.append(Finding(severity, kind, at, member, shown, message, fix, record))
    return found + _phones(entity, content, known, where)


def _problems(entity: Entity, members: Mapping[str, Any], known: Known, sample: bool) -> Iterator[Told]:
    for field in entity.fields:
        value = members.get(field.name)
        if value in (None, "", []):
            if field.required:
                yield _missing(entity, field)
        elif (wrong := _wrong_type(field, value)) is not None:
            yield wrong
        else:
            yield from _value(field, value, known, sample)
    for part in entity.parts:
        held = members.get(part.name)
        right = list if part.many else dict
        if held is not None and not isinstance(held, right):
            wanted = "a list" if part.many else "one object"
            yield "fault", "type", part.name, held, f"{part.name} is not {wanted}.", f"Give {wanted}."
    for name in members:
        if not entity.field(name) and not entity.part(name):
            yield "fault", "unknown", name, members[name], f"{name} is no member of ours.", "Leave it out."
    yield from _together(entity, members, known)


def _missing(entity: Entity, field: Field) -> Told:
    words = entity.name.replace("_", " ").replace("organization", "organisation")
    return "fault", "missing", field.name, None, f"a {words} needs {field.name}.", "Fill it in."


_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "number": ((int, float), "a number"),
    "integer": (int, "a whole number"),
    "truth": (bool, "true or false"),
    "words": (list, "a list of words"),
}


def _wrong_type(field: Field, value: object) -> Told | None:
    wanted, words = _TYPES.get(field.sort, (str, "text"))
    right = isinstance(value, wanted) and (field.sort == "truth" or not isinstance(value, bool))
    if right and isinstance(value, list):
        right = all(isinstance(one, str) for one in value)
    if right and isinstance(value, int) and not isinstance(value, bool):
        right = -(2**63) <= value < 2**63
    if right:
        return None
    return "fault", "type", field.name, value, f"{field.name} is not {words}.", f"Give {words}."


def _value(field: Field, value: Any, known: Known, sample: bool) -> Iterator[Told]:
    name, sort = field.name, field.sort
    longest = LONGEST.get(sort, 0)
    if longest and len(value) > longest:
        yield (
            "fault", "long", name, value, f"{name} has {len(value):,} characters, {longest:,} is the most.",
            "Shorten it.",
        )  # fmt: skip
    if sort in ("id", "ref") and not is_uuid(value):
        yield "fault", "type", name, value, f"{name} is not a UUID.", "Give a UUID."
    elif sort == "uri" and not _URI.fullmatch(value):
        yield (
            "fault", "link", name, value, f"{name} is not a web address that may be given.",
            "Give one that begins with https:// or http://.",
        )  # fmt: skip
    elif sort == "email":
        yield from _email(name, value, sample)
    elif sort == "date" and not _is_date(value):
        yield (
            "fault",
            "date",
            name,
            value,
            f"{name} is not a day of the calendar.",
            "Write it like 2026-12-01.",
        )
    elif sort == "moment" and not _is_moment(value):
        yield (
            "fault", "date", name, value, f"{name} is not a moment with a time zone.",
            "Write it like 2026-12-01T09:30:00+00:00.",
        )  # fmt: skip
    elif sort == "time" and not _TIME.fullmatch(value):
        yield "fault", "time", name, value, f"{name} is not a time of day.", "Write it like 09:30."
    elif sort == "word" and value not in field.choices:
        yield _choice(name, value, field.choices)
    elif sort == "words":
        for one in value:
            if field.choices and one not in field.choices:
                yield _choice(name, one, field.choices)
            elif name == "needs" and known.needs is not None and one not in known.needs:
                yield (
                    "fault", "need", name, one, f"{one} is none of the needs.",
                    "Use a code that earlyhelp need list shows, or add it to var/search/needs.csv.",
                )  # fmt: skip
            elif name == "features" and known.features is not None and one not in known.features:
                yield (
                    "warning", "choice", name, one, f"{one} is no feature that the search knows.",
                    "Use a code of data/search/accessibility.csv, or say it in description.",
                )  # fmt: skip


def _choice(name: str, value: object, choices: tuple[str, ...]) -> Told:
    return (
        "fault", "choice", name, value, f"{name} is none of its choices.",
        f"Use one of {', '.join(choices)}.",
    )  # fmt: skip


def _email(name: str, value: str, sample: bool) -> Iterator[Told]:
    if not _EMAIL.fullmatch(value):
        yield (
            "fault",
            "email",
            name,
            value,
            f"{name} is not an e-mail address.",
            "Write it like team@place.org.",
        )
    elif sample and not value.lower().endswith(".example"):
        yield (
            "fault", "sample", name, value, "an invented entry has an address that could be somebody's.",
            "Use one that ends in .example.",
        )  # fmt: skip


def _is_date(value: str) -> bool:
    try:
        return dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_moment(value: str) -> bool:
    try:
        return dt.datetime.fromisoformat(value).astimezone(dt.UTC) is not None and bool(
            re.search(r"(Z|[+-]\d\d:?\d\d)$", value)
        )
    except (ValueError, OverflowError):
        return False


def _together(entity: Entity, members: Mapping[str, Any], known: Known) -> Iterator[Told]:
    """What only several members, or our own lists, can tell."""
    for first, second in _ORDERED:
        if entity.field(first) and entity.field(second):
            one, other = members.get(first), members.get(second)
            if (
                isinstance(one, str)
                and isinstance(other, str)
                and _is_date(one)
                and _is_date(other)
                and one > other
            ):
                yield (
                    "fault", "date", second, other, f"{second} lies before {first}, {one}.",
                    "Swap or correct them.",
                )  # fmt: skip
    if entity.name == "service":
        yield from _ages(members)
    elif entity.name == "address":
        yield from _postcode(members, known)
    elif entity.name == "service_area":
        yield from _area(members, known)
    elif entity.name == "schedule":
        yield from _schedule(members)
    elif entity.name == "location":
        latitude, longitude = members.get("latitude"), members.get("longitude")
        for name, most in (("latitude", 90), ("longitude", 180)):
            if not -most <= _figure(members, name) <= most:
                yield "fault", "position", name, members[name], f"{name} is no place on Earth.", "Correct it."
        if (latitude is None) != (longitude is None):
            yield "fault", "position", "latitude", latitude, "a position needs both figures.", "Give both."
        elif _is_number(latitude) and _is_number(longitude) and not in_kingdom(latitude, longitude):
            swapped = in_kingdom(longitude, latitude)
            yield (
                "warning", "position", "latitude", latitude,
                f"{latitude}, {longitude} is not in the United Kingdom.",
                "Latitude and longitude are swapped." if swapped else "Correct it (degrees, WGS 84).",
            )  # fmt: skip
    elif entity.name == "cost_option" and _figure(members, "amount") < 0:
        yield "fault", "type", "amount", members["amount"], "a cost below 0.", "Give 0 for free."


def in_kingdom(latitude: Any, longitude: Any) -> bool:
    """Whether a position (degrees, WGS 84) lies in the box around the United Kingdom."""
    return bool(49 <= latitude <= 61 and -9 <= longitude <= 2)


def _figure(members: Mapping[str, Any], name: str) -> float:
    value = members.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ages(members: Mapping[str, Any]) -> Iterator[Told]:
    for name in _AGES:
        value = members.get(name)
        if _is_number(value) and not 0 <= float(value or 0) <= OLDEST:
            yield (
                "fault", "age", name, value, f"{name} is not between 0 and {OLDEST} years.",
                "Correct it, or leave it out where there is no limit.",
            )  # fmt: skip
    youngest, oldest, later = (members.get(name) for name in _AGES)
    if _is_number(youngest) and _is_number(oldest) and float(youngest or 0) > float(oldest or 0):
        yield (
            "fault", "age", "minimum_age", youngest, f"minimum_age is above maximum_age, {oldest}.",
            "Swap or correct them.",
        )  # fmt: skip
    if _is_number(oldest) and _is_number(later) and float(later or 0) < float(oldest or 0):
        yield (
            "fault", "age", "send_maximum_age", later, f"send_maximum_age is below maximum_age, {oldest}.",
            "Leave it out where SEND makes no difference.",
        )  # fmt: skip


def _postcode(members: Mapping[str, Any], known: Known) -> Iterator[Told]:
    from geo.postcode import kind, normalise

    value, country = members.get("postal_code"), str(members.get("country", "GB")).upper()
    if not isinstance(value, str) or country not in ("GB", "UK", "GBR", "UNITED KINGDOM", "ENGLAND"):
        return
    canonical = normalise(value)
    if kind(canonical) != "full":
        perhaps = known.suggest(canonical)
        yield (
            "warning", "postcode", "postal_code", value, "is not a whole postcode.",
            f"Did they mean {' or '.join(perhaps[:3])}?" if perhaps else "Write it like B15 2TT.",
        )  # fmt: skip
    elif known.postcode is not None and not known.postcode(canonical):
        perhaps = known.suggest(canonical)
        yield (
            "warning", "postcode", "postal_code", value, "is a postcode that nobody knows.",
            f"Did they mean {' or '.join(perhaps[:3])}?" if perhaps else "Ask the publisher; it may be new.",
        )  # fmt: skip


def _area(members: Mapping[str, Any], known: Known) -> Iterator[Told]:
    layer, code = members.get("layer"), members.get("code")
    if layer == "country" and code is None:
        return  # everywhere in the country
    if (layer is None) != (code is None):
        name = "code" if code is None else "layer"
        yield "fault", "area", name, None, "an area of a layer needs layer and code.", "Give both, or a name."
    elif isinstance(layer, str) and isinstance(code, str) and known.areas is not None:
        if layer not in known.areas:
            yield (
                "fault", "area", "layer", layer, f"{shortened(layer)} is no layer.",
                f"Use one of {', '.join(sorted(known.areas))}.",
            )  # fmt: skip
        elif code not in known.areas[layer]:
            yield (
                "fault", "area", "code", code, f"{layer} has no area with this code.",
                "See earlyhelp area show LAYER.",
            )  # fmt: skip


def _schedule(members: Mapping[str, Any]) -> Iterator[Told]:
    days = members.get("byday")
    if isinstance(days, str) and not all(_BYDAY.fullmatch(one.strip()) for one in days.split(",")):
        yield "fault", "time", "byday", days, "are not days of the week.", "Write them like MO,TU or 2MO."
    opens, closes = members.get("opens_at"), members.get("closes_at")
    if isinstance(opens, str) and isinstance(closes, str) and opens > closes != "00:00":
        yield (
            "warning", "time", "closes_at", closes, f"closes before it opens, {opens}: past midnight.",
            "Correct it if that is not meant.",
        )  # fmt: skip
    numbers = members.get("bymonthday")
    if isinstance(numbers, str) and not re.fullmatch(r"-?\d{1,2}(\s*,\s*-?\d{1,2})*", numbers):
        yield "fault", "time", "bymonthday", numbers, "are not days of a month.", "Write them like 1,15."


def _phones(entity: str, content: Content, known: Known, where: Where | None) -> list[Finding]:
    """Whether every number can be dialled, is none that is never given, and is a drama number if invented."""
    found: list[Finding] = []
    sample = content.get("sample") is True
    record = str(content.get("id", ""))
    for described, path, members in walk(entity, content):
        number = members.get("number")
        if described is not ENTITIES["phone"] or not isinstance(number, str):
            continue
        dialled = digits(number)
        told: tuple[str, str, str] | None = None
        if not _PHONE.fullmatch(number) or not 3 <= len(dialled) <= 15:
            told = (
                "phone",
                "cannot be dialled.",
                "Write it like 0121 496 0000; words belong in description.",
            )
        elif dialled in known.forbidden:
            told = ("phone", f"is never given: {known.forbidden[dialled]}.", "Find the team's own number.")
        elif sample and not _SAMPLE_PHONE.fullmatch(dialled):
            told = ("sample", "could be somebody's: the entry is invented.", "Use 0121 496 0000 to 0999.")
        if told:
            at = where(f"{path}.number") if where else f"{path}.number"
            found.append(
                Finding(
                    "fault",
                    told[0],
                    at,
                    "number",
                    shortened(number),
                    f"the number {told[1]}",
                    told[2],
                    record,
                )
            )
    return found
