"""Reading a list of schools: the register's own export as it is downloaded, or the table we keep.

The export (`edubasealldataYYYYMMDD.csv`) is Windows-1252 with about 150 columns and 50,000 rows. It is read
row by row, so that the whole is never in memory. What Excel makes of it is read too: another encoding or
delimiter, a byte order mark, blank rows at the end, telephone numbers without their first nought.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from directory.routing.sheet import Problem
from directory.schools.school import BIRMINGHAM, COLUMNS, School
from geo.postcode import kind, normalise, show

# The export of the whole register had 49,000 rows in 2021 and has grown since. One of all England with fewer
# is cut off.
WHOLE_REGISTER = 45_000
OPEN = {"open": "open", "open, but proposed to close": "open, proposed to close"}
OURS = {"open", "open, proposed to close"}
# Types of establishment that are in the register and are no schools or colleges for anybody under 19.
_NO_SCHOOL = ("higher education", "children's centre", "online provider", "british schools overseas")
# The member of a school by the export's heading. `authority_code` only chooses rows.
_REGISTER = {
    "URN": "urn",
    "LA (code)": "authority_code",
    "EstablishmentName": "name",
    "EstablishmentStatus (name)": "status",
    "PhaseOfEducation (name)": "phase",
    "TypeOfEstablishment (name)": "type",
    "Postcode": "postcode",
}
_REGISTER_TOO = {
    "LA (name)": "authority",
    "StatutoryLowAge": "low_age",
    "StatutoryHighAge": "high_age",
    "TelephoneNum": "telephone",
    "SchoolWebsite": "website",
}
_DAY = re.compile(r"(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MOST_PROBLEMS = 50


@dataclass
class ReadList:
    """What a file holds. With `problems` it is not to be used; `notes` are for the steward to look at."""

    file: str
    register: bool = False  # the official export, not our own table
    rows: int = 0
    schools: list[School] = field(default_factory=list)
    not_open: dict[str, str] = field(
        default_factory=dict
    )  # state of the authority's other schools, by number
    left_out: Counter[str] = field(default_factory=Counter)  # open and no school, by type
    authorities: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    last_row_short: bool = False
    headings: dict[str, str] = field(default_factory=dict)  # the file's own, by the member of a school

    @property
    def whole_register(self) -> bool:
        """Whether it is the export of all England, and not only of some authorities."""
        return self.register and len(self.authorities) > 20


def edition_of(path: Path) -> str:
    """The day in the name of an export, such as `2026-11-30`, "" where there is none."""
    found = _DAY.search(path.stem)
    return "-".join(found.groups()) if found else ""


def read_list(path: Path, authorities: Sequence[str] = (BIRMINGHAM,)) -> ReadList:
    """The open schools of some authorities (the department's numbers of them), in order of their number."""
    read = ReadList(path.name)
    try:
        encoding = _encoding(path)
        if encoding is None:
            return _refused(read, None, "The file is empty", "Download the export again.")
        with path.open(encoding=encoding, newline="") as file:
            _rows(file, read, authorities)
            if not read.problems:
                _cut_off(file.name, encoding, read)
    except FileNotFoundError:
        return _refused(read, None, "There is no such file", "Check the name and the folder.")
    except UnicodeDecodeError as error:
        wrong = f"The text is in no encoding known here (byte {error.start})"
        return _refused(read, None, wrong, "Save it as CSV UTF-8.")
    except OSError as error:
        return _refused(read, None, f"The file cannot be read: {error.strerror}", "Give a readable CSV file.")
    read.schools.sort(key=lambda one: one.urn)
    return read


def _refused(read: ReadList, line: int | None, wrong: str, remedy: str) -> ReadList:
    read.problems.append(Problem(read.file, line, None, None, wrong, remedy))
    return read


def _encoding(path: Path) -> str | None:
    """UTF-16 by its mark, UTF-8 where all of it is that, else Windows-1252; None for an empty file."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, empty = True, True
    with path.open("rb") as file:
        head = file.read(2)
        if head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        while chunk := file.read(1 << 20):
            empty = empty and not chunk.strip(b"\xef\xbb\xbf \t\r\n,;")
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf8 = False
                break
    if empty and utf8:
        return None
    return "utf-8-sig" if utf8 else "cp1252"


def _rows(file: Iterator[str], read: ReadList, authorities: Sequence[str]) -> None:
    first = next(file, "")
    delimiter = max(",;\t", key=first.count)
    heading = [_tidy(cell).lstrip("\ufeff") for cell in next(csv.reader([first], delimiter=delimiter), [])]
    members = _members(heading, read)
    if read.problems:
        return
    reader = csv.reader(file, delimiter=delimiter)
    seen: dict[str, int] = {}
    line = 1
    try:
        for cells in reader:
            line, start = reader.line_num + 1, line + 1
            if not any(map(str.strip, cells)):
                continue
            read.rows += 1
            read.last_row_short = len(cells) < len(heading)
            row = {name: _tidy(cells[at]) if at < len(cells) else "" for name, at in members.items()}
            _row(row, len(cells) <= members["postcode"], start, seen, read, authorities)
            if len(read.problems) >= _MOST_PROBLEMS:
                return
    except csv.Error as error:
        _refused(read, line + 1, f"The row cannot be read ({error})", "Look for a quote that never closes.")
    if not read.rows:
        _refused(read, None, "The file has a heading and no rows", "Download the export again.")


def _members(heading: Sequence[str], read: ReadList) -> dict[str, int]:
    """Where each member of a school stands in a row."""
    read.register = "EstablishmentName" in heading
    if read.register:
        needed: Mapping[str, str] = _REGISTER
        known: Mapping[str, str] = _REGISTER | _REGISTER_TOO
    else:
        known = needed = {name: name for name in COLUMNS}
        heading = [name.lower() for name in heading]
    for name in needed:
        if name not in heading:
            what = (
                "Give the register's own file with all its columns."
                if read.register
                else f"Give the register's own export, or a table with the headings {','.join(COLUMNS)}."
            )
            read.problems.append(Problem(read.file, 1, name, None, "The column is missing", what))
    read.headings = {member: name for name, member in known.items()}
    return {member: heading.index(name) for name, member in known.items() if name in heading}


def _row(
    row: dict[str, str],
    stops_short: bool,
    line: int,
    seen: dict[str, int],
    read: ReadList,
    authorities: Sequence[str],
) -> None:
    if read.register:
        code = row.pop("authority_code")
        read.authorities.add(code)
        if code not in authorities:
            return

    def wrong(column: str, what: str, remedy: str) -> None:
        heading = read.headings[column]
        read.problems.append(Problem(read.file, line, heading, row[column] or None, what, remedy))

    if any("\0" in value for value in row.values()):
        _refused(read, line, "There is a NUL byte, so this is no CSV file", "Save it as CSV UTF-8.")
        return
    if stops_short:
        wrong("postcode", "The row stops before its postcode", "Download the file again, it may be cut off.")
        return
    if not re.fullmatch(r"\d{5,7}", row["urn"]):
        wrong("urn", "A school's number (URN) has six digits", "Take it from the register.")
        return
    if row["urn"] in seen:
        wrong("urn", f"The number stands on line {seen[row['urn']]} too", "Keep one of the rows.")
        return
    seen[row["urn"]] = line
    state = row["status"].lower()
    state = OPEN.get(state, state) if read.register else state
    if state not in OURS:
        if not read.register:
            wrong(
                "status", f"The status must be one of: {', '.join(sorted(OURS))}", "Leave closed schools out."
            )
        read.not_open[row["urn"]] = row["status"]
        return
    if any(word in row["type"].lower() for word in _NO_SCHOOL):
        read.left_out[row["type"]] += 1
        return
    if not row["name"]:
        wrong("name", "The school has no name", "Take it from the register.")
        return
    read.schools.append(_school(row, state, line, read))


def _school(row: dict[str, str], state: str, line: int, read: ReadList) -> School:
    def note(column: str, what: str, remedy: str) -> None:
        heading = read.headings[column]
        read.notes.append(Problem(read.file, line, heading, row[column] or None, what, remedy))

    canonical = normalise(row["postcode"])
    postcode = show(canonical) if kind(canonical) == "full" else ""
    if not postcode:
        note("postcode", f"{row['name']} has no postcode that can be read", "It will be in no area's list.")
    ages: dict[str, int | None] = {"low_age": None, "high_age": None}
    for column in ages:
        if row.get(column):
            if re.fullmatch(r"\d{1,2}", row[column]):
                ages[column] = int(row[column])
            else:
                note(column, "An age is a whole number of years", "It is left out.")
    return School(
        urn=row["urn"],
        name=row["name"],
        status=state,
        phase=row["phase"],
        type=row["type"],
        low_age=ages["low_age"],
        high_age=ages["high_age"],
        postcode=postcode,
        authority=row.get("authority", ""),
        telephone=_telephone(row.get("telephone", "")),
        website=_website(row.get("website", "")),
    )


def _telephone(text: str) -> str:
    """A number as it is written here. Excel takes the first nought away; the export has no spaces."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 10 and digits[0] in "12378":
        digits = f"0{digits}"
    if len(digits) != 11:
        return text
    if digits.startswith("02"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if re.match("01(1|[2-69]1)", digits):
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
    return f"{digits[:5]} {digits[5:]}"


def _website(text: str) -> str:
    """A web address with its scheme, which the register often leaves out; "" for what is none."""
    if re.fullmatch(r"(?i)https?://\S+", text):
        return text
    return f"http://{text}" if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", text) else ""


def _cut_off(name: str, encoding: str, read: ReadList) -> None:
    """Tell a file that was cut off: in the middle of a row, or with far too few rows for all England."""
    if read.whole_register and read.rows < WHOLE_REGISTER:
        _refused(
            read,
            read.rows + 1,
            f"The register of all England has about 50,000 rows, and this file has {read.rows:,}",
            "It was cut off. Download it again.",
        )
    if not read.last_row_short or encoding == "utf-16":
        return
    with Path(name).open("rb") as file:
        file.seek(-1, 2)
        ended = file.read(1) in b"\r\n"
    if not ended:
        wrong = "The file ends in the middle of its last row"
        _refused(read, read.rows + 1, wrong, "It was cut off. Download it again.")


def _tidy(cell: str) -> str:
    """A cell without the blanks, no-break spaces and ="..." that spreadsheets put around a value."""
    text = " ".join(cell.replace("\u00a0", " ").replace("\u200b", "").split())
    return text[2:-1].strip() if text.startswith('="') and text.endswith('"') else text
