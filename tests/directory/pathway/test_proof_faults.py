"""Faults put into the shipped questionnaire on purpose: each is found by its own check, with answers that
show it when they are walked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from directory.outcome_contacts import OutcomeContacts
from directory.pathway.decide import Undecided, decide
from directory.pathway.flow import Choice, Condition, Demand, Flow, Question, Rule
from directory.pathway.library import library
from directory.pathway.proof.check import check
from directory.pathway.proof.finding import Finding, page_address
from directory.pathway.walk import next_question, path, read, walk_of
from directory.routing.combinations import periods
from directory.routing.contacts import ContactPoint, load_contacts, load_forbidden
from directory.routing.proof import Combination
from geo.gazetteer import Gazetteer
from geo.home import data_dir, var_dir

Fault = Callable[[Flow], Flow]


@pytest.fixture(scope="module")
def shipped() -> Flow:
    return library(data_dir(), var_dir()).version("early-help", "1")


def _question(flow: Flow, id_: str, **changes: Any) -> Flow:
    assert id_ in flow.by_id
    return replace(flow, questions=tuple(replace(q, **changes) if q.id == id_ else q for q in flow.questions))


def _choice(flow: Flow, question: str, choice: str, **changes: Any) -> Flow:
    choices = tuple(replace(c, **changes) if c.id == choice else c for c in flow.by_id[question].choices)
    return _question(flow, question, choices=choices)


def _rule(flow: Flow, id_: str, **changes: Any) -> Flow:
    return replace(flow, rules=tuple(replace(r, **changes) if r.id == id_ else r for r in flow.rules))


def _route(flow: Flow, id_: str, **changes: Any) -> Flow:
    return replace(flow, routes=tuple(replace(r, **changes) if r.id == id_ else r for r in flow.routes))


def _outcome(flow: Flow, id_: str, **changes: Any) -> Flow:
    return replace(flow, outcomes=tuple(replace(o, **changes) if o.id == id_ else o for o in flow.outcomes))


def _moved(flow: Flow, what: str, id_: str, before: str | None) -> Flow:
    """With a question or rule moved to before another, or to the end."""
    parts: list[Question | Rule] = list(getattr(flow, what))
    one = next(part for part in parts if part.id == id_)
    parts.remove(one)
    at = next((n for n, part in enumerate(parts) if part.id == before), len(parts))
    parts.insert(at, one)
    return replace(flow, **{what: tuple(parts)})


def _without_rule(flow: Flow, id_: str) -> Flow:
    return replace(flow, rules=tuple(r for r in flow.rules if r.id != id_))


def _with_rule(flow: Flow, rule: Rule, before: str) -> Flow:
    return _moved(replace(flow, rules=(*flow.rules, rule)), "rules", rule.id, before)


def _swapped(flow: Flow, question: str, one: str, two: str) -> Flow:
    """With two choices in each other's place in the file."""
    choices = list(flow.by_id[question].choices)
    a, b = (next(n for n, c in enumerate(choices) if c.id == id_) for id_ in (one, two))
    choices[a], choices[b] = choices[b], choices[a]
    return _question(flow, question, choices=tuple(choices))


def _danger_late(flow: Flow) -> Flow:
    return _moved(_moved(flow, "questions", "danger", "crisis"), "rules", "r01", "r03")


