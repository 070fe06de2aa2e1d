"""The small questionnaire, and a way to change its file for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from directory.pathway.flow import Flow, FlowError
from directory.pathway.reading import load_flow, read_flow
from directory.pathway.walk import Answers, next_question

SMALL = Path(__file__).parent / "small.yaml"


@pytest.fixture(scope="session")
def small() -> Flow:
    return load_flow(SMALL)


@pytest.fixture(scope="session")
def every(small: Flow) -> list[Answers]:
    """Every whole set of answers there is to the small questionnaire."""
    return list(all_answers(small))


def all_answers(flow: Flow, so_far: Answers | None = None) -> Iterator[Answers]:
    given = so_far or {}
    question = next_question(flow, given)
    if question is None:
        yield given
        return
    for choice in question.choices:
        yield from all_answers(flow, {**given, question.id: choice.id})


Edited = Callable[..., list[str]]


@pytest.fixture
def faults() -> Edited:
    """What is said about the small file after replacing one piece of it by another, once."""

    def edit(old: str, new: str) -> list[str]:
        text = SMALL.read_text("utf-8")
        assert text.count(old) >= 1, old
        try:
            read_flow(text.replace(old, new, 1).encode(), "edited.yaml")
        except FlowError as error:
            return error.problems
        return []

    return edit
