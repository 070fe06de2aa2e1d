"""Finding records and cells in blocks of CSV bytes, without decoding or copying them.

The reading is that of Python's csv module: a quote counts only at the beginning of a value, a doubled one
inside a quoted value stands for itself, and anything may lie between quotes, line ends too. One line end
holds for a file, LF (a CR before it belongs to it) or the lone CR of old Macintosh files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.tagging.vector import MARGIN, Positions

QUOTE, CR, LF = 34, 13, 10
# A record longer than this is a file of another kind, or a quote that nobody closed.
LONGEST_RECORD: Final = 4 << 20


@dataclass(frozen=True)
class Dialect:
    """The bytes that end a value and a record."""

    separator: int
    line_end: int

    @cached_property
    def value(self) -> re.Pattern[bytes]:
        """One value and the byte that ends it; matches only what is complete."""
        stop = re.escape(bytes([self.separator, self.line_end]))
        return re.compile(rb'(?:"(?:[^"]|"")*+"[^%b]*+|(?!")[^%b]*+)[%b]' % (stop, stop, stop), re.DOTALL)


@dataclass(frozen=True)
class Records:
    """Complete records of a block: places are indexes into `data`.

    `starts` and `ends` bound each record without its line end; `nexts` is where the following one begins.
    `stops` are the places that end each value, all records after one another; those of record `i` are
    `stops[firsts[i] : firsts[i] + counts[i]]`.
    """

    data: bytes
    starts: Positions
    ends: Positions
    nexts: Positions
    stops: Positions
    firsts: Positions
    counts: Positions

    def __len__(self) -> int:
        return len(self.starts)

    def column(self, index: int) -> tuple[Positions, Positions]:
        """Where each record's value number `index` (from 0) begins and ends; an empty one if it has none."""
        there = self.counts > index
        at = np.minimum(index, self.counts - 1) + self.firsts
        ends = np.minimum(self.stops[at], self.ends)
        starts = self.starts if index == 0 else self.stops[np.maximum(at - 1, 0)] + 1
        if not there.all():
            starts, ends = np.where(there, starts, self.ends), np.where(there, ends, self.ends)
        return starts, ends


def split(data: bytes, dialect: Dialect) -> Records:
    """The complete records of `data` after its margin of `MARGIN` line ends.

    What follows the last of them, from `nexts[-1]`, is the beginning of a record still to be read.
    """
    octets = np.frombuffer(data, dtype=np.uint8)
    body = octets[MARGIN:]
    special = (body == dialect.separator) | (body == dialect.line_end)
    quoted = data.find(b'"', MARGIN) >= 0
    if quoted:
        special |= body == QUOTE
    places = np.flatnonzero(special) + MARGIN
    sorts = octets[places]
    if quoted:
        quotes = sorts == QUOTE
        if _regular(octets, places[quotes], dialect):
            outside = np.cumsum(quotes, dtype=np.uint8) & 1 == 0
            kept = outside & ~quotes
            places, sorts = places[kept], sorts[kept]
        else:
            places = _stops(data, dialect)
            sorts = octets[places]
    line_ends = np.flatnonzero(sorts == dialect.line_end)
    nexts = places[line_ends] + 1
    starts = np.concatenate([[MARGIN], nexts[:-1]]) if len(nexts) else nexts
    firsts = np.concatenate([[0], line_ends[:-1] + 1]) if len(nexts) else line_ends
    ends = nexts - 1
    if dialect.line_end == LF:
        ends = ends - (octets[ends - 1] == CR)
    return Records(data, starts, ends, nexts, places, firsts, line_ends - firsts + 1)


def _regular(octets: NDArray[np.uint8], quotes: Positions, dialect: Dialect) -> bool:
    """Whether every second quote opens a value, or follows the one before and doubles it.

    Then the number of quotes before a place tells whether it lies between quotes.
    """
    before = octets[quotes[0::2] - 1]
    return bool(((before == dialect.separator) | (before == dialect.line_end) | (before == QUOTE)).all())


def _stops(data: bytes, dialect: Dialect) -> Positions:
    """Where each complete value ends, value by value: for blocks with quotes in the midst of values."""
    found = []
    at = MARGIN
    match = dialect.value.match
    while value := match(data, at):
        at = value.end()
        found.append(at - 1)
    return np.array(found, dtype=np.int64)


def unquoted(cell: bytes) -> bytes:
    """The value of a cell: its quotes taken off, doubled ones undone."""
    if not cell.startswith(b'"'):
        return cell
    match = re.match(rb'"((?:[^"]|"")*+)"?(.*)', cell, re.DOTALL)
    return match[1].replace(b'""', b'"') + match[2] if match else cell
