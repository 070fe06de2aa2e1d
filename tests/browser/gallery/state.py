"""One state of a page, and the ways in which a person comes to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.api.witnesses import codes
from tests.browser import sites
from tests.browser.live import Watched

Way = Callable[[Watched], None]
HOME = "B15 2TT"
BOUNDARY = "B10 0AB"  # near another district, and near other teams in every layer
SOLIHULL = "B91 3QJ"
QUESTIONS = "/worried/early-help"
WORRIED = "/worried/{flow}"
OTHER = "(any other address)"


@dataclass(frozen=True)
class State:
    """One state of a page.

    `page` is the pattern of its address and `words` what it shows, for people. `h1` and `title` are parts of
    its heading and title. `scripts`: only there where scripts run. `framed`: its map is looked into as well.
    `bare`: the page of a map that stands in a frame, which has neither header nor footer.
    """

    name: str
    page: str
    words: str
    h1: str
    title: str
    way: Way
    site: str = "sample"
    status: int = 200
    scripts: bool = False
    framed: bool = False
    bare: bool = False


def at(path: str) -> Way:
    """By its address."""
    return lambda tab: tab.open(path)


def asked(postcode: str) -> Way:
    """By asking for a postcode on the home page."""
    return lambda tab: tab.ask(postcode)


def searched(worry: str, postcode: str = "") -> Way:
    """By a search."""
    return lambda tab: tab.search(worry, postcode)


def then(first: Way, *steps: Callable[[Watched], object]) -> Way:
    """By one way and then further."""

    def go(tab: Watched) -> None:
        first(tab)
        for step in steps:
            step(tab)

    return go


def press(name: str) -> Way:
    """Press the button of that name."""
    return lambda tab: tab.page.get_by_role("button", name=name, exact=True).click()


def unfold(selector: str) -> Way:
    """Open what is folded, if a person has not yet."""
    return lambda tab: tab.page.locator(f"{selector} > summary").click()


def at_home(view: str, postcode: str, **answers: str) -> Way:
    """By giving a postcode on a result of the questionnaire."""

    def go(tab: Watched) -> None:
        page = tab.open(f"{QUESTIONS}/{view}?a={codes(**answers)}")
        page.locator("#postcode").fill(postcode)
        page.locator(".ehf-place button").click()

    return go


def report(tab: Watched) -> None:
    """By reporting a listing of which the hours are wrong."""
    page = tab.open(f"/services/{sites.PLAIN}")
    page.locator("#report > summary").click()
    page.locator("#report input[type=radio]").first.check()
    page.get_by_role("button", name="Send the report").click()


def report_too_often(tab: Watched) -> None:
    """By reporting again and again, at first as a program would."""
    own = {"Origin": tab.site, "Sec-Fetch-Site": "same-origin"}
    address = f"{tab.site}/services/{sites.PLAIN}/report"
    for _ in range(60):
        told = tab.page.context.request.post(address, headers=own, form={"problem": "hours"})
        if told.status == 429:
            break
    report(tab)


def foreign_form(tab: Watched) -> None:
    """By a form that somebody else made, as in a letter."""
    tab.page.goto("about:blank")
    address = f"{tab.site}/services/{sites.PLAIN}/report"
    tab.page.set_content(f'<form method="post" action="{address}"><button>Send</button></form>')
    tab.page.get_by_role("button", name="Send").click()


def far_too_long(tab: Watched) -> None:
    """By a form that was made to take more than it should."""
    page = tab.open("/")
    page.locator("#postcode").evaluate("field => field.removeAttribute('maxlength')")
    page.locator("#postcode").fill("B" * 5000)
    page.get_by_role("button", name="Find who can help").click()


def wrong_method(tab: Watched) -> None:
    """By a form that goes to a page which takes none."""
    page = tab.open("/")
    page.locator("form[action='/postcode']").first.evaluate("form => { form.action = '/about'; }")
    page.get_by_role("button", name="Find who can help").click()


def suggested(tab: Watched) -> None:
    """By typing the beginning of a worry."""
    page = tab.open("/services")
    page.locator("#q").press_sequentially("self h")
    page.get_by_role("option").first.wait_for()
