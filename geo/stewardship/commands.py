"""`earlyhelp area`: what a data steward does with layers. Everything is dry until --commit is given."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from geo.day import Day
from geo.home import data_dir, var_dir
from geo.layers import MEMBER_KINDS, STATUSES, LayerError
from geo.stewardship.journal import RefusedError
from geo.stewardship.printing import text_of

if TYPE_CHECKING:
    from geo.layers import Generation
    from geo.stewardship.desk import Desk

    Guard = Callable[[Desk, Generation], list[str]]

Command = TypeVar("Command", bound=Callable[..., Any])


_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
_at_most = click.option(
    "--at-most", type=click.IntRange(0), default=20, show_default=True, help="Show at most so many findings."
)


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_reading = _options(
    click.option("--code-field", default="", metavar="NAME", help="The column or property with the code."),
    click.option("--name-field", default="", metavar="NAME", help="The column or property with the name."),
    click.option(
        "--member-field", default="", metavar="NAME", help="The column with ward, postcode, sector."
    ),
    click.option(
        "--members",
        type=click.Choice(MEMBER_KINDS[:3]),
        help="What the members are, if it cannot be told from them.",
    ),
    click.option("--crs", default="", metavar="CRS", help="The coordinate system, such as EPSG:27700."),
)
_signing = _options(
    click.option("--commit", is_flag=True, help="Do it. Without this nothing is changed."),
    click.option("--reason", default="", help="Why, for the journal. Needed with --commit."),
    click.option("--by", default="", metavar="ROLE", help="In which role, such as data steward."),
)


@contextlib.contextmanager
def _told(as_json: bool) -> Iterator[None]:
    """Tell a refusal as exit 1 and a fault of the installation as exit 3, without a traceback."""
    try:
        yield
    except (RefusedError, LayerError) as error:
        code, message = 1, str(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        code, message = 3, f"{error.filename or 'The disk'}: {error.strerror or error}. Nothing was changed."
    else:
        return
    if as_json:
        click.echo(json.dumps({"refused": message}, ensure_ascii=False))
    click.echo(f"earlyhelp area: {message}", err=True)
    sys.exit(code)


def _desk() -> Desk:
    from zoneinfo import ZoneInfo

    from geo.stewardship.desk import Desk

    return Desk(data_dir(), var_dir(), dt.datetime.now(ZoneInfo("Europe/London")).date())


def _print(answer: dict[str, Any], what: str, as_json: bool) -> None:
    for note in answer.get("notes", ()):
        click.echo(f"Note: {note}", err=True)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        click.echo(text_of(what, answer))


def _signed(commit: bool, reason: str, by: str) -> None:
    if commit and not (reason.strip() and by.strip()):
        raise click.UsageError('--commit needs --reason "…" and --by ROLE, such as --by "data steward".')


def _closed(guard: Guard | None, desk: Desk, changed: Generation, answer: dict[str, Any]) -> bool:
    """Whether the guard, given from above as the group's `obj`, forbids a change; the answer says why."""
    closed = guard(desk, changed) if guard is not None else []
    answer["closed_by"] = closed
    if closed:
        answer["refused"] = "It would open a dead end or break what holds."
    return bool(closed)


def _refuse(answer: dict[str, Any]) -> None:
    for sentence in answer["closed_by"]:
        click.echo(f"  {sentence}", err=True)
    click.echo(f"earlyhelp area: {answer['refused']} Nothing was changed.", err=True)
    sys.exit(1)


@click.group()
def area() -> None:
    """The areas of teams: list, show, check, import, activate and retire them.

    A layer is a partition of the city (hub, health_visiting …), a generation one drawing of it from a day
    on. An imported generation answers for nobody until it is activated.

    \b
    Examples:
      earlyhelp area list
      earlyhelp area check catchments.csv
      earlyhelp area import catchments.csv --layer hub --from 2027-04-01
      earlyhelp area activate hub 2027-04-01
    """


@area.command(name="list")
@_json
def list_layers(as_json: bool) -> None:
    """List all layers with their generations, dates, status and number of areas.

    \b
    Examples:
      earlyhelp area list
      earlyhelp area list --json
    """
    with _told(as_json):
        _print(_desk().overview(), "list", as_json)


@area.command()
@click.argument("layer")
@click.option("--on", type=Day(), help="The generation in force on this day. Today unless given.")
@click.option("--generation", default="", help="This generation, active or not.")
@_json
def show(layer: str, on: dt.date | None, generation: str, as_json: bool) -> None:
    """Show one layer: its source and dates, and each area with members and number of postcodes.

    \b
    Examples:
      earlyhelp area show hub
      earlyhelp area show health_visiting --on 2015-03-31
      earlyhelp area show hub --generation 2027-04-01 --json
    """
    with _told(as_json):
        _print(_desk().show(layer, on, generation), "show", as_json)


