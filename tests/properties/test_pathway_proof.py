"""The proof of a questionnaire beside brute force: every combination of made-up small ones, one by one.

The proof goes through abstract states; here each combination is answered question by question and decided by
the very code that answers people. Counts, faults and the length of the shortest example must be the same.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.pathway.decide import Decision, Undecided, decide
from directory.pathway.flow import (
    Choice,
    Condition,
    Consent,
    Demand,
    FamilyView,
    Flow,
    Level,
    Outcome,
    Question,
    Route,
    Rule,
    Source,
    Timeframe,
)
from directory.pathway.proof.check import check
from directory.pathway.proof.finding import Report
from directory.pathway.walk import follow

LEVELS = ("low", "middle", "high")
ROUTES = ("p", "q", "r")
OFF = 1 << 20


def _outcome(id_: str, level: str) -> Outcome:
    return Outcome(
        id_, level, id_, id_, "", Consent(False, ""), Timeframe("", None, ""), (), (), (), (), "",
        FamilyView("", "", ()), (), "s",
    )  # fmt: skip


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A small questionnaire with every kind of part, right or wrong in any way that can be decided at all."""
    routes = tuple(
        Route(one, one, "", draw(st.booleans()), draw(st.integers(0, 3)) == 0, (), (), "s")
        for one in ROUTES[: draw(st.integers(1, 3))]
    )
    demand = st.builds(
        Demand, st.sampled_from((None, *LEVELS)), st.sampled_from((None, *(one.id for one in routes)))
    )
    questions: list[Question] = []
    for at in range(draw(st.integers(1, 4))):
        when: dict[str, frozenset[str]] = {}
        for earlier in questions:
            if draw(st.integers(0, 3)) == 0:
                ids = [one.id for one in earlier.choices]
                when[earlier.id] = frozenset(draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2)))
        names = ("no", "not_sure", "yes")[: draw(st.integers(2, 3))]
        ranks = (
            draw(st.permutations(range(len(names)))) if draw(st.integers(0, 3)) == 0 else range(len(names))
        )
        choices = tuple(
            Choice(name, name[-1], name, rank, draw(st.none() | demand), draw(st.integers(0, 7)) == 0)
            for name, rank in zip(names, ranks, strict=True)
        )
        part: Any = draw(st.sampled_from(("urgent", "more")))
        questions.append(Question(f"q{at}", f"{'abcd'[at]}", part, f"q{at}", "", {}, "danger", when, choices))
    condition = st.builds(
        Condition,
        st.lists(st.sampled_from([one.id for one in routes]), max_size=2, unique=True).map(tuple),
        st.sampled_from(
            [frozenset(), frozenset(), *(frozenset([one]) for one in LEVELS), frozenset(LEVELS[::2])]
        ),
        st.sampled_from((None, None, *LEVELS)),
        st.dictionaries(
            st.sampled_from([one.id for one in questions]),
            st.frozensets(st.sampled_from(("no", "not_sure", "yes")), min_size=1, max_size=2),
            max_size=1,
        ),
    )
    outcomes = tuple(
        _outcome(f"o{at}", draw(st.sampled_from(LEVELS))) for at in range(draw(st.integers(1, 4)))
    )
    rules = [
        Rule(f"r{at}", draw(condition), draw(st.sampled_from(outcomes)).id, "s")
        for at in range(draw(st.integers(0, 4)))
    ]
    rules.append(
        Rule("last", draw(st.just(Condition()) | condition), draw(st.sampled_from(outcomes)).id, "s")
    )
    day = dt.date(2026, 11, 22)
    return Flow(
        "made", "Made up", "1", "draft", "", None, day, "Made up",
        {"s": Source("s", "s", "https://s.example", day, {})},
        tuple(Level(one, one, one, "s") for one in LEVELS), {}, tuple(questions), routes, tuple(rules),
        outcomes,
    )  # fmt: skip


