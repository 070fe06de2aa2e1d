"""What the result shows beside the next step itself, and the copies of it that somebody keeps.

A copy is made in the request and sent as a file to save; nothing of it stays here.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.pages.pathway_address import Where
from api.pages.pathway_paging import PARTS
from api.pages.rendering import render
from directory.pathway.decide import Decision
from directory.pathway.flow import Flow
from directory.pathway.walk import Walk

Facts = dict[str, Any]
IN_THE_CITY = ("ok", "terminated")
URGENT = ("immediate", "complex")  # levels at which nothing waits for the morning
CALL_NOW, CAN_WAIT = "Call this number now", "If it cannot wait, call this number now"
_FILE_CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; sandbox"
CHILDS_WORDS = (
    "Before you call, think of the child's own words. If nobody has asked yet, or nobody has watched a baby "
    "with the carer, say that in the call too."
)


def answer_rows(flow: Flow, walk: Walk, where: Where) -> list[Facts]:
    """Every answer by the part of its question, with the address that changes it."""
    parts: list[Facts] = []
    for part, words in PARTS.items():
        rows = [
            {
                "title": question.title,
                "answer": flow.choices[question.id, walk.answers[question.id]].text,
                "unsure": walk.answers[question.id] == "not_sure",
                "change": where.at(question.code, checking=True),
            }
            for question in walk.path
            if question.part == part
        ]
        if rows:
            parts.append({"words": words, "rows": rows})
    return parts


def result_facts(decision: Decision, step: Facts, where: Where, typed: str) -> Facts:
    """What the pages of a result show. `typed` is what stands in the field for the postcode."""
    place = step["place"]
    status = place["status"] if place else None
    error = ""
    # What can be put right in the field is told there; what is true of a home is told beside the result.
    if place and (status in ("malformed", "partial") or place["suggestions"]) and status not in IN_THE_CITY:
        error = place["message"] or "Enter a full UK postcode, like B15 2TT"
    at_home = status in IN_THE_CITY
    call = step["call"]
    others = [one for one in step["steps"] if one != call]
    # At night a duty team stands in for a team of office hours. A plan for a family may wait for the morning.
    waits = step["level"]["code"] not in URGENT and step["steps"][0]["open"] is False
    return {
        "step": step,
        "outcome": step["outcome"],
        "others": others,
        "heading": CAN_WAIT if waits else CALL_NOW,
        "others_heading": "If it can wait until they open" if waits else "Others to call for this",
        "typed": typed,
        "at_home": at_home,
        "error": error,
        "childs_words": CHILDS_WORDS,
        "sources": _sources(step),
        "answers": answer_rows(decision.flow, decision.walk, where),
        # Fields for a form that goes on with the same answers, and with the home where there is one.
        "carried": [*where.pairs(), *([("postcode", typed)] if typed and not error else [])],
    }


def _sources(step: Facts) -> list[Facts]:
    """Every paragraph that the reasons name, once."""
    named = [*(one["source"] for one in step["why"]), step["rule"]["source"], step["outcome"]["source"]]
    return [step["sources"][one] for one in dict.fromkeys(named) if one]


def saved_page(facts: Facts) -> Response:
    """The result as one HTML file: no script, no link to a file of ours, nothing to load."""
    body = render("worried/saved.html", **facts).encode()
    return _file(body, "text/html; charset=utf-8", "what-to-do.html")


def saved_text(facts: Facts) -> Response:
    """The result as plain text."""
    from click import unstyle

    from directory.step_card import step_card

    lines = [unstyle(step_card(facts["step"])), "", "What does the child say?", f"  {CHILDS_WORDS}", ""]
    lines.append("The answers")
    for part in facts["answers"]:
        lines += ["", f"  {part['words']}"]
        lines += [f"  - {row['title']} {row['answer']}" for row in part["rows"]]
    return _file("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8", "what-to-do.txt")


def _file(body: bytes, kind: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Content-Security-Policy": _FILE_CSP,
    }
    return Response(body, headers=headers, media_type=kind)
