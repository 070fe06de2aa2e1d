"""The pages of services and organisations, and of reports about them."""

from __future__ import annotations

from tests.browser import sites
from tests.browser.gallery.state import State, at, foreign_form, press, report, report_too_often, then, unfold

_SERVICE = "/services/{number}"
LISTINGS: tuple[State, ...] = (
    State(
        "service",
        _SERVICE,
        "A service, with its map",
        "Safe Hands",
        "Safe Hands",
        at(f"/services/{sites.PLAIN}"),
        framed=True,
    ),
    State(
        "service-report",
        _SERVICE,
        "A service, its form for a report unfolded",
        "Safe Hands",
        "Safe Hands",
        then(at(f"/services/{sites.PLAIN}"), unfold("#report")),
    ),
    State(
        "service-closed",
        _SERVICE,
        "A service that takes nobody new",
        "Brambleway Overnight Stays",
        "Brambleway",
        at(f"/services/{sites.CLOSED}"),
    ),
    State(
        "service-waiting",
        _SERVICE,
        "A service with a waiting list",
        "Autism and ADHD",
        "Autism and ADHD",
        at(f"/services/{sites.WAITING}"),
    ),
    State(
        "service-overdue",
        _SERVICE,
        "A listing overdue for a check",
        "Respectful Relationships",
        "Respectful Relationships",
        at(f"/services/{sites.OVERDUE}"),
    ),
    State(
        "service-sourced",
        _SERVICE,
        "A real service, with its source",
        "NSPCC Helpline",
        "NSPCC Helpline",
        at(f"/services/{sites.SOURCED}"),
    ),
    State(
        "service-withdrawn",
        _SERVICE,
        "A listing that was withdrawn",
        "This listing has been withdrawn",
        "This listing has been withdrawn",
        at(f"/services/{sites.WITHDRAWN}"),
        status=410,
    ),
    State(
        "organisation",
        "/organisations/{number}",
        "An organisation",
        "Quillfeather Counselling",
        "Quillfeather Counselling",
        at(f"/organisations/{sites.ORGANISATION}"),
    ),
    State("report-thanks", f"{_SERVICE}/report", "A report, thanked for", "Thank you", "Thank you", report),
    State(
        "report-nothing",
        f"{_SERVICE}/report",
        "A report without a choice",
        "Report a problem",
        "Error: Report a problem",
        then(at(f"/services/{sites.PLAIN}"), unfold("#report"), press("Send the report")),
    ),
    State(
        "report-foreign",
        f"{_SERVICE}/report",
        "A report that came from elsewhere",
        "That did not come from our page",
        "That did not come from our page",
        foreign_form,
        status=403,
    ),
    State(
        "report-too-often",
        f"{_SERVICE}/report",
        "Too many reports",
        "Too many reports for now",
        "Too many reports for now",
        report_too_often,
        site="busy",
        status=429,
    ),
    State(
        "report-away",
        f"{_SERVICE}/report",
        "A report while the database is away",
        "Your report could not be kept",
        "Your report could not be kept",
        report,
        site="away",
        status=503,
    ),
)
