"""What is written after each record of a CSV, as bytes that are made once and used again."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from geo.place import STATUSES
from geo.tagging.columns import Columns
from geo.tagging.records import Dialect
from geo.tagging.vector import NON_GEOGRAPHIC, OUTSIDE, TERMINATED, Found, Lookup, Positions, Single, shown

_CACHE_LIMIT = 10_000
_TO_QUOTE = re.compile('["\\r\\n]')


class Tails:
    """What is written after each record: separator, our cells, line end; as bytes, made once each."""

    def __init__(
        self, lookup: Lookup, columns: Columns, encoding: str, dialect: Dialect, line_end: bytes
    ) -> None:
        self._lookup, self._columns, self._encoding = lookup, columns, encoding
        self._separator = bytes([dialect.separator])
        self.line_end = line_end
        self._city = np.full(lookup.gazetteer.city_rows, None, dtype=object)
        self._ready = np.zeros(lookup.gazetteer.city_rows, dtype=np.bool_)
        self._single: dict[Single, bytes] = {}
        self._middles: dict[tuple[int, int], bytes] = {}
        self._authorities: dict[int, bytes] = {}
        # The last column, the row's problem, is nearly always empty.
        self._end = self._separator + line_end

    def joined(self, cells: list[str]) -> bytes:
        """Cells as CSV, each after a separator."""
        separator = self._separator
        plain = separator.decode() + separator.decode().join(cells)
        if plain.isascii() and plain.count(separator.decode()) == len(cells) and not _TO_QUOTE.search(plain):
            return plain.encode()
        return b"".join(separator + self._cell(cell) for cell in cells)

    def _cell(self, text: str) -> bytes:
        data = text.encode(self._encoding, "replace")
        if self._separator in data or b'"' in data or b"\n" in data or b"\r" in data:
            return b'"' + data.replace(b'"', b'""') + b'"'
        return data

    def of(self, found: Found) -> list[bytes]:
        """One tail for each answer."""
        city = found.status <= TERMINATED
        all_city = bool(city.all())
        rows = found.rows if all_city else np.where(city, found.rows, 0)
        new = ~self._ready[rows] & city
        if new.any():
            self._add_city(found, np.flatnonzero(new))
        tails: list[bytes] = self._city[rows].tolist()
        if all_city:
            return tails
        for status in range(OUTSIDE, len(STATUSES)):
            places = np.flatnonzero((found.status == status) & found.settled)
            if len(places):
                postcodes = shown(found.words[places])
                before = self.joined([STATUSES[status]]) + self._separator
                after = self._after(status, found.rows[places])
                for place, postcode, rest in zip(places.tolist(), postcodes, after, strict=True):
                    tails[place] = before + postcode + rest
        for place, single in found.single.items():
            if single.status > TERMINATED:
                tails[place] = self._single.get(single) or self._make_single(single)
        return tails

    def _add_city(self, found: Found, places: Positions) -> None:
        """Make the tails of city rows that come for the first time."""
        rows, first = np.unique(found.rows[places], return_index=True)
        places = places[first]
        postcodes = shown(found.words[places])
        for row, place, postcode in zip(rows.tolist(), places.tolist(), postcodes, strict=True):
            single = found.single.get(place)
            text = single.postcode if single else postcode.decode()
            cells = self._columns.cells(int(found.status[place]), row, text)
            self._city[row] = self.joined(cells) + self._end
        self._ready[rows] = True

    def _after(self, status: int, rows: NDArray[np.int32]) -> list[bytes]:
        """What stands after the postcode where there are no areas.

        That depends on the authority and the month of ending only. The two are kept apart: together they
        are too many to remember.
        """
        known = self._lookup.outside_ended if status in (OUTSIDE, NON_GEOGRAPHIC) else None
        months = [0] * len(rows) if known is None else known[rows].tolist()
        for month in set(months):
            if (status, month) not in self._middles:
                cells = self._columns.cells(status, -1, "")
                caution = self._columns.outside_caution(month)
                self._middles[status, month] = self.joined([*cells[2:-2], caution])
        if status != OUTSIDE:
            end = self._separator + self._end
            after = {month: self._middles[status, month] + end for month in set(months)}
            return [after[month] for month in months]
        authorities = self._lookup.outside_authority[rows].tolist()
        ends = self._authorities
        for authority, row in zip(authorities, rows.tolist(), strict=True):
            if authority not in ends:
                ends[authority] = self.joined([self._columns.authority(row)]) + self._end
        middles = [self._middles[status, month] for month in months]
        return [middle + ends[a] for middle, a in zip(middles, authorities, strict=True)]

    def _make_single(self, single: Single) -> bytes:
        if len(self._single) >= _CACHE_LIMIT:
            self._single.clear()
        tail = self._single[single] = self.joined(self._columns.cells(*single)) + self._end
        return tail

    def marked(self, tail: bytes, problem: str, missing: int) -> bytes:
        """A tail with the row's problem in its last cell, after `missing` empty cells."""
        return (
            self._separator * missing
            + tail[: len(tail) - len(self.line_end)]
            + self._cell(problem)
            + self.line_end
        )
