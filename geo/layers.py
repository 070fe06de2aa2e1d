"""Layers: named partitions of the city, each in one or more generations valid between two dates.

A layer is a folder, a generation a folder inside it with `layer.toml` (title, validity, status,
source, owner) and, for teams, `members.csv` or `areas.geojson`. Shipped ones lie in `data/areas`,
a steward's imports in `<var>/areas`, where the journal says which of them are active.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

LAYER_ORDER = (
    "district",
    "ward_2004",
    "ward_2018",
    "constituency_2024",
    "lsoa_2021",
    "hub",
    "childrens_centre",
    "health_visiting",
    "family_support",
)
KINDS = ("team", "reference")
STATUSES = ("illustrative", "confirmed")
MEMBER_KINDS = ("ward_2004", "postcode", "sector", "polygon", "reference")
LAYER_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
GENERATION_ID = re.compile(r"\d{4}-\d{2}-\d{2}(\.\d{1,3})?")

_REQUIRED = ("layer", "title", "kind", "valid_from", "status", "source", "owner", "members")
_OPTIONAL = ("valid_to", "reference_column", "succeeded_by")


class LayerError(ValueError):
    """A layer's files cannot be used; the message says which file, where in it and what to do."""


@dataclass(frozen=True)
class Generation:
    """One drawing of a layer. Dates are inclusive days in Europe/London."""

    layer: str
    id: str
    title: str
    kind: str
    valid_from: dt.date
    valid_to: dt.date | None
    status: str
    source: str
    owner: str
    members: str
    folder: Path
    active: bool = True
    reference_column: str | None = None
    succeeded_by: str | None = None

    def in_force(self, on: dt.date) -> bool:
        """Whether this drawing is the one that holds on `on`."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Member:
    """One row of `members.csv`: `member` (a ward code, postcode or sector) belongs to area `code`."""

    line: int
    code: str
    name: str
    member: str


def layer_rank(layer: str) -> tuple[int, str]:
    """Sort key: the city's own layers in their fixed order, others after them by name."""
    return (LAYER_ORDER.index(layer) if layer in LAYER_ORDER else len(LAYER_ORDER), layer)


