"""What a questionnaire's file may say. Every value comes in as text; nothing else is understood.

There is no question of free text here and no place to put one: a question is a list of choices.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

ASKS_ABOUT = (
    # urgent
    *("danger", "harm", "exploitation", "exploitation_harm", "fgm", "allegation", "private_fostering"),
    *("radicalisation", "domestic_abuse", "missing", "homelessness", "young_carer", "send"),
    *("mental_health_crisis", "unborn", "trafficking"),
    # the domains of the assessment framework
    *("health", "learning", "emotional_health", "behaviour", "identity_self_care", "basic_care", "safety"),
    *("warmth_stability", "parental_factors", "pre_birth", "housing_money", "family_network"),
    # more
    *("protective_factors", "childs_words", "duration", "frequency", "direction", "tried", "consent"),
    *("others_involved", "social_worker", "unknowns"),
)
PROTECTED = (
    *("age", "sex", "gender", "gender_reassignment", "gender_identity", "race", "ethnicity", "ethnic_group"),
    *("nationality", "colour", "religion", "belief", "faith", "sexual_orientation", "sexuality"),
    *("marriage", "civil_partnership", "pregnancy", "maternity", "disability", "disabled"),
)
ONLY_ROUTES = ("send", "unborn")
"""Asked about only to open a route: an answer may not demand a level."""


def _spaced(value: Any) -> Any:
    """Text with its line breaks and runs of spaces made single spaces."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) and value else value


def _yes_no(value: Any) -> bool:
    known = {"true": True, "yes": True, "false": False, "no": False}
    if not isinstance(value, str) or value not in known:
        raise ValueError("must be true or false")
    return known[value]


def _whole(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"0|[1-9][0-9]{0,2}", value, re.ASCII):
        raise ValueError("must be a whole number from 0 to 999")
    return int(value)


def _day(value: Any) -> dt.date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("must be a date such as 2026-11-22")


def _address(value: str) -> str:
    if not re.fullmatch(r"https://[a-z0-9.-]+(/[!-~]*)?", value):
        raise ValueError("must be an address that begins with https://")
    return value


def _subject(value: str) -> str:
    if value in PROTECTED:
        raise ValueError(
            f"{value!r} is a protected characteristic, and no answer about one may move a level. "
            "Ask about the need; a disability or an unborn child is asked about only to open a route "
            "(send, unborn)"
        )
    if value not in ASKS_ABOUT:
        raise ValueError(f"must be one of {', '.join(ASKS_ABOUT)}")
    return value


def _about_somebody(value: str) -> str:
    if re.search(r"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\b\.? [A-Z]", value):
        raise ValueError("must be a role, never a person's name")
    return value


Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
FlowId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}$")]
QuestionCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,2}$")]
ChoiceCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(#[A-Za-z0-9._-]{1,40})?$")]
ContactWord = Annotated[
    str, StringConstraints(pattern=r"^(danger|front_door|front_door:[A-Z][A-Z0-9_]*|team:[a-z][a-z0-9_]*)$")
]
Line = Annotated[str, BeforeValidator(_spaced), StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, BeforeValidator(_spaced), StringConstraints(min_length=1, max_length=900)]
Lines = Annotated[list[Text], BeforeValidator(_one_or_more), Field(max_length=20)]
Words = Annotated[list[Word], BeforeValidator(_one_or_more), Field(min_length=1)]
NoWords = Annotated[list[Word], BeforeValidator(_one_or_more)]
Yes = Annotated[bool, BeforeValidator(_yes_no)]
Whole = Annotated[int, BeforeValidator(_whole)]
Day = Annotated[dt.date, BeforeValidator(_day)]
Address = Annotated[str, AfterValidator(_address)]
Subject = Annotated[str, AfterValidator(_subject)]
Role = Annotated[Line, AfterValidator(_about_somebody)]


class Part(BaseModel):
    """What all parts share: no member that is not stated here is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ApprovedPart(Part):
    """Which role approved the version, and when."""

    by: Role
    on: Day


class SourcePart(Part):
    """A published source. `paragraphs` names those referred to, by what stands behind the #."""

    title: Line
    address: Address
    read: Day
    paragraphs: dict[str, Text] = {}


class LevelPart(Part):
    """A level of need, in the order from the lowest."""

    id: Word
    name: Line
    meaning: Text
    source: Reference


class DemandPart(Part):
    """What an answer demands: a level, a route or both."""

    level: Word | None = None
    route: Word | None = None


class ChoicePart(Part):
    """One choice."""

    id: Word
    code: ChoiceCode
    text: Text
    hint: Text | None = None
    rank: Whole
    demands: DemandPart | None = None
    ends: Yes = False
    needs: NoWords = []
    source: Reference | None = None


class QuestionPart(Part):
    """One question."""

    id: Word
    code: QuestionCode
    part: Literal["urgent", "domain", "more"]
    title: Text
    hint: Text | None = None
    help: dict[Word, Text] = {}
    asks_about: Subject
    when: dict[Word, Words] = {}
    needs: NoWords = []
    choices: Annotated[list[ChoicePart], Field(min_length=2, max_length=6)]


class RoutePart(Part):
    """One route: what to do when an answer demands it."""

    id: Word
    title: Line
    action: Text
    beats_level: Yes
    dominates: Yes = False
    contact: Annotated[list[ContactWord], BeforeValidator(_one_or_more)] = []
    needs: NoWords = []
    source: Reference


class ConditionPart(Part):
    """When a rule holds."""

    route: Words | None = None
    level: Words | None = None
    level_at_least: Word | None = None
    answers: dict[Word, Words] = {}


class RulePart(Part):
    """One rule."""

    id: Word
    when: ConditionPart = ConditionPart()
    outcome: Word
    source: Reference


class ConsentPart(Part):
    """Whether consent is needed, and why."""

    needed: Yes
    why: Text


class TimeframePart(Part):
    """What happens by when."""

    text: Text
    decision_working_days: Whole | None = None
    escalate_to: Text | None = None


class FamilyPart(Part):
    """The outcome for the family."""

    title: Line
    sentence: Text
    next: Lines


class OutcomePart(Part):
    """One outcome."""

    id: Word
    level: Word
    title: Line
    sentence: Text
    leads: Text
    consent: ConsentPart
    timeframe: TimeframePart
    contact: Annotated[list[ContactWord], BeforeValidator(_one_or_more), Field(min_length=1)]
    forms: Lines = []
    say: Lines = []
    meanwhile: Lines = []
    disagree: Text
    family: FamilyPart
    needs: NoWords = []
    source: Reference


class FlowFile(Part):
    """A whole file."""

    flow: FlowId
    title: Line
    version: Version
    status: Literal["draft", "approved"]
    approved: ApprovedPart | None = None
    review_by: Day
    notice: Text | None = None
    sources: Annotated[dict[Word, SourcePart], Field(min_length=1)]
    levels: Annotated[list[LevelPart], Field(min_length=2, max_length=9)]
    audiences: dict[Word, Line] = {}
    questions: Annotated[list[QuestionPart], Field(min_length=1, max_length=80)]
    routes: list[RoutePart] = []
    rules: Annotated[list[RulePart], Field(min_length=1)]
    outcomes: Annotated[list[OutcomePart], Field(min_length=1)]
