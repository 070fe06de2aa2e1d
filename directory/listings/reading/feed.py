"""What comes out of reading a feed: candidate records, and everything that was found wrong on the way."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from directory.listings.cleaning import printable
from directory.store.standard import Content, RecordKind

Severity = Literal["fault", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("fault", "warning", "note")

# What can be found, in plain words. A fault keeps its record out; a warning was mended or wants a look; a
# note was mended without loss.
KINDS = {
    "unreadable": "parts that could not be read",
    "missing": "members that are required and missing",
    "type": "values of the wrong kind",
    "choice": "values that are none of the choices",
    "reference": "references to something that is not there",
    "date": "dates",
    "time": "times",
    "age": "ages",
    "link": "web addresses",
    "email": "e-mail addresses",
    "phone": "telephone numbers",
    "postcode": "postcodes",
    "position": "positions on the map",
    "area": "areas served",
    "need": "needs",
    "sample": "invented entries that could be taken for real ones",
    "long": "texts that are too long",
    "repeated": "entries given more than once",
    "stand_in": "missing members for which another stands in",
    "markup": "texts with HTML in them",
    "hidden": "texts with hidden characters in them",
    "sentinel": "values that stand for nothing",
    "converted": "values written in another way",
    "unknown": "members or columns that are not used",
    "encoding": "files in another encoding",
}
MOST_KEPT = 20_000  # findings kept in full; beyond that they are only counted


class FeedError(Exception):
    """A feed cannot be used as a whole; the message says which file or address, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `place` is a file with its line, or a JSON path; `record` the id it belongs to."""

    severity: Severity
    kind: str
    place: str
    member: str
    value: str
    message: str
    fix: str
    record: str = ""


class Findings:
    """Everything found in one run: counted without end, kept in full up to `MOST_KEPT`."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.faulty: set[str] = set()

    def add(
        self,
        severity: Severity,
        kind: str,
        place: str,
        message: str,
        fix: str = "",
        *,
        member: str = "",
        value: object = "",
        record: str = "",
    ) -> None:
        """Take down one finding. `value` is shortened; control characters in it are shown as escapes."""
        self.counts[severity, kind] += 1
        if severity == "fault" and record:
            self.faulty.add(record)
        if len(self.kept) < MOST_KEPT or (severity == "fault" and len(self.kept) < 2 * MOST_KEPT):
            shown = "" if value is None else shortened(value)
            self.kept.append(
                Finding(severity, kind, printable(place), printable(member), shown, message, fix, record)
            )

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take down findings that were made elsewhere."""
        for one in findings:
            self.counts[one.severity, one.kind] += 1
            if one.severity == "fault" and one.record:
                self.faulty.add(one.record)
            if len(self.kept) < MOST_KEPT or (one.severity == "fault" and len(self.kept) < 2 * MOST_KEPT):
                self.kept.append(one)

    def total(self, severity: Severity) -> int:
        """How many findings of that severity there are."""
        return sum(count for (of, _kind), count in self.counts.items() if of == severity)

    def ordered(self) -> list[Finding]:
        """Faults first, then warnings, then notes; within each in the order of reading."""
        return sorted(self.kept, key=lambda one: SEVERITIES.index(one.severity))

    def as_json(self, at_most: int) -> dict[str, Any]:
        """Counts of everything by severity and kind, and the first `at_most` in full."""
        order = list(KINDS)
        counts = sorted(self.counts.items(), key=lambda item: order.index(item[0][1]))
        return {
            "faults": self.total("fault"),
            "warnings": self.total("warning"),
            "notes": self.total("note"),
            "counts": {
                severity: {kind: count for (of, kind), count in counts if of == severity}
                for severity in SEVERITIES
            },
            "shown": [dataclasses.asdict(one) for one in self.ordered()[:at_most]],
        }


def shortened(value: object, length: int = 60) -> str:
    """A value as it can be shown on one line of a terminal."""
    text = value if isinstance(value, str) else repr(value)
    text = printable(text[: length * 2])
    return text if len(text) <= length else text[: length - 1] + "…"


@dataclass(slots=True)
class Candidate:
    """One record as a feed has it, in our canonical form (`directory.store.standard`).

    `places` maps the start of a path in `content` (such as `$.phones[0]`) to the place in the feed where it
    stands, for what does not lie below `place` in the same way.
    """

    kind: RecordKind
    id: str
    foreign_id: str
    content: Content
    place: str
    raw: bytes = b""
    places: dict[str, str] = field(default_factory=dict)

    def where(self, path: str) -> str:
        """The place in the feed of a path in `content`."""
        known = path
        while known and known not in self.places:
            cut = max(known.rfind("."), known.rfind("["))
            known = known[:cut] if cut > 0 else ""
        if known:
            rest = path[len(known) :]
            there = self.places[known]
            return f"{there}{rest}" if "$" in there else there
        return f"{self.place}{path[1:]}" if "$" in self.place else self.place


@dataclass(slots=True)
class Feed:
    """A feed that has been read.

    `covers` names the kinds of record that it claims to hold in full: only of those is a missing one gone.
    `sheet` holds the cells of each row by service id where the feed is our own template: a sheet says
    nothing about what it has no column for.
    """

    where: str
    format: str
    candidates: list[Candidate] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    covers: frozenset[RecordKind] = frozenset()
    sheet: Mapping[str, Mapping[str, str]] | None = None

    def of(self, kind: RecordKind) -> list[Candidate]:
        """The candidates of one kind."""
        return [one for one in self.candidates if one.kind == kind]
