"""`earlyhelp listing` list, show, history, diff and log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from directory.desk.session import Desk, RecordID, as_json_option, desk

if TYPE_CHECKING:
    from directory.store.records import Version

_one = click.argument("record_id", metavar="ID", type=RecordID())


def version_facts(version: Version) -> dict[str, Any]:
    """A version as JSON, without its content."""
    return {
        "kind": version.kind,
        "id": version.id,
        "version": version.number,
        "state": version.state,
        "name": version.content.get("name"),
        "at": version.at.isoformat(),
        "by": version.by,
        "reason": version.reason,
        "revision": version.revision,
        "redirect_to": version.redirect_to,
    }


@click.command(name="list")
@click.option(
    "--kind",
    type=click.Choice(["service", "organization", "location", "taxonomy"]),
    default="service",
    show_default=True,
    help="Which kind of record.",
)
@click.option(
    "--state",
    type=click.Choice(["draft", "proposed", "published", "retired"]),
    help="Only those whose newest version is in this state.",
)
@click.option(
    "--organization", "--organisation", type=RecordID(), metavar="ID", help="Only this organisation's."
)
@click.option("--source", default="", metavar="FEED", help="Only what came from this feed.")
@click.option("--name", default="", metavar="WORDS", help="Only names with these words.")
@click.option("--overdue", is_flag=True, help="Only services overdue for review.")
@click.option("--sample/--no-sample", default=None, help="Only sample listings, or none of them.")
@click.option(
    "--at-most", type=click.IntRange(1), default=50, show_default=True, help="Show at most so many."
)
@as_json_option
def list_records(
    kind: str,
    state: str | None,
    organization: str | None,
    source: str,
    name: str,
    overdue: bool,
    sample: bool | None,
    at_most: int,
    as_json: bool,
) -> None:
    """List records with id, state and name. Retired ones only when asked for by --state retired.

    \b
    Examples:
      earlyhelp listing list --state proposed
      earlyhelp listing list --overdue --no-sample --json
      earlyhelp listing list --kind organization --name "youth trust"
    """  # fmt: skip
    from directory.desk.revisions import sources
    from directory.listings.due import overdue as is_overdue

    with desk(as_json, reads=True) as (here, _signature):
        owner = here.find(organization) if organization else None
        came = sources(here.store) if source else {}
        words = name.casefold().split()
        found = []
        for version in here.store.latest_all(kind):
            content = version.content
            if version.state != (state or version.state) or (
                version.state == "retired" and state != "retired"
            ):
                continue
            if owner and owner not in (content.get("organization_id"), content.get("parent_organization_id")):
                continue
            if source and came.get(version.id) != source:
                continue
            if any(word not in str(content.get("name", "")).casefold() for word in words):
                continue
            if overdue and not (kind == "service" and is_overdue(content, here.today)):
                continue
            if sample is not None and bool(content.get("sample")) != sample:
                continue
            found.append(version)
        found.sort(key=lambda one: (str(one.content.get("name", "")).casefold(), one.id))
        shown = [version_facts(one) for one in (found if as_json else found[:at_most])]
        lines = [f"{one['id']}  {_state(one['state']):<9}  {one['name'] or ''}" for one in shown]
        lines.append(f"{len(found):,} {kind} record{'' if len(found) == 1 else 's'}" + _left(found, at_most))
        here.print({"total": len(found), "records": shown}, "\n".join(lines))


def _left(found: list[Any], at_most: int) -> str:
    return f", {at_most} of them shown (--at-most {len(found)} shows all)." if len(found) > at_most else "."


def _state(state: str) -> str:
    colours = {"published": "green", "draft": "yellow", "proposed": "cyan", "retired": "red"}
    return click.style(f"{state:<9}", fg=colours.get(state))


@click.command()
@_one
@click.option("--version", "number", type=click.IntRange(1), help="This version; the newest unless given.")
@click.option("--published", is_flag=True, help="The version that the public sees.")
@as_json_option
def show(record_id: str, number: int | None, published: bool, as_json: bool) -> None:
    """Show a record as a readable card; with --json its whole content.

    The id of a record that was merged shows the one it leads to, and says so.

    \b
    Examples:
      earlyhelp listing show 99d238ab
      earlyhelp listing show 99d238ab --version 2
      earlyhelp listing show 99d238ab --published --json
    """
    from directory.desk.card import card

    with desk(as_json, reads=True) as (here, _signature):
        version = _wanted(here, record_id, number, published)
        shown = here.store.published(version.id)
        facts = version_facts(version) | {"published_version": shown.number if shown else None}
        note = here.store.origin(version.id)
        if note is not None:
            facts["origin"] = {"source": note.source, "foreign_id": note.foreign_id,
                               "retrieved": note.retrieved.isoformat(), "format": note.format}  # fmt: skip
        text = "" if as_json else card(here.store, version, shown, note, here.today)
        here.print(facts | {"content": version.content}, text)


def _wanted(here: Desk, record_id: str, number: int | None, published: bool = False) -> Version:
    from directory.desk.session import DeskRefused

    latest = here.latest(record_id)
    if number is None and not published:
        if latest.redirect_to is not None:
            leads = here.store.latest(here.store.resolve(latest.id))
            if leads is not None:
                click.echo(f"{latest.id} was merged and leads to {leads.id}, shown here.", err=True)
                return leads
        return latest
    wanted = here.store.published(latest.id) if number is None else here.store.version(latest.id, number)
    if wanted is None:
        what = "published version" if number is None else f"version {number}"
        raise DeskRefused(
            f"{latest.id} has no {what}; the newest is version {latest.number} ({latest.state})."
        )
    return wanted


@click.command()
@_one
@as_json_option
def history(record_id: str, as_json: bool) -> None:
    """Every version of a record, oldest first: when, in which role, why, and in which revision.

    \b
    Examples:
      earlyhelp listing history 99d238ab
      earlyhelp listing history 99d238ab --json
    """
    from directory.desk.outcome import moment_words, short

    with desk(as_json, reads=True) as (here, _signature):
        versions = here.store.history(here.find(record_id))
        lines = []
        for one in versions:
            leads = f" (leads to {one.redirect_to})" if one.redirect_to else ""
            lines.append(
                f"{one.number:>4}  {_state(one.state)}  {moment_words(one.at)}  revision {one.revision:<6} "
                f"{one.by}: {short(one.reason)}{leads}"
            )
        here.print({"versions": [version_facts(one) for one in versions]}, "\n".join(lines))


@click.command()
@_one
@click.argument("first", metavar="[A|OTHER-ID]", required=False, default="")
@click.argument("second", metavar="[B]", required=False, default="")
@as_json_option
def diff(record_id: str, first: str, second: str, as_json: bool) -> None:
    """What differs between two versions, member by member: A and B, or the last two.

    With another id in the place of A: what differs between the newest versions of two records.

    \b
    Examples:
      earlyhelp listing diff 99d238ab
      earlyhelp listing diff 99d238ab 2 5
      earlyhelp listing diff 99d238ab 0b1c22d3
    """
    from directory.desk.outcome import difference_lines
    from directory.desk.session import DeskRefused
    from directory.listings.difference import differences

    with desk(as_json, reads=True) as (here, _signature):
        latest = here.latest(record_id)
        if first and not (first.isdecimal() and len(first) < 4):
            old, new = latest, here.latest(first)
            if old.kind != new.kind:
                raise DeskRefused(f"{old.id} is a {old.kind}, {new.id} a {new.kind}.")
        else:
            b = int(second) if second.isdecimal() else latest.number
            a = int(first) if first else b - 1
            if a < 1:
                raise DeskRefused(f"{latest.id} has one version only: there is nothing to compare it with.")
            old, new = _wanted(here, latest.id, a), _wanted(here, latest.id, b)
        found = [
            {"path": d.path, "old": d.old, "new": d.new}
            for d in differences(old.kind, old.content, new.content)
        ]
        names = [
            f"{sign} {one.content.get('name', one.id)}, version {one.number}, {one.state}, by {one.by}"
            for sign, one in (("-", old), ("+", new))
        ]
        lines = [*names, *(difference_lines(found) or ["  They do not differ."])]
        here.print(
            {"old": version_facts(old), "new": version_facts(new), "differences": found}, "\n".join(lines)
        )


@click.command()
@click.option("--at-most", type=click.IntRange(1), default=20, show_default=True, help="The last so many.")
@as_json_option
def log(at_most: int, as_json: bool) -> None:
    """The last change sets of the whole directory: revision, when, in which role, why, and how many records.

    \b
    Examples:
      earlyhelp listing log
      earlyhelp listing undo 17
    """
    from directory.desk.outcome import moment_words, short
    from directory.desk.revisions import change_sets

    with desk(as_json, reads=True) as (here, _signature):
        found = change_sets(here.store, at_most)
        lines = []
        for one in found:
            what = one.name if one.records == 1 and one.name else f"{one.records:,} records"
            lines.append(
                f"{one.number:>6}  {moment_words(one.at)}  {one.by}: {short(one.reason)}  ({short(what)})"
            )
        facts = [
            {
                "revision": one.number,
                "at": one.at.isoformat(),
                "by": one.by,
                "reason": one.reason,
                "records": one.records,
            }
            for one in found
        ]
        here.print({"revisions": facts}, "\n".join(lines) or "Nothing was written yet.")


COMMANDS: tuple[click.Command, ...] = (list_records, show, history, diff, log)
