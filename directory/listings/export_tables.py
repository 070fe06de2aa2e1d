"""Tables for spreadsheets in which no cell can be taken for a formula, and the template with its choices."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from directory.listings.template import Column

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "'")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
# What XML, and so a workbook, cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_767  # characters, the most that Excel takes


def inert(cell: str) -> str:
    """A cell that no spreadsheet reads as a formula: one that begins like one gets a `'` before it.

    Plain negative numbers stay numbers. The importer takes the `'` off again.
    """
    if cell.startswith(_DANGEROUS) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def in_workbook(cell: str) -> str:
    """A cell as a workbook can hold it. A `'` that the importer would take for ours is doubled."""
    text = _UNWRITABLE.sub("", cell)
    doubled = text.startswith("'") and text[1:].startswith(_DANGEROUS)
    return (f"'{text}" if doubled else text)[:LONGEST_CELL]


def write_csv(path: Path, columns: tuple[Column, ...], rows: Iterable[Mapping[str, str]]) -> None:
    """The rows as CSV in UTF-8 with a mark, which Excel needs to read accents."""
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow([one.name for one in columns])
        for row in rows:
            writer.writerow([inert(row.get(one.name, "")) for one in columns])


def write_workbook(
    path: Path, columns: tuple[Column, ...], rows: Iterable[Mapping[str, str]], *, explained: bool = False
) -> None:
    """The rows as an Excel workbook, every cell as text; `explained` adds a sheet of explanations."""
    import openpyxl
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "services"
    head, fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1D70B8")
    for index, one in enumerate(columns, 1):
        cell = sheet.cell(1, index, one.name)
        cell.font, cell.fill = head, fill
        letter = get_column_letter(index)
        wide = one.member in ("description", "areas", "schedules", "application_process", "needs")
        sheet.column_dimensions[letter].width = 40 if wide else max(14, len(one.name) + 3)
        sheet.column_dimensions[letter].number_format = "@"
        if one.choices:
            listed = DataValidation(type="list", formula1=f'"{",".join(one.choices)}"', allow_blank=True)
            listed.error, listed.errorTitle = "Choose one of the list.", one.title
            sheet.add_data_validation(listed)
            listed.add(f"{letter}2:{letter}5000")
    for number, row in enumerate(rows, 2):
        for index, one in enumerate(columns, 1):
            text = in_workbook(row.get(one.name, ""))
            if text:
                cell = sheet.cell(number, index)
                cell.number_format = "@"
                cell.value = text
                cell.data_type = "s"  # text, whatever it begins with: never a formula
                if text.startswith(_DANGEROUS[:1]):
                    cell.quotePrefix = True
                if "\n" in text:
                    cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "B2"
    if explained:
        _explain(book, columns)
    book.save(path)


def _explain(book: Any, columns: tuple[Column, ...]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet("explanations")
    for index, (heading, width) in enumerate(
        (("column", 24), ("title", 26), ("what to fill in", 90), ("example", 44))
    ):
        cell = sheet.cell(1, index + 1, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions["ABCD"[index]].width = width
    for number, one in enumerate(columns, 2):
        needed = " Needed." if one.required else ""
        choices = f" One of: {', '.join(one.choices)}." if one.choices else ""
        values = (one.name, one.title, f"{one.description}{choices}{needed}", one.example)
        for index, value in enumerate(values, 1):
            cell = sheet.cell(number, index, value)
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "A2"


def write_template(path: Path, columns: tuple[Column, ...], example: Mapping[str, str]) -> None:
    """The empty template with its example row, as CSV or Excel by the name's end."""
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, columns, [example], explained=True)
    else:
        write_csv(path, columns, [example])
