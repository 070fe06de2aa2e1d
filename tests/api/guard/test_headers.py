"""Every address answers with the headers that keep a browser safe, and says how long it may be kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api.guard.keeping import BY_DIGEST, BY_HOURS, MINUTE, NEVER, SHORT, UNTIL, rule_of
from api.pages.csp import TEMPLATE_SCRIPT_HASH
from api.settings import Settings
from tests.api.guard.routes import addresses, ask

YEAR = "public, max-age=31536000, immutable"


def sealed(answer: httpx.Response) -> None:
    """Hold an answer to what every answer has."""
    headers = answer.headers
    parts = (part.partition(" ") for part in headers["content-security-policy"].split("; "))
    rules = {name: value for name, _space, value in parts}
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] in ("'none'", "'self'")
    # Nothing inline but by hash, nothing from elsewhere, no way round either.
    allowed = {"'none'", "'self'", f"'{TEMPLATE_SCRIPT_HASH}'"}
    for name, value in rules.items():
        assert set(value.split()) <= allowed, (name, value)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
    assert "cache-control" in headers
    assert not {"server", "set-cookie", "x-powered-by"} & set(headers)
    for name in headers:
        assert len(headers.get_list(name)) == 1, f"{name} is sent twice"


def test_every_address_is_sealed_and_none_is_without_an_example(own_app: Any, whole: TestClient) -> None:
    asked = addresses(own_app, whole)
    assert len(asked) > 70
    found: set[int] = set()
    for address in asked:
        answer = ask(whole, address)
        try:
            sealed(answer)
        except (AssertionError, KeyError) as error:
            raise AssertionError(f"{address.method} {address.path}: {error}") from error
        assert answer.status_code < 500, address
        found.add(answer.status_code)
    assert {200, 204, 303} <= found


def test_every_address_is_kept_as_the_table_says(own_app: Any, whole: TestClient) -> None:
    for address in addresses(own_app, whole):
        rule = rule_of(address.pattern)
        assert rule is not None, f"say in api/guard/keeping.py how long {address.pattern} may be kept"
        told = ask(whole, address).headers["cache-control"]
        if address.method != "GET" or rule == NEVER:
            assert told == "no-store", address
        elif rule == BY_DIGEST:
            assert told == "no-cache", address
        elif rule == UNTIL:
            assert (found := re.fullmatch(r"private, max-age=(\d+)", told)), (address, told)
            assert int(found[1]) <= 300
        elif rule == BY_HOURS:
            assert told in (NEVER, SHORT), address
        else:
            assert rule in (SHORT, MINUTE)
            assert told == rule, address


def test_only_a_file_with_its_own_digest_is_kept_for_good(whole: TestClient) -> None:
    page = whole.get("/areas/hub").text
    found = set(re.findall(r'"((?:/static|/maps)/[^"]+\?v=[^"]+)"', page))
    assert found
    for address in found:
        assert whole.get(address).headers["cache-control"] == YEAR, address
        assert whole.get(address.replace("?v=", "?v=0")).headers["cache-control"] == "no-cache"


def test_a_page_with_hours_is_never_kept_and_one_without_may_be(whole: TestClient) -> None:
    for path, kept in (("/areas/hub", NEVER), ("/areas/ward_2018", SHORT)):
        assert whole.get(path).headers["cache-control"] == kept
    assert whole.get("/").headers["cache-control"] == NEVER


@pytest.mark.parametrize(
    ("status", "send"),
    [
        (400, lambda c: c.get("/api/v1/postcodes/hello")),
        (400, lambda c: c.get("/worried/early-help?a=v1.zzz")),
        (403, lambda c: c.post("/postcode", headers={"sec-fetch-site": "cross-site"})),
        (403, lambda c: c.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"})),
        (404, lambda c: c.get("/nothing")),
        (404, lambda c: c.get("/api/nothing")),
        (404, lambda c: c.get("/static/nothing.css")),
        (404, lambda c: c.get("/oruk/v3/services/none")),
        (405, lambda c: c.post("/about", headers={"sec-fetch-site": "same-origin"})),
        (405, lambda c: c.delete("/api/v1/layers")),
        (405, lambda c: c.put("/api/v1/postcodes")),
        (413, lambda c: c.post("/postcode", content=b"x" * 5000)),
        (413, lambda c: c.post("/api/v1/services/search", content=b"x" * 20000)),
        (414, lambda c: c.get("/services?q=" + "x" * 5000)),
        (414, lambda c: c.get("/api/v1/services?text=" + "x" * 5000)),
        (414, lambda c: c.get("/" + "x" * 600)),
        (415, lambda c: c.post("/api/v1/postcodes", content=b"{}")),
        (422, lambda c: c.post("/api/v1/pathways/early-help/outcome", json={"answers": {}})),
    ],
)
def test_every_class_of_error_is_sealed_and_never_kept(
    whole: TestClient, status: int, send: Callable[[TestClient], httpx.Response]
) -> None:
    answer = send(whole)
    assert answer.status_code == status
    sealed(answer)
    assert answer.headers["cache-control"] == "no-store"


def test_a_fault_is_sealed_and_named_and_says_whom_to_call(start: Any) -> None:
    async def broken(_request: Any) -> Any:
        raise RuntimeError("B15 2TT")

    def change(app: Any) -> None:
        for path in ("/api/v1/broken", "/broken"):
            app.app.default.router.routes.insert(0, Route(path, broken))

    client = start(change=change)
    told, page = client.get("/api/v1/broken"), client.get("/broken")
    for answer in (told, page):
        assert answer.status_code == 500
        assert answer.headers["cache-control"] == "no-store"
        sealed(answer)
        assert "B15" not in answer.text
    assert told.json()["request_id"] == told.headers["x-request-id"]
    assert page.headers["x-request-id"] in page.text
    assert "999" in page.text and "0121" in page.text


def test_what_cannot_be_answered_now_is_sealed(built: Any, tmp_path: Any) -> None:
    from api.app import create_app
    from geo.home import data_dir
    from tests.api.stocking import empty_var

    var = empty_var(built, tmp_path / "var")
    with TestClient(create_app(data_dir(), var, settings=Settings())) as client:
        for path in ("/services", "/api/v1/services", "/oruk/v3/services"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.headers["cache-control"] == "no-store"
            sealed(answer)


def test_a_new_address_that_forgets_everything_is_sealed_and_not_kept(start: Any) -> None:
    from starlette.responses import PlainTextResponse

    async def forgetful(_request: Any) -> Any:
        return PlainTextResponse("hello")

    client = start(change=lambda app: app.app.default.router.routes.insert(0, Route("/new", forgetful)))
    answer = client.get("/new")
    assert answer.text == "hello"
    sealed(answer)
    assert answer.headers["cache-control"] == "no-store"


def test_browsers_are_told_to_come_by_https_only_where_they_did_and_it_is_set(start: Any) -> None:
    name = "strict-transport-security"
    assert name not in start().get("https://127.0.0.1/").headers
    client = start(Settings(hsts=31536000))
    assert client.get("https://127.0.0.1/").headers[name] == "max-age=31536000"
    assert name not in client.get("http://127.0.0.1/").headers
    assert client.get("https://127.0.0.1/static/nothing").headers[name] == "max-age=31536000"
