"""A questionnaire as the program holds it: frozen, checked, and pure. Made by `directory.pathway.reading`.

Every text is the file's own. `line` is where a thing stands in the file, so that whoever finds fault with it
can say where.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

NOT_SURE = "not_sure"
"""The choice that every question has."""

Part = Literal["urgent", "domain", "more"]
Status = Literal["draft", "approved"]


class FlowError(ValueError):
    """A questionnaire that cannot be used. `problems` names every fault with its file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from: what it is called, its address, the day it was read, its paragraphs."""

    id: str
    title: str
    address: str
    read: dt.date
    paragraphs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Level:
    """A level of need: its name, what it means in plain words."""

    id: str
    name: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What an answer asks for at least: a level, a route, or both."""

    level: str | None = None
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question. A higher `rank` is worse; `ends` ends the questionnaire there."""

    id: str
    code: str
    text: str
    rank: int
    demands: Demand | None = None
    ends: bool = False
    hint: str = ""
    needs: tuple[str, ...] = ()
    source: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One question with closed choices.

    It is asked when for every earlier question named in `when` that one was asked and answered by one of
    the choices named there; always, where `when` is empty. `needs` are the services to look for when any
    answer to it demands something.
    """

    id: str
    code: str
    part: Part
    title: str
    hint: str
    help: Mapping[str, str]
    asks_about: str
    when: Mapping[str, frozenset[str]]
    choices: tuple[Choice, ...]
    needs: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    def choice(self, choice_id: str) -> Choice | None:
        """The choice with that id."""
        return next((one for one in self.choices if one.id == choice_id), None)


@dataclass(frozen=True, slots=True)
class Route:
    """A way that overrides or stands beside the level. Only one that `dominates` may end the questions."""

    id: str
    title: str
    action: str
    beats_level: bool
    dominates: bool
    contact: tuple[str, ...]
    needs: tuple[str, ...]
    source: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule holds: all that is stated must. Empty, it always does.

    `routes`: any of these is demanded. `levels`: the level demanded is one of these. `at_least`: it is this
    one or above. `answers`: each question named was asked and answered by one of the choices named.
    """

    routes: tuple[str, ...] = ()
    levels: frozenset[str] = frozenset()
    at_least: str | None = None
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the decision table; the first that holds gives the outcome."""

    id: str
    when: Condition
    outcome: str
    source: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether the family's consent is needed, and why or why not."""

    needed: bool
    why: str


@dataclass(frozen=True, slots=True)
class Timeframe:
    """What happens by when: in words, in working days until a decision, and who is asked if there is none."""

    text: str
    decision_working_days: int | None
    escalate_to: str


