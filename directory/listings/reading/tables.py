"""Tables as rows with the place of each: CSV as Excel and others write it, and workbooks."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from directory.listings.reading.encodings import decoded
from directory.listings.reading.feed import FeedError, Findings
from directory.listings.reading.members import snake

MOST_ROWS = 200_000
MOST_COLUMNS = 500
_BIGGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place (`services.csv line 12`) and its cells by the heading's names."""

    place: str
    cells: dict[str, str]

    def get(self, name: str) -> str:
        """The cell of that column, "" where there is none."""
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the names of its columns as `snake_case`, as they were written, and its rows."""

    name: str
    columns: tuple[str, ...]
    written: tuple[str, ...]
    rows: tuple[Row, ...]


def csv_table(raw: bytes, name: str, findings: Findings) -> Table:
    """The table of a CSV file: any encoding and separator that Excel writes, quoted cells of several lines.

    `line` of a row is the line of the file on which it begins. Raises `FeedError` for what is no table.
    """
    text = decoded(raw, name, findings)
    skip = re.match(r"\ufeff?sep=(.)\r?\n", text, re.IGNORECASE)
    body = text[skip.end() :] if skip else text
    first = body.lstrip("\r\n").partition("\n")[0]
    separator = skip[1] if skip else max(",;\t|", key=first.count)
    if separator in '\r\n"':
        raise FeedError(f"{name}, line 1: the separator after sep= is none.")
    before = csv.field_size_limit(_BIGGEST_CELL)  # of the whole process, so it is put back
    try:
        reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
        return _table(name, _lines(reader, name, 1 if skip else 0), findings)
    finally:
        csv.field_size_limit(before)


def _lines(reader: Iterator[list[str]], name: str, shift: int) -> Iterator[tuple[str, list[str]]]:
    """Each row with its place; the reader counts physical lines, a row begins after the one before ended."""
    while True:
        begin = getattr(reader, "line_num", 0) + 1 + shift
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FeedError(
                f"{name}, line {begin}: not CSV ({error}). Look for a quotation mark that is not closed."
            ) from None
        yield f"{name} line {begin}", [cell.strip() for cell in cells]


def _table(name: str, lines: Iterator[tuple[str, list[str]]], findings: Findings) -> Table:
    place, heading = next(((p, cells) for p, cells in lines if any(cells)), (f"{name} line 1", []))
    while heading and not heading[-1]:
        heading.pop()
    if len(heading) > MOST_COLUMNS:
        raise FeedError(f"{place}: {len(heading):,} columns; at most {MOST_COLUMNS} are read.")
    columns = tuple(snake(cell) for cell in heading)
    twice = sorted({one for one in columns if one and columns.count(one) > 1})
    if twice:
        raise FeedError(f"{place}: the column {twice[0]!r} is there twice. Keep one of them.")
    if not columns:
        raise FeedError(f"{name}: no heading was found. The first row names the columns.")
    rows: list[Row] = []
    for where, cells in lines:
        if not any(cells):
            continue
        if len(rows) >= MOST_ROWS:
            raise FeedError(f"{where}: more than {MOST_ROWS:,} rows. Send them in parts.")
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            findings.add(
                "fault", "unreadable", where, f"has {len(cells)} cells under {len(columns)} columns.",
                "Put cells that hold the separator in quotation marks.", value=cells[len(columns)],
            )  # fmt: skip
        rows.append(Row(where, {c: v for c, v in zip(columns, cells, strict=False) if c and v}))
    return Table(name, columns, tuple(heading), tuple(rows))


def workbook_table(raw: bytes, name: str, findings: Findings) -> Table:
    """The first sheet of an Excel workbook that has a heading. Raises `FeedError` for what is no workbook.

    Days come as `2026-01-01`, times as `09:30`, whole numbers without a point; formulas as what Excel last
    worked out for them.
    """
    from directory.listings.reading.archive import unpacked

    for path, held in unpacked(raw, name).items():  # a bomb, a link or a document type is refused here
        if path.endswith((".xml", ".rels")) and b"<!" in held[:4096] and b"<!DOCTYPE" in held:
            raise FeedError(f"{name}: {path} declares a document type, which no workbook does.")
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not sheets:
                raise FeedError(f"{name}: no sheet was found in it.")
            sheet = next((one for one in sheets if snake(one.title) in ("services", "listings")), sheets[0])
            sheet.reset_dimensions()  # what the file says of its size need not be true
            rows = [
                (f"{name} row {number}", [_cell(value) for value in values[:MOST_COLUMNS]])
                for number, values in enumerate(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2), 1)
            ]
        finally:
            book.close()
    except FeedError:
        raise
    except Exception as error:  # openpyxl has no error of its own: a bad file raises whatever it meets first
        words = f"{type(error).__name__}: {error}"[:100]
        raise FeedError(f"{name}: not a whole Excel workbook ({words}). Open and save it in Excel.") from None
    return _table(name, iter(rows), findings)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, dt.timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value).strip()[:_BIGGEST_CELL]