WHEN = {"danger": frozenset({"yes"}), "fgm": frozenset({"yes"})}
FAULTS: dict[str, tuple[str, str, Fault]] = {
    "a threshold set too low": (
        "worse_level", "health", lambda f: _choice(f, "health", "complex", demands=Demand("universal"))
    ),
    "the two worst answers exchanged": (
        "worse_level", "learning",
        lambda f: _choice(
            _choice(f, "learning", "complex", demands=Demand("additional")),
            "learning", "additional", demands=Demand("complex", "social_care"),
        ),
    ),
    "an override nobody demands any more": (
        "route", "homeless", lambda f: _choice(f, "homeless", "yes", demands=Demand("complex", "social_care"))
    ),
    "the rule of an override taken out": ("override", "r15", lambda f: _without_rule(f, "r14")),
    "a level's rule put before an override": ("override", "r16", lambda f: _moved(f, "rules", "r16", "r09")),
    "an override given to the milder answer": (
        "worse_override", "allegation",
        lambda f: _choice(
            _choice(f, "allegation", "not_sure", demands=Demand("complex", "lado")),
            "allegation", "yes", demands=Demand("complex", "social_care"),
        ),
    ),
    "a question closed by the worse answer": (
        "worse_override", "exploitation",
        lambda f: _question(f, "exploitation_harm", when={"exploitation": frozenset({"no", "not_sure"})}),
    ),
    "a question that waits for a later one": (
        "termination", "missing", lambda f: _question(f, "missing", when={"missing_now": frozenset({"yes"})})
    ),
    "a question that waits for itself": (
        "termination", "fgm", lambda f: _question(f, "fgm", when={"fgm": frozenset({"yes"})})
    ),
    "a question that can never be asked": (
        "question", "fgm_known", lambda f: _question(f, "fgm_known", when=WHEN)
    ),
    "an outcome no rule leads to": ("outcome", "send", lambda f: _rule(f, "r24", outcome="conversation")),
    "two rules in the wrong order": ("rule", "r20", lambda f: _moved(f, "rules", "r21", "r20")),
    "a rule that stands twice": (
        "rule", "twice",
        lambda f: _with_rule(f, Rule("twice", Condition(routes=("advice_now",)), "advice", "s"), "r18"),
    ),
    "a rule that nothing fulfils": (
        "rule", "never",
        lambda f: _with_rule(
            f, Rule("never", Condition(("danger",), frozenset({"universal"})), "danger", "s"), "r01"
        ),
    ),
    "a gap in the rules": ("one_outcome", "", lambda f: _without_rule(f, "r27")),
    "a rule for fewer levels than there are": (
        "one_outcome", "", lambda f: _rule(f, "r26", when=Condition(levels=frozenset({"immediate"})))
    ),
    "an outcome below what is demanded": (
        "below", "r16", lambda f: _outcome(f, "complex", level="additional")
    ),
    "a late rule that reassures": (
        "below", "calm",
        lambda f: _with_rule(
            f, Rule("calm", Condition(answers={"direction": frozenset({"better"})}), "universal", "s"), "r21"
        ),
    ),
    "danger asked late, and its rule second": ("dominates", "r02", _danger_late),
    "not sure that demands nothing": (
        "not_sure", "danger", lambda f: _choice(f, "danger", "not_sure", demands=None)
    ),
    "not sure ranked below the mildest": (
        "not_sure", "homeless",
        lambda f: _choice(_choice(f, "homeless", "no", rank=1), "homeless", "not_sure", rank=0),
    ),
    "a mildest answer that asks for more than not sure": (
        "not_sure", "young_carer", lambda f: _choice(f, "young_carer", "no", demands=Demand("additional"))
    ),
    "choices in the wrong order": (
        "order", "care", lambda f: _swapped(f, "care", "additional", "complex")
    ),
    "a code that two questions have": ("codes", "harm", lambda f: _question(f, "harm", code="aa")),
    "a code that two choices have": ("codes", "harm", lambda f: _choice(f, "harm", "yes", code="n")),
    "an early end that dominates nothing": (
        "early_end", "harm", lambda f: _choice(f, "harm", "yes", ends=True)
    ),
    "danger no longer dominating": ("early_end", "danger", lambda f: _route(f, "danger", dominates=False)),
    "a question about religion": (
        "protected", "home", lambda f: _question(f, "home", asks_about="religion")
    ),
    "a disability that moves the level": (
        "protected", "send", lambda f: _choice(f, "send", "yes", demands=Demand("additional", "send"))
    ),
    "an urgent question asked late": ("urgent_first", "fgm", lambda f: _moved(f, "questions", "fgm", None)),
}  # fmt: skip


