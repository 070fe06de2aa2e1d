"""What an import would do, and doing it: new, changed, unchanged, retired; all or nothing.

A plan is made without changing anything. It is refused as a whole where the feed has faults, is suddenly
tiny, or says nothing. What a steward changed by hand since the last import is kept and reported, unless the
feed's is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from directory.listings.checking import check
from directory.listings.difference import Difference, differences
from directory.listings.imported import Imported, last_imported
from directory.listings.known import Known
from directory.listings.needs import Needs
from directory.listings.overlay import overlaid
from directory.listings.reading.feed import Candidate, Feed
from directory.listings.references import faulty_with_followers, resolve
from directory.listings.template import Column
from directory.store.projection import settle
from directory.store.records import Change, Origin, Refused, State, Version, Written
from directory.store.standard import RECORD_KINDS, Content, RecordKind
from directory.store.store import Store

What = Literal["new", "changed", "unchanged", "retire", "kept", "skipped"]
WHATS: tuple[What, ...] = ("new", "changed", "unchanged", "retire", "kept", "skipped")
MOST_GONE = 0.2  # of the records of a source that may go in one import without being asked for


@dataclass(frozen=True, slots=True)
class Entry:
    """What an import does with one record. `why` says why it is kept as it is or skipped."""

    what: What
    kind: RecordKind
    id: str
    name: str
    place: str
    differences: tuple[Difference, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an import is to go about it."""

    state: State = "published"
    allow_shrink: bool = False
    skip_faulty: bool = False
    overwrite: bool = False
    partial: bool = False  # the feed holds some records only: none is retired for being missing


