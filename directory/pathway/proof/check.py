"""`check`: the whole proof of one questionnaire."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from directory.pathway.flow import Flow
from directory.pathway.proof.finding import Finding, Report
from directory.pathway.proof.shape import shape
from directory.pathway.proof.space import Space, worsen


@dataclass(frozen=True)
class Reached:
    """What the proof of the contacts came to: its findings, and how many cases there were."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, int]


class Contacts(Protocol):
    """The proof that an outcome's contacts answer everywhere and always; it stands outside the pathway."""

    def __call__(self, flow: Flow, examples: Mapping[str, Mapping[str, str]]) -> Reached:
        """Prove it for each outcome; `examples` has the shortest answers that lead to each."""
        ...


def check(
    flow: Flow, routing: Contacts | None = None, progress: Callable[[int], None] = lambda _done: None
) -> Report:
    """Prove `flow` over all combinations of answers, and with `routing` that every outcome has a contact.

    `progress` is told of steps done, of `length(flow)` in all, and of those of `routing` besides.
    """
    began = time.perf_counter()
    findings = shape(flow)
    space = Space(flow, progress)
    findings += space.findings()
    stepped = worsen(space, progress)
    findings += stepped.findings
    counts = {
        "questions": len(flow.questions),
        "combinations": space.total,
        "paths": stepped.paths,
        "states": space.layers.size + stepped.states,
        "pairs": stepped.pairs,
        "joint_states": stepped.joint_states,
    }
    skipped: tuple[str, ...] = ("contact",)
    if routing is not None:
        reached = routing(flow, space.examples())
        findings += reached.findings
        counts |= reached.counts
        skipped = ()
    return Report(
        flow,
        tuple(findings),
        counts,
        time.perf_counter() - began,
        skipped,
        by_outcome=space.by_outcome(),
    )


def unreadable(named: str, problems: list[str]) -> Report:
    """The report on a file that is no questionnaire: each problem, with its line, is a finding."""
    return Report(None, tuple(Finding("reading", one) for one in problems), {}, 0.0, named=named)
