"""The home page and what it answers to a postcode."""

from __future__ import annotations

from tests.browser import sites
from tests.browser.gallery.state import BOUNDARY, HOME, SOLIHULL, State, asked, at

POSTCODES: tuple[State, ...] = (
    State("home", "/", "Home page", "Find who can help", "Find who can help", at("/")),
    State(
        "home-empty", "/postcode", "Nothing typed", "Find who can help", "Error: Find who can help", asked("")
    ),
    State(
        "home-malformed",
        "/postcode",
        "Not a postcode",
        "Find who can help",
        "Error: Find who can help",
        asked("not a postcode"),
    ),
    State(
        "home-no-place",
        "/postcode",
        "A postcode that stands for no place",
        "Find who can help",
        "Error: Find who can help",
        asked("BX1 1LT"),
    ),
    State(
        "result",
        "/postcode",
        "A postcode that was found, with its map",
        f"{HOME} is in Edgbaston district",
        "Edgbaston district: teams and whom to call",
        asked(HOME),
        framed=True,
    ),
    State(
        "result-boundary",
        "/postcode",
        "A home near a boundary",
        f"{BOUNDARY} is in",
        "district: teams and whom to call",
        asked(BOUNDARY),
    ),
    State(
        "result-night",
        "/postcode",
        "Asked out of hours",
        f"{HOME} is in Edgbaston district",
        "Edgbaston district: teams and whom to call",
        asked(HOME),
        site="night",
    ),
    State(
        "result-ended",
        "/postcode",
        "A postcode no longer in use",
        f"{sites.ENDED} is in",
        "postcode no longer in use",
        asked(sites.ENDED),
        site="official",
    ),
    State(
        "solihull",
        "/postcode",
        "A postcode in Solihull",
        "Solihull, not Birmingham",
        "Outside Birmingham",
        asked(SOLIHULL),
    ),
    State(
        "far-away",
        "/postcode",
        "A postcode far away",
        "Edinburgh, not Birmingham",
        "Outside Birmingham",
        asked("EH1 1AA"),
    ),
    State(
        "partial",
        "/postcode",
        "Part of a postcode",
        "B15 is only part of a postcode",
        "Full postcode needed",
        asked("B15"),
    ),
    State(
        "unknown",
        "/postcode",
        "A postcode that is not known",
        "B15 9ZZ is not known yet",
        "Postcode not known yet",
        asked("B15 9ZZ"),
    ),
    State(
        "mistyped",
        "/postcode",
        "A mistyped postcode, with a suggestion",
        "BI5 2TT is not a known postcode",
        "Postcode not known - ",
        asked("BI5 2TT"),
    ),
)
