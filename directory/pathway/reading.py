"""Reading a questionnaire's file. Every fault is told with its file, its line and what to do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from directory.pathway.flow import (
    Choice,
    Condition,
    Consent,
    Demand,
    FamilyView,
    Flow,
    FlowError,
    Level,
    Outcome,
    Question,
    Route,
    Rule,
    Source,
    Timeframe,
)
from directory.pathway.strict_yaml import LARGEST, Document, Place, YamlRefused, read_yaml

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from directory.pathway.references import Known
    from directory.pathway.schema import ChoicePart, FlowFile, OutcomePart, QuestionPart

_PATTERNS = (
    # the end of a member's place, what is to be written
    ("version", "a whole number from 1, such as 2"),
    ("flow", "small letters, digits and hyphens, such as early-help"),
    ("source", "a source's name and paragraph, such as rhrt#4"),
    ("contact", "danger, front_door, front_door:<line>, or team:<layer>"),
    ("code", "one to three small letters or digits for a question, one for a choice"),
)
_WORD = "small letters, digits and underscores, beginning with a letter"


def load_flow(path: Path, *, data: Path | None = None, var: Path | None = None) -> Flow:
    """The questionnaire in the file at `path`.

    Needs and contacts it names are looked up in `data` and `var` (the product's own folders unless given).
    Raises `FlowError` with every fault that was found.
    """
    return read_flow(_raw(path), str(path), data=data, var=var)


def load_to_answer(path: Path, *, data: Path, var: Path) -> tuple[Flow, list[str]]:
    """The questionnaire in the file at `path`, and the needs and contacts it names that there are not.

    Those do not keep it from being asked: the files they stand in change by other hands, and whom to call
    ends in the front door anyway. Raises `FlowError` for every other fault.
    """
    file, document, digest = _read(_raw(path), str(path))
    inside, beyond, known = _faults(file, document, str(path), data, var)
    if inside:
        raise FlowError([said for _, said in sorted(inside)])
    return _flow(file, document, str(path), digest), [*known.problems, *(said for _, said in sorted(beyond))]


def _raw(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise FlowError([f"{path}: {error.strerror}."]) from None


def read_flow(raw: bytes, name: str, *, data: Path | None = None, var: Path | None = None) -> Flow:
    """The questionnaire in `raw`; `name` is what the faults call it. Raises `FlowError`."""
    from geo.home import data_dir, var_dir

    file, document, digest = _read(raw, name)
    inside, beyond, known = _faults(file, document, name, data or data_dir(), var or var_dir())
    if inside or beyond or known.problems:
        raise FlowError([*known.problems, *(said for _, said in sorted(inside + beyond))])
    return _flow(file, document, name, digest)


def _read(raw: bytes, name: str) -> tuple[FlowFile, Document, str]:
    """The file by the schema, as it stands with its lines, and its digest. Raises `FlowError`."""
    from pydantic import ValidationError

    from directory.pathway.schema import FlowFile

    try:
        document = read_yaml(raw)
    except YamlRefused as error:
        raise FlowError([f"{name}:{error.line}: {error}"]) from None
    if not isinstance(document.content, dict):
        raise FlowError([f"{name}:1: This is not a questionnaire. Begin with `flow:`, `title:`, `version:`."])
    try:
        return FlowFile.model_validate(document.content), document, hashlib.sha256(raw).hexdigest()
    except ValidationError as error:
        raise FlowError([_told(name, document, one) for one in error.errors(include_url=False)]) from None


def _faults(
    file: FlowFile, document: Document, name: str, data: Path, var: Path
) -> tuple[list[tuple[int, str]], list[tuple[int, str]], Known]:
    """What leads nowhere inside the file and outside it, each with its line; and what there is outside."""
    from directory.pathway.references import faults, load_known, outside

    known = load_known(data, var)
    inside, beyond = (
        [
            (document.line(place), f"{name}:{document.line(place)}: {_where(place)}{said}")
            for place, said in found
        ]
        for found in (faults(file), outside(file, known))
    )
    return inside, beyond, known


def _where(place: Place) -> str:
    """A member's place in words, such as "questions 3, choices 2, demands: "."""
    words: list[str] = []
    for step in place:
        if isinstance(step, int) and words:
            words[-1] += f" {step + 1}"
        else:
            words.append(str(step))
    return f"{', '.join(words)}: " if words else ""


def _told(name: str, document: Document, error: ErrorDetails) -> str:
    place: Place = tuple(error["loc"])
    if place and place[-1] == "[key]":
        place = place[:-1]
    return f"{name}:{document.line(place)}: {_where(place)}{_said(place, error)}"


def _said(place: Place, error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    given: Any = error.get("input")
    shown = f" It is {str(given)[:60]!r}." if isinstance(given, str) else ""
    if kind == "missing":
        return "This is missing. Add it."
    if kind == "extra_forbidden":
        closed = " A question has closed choices and nothing to type." if place[0] == "questions" else ""
        return f"There is no member {str(place[-1])[:60]!r} here. Remove it or correct its spelling.{closed}"
    if kind == "string_pattern_mismatch":
        last = next((step for step in reversed(place) if isinstance(step, str)), "")
        return f"Write {dict(_PATTERNS).get(last, _WORD)}.{shown}"
    if kind == "literal_error":
        return f"Must be {context['expected']}.{shown}"
    if kind == "value_error":
        said = str(context["error"])
        return f"{said[0].upper()}{said[1:]}.{shown}"
    if kind == "string_too_short" or (kind == "too_short" and isinstance(given, str)):
        return "This is empty. Write something or leave the member out."
    if kind == "string_too_long" or (kind == "too_long" and isinstance(given, str)):
        return f"This is longer than {context['max_length']} characters. Shorten it."
    if kind == "too_short":
        return f"There are fewer than {context['min_length']} here. Add some."
    if kind == "too_long":
        return f"There are more than {context['max_length']} here. Remove some."
    if kind == "list_type":
        return "This must be a list: each entry on its own line after a hyphen."
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return "This must have members of its own, such as `id: …`."
    if kind == "string_type":
        return "This must be plain text."
    return f"{error['msg']}.{shown}"


def _flow(file: FlowFile, document: Document, name: str, digest: str) -> Flow:
    line = document.line
    return Flow(
        id=file.flow,
        title=file.title,
        version=file.version,
        status=file.status,
        approved_by=file.approved.by if file.approved else "",
        approved_on=file.approved.on if file.approved else None,
        review_by=file.review_by,
        notice=file.notice or "",
        sources={
            key: Source(key, one.title, one.address, one.read, one.paragraphs)
            for key, one in file.sources.items()
        },
        levels=tuple(Level(one.id, one.name, one.meaning, one.source) for one in file.levels),
        audiences=file.audiences,
        questions=tuple(_question(one, at, document) for at, one in enumerate(file.questions)),
        routes=tuple(
            Route(
                one.id,
                one.title,
                one.action,
                one.beats_level,
                one.dominates,
                tuple(one.contact),
                tuple(one.needs),
                one.source,
                line(("routes", at)),
            )
            for at, one in enumerate(file.routes)
        ),
        rules=tuple(
            Rule(
                one.id,
                Condition(
                    tuple(one.when.route or ()),
                    frozenset(one.when.level or ()),
                    one.when.level_at_least,
                    {question: frozenset(wanted) for question, wanted in one.when.answers.items()},
                ),
                one.outcome,
                one.source,
                line(("rules", at)),
            )
            for at, one in enumerate(file.rules)
        ),
        outcomes=tuple(_outcome(one, line(("outcomes", at))) for at, one in enumerate(file.outcomes)),
        file=name,
        digest=digest,
    )


def _question(part: QuestionPart, at: int, document: Document) -> Question:
    return Question(
        part.id,
        part.code,
        part.part,
        part.title,
        part.hint or "",
        part.help,
        part.asks_about,
        {earlier: frozenset(wanted) for earlier, wanted in part.when.items()},
        tuple(
            _choice(one, document.line(("questions", at, "choices", number)))
            for number, one in enumerate(part.choices)
        ),
        tuple(part.needs),
        document.line(("questions", at)),
    )


def _choice(part: ChoicePart, line: int) -> Choice:
    demand = Demand(part.demands.level, part.demands.route) if part.demands else None
    return Choice(
        part.id,
        part.code,
        part.text,
        part.rank,
        demand,
        part.ends,
        part.hint or "",
        tuple(part.needs),
        part.source or "",
        line,
    )


def _outcome(part: OutcomePart, line: int) -> Outcome:
    return Outcome(
        part.id,
        part.level,
        part.title,
        part.sentence,
        part.leads,
        Consent(part.consent.needed, part.consent.why),
        Timeframe(
            part.timeframe.text, part.timeframe.decision_working_days, part.timeframe.escalate_to or ""
        ),
        tuple(part.contact),
        tuple(part.forms),
        tuple(part.say),
        tuple(part.meanwhile),
        part.disagree,
        FamilyView(part.family.title, part.family.sentence, tuple(part.family.next)),
        tuple(part.needs),
        part.source,
        line,
    )
