"""A school as the official register has it, without any person's name."""

from __future__ import annotations

from dataclasses import dataclass, fields

BIRMINGHAM = "330"  # the Department for Education's number of the authority, not the ONS code

# Phases as the register words them, in the order that a reader looks for, with the words of our pages.
_PHASES = {
    "nursery": "Nursery schools",
    "primary": "Primary schools",
    "middle deemed primary": "Middle schools",
    "middle deemed secondary": "Middle schools",
    "all-through": "All-through schools",
    "secondary": "Secondary schools",
    "16 plus": "Schools and colleges from 16",
}
SPECIAL = "Special schools"
UNITS = "Pupil referral units and alternative provision"
INDEPENDENT = "Independent schools"
OTHER = "Other schools"
GROUPS = (*dict.fromkeys(_PHASES.values()), SPECIAL, UNITS, INDEPENDENT, OTHER)


@dataclass(frozen=True)
class School:
    """One open school. Texts are as the register has them, ages in years, "" and None where it says nothing.

    `status` is "open" or "open, proposed to close". `postcode` is shown with its space. `authority` runs the
    register's entry, which need not be where the school stands.
    """

    urn: str
    name: str
    status: str
    phase: str
    type: str
    low_age: int | None
    high_age: int | None
    postcode: str
    authority: str
    telephone: str
    website: str

    @property
    def group(self) -> str:
        """The heading it stands under: its kind where that says more than its phase, else its phase."""
        kind = self.type.lower()
        if "special" in kind:
            return SPECIAL
        if "referral" in kind or "alternative provision" in kind:
            return UNITS
        if "independent" in kind:
            return INDEPENDENT
        return _PHASES.get(self.phase.lower(), OTHER)

    @property
    def ages(self) -> str:
        """The ages it takes, in words; "" where the register does not say."""
        if self.low_age is None or self.high_age is None:
            return ""
        return f"{self.low_age} to {self.high_age}" if self.low_age < self.high_age else f"{self.low_age}"


COLUMNS = tuple(field.name for field in fields(School))
