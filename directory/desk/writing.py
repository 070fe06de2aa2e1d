"""`earlyhelp listing` new, edit, propose, publish, retire, rollback, confirm, merge and undo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from directory.desk.session import Desk, RecordID, Signature, as_json_option, desk, seen_option, signing

if TYPE_CHECKING:
    from directory.desk.outcome import Planned
    from directory.store.records import State, Version
    from directory.store.standard import RecordKind

_one = click.argument("record_id", metavar="ID", type=RecordID())
_several = click.argument("record_ids", metavar="ID…", type=RecordID(), nargs=-1, required=True)
_set = click.option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a member; may be given often."
)
_file = click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Read the listing from this JSON or TOML file, - for standard input.",
)


@click.command()
@click.argument("kind", type=click.Choice(["service", "organization", "location", "taxonomy"]))
@click.option("--name", default="", help="Its name.")
@click.option("--organization", type=RecordID(), metavar="ID", help="Of a service: who gives it.")
@_set
@_file
@signing
@as_json_option
def new(
    kind: RecordKind,
    name: str,
    organization: str | None,
    settings: tuple[str, ...],
    path: Path | None,
    commit: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Begin a record as a draft: from options, a file, or in $EDITOR with every member to fill in.

    A draft is shown to nobody but stewards. Publish it when it is right.

    \b
    Examples:
      earlyhelp listing new service
      earlyhelp listing new service --organization 5f0c --name "Homework club" \\
        --set minimum_age=8 --set maximum_age=11 --set phones[+].number="0121 496 0123"
      earlyhelp listing new location --file hall.json --commit --reason "Opened" --by "data steward"
    """  # fmt: skip
    from directory.desk import editing
    from directory.desk.changes import new_content
    from directory.desk.outcome import Planned, finish
    from directory.desk.paths import changed
    from directory.store.records import Change

    with desk(as_json, commit, reason, by) as (here, signature):
        organization_id = here.find(organization) if organization else ""
        start = dict(new_content(kind, {"name": name, "organization_id": organization_id}))
        kept = None
        if path is not None:
            content = changed(kind, start | _from_file(kind, path), settings)
        elif settings or name or organization:
            content = changed(kind, start, settings)
        else:
            head = f"A new {kind}. Take the # from the members that you fill in; leave out the rest."
            text = editing.as_text(kind, start, head=head, blank=True)
            kept = editing.kept_path(here.var, f"new-{kind}")
            edited = _edited(kind, kept, text, "new " + kind)
            if edited is None:
                return
            content = edited
        if here.store.latest(content["id"]) is not None:
            raise _refused(f"{content['id']} is there already. Change it with: earlyhelp listing edit")
        planned = Planned(Change(kind, content["id"], "draft", content), None)
        finish(here, "new", [planned], signature=signature, notes=_kept_notes(kept, f"new {kind}", commit))
        _done_with(kept, commit)


