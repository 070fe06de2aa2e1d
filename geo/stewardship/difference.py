"""What would change for families between two drawings of a layer, area by area and postcode by postcode."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from geo.stewardship.assignment import NONE, Assignment


@dataclass(frozen=True)
class Difference:
    """From the drawing in force (`against`, empty when there is none) to a new one.

    `moves` counts postcodes by (code before, code after), most first; an empty code is no area.
    """

    against: str
    added: list[tuple[str, str]]
    removed: list[tuple[str, str]]
    renamed: list[tuple[str, str, str]]
    moved: int
    moves: list[tuple[str, str, int]]

    def as_json(self) -> dict[str, object]:
        """The same as plain values."""
        return {
            "against": self.against or None,
            "added": [{"code": code, "name": name} for code, name in self.added],
            "removed": [{"code": code, "name": name} for code, name in self.removed],
            "renamed": [{"code": code, "before": old, "after": new} for code, old, new in self.renamed],
            "postcodes_moved": self.moved,
            "moves": [{"before": a or None, "after": b or None, "postcodes": n} for a, b, n in self.moves],
        }


def difference(against: str, before: Assignment | None, after: Assignment) -> Difference:
    """Compare two assignments of the same postcodes. `against` names the generation of `before`."""
    new = {area.code: area.name for area in after.areas}
    if before is None:
        return Difference("", sorted(new.items()), [], [], 0, [])
    old = {area.code: area.name for area in before.areas}
    counts: Counter[tuple[str, str]] = Counter()
    for was, now in zip(before.index.tolist(), after.index.tolist(), strict=True):
        one = before.areas[was].code if was != NONE else ""
        two = after.areas[now].code if now != NONE else ""
        if one != two:
            counts[one, two] += 1
    return Difference(
        against,
        [(code, name) for code, name in sorted(new.items()) if code not in old],
        [(code, name) for code, name in sorted(old.items()) if code not in new],
        [(code, old[code], name) for code, name in sorted(new.items()) if code in old and old[code] != name],
        sum(counts.values()),
        [(a, b, n) for (a, b), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))],
    )
