"""`earlyhelp school`: the list of schools, and a newer register in its place. Dry until --commit is given."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from directory.schools.printing import difference_text, list_text, school_text
from directory.schools.register import (
    Register,
    SchoolsError,
    before_last,
    id_in_use,
    in_use,
    journal,
    read_register,
    rooms,
    store,
    use,
)
from geo.day import Day
from geo.gazetteer import GazetteerError
from geo.home import data_dir, var_dir
from geo.stewardship.journal import RefusedError

if TYPE_CHECKING:
    from directory.schools.placed import PlacedSchools
    from geo.gazetteer import Gazetteer

_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
_commit = click.option("--commit", is_flag=True, help="Do it. Without this nothing is changed.")
_reason = click.option("--reason", default="", help="Why, for the journal. Needed with --commit.")
_by = click.option("--by", default="", metavar="ROLE", help="In which role, such as data steward.")


@contextlib.contextmanager
def _told(as_json: bool) -> Iterator[None]:
    """Tell a refusal as exit 1 and a fault of the installation as exit 3, without a traceback."""
    try:
        yield
    except RefusedError as error:
        code, message = 1, str(error)
    except (SchoolsError, GazetteerError) as error:
        code, message = 3, str(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        code, message = 3, f"{error.filename or 'The disk'}: {error.strerror or error}. Nothing was changed."
    else:
        return
    if as_json:
        click.echo(json.dumps({"refused": message}, ensure_ascii=False))
    click.echo(f"earlyhelp school: {message}", err=True)
    sys.exit(code)


def _print(facts: Any, text: str, as_json: bool) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False, indent=1) if as_json else text)


def _signed(commit: bool, reason: str, by: str) -> None:
    if commit and not (reason.strip() and by.strip()):
        raise click.UsageError('--commit needs --reason "…" and --by ROLE, such as --by "data steward".')


def _today() -> dt.date:
    from directory.areas import today

    return today()


def _gazetteer() -> Gazetteer:
    from geo.build import gazetteer_path
    from geo.gazetteer import Gazetteer

    return Gazetteer.open(gazetteer_path(var_dir()))


def _register() -> Register:
    found = in_use(data_dir(), var_dir())
    if found is None:
        raise SchoolsError("No list of schools has been loaded. Run: earlyhelp school import FILE")
    return found


def _placed() -> PlacedSchools:
    from directory.schools.placed import PlacedSchools

    return PlacedSchools(_register(), _gazetteer(), _today())


@click.group()
def school() -> None:
    """The schools of the city, from the official register: import, list, show and check them.

    The register is “Get Information about Schools” of the Department for Education. Download “all
    establishment data” from its page of downloads and import the file as it is.

    \b
    Examples:
      earlyhelp school import edubasealldata20261130.csv
      earlyhelp school list --district E14000563
      earlyhelp school show 103159
    """


@school.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--also", multiple=True, metavar="LA", help="Also schools of this authority, such as 334 (Solihull)."
)
@click.option("--edition", type=Day(), metavar="DAY", help="The day of the list, if not in the file's name.")
@click.option("--partial", default="", metavar="WORDS", help="What is missing, if the list is not complete.")
@click.option("--complete", is_flag=True, help="Of a table of your own: it has every school of the city.")
@click.option(
    "--fewer", is_flag=True, help="It is right that the list loses more than a tenth of the schools."
)
@_commit
@_reason
@_by
@_json
def import_list(
    file: Path,
    also: tuple[str, ...],
    edition: dt.date | None,
    partial: str,
    complete: bool,
    fewer: bool,
    commit: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Show what a newer list of schools changes, and with --commit take it into use.

    FILE is the register's export as it is downloaded (edubasealldataYYYYMMDD.csv), or a table like
    data/schools/schools.csv. Open schools of Birmingham are kept. The list in use stays in the history.

    \b
    Examples:
      earlyhelp school import edubasealldata20261130.csv
      earlyhelp school import edubasealldata20261130.csv --also 334
      earlyhelp school import edubasealldata20261130.csv --commit --reason "Autumn 2026" --by "data steward"
    """
    _signed(commit, reason, by)
    if partial and complete:
        raise click.UsageError("A list is either complete or, with --partial, it is not.")
    with _told(as_json):
        from directory.schools.steward import propose

        proposal = propose(
            file,
            data_dir(),
            var_dir(),
            _today(),
            also=also,
            edition=edition.isoformat() if edition else "",
            partial=partial,
            complete=complete,
            fewer=fewer,
        )
        facts = proposal.facts() | {"committed": commit}
        if commit:
            kept = store(var_dir(), proposal.register, proposal.read.file, reason, by)
            facts["id"] = kept.id
        _print(facts, difference_text(facts), as_json)


