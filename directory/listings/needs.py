"""The needs that early help answers, in plain words, and the other closed lists that a listing refers to.

`data/search/needs.csv` holds the shipped needs. A steward's own file of the same columns,
`var/search/needs.csv`, is laid on top: a row with a new code adds a need, one with a known code takes its
place. Beside them stand the four levels of need, the ways a referral can come, and the family-support terms
of the Department for Education (Crown copyright, MIT licence). Each list is also a taxonomy of the standard:
the id of a term is a UUIDv5 of its code, so it is the same on every machine and in every year.
"""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from directory.store.standard import LEVELS_OF_NEED, REFERRAL_ROUTES, Content

Sort = Literal["need", "level", "route", "dfe"]
"""Which list a term belongs to."""

COLUMNS = ("code", "name", "plain", "dfe", "group", "description")
TERM_COLUMNS = ("code", "name", "description")
DFE_COLUMNS = ("id", "name", "parent")

_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "taxonomies.early-help-finder.example")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_NAMES: Mapping[Sort, tuple[str, str]] = {
    "need": ("Early help needs", "What a child or family may need help with, in plain words."),
    "level": ("Levels of need", "The four levels of Right Help, Right Time."),
    "route": ("Referral route", "Who may ask a service for help: the family, a professional or both."),
    "dfe": (
        "DfE family support terms",
        "Family support service categories of the Department for Education. Crown copyright, MIT licence.",
    ),
}


class NeedsError(ValueError):
    """A list that cannot be used; `problems` holds every fault with its file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Need:
    """One need: its code, its name, the words people type for it and the DfE terms it falls under."""

    code: str
    name: str
    plain: tuple[str, ...]
    dfe: tuple[int, ...]
    group: str
    description: str


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the other lists. `parent` is the code of the term above it, "" for none."""

    code: str
    name: str
    description: str
    parent: str = ""


def taxonomy_id(sort: Sort) -> str:
    """The id of the taxonomy record of a list."""
    return str(uuid.uuid5(_SPACE, sort))


def term_id(sort: Sort, code: str) -> str:
    """The id of the term with that code in a list: the same for ever, whether or not the code is in use."""
    return str(uuid.uuid5(_SPACE, f"{sort}/{code}"))


class Needs:
    """Every need, level, route and DfE term, by code and by the id of its taxonomy term."""

    def __init__(
        self,
        needs: Mapping[str, Need],
        levels: Mapping[str, Term],
        routes: Mapping[str, Term],
        dfe: Mapping[int, Term],
    ) -> None:
        self.all: tuple[Need, ...] = tuple(needs.values())
        self.levels: tuple[Term, ...] = tuple(levels.values())
        self.routes: tuple[Term, ...] = tuple(routes.values())
        self.dfe: tuple[Term, ...] = tuple(dfe.values())
        self._needs = dict(needs)
        as_terms = [Term(one.code, one.name, one.description) for one in self.all]
        self._lists: dict[Sort, tuple[Term, ...]] = {
            "need": tuple(as_terms),
            "level": self.levels,
            "route": self.routes,
            "dfe": self.dfe,
        }
        self._terms: dict[str, tuple[Sort, Term]] = {
            term_id(sort, term.code): (sort, term) for sort, terms in self._lists.items() for term in terms
        }

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all needs."""
        return frozenset(self._needs)

    def get(self, code: str) -> Need | None:
        """The need with that code."""
        return self._needs.get(code)

    def groups(self) -> dict[str, tuple[Need, ...]]:
        """The needs under the heading they are shown under, in the order of the file."""
        found: dict[str, list[Need]] = {}
        for one in self.all:
            found.setdefault(one.group, []).append(one)
        return {group: tuple(held) for group, held in found.items()}

    def term_id(self, code: str) -> str:
        """The id of a need's taxonomy term."""
        return term_id("need", code)

    def by_term(self, identifier: str) -> Need | None:
        """The need whose taxonomy term has that id."""
        found = self._terms.get(identifier)
        return self._needs[found[1].code] if found and found[0] == "need" else None

    def term(self, identifier: str) -> tuple[Sort, Term] | None:
        """The list and the entry that a taxonomy term's id stands for."""
        return self._terms.get(identifier)

    def dfe_of(self, code: str) -> tuple[Term, ...]:
        """The DfE terms that a need falls under."""
        need = self._needs.get(code)
        by_code = {term.code: term for term in self.dfe}
        return tuple(by_code[str(number)] for number in need.dfe) if need else ()

    def term_content(self, sort: Sort, code: str) -> Content | None:
        """One term as the standard has it, for the inside of an attribute; None where the code is unknown.

        It carries what the standard's `taxonomy_term` has: `taxonomy` (the list's name) and `taxonomy_id`.
        """
        found = self._terms.get(term_id(sort, code))
        if found is None:
            return None
        content = _term_content(sort, found[1])
        return {**content, "taxonomy": _NAMES[sort][0], "taxonomy_id": taxonomy_id(sort)}

    def taxonomy(self, sort: Sort = "need") -> Content:
        """One list as a taxonomy record of the standard, with its terms."""
        name, description = _NAMES[sort]
        return {
            "id": taxonomy_id(sort),
            "name": name,
            "description": description,
            "taxonomy_terms": [_term_content(sort, term) for term in self._lists[sort]],
        }

    def taxonomies(self) -> list[Content]:
        """All four lists as taxonomy records: needs, levels, routes, DfE terms."""
        return [self.taxonomy(sort) for sort in self._lists]


