"""Nobody can ask so often that others wait; who is refused is told when to come back and whom to call."""

from __future__ import annotations

import gc
import re
from typing import Any

import pytest

from api.guard.rate import Rate
from api.settings import RATE_LIMIT, Settings
from tests.api.pages.reading import words

FEW = Settings(rate_limit=5)


def test_who_asks_too_often_is_told_when_to_come_back_and_whom_to_call_until_then(start: Any) -> None:
    client = start(FEW)
    told = [client.get("/about").status_code for _ in range(7)]
    assert told == [200] * 5 + [429] * 2
    page = client.get("/")
    assert page.status_code == 429
    assert 0 < int(page.headers["retry-after"]) <= 60
    assert "Too many requests from your network" in page.text
    told_words = words(page)
    assert re.search(r"call 999", told_words)
    assert re.search(r"Who to call now .+ 0121 \d{3} \d{4} (Open|Opens)", told_words)
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/v1/postcodes/B152TT", "/api/v1/layers", "/oruk/v3/services"])
def test_a_program_is_told_as_programs_are(start: Any, path: str) -> None:
    client = start(FEW)
    for _ in range(5):
        client.get(path)
    told = client.get(path)
    assert (told.status_code, told.json()["code"]) == (429, "too_often")
    assert told.headers["content-type"] == "application/problem+json"
    wait = int(told.headers["retry-after"])
    assert 0 < wait <= 60
    assert told.headers["ratelimit-policy"] == '"address";q=5;w=60'
    assert told.headers["ratelimit"] == f'"address";r=0;t={wait}'
    assert told.json()["request_id"] == told.headers["x-request-id"]
    if path.startswith("/oruk"):
        assert told.headers["access-control-allow-origin"] == "*"


def test_what_a_page_is_made_of_and_what_watches_the_server_are_never_refused(start: Any) -> None:
    client = start(FEW)
    for _ in range(6):
        client.get("/about")
    assert client.get("/about").status_code == 429
    for path in ("/static/favicon.svg", "/favicon.ico", "/health/live", "/health/ready", "/metrics"):
        assert client.get(path).status_code == 200, path


def test_addresses_are_counted_apart_and_a_network_of_ipv6_together() -> None:
    rate = Rate(3)
    assert [rate.spend("192.0.2.1") > 0 for _ in range(4)] == [False, False, False, True]
    assert rate.spend("192.0.2.2") == 0
    assert rate.spend("::ffff:192.0.2.1") > 0
    for number in range(3):
        assert rate.spend(f"2001:db8::{number}") == 0
    assert rate.spend("2001:db8::ffff") > 0
    assert rate.spend("2001:db8:0:1::1") == 0
    assert rate.spend("not an address") == 0


def test_a_limit_that_is_drawn_from_in_pieces_is_kept_to_the_last_request() -> None:
    rate = Rate(RATE_LIMIT)
    assert [rate.spend("192.0.2.1") for _ in range(RATE_LIMIT)] == [0] * RATE_LIMIT
    assert rate.spend("192.0.2.1") > 0
    assert rate.refused == 1


def test_many_postcodes_at_once_count_for_more_than_one_and_for_much_less_than_many(start: Any) -> None:
    client = start(Settings(rate_limit=20))
    for _ in range(2):
        assert client.post("/api/v1/postcodes", json={"postcodes": ["B15 2TT"] * 1000}).status_code == 200
    assert client.post("/api/v1/postcodes", json={"postcodes": []}).status_code == 429


def test_no_address_is_kept_anywhere(start: Any) -> None:
    rate = Rate(30)
    # Put together here, so that this test holds no such text itself.
    for host in ("198.51.100", "2001:db8:aaaa:bbbb:"):
        rate.spend(f"{host}{':' if ':' in host else '.'}77")
    gc.collect()
    kept = repr((rate.__dict__, rate._counts.storage.__dict__))
    assert "198.51.100" not in kept
    assert "2001" not in kept


def test_with_the_limit_off_nobody_is_counted(start: Any) -> None:
    client = start(Settings(rate_limit=0))
    assert {client.get("/api/v1/postcodes/B152TT").status_code for _ in range(50)} == {200}