@area.command()
@click.argument("target", metavar="LAYER|FOLDER|FILE")
@click.option("--generation", default="", help="Of a layer: this generation, active or not.")
@_at_most
@_reading
@_json
def check(target: str, generation: str, at_most: int, as_json: bool, **reading: str | None) -> None:
    """Check a layer, a layer's folder, or a file before it is imported. Exit 1 when there are findings.

    Finds parts of the city in no area, members or ground in two areas, codes and postcodes that do not
    exist or lie outside the city, rows given twice, one code with two names, and areas in pieces. Each is
    told with its line or feature number and what to do.

    \b
    Examples:
      earlyhelp area check hub
      earlyhelp area check catchments.csv --at-most 100
      earlyhelp area check teams.geojson --code-field TEAM --name-field LABEL
    """
    with _told(as_json):
        from geo.stewardship.wanted import Wanted

        desk = _desk()
        drawing = desk.drawing(target, generation, Wanted(**{k: v or "" for k, v in reading.items()}))
        answer = desk.checked(drawing, at_most)
        _print(answer, "check", as_json)
        sys.exit(1 if answer["findings"]["total"] else 0)


@area.command(name="import")
@click.argument("source_path", metavar="FOLDER|FILE", type=click.Path(exists=True, path_type=Path))
@click.option("--layer", default="", help="The layer, such as hub. A folder's layer.toml can say it.")
@click.option("--from", "first", type=Day(), help="The first day on which it holds.")
@click.option("--to", "last", type=Day(), help="The last day, if it is known.")
@click.option("--title", default="", help="The layer's title. As it is now unless given.")
@click.option("--status", type=click.Choice(STATUSES), help="illustrative unless given.")
@click.option("--source", default="", help="Where the drawing comes from, for every answer to say.")
@click.option("--owner", default="", help="Who answers for it. As it is now unless given.")
@click.option("--new-layer", is_flag=True, help="Begin a layer of a name that no layer has yet.")
@click.option("--city-only", is_flag=True, help="Leave out areas that hold no postcode of the city.")
@_reading
@_at_most
@_signing
@_json
def import_drawing(
    source_path: Path, *, commit: bool, reason: str, by: str, at_most: int, as_json: bool, **said: Any
) -> None:
    """Import a drawing of a layer as a new, inactive generation.

    Reads a CSV of code, name and member (ward of 2004 by code or name, postcode, or sector such as B15 2),
    polygons (GeoJSON, GeoPackage, zipped shapefile; WGS 84, British National Grid or another stated
    system), or a folder with layer.toml. Shows the findings and the difference from the drawing in
    force on that day. Findings do not forbid an import, but an activation. A layer that is not there yet
    is begun only with --new-layer.

    \b
    Examples:
      earlyhelp area import catchments.csv --layer hub --from 2027-04-01
      earlyhelp area import wards.geojson --layer ward_2018 --from 2026-12-01 --city-only
      earlyhelp area import catchments.csv --layer hub --from 2027-04-01 --status confirmed \\
        --source "Letter of 2 March 2027" --commit --reason "New catchments" --by "data steward"
    """
    _signed(commit, reason, by)
    with _told(as_json):
        from geo.stewardship import keeping
        from geo.stewardship.desk import Sent
        from geo.stewardship.wanted import Wanted

        desk = _desk()
        fields = ("code_field", "name_field", "member_field", "members", "crs")
        wanted = Wanted(**{field: said[field] or "" for field in fields})
        told = ("layer", "title", "status", "source", "owner")
        sent = Sent(
            **{key: said[key] or "" for key in told},
            valid_from=said["first"],
            valid_to=said["last"],
            city_only=said["city_only"],
        )
        drawing = desk.sent(source_path, sent, wanted)
        answer = desk.preview(drawing, at_most)
        if commit and answer["new_layer"] and not said["new_layer"]:
            raise RefusedError(f"{answer['new_layer']} Name one of them, or begin it with --new-layer.")
        if commit:
            stored = keeping.store(desk.data, desk.var, drawing, reason, by)
            answer |= {"committed": True, "generation": stored.id, "folder": str(stored.folder)}
        answer["undo"] = "It is inactive: no answer uses it unless it is activated."
        _print(answer, "import", as_json)
        sys.exit(1 if answer["findings"]["total"] and not commit else 0)


