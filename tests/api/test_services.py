"""The directory under /api/v1, asked as a client asks it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.log import AccessLog
from geo.home import data_dir
from tests.api.stocking import empty_var

SEARCH = "/api/v1/services/search"


def test_a_search_gives_services_with_their_reasons_and_what_must_be_said(asking: TestClient) -> None:
    told = asking.get("/api/v1/services", params={"text": "self harm", "age": "14", "per_page": "3"})
    body = told.json()
    assert body["total"] >= 3 and len(body["results"]) == 3
    assert all(one["why"] and one["name"] and one["sample"] in (True, False) for one in body["results"])
    assert body["versions"]["directory"] and body["attribution"] and "sample" in body["notice"]
    assert body["revision"] == 1
    again = asking.get(told.request.url.path, params=told.request.url.params, headers={})
    assert again.status_code == 200
    held = asking.get(str(told.url), headers={"if-none-match": told.headers["etag"]})
    assert held.status_code == 304


def test_the_same_search_by_body_with_a_postcode_says_who_serves_the_home(asking: TestClient) -> None:
    asked = {"text": "self harm", "postcode": "b15 2tt", "filters": {"age": 14, "need": ["self_harm"]}}
    told = asking.post(SEARCH, json=asked)
    body = told.json()
    assert told.headers["cache-control"] == "no-store" and "etag" not in told.headers
    assert body["understood"]["postcode"] == {"status": "ok", "district": "Edgbaston"}
    assert all(one["serves"]["home"] in ("yes", "unknown") for one in body["results"])
    assert "B15" not in json.dumps(body["understood"]).upper()


@pytest.mark.parametrize(
    "query",
    [
        "postcode=B152TT",
        "text=self+harm+B15+2TT",
        "text=b152tt",
        "text=near%20B15%20%202TT%20now",
        "text=B15-2TT",
    ],
)
def test_a_postcode_in_an_address_is_refused_and_not_repeated(asking: TestClient, query: str) -> None:
    told = asking.get(f"/api/v1/services?{query}")
    assert told.status_code == 400
    if query.startswith("text="):
        suggested = asking.get(f"/api/v1/suggest?{query.replace('text=', 'q=')}")
        assert suggested.status_code == 400 and "2TT" not in suggested.text.upper()
    assert SEARCH in told.json()["detail"]
    assert "2TT" not in told.text.upper()


def test_no_log_ever_holds_what_was_asked(stocked: Path) -> None:
    written = io.StringIO()
    with TestClient(create_app(data_dir(), stocked, AccessLog(written, "console"))) as client:
        client.get("/oruk/v3/services?postcode=B15%202TT&search=zzqxv")
        client.post(SEARCH, json={"text": "zzqxv", "postcode": "B15 2TT"})
        client.get("/api/v1/suggest?q=zzqxv")
        number = client.get("/oruk/v3/services?per_page=1").json()["contents"][0]["id"]
        client.get(f"/api/v1/services/{number}")
    log = written.getvalue()
    assert "GET /oruk/v3/services 200" in log and f"POST {SEARCH} 200" in log
    assert "GET /api/v1/services/{id} 200" in log
    assert "zzqxv" not in log and "B15" not in log and number not in log


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"age": "old"}, "age"),
        ({"age": "131"}, "age"),
        ({"level": "severe"}, "level"),
        ({"need": "nothing_such"}, "need"),
        ({"route": "walk"}, "route"),
        ({"layer": "parish"}, "layer"),
        ({"area": "E99999999"}, "area"),
        ({"open_now": "maybe"}, "open_now"),
        ({"language": "Urdu!"}, "language"),
        ({"accessibility": "A b"}, "accessibility"),
        ({"organization": "zz"}, "organization"),
        ({"at": "soon"}, "at"),
        ({"page": "0"}, "page"),
        ({"per_page": "101"}, "per_page"),
        ({"sort": "random"}, "sort"),
        ({"age_band": "6-9"}, "age_band"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(
    asking: TestClient, values: dict[str, str], named: str
) -> None:
    told = asking.get("/api/v1/services", params=values)
    assert (told.status_code, told.json()["parameter"]) == (400, named)
    held = "filters" if named not in ("at", "page", "per_page", "sort") else None
    body: dict[str, Any] = {held: values} if held else dict(values)
    posted = asking.post(SEARCH, json=body)
    assert (posted.status_code, posted.json()["parameter"]) == (400, named)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"[]", "bad_body"),
        (b"{", "not_json"),
        (b'{"filters": 7}', "bad_body"),
        (b'{"age": 14}', "bad_body"),
        (b'{"filters": {"postcode": "B15 2TT"}}', "bad_body"),
        (b'{"text": "' + b"a" * 20000 + b'"}', "body_too_large"),
    ],
)
def test_a_body_that_cannot_be_used_says_why(asking: TestClient, sent: bytes, code: str) -> None:
    told = asking.post(SEARCH, content=sent, headers={"content-type": "application/json"})
    assert told.json()["code"] == code


def test_one_service_says_what_it_is_when_it_is_open_and_whom_it_serves(asking: TestClient) -> None:
    for row in asking.get("/oruk/v3/services", params={"per_page": 40}).json()["contents"]:
        body = asking.get(f"/api/v1/services/{row['id']}").json()
        assert body["card"]["name"] == body["listing"]["name"] == row["name"]
        assert body["hours"]["words"] and isinstance(body["hours"]["week"], list)
        assert all(area["name"] for area in body["areas"])
        assert body["history"]["revision"] == 1
        assert body["sample"] is bool(body["notice"])
        assert body["oruk"] == f"/oruk/v3/services/{row['id']}"
    organization = asking.get(f"/api/v1/organizations/{row['organization_id']}").json()
    assert row["id"] in {one["id"] for one in organization["services"]}
    assert asking.get(f"/api/v1/organizations/{row['id']}").status_code == 404


def test_everything_is_streamed_as_each_is_answered(asking: TestClient) -> None:
    lines = asking.get("/api/v1/services.ndjson").text.splitlines()
    assert len(lines) == asking.get("/oruk/v3/services").json()["total_items"]
    first = json.loads(lines[0])
    assert first["listing"] == asking.get(f"/api/v1/services/{first['id']}").json()["listing"]


def test_suggestions_and_needs(asking: TestClient) -> None:
    found = asking.get("/api/v1/suggest", params={"q": "self h", "limit": 3}).json()["suggestions"]
    assert 0 < len(found) <= 3 and any("harm" in one["text"].lower() for one in found)
    assert asking.get("/api/v1/suggest").status_code == 200
    assert asking.get("/api/v1/suggest", params={"q": "a", "limit": "99"}).status_code == 400
    needs = asking.get("/api/v1/needs").json()["needs"]
    assert len(needs) >= 55 and all(one["name"] and one["count"] >= 0 for one in needs)
    need = max(needs, key=lambda one: one["count"])
    found = asking.get("/api/v1/services", params={"need": need["code"], "per_page": 1}).json()
    assert found["total"] == need["count"]


def test_without_a_directory_the_rest_goes_on_and_it_is_said_what_to_run(built: Path, tmp_path: Path) -> None:
    with TestClient(create_app(data_dir(), empty_var(built, tmp_path / "var"))) as client:
        for address in ("/api/v1/services", "/oruk/v3/services", "/api/v1/needs", "/api/v1/suggest?q=a"):
            told = client.get(address)
            assert (told.status_code, told.json()["code"]) == (503, "no_directory")
            assert "earlyhelp listing import" in told.json()["detail"]
        told = client.get("/api/v1/changes")
        assert (told.status_code, told.json()["code"]) == (503, "store_away")
        assert client.get("/oruk/v3/").status_code == 200
        assert client.get("/api/v1/postcodes/B152TT").status_code == 200
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert client.get("/health/live").json() == {"status": "ok"}
