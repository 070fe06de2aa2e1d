"""What is published, as one read-only file that all workers map into memory and read without a database.

Built from the store after a write, from the file before where only little moved. Every record carries a
checksum of its own that is looked at when it is read, so that opening need not read the whole file and damage
is still never served.
"""

from __future__ import annotations

import datetime as dt
import zlib
from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from directory.store.standard import RECORD_KINDS, Content, RecordKind
from geo.sections import Sections, SectionsError, SectionsMissing, write_sections

if TYPE_CHECKING:
    from directory.store.records import PublishedState
    from directory.store.store import Store

_FORMAT = 1
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
Progress = Callable[[int, int], None]


class SnapshotError(Exception):
    """The snapshot cannot be read; it is built again from the store."""


class SnapshotMissing(SnapshotError):
    """There is no snapshot yet."""


class Published:
    """An open snapshot. Records are read as they are asked for; each answer is a new object.

    Raises `SnapshotError` where a record is damaged.
    """

    def __init__(self, sections: Sections, path: Path) -> None:
        """Use `Published.open`."""
        self._sections = sections
        self.path = path
        self.revision: int = sections.meta["revision"]
        self.seal: str = sections.meta["seal"]
        self._blob = sections.view("records")
        self._starts = sections.view("starts")
        self._checksums = sections.view("checksums")
        self._kinds = sections.view("kinds")
        self._modified = sections.view("modified")

    @classmethod
    def open(cls, path: Path) -> Published:
        """Open the file. Raises `SnapshotMissing`, or `SnapshotError` where it is not a whole snapshot."""
        try:
            sections = Sections(path, verify=False)
        except SectionsMissing:
            raise SnapshotMissing(f"There is no snapshot of the published listings at {path} yet.") from None
        except SectionsError as error:
            raise SnapshotError(f"The snapshot of the published listings cannot be used: {error}.") from None
        if sections.meta.get("sort") != "published" or sections.meta.get("format") != _FORMAT:
            raise SnapshotError(f"{path} is not a snapshot of published listings of this version.")
        published = cls(sections, path)
        if _columns_checksum(sections) != sections.meta["columns"]:
            raise SnapshotError(f"The snapshot {path} is damaged: its index does not match its checksum.")
        return published

    def verify(self) -> None:
        """Read every byte. Raises `SnapshotError` where one is damaged."""
        try:
            Sections(self.path)
        except SectionsError as error:
            raise SnapshotError(f"The snapshot of the published listings cannot be used: {error}.") from None

    @cached_property
    def _places(self) -> dict[str, int]:
        names = bytes(self._sections.view("ids")).decode()
        return {name: place for place, name in enumerate(names.split("\n"))} if names else {}

    @cached_property
    def _by_kind(self) -> dict[str, tuple[str, ...]]:
        held: dict[str, list[str]] = {kind: [] for kind in RECORD_KINDS}
        for name, kind in zip(self._places, self._kinds, strict=True):
            held[RECORD_KINDS[kind]].append(name)
        return {kind: tuple(names) for kind, names in held.items()}

    @cached_property
    def _links(self) -> dict[str, list[str]]:
        """Of each service: its organisation, then the places where it is offered."""
        links: dict[str, list[str]] = orjson.loads(self._sections.view("links"))
        return links

    @cached_property
    def _of(self) -> dict[str, tuple[str, ...]]:
        """Of each organisation and place: its services."""
        turned: dict[str, list[str]] = {}
        for service, others in self._links.items():
            for other in dict.fromkeys(others):
                turned.setdefault(other, []).append(service)
        return {other: tuple(services) for other, services in turned.items()}

    @cached_property
    def _redirects(self) -> dict[str, str]:
        redirects: dict[str, str] = orjson.loads(self._sections.view("redirects"))
        return redirects

    def __len__(self) -> int:
        return len(self._kinds)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._places

    def ids(self, kind: RecordKind) -> tuple[str, ...]:
        """The ids of that kind, sorted."""
        return self._by_kind[kind]

    def kind(self, record_id: str) -> RecordKind | None:
        """What sort of record it is; None where it is not published."""
        place = self._places.get(record_id)
        return None if place is None else RECORD_KINDS[self._kinds[place]]

    def raw(self, record_id: str) -> bytes | None:
        """The record as canonical JSON; None where it is not published."""
        place = self._places.get(record_id)
        return None if place is None else self._bytes(place)

    def _bytes(self, place: int) -> bytes:
        held = bytes(self._blob[self._starts[place] : self._starts[place + 1]])
        if zlib.crc32(held) != self._checksums[place]:
            raise SnapshotError(f"The snapshot {self.path} is damaged: a record does not match its checksum.")
        return held

    def record(self, record_id: str) -> Content | None:
        """The record's content; None where it is not published."""
        held = self.raw(record_id)
        if held is None:
            return None
        content: Content = orjson.loads(held)
        return content

    def service(self, record_id: str) -> Content | None:
        """A service with its `organization`, and with the `location` of each place where it is offered.

        What is not published itself is left out. None where the service is not published.
        """
        if self.kind(record_id) != "service":
            return None
        content = self.record(record_id)
        assert content is not None
        if self.kind(content.get("organization_id", "")) == "organization":
            content["organization"] = self.record(content["organization_id"])
        for offered in content.get("service_at_locations", ()):
            if self.kind(offered.get("location_id", "")) == "location":
                offered["location"] = self.record(offered["location_id"])
        return content

    def services_of(self, organization_id: str) -> tuple[str, ...]:
        """The ids of the services of an organisation, sorted."""
        return self._of.get(organization_id, ()) if self.kind(organization_id) == "organization" else ()

    def services_at(self, location_id: str) -> tuple[str, ...]:
        """The ids of the services offered at a place, sorted."""
        return self._of.get(location_id, ()) if self.kind(location_id) == "location" else ()

    def redirect(self, record_id: str) -> str | None:
        """The record that this one was merged into; None where it was not."""
        return self._redirects.get(record_id)

    def last_modified(self, record_id: str) -> dt.datetime | None:
        """When the published version was written, UTC; None where it is not published."""
        place = self._places.get(record_id)
        return None if place is None else _EPOCH + self._modified[place] * _MICROSECOND

    def _copied(self, gone: Iterable[str]) -> dict[str, tuple[int, bytes, int]]:
        """Every record but those: kind, bytes, moment."""
        without = set(gone)
        return {
            name: (self._kinds[place], self._bytes(place), self._modified[place])
            for name, place in self._places.items()
            if name not in without
        }


