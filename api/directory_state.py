"""The directory of services as one process holds it: the generation in use, and the store behind it.

Nothing of it is opened when the server starts: the first request that needs it does, or a thread of its own
once the server is up. Answers go on from the last generation while the store is away.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from api.log import events
from api.problems import ProblemError
from api.state import State
from directory.store.address import sqlite_file
from directory.store.pulse import FilePulse, Pulse
from directory.store.records import StoreError

if TYPE_CHECKING:
    from api.oruk.catalogue import Catalogue
    from directory.listings.needs import Needs
    from directory.listings.published import Published
    from directory.search.finder import Finder
    from directory.search.generation import Generation
    from directory.search.live import Live
    from directory.search.reach import Geography
    from directory.search.text import TextIndex
    from directory.store.records import Version
    from directory.store.store import Store
    from geo.gazetteer import Gazetteer

NOTHING_BUILT = (
    "No directory has been built yet. Run: earlyhelp build, "
    "then: earlyhelp listing import FILE --commit --reason WHY --by ROLE."
)
_KEPT_BYTES = 32 << 20  # of answers, in one process
_LARGEST_KEPT = 1 << 19


class Current(NamedTuple):
    """What one request answers from: everything of the same revision."""

    generation: Generation
    published: Published
    finder: Finder
    catalogue: Catalogue
    needs: Needs
    geography: Geography
    words: TextIndex
    kept: Kept

    def of(self, generation: Generation, gazetteer: Gazetteer) -> bool:
        """Whether it is made from these."""
        return self.generation is generation and self.geography.gazetteer is gazetteer

    @property
    def revision(self) -> int:
        """The revision that all of it is of."""
        return self.published.revision

    @property
    def seal(self) -> str:
        """What an ETag is made from: it differs between any two generations."""
        return self.generation.folder.name


class Kept:
    """Answers of one generation by what was asked, the least used dropped first. None has a postcode."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[object, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, key: object, make: Callable[[], bytes]) -> bytes:
        """The answer for `key`, made at the first request for it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        body = make()
        if len(body) <= _LARGEST_KEPT:
            with self._lock:
                if key not in self._held:
                    self._held[key] = body
                    self._bytes += len(body)
                while self._bytes > _KEPT_BYTES:
                    self._bytes -= len(self._held.popitem(last=False)[1])
        return body


class DirectoryState:
    """The directory over the state of the process. Safe to share between threads."""

    def __init__(self, state: State, url: str | None = None) -> None:
        """`url` is the database's; None is the one that `EARLYHELP_DATABASE_URL` names, or `directory.db`."""
        self.state = state
        given = url or os.environ.get("EARLYHELP_DATABASE_URL")
        self.url = given or f"sqlite:///{(state.var / 'directory.db').absolute()}"
        self._opening = threading.Lock()
        self._live: Live | None = None
        self._store: Store | None = None
        self._pulse: Pulse | None = None
        self._current: Current | None = None
        self._troubled: dt.datetime | None = None
        self._data_problem: str | None = None

    def current(self) -> Current:
        """What to answer one request from. Raises `ProblemError` while there is nothing to answer from."""
        if self._live is None and not self._something_built():  # nor is the search loaded to find that out
            raise ProblemError("no_directory", NOTHING_BUILT)
        from directory.search.live import NotReady

        try:
            generation = self.live().current()
        except NotReady as error:
            raise ProblemError("no_directory", f"{NOTHING_BUILT} ({error})") from None
        gazetteer = self.state.current().gazetteer
        held = self._current
        if held is None or not held.of(generation, gazetteer):
            with self._opening:
                held = self._current
                if held is None or not held.of(generation, gazetteer):
                    held = self._current = self._joined(generation)
        return held

    def _joined(self, generation: Generation) -> Current:
        """As `_join`. A data file that a steward broke leaves what was in use, if there was something."""
        from directory.listings.needs import NeedsError
        from directory.search.synonyms import SynonymsError

        try:
            joined = self._join(generation)
        except (NeedsError, SynonymsError) as error:
            self._data_problem = f"A data file of the search cannot be used: {error}"
            if self._current is None:
                raise ProblemError("no_directory", self._data_problem) from None
            return self._current
        self._data_problem = None
        return joined

    def _join(self, generation: Generation) -> Current:
        from api.oruk.catalogue import Catalogue
        from directory.listings.needs import load_needs
        from directory.search.finder import Finder, text_index

        state, before = self.state, self._current
        gazetteer = state.current().gazetteer
        needs = load_needs(state.data, state.var)
        words = text_index(self.url, generation)
        finder = Finder(generation, gazetteer, state.data, state.var, call=self._call, index=words)
        finder.warm()
        catalogue = Catalogue(generation.published, needs, before.catalogue if before else None)
        published = generation.published
        events.info("revision", revision=published.revision, services=len(published.ids("service")))
        return Current(generation, published, finder, catalogue, needs, finder.geography, words, Kept())

    def _index_problem(self) -> str | None:
        """What keeps PostgreSQL's own full text from answering, where that is to answer."""
        if not self.url.startswith("postgres"):
            return None
        from directory.search.postgres import Preferring

        held = self._current
        words = held.words if held is not None else None
        return words.problem if isinstance(words, Preferring) else None

    def _call(self, at: dt.datetime, authority: str) -> dict[str, Any] | None:
        """Whom to call at a moment, for a search that finds nothing for a home in the city or elsewhere."""
        from directory.searching import call_words

        return call_words(self.state.current().routing.frame(at), authority)

    def live(self) -> Live:
        """The watcher of generations, opened at the first call."""
        if self._live is None:
            with self._opening:
                if self._live is None:
                    from directory.search.live import Live

                    self._live = Live(self.state.data, self.state.var, self.url)
        return self._live

    def warm(self) -> None:
        """Open what there is in a thread of its own, so that the first search need not wait for it."""

        def open_it() -> None:
            try:
                self.current()
            except ProblemError:  # nothing has been built: the first request says so
                return

        threading.Thread(target=open_it, name="directory", daemon=True).start()

    def close(self) -> None:
        """Stop looking for newer generations, and give the store's connections back."""
        with self._opening:
            if self._live is not None:
                self._live.close()
            if self._store is not None:
                self._store.close()
            self._live = self._store = self._pulse = self._current = None

    def store(self) -> Store:
        """The store itself, for what only it knows. Raises `ProblemError` while it is away."""
        with self.telling():
            if self._store is None:
                from directory.store.store import Store

                opened = Store.open(self.url, create=False)
                with self._opening:
                    if self._store is None:
                        self._store = opened
            return self._store

    def pulse(self) -> Pulse:
        """What tells the store's revision. Raises `ProblemError` while it is away."""
        file = sqlite_file(self.url)
        if file is None:
            return self.store()
        if self._pulse is None:
            with self.telling():
                self._pulse = FilePulse(file)
        return self._pulse

    def withdrawn(self, number: str) -> Version | None:
        """The last published version of a record that is not published now; None for any other, and while
        the store is away."""
        try:
            store = self.store()
            with self.telling():
                if store.published(number) is not None:
                    return None
                history = [one for one in store.history(number) if one.state == "published"]
                return max(history, key=lambda one: one.number, default=None)
        except ProblemError:
            return None

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell a store that is away as a problem."""
        try:
            yield
        except StoreError as error:
            raise ProblemError("store_away", f"{error} Searches and listings go on meanwhile.") from None

    def health(self) -> dict[str, Any]:
        """status, revision, since when, and reasons in words.

        ok; degraded: it goes on from what it has; none: nothing has been built; down: it cannot answer."""
        reasons = []
        revision: int | None = None
        try:
            revision = self.current().revision
        except ProblemError as error:
            reasons.append(str(error))
            status = "down" if self._something_built() else "none"
            return {"status": status, "revision": None, "since": self._since(reasons), "reasons": reasons}
        problem = self.live().problem
        reasons += [one for one in (problem, self._data_problem, self._index_problem()) if one]
        try:
            reasons += self._store_reasons(revision)
        except ProblemError as error:
            if not problem:
                reasons.append(str(error))
        return {
            "status": "degraded" if reasons else "ok",
            "revision": revision,
            "since": self._since(reasons),
            "reasons": reasons,
        }

    def _something_built(self) -> bool:
        """Whether there is a database or an index at all, be they as they may."""
        file, var = sqlite_file(self.url), self.state.var
        return file is None or any(one.exists() for one in (file, var / "directory.db", var / "search"))

    def _store_reasons(self, revision: int) -> list[str]:
        pulse = self.pulse()
        with self.telling():
            newest = pulse.revision()
        reasons = []
        if newest > revision:
            reasons.append(f"The store is at revision {newest}; answers are still of revision {revision}.")
        path = pulse.file
        if path is not None and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            reasons.append(f"{path} cannot be written: listings cannot be changed until it can.")
        if path is None and self._only_read(self.store()):
            reasons.append(
                "The database only lets itself be read: listings cannot be changed until it does not."
            )
        return reasons

    def _only_read(self, store: Store) -> bool:
        """Whether a PostgreSQL is a standby, or refuses writes for another reason."""
        from directory.store.engine import reading

        asked = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
        with self.telling(), reading(store.engine, store.place) as connection:
            return bool(connection.exec_driver_sql(asked).scalar())

    def _since(self, reasons: list[str]) -> str | None:
        """Since when something has been wrong, as this process noticed it."""
        if not reasons:
            self._troubled = None
            return None
        if self._troubled is None:
            self._troubled = dt.datetime.now(dt.UTC)
        return self._troubled.isoformat(timespec="seconds")
