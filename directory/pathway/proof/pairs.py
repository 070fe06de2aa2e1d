"""One answer made worse, the rest held: both runs walked in step over all combinations.

Where the change opens or closes questions, a question that only one run is asked is free there, and one that
both are asked has the same answer in both. Pairs of states stand for pairs of combinations, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from directory.pathway.proof.layers import Flags, Ids, Minimal, price, trace

Bad = Callable[[Ids, Ids], Flags]
"""Which pairs of labels (of the milder run, of the worse run) are a fault."""


@dataclass(frozen=True)
class Pair:
    """A fault: the question whose answer was made worse, and both runs' answers, the shortest there are."""

    question: str
    milder: Mapping[str, str]
    worse: Mapping[str, str]
    cost: int


@dataclass(frozen=True)
class _Layer:
    """Joint states: of the milder run, of the worse run, and the cost of the cheapest way to both."""

    milder: Ids
    worse: Ids
    cost: Ids


class Worsening:
    """The walk in step over `minimal`. `size` is how many joint states were gone through."""

    def __init__(
        self, minimal: Minimal, bad: Bad, progress: Callable[[int], None] = lambda _done: None
    ) -> None:
        self.minimal, self.bad = minimal, bad
        self.costs = minimal.shortest()
        self.size = 0
        found = self._run(None, progress)
        self.holds = not len(found[-1].milder)

    def faults(self) -> list[Pair]:
        """The shortest fault for each question that has one; gone through question by question."""
        if self.holds:
            return []
        found = []
        for at, step in enumerate(self.minimal.steps):
            layers = self._run(at)
            if len(layers[-1].milder):
                best = int(np.argmin(layers[-1].cost))
                found.append(self._trace(step.question, at, layers, best))
        return sorted(found, key=lambda one: one.cost)

    def _run(self, only: int | None, progress: Callable[[int], None] = lambda _done: None) -> list[_Layer]:
        """Each layer's joint states; the last has only those that are a fault."""
        nothing = np.zeros(0, dtype=np.int64)
        layer = _Layer(nothing, nothing, nothing)
        layers = [layer]
        for at in range(len(self.minimal.steps)):
            layer = self._grow(at, layer, only in (None, at))
            layers.append(layer)
            self.size += len(layer.milder)
            progress(1)
        labels = self.minimal.labels
        wrong = self.bad(labels[layer.milder], labels[layer.worse])
        layers[-1] = _Layer(layer.milder[wrong], layer.worse[wrong], layer.cost[wrong])
        return layers

    def _grow(self, at: int, layer: _Layer, parting: bool) -> _Layer:
        table, asked, moves = self.minimal.next[at], self.minimal.asked[at], self.minimal.steps[at].moves
        neither = ~(asked[layer.milder] | asked[layer.worse])
        parts = [(table[layer.milder[neither], 0], table[layer.worse[neither], 0], layer.cost[neither])]
        milder, worse, cost = layer.milder[~neither], layer.worse[~neither], layer.cost[~neither]
        askings = asked[milder].astype(np.int64) + asked[worse]
        for column, move in enumerate(moves):
            parts.append((table[milder, column], table[worse, column], cost + askings * price(move)))
        if parting:
            here = np.flatnonzero(asked)
            for left, mild in enumerate(moves):
                for right, bad in enumerate(moves):
                    if bad.rank > mild.rank:
                        both = 2 * self.costs[at][here] + price(mild) + price(bad)
                        parts.append((table[here, left], table[here, right], both))
        width = self.minimal.sizes[at + 1]
        code = np.concatenate([one * width + two for one, two, _ in parts])
        paid = np.concatenate([one for _, _, one in parts])
        order = np.lexsort((paid, code))
        code, paid = code[order], paid[order]
        first = np.ones(len(code), dtype=bool)
        first[1:] = code[1:] != code[:-1]
        first &= code // max(width, 1) != code % max(width, 1)  # the same from here on: no fault can follow
        code = code[first]
        return _Layer(code // max(width, 1), code % max(width, 1), paid[first])

    def _trace(self, question: str, only: int, layers: list[_Layer], best: int) -> Pair:
        end = layers[-1]
        one, two, cost = int(end.milder[best]), int(end.worse[best]), int(end.cost[best])
        total = cost
        milder: dict[str, str] = {}
        worse: dict[str, str] = {}
        for at in range(len(layers) - 2, only, -1):
            one, two, cost = self._back(at, layers[at], (one, two, cost), milder, worse)
        table, moves = self.minimal.next[only], self.minimal.steps[only].moves
        steps = [(step.question, step.moves) for step in self.minimal.steps]
        for left, mild in enumerate(moves):
            for right, bad in enumerate(moves):
                if bad.rank <= mild.rank:
                    continue
                paid = 2 * self.costs[only] + price(mild) + price(bad)
                hit = np.flatnonzero(
                    self.minimal.asked[only]
                    & (table[:, left] == one)
                    & (table[:, right] == two)
                    & (paid == cost)
                )
                if hit.size:
                    before = trace(
                        self.minimal.next, self.minimal.asked, self.costs, int(hit[0]), steps[:only]
                    )
                    first = {**before, question: mild.choice, **dict(reversed(milder.items()))}
                    second = {**before, question: bad.choice, **dict(reversed(worse.items()))}
                    return Pair(question, first, second, total)
        raise AssertionError("a joint state without a way to it")  # cannot be: it was reached

    def _back(
        self,
        at: int,
        layer: _Layer,
        target: tuple[int, int, int],
        milder: dict[str, str],
        worse: dict[str, str],
    ) -> tuple[int, int, int]:
        table, asked, step = self.minimal.next[at], self.minimal.asked[at], self.minimal.steps[at]
        one, two, cost = target
        askings = asked[layer.milder].astype(np.int64) + asked[layer.worse]
        for column, move in enumerate(step.moves):
            hit = np.flatnonzero(
                (table[layer.milder, column] == one)
                & (table[layer.worse, column] == two)
                & (layer.cost + askings * price(move) == cost)
            )
            if hit.size:
                state = hit[0]
                if asked[layer.milder[state]]:
                    milder[step.question] = move.choice
                if asked[layer.worse[state]]:
                    worse[step.question] = move.choice
                return int(layer.milder[state]), int(layer.worse[state]), int(layer.cost[state])
        raise AssertionError("a joint state without a way to it")  # cannot be: it was reached


def count_pairs(minimal: Minimal) -> int:
    """How many pairs of whole combinations there are with one answer worse in the second."""
    same: dict[int, int] = {0: 1}
    apart: dict[tuple[int, int], int] = {}
    for table, asked, step in zip(minimal.next, minimal.asked, minimal.steps, strict=True):
        rows, flags = table.tolist(), asked.tolist()
        alike: dict[int, int] = {}
        parted: dict[tuple[int, int], int] = {}
        for state, count in same.items():
            for target in rows[state] if flags[state] else rows[state][:1]:
                alike[target] = alike.get(target, 0) + count
            if flags[state]:
                for left, mild in enumerate(step.moves):
                    for right, bad in enumerate(step.moves):
                        if bad.rank > mild.rank:
                            key = (rows[state][left], rows[state][right])
                            parted[key] = parted.get(key, 0) + count
        for (one, two), count in apart.items():
            columns = len(step.moves) if flags[one] or flags[two] else 1
            for column in range(columns):
                key = (rows[one][column], rows[two][column])
                parted[key] = parted.get(key, 0) + count
        same, apart = alike, parted
    return sum(apart.values())
