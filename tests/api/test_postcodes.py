"""The API's addresses for postcodes, asked as a client asks them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.v1.parameters import NOW, cache_until
from directory.answer import Answers
from geo.sources.reference import Reference

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def client(app: Any) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def _get(app: Any, path: str, query: str = "") -> tuple[int, dict[bytes, bytes], bytes]:
    """One GET straight through the real application."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"test")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:])


def test_every_postcode_of_the_city_has_its_answer_through_the_api(
    app: Any, answers: Answers, reference: Reference
) -> None:
    async def ask_all() -> None:
        got: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                assert message["status"] == 200
            else:
                got.append(message["body"])

        for postcode in reference.postcodes:
            scope = {
                "type": "http",
                "method": "GET",
                "path": f"/api/v1/postcodes/{postcode}",
                "query_string": b"at=2026-11-23T10:00",
                "root_path": "",
                "headers": [],
            }
            await app(scope, receive, send)
        assert len(got) == len(reference.postcodes)
        for row, (postcode, body) in enumerate(zip(reference.postcodes, got, strict=True)):
            # The areas come first and whole; the rest is the same for all and is compared elsewhere.
            head = json.loads(body[: body.index(b',"near_authority"')] + b"}")
            assert head["postcode"] == postcode
            for layer in ("district", "ward_2004", "ward_2018", "constituency_2024", "lsoa_2021"):
                assert head["areas"][layer]["code"] == reference.columns[layer][row]

    asyncio.run(ask_all())


def test_bulk_gives_the_same_areas_as_one_at_a_time(client: TestClient, reference: Reference) -> None:
    asked = reference.postcodes[::36]
    results = []
    for start in range(0, len(asked), 1000):
        told = client.post("/api/v1/postcodes", json={"postcodes": asked[start : start + 1000]})
        assert told.status_code == 200
        results += told.json()["results"]
    assert [r["query"] for r in results] == asked
    for result in results[::10]:
        alone = client.get(f"/api/v1/postcodes/{result['query']}").json()
        assert alone["areas"] == result["areas"]


@given(
    st.lists(
        st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9), st.lists),
        max_size=9,
    )
)
def test_there_is_exactly_one_result_for_each_input_in_order_whatever_its_type(
    client: TestClient, inputs: list[Any]
) -> None:
    told = client.post("/api/v1/postcodes", json={"postcodes": inputs})
    assert told.status_code == 200
    results = told.json()["results"]
    assert [r["query"] for r in results] == inputs
    assert all(r["status"] == "malformed" for r in results if not isinstance(r["query"], str))


