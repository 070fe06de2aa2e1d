"""A generation: everything a search reads, of one revision, made aside and swapped in whole.

Its folder holds the snapshot of what is published, the index of words, and the columns that filters read. It
is derived: what is missing, damaged, of another version or made from other synonyms is made again from the
store. Little changes are made on top of the generation before (see docs/adr/0008).
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from directory.listings.published import Published, SnapshotError, build_published
from directory.search.columns import Columns
from directory.search.documents import Analysis, documents
from directory.search.folders import (
    GenerationDamaged,
    GenerationMissing,
    being_made,
    making_lock,
    pointed_at,
    put_in_place,
    read_manifest,
)
from directory.search.index import IndexDamaged, WhooshIndex, index_facts
from directory.search.text import TextIndex
from geo.sections import SectionsError

if TYPE_CHECKING:
    from directory.store.store import Store

Progress = Callable[[int, int], None]

PUBLISHED = "published.bin"
WORDS = "words"
COLUMNS = "columns.bin"

_SMALL_SHARE = 0.1  # of all listings: what may change, or lie dead in the index, before all is made anew
_ALWAYS_SMALL = 20  # listings
_MADE_BY = (  # what of the code decides how a generation comes out
    "search/columns.py",
    "search/documents.py",
    "search/folders.py",
    "search/impact.py",
    "search/index.py",
    "search/postgres.py",
    "search/postings.py",
    "search/synonyms.py",
    "search/text.py",
    "search/words.py",
    "listings/needs.py",
    "listings/published.py",
)


@dataclass(frozen=True)
class Generation:
    """An open generation. It never changes; whoever has it may go on with it after a newer one came."""

    folder: Path
    revision: int
    seal: str
    inputs: str
    published: Published
    index: TextIndex
    columns: Columns

    @classmethod
    def open(cls, folder: Path) -> Generation:
        """The generation in `folder`, every file checked. Raises `GenerationDamaged`."""
        manifest = read_manifest(folder)
        try:
            published = Published.open(folder / PUBLISHED)
            index = WhooshIndex.open(folder / WORDS)
            columns = Columns.open(folder / COLUMNS)
        except (IndexDamaged, SnapshotError, SectionsError, OSError) as error:
            raise GenerationDamaged(str(error)) from None
        if published.revision != manifest.revision or list(index.ids) != columns.ids:
            raise GenerationDamaged(f"{folder}: its parts are not of one revision")
        return cls(folder, manifest.revision, manifest.store, manifest.inputs, published, index, columns)


def open_current(var: Path) -> Generation:
    """The generation in use. Raises `GenerationMissing` or `GenerationDamaged`."""
    while True:
        folder = pointed_at(var)
        try:
            return Generation.open(folder)
        except GenerationDamaged:
            if pointed_at(var) == folder:  # else it was swapped and removed while it was being opened
                raise


def fingerprint(data: Path, var: Path) -> str:
    """What a generation depends on besides the store: synonyms, stop words, needs, our way of reading."""
    digest = hashlib.sha256()
    code = Path(__file__).parent.parent
    for path in (code / name for name in _MADE_BY):
        digest.update(path.read_bytes())
    for folder in (data / "search", var / "search"):
        for path in sorted(folder.glob("*.csv")):
            digest.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def bring_up_to_date(store: Store, data: Path, var: Path, progress: Progress | None = None) -> Path:
    """Make a generation of the store's revision unless there is one, and swap it in. Gives its folder.

    One process makes at a time; another waits and then finds it done. Raises what the store raises when it
    is away, `SynonymsError` or `NeedsError` for data that cannot be read, `OSError` for a full disk: the
    generation in use then stays in use.
    """
    with making_lock(var):
        inputs = fingerprint(data, var)
        before = _usable(var, store, inputs)
        if before is not None and before.revision == store.revision():
            if store.dialect == "postgresql":
                _in_postgresql(store, before.published, inputs, data, var)
            return before.folder
        with being_made(var) as made:
            previous = before.folder / PUBLISHED if before is not None else None
            published = build_published(store, made / PUBLISHED, previous=previous)
            analysis = Analysis.load(data, var)
            if before is None or not _grown_in(made, store, before, published, analysis):
                _anew(made, published, analysis, progress)
            folder = put_in_place(var, made, published.revision, published.seal, inputs)
            if store.dialect == "postgresql":
                _in_postgresql(store, published, inputs, data, var, before)
            return folder


def _in_postgresql(
    store: Store, published: Published, inputs: str, data: Path, var: Path, before: Generation | None = None
) -> None:
    """Bring the database's own full text to the same revision; where it is away, files go on answering."""
    from directory.search.postgres import keep_current
    from directory.store.records import StoreError

    changed = _affected(store, before.published, published) if before is not None else None
    since = before.revision if before is not None else None
    with contextlib.suppress(StoreError):
        keep_current(store.url, published, data, var, inputs, changed=changed, since=since)


