"""The answer to a postcode: its map, what stands in its place without scripts, on paper; maps of areas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.live import Watched, unfold_key, watching

POSTCODE = "B15 2TT"


def no_address_holds_the_postcode(tab: Watched) -> None:
    for address in [*tab.addresses, tab.page.url]:
        assert "2TT" not in address.upper()
        assert "52.45" not in address


def test_a_postcode_leads_to_the_district_the_teams_and_whom_to_call(tab: Watched) -> None:
    page = tab.ask(POSTCODE.lower())
    assert page.get_by_role("heading", level=1).inner_text() == "B15 2TT is in Edgbaston district"
    assert page.locator("section.ehf-now a[href^='tel:']").first.is_visible()
    assert page.locator(".ehf-team").count() == 4
    assert page.get_by_text("Sample listing").first.is_visible()
    assert page.get_by_text("The team areas on this page are illustrative.").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    no_address_holds_the_postcode(tab)


def test_the_map_shows_the_shapes_and_the_spot_and_switches_layers(tab: Watched) -> None:
    page = tab.ask(POSTCODE)
    page.locator(".ehf-map").scroll_into_view_if_needed()
    frame = page.frame_locator(".ehf-map__frame")
    frame.locator("path.spot").wait_for()
    shapes = frame.locator(".leaflet-overlay-pane path.leaflet-interactive:not(.spot)")
    at_first = shapes.count()
    assert at_first >= 10
    unfold_key(frame)
    frame.get_by_label("Health visiting team").check()
    assert shapes.count() > at_first
    frame.get_by_label("Health visiting team").uncheck()
    assert shapes.count() == at_first
    box = frame.locator("path.spot").bounding_box()
    whole = page.locator(".ehf-map__frame").bounding_box()
    assert whole["x"] < box["x"] < whole["x"] + whole["width"]
    assert whole["y"] < box["y"] < whole["y"] + whole["height"]
    no_address_holds_the_postcode(tab)


def test_without_scripts_there_is_the_same_answer_and_a_picture(tab_without_scripts: Watched) -> None:
    tab = tab_without_scripts
    page = tab.ask(POSTCODE)
    assert page.get_by_role("heading", level=1).inner_text() == "B15 2TT is in Edgbaston district"
    assert page.locator("iframe").count() == 0
    assert page.locator("svg.ehf-picture").is_visible()
    assert page.locator(".ehf-picture__spot").is_visible()
    page.get_by_text("All areas of this home, as a table").click()
    assert page.get_by_role("row", name="District").is_visible()
    no_address_holds_the_postcode(tab)


def test_a_keyboard_alone_is_enough(tab: Watched) -> None:
    page = tab.open("/")
    press = page.keyboard.press
    press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("govuk-skip-link")
    press("Enter")
    for _ in range(8):
        press("Tab")
        if page.evaluate("document.activeElement.id") == "postcode":
            break
    page.keyboard.type(POSTCODE)
    press("Enter")
    page.wait_for_url("**/postcode")
    page.locator(".ehf-map__frame").scroll_into_view_if_needed()
    frame = page.frame_locator(".ehf-map__frame")
    frame.locator("path.spot").wait_for()
    unfold_key(frame, by_keyboard=True)
    switch = frame.get_by_label("Health visiting team")
    frame.locator(".leaflet-control-zoom-out").focus()
    for _ in range(30):
        press("Tab")
        if switch.evaluate("box => box === document.activeElement"):
            break
    press("Space")
    assert switch.is_checked()


def test_on_paper_there_are_the_table_the_picture_and_the_number(chromium: Any, site: str) -> None:
    with watching(chromium, site) as tab:
        page = tab.ask(POSTCODE)
        page.emulate_media(media="print")
        assert page.get_by_role("table").first.is_visible()
        assert page.locator("svg.ehf-picture").is_visible()
        assert page.locator("section.ehf-now a[href^='tel:']").first.is_visible()
        assert not page.locator(".ehf-map__frame").is_visible()
        assert not page.locator("#postcode").is_visible()


def test_asking_for_the_answers_address_leads_home(tab: Watched) -> None:
    page = tab.open("/postcode")
    assert page.url == tab.site + "/"


@pytest.mark.parametrize("path", ["/areas/hub", "/areas/hub/HUB01", "/areas/district", "/areas/ward_2004"])
def test_areas_have_a_map_and_a_list(tab: Watched, path: str) -> None:
    page = tab.open(path)
    page.locator(".ehf-map").scroll_into_view_if_needed()
    frame = page.frame_locator(".ehf-map__frame")
    frame.locator("path.leaflet-interactive").first.wait_for()
    assert frame.locator("path.leaflet-interactive").count() >= 10
    if path.count("/") == 3:
        assert frame.locator("path.chosen").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    "way",
    [
        lambda tab: tab.ask("B91 3QJ"),
        lambda tab: tab.open("/nothing-here"),
        lambda tab: tab.open("/services"),
        lambda tab: tab.open("/worried/early-help?a=v1.zzz"),
    ],
    ids=["Solihull", "no page", "no directory", "answers that cannot be read"],
)
def test_on_a_small_telephone_the_number_is_seen_without_scrolling(
    chromium: Any, site: str, way: Callable[[Watched], Any]
) -> None:
    with watching(chromium, site, viewport={"width": 360, "height": 640}) as tab:
        page = way(tab)
        number = page.locator("section.ehf-now a[href^='tel:0121']").first.bounding_box()
        assert page.evaluate("window.scrollY") == 0
        assert number["y"] + number["height"] <= 640
        tab.expected(tab.status)


def test_on_a_telephone_nothing_must_be_scrolled_inside_a_map(phone: Watched) -> None:
    page = phone.ask(POSTCODE)
    page.locator(".ehf-map").scroll_into_view_if_needed()
    frame = page.frame_locator(".ehf-map__frame")
    frame.locator("path.spot").wait_for()
    key, switches = frame.locator("fieldset"), frame.locator("fieldset .switch")

    def scrolls() -> bool:
        inside = "one => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth"
        return bool(
            key.evaluate(inside) or key.evaluate("() => window.innerHeight < document.body.scrollHeight")
        )

    frame.locator("fieldset button").wait_for(state="attached")
    shown = [one.inner_text().strip() for one in switches.all() if one.is_visible()]
    assert shown == ["District", "Safeguarding and family hub (illustrative)"]
    assert not scrolls()
    assert frame.locator(".folium-map").bounding_box()["height"] > 300
    frame.get_by_role("button", name="Change", expanded=False).click()
    assert all(one.is_visible() for one in switches.all())
    assert switches.count() == 9
    assert not scrolls()
    frame.get_by_label("Children's centre locality").check()
    frame.get_by_role("button", name="Done", expanded=True).click()
    assert [one.is_visible() for one in switches.all()].count(True) == 3
    assert not scrolls()


def test_at_a_desk_every_switch_of_a_map_is_there_at_once(desk: Watched) -> None:
    page = desk.ask(POSTCODE)
    page.locator(".ehf-map").scroll_into_view_if_needed()
    frame = page.frame_locator(".ehf-map__frame")
    frame.locator("path.spot").wait_for()
    assert all(one.is_visible() for one in frame.locator("fieldset .switch").all())
    assert not frame.locator("fieldset button").is_visible()
