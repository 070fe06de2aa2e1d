"""From answers to an outcome. Nothing is added up: the highest level that any answer demands, the routes that
any answer demands, and the first rule of the table that holds. Pure, and a fraction of a millisecond."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from directory.pathway.flow import Choice, Demand, Flow, Outcome, Question, Route, Rule
from directory.pathway.walk import Answers, asked, follow

Direction = Literal["up", "down", "across"]


class Undecided(ValueError):
    """No outcome can be given: a question is unanswered (`question`), or no rule holds (`question` None)."""

    def __init__(self, message: str, question: Question | None = None) -> None:
        self.question = question
        super().__init__(message)


@dataclass(frozen=True)
class Change:
    """What one other answer would have led to: another level or outcome, or other routes that beat the level.

    `asks` are questions that it would open and that have no answer yet: the outcome is then the least.
    `direction` is that of the level; at the same level, up is one such route more and down one fewer.
    """

    question: Question
    given: Choice
    instead: Choice
    outcome: Outcome
    level: str
    routes: tuple[str, ...]
    direction: Direction
    asks: tuple[str, ...] = ()


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
    would_change: tuple[Change, ...]

    @property
    def held_by(self) -> tuple[Question, ...]:
        """The questions whose answers each demand the level by themselves."""
        return tuple(
            question
            for question, choice in self.deciding
            if choice.demands is not None and choice.demands.level == self.level
        )


@dataclass(frozen=True)
class _Sum:
    """What all answers demand together: the level's rank, the routes, and the answers themselves."""

    rank: int
    routes: frozenset[str]
    answers: Mapping[str, str]


def decide(flow: Flow, answers: Mapping[str, str]) -> Decision:
    """The outcome of a whole set of answers. Those to questions not asked do not count.

    Raises `WalkError` for an answer that the flow does not have, `Undecided` where one is missing.
    """
    walk = follow(flow, answers)
    if walk.next is not None:
        raise Undecided(f"{walk.next.title!r} is not answered yet.", walk.next)
    total = _sum(flow, walk.path, walk.answers)
    rule = _rule(flow, total)
    if rule is None:
        raise Undecided("No rule of the questionnaire holds for these answers.")
    outcome = flow.outcome_by_id[rule.outcome]
    routes = tuple(route for route in flow.routes if route.id in total.routes)
    route = next((flow.route_by_id[one] for one in rule.when.routes if one in total.routes), None)
    rank = max(total.rank, flow.level_rank[outcome.level])
    deciding = tuple(
        (question, choice)
        for question in walk.path
        for choice in (flow.choices[question.id, walk.answers[question.id]],)
        if _decides(flow, question, choice, total, rule)
    )
    return Decision(
        flow=flow,
        answers=walk.answers,
        asked=walk.path,
        outcome=outcome,
        level=flow.levels[rank].id,
        demanded=flow.levels[total.rank].id,
        rule=rule,
        routes=routes,
        route=route,
        also=tuple(one for one in routes if one is not route),
        deciding=deciding,
        would_change=_changes(
            flow, walk.path, walk.answers, total, (outcome.id, rank), {one.id for one, _ in deciding}
        ),
    )


def _decides(flow: Flow, question: Question, choice: Choice, total: _Sum, rule: Rule) -> bool:
    demand = choice.demands
    if demand is not None and demand.route is not None:
        return True
    if demand is not None and demand.level is not None and flow.level_rank[demand.level] == total.rank > 0:
        return True
    return question.id in rule.when.answers


def _sum(flow: Flow, path: tuple[Question, ...], answers: Mapping[str, str]) -> _Sum:
    """What is demanded on a path; a question without an answer demands nothing."""
    rank, routes = 0, set()
    for question in path:
        given = answers.get(question.id)
        demand = flow.choices[question.id, given].demands if given is not None else None
        if demand is not None:
            if demand.level is not None:
                rank = max(rank, flow.level_rank[demand.level])
            if demand.route is not None:
                routes.add(demand.route)
    on_path = {question.id for question in path}
    return _Sum(
        rank,
        frozenset(routes),
        {one: answers[one] for one in flow.ruling if one in on_path and one in answers},
    )