def test_a_thousand_are_taken_and_one_more_is_refused(client: TestClient) -> None:
    assert (
        len(client.post("/api/v1/postcodes", json={"postcodes": ["B15 2TT"] * 1000}).json()["results"])
        == 1000
    )
    refused = client.post("/api/v1/postcodes", json={"postcodes": ["B15 2TT"] * 1001})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_many")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b'{"postcodes": ["B15 2TT"]}', "text/plain", 415, "not_json"),
        (b"postcodes=B15+2TT", "application/x-www-form-urlencoded", 415, "not_json"),
        (b"{", "application/json", 415, "not_json"),
        (b"", "application/json", 415, "not_json"),
        (b"\xff\xfe", "application/json", 415, "not_json"),
        (b"[]", "application/json", 400, "bad_body"),
        (b'{"postcodes": "B15 2TT"}', "application/json", 400, "bad_body"),
        (b'{"postcode": ["B15 2TT"]}', "application/json", 400, "bad_body"),
        (b'{"postcodes": [], "name": "x"}', "application/json", 400, "bad_body"),
        (b'{"postcodes": [], "on": 7}', "application/json", 400, "bad_parameter"),
        (b'{"postcodes": [], "layers": ["moon"]}', "application/json", 400, "bad_parameter"),
        (b'{"postcodes": ["' + b"A" * 600_000 + b'"]}', "application/json", 413, "body_too_large"),
    ],
)
def test_a_body_that_cannot_be_used_is_told_apart(
    client: TestClient, body: bytes, content_type: str, status: int, code: str
) -> None:
    told = client.post("/api/v1/postcodes", content=body, headers={"content-type": content_type})
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.headers["content-type"] == PROBLEM
    assert told.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("postcodes/hello", 400, "malformed"),
        ("postcodes/%20", 400, "malformed"),
        ("postcodes/B15%202ZZ", 404, "unknown"),
        ("postcodes/BI5%202TT", 404, "unknown"),
        ("postcodes/B15%202TT?fields=all", 400, "unknown_parameter"),
        ("postcodes/B15%202TT?on=2015-03-31&on=2015-04-01", 400, "bad_parameter"),
        ("postcodes/B15%202TT?on=31/03/2015", 400, "bad_parameter"),
        ("postcodes/B15%202TT?at=now", 400, "bad_parameter"),
        ("postcodes/B15%202TT?at=1850-01-01T00:00", 400, "bad_parameter"),
        ("postcodes/B15%202TT?layers=moon", 400, "bad_parameter"),
        ("points?lat=52.45", 400, "bad_parameter"),
        ("points?lat=52.45&lon=east", 400, "bad_parameter"),
        ("points?lat=nan&lon=0", 400, "bad_parameter"),
        ("points?lat=0&lon=0", 404, "no_postcode_near"),
        ("layers?when=now", 400, "unknown_parameter"),
        ("layers/moon/areas", 404, "no_such_layer"),
        ("layers/moon/areas/X", 404, "no_such_layer"),
        ("layers/hub/areas/HUB99", 404, "no_such_area"),
        ("nothing", 404, "no_such_address"),
    ],
)
def test_each_error_has_its_code_and_is_not_cached(
    client: TestClient, path: str, status: int, code: str
) -> None:
    told = client.get(f"/api/v1/{path}")
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.json()["status"] == status
    assert told.headers["content-type"] == PROBLEM
    assert "no-store" in told.headers["cache-control"]


def test_a_mistyped_postcode_gets_its_suggestion_in_the_problem(client: TestClient) -> None:
    assert client.get("/api/v1/postcodes/BI5%202TT").json()["suggestions"] == ["B15 2TT"]
    assert client.get("/api/v1/postcodes/B15%202T7").json()["suggestions"] == []


def test_an_unknown_parameter_is_refused_by_its_name(client: TestClient) -> None:
    told = client.get("/api/v1/postcodes/B15%202TT?colour=red").json()
    assert told["parameter"] == "colour"
    assert "on, at, layers" in told["detail"]


@pytest.mark.parametrize("typed", ["b152tt", "B15%20%202TT", "B15-2TT", "%EF%BC%A2152TT", "B15%202TT..."])
def test_any_spelling_is_understood(client: TestClient, typed: str) -> None:
    told = client.get(f"/api/v1/postcodes/{typed}")
    assert told.status_code == 200
    assert told.json()["postcode"] == "B15 2TT"


def test_an_unchanged_answer_need_not_be_sent_again(client: TestClient) -> None:
    for path in ("/api/v1/postcodes/B152TT", "/api/v1/layers", "/api/v1/layers/hub/areas/HUB05"):
        first = client.get(path)
        etag = first.headers["etag"]
        assert etag.startswith('"')
        assert "max-age=" in first.headers["cache-control"]
        again = client.get(path, headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_an_answer_may_not_be_kept_beyond_the_time_at_which_a_contact_opens_or_closes() -> None:
    now = int(time.time())
    assert cache_until(now + 3600, NOW) == "private, max-age=300"
    assert int(cache_until(now + 20, NOW).rpartition("=")[2]) <= 20
    assert cache_until(now - 5, NOW) == "private, max-age=0"


def test_the_etag_changes_with_what_is_asked(client: TestClient) -> None:
    base = "/api/v1/postcodes/B152TT"
    seen = [
        client.get(base + query).headers["etag"]
        for query in (
            "?at=2026-11-23T10:00",
            "?at=2026-11-23T20:00",
            "?on=2015-03-31&at=2026-11-23T10:00",
            "?layers=hub&at=2026-11-23T10:00",
        )
    ]
    assert len(set(seen)) == len(seen)


def test_a_head_has_the_heading_of_a_get(client: TestClient) -> None:
    got, head = client.get("/api/v1/postcodes/B152TT"), client.head("/api/v1/postcodes/B152TT")
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "postcodes/B152TT"), ("DELETE", "postcodes"), ("GET", "postcodes"), ("POST", "layers")],
)
def test_a_wrong_method_is_said_to_be_wrong(client: TestClient, method: str, path: str) -> None:
    told = client.request(method, f"/api/v1/{path}")
    assert (told.status_code, told.json()["code"]) == (405, "method_not_allowed")
    assert told.headers["allow"]


