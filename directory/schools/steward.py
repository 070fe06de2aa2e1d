"""What a steward does with lists of schools: look at an import before it is made, check the list in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directory.schools.difference import Difference, difference
from directory.schools.placed import PlacedSchools
from directory.schools.reading import ReadList, edition_of, read_list
from directory.schools.register import GIAS, OGL, Register, in_use
from directory.schools.school import BIRMINGHAM
from geo.gazetteer import Gazetteer
from geo.stewardship.journal import RefusedError

STALE_DAYS = 183  # the register changes every day, most in September; half a year misses a whole autumn
UNSAID = "A table kept by data stewards. It does not say whether it has every school of the city."
FEWEST_LEFT = 0.9  # of the schools in use; about one school in fifty closes or converts in a year


@dataclass(frozen=True)
class Proposal:
    """A list that could be taken into use, compared with the one that is."""

    read: ReadList
    register: Register
    difference: Difference

    def facts(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "file": self.read.file,
            "rows": self.read.rows,
            "list": self.register.facts(),
            "not_open": len(self.read.not_open),
            "left_out": dict(self.read.left_out),
            "notes": [str(note) for note in self.read.notes],
            "difference": self.difference.facts(),
        }


def propose(
    path: Path,
    data: Path,
    var: Path,
    today: dt.date,
    *,
    also: Sequence[str] = (),
    edition: str = "",
    partial: str = "",
    complete: bool = False,
    fewer: bool = False,
) -> Proposal:
    """Read a file and say what it would change.

    `also` are further authorities by the department's numbers. `partial` says what is missing from a list
    that is known not to be complete; a table that is not the register's own is complete only where `complete`
    says so. `fewer` lets a list through that loses more than a tenth of the schools in use.
    Raises `RefusedError` for a file that cannot be used and `SchoolsError` for a damaged installation.
    """
    read = read_list(path, (BIRMINGHAM, *also))
    if read.problems:
        told = "\n".join(map(str, read.problems))
        raise RefusedError(told)
    if not read.schools:
        raise RefusedError(
            f"{path.name}: no open school of Birmingham (LA {BIRMINGHAM}) in {read.rows:,} rows. "
            "Download “all establishment data” of the register."
        )
    day = edition or edition_of(path)
    if not day:
        raise RefusedError("Say of which day the list is with --edition, such as --edition 2026-11-30.")
    if day > today.isoformat():
        raise RefusedError(f"The list is of {day}, which is yet to come. Check the name of the file.")
    present = in_use(data, var)
    if present is not None:
        if day < present.edition:
            raise RefusedError(
                f"The list is of {day}, older than the one in use ({present.edition}). "
                "To go back to a list that was in use, see: earlyhelp school undo"
            )
        left = len(read.schools)
        if left < FEWEST_LEFT * len(present.schools) and not fewer:
            raise RefusedError(
                f"The list has {left} open schools and the one in use {len(present.schools)}. "
                "It may be cut off. If it is right, say so with --fewer."
            )
    register = Register(
        id="",
        source=GIAS
        if read.register
        else f"A table kept by data stewards, in the form of the register: {GIAS}",
        licence=OGL,
        edition=day,
        about=False,
        complete=(read.register or complete) and not partial,
        note=partial or ("" if read.register or complete else UNSAID),
        schools=tuple(read.schools),
    )
    before = present.schools if present is not None else ()
    return Proposal(read, register, difference(before, register.schools, read.not_open))


def check(register: Register, gazetteer: Gazetteer, today: dt.date) -> dict[str, Any]:
    """How a list stands: how many postcodes are known, how old it is, what is to be looked at."""
    placed = PlacedSchools(register, gazetteer, today)
    known = sum(1 for one in placed.all if one.place.city)
    findings: list[str] = []
    for one in placed.without_area:
        name = f"{one.school.name} ({one.school.urn}), {one.school.postcode or 'no postcode'}"
        if one.elsewhere:
            findings.append(f"{name}: stands in {one.elsewhere}, so it is in no area's list.")
        else:
            findings.append(
                f"{name}: the postcode is not one that we know. Look the school up in the register, "
                "and build from a newer postcode directory if it is right."
            )
    for one in placed.all:
        if one.place.ended:
            findings.append(
                f"{one.school.name} ({one.school.urn}): {one.school.postcode} is no longer in use."
            )
    if not register.complete:
        findings.append(f"The list is not complete. {register.note}")
    if (days := age_in_days(register, today)) > STALE_DAYS:
        findings.append(
            f"The list is of {register.edition}, {days} days ago. Download the register again and run: "
            "earlyhelp school import FILE"
        )
    return {
        "list": register.facts(),
        "schools": len(placed.all),
        "postcodes_in_the_city": known,
        "postcodes_elsewhere": sum(1 for one in placed.all if one.elsewhere),
        "postcodes_not_known": sum(1 for one in placed.without_area if not one.elsewhere),
        "findings": findings,
    }


def age_in_days(register: Register, today: dt.date) -> int:
    """How old a list is at least, in days: of a month, from its last day."""
    year, month, *day = map(int, register.edition.split("-"))
    first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
    of = dt.date(year, month, day[0]) if day else first_of_next - dt.timedelta(days=1)
    return (today - of).days
