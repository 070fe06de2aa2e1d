"""What became of the rows: how many of each status, and the first rows that need somebody's eye."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.place import STATUSES
from geo.tagging.vector import Found

FIRST = 5
_SHOWN = 40
_WORDS = {
    "ok": "found",
    "terminated": "terminated",
    "outside_area": "outside Birmingham",
    "unknown": "unknown",
    "partial": "partial (outcode or sector only)",
    "malformed": "malformed or empty",
    "non_geographic": "non-geographic",
}


class Tally:
    """Counts of a run. Rows of a CSV are numbered as a spreadsheet shows them: the heading is row 1."""

    def __init__(self, heading: bool = True) -> None:
        self._heading = heading
        self.counts = [0] * len(STATUSES)
        self.first: dict[str, list[tuple[int, str]]] = {status: [] for status in STATUSES[2:]}
        self.problems = 0
        self.first_problems: list[tuple[int, str]] = []
        self.blank = 0

    @property
    def rows(self) -> int:
        """All rows that were tagged."""
        return sum(self.counts)

    def add(
        self, found: Found, kept: np.ndarray[Any, np.dtype[np.bool_]] | None, value: Any, first_row: int
    ) -> None:
        """Count a column of answers; `kept` leaves out blank lines, `value(place)` is a cell's text."""
        status = found.status if kept is None else found.status[kept]
        for number, count in enumerate(np.bincount(status, minlength=len(STATUSES)).tolist()):
            self.counts[number] += count
            first = self.first.get(STATUSES[number])
            if count and first is not None and len(first) < FIRST:
                there = found.status == number
                if kept is not None:
                    there &= kept
                for place in np.flatnonzero(there)[: FIRST - len(first)].tolist():
                    first.append((first_row + place, _shown(value(place))))

    def problem(self, row: int, what: str) -> None:
        """Count a row whose cells do not fit the heading."""
        self.problems += 1
        if len(self.first_problems) < FIRST:
            self.first_problems.append((row, what))

    def as_json(self) -> dict[str, Any]:
        """Counts and first rows, for `--json`."""
        return {
            "rows": self.rows,
            "counts": dict(zip(STATUSES, self.counts, strict=True)),
            "first": {
                status: [{"row": row, "value": value} for row, value in rows]
                for status, rows in self.first.items()
                if rows
            },
            "row_problems": {
                "count": self.problems,
                "first": [{"row": row, "problem": what} for row, what in self.first_problems],
            },
            "blank_lines": self.blank,
        }

    def lines(self) -> list[str]:
        """The closing count in words."""
        said = [f"{self.rows:,} rows tagged" + (" (the heading is row 1)" if self._heading else "")]
        for status, count in zip(STATUSES, self.counts, strict=True):
            rows = "; ".join(f"row {row} {value!r}" for row, value in self.first.get(status, []))
            more = ", first: " if count > FIRST else ": "
            said.append(f"{count:>12,}  {_WORDS[status]}" + (more + rows if rows else ""))
        if self.problems:
            rows = "; ".join(f"row {row}: {what}" for row, what in self.first_problems)
            said.append(f"{self.problems:>12,}  rows with too few or too many cells, kept and marked. {rows}")
        if self.blank:
            said.append(f"{self.blank:>12,}  blank lines, left blank")
        return said


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "..."
