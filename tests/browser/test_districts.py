"""Who runs early help in this district: in a real browser, from the home page to a line and a service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.inspection import breaches
from tests.browser.live import Watched, unfold_key, watching

EDGBASTON = "/areas/district/E14000560"
PATHS = (
    "/areas",
    EDGBASTON,
    "/areas/district/E14000985",
    "/areas/hub/HUB05",
    "/areas/childrens_centre/CC01",
    "/areas/ward_2018/E05011118",
    "/areas/health_visiting/HVN01",
    "/areas/lsoa_2021/E01008881",
)


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def to_edgbaston(tab: Watched) -> Any:
    page = tab.open("/")
    page.get_by_role("link", name="Edgbaston", exact=True).click()
    assert page.url.endswith(EDGBASTON)
    return page


def the_question_is_answered(page: Any) -> None:
    assert page.get_by_role("heading", level=1).inner_text() == "Edgbaston district: who runs early help"
    assert page.get_by_text("Families in Edgbaston district have 3 safeguarding and family hubs").is_visible()
    assert page.locator(".ehf-now a[href^='tel:']").first.is_visible()
    hubs = page.get_by_role("region", name="3 safeguarding and family hubs")
    assert hubs.get_by_role("listitem").count() == 3
    assert hubs.get_by_role("link", name="0121 496").count() == 3
    picture = page.get_by_role("img", name="Edgbaston district cut into the areas of 3 safeguarding and")
    assert picture.is_visible()
    assert page.get_by_role("table", name="The 3 combinations of teams").is_visible()
    assert page.get_by_role("heading", name="Schools").is_visible()


def test_from_the_home_page_to_a_districts_teams(tab: Watched) -> None:
    page = to_edgbaston(tab)
    the_question_is_answered(page)
    assert fits(page)


def test_without_scripts_the_answer_is_the_same(tab_without_scripts: Watched) -> None:
    page = to_edgbaston(tab_without_scripts)
    the_question_is_answered(page)
    assert page.locator("svg.ehf-picture").is_visible()
    assert page.locator("iframe").count() == 0
    assert fits(page)


def test_the_picture_of_the_city_leads_to_the_district_that_is_pressed(tab: Watched) -> None:
    page = tab.open("/areas")
    page.locator(".ehf-city__picture").scroll_into_view_if_needed()
    name = page.locator(".ehf-city__picture text", has_text="Coldfield").bounding_box()
    page.mouse.click(name["x"] + name["width"] / 2, name["y"] + name["height"] / 2)
    page.wait_for_url("**/areas/district/E14000985")


def test_by_keyboard_from_the_home_page_to_a_team(tab: Watched) -> None:
    page = tab.open("/")
    press = page.keyboard.press

    def until(words: str) -> None:
        for _ in range(60):
            press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == words:
                return
        raise AssertionError(f"the keyboard does not reach {words!r}")

    until("Edgbaston")
    press("Enter")
    page.wait_for_url(f"**{EDGBASTON}")
    until("Edgbaston and Ladywood")
    press("Enter")
    page.wait_for_url("**/areas/hub/HUB05")
    assert "works in 2 districts" in page.locator(".govuk-body-l").inner_text()


def test_the_maps_can_be_laid_over_each_other(tab: Watched) -> None:
    page = tab.open(EDGBASTON)
    page.locator(".ehf-map").scroll_into_view_if_needed()
    frame = page.frame_locator(".ehf-map__frame")
    shapes = frame.locator(".leaflet-overlay-pane path.leaflet-interactive")
    shapes.first.wait_for()
    at_first = shapes.count()
    unfold_key(frame)
    frame.get_by_label("Health visiting team").check()
    assert shapes.count() > at_first
    assert frame.locator("path.spot").count() == 0


def test_from_a_districts_needs_to_its_services_and_back(finding: Watched) -> None:
    page = finding.open(EDGBASTON)
    need = page.locator(".ehf-needs a").first
    name = need.inner_text()
    need.click()
    assert page.locator("#results").is_visible()
    assert name in page.locator("main").inner_text()
    page.go_back()
    the_question_is_answered(page)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_areas_breaks_no_rule_and_fits(tab: Watched, path: str) -> None:
    page = tab.open(path)
    assert breaches(tab) == []
    assert fits(page)


def test_at_400_per_cent_nothing_is_cut_off(chromium: Any, site: str) -> None:
    with watching(chromium, site, viewport={"width": 320, "height": 256}) as tab:
        for path in ("/areas", EDGBASTON):
            assert fits(tab.open(path))


def test_the_names_in_the_pictures_stand_inside_them(tab: Watched) -> None:
    page = tab.open(EDGBASTON)
    outside = page.evaluate(
        """() => [...document.querySelectorAll("svg.ehf-cut, svg.ehf-city__picture")].flatMap((svg) => {
            const box = svg.viewBox.baseVal;
            return [...svg.querySelectorAll("text")].filter((text) => {
              const at = text.getBBox();
              return at.x < 0 || at.y < 0 || at.x + at.width > box.width || at.y + at.height > box.height;
            }).map((text) => text.textContent);
        })"""
    )
    assert outside == []


def test_forced_colours_keep_the_pictures_and_the_patterns(tab: Watched) -> None:
    page = tab.open(EDGBASTON)
    page.emulate_media(forced_colors="active")
    piece = page.locator("svg.ehf-cut g path").first
    assert "ehf-cut-0" in piece.evaluate("path => getComputedStyle(path).fill")
    assert page.locator("svg.ehf-cut").first.evaluate("s => getComputedStyle(s).backgroundColor") == (
        "rgb(255, 255, 255)"
    )


def test_on_paper_there_are_the_teams_the_pictures_and_the_schools(chromium: Any, site: str) -> None:
    with watching(chromium, site) as tab:
        page = tab.open(EDGBASTON)
        page.emulate_media(media="print")
        the_question_is_answered(page)
        assert page.locator("svg.ehf-picture").is_visible()
        assert not page.locator(".ehf-map__frame").is_visible()
        assert not page.get_by_role("list", name="On this page").is_visible()
