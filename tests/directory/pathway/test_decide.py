"""The decision, over every set of answers to the small questionnaire."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter

import pytest

from directory.pathway.decide import Decision, Undecided, decide
from directory.pathway.explain import explanation, explanation_text, rule_words, would_change
from directory.pathway.flow import Condition, Flow
from directory.pathway.reading import load_flow
from directory.pathway.walk import Answers, WalkError, next_question, parse, write
from geo.home import data_dir


def _plainly(flow: Flow, answers: Answers) -> tuple[str, str, set[str]]:
    """Outcome, level and routes worked out in the plainest way: the table read by hand."""
    ranks, routes = [0], set()
    for question, choice in answers.items():
        demand = flow.choices[question, choice].demands
        if demand is not None and demand.level:
            ranks.append([level.id for level in flow.levels].index(demand.level))
        if demand is not None and demand.route:
            routes.add(demand.route)
    rank = max(ranks)
    consent = answers.get("consent")
    if "danger" in routes:
        outcome = "danger"
    elif "exploitation_harm" in routes or rank == 3:
        outcome = "complex"
    elif "lado" in routes:
        outcome = "lado"
    elif rank >= 2:
        outcome = "ask_first" if consent in ("no", "not_sure") else "additional"
    elif "conversation" in routes:
        outcome = "conversation"
    else:
        outcome = "universal_plus" if rank == 1 else "universal"
    own = [level.id for level in flow.levels].index(flow.outcome_by_id[outcome].level)
    return outcome, flow.levels[max(rank, own)].id, routes


@pytest.fixture(scope="module")
def decisions(small: Flow, every: list[Answers]) -> dict[str, Decision]:
    return {write(small, answers): decide(small, answers) for answers in every}


def test_every_combination_has_the_outcome_that_the_table_gives_by_hand(
    small: Flow, every: list[Answers], decisions: dict[str, Decision]
) -> None:
    for answers in every:
        decision = decisions[write(small, answers)]
        outcome, level, routes = _plainly(small, answers)
        assert (decision.outcome.id, decision.level) == (outcome, level)
        assert {one.id for one in decision.routes} == routes
    assert len({one.outcome.id for one in decisions.values()}) == len(small.outcomes)


def test_no_result_is_below_a_level_that_is_demanded(small: Flow, decisions: dict[str, Decision]) -> None:
    for decision in decisions.values():
        assert small.level_rank[decision.level] >= small.level_rank[decision.demanded]
        assert small.level_rank[decision.level] >= small.level_rank[decision.outcome.level]


def test_a_route_that_is_demanded_is_answered_or_listed_and_never_dropped(
    decisions: dict[str, Decision],
) -> None:
    for decision in decisions.values():
        headline = {decision.route.id} if decision.route else set()
        assert headline | {one.id for one in decision.also} == {one.id for one in decision.routes}
        assert not headline & {one.id for one in decision.also}


def test_a_rule_that_answers_to_two_routes_drops_neither(small: Flow) -> None:
    both = dataclasses.replace(small.rules[1], when=Condition(routes=("lado", "exploitation_harm")))
    flow = dataclasses.replace(small, rules=(small.rules[0], both, *small.rules[2:]))
    decision = decide(flow, parse(flow, "v1.an.bm.cy.dy.ha.ia.ky"))
    assert decision.route is not None and decision.route.id == "lado"
    assert [one.id for one in decision.also] == ["exploitation_harm", "exploitation_risk"]


def test_what_would_change_the_result_is_what_happens_when_it_is_changed(
    small: Flow, decisions: dict[str, Decision]
) -> None:
    seen: Counter[str] = Counter()
    for decision in decisions.values():
        for change in decision.would_change:
            changed = {**decision.answers, change.question.id: change.instead.id}
            for opened in change.asks:  # what is demanded no further is the mildest
                changed[opened] = small.ranked[opened][0].id
            then = decide(small, changed)
            assert (then.outcome, then.level) == (change.outcome, change.level)
            assert sum(small.route_bit[one.id] for one in then.routes) == change.routes
            moved = small.level_rank[then.level] - small.level_rank[decision.level]
            if moved:
                assert change.direction == ("up" if moved > 0 else "down")
            seen[change.direction] += 1
    assert min(seen["up"], seen["down"], seen["across"]) > 50


def test_each_deciding_answer_says_what_a_milder_one_would_have_led_to(
    small: Flow, decisions: dict[str, Decision]
) -> None:
    """None that lowers the result is left out: every milder answer to every question is tried."""
    for decision in list(decisions.values())[::7]:
        told = {one.question.id for one in decision.would_change if one.direction == "down"}
        for question in decision.asked:
            given = small.choices[question.id, decision.answers[question.id]]
            lowers = False
            for choice in question.choices:
                if choice.rank < given.rank:
                    try:
                        then = decide(small, {**decision.answers, question.id: choice.id})
                    except Undecided:
                        continue
                    lowers |= small.level_rank[then.level] < small.level_rank[decision.level]
            assert not lowers or question.id in told


def test_the_deciding_answers_alone_give_the_same_level_and_routes(
    small: Flow, decisions: dict[str, Decision]
) -> None:
    for decision in decisions.values():
        ranks = [
            small.level_rank[choice.demands.level]
            for choice in [one.given for one in decision.deciding]
            if choice.demands is not None and choice.demands.level is not None
        ]
        assert max(ranks, default=0) == small.level_rank[decision.demanded]
        routes = {one.given.demands.route for one in decision.deciding if one.given.demands}
        assert routes - {None} == {one.id for one in decision.routes}


def test_an_unanswered_question_is_named_and_nothing_is_guessed(small: Flow) -> None:
    with pytest.raises(Undecided, match="somebody be using") as refused:
        decide(small, {"danger": "no"})
    assert refused.value.question is not None and refused.value.question.id == "exploitation"


def test_an_unknown_answer_is_refused(small: Flow) -> None:
    with pytest.raises(WalkError, match="perhaps"):
        decide(small, {"danger": "perhaps"})


def test_danger_needs_no_other_answer(small: Flow) -> None:
    decision = decide(small, {"danger": "yes"})
    assert decision.outcome.id == "danger"
    assert decision.level == "immediate"


def test_every_reason_names_its_source_and_is_written_in_sentences(
    small: Flow, decisions: dict[str, Decision]
) -> None:
    for address, decision in list(decisions.items())[::11]:
        facts = explanation(decision, address)
        for one in facts["why"]:
            source = facts["sources"][one["source"]]
            assert source["reference"] == one["source"]
            assert source["address"].startswith("https://")
            assert source["words"]
        assert facts["rule"]["source"] in facts["sources"]
        assert all(one["words"].endswith(".") for one in facts["would_change"])
        text = explanation_text(facts)
        assert decision.outcome.title in text and "Why" in text


def test_where_several_answers_hold_the_level_it_is_said_that_all_must_change(small: Flow) -> None:
    decision = decide(small, parse(small, "v1.an.bn.dn.hd.id.ky"))
    last = would_change(decision)[-1].facts
    assert last["question"] is None
    assert "How is the child's health?" in last["words"] and "How is the home?" in last["words"]
    alone = decide(small, parse(small, "v1.an.bn.dn.hd.ia.ky"))
    assert all(one.facts["question"] is not None for one in would_change(alone))
    assert any(one.facts["direction"] == "down" for one in would_change(alone))


def test_only_where_several_hold_it_are_several_asked_to_change(decisions: dict[str, Decision]) -> None:
    for decision in list(decisions.values())[::5]:
        joint = [one.facts for one in would_change(decision) if one.facts["question"] is None]
        assert not joint or len(decision.held_by) > 1


def test_the_rules_can_be_read(small: Flow) -> None:
    words = [rule_words(small, rule) for rule in small.rules]
    assert words[0] == "When an answer opens the route Immediate danger: Call 999 now."
    assert "Additional Needs or above" in words[4] and "“No”" in words[4]
    assert words[-1] == "When no rule before it holds: Help for everybody."


def test_on_the_shipped_questionnaire_too_every_change_told_is_what_would_have_happened() -> None:
    """A hundred walks drawn with a fixed seed; the mildest answer to what a change opens demands nothing."""
    draw = random.Random(4)
    for flow in (load_flow(path) for path in sorted((data_dir() / "pathways").glob("*/*.yaml"))):
        told = 0
        for _walk in range(100):
            answers: Answers = {}
            while (question := next_question(flow, answers)) is not None:
                ranked = flow.ranked[question.id]
                answers[question.id] = (draw.choice(ranked) if draw.random() < 0.3 else ranked[0]).id
            decision = decide(flow, answers)
            for change in decision.would_change:
                changed = {**decision.answers, change.question.id: change.instead.id}
                mildest = {one: flow.ranked[one][0] for one in change.asks}
                if any(one.demands is not None for one in mildest.values()):
                    continue
                changed |= {one: choice.id for one, choice in mildest.items()}
                try:
                    then = decide(flow, changed)
                except Undecided:
                    continue  # a mildest answer opens one question more
                assert (then.outcome.id, then.level) == (change.outcome.id, change.level)
                assert sum(flow.route_bit[one.id] for one in then.routes) == change.routes
                told += 1
        assert told > 500
