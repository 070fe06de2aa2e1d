"""`earlyhelp pathway walk`: the questions in a terminal, and at the end whom to call now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from directory.pathway.telling import DEFAULT, open_answers, open_flow, stop
from geo.home import data_dir, var_dir

if TYPE_CHECKING:
    import datetime as dt

    from directory.pathway.decide import Decision
    from directory.pathway.flow import Flow, Question
    from directory.search.finder import Finder
    from geo.gazetteer import Gazetteer

_PARTS = {
    "urgent": "Urgent",
    "domain": "The child's life",
    "more": "A little more",
}


@click.command()
@click.option("--flow", "flow_id", default=DEFAULT, show_default=True, help="Which questionnaire.")
@click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False), help="This file, instead of the library's."
)
@click.option("--answers", "text", default="", metavar="ANSWERS", help="Go on from here, such as v1.an.bu.")
@click.option("--as", "audience", default="", help="Help for: health, school, voluntary, police or family.")
@click.option("--postcode", help="The home's postcode. Asked at the end when left out; may be left empty.")
@click.option("--at", "at_text", metavar="TIME", help="Whose line is open at this time, 2026-12-24T23:10.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON, as the API gives it.")
def walk(
    flow_id: str,
    file: Path | None,
    text: str,
    audience: str,
    postcode: str | None,
    at_text: str | None,
    as_json: bool,
) -> None:
    """Answer the questions one by one; ends with the level, the next step and whom to call now.

    Type the number of an answer, or b to go back. Every question has "not sure". Nothing is kept: the
    address at the end is how to come back to the same answers.

    \b
    Examples:
      earlyhelp pathway walk
      earlyhelp pathway walk --as school --postcode "B15 2TT"
      earlyhelp pathway walk --answers v1.aay --postcode "B15 2TT" --json
    """
    from directory.moment import london_moment
    from directory.pathway.decide import Undecided, decide

    try:
        at = london_moment(at_text) if at_text else None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    opened = open_answers(flow_id, file, text) if text else None
    flow = opened.flow if opened else open_flow(flow_id, file)
    if audience and audience not in flow.audiences:
        raise click.UsageError(f"{audience!r} is none of {', '.join(flow.audiences)}.")
    click.echo(f"{flow.title}, version {flow.version}", err=True)
    for notice in filter(None, (flow.notice, opened.notice if opened else None)):
        click.echo(notice, err=True)
    given = _asked_all(flow, dict(opened.walk.answers) if opened else {}, audience)
    try:
        decision = decide(flow, given)
    except Undecided as error:
        stop(error, 3)
    if postcode is None:
        click.echo("", err=True)
        postcode = click.prompt(
            "The home's postcode, to find its own team (leave empty if not known)",
            default="",
            show_default=False,
            err=True,
        )
    _tell(decision, postcode, at, opened.notice if opened else None, as_json)


def _asked_all(flow: Flow, given: dict[str, str], audience: str) -> dict[str, str]:
    """Ask until nothing is left to ask. Ctrl-C or the end of the input tells how to come back."""
    from directory.pathway.walk import follow, write

    part = ""
    while True:
        where = follow(flow, given)
        given = dict(where.answers)
        question = where.next
        if question is None:
            return given
        if question.part != part:
            part = question.part
            click.echo(f"\n{click.style(_PARTS[part], bold=True)}", err=True)
        try:
            chosen = _ask(question, len(given) + 1, len(where.path), audience)
        except click.Abort:
            click.echo(f"\nTo go on later: --answers {write(flow, given)}", err=True)
            raise
        if chosen is not None:
            given[question.id] = chosen
        elif given:
            del given[list(given)[-1]]
        else:
            click.echo("This is the first question.", err=True)


def _ask(question: Question, number: int, of: int, audience: str) -> str | None:
    """The id of the choice made; None to go back."""
    click.echo(f"\n{number} of {of}. {click.style(question.title, bold=True)}", err=True)
    for hint in filter(None, (question.hint, question.help.get(audience))):
        click.echo(f"   {hint}", err=True)
    for place, choice in enumerate(question.choices, 1):
        hint = f" ({choice.hint})" if choice.hint else ""
        click.echo(f"   {place}  {choice.text}{hint}", err=True)
    while True:
        typed = click.prompt("Number, or b for back", err=True).strip().lower()
        if typed in ("b", "back"):
            return None
        if typed.isascii() and typed.isdigit() and 1 <= int(typed[:3]) <= len(question.choices):
            return question.choices[int(typed[:3]) - 1].id
        click.echo(f"Type a number from 1 to {len(question.choices)}, or b.", err=True)


def _tell(
    decision: Decision, postcode: str, at: dt.datetime | None, notice: str | None, as_json: bool
) -> None:
    from directory.answer import Answers
    from directory.contacts_in_use import contacts_in_use
    from directory.helpful import needs
    from directory.next_step import next_step
    from directory.routing.contacts import ContactsError
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer, GazetteerError

    try:
        gazetteer = Gazetteer.open(gazetteer_path(var_dir()))
        answers = Answers(gazetteer, contacts_in_use(data_dir(), var_dir()).routing)
    except (GazetteerError, ContactsError) as error:
        stop(error, 3)
    finder = _finder(gazetteer) if needs(decision) else None
    step = next_step(decision, answers=answers, place=postcode, at=at, finder=finder, notice_newer=notice)
    if as_json:
        click.echo(json.dumps(step, ensure_ascii=False, indent=1))
        return
    from directory.step_card import step_card

    click.echo(f"\n{step_card(step)}")


def _finder(gazetteer: Gazetteer) -> Finder | None:
    """The search over what is published; without one the answer only lacks services."""
    from directory.search.finder import Finder
    from directory.search.folders import GenerationDamaged, GenerationMissing
    from directory.search.generation import open_current
    from directory.search.synonyms import SynonymsError

    try:
        return Finder(open_current(var_dir()), gazetteer, data_dir(), var_dir())
    except (GenerationMissing, GenerationDamaged, SynonymsError, OSError, ValueError) as error:
        click.echo(f"Note: services are left out. {error}", err=True)
        return None
