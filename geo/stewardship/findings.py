"""What a check finds in a layer: each finding says where it is, what is wrong and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from geo.layers import Generation, Member

if TYPE_CHECKING:  # it imports numpy, which the command line must not
    from geo.stewardship.assignment import Shape

# In the order in which they are reported: what cannot be read first, then what is worst for a family.
KINDS = {
    "incomplete": "rows that are not complete",
    "unknown": "members that do not exist",
    "outside": "postcodes outside the city",
    "gap": "parts of the city in no area",
    "overlap": "members or ground in two areas",
    "duplicate": "rows given twice",
    "two_names": "codes with two names",
    "pieces": "areas in several pieces",
    "empty": "areas that hold no postcode of the city",
}


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `at` is `line 12` (of the file as an editor shows it), `feature 3` or empty.

    `postcodes` counts the city's postcodes that it affects, where that can be said.
    """

    kind: str
    at: str
    value: str
    what: str
    do: str
    postcodes: int = 0


@dataclass(frozen=True)
class Drawing:
    """A generation with what its file says, before or after it is imported.

    `rows` for members, `shapes` (EPSG:27700) for polygons. `notes` says what was mended or assumed in
    reading; `faults` what could not be read.
    """

    generation: Generation
    file: str
    rows: list[Member] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by kind in the order of `KINDS`; inside a kind as they were found."""
    rank = {kind: index for index, kind in enumerate(KINDS)}
    return sorted(findings, key=lambda finding: rank[finding.kind])


def as_json(findings: Sequence[Finding], at_most: int) -> dict[str, Any]:
    """Counts of all findings by kind, and the first `at_most` in full."""
    counts = Counter(finding.kind for finding in findings)
    return {
        "total": len(findings),
        "counts": {kind: counts[kind] for kind in KINDS if counts[kind]},
        "shown": [asdict(finding) for finding in findings[:at_most]],
    }
