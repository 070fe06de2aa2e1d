"""The proof of the shipped questionnaire with what it covered, one decision, and outcomes through the API."""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import time

from bench.load import CONNECTIONS, Load, load
from bench.postcodes import city_postcodes
from bench.report import Row, median, say
from bench.servers import Server
from directory.pathway.decide import decide
from directory.pathway.flow import Flow
from directory.pathway.library import library
from directory.pathway.walk import follow
from directory.proving import prove_flow
from geo.home import data_dir, var_dir

_PROOFS, _DECISIONS = 3, 2_000
_ROUNDS, _SECONDS = 5, 1
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
        _ = decide(flow, answers).would_change
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
    rows += _through_the_api(
        "an outcome with contact and services through the API", _usual(flow), "at most 3"
    )
    rows += _through_the_api("the same where everything may be wrong at once", combinations, "")
    said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    return rows, [f"The proof covered {said}."]


def _through_the_api(what: str, combinations: list[dict[str, str]], reach: str) -> list[Row]:
    """An outcome with contact and services for a home beside a plain lookup of that home, in turns.

    Once as whoever asks waits for it, one request at a time, and once with as many as a worker can answer.
    Every combination is for another home, and there are more of them than any cache holds.
    """
    postcodes = city_postcodes(len(combinations))
    plain = [(f"/api/v1/postcodes/{postcode}", "") for postcode in postcodes]
    asked = [
        ("/api/v1/pathways/early-help/outcome", json.dumps({"answers": answers, "postcode": postcode}))
        for answers, postcode in zip(combinations, postcodes, strict=True)
    ]
    found: dict[int, list[tuple[Load, Load]]] = {1: [], CONNECTIONS: []}
    with Server.ours() as ours:
        load(ours, plain, 1)
        load(ours, asked, 2)
        for number in range(_ROUNDS):
            say(f"outcomes through the API, round {number + 1} of {_ROUNDS}")
            for connections, pairs in found.items():
                pair = [load(ours, one, _SECONDS, connections=connections) for one in (asked, plain)]
                if pair[0].failed or pair[1].failed:
                    raise RuntimeError("not every request was answered with 200")
                pairs.append((pair[0], pair[1]))
    alone, full = found.values()
    return [
        Row(
            f"{what}, one at a time",
            f"{median(one.p50 for one, _ in alone) * 1e6:,.0f} µs",
            f"{median(base.p50 for _, base in alone) * 1e6:,.0f} µs, a plain postcode lookup",
            median(one.p50 / base.p50 for one, base in alone),
            reach,
        ),
        Row(
            f"{what}, {CONNECTIONS} at once",
            f"{median(one.rate for one, _ in full):,.0f} requests/s",
            f"{median(base.rate for _, base in full):,.0f} requests/s",
            median(base.rate / one.rate for one, base in full),
        ),
    ]


def _combinations(flow: Flow) -> list[dict[str, str]]:
    """Whole combinations of answers by chance, drawn the same each time: everything may be wrong at once."""
    drawn = random.Random(4)
    found = []
    for _ in range(_DECISIONS):
        answers: dict[str, str] = {}
        while (question := follow(flow, answers).next) is not None:
            options = [one for one in question.choices if not one.ends] or list(question.choices)
            answers[question.id] = drawn.choice(options).id
        found.append(answers)
    return found


def _usual(flow: Flow) -> list[dict[str, str]]:
    """The same as they are usually given: one to three worries, and the mildest answer to all else.

    What is asked further because of a worry may be answered in any way.
    """
    drawn = random.Random(4)
    found = []
    for _ in range(_DECISIONS):
        worries = set(drawn.sample([one.id for one in flow.questions], drawn.randint(1, 3)))
        answers: dict[str, str] = {}
        while (question := follow(flow, answers).next) is not None:
            mildest, *worse = [one for one in flow.ranked[question.id] if not one.ends]
            if question.when:
                choice = drawn.choice([mildest, *worse])
            else:
                choice = drawn.choice(worse) if question.id in worries else mildest
            answers[question.id] = choice.id
        found.append(answers)
    return found
