"""What can be seen of a questionnaire without its answers: order, codes, subjects, early ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from directory.pathway.flow import NOT_SURE, Choice, Flow, Question
from directory.pathway.proof.finding import Finding
from directory.pathway.schema import ASKS_ABOUT, ONLY_ROUTES, PROTECTED
from directory.pathway.walk import follow

_PARTS = {"urgent": 0, "domain": 1, "more": 2}


def shape(flow: Flow) -> list[Finding]:
    """Everything wrong with the order and the parts of `flow`."""
    return [
        *_termination(flow),
        *_codes(flow),
        *_protected(flow),
        *_urgent_first(flow),
        *_order(flow),
        *_not_sure(flow),
        *_early_end(flow),
    ]


def up_to(flow: Flow, question: Question, choice: Choice) -> Mapping[str, str]:
    """Answers that come to `question` and give it `choice`: what its `when` asks for, else the mildest."""
    answers = {one.id: flow.ranked[one.id][0].id for one in flow.questions[: flow.questions.index(question)]}
    needed: set[str] = set()
    for later in (question, *reversed(flow.questions[: flow.questions.index(question)])):
        if later is question or later.id in needed:
            for earlier, wanted in later.when.items():
                if earlier in answers:
                    answers[earlier] = min(wanted, key=lambda one: flow.choices[earlier, one].rank)
                    needed.add(earlier)
    return follow(flow, {**answers, question.id: choice.id}).answers


def _termination(flow: Flow) -> Iterator[Finding]:
    earlier: set[str] = set()
    for question in flow.questions:
        for name in question.when:
            if name not in earlier:
                how = (
                    "itself"
                    if name == question.id
                    else "a later question"
                    if name in flow.by_id
                    else "no question"
                )
                yield Finding(
                    "termination",
                    f"“{question.title}” ({question.id}) is asked depending on {name!r}, which is {how}: "
                    "it waits for what is not settled yet. Depend only on earlier questions.",
                    follow(flow, {one.id: flow.ranked[one.id][0].id for one in flow.questions}).answers,
                    subject=question.id,
                    line=question.line,
                )
        earlier.add(question.id)


def _codes(flow: Flow) -> Iterator[Finding]:
    seen: dict[str, Question] = {}
    for question in flow.questions:
        if question.code in seen:
            yield Finding(
                "codes",
                f"The code {question.code!r} stands for {seen[question.code].id!r} and {question.id!r}: an "
                "address with it could be read in two ways. Give each its own.",
                up_to(flow, question, flow.ranked[question.id][0]),
                subject=question.id,
                line=question.line,
            )
        seen.setdefault(question.code, question)
        codes: dict[str, Choice] = {}
        for choice in question.choices:
            if choice.code in codes:
                yield Finding(
                    "codes",
                    f"In {question.id!r} the code {choice.code!r} stands for {codes[choice.code].id!r} and "
                    f"{choice.id!r}: an address with it could be read in two ways. Give each its own.",
                    up_to(flow, question, choice),
                    subject=question.id,
                    line=choice.line,
                )
            codes.setdefault(choice.code, choice)


def _protected(flow: Flow) -> Iterator[Finding]:
    for question in flow.questions:
        if question.asks_about in PROTECTED or question.asks_about not in ASKS_ABOUT:
            why = (
                "is a protected characteristic"
                if question.asks_about in PROTECTED
                else "is no subject of the list"
            )
            yield Finding(
                "protected",
                f"“{question.title}” asks about {question.asks_about!r}, which {why}. Ask about the need.",
                up_to(flow, question, flow.ranked[question.id][-1]),
                subject=question.id,
                line=question.line,
            )
        if question.asks_about not in ONLY_ROUTES:
            continue
        for choice in question.choices:
            if choice.demands is not None and choice.demands.level is not None:
                yield Finding(
                    "protected",
                    f"“{question.title}”, answered “{choice.text}”, demands {choice.demands.level!r}: "
                    f"{question.asks_about} may open a route and never move a level.",
                    up_to(flow, question, choice),
                    subject=question.id,
                    line=choice.line,
                )


def _urgent_first(flow: Flow) -> Iterator[Finding]:
    before: Question | None = None
    for question in flow.questions:
        if before is not None and _PARTS[question.part] < _PARTS[before.part]:
            yield Finding(
                "urgent_first",
                f"“{question.title}” ({question.part}) is asked after “{before.title}” ({before.part}). Ask "
                "the urgent first, then the domains, then the rest.",
                up_to(flow, question, flow.ranked[question.id][-1]),
                subject=question.id,
                line=question.line,
            )
        elif before is None or _PARTS[question.part] > _PARTS[before.part]:
            before = question


def _order(flow: Flow) -> Iterator[Finding]:
    for question in flow.questions:
        stated = [one for one in question.choices if one.id != NOT_SURE]
        for first, second in pairwise(stated):
            if second.rank <= first.rank:
                yield Finding(
                    "order",
                    f"In “{question.title}”, “{second.text}” (rank {second.rank}) stands behind "
                    f"“{first.text}” (rank {first.rank}). Put the choices from the mildest to the worst.",
                    up_to(flow, question, second),
                    subject=question.id,
                    line=second.line,
                )


def _not_sure(flow: Flow) -> Iterator[Finding]:
    for question in flow.questions:
        unsure = question.choice(NOT_SURE)
        others = [one for one in question.choices if one.id != NOT_SURE]
        if unsure is None or not others:
            yield Finding(
                "not_sure",
                f"“{question.title}” cannot be answered not sure. Add a choice `not_sure`.",
                up_to(flow, question, question.choices[0]),
                subject=question.id,
                line=question.line,
            )
            continue
        mildest = min(others, key=lambda one: one.rank)
        lacking = []
        if unsure.rank < mildest.rank:
            lacking.append(f"ranks {unsure.rank}, below {mildest.rank}")
        if _level(flow, unsure) < _level(flow, mildest):
            lacking.append("demands a lower level")
        route = mildest.demands.route if mildest.demands else None
        if route is not None and (unsure.demands is None or unsure.demands.route != route):
            lacking.append(f"leaves out the route {route!r}")
        if question.part != "more" and unsure.demands is None:
            lacking.append("leads to no conversation: it demands nothing")
        if lacking:
            yield Finding(
                "not_sure",
                f"In “{question.title}”, not sure is milder than it may be beside “{mildest.text}”: it "
                f"{' and '.join(lacking)}. Not knowing must never reassure.",
                up_to(flow, question, unsure),
                subject=question.id,
                line=unsure.line,
            )


def _level(flow: Flow, choice: Choice) -> int:
    demand = choice.demands
    return flow.level_rank[demand.level] if demand is not None and demand.level is not None else 0


def _early_end(flow: Flow) -> Iterator[Finding]:
    for question in flow.questions:
        for choice in question.choices:
            route = flow.route_by_id.get(choice.demands.route or "") if choice.demands else None
            if choice.ends and (route is None or not route.dominates):
                yield Finding(
                    "early_end",
                    f"“{question.title}”, answered “{choice.text}”, ends the questions, and no route that "
                    "dominates all others is demanded there: what comes after is never asked.",
                    up_to(flow, question, choice),
                    subject=question.id,
                    line=choice.line,
                )
