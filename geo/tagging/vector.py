"""Many postcodes at once, straight from the bytes of a file, with the answers of a single lookup.

Nearly every cell of a real file is a known postcode in one of the usual spellings: any case, with up to
two spaces or hyphens before the last three characters, perhaps in quotes or among blanks. Those are
found by arithmetic on whole columns of 64-bit words. Every other cell goes through the single lookup of
`geo.place`, so that both ways agree for any string.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.gazetteer import NONE, PARKED_AT, SLOTS, Gazetteer, PostcodeIndex
from geo.place import STATUSES, locate
from geo.postcode import UNIT_LETTERS, non_geographic, show

Words = NDArray[np.uint64]
Positions = NDArray[np.int64]

OK, TERMINATED, OUTSIDE, UNKNOWN, PARTIAL, MALFORMED, NON_GEOGRAPHIC = range(7)
# The status, for a moment, of a cell that the arithmetic did not settle: the single lookup decides.
UNSETTLED = 255
# How many bytes must lie before the first cell: a word is read backwards from a cell's end.
MARGIN = 8
LONGEST_KEPT = 64
_CACHE_LIMIT = 20_000
_STEP = 1 << 14

# Bits of `Lookup.to_check`.
SHARED_POINT, NEAR_AUTHORITY = 1, 2
# What begins so is a code of the health service for no fixed abode, abroad or not known, whatever follows:
# the single lookup alone decides what it is.
_NO_PLACE = "ZZ99"

_KEEP = np.array([0] + [(2 ** (8 * n) - 1) << (64 - 8 * n) for n in range(1, 9)], dtype=np.uint64)
_SPACE, _HYPHEN, _QUOTE = 32, 45, 34


class Single(NamedTuple):
    """What the single lookup said of one spelling.

    `row` is a city row, an outside row or -1; `postcode` is a full postcode as it is shown, else empty.
    """

    status: int
    row: int
    postcode: str


class Found(NamedTuple):
    """The answers for a column of cells.

    `rows` are city rows where `status` is ok or terminated, outside rows for others that the gazetteer
    holds, else -1. `words` are the packed postcodes of the cells that arithmetic `settled`; `single` has
    the others by their place in the column.
    """

    rows: NDArray[np.int32]
    status: NDArray[np.uint8]
    words: Words
    settled: NDArray[np.bool_]
    single: dict[int, Single]


class _Index:
    """One postcode index as numpy arrays; bit `nowhere` and the 4,000 after it are never set."""

    def __init__(self, index: PostcodeIndex, bits: memoryview, rank: memoryview) -> None:
        empty = np.zeros(SLOTS // 64 + 1, dtype=np.uint64)
        self.bits = np.concatenate([np.frombuffer(bits, dtype=np.uint64), empty])
        self.rank = np.concatenate([np.frombuffer(rank, dtype=np.uint32), empty]).astype(np.int32)
        self.nowhere = len(bits) * 64
        self.starts = index.outcodes

    def rows(self, bit: Positions) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        place = bit >> 6
        word = self.bits[place]
        shift = (bit & 63).astype(np.uint64)
        present = (word >> shift & np.uint64(1)).astype(np.bool_)
        before = np.bitwise_count(word & ((np.uint64(1) << shift) - np.uint64(1)))
        return self.rank[place] + before, present


class Lookup:
    """The gazetteer prepared for columns of postcodes. About 1 MB above the gazetteer itself."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        view = gazetteer.sections.view
        self._city = _Index(gazetteer.city, view("city_bits"), view("city_rank"))
        self._outside = _Index(gazetteer.outside, view("outside_bits"), view("outside_rank"))
        self.city_status = np.full(gazetteer.city_rows, OK, dtype=np.uint8)
        if gazetteer.ended is not None:
            self.city_status[np.frombuffer(gazetteer.ended, dtype=np.uint32) != 0] = TERMINATED
        self.outside_authority = np.frombuffer(gazetteer.outside_authority, dtype=np.uint16)
        self.outside_ended = (
            None
            if gazetteer.outside_ended is None
            else np.frombuffer(gazetteer.outside_ended, dtype=np.uint32)
        )
        # For each city row, what a person should check before trusting its areas.
        shared = np.frombuffer(gazetteer.shared_by, dtype=np.uint16) >= PARKED_AT
        beside = np.frombuffer(view("near_authority"), dtype=np.uint32) != 0
        self.to_check = (shared * SHARED_POINT + beside * NEAR_AUTHORITY).astype(np.uint8)
        self._tables()
        self._cache: dict[str, Single] = {}

    def _tables(self) -> None:
        """Tables from an outcode's two halves, and from a unit's two letters, in either case."""
        outcodes = [
            outcode
            for outcode in {**self._city.starts, **self._outside.starts}
            if not non_geographic(outcode) and outcode != _NO_PLACE
        ]
        halves: tuple[dict[bytes, int], dict[bytes, int]] = ({}, {})
        pairs = []
        for outcode in outcodes:
            whole = outcode.encode().rjust(4, b"\0")
            pairs.append(
                (
                    halves[0].setdefault(whole[:2], len(halves[0]) + 1),
                    halves[1].setdefault(whole[2:], len(halves[1]) + 1),
                )
            )
        self._width = len(halves[1]) + 1
        size = (len(halves[0]) + 1) * self._width
        self._city_start = np.full(size, self._city.nowhere, dtype=np.int64)
        self._outside_start = np.full(size, self._outside.nowhere, dtype=np.int64)
        self._outcode_known = np.zeros(size, dtype=np.bool_)
        for outcode, (first, last) in zip(outcodes, pairs, strict=True):
            slot = first * self._width + last
            self._outcode_known[slot] = True
            self._city_start[slot] = self._city.starts.get(outcode, self._city.nowhere)
            self._outside_start[slot] = self._outside.starts.get(outcode, self._outside.nowhere)
        self._first = np.zeros(1 << 16, dtype=np.uint16)
        self._last = np.zeros(1 << 16, dtype=np.uint16)
        for table, half in ((self._first, halves[0]), (self._last, halves[1])):
            for text, number in half.items():
                for spelling in _either_case(text):
                    table[spelling] = number
        self._unit = np.full(1 << 16, 400, dtype=np.uint16)
        for number, (a, b) in enumerate(product(UNIT_LETTERS, repeat=2)):
            for spelling in _either_case((a + b).encode()):
                self._unit[spelling] = number

    def packed(self, words: Words) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Rows and statuses of postcodes packed in 64-bit words.

        A word is the postcode's ASCII letters and digits, without its space and in either case, right-aligned
        after zero bytes (little-endian: the last letter is the highest byte). The status is `UNSETTLED` for
        what is not a postcode of a known outcode.
        """
        octets = words.view(np.uint8).reshape(-1, 8)
        pairs = words.view(np.uint16).reshape(-1, 4)
        out = (words >> np.uint64(8)).astype(np.uint32).view(np.uint16).reshape(-1, 2)
        slot = self._first[out[:, 0]].astype(np.int64) * self._width + self._last[out[:, 1]]
        digit = octets[:, 5] - np.uint8(48)
        unit = self._unit[pairs[:, 3]]
        settled = self._outcode_known[slot] & (digit < 10) & (unit < 400) & (octets[:, 0] == 0)
        within = np.where(settled, digit * np.int64(400) + unit, 0)
        rows, present = self._city.rows(self._city_start[slot] + within)
        present &= settled
        if present.all():
            return rows, self.city_status[rows]
        rows[~present] = 0
        status = self.city_status[rows]
        others = np.flatnonzero(~present)
        rows[others] = -1
        status[others] = np.where(settled[others], UNKNOWN, UNSETTLED)
        elsewhere, there = self._outside.rows((self._outside_start[slot] + within)[others])
        there &= settled[others]
        found = elsewhere[there]
        rows[others[there]] = found
        status[others[there]] = np.where(self.outside_authority[found] == NONE, NON_GEOGRAPHIC, OUTSIDE)
        return rows, status

    def cells(self, data: bytes, starts: Positions, ends: Positions, decode: Callable[[bytes], str]) -> Found:
        """The answers for the cells `data[starts[i]:ends[i]]`, with or without CSV quotes around them.

        At least `MARGIN` bytes must lie before the first cell. `decode` turns a cell's bytes into text;
        it is called only for the spellings that the arithmetic does not settle.
        """
        count = len(starts)
        rows = np.empty(count, dtype=np.int32)
        status = np.empty(count, dtype=np.uint8)
        words = np.empty(count, dtype=np.uint64)
        octets = np.frombuffer(data, dtype=np.uint8)
        reach: Any = np.ndarray((len(data) - 7,), dtype="<u8", buffer=data, strides=(1,))
        for begin in range(0, count, _STEP):
            step = slice(begin, begin + _STEP)
            words[step] = _words(octets, reach, starts[step], ends[step])
            rows[step], status[step] = self.packed(words[step])
        settled = status != UNSETTLED
        odd = np.flatnonzero(~settled)
        answers = [
            self.single(data[begin:end], decode)
            for begin, end in zip(starts[odd].tolist(), ends[odd].tolist(), strict=True)
        ]
        rows[odd] = [answer.row for answer in answers]
        status[odd] = [answer.status for answer in answers]
        single = dict(zip(odd.tolist(), answers, strict=True))
        return Found(rows, status, words, settled, single)

    def single(self, cell: bytes, decode: Callable[[bytes], str]) -> Single:
        """One cell by the single lookup, remembered for a while."""
        text = decode(cell)
        answer = self._cache.get(text)
        if answer is None:
            place = locate(self.gazetteer, text)
            # An outcode has four characters at the most, a postcode five at the least.
            shown_as = show(place.canonical) if len(place.canonical) > 4 else ""
            answer = Single(STATUSES.index(place.status), place.row, shown_as)
            if len(text) <= LONGEST_KEPT:
                if len(self._cache) >= _CACHE_LIMIT:
                    self._cache.clear()
                self._cache[text] = answer
        return answer


def _either_case(text: bytes) -> set[int]:
    letters = [{c, c | 0x20} if 65 <= c <= 90 else {c} for c in text]
    return {a | b << 8 for a, b in product(*letters)}


def _words(octets: NDArray[np.uint8], reach: Words, starts: Positions, ends: Positions) -> Words:
    """Each cell's last eight characters without quotes, blanks and one or two gaps, right-aligned.

    A cell that cannot be written so gets the word 0, which is no postcode.
    """
    first = octets[starts]
    quoted = first == _QUOTE
    if quoted.any():
        quoted &= (ends - starts >= 2) & (octets[ends - 1] == _QUOTE)
        starts, ends = starts + quoted, ends - quoted
        first = octets[starts]
    if (first == _SPACE).any() or (octets[ends - 1] == _SPACE).any():
        starts, ends = _without_blanks(octets, starts, ends)
    length = ends - starts
    words = reach[ends - 8] & _KEEP[np.minimum(length, 8)]
    gap = words.view(np.uint8).reshape(-1, 8)[:, 4]
    gapped = (gap == _SPACE) | (gap == _HYPHEN)
    incode = words & np.uint64(0xFFFFFF0000000000)
    outcode = np.where(gapped, words << np.uint64(8), words) & np.uint64(0xFFFFFFFF00)
    spare = outcode.view(np.uint8).reshape(-1, 8)[:, 4]
    twice = (spare == _SPACE) | (spare == _HYPHEN)
    if twice.any():
        outcode = np.where(twice, outcode << np.uint64(8), outcode) & np.uint64(0xFFFFFFFF00)
    # A NUL in front would look like the padding of a word.
    fits: NDArray[np.bool_] = (length <= np.where(gapped, 8, 7)) & (octets[starts] != 0)
    return np.where(fits, outcode | incode, np.uint64(0))


def _without_blanks(
    octets: NDArray[np.uint8], starts: Positions, ends: Positions
) -> tuple[Positions, Positions]:
    starts, ends = starts.copy(), ends.copy()
    for _round in range(8):
        before = (octets[starts] == _SPACE) & (starts < ends)
        starts += before
        after = (octets[ends - 1] == _SPACE) & (starts < ends)
        ends -= after
        if not (before.any() or after.any()):
            break
    return starts, ends


def shown(words: Words) -> list[bytes]:
    """Packed postcodes as they are written, in capitals and with their space: `B15 2TT`."""
    small = words & np.uint64(0x4040404040404040)
    words = words & ~(small >> np.uint64(1))
    incode = words & np.uint64(0xFFFFFF0000000000)
    outcode = words >> np.uint64(8) & np.uint64(0xFFFFFFFF)
    whole = incode | outcode | np.uint64(_SPACE << 32)
    empty = (whole & np.uint64(0xFF) == 0).astype(np.uint64) + (whole & np.uint64(0xFFFF) == 0)
    left = whole >> (empty * np.uint64(8))
    return left.view("S8").tolist()  # type: ignore[no-any-return]
