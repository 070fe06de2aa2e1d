"""What a proxy says of a request is believed from our own proxies and from nobody else."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from api.log import AccessLog
from api.settings import Settings

PROXY = ("10.0.0.7", 40000)
STRANGER = ("192.0.2.9", 40000)
BEHIND = Settings(rate_limit=3, proxies=("10.0.0.0/24",), hsts=600, hosts=frozenset({"help.example"}))


def by(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address, "x-forwarded-proto": "https", "host": "help.example"}


def test_clients_behind_a_trusted_proxy_are_counted_apart(start: Any) -> None:
    client = start(BEHIND, client=PROXY)
    assert [client.get("/about", headers=by("192.0.2.1")).status_code for _ in range(4)] == [200] * 3 + [429]
    assert client.get("/about", headers=by("192.0.2.2")).status_code == 200
    # Who is behind the proxy cannot be someone else by saying so: the proxy adds the last address.
    assert client.get("/about", headers=by("192.0.2.3, 192.0.2.1")).status_code == 429


def test_a_stranger_cannot_say_who_they_are(start: Any) -> None:
    client = start(BEHIND, client=STRANGER)
    told = [client.get("/about", headers=by(f"192.0.2.{n}")).status_code for n in range(10, 14)]
    assert told == [200] * 3 + [429]


@pytest.mark.parametrize(("client", "believed"), [(PROXY, True), (STRANGER, False)])
def test_the_scheme_and_the_name_of_a_request_come_from_our_proxy_only(
    start: Any, client: tuple[str, int], believed: bool
) -> None:
    out = io.StringIO()
    asking = start(BEHIND, client=client, log=AccessLog(out))
    answer = asking.get("/about", headers=by("192.0.2.1") | {"x-request-id": "proxy-0123456789"})
    assert ("strict-transport-security" in answer.headers) is believed
    assert (answer.headers["x-request-id"] == "proxy-0123456789") is believed
    described = asking.get("/oruk/v3", headers=by("192.0.2.1")).json()["openapi_url"]
    assert described.startswith("https://help.example/" if believed else "http://help.example/")
    asking.__exit__()
    assert ("proxy-0123456789" in out.getvalue()) is believed


@pytest.mark.parametrize(
    "given", ["", "short", "B15 2TT B15 2TT", 'a"b,"c":"ddddd', "x" * 65, "ümlaut-12345"]
)
def test_a_name_that_no_log_should_hold_is_not_taken(start: Any, given: str) -> None:
    client = start(BEHIND, client=PROXY)
    answer = client.get("/about", headers=by("192.0.2.1") | {"x-request-id": given.encode()})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


def test_every_request_has_a_name_of_its_own(whole: Any) -> None:
    assert len({whole.get("/about").headers["x-request-id"] for _ in range(50)}) == 50


def test_only_the_names_of_this_site_are_answered_to(start: Any) -> None:
    client = start(Settings(rate_limit=0, hosts=frozenset({"help.example", "[::1]"})))
    for host in ("help.example", "HELP.example:8443", "[::1]:8000"):
        assert client.get("/about", headers={"host": host}).status_code == 200, host
    page = client.get("/about", headers={"host": "elsewhere.example"})
    assert page.status_code == 400
    assert "999" in page.text and "elsewhere" not in page.text
    assert client.get("/api/v1/layers", headers={"host": "127.0.0.1"}).json()["code"] == "wrong_host"
    assert client.get("/health/live", headers={"host": "10.0.0.5"}).status_code == 200
