"""What a newer list of schools changes: new, closed, renamed, moved, and told otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from directory.schools.school import COLUMNS, School


@dataclass
class Difference:
    """Two lists compared by register number. Pairs are (before, after)."""

    new: list[School] = field(default_factory=list)
    closed: list[tuple[School, str]] = field(default_factory=list)  # with what the newer list says of it
    renamed: list[tuple[School, School]] = field(default_factory=list)
    moved: list[tuple[School, School]] = field(default_factory=list)
    other: list[tuple[School, School, list[str]]] = field(default_factory=list)  # with the members changed

    @property
    def any(self) -> bool:
        """Whether the lists differ."""
        return bool(self.new or self.closed or self.renamed or self.moved or self.other)

    def facts(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "new": [_told(one) for one in self.new],
            "closed": [_told(one) | {"now": now} for one, now in self.closed],
            "renamed": [_told(new) | {"before": old.name} for old, new in self.renamed],
            "moved": [_told(new) | {"before": old.postcode} for old, new in self.moved],
            "other": [_told(new) | {"members": changed} for _old, new, changed in self.other],
        }


def difference(
    before: Sequence[School], after: Sequence[School], not_open: Mapping[str, str] | None = None
) -> Difference:
    """Compare two lists. `not_open` is the state of the schools in the newer file that are not open."""
    found = Difference()
    old, new = {one.urn: one for one in before}, {one.urn: one for one in after}
    found.new = [one for urn, one in new.items() if urn not in old]
    states = not_open or {}
    found.closed = [(one, states.get(urn, "not in the file")) for urn, one in old.items() if urn not in new]
    for urn in old.keys() & new.keys():
        was, now = old[urn], new[urn]
        changed = [name for name in COLUMNS if getattr(was, name) != getattr(now, name)]
        if "name" in changed:
            found.renamed.append((was, now))
        if "postcode" in changed:
            found.moved.append((was, now))
        if rest := [name for name in changed if name not in ("name", "postcode")]:
            found.other.append((was, now, rest))
    found.renamed.sort(key=_number)
    found.moved.sort(key=_number)
    found.other.sort(key=lambda triple: triple[1].urn)
    return found


def _number(pair: tuple[School, School]) -> str:
    return pair[1].urn


def _told(school: School) -> dict[str, Any]:
    return {"urn": school.urn, "name": school.name, "postcode": school.postcode}
