"""Which areas of two layers overlap, and which combinations of areas homes have.

Counted are the city's postcodes that homes can have: those in use (as far as the source says), without those
parked at a sorting office, which are almost a quarter and nobody's home (docs/adr/0015). A postcode in no
area of a layer counts under None, so that what is counted on one side is counted on the other and the shares
of an area add up to one. Pure Python over the gazetteer's mapped columns: some milliseconds a pair of layers,
worked out once for an open gazetteer and then kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from weakref import WeakKeyDictionary

from geo.gazetteer import NONE, PARKED_AT, Gazetteer

Area = int | None
Count = int | float


@dataclass(frozen=True)
class Part:
    """An area of the other layer that an area shares homes with: how many, and the share (0 to 1) of both."""

    other: Area
    count: Count
    share: float
    share_of_other: float


class Crossing:
    """Two layers across each other. Areas are their places in the generations' lists."""

    def __init__(self, counts: Mapping[tuple[Area, Area], Count]) -> None:
        self.counts = dict(counts)
        self._of: defaultdict[Area, Count] = defaultdict(int)
        self._of_other: defaultdict[Area, Count] = defaultdict(int)
        self._others: defaultdict[Area, list[Area]] = defaultdict(list)
        self._areas: defaultdict[Area, list[Area]] = defaultdict(list)
        for (area, other), count in self.counts.items():
            self._of[area] += count
            self._of_other[other] += count
            self._others[area].append(other)
            self._areas[other].append(area)

    def total(self, area: Area) -> Count:
        """How much an area of the first layer holds."""
        return self._of.get(area, 0)

    def total_of_other(self, other: Area) -> Count:
        """How much an area of the second layer holds."""
        return self._of_other.get(other, 0)

    def parts(self, area: Area) -> list[Part]:
        """What an area of the first layer is made of, the largest part first."""
        whole = self.total(area)
        found = [
            Part(other, count, count / whole, count / self._of_other[other])
            for other in self._others.get(area, ())
            if (count := self.counts[area, other])
        ]
        return sorted(found, key=lambda part: (-part.count, part.other is None, part.other or 0))

    def straddling(self) -> dict[int, list[int]]:
        """The areas of the second layer that have homes in more than one area of the first, with these."""
        found = {
            other: sorted(area for area in areas if area is not None and self.counts[area, other])
            for other, areas in self._areas.items()
            if other is not None
        }
        return {other: found[other] for other in sorted(found) if len(found[other]) > 1}


class Crosswalk:
    """What is asked of one gazetteer's columns, each worked out when it is first asked for."""

    def __init__(
        self, columns: Sequence[memoryview], shared_by: memoryview, ended: memoryview | None = None
    ) -> None:
        """Columns of areas, how many postcodes share each row's point, and when each ended (0: not)."""
        self._columns = columns
        live = bytes(not end for end in ended) if ended is not None else bytes([1]) * len(shared_by)
        self.live: bytes = live  # 1 for each city row that is in use, as far as the source says
        self.homes: bytes = bytes(
            here and shared < PARKED_AT for here, shared in zip(live, shared_by, strict=True)
        )
        self._crossings: dict[tuple[int, int], Crossing] = {}
        self._combinations: dict[tuple[int, ...], dict[Area, Counter[tuple[Area, ...]]]] = {}

    def between(self, one: int, other: int) -> Crossing:
        """Two generations, by their places in the gazetteer, across each other."""
        key = (one, other)
        if key not in self._crossings:
            counted = self._counted(key)
            self._crossings[key] = Crossing({(areas[0], areas[1]): n for areas, n in counted.items()})
        return self._crossings[key]

    def weighted(self, one: int, other: int, weights: Iterable[float]) -> Crossing:
        """The same with a weight for each city row in place of one for each home."""
        found: defaultdict[tuple[Area, Area], float] = defaultdict(float)
        columns = (self._columns[one].tolist(), self._columns[other].tolist())
        for area, across, weight in zip(*columns, weights, strict=True):
            found[_area(area), _area(across)] += weight
        return Crossing(found)

    def homes_in(self, one: int) -> dict[Area, int]:
        """How many postcodes of homes each area of a generation holds."""
        return {area: each.total() for area, each in self.combinations(one, ()).items()}

    def combinations(self, of: int, teams: Sequence[int]) -> dict[Area, Counter[tuple[Area, ...]]]:
        """For each area of the generation `of`: the combinations of areas of `teams` that its homes have."""
        key = (of, *teams)
        if key not in self._combinations:
            found: defaultdict[Area, Counter[tuple[Area, ...]]] = defaultdict(Counter)
            for (area, *combination), count in self._counted(key).items():
                found[area][tuple(combination)] = count
            self._combinations[key] = dict(found)
        return self._combinations[key]

    def _counted(self, which: Sequence[int]) -> Counter[tuple[Area, ...]]:
        rows = zip(*(self._columns[index].tolist() for index in which), strict=True)
        counted = Counter(compress(rows, self.homes))
        return Counter({tuple(map(_area, row)): count for row, count in counted.items()})


def _area(value: int) -> Area:
    return None if value == NONE else value


_KEPT: WeakKeyDictionary[Gazetteer, Crosswalk] = WeakKeyDictionary()


def crosswalk_of(gazetteer: Gazetteer) -> Crosswalk:
    """The crosswalk of an open gazetteer: the same one each time, for as long as the gazetteer is held."""
    found = _KEPT.get(gazetteer)
    if found is None:
        made = Crosswalk(gazetteer.columns, gazetteer.shared_by, gazetteer.ended)
        found = _KEPT.setdefault(gazetteer, made)
    return found