@dataclass(slots=True)
class Plan:
    """What an import would do. It may only be carried out where `refused` is empty."""

    source: str
    feed: Feed
    entries: list[Entry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def counts(self) -> dict[What, int]:
        """How many records of each kind of entry there are."""
        counted = Counter(entry.what for entry in self.entries)
        return {what: counted[what] for what in WHATS}


def plan(
    feed: Feed,
    store: Store | None,
    source: str,
    *,
    needs: Needs | None = None,
    known: Known | None = None,
    columns: tuple[Column, ...] = (),
    wishes: Wishes | None = None,
    now: dt.datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """What importing `feed` as `source` would do. Adds what the check finds to the feed's findings.

    Without a store everything is new: that is how a feed is validated where no store is.
    """
    here = {one.id: one for one in store.latest_all()} if store is not None else {}
    imported = last_imported(store) if store is not None else {}
    if feed.sheet is not None:
        overlaid(feed, here, columns)
    _checked(feed, here, needs, known or Known(), progress)
    wishes = wishes or Wishes()
    made = Plan(source, feed)
    made.refused += _refusals(feed, wishes)
    maker = _Maker(made, store, here, imported, wishes, now or dt.datetime.now(dt.UTC))
    maker.candidates(faulty_with_followers(feed, here))
    maker.missing()
    return made


def commit(
    made: Plan, store: Store, by: str, reason: str, progress: Callable[[int, int], None] | None = None
) -> Written:
    """Carry out a plan as one revision, or nothing. Raises `StoreError`; `Refused` where the plan is."""
    if made.refused:
        raise Refused(" ".join(made.refused))
    return store.write(made.changes, by=by, reason=reason, progress=progress)


def _checked(
    feed: Feed,
    here: Mapping[str, Version],
    needs: Needs | None,
    known: Known,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Check every candidate and bring it into canonical form."""
    resolve(feed, here, needs)
    for done, one in enumerate(feed.candidates, 1):
        feed.findings.extend(check(one.kind, one.content, known, one.where))
        if one.id not in feed.findings.faulty:
            try:
                one.content = settle(one.kind, one.content)
            except Refused as error:
                feed.findings.add(
                    "fault", "type", one.place, str(error), "Correct it in the feed.", record=one.id
                )
        if progress:
            progress(done, len(feed.candidates))


def _refusals(feed: Feed, wishes: Wishes) -> Iterator[str]:
    faults = feed.findings.total("fault")
    if not feed.candidates:
        yield f"{feed.where} holds no record that could be read. Nothing is changed by an empty feed."
    elif faults and not wishes.skip_faulty:
        yield (
            f"{feed.where} has {faults:,} {'fault' if faults == 1 else 'faults'}. Mend them, or add "
            "--skip-faulty to leave those records as they are."
        )


class _Maker:
    """Fills a plan."""

    def __init__(
        self,
        made: Plan,
        store: Store | None,
        here: Mapping[str, Version],
        imported: Mapping[str, Imported],
        wishes: Wishes,
        now: dt.datetime,
    ) -> None:
        self.made, self.store, self.here, self.imported = made, store, here, imported
        self.wishes, self.now = wishes, now

    def candidates(self, skipped: Mapping[str, str]) -> None:
        """What becomes of each record of the feed."""
        for one in self.made.feed.candidates:
            if one.id in skipped:
                self._enter("skipped", one.kind, one.id, one.content, one.place, why=skipped[one.id])
            else:
                self._candidate(one)

    def _candidate(self, one: Candidate) -> None:
        before = self.here.get(one.id)
        if before is None:
            self._change("new", one, None, differences(one.kind, None, one.content))
            return
        if before.kind != one.kind:
            self._enter(
                "kept", one.kind, one.id, one.content, one.place, why=f"a {before.kind} has this id already."
            )
            return
        changed = differences(one.kind, before.content, one.content)
        same = not changed and before.state in (self.wishes.state, "published")
        if same:
            self._enter("unchanged", one.kind, one.id, one.content, one.place)
        elif why := self._clash(one, before):
            self._enter("kept", one.kind, one.id, before.content, one.place, changed, why)
        else:
            if before.state != self.wishes.state:
                changed = (Difference("(state)", before.state, self.wishes.state), *changed)
            self._change("changed", one, before, changed)

    def _clash(self, one: Candidate, before: Version) -> str:
        """Why a record is left to those who changed it; "" where the import may change it."""
        if before.redirect_to:
            return f"merged into {before.redirect_to} on {before.at:%d.%m.%Y}."
        last = self.imported.get(one.id)
        if self.wishes.overwrite:
            return ""
        if last is None:
            return f"made here by the role {before.by}, not by an import. --overwrite takes the feed's."
        if last.source != self.made.source:
            return f"belongs to the source {last.source}. --overwrite takes it over."
        if before.number == last.number or self.store is None:
            return ""
        then = self.store.version(one.id, last.number)
        if then is not None and then.content == one.content and then.state != "retired":
            return f"edited here on {before.at:%d.%m.%Y}; the feed has not changed since the last import."
        return (
            f"edited here by the role {before.by} on {before.at:%d.%m.%Y}, and changed in the feed too. "
            "--overwrite takes the feed's."
        )

    def _change(
        self, what: What, one: Candidate, before: Version | None, changed: tuple[Difference, ...]
    ) -> None:
        origin = Origin(self.made.source, one.foreign_id, self.now, self.made.feed.format, one.raw)
        base = before.number if before is not None else None
        self.made.changes.append(Change(one.kind, one.id, self.wishes.state, one.content, origin, base))
        self._enter(what, one.kind, one.id, one.content, one.place, changed)

    def missing(self) -> None:
        """Records of the source that the feed has no more are retired, within limits."""
        if self.store is None or self.wishes.partial:
            return
        feed = self.made.feed
        named = {one.id for one in feed.candidates} | feed.findings.faulty
        nameless = any(one.severity == "fault" and not one.record for one in feed.findings.kept)
        active = self.store.of_source(self.made.source)
        gone = [one for one in active if one.kind in feed.covers and one.id not in named]
        if gone and nameless:
            self._keep_all(gone, "the feed has entries that could not be told; this may be one of them.")
            return
        for one in gone:
            last = self.imported[one.id]
            if one.number != last.number and not self.wishes.overwrite:
                self._keep_all(
                    [one], "missing from the feed, but edited here. Retire it by hand if it is gone."
                )
                continue
            self._enter("retire", one.kind, one.id, one.content, "")
            kept = self.store.origin(one.id)
            origin = replace(kept, retrieved=self.now) if kept is not None else None
            self.made.changes.append(Change(one.kind, one.id, "retired", one.content, origin, one.number))
        self._shrinking(active)

    def _keep_all(self, versions: list[Version], why: str) -> None:
        for one in versions:
            self._enter("kept", one.kind, one.id, one.content, "", why=why)

    def _shrinking(self, active: list[Version]) -> None:
        for kind in RECORD_KINDS:
            had = sum(one.kind == kind for one in active)
            going = sum(entry.what == "retire" and entry.kind == kind for entry in self.made.entries)
            if had and going / had > MOST_GONE and not self.wishes.allow_shrink:
                word = {"organization": "organisation", "location": "place"}.get(kind, kind)
                self.made.refused.append(
                    f"{going:,} of {had:,} records of the kind {word} would go, more than {MOST_GONE:.0%}. "
                    "Is the feed whole? --allow-shrink lets them go."
                )

    def _enter(
        self, what: What, kind: RecordKind, number: str, content: Content, place: str,
        changed: tuple[Difference, ...] = (), why: str = "",
    ) -> None:  # fmt: skip
        self.made.entries.append(Entry(what, kind, number, name_of(content), place, changed, why))


def name_of(content: Mapping[str, Any]) -> str:
    """What a person knows a record by."""
    name = content.get("name")
    if isinstance(name, str) and name:
        return name
    addresses = content.get("addresses")
    if isinstance(addresses, list) and addresses and isinstance(addresses[0], Mapping):
        return str(addresses[0].get("address_1", "")) or "(no name)"
    return "(no name)"
