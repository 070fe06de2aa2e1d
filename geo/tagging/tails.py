"""What is written after each record of a CSV, as bytes that are made once and used again."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from geo.place import STATUSES
from geo.tagging.columns import Columns
from geo.tagging.records import Dialect
from geo.tagging.vector import OUTSIDE, TERMINATED, Found, Lookup, Positions, Single, shown

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
        self._around: dict[int, tuple[bytes, bytes]] = {}
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
                around = (
                    self._around_outside(found.rows[places])
                    if status == OUTSIDE
                    else [self._wrapped(status, -1)] * len(places)
                )
                for place, postcode, (before, after) in zip(places.tolist(), postcodes, around, strict=True):
                    tails[place] = before + postcode + after
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

    def _around_outside(self, rows: NDArray[np.int32]) -> list[tuple[bytes, bytes]]:
        """What stands before and after the postcode, for outside rows: it depends on the authority only."""
        authorities = self._lookup.outside_authority[rows].tolist()
        known = self._around
        for authority, row in zip(authorities, rows.tolist(), strict=True):
            if authority not in known:
                known[authority] = self._wrapped(OUTSIDE, row)
        return [known[authority] for authority in authorities]

    def _wrapped(self, status: int, row: int) -> tuple[bytes, bytes]:
        """What stands before and after the postcode in a tail."""
        cells = self._columns.cells(status, row, "")
        return self.joined(cells[:1]) + self._separator, self.joined(cells[2:]) + self._end

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
