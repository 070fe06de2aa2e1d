"""`earlyhelp pathway check` and `publish`: the proof of a questionnaire with its contacts, and approving one.

They stand here because they need the pathway and the routing, which do not know of each other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from directory.outcome_contacts import OutcomeContacts
    from directory.pathway.flow import Flow
    from directory.pathway.proof.finding import Report

DAYS = 366  # a whole year, with both clock changes in it whenever it begins


def contacts_proof(day: dt.date, progress: Callable[[int], None] = lambda _done: None) -> OutcomeContacts:
    """The contact files and the areas in use, for a year from `day`.

    Raises `ContactsError` and `GazetteerError`.
    """
    from directory.outcome_contacts import OutcomeContacts
    from directory.routing.combinations import periods
    from directory.routing.contacts import load_contacts, load_forbidden, team_codes
    from geo.gazetteer import Gazetteer
    from geo.home import data_dir, var_dir

    folder = data_dir() / "contacts"
    contacts = load_contacts(folder, team_codes(data_dir(), var_dir()))
    gazetteer = Gazetteer.open(var_dir() / "gazetteer.bin")
    return OutcomeContacts(contacts, periods(gazetteer, day, DAYS), load_forbidden(folder), progress)


def prove_flow(
    flow: Flow, *, routing: bool = True, day: dt.date | None = None, quiet: bool = False
) -> Report:
    """The whole proof of `flow`, with a bar on standard error unless `quiet`.

    Raises `ContactsError` and `GazetteerError` where the contacts or areas cannot be used.
    """
    from directory.pathway.proof.check import check as prove
    from directory.pathway.proof.space import length
    from directory.routing.london import LONDON

    first = day or dt.datetime.now(LONDON).date()
    ticks: list[Callable[[int], None]] = []
    contacts = contacts_proof(first, lambda done: ticks[0](done)) if routing else None  # noqa: PLW0108
    total = length(flow) + (contacts.length(flow) if contacts else 0)
    with click.progressbar(
        length=total, label="Proving", file=sys.stderr, hidden=quiet or not sys.stderr.isatty()
    ) as bar:
        ticks.append(bar.update)
        return prove(flow, contacts, bar.update)


def _flows(file: Path | None) -> tuple[list[Flow], list[Report]]:
    """The questionnaire in a file, or those in use; and a report on each that cannot be read."""
    from directory.pathway.flow import FlowError
    from directory.pathway.library import library
    from directory.pathway.proof.check import unreadable
    from directory.pathway.reading import load_flow
    from geo.home import data_dir, var_dir

    if file is None:
        held = library(data_dir(), var_dir())
        broken = [unreadable("the questionnaires there are", list(held.problems))] if held.problems else []
        return [held.current(one) for one in held.flows], broken
    try:
        return [load_flow(file, data=data_dir(), var=var_dir())], []
    except FlowError as error:
        return [], [unreadable(str(file), error.problems)]


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--no-routing", is_flag=True, help="Leave out the contacts of the outcomes.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day of the year of contacts.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(file: Path | None, no_routing: bool, first: dt.datetime | None, as_json: bool) -> None:
    """Prove a questionnaire over all combinations of its answers, and its contacts over a whole year.

    Without FILE those in use. Nothing is sampled: it ends; everything in it can be reached; every
    combination has one outcome, never below what an answer demands; one answer worse never lowers the
    level nor removes a route that beats it; not sure never reassures; and each outcome has an open,
    sourced contact everywhere at every quarter-hour. Exit 1 with the shortest answers that show a fault,
    and the address of the page that opens at them.

    \b
    Examples:
      earlyhelp pathway check
      earlyhelp pathway check my-flow.yaml --no-routing --json
    """
    from directory.pathway.proof.finding import report_json, report_text

    flows, reports = _flows(file)
    for flow in flows:
        with told_faults():
            reports.append(
                prove_flow(flow, routing=not no_routing, day=first.date() if first else None, quiet=as_json)
            )
    if as_json:
        told: Any = {
            "holds": bool(reports) and all(one.holds for one in reports),
            "flows": [report_json(one) for one in reports],
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(report_text(one) for one in reports) or "There is no questionnaire.")
    if not reports or not all(one.holds for one in reports):
        sys.exit(1)


@contextlib.contextmanager
def told_faults() -> Iterator[None]:
    """Ends the command with 1 and the message where contacts or areas cannot be used."""
    from directory.routing.contacts import ContactsError
    from geo.gazetteer import GazetteerError

    try:
        yield
    except ContactsError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    except GazetteerError as error:
        raise click.ClickException(str(error)) from None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commit", is_flag=True, help="Do it. Without this it is only tried.")
@click.option("--by", required=True, help="The role that approves it, such as safeguarding lead.")
@click.option("--reason", help="Why; needed with --commit.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def publish(file: Path, commit: bool, by: str, reason: str | None, as_json: bool) -> None:
    """Approve a version for good: proved, compared with the one in use, and never changed again.

    A file in the folder of a questionnaire is approved where it lies, any other in the steward's own
    folder. Refused, with the example, when the proof does not hold, when something falls and nobody has
    signed it off (`earlyhelp pathway diff OLD NEW --sign-off ROLE --reason WHY`), and for a version that
    is approved already. Exit 1 when refused.

    \b
    Examples:
      earlyhelp pathway publish 2.yaml --by "safeguarding lead"
      earlyhelp pathway publish 2.yaml --by "safeguarding lead" --reason "yearly review" --commit
    """
    from directory.pathway.diff import difference_json, difference_text
    from directory.pathway.flow import FlowError
    from directory.pathway.proof.finding import report_json
    from directory.pathway.publishing import Refused, prepare
    from directory.pathway.publishing import publish as put
    from directory.routing.london import LONDON
    from geo.home import data_dir, var_dir

    if commit and not (reason or "").strip():
        raise click.UsageError("Say why, with --reason.")
    today = dt.datetime.now(LONDON).date()
    try:
        with told_faults():
            ready = prepare(
                file,
                data_dir(),
                var_dir(),
                by=by,
                prove=lambda flow: prove_flow(flow, day=today, quiet=as_json),
                today=today,
            )
        if commit:
            put(ready, reason or "")
    except (Refused, FlowError, OSError) as error:
        if as_json:
            click.echo(json.dumps({"published": False, "refused": str(error)}, ensure_ascii=False))
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    flow, found = ready.flow, ready.difference
    if as_json:
        facts = {
            "published": commit,
            "file": str(ready.path),
            "digest": flow.digest,
            "proof": report_json(ready.report),
            "difference": difference_json(found) if found else None,
        }
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    if found:
        click.echo(difference_text(found))
    click.echo(f"The proof holds: {ready.report.counts['combinations']:,} combinations of answers.")
    if commit:
        click.echo(f"Version {flow.version} of {flow.id} is approved by {ready.by}: {ready.path}")
    else:
        click.echo(f"Nothing is published yet. With --commit, version {flow.version} goes to {ready.path}.")
