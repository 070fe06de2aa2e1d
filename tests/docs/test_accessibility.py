"""The accessibility statement tells what was tested, of the pages and checks that there are today."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

from docs.accessibility import RESULTS, results, subject
from tests.api.pages.reading import title, words
from tests.browser.gallery.catalogue import GALLERY


def read() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    return told


def test_the_statement_is_of_the_pages_and_checks_of_today() -> None:
    told = read()
    assert dt.date.fromisoformat(told.pop("day")) <= dt.date.today()
    assert told.pop("browser").startswith("Chromium ")
    for check in told["checks"].values():
        check.pop("wrong")
    assert told == subject(), "run: make accessibility"


def test_a_fault_that_was_found_stands_in_the_results_by_the_name_of_its_view() -> None:
    found = {GALLERY[0].name: {"zoom": ["wider than 320 pixels: h1"], "axe": []}}
    told = results(found, dt.date(2026, 12, 1), "Chromium 1")
    assert told["checks"]["zoom"]["wrong"] == [GALLERY[0].words]
    assert told["checks"]["axe"]["wrong"] == []


def test_the_page_says_what_was_tested_when_and_what_was_not(app: Any) -> None:
    told = read()
    page = TestClient(app).get("/accessibility")
    text = words(page)
    assert title(page).startswith("Accessibility statement")
    assert f"{len(GALLERY)} views of {told['pages']} pages" in text
    assert told["browser"] in text and f"axe-core {told['axe']}" in text
    for check in told["checks"].values():
        assert check["words"] in text
    assert "partially compliant" in text and "fully compliant" not in text
    assert "No disabled person has tested this site." in text
    assert "Accessibility Regulations 2018" in text
