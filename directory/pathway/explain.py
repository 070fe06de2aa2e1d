"""Why an outcome is what it is, as facts for pages and programs and as sentences."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import orjson

from directory.pathway.decide import Change, Decision
from directory.pathway.flow import Choice, Demand, Flow, Level, Outcome, Question, Route, Rule
from directory.pathway.turning import Turn

Facts = dict[str, Any]
_RAISES, _LOWERS, _ALIKE = 6, 4, 2
_NAMED = 3
_MOST_KEPT = 8192


class Told(NamedTuple):
    """What is told of a part of a version: as facts, which are not to be changed, and as JSON."""

    facts: Facts
    json: bytes


def told(facts: Facts) -> Told:
    """Facts with the same as JSON."""
    return Told(facts, orjson.dumps(facts))


def kept(flow: Flow, key: Hashable, make: Callable[[], Facts]) -> Told:
    """What is told of a part of a version, made once: the same for everybody.

    `key` names the part: a rule, an outcome, one answer. Nobody's answers are ever in one together.
    """
    found: Told | None = flow.told.get(key)
    if found is None:
        if len(flow.told) >= _MOST_KEPT:
            flow.told.clear()
        found = flow.told[key] = told(make())
    return found


def level_facts(level: Level) -> Facts:
    """A level's code, name and meaning."""
    return {"code": level.id, "name": level.name, "meaning": level.meaning}


def level_of(flow: Flow, level_id: str) -> Told:
    """The same by its id."""
    return kept(flow, ("level", level_id), lambda: level_facts(flow.levels[flow.level_rank[level_id]]))


def source_facts(flow: Flow, reference: str) -> Facts | None:
    """A source's paragraph with its title, address and the day it was read; None for no reference."""
    name, _, paragraph = reference.partition("#")
    source = flow.sources.get(name)
    if source is None:
        return None
    return {
        "reference": reference,
        "title": source.title,
        "address": source.address,
        "read": source.read.isoformat(),
        "paragraph": paragraph or None,
        "words": source.paragraphs.get(paragraph),
    }


def cited(flow: Flow, reference: str) -> bytes:
    """What a reference that facts name stands for, as a member of a JSON object."""
    make = partial(_source, flow, reference)
    return b"%b:%b" % (orjson.dumps(reference), kept(flow, ("source", reference), make).json)


def sources(flow: Flow, references: Iterable[str | None]) -> dict[str, Facts]:
    """What the references that facts name stand for: each once, in their order, by the reference."""
    return {one: _source(flow, one) for one in references if one is not None}


def _source(flow: Flow, reference: str) -> Facts:
    return source_facts(flow, reference) or {}


def _known(flow: Flow, reference: str) -> str | None:
    """A reference as facts name it; None where there is no such source."""
    return reference if reference.partition("#")[0] in flow.sources else None


def demand_words(flow: Flow, demand: Demand | None) -> str:
    """What an answer demands, in words."""
    if demand is None:
        return "asks for nothing more"
    words = []
    if demand.level is not None:
        words.append(f"asks for at least {level_of(flow, demand.level).facts['name']}")
    if demand.route is not None:
        words.append(f"opens the route: {flow.route_by_id[demand.route].title}")
    return " and ".join(words)


def why(decision: Decision) -> list[Told]:
    """Each answer that decided: what it demands, the rule that answered to it, its source's reference."""
    flow, rule = decision.flow, decision.rule
    found = []
    for one in decision.deciding:
        question, choice = one.question, one.given
        answers_to = _answers_to(decision, question, choice)
        key = ("why", question.id, choice.id, rule.id, answers_to)
        found.append(
            flow.told.get(key) or kept(flow, key, partial(_reason, flow, question, choice, rule, answers_to))
        )
    return found


