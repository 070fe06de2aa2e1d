"""What must hold of everything that is published: named constraints, each with who breaks it and how.

A record was sound when it was published. It can break a constraint later: the organisation it belongs to is
withdrawn, a layer's area ends, a capacity runs out. `check` looks at all of it as it is now.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from directory.listings import checking
from directory.listings.due import day_of, five_years_after
from directory.listings.known import Known, digits
from directory.listings.orphans import mails_of, numbers_of, places_of, schedules_of
from directory.listings.recurrence import read_row
from directory.store.standard import Content, walk

_INVENTED = re.compile(r"0121496(0\d{3})")  # Ofcom's range for drama: never anybody's number
_NAMED_APART = frozenset(("age", "need", "area"))  # of the checks, those that are constraints of their own
_PERSONAL = re.compile(r"@|\d{4}")


@dataclass(frozen=True, slots=True)
class Live:
    """All that is published, by id, and what it may refer to."""

    services: Mapping[str, Content]
    organizations: Mapping[str, Content]
    locations: Mapping[str, Content]
    today: dt.date
    known: Known = field(default_factory=Known)
    terms: frozenset[str] = frozenset()  # ids of taxonomy terms, published ones and our own lists'
    redirects: Mapping[str, str] = field(default_factory=dict)

    def records(self) -> Iterator[tuple[str, Content]]:
        """Every published organisation, place and service."""
        for kind, held in (
            ("organization", self.organizations),
            ("location", self.locations),
            ("service", self.services),
        ):
            yield from ((kind, content) for content in held.values())

    def organization_of(self, service: Content) -> Content | None:
        """The published organisation that gives a service."""
        return self.organizations.get(service.get("organization_id", ""))


@dataclass(frozen=True, slots=True)
class Offender:
    """One record that breaks a constraint, and how."""

    kind: str
    id: str
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """One rule: its name, the rule in a sentence, what to do, and how to find what breaks it."""

    name: str
    sentence: str
    remedy: str
    find: Callable[[Live], Iterator[Offender]]


@dataclass(frozen=True, slots=True)
class Found:
    """A constraint with all that breaks it."""

    constraint: Constraint
    offenders: tuple[Offender, ...]


def check(live: Live) -> list[Found]:
    """Every constraint, in order, also those that nothing breaks."""
    return [Found(one, tuple(one.find(live))) for one in CONSTRAINTS]


def _off(kind: str, content: Content, said: str) -> Offender:
    return Offender(kind, content["id"], str(content.get("name", "")), said)


def _each_service(said: Callable[[Live, Content], Iterator[str]]) -> Callable[[Live], Iterator[Offender]]:
    def find(live: Live) -> Iterator[Offender]:
        for service in live.services.values():
            yield from (_off("service", service, words) for words in said(live, service))

    return find


def _each_record(said: Callable[[Live, str, Content], Iterator[str]]) -> Callable[[Live], Iterator[Offender]]:
    def find(live: Live) -> Iterator[Offender]:
        for kind, content in live.records():
            yield from (_off(kind, content, words) for words in said(live, kind, content))

    return find


def _parts(kind: str, content: Content, entity: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((path[2:], part) for found, path, part in walk(kind, content) if found.name == entity)


def _organization(live: Live, service: Content) -> Iterator[str]:
    if live.organization_of(service) is None:
        yield f"its organisation {service.get('organization_id', '(none)')} is not published"


def _parent(live: Live, kind: str, content: Content) -> Iterator[str]:
    parent = content.get("parent_organization_id")
    if kind == "organization" and parent and parent not in live.organizations:
        yield f"the organisation above it, {parent}, is not published"


def _location(live: Live, service: Content) -> Iterator[str]:
    yield from (
        f"its place {one} is not published" for one in places_of(service) if one not in live.locations
    )


def _reachable(live: Live, service: Content) -> Iterator[str]:
    organization = live.organization_of(service)
    if not numbers_of(service, organization, live.locations) and not mails_of(
        service, organization, live.locations
    ):
        yield "no telephone number or email address, its own, at its places or of its organisation"


def _switchboard(live: Live, kind: str, content: Content) -> Iterator[str]:
    for path, phone in _parts(kind, content, "phone"):
        if digits(str(phone.get("number", ""))) in live.known.forbidden:
            yield f"{path}: {phone['number']} ({live.known.forbidden[digits(phone['number'])]})"


def _area(live: Live, service: Content) -> Iterator[str]:
    areas = list(_parts("service", service, "service_area"))
    if not any(area.get("layer") for _path, area in areas):
        yield "no area that is more than words"
    for path, area in areas:
        layer, code = area.get("layer"), area.get("code")
        if not layer:
            continue
        if live.known.areas is None:
            continue  # the postcode data is not built here: the codes cannot be looked up
        if layer not in live.known.areas:
            yield f"{path}: there is no layer {layer}"
        elif code not in live.known.areas[layer] and (code or layer != "country"):
            yield f"{path}: {layer} has no area {code or '(no code)'}"


def _ages(live: Live, service: Content) -> Iterator[str]:
    least, most, send = (
        value if isinstance(value := service.get(name), int | float) else None
        for name in ("minimum_age", "maximum_age", "send_maximum_age")
    )
    if least is not None and most is not None and least > most:
        yield f"from {least:g} to {most:g} years"
    if any(age is not None and not 0 <= age <= 130 for age in (least, most, send)):
        yield "an age below 0 or above 130 years"
    if send is not None and most is not None and send < most:
        yield f"to {send:g} years with special educational needs, to {most:g} without"


def _needs(live: Live, service: Content) -> Iterator[str]:
    known = live.known.needs
    unknown = (code for code in service.get("needs", ()) if known is not None and code not in known)
    yield from (f"needs: {code!r} is not known" for code in unknown)


def _terms(live: Live, kind: str, content: Content) -> Iterator[str]:
    for path, attribute in _parts(kind, content, "attribute"):
        if (term := attribute.get("taxonomy_term_id")) not in live.terms:
            yield f"{path}: there is no published term {term}"


def _hours(live: Live, service: Content) -> Iterator[str]:
    for row in schedules_of(service, live.locations):
        read = read_row(row)
        if read is None and any(row.get(name) for name in ("byday", "bymonthday", "freq", "opens_at")):
            yield f"schedule {row.get('id', '')}: on which days cannot be told"
        elif read is not None and not read.timed and (row.get("opens_at") or row.get("closes_at")):
            yield f"schedule {row.get('id', '')}: from when until when cannot be told"


def _review(live: Live, service: Content) -> Iterator[str]:
    review_by, assured = day_of(service.get("review_by")), day_of(service.get("assured_date"))
    if review_by is None:
        yield "no day by which it is looked at again"
    elif review_by > five_years_after(live.today):
        yield f"the review is not due before {review_by}"
    if assured is not None and assured > live.today:
        yield f"assured on a day to come, {assured}"


def _capacity(live: Live, service: Content) -> Iterator[str]:
    capacity = service.get("capacity")
    if not isinstance(capacity, dict):
        return
    stated, until = day_of(capacity.get("stated")), day_of(capacity.get("until"))
    if until is None or until < live.today:
        yield f"it said {capacity.get('state')} until {until or 'no day'}: it says nothing any more"
    elif stated is not None and (until - stated).days > 366:
        yield f"stated on {stated}, to hold until {until}: more than a year"


def _invented(content: Content, kind: str) -> list[str]:
    found = []
    for entity, path, part in walk(kind, content):
        if entity.name == "phone" and _INVENTED.fullmatch(digits(str(part.get("number", "")))):
            found.append(f"{path[2:]}: {part['number']}")
        email = str(part.get("email", "")).casefold()
        if email.endswith(".example"):
            found.append(f"{path[2:]}.email: {email}".lstrip("."))
    return found


def _sample(live: Live, kind: str, content: Content) -> Iterator[str]:
    if not content.get("sample"):
        yield from (
            f"{where} is invented, but it is not marked as a sample" for where in _invented(content, kind)
        )
        return
    for path, phone in _parts(kind, content, "phone"):
        if not _INVENTED.fullmatch(digits(str(phone.get("number", "")))):
            yield f"{path}: {phone.get('number')} may be somebody's, and it is marked as a sample"


def _role(live: Live, kind: str, content: Content) -> Iterator[str]:
    for name in ("owner_role", "assurer_role"):
        if _PERSONAL.search(str(content.get(name, ""))):
            yield f"{name} is not a role but somebody's address or number"


def _coordinates(live: Live, kind: str, content: Content) -> Iterator[str]:
    latitude, longitude = content.get("latitude"), content.get("longitude")
    if latitude is None and longitude is None:
        return
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        yield "one of latitude and longitude is missing"
    elif not checking.in_kingdom(latitude, longitude):
        yield f"{latitude}, {longitude} is not in the United Kingdom"


def _sound(live: Live, kind: str, content: Content) -> Iterator[str]:
    for one in checking.check(kind, content, live.known):
        if one.severity == "fault" and one.kind not in _NAMED_APART and one.member != "number":
            yield f"{one.place.removeprefix('$.')}: {one.message}"


def _redirects(live: Live) -> Iterator[Offender]:
    known = {content["id"] for _kind, content in live.records()}
    for old, new in live.redirects.items():
        if new not in known:
            yield Offender("merged", old, "", f"it leads to {new}, which is not published")


CONSTRAINTS: tuple[Constraint, ...] = (
    Constraint("sound", "A published record still passes the checks of an import.",
               "Correct it: earlyhelp listing edit ID --set member=value.", _each_record(_sound)),
    Constraint("organisation", "A published service belongs to a published organisation.",
               "Publish the organisation, or retire the service.", _each_service(_organization)),
    Constraint("parent", "The organisation above a published one is published.",
               "Publish it, or unset parent_organization_id.", _each_record(_parent)),
    Constraint("location", "The places of a published service are published.",
               "Publish the place, or take it out of the service.", _each_service(_location)),
    Constraint("contact", "A published service can be reached by telephone or email.",
               "Add a telephone number or an email address.", _each_service(_reachable)),
    Constraint("switchboard", "No telephone number is one where nobody can help (contacts/forbidden.csv).",
               "Give the number of those who can.", _each_record(_switchboard)),
    Constraint("area", "A published service names an area of a known layer, an authority or the country.",
               "Add a service area with layer and code; earlyhelp area show LAYER lists the codes.",
               _each_service(_area)),
    Constraint("ages", "Ages are in order and possible.", "Correct minimum_age and maximum_age.",
               _each_service(_ages)),
    Constraint("needs", "Every need is one of the list of needs.",
               "Use a code that earlyhelp need lists, or add it to the list.", _each_service(_needs)),
    Constraint("terms", "Every attribute names a term of a published taxonomy.",
               "Publish the taxonomy, or remove the attribute.", _each_record(_terms)),
    Constraint("hours", "Every row of hours says on which days and from when until when.",
               "Give freq, byday, opens_at and closes_at.", _each_service(_hours)),
    Constraint("review", "A published service has a day for its next review, at most five years away.",
               "Look at it, then: earlyhelp listing confirm ID.", _each_service(_review)),
    Constraint("capacity", "What is said of capacity still holds, and for a year at the most.",
               "State it anew, or unset capacity.", _each_service(_capacity)),
    Constraint("sample", "What is invented is marked as a sample, and a sample has no number of anybody's.",
               "Set sample=yes, or give the real number.", _each_record(_sample)),
    Constraint("role", "An owner or assurer is a role, never a person.",
               "Name the role, such as family hub manager.", _each_record(_role)),
    Constraint("coordinates", "A place with coordinates lies in the United Kingdom.",
               "Correct latitude and longitude (degrees, WGS 84).", _each_record(_coordinates)),
    Constraint("redirects", "A merged record leads to a published one.",
               "Publish the record it leads to, or merge that one onwards.", _redirects),
)  # fmt: skip
"""In the order in which a steward does well to mend them."""
