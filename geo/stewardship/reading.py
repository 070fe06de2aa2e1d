"""Reading what a steward was sent: a CSV of members as Excel writes it, polygons, or a layer's folder."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from geo.layers import Generation, LayerError, Member, read_generation
from geo.postcode import kind
from geo.stewardship.assignment import POLYGON_FILE, place_key, read_shapes, written_place
from geo.stewardship.findings import Drawing, Finding
from geo.stewardship.wanted import Wanted

COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("code", "area_code", "team_code", "areacode", "teamcode", "hub_code", "team_id", "id"),
    "name": ("name", "area_name", "team_name", "areaname", "teamname", "hub_name", "title", "team", "area"),
    "member": (
        "member", "members", "ward_2004", "ward_code", "wardcode", "ward", "wards", "ward_name", "postcode",
        "post_code", "postcodes", "pcd", "pcds", "sector", "postcode_sector", "postcodesector",
    ),
}  # fmt: skip
POLYGON_SUFFIXES = (".geojson", ".json", ".gpkg", ".zip", ".shp")


def read_drawing(path: Path, template: Generation, wards: Mapping[str, str], wanted: Wanted) -> Drawing:
    """What a file says of the areas of a generation like `template` (its kind of members is replaced).

    Raises `LayerError` when the file as a whole cannot be used; single bad rows become faults.
    """
    if not path.is_file():
        raise LayerError(f"{path}: no such file.")
    if path.suffix.lower() in (".xlsx", ".xls", ".ods"):
        raise LayerError(f"{path}: a workbook. Save the sheet as CSV and import that.")
    if path.suffix.lower() in POLYGON_SUFFIXES:
        from geo.stewardship.polygons import read_polygons

        shapes, notes, faults = read_polygons(path, wanted)
        return Drawing(replace(template, members="polygon"), path.name, [], shapes, notes, faults)
    rows, notes, faults = read_rows(path, wanted)
    members = wanted.members or members_kind(rows, wards)
    return Drawing(
        replace(template, members=members), path.name, canonical(rows, members, wards), [], notes, faults
    )


def read_folder(folder: Path, wards: Mapping[str, str], wanted: Wanted | None = None) -> Drawing:
    """A generation's folder: `layer.toml` with `members.csv` or polygons, whatever the folder's name."""
    generation = read_generation(folder, named=False)
    if generation.members == "reference":
        return Drawing(generation, "data/reference/postcode_areas.csv.gz")
    if generation.members == "polygon":
        path = folder / POLYGON_FILE
        try:
            return Drawing(generation, path.name, [], read_shapes(generation))
        except LayerError:  # not as we store them, but perhaps as a steward was sent them
            pass
        if not path.is_file():
            others = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in POLYGON_SUFFIXES]
            if len(others) != 1:
                raise LayerError(f"{folder}: needs {POLYGON_FILE}, or one other file of polygons.")
            path = others[0]
        return read_drawing(path, generation, wards, wanted or Wanted())
    path = folder / "members.csv"
    return read_drawing(path, generation, wards, replace(wanted or Wanted(), members=generation.members))


def read_rows(path: Path, wanted: Wanted) -> tuple[list[Member], list[str], list[Finding]]:
    """The rows of a members file in any encoding and with any separator that Excel writes.

    `line` of each row is the line of the file where it begins. Raises `LayerError` for a file that is
    no table, or whose heading lacks a needed column.
    """
    text, notes = decoded(path.read_bytes(), path)
    skip = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    body = text[skip.end() :] if skip else text
    first = body.partition("\n")[0]
    separator = skip[1] if skip else max(",;\t|", key=first.count)
    lines = _numbered(csv.reader(io.StringIO(body, newline=""), delimiter=separator), path, bool(skip))
    heading_line, heading = next(lines, (1, []))
    place = _columns(path, heading_line, heading, wanted)
    rows: list[Member] = []
    faults: list[Finding] = []
    for line, cells in lines:
        if not any(cells):
            continue
        code, name, member = (
            cells[place[c]] if c in place and place[c] < len(cells) else ""
            for c in ("code", "name", "member")
        )
        if code and member:
            rows.append(Member(line, code, name, member))
        else:
            missing = " and ".join(word for word, cell in (("code", code), ("member", member)) if not cell)
            what = f"the row has no {missing}."
            faults.append(Finding("incomplete", f"line {line}", code or member or name, what, "Fill it in."))
    if not rows and not faults:
        raise LayerError(f"{path}: no rows below the heading.")
    return _named(rows, notes), notes, faults


def _named(rows: Sequence[Member], notes: list[str]) -> list[Member]:
    """Rows without a name take the one that their code has elsewhere, else the code itself."""
    names: dict[str, str] = {}
    for row in rows:
        if row.name:
            names.setdefault(row.code, row.name)
    nameless = sorted({row.code for row in rows} - set(names))
    if nameless:
        notes.append(f"No name is given for {', '.join(nameless[:5])}: the code stands in for it.")
    return [row if row.name else replace(row, name=names.get(row.code, row.code)) for row in rows]


def decoded(raw: bytes, path: Path) -> tuple[str, list[str]]:
    """The text of a file in UTF-8, UTF-16 or Windows-1252, and a note when it had to be guessed."""
    if not raw.strip():
        raise LayerError(f"{path}: the file is empty.")
    head = raw[:2000]
    guess, notes = "utf-8-sig", list[str]()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        guess = "utf-16"
    elif head[1::2].count(0) > len(head) // 3:
        guess = "utf-16-le"
    elif head[::2].count(0) > len(head) // 3:
        guess = "utf-16-be"
    try:
        text = raw.decode(guess)
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
            notes.append("Not UTF-8: read as Windows-1252, as Excel in Britain writes it. Check the names.")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise LayerError(f"{path}, line {line}: not text. Save it as CSV UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise LayerError(f"{path}, line {line}: holds a NUL character. Save it as CSV UTF-8.")
    return text, notes


def _numbered(reader: Iterator[list[str]], path: Path, shifted: bool) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on (a quoted cell can span lines), its cells stripped."""
    end = 0
    while True:
        begin, end_before = end + 1 + shifted, end
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise LayerError(
                f"{path}, line {begin}: not CSV ({error}). Look for a quote that is not closed."
            ) from None
        end = max(end_before, reader.line_num)  # type: ignore[attr-defined]
        yield begin, [cell.strip() for cell in cells]


