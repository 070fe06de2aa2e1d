"""The search of services and the A to Z of needs."""

from __future__ import annotations

from tests.browser.gallery.state import HOME, SOLIHULL, State, at, press, searched, suggested, then

_FOUND = "service"
SEARCHES: tuple[State, ...] = (
    State(
        "search",
        "/services",
        "Start of the search",
        "Find help for a child or family",
        "Find help for a child",
        at("/services"),
    ),
    State(
        "search-suggestions",
        "/services",
        "Words suggested while typing",
        "Find help for a child or family",
        "Find help for a child",
        suggested,
        scripts=True,
    ),
    State("search-worry", "/services", "Services for a worry", _FOUND, " found", searched("mum drinks")),
    State(
        "search-home",
        "/services",
        "Services for a worry and a home, with their map",
        "for this home",
        " found",
        searched("self harm 14", HOME),
        framed=True,
    ),
    State("search-correction", "/services", "A misspelt word", _FOUND, " found", searched("anxeity")),
    State(
        "search-filters",
        "/services",
        "With filters",
        _FOUND,
        " found",
        at("/services?q=family&free=yes&level=universal"),
    ),
    State(
        "search-page-2",
        "/services",
        "The second page of a list for a home",
        _FOUND,
        "page 2 of",
        then(
            searched("family", HOME),
            press("Next page"),
            lambda tab: tab.page.get_by_text("Page 2 of").wait_for(),
        ),
    ),
    State(
        "search-nothing",
        "/services",
        "Nothing found",
        "No services found",
        "No services found",
        searched("unicycle zebra"),
    ),
    State(
        "search-nothing-home",
        "/services",
        "Nothing found for a home",
        "No services found",
        "No services found",
        searched("unicycle zebra", HOME),
    ),
    State(
        "search-elsewhere",
        "/services",
        "For a home in Solihull",
        _FOUND,
        " found",
        searched("housing", SOLIHULL),
    ),
    State(
        "search-nothing-elsewhere",
        "/services",
        "Nothing found for a home in Solihull",
        "No services found",
        "No services found",
        searched("unicycle zebra", SOLIHULL),
    ),
    State("search-partial", "/services", "With part of a postcode", _FOUND, " found", searched("food", "B8")),
    State(
        "search-bad-postcode",
        "/services",
        "With a postcode that is none",
        _FOUND,
        "Error: ",
        searched("housing", "rubbish"),
    ),
    State(
        "search-away",
        "/services",
        "A search while the database is away",
        _FOUND,
        " found",
        searched("self harm 14", HOME),
        site="away",
    ),
    State("needs", "/needs", "A to Z of needs", "A to Z of needs", "A to Z of needs", at("/needs")),
)
