"""What a change would do, shown before it is done: the difference by member, what forbids it, and then it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from directory.desk.session import Desk, bar
from directory.listings.difference import differences

if TYPE_CHECKING:
    from directory.store.records import Change, Version, Written

_MOST = 60  # lines of difference a record in text; the JSON has them all
_LONGEST = 100
_RECORDS = 20  # shown in text, as are faults and notes


def moment_words(at: dt.datetime) -> str:
    """A moment as stewards read it, London's time."""
    from zoneinfo import ZoneInfo

    return f"{at.astimezone(ZoneInfo('Europe/London')):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Planned:
    """One change with what it is compared with: the version that the steward sees now."""

    change: Change
    before: Version | None
    compared: dict[str, Any] | None = None  # another content to compare with than `before`'s

    @property
    def name(self) -> str:
        """The record's name as it will be."""
        return str(self.change.content.get("name") or self.change.id)

    def differences(self) -> list[Any]:
        """What changes, member by member."""
        old = self.compared if self.compared is not None else (self.before.content if self.before else {})
        return list(differences(self.change.kind, old, self.change.content))


@dataclass(frozen=True, slots=True)
class Fault:
    """What forbids a change, or (`only_told`) what the steward is told with it."""

    id: str
    where: str  # a path in the record, or the name of a constraint
    said: str
    fix: str
    only_told: bool = False


def finish(
    desk: Desk,
    action: str,
    planned: Sequence[Planned],
    *,
    signature: tuple[bool, str, str],
    faults: Iterable[Fault] = (),
    notes: Iterable[str] = (),
    **more: Any,
) -> Written | None:
    """Show what would be done and, where it is committed and nothing forbids it, do it.

    `signature`: whether to commit, why, and in which role. Exit 1 where a fault forbids it.
    """
    commit, reason, by = signature
    found, said = [*faults, *_closed(desk, planned)], list(notes)
    forbidding = [one for one in found if not one.only_told]
    answer: dict[str, Any] = {
        "action": action,
        "committed": False,
        "records": [record_facts(one) for one in planned],
        "faults": [_fault_facts(one) for one in forbidding],
        "told": [_fault_facts(one) for one in found if one.only_told],
        "notes": said,
    } | more
    written = None
    if commit and not forbidding:
        with bar("Writing") as progress:
            changes = [one.change for one in planned]
            written = desk.store.write(changes, by=by, reason=reason, progress=progress)
        answer |= {"committed": bool(written.versions), "revision": written.revision}
        numbers = {version.id: version.number for version in written.versions}
        for record in answer["records"]:
            record["version"] = numbers.get(record["id"])
    desk.print(answer, outcome_text(answer))
    if written is not None and any(
        one.change.state in ("published", "retired") for one in planned if one.change.id in numbers
    ):
        desk.published(written.versions)
    if forbidding:
        click.echo(
            f"earlyhelp listing: {action} is refused: {len(forbidding)} "
            f"fault{'' if len(forbidding) == 1 else 's'}. Nothing was changed.",
            err=True,
        )
        sys.exit(1)
    if not commit and not desk.as_json and any(_moves(record) for record in answer["records"]):
        click.echo('Nothing was changed. To do it: --commit --reason "…" --by ROLE', err=True)
    return written


def _closed(desk: Desk, planned: Sequence[Planned]) -> list[Fault]:
    """What the changes would take away that visitors are led to, told as faults."""
    from directory.gate import Listings, closed_by

    changes = [one.change for one in planned]
    closed = closed_by(desk.data, desk.var, listings=Listings(desk.store, changes), today=desk.today)
    only = changes[0].id if len(changes) == 1 else ""
    return [Fault(str(one.facts.get("id", only)), one.breaks, one.said, one.fix) for one in closed]


def record_facts(one: Planned) -> dict[str, Any]:
    """A planned change as JSON."""
    change = one.change
    return {
        "kind": change.kind,
        "id": change.id,
        "name": one.name,
        "state": change.state,
        "state_before": one.before.state if one.before else None,
        "seen": change.base,
        "redirect_to": change.redirect_to,
        "differences": [{"path": d.path, "old": d.old, "new": d.new} for d in one.differences()],
    }


def _fault_facts(fault: Fault) -> dict[str, str]:
    return {"id": fault.id, "where": fault.where, "said": fault.said, "fix": fault.fix}


def _moves(record: dict[str, Any]) -> bool:
    return bool(record["differences"]) or record["state"] != record["state_before"]


def outcome_text(answer: dict[str, Any]) -> str:
    """The answer as a person reads it, coloured where the terminal is."""
    lines = []
    for record in answer["records"][:_RECORDS]:
        lines.append(_headline(record))
        lines += difference_lines(record["differences"])
        if not _moves(record):
            lines.append("  Nothing changes: it is so already.")
    lines += _and_more(answer["records"], "records")
    several = len(answer["records"]) > 1
    for one in answer["faults"][:_RECORDS]:
        head = click.style("FAULT", fg="red", bold=True)
        lines.append(f"{head} {one['id'] + ' ' if several else ''}{one['where']}: {one['said']}")
        lines.append(f"      {one['fix']}")
    lines += _and_more(answer["faults"], "faults")
    note = click.style("Note", fg="yellow")
    for one in answer["told"][:_RECORDS]:
        where = f"{one['id']} {one['where']}" if several else one["where"]
        lines.append(f"{note}: {where}: {one['said'].rstrip('.')}. {one['fix']}")
    lines += _and_more(answer["told"], "such notes")
    lines += [f"{note}: {said}" for said in answer["notes"][:_RECORDS]]
    lines += _and_more(answer["notes"], "such notes")
    if answer["committed"]:
        lines.append(click.style(f"Done. Revision {answer['revision']}.", fg="green"))
    return "\n".join(lines)


def _and_more(held: Sequence[Any], what: str) -> list[str]:
    return [f"… and {len(held) - _RECORDS:,} more {what} (--json shows all)"] if len(held) > _RECORDS else []


def _headline(record: dict[str, Any]) -> str:
    before, after = record["state_before"], record["state"]
    states = f"new {after}" if before is None else (after if before == after else f"{before} -> {after}")
    version = record.get("version")
    on_top = f", on top of version {record['seen']}" if record["seen"] else ""
    number = f", now version {version}" if version else on_top
    leads = f", leads to {record['redirect_to']}" if record["redirect_to"] else ""
    name = click.style(record["name"], bold=True)
    return f"{name}  {record['kind']} {record['id']}: {states}{number}{leads}"


def difference_lines(found: Sequence[dict[str, Any]]) -> list[str]:
    """Differences as lines: + what is new, - what is gone, ~ what is otherwise."""
    lines = []
    for one in found[:_MOST]:
        if one["old"] is None:
            lines.append(click.style(f"  + {one['path']}: {short(one['new'])}", fg="green"))
        elif one["new"] is None:
            lines.append(click.style(f"  - {one['path']}: {short(one['old'])}", fg="red"))
        else:
            said = f"  ~ {one['path']}: {short(one['old'])} -> {short(one['new'])}"
            lines.append(click.style(said, fg="yellow"))
    if len(found) > _MOST:
        lines.append(f"  and {len(found) - _MOST} more (--json shows all)")
    return lines


def short(value: Any) -> str:
    """A value on one line, without what a terminal would obey."""
    text = ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
    if isinstance(value, bool):
        text = "yes" if value else "no"
    text = "".join(letter if letter.isprintable() else "�" for letter in " ".join(text.split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
