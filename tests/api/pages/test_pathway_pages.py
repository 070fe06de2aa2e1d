"""The questionnaire's pages: from the start to the result, by links and forms alone, whatever is sent."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.guard.gate import LONGEST_QUERY
from api.pages.pathway_address import Where, audience_codes
from api.pages.pathway_paging import sheets
from api.pathway_state import NO_SERVICES
from directory.pathway.walk import follow, parse, write
from directory.prepared import NEAR_BOUNDARY
from geo.home import data_dir
from geo.sources.reference import Reference
from tests.api.pages.reading import addresses, title, words
from tests.api.stocking import empty_var
from tests.api.test_pathways import second_version
from tests.api.witnesses import FLOW, codes, whole, witnesses

QUESTIONS, RESULT = "/worried/early-help", "/worried/early-help/result"
HOME = "B15 2TT"
ALMOST = r"v[0-9]{1,4}(\.[a-z0-9]{2,4}){0,8}"
HOSTILE = ("v1.aan<script>alert(1)</script>", "v1." + "a" * 5000, "v1.aan\r\nSet-Cookie: a=b", "../../etc")


def hidden(answer: httpx.Response) -> dict[str, str]:
    """The hidden fields of the first form."""
    form = re.search(r"<form.*?</form>", answer.text, re.S)
    assert form
    return dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form[0]))


def offered(answer: httpx.Response) -> list[str]:
    """The codes of the questions on a page."""
    found = re.findall(r'type="radio" value="[^"]*"|name="answer-([a-z0-9]+)" type="radio"', answer.text)
    return list(dict.fromkeys(one for one in found if one))


def fill(pages: TestClient, shown: httpx.Response, answers: dict[str, str]) -> httpx.Response:
    """Answer every question of a page and go on, as a browser does."""
    fields = hidden(shown)
    for code in offered(shown):
        question = FLOW.by_code[code]
        fields[f"answer-{code}"] = FLOW.choices[question.id, answers[question.id]].code
    sent = pages.get(QUESTIONS, params=fields)
    assert sent.status_code == 303, words(sent)
    return pages.get(sent.headers["location"])


@pytest.mark.parametrize("single", ["", "1"])
@pytest.mark.parametrize("outcome", ["universal", "exploitation_harm", "unborn", "additional_refused"])
def test_from_the_start_to_the_result_by_forms_alone(pages: TestClient, outcome: str, single: str) -> None:
    answers = parse(FLOW, witnesses()[outcome])
    start = pages.get("/worried")
    shown = pages.get(QUESTIONS, params={**hidden(start), "w": "h", "l": single})
    seen, count = [], 0
    while offered(shown):
        seen += offered(shown)
        shown = fill(pages, shown, answers)
        count += 1
    assert seen == [one.code for one in follow(FLOW, answers).path] or not single
    assert sorted(seen) == sorted(one.code for one in follow(FLOW, answers).path)
    assert title(shown).startswith("Check the answers")
    assert (count == len(answers)) == bool(single)
    told = pages.post(RESULT, data=hidden(shown) | {"postcode": ""})
    told = pages.get(told.headers["location"])
    assert FLOW.outcome_by_id[outcome].title in words(told)


@pytest.mark.parametrize("outcome", sorted(FLOW.outcome_by_id))
def test_every_outcome_has_a_page_a_family_page_and_copies_with_a_number(
    pages: TestClient, outcome: str
) -> None:
    what = FLOW.outcome_by_id[outcome]
    for place in ("", HOME):
        for page in ("result", "family", "what-to-do.html", "what-to-do.txt"):
            address = f"{QUESTIONS}/{page}"
            sent = {"a": witnesses()[outcome]}
            typed = sent | {"postcode": place}
            told = pages.post(address, data=typed) if place else pages.get(address, params=sent)
            assert told.status_code == 200
            text = html.unescape(told.text)
            if page != "what-to-do.txt":
                assert re.search(r'href="tel:\+?[0-9]{3,12}"', told.text)
            if page == "family":
                assert what.family.title in text
                continue
            assert what.title in text
            assert re.search(r"\b(999|0121 \d{3} \d{4})\b", text)
            assert "does not replace it" in text
            assert FLOW.notice.split(".")[1] in text
            assert place not in addresses(told) or not place


def test_the_result_says_all_that_somebody_needs(pages: TestClient) -> None:
    text = codes(young_carer="yes", feelings="additional", health="not_sure")
    told = pages.post(RESULT, data={"a": text, "postcode": HOME})
    shown = words(told)
    for heading in (
        "What to say",
        "What does the child say?",
        "What happens next, and by when",
        "That is by the end of",
        "Who leads",
        "The family’s consent",
        "Meanwhile",
        "Do these as well",
        "Services that could help",
        "All teams for this home",
        "Why",
        "What would change this",
        "If you disagree",
        "Sample listing",
        "illustrative",
        "Rule r",
        "early-help 1 (draft)",
    ):
        assert heading in shown, heading
    for route in ("A young carer", "Something is not known"):
        assert route in shown


def test_danger_ends_the_questions_at_once(pages: TestClient) -> None:
    sent = pages.get(QUESTIONS, params={"a": "v1", "q": "aa", "go": "1", "answer-aa": "y"})
    assert sent.headers["location"] == f"{RESULT}?a=v1.aay"
    told = pages.get(sent.headers["location"])
    assert 'href="tel:999"' in told.text.split("<main")[1]
    assert words(told).index("Call 999 now") < 60


def test_a_question_left_out_is_told_with_a_link_to_it_and_the_others_are_kept(
    pages: TestClient,
) -> None:
    fields = {"a": "v1.aan", "q": "ab", "go": "1", "answer-ab": "y", "answer-ac": "zz"}
    told = pages.get(QUESTIONS, params=fields)
    assert told.status_code == 200
    assert title(told).startswith("Error: ")
    for code in offered(told)[1:]:
        assert f'href="#answer-{code}"' in told.text
        assert f'id="answer-{code}"' in told.text
    assert 'href="#answer-ab"' not in told.text
    assert re.search(r'id="answer-ab-3"[^>]*value="y" checked', told.text)


def test_changing_an_answer_leads_back_to_the_check_and_asks_what_it_opens(pages: TestClient) -> None:
    check = pages.get(f"{QUESTIONS}/check", params={"a": codes(), "w": "s"})
    links = [one for one in addresses(check) if "c=1" in one]
    assert len(links) == len(whole())
    link = next(one for one in links if "q=ag" in one)
    shown = pages.get(link)
    back = fill(pages, shown, whole(exploitation="yes"))
    assert offered(back) == ["ah"]
    check = fill(pages, back, whole(exploitation="yes", exploitation_harm="not_sure"))
    assert title(check).startswith("Check the answers")
    assert "Are there signs that it is already doing harm?" in words(check)
    again = fill(pages, pages.get(next(one for one in addresses(check) if "q=ag" in one)), whole())
    assert "already doing harm" not in words(again)


def test_back_leads_through_the_pages_one_by_one(pages: TestClient) -> None:
    shown = pages.get(QUESTIONS, params={"a": codes(), "q": "cg", "w": "p"})
    steps = 0
    while True:
        link = re.search(r'<a href="([^"]*)" class="govuk-back-link"', shown.text)
        assert link
        address = html.unescape(link[1])
        if address == "/worried":
            break
        assert "w=p" in address
        shown = pages.get(address)
        steps += 1
    assert steps == len(sheets(FLOW, follow(FLOW, whole()))) - 1


def test_an_address_opens_at_the_first_question_that_is_not_answered(pages: TestClient) -> None:
    assert offered(pages.get(QUESTIONS, params={"a": "v1"})) == ["aa"]
    assert "ab" in offered(pages.get(QUESTIONS, params={"a": "v1.aan"}))
    assert pages.get(f"{QUESTIONS}/check?a=v1.aan").headers["location"] == f"{QUESTIONS}?a=v1.aan&q=ab"
    assert pages.get(f"{RESULT}?a=v1.aan").headers["location"] == f"{QUESTIONS}?a=v1.aan&q=ab"
    assert pages.get(QUESTIONS, params={"a": codes()}).headers["location"] == f"{RESULT}?a={codes()}"
    assert pages.get(RESULT).headers["location"] == QUESTIONS
    assert title(pages.get(QUESTIONS)).startswith("I am worried about a child")


def test_who_asks_changes_the_help_and_never_the_result(pages: TestClient) -> None:
    seen = set()
    for code in ["", *audience_codes(FLOW)]:
        shown = pages.get(QUESTIONS, params={"a": "v1", "w": code})
        seen.add(words(shown))
        told = words(pages.get(RESULT, params={"a": codes(fgm="not_sure", fgm_known="no"), "w": code}))
        assert FLOW.outcome_by_id["advice"].title in told
    assert len(seen) == 1 + len([one for one in FLOW.audiences if one in FLOW.by_id["danger"].help])


def test_a_family_is_shown_the_plain_words_first(pages: TestClient) -> None:
    check = pages.get(f"{QUESTIONS}/check", params={"a": codes(), "w": "f"})
    assert f'action="{QUESTIONS}/family"' in check.text
    sent = pages.get(QUESTIONS, params={"a": "v1", "w": "f", "q": "aa", "go": "1", "answer-aa": "y"})
    assert sent.headers["location"].startswith(f"{QUESTIONS}/family?")


PAGES = {
    "start": "/worried",
    "question": f"{QUESTIONS}?a=v1",
    "rows": f"{QUESTIONS}?a=v1.aan&w=h",
    "check": f"{QUESTIONS}/check?a={codes()}",
    "result": f"{RESULT}?a={codes(harm='yes')}",
    "family": f"{QUESTIONS}/family?a={codes(harm='yes')}",
    "cannot be opened": f"{QUESTIONS}?a=v1.x",
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_never_kept_sets_nothing_and_has_the_way_out_and_999(
    pages: TestClient, name: str
) -> None:
    told = pages.get(PAGES[name])
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in told.headers
    assert "'unsafe-inline'" not in told.headers["content-security-policy"]
    assert " style=" not in told.text
    assert 'data-module="govuk-exit-this-page"' in told.text
    assert told.text.count('rel="nofollow noreferrer"') == 2
    assert 'href="tel:999"' in told.text
    if name != "cannot be opened":
        assert "Not approved by the Birmingham Safeguarding Children Partnership" in told.text


def test_no_title_says_what_the_worry_is(pages: TestClient) -> None:
    said = [title(pages.get(address)).lower() for address in PAGES.values()]
    said.append(title(pages.get(QUESTIONS, params={"a": codes(), "q": "ak"})).lower())
    for one in said:
        assert not re.search(r"abuse|harm|fgm|cass|danger|immediate|missing", one), one


def test_the_postcode_is_in_no_address_and_one_in_an_address_is_not_read(pages: TestClient) -> None:
    told = pages.post(RESULT, data={"a": codes(feelings="additional"), "postcode": HOME})
    for address in addresses(told):
        if not address.startswith("/services/"):
            assert "2TT" not in address.upper()
    assert "Integrated family support team: Edgbaston" in words(told)
    asked = pages.get(RESULT, params={"a": codes(feelings="additional"), "postcode": HOME})
    assert "Edgbaston" not in words(asked)
    assert "2TT" not in asked.text


def test_a_mistyped_postcode_keeps_the_result_and_offers_others(pages: TestClient) -> None:
    told = pages.post(RESULT, data={"a": codes(behaviour="complex"), "postcode": "BI5 2TT"})
    assert told.status_code == 200
    assert title(told).startswith("Error: ")
    assert 'href="#postcode"' in told.text and 'id="postcode"' in told.text
    assert FLOW.outcome_by_id["complex"].title in words(told)
    assert "Use B15 2TT" in words(told)
    assert "Call this number now" in words(told)


def test_a_home_elsewhere_has_that_authoritys_number_and_no_services_of_ours(pages: TestClient) -> None:
    told = words(pages.post(RESULT, data={"a": codes(behaviour="complex"), "postcode": "B91 3QB"}))
    assert "0121 788 4300" in told or "0121 605 6060" in told
    assert "Solihull" in told
    assert "If the child is in Birmingham now" in told
    assert "this directory is for homes in Birmingham" in told


def test_a_home_near_a_boundary_is_told_to_check_the_address(pages: TestClient, reference: Reference) -> None:
    sent = {"postcodes": reference.postcodes[:4000:7], "layers": ["family_support"]}
    found = pages.post("/api/v1/postcodes", json=sent).json()["results"]
    area, postcode = next(
        (one["areas"]["family_support"], one["query"])
        for one in found
        if (one.get("areas") or {}).get("family_support", {}).get("near")
    )
    told = words(pages.post(RESULT, data={"a": codes(tried="one_plan"), "postcode": postcode}))
    assert "Check before you act" in told
    assert f"Near the boundary: {area['near'][0]['name']} is {area['near'][0]['metres']} metres away" in told
    assert NEAR_BOUNDARY in told


def test_a_saved_copy_needs_no_other_file_and_is_sent_to_be_saved(pages: TestClient) -> None:
    sent = {"a": codes(young_carer="yes", feelings="additional"), "postcode": HOME}
    told = pages.post(f"{QUESTIONS}/what-to-do.html", data=sent)
    assert told.headers["content-disposition"] == 'attachment; filename="what-to-do.html"'
    assert told.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|<link|<img|src=|url\(|@import|<form", told.text)
    assert all(one.startswith("tel:") for one in addresses(told))
    text = pages.post(f"{QUESTIONS}/what-to-do.txt", data=sent)
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "attachment" in text.headers["content-disposition"]
    assert "\x1b" not in text.text
    for copy in (told.text, text.text):
        assert "Edgbaston" in copy
        assert "2TT" not in copy.split("Services that could help")[0]


@pytest.mark.parametrize("page", ["", "/check", "/result", "/family", "/what-to-do.html", "/what-to-do.txt"])
@given(text=st.one_of(st.text(max_size=40), st.from_regex(ALMOST, fullmatch=True)))
def test_whatever_stands_in_an_address_no_page_breaks_or_repeats_it(
    pages: TestClient, page: str, text: str
) -> None:
    told = pages.get(QUESTIONS + page, params={"a": text, "w": text, "q": text, "c": text, "answer-aa": text})
    assert told.status_code in (200, 303, 400, 404)
    assert "<script>alert" not in told.text


@pytest.mark.parametrize("sent", HOSTILE)
def test_hostile_answers_are_told_of_on_a_page_with_a_number(pages: TestClient, sent: str) -> None:
    told = pages.get(QUESTIONS, params={"a": sent})
    assert "0121" in words(told)
    if len(sent) > LONGEST_QUERY:
        assert told.status_code == 414
    else:
        assert told.status_code == 400
        assert "These answers cannot be opened" in words(told)
        assert "Start again" in words(told)
    assert "alert(1)" not in told.text


def test_a_form_that_is_too_long_is_refused(pages: TestClient) -> None:
    assert pages.post(RESULT, data={"a": codes(), "postcode": "B" * 9000}).status_code == 413
    assert pages.get("/worried/nothing", params={"a": "v1"}).status_code == 404


@pytest.fixture
def newer(built: Path, tmp_path: Path) -> TestClient:
    var = empty_var(built, tmp_path / "var")
    second_version(var)
    return TestClient(create_app(data_dir(), var), follow_redirects=False)


def test_an_old_address_opens_its_own_version_and_says_that_there_is_a_newer(newer: TestClient) -> None:
    told = words(newer.get(RESULT, params={"a": codes()}))
    assert "There is a newer version of these questions" in told
    assert "early-help 1 (draft)" in told
    assert hidden(newer.get("/worried"))["a"] == "v2"
    assert "newer version" not in words(newer.get(QUESTIONS, params={"a": "v2"}))


def test_a_version_that_is_not_here_is_not_read_as_another(pages: TestClient) -> None:
    told = pages.get(RESULT, params={"a": "v7.aay"})
    assert told.status_code == 404
    assert "a version of the questions that is not here" in words(told)
    assert "999" in words(told) and "0121" in words(told)


def test_without_a_directory_the_result_is_whole_and_says_that_no_services_are_shown(
    built: Path, tmp_path: Path
) -> None:
    client = TestClient(create_app(data_dir(), empty_var(built, tmp_path / "var")))
    for page in ("result", "what-to-do.html"):
        told = client.post(f"{QUESTIONS}/{page}", data={"a": codes(young_carer="yes"), "postcode": HOME})
        assert told.status_code == 200
        assert NO_SERVICES in html.unescape(told.text)
        assert "tel:0121" in told.text


def test_without_any_questionnaire_the_page_says_whom_to_ring(built: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for one in data_dir().iterdir():
        if one.name != "pathways":
            (data / one.name).symlink_to(one)
    client = TestClient(create_app(data, empty_var(built, tmp_path / "var")))
    told = client.get("/worried")
    assert told.status_code == 503
    assert "ring and talk it through" in words(told)
    assert "0121" in words(told)


def test_the_home_page_leads_there(pages: TestClient) -> None:
    assert "/worried" in addresses(pages.get("/"))


def test_every_page_of_questions_holds_each_question_once_in_order() -> None:
    opening = dict.fromkeys(("missing", "unborn", "fgm", "exploitation", "domestic_abuse"), "yes")
    every = follow(FLOW, whole(**opening))
    for single in (False, True):
        codes_shown = [one.code for sheet in sheets(FLOW, every, single=single) for one in sheet.questions]
        assert sorted(codes_shown) == sorted(one.code for one in every.path)
    assert codes_shown == [one.code for one in every.path]
    assert all(len({one.part for one in sheet.questions}) == 1 for sheet in sheets(FLOW, every))


def test_addresses_are_canonical() -> None:
    where = Where("early-help", write(FLOW, {"harm": "no", "danger": "no"}), who="h", single=True)
    assert where.at("ac", checking=True) == "/worried/early-help?a=v1.aan.abn&w=h&q=ac&c=1&l=1"
    assert where.to("check") == "/worried/early-help/check?a=v1.aan.abn&w=h&l=1"
    assert list(audience_codes(FLOW)) == ["h", "s", "v", "p", "f"]
