"""The log: what happened to the server as events, and a line for each request. Neither has what was asked.

Events go through structlog. The lines of requests have the same shape and are written here by hand: passing
each through structlog would cost more than the answer does (see docs/adr/0014-the-guard.md).
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Literal, TextIO

import orjson

from api.guard.identity import request_id
from api.structured import structlog

Form = Literal["json", "console"]
Fields = MutableMapping[str, Any]

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
NO_SUCH, REFUSED = "(no such address)", "(refused)"  # in place of a pattern


def _named(_logger: Any, _method: str, fields: Fields) -> Fields:
    """With the request in which it happened, where it happened in one."""
    if name := request_id.get():
        fields["request_id"] = name
    return fields


def _without_trace(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Without an exception's text and trace: they can hold what a person typed."""
    fields.pop("exc_info", None)
    fields.pop("stack_info", None)
    return fields


_COMMON: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True, key="at"),
    _named,
    _without_trace,
]

events: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    logging.getLogger("earlyhelp"),
    processors=[
        structlog.stdlib.filter_by_level,
        *_COMMON,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def write_events(form: Form, out: TextIO | None = None) -> None:
    """Write events from here on, those of libraries from warnings up, to standard error or `out`."""
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _ordered,
                structlog.processors.JSONRenderer(_json)
                if form == "json"
                else structlog.processors.KeyValueRenderer(key_order=["at", "level", "event"]),
            ],
            foreign_pre_chain=_COMMON,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("earlyhelp").setLevel(logging.INFO)


def _ordered(_logger: Any, _method: str, fields: Fields) -> Fields:
    first = {name: fields[name] for name in ("at", "level", "event") if name in fields}
    return first | {name: value for name, value in fields.items() if name not in first}


def _json(fields: Any, **_options: Any) -> str:
    return orjson.dumps(fields, default=str).decode()


def log_fault(error: BaseException) -> None:
    """The kind of fault and where it happened, never its text: that can hold what a person typed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    events.error("fault", kind=type(error).__name__, where=where)


class AccessLog:
    """One line a request, written in batches: a write for each would cost as much as the answer.

    It has the method, the pattern of the address, the status, the time taken and the request's name: never
    the address itself, its query, a header or a body, for a postcode can stand in any of them. Lines are
    held back for a quarter of a second at the most, and written at shutdown.
    """

    def __init__(self, out: TextIO, form: Form = "json") -> None:
        self._out, self._form = out, form
        self._lines: list[str] = []
        self._second = 0
        self._stamp = ""

    def note(self, method: str, template: str, status: int, taken: float, name: str) -> None:
        """Add a line. `taken`: the seconds from the request's arrival to its answer; `name`: its id."""
        now = int(time.time())
        if now != self._second:
            self._second, self._stamp = now, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        if not self._lines:
            asyncio.get_running_loop().call_later(0.25, self.flush)
        if self._form == "json":
            # A pattern is ours and a method one of seven, so nothing in the line needs to be escaped.
            line = (
                f'{{"at":"{self._stamp}","level":"info","event":"request","method":"{method}",'
                f'"route":"{template}","status":{status},"ms":{taken * 1000:.1f},"request_id":"{name}"}}\n'
            )
        else:
            line = f"{self._stamp} {method} {template} {status} {taken * 1000:.1f}ms {name}\n"
        self._lines.append(line)

    def flush(self) -> None:
        """Write what is held back."""
        lines, self._lines = self._lines, []
        self._out.write("".join(lines))
        self._out.flush()