def build_published(
    store: Store, path: Path, previous: Path | None = None, progress: Progress | None = None
) -> Published:
    """Write what the store has published to `path`, whole or not at all, and open it.

    From `previous` only what moved since is read from the store; where that file is missing, damaged or of
    another history, everything is. `progress` is called with how many of how many records are read.
    """
    before = _usable(previous)
    state = copied = None
    if before is not None:
        state = store.published_state(before.revision, before.seal)
        if state is not None:
            try:
                copied = before._copied([*state.gone, *(row.id for row in state.changed)])
            except SnapshotError:
                state = None
    if state is None or before is None or copied is None:
        before = None
        state = store.published_state()
        assert state is not None
    _write(path, state, copied or {}, before._links if before else {}, progress)
    return Published.open(path)


def _usable(previous: Path | None) -> Published | None:
    if previous is None:
        return None
    try:
        return Published.open(previous)
    except SnapshotError:
        return None


def _write(
    path: Path,
    state: PublishedState,
    records: dict[str, tuple[int, bytes, int]],
    known_links: Mapping[str, list[str]],
    progress: Progress | None,
) -> None:
    links: dict[str, list[str]] = {}
    for done, row in enumerate(state.changed, 1):
        records[row.id] = (RECORD_KINDS.index(row.kind), row.text, (row.at - _EPOCH) // _MICROSECOND)
        if row.kind == "service":
            links[row.id] = _linked(orjson.loads(row.text))
        if progress and (done % 500 == 0 or done == len(state.changed)):
            progress(done, len(state.changed))
    names = sorted(records)
    service = RECORD_KINDS.index("service")
    ordered = {name: links.get(name) or known_links[name] for name in names if records[name][0] == service}
    held = [records[name] for name in names]
    starts = [0]
    for _kind, text, _modified in held:
        starts.append(starts[-1] + len(text))
    sections = {
        "records": ("B", b"".join(text for _kind, text, _modified in held)),
        "ids": ("B", "\n".join(names).encode()),
        "starts": ("Q", _packed("Q", starts)),
        "checksums": ("I", _packed("I", [zlib.crc32(text) for _kind, text, _modified in held])),
        "kinds": ("B", bytes(kind for kind, _text, _modified in held)),
        "modified": ("q", _packed("q", [modified for _kind, _text, modified in held])),
        "links": ("B", orjson.dumps(ordered)),
        "redirects": ("B", orjson.dumps(state.redirects)),
    }
    checksum = 0
    for name in _COLUMNS:
        checksum = zlib.crc32(sections[name][1], checksum)
    meta = {
        "sort": "published",
        "format": _FORMAT,
        "revision": state.revision,
        "seal": state.seal,
        "columns": checksum,
    }
    write_sections(path, meta, sections)


_COLUMNS = ("ids", "starts", "checksums", "kinds", "modified", "links", "redirects")


def _columns_checksum(sections: Sections) -> int:
    checksum = 0
    for name in _COLUMNS:
        checksum = zlib.crc32(sections.view(name), checksum)
    return checksum


def _linked(service: Content) -> list[str]:
    places = [
        str(one["location_id"]) for one in service.get("service_at_locations", ()) if "location_id" in one
    ]
    return [str(service.get("organization_id", "")), *places]


def _packed(form: str, numbers: list[int]) -> bytes:
    return array(form, numbers).tobytes()
