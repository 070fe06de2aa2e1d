"""`earlyhelp listing` new and edit: from options, a file, or in the steward's own editor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from directory.desk.session import DeskRefused, RecordID, as_json_option, desk, seen_option, signing

if TYPE_CHECKING:
    from directory.store.records import Version
    from directory.store.standard import RecordKind

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
            raise DeskRefused(f"{content['id']} is there already. Change it with: earlyhelp listing edit")
        planned = Planned(Change(kind, content["id"], "draft", content), None)
        finish(here, "new", [planned], signature=signature, notes=_kept_notes(kept, f"new {kind}", commit))
        _done_with(kept, commit)


@click.command()
@click.argument("record_id", metavar="ID", type=RecordID())
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


def _from_file(kind: RecordKind, path: Path) -> dict[str, Any]:
    from directory.desk.editing import read_text

    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeskRefused(f"{path}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    except OSError as error:
        raise DeskRefused(f"{path}: {error.strerror}.") from None
    return read_text(kind, text, str(path))


def _same_id(version: Version, content: dict[str, Any]) -> dict[str, Any]:
    """The content under the record's own id; one that names another id was meant for another record."""
    named = content.get("id")
    if named != version.id and named in _ids_of(version.content):
        raise DeskRefused(f"The text names {named}, a part of {version.id}. An id is for ever: leave it.")
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
                raise DeskRefused(
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


COMMANDS: tuple[click.Command, ...] = (new, edit)