@area.command()
@click.argument("layer")
@click.argument("generation")
@click.option("--from", "first", type=Day(), help="From this day, not the one in its layer.toml.")
@click.option("--to", "last", type=Day(), help="Until this day, the last on which it answers.")
@click.option("--accept-findings", is_flag=True, help="Activate despite findings; they are recorded.")
@click.option("--no-build", is_flag=True, help="Leave the rebuilding to a later earlyhelp geo build.")
@_at_most
@_signing
@_json
@click.pass_obj
def activate(
    guard: Guard | None, /, layer: str, generation: str, *, commit: bool, reason: str, by: str,
    as_json: bool, **said: Any,
) -> None:  # fmt: skip
    """Let a generation answer from its first day on. The one before it ends the day before.

    Refused while its check has findings, unless they are accepted, and where a home would lose whoever
    answers it: each gap is told with its hours, teams and lines. The gazetteer is then rebuilt.

    \b
    Examples:
      earlyhelp area activate hub 2027-04-01
      earlyhelp area activate hub 2027-04-01 --commit --reason "Agreed on 2 March" --by "data steward"
    """
    _signed(commit, reason, by)
    with _told(as_json):
        from geo.stewardship import keeping
        from geo.stewardship.changes import plan_activation

        desk = _desk()
        changed, answer = plan_activation(
            desk, layer, generation, first=said["first"], last=said["last"], at_most=said["at_most"]
        )
        found = answer["findings"]
        closed = _closed(guard, desk, changed, answer)
        refused = closed or (found["total"] and not said["accept_findings"])
        if commit and not refused:
            keeping.activate(desk.var, changed, reason, by, accepted=found["counts"])
            answer |= {"committed": True, "gazetteer": _rebuilt(desk, said["no_build"])}
        if refused and not closed:
            answer["refused"] = "Its check has findings. Mend and import it again, or add --accept-findings."
        _print(answer, "activate", as_json)
        if refused:
            _refuse(answer)


@area.command()
@click.argument("layer")
@click.argument("generation")
@click.option("--to", "last", type=Day(), help="The last day on which it answers. Without it: never.")
@click.option("--no-build", is_flag=True, help="Leave the rebuilding to a later earlyhelp geo build.")
@_signing
@_json
@click.pass_obj
def retire(
    guard: Guard | None, /, layer: str, generation: str, *, commit: bool, reason: str, by: str,
    as_json: bool, **said: Any,
) -> None:  # fmt: skip
    """End a generation: after a day it still answers for earlier ones, without a day for none.

    Refused where a home would lose its team, or whoever answers it at some hour, with nobody in their place.

    \b
    Examples:
      earlyhelp area retire hub 2027-04-01 --to 2028-03-31
      earlyhelp area retire hub 2027-04-01 --commit --reason "Imported by mistake" --by "data steward"
    """
    _signed(commit, reason, by)
    with _told(as_json):
        from geo.stewardship import keeping
        from geo.stewardship.changes import plan_retirement, retired

        desk = _desk()
        known, answer = plan_retirement(desk, layer, generation, said["last"])
        closed = _closed(guard, desk, retired(known, said["last"]), answer)
        if commit and not closed:
            keeping.retire(desk.var, known, said["last"], reason, by)
            answer |= {"committed": True, "gazetteer": _rebuilt(desk, said["no_build"])}
        _print(answer, "retire", as_json)
        if closed:
            _refuse(answer)


def _rebuilt(desk: Desk, leave: bool) -> str:
    """Rebuild the gazetteer after a change that is already recorded; say what came of it."""
    if leave:
        return "Not rebuilt. Answers change once you run: earlyhelp geo build"
    click.echo("Rebuilding the gazetteer …", err=True)
    try:
        from geo.build import build, gazetteer_path
        from geo.gazetteer import Gazetteer, GazetteerError

        scope: Literal["uk", "city"] = "uk"
        with contextlib.suppress(GazetteerError):
            scope = Gazetteer.open(gazetteer_path(desk.var), verify=False).meta["scope"]
        build(desk.data, desk.var, scope=scope)
    except Exception as error:  # the change stands; whatever stopped the build is told with what to do
        click.echo(f"earlyhelp area: the gazetteer was not rebuilt: {error}", err=True)
        return f"Not rebuilt ({error}). The change is recorded; run: earlyhelp geo build"
    return "Rebuilt."


@area.command()
@click.argument("layer", required=False, default="")
@_json
def history(layer: str, as_json: bool) -> None:
    """Show what was imported, activated and retired: when, why and in which role.

    \b
    Examples:
      earlyhelp area history
      earlyhelp area history hub --json
    """
    with _told(as_json):
        _print(_desk().journal(layer), "history", as_json)
