"""The record of what stewards did to layers: append-only, one line an action, written under a lock.

`<var>/areas/journal.jsonl` decides which generations answer, so a line counts only once it is on the disk.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from geo.layers import LayerError, read_journal
from geo.whole import one_at_a_time

Action = Literal["import", "activate", "retire"]
LONGEST_REASON = 500


class RefusedError(Exception):
    """A change that was not made; the message says why and what to do."""


def areas_lock(var: Path) -> AbstractContextManager[None]:
    """Let one steward's change run at a time; a second waits. Makes `<var>/areas` when it is missing."""
    return one_at_a_time(var / "areas")


def signed(reason: str, by: str) -> tuple[str, str]:
    """Reason and role as they are recorded. Raises `RefusedError` when either is missing or too long.

    A role (data steward, service manager), never a person: an e-mail address or a long number is
    refused as a sign of one.
    """
    reason, by = " ".join(reason.split()), " ".join(by.split())
    if not reason:
        raise RefusedError('Say why with --reason "…"; it is kept in the journal.')
    if not by:
        raise RefusedError('Say in which role you act with --by "data steward"; never a person\'s name.')
    if "@" in by or re.search(r"\d{4}", by):
        raise RefusedError(
            f"--by {by!r} looks like a person's address or number. Give a role, such as data steward."
        )
    if len(reason) > LONGEST_REASON or len(by) > 80:
        raise RefusedError(f"At most {LONGEST_REASON} characters of reason and 80 of role.")
    return reason, by


def record(
    var: Path,
    action: Action,
    layer: str,
    generation: str,
    *,
    reason: str,
    by: str,
    first: dt.date | None = None,
    last: dt.date | None = None,
    **extra: object,
) -> dict[str, Any]:
    """Append one action and return it. Call it inside `areas_lock`.

    One write and one sync: after a crash the line is there whole, or as a torn end without its line
    feed, which did not happen and is cut off by the next write.
    """
    entries = read_journal(var)
    entry: dict[str, Any] = {
        "seq": len(entries) + 1,
        "action": action,
        "layer": layer,
        "generation": generation,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "reason": reason,
        "by": by,
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        **extra,
    }
    path = var / "areas" / "journal.jsonl"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        end = _sound_end(handle, path)
        os.ftruncate(handle, end)
        line = json.dumps(entry, ensure_ascii=True).encode() + b"\n"
        before = b"" if end == 0 or os.pread(handle, 1, end - 1) == b"\n" else b"\n"
        if os.pwrite(handle, before + line, end) != len(before + line):
            os.ftruncate(handle, end)
            raise LayerError(f"{path}: the disk is full. Nothing was changed.")
        os.fsync(handle)
    finally:
        os.close(handle)
    return entry


def _sound_end(handle: int, path: Path) -> int:
    """Where the last whole entry ends: before a last line that was torn by a crash."""
    data = path.read_bytes()
    if not data or data.endswith(b"\n"):
        return len(data)
    start = data.rfind(b"\n") + 1
    try:
        json.loads(data[start:])
    except ValueError:
        return start
    return len(data)


def recorded(entries: list[dict[str, Any]], layer: str, generation: str) -> bool:
    """Whether the import of a generation reached the journal."""
    return any(
        e["action"] == "import" and e["layer"] == layer and e["generation"] == generation for e in entries
    )
