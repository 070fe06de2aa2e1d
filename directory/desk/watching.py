"""`earlyhelp listing` due, duplicates, orphans, check, notes and completion: what needs a steward's eye."""

from __future__ import annotations

import dataclasses
import sys
from itertools import groupby
from typing import Any

import click

from directory.desk.session import as_json_option, bar, desk, signing

_at_most = click.option(
    "--at-most", type=click.IntRange(0), default=20, show_default=True, help="Show at most so many of each."
)
_drafts = click.option(
    "--drafts", is_flag=True, help="Of everything that is not retired, not only the published."
)


def _records(here: Any, drafts: bool) -> dict[str, dict[str, dict[str, Any]]]:
    """Contents by kind and id: what is published, or the newest of what is not retired."""
    found: dict[str, dict[str, dict[str, Any]]] = {"service": {}, "organization": {}, "location": {}}
    for kind, into in found.items():
        versions = here.store.latest_all(kind) if drafts else here.store.published_all(kind)
        into.update({one.id: one.content for one in versions if one.state != "retired"})
    return found


@click.command()
@click.option("--within", default="30d", show_default=True, help="Also what is due within 30d, 6w, 3m …")
@click.option("--owner", default="", metavar="ROLE", help="Only what this role keeps.")
@as_json_option
def due(within: str, owner: str, as_json: bool) -> None:
    """Services overdue for review, never reviewed, or soon due, under the role that keeps them.

    Exit 1 when something is overdue, so that a nightly run can tell.

    \b
    Examples:
      earlyhelp listing due
      earlyhelp listing due --within 0d --owner "hub administrator"
      earlyhelp listing due --within 3m --json
    """
    from directory.listings.due import after
    from directory.listings.due import due as find_due

    with desk(as_json, reads=True) as (here, _signature):
        try:
            days = 0 if within.strip() in ("0", "0d") else (after(here.today, within) - here.today).days
        except ValueError as error:
            raise click.UsageError(f"--within: {error}") from None
        held = _records(here, False)
        found = find_due(held["service"].values(), held["organization"], here.today, days)
        if owner:
            found = [one for one in found if one.owner.casefold() == owner.strip().casefold()]
        late = sum(one.overdue for one in found)
        lines = []
        for role, theirs in groupby(found, lambda one: one.owner):
            lines.append(click.style(role, bold=True))
            for one in theirs:
                said = click.style(f"{one.words():<20}", fg="red" if one.overdue else "yellow")
                lines.append(f"  {one.id}  {said}  {one.name} ({one.organization})")
        lines.append(f"{late:,} overdue, {len(found) - late:,} due within {within}.")
        facts = [
            {"id": one.id, "name": one.name, "organization": one.organization, "owner": one.owner,
             "assured_date": one.assured.isoformat() if one.assured else None,
             "review_by": one.review_by.isoformat() if one.review_by else None,
             "days": one.days, "overdue": one.overdue}
            for one in found
        ]  # fmt: skip
        here.print({"overdue": late, "due": facts}, "\n".join(lines))
    sys.exit(1 if late else 0)


@click.command()
@click.option(
    "--least", type=click.IntRange(0, 100), default=70, show_default=True, help="The lowest score shown."
)
@click.option("--kind", type=click.Choice(["service", "organization", "location"]), help="Only of this kind.")
@click.option("--within-publisher", is_flag=True, help="Also pairs of one publisher.")
@_drafts
@_at_most
@as_json_option
def duplicates(
    least: int, kind: str | None, within_publisher: bool, drafts: bool, at_most: int, as_json: bool
) -> None:
    """Records that are likely the same thing published twice, each pair with a score and why.

    The publisher is the feed that a record came from, else the organisation. Exit 1 when there are pairs.

    \b
    Examples:
      earlyhelp listing duplicates
      earlyhelp listing duplicates --kind organization --least 85
      earlyhelp listing merge A B
    """
    from directory.desk.revisions import sources
    from directory.listings.duplicates import duplicates as find
    from directory.listings.duplicates import listed

    with desk(as_json, reads=True) as (here, _signature):
        held, came = _records(here, drafts), sources(here.store)
        records = []
        for one_kind, contents in held.items():
            if kind and one_kind != kind:
                continue
            for record_id, content in contents.items():
                owner = content.get("organization_id") or record_id
                records.append(
                    listed(
                        one_kind,  # type: ignore[arg-type]
                        content,
                        came.get(record_id) or owner,
                        held["organization"].get(owner) if one_kind == "service" else None,
                        held["location"],
                    )
                )
        with bar("Comparing") as progress:
            pairs = find(records, least=least, within=within_publisher, progress=progress)
        lines = []
        for pair in pairs[:at_most]:
            lines.append(f"{pair.score:>3}  {pair.kind}: {', '.join(pair.why)}")
            lines += [f"     {pair.one}  {pair.one_name}", f"     {pair.other}  {pair.other_name}"]
        lines.append(
            f"{len(pairs):,} likely pair{'' if len(pairs) == 1 else 's'}{_left(len(pairs), at_most)}"
        )
        here.print(
            {"total": len(pairs), "pairs": [dataclasses.asdict(pair) for pair in pairs]}, "\n".join(lines)
        )
    sys.exit(1 if pairs else 0)


