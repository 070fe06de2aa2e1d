"""What is published at one revision, as the standard's lists see it: filtered, in order, row by row.

The facts that filters look at are read once from each listing and carried over to the next revision where
the listing's bytes are the same, so that a publish costs what has changed and not what there is.
"""

from __future__ import annotations

import datetime as dt
import threading
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from api.oruk.asked import Wanted
from api.oruk.filtering import (
    Opening,
    ServiceFacts,
    keeps,
    near,
    open_within,
    openings,
    point,
    service_facts,
)
from api.oruk.reading import serves
from api.oruk.rows import moment, own, summary, term_row
from directory.listings.needs import Needs
from directory.listings.public import oruk, public
from directory.listings.published import Published
from directory.search.reach import Home
from directory.store.standard import Content

_EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)


class PlaceFacts(NamedTuple):
    """A service at a location: whose, where, and when it is open there."""

    id: str
    service: str
    location: str
    points: tuple[tuple[float, float], ...]  # degrees, WGS 84: one, or none where it is not known
    openings: tuple[Opening, ...]


class Terms(NamedTuple):
    """The taxonomy terms of a service, and the taxonomies they belong to."""

    terms: frozenset[str]
    taxonomies: frozenset[str]


class _Read(NamedTuple):
    mark: int  # of the bytes it was read from
    facts: ServiceFacts
    places: tuple[PlaceFacts, ...]
    around: tuple[str, ...]  # the locations, then the organisation
    marks: tuple[int, ...]  # of the locations