def _columns(path: Path, line: int, heading: Sequence[str], wanted: Wanted) -> dict[str, int]:
    plain = [re.sub(r"[^a-z0-9]+", "_", cell.lower()).strip("_") for cell in heading]
    asked = {"code": wanted.code_field, "name": wanted.name_field, "member": wanted.member_field}
    place: dict[str, int] = {}
    for column, aliases in COLUMNS.items():
        if asked[column]:
            if asked[column] not in heading:
                raise LayerError(
                    f"{path}, line {line}: no column {asked[column]!r}; there is {', '.join(heading)}."
                )
            place[column] = list(heading).index(asked[column])
            continue
        found = [plain.index(alias) for alias in aliases if alias in plain]
        if found:
            place[column] = found[0]
    for column in ("code", "member"):
        if column not in place:
            raise LayerError(
                f"{path}, line {line}: no column for the {column} ({', '.join(COLUMNS[column][:6])} …). "
                f"Found: {', '.join(heading) or 'nothing'}. Rename one, or say which with --{column}-field."
            )
    return place


def members_kind(rows: Sequence[Member], wards: Mapping[str, str]) -> str:
    """Whether rows are members by `ward_2004` (code or name), `postcode` or `sector`, by most of them."""
    known = {name.lower() for name in wards.values()} | {code.lower() for code in wards}
    by_ward = sum(row.member.lower() in known or row.member.upper().startswith("E05") for row in rows)
    keys = [key for row in rows if (key := place_key(row.member))]
    if by_ward or not keys:
        return "ward_2004" if by_ward >= len(keys) else "postcode"
    return "postcode" if any(kind(key) == "full" for key in keys) else "sector"


def canonical(rows: Sequence[Member], members: str, wards: Mapping[str, str]) -> list[Member]:
    """The same rows with each member in its one spelling; what is not known stays as it was typed."""
    by_name = {_plain(name): code for code, name in wards.items()}
    answer = []
    for row in rows:
        if members == "ward_2004":
            upper = row.member.upper()
            member = upper if upper in wards else by_name.get(_plain(row.member), row.member)
        else:
            key = place_key(row.member)
            member = written_place(key) if key else row.member
        answer.append(replace(row, member=member))
    return answer


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower().replace("&", " and ").replace("'", "")).strip()


def blank_generation(layer: str, valid_from: dt.date, folder: Path) -> Generation:
    """A generation about which nothing is known yet but its layer and first day."""
    return Generation(
        layer=layer,
        id=valid_from.isoformat(),
        title=layer,
        kind="team",
        valid_from=valid_from,
        valid_to=None,
        status="illustrative",
        source="",
        owner="",
        members="postcode",
        folder=folder,
        active=False,
    )
