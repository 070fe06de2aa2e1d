"""What became of the rows: how many of each status, and the first rows that need somebody's eye."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.place import STATUSES
from geo.tagging.vector import NEAR_AUTHORITY, SHARED_POINT, TERMINATED, Found

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

    def __init__(self, to_check: NDArray[np.uint8], heading: bool = True) -> None:
        """`to_check` has the bits `SHARED_POINT` and `NEAR_AUTHORITY` of each city row."""
        self._heading, self._to_check = heading, to_check
        self.shared_point = self.near_authority = self.cautioned = 0
        self.first_cautioned: list[tuple[int, str]] = []
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

        self._add_cautions(found, value, first_row)

    def _add_cautions(self, found: Found, value: Any, first_row: int) -> None:
        """Count the rows of the city whose areas somebody should check. A blank line is never one."""
        city = found.status <= TERMINATED
        if city.all():
            bits = self._to_check[found.rows]
        else:
            bits = self._to_check[np.where(city, found.rows, 0)] * city
        counts = np.bincount(bits, minlength=4).tolist()
        self.shared_point += counts[SHARED_POINT] + counts[SHARED_POINT | NEAR_AUTHORITY]
        self.near_authority += counts[NEAR_AUTHORITY] + counts[SHARED_POINT | NEAR_AUTHORITY]
        some = sum(counts[1:])
        self.cautioned += some
        if some and len(self.first_cautioned) < FIRST:
            for place in np.flatnonzero(bits)[: FIRST - len(self.first_cautioned)].tolist():
                self.first_cautioned.append((first_row + place, _shown(value(place))))

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
            "to_check": {
                "count": self.cautioned,
                "shared_point": self.shared_point,
                "near_authority": self.near_authority,
                "first": [{"row": row, "value": value} for row, value in self.first_cautioned],
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
        if self.cautioned:
            rows = "; ".join(f"row {row} {value!r}" for row, value in self.first_cautioned)
            said.append(
                f"{self.cautioned:>12,}  of those in Birmingham to be checked, see earlyhelp_caution "
                f"({self.shared_point:,} shared_point, {self.near_authority:,} near_authority)"
                + (", first: " if self.cautioned > FIRST else ": ")
                + rows
            )
        if self.problems:
            rows = "; ".join(f"row {row}: {what}" for row, what in self.first_problems)
            said.append(f"{self.problems:>12,}  rows with too few or too many cells, kept and marked. {rows}")
        if self.blank:
            said.append(f"{self.blank:>12,}  blank lines, left blank")
        return said


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "..."
