"""Answers that lead to each outcome of the shipped questionnaire, found by asking what answers lead to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from directory.pathway.decide import decide
from directory.pathway.flow import Flow
from directory.pathway.library import library
from directory.pathway.walk import Answers, follow, write
from geo.home import data_dir

FLOW: Flow = library(data_dir(), data_dir() / "none").current("early-help")


def whole(flow: Flow = FLOW, **given: str) -> Answers:
    """The answers given, and the mildest to every other question that is asked."""
    answers: Answers = dict(given)
    while (walk := follow(flow, answers)).next is not None:
        answers[walk.next.id] = flow.ranked[walk.next.id][0].id
    return walk.answers


def codes(**given: str) -> str:
    """The same as it stands in an address."""
    return write(FLOW, whole(**given))


@lru_cache(maxsize=1)
def witnesses() -> dict[str, str]:
    """For each outcome the address of the fewest answers, beside the mildest, that lead to it."""
    found: dict[str, str] = {}
    for changed in _changes():
        answers = whole(**changed)
        found.setdefault(decide(FLOW, answers).outcome.id, write(FLOW, answers))
        if len(found) == len(FLOW.outcomes):
            break
    return found


def _changes() -> Iterator[dict[str, str]]:
    yield {}
    every = [(one.id, choice.id) for one in FLOW.questions for choice in FLOW.ranked[one.id][1:]]
    for size in (1, 2):
        for chosen in combinations(every, size):
            if len(dict(chosen)) == size:
                yield dict(chosen)
