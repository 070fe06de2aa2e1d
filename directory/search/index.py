"""The index of words in whoosh's files: built, brought up to date beside the old one, opened, and matched.

Whoosh keeps the files; what is read from them is scored here (see docs/adr/0008). An open index never
changes: a newer one lies in another folder and is opened as another `WhooshIndex`, so that a
document withdrawn since cannot be found in it. Nothing here is a source of truth: what is damaged is thrown
away and built again.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from directory.search.impact import impacts, rarity
from directory.search.postings import FIELD, codec, places_list, posting_list, schema, segments_of
from directory.search.text import MOST_GROUPS, NO_HITS, Document, Group, Hits

Progress = Callable[[int, int], None]
Posting = tuple[NDArray[np.intp], NDArray[np.float32]]

WRITER_TIMEOUT = 30.0
"""Seconds a second writer waits for the first. Whoosh's own default is to fail at once."""

MOST_SEGMENTS = 8
_FACTS = "facts.json"
_FORM = 1
_KEPT_BYTES = 64 << 20
_PLACE_BITS = 20
_TELL_EVERY = 100


class IndexDamaged(Exception):
    """The index cannot be read; the message says why. It has to be built again."""


class WhooshIndex:
    """An open index: a `TextIndex`, safe to use from several threads at once."""

    def __init__(self, folder: Path, facts: dict[str, Any], reader: Any) -> None:
        self._folder = folder
        self._reader = reader
        self._segments = segments_of(reader)
        self._ids: tuple[str, ...] = tuple(facts["ids"])
        self._vocabulary: list[tuple[str, int]] = list(zip(facts["tokens"], facts["counts"], strict=True))
        self._holding: dict[str, int] = dict(self._vocabulary)
        self._places_of = np.full(reader.doc_count_all(), -1, np.intp)
        self._places_of[np.array(facts["numbers"], np.intp)] = np.arange(len(self._ids))
        self._reading = threading.Lock()
        self._kept: dict[str, Posting] = {}
        self._kept_places: dict[str, NDArray[np.int64]] = {}
        self._kept_bytes = 0
        self._mine = threading.local()

    @classmethod
    def build(
        cls, folder: Path, documents: Iterable[Document], progress: Progress | None = None, total: int = 0
    ) -> None:
        """Write an index of `documents` into `folder`, which is made and must be empty.

        `progress(done, total)` is told now and then. Raises `ValueError` for an id that comes twice,
        `OSError` for a full disk.
        """
        folder.mkdir(parents=True, exist_ok=True)
        index = FileIndex.create(FileStorage(str(folder)), schema())
        writer = _writer(index)
        ids: list[str] = []
        counts: Counter[str] = Counter()
        try:
            for document in documents:
                counts.update(_add(writer, document))
                ids.append(document.id)
                if progress is not None and len(ids) % _TELL_EVERY == 0:
                    progress(len(ids), max(total, len(ids)))
            if len(set(ids)) != len(ids):
                raise ValueError("an id came twice; each document has an id of its own")
        except BaseException:
            writer.cancel()
            raise
        writer.commit(merge=False)
        if progress is not None:
            progress(len(ids), len(ids))
        _write_facts(folder, dict(zip(ids, range(len(ids)), strict=True)), counts)

    @classmethod
    def update(cls, old: Path, new: Path, changed: Sequence[Document], gone: Sequence[str]) -> None:
        """Write into `new` what `old` holds, with `changed` in their new form or added, and without `gone`.

        `old` stays as it is and in use: its segments, which never change, are linked. Raises
        `IndexDamaged` when `old` cannot be read.
        """
        facts = _read_facts(old)
        new.mkdir(parents=True, exist_ok=True)
        for path in old.iterdir():
            if path.suffix in (".seg", ".toc"):
                _link(path, new / path.name)
        numbers: dict[str, int] = dict(zip(facts["ids"], facts["numbers"], strict=True))
        counts = Counter(dict(zip(facts["tokens"], facts["counts"], strict=True)))
        index = FileIndex(FileStorage(str(new)))
        reader = index.reader()
        writer = _writer(index)
        for identity in dict.fromkeys([*gone, *(document.id for document in changed)]):
            number = numbers.pop(identity, None)
            if number is not None:
                counts.subtract(reader.stored_fields(number)["tokens"])
                writer.delete_document(number)
        base = reader.doc_count_all()
        reader.close()
        for place, document in enumerate(changed):
            counts.update(_add(writer, document))
            numbers[document.id] = base + place
        if len(writer.segments) < MOST_SEGMENTS:
            writer.commit(merge=False)
        else:
            writer.commit(mergetype=_merge_all_but_the_largest)
            numbers = _numbers_read_anew(new)
        _write_facts(new, numbers, +counts)

    @classmethod
    def open(cls, folder: Path) -> WhooshIndex:
        """The index in `folder`. Raises `IndexDamaged` when it is missing or cannot be read."""
        facts = _read_facts(folder)
        try:
            reader = FileIndex(FileStorage(str(folder), readonly=True)).reader()
            return cls(folder, facts, reader)
        except MemoryError:
            raise
        except Exception as error:  # whoosh unpickles: damage may come out as any error at all
            raise IndexDamaged(f"{folder} cannot be read: {type(error).__name__}: {error}") from error

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the documents, ascending; the place of an id is the document's number."""
        return self._ids

    def vocabulary(self) -> Sequence[tuple[str, int]]:
        """Every token that occurs, in order, with the number of documents that hold it."""
        return self._vocabulary

    def close(self) -> None:
        """Let go of the files. Must not be called while another thread matches."""
        if not self._reader.is_closed:
            self._reader.close()

    def match(self, groups: Sequence[Group]) -> Hits:
        """See `TextIndex.match`. Raises `ValueError` for more than `MOST_GROUPS` groups."""
        if len(groups) > MOST_GROUPS:
            raise ValueError(f"{len(groups)} groups were asked for; at most {MOST_GROUPS} can be told apart")
        if not groups or not self._ids:
            return NO_HITS
        scores, bits, best = self._workspace()
        demanded = 0
        for place, group in enumerate(groups):
            if group.required:
                demanded |= 1 << place
            found = self._phrase(group) if group.phrase else self._alternatives(group, best)
            if found is not None:
                numbers, values = found
                scores[numbers] += values
                bits[numbers] |= np.uint64(1 << place)
        numbers = np.flatnonzero(bits)
        matched = bits[numbers]
        bits[numbers] = 0
        totals = scores[numbers]
        scores[numbers] = 0
        if demanded:
            mask = np.uint64(demanded)
            whole = (matched & mask) == mask
            numbers, totals, matched = numbers[whole], totals[whole], matched[whole]
        return Hits(numbers.astype(np.int32), totals, matched)

    def _workspace(self) -> tuple[NDArray[np.float32], NDArray[np.uint64], NDArray[np.float32]]:
        """This thread's own arrays, all zero: scores, bits, and the best of a group's alternatives."""
        mine = self._mine
        if not hasattr(mine, "arrays"):
            size = len(self._ids)
            mine.arrays = (np.zeros(size, np.float32), np.zeros(size, np.uint64), np.zeros(size, np.float32))
        arrays: tuple[NDArray[np.float32], NDArray[np.uint64], NDArray[np.float32]] = mine.arrays
        return arrays

    def _alternatives(self, group: Group, best: NDArray[np.float32]) -> Posting | None:
        """The documents with any of a group's tokens, and the best each token brings there."""
        lists = [
            (posting, weight)
            for token, weight in group.tokens
            if weight > 0 and (posting := self._posting(token)) is not None
        ]
        if not lists:
            return None
        if len(lists) == 1:
            (numbers, values), weight = lists[0]
            return numbers, values if weight == 1 else values * np.float32(weight)
        for (numbers, values), weight in lists:
            best[numbers] = np.maximum(best[numbers], values if weight == 1 else values * np.float32(weight))
        numbers = np.flatnonzero(best)
        values = best[numbers]
        best[numbers] = 0
        return numbers, values

    def _phrase(self, group: Group) -> Posting | None:
        """The documents where the tokens stand side by side, and what the tokens bring there together."""
        side_by_side: NDArray[np.int64] | None = None
        for place, (token, _) in enumerate(group.tokens):
            found = self._standing(token)
            if found is None:
                return None
            found = found - place
            side_by_side = (
                found if side_by_side is None else np.intersect1d(side_by_side, found, assume_unique=True)
            )
        if side_by_side is None or not len(side_by_side):
            return None
        there = np.zeros(len(self._ids), bool)
        there[side_by_side >> _PLACE_BITS] = True
        numbers = np.flatnonzero(there)
        values = np.zeros(len(numbers), np.float32)
        for token, weight in group.tokens:
            posting = self._posting(token)
            if posting is not None:
                all_numbers, all_values = posting
                dense = np.zeros(len(self._ids), np.float32)
                dense[all_numbers] = all_values
                values += dense[numbers] * np.float32(weight)
        return numbers, values

    def _posting(self, token: str) -> Posting | None:
        """The documents that hold a token and what it brings to each; read from the files once, then kept."""
        kept = self._kept.get(token)
        if kept is not None:
            return kept
        holding = self._holding.get(token)
        if holding is None:
            return None
        with self._reading:
            raw, weights = posting_list(self._segments, token)
            numbers = self._places_of[raw]
            alive = numbers >= 0
            if not alive.all():
                numbers, weights = numbers[alive], weights[alive]
            found = numbers, weights * np.float32(rarity(len(self._ids), holding))
            self._make_room(found[0].nbytes + found[1].nbytes)
            self._kept[token] = found
        return found

    def _standing(self, token: str) -> NDArray[np.int64] | None:
        """Where a token stands: document number and place in one number each."""
        kept = self._kept_places.get(token)
        if kept is not None:
            return kept
        if token not in self._holding:
            return None
        with self._reading:
            raw, places = places_list(self._segments, token)
            numbers = self._places_of[raw]
            alive = numbers >= 0
            found = (numbers[alive].astype(np.int64) << _PLACE_BITS) + places[alive]
            self._make_room(found.nbytes)
            self._kept_places[token] = found
        return found

    def _make_room(self, size: int) -> None:
        """Count `size` more bytes kept; start afresh when that is too many."""
        if self._kept_bytes + size > _KEPT_BYTES:
            self._kept, self._kept_places, self._kept_bytes = {}, {}, 0
        self._kept_bytes += size


