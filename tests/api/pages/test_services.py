"""The search page without scripts: words, postcode, filters, pages, and what to do where nothing is found."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from api.pages.csp import TYPING_CSP
from tests.api.pages.reading import addresses, names, sample, title, words

TICKS = r'name="(level|need|route|accessibility|open_now|free|room)" type="[a-z]*" value="([^"]+)"'


def post(pages: TestClient, **fields: str) -> httpx.Response:
    return pages.post("/services", data=fields)


def pressed(pages: TestClient, answer: httpx.Response, name: str, value: str) -> httpx.Response:
    """What comes when a button of the hidden form is pressed."""
    form = re.search(r'<form id="again".*?</form>', answer.text, re.S)
    assert form
    assert re.search(rf'form="again" name="{name}" value="{re.escape(html.escape(value))}"', answer.text)
    fields: dict[str, list[str]] = {}
    for field, held in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[0]):
        fields.setdefault(field, []).append(html.unescape(held))
    return pages.post("/services", data={**fields, name: value})


def test_before_anything_is_asked_there_are_the_needs_by_group(pages: TestClient) -> None:
    answer = pages.get("/services")
    assert answer.status_code == 200
    assert "Feelings and mental health" in words(answer)
    assert 'href="/services?need=self_harm"' in answer.text
    assert 'href="/needs"' in answer.text


def test_words_without_a_postcode_get_an_address_to_keep(pages: TestClient) -> None:
    answer = post(pages, q="self harm 14", postcode="", open_now="")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/services?q=self+harm+14"
    found = pages.get(answer.headers["location"])
    assert "Safe Hands Self-Harm Group" in names(found)[:3]
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-security-policy"] == TYPING_CSP


def test_each_result_says_what_it_is_and_why_it_is_here(pages: TestClient) -> None:
    answer = pages.get("/services?q=self+harm+14")
    card = re.search(r'<li class="ehf-result".*?</li>', answer.text, re.S)
    assert card
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", card[0])).split())
    for part in (
        "Sample listing",
        "Contact",
        "Hours",
        "Ages",
        "How to ask",
        "Where",
        "Cost",
        "Listing Checked",
        "Why it is here",
    ):
        assert part in text, part
    assert re.search(r'href="tel:0121496\d{4}"', card[0])


def test_the_page_says_how_the_words_were_read(pages: TestClient) -> None:
    assert "We took from your words: age 14." in words(pages.get("/services?q=self+harm+14"))
    assert "We read “DA” as domestic abuse" in words(pages.get("/services?q=DA"))


def test_a_slip_is_corrected_and_said_and_can_be_undone(pages: TestClient) -> None:
    answer = pages.get("/services?q=anxeity")
    assert "Showing results for anxiety" in words(answer)
    assert names(answer)
    again = re.search(r'href="([^"]*)">Search instead for anxeity', answer.text)
    assert again
    undone = pages.get(html.unescape(again[1]))
    assert "Showing results for" not in words(undone)
    assert names(undone) != names(answer)


def test_with_a_postcode_the_answer_is_the_page_itself(pages: TestClient) -> None:
    answer = post(pages, q="self harm", postcode="b15 2tt")
    assert answer.status_code == 200
    assert "For B15 2TT in Edgbaston district" in words(answer)
    assert "away" in words(answer)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("fields", [{"q": "self harm", "postcode": "B15 2TT"}, {"q": "self harm B15 2TT"}])
def test_no_address_or_title_ever_holds_the_postcode(pages: TestClient, fields: dict[str, str]) -> None:
    first = post(pages, **fields)
    second = pressed(pages, first, "drop", "postcode")
    assert first.status_code == 200
    assert second.status_code == 303
    for answer in (first, pages.get(second.headers["location"])):
        assert not re.search(r"2TT", title(answer), re.IGNORECASE)
        for address in addresses(answer):
            assert not re.search(r"2TT|52\.4", address, re.IGNORECASE)


def test_a_postcode_in_an_address_is_carried_on_by_post_only(pages: TestClient) -> None:
    answer = pages.get("/services?q=housing+B15+2TT")
    assert "For B15 2TT" in words(answer)
    assert not any("2TT" in address.upper() for address in addresses(answer))
    assert 'id="again"' in answer.text


def test_pages_of_results_are_links_without_a_postcode_and_buttons_with_one(pages: TestClient) -> None:
    by_link = pages.get("/services?q=family")
    first = names(by_link)
    after = re.search(r'href="([^"]*)">Next page', by_link.text)
    assert after
    second = pages.get(html.unescape(after[1]))
    assert len(first) == 10
    assert not set(first) & set(names(second))
    assert "Page 2 of" in words(second)

    by_post = post(pages, q="family", postcode="B15 2TT")
    turned = pressed(pages, by_post, "page", "2")
    assert turned.status_code == 200
    assert "Page 2 of" in words(turned)
    assert not set(names(by_post)) & set(names(turned))
    assert names(pressed(pages, turned, "page", "1")) == names(by_post)


def test_a_page_beyond_the_last_is_the_last(pages: TestClient) -> None:
    assert names(pages.get("/services?q=self+harm&page=400"))


def test_every_filter_narrows_and_can_be_removed(pages: TestClient) -> None:
    everything = pages.get("/services?q=family")
    whole = _total(everything)
    for name, value in _choices(everything):
        answer = pages.get(f"/services?q=family&{name}={value}")
        assert 0 < _total(answer) <= whole, (name, value)
        assert "Filtered by" in words(answer), (name, value)
        links = re.findall(r'href="([^"]*)">Remove', answer.text)
        assert [parse_qs(urlsplit(html.unescape(one)).query) for one in links] == [{"q": ["family"]}], (
            name,
            value,
        )


def test_what_a_filter_says_it_has_is_what_it_gives(pages: TestClient) -> None:
    answer = pages.get("/services?q=family")
    found = re.findall(TICKS + r".*?\((\d+)<", answer.text, re.S)
    assert {name for name, _value, _count in found} >= {"level", "need", "route", "free", "room"}
    for name, value, count in found:
        if name != "open_now":  # the minute may turn between the two
            assert _total(pages.get(f"/services?q=family&{name}={value}")) == int(count), (name, value)


def test_filters_are_kept_with_a_postcode_and_go_one_by_one(pages: TestClient) -> None:
    answer = post(pages, q="family", postcode="B15 2TT", free="yes", level="universal_plus")
    assert "Only: free" in words(answer)
    less = pressed(pages, answer, "drop", "free=yes")
    assert "Only: free" not in words(less)
    assert "Level of need: Universal Plus" in words(less)
    assert "For B15 2TT" in words(less)


def test_an_area_of_any_layer_can_be_chosen(pages: TestClient) -> None:
    everything = pages.get("/services?q=youth")
    for layer in ("District", "Ward since 2018", "Safeguarding and family hub (illustrative)"):
        assert f'<optgroup label="{layer}">' in everything.text
    hub = pages.get("/services?q=youth&area=hub:HUB01")
    assert 0 < _total(hub) <= _total(everything)
    assert "Serves:" in words(hub)


def test_old_addresses_with_words_that_are_gone_still_find_something(pages: TestClient) -> None:
    answer = pages.get("/services?q=family&need=no_such_need&area=hub:NOWHERE&level=none&page=x&age=999")
    assert answer.status_code == 200
    assert names(answer)


def test_the_postcode_of_another_council_is_told(pages: TestClient) -> None:
    text = words(post(pages, q="housing", postcode="B91 3QJ"))
    assert "B91 3QJ is in the area of Solihull, not Birmingham." in text


@pytest.mark.parametrize(
    ("typed", "told"), [("rubbish", "Error: "), ("B90", "Error: "), ("B15 9ZZ", "Error: ")]
)
def test_a_postcode_that_cannot_be_used_is_told_at_the_field(
    pages: TestClient, typed: str, told: str
) -> None:
    answer = post(pages, q="housing", postcode=typed)
    assert title(answer).startswith(told)
    assert 'href="#postcode"' in answer.text
    assert 'id="postcode-error"' in answer.text


@pytest.mark.parametrize("fields", [{"q": "food", "postcode": "B23"}, {"q": "food B23"}])
def test_part_of_a_postcode_is_searched_and_the_page_says_so(
    pages: TestClient, fields: dict[str, str]
) -> None:
    answer = post(pages, **fields)
    text = words(answer)
    assert not title(answer).startswith("Error")
    assert "B23 is only part of a postcode, in Erdington" in text
    assert "Only services that serve some part of it are listed." in text
    assert "does not look at where the home is" not in text
    assert not any("B23" in address for address in addresses(answer))
    assert 0 < _total(answer) < _total(pages.get("/services?q=food"))


def test_what_does_not_serve_the_home_can_be_seen_too(pages: TestClient) -> None:
    first = post(pages, q="food", postcode="B15 2TT")
    told = re.search(r"(\d+) other services? match", words(first))
    assert told
    assert "Not this home" not in words(first)
    more = pressed(pages, first, "elsewhere", "yes")
    assert _total(more) == _total(first) + int(told[1])
    assert "Services that do not serve this home are listed too." in words(more)
    turned = pressed(pages, more, "page", "2")
    assert _total(turned) == _total(more)
    assert "Not this home" in words(more) + words(turned)
    assert _total(pressed(pages, more, "drop", "elsewhere=yes")) == _total(first)


def test_a_home_elsewhere_is_sent_to_its_own_council_and_not_to_ours(pages: TestClient) -> None:
    answer = post(pages, q="unicycle zebra", postcode="B91 3QJ")
    text = words(answer)
    assert "Worried about a child in Solihull? Call now" in text
    assert re.search(r"Solihull Council.* 0121 \d{3} \d{4}", text)
    assert "Emergency Duty Team" not in text
    assert "Children's Advice and Support Service" not in text


def test_the_telephone_stands_before_the_rest_of_a_result(pages: TestClient) -> None:
    card = re.search(r'<li class="ehf-result".*?</li>', pages.get("/services?q=self+harm+14").text, re.S)
    assert card
    assert card[0].index("tel:") < card[0].index("Hours") < card[0].index("Why it is here")


def test_where_nothing_is_found_there_is_what_was_tried_and_whom_to_call(pages: TestClient) -> None:
    answer = pages.get("/services?q=unicycle+zebra")
    text = words(answer)
    assert title(answer).startswith("No services found")
    for part in ("What we tried", "What you can do", "999"):
        assert part in text
    assert re.search(r"Call somebody who can help.*0121 \d{3} \d{4}", text)


def test_where_filters_leave_nothing_the_nearest_are_shown(pages: TestClient) -> None:
    answer = pages.get("/services?q=breastfeeding&age=25&level=complex&route=professional")
    if _total(answer) == 0:
        assert "The nearest we have" in words(answer)
        assert names(answer)


def test_an_overdue_listing_says_so(pages: TestClient) -> None:
    overdue = next(one for one in _samples_overdue())
    answer = pages.get("/services", params={"q": overdue["name"]})
    assert overdue["name"] in names(answer)
    assert "Overdue for review" in words(answer)


def test_places_are_numbered_as_in_the_list(pages: TestClient) -> None:
    answer = post(pages, q="self harm 14", postcode="B15 2TT")
    found = re.search(r'data-places="([^"]*)"', answer.text)
    assert found
    import json

    shown = names(answer)
    for place in json.loads(html.unescape(found[1])):
        assert [shown[number - 1] for number in place["numbers"]] == place["names"]
    assert '<rect class="ehf-picture__mark"' in answer.text
    assert 'class="ehf-picture__spot"' in answer.text


def test_a_form_too_long_to_be_one_is_refused(pages: TestClient) -> None:
    assert pages.post("/services", content=b"q=" + b"a" * 9000).status_code == 413


def test_without_a_directory_the_page_says_so_and_the_rest_goes_on(client: TestClient) -> None:
    answer = client.get("/services")
    assert answer.status_code == 503
    assert "cannot be searched now" in words(answer)
    assert client.get("/").status_code == 200


def test_the_answer_to_a_postcode_leads_to_the_services_for_that_home(pages: TestClient) -> None:
    answer = pages.post("/postcode", data={"postcode": "B15 2TT"})
    assert '<input type="hidden" name="postcode" value="B15 2TT">' in answer.text
    found = post(pages, q="", postcode="B15 2TT")
    assert _total(found) > 20
    assert "for this home" in words(found)


def _total(answer: httpx.Response) -> int:
    found = re.search(r'id="results">([\d,]+|No) services?', answer.text)
    assert found, words(answer)[:300]
    return 0 if found[1] == "No" else int(found[1].replace(",", ""))


def _choices(answer: httpx.Response) -> list[tuple[str, str]]:
    """One choice of every filter on the page: the first that has results."""
    found = dict(re.findall(TICKS, answer.text)[::-1])
    for name in ("age", "area", "language"):
        select = re.search(rf'<select[^>]* name="{name}".*?</select>', answer.text, re.S)
        assert select, name
        value = re.search(r'<option value="([^"]+)"', select[0])
        assert value, name
        found[name] = value[1]
    assert len(found) == 10
    return [(name, value) for name, value in found.items() if name != "open_now"]


def _samples_overdue() -> list[dict[str, str]]:
    import datetime as dt

    from tests.api.pages.reading import samples

    today = dt.date.today().isoformat()
    return [one for one in samples() if one.get("review_by", "9999") < today and one["status"] == "active"]


def test_the_sample_has_the_service_that_the_tests_look_for() -> None:
    assert sample("Safe Hands Self-Harm Group")
