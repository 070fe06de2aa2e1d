"""Whom to call: for a moment, every contact with its state, and the front door's own answer.

Between two opening or closing times nothing changes, so all that is said is worked out once for
such a stretch and kept as a `Frame`; a London midnight ends one too, because words like "tomorrow"
do. Moments the snapshot's horizon does not reach are worked out from the hours themselves, which
gives the same answer a little later. Nothing heavy is imported here.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from directory.routing.london import LAST_YEAR, day_bounds, epoch, iso, local, midnight
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
from directory.routing.words import ALWAYS, state_words

Contact = dict[str, Any]
_FRONT_DOOR, _NEIGHBOURS = "front_door", "neighbours"
_FAR_YEARS = 10


@dataclass(frozen=True)
class Call:
    """Whom to call for the city: `now`, `danger` (the police), and the others in the file's order."""

    now: Contact
    danger: Contact
    also: list[Contact]


@dataclass(frozen=True)
class Frame:
    """Everything said of all contacts from `start` until `end` (epoch seconds, end excluded).

    `contact_json` has the contacts of each (layer, code) in the file's order; the mappings are
    shared and must not be changed.
    """

    start: int
    end: int
    version: str
    contact_json: dict[tuple[str, str], list[Contact]]
    call: Call

    @cached_property
    def holds(self) -> tuple[str, str]:
        """The stretch of time in which all this holds, as ISO 8601 in UTC."""
        return iso(self.start), iso(self.end)


@dataclass(frozen=True)
class _Window:
    """The edges of every set of hours between two instants, and all of them merged."""

    start: int
    end: int
    edges: tuple[Sequence[int], ...]
    changes: list[int]


class Routing:
    """Answers from one snapshot. Safe to share between threads; it never changes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.version = snapshot.version
        self._inside = _window(snapshot.start, snapshot.end, tuple(one.edges for one in snapshot.hours))
        self._frame_at = lru_cache(maxsize=32)(self._make_frame)
        self._outside = lru_cache(maxsize=4)(self._work_out)
        self._far = lru_cache(maxsize=256)(self._far_changes)
        self._latest: Frame | None = None

    @classmethod
    def open(cls, path: Path) -> Routing:
        """Read the snapshot at `path`. Raises `SnapshotMissingError` or `SnapshotDamagedError`."""
        return cls(read_snapshot(path))

    def frame(self, moment: dt.datetime) -> Frame:
        """All contacts as they are at `moment`, which must have a time zone.

        Raises `ValueError` for a moment without one or outside the years 1950 to 2150.
        """
        instant = epoch(moment)
        latest = self._latest
        if latest is None or not latest.start <= instant < latest.end:
            latest = self._latest = self._frame_at(*self._stretch(instant))
        return latest

    def holds(self, moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """The stretch around `moment` in which no contact opens or closes, at most a London day."""
        start, end = self._stretch(epoch(moment))
        return dt.datetime.fromtimestamp(start, dt.UTC), dt.datetime.fromtimestamp(end, dt.UTC)

    def call_now(self, moment: dt.datetime) -> Contact:
        """The front door at `moment`: the Advice and Support Service in its hours, else the duty team."""
        return self.frame(moment).call.now

    def team_contacts(self, layer: str, code: str, moment: dt.datetime) -> list[Contact]:
        """The contacts of one team at `moment`, in the file's order; none for an unknown team."""
        return self.frame(moment).contact_json.get((layer, code), [])

    def neighbour(self, authority: str) -> dict[str, str] | None:
        """The front door of another authority by its ONS code, None where nothing is sourced.

        `role`, `source` and `checked` are always there, `telephone` and `out_of_hours` where known.
        """
        rows = [
            row for row in self.snapshot.contacts if row["layer"] == _NEIGHBOURS and row["team"] == authority
        ]
        if not rows:
            return None
        answer = {key: rows[0][key] for key in ("role", "source", "checked")}
        for row in rows:
            if row["telephone"]:
                key = "out_of_hours" if row["purpose"].endswith("out of hours") else "telephone"
                answer.setdefault(key, row["telephone"])
        return answer

    def _stretch(self, instant: int) -> tuple[int, int]:
        day, next_day = day_bounds(instant)
        changes = self._window_of(instant).changes
        index = bisect_right(changes, instant)
        start = max(day, changes[index - 1]) if index else day
        return start, min(next_day, changes[index]) if index < len(changes) else next_day

    def _window_of(self, instant: int) -> _Window:
        if self.snapshot.start <= instant < self.snapshot.end:
            return self._inside
        return self._outside(local(instant).year)

    def _work_out(self, year: int) -> _Window:
        """The opening times of a year outside the snapshot, and a while before and after it."""
        from directory.routing.hours import open_edges

        start = midnight(dt.date(year, 1, 1) - dt.timedelta(days=31))
        end = midnight(dt.date(year + 1, 1, 1) + dt.timedelta(days=60))
        edges = tuple(
            open_edges(one.expression, start, end) if one.known else () for one in self.snapshot.hours
        )
        return _window(start, end, edges)

    def _make_frame(self, start: int, end: int) -> Frame:
        window = self._window_of(start)
        states = [self._state(index, window, start) for index in range(len(self.snapshot.hours))]
        contacts: dict[tuple[str, str], list[Contact]] = {}
        for row in self.snapshot.contacts:
            one = self.snapshot.hours[row["hours"]]
            is_open, change, words = states[row["hours"]]
            contacts.setdefault((row["layer"], row["team"]), []).append(
                {
                    "role": row["role"],
                    "telephone": row["telephone"],
                    "email": row["email"],
                    "form": row["form"],
                    "hours": one.expression or None,
                    "hours_words": one.words,
                    "audience": row["audience"],
                    "purpose": row["purpose"],
                    "open": is_open,
                    "changes_at": None if change is None else iso(change),
                    "state_words": words,
                    "sample": row["sample"],
                    "source": row["source"],
                    "checked": row["checked"],
                }
            )
        return Frame(start, end, self.version, contacts, _call(contacts))

    def _state(self, index: int, window: _Window, instant: int) -> tuple[bool | None, int | None, str]:
        """Whether the hours are open at `instant`, when that changes, and both in words."""
        one, edges = self.snapshot.hours[index], window.edges[index]
        if not one.known:
            return None, None, state_words(None, instant, None)
        at = bisect_right(edges, instant)
        is_open = at % 2 == 1
        change: int | None = None
        if one.words != ALWAYS:
            if at < len(edges) and edges[at] < window.end:
                change = edges[at]
            else:  # the next change lies beyond what has been worked out
                far, far_end = self._far(index, local(instant).year)
                at = bisect_right(far, instant)
                change = far[at] if at < len(far) and far[at] < far_end else None
        return is_open, change, state_words(is_open, instant, change)

    def _far_changes(self, index: int, year: int) -> tuple[list[int], int]:
        from directory.routing.hours import open_edges

        start = midnight(dt.date(year, 1, 1))
        end = midnight(dt.date(min(year + _FAR_YEARS, LAST_YEAR + 10), 1, 1))
        return open_edges(self.snapshot.hours[index].expression, start, end), end


