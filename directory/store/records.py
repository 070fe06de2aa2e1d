"""What goes into the store and comes out of it: changes, versions, origins, notes, and what can go wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from directory.store.standard import Content, RecordKind

State = Literal["draft", "proposed", "published", "retired"]
STATES: tuple[State, ...] = ("draft", "proposed", "published", "retired")
Effect = Literal["added", "changed", "retired"]

# What a visitor may report of a listing: closed words, so that nothing personal can be sent with them.
PROBLEMS: Mapping[str, str] = {
    "telephone": "The telephone number is wrong or nobody answers",
    "contact": "The email address or website is wrong",
    "hours": "The opening hours are wrong",
    "place": "The address or the map is wrong",
    "eligibility": "The ages, the area or who can use it are wrong",
    "closed": "The service has closed or is full",
    "other": "Something else is wrong",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version came from: the feed, its own id for the thing, and the payload as it was received."""

    source: str  # the feed's code
    foreign_id: str
    retrieved: dt.datetime  # with a zone
    format: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """A version that is to be written. `base` is the number of the version that the writer saw last."""

    kind: RecordKind
    id: str
    state: State
    content: Content
    origin: Origin | None = None
    base: int | None = None  # None: the writer believes that the record is new
    redirect_to: str | None = None  # only of a retired record: the one it was merged into


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record, as it was written and will stay."""

    kind: RecordKind
    id: str
    number: int  # 1, 2, 3 … within the record
    state: State
    content: Content
    digest: str  # SHA-256 of the content's canonical JSON, hexadecimal
    at: dt.datetime  # UTC
    by: str  # a role
    reason: str
    revision: int
    redirect_to: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did. Nothing written leaves the revision as it was."""

    revision: int
    versions: tuple[Version, ...]
    unchanged: tuple[str, ...]  # ids whose content and state were there already


@dataclass(frozen=True, slots=True)
class Logged:
    """What one revision did to the published content of one record."""

    revision: int
    kind: RecordKind
    id: str
    what: Effect
    at: dt.datetime  # UTC
    redirect_to: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """A problem that visitors reported of one listing, and what became of it."""

    number: int
    id: str
    problem: str  # one of `PROBLEMS`
    times: int  # how often it was reported while the note was open
    first: dt.datetime  # UTC
    last: dt.datetime  # UTC
    settled: dt.datetime | None
    settled_by: str | None
    settled_reason: str | None


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A published version without its content being read: what a snapshot is made of."""

    kind: RecordKind
    id: str
    number: int
    text: bytes  # the content as canonical JSON
    at: dt.datetime  # UTC
    revision: int


@dataclass(frozen=True, slots=True)
class PublishedState:
    """What is published, or what of it moved since a revision, as of one moment."""

    revision: int
    seal: str  # of `revision`: tells this history from another one with the same number
    changed: list[PublishedRow]
    gone: list[str]
    redirects: dict[str, str]  # to the last of a chain


class StoreError(Exception):
    """The store did not do what was asked; the message says why and what to do."""


class Refused(StoreError):
    """The change itself cannot be stored. Nothing was written."""


class Unavailable(StoreError):
    """The database is gone, locked, read-only, damaged or of another version. Nothing was written."""


class Conflict(StoreError):
    """Somebody else wrote a version that the writer had not seen. Nothing was written."""

    def __init__(
        self, saw: int | None, latest: Version, changed: tuple[tuple[str, Any, Any], ...], others: int = 0
    ) -> None:
        """`changed` holds (member, old value, new value) since the version seen; None stands for absent."""
        self.id = latest.id
        self.saw = saw
        self.latest = latest
        self.changed = changed
        self.others = others  # further records of the same change set that conflict as well
        super().__init__(self._message())

    def _message(self) -> str:
        latest = self.latest
        name = latest.content.get("name") or latest.id
        seen = "you took it for new" if self.saw is None else f"you saw version {self.saw}"
        said = (
            f"{name} ({latest.kind} {latest.id}) was changed by the role {latest.by} on "
            f"{latest.at:%d.%m.%Y at %H:%M} UTC: {seen}, it is now version {latest.number} ({latest.state})."
        )
        for member, old, new in self.changed[:20]:
            said += f"\n  {member}: {_short(old)} -> {_short(new)}"
        if len(self.changed) > 20:
            said += f"\n  and {len(self.changed) - 20} more members"
        if self.others:
            said += f"\n{self.others} more of your changes meet newer versions too."
        return (
            said + "\nNothing was written. Look at the new version, then make your change again on top of it."
        )


def _short(value: Any) -> str:
    if value is None:
        return "(nothing)"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def changed_members(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    """The members that differ, by path (`phones[2].number`), with both values; parts are matched by id."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    paths = list(before) + [path for path in after if path not in before]
    return tuple(
        (path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)
    )


def _leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [
            leaf
            for key, held in value.items()
            for leaf in _leaves(held, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        return [
            leaf
            for index, one in enumerate(value)
            for leaf in _leaves(one, f"{path}[{one.get('id', index)}]")
        ]
    return [(path, value)]
