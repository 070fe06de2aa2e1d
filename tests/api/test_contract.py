"""The OpenAPI description against the real API: its examples, its codes, and a fuzzer."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from starlette.testclient import TestClient

from api.app import create_app
from api.problems import CODES
from api.v1.openapi import document
from geo.home import data_dir, var_dir

pytestmark = pytest.mark.usefixtures("built")


@pytest.fixture(scope="module")
def client(app: Any) -> TestClient:
    return TestClient(app)


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize(
    ("path", "method", "operation"), _operations(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_example_is_answered(
    client: TestClient, path: str, method: str, operation: dict[str, Any]
) -> None:
    query = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", parameter["example"])
        else:
            query[parameter["name"]] = parameter["example"]
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
    # These three can come from any address.
    assert described == set(CODES) - {"no_such_address", "method_not_allowed", "fault"}


schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def fuzzed(built: Any) -> Any:
    return create_app(data_dir(), var_dir())


@schema.parametrize()
def test_nothing_that_can_be_sent_makes_a_fault(case: Any, fuzzed: Any) -> None:
    client = TestClient(fuzzed)
    kwargs = case.as_transport_kwargs(base_url="http://testserver")
    kwargs.pop("cookies", None)
    told = client.request(**kwargs)
    assert told.status_code < 500
    documented = schema[case.operation.path][case.operation.method].definition.raw["responses"]
    assert str(told.status_code) in documented or told.status_code in (404, 405)
    if told.status_code >= 400:
        assert told.headers["content-type"] in ("application/problem+json", "text/html; charset=utf-8")
