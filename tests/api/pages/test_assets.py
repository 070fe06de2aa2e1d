"""Files are served as they were vendored, kept long where their address says so, and never from elsewhere."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.pages.assets import STATIC, address

VENDOR = STATIC / "vendor"


def test_every_vendored_file_has_the_digest_that_is_written_beside_it() -> None:
    rows = re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (VENDOR / "VENDOR.md").read_text("utf-8"), re.M)
    assert {name for name, _ in rows} == {
        file.relative_to(VENDOR).as_posix()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.suffix != ".md"
    }
    for name, digest in rows:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_the_style_sheets_load_nothing_and_use_no_reserved_typeface() -> None:
    for file in (
        VENDOR / "govuk-frontend" / "govuk-frontend.min.css",
        STATIC / "house.css",
        STATIC / "map.css",
    ):
        text = file.read_text("utf-8")
        assert "url(" not in text
        assert "GDS Transport" not in text
        assert "@import" not in text


def test_no_page_shows_a_crown_or_the_name_of_the_government_service(client: TestClient) -> None:
    text = client.get("/").text
    assert "GOV.UK" not in text
    assert not re.search(r"__crown|__logotype|crest|govuk-header", text)


def test_an_address_with_the_files_digest_may_be_kept_for_a_year(client: TestClient) -> None:
    answer = client.get(address("house.css"))
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/house.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/house.css?v=0").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_a_file_is_the_same_in_every_coding_and_is_not_sent_twice(client: TestClient, coding: str) -> None:
    answer = client.get("/static/house.css", headers={"accept-encoding": coding})
    assert answer.content == (STATIC / "house.css").read_bytes()
    assert answer.headers.get("content-encoding", "identity") == coding
    again = {"accept-encoding": coding, "if-none-match": answer.headers["etag"]}
    assert client.get("/static/house.css", headers=again).status_code == 304


@pytest.mark.parametrize(
    "name", ["..%2fpages/routes.py", "%2e%2e/csp.py", "vendor/../../csp.py", "vendor/VENDOR.md", "vendor", ""]
)
def test_nothing_outside_the_folder_and_no_other_kind_of_file_is_served(
    client: TestClient, name: str
) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_the_outlines_of_pictures_are_not_served(client: TestClient, built: Path) -> None:
    assert (built / "maps" / "layer" / "hub.json").is_file()
    assert client.get("/maps/layer/hub.json").status_code == 404


def test_the_first_page_with_all_it_loads_is_light(client: TestClient) -> None:
    """At most 60 kB over the wire: a few seconds on a poor mobile connection."""
    coding = {"accept-encoding": "gzip"}
    page = client.get("/", headers=coding)
    loaded = [page]
    loaded += [
        client.get(address, headers=coding)
        for address in sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)))
    ]
    # The module that the page's script imports.
    loaded.append(client.get("/static/vendor/govuk-frontend/govuk-frontend.min.js", headers=coding))
    assert len(loaded) >= 5
    assert all(one.status_code == 200 for one in loaded)
    assert sum(int(one.headers["content-length"]) for one in loaded) < 60_000