class Catalogue:
    """The published listings behind `/oruk/v3`. Safe to share between threads."""

    def __init__(self, published: Published, needs: Needs, previous: Catalogue | None = None) -> None:
        """Over an open snapshot; `previous` lends what has not changed since."""
        self.published, self.needs = published, needs
        self._previous = previous
        self._reading = threading.Lock()
        self._read: dict[str, _Read] | None = None
        self._places: dict[str, PlaceFacts] = {}
        self._terms: dict[str, Terms] = {}
        self._terms_said: dict[tuple[str, Any], Terms] = {}

    # What is there

    def _written(self, entity: str, content: Content) -> Content:
        """A record as the standard writes it, without anything that is not for everybody."""
        return oruk(entity, public(entity, content), self.needs, self.terms.get)

    def service(self, number: str, *, full: bool = True) -> Content | None:
        """A service as the standard has it: nested whole, or the summary that its lists show."""
        found = self.published.service(number)
        if found is None:
            return None
        row = self._written("service", found)
        row["last_modified"] = moment(self.modified(number))
        return row if full else summary(row)

    def place(self, number: str, *, full: bool = True) -> Content | None:
        """A service at a location, with both."""
        facts = self.place_facts().get(number)
        service = self.service(facts.service) if facts else None
        if facts is None or service is None:
            return None
        row = next(one for one in service.pop("service_at_locations") if one["id"] == number)
        row = {**row, "service_id": facts.service, "service": service}
        if not full:
            row = {key: value for key, value in row.items() if not isinstance(value, list)}
            row["service"] = summary(service)
            row["location"] = own(row.get("location", {}))
        return row

    def organization(self, number: str, *, services: bool = False, whole: bool = False) -> Content | None:
        """An organisation; with its services nested whole, where they are asked for."""
        content = self.published.record(number) if self.published.kind(number) == "organization" else None
        if content is None:
            return None
        row = self._written("organization", content)
        if services or whole:
            found = (self.service(one) for one in self.published.services_of(number))
            held = [one for one in found if one is not None]
            if held:
                row["services"] = held
        return row if whole or services else own(row)

    @cached_property
    def taxonomies(self) -> Mapping[str, Content]:
        """Every taxonomy by id, its terms within: those published, and the lists that our additions use."""
        found: dict[str, Content] = {}
        published = (self.published.record(one) for one in self.published.ids("taxonomy"))
        for content in [*filter(None, published), *self.needs.taxonomies()]:
            row = {key: value for key, value in content.items() if key != "taxonomy_terms"}
            terms = [term_row(one, content) for one in content.get("taxonomy_terms", ())]
            found.setdefault(content["id"], row | ({"taxonomy_terms": terms} if terms else {}))
        return found

    @cached_property
    def terms(self) -> Mapping[str, Content]:
        """Every term of every taxonomy, by id."""
        every = (one for held in self.taxonomies.values() for one in held.get("taxonomy_terms", ()))
        found: dict[str, Content] = {}
        for one in every:
            found.setdefault(one["id"], one)
        return found

    def modified(self, number: str) -> dt.datetime:
        """When a service, its organisation or one of its locations last changed (UTC)."""
        held = self._facts().get(number)
        moments = map(self.published.last_modified, (number, *(held.around if held else ())))
        return max((one for one in moments if one), default=_EPOCH)

    # What is asked for

    def services(
        self, wanted: Wanted, found: Sequence[str] | None, home: Home | None, today: dt.date
    ) -> list[str]:
        """The ids of the services that every filter keeps.

        `found` is what the words matched, best first, which is then the order; None where no words were
        given. `home` is the postcode asked for.
        """
        read = self._facts()

        def keep(number: str) -> bool:
            facts = read[number].facts
            return (
                self._keeps(number, facts, wanted, home)
                and (not wanted.timed or open_within(facts.openings, wanted, today))
                and _near(wanted, home, read[number].places)
            )

        return [number for number in (read if found is None else found) if number in read and keep(number)]

    def places(
        self, wanted: Wanted, found: Sequence[str] | None, home: Home | None, today: dt.date
    ) -> list[str]:
        """The ids of the services at locations that every filter keeps; see `services`."""
        read = self._facts()
        kept: list[str] = []
        for number in read if found is None else found:
            held = read.get(number)
            if held is None or not self._keeps(number, held.facts, wanted, home):
                continue
            for place in held.places:
                timely = not wanted.timed or open_within(place.openings, wanted, today)
                if timely and _near(wanted, home, (place,)):
                    kept.append(place.id)
        return kept

    def place_facts(self) -> Mapping[str, PlaceFacts]:
        """Every service at a location, by its id."""
        self._facts()
        return self._places

    def _keeps(self, number: str, facts: ServiceFacts, wanted: Wanted, home: Home | None) -> bool:
        if not keeps(facts, wanted) or (home and not serves(facts.areas, home)):
            return False
        if wanted.terms or wanted.taxonomies:
            held = self._terms_of(number)
            if wanted.terms and wanted.terms.isdisjoint(held.terms):
                return False
            if wanted.taxonomies and wanted.taxonomies.isdisjoint(held.taxonomies):
                return False
        return wanted.since is None or self.modified(number) >= wanted.since

    def _terms_of(self, number: str) -> Terms:
        """What `attributes` of a service's row would hold, without writing the row."""
        held = self._terms.get(number)
        if held is None:
            content = self.published.record(number) or {}
            parts = [self._terms_in({"attributes": content["attributes"]})] if "attributes" in content else []
            for member in ("needs", "levels_of_need"):
                parts += [self._said((member, (code,))) for code in content.get(member, ())]
            if "referral_route" in content:
                parts.append(self._said(("referral_route", content["referral_route"])))
            held = self._terms[number] = Terms(
                frozenset().union(*(part.terms for part in parts)),
                frozenset().union(*(part.taxonomies for part in parts)),
            )
        return held

    def _said(self, said: tuple[str, Any]) -> Terms:
        """The terms of one member of ours with one value: the same in every service that has it."""
        if said not in self._terms_said:
            member, value = said
            self._terms_said[said] = self._terms_in({member: value})
        return self._terms_said[said]

    def _terms_in(self, content: Content) -> Terms:
        attributes = self._written("service", content).get("attributes", ())
        terms = [one["taxonomy_term"] for one in attributes]
        return Terms(
            frozenset(one["id"].lower() for one in terms),
            frozenset(one["taxonomy_id"].lower() for one in terms if "taxonomy_id" in one),
        )

    def _facts(self) -> dict[str, _Read]:
        """Every service's facts in the snapshot's order, read at the first need of them."""
        if self._read is None:
            with self._reading:
                if self._read is None:
                    self._read_all()
        assert self._read is not None
        return self._read

    def _read_all(self) -> None:
        before = (self._previous._read if self._previous else None) or {}
        read: dict[str, _Read] = {}
        for number in self.published.ids("service"):
            mark, held = self._mark(number), before.get(number)
            if held is None or held.mark != mark or held.marks != self._marks(held.places):
                held = self._read_one(number, mark)
            read[number] = held
            self._places.update((place.id, place) for place in held.places)
        self._previous = None
        self._read = read

    def _mark(self, number: str) -> int:
        return zlib.crc32(self.published.raw(number) or b"")

    def _marks(self, places: Iterable[PlaceFacts]) -> tuple[int, ...]:
        return tuple(self._mark(place.location) for place in places)

    def _read_one(self, number: str, mark: int) -> _Read:
        """A service is open at its own hours, else at those of its places, else when the places are."""
        content = self.published.record(number) or {}
        places: list[PlaceFacts] = []
        own_hours = content.get("schedules", [])
        there: list[Any] = []
        elsewhere: list[Any] = []
        for one in content.get("service_at_locations", ()):
            location = self.published.record(one.get("location_id", "")) or {}
            here = one.get("schedules", [])
            there += here
            elsewhere += location.get("schedules", [])
            hours = openings(here or own_hours or location.get("schedules", []))
            places.append(PlaceFacts(one["id"], number, one.get("location_id", ""), point(location), hours))
        facts = service_facts(content, own_hours or there or elsewhere)
        around = (*(place.location for place in places), str(content.get("organization_id", "")))
        return _Read(mark, facts, tuple(places), around, self._marks(places))


def _near(wanted: Wanted, home: Home | None, places: Iterable[PlaceFacts]) -> bool:
    if wanted.metres is None or home is None:
        return True
    return near(home.spot, (one for place in places for one in place.points), wanted.metres)
