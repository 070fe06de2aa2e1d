"""The questionnaire in a real browser: by keyboard, with and without scripts, on paper, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.witnesses import FLOW, codes
from tests.browser.inspection import breaches
from tests.browser.live import DESK, PHONE, Watched, watching

QUESTIONS = "/worried/early-help"
HOME = "B15 2TT"
EXIT = "https://www.bbc.co.uk/weather"

STATES = {
    "start": "/worried",
    "rows": f"{QUESTIONS}?a=v1.aan&w=h",
    "check": f"{QUESTIONS}/check?a={codes(missing='yes', missing_now='not_sure')}",
    "result": f"{QUESTIONS}/result?a={codes(young_carer='yes', feelings='additional', tried='one_plan')}",
}


@pytest.fixture(params=["scripts", "no scripts"])
def anybody(request: pytest.FixtureRequest, chromium: Any, directory_site: str) -> Iterator[Watched]:
    """A telephone with scripts and one without."""
    scripts = request.param == "scripts"
    with watching(chromium, directory_site, viewport=PHONE, java_script_enabled=scripts) as watched:
        yield watched


def answer_all(tab: Watched, answers: dict[str, str]) -> int:
    """Choose answers and go on until they are to be checked; how many pages that took."""
    page, pages = tab.page, 0
    while page.locator("input[name^='answer-']").count():
        for name in dict.fromkeys(
            one.get_attribute("name") for one in page.locator("input[name^='answer-']").all()
        ):
            question = FLOW.by_code[name.removeprefix("answer-")]
            code = FLOW.choices[question.id, answers[question.id]].code
            page.locator(f"input[name='{name}'][value='{code}']").check()
        page.get_by_role("button", name="Continue").click()
        pages += 1
    return pages


def nothing_is_kept(tab: Watched) -> None:
    """No cookie, and no address ever had the postcode."""
    assert tab.page.context.cookies() == []
    for address in [*tab.addresses, tab.page.url]:
        assert "2TT" not in address.upper()


def test_one_question_at_a_time_is_the_same_way(anybody: Watched) -> None:
    page = anybody.open("/worried")
    page.get_by_label("One question at a time").check()
    page.get_by_role("button", name="Start").click()
    for _ in range(3):
        assert page.locator("fieldset").count() == 1
        page.get_by_label("No", exact=True).check()
        page.get_by_role("button", name="Continue").click()
    assert page.locator("h1").inner_text() == FLOW.by_id["missing"].title


def test_an_answer_can_be_changed_and_back_and_refresh_work(anybody: Watched) -> None:
    page = anybody.open(f"{QUESTIONS}/check?a={codes()}")
    page.get_by_role("link", name="the answer to: Could someone be using a child").click()
    page.locator("input[name='answer-ag'][value='y']").check()
    page.get_by_role("button", name="Continue").click()
    assert page.locator("h1").inner_text() == FLOW.by_id["exploitation_harm"].title
    page.reload()
    assert page.locator("h1").inner_text() == FLOW.by_id["exploitation_harm"].title
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show what to do", exact=True).click()
    assert page.locator("h1").inner_text() == FLOW.outcome_by_id["exploitation_harm"].title
    kept = page.url
    page.go_back()
    assert page.locator("h1").inner_text() == "Check the answers"
    page.go_back()
    page.go_back()
    assert page.locator("input[name='answer-ag'][value='n']").is_visible()
    page.goto(kept)
    assert page.locator("h1").inner_text() == FLOW.outcome_by_id["exploitation_harm"].title


def test_a_keyboard_alone_is_enough(finding: Watched) -> None:
    page = finding.open("/worried")
    press = page.keyboard.press

    def tab_to(wanted: str) -> None:
        for _ in range(60):
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
            press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")

    tab_to("input[name=w]")
    press("Space")
    tab_to("main button")
    press("Enter")
    page.wait_for_url("**/worried/early-help?**")
    tab_to("input[name=answer-aa]")
    press("Space")
    press("Tab")
    press("Enter")
    page.locator("input[name=answer-ab]").first.wait_for()
    # Continue with nothing chosen: the summary of errors has the focus, and its link leads to the field.
    tab_to("main form button")
    press("Enter")
    page.locator(".govuk-error-summary:focus").wait_for()
    press("Tab")
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "answer-ab"
    press("Space")
    press("ArrowDown")
    press("ArrowDown")
    assert page.locator("#answer-ab-3").is_checked()
    for name in ("ac", "ad", "af", "ag", "ai", "ak"):
        tab_to(f"input[name=answer-{name}]")
        press("Space")
    tab_to("main form button")
    press("Enter")
    page.locator("input[name=answer-am]").first.wait_for()
    assert "aby" in page.url


def test_the_way_out_is_a_link_and_a_key_and_a_button(finding: Watched) -> None:
    page = finding.page
    page.context.route(
        EXIT, lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html")
    )
    for leave in ("link", "key"):
        finding.open(STATES["rows"])
        if leave == "link":
            page.get_by_role("button", name="Exit this page").click()
        else:
            for _ in range(3):
                page.keyboard.press("Shift")
        page.wait_for_url(EXIT)
        assert page.title() == "Weather"
    finding.wrong = [one for one in finding.wrong if EXIT not in one]


def test_the_way_out_works_without_scripts(finding_without_scripts: Watched) -> None:
    tab = finding_without_scripts
    tab.page.context.route(
        EXIT, lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html")
    )
    tab.open(STATES["result"])
    tab.page.locator(".govuk-exit-this-page a").click()
    tab.page.wait_for_url(EXIT)
    tab.wrong = [one for one in tab.wrong if EXIT not in one]


def test_nothing_is_kept_in_the_browser(finding_at_a_desk: Watched) -> None:
    tab = finding_at_a_desk
    for state in ("start", "rows", "check", "result"):
        page = tab.open(STATES[state])
        kept = page.evaluate(
            "async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length,"
            " (await indexedDB.databases()).length, document.cookie]"
        )
        assert kept == [0, 0, 0, 0, ""]
    nothing_is_kept(tab)


def test_on_paper_there_are_the_number_and_the_reasons_and_no_buttons(finding_at_a_desk: Watched) -> None:
    page = finding_at_a_desk.open(STATES["result"])
    assert page.get_by_role("button", name="Print this page").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".ehf-call__number a").is_visible()
    assert page.get_by_role("heading", name="Why", exact=True).is_visible()
    assert not page.locator(".govuk-exit-this-page").is_visible()
    assert not page.locator("#postcode").is_visible()
    assert not page.get_by_role("button", name="Print this page").is_visible()


def test_copies_come_as_files(finding_at_a_desk: Watched, tmp_path: Any) -> None:
    tab = finding_at_a_desk
    page = tab.open(STATES["result"])
    page.locator("#postcode").fill(HOME)
    page.get_by_role("button", name="Show the team").click()
    for name in ("Save it as a page", "Save it as plain text"):
        with page.expect_download() as saving:
            page.get_by_role("button", name=name).click()
        file = tmp_path / saving.value.suggested_filename
        saving.value.save_as(file)
        assert "0121" in file.read_text("utf-8")
    page.goto((tmp_path / "what-to-do.html").as_uri())
    assert page.locator("h1").inner_text() == FLOW.outcome_by_id["additional"].title
    assert breaches(tab) == []
    tab.wrong = [one for one in tab.wrong if "file:" not in one]
    nothing_is_kept(tab)


def test_rows_stand_side_by_side_on_a_desk_and_choices_in_one_line_on_a_telephone(
    chromium: Any, directory_site: str
) -> None:
    for size in (PHONE, DESK):
        with watching(chromium, directory_site, viewport=size) as tab:
            page = tab.open(STATES["rows"])
            choices = page.locator("input[name='answer-ad']")
            tops = {round(choices.nth(at).bounding_box()["y"]) for at in range(3)}
            assert len(tops) == 1
            legend = page.locator("fieldset", has_text=FLOW.by_id["missing"].title).locator("legend")
            beside = choices.first.bounding_box()["x"] > legend.bounding_box()["x"] + 200
            assert beside == (size is DESK)
