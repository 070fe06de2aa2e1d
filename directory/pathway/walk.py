"""Answers as short codes in an address, and which question comes next.

`v1.an.bu.cy` is version 1 with question a answered n, b answered u, c answered y. The codes stand in the
order of the questions. An answer to a question that is no longer asked, because an earlier answer changed,
is dropped, and whoever reads it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from directory.pathway.flow import Flow, Option, Question

Answers = dict[str, str]
"""The id of the choice by the id of the question."""

LONGEST = 1_000  # characters of an address; forty questions take under 200
_ADDRESS = re.compile(r"v([1-9][0-9]{0,3})((?:\.[a-z][a-z0-9]{1,3})*)", re.ASCII | re.IGNORECASE)


class WalkError(ValueError):
    """Answers that cannot be read. The message says which and what to do; `code` is a word for programs.

    `question` is the id of the question, known or not, whose answer cannot be read, where it is one answer.
    """

    def __init__(self, message: str, code: str = "malformed", question: str | None = None) -> None:
        self.code, self.question = code, question
        super().__init__(message)


class OtherVersion(WalkError):
    """Answers to another version of the questionnaire; they are not read as answers to this one."""

    def __init__(self, message: str, version: str) -> None:
        self.version = version
        super().__init__(message, "other_version")


class Walk(NamedTuple):
    """Where somebody is: the answers that count, those dropped, the questions asked, and the next one.

    `path` ends with the answer that ended it all or with the last question there is; questions that
    are asked only after an answer not given yet are not in it. `given` are the answers that count, with all
    that deciding asks of them.
    """

    answers: Answers
    dropped: tuple[str, ...]
    path: tuple[Question, ...]
    next: Question | None
    given: tuple[Option, ...] = ()


def version_of(text: str) -> str:
    """The version that an address names, without reading its answers. Raises `WalkError`."""
    return _parts(text)[0]


def parse(flow: Flow, text: str) -> Answers:
    """The answers in `text`, in the order of the questions, without those no longer asked.

    Raises `WalkError` for text that is no such address and `OtherVersion` for one of another version.
    """
    return read(flow, text).answers


def read(flow: Flow, text: str) -> Walk:
    """The same, with what was dropped and what comes next."""
    version, codes = _parts(text)
    if version != flow.version:
        raise OtherVersion(
            f"These answers are to version {version} of {flow.title!r}; this is version {flow.version}.",
            version,
        )
    answers: Answers = {}
    for code in codes:
        question = flow.by_code.get(code[:-1])
        if question is None:
            raise WalkError(
                f"Version {version} has no question with the code {code[:-1]!r}, from {code!r}.", "unknown"
            )
        choice = next((one for one in question.choices if one.code == code[-1]), None)
        if choice is None:
            known = ", ".join(one.code for one in question.choices)
            raise WalkError(
                f"Question {question.code!r} has no answer with the code {code[-1]!r}, from {code!r}. "
                f"Its codes are {known}.",
                "unknown",
            )
        if question.id in answers:
            raise WalkError(f"Question {question.code!r} is answered twice. Keep one answer.", "twice")
        answers[question.id] = choice.id
    return follow(flow, answers)


def _parts(text: str) -> tuple[str, list[str]]:
    if len(text) > LONGEST:
        raise WalkError(f"These answers are too long: more than {LONGEST} characters.")
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise WalkError(
            "These are not answers. They look like v1.an.bu: the version, then a code for each answer, "
            "with full stops between them."
        )
    return found[1], found[2].lower().split(".")[1:]


def write(flow: Flow, answers: Mapping[str, str]) -> str:
    """The address of `answers`: canonical, so that the same answers always have the same.

    Raises `WalkError` for a question or choice that the flow does not have.
    """
    return address(flow, follow(flow, answers).given)


def address(flow: Flow, given: Iterable[Option]) -> str:
    """The same of the answers of a walk."""
    return ".".join((flow.address, *[one.code for one in given]))


def path(flow: Flow, answers: Mapping[str, str]) -> list[Question]:
    """The questions asked, given `answers`."""
    return list(follow(flow, answers).path)


def next_question(flow: Flow, answers: Mapping[str, str]) -> Question | None:
    """The first question that is asked and not answered; None at the end."""
    return follow(flow, answers).next


def follow(flow: Flow, answers: Mapping[str, str]) -> Walk:
    """Walk through the questions with `answers`, given in any order.

    Raises `WalkError` naming a question or choice that the flow does not have.
    """
    try:
        return walk_of(flow, answers)
    except (KeyError, TypeError):  # what is no text may not even be looked up
        raise _unknown(flow, answers) from None


def _unknown(flow: Flow, answers: Mapping[str, str]) -> WalkError:
    """The error for the first answer that the flow does not have."""
    for question_id, choice_id in answers.items():
        question = flow.by_id.get(question_id)
        if question is None:
            told = f"Version {flow.version} has no question {str(question_id)[:60]!r}."
            return WalkError(told, "unknown", question_id)
        if not isinstance(choice_id, str) or (question_id, choice_id) not in flow.choices:
            known = ", ".join(one.id for one in question.choices)
            told = (
                f"Question {question_id!r} has no answer {str(choice_id)[:60]!r}. Its answers are: {known}."
            )
            return WalkError(told, "unknown", question_id)
    raise AssertionError("every answer is known")


def walk_of(flow: Flow, answers: Mapping[str, str]) -> Walk:
    """`follow` with answers that the flow is known to have; `KeyError` or `TypeError` where it has not."""
    kept: Answers = {}
    steps: list[Question] = []
    given: list[Option] = []
    unanswered: Question | None = None
    for question_id, question, when, options in flow.stations:
        if when and not all(kept.get(earlier) in wanted for earlier, wanted in when):
            continue
        steps.append(question)
        choice = answers.get(question_id)
        if choice is None:
            unanswered = unanswered or question
            continue
        option = options[choice]
        kept[question_id] = choice
        given.append(option)
        if option.ends:
            break
    dropped: tuple[str, ...] = ()
    if len(kept) < len(answers):
        left = answers.keys() - kept.keys()
        for one in left:
            _ = flow.choices[one, answers[one]]
        dropped = tuple([one.id for one in flow.questions if one.id in left])
    return Walk(kept, dropped, tuple(steps), unanswered, tuple(given))
