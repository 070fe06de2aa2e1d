"""From answers to an outcome. Nothing is added up: the highest level that any answer demands, the routes that
any answer demands, and the first rule of the table that holds. Pure, and a fraction of a millisecond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, NamedTuple

from directory.pathway.flow import Choice, Flow, Outcome, Question, Route, Rule
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


class _Sum(NamedTuple):
    """What answers demand together: the level's rank, the routes' bits; and the answers a rule may name."""

    rank: int
    routes: int
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
    routes = tuple(route for route in flow.routes if flow.route_bit[route.id] & total.routes)
    headline = (one for one in rule.when.routes if flow.route_bit[one] & total.routes)
    route = next((flow.route_by_id[one] for one in headline), None)
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


def _sum(flow: Flow, path: Sequence[Question], answers: Mapping[str, str]) -> _Sum:
    """What is demanded on a path; a question without an answer demands nothing."""
    rank = routes = 0
    ruling = {}
    for question in path:
        given = answers.get(question.id)
        if given is None:
            continue
        level, bit = flow.demanded[question.id, given]
        rank = max(rank, level)
        routes |= bit
        if question.id in flow.ruling:
            ruling[question.id] = given
    return _Sum(rank, routes, ruling)


def _rule(flow: Flow, total: _Sum) -> Rule | None:
    """The first rule that holds."""
    level, routes = 1 << total.rank, total.routes
    for rule, wanted_routes, levels, wanted in flow.tests:
        if not levels & level or (wanted_routes and not wanted_routes & routes):
            continue
        if not wanted or all(total.answers.get(question) in choices for question, choices in wanted):
            return rule
    return None


def _together(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """What two demands, each a rank and routes, come to."""
    return max(one[0], other[0]), one[1] | other[1]


class _Others:
    """What is demanded by all answers but one, quickly: for asking what another answer would have led to."""

    def __init__(self, flow: Flow, path: Sequence[Question], answers: Answers, total: _Sum) -> None:
        self.flow, self.answers, self.total = flow, answers, total
        self._ruled: dict[tuple[int, int], Rule | None] = {}
        demanded = [flow.demanded[question.id, answers[question.id]] for question in path]
        self._before = list(accumulate(demanded, _together, initial=(0, 0)))
        self._after = list(accumulate(reversed(demanded), _together, initial=(0, 0)))[::-1]

    def without(self, at: int) -> tuple[int, int]:
        """The rank and the routes that all but the answer number `at` of the path demand."""
        return _together(self._before[at], self._after[at + 1])

    def same(self, question: Question, choice: Choice, rest: tuple[int, int]) -> bool:
        """Whether `choice`, which opens and ends nothing and is named by no rule, demands nothing new."""
        level, bit = self.flow.demanded[question.id, choice.id]
        return (max(rest[0], level), rest[1] | bit) == self.total[:2]

    def instead(
        self, question: Question, choice: Choice, rest: tuple[int, int]
    ) -> tuple[_Sum, Rule | None, tuple[str, ...]]:
        """The sum with `choice` beside the `rest`, its rule, and the questions that it opens."""
        flow = self.flow
        opened: tuple[str, ...] | None = ()
        if flow.steers(question.id, self.answers[question.id], choice.id):
            opened = self._opens(question, choice)
        if opened is None:
            changed = {**self.answers, question.id: choice.id}
            path = asked(flow, changed)
            total = _sum(flow, path, changed)
            return total, _rule(flow, total), tuple(one.id for one in path if one.id not in changed)
        level, bit = flow.demanded[question.id, choice.id]
        rank, routes = max(rest[0], level), rest[1] | bit
        if question.id in flow.ruling:
            total = _Sum(rank, routes, {**self.total.answers, question.id: choice.id})
            return total, _rule(flow, total), opened
        total = _Sum(rank, routes, self.total.answers)
        key = (rank, routes)
        if key not in self._ruled:
            self._ruled[key] = _rule(flow, total)
        return total, self._ruled[key], opened

    def _opens(self, question: Question, choice: Choice) -> tuple[str, ...] | None:
        """The questions that `choice` opens, where that is all it does to the path; else None.

        A question that opens has no answer, so it demands nothing and opens no other.
        """
        if choice.ends or self.flow.choices[question.id, self.answers[question.id]].ends:
            return None
        opened = []
        for later in self.flow.dependents[question.id]:
            if later.id in self.answers:
                if choice.id not in later.when[question.id]:
                    return None
            elif all(
                (choice.id if earlier == question.id else self.answers.get(earlier)) in wanted
                for earlier, wanted in later.when.items()
            ):
                opened.append(later.id)
        return tuple(opened)


def _changes(
    flow: Flow,
    path: Sequence[Question],
    answers: Answers,
    total: _Sum,
    result: tuple[str, int],
    deciding: set[str],
) -> tuple[Change, ...]:
    """The nearest change up for each question asked, and down for each that decides."""
    others = _Others(flow, path, answers, total)
    found: list[Change] = []
    for at, question in enumerate(path):
        given = flow.choices[question.id, answers[question.id]]
        ranked = flow.ranked[question.id]
        worse = [one for one in ranked if one.rank > given.rank]
        milder = [one for one in reversed(ranked) if one.rank < given.rank] if question.id in deciding else []
        # An answer that does not decide demands no route and less than the highest level.
        rest = others.without(at) if question.id in deciding else total[:2]
        plain = not (question.id in flow.dependents or question.id in flow.ruling or given.ends)
        for candidates in (worse, milder):
            for choice in candidates:
                if plain and not choice.ends and others.same(question, choice, rest):
                    continue
                change = _change(question, given, choice, others, rest, result)
                if change is not None:
                    found.append(change)
                    break
    return tuple(found)


def _change(
    question: Question,
    given: Choice,
    choice: Choice,
    others: _Others,
    rest: tuple[int, int],
    result: tuple[str, int],
) -> Change | None:
    """What `choice` would have led to, None where to the same."""
    flow = others.flow
    total, rule, asks = others.instead(question, choice, rest)
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
    elif after != before and (after & before) in (before, after):
        direction = "up" if after & before == before else "down"
    routes = tuple(route.id for route in flow.routes if flow.route_bit[route.id] & total.routes)
    return Change(question, given, choice, outcome, flow.levels[rank].id, routes, direction, asks)