def _reason(flow: Flow, question: Question, choice: Choice, rule: Rule, answers_to: bool) -> Facts:
    demand = choice.demands
    route = flow.route_by_id[demand.route] if demand and demand.route else None
    return {
        "question": {"id": question.id, "code": question.code, "title": question.title},
        "answer": {"id": choice.id, "code": choice.code, "text": choice.text},
        "demands": {
            "level": level_of(flow, demand.level).facts if demand and demand.level else None,
            "route": {"id": route.id, "title": route.title} if route else None,
        },
        "words": demand_words(flow, demand)
        if demand
        else "decides which of two next steps of this level is the right one",
        "rule": rule.id if answers_to else None,
        "source": _known(flow, choice.source or rule.source),
    }


def _answers_to(decision: Decision, question: Question, choice: Choice) -> bool:
    """Whether the rule that held names this answer, its route, or the level it demands."""
    when, demand = decision.rule.when, choice.demands
    if question.id in when.answers:
        return True
    if demand is None:
        return False
    if demand.route is not None and demand.route in when.routes:
        return True
    return bool(when.levels or when.at_least) and demand.level == decision.demanded


def rule_facts(flow: Flow, rule: Rule) -> Told:
    """A rule in words, with the reference of its source."""
    return kept(
        flow,
        ("rule", rule.id),
        lambda: {"id": rule.id, "words": rule_words(flow, rule), "source": _known(flow, rule.source)},
    )


def rule_words(flow: Flow, rule: Rule) -> str:
    """When a rule holds, as a sentence."""
    when, parts = rule.when, []
    if when.routes:
        titles = [flow.route_by_id[one].title for one in when.routes]
        parts.append(f"an answer opens the route {_either(titles)}")
    if when.levels:
        names = [one.name for one in flow.levels if one.id in when.levels]
        parts.append(f"the highest level that an answer asks for is {_either(names)}")
    if when.at_least is not None:
        name = level_of(flow, when.at_least).facts["name"]
        parts.append(f"the highest level that an answer asks for is {name} or above")
    for question_id, wanted in when.answers.items():
        question = flow.by_id[question_id]
        texts = [f"“{one.text}”" for one in question.choices if one.id in wanted]
        parts.append(f"“{question.title}” is answered {_either(texts)}")
    outcome = flow.outcome_by_id[rule.outcome].title
    if not parts:
        return f"When no rule before it holds: {outcome}."
    return f"When {', and '.join(parts)}: {outcome}."


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def would_change(decision: Decision) -> list[Told]:
    """What would have led further up, and what further down: the nearest of each, a short list.

    Where several answers hold the level and none by itself would lower it, the last entry says so.
    """
    flow = decision.flow
    rank = flow.level_rank
    ups: list[list[Turn]] = [[] for _level in flow.levels]
    downs: list[Turn] = []
    for turn in decision.turns:
        _outcome, to, _routes, direction = turn.then
        (downs if direction == "down" else ups[to]).append(turn)
    found = []
    alike: dict[str, int] = {}
    for turn in chain(*ups):
        outcome = turn.then[0].id
        seen = alike.get(outcome, 0)
        if seen < _ALIKE:
            alike[outcome] = seen + 1
            found.append(_change_facts(decision, turn))
            if len(found) == _RAISES:
                break
    found += [_change_facts(decision, turn) for turn in downs[:_LOWERS]]
    held = decision.held_by
    if len(held) > 1 and not any(turn.then[1] < rank[decision.level] for turn in downs):
        titles = [f"“{one.title}”" for one in held]
        more = len(titles) - _NAMED
        if more > 0:
            titles = [*titles[:_NAMED], f"{more} more"]
        found.append(
            told(
                {
                    "question": None,
                    "instead": None,
                    "outcome": None,
                    "level": None,
                    "direction": "down",
                    "asks": [],
                    "words": f"Only milder answers to all of these together would lower the level: "
                    f"{', '.join(titles[:-1])} and {titles[-1]}.",
                }
            )
        )
    return found


