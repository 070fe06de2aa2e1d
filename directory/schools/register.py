"""The lists of schools of an installation: the one shipped, those imported, and which of them is in use.

Every import is a folder of its own in `<var>/schools/`, with the rows and where they come from. A journal
beside them says what was taken into use, by which role and why; the last entry decides. Nothing is removed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from directory.schools.reading import read_list
from directory.schools.school import COLUMNS, School
from geo.stewardship.journal import RefusedError, signed
from geo.whole import one_at_a_time, sync_folder, written_whole

GIAS = "Department for Education, Get Information about Schools (GIAS), the register of schools in England"
OGL = "Open Government Licence v3.0"
SHIPPED = "shipped"
_EDITION = re.compile(r"20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")
_TEXTS = ("source", "licence", "edition", "note")


class SchoolsError(Exception):
    """A list of schools cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Register:
    """One list of schools and what must be said of it.

    `edition` is the day or month (`2026-03`) that the register is of, `about` where that is only roughly
    known. `complete` is false where schools are known to be missing; `note` says which.
    """

    id: str
    source: str
    licence: str
    edition: str
    about: bool
    complete: bool
    note: str
    schools: tuple[School, ...]

    def facts(self) -> dict[str, Any]:
        """What an answer says of the list."""
        return {
            "edition": self.edition,
            "about": self.about,
            "complete": self.complete,
            "schools": len(self.schools),
            "note": self.note,
            "source": self.source,
            "licence": self.licence,
        }


def rooms(data: Path, var: Path) -> dict[str, Path]:
    """The folder of every list by its id, the shipped one first, then in the order of their import."""
    found = {SHIPPED: data / "schools"} if (data / "schools" / "schools.csv").exists() else {}
    imported = [entry["list"] for entry in journal(var) if entry["action"] == "import"]
    return found | {one: var / "schools" / one for one in imported}


def in_use(data: Path, var: Path) -> Register | None:
    """The list that answers are given from; None where there is none. Raises `SchoolsError`."""
    chosen = id_in_use(data, var)
    return None if chosen is None else read_register(chosen, rooms(data, var))


def id_in_use(data: Path, var: Path) -> str | None:
    """The id of the list in use: that of the journal's last entry, else the shipped one's."""
    entries = journal(var)
    if entries:
        return str(entries[-1]["list"])
    return SHIPPED if SHIPPED in rooms(data, var) else None


def read_register(number: str, known: dict[str, Path]) -> Register:
    """One list by its id. Raises `SchoolsError` for an unknown or damaged one."""
    if number not in known:
        raise SchoolsError(f"There is no list {number!r}. There is: {', '.join(known) or 'none'}.")
    folder = known[number]
    path = folder / "schools.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SchoolsError(f"{path}: cannot be read: {error}. Restore it from a backup.") from None
    for key in _TEXTS:
        if not isinstance(told.get(key), str):
            raise SchoolsError(f'{path}: the key {key} is missing. Write: {key} = "…"')
    if not _EDITION.fullmatch(told["edition"]):
        raise SchoolsError(f"{path}: edition must be a month or day, such as 2026-03 or 2026-11-30.")
    read = read_list(folder / "schools.csv")
    if read.problems:
        raise SchoolsError(f"{folder / 'schools.csv'}: {read.problems[0]}")
    return Register(
        id=number,
        source=told["source"],
        licence=told["licence"],
        edition=told["edition"],
        about=told.get("edition_about") is True,
        complete=told.get("complete") is True,
        note=told["note"],
        schools=tuple(read.schools),
    )


def journal(var: Path) -> list[dict[str, Any]]:
    """What was done with lists so far, oldest first. Raises `SchoolsError` when the file is damaged."""
    path = var / "schools" / "journal.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines if line]
        if not all({"action", "list"} <= entry.keys() for entry in entries):
            raise ValueError("an entry is not whole")
    except FileNotFoundError:
        return []
    except (OSError, ValueError, AttributeError) as error:
        raise SchoolsError(f"{path}: damaged ({error}). Restore it from a backup.") from None
    return entries


def store(var: Path, register: Register, file: str, reason: str, by: str) -> Register:
    """Keep a list and take it into use. Raises `RefusedError` where unsigned, `OSError` for a full disk.

    Its folder is written under a hidden name and renamed; until the journal knows it, nothing uses it.
    """
    reason, by = signed(reason, by)
    if not _EDITION.fullmatch(register.edition):
        raise RefusedError("--edition must be the day that the list is of, such as 2026-11-30.")
    with one_at_a_time(var / "schools"):
        taken = [entry["list"] for entry in journal(var)]
        number, copies = register.edition, 1
        while number in taken:
            copies += 1
            number = f"{register.edition}.{copies}"
        folder = var / "schools" / number
        building = var / "schools" / f".{number}.new"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        try:
            _write(building / "schools.csv", _csv(register.schools))
            _write(building / "schools.toml", _toml(register))
            shutil.rmtree(folder, ignore_errors=True)  # of an import that never reached the journal
            building.rename(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        sync_folder(var / "schools")
        _record(var, "import", number, reason, by, file=file, schools=len(register.schools))
    return replace(register, id=number)


def use(data: Path, var: Path, number: str, reason: str, by: str) -> Register:
    """Go back, or forward, to another list that there is. Raises `RefusedError` or `SchoolsError`."""
    reason, by = signed(reason, by)
    with one_at_a_time(var / "schools"):
        if number == id_in_use(data, var):
            raise RefusedError(f"The list {number} is in use already.")
        chosen = read_register(number, rooms(data, var))
        _record(var, "use", number, reason, by)
    return chosen


def before_last(data: Path, var: Path) -> str | None:
    """The list that was in use before the one that is; None where there was none."""
    used = [SHIPPED] if SHIPPED in rooms(data, var) else []
    used += [entry["list"] for entry in journal(var)]
    return used[-2] if len(used) > 1 else None


def _record(var: Path, action: str, number: str, reason: str, by: str, **more: object) -> None:
    entries = journal(var)
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    entries.append({"action": action, "list": number, "reason": reason, "by": by, "at": at, **more})
    _write(
        var / "schools" / "journal.jsonl",
        "".join(json.dumps(entry, ensure_ascii=True) + "\n" for entry in entries),
    )


def _write(path: Path, text: str) -> None:
    with written_whole(path) as file:
        file.write(text.encode("utf-8"))


def _csv(schools: Sequence[School]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for school in schools:
        values = [getattr(school, name) for name in COLUMNS]
        writer.writerow(["" if value is None else value for value in values])
    return text.getvalue()


def _toml(register: Register) -> str:
    texts = [f"{name} = {json.dumps(getattr(register, name), ensure_ascii=False)}" for name in _TEXTS]
    truths = [
        f"edition_about = {str(register.about).lower()}",
        f"complete = {str(register.complete).lower()}",
    ]
    return "\n".join([*texts, *truths, ""])