def test_every_answer_carries_the_versions_of_its_data(client: TestClient, answers: Answers) -> None:
    for path in (
        "postcodes/B152TT",
        "postcodes/B912AA",
        "postcodes/B15",
        "layers",
        "layers/hub/areas",
        "layers/hub/areas/HUB01",
    ):
        told = client.get(f"/api/v1/{path}").json()
        assert told["versions"]["gazetteer"] == answers.gazetteer.release
        assert "November 2025" in told["versions"]["postcodes"]
        assert "Crown copyright" in told["attribution"]
        if path.startswith("layers"):
            assert told["versions"]["generations"]["hub"] == "2013-04-01"
    bulk = client.post("/api/v1/postcodes", json={"postcodes": []}).json()
    assert bulk["versions"]["generations"]["hub"] == "2013-04-01"


def test_the_nearest_postcode_to_a_point_is_said_to_be_only_that(client: TestClient) -> None:
    told = client.get("/api/v1/points?lat=52.4532&lon=-1.9278").json()
    assert told["nearest"] == told["answer"]["postcode"]
    assert told["metres"] < 50
    assert "not the point itself" in told["note"]


def test_an_area_is_told_as_geojson_when_asked(client: TestClient) -> None:
    told = client.get("/api/v1/layers/hub/areas/HUB05", headers={"accept": "application/geo+json"})
    assert told.headers["content-type"] == "application/geo+json"
    feature = told.json()
    assert feature["type"] == "Feature"
    assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert feature["properties"]["status"] == "illustrative"
    assert feature["properties"]["contacts"]
    plain = client.get("/api/v1/layers/hub/areas/HUB05")
    assert plain.headers["content-type"] == "application/json"
    assert plain.headers["etag"] != told.headers["etag"]


def test_a_retired_code_still_resolves_and_names_its_successors(client: TestClient) -> None:
    ward = client.get("/api/v1/layers/ward_2004/areas/E05001185").json()
    assert ward["in_force"] is False
    assert {s["layer"] for s in ward["successors"]} == {"ward_2018"}
    assert ward["successors"][0]["name"] == "Edgbaston"
    team = client.get("/api/v1/layers/health_visiting/areas/HVN08").json()
    assert [s["code"] for s in team["successors"]] == ["HV08"]
    assert all("no longer answers" in contact["state_words"] for contact in team["contacts"])
    assert not any(contact["open"] for contact in team["contacts"])
    then = client.get("/api/v1/layers/health_visiting/areas/HVN08?on=2014-06-01").json()
    assert then["in_force"] is True
    assert then["contacts"]
    told = client.get("/api/v1/postcodes/B152TT?on=2014-06-01&layers=health_visiting").json()
    assert "no longer answers" in told["teams"][0]["contacts"][0]["state_words"]
    at_the_time = client.get(
        "/api/v1/postcodes/B152TT?on=2014-06-02&at=2014-06-02T10:00&layers=health_visiting"
    ).json()
    assert at_the_time["teams"][0]["contacts"][0]["open"] is True


def test_no_request_ever_ends_the_server(app: Any) -> None:
    for path in (
        "/",
        "//",
        "/api",
        "/api/v1/postcodes/",
        "/api/v1/postcodes/a/b/c",
        "/\x00",
        "/api/v1/postcodes/\ud800",
    ):
        try:
            status, headers, _body = _get(app, path)
        except UnicodeEncodeError:
            continue  # no server can be sent it
        assert 200 <= status < 500
        assert b"content-security-policy" in headers
