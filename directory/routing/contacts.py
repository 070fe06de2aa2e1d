"""Contact points: how to reach a team, the front door or a neighbouring authority, and when.

One CSV file a layer in `data/contacts`, named for the layer (`hub.csv`), besides `front_door.csv`
for the whole city, `neighbours.csv` by authority, and `forbidden.csv`, the numbers that must never
be given. A contact is a role, never a person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from directory.routing import hours
from directory.routing.sheet import Problem, Row, read_sheet

COLUMNS = (
    "team",
    "role",
    "telephone",
    "email",
    "form",
    "hours",
    "audience",
    "purpose",
    "source",
    "checked",
    "sample",
)
FORBIDDEN_COLUMNS = ("telephone", "reason", "source")
FRONT_DOOR, NEIGHBOURS, FORBIDDEN = "front_door", "neighbours", "forbidden"
IN_HOURS, OUT_OF_HOURS, EMERGENCY = "CASS", "EDT", "POLICE_999"
FRONT_DOOR_CODES = (
    IN_HOURS,
    OUT_OF_HOURS,
    EMERGENCY,
    "POLICE_101",
    "EARLY_HELP",
    "LADO",
    "PRIVATE_FOSTERING",
    "NHS_111",
    "NSPCC",
    "CHILDLINE",
)
AUDIENCES = ("public", "professional", "both")
CONCERN = "concern about a child"
CONCERN_OUT_OF_HOURS = "concern about a child, out of hours"
PURPOSES = (
    CONCERN,
    CONCERN_OUT_OF_HOURS,
    "advice",
    "request for support",
    "appointments and activities",
    "allegation against someone who works with children",
    "private fostering",
    "emergency",
    "crime that is not an emergency",
    "helpline for adults worried about a child",
    "helpline for children",
    "urgent mental health help",
)
_SHORT_NUMBERS = ("999", "101", "111", "112", "08001111")
_SAMPLE_NUMBERS = re.compile(r"01214960\d{3}")  # Ofcom's range for drama, never given to anybody
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_FORM = re.compile(r"https://([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(/\S*)?")
_TITLE = re.compile(r"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\b\.? [A-Z]")
_YES_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}

Teams = Mapping[str, Collection[str]]
"""The team codes known, by layer."""


class ContactsError(ValueError):
    """Contact files that cannot be used; `problems` holds every one, the message lists them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class ContactPoint:
    """One way to reach one team. `hours` is an opening_hours expression in London time, "" if unknown."""

    layer: str
    team: str
    role: str
    telephone: str
    email: str
    form: str
    hours: str
    audience: str
    purpose: str
    source: str
    checked: dt.date
    sample: bool
    file: str
    line: int

    def serves(self, audience: str) -> bool:
        """Whether a caller of `audience` (public or professional) may use it."""
        return self.audience in (audience, "both")


@dataclass(frozen=True)
class Forbidden:
    """A number that must never be given, with the reason; `digits` in national form."""

    digits: str
    reason: str


def digits(telephone: str) -> str:
    """The digits one dials within the United Kingdom: 01213031888 for +44 121 303 1888."""
    plain = re.sub(r"[^\d+]", "", telephone)
    return re.sub(r"^(\+44|0044)0?", "0", plain)


def team_codes(data: Path, var: Path) -> dict[str, set[str]]:
    """The codes of every team of every generation, shipped or imported, by layer."""
    from geo.layers import all_generations, read_members

    found: dict[str, set[str]] = {}
    for layer, generations in all_generations(data, var).items():
        for generation in generations:
            if generation.kind == "team":
                codes = found.setdefault(layer, set())
                if (generation.folder / "members.csv").exists():
                    codes.update(member.code for member in read_members(generation))
    return found


def load_forbidden(folder: Path) -> list[Forbidden]:
    """The numbers of `forbidden.csv`. Raises `ContactsError`."""
    rows, problems = read_sheet(folder / f"{FORBIDDEN}.csv", FORBIDDEN_COLUMNS)
    problems += [
        Problem(f"{FORBIDDEN}.csv", row.line, "reason", None, "A forbidden number has no reason", "Say why.")
        for row in rows
        if not row.cells["reason"]
    ]
    problems += [
        Problem(f"{FORBIDDEN}.csv", row.line, "telephone", row.cells["telephone"], wrong, remedy)
        for row in rows
        for wrong, remedy in [_telephone_problem(row.cells["telephone"]) or ("", "")]
        if wrong
    ]
    if problems:
        raise ContactsError(problems)
    return [Forbidden(digits(row.cells["telephone"]), row.cells["reason"]) for row in rows]