@dataclass(frozen=True, slots=True)
class FamilyView:
    """The outcome in plain words for the family."""

    title: str
    sentence: str
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do: the contents of a result page."""

    id: str
    level: str
    title: str
    sentence: str
    leads: str
    consent: Consent
    timeframe: Timeframe
    contact: tuple[str, ...]
    forms: tuple[str, ...]
    say: tuple[str, ...]
    meanwhile: tuple[str, ...]
    disagree: str
    family: FamilyView
    needs: tuple[str, ...]
    source: str
    line: int = field(default=0, compare=False)


class Other(NamedTuple):
    """An answer that could have been given instead, with the rank and the route's bit that it demands.

    `opens` and `closes` are the questions that are then asked, or asked no longer: None where that hangs on
    other answers too, or where one of the two ends the questions. It is `plain` where it closes none and no
    rule tells the two apart: what is demanded is then all that it changes. It is `steady` where nothing that
    it changes hangs on other answers.
    """

    choice: Choice
    rank: int
    route: int
    opens: tuple[str, ...] | None
    closes: tuple[str, ...] | None
    plain: bool
    steady: bool


class Option(NamedTuple):
    """One answer with all that deciding asks of it: the rank and the route's bit that it demands, whether a
    rule names its question (`named`), and the other answers to that, nearest first.

    `code` is how it is written in an address. `needs` are what services to look for after it; an answer of
    not sure says nothing about what is needed. It is `quiet` where nothing at all follows from it, and
    `steady` where all the `worse` are. It `ends` the questions where its choice does. `number` is its place
    among all answers of the version.
    """

    number: int

    question: Question
    given: Choice
    rank: int
    route: int
    named: bool
    worse: tuple[Other, ...]
    milder: tuple[Other, ...]
    code: str
    needs: tuple[str, ...]
    quiet: bool
    steady: bool
    ends: bool


class Station(NamedTuple):
    """A question on the way through all: what earlier answers open it, and its own by their ids."""

    id: str
    question: Question
    when: tuple[tuple[str, frozenset[str]], ...]
    options: Mapping[str, Option]


class Row(NamedTuple):
    """A rule made quick to try at one level: the bits of its routes, and the answers that it names.

    `rank` is that of its outcome's level.
    """

    routes: int
    answers: tuple[tuple[str, frozenset[str]], ...]
    rule: Rule
    outcome: Outcome
    rank: int


@dataclass(frozen=True)
class Flow:
    """One version of a questionnaire. `digest` is the SHA-256 of its file."""

    id: str
    title: str
    version: str
    status: Status
    approved_by: str
    approved_on: dt.date | None
    review_by: dt.date
    notice: str
    sources: Mapping[str, Source]
    levels: tuple[Level, ...]
    audiences: Mapping[str, str]
    questions: tuple[Question, ...]
    routes: tuple[Route, ...]
    rules: tuple[Rule, ...]
    outcomes: tuple[Outcome, ...]
    file: str = ""
    digest: str = ""

    @property
    def address(self) -> str:
        """What an address of this version begins with, such as `v1`."""
        return f"v{self.version}"

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by their ids, in the order asked."""
        return {one.id: one for one in self.questions}

    @cached_property
    def by_code(self) -> Mapping[str, Question]:
        """The questions by their codes."""
        return {one.code: one for one in self.questions}

    @cached_property
    def choices(self) -> Mapping[tuple[str, str], Choice]:
        """Every choice by the ids of its question and of itself."""
        return {(question.id, one.id): one for question in self.questions for one in question.choices}

    @cached_property
    def ranked(self) -> Mapping[str, tuple[Choice, ...]]:
        """The choices of each question from the mildest to the worst."""
        return {one.id: tuple(sorted(one.choices, key=lambda choice: choice.rank)) for one in self.questions}

    @cached_property
    def route_by_id(self) -> Mapping[str, Route]:
        """The routes by their ids."""
        return {one.id: one for one in self.routes}

    @cached_property
    def route_bit(self) -> Mapping[str, int]:
        """A bit for each route, so that a set of routes is a number."""
        return {one.id: 1 << at for at, one in enumerate(self.routes)}

    @cached_property
    def beating(self) -> int:
        """The bits of the routes that beat the level."""
        return sum(self.route_bit[one.id] for one in self.routes if one.beats_level)

    @cached_property
    def demanded(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """What every choice demands: the rank of the level (0 for none) and the route's bit (0 for none)."""
        found = {}
        for key, choice in self.choices.items():
            demand = choice.demands or Demand()
            rank = self.level_rank[demand.level] if demand.level is not None else 0
            found[key] = (rank, self.route_bit[demand.route] if demand.route is not None else 0)
        return found

    @cached_property
    def any_route(self) -> int:
        """A bit beyond those of the routes, which everybody has: a rule that names no route asks for this."""
        return 1 << len(self.routes)

    @cached_property
    def rows(self) -> tuple[tuple[Row, ...], ...]:
        """For the rank of each level that may be demanded the rules that can hold there, in their order."""
        found: list[list[Row]] = [[] for _level in self.levels]
        for rule in self.rules:
            when, outcome = rule.when, self.outcome_by_id[rule.outcome]
            routes = sum(self.route_bit[one] for one in dict.fromkeys(when.routes)) or self.any_route
            row = Row(routes, tuple(when.answers.items()), rule, outcome, self.level_rank[outcome.level])
            lowest = self.level_rank[when.at_least] if when.at_least is not None else 0
            for rank in range(lowest, len(self.levels)):
                if not when.levels or self.levels[rank].id in when.levels:
                    found[rank].append(row)
        return tuple(map(tuple, found))

    @cached_property
    def places(self) -> tuple[Mapping[int, tuple[int, ...]], ...]:
        """For each rank the places in `rows` of the rules that name a route, by its bit, and by `any_route`
        of those that name none; none by 0."""
        bits = (0, *self.route_bit.values(), self.any_route)
        return tuple(
            {bit: tuple(at for at, row in enumerate(rows) if row.routes & bit) for bit in bits}
            for rows in self.rows
        )

    @cached_property
    def outcome_by_id(self) -> Mapping[str, Outcome]:
        """The outcomes by their ids."""
        return {one.id: one for one in self.outcomes}

    @cached_property
    def level_rank(self) -> Mapping[str, int]:
        """How high each level is, the lowest being 0."""
        return {one.id: rank for rank, one in enumerate(self.levels)}

    @cached_property
    def downstream(self) -> Mapping[str, tuple[Question, ...]]:
        """For each question those that may open or close when its answer changes, in the order asked."""
        hangs: dict[str, set[str]] = {}  # by question: all the earlier ones that it hangs on
        for question in self.questions:
            hangs[question.id] = set(question.when).union(*(hangs.get(one, ()) for one in question.when))
        return {
            earlier.id: tuple(later for later in self.questions if earlier.id in hangs[later.id])
            for earlier in self.questions
        }

    @cached_property
    def stations(self) -> tuple[Station, ...]:
        """The questions in the order asked, made quick to walk through."""
        found = []
        for one in self.questions:
            options = {each.id: self._option(one, each) for each in one.choices}
            found.append(Station(one.id, one, tuple(one.when.items()), options))
        return tuple(found)

    def _option(self, question: Question, given: Choice) -> Option:
        others = [self._other(question, given, one) for one in self.ranked[question.id]]
        worse = tuple(one for one in others if one.choice.rank > given.rank)
        milder = tuple(one for one in reversed(others) if one.choice.rank < given.rank)
        rank, route = self.demanded[question.id, given.id]
        demands = given.demands is not None and given.id != NOT_SURE
        needs = (*given.needs, *(question.needs if demands else ()))
        named = question.id in self.ruling
        return Option(
            number=self._numbers[question.id, given.id],
            question=question,
            given=given,
            rank=rank,
            route=route,
            named=named,
            worse=worse,
            milder=milder,
            code=question.code + given.code,
            needs=needs,
            quiet=not (rank or route or named or needs),
            steady=all(one.steady for one in worse),
            ends=given.ends,
        )

    @cached_property
    def _numbers(self) -> Mapping[tuple[str, str], int]:
        return {key: number for number, key in enumerate(self.choices)}

    def _other(self, question: Question, given: Choice, one: Choice) -> Other:
        rank, route = self.demanded[question.id, one.id]
        later = self.downstream[question.id]
        if given.ends or one.ends or any(set(each.when) != {question.id} for each in later):
            alone = one.ends and question is self.questions[0]  # nothing else is asked then
            return Other(one, rank, route, None, None, False, alone)
        now = {each.id for each in later if given.id in each.when[question.id]}
        then = {each.id for each in later if one.id in each.when[question.id]}
        opens = tuple(each.id for each in later if each.id in then - now)
        closes = tuple(each.id for each in later if each.id in now - then)
        wanted = [rule.when.answers.get(question.id, frozenset()) for rule in self.rules]
        told_apart = any((given.id in choices) != (one.id in choices) for choices in wanted)
        return Other(one, rank, route, opens, closes, not closes and not told_apart, not closes)

    @cached_property
    def together(self) -> dict[Hashable, Any]:
        """What is demanded together, as `directory.pathway.together` keeps it."""
        return {}

    @cached_property
    def told(self) -> dict[Hashable, Any]:
        """What is told of parts of this version, as `directory.pathway.explain` keeps it."""
        return {}

    @cached_property
    def ruling(self) -> frozenset[str]:
        """The questions whose answers a rule names."""
        return frozenset(question for rule in self.rules for question in rule.when.answers)