@school.command(name="list")
@click.option("--district", default="", metavar="CODE", help="Those that stand in this district.")
@click.option("--layer", default="", help="With --code: those in an area of this layer.")
@click.option("--code", default="", help="The code of the area.")
@click.option("--name", default="", metavar="WORDS", help="Those with these words in their name.")
@_json
def list_schools(district: str, layer: str, code: str, name: str, as_json: bool) -> None:
    """List the schools in use, those of an area, or those of a name, grouped by phase.

    \b
    Examples:
      earlyhelp school list --district E14000563
      earlyhelp school list --layer family_support --code IFST04 --json
      earlyhelp school list --name "st mary"
    """
    if bool(layer) != bool(code) or (district and layer):
        raise click.UsageError("Give --district CODE, or --layer LAYER with --code CODE.")
    with _told(as_json):
        from directory.schools.placed import school_facts

        placed = _placed()
        found = placed.named(name) if name.strip() else placed.all
        if district or layer:
            within = placed.schools_in(layer or "district", district or code)
            found = [one for one in found if one in within]
        facts = {"list": placed.register.facts(), "schools": [school_facts(one) for one in found]}
        _print(facts, list_text(facts), as_json)


@school.command()
@click.argument("urn")
@_json
def show(urn: str, as_json: bool) -> None:
    """Show one school by its number in the register (URN): where it stands, and its family support team.

    \b
    Examples:
      earlyhelp school show 103159
      earlyhelp school show 103159 --json
    """
    with _told(as_json):
        from directory.schools.placed import school_facts

        placed = _placed()
        found = placed.school(urn)
        if found is None:
            raise RefusedError(
                f"No school {urn} in the list of {placed.register.edition}. "
                'Look for it by name with: earlyhelp school list --name "…"'
            )
        facts = {"list": placed.register.facts(), "school": school_facts(found)}
        _print(facts, school_text(facts), as_json)


@school.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@_json
def check(file: Path | None, as_json: bool) -> None:
    """Check the list in use, or a file: postcodes not known, gaps, age. Exit 1 when there are findings.

    \b
    Examples:
      earlyhelp school check
      earlyhelp school check edubasealldata20261130.csv --json
    """
    with _told(as_json):
        from directory.schools.steward import check as look
        from directory.schools.steward import propose

        today = _today()
        if file is None:
            register = _register()
        else:
            day = "" if any(one.isdigit() for one in file.stem) else today.isoformat()
            register = propose(file, data_dir(), var_dir(), today, edition=day, fewer=True).register
        facts = look(register, _gazetteer(), today)
        lines = [
            f"{facts['schools']} schools of {register.edition}: {facts['postcodes_in_the_city']} postcodes "
            f"in the city, {facts['postcodes_elsewhere']} elsewhere, "
            f"{facts['postcodes_not_known']} not known.",
            *(f"  {finding}" for finding in facts["findings"]),
        ]
        _print(facts, "\n".join(lines), as_json)
    if facts["findings"]:
        sys.exit(1)


@school.command()
@_json
def history(as_json: bool) -> None:
    """List every list of schools that was taken into use, when, by which role and why.

    \b
    Examples:
      earlyhelp school history
      earlyhelp school history --json
    """
    with _told(as_json):
        entries = journal(var_dir())
        chosen = id_in_use(data_dir(), var_dir())
        lines = [f"In use: {chosen or 'none'}"]
        lines += [f"{e['at']}  {e['action']}  {e['list']}  {e['by']}: {e['reason']}" for e in entries]
        _print({"in_use": chosen, "entries": entries}, "\n".join(lines), as_json)


@school.command()
@click.option("--to", default="", metavar="LIST", help="This list of the history, else the one used before.")
@_commit
@_reason
@_by
@_json
def undo(to: str, commit: bool, reason: str, by: str, as_json: bool) -> None:
    """Go back to the list that was in use before, or to any of the history. Shows what changes first.

    \b
    Examples:
      earlyhelp school undo
      earlyhelp school undo --to shipped --commit --reason "The import was wrong" --by "data steward"
    """
    _signed(commit, reason, by)
    with _told(as_json):
        from directory.schools.difference import difference

        data, var = data_dir(), var_dir()
        number = to or before_last(data, var)
        if number is None:
            raise RefusedError("There is no earlier list to go back to.")
        earlier, present = read_register(number, rooms(data, var)), in_use(data, var)
        if commit:
            use(data, var, number, reason, by)
        changes = difference(present.schools if present else (), earlier.schools).facts()
        facts = {"id": number, "list": earlier.facts(), "difference": changes, "committed": commit}
        _print(facts, difference_text(facts), as_json)
