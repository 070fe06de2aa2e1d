"""`earlyhelp pathway explain` and `list`: why answers lead where they do, and what versions there are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from geo.home import data_dir, var_dir

if TYPE_CHECKING:
    from directory.pathway.flow import Flow
    from directory.pathway.library import Opened

DEFAULT = "early-help"


def stop(message: object, code: int) -> NoReturn:
    """End the command with a message on standard error."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


def open_flow(flow_id: str, file: Path | None) -> Flow:
    """The version in use of a questionnaire, or the one in a file. Ends the command with 1 on a fault."""
    from directory.pathway.flow import FlowError
    from directory.pathway.library import NoSuchFlow, library
    from directory.pathway.reading import load_flow

    try:
        if file is not None:
            return load_flow(file, data=data_dir(), var=var_dir())
        return library(data_dir(), var_dir()).current(flow_id)
    except (FlowError, NoSuchFlow) as error:
        stop(error, 1)


def open_answers(flow_id: str, file: Path | None, text: str) -> Opened:
    """Answers opened with the version they belong to. Ends the command on a fault: 2 for the answers' own."""
    from directory.pathway.library import NoSuchFlow, Opened, library
    from directory.pathway.walk import WalkError, read

    try:
        if file is not None:
            flow = open_flow(flow_id, file)
            return Opened(flow, read(flow, text), None)
        return library(data_dir(), var_dir()).open(flow_id, text)
    except NoSuchFlow as error:
        stop(error, 1)
    except WalkError as error:
        raise click.UsageError(str(error)) from None


@click.command()
@click.argument("answers", metavar="ANSWERS")
@click.option("--flow", "flow_id", default=DEFAULT, show_default=True, help="Which questionnaire.")
@click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False), help="This file, instead of the library's."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def explain(answers: str, flow_id: str, file: Path | None, as_json: bool) -> None:
    """Why ANSWERS lead where they do: what each demands, the rule, its source, what would change it.

    ANSWERS are as in the address of a page, such as v1.an.bu. They are read by the version they name. Exit 1
    when a question is still unanswered, 2 when the answers cannot be read.

    \b
    Examples:
      earlyhelp pathway explain v1.aay
      earlyhelp pathway explain v1.aay --json
    """
    from directory.pathway.decide import Undecided, decide
    from directory.pathway.explain import explanation, explanation_text
    from directory.pathway.walk import write

    opened = open_answers(flow_id, file, answers)
    flow, walk = opened.flow, opened.walk
    address = write(flow, walk.answers)
    for dropped in walk.dropped:
        click.echo(
            f"Note: {flow.by_id[dropped].title!r} is no longer asked; its answer was left out.", err=True
        )
    try:
        decision = decide(flow, walk.answers)
    except Undecided as error:
        question = error.question
        if as_json and question is not None:
            facts = {"id": question.id, "code": question.code, "title": question.title}
            click.echo(json.dumps({"answers": address, "unanswered": facts}, ensure_ascii=False))
        codes = f" Add {question.code} and one of: {_codes(question)}." if question is not None else ""
        stop(f"{error}{codes}", 1)
    facts = explanation(decision, address) | {"notice_newer": opened.notice}
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    click.echo(explanation_text(facts))
    if opened.notice:
        click.echo(opened.notice)


def _codes(question: Any) -> str:
    return ", ".join(f"{one.code} ({one.text})" for one in question.choices)


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_flows(as_json: bool) -> None:
    """List the questionnaires, their versions, who approved them, and when they are to be reviewed.

    Exit 1 when a file was left out because something is wrong with it.

    \b
    Examples:
      earlyhelp pathway list
      earlyhelp pathway list --json
    """
    from directory.pathway.library import library

    held = library(data_dir(), var_dir())
    rows = [_row(flow, flow is held.current(name)) for name, flows in held.flows.items() for flow in flows]
    if as_json:
        told = {"flows": rows, "problems": list(held.problems)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for row in rows:
            state = f"approved by {row['approved_by']} on {row['approved_on']}"
            state = state if row["status"] == "approved" else "draft, not approved"
            use = ", in use" if row["in_use"] else ""
            click.echo(f"{row['flow']} version {row['version']}: {row['title']} ({state}{use})")
            click.echo(
                f"  {row['questions']} questions, {row['outcomes']} outcomes, {row['rules']} rules; "
                f"review by {row['review_by']}"
            )
        if not rows:
            click.echo("There is no questionnaire.")
    for problem in [] if as_json else held.problems:
        click.echo(problem, err=True)
    sys.exit(1 if held.problems else 0)


def _row(flow: Flow, in_use: bool) -> dict[str, Any]:
    return {
        "flow": flow.id,
        "version": flow.version,
        "title": flow.title,
        "status": flow.status,
        "in_use": in_use,
        "approved_by": flow.approved_by or None,
        "approved_on": flow.approved_on.isoformat() if flow.approved_on else None,
        "review_by": flow.review_by.isoformat(),
        "questions": len(flow.questions),
        "outcomes": len(flow.outcomes),
        "rules": len(flow.rules),
        "digest": flow.digest,
        "file": flow.file,
    }