def _left(total: int, at_most: int) -> str:
    return f", {at_most} of them shown." if total > at_most else "."


@click.command()
@click.option(
    "--lacks",
    type=click.Choice(["contact", "area", "hours", "owner", "service"]),
    help="Only what lacks this.",
)
@_drafts
@_at_most
@as_json_option
def orphans(lacks: str | None, drafts: bool, at_most: int, as_json: bool) -> None:
    """Services without contact, area, hours or owner, and organisations and places that no service uses.

    Exit 1 when there are any.

    \b
    Examples:
      earlyhelp listing orphans
      earlyhelp listing orphans --lacks contact --json
    """  # fmt: skip
    from directory.listings.orphans import LACKS
    from directory.listings.orphans import orphans as find

    with desk(as_json, reads=True) as (here, _signature):
        held = _records(here, drafts)
        found = find(held["service"].values(), held["organization"], held["location"])
        found = [one for one in found if lacks is None or lacks in one.lacks]
        lines = []
        for lack, said in LACKS.items():
            theirs = [one for one in found if lack in one.lacks and lacks in (None, lack)]
            if theirs:
                lines.append(click.style(f"{said[0].upper()}{said[1:]}: {len(theirs):,}", bold=True))
                lines += [f"  {one.id}  {one.kind:<12}  {one.name}" for one in theirs[:at_most]]
                lines += [f"  and {len(theirs) - at_most:,} more"] if len(theirs) > at_most else []
        lines.append(f"{len(found):,} record{'' if len(found) == 1 else 's'} lack something.")
        here.print(
            {"total": len(found), "orphans": [dataclasses.asdict(one) for one in found]}, "\n".join(lines)
        )
    sys.exit(1 if found else 0)


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Only this constraint; may be given often.")
@_at_most
@as_json_option
def check(only: tuple[str, ...], at_most: int, as_json: bool) -> None:
    """Hold everything that is published against the named constraints, and the store against itself.

    Each constraint that something breaks is told with its rule, what to do, and who breaks it and how.
    The store's own is "history": every version is as it was written and the tables are what is published.
    Exit 1 when a constraint is broken.

    \b
    Examples:
      earlyhelp listing check
      earlyhelp listing check --only switchboard --only contact
      earlyhelp listing check --json
    """
    from directory.desk.live import live_of
    from directory.listings.constraints import CONSTRAINTS, Offender
    from directory.store.verify import verify

    known = [*(one.name for one in CONSTRAINTS), "history"]
    for name in only:
        if name not in known:
            raise click.UsageError(f"There is no constraint {name!r}. There are {', '.join(known)}.")
    with desk(as_json, reads=True) as (here, _signature):
        found: list[tuple[str, str, str, tuple[Offender, ...]]] = []
        live = live_of(here.store, here.data, here.var, here.today)
        for one in CONSTRAINTS:
            if not only or one.name in only:
                found.append((one.name, one.sentence, one.remedy, tuple(one.find(live))))
        if not only or "history" in only:
            faults = tuple(Offender("store", "", "", fault) for fault in verify(here.store))
            rule = "Every version is as it was written, and the tables hold what is published."
            found.append(("history", rule, "Restore the database from a backup.", faults))
        lines = []
        for name, sentence, remedy, offenders in found:
            mark = (
                click.style("BROKEN", fg="red", bold=True) if offenders else click.style("holds ", fg="green")
            )
            lines.append(
                f"{mark}  {name}: {sentence}" + (f" {len(offenders):,} break it." if offenders else "")
            )
            lines += [f"        {f'{off.id}  ' if off.id else ''}{off.name or off.kind}: {off.said}"
                      for off in offenders[:at_most]]  # fmt: skip
            lines += [f"        and {len(offenders) - at_most:,} more"] if len(offenders) > at_most else []
            lines += [f"        {remedy}"] if offenders else []
        broken = sum(bool(offenders) for *_rest, offenders in found)
        lines.append(f"{len(found) - broken} of {len(found)} constraints hold.")
        facts = [
            {"name": name, "sentence": sentence, "remedy": remedy, "total": len(offenders),
             "offenders": [dataclasses.asdict(off) for off in offenders]}
            for name, sentence, remedy, offenders in found
        ]  # fmt: skip
        here.print({"broken": broken, "constraints": facts}, "\n".join(lines))
    sys.exit(1 if broken else 0)


