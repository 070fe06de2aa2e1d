"""What answers demand together, and where that leads: the first rule of the table that holds.

It hangs on nothing but the highest level that is demanded, the routes, and the few answers that a rule
names. So it is worked out once for all who demand the same: who gave which other answers is not in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from directory.pathway.flow import Flow, Option, Outcome, Row

Direction = Literal["up", "down", "across"]
# Where other answers lead, if not to the same: the outcome, the rank of the level, the routes' bits.
Then = tuple[Outcome, int, int, Direction]
_MOST_KEPT = 512


class Demanded(NamedTuple):
    """The rank of the highest level that is demanded, the routes' bits, the answers that a rule may name."""

    rank: int
    routes: int
    answers: Mapping[str, str]


def demanded(given: Iterable[Option]) -> Demanded:
    """What the answers given on a path demand; a question without an answer demands nothing."""
    rank = routes = 0
    named: dict[str, str] = {}
    for one in given:
        rank = max(rank, one.rank)
        routes |= one.route
        if one.named:
            named[one.question.id] = one.given.id
    return Demanded(rank, routes, named)


class Together:
    """One sum of demands. `row` is the rule that holds, None where none does, and `rank` that of the result.

    `kept` is for what others make of this alone, once.
    """

    def __init__(self, flow: Flow, total: Demanded) -> None:
        self.flow, self.total = flow, total
        self.row = first_rule(flow, total)
        self.rank = total.rank if self.row is None else max(total.rank, self.row.rank)
        self.kept: dict[Hashable, Any] = {}
        self.routes = tuple([one for one in flow.routes if flow.route_bit[one.id] & total.routes])
        headline = self.row.rule.when.routes if self.row is not None else ()
        demanded = {one.id: one for one in self.routes}
        self.route = next((demanded[one] for one in headline if one in demanded), None)
        self.also = tuple([one for one in self.routes if one is not self.route])
        # The place of the first rule that holds with the routes as they are, by another rank.
        self._first: dict[int, int | None] = {}
        self._led_to: dict[tuple[int, int], Then | None] = {}

    def demanding(self, rank: int, routes: int) -> Then | None:
        """Where so much demanded would lead, with the answers that a rule may name left as they are.

        With a route more than is demanded now it is the same rule as without, or an earlier one that names
        the route.
        """
        key = (rank, routes)
        if key not in self._led_to:
            self._led_to[key] = self._demanding(rank, routes)
        return self._led_to[key]

    def _demanding(self, rank: int, routes: int) -> Then | None:
        flow, total = self.flow, self.total
        added = routes & ~total.routes
        if routes & total.routes != total.routes or added & (added - 1):
            return self.leading(Demanded(rank, routes, total.answers))
        if rank not in self._first:
            self._first[rank] = _place(flow, Demanded(rank, total.routes, total.answers))
        rows, place = flow.rows[rank], self._first[rank]
        for at in flow.places[rank][added]:
            if place is not None and at >= place:
                break
            if _holds(rows[at], total.answers):
                place = at
                break
        return None if place is None else self._led(rows[place], rank, routes)

    def leading(self, other: Demanded) -> Then | None:
        """Where it would lead to demand something else altogether."""
        row = first_rule(self.flow, other)
        # A table in which no rule holds is found by the proof; here there is nothing to tell.
        return None if row is None else self._led(row, other.rank, other.routes)

    def _led(self, row: Row, rank: int, routes: int) -> Then | None:
        """Where a rule leads with so much demanded; None where that is the same."""
        rank = max(rank, row.rank)
        if rank != self.rank:
            return row.outcome, rank, routes, "up" if rank > self.rank else "down"
        before, after = self.total.routes & self.flow.beating, routes & self.flow.beating
        if after == before:
            same = self.row is not None and row.outcome is self.row.outcome
            return None if same else (row.outcome, rank, routes, "across")
        both = after & before
        return row.outcome, rank, routes, "up" if both == before else "down" if both == after else "across"


def together(flow: Flow, given: Iterable[Option]) -> Together:
    """What the answers given on a path demand together."""
    total = demanded(given)
    key = (total.rank, total.routes, *total.answers.items())
    found: Together | None = flow.together.get(key)
    if found is None:
        if len(flow.together) >= _MOST_KEPT:
            flow.together.clear()
        found = flow.together[key] = Together(flow, total)
    return found


def first_rule(flow: Flow, total: Demanded) -> Row | None:
    """The first rule that holds."""
    at = _place(flow, total)
    return None if at is None else flow.rows[total.rank][at]


def _place(flow: Flow, total: Demanded) -> int | None:
    """Its place in the rows of the rank."""
    rows, places = flow.rows[total.rank], flow.places[total.rank]
    first: int | None = None
    left = total.routes | flow.any_route
    while left:
        bit = left & -left
        left ^= bit
        for at in places[bit]:
            if first is not None and at >= first:
                break
            if _holds(rows[at], total.answers):
                first = at
                break
    return first


def _holds(row: Row, answers: Mapping[str, str]) -> bool:
    """Whether the answers that a rule names are given, for one whose level and routes are demanded."""
    return not row.answers or all(answers.get(question) in choices for question, choices in row.answers)