def _rule(flow: Flow, total: _Sum) -> Rule | None:
    """The first rule that holds."""
    level = flow.levels[total.rank].id
    for rule in flow.rules:
        when = rule.when
        if when.routes and total.routes.isdisjoint(when.routes):
            continue
        if when.levels and level not in when.levels:
            continue
        if when.at_least is not None and total.rank < flow.level_rank[when.at_least]:
            continue
        if all(total.answers.get(question) in wanted for question, wanted in when.answers.items()):
            return rule
    return None


class _Others:
    """What is demanded by all answers but one, quickly: for asking what another answer would have led to."""

    def __init__(self, flow: Flow, path: tuple[Question, ...], answers: Answers, total: _Sum) -> None:
        self.flow, self.answers, self.total = flow, answers, total
        self.on_path = {question.id for question in path}
        demands = {question.id: flow.choices[question.id, answers[question.id]].demands for question in path}
        self._rank = {one: _rank(flow, demand) for one, demand in demands.items()}
        self._ranks = Counter(self._rank.values())
        self._route = {one: demand.route if demand else None for one, demand in demands.items()}
        self._routes = Counter(self._route.values())
        self._ruled: dict[tuple[int, frozenset[str]], Rule | None] = {}

    def instead(self, question: Question, choice: Choice) -> tuple[_Sum, Rule | None, tuple[str, ...]]:
        """The sum with `choice` given instead, its rule, and the questions that it opens."""
        given = self.flow.choices[question.id, self.answers[question.id]]
        if choice.ends or given.ends or question.id in self.flow.steering:
            changed = {**self.answers, question.id: choice.id}
            path = tuple(asked(self.flow, changed))
            total = _sum(self.flow, path, changed)
            opened = tuple(one.id for one in path if one.id not in changed)
            return total, _rule(self.flow, total), opened
        demand = choice.demands
        own = self._rank[question.id]
        rank = max((r for r, n in self._ranks.items() if n > (r == own)), default=0)
        rank = max(rank, _rank(self.flow, demand))
        routes = self.total.routes
        mine = self._route[question.id]
        if mine is not None and self._routes[mine] == 1:
            routes = routes - {mine}
        if demand is not None and demand.route is not None:
            routes = routes | {demand.route}
        if question.id in self.flow.ruling:
            total = _Sum(rank, routes, {**self.total.answers, question.id: choice.id})
            return total, _rule(self.flow, total), ()
        total = _Sum(rank, routes, self.total.answers)
        key = (rank, routes)
        if key not in self._ruled:
            self._ruled[key] = _rule(self.flow, total)
        return total, self._ruled[key], ()


def _rank(flow: Flow, demand: Demand | None) -> int:
    return flow.level_rank[demand.level] if demand is not None and demand.level is not None else 0


def _changes(
    flow: Flow,
    path: tuple[Question, ...],
    answers: Answers,
    total: _Sum,
    result: tuple[str, int],
    deciding: set[str],
) -> tuple[Change, ...]:
    """The nearest change up for each question asked, and down for each that decides."""
    others = _Others(flow, path, answers, total)
    found: list[Change] = []
    for question in path:
        given = flow.choices[question.id, answers[question.id]]
        worse = [one for one in flow.ranked[question.id] if one.rank > given.rank]
        milder = [one for one in reversed(flow.ranked[question.id]) if one.rank < given.rank]
        for candidates in (worse, milder if question.id in deciding else []):
            for choice in candidates:
                change = _change(question, given, choice, others, result)
                if change is not None:
                    found.append(change)
                    break
    return tuple(found)


def _change(
    question: Question, given: Choice, choice: Choice, others: _Others, result: tuple[str, int]
) -> Change | None:
    """What `choice` would have led to, None where to the same."""
    flow = others.flow
    total, rule, asks = others.instead(question, choice)
    if rule is None:  # the proof finds such a table; here there is nothing to tell
        return None
    outcome = flow.outcome_by_id[rule.outcome]
    rank = max(total.rank, flow.level_rank[outcome.level])
    before, after = others.total.routes & flow.beating, total.routes & flow.beating
    if (outcome.id, rank) == result and after == before:
        return None
    direction: Direction = "across"
    if rank != result[1]:
        direction = "up" if rank > result[1] else "down"
    elif after != before and (after > before or after < before):
        direction = "up" if after > before else "down"
    routes = tuple(route.id for route in flow.routes if route.id in total.routes)
    return Change(question, given, choice, outcome, flow.levels[rank].id, routes, direction, asks)
