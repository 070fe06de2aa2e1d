"""Answers as short codes in an address, and which question comes next.

`v1.an.bu.cy` is version 1 with question a answered n, b answered u, c answered y. The codes stand in the
order of the questions. An answer to a question that is no longer asked, because an earlier answer changed,
is dropped, and whoever reads it is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from directory.pathway.flow import Flow, Question

Answers = dict[str, str]
"""The id of the choice by the id of the question."""

LONGEST = 1_000  # characters of an address; forty questions take under 200
_ADDRESS = re.compile(r"v([1-9][0-9]{0,3})((?:\.[a-z][a-z0-9]{1,3})*)", re.ASCII | re.IGNORECASE)


class WalkError(ValueError):
    """Answers that cannot be read. The message says which and what to do; `code` is a word for programs."""

    def __init__(self, message: str, code: str = "malformed") -> None:
        self.code = code
        super().__init__(message)


class OtherVersion(WalkError):
    """Answers to another version of the questionnaire; they are not read as answers to this one."""

    def __init__(self, message: str, version: str) -> None:
        self.version = version
        super().__init__(message, "other_version")


@dataclass(frozen=True)
class Walk:
    """Where somebody is: the answers that count, those dropped, the questions asked, and the next one.

    `path` ends with the answer that ended it all or with the last question there is; questions that
    are asked only after an answer not given yet are not in it.
    """

    answers: Answers
    dropped: tuple[str, ...]
    path: tuple[Question, ...]
    next: Question | None


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
    return address(flow, follow(flow, answers).answers)


def address(flow: Flow, kept: Answers) -> str:
    """The same of answers that are a walk's."""
    choices, by_id = flow.choices, flow.by_id
    return ".".join((flow.address, *[by_id[one[0]].code + choices[one].code for one in kept.items()]))


def path(flow: Flow, answers: Mapping[str, str]) -> list[Question]:
    """The questions asked, given `answers`."""
    return list(follow(flow, answers).path)


def next_question(flow: Flow, answers: Mapping[str, str]) -> Question | None:
    """The first question that is asked and not answered; None at the end."""
    return follow(flow, answers).next


def asked(flow: Flow, answers: Mapping[str, str]) -> list[Question]:
    """The questions asked, given answers that the flow is known to have. Not checked, so quicker."""
    found: list[Question] = []
    on_path: dict[str, str] = {}
    for question in flow.questions:
        if question.when and not all(
            on_path.get(earlier) in wanted for earlier, wanted in question.when.items()
        ):
            continue
        found.append(question)
        given = answers.get(question.id)
        if given is not None:
            on_path[question.id] = given
            if (question.id, given) in flow.ending:
                break
    return found


def follow(flow: Flow, answers: Mapping[str, str]) -> Walk:
    """Walk through the questions with `answers`, given in any order.

    Raises `WalkError` naming a question or choice that the flow does not have.
    """
    choices = flow.choices
    for question_id, choice_id in answers.items():
        if (question_id, choice_id) not in choices:
            question = flow.by_id.get(question_id)
            if question is None:
                raise WalkError(f"There is no question {str(question_id)[:60]!r}.", "unknown")
            known = ", ".join(one.id for one in question.choices)
            raise WalkError(
                f"Question {question_id!r} has no answer {str(choice_id)[:60]!r}. Its answers are {known}.",
                "unknown",
            )
    return walk_of(flow, answers)


def walk_of(flow: Flow, answers: Mapping[str, str]) -> Walk:
    """The same with answers that the flow is known to have."""
    steps = asked(flow, answers)
    kept = {question.id: answers[question.id] for question in steps if question.id in answers}
    left = answers.keys() - kept.keys()
    dropped = tuple(question.id for question in flow.questions if question.id in left) if left else ()
    unanswered = None
    if len(kept) < len(steps):
        unanswered = next(question for question in steps if question.id not in kept)
    return Walk(kept, dropped, tuple(steps), unanswered)