def _window(start: int, end: int, edges: tuple[Sequence[int], ...]) -> _Window:
    changes = {edge for one in edges for edge in one if start < edge < end}
    return _Window(start, end, edges, sorted(changes))


def _call(contacts: dict[tuple[str, str], list[Contact]]) -> Call:
    """The front door's answer. With neither line open (a gap that `routing check` finds) it is the duty team.

    Raises `SnapshotError` when the snapshot lacks one of the three.
    """
    try:
        in_hours = contacts[(_FRONT_DOOR, "CASS")][0]
        out_of_hours = contacts[(_FRONT_DOOR, "EDT")][0]
        danger = contacts[(_FRONT_DOOR, "POLICE_999")][0]
    except KeyError as missing:
        raise SnapshotError(f"The front door lacks {missing.args[0][1]}. Add it to front_door.csv.") from None
    now = in_hours if in_hours["open"] else out_of_hours
    other = out_of_hours if now is in_hours else in_hours
    rest = [
        contact
        for (layer, _), listed in contacts.items()
        if layer == _FRONT_DOOR
        for contact in listed
        if contact is not now and contact is not danger and contact is not other
    ]
    return Call(now, danger, [other, *rest])


def open_or_compile(data: Path, var: Path) -> Routing:
    """The snapshot in `var`, compiled first where it is missing, damaged or older than the contact files.

    When it cannot be written (a full disk, a folder that is read only) it is used from memory.
    Raises `ContactsError` for contact files with faults.
    """
    folder, path = data / "contacts", var / FILE
    digest = files_digest(folder)
    try:
        snapshot = read_snapshot(path)
        if snapshot.files == digest:
            return Routing(snapshot)
    except (SnapshotMissingError, SnapshotDamagedError):
        pass
    from directory.routing.contacts import load_contacts, team_codes

    contacts = load_contacts(folder, team_codes(data, var))
    snapshot = compile_snapshot(contacts, dt.datetime.now(dt.UTC).date(), digest)
    try:
        write_snapshot(snapshot, path)
    except SnapshotError:
        return Routing(snapshot)
    return Routing(snapshot)