def load_contacts(folder: Path, teams: Teams | None = None) -> list[ContactPoint]:
    """All contact points of a folder, in the order of the files' names and rows.

    With `teams` every code must be one of them. Raises `ContactsError` with every problem of every
    file, not just the first.
    """
    problems: list[Problem] = []
    try:
        forbidden = {number.digits: number.reason for number in load_forbidden(folder)}
    except ContactsError as error:
        problems, forbidden = list(error.problems), {}
    names = {path.stem for path in folder.glob("*.csv")} | {FRONT_DOOR}
    contacts: list[ContactPoint] = []
    for layer in sorted(names - {FORBIDDEN}):
        file = f"{layer}.csv"
        if layer not in (FRONT_DOOR, NEIGHBOURS) and teams is not None and layer not in teams:
            wrong = f"There is no team layer called {layer}"
            remedy = f"Name the file for one of {', '.join(sorted(teams))}, or take it away."
            problems.append(Problem(file, None, None, None, wrong, remedy))
            continue
        rows, found = read_sheet(folder / file, COLUMNS)
        problems += found
        for row in rows:
            faults = _row_problems(file, layer, row, teams, forbidden)
            problems += faults
            if not faults:
                contacts.append(_contact(file, layer, row))
        if layer == FRONT_DOOR and not found:
            present = {row.cells["team"] for row in rows}
            problems += [
                Problem(file, None, "team", code, "The front door lacks this contact", "Add its row.")
                for code in (IN_HOURS, OUT_OF_HOURS, EMERGENCY)
                if code not in present
            ]
    problems += _twice(contacts)
    if problems:
        raise ContactsError(problems)
    return contacts


def _row_problems(
    file: str, layer: str, row: Row, teams: Teams | None, forbidden: Mapping[str, str]
) -> list[Problem]:
    cells = row.cells
    found: list[tuple[str, str, str]] = []
    found += _team_problem(layer, cells["team"], teams)
    if not cells["role"]:
        found.append(("role", "There is no role", "Say who answers, such as Duty worker."))
    elif _TITLE.search(cells["role"]):
        found.append(("role", "It looks like a person's name", "Give the role only; people change."))
    may_be_empty = layer == NEIGHBOURS
    if cells["telephone"] or not may_be_empty:
        if fault := _telephone_problem(cells["telephone"]):
            found.append(("telephone", *fault))
        elif reason := forbidden.get(digits(cells["telephone"])):
            found.append(
                ("telephone", f"This number must not be given: {reason}", "Give the team's own number.")
            )
    if cells["email"] and not _EMAIL.fullmatch(cells["email"]):
        found.append(("email", "It is no e-mail address", "Write it like duty@team.example."))
    if cells["form"] and not _FORM.fullmatch(cells["form"]):
        found.append(("form", "It is no https address", "Write it like https://team.example/request."))
    if cells["hours"] or not (may_be_empty and not cells["telephone"]):
        try:
            hours.validate(hours.clean(cells["hours"]))
        except hours.HoursError as error:
            at = f" (character {error.column})" if error.column else ""
            found.append(("hours", error.wrong + at, error.remedy))
    for column, allowed in (("audience", AUDIENCES), ("purpose", PURPOSES)):
        if cells[column] not in allowed:
            found.append((column, "It is not one of the words known", f"Write one of: {'; '.join(allowed)}."))
    if not cells["source"]:
        found.append(("source", "There is no source", "Say where it was read, or sample listing."))
    if _date(cells["checked"]) is None:
        found.append(("checked", "It is no date", "Write it like 2026-11-22 or 22/11/2026."))
    if cells["sample"].lower() not in _YES_NO:
        found.append(("sample", "It must be yes or no", "Write yes for an invented contact, else no."))
    elif _YES_NO[cells["sample"].lower()]:
        faulty = {column for column, _, _ in found}
        found += [fault for fault in _sample_problems(cells) if fault[0] not in faulty]
    elif cells["telephone"] and _SAMPLE_NUMBERS.fullmatch(digits(cells["telephone"])):
        found.append(
            ("sample", "The number is from the range for drama", "Write yes, or give the real number.")
        )
    return [
        Problem(file, row.line, column, cells[column] or None, wrong, remedy)
        for column, wrong, remedy in found
    ]