def _shows(flow: Flow, finding: Finding) -> bool:
    """Whether walking a finding's answers shows the fault."""
    answers, milder = dict(finding.answers or {}), dict(finding.milder or {})
    rank = flow.level_rank
    if finding.check == "worse_level":
        return rank[decide(flow, milder).level] > rank[decide(flow, answers).level]
    if finding.check == "worse_override":
        beating = {one.id for one in flow.routes if one.beats_level}
        before, after = ({r.id for r in decide(flow, one).routes} & beating for one in (milder, answers))
        return not before <= after
    if finding.check == "one_outcome":
        with pytest.raises(Undecided) as raised:
            decide(flow, answers)
        return raised.value.question is None
    if finding.check in ("below", "override", "dominates"):
        found = decide(flow, answers)
        if finding.check == "below":
            return rank[found.demanded] > rank[found.outcome.level]
        wanted = {
            one.id
            for one in flow.routes
            if (one.beats_level if finding.check == "override" else one.dominates)
        }
        return bool({r.id for r in found.routes} & wanted) and not wanted & set(found.rule.when.routes)
    if finding.check == "rule":
        return finding.answers is None or decide(flow, answers).rule.id != finding.subject
    if finding.check in ("termination", "question"):
        return finding.subject not in {one.id for one in path(flow, answers)}
    if finding.check == "early_end":
        return next_question(flow, answers) is None and list(answers)[-1] == finding.subject
    if finding.check == "urgent_first":
        parts = [one.part for one in walk_of(flow, answers).path]
        return parts.index("urgent") == 0 and "urgent" in parts[parts.index("domain") :]
    if finding.check == "not_sure":
        return answers[finding.subject] == "not_sure"
    return finding.answers is None or finding.subject in answers or finding.check == "outcome"


def test_the_shipped_questionnaire_has_no_fault(shipped: Flow) -> None:
    report = check(shipped)
    assert report.findings == ()
    assert report.counts["combinations"] == sum(report.by_outcome.values()) > 10**20
    assert all(report.by_outcome.values())


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_by_its_own_check_with_answers_that_show_it(shipped: Flow, name: str) -> None:
    expected, subject, spoil = FAULTS[name]
    flow = spoil(shipped)
    found = [one for one in check(flow).findings if (one.check, one.subject) == (expected, subject)]
    assert found, name
    for finding in found:
        assert _shows(flow, finding), finding
        assert finding.sentence.endswith(".")
        if finding.answers is not None and expected != "codes":
            address = page_address(flow, finding.answers)
            assert address.startswith("/worried/early-help?a=v1.")
            assert read(flow, address.partition("=")[2]).answers == dict(finding.answers)


def test_there_are_at_least_25_of_them() -> None:
    assert len(FAULTS) + len(CONTACT_FAULTS) >= 25
    assert len({expected for expected, _, _ in FAULTS.values()}) >= 16


# -- contacts ---------------------------------------------------------------------------------

DAY = dt.date(2026, 11, 22)
Contacts = list[ContactPoint]


@pytest.fixture(scope="module")
def year(gazetteer: Gazetteer) -> list[tuple[int, int, set[Combination]]]:
    return periods(gazetteer, DAY, 366)


@pytest.fixture(scope="module")
def contacts() -> Contacts:
    return load_contacts(data_dir() / "contacts")


def _line(code: str, **changes: Any) -> Callable[[Contacts], Contacts]:
    return lambda listed: [replace(one, **changes) if one.team == code else one for one in listed]


def _same(listed: Any) -> Any:
    return listed


