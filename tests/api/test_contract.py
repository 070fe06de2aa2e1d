"""The OpenAPI description against the real API: its examples, its codes, and a fuzzer."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from starlette.testclient import TestClient

from api.problems import CODES
from api.v1.openapi import document

pytestmark = pytest.mark.usefixtures("built")


@pytest.fixture(scope="module")
def client(asking: TestClient) -> TestClient:
    return asking


@pytest.fixture(scope="module")
def known(client: TestClient) -> dict[str, str]:
    """A listing of each kind, by the address that has it."""
    rooms = ("services", "organizations", "service_at_locations")
    ids = {
        room: client.get(f"/oruk/v3/{room}", params={"per_page": 1}).json()["contents"][0]["id"]
        for room in rooms
    }
    return {f"/oruk/v3/{room}/{{id}}": number for room, number in ids.items()} | {
        f"/api/v1/{room}/{{id}}": number for room, number in ids.items()
    }


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def written(value: Any) -> str:
    """A value as a query has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(
    ("path", "method", "operation"), _operations(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_example_is_answered(
    client: TestClient, known: dict[str, str], path: str, method: str, operation: dict[str, Any]
) -> None:
    query = {}
    path = path.replace("{id}", known[path]) if path in known else path
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", parameter["example"])
        elif parameter["example"] != "":
            query[parameter["name"]] = written(parameter["example"])
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    told = client.request(method, path, params=query, json=body)
    assert told.status_code == 200, told.text


def test_the_description_is_served_and_every_address_in_it_exists(client: TestClient) -> None:
    served = client.get("/api/v1/openapi.json").json()
    assert served == document()


def test_every_code_is_described_and_every_described_code_exists() -> None:
    described = {
        code
        for _path, _method, operation in _operations()
        for told in operation["responses"].values()
        for code in CODES
        if f"`{code}`" in told["description"]
    }
    # The first four can come from any address, the last from one that is the operator's.
    anywhere = {"no_such_address", "method_not_allowed", "fault", "wrong_host", "not_for_you"}
    assert described == set(CODES) - anywhere


def test_every_address_for_programs_is_described(directory_app: Any) -> None:
    described = set(document()["paths"]) | {"/api/v1/openapi.json", "/oruk/v3"}
    served = {
        re.sub(r":\w+}", "}", path)
        for path in directory_app.templates.values()
        if path.startswith(("/api", "/oruk", "/health"))
    }
    assert served == described


schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def fuzzed(directory_app: Any) -> Any:
    return directory_app


@schema.parametrize()
def test_nothing_that_can_be_sent_makes_a_fault(case: Any, fuzzed: Any) -> None:
    client = TestClient(fuzzed)
    kwargs = case.as_transport_kwargs(base_url="http://testserver")
    kwargs.pop("cookies", None)
    told = client.request(**kwargs)
    assert told.status_code < 500
    documented = schema[case.operation.path][case.operation.method].definition.raw["responses"]
    # What the standard's addresses answer to OPTIONS; no such address; no such method.
    undescribed = (204, 404, 405)
    assert str(told.status_code) in documented or told.status_code in undescribed
    if told.status_code >= 400:
        assert told.headers["content-type"] in ("application/problem+json", "text/html; charset=utf-8")
