"""The file to be tagged: what kind it is, its encoding and its heading."""

from __future__ import annotations

import codecs
import csv
import difflib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from geo.tagging.records import CR, LF, LONGEST_RECORD, Dialect
from geo.tagging.refusal import RefusedError, UnusableError

_SEPARATORS: Final = b",;\t|"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_KINDS: Final = (
    (b"PK\x03\x04", "an Excel workbook or a zip", "Save it as CSV from Excel, or unpack it, and tag that"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook", "Save it as CSV from Excel and tag that"),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first (gunzip) and tag that"),
)
_SCAN = 1 << 20


class Reading(Protocol):
    """What the tagging needs of a source of bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; empty only at the end."""
        ...


def refuse_other_kinds(head: bytes, name: str) -> None:
    """Raises `RefusedError` for a file that is evidently not a CSV."""
    for magic, kind, cure in _OTHER_KINDS:
        if head.startswith(magic):
            raise RefusedError(f"Not a CSV file: {name} is {kind}. {cure}.")


def marked_encoding(head: bytes) -> tuple[str, bytes] | None:
    """The encoding that a byte order mark names, and the mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, mark
    return None


def known_encoding(name: str) -> str:
    """The encoding that was named. Raises `UnusableError` unless its first 128 characters are ASCII."""
    ascii_text = bytes(range(1, 128))
    try:
        fits = ascii_text.decode(name) == ascii_text.decode("ascii")
    except (LookupError, UnicodeError):
        fits = False
    if fits:
        return codecs.lookup(name).name
    raise UnusableError(
        f"--encoding {name} is not one that can be read. Try utf-8, cp1252, cp850 or mac-roman; "
        "UTF-16 is known by its mark and need not be named."
    )


def guessed_encoding(file: BinaryIO) -> str:
    """UTF-8 when the rest of a seekable file is UTF-8, else cp1252 (Excel in western Europe).

    Leaves the file where it was.
    """
    begin = file.tell()
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = False
    try:
        while block := file.read(_SCAN):
            if pending or not block.isascii():
                decoder.decode(block)
                pending = bool(decoder.getstate()[0])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(begin)
    return "utf-8"


def is_utf8(data: bytes) -> bool:
    """Whether some whole characters are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class Rejoined:
    """A source with bytes put back in front of it."""

    def __init__(self, head: bytes, source: Reading) -> None:
        self._head, self._source = head, source

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; empty only at the end."""
        head, self._head = self._head[:size], self._head[size:]
        return head if head else self._source.read(size)


class Recoded:
    """A UTF-16 source read as UTF-8. Raises `RefusedError` for what is not UTF-16."""

    def __init__(self, source: Reading, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._done = 0

    def read(self, size: int, /) -> bytes:
        """At most about `size` bytes of UTF-8; empty only at the end."""
        while True:
            block = self._source.read(max(size, 2))
            try:
                text = self._decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise RefusedError(
                    f"After {self._done:,} bytes the file is not {error.encoding}, as its beginning says "
                    f"({error.reason}). Save it again, as CSV UTF-8."
                ) from None
            self._done += len(block)
            if text or not block:
                return text.encode()


def first_line(head: bytes) -> tuple[int, int] | None:
    """Where the first record of `head` ends, and the byte that ends it; None if it does not end there."""
    for match in re.finditer(rb'"[^"]*"?|[\r\n]', head):
        byte, place = head[match.start()], match.start()
        if byte == LF:
            return place, LF
        if byte == CR:
            if place + 1 == len(head):
                return None
            return (place + 1, LF) if head[place + 1] == LF else (place, CR)
    return None


def declared_separator(line: bytes) -> int | None:
    """The separator that Excel's own first line, `sep=;`, declares; None for any other line."""
    line = line.rstrip(b"\r\n")
    return line[4] if len(line) == 5 and line[:4].lower() == b"sep=" else None


def dialect_of(heading: str, line_end: int, column: str) -> Dialect:
    """The separator that gives the heading a cell named `column`, else the one that gives most cells."""
    best, best_worth = _SEPARATORS[0], (False, 0)
    for separator in _SEPARATORS:
        cells = heading_cells(heading, separator)
        worth = (column_named(cells, column) is not None, len(cells))
        if worth > best_worth:
            best, best_worth = separator, worth
    return Dialect(best, line_end)


def heading_cells(heading: str, separator: int) -> list[str]:
    """The names in a heading."""
    before = csv.field_size_limit(LONGEST_RECORD)
    try:
        rows = list(csv.reader([heading], delimiter=chr(separator)))
    finally:
        csv.field_size_limit(before)
    return [cell for row in rows for cell in row]


def column_named(headings: Sequence[str], column: str) -> int | None:
    """The place of a column: by its name exactly, else by its only match in any case and spacing."""
    if column in headings:
        return list(headings).index(column)
    plain = [heading.strip().casefold() for heading in headings]
    sought = column.strip().casefold()
    return plain.index(sought) if plain.count(sought) == 1 else None


def find_column(headings: Sequence[str], column: str) -> int:
    """The place of the postcode's column. Raises `RefusedError`, naming the columns there are."""
    twice = [name for name, count in Counter(headings).items() if count > 1 and name.strip()]
    if twice:
        places = [str(place) for place, name in enumerate(headings, 1) if name == twice[0]]
        raise RefusedError(
            f"The heading names {twice[0]!r} more than once (columns {', '.join(places)}). "
            "Give each column its own name."
        )
    found = column_named(headings, column)
    if found is not None:
        return found
    near = difflib.get_close_matches(column.casefold(), [name.casefold() for name in headings], 1, 0.5)
    meant = next((f" Did you mean {name!r}?" for name in headings if near and name.casefold() == near[0]), "")
    shown = ", ".join(repr(name[:60]) for name in headings[:40]) + (", ..." if len(headings) > 40 else "")
    raise RefusedError(
        f"There is no column {column!r}.{meant} The columns are: {shown}. Name one with --column."
    )


def check_path(path: Path) -> None:
    """Raises `UnusableError` for a directory or a file that is not there."""
    if path.is_dir():
        raise UnusableError(f"IN is a directory, {path}. Name a CSV or Parquet file in it.")
    if not path.exists():
        raise UnusableError(f"There is no file {path}.")
