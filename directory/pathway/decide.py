"""From answers to an outcome. Nothing is added up: the highest level that any answer demands, the routes that
any answer demands, and the first rule of the table that holds. Pure, and a fraction of a millisecond."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import Literal, NamedTuple

from directory.pathway.flow import Choice, Flow, Option, Other, Outcome, Question, Route, Row, Rule
from directory.pathway.walk import Answers, Walk, asked, follow

Direction = Literal["up", "down", "across"]


class Undecided(ValueError):
    """No outcome can be given: a question is unanswered (`question`), or no rule holds (`question` None)."""

    def __init__(self, message: str, question: Question | None = None) -> None:
        self.question = question
        super().__init__(message)


class Change(NamedTuple):
    """What one other answer would have led to: another level or outcome, or other routes that beat the level.

    `asks` are questions that it would open and that have no answer yet: the outcome is then the least.
    `routes` are all that would be demanded, as bits of `Flow.route_bit`. `direction` is that of the level; at
    the same level, up is one such route more and down one fewer.
    """

    question: Question
    given: Choice
    instead: Choice
    outcome: Outcome
    level: str
    routes: int
    direction: Direction
    asks: tuple[str, ...] = ()


# Where other answers lead, if not to the same: the outcome, the rank of the level, the routes' bits.
Then = tuple[Outcome, int, int, Direction]
# An answer, the one that could have been given instead, where that leads, and what it would open.
Turn = tuple[Option, Other, Then, tuple[str, ...]]


@dataclass(frozen=True)
class Decision:
    """An outcome with its reasons.

    `demanded` is the highest level that an answer demands and `level` that of the result, never lower.
    `route` is the route that the rule answered to, `also` all others, `deciding` the answers behind all
    of it. `would_change` has for each question the nearest worse answer that leads further up and, of the
    deciding ones, the nearest milder that leads down.
    """

    flow: Flow = field(repr=False)
    answers: Answers
    asked: tuple[Question, ...]
    outcome: Outcome
    level: str
    demanded: str
    rule: Rule
    routes: tuple[Route, ...]
    route: Route | None
    also: tuple[Route, ...]
    deciding: tuple[tuple[Question, Choice], ...]
    turns: tuple[Turn, ...] = field(repr=False)

    @cached_property
    def would_change(self) -> tuple[Change, ...]:
        """The changes that `turns` are."""
        return tuple(self.change(one) for one in self.turns)

    def change(self, turn: Turn) -> Change:
        """One of `turns` as a change."""
        given, other, (outcome, rank, routes, direction), asks = turn
        level = self.flow.levels[rank].id
        return Change(given.question, given.given, other.choice, outcome, level, routes, direction, asks)

    @property
    def held_by(self) -> tuple[Question, ...]:
        """The questions whose answers each demand the level by themselves."""
        return tuple(
            question
            for question, choice in self.deciding
            if choice.demands is not None and choice.demands.level == self.level
        )


class _Sum(NamedTuple):
    """What answers demand together: the level's rank, the routes' bits; and the answers a rule may name."""

    rank: int
    routes: int
    answers: Mapping[str, str]


def decide(flow: Flow, answers: Mapping[str, str]) -> Decision:
    """The outcome of a whole set of answers. Those to questions not asked do not count.

    Raises `WalkError` for an answer that the flow does not have, `Undecided` where one is missing.
    """
    return decide_walk(flow, follow(flow, answers))


def decide_walk(flow: Flow, walk: Walk) -> Decision:
    """The same of answers that were walked through already. Raises `Undecided` where one is missing."""
    if walk.next is not None:
        raise Undecided(f"{walk.next.title!r} is not answered yet.", walk.next)
    given = [flow.options[one] for one in walk.answers.items()]  # in the order of the path
    total = _sum(given)
    row = _row(flow, total)
    if row is None:
        raise Undecided("No rule of the questionnaire holds for these answers.")
    rule = row.rule
    routes = tuple([route for route in flow.routes if flow.route_bit[route.id] & total.routes])
    headline = (one for one in rule.when.routes if flow.route_bit[one] & total.routes)
    route = next((flow.route_by_id[one] for one in headline), None)
    rank = max(total.rank, row.rank)
    decides = [
        one.route != 0 or one.rank == total.rank > 0 or one.question.id in rule.when.answers for one in given
    ]
    return Decision(
        flow=flow,
        answers=walk.answers,
        asked=walk.path,
        outcome=row.outcome,
        level=flow.levels[rank].id,
        demanded=flow.levels[total.rank].id,
        rule=rule,
        routes=routes,
        route=route,
        also=tuple([one for one in routes if one is not route]),
        deciding=tuple([(one.question, one.given) for one in compress(given, decides)]),
        turns=_turns(_Others(flow, walk.answers, given, total, (row.outcome, rank)), decides),
    )


def _sum(given: Iterable[Option]) -> _Sum:
    """What the answers given on a path demand; a question without an answer demands nothing."""
    rank = routes = 0
    named = {}
    for one in given:
        rank = max(rank, one.rank)
        routes |= one.route
        if one.named:
            named[one.question.id] = one.given.id
    return _Sum(rank, routes, named)


def _row(flow: Flow, total: _Sum) -> Row | None:
    """The first rule that holds."""
    at = _place(flow, total)
    return None if at is None else flow.rows[total.rank][at]


def _place(flow: Flow, total: _Sum) -> int | None:
    """Its place in the rows of the rank."""
    routes = total.routes | flow.any_route
    for at, row in enumerate(flow.rows[total.rank]):
        if row.routes & routes and (not row.answers or _named(row, total.answers)):
            return at
    return None


def _named(row: Row, answers: Mapping[str, str]) -> bool:
    return all(answers.get(question) in choices for question, choices in row.answers)


class _Others:
    """What other answers would have led to, one question at a time, quickly.

    That hangs on nothing but what is demanded together and the answers that a rule names, so it is worked
    out once for each. `result` is the outcome and the rank of the level that the answers themselves lead to.
    """

    def __init__(
        self, flow: Flow, answers: Answers, given: Sequence[Option], total: _Sum, result: tuple[Outcome, int]
    ) -> None:
        self.flow, self.answers, self.given, self.total, self.result = flow, answers, given, total, result
        self.known: dict[tuple[int, int], Then | None] = {(total.rank, total.routes): None}
        self.ended = given[-1].given.ends  # what would be asked after the last question is not
        self._places: dict[int, int | None] = {}  # of the first rule, by rank, with the routes as they are
        seen = again = next_rank = highest = 0
        for one in given:
            again |= seen & one.route
            seen |= one.route
            if one.rank == total.rank:
                highest += 1
            elif one.rank > next_rank:
                next_rank = one.rank
        self._once = seen & ~again  # routes that one answer alone demands
        self._rank_without = total.rank if highest > 1 else next_rank

    def without(self, one: Option) -> tuple[int, int]:
        """The rank and the routes that all the other answers demand."""
        rank = self._rank_without if one.rank == self.total.rank else self.total.rank
        return rank, self.total.routes & ~(one.route & self._once)

    def demanding(self, rank: int, routes: int) -> Then | None:
        """Where so much demanded would lead, with the answers that a rule may name left as they are."""
        key = (rank, routes)
        if key not in self.known:
            self.known[key] = self._led(self._first(rank, routes), rank, routes)
        return self.known[key]

    def _first(self, rank: int, routes: int) -> Row | None:
        """The first rule that holds, with the answers that a rule may name left as they are.

        With a route more than is demanded now it is the same rule as without, or an earlier one that names
        the route.
        """
        flow, total = self.flow, self.total
        added = routes & ~total.routes
        if routes & total.routes != total.routes or added & (added - 1):
            return _row(flow, _Sum(rank, routes, total.answers))
        if rank not in self._places:
            self._places[rank] = _place(flow, _Sum(rank, total.routes, total.answers))
        rows, place = flow.rows[rank], self._places[rank]
        for at in flow.places[rank][added] if added else ():
            if place is not None and at >= place:
                break
            if not rows[at].answers or _named(rows[at], total.answers):
                return rows[at]
        return None if place is None else rows[place]

    def steered(
        self, one: Option, other: Other, least: int, routes: int
    ) -> tuple[Then | None, tuple[str, ...]]:
        """Where an answer leads though it may open or close questions, or a rule name it; and what it opens.

        `least` and `routes` are what the answers to all other questions demand.
        """
        flow, question = self.flow, one.question.id
        if other.opens is None or other.closes is None or self.ended:
            changed = {**self.answers, question: other.choice.id}
            path = asked(flow, changed)
            left = [flow.options[each.id, changed[each.id]] for each in path if each.id in changed]
            return self._then(_sum(left)), tuple([each.id for each in path if each.id not in changed])
        if other.closes:
            least = routes = 0
            gone = {question, *other.closes}
            for each in self.given:
                if each.question.id not in gone:
                    least = max(least, each.rank)
                    routes |= each.route
        named = {each: given for each, given in self.total.answers.items() if each not in other.closes}
        if one.named:
            named[question] = other.choice.id
        return self._then(_Sum(max(least, other.rank), routes | other.route, named)), other.opens

    def _then(self, total: _Sum) -> Then | None:
        return self._led(_row(self.flow, total), total.rank, total.routes)

    def _led(self, row: Row | None, rank: int, routes: int) -> Then | None:
        """Where a rule leads with so much demanded."""
        if row is None:  # the proof finds such a table; here there is nothing to tell
            return None
        level, beating = self.result[1], self.flow.beating
        rank = max(rank, row.rank)
        before, after = self.total.routes & beating, routes & beating
        if rank == level and after == before and row.outcome is self.result[0]:
            return None
        direction: Direction = "across"
        if rank != level:
            direction = "up" if rank > level else "down"
        elif after != before and (after & before) in (before, after):
            direction = "up" if after & before == before else "down"
        return row.outcome, rank, routes, direction


def _turns(others: _Others, decides: Sequence[bool]) -> tuple[Turn, ...]:
    """The nearest change up for each question asked, and down for each that decides."""
    known, total, ended = others.known, others.total, others.ended
    found: list[Turn] = []
    for one, deciding in zip(others.given, decides, strict=True):
        # An answer that does not decide demands no route and less than the highest level.
        least, routes = others.without(one) if deciding else total[:2]
        for candidates in (one.worse, one.milder) if deciding else (one.worse,):
            for other in candidates:
                _choice, rank, route, opened, _closed, plain = other
                if plain and not ended:
                    key = (rank if rank > least else least, routes | route)
                    then = known[key] if key in known else others.demanding(*key)
                else:
                    then, opened = others.steered(one, other, least, routes)
                if then is not None:
                    found.append((one, other, then, opened or ()))
                    break
    return tuple(found)
