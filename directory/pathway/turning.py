"""What other answers would have led to: one question at a time, the nearest answers that lead elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from directory.pathway.flow import Option, Other
from directory.pathway.together import Demanded, Then, Together, demanded
from directory.pathway.walk import Walk, walk_of


@dataclass(slots=True, eq=False)
class Turn:
    """An answer, another that could have been given instead, where that leads, and what it would open.

    `told` is for whoever tells it, once.
    """

    given: Option
    other: Other
    then: Then
    asks: tuple[str, ...]
    told: Any = None


def turns(
    walk: Walk, together: Together, telling: Sequence[Option], deciding: Sequence[Option]
) -> list[Turn]:
    """The nearest change up for each question asked, and down for each of those that decide.

    `telling` are the answers given from which anything follows, `deciding` those behind the outcome. What
    hangs on nothing but what is demanded together is worked out once for all who demand the same.
    """
    others = _Others(walk, together, telling, {one.number for one in deciding})
    known: dict[int, Turn | None] = {} if others.ended else together.kept.setdefault("turns", {})
    found: list[Turn] = []
    for one in walk.given:
        number = one.number
        if number in known:
            turn = known[number]
            if turn is not None:
                found.append(turn)
        elif others.decides(one):
            found += filter(None, (others.nearest(one, one.worse), others.nearest(one, one.milder)))
        else:
            turn = others.nearest(one, one.worse)
            if one.steady and not others.ended:
                known[number] = turn
            if turn is not None:
                found.append(turn)
    return found


class _Others:
    """Other answers to the questions of one walk. `ended`: its last answer ends it, so less is asked."""

    def __init__(self, walk: Walk, together: Together, telling: Sequence[Option], deciding: set[int]) -> None:
        self.walk, self.together, self._deciding = walk, together, deciding
        self.flow, self.total = together.flow, together.total
        self.ended = walk.given[-1].given.ends
        seen = again = next_rank = highest = 0
        for one in telling:
            again |= seen & one.route
            seen |= one.route
            if one.rank == self.total.rank:
                highest += 1
            elif one.rank > next_rank:
                next_rank = one.rank
        self._once = seen & ~again  # routes that one answer alone demands
        self._rank_without = self.total.rank if highest > 1 else next_rank

    def decides(self, one: Option) -> bool:
        """Whether an answer is behind the outcome: else it demands no route, and less than the result."""
        return one.number in self._deciding

    def nearest(self, one: Option, candidates: Sequence[Other]) -> Turn | None:
        """The first of other answers that leads elsewhere."""
        rank = self._rank_without if one.rank == self.total.rank else self.total.rank
        routes = self.total.routes & ~(one.route & self._once)
        for other in candidates:
            asks = other.opens or ()
            if other.plain and not self.ended:
                then = self.together.demanding(max(other.rank, rank), routes | other.route)
            else:
                then, asks = self._steered(one, other, rank, routes)
            if then is not None:
                return Turn(one, other, then, asks)
        return None

    def _steered(
        self, one: Option, other: Other, rank: int, routes: int
    ) -> tuple[Then | None, tuple[str, ...]]:
        """Where an answer leads though it may open or close questions, or a rule name it; and what it opens.

        `rank` and `routes` are what the answers to all other questions demand.
        """
        question, choice = one.question.id, other.choice.id
        asks: tuple[str, ...] = other.opens or ()
        named = self.total.answers
        if other.choice.ends:  # nothing is asked after it
            before = takewhile(lambda each: each is not one, self.walk.given)
            rank, routes, named = demanded(before)
        elif other.opens is None or other.closes is None or self.ended:
            walk = walk_of(self.flow, {**self.walk.answers, question: choice})
            asks = tuple([each.id for each in walk.path if each.id not in walk.answers])
            return self.together.leading(demanded(walk.given)), asks
        elif other.closes:
            gone = {question, *other.closes}
            rank, routes, named = demanded([each for each in self.walk.given if each.question.id not in gone])
        if one.named:
            named = {**named, question: choice}
        return self.together.leading(Demanded(max(rank, other.rank), routes | other.route, named)), asks
