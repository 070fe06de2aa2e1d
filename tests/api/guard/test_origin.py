"""A form is taken from a page of ours only; what programs send is JSON, which no form can be."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.guard.routes import addresses

ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"},
    {"origin": "http://elsewhere.example"},
    {"origin": "http://127.0.0.1.elsewhere.example"},
    {"origin": "http://[elsewhere"},
]
SILENT: list[dict[str, str]] = [{}, {"origin": "null"}, {"sec-fetch-site": "none"}]
OURS = [{"sec-fetch-site": "same-origin"}, {"origin": "http://127.0.0.1"}]
CHANGES_SOMETHING = {"/services/{number}/report"}


def forms(app: Any, client: TestClient) -> list[Any]:
    return [one for one in addresses(app, client) if one.method == "POST" and one.form is not None]


def test_no_page_takes_a_form_from_elsewhere(own_app: Any, whole: TestClient) -> None:
    found = forms(own_app, whole)
    assert len(found) >= 7
    for one in found:
        for headers in ELSEWHERE:
            answer = whole.post(one.path, data=one.form, headers=headers)
            assert answer.status_code == 403, (one.path, headers)
            assert "999" in answer.text and "did not come from our page" in answer.text


def test_every_page_takes_its_own_form(own_app: Any, whole: TestClient) -> None:
    for one in forms(own_app, whole):
        for headers in OURS:
            assert whole.post(one.path, data=one.form, headers=headers).status_code in (200, 303), one


def test_a_form_that_only_asks_is_taken_from_a_browser_that_says_nothing(
    own_app: Any, whole: TestClient
) -> None:
    """On plain HTTP a browser says nothing of our own pages, because they send no referrer."""
    strict = set()
    for one in forms(own_app, whole):
        told = {whole.post(one.path, data=one.form, headers=headers).status_code for headers in SILENT}
        if told == {403}:
            strict.add(one.pattern)
        else:
            assert told <= {200, 303}, one
    # A form that is new is strict until api/guard/origin.py names it as one that only asks.
    assert strict == CHANGES_SOMETHING


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""]
)
def test_no_form_can_be_sent_to_the_api(own_app: Any, whole: TestClient, kind: str) -> None:
    posts = [one for one in addresses(own_app, whole) if one.method == "POST" and one.json is not None]
    assert len(posts) == 3
    for one in posts:
        headers = {"content-type": kind} if kind else {}
        answer = whole.post(one.path, content=b'{"postcodes": []}', headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "not_json"), one.path
