"""What stands round every request: headers, the access log, faults, and data that changes underneath."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from api.log import AccessLog
from api.state import State
from geo.home import data_dir

PATHS = [
    "/",
    "/about",
    "/nothing-here",
    "/areas/hub",
    "/api/v1/postcodes/B152TT",
    "/api/v1/postcodes/hello",
    "/api/v1/layers",
    "/api/nothing",
]


@pytest.mark.parametrize("path", PATHS)
def test_security_headers_stand_on_every_answer_errors_too(app: Any, path: str) -> None:
    headers = TestClient(app).get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    assert "set-cookie" not in headers
    for name in headers:
        assert len(headers.get_list(name)) == 1, f"{name} is sent twice"


def test_the_log_has_the_pattern_of_an_address_and_never_what_was_typed(built: Path) -> None:
    out = io.StringIO()
    with TestClient(create_app(data_dir(), built, AccessLog(out))) as client:
        client.get("/api/v1/postcodes/B15%202TT?on=2015-03-31&at=2015-03-31T10:00")
        client.get("/api/v1/postcodes/B15%202ZZ")
        client.get("/api/v1/postcodes/B15%202TT?B152TT=1")
        client.get("/api/v1/points?lat=52.4532&lon=-1.9278")
        client.get("/B15%202TT")
        client.get("/areas/hub/B152TT")
        client.post("/postcode", data={"postcode": "B15 2TT"})
        client.post("/api/v1/postcodes", json={"postcodes": ["B15 2TT"]})
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    asked = [(line["method"], line["route"], line["status"]) for line in told]
    assert ("GET", "/api/v1/postcodes/{postcode}", 200) in asked
    assert ("POST", "/postcode", 200) in asked
    assert len(asked) == 8
    # A time or a request's own name can happen to have any digits.
    log = repr([{k: v for k, v in line.items() if k not in ("at", "ms", "request_id")} for line in told])
    for typed in ("B15", "2TT", "2ZZ", "52.45", "2015", "?"):
        assert typed not in log


def test_a_fault_of_ours_is_answered_in_plain_words_and_logged_without_what_was_typed(
    built: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shell: Any = create_app(data_dir(), built)

    async def broken(_request: Any) -> Any:
        raise RuntimeError("B15 2TT")

    inner = shell.app.default
    inner.router.routes.insert(0, Route("/api/v1/broken", broken))
    inner.router.routes.insert(0, Route("/broken", broken))
    client = TestClient(shell, raise_server_exceptions=False)
    told = client.get("/api/v1/broken")
    assert (told.status_code, told.json()["code"]) == (500, "fault")
    page = client.get("/broken")
    assert page.status_code == 500
    assert "999" in page.text
    assert "0121" in page.text
    assert "RuntimeError" in caplog.text
    assert "B15" not in caplog.text


def test_where_no_page_can_be_made_the_number_to_call_is_told_all_the_same(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.pages import rendering

    shell: Any = create_app(data_dir(), built)
    client = TestClient(shell, raise_server_exceptions=False)
    monkeypatch.setattr(rendering, "TEMPLATES", built / "nothing")
    rendering.environment.cache_clear()
    try:
        told = client.get("/about")
    finally:
        monkeypatch.undo()
        rendering.environment.cache_clear()
    assert told.status_code == 500
    assert told.headers["content-type"].startswith("text/plain")
    assert told.headers["cache-control"] == "no-store"
    assert "call 999" in told.text and "0121" in told.text
    assert client.get("/about").status_code == 200


def test_a_new_build_is_taken_up_by_a_running_server_and_a_damaged_one_is_not(
    built: Path, tmp_path: Path
) -> None:
    for name in ("gazetteer.bin", "routing.snapshot"):
        shutil.copy(built / name, tmp_path / name)
    state = State(data_dir(), tmp_path)
    state._looked = 0.0  # the next request may look at the disk at once
    first = state.current()
    whole = (tmp_path / "gazetteer.bin").read_bytes()
    for content in (whole[:5000], whole):
        (tmp_path / "new").write_bytes(content)
        (tmp_path / "new").replace(tmp_path / "gazetteer.bin")
        state._looked = 0.0
        now = state.current()
        if content is whole:
            assert now is not first
            assert state.problem is None
        else:
            assert now is first
            assert "earlyhelp geo build" in (state.problem or "")
        assert now.answer("B15 2TT").status == "ok"


def test_the_log_is_written_when_the_server_stops() -> None:
    out = io.StringIO()

    async def one_line() -> None:
        log = AccessLog(out)
        log.note("GET", "/x", 200, 0.0, "0123456789abcdef")
        log.flush()

    asyncio.run(one_line())
    assert json.loads(out.getvalue())["route"] == "/x"


@pytest.mark.parametrize("path", ["/services/", "/areas/hub/?x=1", "/oruk/v3/services/"])
def test_no_redirect_leads_to_the_host_that_a_request_names(app: Any, path: str) -> None:
    answer = TestClient(app).get(path, headers={"host": "elsewhere.example"}, follow_redirects=False)
    told = answer.headers.get("location", "/")
    assert told.startswith("/")
    assert not told.startswith("//")
    assert "elsewhere" not in told
    if path.endswith("?x=1"):
        assert told == "/areas/hub?x=1"
