"""The schools: the search for one, the nearest to a postcode, and one with its team."""

from __future__ import annotations

from tests.browser.gallery.state import State, Way, at
from tests.browser.live import Watched


def near(postcode: str) -> Way:
    """By asking for the schools near a postcode."""

    def go(tab: Watched) -> None:
        page = tab.open("/schools")
        page.get_by_label("Name or postcode").fill(postcode)
        with page.expect_navigation():
            page.get_by_label("Name or postcode").press("Enter")

    return go


_SCHOOL = "/schools/{urn}"
SCHOOLS: tuple[State, ...] = (
    State("schools", "/schools", "Find a school", "Schools", "Schools", at("/schools")),
    State("schools-found", "/schools", "Schools of a name", "", " found", at("/schools?q=st+mary")),
    State("schools-none", "/schools", "No such name", "", "No school found", at("/schools?q=nothing")),
    State("schools-near", "/schools", "Schools near a postcode", "Schools near B42 2PY", "", near("b42 2py")),
    State("schools-error", "/schools", "Schools near part of a postcode", "", "Error: ", near("B42")),
    State("school", _SCHOOL, "A school with its team", "", "district, teams and whom", at("/schools/103159")),
    State("no-school", _SCHOOL, "No such school", "No such school", "", at("/schools/1"), status=404),
)
