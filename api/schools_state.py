"""The schools as one process holds them: loaded once, and again when a list, the areas or the day change."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

from api.state import LOOK_EVERY_SECONDS, State, mark
from directory.areas import today
from directory.schools.placed import Placed, PlacedSchools, groups, school_facts
from directory.schools.register import SchoolsError, in_use
from geo.gazetteer import Gazetteer

Facts = dict[str, Any]
NONE_LOADED = (
    "No list of schools has been loaded. A data steward loads the official register with: "
    "earlyhelp school import FILE"
)


class SchoolsState:
    """The list in use over the state of the process. A list that cannot be used leaves the old one in use."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._lock = threading.Lock()
        self._looked = -LOOK_EVERY_SECONDS
        self._seen: tuple[object, ...] | None = None
        self._placed: PlacedSchools | None = None
        self.problem: str | None = None  # why there is no list, or why an older one is in use

    def current(self) -> PlacedSchools | None:
        """The schools to answer one request from; None where there is no list, and `problem` says why."""
        gazetteer, day, now = self.state.current().gazetteer, today(), time.monotonic()
        held = self._placed
        of_now = held is not None and held.gazetteer is gazetteer and held.on == day
        if of_now and now - self._looked < LOOK_EVERY_SECONDS:
            return held
        with self._lock:
            self._looked = now
            files = self._files()
            if self._seen != files:
                self._load(gazetteer, day)
                self._seen = files
            elif self._placed is not None and not of_now:
                self._placed = PlacedSchools(self._placed.register, gazetteer, day)
            return self._placed

    def _files(self) -> tuple[object, ...]:
        """What tells that another list is in use. Every import and undo writes the journal anew."""
        shipped = self.state.data / "schools"
        return (
            mark(self.state.var / "schools" / "journal.jsonl"),
            mark(shipped / "schools.csv"),
            mark(shipped / "schools.toml"),
        )

    def _load(self, gazetteer: Gazetteer, day: dt.date) -> None:
        try:
            register = in_use(self.state.data, self.state.var)
        except SchoolsError as error:
            self.problem = f"The list of schools cannot be used: {error}"
            return
        self.problem = None if register is not None else NONE_LOADED
        self._placed = None if register is None else PlacedSchools(register, gazetteer, day)


class LiveSchools:
    """Answers about schools for the pages and the API, as plain facts."""

    def __init__(self, schools: SchoolsState) -> None:
        self._schools = schools

    def about(self) -> Facts:
        """`list`: what must be said of it, None where there is none; `problem`: why."""
        placed = self._schools.current()
        return {"list": placed.register.facts() if placed else None, "problem": self._schools.problem}

    def within(self, layer: str, code: str) -> Facts:
        """The schools that stand in an area."""
        placed = self._schools.current()
        return self._told(placed.schools_in(layer, code) if placed else [])

    def named(self, words: str) -> Facts:
        """The schools with all of these words in their name."""
        placed = self._schools.current()
        return self._told(placed.named(words) if placed else [])

    def at(self, postcode: str) -> Facts:
        """The schools of a postcode of the city, and in `near` those nearest to it with their `metres`."""
        placed = self._schools.current()
        here, near = placed.at(postcode) if placed else ([], [])
        return self._told(here) | {"near": [school_facts(one) | {"metres": metres} for one, metres in near]}

    def school(self, urn: str) -> Facts | None:
        """One school by its number in the register; None where the list has none."""
        placed = self._schools.current()
        found = placed.school(urn) if placed else None
        return school_facts(found) if found else None

    def count(self, layer: str) -> dict[str, int]:
        """How many schools stand in each area of a layer."""
        placed = self._schools.current()
        found: dict[str, int] = {}
        for one in placed.all if placed else ():
            if layer in one.areas:
                found[one.areas[layer]["code"]] = found.get(one.areas[layer]["code"], 0) + 1
        return found

    def all(self) -> Facts:
        """Every school."""
        placed = self._schools.current()
        return self._told(placed.all if placed else [])

    def _told(self, schools: list[Placed]) -> Facts:
        return self.about() | {
            "count": len(schools),
            "groups": [
                {"title": title, "schools": [school_facts(one) for one in listed]}
                for title, listed in groups(schools)
            ],
        }