def _change_facts(decision: Decision, turn: Turn) -> Told:
    found: Told | None = turn.told
    if found is None:
        given, (outcome, rank, _routes, direction) = turn.given, turn.then
        key = (given.number, turn.other.choice.id, outcome.id, rank, direction, turn.asks)
        flow = decision.flow
        found = turn.told = kept(flow, key, lambda: _changed(flow, decision.change(turn)))
    return found


def _changed(flow: Flow, change: Change) -> Facts:
    level = level_of(flow, change.level).facts
    words = (
        f"If “{change.question.title}” were answered “{change.instead.text}”: "
        f"{change.outcome.title} ({level['name']})."
    )
    if change.asks:
        more = "a further question" if len(change.asks) == 1 else f"{len(change.asks)} further questions"
        words += f" At least: it would also open {more}."
    return {
        "question": {"id": change.question.id, "code": change.question.code, "title": change.question.title},
        "given": {"id": change.given.id, "text": change.given.text},
        "instead": {"id": change.instead.id, "text": change.instead.text},
        "outcome": {"id": change.outcome.id, "title": change.outcome.title},
        "level": level,
        "direction": change.direction,
        "asks": list(change.asks),
        "words": words,
    }


def route_facts(flow: Flow, route: Route) -> Told:
    """A route: what to do, and the reference of its source."""
    return kept(
        flow,
        ("route", route.id),
        lambda: {
            "id": route.id,
            "title": route.title,
            "action": route.action,
            "beats_level": route.beats_level,
            "source": _known(flow, route.source),
        },
    )


def outcome_facts(flow: Flow, outcome: Outcome) -> Told:
    """An outcome: what to do, and the reference of its source."""
    return kept(
        flow,
        ("outcome", outcome.id),
        lambda: {
            "id": outcome.id,
            "title": outcome.title,
            "sentence": outcome.sentence,
            "leads": outcome.leads,
            "consent": {"needed": outcome.consent.needed, "why": outcome.consent.why},
            "forms": list(outcome.forms),
            "say": list(outcome.say),
            "meanwhile": list(outcome.meanwhile),
            "disagree": outcome.disagree,
            "source": _known(flow, outcome.source),
        },
    )


def explanation(decision: Decision, address: str) -> Facts:
    """Everything about the decision itself: no place, no moment, no contact."""
    flow = decision.flow
    reasons, rule = [one.facts for one in why(decision)], rule_facts(flow, decision.rule).facts
    routes = [route_facts(flow, one).facts for one in decision.routes]
    return {
        "flow": flow.id,
        "version": flow.version,
        "status": flow.status,
        "notice": flow.notice or None,
        "answers": address,
        "level": level_of(flow, decision.level).facts,
        "demanded": level_of(flow, decision.demanded).facts,
        "outcome": {"id": decision.outcome.id, "title": decision.outcome.title},
        "rule": rule,
        "routes": routes,
        "why": reasons,
        "would_change": [one.facts for one in would_change(decision)],
        "sources": sources(flow, [one["source"] for one in (*reasons, rule, *routes)]),
    }


def explanation_text(facts: Facts) -> str:
    """The same to read in a terminal."""
    lines = [f"{facts['outcome']['title']}", f"Level: {facts['level']['name']}", ""]
    lines.append("Why")
    for one in facts["why"]:
        lines.append(f"  {one['question']['title']} {one['answer']['text']}")
        source = facts["sources"].get(one["source"])
        told = f"    {one['words']}"
        lines.append(f"{told} ({source['reference']}, {source['title']})" if source else told)
    if not facts["why"]:
        lines.append("  No answer asks for more than the lowest level.")
    lines.append(f"  Rule {facts['rule']['id']}. {facts['rule']['words']}")
    if facts["would_change"]:
        lines += ["", "What would change it", *(f"  {one['words']}" for one in facts["would_change"])]
    if facts["notice"]:
        lines += ["", facts["notice"]]
    return "\n".join(lines)