@click.command()
@click.option("--settle", "number", type=click.IntRange(1), metavar="NUMBER", help="Close this report.")
@click.option("--all", "everything", is_flag=True, help="Also those that are settled.")
@signing
@as_json_option
def notes(number: int | None, everything: bool, commit: bool, reason: str, by: str, as_json: bool) -> None:
    """Problems with listings that visitors reported: list them, and settle one with what was done.

    \b
    Examples:
      earlyhelp listing notes
      earlyhelp listing notes --settle 4 --commit --reason "Number corrected" --by "data steward"
    """
    from directory.desk.outcome import moment_words
    from directory.desk.session import DeskRefused
    from directory.store.records import PROBLEMS

    if number is None and commit:
        raise click.UsageError("--commit needs --settle NUMBER: which report is settled?")
    with desk(as_json, commit, reason, by, reads=number is None or not commit) as (here, signature):
        found = here.store.notes(open_only=not everything and number is None)
        if number is not None:
            found = [one for one in found if one.number == number]
            if not found or found[0].settled is not None:
                what = "was settled already" if found else "is not there"
                raise DeskRefused(f"The report {number} {what}. earlyhelp listing notes lists the open ones.")
            if commit:
                found = [here.store.settle_note(number, signature[2], signature[1])]
        lines, facts = [], []
        for one in found:
            record = here.store.latest(one.id)
            name = record.content.get("name", "") if record else ""
            times = f" ({one.times} times)" if one.times > 1 else ""
            lines.append(
                f"{one.number:>4}  {moment_words(one.last)}  {PROBLEMS.get(one.problem, one.problem)}{times}"
            )
            lines.append(f"      {one.id}  {name}")
            if one.settled is not None:
                lines.append(
                    f"      Settled {moment_words(one.settled)} by {one.settled_by}: {one.settled_reason}"
                )
            facts.append(
                {"number": one.number, "id": one.id, "name": name, "problem": one.problem, "times": one.times,
                 "first": one.first.isoformat(), "last": one.last.isoformat(),
                 "settled": one.settled.isoformat() if one.settled else None,
                 "settled_by": one.settled_by, "settled_reason": one.settled_reason}
            )  # fmt: skip
        lines = lines or ["No report is open."]
        here.print({"committed": bool(number and commit), "notes": facts}, "\n".join(lines))
        if number is not None and not commit and not as_json:
            click.echo('Nothing was changed. To settle it: --commit --reason "…" --by ROLE', err=True)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script with which a shell completes commands, options and the ids of records.

    \b
    Examples:
      eval "$(earlyhelp listing completion bash)"
      earlyhelp listing completion fish > ~/.config/fish/completions/earlyhelp.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    root = click.get_current_context().find_root()
    made = found(root.command, {}, "earlyhelp", "_EARLYHELP_COMPLETE")
    click.echo(made.source_template % made.source_vars())  # without asking which bash is installed


COMMANDS: tuple[click.Command, ...] = (due, duplicates, orphans, check, notes, completion)
