"""A problem with a listing can be reported by anybody from our pages, in closed words, ten times an hour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from directory.store.store import Store
from geo.home import data_dir
from tests.api.pages.reading import sample, title, words

NUMBER = sample("Safe Hands Self-Harm Group")["id"]
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def own_pages(own_var: Path) -> Iterator[TestClient]:
    """Pages over a directory that the test may change."""
    with TestClient(create_app(data_dir(), own_var), follow_redirects=False) as client:
        yield client


def report(
    pages: TestClient, problem: str | None = "telephone", headers: dict[str, str] | None = None
) -> httpx.Response:
    data = {} if problem is None else {"problem": problem}
    return pages.post(f"/services/{NUMBER}/report", data=data, headers=OURS if headers is None else headers)


def notes(var: Path) -> list[tuple[str, str, int]]:
    with Store.open(f"sqlite:///{var / 'directory.db'}") as store:
        return [(note.id, note.problem, note.times) for note in store.notes()]


def test_a_report_is_queued_for_the_stewards(own_pages: TestClient, own_var: Path) -> None:
    answer = report(own_pages)
    assert answer.status_code == 200
    assert title(answer).startswith("Thank you")
    assert "What happens next" in words(answer)
    assert notes(own_var) == [(NUMBER, "telephone", 1)]


def test_to_send_the_report_is_the_one_action_of_its_page_and_looks_like_it(own_pages: TestClient) -> None:
    for answer in (own_pages.get(f"/services/{NUMBER}"), report(own_pages, None)):
        buttons = re.findall(r'<button[^>]*class="([^"]*)"[^>]*>([^<]*)</button>', answer.text)
        assert [words for classes, words in buttons if classes == "govuk-button"] == ["Send the report"]
        assert not any("govuk-button--secondary" in classes for classes, _ in buttons)


@pytest.mark.parametrize("problem", [None, "", "my name is"])
def test_anything_but_one_of_the_choices_is_asked_again(
    own_pages: TestClient, own_var: Path, problem: str | None
) -> None:
    answer = report(own_pages, problem)
    assert title(answer).startswith("Error: ")
    assert 'href="#problem"' in answer.text
    assert 'id="problem"' in answer.text
    assert "my name is" not in answer.text
    assert notes(own_var) == []


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://testserver"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, False),
        ({"origin": "http://elsewhere.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_a_page_of_ours_may_send_it(
    own_pages: TestClient, own_var: Path, headers: dict[str, str], taken: bool
) -> None:
    answer = report(own_pages, headers=headers)
    assert answer.status_code == (200 if taken else 403)
    assert len(notes(own_var)) == taken


def test_too_many_reports_are_refused_with_a_time_to_wait(own_pages: TestClient) -> None:
    answers = [report(own_pages) for _ in range(40)]
    assert answers[0].status_code == 200
    last = answers[-1]
    assert last.status_code == 429
    assert "Too many reports for now" in words(last)
    assert 0 < int(last.headers["retry-after"]) <= 3600


def test_a_listing_that_is_not_there_cannot_be_reported(own_pages: TestClient) -> None:
    answer = own_pages.post("/services/none/report", data={"problem": "other"}, headers=OURS)
    assert answer.status_code == 404


def test_the_address_of_the_form_leads_back_to_the_listing(own_pages: TestClient) -> None:
    answer = own_pages.get(f"/services/{NUMBER}/report")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/services/{NUMBER}"


def test_the_page_with_the_form_lets_its_origin_through_and_no_other_page_does(own_pages: TestClient) -> None:
    assert '<meta name="referrer" content="same-origin">' in own_pages.get(f"/services/{NUMBER}").text
    for path in ("/", "/services", "/services?q=housing", "/needs"):
        assert 'name="referrer"' not in own_pages.get(path).text
