"""From a worry to a service: with and without scripts, on a telephone, by keyboard, on paper."""

from __future__ import annotations

import re
from typing import Any

from tests.browser.inspection import breaches, fits
from tests.browser.live import PHONE, Watched, watching

POSTCODE = "B15 2TT"
WORRY = "What is the worry, or what would help?"


def no_address_holds_the_postcode(tab: Watched) -> None:
    for address in [*tab.addresses, tab.page.url]:
        assert "2TT" not in address.upper()
        assert "52.45" not in address


def test_a_worry_and_a_postcode_lead_to_services_on_a_list_and_a_map(finding: Watched) -> None:
    page = finding.search("self harm 14", POSTCODE)
    assert page.get_by_role("heading", name=re.compile(r"\d+ services for this home")).is_visible()
    assert page.get_by_text("We took from your words: age 14.").is_visible()
    assert page.locator(".ehf-result a[href^='tel:']").first.is_visible()
    place = page.locator(".ehf-map")
    place.scroll_into_view_if_needed()
    frame = page.frame_locator(".ehf-map__frame")
    frame.locator("path.spot").wait_for()
    marks = frame.locator(".leaflet-marker-icon.place")
    assert marks.count() >= 2
    number = int(re.match(r"\d+", marks.first.inner_text())[0])  # type: ignore[index]
    name = page.locator(f"#result-{number} h3 a").inner_text()
    assert name in marks.first.get_attribute("aria-label")
    assert fits(page)
    assert breaches(finding) == []
    marks.first.focus()
    page.keyboard.press("Enter")
    # Asked for as a selector: a page's policy lets nothing be evaluated while it waits.
    page.locator(f"#result-{number} h3 a:focus").wait_for()
    no_address_holds_the_postcode(finding)


def test_pages_and_filters_keep_the_postcode_out_of_every_address(finding: Watched) -> None:
    page = finding.search("family", POSTCODE)
    first = page.locator(".ehf-result h3 a").all_inner_texts()
    page.get_by_role("button", name="Next page").click()
    page.get_by_text("Page 2 of").wait_for()
    assert not set(first) & set(page.locator(".ehf-result h3 a").all_inner_texts())
    page.get_by_label("Free", exact=False).first.check()
    page.get_by_label("Age of the child").select_option("14")
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_text("Filtered by").wait_for()
    assert page.locator("#postcode").input_value() == POSTCODE
    assert page.locator(".ehf-chosen li").count() == 2
    page.get_by_role("button", name="Remove the filter Age: 14").click()
    page.wait_for_function("document.querySelectorAll('.ehf-chosen li').length === 1")
    page.get_by_role("button", name="Search without the postcode").click()
    page.wait_for_url("**/services?**")
    assert page.locator("#postcode").input_value() == ""
    no_address_holds_the_postcode(finding)


def test_without_scripts_the_whole_way_is_the_same(finding_without_scripts: Watched) -> None:
    tab = finding_without_scripts
    page = tab.search("family", POSTCODE)
    assert page.locator("iframe").count() == 0
    assert page.locator("svg.ehf-picture").is_visible()
    assert page.locator(".ehf-picture__mark").count() >= 1
    page.get_by_role("button", name="Next page").click()
    assert page.get_by_text("Page 2 of").is_visible()
    page.get_by_label("Level of need").get_by_label("Universal Plus").or_(
        page.locator("input[name=level][value=universal_plus]")
    ).first.check()
    page.get_by_role("button", name="Apply filters").click()
    assert page.get_by_text("Level of need: Universal Plus").is_visible()
    page.locator(".ehf-result h3 a").first.click()
    assert page.get_by_role("heading", name="Contact").is_visible()
    page.get_by_text("Report a problem with this listing").click()
    page.get_by_label("The opening hours are wrong").check()
    page.get_by_role("button", name="Send the report").click()
    assert page.locator("h1").inner_text() == "Thank you"
    no_address_holds_the_postcode(tab)


