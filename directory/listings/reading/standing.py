"""What stands in for a member that the standard requires and a feed left out; and small repairs of records.

Nothing is invented: a stand-in is something that the feed says elsewhere in the same object, or the
standard's plainest choice, and it is always reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from directory.store.standard import Content

Told = tuple[str, str, str]  # kind of finding, member, words


def _member(*names: str) -> Callable[[Content], object]:
    return lambda content: next((content[name] for name in names if content.get(name)), None)


def _fixed(value: str) -> Callable[[Content], object]:
    return lambda content: value


_STAND_INS: Mapping[str, tuple[tuple[str, Callable[[Content], object]], ...]] = {
    "organization": (("description", _member("name")),),
    "taxonomy": (("description", _member("name")),),
    "taxonomy_term": (("description", _member("name")),),
    "organization_identifier": (("identifier_type", _member("identifier_scheme")),),
    "address": (
        ("address_type", _fixed("physical")),
        ("state_province", _member("region", "city")),
        ("country", _fixed("GB")),
    ),
    "location": (("location_type", lambda content: "physical" if content.get("addresses") else "virtual"),),
    "service": (("status", _fixed("active")),),
}


def stand_in(entity: str, content: Content) -> Iterator[Told]:
    """Put stand-ins into `content`; what was done."""
    for member, found in _STAND_INS.get(entity, ()):
        if member not in content:
            value = found(content)
            if value:
                content[member] = value
                yield "stand_in", member, f"{member} is missing; {str(value)[:60]!r} stands in for it."


def tidy(entity: str, content: Content) -> Iterator[Told]:
    """Repairs that need more than one member; what was done."""
    if entity == "location":
        latitude, longitude = content.get("latitude"), content.get("longitude")
        if isinstance(latitude, int | float) and isinstance(longitude, int | float):
            if latitude == 0 and longitude == 0:
                wrong = "0, 0 stands for no position"
            elif not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
                wrong = f"{latitude:g}, {longitude:g} is no place on Earth"
            else:
                return
            del content["latitude"], content["longitude"]
            yield "position", "latitude", f"{wrong}; left out."
        elif latitude is not None or longitude is not None:
            content.pop("latitude", None)
            content.pop("longitude", None)
            yield "position", "latitude", "a position needs latitude and longitude as numbers; left out."
    elif entity == "service":
        youngest = content.get("minimum_age")
        if isinstance(youngest, int | float) and not isinstance(youngest, bool) and -1 < youngest < 0:
            del content["minimum_age"]
            content["unborn"] = True
            yield "converted", "minimum_age", f"{youngest:g} years: read as from before birth."
