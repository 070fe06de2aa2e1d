"""The routing snapshot: contact points with their opening times worked out, in one small file.

Working out hours takes libraries that are slow to import, so it is done once, when the snapshot is
compiled; reading it takes none of them. The file is one line of heading (format, SHA-256 of the
rest, length of the JSON), the JSON of contacts and hours, then the opening and closing instants as
unsigned 32-bit little-endian epoch seconds. It is replaced by an atomic rename, never written in
place, so a reader sees the old one or the new one whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from directory.routing.london import iso, midnight

if TYPE_CHECKING:
    from directory.routing.contacts import ContactPoint

FILE = "routing.snapshot"
DAYS_BEFORE, DAYS_AFTER = 31, 800
_MAGIC = b"earlyhelp-routing-1"
_COMPILE = "Run: earlyhelp routing compile"


class SnapshotError(Exception):
    """The snapshot cannot be used or written; the message says why and what to do."""


class SnapshotMissingError(SnapshotError):
    """There is no snapshot at the path given."""


class SnapshotDamagedError(SnapshotError):
    """The file is cut short, altered or of another format."""


@dataclass(frozen=True)
class Hours:
    """One set of opening hours: as written, in words, and its edges within the horizon.

    `edges` alternates openings and closings in epoch seconds; `known` is False for the hours of a
    contact whose hours nobody has given.
    """

    expression: str
    words: str
    edges: Sequence[int]

    @property
    def known(self) -> bool:
        return bool(self.expression)


@dataclass(frozen=True)
class Snapshot:
    """What the file holds. `contacts` are mappings of plain values, `hours` an index into `hours`.

    The edges hold from `start` until `end` (epoch seconds). `version` changes when a contact or the
    calendar of bank holidays does, not when the snapshot is merely compiled anew; `files` is the
    digest of the contact files it was made from.
    """

    version: str
    files: str
    start: int
    end: int
    contacts: tuple[dict[str, Any], ...]
    hours: tuple[Hours, ...]


def files_digest(folder: Path) -> str:
    """A digest of all contact files of a folder: whether a snapshot was made from these."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def compile_snapshot(contacts: Sequence[ContactPoint], built: dt.date, files: str = "") -> Snapshot:
    """Work out the opening times of `contacts` from 31 days before `built` to 800 days after it."""
    from directory.routing.bank_holidays import edition
    from directory.routing.hours import open_edges
    from directory.routing.words import hours_words

    start = midnight(built - dt.timedelta(days=DAYS_BEFORE))
    end = midnight(built + dt.timedelta(days=DAYS_AFTER))
    expressions = sorted({contact.hours for contact in contacts})
    hours = tuple(
        Hours(text, hours_words(text), open_edges(text, start, end) if text else ()) for text in expressions
    )
    rows = tuple(
        {
            "layer": contact.layer,
            "team": contact.team,
            "role": contact.role,
            "telephone": contact.telephone or None,
            "email": contact.email or None,
            "form": contact.form or None,
            "hours": expressions.index(contact.hours),
            "audience": contact.audience,
            "purpose": contact.purpose,
            "sample": contact.sample,
            "source": contact.source,
            "checked": contact.checked.isoformat(),
        }
        for contact in contacts
    )
    facts = json.dumps(
        [[row | {"hours": one.hours} for row, one in zip(rows, contacts, strict=True)], edition()]
    )
    return Snapshot(hashlib.sha256(facts.encode()).hexdigest()[:12], files, start, end, rows, hours)


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the file whole or not at all. Raises `SnapshotError`; an old file then stays as it was."""
    meta = {
        "version": snapshot.version,
        "files": snapshot.files,
        "start": snapshot.start,
        "end": snapshot.end,
        "contacts": snapshot.contacts,
        "hours": [[one.expression, one.words, len(one.edges)] for one in snapshot.hours],
    }
    text = json.dumps(meta, separators=(",", ":"), ensure_ascii=False).encode()
    edges = array("I", (edge for one in snapshot.hours for edge in one.edges))
    if sys.byteorder == "big":
        edges.byteswap()
    body = text + edges.tobytes()
    heading = b"%s %s %d\n" % (_MAGIC, hashlib.sha256(body).hexdigest().encode(), len(text))
    from geo.whole import written_whole  # readers never need it

    try:
        with written_whole(path) as file:
            file.write(heading + body)
    except OSError as error:
        raise SnapshotError(
            f"{path}: the routing snapshot could not be written ({error.strerror}). The old one, if any, is "
            "still in use. Make room or give a folder that can be written (EARLYHELP_VAR), then try again."
        ) from error


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot and check it whole. Raises `SnapshotMissingError` or `SnapshotDamagedError`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SnapshotMissingError(f"{path}: there is no routing snapshot yet. {_COMPILE}") from None
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be read ({error.strerror}). {_COMPILE}") from None
    heading, _, body = content.partition(b"\n")
    parts = heading.split(b" ")
    if len(parts) != 3 or parts[0] != _MAGIC or hashlib.sha256(body).hexdigest().encode() != parts[1]:
        raise SnapshotDamagedError(f"{path}: damaged, or of another version. {_COMPILE}")
    length = int(parts[2])
    meta = json.loads(body[:length])
    edges = array("I")
    edges.frombytes(body[length:])
    if sys.byteorder == "big":
        edges.byteswap()
    hours, at = [], 0
    for expression, words, count in meta["hours"]:
        hours.append(Hours(expression, words, edges[at : at + count]))
        at += count
    return Snapshot(
        meta["version"], meta["files"], meta["start"], meta["end"], tuple(meta["contacts"]), tuple(hours)
    )


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """What a person wants to know of a snapshot, as JSON."""
    return {
        "version": snapshot.version,
        "from": iso(snapshot.start),
        "until": iso(snapshot.end),
        "contacts": len(snapshot.contacts),
        "opening_hours": len([one for one in snapshot.hours if one.known]),
        "opening_times": sum(len(one.edges) // 2 for one in snapshot.hours),
    }