def _usable(var: Path, store: Store, inputs: str) -> Generation | None:
    """The generation in use, if it can be read, was made the same way, and is of this store's history."""
    try:
        found = open_current(var)
    except (GenerationMissing, GenerationDamaged):
        return None
    same = found.inputs == inputs and found.seal == store.seal(found.revision)
    return found if same and found.revision <= store.revision() else None


def _anew(made: Path, published: Published, analysis: Analysis, progress: Progress | None) -> None:
    ids = sorted(published.ids("service"))
    steps = _Steps(progress, 2 * len(ids))
    WhooshIndex.build(made / WORDS, documents(published, ids, analysis), steps.first, len(ids))
    indexed, _ = index_facts(made / WORDS)
    columns = Columns.build(published, indexed, stop=analysis.stop, progress=steps.second)
    columns.write(made / COLUMNS)
    steps.done()


def _grown_in(made: Path, store: Store, before: Generation, published: Published, analysis: Analysis) -> bool:
    """As `_grown`; where anything at all goes wrong with it, nothing is made."""
    try:
        return _grown(made, store, before, published, analysis)
    except Exception:  # whatever was wrong with the one before, making all anew does not depend on it
        shutil.rmtree(made / WORDS, ignore_errors=True)
        return False


def _grown(made: Path, store: Store, before: Generation, published: Published, analysis: Analysis) -> bool:
    """Make what differs on top of the generation before; false, and nothing made, where too much differs."""
    affected = _affected(store, before.published, published)
    ids, dead = index_facts(before.folder / WORDS)
    if affected is None or len(affected) + dead > max(_ALWAYS_SMALL, _SMALL_SHARE * len(ids)):
        return False
    changed = list(documents(published, sorted(affected), analysis))
    gone = affected - {document.id for document in changed}
    WhooshIndex.update(before.folder / WORDS, made / WORDS, changed, sorted(gone))
    ids, _ = index_facts(made / WORDS)
    columns = Columns.build(
        published, ids, stop=analysis.stop, previous=before.columns, changed=affected, was=before.published
    )
    columns.write(made / COLUMNS)
    return True


def _affected(store: Store, old: Published, new: Published) -> set[str] | None:
    """The services of which anything moved between two snapshots: their own record, organisation or places.

    What the store moved since may go beyond `new`; a service too many does no harm. None where the
    store's history is another one.
    """
    moved = store.published_state(old.revision, old.seal)
    if moved is None:
        return None
    affected: set[str] = set()
    for one in [*moved.gone, *(row.id for row in moved.changed)]:
        for snapshot in (old, new):
            kind = snapshot.kind(one)
            if kind == "service":
                affected.add(one)
            elif kind == "organization":
                affected.update(snapshot.services_of(one))
            elif kind == "location":
                affected.update(snapshot.services_at(one))
    return affected


class _Steps:
    """One progress of two passes over the listings."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._tell, self._total = progress, total

    def first(self, done: int, _: int) -> None:
        self._say(done)

    def second(self, done: int, _: int) -> None:
        self._say(self._total // 2 + done)

    def done(self) -> None:
        self._say(self._total)

    def _say(self, done: int) -> None:
        if self._tell is not None:
            self._tell(done, self._total)
