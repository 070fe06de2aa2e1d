"""Tagging a CSV: blocks of bytes in, the same bytes with our cells before each line end out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from geo.tagging.columns import Columns
from geo.tagging.records import LF, LONGEST_RECORD, Dialect, Records, split, unquoted
from geo.tagging.refusal import RefusedError
from geo.tagging.source import (
    Reading,
    Recoded,
    Rejoined,
    declared_separator,
    dialect_of,
    find_column,
    first_line,
    heading_cells,
    is_utf8,
    marked_encoding,
)
from geo.tagging.tails import Tails
from geo.tagging.tally import Tally
from geo.tagging.vector import MARGIN, Found, Lookup, Positions

# A block is read, answered and written at once; these bounds keep the whole run under 64 MB.
BLOCK: Final = 256 << 10
_FIRST_BLOCK = 64 << 10
_ROWS = 8_000


def tag_csv(
    source: Reading,
    write: Callable[[bytes], object],
    lookup: Lookup,
    columns: Columns,
    column: str,
    *,
    encoding: str | None = None,
    block: int = BLOCK,
    advance: Callable[[int], object] = lambda count: None,
) -> Tally:
    """Copy a CSV with our columns added. All other bytes stay as they are, in their order.

    `encoding` is that of a file without a byte order mark; None decides by the first block that is not
    ASCII. Raises `RefusedError` for a file that cannot be read without guessing; what has been written by
    then is to be thrown away.
    """
    return _Run(source, write, lookup, columns, column, encoding, block, advance).tally


class _Run:
    """One pass over one file."""

    def __init__(
        self,
        source: Reading,
        write: Callable[[bytes], object],
        lookup: Lookup,
        columns: Columns,
        column: str,
        encoding: str | None,
        block: int,
        advance: Callable[[int], object],
    ) -> None:
        self._lookup, self._columns, self._column = lookup, columns, column
        self._longest_block = max(block, 1)
        self._block = min(self._longest_block, _FIRST_BLOCK)
        self._advance, self._write = advance, write
        self._encoding = encoding
        self.tally = Tally(lookup.to_check)
        self._row = 0  # how many rows are done with
        head = source.read(4)
        mark, its_bytes = marked_encoding(head) or ("", b"")
        write(its_bytes)
        self._source: Reading = Rejoined(head[len(its_bytes) :], source)
        if mark:
            self._encoding = "utf-8"
        if mark.startswith("utf-16"):
            self._source = Recoded(self._source, mark)
            self._write = lambda data: write(data.decode().encode(mark))
        rest, ended = self._heading()
        self._body(rest, ended)

    def _read(self, size: int) -> bytes:
        data = self._source.read(max(size, self._block))
        self._advance(len(data))
        return data

    def _line(self, head: bytes) -> tuple[bytes, int, bytes, bool]:
        """Read on after `head`: the first line, its last byte, what follows, and whether that is all."""
        ended = False
        while (end := first_line(head)) is None and not ended:
            if len(head) > LONGEST_RECORD:
                raise self._too_long(head)
            more = self._read(len(head))
            head, ended = head + more, not more
        place, line_end = end or (len(head), LF)
        self._check_text(head[: place + 1], np.empty(0, dtype=np.int64))
        return head[: place + 1], line_end, head[place + 1 :], ended

    def _heading(self) -> tuple[bytes, bool]:
        """Read and write the heading. Returns what was read after it, and whether that is all."""
        line, line_end, rest, ended = self._line(b"")
        separator = declared_separator(line)
        if separator is not None and not ended:
            self._write(line)
            line, line_end, rest, ended = self._line(rest)
        heading = line.rstrip(b"\r\n")
        if not line:
            raise RefusedError("The file is empty: it has not even a heading.")
        if not heading.strip():
            raise RefusedError("The first line is blank. It must be the heading that names the columns.")
        text = heading.decode(self._encoding or "ascii")
        self._dialect = (
            dialect_of(text, line_end, self._column) if separator is None else Dialect(separator, line_end)
        )
        headings = heading_cells(text, self._dialect.separator)
        self._place, self._width = find_column(headings, self._column), len(headings)
        self._columns.check_headings(headings)
        self._margin = bytes([line_end]) * MARGIN
        self._row = 1
        its_end = line[len(heading) :]
        self._tails = Tails(
            self._lookup, self._columns, self._encoding or "utf-8", self._dialect, its_end or b"\n"
        )
        self._write(heading + self._tails.joined(self._columns.names) + its_end)
        return rest, ended

    def _body(self, rest: bytes, ended: bool) -> None:
        found = True
        while not ended:
            more = self._read(0 if found else len(rest))
            ended = not more
            found = self._tag(data := self._margin + rest + more)
            rest = data[self._done :]
            if len(rest) > LONGEST_RECORD:
                raise self._too_long(rest)
        if rest:
            data = self._margin + rest + self._margin[:1]
            if not self._tag(data, unended=True):
                raise RefusedError(
                    f"Row {self._row + 1}: a quoted value begins that has not ended where the file ends. "
                    "Close the quote, or save the file again."
                )

    def _tag(self, data: bytes, unended: bool = False) -> bool:
        """Write the complete records of `data`, if there are any; `_done` is where the rest begins."""
        records = split(data, self._dialect)
        self._done = int(records.nexts[-1]) if len(records) else MARGIN
        self._check_text(data[MARGIN : self._done] if len(records) else data[MARGIN:], records.nexts - MARGIN)
        if not len(records):
            return False
        starts, ends = records.column(self._place)
        found = self._lookup.cells(data, starts, ends, self._decode)
        tails = self._tails.of(found)
        self._mark(records, found, tails, starts, ends)
        self._write(self._interleaved(records, tails, unended))
        self._row += len(records)
        self._block = min(_ROWS * self._done // len(records), self._longest_block)
        return True

    def _mark(
        self, records: Records, found: Found, tails: list[bytes], starts: Positions, ends: Positions
    ) -> None:
        """Count the rows, and see to blank lines and to rows that do not fit the heading."""
        blank = records.starts == records.ends
        some_blank = bool(blank.any())

        def value(place: int) -> str:
            return self._decode(records.data[starts[place] : ends[place]])

        self.tally.add(found, ~blank if some_blank else None, value, self._row + 1)
        for place in np.flatnonzero((records.counts != self._width) & ~blank).tolist():
            cells = int(records.counts[place])
            problem = f"{cells} cell{'s' if cells > 1 else ''}, the heading has {self._width}"
            tails[place] = self._tails.marked(tails[place], problem, max(self._width - cells, 0))
            self.tally.problem(self._row + 1 + place, problem)
        if some_blank:
            for place in np.flatnonzero(blank).tolist():
                tails[place] = self._tails.line_end
                self.tally.blank += 1

    def _interleaved(self, records: Records, tails: list[bytes], unended: bool) -> bytes:
        """Each record without its line end, and its tail."""
        data, line_end = records.data, self._tails.line_end
        odd = np.flatnonzero(records.nexts - records.ends != len(line_end))
        if len(odd) or data.count(line_end[-1:], MARGIN, self._done) != len(records):
            lines = [data[a:b] for a, b in zip(records.starts.tolist(), records.ends.tolist(), strict=True)]
            for place in odd.tolist():
                own = data[records.ends[place] : records.nexts[place]]
                tails[place] = tails[place][: -len(line_end)] + own
        else:
            lines = data[MARGIN : self._done].split(line_end)
            lines.pop()
        parts = [b""] * (2 * len(lines))
        parts[0::2], parts[1::2] = lines, tails
        if unended:
            own_end = int(records.nexts[-1] - records.ends[-1])
            parts[-1] = parts[-1][:-own_end] + data[records.ends[-1] : -1]
        return b"".join(parts)

    def _decode(self, cell: bytes) -> str:
        return unquoted(cell).decode(self._encoding or "ascii", "replace")

    def _check_text(self, data: bytes, nexts: Positions) -> None:
        """Refuse a NUL or bytes outside the encoding, in whole records; settle on an encoding if need be."""
        nul = data.find(b"\0")
        if nul >= 0:
            row = self._row + 1 + int(np.searchsorted(nexts, nul, "right"))
            hint = " It may be UTF-16 without its mark: save it as CSV UTF-8." if row == 1 else ""
            raise RefusedError(
                f"Row {row} holds a NUL byte, which no text has.{hint or ' Remove it and try again.'}"
            )
        if data.isascii():
            return
        whole = len(nexts) > 0 or self._row == 0
        try:
            if self._encoding is None:
                self._encoding = "utf-8" if not whole or is_utf8(data) else "cp1252"
            if whole:
                data.decode(self._encoding)
        except UnicodeDecodeError as error:
            row = self._row + 1 + int(np.searchsorted(nexts, error.start, "right"))
            raise RefusedError(
                f"Row {row}: the byte 0x{data[error.start]:02X} is not {error.encoding}, as the rest is. "
                "Name the file's encoding with --encoding, or save it again as CSV UTF-8."
            ) from None

    def _too_long(self, rest: bytes) -> RefusedError:
        return RefusedError(
            f"Row {self._row + 1} is longer than {LONGEST_RECORD >> 20} MB"
            + (" and begins a quoted value that does not end" if rest.count(b'"') % 2 else "")
            + ". Is it a CSV file with one record to a line?"
        )
