"""`earlyhelp listing` propose, publish, retire, rollback, confirm, merge and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from directory.desk.session import (
    Desk,
    DeskRefused,
    RecordID,
    Signature,
    as_json_option,
    desk,
    seen_option,
    signing,
)

if TYPE_CHECKING:
    from directory.desk.outcome import Planned
    from directory.store.records import State, Version

_one = click.argument("record_id", metavar="ID", type=RecordID())
_several = click.argument("record_ids", metavar="ID…", type=RecordID(), nargs=-1, required=True)


def _move(
    here: Desk,
    signature: Signature,
    action: str,
    planned: list[Planned],
    *,
    notes: Any = (),
    told: bool = False,
) -> None:
    from directory.desk import changes
    from directory.desk.outcome import finish

    faults = changes.faults_of(here, planned, only_told=told)
    finish(here, action, planned, signature=signature, faults=faults, notes=notes)


def _versions(here: Desk, typed: tuple[str, ...], seen: int | None) -> list[Version]:
    if seen is not None and len(typed) > 1:
        raise click.UsageError("--seen is for one record at a time.")
    found = {version.id: version for version in (here.latest(one, seen) for one in typed)}
    return list(found.values())


@click.command()
@_several
@seen_option
@signing
@as_json_option
def propose(
    record_ids: tuple[str, ...], seen: int | None, commit: bool, reason: str, by: str, as_json: bool
) -> None:
    """Say that a draft is ready for somebody else to look at. What is published stays as it is.

    \b
    Examples:
      earlyhelp listing propose 99d238ab --commit --reason "Ready" --by "hub administrator"
      earlyhelp listing list --state proposed
    """
    from directory.desk import changes

    with desk(as_json, commit, reason, by) as (here, signature):
        versions = _versions(here, record_ids, seen)
        state: State = "proposed"
        for version in versions:
            if version.state not in ("draft", "proposed"):
                raise DeskRefused(f"{version.id} is {version.state}: only a draft is proposed.")
        _move(here, signature, "propose", [changes.moved(version, state) for version in versions])


@click.command()
@_several
@seen_option
@signing
@as_json_option
def publish(
    record_ids: tuple[str, ...], seen: int | None, commit: bool, reason: str, by: str, as_json: bool
) -> None:
    """Publish the newest version: a draft, a proposed one, or one that was retired.

    Refused where a check finds a fault that what is published now does not have; each is told with its
    place and what to do. Several records are published together or not at all. Exit 1 when refused.

    \b
    Examples:
      earlyhelp listing publish 99d238ab
      earlyhelp listing publish 99d238ab 5f0c11d2 --commit --reason "New club" --by "data steward"
    """
    from directory.desk import changes

    with desk(as_json, commit, reason, by) as (here, signature):
        versions = _versions(here, record_ids, seen)
        _move(here, signature, "publish", [changes.published(here, version) for version in versions])


@click.command()
@_several
@click.option("--with-services", is_flag=True, help="Of an organisation: retire its services with it.")
@seen_option
@signing
@as_json_option
def retire(
    record_ids: tuple[str, ...],
    with_services: bool,
    seen: int | None,
    commit: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Withdraw a record. Its history stays, and publish or rollback brings it back.

    Refused while other records need it: an organisation with services, a place where services are given.

    \b
    Examples:
      earlyhelp listing retire 99d238ab --commit --reason "Closed in March" --by "data steward"
      earlyhelp listing retire 5f0c11d2 --with-services
    """  # fmt: skip
    from directory.desk import changes

    with desk(as_json, commit, reason, by) as (here, signature):
        planned: dict[str, Planned] = {}
        for version in _versions(here, record_ids, seen):
            for one in changes.retired(here, version, with_services=with_services):
                planned.setdefault(one.change.id, one)
        _move(here, signature, "retire", list(planned.values()))


@click.command()
@_one
@click.option("--to", "number", type=click.IntRange(1), required=True, help="The version to go back to.")
@seen_option
@signing
@as_json_option
def rollback(
    record_id: str, number: int, seen: int | None, commit: bool, reason: str, by: str, as_json: bool
) -> None:
    """Go back to an earlier version: its content and its state, as a new version.

    Going back to a published one publishes it; to a draft leaves what is published now.

    \b
    Examples:
      earlyhelp listing history 99d238ab
      earlyhelp listing rollback 99d238ab --to 3
      earlyhelp listing rollback 99d238ab --to 3 --commit --reason "Wrong venue" --by "data steward"
    """
    from directory.desk import changes

    with desk(as_json, commit, reason, by) as (here, signature):
        version = here.latest(record_id, seen)
        _move(here, signature, "rollback", [changes.rolled_back(here, version, number)])


@click.command()
@_several
@click.option(
    "--for", "period", default="6m", show_default=True, help="Until the next review: 30d, 6w, 6m, 1y."
)
@seen_option
@signing
@as_json_option
def confirm(
    record_ids: tuple[str, ...],
    period: str,
    seen: int | None,
    commit: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Say that services were looked at and are true: assured today, by this role, and when to look again.

    \b
    Examples:
      earlyhelp listing due
      earlyhelp listing confirm 99d238ab --commit --reason "Rang the office" --by "data steward"
      earlyhelp listing confirm 99d238ab 0b1c22d3 --for 1y
    """  # fmt: skip
    from directory.desk import changes

    with desk(as_json, commit, reason, by) as (here, signature):
        versions = _versions(here, record_ids, seen)
        planned = [changes.confirmed(here, one, period, signature[2] or by) for one in versions]
        _move(here, signature, "confirm", planned)


@click.command()
@click.argument("going", metavar="A", type=RecordID())
@click.argument("staying", metavar="B", type=RecordID())
@click.option("--fill", is_flag=True, help="Give B what only A has.")
@signing
@as_json_option
def merge(going: str, staying: str, fill: bool, commit: bool, reason: str, by: str, as_json: bool) -> None:
    """Merge A into B, its duplicate: A is retired and leads to B, B stays, both keep their histories.

    What refers to A (services of an organisation or at a place) refers to B afterwards.

    \b
    Examples:
      earlyhelp listing duplicates
      earlyhelp listing diff 99d238ab 0b1c22d3
      earlyhelp listing merge 99d238ab 0b1c22d3 --fill --commit --reason "Twice" --by "data steward"
    """
    from directory.desk import changes

    with desk(as_json, commit, reason, by) as (here, signature):
        planned = changes.merged(here, here.latest(going), here.latest(staying), fill=fill)
        _move(here, signature, "merge", planned)


@click.command()
@click.argument("revision", type=click.IntRange(1))
@signing
@as_json_option
def undo(revision: int, commit: bool, reason: str, by: str, as_json: bool) -> None:
    """Undo a whole change set, an import too, as a new one: the public sees again what it saw before.

    Refused where one of its records was changed since. What had nothing before it is retired.

    \b
    Examples:
      earlyhelp listing log
      earlyhelp listing undo 17
      earlyhelp listing undo 17 --commit --reason "The wrong file" --by "data steward"
    """
    from directory.desk import changes

    with desk(as_json, commit, reason, by) as (here, signature):
        planned, notes = changes.undone(here, revision)
        # What stood there before may have faults of its own: they are told, for a way back is never barred.
        _move(here, signature, "undo", planned, notes=notes, told=True)


COMMANDS: tuple[click.Command, ...] = (propose, publish, retire, rollback, confirm, merge, undo)
