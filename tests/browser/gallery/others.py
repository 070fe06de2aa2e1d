"""The pages about the site, and those that tell of a problem."""

from __future__ import annotations

from tests.browser.gallery.state import (
    HOME,
    OTHER,
    State,
    asked,
    at,
    far_too_long,
    wrong_method,
)

_SERVICE = "/services/{number}"
_AREA = "/areas/{layer}/{code}"
OTHERS: tuple[State, ...] = (
    State("about", "/about", "About the data", "About the data", "About the data", at("/about")),
    State("privacy", "/privacy", "Privacy", "Privacy", "Privacy", at("/privacy")),
    State(
        "accessibility",
        "/accessibility",
        "Accessibility statement",
        "Accessibility",
        "Accessibility",
        at("/accessibility"),
    ),
    State(
        "no-page",
        OTHER,
        "Page not found",
        "Page not found",
        "Page not found",
        at("/nothing-here"),
        status=404,
    ),
    State(
        "no-map", "/areas/{layer}", "No such map", "No such map", "No such map", at("/areas/none"), status=404
    ),
    State(
        "no-area", _AREA, "No such area", "No such area", "No such area", at("/areas/hub/none"), status=404
    ),
    State(
        "no-listing",
        _SERVICE,
        "No such listing",
        "No such listing",
        "No such listing",
        at("/services/none"),
        status=404,
    ),
    State(
        "wrong-method",
        "/about",
        "A form sent to a page that takes none",
        "That does not work here",
        "That does not work here",
        wrong_method,
        status=405,
    ),
    State(
        "too-long",
        "/postcode",
        "More typed than a form takes",
        "That was too long",
        "That was too long",
        far_too_long,
        status=413,
    ),
    State(
        "fault",
        OTHER,
        "A fault of ours",
        "Something went wrong on our side",
        "Something went wrong on our side",
        at("/broken"),
        site="silent",
        status=500,
    ),
    State(
        "no-directory",
        "/services",
        "No directory of services",
        "The directory cannot be searched now",
        "The directory cannot be searched now",
        at("/services"),
        site="bare",
        status=503,
    ),
    State(
        "no-directory-result",
        "/postcode",
        "A postcode found, without a directory",
        f"{HOME} is in Edgbaston district",
        "Edgbaston district",
        asked(HOME),
        site="bare",
    ),
)
