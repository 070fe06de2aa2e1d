"""Schools in a real browser: from the areas to a school's team, by keyboard, on a telephone and at a desk."""

from __future__ import annotations

import pytest

from tests.browser.inspection import breaches
from tests.browser.live import Watched

PATHS = ("/schools", "/schools?q=st+mary", "/schools?q=nothing", "/schools/103159", "/schools/103623")


def ask(tab: Watched, words: str) -> None:
    tab.open("/schools")
    field = tab.page.get_by_label("Name or postcode")
    field.fill(words)
    field.press("Enter")


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_schools_breaks_no_rule_and_fits(tab: Watched, path: str) -> None:
    page = tab.open(path)
    assert breaches(tab) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_the_areas_to_whom_to_call_about_a_school(tab_without_scripts: Watched) -> None:
    page = tab_without_scripts.open("/areas")
    page.get_by_role("link", name="Find a school").click()
    field = page.get_by_label("Name or postcode")
    field.fill("adderley primary")
    field.press("Enter")
    page.get_by_role("link", name="Adderley Primary School").click()
    assert page.get_by_role("heading", name="Who to call now").is_visible()
    team = page.get_by_role("region", name="Family support team")
    assert team.get_by_role("link", name="0121 496 0404").get_attribute("href") == "tel:01214960404"
    page.get_by_role("link", name="Other schools in Hodge Hill district").click()
    assert page.url.endswith("/areas/district/E14000563#schools")
    assert page.get_by_role("heading", name="Schools").is_visible()


def test_a_postcode_shows_the_nearest_schools_and_stays_out_of_the_address(tab: Watched) -> None:
    ask(tab, "b42 2py")
    assert tab.page.url.endswith("/schools")
    assert tab.page.get_by_role("heading", name="Schools near B42 2PY").is_visible()
    assert breaches(tab) == []
    assert not any("2py" in address.lower() for address in tab.addresses)
    tab.page.get_by_role("button", name="See the teams for B42 2PY").click()
    assert tab.page.get_by_role("heading", name="Who to call now").is_visible()


def test_a_wrong_postcode_leads_back_to_the_field(tab: Watched) -> None:
    ask(tab, "B42")
    summary = tab.page.get_by_role("alert")
    assert "Enter the full postcode" in summary.inner_text()
    assert breaches(tab) == []
    summary.get_by_role("link").click()
    assert tab.page.get_by_label("Name or postcode").evaluate("field => field === document.activeElement")
