"""The figures are true, cheap to ask for, and told to the operator only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.settings import Settings
from tests.api.serving import ROOT, server

TOKEN = "0123456789abcdef-token"


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, f"{name} is not in the figures"
    return float(found[1])


def test_requests_are_counted_by_pattern_and_class_of_status(start: Any) -> None:
    client = start(Settings(rate_limit=3))
    for path in ("/api/v1/postcodes/B152TT", "/api/v1/postcodes/B11AA", "/nothing", "/about", "/about"):
        client.get(path)
    text = client.get("/metrics").text
    count = "earlyhelp_request_seconds_count"
    assert value(text, f'{count}{{route="/api/v1/postcodes/{{postcode}}",status="2xx"}}') >= 1
    assert value(text, f'{count}{{route="(no such address)",status="4xx"}}') == 1
    assert value(text, f'{count}{{route="(refused)",status="4xx"}}') == 2
    assert value(text, "earlyhelp_too_many_requests_total") == 2
    assert 'earlyhelp_request_seconds_bucket{le="+Inf"' in text
    assert "B15" not in text and "B11" not in text


def test_facts_of_the_data_are_those_that_the_rest_of_the_house_tells(start: Any) -> None:
    client = start()
    ready = client.get("/health/ready").json()
    text = client.get("/metrics").text
    assert value(text, "earlyhelp_revision") == ready["directory"]["revision"]
    listed = client.get("/oruk/v3/services?per_page=1").json()["total_items"]
    assert value(text, "earlyhelp_listings") == listed
    assert 0 <= value(text, "earlyhelp_listings_overdue") <= listed
    assert value(text, "earlyhelp_gazetteer_age_seconds") > 0
    flow = client.get("/api/v1/pathways/early-help").json()
    assert value(text, 'earlyhelp_questionnaire_version{flow="early-help"}') == float(flow["version"])
    assert value(text, f'earlyhelp_ready{{status="{ready["status"]}"}}') == 1
    reasons = len(ready["directory"]["reasons"])
    assert value(text, 'earlyhelp_reasons{part="directory"}') == reasons


def test_every_figure_is_in_the_operators_guide_and_no_other(start: Any) -> None:
    guide = (ROOT / "docs" / "operating.md").read_text("utf-8")
    told = set(re.findall(r"^# TYPE (\w+)", start().get("/metrics").text, re.MULTILINE))
    assert {name for name in told if f"`{name}" not in guide} == set()
    rows = set(re.findall(r"^\| `(earlyhelp_\w+)", guide, re.MULTILINE))
    assert rows <= told


def test_what_is_wrong_is_in_the_figures(start: Any) -> None:
    client = start(change=lambda app: setattr(_state(app), "problem", "The contacts cannot be read."))
    text = client.get("/metrics").text
    assert value(text, 'earlyhelp_reasons{part="postcodes"}') == 1
    assert value(text, 'earlyhelp_ready{status="degraded"}') == 1
    assert "The contacts" not in text


def _state(app: Any) -> Any:
    return app.app.routes[0].endpoint.state


@pytest.mark.parametrize(
    ("client", "base_url", "headers"),
    [
        (("192.0.2.1", 1), "http://127.0.0.1", {}),
        (("127.0.0.1", 1), "http://help.example", {}),
        (("127.0.0.1", 1), "http://127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        (("127.0.0.1", 1), "http://127.0.0.1", {"forwarded": "for=127.0.0.1"}),
        (("127.0.0.1", 1), "http://127.0.0.1", {"x-real-ip": "192.0.2.1"}),
        (("192.0.2.1", 1), "http://127.0.0.1", {"authorization": "Bearer "}),
        (("192.0.2.1", 1), "http://127.0.0.1", {"authorization": "Bearer wrong"}),
        (("192.0.2.1", 1), "http://127.0.0.1", {"authorization": f"Basic {TOKEN}"}),
    ],
)
def test_who_is_elsewhere_or_comes_through_a_proxy_is_told_nothing(
    start: Any, client: tuple[str, int], base_url: str, headers: dict[str, str]
) -> None:
    settings = Settings(rate_limit=0, metrics_token=TOKEN if client[0] != "127.0.0.1" else "")
    answer = start(settings, client=client, base_url=base_url).get("/metrics", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_for_you")
    assert "earlyhelp_" not in answer.text


def test_the_token_opens_them_from_anywhere(start: Any) -> None:
    asking = start(Settings(metrics_token=TOKEN), client=("192.0.2.1", 1), base_url="http://help.example")
    answer = asking.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"


def test_they_can_be_switched_off(start: Any) -> None:
    assert start(Settings(metrics="off")).get("/metrics").status_code == 404


def test_whichever_worker_is_asked_tells_of_all_of_them(own_var: Path) -> None:
    name = 'earlyhelp_request_seconds_count{route="/api/v1/layers",status="2xx"}'
    with server(own_var, workers=2) as base:
        for _ in range(40):  # each on a connection of its own, so that both workers have some
            assert httpx.get(f"{base}/api/v1/layers").status_code == 200
        told = [value(httpx.get(f"{base}/metrics").text, name) for _ in range(8)]
    assert told == [40] * 8