def read_generation(folder: Path, *, named: bool = True) -> Generation:
    """Read one generation's `layer.toml`.

    With `named=False` the folder may have any name, as one that a steward was sent. Raises
    `LayerError` for a missing file, bad TOML, a missing, unknown or wrongly typed key.
    """
    path = folder / "layer.toml"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise LayerError(f"{path}: no such file. Each generation of a layer needs a layer.toml.") from None
    except UnicodeDecodeError as error:
        raise LayerError(f"{path}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LayerError(f"{path}: not valid TOML: {error}.") from None
    problem = _toml_problem(table)
    if problem:
        raise LayerError(f"{path}{_line_of(text, problem[0])}: {problem[1]}")
    generation = folder.name if named else table["valid_from"].isoformat()
    if not GENERATION_ID.fullmatch(generation) or not generation.startswith(table["valid_from"].isoformat()):
        raise LayerError(
            f"{folder}: the folder must be named for its valid_from, {table['valid_from'].isoformat()}."
        )
    return Generation(
        layer=table["layer"],
        id=generation,
        title=table["title"],
        kind=table["kind"],
        valid_from=table["valid_from"],
        valid_to=table.get("valid_to"),
        status=table["status"],
        source=table["source"],
        owner=table["owner"],
        members=table["members"],
        folder=folder,
        reference_column=table.get("reference_column"),
        succeeded_by=table.get("succeeded_by"),
    )


def _line_of(text: str, key: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*{re.escape(key)}\s*=", line):
            return f", line {number}"
    return ""


def _toml_problem(table: dict[str, Any]) -> tuple[str, str] | None:
    for key in _REQUIRED:
        if key not in table:
            return key, f"the key {key} is missing. Needed: {', '.join(_REQUIRED)}."
    for key, value in table.items():
        if key not in _REQUIRED + _OPTIONAL:
            return key, f"unknown key {key}. Known: {', '.join(_REQUIRED + _OPTIONAL)}."
        if key in ("valid_from", "valid_to"):
            if type(value) is not dt.date:
                return key, f"{key} must be a date such as 2015-04-01, without quotes."
        elif not isinstance(value, str) or not value.strip():
            return key, f"{key} must be text in quotes, and not empty."
    choices = {"kind": KINDS, "status": STATUSES, "members": MEMBER_KINDS}
    for key, allowed in choices.items():
        if table[key] not in allowed:
            return key, f"{key} is {table[key]!r}; it must be one of {', '.join(allowed)}."
    if not LAYER_NAME.fullmatch(table["layer"]):
        return "layer", "layer must be 2 to 40 small letters, digits and _, and start with a letter."
    if "valid_to" in table and table["valid_to"] < table["valid_from"]:
        return "valid_to", "valid_to is before valid_from."
    if table["members"] == "reference" and "reference_column" not in table:
        return "members", 'a layer of members = "reference" must name its reference_column.'
    return None


def read_members(generation: Generation) -> list[Member]:
    """The rows of a team generation's `members.csv`, in file order.

    Raises `LayerError` naming the first row that is not `code,name,member`. What the rows mean
    together (gaps, overlaps, unknown codes) is for `earlyhelp area check` to say.
    """
    path = generation.folder / "members.csv"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise LayerError(f"{path}: no such file. It lists code,name,member.") from None
    except UnicodeDecodeError as error:
        raise LayerError(f"{path}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(rows, [])]
    if header != ["code", "name", "member"]:
        raise LayerError(f"{path}, line 1: the heading must be code,name,member, not {','.join(header)}.")
    members = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = [cell.strip() for cell in row]
        if len(cells) != 3 or not all(cells):
            raise LayerError(f"{path}, line {rows.line_num}: needs three filled cells, code,name,member.")
        members.append(Member(rows.line_num, *cells))
    return members


def read_journal(var: Path) -> list[dict[str, Any]]:
    """Every stewardship action on layers so far, oldest first.

    A last line cut short by a crash is dropped (the action had not happened); any other damage
    raises `LayerError`.
    """
    path = var / "areas" / "journal.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    entries = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            entry = json.loads(line)
            sound = isinstance(entry, dict) and {"action", "layer", "generation"} <= entry.keys()
        except json.JSONDecodeError:
            if number == len(lines):
                break
            sound = False
        if sound:
            entries.append(entry)
        else:
            raise LayerError(f"{path}, line {number}: damaged. Restore the file from a backup.")
    return entries


def all_generations(data: Path, var: Path) -> dict[str, list[Generation]]:
    """Every generation, shipped or imported, active or not, by layer in the fixed order.

    A shipped generation is active until the journal retires it, an imported one once the journal
    activates it. Dates are as written in the files, save where an activation sets them.
    """
    found: dict[str, dict[str, Generation]] = {}
    for root, shipped in ((data / "areas", True), (var / "areas", False)):
        for path in sorted(root.glob("*/*/layer.toml")):
            if any(part.startswith(".") for part in path.relative_to(root).parts):
                continue
            generation = replace(read_generation(path.parent), active=shipped)
            if generation.layer != path.parent.parent.name:
                raise LayerError(f"{path}: layer is {generation.layer!r} but its folder says otherwise.")
            found.setdefault(generation.layer, {})[generation.id] = generation
    written = {layer: dict(generations) for layer, generations in found.items()}
    for entry in read_journal(var):
        known = written.get(entry["layer"], {}).get(entry["generation"])
        if known is None or entry["action"] == "import":
            continue
        changes: dict[str, Any] = {"active": entry["action"] == "activate"}
        if entry["action"] == "activate":
            if entry.get("from"):
                changes["valid_from"] = dt.date.fromisoformat(entry["from"])
            changes["valid_to"] = dt.date.fromisoformat(entry["to"]) if entry.get("to") else known.valid_to
            latest = known
        else:
            latest = found[known.layer][known.id]
            if entry.get("to"):  # retired from a date: it still answers for the days up to it
                changes = {"active": True, "valid_to": dt.date.fromisoformat(entry["to"])}
        found[known.layer][known.id] = replace(latest, **changes)
    return {
        layer: sorted(found[layer].values(), key=lambda g: (g.valid_from, _edition(g.id)))
        for layer in sorted(found, key=layer_rank)
    }


def _edition(generation_id: str) -> int:
    return int(generation_id.partition(".")[2] or 1)


def active_generations(data: Path, var: Path) -> dict[str, list[Generation]]:
    """The generations that answer, by layer, none overlapping another.

    An active generation ends at the latest on the day before the next active one of its layer
    begins, so activating a new drawing from a date closes the old one and nothing else has to
    be edited. Where two begin on the same day the later import wins and the earlier is left out.
    """
    answers = {layer: answering(found) for layer, found in all_generations(data, var).items()}
    return {layer: generations for layer, generations in answers.items() if generations}


def answering(generations: Iterable[Generation]) -> list[Generation]:
    """The active ones among one layer's generations, oldest first, each ended where the next begins."""
    kept: list[Generation] = []
    for generation in sorted(generations, key=lambda g: (g.valid_from, _edition(g.id))):
        if not generation.active:
            continue
        if kept and kept[-1].valid_from == generation.valid_from:
            kept.pop()
        kept.append(generation)
    for index, following in enumerate(kept[1:]):
        last = following.valid_from - dt.timedelta(days=1)
        end = kept[index].valid_to
        kept[index] = replace(kept[index], valid_to=last if end is None else min(end, last))
    return kept