def test_a_search_without_a_postcode_can_be_kept_and_opened_again(finding: Watched) -> None:
    page = finding.search("mum drinks")
    kept, names = page.url, page.locator(".ehf-result h3 a").all_inner_texts()
    assert "q=mum+drinks" in kept
    finding.open("/")
    page.goto(kept)
    assert page.locator(".ehf-result h3 a").all_inner_texts() == names


def test_words_are_suggested_and_taken_by_keyboard(finding: Watched) -> None:
    page = finding.open("/services")
    field = page.get_by_label(WORRY)
    assert field.get_attribute("role") == "combobox"
    field.press_sequentially("self h")
    options = page.get_by_role("option")
    options.first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    assert "suggestion" in page.locator("[role=status]").inner_text()
    assert breaches(finding) == []
    field.press("ArrowDown")
    chosen = options.first
    assert chosen.get_attribute("aria-selected") == "true"
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    words = chosen.get_attribute("data-text")
    field.press("Enter")
    assert field.input_value() == words
    assert field.get_attribute("aria-expanded") == "false"
    assert page.url.endswith("/services")
    field.press("Enter")
    page.locator("#results").wait_for()


def test_suggestions_close_with_escape_and_can_be_pressed(finding: Watched) -> None:
    page = finding.open("/services")
    field = page.get_by_label(WORRY)
    field.press_sequentially("hous")
    page.get_by_role("option").first.wait_for()
    field.press("Escape")
    assert page.get_by_role("option").count() == 0
    assert field.input_value() == "hous"
    field.press_sequentially("i")
    option = page.get_by_role("option").first
    option.wait_for()
    words = option.get_attribute("data-text")
    option.click()
    assert field.input_value() == words


def test_what_may_be_a_postcode_is_never_sent_for_suggestions(finding: Watched) -> None:
    page = finding.open("/services")
    page.get_by_label(WORRY).press_sequentially("self harm B15 2TT", delay=40)
    page.get_by_label("Postcode of the child’s home").focus()
    page.wait_for_timeout(400)  # longer than the pause after which suggestions are asked for
    asked = [address for address in finding.addresses if "suggest" in address]
    assert asked
    assert not any(re.search(r"B15(%20|\+)?", address) for address in asked)


def test_a_keyboard_alone_finds_and_opens_a_service(finding_at_a_desk: Watched) -> None:
    page = finding_at_a_desk.open("/services")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("young carer")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.locator("#results").wait_for()
    link = page.locator(".ehf-result h3 a").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    name = link.inner_text()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Contact").wait_for()
    assert page.locator("h1").inner_text() == name


def test_the_way_from_a_postcode_to_the_services_for_that_home(finding: Watched) -> None:
    page = finding.ask(POSTCODE)
    page.get_by_role("button", name="Find services for this home").click()
    page.get_by_text("For B15 2TT in Edgbaston district").wait_for()
    assert page.locator(".ehf-result").count() == 10
    no_address_holds_the_postcode(finding)


def test_on_paper_there_are_the_contact_the_hours_and_the_place(finding_at_a_desk: Watched) -> None:
    page = finding_at_a_desk.open("/services?q=Safe+Hands")
    page.locator(".ehf-result h3 a").first.click()
    page.get_by_role("heading", name="Contact").wait_for()
    page.emulate_media(media="print")
    assert page.locator("a[href^='tel:0121']").first.is_visible()
    assert page.get_by_role("table").first.is_visible()
    assert page.locator("svg.ehf-picture").is_visible()
    assert not page.get_by_text("Report a problem with this listing").is_visible()
    assert not page.locator(".ehf-map__frame").is_visible()


def test_the_first_number_is_near_the_top_and_before_the_filters(chromium: Any, directory_site: str) -> None:
    with watching(chromium, directory_site, viewport=PHONE) as tab:
        page = tab.search("self harm 14", POSTCODE)
        top = "(element) => element.getBoundingClientRect().top + window.scrollY"
        number = page.locator(".ehf-result .ehf-tel").first.evaluate(top)
        assert number < 1.5 * PHONE["height"]
        assert number < page.locator("#filters").evaluate(top)
