"""The generation a running process answers from: always the newest whole one, looked for in the background.

An answer costs one read of an attribute. A thread of its own looks five times a second whether the pointer on
disk has moved, and is told when the store has a newer revision; then it brings the index up to date (one
process does, the others wait for it) and opens what is new. Where the store is gone or something cannot be
read, the last good generation goes on answering and `problem` says what is the matter.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from directory.search.folders import GenerationDamaged, GenerationMissing, pointer_mark, wait_for_maker
from directory.search.generation import Generation, bring_up_to_date, fingerprint, open_current
from directory.store.address import database_url, sqlite_file
from directory.store.pulse import FilePulse, Pulse
from geo.home import var_dir

if TYPE_CHECKING:
    from directory.store.store import Store

LOOK_EVERY = 0.2
"""Seconds between two looks at the pointer."""

_LISTEN_FOR = 2.0
_TRY_AGAIN_AFTER = 2.0
_LOOK_AT_DATA_EVERY = 5.0


class NotReady(Exception):
    """There is nothing to answer from: no index yet, and no store to make one from. The message says more."""


class Live:
    """The current generation of one process; safe for any number of threads."""

    def __init__(self, data: Path, var: Path, url: str | None = None) -> None:
        """`data` and `var` are the folders of the data files and of what is built; `url` names the store.

        Nothing is opened until `current` is asked for the first time.
        """
        self._data, self._var, self._url = data, var, url
        self._generation: Generation | None = None
        self._store: Store | None = None
        self._pulse: Pulse | None = None
        self._first = threading.Lock()
        self._opening_store = threading.Lock()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._looking: threading.Thread | None = None
        self._behind = True
        self._process = 0
        self._mark = (0, 0)
        self._store_problem: str | None = None
        self._index_problem: str | None = None

    def current(self) -> Generation:
        """The newest generation that was found. The first call opens it, and makes it where there is none.

        Raises `NotReady` where there is none and none can be made.
        """
        generation = self._generation
        if generation is not None and self._process == os.getpid():
            return generation
        with self._first:
            if self._generation is None:
                self._generation = self._open_or_make()
            if self._process != os.getpid():  # a forked process has no threads, and must not use this store
                if self._process:
                    self._store, self._pulse, self._opening_store = None, None, threading.Lock()
                self._process = os.getpid()
                self._watch()
            return self._generation

    @property
    def problem(self) -> str | None:
        """What keeps the search from being up to date, in words for a person; None when nothing does."""
        return self._store_problem or self._index_problem

    def close(self) -> None:
        """Stop looking, once what is being made is made. Generations that were given out stay usable."""
        self._stop.set()
        self._wake.set()
        if self._looking is not None and self._process == os.getpid():
            self._looking.join()
        with self._opening_store:
            if self._store is not None:
                self._store.close()
                self._store = None
            self._pulse = None

    def _watch(self) -> None:
        self._stop, self._wake = threading.Event(), threading.Event()
        said = (self._stop, self._wake)
        looking = threading.Thread(target=self._look, args=said, name="search-look", daemon=True)
        looking.start()
        self._looking = looking  # only a thread that runs can be waited for
        threading.Thread(target=self._listen, args=said, name="search-listen", daemon=True).start()

    def _open_or_make(self) -> Generation:
        self._mark = pointer_mark(self._var)
        try:
            return open_current(self._var)
        except (GenerationMissing, GenerationDamaged) as error:
            first = error
        try:
            bring_up_to_date(self._open_store(), self._data, self._var)
            self._mark = pointer_mark(self._var)
            return open_current(self._var)
        except Exception as error:
            raise NotReady(f"{first}. It could not be made from the store either: {error}") from error

    def _open_store(self) -> Store:
        from directory.store.store import Store

        with self._opening_store:
            if self._store is None:
                self._store = Store.open(self._url, create=False, read_only=True)
            return self._store

    def _open_pulse(self) -> Pulse:
        """What tells the store's revision: of a SQLite file, without opening all of a store for it."""
        file = sqlite_file(self._url or database_url(var_dir()))
        if file is None:
            return self._open_store()
        if self._pulse is None:
            self._pulse = FilePulse(file)
        return self._pulse

    def _look(self, stop: threading.Event, wake: threading.Event) -> None:
        """Swap in what is new, until told to stop."""
        data_looked_at = 0.0
        not_before = 0.0
        while not stop.is_set():
            wake.wait(LOOK_EVERY)
            wake.clear()
            now = time.monotonic()
            try:
                self._swap_in()
                if now - data_looked_at > _LOOK_AT_DATA_EVERY:
                    data_looked_at = now
                    self._behind |= self._inputs_differ()
                if self._behind and now >= not_before and not stop.is_set():
                    not_before = now + _TRY_AGAIN_AFTER
                    self._behind = False
                    self._catch_up()
                    self._index_problem = None
                    not_before = 0.0
            except Exception as error:  # whatever it is, the last good generation goes on answering
                self._behind = True
                self._index_problem = f"The search goes on with an older state of the listings: {error}"

    def _catch_up(self) -> None:
        """Have the generation of the store's revision: often whoever wrote is making it just now."""
        store = self._open_pulse()
        wait_for_maker(self._var)
        self._swap_in()
        has = self._generation
        opened = pointer_mark(self._var) == self._mark
        newest = has is not None and (store.revision(), store.seal(has.revision)) == (has.revision, has.seal)
        if opened and newest and not self._inputs_differ():
            return
        bring_up_to_date(self._open_store(), self._data, self._var)
        self._swap_in()

    def _swap_in(self) -> None:
        mark = pointer_mark(self._var)
        if mark == self._mark:
            return
        try:
            generation = open_current(self._var)
        except (GenerationMissing, GenerationDamaged):
            self._behind = True
            return
        self._generation, self._mark = generation, mark

    def _inputs_differ(self) -> bool:
        generation = self._generation
        return generation is not None and generation.inputs != fingerprint(self._data, self._var)

    def _listen(self, stop: threading.Event, wake: threading.Event) -> None:
        """Notice newer revisions of the store, until told to stop."""
        while not stop.is_set():
            generation = self._generation
            assert generation is not None
            try:
                revision = self._open_pulse().wait_for_change(generation.revision, _LISTEN_FOR)
            except Exception as error:
                self._store_problem = f"The search goes on with the listings it has: {error}"
                stop.wait(_TRY_AGAIN_AFTER)
                continue
            self._store_problem = None
            if revision != generation.revision:
                self._behind = True
                wake.set()
                stop.wait(LOOK_EVERY)
