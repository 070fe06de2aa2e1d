"""The data that a process answers from, replaced whole when a build has put new files in place."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from api.log import events
from directory.answer import Answers
from directory.contacts_in_use import contacts_in_use
from directory.routing.contacts import ContactsError
from directory.routing.route import Routing
from directory.routing.snapshot import FILE as SNAPSHOT
from directory.routing.snapshot import SnapshotError
from geo.build import gazetteer_path
from geo.gazetteer import Gazetteer, GazetteerError

LOOK_EVERY_SECONDS = 1.0


class State:
    """The gazetteer and the contacts in use.

    A request that finds newer files on the disk (looked for at most once a second) swaps them in; requests
    under way keep what they began with. Files that cannot be used leave the old data in use.
    """

    def __init__(self, data: Path, var: Path) -> None:
        """Open what is in `var`. Raises `GazetteerError` or `ContactsError`, which say what to do."""
        self.data, self.var = data, var
        self._lock = threading.Lock()
        self._marks: tuple[object, object] = (None, None)
        self._looked = 0.0
        self._marks = self._seen()
        gazetteer, contacts = Gazetteer.open(gazetteer_path(var)), contacts_in_use(data, var)
        self.answers = Answers(gazetteer, contacts.routing)
        self._held_back = contacts.problem  # why the contact files are not in use, until others are compiled
        self.problem: str | None = self._held_back

    def _seen(self) -> tuple[object, object]:
        return mark(gazetteer_path(self.var)), mark(self.var / SNAPSHOT)

    def current(self) -> Answers:
        """The answers to use for one request."""
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY_SECONDS:
            self._looked = now
            if self._seen() != self._marks and self._lock.acquire(blocking=False):
                try:
                    self._reload()
                finally:
                    self._lock.release()
        return self.answers

    def _reload(self) -> None:
        marks = self._seen()
        old = self.answers
        try:
            gazetteer = (
                Gazetteer.open(gazetteer_path(self.var)) if marks[0] != self._marks[0] else old.gazetteer
            )
            routing = Routing.open(self.var / SNAPSHOT) if marks[1] != self._marks[1] else old.routing
        except (GazetteerError, SnapshotError, ContactsError) as error:
            self.problem = str(error)
            events.warning("data refused", reason=self.problem)
        else:
            if routing is not old.routing:
                self._held_back = None
            self.answers, self.problem = Answers(gazetteer, routing), self._held_back
            events.info("data", gazetteer=gazetteer.release, contacts=routing.version)
        self._marks = marks


def mark(path: Path) -> object:
    """What tells one state of a file from another; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - the hot path; Path.stat costs three times as much
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
