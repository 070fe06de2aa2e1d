"""The accessibility statement names who runs the site; where the settings do not, it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Operator, Settings, read_settings
from geo.home import data_dir
from tests.api.pages.readability import grade, sentences
from tests.api.pages.reading import words
from tests.api.pages.test_plain_words import OF_THE_AGE_OF_12

NO_CONTACT = "names no contact"


def statement(built: Path, operator: Operator | None) -> httpx.Response:
    app: Any = create_app(data_dir(), built, settings=Settings(operator=operator))
    return TestClient(app).get("/accessibility")


def test_whoever_runs_the_site_is_named_with_every_way_to_reach_them(built: Path) -> None:
    settings = read_settings(
        {
            "EARLYHELP_OPERATOR": "Help for Families",
            "EARLYHELP_OPERATOR_EMAIL": "web@help.example",
            "EARLYHELP_OPERATOR_TELEPHONE": "0121 496 0000",
            "EARLYHELP_OPERATOR_DAYS": "5",
        }
    )
    page = statement(built, settings.operator)
    text = words(page)
    assert "This site is run by Help for Families." in text
    assert 'href="mailto:web@help.example"' in page.text
    assert 'href="tel:01214960000"' in page.text
    assert "They answer within 5 working days." in text
    assert NO_CONTACT not in text
    assert grade(sentences(page)) <= OF_THE_AGE_OF_12


def test_where_nobody_is_named_the_statement_says_so(built: Path) -> None:
    text = words(statement(built, None))
    assert NO_CONTACT in text
    assert "This site is run by" not in text


@pytest.mark.parametrize(
    ("operator", "told", "not_told"),
    [
        (Operator("Help", email="web@help.example"), "E-mail: web@help.example", "Telephone:"),
        (Operator("Help", telephone="0121 496 0000"), "Telephone: 0121 496 0000", "E-mail:"),
        (Operator("Help", "web@help.example", days=1), "within 1 working day.", "within 0"),
    ],
)
def test_only_what_is_known_of_them_is_told(
    built: Path, operator: Operator, told: str, not_told: str
) -> None:
    text = words(statement(built, operator))
    assert told in text
    assert not_told not in text
    assert ("They answer within" in text) == bool(operator.days)