def _term_content(sort: Sort, term: Term) -> Content:
    content: Content = {
        "id": term_id(sort, term.code),
        "name": term.name,
        "description": term.description,
        "code": term.code,
    }
    if term.parent:
        content["parent_id"] = term_id(sort, term.parent)
    return content


def load_needs(data: Path, var: Path | None = None) -> Needs:
    """The lists of `data/search`, with the steward's needs of `var/search/needs.csv` on top.

    Raises NeedsError with every fault, each with its file and line.
    """
    folder = data / "search"
    problems: list[str] = []
    dfe = _read_dfe(folder / "dfe_terms.csv", problems)
    levels = _read_terms(folder / "levels.csv", LEVELS_OF_NEED, problems)
    routes = _read_terms(folder / "routes.csv", REFERRAL_ROUTES, problems)
    needs = _read_needs(folder / "needs.csv", dfe, problems)
    own = var / "search" / "needs.csv" if var is not None else None
    if own is not None and own.exists():
        needs = {**needs, **_read_needs(own, dfe, problems)}
    if problems:
        raise NeedsError(problems)
    return Needs(needs, levels, routes, dfe)


def early_help_taxonomies(data: Path, var: Path | None = None) -> list[Content]:
    """The taxonomy records that every directory of ours begins with: needs, levels, routes, DfE terms."""
    return load_needs(data, var).taxonomies()


def _rows(
    path: Path, columns: tuple[str, ...], problems: list[str], take: Callable[[str, dict[str, str]], None]
) -> None:
    """Hand over each row of a CSV file, with "file, line N" to say where it stands."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != columns:
                problems.append(f"{path.name}, line 1: the columns must be {', '.join(columns)}")
                return
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                if None in row or None in row.values():
                    problems.append(
                        f"{where}: this row must have {len(columns)} values; put quotes round commas"
                    )
                    continue
                take(where, {name: value.strip() for name, value in row.items()})
    except FileNotFoundError:
        problems.append(f"{path.name}: the file is missing from {path.parent}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(f"{path.name}: cannot be read as UTF-8 CSV ({error})")


def _read_dfe(path: Path, problems: list[str]) -> dict[int, Term]:
    found: dict[int, Term] = {}

    def take(where: str, row: dict[str, str]) -> None:
        number = row["id"]
        if not number.isdecimal() or int(number) in found:
            problems.append(f'{where}: "{number}" is not a whole number used once')
        elif row["parent"] and (not row["parent"].isdecimal() or int(row["parent"]) not in found):
            problems.append(f'{where}: the parent "{row["parent"]}" must stand in a row above')
        elif not row["name"]:
            problems.append(f"{where}: the name is empty")
        else:
            found[int(number)] = Term(number, row["name"], row["name"], row["parent"])

    _rows(path, DFE_COLUMNS, problems, take)
    return found


def _read_terms(path: Path, codes: tuple[str, ...], problems: list[str]) -> dict[str, Term]:
    found: dict[str, Term] = {}

    def take(where: str, row: dict[str, str]) -> None:
        if row["code"] not in codes:
            problems.append(f'{where}: "{row["code"]}" is not one of {", ".join(codes)}')
        elif not row["name"] or not row["description"]:
            problems.append(f"{where}: a name and a description are needed")
        else:
            found[row["code"]] = Term(row["code"], row["name"], row["description"])

    before = len(problems)
    _rows(path, TERM_COLUMNS, problems, take)
    if len(problems) == before and (missing := [code for code in codes if code not in found]):
        problems.append(f"{path.name}: no row for {', '.join(missing)}")
    return {code: found[code] for code in codes if code in found}


def _read_needs(path: Path, dfe: Mapping[int, Term], problems: list[str]) -> dict[str, Need]:
    found: dict[str, Need] = {}

    def take(where: str, row: dict[str, str]) -> None:
        faults = _faults(row, dfe)
        if row["code"] in found:
            faults.append(f'the code "{row["code"]}" is in a row above too')
        problems.extend(f"{where}: {fault}" for fault in faults)
        if not faults:
            plain = tuple(word.strip().lower() for word in row["plain"].split("|") if word.strip())
            numbers = tuple(int(number) for number in row["dfe"].split(";") if number.strip())
            found[row["code"]] = Need(
                row["code"], row["name"], plain, numbers, row["group"], row["description"]
            )

    _rows(path, COLUMNS, problems, take)
    return found


def _faults(row: Mapping[str, str], dfe: Mapping[int, Term]) -> list[str]:
    """What is wrong with a need's row, in words for the steward who wrote it."""
    faults = []
    if not _CODE.fullmatch(row["code"]):
        faults.append(
            f'the code "{row["code"]}" must be 2 to 40 small letters, digits and _, beginning with a letter'
        )
    faults += [f"the {name} is empty" for name in ("name", "group", "description") if not row[name]]
    for number in filter(None, (one.strip() for one in row["dfe"].split(";"))):
        if not number.isdecimal() or int(number) not in dfe:
            faults.append(f'"{number}" is not the id of a DfE term in dfe_terms.csv')
    words = [word.strip().lower() for word in row["plain"].split("|")]
    if twice := sorted({word for word in words if word and words.count(word) > 1}):
        faults.append(f'"{twice[0]}" stands twice among the plain words')
    return faults