def index_facts(folder: Path) -> tuple[list[str], int]:
    """The ids of the documents in the index in `folder`, and how many dead ones it carries along.

    Raises `IndexDamaged`.
    """
    facts = _read_facts(folder)
    return list(facts["ids"]), int(facts["dead"])


def _writer(index: Any) -> Any:
    return index.writer(timeout=WRITER_TIMEOUT, limitmb=256, codec=codec())


def _add(writer: Any, document: Document) -> list[str]:
    weighed = impacts(document.fields)
    tokens = list(weighed)
    writer.add_document(**{FIELD: weighed, "id": document.id, "tokens": tokens})
    return tokens


def _merge_all_but_the_largest(writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh's form of a merge policy: what is small becomes one segment, the largest stays as it is."""
    from whoosh.reading import SegmentReader

    largest = max(segments, key=lambda segment: segment.doc_count_all())
    for segment in segments:
        if segment is not largest:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return [largest]


def _numbers_read_anew(folder: Path) -> dict[str, int]:
    reader = FileIndex(FileStorage(str(folder), readonly=True)).reader()
    try:
        return {stored["id"]: number for number, stored in reader.iter_docs()}
    finally:
        reader.close()


def _write_facts(folder: Path, numbers: dict[str, int], counts: Counter[str]) -> None:
    index = FileIndex(FileStorage(str(folder), readonly=True))
    ids = sorted(numbers)
    tokens = sorted(counts)
    facts = {
        "form": _FORM,
        "ids": ids,
        "numbers": [numbers[identity] for identity in ids],
        "dead": index.doc_count_all() - len(ids),
        "tokens": tokens,
        "counts": [counts[token] for token in tokens],
    }
    (folder / _FACTS).write_text(json.dumps(facts, separators=(",", ":")), encoding="utf-8")


def _read_facts(folder: Path) -> dict[str, Any]:
    try:
        facts = json.loads((folder / _FACTS).read_bytes())
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{folder / _FACTS} cannot be read: {error}") from None
    if not isinstance(facts, dict) or facts.get("form") != _FORM:
        raise IndexDamaged(f"{folder / _FACTS} is of another version")
    return facts


def _link(old: Path, new: Path) -> None:
    """The same file under another name, or a copy where the system cannot do that."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)
