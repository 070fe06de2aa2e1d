"""The questionnaires as one process holds them, and what answers to them come to.

They are read at the first request for them and again when their files change. Answering needs postcodes,
contacts and the questionnaire's file, all in memory; services are added when the directory is there.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from api.directory_state import DirectoryState
from api.log import log_fault
from api.problems import ProblemError
from api.state import LOOK_EVERY_SECONDS, State
from directory.next_step import next_step_json

if TYPE_CHECKING:
    from directory.pathway.decide import Decision
    from directory.pathway.library import Library

Facts = dict[str, Any]
_NONE = "There is no questionnaire. Put its file back, or run: earlyhelp pathway list"
NO_SERVICES = "Services cannot be shown at the moment. Everything else here is whole."


class PathwayState:
    """The library of questionnaires over the state of the process. Safe to share between threads.

    `problem` says what is wrong with their files, and with what they name in others. A version whose file
    breaks stays in use.
    """

    def __init__(self, state: State, directory: DirectoryState) -> None:
        self.state, self.directory = state, directory
        self.problem: str | None = None
        self._lock = threading.Lock()
        self._looked = 0.0
        self._seen: Library | None = None
        self._held: Library | None = None

    def library(self) -> Library:
        """The questionnaires to use for one request; their files are looked at once a second at most."""
        now = time.monotonic()
        held = self._held
        if held is None or now - self._looked >= LOOK_EVERY_SECONDS:
            with self._lock:
                if self._held is None or now - self._looked >= LOOK_EVERY_SECONDS:
                    self._read()
                    self._looked = now
                held = self._held
        assert held is not None
        return held

    def _read(self) -> None:
        from directory.pathway.library import library

        found = library(self.state.data, self.state.var)
        if found is self._seen:
            return
        self._seen = found
        self.problem = "\n".join(found.problems) or None
        if self._held is None or not found.problems or versions(self._held) <= versions(found):
            self._held = found

    def health(self) -> Facts:
        """status, the version in use of each, and reasons in words.

        ok; degraded: something is wrong with a file; none: there is no questionnaire to ask."""
        held = self.library()
        reasons = (self.problem or "").splitlines()
        in_use = {flow_id: held.current(flow_id).version for flow_id in held.flows}
        status = "none" if not in_use else "degraded" if reasons else "ok"
        return {"status": status, "versions": in_use, "reasons": reasons or ([] if in_use else [_NONE])}

    def warm(self) -> None:
        """Read them in a thread of its own, so that the first request need not wait for it."""
        threading.Thread(target=self.library, name="pathways", daemon=True).start()

    def step(
        self,
        decision: Decision,
        *,
        place: str | None = None,
        at: dt.datetime | None = None,
        notice_newer: str | None = None,
    ) -> Facts:
        """What `step_json` writes."""
        facts: Facts = orjson.loads(self.step_json(decision, place=place, at=at, notice_newer=notice_newer))
        return facts

    def step_json(
        self,
        decision: Decision,
        *,
        place: str | None = None,
        at: dt.datetime | None = None,
        notice_newer: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> bytes:
        """What `directory.next_step.next_step` tells, as JSON, with `more` and `services_problem`: why no
        services can be shown.

        Whatever is wrong with the directory, the rest is whole. Raises `ValueError` for a moment that cannot
        be used.
        """
        answers = self.state.current()
        told = partial(
            next_step_json, decision, answers=answers, place=place, at=at, notice_newer=notice_newer
        )
        added = {"services_problem": None, **(more or {})}
        try:
            return told(finder=self.directory.current().finder, more=added)
        except ValueError:
            raise
        except Exception as error:  # whom to call may not hang on a search
            if not isinstance(error, ProblemError):
                log_fault(error)
            return told(more=added | {"services_problem": NO_SERVICES})

    def call_words(self) -> str:
        """Whom to call now, as a sentence, for a page that has no answer."""
        call = self.state.current().routing.frame(dt.datetime.now(dt.UTC)).call
        return (
            f"If a child is in danger now, call {call.danger['telephone']}. To talk about a child in "
            f"Birmingham, call {call.now['role']} on {call.now['telephone']}: {call.now['state_words']}."
        )


def versions(library: Library) -> set[tuple[str, str]]:
    """The flow and version of every questionnaire of a library."""
    return {(flow.id, flow.version) for flows in library.flows.values() for flow in flows}
