"""Postcodes that have ended, or are newer than the table of areas, over the official directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from geo.home import data_dir
from tests.test_cli import run


@pytest.fixture(scope="module")
def client(official_var: Path) -> Iterator[TestClient]:
    with TestClient(create_app(data_dir(), official_var)) as client:
        yield client


def test_an_ended_postcode_is_answered_with_its_month_and_its_areas(client: TestClient) -> None:
    told = client.get("/api/v1/postcodes/B11AA")
    answer = told.json()
    assert (told.status_code, answer["status"]) == (200, "terminated")
    assert answer["terminated"] == {"ended": "2003-05"}
    assert answer["currency"] is None
    assert answer["areas"]["district"]["name"] == "Ladywood"
    assert any("May 2003" in caution for caution in answer["cautions"])
    bulk = client.post("/api/v1/postcodes", json={"postcodes": ["B1 1AA", "B91 2AB"]}).json()["results"]
    assert [r["status"] for r in bulk] == ["terminated", "outside_area"]
    assert [r["terminated"]["ended"] for r in bulk] == ["2003-05", "2015-12"]


def test_a_postcode_in_use_is_not_said_to_be_perhaps_ended(client: TestClient) -> None:
    answer = client.get("/api/v1/postcodes/B912AA").json()
    assert answer["terminated"] is None
    city = client.get("/api/v1/postcodes/B152ZZ").json()
    assert (city["status"], city["terminated"], city["currency"]) == ("ok", None, None)
    assert any("newer than the table" in caution for caution in city["cautions"])


def test_the_page_of_an_ended_postcode_says_so_and_asks_for_the_current_one(client: TestClient) -> None:
    page = client.post("/postcode", data={"postcode": "B1 1AA"})
    assert page.status_code == 200
    assert "May 2003" in page.text
    assert "Ladywood" in page.text
    assert "no longer in use" in page.text


def test_the_card_of_an_ended_postcode_says_when_it_ended(official_var: Path) -> None:
    done = run("lookup", "B1 1AA", var=official_var)
    assert done.returncode == 0
    assert "went out of use in May 2003" in done.stdout
    assert "may be terminated" not in done.stdout
    beyond = run("lookup", "B91 2AB", var=official_var)
    assert "December 2015" in beyond.stdout
