"""Every page and every state of one: no rule of accessibility that a program can check is broken in any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.gallery.catalogue import GALLERY, NO_PAGES
from tests.browser.gallery.state import State
from tests.browser.inspection import Visitor, axe, broken, looking_script, tabs
from tests.browser.sites import Sites

pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
FOR_PROGRAMS = ("/api", "/oruk", "/health", "/metrics")


@pytest.fixture(scope="module")
def visitor(chromium: Any, sites: Sites) -> Iterator[Visitor]:
    with tabs(chromium, sites) as made:
        yield made


def test_every_page_of_the_site_is_in_the_gallery(app: Any) -> None:
    routes = {str(route.path) for route in app.app.default.router.routes}
    pages = {path for path in routes if not path.startswith(FOR_PROGRAMS)} - NO_PAGES
    assert pages <= {state.page for state in GALLERY}, "add it to tests/browser/gallery"


def test_no_two_states_have_one_name() -> None:
    assert len({state.name for state in GALLERY}) == len(GALLERY)
    assert len({state.words for state in GALLERY}) == len(GALLERY)


@pytest.mark.parametrize("state", GALLERY, ids=lambda state: state.name)
def test_nothing_stands_in_anybodys_way(visitor: Visitor, state: State) -> None:
    found = visitor.inspect(state)
    assert {check: wrong for check, wrong in found.items() if wrong} == {}


# What is done to the page, and the question that must notice it.
FAULTS = {
    "no main heading": ("document.querySelector('h1').remove()", "headings()"),
    "a level left out": ("document.querySelector('main h2').outerHTML = '<h4>Four</h4>'", "headings()"),
    "no language": ("document.documentElement.lang = 'fr'", "headings()"),
    "no way past the menu": ("document.querySelector('.govuk-skip-link').remove()", "skipping()"),
    "a way past the menu that leads nowhere": ("document.querySelector('main').id = 'x'", "skipping()"),
    "an order of its own": ("document.querySelector('main a').tabIndex = 3", "order()"),
    "another order to the eye": (
        "document.querySelector('main > *, main').append(document.querySelector('#postcode')); "
        "document.querySelector('#postcode').style = 'position: absolute; top: 0'",
        "order()",
    ),
    "a focus that cannot be seen": (
        "for (const one of document.querySelectorAll('main a')) one.style = 'outline: 0; box-shadow: none; "
        "background: none; border: 0'",
        "focus(false)",
    ),
    "a focus under something": (
        "document.body.append(Object.assign(document.createElement('div'), {style: 'position: fixed; "
        "inset: 0; background: red'}))",
        "focus(false)",
    ),
    "something wide": ("document.querySelector('h1').style.width = '900px'", "wide()"),
    "text cut off": (
        "for (const one of document.querySelectorAll('main p')) one.style = `overflow: hidden; "
        "height: ${one.clientHeight}px`",
        "spacing()",
    ),
    "a drawing that is not seen": (
        "for (const one of document.querySelectorAll('svg *')) one.style.fill = 'transparent'",
        "drawings()",
    ),
    "something that moves": ("document.querySelector('h1').style.transition = 'all 2s'", "motion()"),
    "smooth scrolling": ("document.documentElement.style.scrollBehavior = 'smooth'", "motion()"),
    "an error that only the title tells": ("document.title = 'Error: ' + document.title", "errors()"),
    "a button without a form": (
        "document.querySelector('form').replaceWith(document.querySelector('form button'))",
        "dead()",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_question_notices_its_fault(visitor: Visitor, fault: str) -> None:
    spoil, question = FAULTS[fault]
    home = next(state for state in GALLERY if state.name == "home")
    page = visitor.go(home, scripts=question != "dead()").page
    page.evaluate(looking_script())
    page.keyboard.press("Shift")
    assert page.evaluate(f"window.looking.{question}") == []
    page.evaluate(spoil)
    assert page.evaluate(f"window.looking.{question}") != []


def test_axe_notices_a_field_without_a_label_and_an_error_must_lead_to_its_field(visitor: Visitor) -> None:
    page = visitor.go(next(state for state in GALLERY if state.name == "home-empty")).page
    page.evaluate(looking_script())
    assert page.evaluate("window.looking.errors()") == []
    page.evaluate("document.querySelector('.govuk-error-summary a').setAttribute('href', '#gone')")
    assert page.evaluate("window.looking.errors()") != []
    assert broken(axe(page)) == []
    page.evaluate("document.querySelector('label[for=postcode]').remove()")
    assert any("label" in one for one in broken(axe(page)))
