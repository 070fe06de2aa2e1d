"""The log says what happened and how long it took, as lines for a program, and never what was asked."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.log import AccessLog, events, write_events
from tests.api.serving import ROOT


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where events go while a test runs; loggers are put back afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("earlyhelp")
    before = root.handlers[:], root.level, ours.level
    out = io.StringIO()
    write_events("json", out)
    yield out
    root.handlers[:], level, own = before
    root.setLevel(level)
    ours.setLevel(own)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_has_who_of_requests_it_was_and_nothing_of_what_was_asked(start: Any) -> None:
    out = io.StringIO()
    with start(log=AccessLog(out)) as client:
        answer = client.get("/api/v1/postcodes/B15%202TT?on=2015-03-31", headers={"user-agent": "somebody"})
        client.get("/nothing/B15%202TT")
        client.request("B152TT", "/about")
        client.post("/postcode", data={"postcode": "B15 2TT"}, headers={"sec-fetch-site": "cross-site"})
    first, second, third, fourth = lines(out)
    assert set(first) == {"at", "level", "event", "method", "route", "status", "ms", "request_id"}
    assert (first["event"], first["method"], first["status"]) == ("request", "GET", 200)
    assert first["route"] == "/api/v1/postcodes/{postcode}"
    assert first["request_id"] == answer.headers["x-request-id"]
    assert (second["route"], second["status"]) == ("(no such address)", 404)
    assert third["method"] == "OTHER"
    assert (fourth["route"], fourth["status"]) == ("(refused)", 403)
    for typed in ("B15", "2TT", "2015-03", "somebody", "127.0.0.1"):
        assert typed not in out.getvalue()


def test_a_line_for_a_terminal_says_the_same_in_words(start: Any) -> None:
    out = io.StringIO()
    with start(log=AccessLog(out, "console")) as client:
        client.get("/about")
    assert " GET /about 200 " in out.getvalue()


def test_start_stop_and_readiness_are_events(start: Any, written: io.StringIO) -> None:
    with start() as client:
        client.get("/health/ready")
    told = lines(written)
    assert told[0]["event"] == "started"
    assert told[-1]["event"] == "stopped"
    assert told[0]["rate_limit"] == "off"
    assert "token" not in told[0]


def test_a_publish_that_is_taken_up_is_an_event_with_its_revision(start: Any, written: io.StringIO) -> None:
    with start() as client:
        client.get("/services?q=housing")
    told = [one for one in lines(written) if one["event"] == "revision"]
    assert [one["revision"] for one in told] == [1]
    assert told[0]["services"] > 200


def test_a_fault_is_an_event_with_the_name_of_its_request_and_without_its_text(
    start: Any, written: io.StringIO
) -> None:
    from starlette.routing import Route

    async def broken(_request: Any) -> Any:
        raise RuntimeError("B15 2TT")

    client = start(change=lambda app: app.app.default.router.routes.insert(0, Route("/broken", broken)))
    answer = client.get("/broken")
    told = [one for one in lines(written) if one["event"] == "fault"]
    assert [(one["kind"], one["level"]) for one in told] == [("RuntimeError", "error")] * len(told)
    assert told[0]["request_id"] == answer.headers["x-request-id"]
    assert "test_log.py:" in told[0]["where"]
    assert "B15" not in written.getvalue()


def test_what_a_library_warns_of_has_the_same_shape_and_no_trace(written: io.StringIO) -> None:
    try:
        raise ValueError("B15 2TT")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    logging.getLogger("some.library").info("chatter")
    events.info("something", count=1)
    first, second = lines(written)
    assert (first["event"], first["level"]) == ("Exception in ASGI application", "error")
    assert "B15" not in written.getvalue()
    assert (second["event"], second["count"]) == ("something", 1)


def test_every_event_is_in_the_operators_guide() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text("utf-8")
    used = {
        name
        for file in (ROOT / "api").rglob("*.py")
        for name in re.findall(r'\bevents\.\w+\(\s*"([^"]+)"', file.read_text("utf-8"))
    }
    assert {"started", "fault", "revision"} <= used
    assert {name for name in used if f"`{name}`" not in guide} == set()