def _team_problem(layer: str, code: str, teams: Teams | None) -> list[tuple[str, str, str]]:
    if layer == NEIGHBOURS:
        good = re.fullmatch(r"[EWSN]\d{8}", code) is not None
        return [] if good else [("team", "It is no authority code", "Write the ONS code, such as E08000029.")]
    known = FRONT_DOOR_CODES if layer == FRONT_DOOR else teams[layer] if teams is not None else None
    if known is None:
        return [] if code else [("team", "There is no team code", "Write the code of the team.")]
    if code in known:
        return []
    shown = ", ".join(sorted(known)[:3])
    return [("team", f"The layer {layer} has no team of this code", f"Its codes are like {shown}.")]


def _telephone_problem(telephone: str) -> tuple[str, str] | None:
    if not telephone:
        return "There is no telephone number", "Give the number that a person answers."
    number = digits(telephone)
    if re.search(r"[eE]\+?\d", telephone):
        return "A spreadsheet has turned the number into a fraction", "Type it again, with the cell as text."
    if not re.fullmatch(r"\+?[\d ()-]+", telephone):
        return "It is no telephone number", "Write digits and spaces only, such as 0121 303 1888."
    if number in _SHORT_NUMBERS or re.fullmatch(r"0[1-9]\d{8,9}", number):
        return None
    if re.fullmatch(r"[1-9]\d{8,9}", number):
        return "The leading 0 is lost, as spreadsheets do", f"Write 0{number}, with the cell as text."
    return f"It has {len(number)} digits; a number here has 10 or 11", "Write it in full, with the area code."


def _sample_problems(cells: Mapping[str, str]) -> list[tuple[str, str, str]]:
    found = []
    if not _SAMPLE_NUMBERS.fullmatch(digits(cells["telephone"])):
        remedy = "Use 0121 496 0000 to 0121 496 0999, which belong to nobody."
        found.append(("telephone", "A sample contact must not have a real number", remedy))
    if cells["email"] and not cells["email"].endswith(".example"):
        found.append(("email", "A sample contact must not have a real address", "End it in .example."))
    form = _FORM.fullmatch(cells["form"])
    if form and not form[1].endswith(".example"):
        found.append(("form", "A sample contact must not have a real address", "End its host in .example."))
    return found


def _date(text: str) -> dt.date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def _contact(file: str, layer: str, row: Row) -> ContactPoint:
    cells = row.cells
    checked = _date(cells["checked"])
    assert checked is not None  # _row_problems has seen to it
    return ContactPoint(
        layer=layer,
        team=cells["team"],
        role=cells["role"],
        telephone=cells["telephone"],
        email=cells["email"],
        form=cells["form"],
        hours=hours.clean(cells["hours"]),
        audience=cells["audience"],
        purpose=cells["purpose"],
        source=cells["source"],
        checked=checked,
        sample=_YES_NO[cells["sample"].lower()],
        file=file,
        line=row.line,
    )


def _twice(contacts: list[ContactPoint]) -> list[Problem]:
    """The same line given twice, and a sample number that two teams share."""
    problems = []
    rows: dict[tuple[str, ...], ContactPoint] = {}
    samples: dict[str, ContactPoint] = {}
    for contact in contacts:
        key = (contact.layer, contact.team, contact.role, contact.audience, contact.purpose)
        number = digits(contact.telephone)
        first = rows.setdefault(key, contact)
        owner = samples.setdefault(number, contact) if contact.sample else contact
        if first is not contact:
            wrong = f"The same contact stands in line {first.line}"
            problems.append(
                Problem(contact.file, contact.line, "team", contact.team, wrong, "Keep one of them.")
            )
        elif (owner.layer, owner.team) != (contact.layer, contact.team):
            wrong = f"The number is that of {owner.team} ({owner.file}, line {owner.line})"
            remedy = "Give each team a number of its own."
            problems.append(
                Problem(contact.file, contact.line, "telephone", contact.telephone, wrong, remedy)
            )
    return problems
