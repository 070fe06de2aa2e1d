"""What a proof says: each fault with its shortest example, and how much was covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from directory.pathway.flow import Flow
from directory.pathway.walk import write

CHECKS: Mapping[str, str] = {
    "reading": "the file can be read",
    "termination": "it ends: every question depends on earlier ones only",
    "codes": "every code of an address stands for one thing",
    "protected": "no protected characteristic is asked about or moves a level",
    "urgent_first": "urgent questions come first",
    "order": "choices stand from the mildest to the worst",
    "not_sure": "not sure never ranks below the mildest answer",
    "early_end": "only an answer that demands a dominating route ends early",
    "question": "every question can be reached",
    "route": "every route can be reached",
    "rule": "every rule can be the first that holds",
    "outcome": "every outcome can be reached",
    "one_outcome": "every combination has an outcome",
    "below": "no outcome is below a level that an answer demands",
    "override": "a route that beats the level decides whenever it is demanded",
    "dominates": "a route that dominates decides whenever it is demanded",
    "worse_level": "one answer worse never lowers the level",
    "worse_override": "one answer worse never removes a route that beats the level",
    "contact": "every outcome has an open, sourced contact, everywhere and at every hour",
}
"""Every check by its name, in the order they are told."""


@dataclass(frozen=True)
class Finding:
    """A fault: which check found it, a plain sentence, and the shortest answers that show it.

    `answers` is None where no combination can show it (what can never be reached), `milder` are the
    answers before the change where one answer is made worse. `combinations` is how many show it.
    """

    check: str
    sentence: str
    answers: Mapping[str, str] | None = None
    milder: Mapping[str, str] | None = None
    combinations: int | None = None
    subject: str = ""
    line: int = 0


@dataclass(frozen=True)
class Report:
    """What was found in one questionnaire, and what was covered.

    `counts` has whole numbers without bound: combinations of answers, paths (different rows of
    questions), states, pairs of combinations one answer apart, and joint states; with routing also
    contact cases. `seconds` is how long it took.
    """

    flow: Flow | None
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    seconds: float
    skipped: tuple[str, ...] = ()
    named: str = ""
    by_outcome: Mapping[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.findings


def page_address(flow: Flow, answers: Mapping[str, str]) -> str:
    """The address of the page that opens at these answers."""
    return f"/worried/{flow.id}?a={write(flow, answers)}"


def answers_words(flow: Flow, answers: Mapping[str, str]) -> str:
    """A combination in words: the answers that are not the mildest, and that the others are."""
    mildest = {one.id: flow.ranked[one.id][0].id for one in flow.questions}
    told = [
        f"“{question.title}” {flow.choices[question.id, answers[question.id]].text}"
        for question in flow.questions
        if question.id in answers and answers[question.id] != mildest[question.id]
    ]
    if not told:
        return "the mildest answer to every question"
    rest = ", and the mildest answer to every other question" if len(answers) > len(told) else ""
    return "; ".join(told) + rest


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    flow = report.flow
    return {
        "flow": flow.id if flow else None,
        "version": flow.version if flow else None,
        "file": report.named or (flow.file if flow else ""),
        "holds": report.holds,
        "findings": [
            {
                "check": one.check,
                "sentence": one.sentence,
                "subject": one.subject,
                "line": one.line or None,
                "combinations": one.combinations,
                "answers": dict(one.answers) if one.answers is not None else None,
                "address": page_address(flow, one.answers) if flow and one.answers is not None else None,
                "milder": dict(one.milder) if one.milder is not None else None,
                "milder_address": page_address(flow, one.milder) if flow and one.milder is not None else None,
            }
            for one in report.findings
        ],
        "counts": dict(report.counts),
        "by_outcome": dict(report.by_outcome),
        "skipped": list(report.skipped),
        "seconds": round(report.seconds, 3),
    }


def report_text(report: Report) -> str:
    """The report to read in a terminal."""
    flow = report.flow
    name = f"{flow.id} version {flow.version} ({flow.status})" if flow else report.named
    lines = [name]
    for one in report.findings:
        place = f"{report.named or (flow.file if flow else '')}:{one.line}: " if one.line else ""
        lines.append(f"  {CHECKS[one.check]}: NOT SO")
        lines.append(f"    {place}{one.sentence}")
        if one.combinations is not None:
            lines.append(f"    {one.combinations:,} combinations show it. The shortest:")
        if flow and one.milder is not None:
            lines.append(f"    before: {page_address(flow, one.milder)}")
        if flow and one.answers is not None:
            lines.append(f"    {page_address(flow, one.answers)}")
    found = {one.check for one in report.findings}
    if flow:
        held = [words for check, words in CHECKS.items() if check not in found | set(report.skipped)]
        lines += [f"  holds: {words}" for words in held]
        lines += [f"  not looked at: {CHECKS[check]}" for check in report.skipped]
    for words, key in _COUNTED:
        if key in report.counts:
            lines.append(f"  {report.counts[key]:,} {words}")
    count = len(report.findings)
    verdict = "Nothing found" if not count else f"{count} {'finding' if count == 1 else 'findings'}"
    lines.append(f"{verdict} in {report.seconds:.1f} seconds.")
    return "\n".join(lines)


_COUNTED = (
    ("combinations of answers, all of them", "combinations"),
    ("paths through the questions", "paths"),
    ("states that stand for them exactly", "states"),
    ("pairs of combinations with one answer worse", "pairs"),
    ("joint states that stand for the pairs exactly", "joint_states"),
    ("cases of outcome, combination of areas, caller and quarter-hour", "contact_cases"),
    ("combinations of areas", "areas"),
)
