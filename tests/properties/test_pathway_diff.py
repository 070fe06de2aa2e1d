"""What a version changes, beside brute force: every pair of combinations of made-up small questionnaires."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.pathway.diff import compare
from directory.pathway.flow import Flow
from tests.properties.test_pathway_proof import Brute, flows


@st.composite
def two_versions(draw: st.DrawFn) -> tuple[Flow, Flow]:
    """Two questionnaires with questions, choices, routes and outcomes in common, in any order."""
    old, new = draw(flows()), draw(flows())
    questions = list(draw(st.permutations(new.questions)))
    return old, replace(new, version="2", questions=tuple(questions))


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(two_versions())
def test_what_changes_between_two_versions_is_what_brute_force_says(versions: tuple[Flow, Flow]) -> None:
    old, new = versions
    found, first, second = compare(old, new), Brute(old), Brute(new)

    def known(answers: dict[str, str]) -> bool:
        return all(
            name not in flow.by_id or flow.by_id[name].choice(given_) is not None
            for flow in versions
            for name, given_ in answers.items()
        )

    olds = [at for at, one in enumerate(first.all) if known(one)]
    news = [at for at, one in enumerate(second.all) if known(one)]
    changed: Counter[tuple[str, str, str, str]] = Counter()
    cheapest: dict[tuple[str, str, str, str], int] = {}
    lost: Counter[str] = Counter()
    compared = 0
    dominating = {one.id for one in new.routes if one.dominates}
    for one in olds:
        for two in news:
            a, b = first.all[one], second.all[two]
            if any(b.get(name, given_) != given_ for name, given_ in a.items()):
                continue
            compared += 1
            before, after = first.decided[one], second.decided[two]
            key = (
                before.outcome.id if before else "none", before.level if before else "none",
                after.outcome.id if after else "none", after.level if after else "none",
            )  # fmt: skip
            if key[:2] != key[2:]:
                changed[key] += 1
                cost = first.cost(a) + second.cost(b)
                cheapest[key] = min(cost, cheapest.get(key, cost))
            if not second.demanded(b) & dominating:
                beating = {r.id for r in old.routes if r.beats_level}
                lost.update((first.demanded(a) & beating) - second.demanded(b))
    assert found.compared == compared
    told: Counter[tuple[str, str, str, str]] = Counter()
    costs: dict[tuple[str, str, str, str], int] = {}
    for one_change in found.changes:
        key = (one_change.before, one_change.level_before, one_change.after, one_change.level_after)
        if key[:2] != key[2:]:  # the same outcome may also come by an override or no longer by one
            told[key] += one_change.combinations
            cost = first.cost(one_change.old) + second.cost(one_change.new)
            costs[key] = min(cost, costs.get(key, cost))
        assert one_change.old in first.all
        assert one_change.new in second.all
    assert told == changed
    assert costs == cheapest
    assert {one_lost.route: one_lost.combinations for one_lost in found.lost} == dict(lost)
    assert found.uncompared == (len(first.all) - len(olds), len(second.all) - len(news))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(flows())
def test_a_version_does_not_differ_from_itself(flow: Flow) -> None:
    found = compare(flow, flow)
    assert not found.changes
    assert not found.lost
    assert not found.lowers
    assert found.compared == len(Brute(flow).all)