EDT = "Mo-Th 00:00-08:45,17:15-24:00; Fr 00:00-08:45,16:15-24:00; Sa-Su 00:00-24:00; PH 00:00-24:00"
CONTACT_FAULTS: dict[str, tuple[str, Fault, Callable[[Contacts], Contacts], str]] = {
    "the Emergency Duty Team closes at ten": (
        "harm", _same,
        _line("EDT", hours="Mo-Th 17:15-22:00; Fr 16:15-22:00; Sa-Su 00:00-22:00; PH 00:00-22:00"), "22:00",
    ),
    "nobody on bank holidays": (
        "fgm", _same,
        _line("EDT", hours=EDT.replace("PH 00:00-24:00", "PH off")),
        "Friday 25 December 2026, 00:00",
    ),
    "five minutes between the two lines": (
        "universal", _same,
        _line("EDT", hours=EDT.replace("17:15", "17:20")),
        "17:15 until Monday 17:20",
    ),
    "no Emergency Duty Team": ("advice", _same, lambda c: [o for o in c if o.team != "EDT"], "EDT is not in"),
    "an allegation with no fallback": (
        "lado", lambda f: _outcome(f, "lado", contact=("front_door:LADO",)), _same, "nobody who answers",
    ),
    "no line for allegations": (
        "lado", _same, lambda c: [o for o in c if o.team != "LADO"], "LADO is not in",
    ),
    "999 alone": (
        "danger", lambda f: _outcome(f, "danger", contact=("danger",)), _same, "nobody who answers",
    ),
    "a team alone": ("additional", lambda f: _outcome(f, "additional", contact=("team:hub",)), _same, "HUB"),
    "a layer without contacts": (
        "universal_plus", _same, lambda c: [o for o in c if o.layer != "childrens_centre"],
        "team:childrens_centre",
    ),
    "the switchboard": (
        "complex", _same, _line("CASS", telephone="0121 303 1111"), "must never be given",
    ),
    "a sample in place of CASS": ("crisis", _same, _line("CASS", sample=True), "is a sample"),
    "CASS for professionals only": (
        "universal", _same, _line("CASS", audience="professional"), "a family from",
    ),
}  # fmt: skip


def test_every_outcome_has_a_contact_everywhere_at_every_quarter_hour(
    shipped: Flow, contacts: Contacts, year: Any
) -> None:
    proof = OutcomeContacts(contacts, year, load_forbidden(data_dir() / "contacts"))
    report = check(shipped, proof)
    assert report.holds, report.findings
    assert not report.skipped
    quarters = sum(len(some) * (until - start) // 900 for start, until, some in year)
    assert report.counts["contact_cases"] == len(shipped.outcomes) * 2 * quarters


@pytest.mark.parametrize("name", CONTACT_FAULTS)
def test_a_contact_that_fails_is_found_with_the_outcome_place_and_time(
    shipped: Flow, contacts: Contacts, year: Any, name: str
) -> None:
    outcome, spoil, lose, words = CONTACT_FAULTS[name]
    flow = spoil(shipped)
    proof = OutcomeContacts(lose(contacts), year, load_forbidden(data_dir() / "contacts"))
    report = check(flow, proof)
    assert {one.check for one in report.findings} == {"contact"}
    found = [one for one in report.findings if one.subject == outcome]
    assert any(words in one.sentence for one in found), found
    # A route may have the outcome's id; what it names has no answers of its own.
    witnessed = [one.answers for one in found if one.line == flow.outcome_by_id[outcome].line]
    assert witnessed
    assert all(decide(flow, dict(answers or {})).outcome.id == outcome for answers in witnessed)


def test_a_choice_of_its_own_needs_no_more_than_a_question(shipped: Flow) -> None:
    """The shortest example of one fault changes one answer and leaves the rest at their mildest."""
    flow = _choice(shipped, "health", "complex", demands=Demand("universal"))
    finding = next(one for one in check(flow).findings if one.check == "worse_level")
    mildest = {q.id: flow.ranked[q.id][0].id for q in flow.questions}
    assert {q for q, c in (finding.answers or {}).items() if c != mildest[q]} == {"health"}
    assert isinstance(flow.choices["health", "complex"], Choice)
