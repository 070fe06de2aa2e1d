"""What a refused change would break, told so that a person can look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PROPERTIES: Mapping[str, str] = {
    "front door": "At every quarter-hour CASS or the Emergency Duty Team answers.",
    "home": "For every home, somebody accountable or sourced answers at every quarter-hour.",
    "contact": "Every team that answers for an area has a contact.",
    "outcome": "Every outcome of the questionnaire has somebody it names who answers, everywhere, always.",
    "team": "Every home has a team of each layer that an outcome of the questionnaire calls.",
    "questionnaire": "A questionnaire's proof holds.",
    "services": "Every outcome and route that looks for services finds one in each district.",
    "number": "The listing of a front-door line is published, with the number of the contact files.",
}
"""What must stay true, by name. A change is refused by what it makes worse, not by what was so before."""


@dataclass(frozen=True)
class Witness:
    """One thing that would be so after a change and was not before: which property it breaks, and where.

    `said` tells it and `fix` what to do first; `facts` tell it to a program.
    """

    breaks: str
    said: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    fix: str = ""

    @property
    def sentence(self) -> str:
        """What would be so, and what to do about it."""
        return f"{self.said} {self.fix}".rstrip()

    def as_json(self) -> dict[str, Any]:
        """The witness as plain values."""
        return {"property": self.breaks, "rule": PROPERTIES[self.breaks], "witness": self.sentence} | dict(
            self.facts
        )
