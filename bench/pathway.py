"""The proof of the shipped questionnaire with what it covered, and one decision."""

from __future__ import annotations

import datetime as dt
import random
import statistics
import time

from bench.report import Row, say
from directory.pathway.decide import decide
from directory.pathway.flow import Flow
from directory.pathway.library import library
from directory.pathway.walk import follow
from directory.proving import prove_flow
from geo.home import data_dir, var_dir

_PROOFS, _DECISIONS = 3, 2_000
_DAY = dt.date(2026, 11, 22)


def measure() -> tuple[list[Row], list[str]]:
    """The rows, and what the proof covered."""
    flow = library(data_dir(), var_dir()).current("early-help")
    say("the questionnaire: the whole proof, then decisions")
    seconds, counts = [], {}
    for _ in range(_PROOFS):
        began = time.perf_counter()
        report = prove_flow(flow, day=_DAY, quiet=True)
        seconds.append(time.perf_counter() - began)
        if not report.holds:
            raise RuntimeError("the proof of the shipped questionnaire does not hold")
        counts = dict(report.counts)
    whole = statistics.median(seconds)
    combinations = _combinations(flow)
    taken = []
    for answers in combinations:
        began = time.perf_counter()
        decide(flow, answers)
        taken.append(time.perf_counter() - began)
    middle = statistics.median(taken) * 1000
    rows = [
        Row(
            "proof of the questionnaire, with its contacts for a year",
            f"{whole:.2f} s",
            "60 s",
            whole / 60,
            "under 1",
        ),
        Row("one outcome from its answers, with its reasons", f"{middle:.3f} ms", "1 ms", middle, "under 1"),
    ]
    said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    return rows, [f"The proof covered {said}."]


def _combinations(flow: Flow) -> list[dict[str, str]]:
    """Whole combinations of answers, drawn the same each time."""
    drawn = random.Random(4)
    found = []
    for _ in range(_DECISIONS):
        answers: dict[str, str] = {}
        while (question := follow(flow, answers).next) is not None:
            options = [one for one in question.choices if not one.ends] or list(question.choices)
            answers[question.id] = drawn.choice(options).id
        found.append(answers)
    return found
