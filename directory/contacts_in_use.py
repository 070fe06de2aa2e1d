"""The compiled contacts that answers are given from: replaced only by such as pass the gate.

Contact files that cannot be read, or that would open a gap, leave the last good snapshot in use. The refusal
is kept beside it, so that it is worked out once, and told by `doctor`, `build` and a server's readiness. A
server that has never had a good one answers from what there is: a number with a gap in its hours is better
than none.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from directory.routing.route import Routing
from directory.routing.snapshot import (
    FILE,
    Snapshot,
    SnapshotDamagedError,
    SnapshotError,
    SnapshotMissingError,
    compile_snapshot,
    files_digest,
    read_snapshot,
    write_snapshot,
)

if TYPE_CHECKING:
    from directory.routing.contacts import ContactPoint
    from directory.witness import Witness

REFUSAL = "routing.refused.json"
_TOLD = 1  # witnesses told in a problem; `earlyhelp routing compile` tells them all


@dataclass(frozen=True)
class InUse:
    """Contacts to answer from, and why the files on the disk are not those, None where they are."""

    routing: Routing
    problem: str | None = None


def contacts_in_use(data: Path, var: Path, *, strict: bool = False) -> InUse:
    """The contacts to answer from, compiled anew where the files changed and nothing gets worse by it.

    Raises `ContactsError` for files with faults where there is nothing to go on with, or with `strict`.
    """
    held, digest = _held(var), files_digest(data / "contacts")
    if held is not None and held.files == digest:
        return InUse(Routing(held))
    from directory.routing.contacts import ContactsError, load_contacts, team_codes

    try:
        contacts = load_contacts(data / "contacts", team_codes(data, var))
    except ContactsError as error:
        if held is None or strict:
            raise
        count = len(error.problems)
        return InUse(
            Routing(held),
            f"The contact files have {count} {'fault' if count == 1 else 'faults'}, so the contacts "
            f"compiled before are used. First: {error.problems[0]} Run: earlyhelp routing compile",
        )
    said = _remembered(var, data, held)
    if said is None:
        said = [one.sentence for one in closed_by_contacts(data, var, contacts)]
        if said:
            _remember(var, data, held, said)
    snapshot = compile_snapshot(contacts, dt.datetime.now(dt.UTC).date(), digest)
    if said:
        return InUse(Routing(held if held is not None else snapshot), _problem(said, held is not None))
    with suppress(SnapshotError):  # a full or read-only disk: they are used from memory
        write_snapshot(snapshot, var / FILE)
        forget(var)
    return InUse(Routing(snapshot))


def closed_by_contacts(data: Path, var: Path, contacts: Sequence[ContactPoint]) -> list[Witness]:
    """What the contacts would close if they were compiled; nothing where they may be."""
    from directory.gate import closed_by

    return closed_by(data, var, contacts=contacts)


def not_in_use(data: Path, var: Path) -> str | None:
    """Why the contact files are not what is answered from; None where they are. Changes nothing."""
    held = _held(var)
    if held is None or held.files == files_digest(data / "contacts"):
        return None
    said = _remembered(var, data, held)
    if said:
        return _problem(said, True)
    return "The contact files have changed since they were compiled. Run: earlyhelp routing compile"


def forget(var: Path) -> None:
    """Forget a refusal: contacts that pass have been compiled."""
    with suppress(OSError):
        (var / REFUSAL).unlink(missing_ok=True)


def _held(var: Path) -> Snapshot | None:
    try:
        return read_snapshot(var / FILE)
    except (SnapshotMissingError, SnapshotDamagedError):
        return None


def _problem(said: Sequence[str], held: bool) -> str:
    count = len(said)
    used = "so the contacts compiled before are used" if held else "and there are none compiled before"
    more = f" And {count - _TOLD} more." if count > _TOLD else ""
    return (
        f"The contact files would break {count} {'thing' if count == 1 else 'things'} that "
        f"{'holds' if count == 1 else 'hold'}, {used}. {' '.join(said[:_TOLD])}{more} "
        "Mend them, then run: earlyhelp routing compile"
    )


def _key(var: Path, data: Path, held: Snapshot | None) -> dict[str, object]:
    """What a refusal depends on: the files, the contacts in use, the areas, the questionnaires, the day."""
    marks = []
    flows = [path for home in (data, var) for path in sorted((home / "pathways").glob("*/*.yaml"))]
    for path in (var / "gazetteer.bin", *flows):
        with suppress(OSError):
            found = path.stat()
            marks.append([str(path), found.st_mtime_ns, found.st_size])
    return {
        "files": files_digest(data / "contacts"),
        "in_use": held.files if held is not None else None,
        "marks": marks,
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def _remembered(var: Path, data: Path, held: Snapshot | None) -> list[str] | None:
    try:
        kept = json.loads((var / REFUSAL).read_text("utf-8"))
        return list(kept["said"]) if kept["key"] == _key(var, data, held) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(var: Path, data: Path, held: Snapshot | None, said: Sequence[str]) -> None:
    with suppress(OSError):
        (var / REFUSAL).write_text(
            json.dumps({"key": _key(var, data, held), "said": list(said)}, ensure_ascii=False), "utf-8"
        )
