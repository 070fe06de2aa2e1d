"""The pages of schools: found by name with an address to keep, by postcode without one."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from api.pages.schools import postcode_in


def post(client: TestClient, typed: str) -> tuple[int, str, str]:
    told = client.post("/schools", data={"q": typed})
    return told.status_code, told.headers.get("location", ""), told.text


def test_a_name_gets_an_address_of_its_own(client: TestClient) -> None:
    status, address, _text = post(client, "st mary’s & co")
    assert status == 303
    assert address.startswith("/schools?q=st+mary")
    text = client.get("/schools", params={"q": "st marys"}).text
    assert 'href="/schools/103438"' in text
    assert 'href="/schools/103410"' in text


@pytest.mark.parametrize("typed", ["B42 2PY", "b422py", "schools near B42 2PY please", "B42  2py"])
def test_a_postcode_is_answered_at_once_and_stands_in_no_address(client: TestClient, typed: str) -> None:
    status, address, text = post(client, typed)
    assert (status, address) == (200, "")
    assert "Beeches Junior School" in text
    assert "Perry Beeches Nursery School" in text
    assert not re.search(r'href="[^"]*(b42|2py)', text, re.IGNORECASE)
    assert "<title>Schools near a postcode" in text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("B91 3QJ", "in Solihull, not in Birmingham"),
        ("B42", "Enter the full postcode"),
        ("B42 9ZZ", "postcode"),
    ],
)
def test_a_postcode_that_cannot_be_used_is_an_error_of_the_field(
    client: TestClient, typed: str, told: str
) -> None:
    status, _address, text = post(client, typed)
    assert status == 200
    assert 'href="#q"' in text
    assert told in text
    assert "<title>Error" in text


def test_a_postcode_in_the_address_is_not_looked_up(client: TestClient) -> None:
    text = client.get("/schools", params={"q": "B42 2PY"}).text
    assert "2PY" not in text
    assert "Schools by district" in text


@pytest.mark.parametrize(
    ("typed", "found"),
    [("St Mary", ""), ("103159", ""), ("", ""), ("B42", "B42"), ("at b42 2py now", "b42 2py")],
)
def test_what_is_a_postcode_and_what_a_name(typed: str, found: str) -> None:
    assert postcode_in(typed) == found


def test_a_school_shows_its_team_and_whom_to_call_and_sends_a_child_home(client: TestClient) -> None:
    answer = client.get("/schools/103159")
    text = answer.text
    assert answer.headers["cache-control"] == "no-store"  # it says who is open now
    for part in (
        "Adderley Primary School",
        "Who to call now",
        "0121 496 0404",
        "Sample listing",
        "Illustrative",
        "For a child, use the child’s home",
        'href="/areas/district/E14000563#schools"',
        "in about March 2026",
        "Establishment/Details/103159",
    ):
        assert part in text, part


def test_a_school_near_a_boundary_says_so(client: TestClient) -> None:
    near = next(
        one["urn"]
        for one in client.get("/api/v1/schools").json()["schools"]
        if one["areas"] and one["areas"]["family_support"]["near"]
    )
    assert "close to a boundary" in client.get(f"/schools/{near}").text


def test_a_school_in_another_authority_says_so_and_names_no_team_here(client: TestClient) -> None:
    text = client.get("/schools/103623").text
    assert "stands in Solihull, not in Birmingham" in text
    assert "The family support team of this school" not in text
    assert "0121 788 4300" in text or "0121 605 6060" in text


def test_a_school_that_is_not_in_the_list_is_told_with_what_to_do(client: TestClient) -> None:
    answer = client.get("/schools/999999")
    assert answer.status_code == 404
    assert "become an academy" in answer.text


def test_a_district_lists_its_schools_by_phase_with_age_and_gaps_of_the_list(client: TestClient) -> None:
    text = client.get("/areas/district/E14000563").text
    assert 'id="schools"' in text
    for part in ("Nursery schools (3)", "Primary schools (11)", "Special schools (2)"):
        assert part in text
    assert 'href="/schools/103159"' in text
    assert "This list is not complete." in text
    assert "in about March 2026" in text


def test_an_area_that_has_ended_lists_no_schools(client: TestClient) -> None:
    assert 'id="schools"' not in client.get("/areas/health_visiting/HVN01").text


def test_the_page_of_areas_leads_to_the_schools(client: TestClient) -> None:
    assert 'href="/schools"' in client.get("/areas").text


def test_the_page_about_the_data_names_the_register(client: TestClient) -> None:
    text = client.get("/about").text
    assert "Get Information about Schools" in text
    assert "184 schools; not all schools of the city" in text
