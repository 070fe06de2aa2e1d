"""What would have changed a result, beside its plain definition: each other answer tried, one by one.

`decide` works the same out from what is demanded together. Here every question is walked through anew with
the other answer in its place, what that opens left unanswered, and the rules are read as they are written.
"""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from directory.pathway.decide import Decision, Undecided, decide
from directory.pathway.flow import Flow, Rule
from directory.pathway.reading import load_flow
from directory.pathway.walk import follow
from geo.home import data_dir
from tests.properties.test_pathway_proof import Brute, flows

SHIPPED = [load_flow(path) for path in sorted((data_dir() / "pathways").glob("*/*.yaml"))]


def _demanded(flow: Flow, answers: dict[str, str]) -> tuple[int, set[str]]:
    demands = [flow.choices[one].demands for one in answers.items()]
    ranks = [flow.level_rank[one.level] for one in demands if one is not None and one.level is not None]
    return max(ranks, default=0), {one.route for one in demands if one is not None and one.route is not None}


def _holds(flow: Flow, rule: Rule, rank: int, routes: set[str], answers: dict[str, str]) -> bool:
    when = rule.when
    return (
        (not when.routes or not routes.isdisjoint(when.routes))
        and (not when.levels or flow.levels[rank].id in when.levels)
        and (when.at_least is None or rank >= flow.level_rank[when.at_least])
        and all(answers.get(question) in choices for question, choices in when.answers.items())
    )


def _led_to(flow: Flow, answers: dict[str, str]) -> tuple[str, int, set[str], tuple[str, ...]] | None:
    """The outcome, its rank, the routes, and what is asked that has no answer."""
    walk = follow(flow, answers)
    rank, routes = _demanded(flow, walk.answers)
    rule = next((one for one in flow.rules if _holds(flow, one, rank, routes, walk.answers)), None)
    if rule is None:
        return None
    level = max(rank, flow.level_rank[flow.outcome_by_id[rule.outcome].level])
    asks = tuple(one.id for one in walk.path if one.id not in walk.answers)
    return rule.outcome, level, routes, asks


def _plain(flow: Flow, decision: Decision) -> list[tuple[Any, ...]]:
    """What would change a decision, by its definition."""
    beating = {one.id for one in flow.routes if one.beats_level}
    rank, routes = _demanded(flow, decision.answers)
    level = flow.level_rank[decision.level]
    before = routes & beating
    found = []
    for question in decision.asked:
        chosen = flow.choices[question.id, decision.answers[question.id]]
        demand = chosen.demands
        decides = question.id in decision.rule.when.answers or (
            demand is not None
            and (
                demand.route is not None
                or (demand.level is not None and flow.level_rank[demand.level] == rank > 0)
            )
        )
        assert decides == (question in [one.question for one in decision.deciding])
        ranked = sorted(question.choices, key=lambda one: one.rank)
        worse = [one for one in ranked if one.rank > chosen.rank]
        milder = [one for one in ranked[::-1] if one.rank < chosen.rank] if decides else []
        for candidates in (worse, milder):
            for choice in candidates:
                led = _led_to(flow, {**decision.answers, question.id: choice.id})
                if led is None:
                    continue
                outcome, then, now_routes, asks = led
                after = now_routes & beating
                if (outcome, then) == (decision.outcome.id, level) and after == before:
                    continue
                up = then > level or (then == level and after > before)
                down = then < level or (then == level and after < before)
                direction = "up" if up else "down" if down else "across"
                found.append((question.id, choice.id, outcome, then, now_routes, direction, asks))
                break
    return found


def _told(flow: Flow, decision: Decision) -> list[tuple[Any, ...]]:
    return [
        (
            one.question.id,
            one.instead.id,
            one.outcome.id,
            flow.level_rank[one.level],
            {name for name, bit in flow.route_bit.items() if bit & one.routes},
            one.direction,
            one.asks,
        )
        for one in decision.would_change
    ]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flows())
def test_what_would_change_a_result_is_what_trying_every_other_answer_finds(flow: Flow) -> None:
    for decision in islice(filter(None, Brute(flow).decided), 60):
        assert _told(flow, decision) == _plain(flow, decision)


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: f"{flow.id}-{flow.version}")
@pytest.mark.parametrize("worries", [0.05, 0.3, 1.0])
def test_of_the_shipped_questionnaires_too(flow: Flow, worries: float) -> None:
    """Few worries, many, and a child for whom everything may be wrong at once; danger among them."""
    drawn = random.Random(11)
    told = 0
    for _walk in range(150):
        answers: dict[str, str] = {}
        while (question := follow(flow, answers).next) is not None:
            ranked = flow.ranked[question.id]
            if any(one.ends for one in ranked) and drawn.random() < 0.9:
                ranked = ranked[:1]
            answers[question.id] = (drawn.choice(ranked) if drawn.random() < worries else ranked[0]).id
        try:
            decision = decide(flow, answers)
        except Undecided:
            continue
        assert _told(flow, decision) == _plain(flow, decision)
        told += len(decision.would_change)
    assert told > 500


def test_an_answer_that_ends_it_late_counts_what_was_answered_before() -> None:
    """What it leads to hangs on the way there, though all who come that way demand the same in the end."""
    first, *others = SHIPPED[0].questions
    assert any(one.ends for one in first.choices)
    flow = replace(SHIPPED[0], questions=(*others[:20], first, *others[20:]))
    drawn = random.Random(5)
    for _walk in range(120):
        answers: dict[str, str] = {}
        while (question := follow(flow, answers).next) is not None:
            ranked = [one for one in flow.ranked[question.id] if not one.ends]
            answers[question.id] = (drawn.choice(ranked) if drawn.random() < 0.1 else ranked[0]).id
        decision = decide(flow, answers)
        assert _told(flow, decision) == _plain(flow, decision)
