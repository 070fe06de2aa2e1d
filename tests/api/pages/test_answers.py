"""Each status has a page of its own that says what was found and what to do next."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable

import httpx
import pytest
from starlette.testclient import TestClient

from api.pages.csp import MAP_CSP, PAGE_CSP, TYPING_CSP
from tests.api.pages.reading import words

Ask = Callable[[str], httpx.Response]


def title(answer: httpx.Response) -> str:
    found = re.search(r"<title\s*>(.*?)</title>", answer.text, re.S)
    assert found
    return html.unescape(found[1])


def heading(answer: httpx.Response) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.S)
    assert found
    return html.unescape(found[1]).strip()


@pytest.mark.parametrize(
    ("typed", "in_title", "in_heading"),
    [
        ("b15 2tt", "Edgbaston district", "B15 2TT is in Edgbaston district"),
        ("B91 3QJ", "Outside Birmingham", "Solihull"),
        ("B15", "Full postcode needed", "B15 is only part"),
        ("B15 2", "Full postcode needed", "B15 2 is only part"),
        ("B15 9ZZ", "not known yet", "B15 9ZZ is not known yet"),
        ("BI5 2TT", "Postcode not known -", "BI5 2TT is not a known postcode"),
        ("rubbish", "Error: ", "Find who can help"),
        ("", "Error: ", "Find who can help"),
        ("BX1 1LT", "Error: ", "Find who can help"),
    ],
)
def test_the_title_and_the_heading_name_the_state(
    ask: Ask, typed: str, in_title: str, in_heading: str
) -> None:
    answer = ask(typed)
    assert answer.status_code == 200
    assert in_title in title(answer)
    assert in_heading in heading(answer)
    assert answer.headers["cache-control"] == "no-store"


def test_the_title_never_holds_the_postcode_for_it_stays_in_the_history(ask: Ask) -> None:
    for typed in ("B15 2TT", "B15 9ZZ", "B91 3QJ"):
        assert typed not in title(ask(typed))


def test_no_link_form_or_frame_of_an_answer_holds_the_postcode_or_its_place(ask: Ask) -> None:
    for typed in ("B15 2TT", "B15 9ZZ", "B91 3QJ", "BI5 2TT"):
        for address in re.findall(r'(?:href|action|src|data-map)="([^"]*)"', ask(typed).text):
            assert not re.search(r"2TT|9ZZ|3QJ|52\.4", address, re.I)


def test_an_answer_cannot_be_asked_for_by_an_address(client: TestClient) -> None:
    answer = client.get("/postcode", params={"postcode": "B15 2TT"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_a_mistyped_postcode_is_offered_as_a_button_and_not_corrected(ask: Ask) -> None:
    answer = ask("BI5 2TT")
    assert "Use B15 2TT" in answer.text
    assert "is in Edgbaston district" not in answer.text


def test_what_is_wrong_with_a_postcode_is_said_once(ask: Ask) -> None:
    mistyped = words(ask("BI5 2TT"))
    assert mistyped.count("not a known postcode") == 1
    assert mistyped.lower().count("check with the family") == 1
    assert "known yet" not in mistyped
    assert mistyped.index("Check with the family") < mistyped.index("Use B15 2TT")
    assert words(ask("B15 9ZZ")).count("not known yet") == 1
    # Where it may be new as well, the message does not say to check with the family: the offer does.
    both = words(ask("B13 8UR"))
    assert both.count("not known yet") == 1
    assert both.count("Use B13 8RU") == 1
    assert both.lower().count("check with the family") == 1


def test_another_councils_number_comes_before_every_word_about_it(ask: Ask) -> None:
    text = ask("B91 3QJ").text
    main = text[text.index("<main") :]
    number = re.search(r'href="tel:0121(7884300|6056060)"', main)
    assert number
    assert number.start() < main.index("outside Birmingham.")
    assert number.start() < main.index("Is the child in Birmingham now?")
    assert main.count("Worried about a child in Solihull?") == 1


def test_an_error_is_told_at_the_top_and_at_the_field(ask: Ask) -> None:
    text = ask("<rubbish>").text
    assert 'href="#postcode"' in text
    assert 'aria-describedby="postcode-hint postcode-error"' in text
    assert 'value="&lt;rubbish&gt;"' in text


def test_part_of_a_postcode_gets_its_districts_with_shares(ask: Ask) -> None:
    text = ask("B15").text
    assert "Edgbaston" in text
    assert "Ladywood" in text
    assert re.search(r"\d+%", text)


def test_the_answer_has_every_layer_the_teams_a_number_and_the_sources(ask: Ask) -> None:
    text = ask("B15 2TT").text
    for part in ("E14000560", "E05001185", "HUB", "IFST01", "Who to call now", 'href="tel:', "Illustrative"):
        assert part in text
    assert "Sample listing" in text
    assert "Contains OS data" in text
    assert '<svg class="ehf-picture"' in text


def test_999_stands_on_every_page(client: TestClient, ask: Ask) -> None:
    for answer in (client.get("/"), client.get("/areas"), client.get("/nothing-here"), ask("B15")):
        assert 'href="tel:999"' in answer.text


def test_a_body_too_long_to_be_a_form_is_refused(client: TestClient) -> None:
    answer = client.post("/postcode", content=b"postcode=" + b"A" * 9000)
    assert answer.status_code == 413
    assert "too long" in heading(answer)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"postcode", b"&" * 40, b"other=1"])
def test_any_other_body_is_an_empty_form_and_never_a_fault(client: TestClient, body: bytes) -> None:
    answer = client.post("/postcode", content=body)
    assert answer.status_code == 200
    assert "Enter a postcode" in answer.text


def test_pages_allow_their_one_inline_script_by_its_digest_and_no_other(client: TestClient, ask: Ask) -> None:
    paths = ("/", "/areas", "/areas/hub", "/about", "/privacy")
    for answer in [client.get(path) for path in paths] + [ask("B15 2TT"), ask("x")]:
        assert answer.headers["content-security-policy"] in (PAGE_CSP, TYPING_CSP)
        for inline in re.findall(r"<script(?: [^>]*)?>([^<]+)</script>", answer.text):
            digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in PAGE_CSP
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", answer.text)


def test_a_map_may_be_framed_by_our_own_pages_only(client: TestClient) -> None:
    answer = client.get("/maps/district/E14000560.html")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == MAP_CSP
    assert "frame-ancestors 'self'" in MAP_CSP
    assert "frame-ancestors 'none'" in PAGE_CSP
