"""The gazetteer: every postcode's place on each of the city's maps, compiled to one mapped file.

All processes share one copy in memory. A lookup needs neither numpy nor any geometry library: one bit
says whether a postcode exists, and the number of bits before it is its row (see `PostcodeIndex`).
Positions are metres on the British National Grid (EPSG:27700) and millionths of a degree (WGS 84).
"""

from __future__ import annotations

import bisect
import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from geo.postcode import UNIT_LETTERS
from geo.sections import Sections, SectionsError, SectionsMissing

NONE = 0xFFFF
NEAR_METRES = 50
NEAR_AUTHORITY_METRES = 75
CITY = "E08000025"
NEAREST_METRES = 500
# Cells of the grid over points: about 557 m of latitude by 542 m of longitude at Birmingham's latitude.
CELL_LAT, CELL_LON = 5000, 8000
METRES_A_LAT, METRES_A_LON = 0.111263, 0.067966  # a millionth of a degree at 52.48 N
OUTSIDE_ROW = 1 << 31
SLOTS = 4000  # incodes an outcode can have: 10 digits x 20 letters x 20 letters
# A point that this many of the city's postcodes share is a sorting office or the like, where retired and
# large-user codes are parked (22,770 of the 24,401 points have one postcode, 24,324 fewer than ten).
PARKED_AT = 10

# The slot of every incode, such as `2TT`.
_SLOT = {
    f"{digit}{pair}": slot
    for slot, (digit, pair) in enumerate(product(range(10), map("".join, product(UNIT_LETTERS, repeat=2))))
}


class GazetteerError(Exception):
    """The gazetteer cannot be used; the message says why and what to do."""


class GazetteerMissing(GazetteerError):
    """It has not been built yet."""


class GazetteerDamaged(GazetteerError):
    """It is only partly written, damaged, or of another version."""


class Near(NamedTuple):
    """Another area of a generation within 50 metres of a postcode's point."""

    generation: int
    area: int
    metres: int


def holds_on(generation: Mapping[str, Any], on: dt.date) -> bool:
    """Whether a generation, as the gazetteer describes it, holds on a day; both its dates are included."""
    day, end = on.isoformat(), generation["valid_to"]
    return bool(generation["valid_from"] <= day and (end is None or day <= end))


class PostcodeIndex:
    """Which postcodes exist, one bit each, and their rows.

    Bit `outcode x 4000 + slot of the incode` is set when the postcode is in the source; its row is the
    number of bits set before it (`rank` holds the count before each 64-bit word). Rows are therefore in
    the order of outcode, sector and unit, and those of one sector stand together.
    """

    __slots__ = ("_bits", "_names", "_rank", "outcodes", "rows")

    def __init__(self, outcodes: list[str], bits: memoryview, rank: memoryview, rows: int) -> None:
        self.outcodes = {outcode: index * SLOTS for index, outcode in enumerate(outcodes)}
        self._bits, self._rank, self.rows = bits, rank, rows
        self._names: list[str] | None = None

    def row(self, canonical: str) -> int:
        """The row of a canonical postcode such as `B152TT`, or -1. Any string may be asked."""
        start = self.outcodes.get(canonical[:-3])
        slot = _SLOT.get(canonical[-3:])
        if start is None or slot is None:
            return -1
        bit = start + slot
        word: int = self._bits[bit >> 6]
        mask = 1 << (bit & 63)
        if not word & mask:
            return -1
        row: int = self._rank[bit >> 6] + (word & (mask - 1)).bit_count()
        return row

    def _before(self, bit: int) -> int:
        if bit >> 6 >= len(self._bits):
            return self.rows
        count: int = self._rank[bit >> 6] + (self._bits[bit >> 6] & ((1 << (bit & 63)) - 1)).bit_count()
        return count

    def rows_of(self, outcode: str, digit: str | None = None) -> range:
        """The rows of an outcode, or of one of its sectors."""
        start = self.outcodes.get(outcode)
        if start is None:
            return range(0)
        if digit is None:
            return range(self._before(start), self._before(start + SLOTS))
        start += int(digit) * 400
        return range(self._before(start), self._before(start + 400))

    def postcodes(self) -> Iterator[str]:
        """Every postcode, shown with its space, in the order of rows."""
        for outcode, start in self.outcodes.items():
            for bit in range(start, start + SLOTS):
                if self._bits[bit >> 6] >> (bit & 63) & 1:
                    yield f"{outcode} {_incode(bit - start)}"

    def postcode(self, row: int) -> str:
        """The postcode of a row, shown with its space, found by bisection: some microseconds."""
        low, high = 0, len(self.outcodes) * SLOTS
        while high - low > 1:  # the last bit with no more than `row` bits before it is the row's own
            middle = (low + high) // 2
            if self._before(middle) <= row:
                low = middle
            else:
                high = middle
        if self._names is None:
            self._names = list(self.outcodes)
        return f"{self._names[low // SLOTS]} {_incode(low % SLOTS)}"


def _incode(slot: int) -> str:
    return f"{slot // 400}{UNIT_LETTERS[slot // 20 % 20]}{UNIT_LETTERS[slot % 20]}"


