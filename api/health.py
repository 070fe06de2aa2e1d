"""Whether this process lives, and whether it can answer: for load balancers and for operators."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.directory_state import DirectoryState
from api.log import events
from api.pathway_state import PathwayState
from api.problems import NO_STORE
from api.state import State


def live(_request: Request) -> Response:
    """`GET /health/live`: the process answers."""
    return _told({"status": "ok"})


class Ready:
    """`GET /health/ready`: ok, degraded (200: it goes on answering), or down (503)."""

    def __init__(self, state: State, directory: DirectoryState, pathways: PathwayState) -> None:
        self.state, self.directory, self.pathways = state, directory, pathways
        self._status = "ok"

    def facts(self) -> dict[str, Any]:
        """The status, and that of each part with its reasons."""
        answers = self.state.current()
        directory = self.directory.health()
        postcodes: dict[str, Any] = {
            "status": "degraded" if self.state.problem else "ok",
            "gazetteer": answers.gazetteer.release,
            "contacts": answers.routing.version,
            "reasons": [self.state.problem] if self.state.problem else [],
        }
        parts = {"postcodes": postcodes, "directory": directory, "questionnaires": self.pathways.health()}
        words = {part["status"] for part in parts.values()}
        # A machine that has never had a directory goes on answering postcodes and whom to call.
        status = "down" if "down" in words else "ok" if words == {"ok"} else "degraded"
        return {"status": status, **parts}

    def answer(self, _request: Request) -> Response:
        """Answer one request."""
        facts = self.facts()
        status = facts["status"]
        if status != self._status:  # whoever polls this is told of each change in the log too
            reasons = [one for part in facts.values() if isinstance(part, dict) for one in part["reasons"]]
            events.warning("readiness", was=self._status, now=status, reasons=reasons)
            self._status = status
        return _told(facts, 503 if status == "down" else 200)


def _told(facts: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(facts), status, {"cache-control": NO_STORE}, "application/json")
