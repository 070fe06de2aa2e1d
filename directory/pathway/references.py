"""What a questionnaire refers to: that every name in it leads somewhere, inside the file and outside it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directory.pathway.flow import NOT_SURE
from directory.pathway.schema import (
    ONLY_ROUTES,
    ConditionPart,
    FlowFile,
    LevelPart,
    OutcomePart,
    QuestionPart,
    RoutePart,
    RulePart,
)
from directory.pathway.strict_yaml import Place

Fault = tuple[Place, str]
_NOT_TEAMS = ("front_door", "neighbours", "forbidden")


@dataclass(frozen=True)
class Known:
    """What there is outside the file: needs, the front door's lines, the layers whose teams can be called.

    None for what cannot be read, and why not in `problems`.
    """

    needs: frozenset[str] | None
    front_door: frozenset[str] | None
    teams: frozenset[str]
    problems: tuple[str, ...] = ()


def load_known(data: Path, var: Path) -> Known:
    """What the files in `data` (and a steward's needs in `var`) hold."""
    from directory.listings.needs import NeedsError, load_needs

    contacts = data / "contacts"
    needs: frozenset[str] | None = None
    lines: frozenset[str] | None = None
    problems: list[str] = []
    try:
        needs = load_needs(data, var).codes
    except (NeedsError, OSError, UnicodeDecodeError) as error:
        problems.append(f"The needs that questionnaires name cannot be looked up. {error}")
    try:
        with (contacts / "front_door.csv").open(encoding="utf-8-sig", newline="") as file:
            lines = frozenset(row["team"] for row in csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        problems.append(
            "The contacts that questionnaires name cannot be looked up: "
            f"{contacts / 'front_door.csv'} cannot be read. Run: earlyhelp routing compile"
        )
    teams = frozenset(path.stem for path in contacts.glob("*.csv")) - frozenset(_NOT_TEAMS)
    return Known(needs, lines, teams, tuple(problems))


def faults(file: FlowFile) -> list[Fault]:
    """Everything in `file` that leads nowhere within it or stands twice, with its place."""
    return [
        *_metadata(file),
        *_unique(file),
        *_questions(file),
        *_rules(file),
        *_sources(file),
    ]


def outside(file: FlowFile, known: Known) -> list[Fault]:
    """Every need and contact that `file` names and that there is not, with its place.

    Other files change by other hands, so these are no reason to stop asking the questions.
    """
    return list(_outside(file, known))


def _metadata(file: FlowFile) -> Iterator[Fault]:
    if file.status == "approved" and file.approved is None:
        yield ("status",), "An approved version says by which role and when: add `approved: {by: …, on: …}`."
    if file.status == "draft" and file.approved is not None:
        yield ("approved",), "A draft is not approved. Remove `approved`, or make the status approved."
    if file.status == "draft" and file.notice is None:
        yield ("status",), "A draft says on every page that it is one: add a `notice`."


def _unique(file: FlowFile) -> Iterator[Fault]:
    for name, parts in (
        ("levels", file.levels),
        ("questions", file.questions),
        ("routes", file.routes),
        ("rules", file.rules),
        ("outcomes", file.outcomes),
    ):
        yield from _twice((name,), parts, "id")
    yield from _twice(("questions",), file.questions, "code")
    for at, question in enumerate(file.questions):
        for member in ("id", "code", "rank"):
            yield from _twice(("questions", at, "choices"), question.choices, member)


def _twice(place: Place, parts: Sequence[Any], member: str) -> Iterator[Fault]:
    seen: dict[object, int] = {}
    for at, part in enumerate(parts):
        value = getattr(part, member)
        if value in seen:
            yield (
                (*place, at, member),
                f"The {member} {str(value)!r} is used already, by number {seen[value] + 1} of these. "
                "Give each its own.",
            )
        seen.setdefault(value, at)


def _questions(file: FlowFile) -> Iterator[Fault]:
    levels, routes = {one.id for one in file.levels}, {one.id: one for one in file.routes}
    earlier: dict[str, QuestionPart] = {}
    for at, question in enumerate(file.questions):
        here: Place = ("questions", at)
        for audience in question.help:
            if audience not in file.audiences:
                yield (*here, "help", audience), f"There is no audience {audience!r} in `audiences`."
        for name, wanted in question.when.items():
            place = (*here, "when", name)
            if name not in earlier:
                later = any(one.id == name for one in file.questions)
                why = "is not asked before this one" if later else "does not exist"
                yield place, f"The question {name!r} {why}. Name only earlier questions."
            else:
                yield from _choices_of(earlier[name], wanted, place)
        if not any(one.id == NOT_SURE for one in question.choices):
            yield (*here, "choices"), "Every question can be answered not sure: add a choice `not_sure`."
        for number, choice in enumerate(question.choices):
            place = (*here, "choices", number)
            demand = choice.demands
            if demand is None:
                if choice.ends:
                    yield (*place, "ends"), "Only an answer that demands a route that dominates may end here."
                continue
            if demand.level is None and demand.route is None:
                yield (*place, "demands"), "Name a level, a route or both, or leave `demands` out."
            if demand.level is not None and demand.level not in levels:
                yield (*place, "demands", "level"), f"There is no level {demand.level!r} in `levels`."
            if demand.level is not None and question.asks_about in ONLY_ROUTES:
                yield (
                    (*place, "demands", "level"),
                    f"A question about {question.asks_about} may open a route but not demand a level: "
                    "a protected characteristic never moves a level.",
                )
            if demand.route is not None and demand.route not in routes:
                yield (*place, "demands", "route"), f"There is no route {demand.route!r} in `routes`."
            ending = routes.get(demand.route or "")
            if choice.ends and (ending is None or not ending.dominates):
                yield (*place, "ends"), "Only an answer that demands a route that dominates may end here."
            if choice.source is None:
                yield (*place, "demands"), "Every answer that demands something names its `source`."
        earlier[question.id] = question


def _choices_of(question: QuestionPart, wanted: Sequence[str], place: Place) -> Iterator[Fault]:
    there = [one.id for one in question.choices]
    for at, choice in enumerate(wanted):
        if choice not in there:
            yield (
                (*place, at),
                f"{question.id!r} has no choice {choice!r}. Its choices are {', '.join(there)}.",
            )


def _rules(file: FlowFile) -> Iterator[Fault]:
    outcomes, levels = {one.id for one in file.outcomes}, {one.id for one in file.levels}
    for at, rule in enumerate(file.rules):
        if rule.outcome not in outcomes:
            yield ("rules", at, "outcome"), f"There is no outcome {rule.outcome!r} in `outcomes`."
        yield from _condition(file, rule.when, ("rules", at, "when"))
    for at, outcome in enumerate(file.outcomes):
        if outcome.level not in levels:
            yield ("outcomes", at, "level"), f"There is no level {outcome.level!r} in `levels`."


def _condition(file: FlowFile, when: ConditionPart, place: Place) -> Iterator[Fault]:
    routes, levels = {one.id for one in file.routes}, {one.id for one in file.levels}
    for at, route in enumerate(when.route or ()):
        if route not in routes:
            yield (*place, "route", at), f"There is no route {route!r} in `routes`."
    for at, level in enumerate(when.level or ()):
        if level not in levels:
            yield (*place, "level", at), f"There is no level {level!r} in `levels`."
    if when.level_at_least is not None and when.level_at_least not in levels:
        yield (*place, "level_at_least"), f"There is no level {when.level_at_least!r} in `levels`."
    if when.level_at_least is not None and when.level:
        yield (*place, "level_at_least"), "Give `level` or `level_at_least`, not both."
    questions = {one.id: one for one in file.questions}
    for name, wanted in when.answers.items():
        here = (*place, "answers", name)
        if name not in questions:
            yield here, f"There is no question {name!r}."
        elif questions[name].part != "more":
            yield here, f"A rule may name answers only of `more` questions; {name!r} is not one."
        else:
            yield from _choices_of(questions[name], wanted, here)


def _sources(file: FlowFile) -> Iterator[Fault]:
    for place, reference in _references(file):
        source, _, paragraph = reference.partition("#")
        held = file.sources.get(source)
        if held is None:
            yield place, f"There is no source {source!r} in `sources`. Add it with its address and date."
        elif held.paragraphs and paragraph not in held.paragraphs:
            named = f"no paragraph {paragraph!r}" if paragraph else "paragraphs: name one behind a #"
            yield place, f"The source {source!r} has {named}. It has {', '.join(held.paragraphs)}."


def _references(file: FlowFile) -> Iterator[tuple[Place, str]]:
    for at, question in enumerate(file.questions):
        for number, choice in enumerate(question.choices):
            if choice.source is not None:
                yield ("questions", at, "choices", number, "source"), choice.source
    sourced: tuple[tuple[str, Sequence[LevelPart | RoutePart | RulePart | OutcomePart]], ...] = (
        ("levels", file.levels),
        ("routes", file.routes),
        ("rules", file.rules),
        ("outcomes", file.outcomes),
    )
    for name, parts in sourced:
        for at, part in enumerate(parts):
            yield (name, at, "source"), part.source


def _outside(file: FlowFile, known: Known) -> Iterator[Fault]:
    for place, codes in _needs(file):
        for at, code in enumerate(codes):
            if known.needs is not None and code not in known.needs:
                yield (*place, at), f"There is no need {code!r} in search/needs.csv. Add it there first."
    contacts: list[tuple[Place, Sequence[str]]] = [
        (("outcomes", at, "contact"), one.contact) for at, one in enumerate(file.outcomes)
    ]
    contacts += [(("routes", at, "contact"), one.contact) for at, one in enumerate(file.routes)]
    for place, words in contacts:
        for at, word in enumerate(words):
            kind, _, code = word.partition(":")
            there = known.front_door if kind == "front_door" else known.teams
            if code and there is not None and code not in there:
                yield (*place, at), f"There is no contact {word!r}. There are {', '.join(sorted(there))}."


def _needs(file: FlowFile) -> Iterator[tuple[Place, Sequence[str]]]:
    for at, question in enumerate(file.questions):
        yield ("questions", at, "needs"), question.needs
        for number, choice in enumerate(question.choices):
            yield ("questions", at, "choices", number, "needs"), choice.needs
    for at, route in enumerate(file.routes):
        yield ("routes", at, "needs"), route.needs
    for at, outcome in enumerate(file.outcomes):
        yield ("outcomes", at, "needs"), outcome.needs