class Gazetteer:
    """The open gazetteer. City rows (0 to `city_rows` - 1) have areas; outside rows an authority only."""

    def __init__(self, sections: Sections) -> None:
        self.sections = sections
        self.meta: dict[str, Any] = sections.meta
        self.release: str = self.meta["release"]
        self.generations: list[dict[str, Any]] = self.meta["generations"]
        self.authorities: list[list[str]] = self.meta["authorities"]
        view = sections.view
        self.city = PostcodeIndex(
            self.meta["city_outcodes"], view("city_bits"), view("city_rank"), self.meta["city_rows"]
        )
        self.outside = PostcodeIndex(
            self.meta["outside_outcodes"],
            view("outside_bits"),
            view("outside_rank"),
            self.meta["outside_rows"],
        )
        self.city_rows: int = self.meta["city_rows"]
        self.easting, self.northing = view("easting"), view("northing")
        self.lat, self.lon = view("lat"), view("lon")
        self.shared_by = view("shared_by")
        self.outside_authority = view("outside_authority")
        self.ended = view("ended") if "ended" in sections else None
        self.outside_ended = view("outside_ended") if "outside_ended" in sections else None
        self.columns = [view(f"area_{index}") for index in range(len(self.generations))]
        self._near_at, self._near = view("near_at"), view("near")
        self._near_authority = view("near_authority")
        self._point_cells, self._point_starts = view("point_cells"), view("point_starts")
        self._point_lat, self._point_lon, self._point_row = (
            view("point_lat"),
            view("point_lon"),
            view("point_row"),
        )
        self.derived = frozenset(self.meta["derived_rows"])

    @classmethod
    def open(cls, path: Path, *, verify: bool = True) -> Gazetteer:
        """Map the gazetteer at `path`.

        Raises `GazetteerMissing` or `GazetteerDamaged`; both say to run `earlyhelp geo build`.
        """
        try:
            sections = Sections(path, verify=verify)
            return cls(sections)
        except SectionsMissing as error:
            raise GazetteerMissing(f"{error}. Run: earlyhelp geo build") from None
        except SectionsError as error:
            raise GazetteerDamaged(f"{error}. Run: earlyhelp geo build") from None
        except (KeyError, TypeError) as error:
            raise GazetteerDamaged(
                f"{path} was built by another version ({error}). Run: earlyhelp geo build"
            ) from None

    def known(self, canonical: str) -> bool:
        """Whether any source has this canonical postcode."""
        return self.city.row(canonical) >= 0 or self.outside.row(canonical) >= 0

    def near(self, row: int) -> list[Near]:
        """Other areas within 50 m of a city row's point, by generation, nearest first."""
        return [Near(v >> 24, v & 0xFFFF, v >> 16 & 0xFF) for v in self.near_packed(row)]

    def near_packed(self, row: int) -> list[int]:
        """The same as `near`, each as it is stored: generation << 24 | metres << 16 | area."""
        begin, end = self._near_at[row], self._near_at[row + 1]
        return self._near[begin:end].tolist() if end > begin else []

    def near_authority(self, row: int) -> tuple[int, int] | None:
        """The nearest other authority with a postcode within 75 m: (index into authorities, metres)."""
        value = self._near_authority[row]
        return (value & 0xFFFF, value >> 16) if value else None

    def in_force(self, on: dt.date) -> list[int]:
        """The generation that answers for each layer on a date, as indexes into `generations`.

        For a team layer: the one in force, or none (nobody is named for a day outside a team's
        validity). For a reference layer with none in force: the one nearest in time, so that an old
        ward is still told; answers mark it `in_force: false`.
        """
        day = on.isoformat()
        best: dict[str, tuple[int, int]] = {}
        for index, generation in enumerate(self.generations):
            if holds_on(generation, on):
                distance = -1
            elif generation["kind"] == "team":
                continue
            else:
                start = generation["valid_from"]
                edge = start if day < start else generation["valid_to"]
                distance = abs((dt.date.fromisoformat(edge) - on).days)
            layer = generation["layer"]
            if layer not in best or distance < best[layer][0]:
                best[layer] = (distance, index)
        return [index for _distance, index in best.values()]

    def shares(self, column: memoryview, rows: range) -> list[tuple[int, int]]:
        """How often each value of a column stands in some rows: (value, count), commonest first."""
        counts = Counter(column[rows.start : rows.stop].tolist())
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    def nearest(self, lat: float, lon: float) -> tuple[str, float, bool] | None:
        """The nearest postcode within 500 m of a place: (shown postcode, metres, whether in the city).

        `lat` and `lon` are WGS 84 degrees. Distances are on a plane tangent at Birmingham, good to a metre
        in 500. Where several postcodes share the point the first in order is given.
        """
        here_lat, here_lon = round(lat * 1e6), round(lon * 1e6)
        best: tuple[float, int] | None = None
        for cell_lat in range(here_lat // CELL_LAT - 1, here_lat // CELL_LAT + 2):
            for cell_lon in range(here_lon // CELL_LON - 1, here_lon // CELL_LON + 2):
                key = cell_key(cell_lat, cell_lon)
                at = bisect.bisect_left(self._point_cells, key)
                if at == len(self._point_cells) or self._point_cells[at] != key:
                    continue
                for point in range(self._point_starts[at], self._point_starts[at + 1]):
                    north = (self._point_lat[point] - here_lat) * METRES_A_LAT
                    east = (self._point_lon[point] - here_lon) * METRES_A_LON
                    metres = math.hypot(north, east)
                    if metres <= NEAREST_METRES and (best is None or metres < best[0]):
                        best = (metres, self._point_row[point])
        if best is None:
            return None
        metres, row = best
        if row & OUTSIDE_ROW:
            return self.outside.postcode(row & ~OUTSIDE_ROW), metres, False
        return self.city.postcode(row), metres, True


def cell_key(cell_lat: Any, cell_lon: Any) -> Any:
    """The number of a cell of the grid over points, as stored; of whole numbers or arrays of them."""
    return (cell_lat + 18000 << 16) + cell_lon + 22500
