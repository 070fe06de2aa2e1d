"""A questionnaire as data for other systems, and the JSON Schema of answers to it."""

from __future__ import annotations

from typing import Any

from directory.pathway.explain import level_facts, source_facts
from directory.pathway.flow import Choice, Flow, Question

Facts = dict[str, Any]


def flow_row(flow: Flow, in_use: bool) -> Facts:
    """One version in a list."""
    address = f"/api/v1/pathways/{flow.id}"
    return {
        "flow": flow.id,
        "version": flow.version,
        "title": flow.title,
        "status": flow.status,
        "in_use": in_use,
        "approved_by": flow.approved_by or None,
        "approved_on": flow.approved_on.isoformat() if flow.approved_on else None,
        "review_by": flow.review_by.isoformat(),
        "digest": flow.digest,
        "notice": flow.notice or None,
        "address": f"{address}?version={flow.version}",
        "answers_schema": f"{address}/answers.schema.json?version={flow.version}",
        "outcome": f"{address}/outcome",
    }


def flow_facts(flow: Flow) -> Facts:
    """Everything that a system needs to ask the questions in its own way, and to know what they lead to.

    What an answer demands is told too: nothing here is secret. The decision itself is for `outcome`.
    """
    row = flow_row(flow, True)
    del row["in_use"]
    return row | {
        "sources": [
            {
                "id": one.id,
                "title": one.title,
                "address": one.address,
                "read": one.read.isoformat(),
                "paragraphs": dict(one.paragraphs),
            }
            for one in flow.sources.values()
        ],
        "levels": [level_facts(one) | {"source": source_facts(flow, one.source)} for one in flow.levels],
        "audiences": [{"code": code, "name": name} for code, name in flow.audiences.items()],
        "questions": [_question(one) for one in flow.questions],
        "routes": [
            {
                "id": one.id,
                "title": one.title,
                "action": one.action,
                "beats_level": one.beats_level,
                "dominates": one.dominates,
                "contact": list(one.contact),
                "needs": list(one.needs),
                "source": one.source,
            }
            for one in flow.routes
        ],
        "outcomes": [
            {
                "id": one.id,
                "level": one.level,
                "title": one.title,
                "sentence": one.sentence,
                "contact": list(one.contact),
                "source": one.source,
            }
            for one in flow.outcomes
        ],
    }


def _question(question: Question) -> Facts:
    return {
        "id": question.id,
        "code": question.code,
        "part": question.part,
        "title": question.title,
        "hint": question.hint or None,
        "help": dict(question.help),
        "when": {earlier: sorted(wanted) for earlier, wanted in question.when.items()},
        "choices": [_choice(one) for one in question.choices],
    }


def _choice(choice: Choice) -> Facts:
    demands = choice.demands
    return {
        "id": choice.id,
        "code": choice.code,
        "text": choice.text,
        "hint": choice.hint or None,
        "rank": choice.rank,
        "ends": choice.ends,
        "demands": {"level": demands.level, "route": demands.route} if demands else None,
        "source": choice.source or None,
    }


def answers_schema(flow: Flow) -> Facts:
    """JSON Schema (2020-12) of the answers: closed choices, and each question required when it is asked.

    A document that it accepts is one that `outcome` can answer. Questions that are not asked may be there.
    """
    properties = {
        one.id: {
            "title": one.title,
            "oneOf": [{"const": choice.id, "title": choice.text} for choice in one.choices],
        }
        for one in flow.questions
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:earlyhelp:pathway:{flow.id}:{flow.version}:answers",
        "title": f"Answers to {flow.title}, version {flow.version}",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "allOf": _required(flow),
    }


def _required(flow: Flow) -> list[Facts]:
    """For each question: unless an answer before it ended everything, and where `when` holds, it is there.

    `when` names a question that was itself asked, so its own conditions are asked for too.
    """
    rules: list[Facts] = []
    ended: list[Facts] = []
    for question in flow.questions:
        conditions = _asked(flow, question)
        parts = [_answered(name, sorted(wanted)) for name, wanted in conditions.items()]
        if ended:
            parts.append({"not": {"anyOf": list(ended)}})
        needed: Facts = {"required": [question.id]}
        rules.append({"if": {"allOf": parts}, "then": needed} if parts else needed)
        ends = [one.id for one in question.choices if one.ends]
        if ends:
            asked = [_answered(name, sorted(wanted)) for name, wanted in conditions.items()]
            ended.append({"allOf": [*asked, _answered(question.id, ends)]})
    return rules


def _asked(flow: Flow, question: Question) -> dict[str, frozenset[str]]:
    """All the answers that must have been given for a question to be asked, also further back."""
    found: dict[str, frozenset[str]] = {}
    for earlier, wanted in question.when.items():
        found |= _asked(flow, flow.by_id[earlier])
        found[earlier] = wanted & found.get(earlier, wanted)
    return found


def _answered(question: str, choices: list[str]) -> Facts:
    return {"required": [question], "properties": {question: {"enum": choices}}}