class Brute:
    """Every combination of answers, one by one."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.all = list(self._walks({}))
        self.decided: list[Decision | None] = [self._decide(one) for one in self.all]
        self.rank = flow.level_rank

    def _walks(self, answers: dict[str, str]) -> Iterator[dict[str, str]]:
        question = follow(self.flow, answers).next
        if question is None:
            yield answers
            return
        for choice in question.choices:
            yield from self._walks({**answers, question.id: choice.id})

    def _decide(self, answers: dict[str, str]) -> Decision | None:
        try:
            return decide(self.flow, answers)
        except Undecided:
            return None

    def cost(self, answers: dict[str, str] | Any) -> int:
        mildest = {one.id: min(one.choices, key=lambda c: c.rank).id for one in self.flow.questions}
        return sum(OFF * (mildest[one] != given_) + 1 for one, given_ in answers.items())

    def demanded(self, answers: dict[str, str]) -> set[str]:
        found = (self.flow.choices[one].demands for one in answers.items())
        return {one.route for one in found if one is not None and one.route is not None}

    def ends(self, holds: Callable[[Decision], bool]) -> dict[str, tuple[int, int]]:
        """By rule: how many combinations are so, and the cost of the cheapest."""
        found: dict[str, list[int]] = {}
        for answers, decision in zip(self.all, self.decided, strict=True):
            if decision is not None and holds(decision):
                found.setdefault(decision.rule.id, []).append(self.cost(answers))
        return {rule: (len(costs), min(costs)) for rule, costs in found.items()}

    def pairs(self) -> Iterator[tuple[str, int, int]]:
        """The question made worse, and both combinations, by their numbers."""
        for one, milder in enumerate(self.all):
            for two, worse in enumerate(self.all):
                differing = [name for name in milder if name in worse and milder[name] != worse[name]]
                if len(differing) == 1:
                    name = differing[0]
                    before, after = (self.flow.choices[name, each[name]].rank for each in (milder, worse))
                    if after > before:
                        yield name, one, two


def _told(report: Report, brute: Brute, check_: str) -> dict[str, tuple[int | None, int]]:
    return {
        one.subject: (one.combinations, brute.cost(one.answers))
        for one in report.findings
        if one.check == check_ and one.answers is not None
    }


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(flows())
def test_the_proof_says_of_every_small_questionnaire_what_brute_force_says(flow: Flow) -> None:
    report, brute = check(flow), Brute(flow)
    assert report.counts["combinations"] == len(brute.all)
    paths = {tuple(question.id for question in follow(flow, one).path) for one in brute.all}
    assert report.counts["paths"] == len(paths)
    met = Counter(one.outcome.id for one in brute.decided if one is not None)
    assert {name: count for name, count in report.by_outcome.items() if count} == dict(met)

    subjects = {(one.check, one.subject) for one in report.findings}
    asked = {name for one in brute.all for name in one}
    demanded = {route for one in brute.all for route in brute.demanded(one)}
    rules = {one.rule.id for one in brute.decided if one is not None}
    for kind, everything, reached in (
        ("question", flow.questions, asked),
        ("route", flow.routes, demanded),
        ("rule", flow.rules, rules),
        ("outcome", flow.outcomes, set(met)),
    ):
        never = {one.id for one in everything if one.id not in reached}  # type: ignore[attr-defined]
        assert {subject for check_, subject in subjects if check_ == kind} == never, kind

    gaps = [brute.cost(one) for one, end in zip(brute.all, brute.decided, strict=True) if end is None]
    assert _told(report, brute, "one_outcome") == ({"": (len(gaps), min(gaps))} if gaps else {})
    rank = flow.level_rank
    assert _told(report, brute, "below") == brute.ends(
        lambda one: rank[one.demanded] > rank[one.outcome.level]
    )
    for kind, chosen in (
        ("override", {one.id for one in flow.routes if one.beats_level}),
        ("dominates", {one.id for one in flow.routes if one.dominates}),
    ):
        assert _told(report, brute, kind) == brute.ends(
            lambda one, chosen=chosen: (
                bool({r.id for r in one.routes} & chosen)  # type: ignore[misc]
                and not {r.id for r in one.routes} & chosen & set(one.rule.when.routes)
            )
        )


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(flows())
def test_making_one_answer_worse_is_proved_as_brute_force_does_it(flow: Flow) -> None:
    report, brute = check(flow), Brute(flow)
    rank = flow.level_rank
    beating = {one.id for one in flow.routes if one.beats_level}
    dominating = {one.id for one in flow.routes if one.dominates}
    lower: dict[str, int] = {}
    lost: dict[tuple[str, str], int] = {}
    count = 0
    for question, one, two in brute.pairs():
        count += 1
        cost = brute.cost(brute.all[one]) + brute.cost(brute.all[two])
        first, second = brute.decided[one], brute.decided[two]
        if first is not None and second is not None and rank[first.level] > rank[second.level]:
            lower[question] = min(cost, lower.get(question, cost))
        before, after = brute.demanded(brute.all[one]), brute.demanded(brute.all[two])
        for route in (before & beating) - after if not after & dominating else ():
            lost[question, route] = min(cost, lost.get((question, route), cost))
    assert report.counts["pairs"] == count

    def cost_of(finding: Any) -> int:
        return brute.cost(finding.milder) + brute.cost(finding.answers)

    assert {f.subject: cost_of(f) for f in report.findings if f.check == "worse_level"} == lower
    told = Counter((f.subject, cost_of(f)) for f in report.findings if f.check == "worse_override")
    assert told == Counter((question, cost) for (question, _), cost in lost.items())


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(flows())
def test_every_example_is_a_whole_combination_that_opens_at_its_own_address(flow: Flow) -> None:
    brute = Brute(flow)
    for finding in check(flow).findings:
        if finding.check in (
            "one_outcome",
            "below",
            "override",
            "dominates",
            "worse_level",
            "worse_override",
        ):
            assert finding.answers in brute.all
            assert finding.milder is None or finding.milder in brute.all
