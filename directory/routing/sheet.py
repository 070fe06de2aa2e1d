"""Reading the tables that stewards keep: CSV as spreadsheets write it, every problem at once."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 20_000_000  # bytes; a contact file has a few hundred rows
_QUOTED_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file: where, with what value, and what to do about it."""

    file: str
    line: int | None
    column: str | None
    value: str | None
    wrong: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        place += f", line {self.line}" if self.line else ""
        place += f", column {self.column}" if self.column else ""
        value = f" {self.value[:80]!r}:" if self.value else ""
        return f"{place}:{value} {self.wrong}. {self.remedy}"


@dataclass(frozen=True)
class Row:
    """One row of a table: the line it starts on (the heading is line 1) and its cells by heading."""

    line: int
    cells: dict[str, str]


def read_sheet(path: Path, columns: tuple[str, ...]) -> tuple[list[Row], list[Problem]]:
    """The rows of a CSV file with the headings `columns`, in any order, and what is wrong with it.

    Understood: UTF-8 with or without a byte order mark, Windows-1252, UTF-16 (Excel's "Unicode
    text"); comma, semicolon or tab; any line ends; blank rows and trailing blank columns.
    """
    file = path.name
    try:
        if path.stat().st_size > _LARGEST:
            return [], [_whole(file, "The file is far too large for a contact list", "Check that it is one.")]
        raw = path.read_bytes()
    except FileNotFoundError:
        return [], [_whole(file, "The file is missing", f"Put it into {path.parent}.")]
    except OSError as error:
        return [], [_whole(file, f"The file cannot be read: {error.strerror}", "Give a readable CSV file.")]
    text = _decode(raw)
    if text is None:
        return [], [_whole(file, "The text is in no encoding known here", "Save it as CSV UTF-8.")]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return [], [
            Problem(
                file, line, None, None, "There is a NUL byte, so this is no CSV file", "Save it as CSV UTF-8."
            )
        ]
    return _table(file, text, columns)


def _whole(file: str, wrong: str, remedy: str) -> Problem:
    return Problem(file, None, None, None, wrong, remedy)


def _decode(raw: bytes) -> str | None:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _table(file: str, text: str, columns: tuple[str, ...]) -> tuple[list[Row], list[Problem]]:
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    problems: list[Problem] = []
    heading: list[str] | None = None
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            tidy = [_tidy(cell) for cell in cells]
            if not any(tidy):
                continue
            if heading is None:
                heading = [cell.lower().replace(" ", "_") for cell in tidy]
                while heading and not heading[-1]:
                    heading.pop()
                problems += _heading_problems(file, line, heading, columns)
                if problems:
                    return [], problems
                continue
            if any(tidy[len(heading) :]):
                extra = next(cell for cell in tidy[len(heading) :] if cell)
                wrong = f"The row has more cells than the heading's {len(heading)}"
                problems.append(
                    Problem(file, line, None, extra, wrong, "Put a text that holds a comma into quotes.")
                )
                continue
            tidy += [""] * (len(heading) - len(tidy))
            rows.append(Row(line, dict(zip(heading, tidy, strict=False))))
    except csv.Error as error:
        wrong = f"The row cannot be read ({error})"
        problems.append(
            Problem(file, before + 1, None, None, wrong, "Look for a quote mark that never closes.")
        )
    if heading is None:
        problems.append(_whole(file, "The file is empty", f"Its first line must be {','.join(columns)}."))
    return rows, problems


def _tidy(cell: str) -> str:
    """A cell without the blanks, no-break spaces and ="..." that spreadsheets put around a value."""
    text = " ".join(cell.replace("\u00a0", " ").replace("\u200b", "").split())
    formula = _QUOTED_FORMULA.fullmatch(text)
    return formula[1].strip() if formula else text


def _heading_problems(file: str, line: int, heading: list[str], columns: tuple[str, ...]) -> list[Problem]:
    expected = f"The headings are {','.join(columns)}."
    problems = [
        Problem(file, line, name, None, "The column is missing", expected)
        for name in columns
        if name not in heading
    ]
    problems += [
        Problem(file, line, name or f"number {position}", None, "Nothing is known of this column", expected)
        for position, name in enumerate(heading, 1)
        if name not in columns
    ]
    problems += [
        Problem(file, line, name, None, "The column stands there twice", "Keep one of them.")
        for name in columns
        if heading.count(name) > 1
    ]
    return problems
