"""Query parameters: read strictly, refused by name when there is no such one."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl

from api.problems import ProblemError
from directory.answer import Answers, LayerUnknown
from directory.moment import day, london_moment


@dataclass(frozen=True)
class Moment:
    """What `?on=`, `?at=` and `?layers=` ask for; None where they are not given."""

    on: dt.date | None = None
    at: dt.datetime | None = None
    wanted: frozenset[str] | None = None


NOW = Moment()


CACHE_SECONDS = 300


def cache_until(end: int, moment: Moment) -> str:
    """How long an answer may be kept, in the client's own cache only: until a contact opens or closes.

    `end` is that time in epoch seconds. An answer for a moment that was named does not change with time.
    """
    left = CACHE_SECONDS if moment.at is not None else max(0, min(CACHE_SECONDS, end - int(time.time())))
    return f"private, max-age={left}"


def read_query(query: bytes, allowed: tuple[str, ...]) -> dict[str, str]:
    """The query as a mapping. Raises `ProblemError` for a parameter that is not allowed or comes twice."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name not in allowed:
            known = ", ".join(allowed) if allowed else "none"
            raise ProblemError(
                "unknown_parameter",
                f"There is no parameter {name!r} here. There are: {known}.",
                parameter=name,
            )
        if name in values:
            raise ProblemError("bad_parameter", f"The parameter {name} is given twice.", parameter=name)
        values[name] = value
    return values


def moment_of(values: dict[str, object], answers: Answers) -> Moment:
    """`on`, `at` and `layers` of a query or body. Raises `ProblemError` naming the one that is wrong."""
    on: dt.date | None = None
    at: dt.datetime | None = None
    wanted: frozenset[str] | None = None
    name = "on"
    try:
        if values.get("on") is not None:
            on = day(_text(values["on"]))
        name = "at"
        if values.get("at") is not None:
            # A plus sign in a query stands for a space: 2026-12-24T23:10+00:00 arrives with one.
            at = london_moment(_text(values["at"]).replace(" ", "+"))
        name = "layers"
        layers = values.get("layers")
        if layers is not None:
            if not layers:
                raise ValueError("must name a layer.")
            listed = ",".join(map(_text, layers)) if isinstance(layers, list) else _text(layers)
            wanted = answers.wanted(listed)
    except LayerUnknown as error:
        raise ProblemError("bad_parameter", str(error), parameter=name, layers=answers.layers) from None
    except ValueError as error:
        raise ProblemError("bad_parameter", f"{name}: {error}", parameter=name) from None
    return Moment(on, at, wanted)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text.")
    return value