@click.command()
@_one
@_set
@click.option("--unset", multiple=True, metavar="PATH", help="Take a member or a part out.")
@_file
@click.option("--publish", is_flag=True, help="Publish it as well; otherwise it is a draft.")
@seen_option
@signing
@as_json_option
def edit(
    record_id: str,
    settings: tuple[str, ...],
    unset: tuple[str, ...],
    path: Path | None,
    publish: bool,
    seen: int | None,
    commit: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Change a record: by --set and --unset, from a file, or in $EDITOR as readable text.

    The change is a draft until it is published; what the public sees stays as it is. A path is a member's
    name (minimum_age), or goes into a part by number, id or what it is known by: contacts[0].title,
    schedules[1f0c].closes_at, phones[+].number for a new one. An edit that cannot be read is offered again
    and kept in a file; so is one that somebody else's change got in the way of.

    \b
    Examples:
      earlyhelp listing edit 99d238ab --set minimum_age=11 --unset phones[1]
      earlyhelp listing edit 99d238ab
      earlyhelp listing edit 99d238ab --set "schedules[0].closes_at=17:30" --publish \\
        --commit --reason "Longer hours, told by the manager" --by "data steward"
    """  # fmt: skip
    from directory.desk import changes, editing
    from directory.desk.outcome import finish
    from directory.desk.paths import changed
    from directory.store.records import Conflict

    with desk(as_json, commit, reason, by) as (here, signature):
        version = here.latest(record_id, seen)
        kept = None
        if path is not None:
            content = _same_id(version, _from_file(version.kind, path))
            content = changed(version.kind, content, settings, unset)
        elif settings or unset:
            content = changed(version.kind, version.content, settings, unset)
        else:
            kept = editing.kept_path(here.var, f"{version.id}.v{version.number}")
            head = (
                f"{version.content.get('name', version.id)}: {version.kind}, version {version.number}, "
                f"{version.state}.\nSave and close to see the difference. Nothing is changed before --commit."
            )
            text = editing.as_text(version.kind, version.content, head=head)
            edited = _edited(version.kind, kept, text, f"edit {version.id}")
            if edited is None:
                return
            content = _same_id(version, edited)
        planned = (
            changes.published(here, version, content) if publish else changes.moved(version, "draft", content)
        )
        if content == version.content and not publish:
            planned = changes.moved(version, version.state)
        try:
            faults = changes.faults_of(here, [planned])
            notes = _kept_notes(kept, f"edit {version.id} --seen {version.number}", commit)
            finish(here, "edit", [planned], signature=signature, faults=faults, notes=notes)
        except Conflict:
            if kept is not None:
                click.echo(f"Your text is kept in {kept}.", err=True)
            raise
        _done_with(kept, commit)


def _refused(message: str) -> Exception:
    from directory.desk.session import DeskRefused

    return DeskRefused(message)


def _from_file(kind: RecordKind, path: Path) -> dict[str, Any]:
    from directory.desk.editing import read_text

    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"{path}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    except OSError as error:
        raise _refused(f"{path}: {error.strerror}.") from None
    return read_text(kind, text, str(path))


def _same_id(version: Version, content: dict[str, Any]) -> dict[str, Any]:
    """The content under the record's own id; one that names another id was meant for another record."""
    named = content.get("id")
    if named != version.id and named in _ids_of(version.content):
        raise _refused(f"The text names {named}, a part of {version.id}. An id is for ever: leave it.")
    return content | {"id": version.id}


def _ids_of(content: Any) -> set[str]:
    if isinstance(content, dict):
        inner = {one for held in content.values() for one in _ids_of(held)}
        return inner | ({content["id"]} if "id" in content else set())
    return {one for held in content for one in _ids_of(held)} if isinstance(content, list) else set()


def _edited(kind: RecordKind, kept: Path, text: str, what: str) -> dict[str, Any] | None:
    """What the steward made of the text; None where nothing was changed. Never loses what was typed."""
    from directory.desk import editing

    if kept.exists():
        click.echo(
            f"An edit that was not finished is opened again: {kept}. Delete it to begin anew.", err=True
        )
    else:
        editing.keep(kept, text)
    while True:
        editing.open_editor(kept)
        try:
            edited = kept.read_text("utf-8")
            if edited == text:
                kept.unlink()
                click.echo("The text is as it was. Nothing was changed.", err=True)
                return None
            return editing.read_text(kind, edited, str(kept))
        except (editing.EditError, UnicodeDecodeError) as error:
            click.echo(f"It cannot be read: {error}", err=True)
            if not (sys.stdin.isatty() and click.confirm("Edit it again?", default=True, err=True)):
                raise _refused(
                    f"Nothing was changed. The text is kept in {kept}: mend it, then "
                    f"earlyhelp listing {what} --file {kept}"
                ) from None


def _kept_notes(kept: Path | None, what: str, commit: bool) -> list[str]:
    if kept is None or commit:
        return []
    return [f"The text is kept in {kept}. To do it: earlyhelp listing {what} --file {kept} --commit …"]


def _done_with(kept: Path | None, commit: bool) -> None:
    if kept is not None and commit:
        kept.unlink(missing_ok=True)


def _move(here: Desk, signature: Signature, action: str, planned: list[Planned], *, notes: Any = ()) -> None:
    from directory.desk import changes
    from directory.desk.outcome import finish

    faults = changes.faults_of(here, planned)
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
                raise _refused(f"{version.id} is {version.state}: only a draft is proposed.")
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
        _move(here, signature, "undo", planned, notes=notes)


COMMANDS: tuple[click.Command, ...] = (new, edit, propose, publish, retire, rollback, confirm, merge, undo)
