"""`earlyhelp routing`: the contact points, whom to call now, and the proof that nobody meets a dead end."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from directory.routing.contacts import ContactPoint
    from directory.routing.route import Routing

_MORE_DAYS = 366 * 5


class Gate(Protocol):
    """What is asked before contacts are compiled; given from above as the group's `obj`."""

    def closed_by(self, data: Path, var: Path, contacts: Sequence[ContactPoint]) -> list[str]:
        """What the contacts would close if they were compiled."""
        ...

    def compiled(self, var: Path) -> None:
        """Contacts that pass have been compiled."""
        ...

    def open(self, data: Path, var: Path) -> tuple[Routing, str | None]:
        """What to answer from, and why that is not the files on the disk."""
        ...


class _When(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A date or a moment; one without a time zone is London's."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        from directory.routing.london import FIRST_YEAR, LAST_YEAR, LONDON

        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a moment. Write it like 2026-12-24T23:10.", param, ctx)
        if not FIRST_YEAR < moment.year < LAST_YEAR:
            self.fail(f"The year {moment.year} is outside {FIRST_YEAR + 1} to {LAST_YEAR - 1}.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


@click.group()
def routing() -> None:
    """Contact points: whom to call, when, and the proof that somebody always answers."""


@routing.command()
@click.option(
    "--contacts",
    "folder",
    type=click.Path(path_type=Path),
    help="Check this folder of contact files, not the one in use.",
)
@click.option("--from", "first", type=_When(), help="First day, such as 2027-01-01. Today unless given.")
@click.option(
    "--days", type=click.IntRange(1, _MORE_DAYS), default=365, show_default=True, help="How many days."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(folder: Path | None, first: dt.datetime | None, days: int, as_json: bool) -> None:
    """Prove that every family can reach somebody at every quarter-hour.

    For every combination of team areas that a postcode of the city has, for professionals and for
    the public: somebody accountable, or a sourced contact of the front door, is open. Exit 1 with
    the gaps, and the lines of the files beside them, when not.

    \b
    Examples:
      earlyhelp routing check
      earlyhelp routing check --contacts my-contacts --from 2027-01-01 --days 365
    """
    from directory.routing.combinations import periods, teams_of
    from directory.routing.contacts import load_forbidden
    from directory.routing.london import LONDON
    from directory.routing.proof import prove
    from directory.routing.report import proof_json, proof_text
    from geo.gazetteer import Gazetteer, GazetteerError
    from geo.home import data_dir, var_dir

    where = folder or data_dir() / "contacts"
    contacts = _load(where, as_json)
    try:
        gazetteer = Gazetteer.open(var_dir() / "gazetteer.bin")
    except GazetteerError as error:
        raise click.ClickException(str(error)) from None
    day = (first or dt.datetime.now(LONDON)).astimezone(LONDON).date()
    pieces = periods(gazetteer, day, days)
    length = 2 * sum(len(combinations) for _, _, combinations in pieces)
    with click.progressbar(
        length=length, label="Proving", file=sys.stderr, hidden=as_json or not sys.stderr.isatty()
    ) as bar:
        proof = prove(contacts, pieces, load_forbidden(where), teams_of(gazetteer), bar.update)
    click.echo(json.dumps(proof_json(proof), indent=2) if as_json else proof_text(proof))
    if not proof.holds:
        sys.exit(1)


def _load(folder: Path, as_json: bool) -> list[ContactPoint]:
    """The contacts of a folder; every fault of the files is listed and ends the command with 1."""
    from directory.routing.contacts import ContactsError, load_contacts, team_codes
    from geo.home import data_dir, var_dir

    try:
        return load_contacts(folder, team_codes(data_dir(), var_dir()))
    except ContactsError as error:
        if as_json:
            problems = [vars(problem) for problem in error.problems]
            click.echo(json.dumps({"holds": False, "problems": problems}, indent=2, ensure_ascii=False))
        else:
            for problem in error.problems:
                click.echo(str(problem), err=True)
            count = len(error.problems)
            click.echo(
                f"{count} {'fault' if count == 1 else 'faults'} in the contact files of {folder}.", err=True
            )
        sys.exit(1)


@routing.command("contacts")
@click.option("--layer", help="Only this layer, such as hub or front_door.")
@click.option("--team", help="Only this team, such as HUB03.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_contacts(layer: str | None, team: str | None, as_json: bool) -> None:
    """List the contact points with their hours in words.

    \b
    Examples:
      earlyhelp routing contacts --layer front_door
      earlyhelp routing contacts --team HUB03 --json
    """
    from directory.routing.words import hours_words
    from geo.home import data_dir

    found = [
        contact
        for contact in _load(data_dir() / "contacts", as_json)
        if layer in (None, contact.layer) and team in (None, contact.team)
    ]
    if as_json:
        rows = [
            vars(contact)
            | {"checked": contact.checked.isoformat(), "hours_words": hours_words(contact.hours)}
            for contact in found
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    for contact in [] if as_json else found:
        sample = " [sample]" if contact.sample else ""
        number = contact.telephone or "no number sourced"
        click.echo(f"{contact.layer} {contact.team}: {contact.role}, {number}{sample}")
        click.echo(f"  {hours_words(contact.hours)}; for: {contact.audience}; {contact.purpose}")
    if not found:
        click.echo("There is no such contact. `earlyhelp routing contacts` lists all.", err=True)
        sys.exit(1)


@routing.command()
@click.option("--at", type=_When(), help="The moment, such as 2026-12-24T23:10. Now unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_obj
def now(gate: Gate | None, /, at: dt.datetime | None, as_json: bool) -> None:
    """Whom to call about a child in Birmingham, now or at another moment.

    \b
    Examples:
      earlyhelp routing now
      earlyhelp routing now --at 2026-12-24T23:10 --json
    """
    from directory.routing.contacts import ContactsError
    from directory.routing.route import open_or_compile
    from directory.routing.snapshot import SnapshotError
    from geo.home import data_dir, var_dir

    try:
        routing, problem = (
            gate.open(data_dir(), var_dir())
            if gate is not None
            else (open_or_compile(data_dir(), var_dir()), None)
        )
        frame = routing.frame(at or dt.datetime.now(dt.UTC))
    except (ContactsError, SnapshotError) as error:
        raise click.ClickException(str(error)) from None
    if problem:
        click.echo(f"Note: {problem}", err=True)
    call = frame.call
    if as_json:
        start, until = frame.holds
        answer = {
            "call": {"now": call.now, "danger": call.danger, "also": call.also},
            "holds": {"from": start, "until": until},
            "versions": {"contacts": frame.version},
        }
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    click.echo(f"In danger: {call.danger['telephone']} ({call.danger['role']})")
    click.echo(f"Call now:  {call.now['telephone']} {call.now['role']}, {call.now['state_words']}")
    for contact in call.also:
        click.echo(f"Also:      {contact['telephone']} {contact['role']}, {contact['state_words']}")


@routing.command("compile")
@click.option("--if-needed", is_flag=True, help="Only when the contact files have changed since.")
@click.option("--json", "as_json", is_flag=True, help="Print what was compiled as JSON.")
@click.pass_obj
def compile_command(gate: Gate | None, /, if_needed: bool, as_json: bool) -> None:
    """Work out all opening times for the next two years into one small file.

    It is what answers are given from; a running server takes it up within a second.

    Refused where the contact files would leave somebody without an answer who has one now, with the hours,
    the teams and the lines of the files beside it; what was compiled before then stays in use. Exit 1.

    \b
    Example:
      earlyhelp routing compile
    """
    from directory.routing import snapshot as store
    from geo.home import data_dir, var_dir

    folder, path = data_dir() / "contacts", var_dir() / store.FILE
    digest = store.files_digest(folder)
    if if_needed:
        try:
            if store.read_snapshot(path).files == digest:
                return
        except store.SnapshotError:
            pass
    contacts = _load(folder, as_json)
    closed = gate.closed_by(data_dir(), var_dir(), contacts) if gate is not None else []
    if closed:
        refused = "They would open a dead end or break what holds. What was compiled before stays in use."
        if as_json:
            click.echo(json.dumps({"refused": refused, "closed_by": closed}, indent=2, ensure_ascii=False))
        for sentence in closed:
            click.echo(f"  {sentence}", err=True)
        click.echo(f"The contacts of {folder} were not compiled. {refused}", err=True)
        sys.exit(1)
    snapshot = store.compile_snapshot(contacts, dt.datetime.now(dt.UTC).date(), digest)
    try:
        store.write_snapshot(snapshot, path)
        if gate is not None:
            gate.compiled(var_dir())
    except store.SnapshotError as error:
        raise click.ClickException(str(error)) from None
    facts = store.describe(snapshot)
    if as_json:
        click.echo(json.dumps(facts | {"path": str(path)}, indent=2))
    else:
        click.echo(
            f"{facts['contacts']} contacts, {facts['opening_times']:,} opening times "
            f"from {facts['from'][:10]} to {facts['until'][:10]}: {path}"
        )
