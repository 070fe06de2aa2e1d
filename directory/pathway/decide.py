"""From answers to an outcome. Nothing is added up: the highest level that any answer demands, the routes that
any answer demands, and the first rule of the table that holds. Pure, and a fraction of a millisecond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from directory.pathway.flow import Choice, Flow, Option, Outcome, Question, Route, Rule
from directory.pathway.together import Direction, Together, together
from directory.pathway.turning import Turn, turns
from directory.pathway.walk import Answers, Walk, follow


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


@dataclass(frozen=True)
class Decision:
    """An outcome with its reasons.

    `demanded` is the highest level that an answer demands and `level` that of the result, never lower.
    `route` is the route that the rule answered to, `also` all others, `deciding` the answers behind all
    of it. `telling` are the answers from which anything follows, what services to look for included.
    `would_change` has for each question the nearest worse answer that leads further up and, of the deciding
    ones, the nearest milder that leads down.
    """

    flow: Flow = field(repr=False)
    walk: Walk = field(repr=False)
    together: Together = field(repr=False)
    outcome: Outcome
    level: str
    demanded: str
    rule: Rule
    routes: tuple[Route, ...]
    route: Route | None
    also: tuple[Route, ...]
    deciding: tuple[Option, ...]
    telling: tuple[Option, ...] = field(repr=False)

    @property
    def answers(self) -> Answers:
        """The answers that count, in the order of the questions."""
        return self.walk.answers

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions asked, in their order."""
        return self.walk.path

    @cached_property
    def turns(self) -> list[Turn]:
        """The changes of `would_change`, quicker to make."""
        return turns(self.walk, self.together, self.telling, self.deciding)

    @cached_property
    def would_change(self) -> tuple[Change, ...]:
        """The changes that `turns` are."""
        return tuple(self.change(one) for one in self.turns)

    def change(self, turn: Turn) -> Change:
        """One of `turns` as a change."""
        given, (outcome, rank, routes, direction) = turn.given, turn.then
        level = self.flow.levels[rank].id
        instead = turn.other.choice
        return Change(given.question, given.given, instead, outcome, level, routes, direction, turn.asks)

    @property
    def held_by(self) -> tuple[Question, ...]:
        """The questions whose answers each demand the level by themselves."""
        demands = [(one.question, one.given.demands) for one in self.deciding]
        return tuple([question for question, demand in demands if demand and demand.level == self.level])


def decide(flow: Flow, answers: Mapping[str, str]) -> Decision:
    """The outcome of a whole set of answers. Those to questions not asked do not count.

    Raises `WalkError` for an answer that the flow does not have, `Undecided` where one is missing.
    """
    return decide_walk(flow, follow(flow, answers))


def decide_walk(flow: Flow, walk: Walk) -> Decision:
    """The same of answers that were walked through already. Raises `Undecided` where one is missing."""
    if walk.next is not None:
        raise Undecided(f"{walk.next.title!r} is not answered yet.", walk.next)
    telling = tuple([one for one in walk.given if not one.quiet])
    total = together(flow, telling)
    row, rank = total.row, total.total.rank
    if row is None:
        raise Undecided("No rule of the questionnaire holds for these answers.")
    named = row.rule.when.answers
    return Decision(
        flow,
        walk,
        together=total,
        outcome=row.outcome,
        level=flow.levels[total.rank].id,
        demanded=flow.levels[rank].id,
        rule=row.rule,
        routes=total.routes,
        route=total.route,
        also=total.also,
        deciding=tuple(
            [one for one in telling if one.route or one.rank == rank > 0 or one.question.id in named]
        ),
        telling=telling,
    )
