"""All combinations of answers at once: layer by layer the states they can lead to, with exact counts.

Layer i holds the states in which the first i questions are behind. A state not asked the next question
goes on as it is. Counts are whole numbers without bound; costs find the shortest example: first the fewest
answers that are not the mildest, then the fewest answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from directory.pathway.proof.facts import Facts, Move

Ids = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

OFF, ANSWER = 1 << 20, 1
"""The cost of an answer that is not the mildest, and of any answer."""

State = tuple[int, int, bool]
"""The level's rank, the bits, and whether an answer has ended it all."""


class Layers:
    """The reachable states of `facts`, from nothing answered to everything.

    `next[i][s, c]` is the state of layer i + 1 after choice c in state s of layer i, the same for every c
    where the question is not asked; `asked[i][s]` says whether it is.
    """

    def __init__(
        self,
        facts: Facts,
        progress: Callable[[int], None] = lambda _done: None,
        only: Collection[tuple[str, str]] = (),
    ) -> None:
        self.facts = facts
        self.steps = facts.steps
        self.barred = frozenset(only)
        self.states: list[list[State]] = [[(0, facts.keep(0, 0, 0), False)]]
        self.next: list[Ids] = []
        self.asked: list[Flags] = []
        for at in range(len(self.steps)):
            self._grow(at)
            progress(1)

    def _grow(self, at: int) -> None:
        facts, step, last = self.facts, self.steps[at], len(self.steps)
        index: dict[State, int] = {}
        short: dict[State, int] = {}

        def enter(level: int, bits: int, ended: bool) -> int:
            raw = (level, bits, ended)
            known = short.get(raw)
            if known is None:
                kept = (level, facts.keep(last if ended else at + 1, level, bits), ended)
                known = short[raw] = index.setdefault(kept, len(index))
            return known

        rows, asked = [], []
        for level, bits, ended in self.states[at]:
            if ended or step.needs & ~bits:
                rows.append([enter(level, bits, ended)] * len(step.moves))
                asked.append(False)
            else:
                rows.append([enter(max(level, one.level), bits | one.gain, one.ends) for one in step.moves])
                asked.append(True)
        self.next.append(np.array(rows, dtype=np.int64))
        self.asked.append(np.array(asked, dtype=bool))
        self.states.append(list(index))

    @property
    def size(self) -> int:
        """How many states there are, over all layers."""
        return sum(len(layer) for layer in self.states)

    @property
    def final(self) -> Sequence[State]:
        """The states at the end."""
        return self.states[-1]

    def counts(self) -> list[int]:
        """For each state at the end, how many combinations of answers lead to it."""
        now = [1]
        for at in range(len(self.steps)):
            later = [0] * len(self.states[at + 1])
            for state, (row, asked) in enumerate(
                zip(self.next[at].tolist(), self.asked[at].tolist(), strict=True)
            ):
                for target in row if asked else row[:1]:
                    later[target] += now[state]
            now = later
        return now

    def shortest(self) -> list[Ids]:
        """For each layer, the cost of the cheapest way to each state."""
        return cheapest(
            self.next, self.asked, [step.moves for step in self.steps], [len(one) for one in self.states]
        )

    def way(self, costs: Sequence[Ids], state: int, at: int | None = None) -> dict[str, str]:
        """The answers of the cheapest way to a state of layer `at`, the last unless given."""
        return trace(
            self.next, self.asked, costs, state, [(one.question, one.moves) for one in self.steps][:at]
        )


def price(move: Move) -> int:
    """What an answer adds to the cost of an example."""
    return (OFF if move.off_mildest else 0) + ANSWER


def cheapest(
    following: Sequence[Ids], asked: Sequence[Flags], moves: Sequence[Sequence[Move]], sizes: Sequence[int]
) -> list[Ids]:
    """For each layer, the cost of the cheapest way to each of its states."""
    far = np.iinfo(np.int64).max // 4
    costs: list[Ids] = [np.zeros(1, dtype=np.int64)]
    for at, table in enumerate(following):
        later = np.full(sizes[at + 1], far, dtype=np.int64)
        for column, move in enumerate(moves[at]):
            np.minimum.at(later, table[:, column], costs[at] + np.where(asked[at], price(move), 0))
        costs.append(later)
    return costs


def trace(
    following: Sequence[Ids],
    asked: Sequence[Flags],
    costs: Sequence[Ids],
    state: int,
    steps: Sequence[tuple[str, Sequence[Move]]],
) -> dict[str, str]:
    """The answers of the cheapest way to `state` of the layer behind the last of `steps`."""
    found: dict[str, str] = {}
    for at in range(len(steps) - 1, -1, -1):
        question, moves = steps[at]
        state = _back(following[at], asked[at], costs[at], costs[at + 1], state, question, moves, found)
    return dict(reversed(found.items()))


def _back(
    table: Ids,
    asked: Flags,
    before: Ids,
    after: Ids,
    state: int,
    question: str,
    moves: Sequence[Move],
    found: dict[str, str],
) -> int:
    for column, move in enumerate(moves):
        paid = before + np.where(asked, price(move), 0)
        hit = np.flatnonzero((table[:, column] == state) & (paid == after[state]))
        if hit.size:
            if asked[hit[0]]:
                found[question] = move.choice
            return int(hit[0])
    raise AssertionError("a state without a way to it")  # cannot be: every state was reached


class Minimal:
    """`layers` with states merged that lead to the same `labels` at the end whatever is answered.

    It has the same combinations, and of each the same label, in as few states as there can be.
    """

    def __init__(self, layers: Layers, labels: Sequence[int]) -> None:
        self.steps = layers.steps
        self.next: list[Ids] = []
        self.asked: list[Flags] = []
        values, merged = np.unique(np.array(labels, dtype=np.int64), return_inverse=True)
        self.labels: Ids = values
        self.sizes = [len(values)]
        for table, asked in zip(reversed(layers.next), reversed(layers.asked), strict=True):
            rows = np.column_stack([asked.astype(np.int64), merged.reshape(-1)[table]])
            distinct, merged = np.unique(rows, axis=0, return_inverse=True)
            self.next.insert(0, np.ascontiguousarray(distinct[:, 1:]))
            self.asked.insert(0, distinct[:, 0].astype(bool))
            self.sizes.insert(0, len(distinct))

    def shortest(self) -> list[Ids]:
        """For each layer, the cost of the cheapest way to each state."""
        return cheapest(self.next, self.asked, [step.moves for step in self.steps], self.sizes)

    def paths(self) -> int:
        """How many different rows of questions can be asked."""
        now: dict[frozenset[int], int] = {frozenset([0]): 1}
        for table, asked in zip(self.next, self.asked, strict=True):
            later: dict[frozenset[int], int] = {}
            for states, count in now.items():
                here = [one for one in states if asked[one]]
                past = [one for one in states if not asked[one]]
                for some in (here, past):
                    if some:
                        after = frozenset(table[some].ravel().tolist())
                        later[after] = later.get(after, 0) + count
            now = later
        return sum(now.values())
