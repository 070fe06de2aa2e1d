"""Pages as responses: their headers, how long a browser may keep them, and pages that tell of a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from api.pages import assets
from api.pages.csp import PAGE_CSP, TYPING_CSP
from api.pages.rendering import render
from api.problems import ProblemError
from directory.prepared import ATTRIBUTION

if TYPE_CHECKING:
    from api.pages.doors import Doors, Way


def page(
    request: Request,
    template: str,
    title: str,
    *,
    status: int = 200,
    kept: bool = False,
    section: str = "",
    typing: bool = False,
    more: dict[str, str] | None = None,
    **facts: Any,
) -> Response:
    """A page as a response.

    `kept`: browsers may keep it for five minutes; otherwise it is never stored. `typing`: its script may ask
    us for suggestions. `more` are further headers.
    """
    facts.setdefault("attribution", ATTRIBUTION)
    body = render(template, title=title, section=section, typing=typing, **facts).encode()
    coding = assets.coding_for(request)
    headers = {
        "Content-Security-Policy": TYPING_CSP if typing else PAGE_CSP,
        "Cache-Control": "private, max-age=300" if kept else "no-store",
        "Vary": "Accept-Encoding",
        **(more or {}),
    }
    if coding:
        body = assets.squeeze(body, coding)
        headers["Content-Encoding"] = coding
    return Response(body, status, headers, "text/html; charset=utf-8")


def problem_page(
    request: Request,
    status: int,
    title: str,
    *paragraphs: str,
    ways: Sequence[Way] | None = (),
    doors: Doors | None = None,
    template: str = "problem.html",
    more: dict[str, str] | None = None,
    **facts: Any,
) -> Response:
    """A page that says what went wrong, what to do and whom to call; also for the app's handlers of errors.

    `ways` stand before those that the whole site offers; None: no way leads anywhere. `doors` are given by
    what refuses a request before the app has it.
    """
    app = request.scope.get("app")
    doors = doors or getattr(getattr(app, "state", None), "doors", None)
    offered = [*ways, *(doors.ways() if doors else [])] if ways is not None else []
    by_address: dict[str, str] = {}
    for words, address in offered:
        by_address.setdefault(address, words)
    return page(
        request,
        template,
        title,
        status=status,
        more=more,
        paragraphs=paragraphs,
        ways=[(words, address) for address, words in by_address.items()],
        front_door=doors.front_door() if doors else None,
        **facts,
    )


def not_found(request: Request) -> Response:
    """The page for an address that there is nothing at."""
    return problem_page(
        request,
        404,
        "Page not found",
        "If you typed the address, check it. If you followed a link, the page may have moved.",
    )


def no_directory(request: Request, _error: ProblemError) -> Response:
    """The page for the time in which there is no directory to search.

    What the error tells is for operators, who have it from /health/ready: it can name folders of the machine.
    """
    return problem_page(
        request,
        503,
        "The directory cannot be searched now",
        "Try again in a few minutes. You can still find the teams and the numbers to call by postcode.",
    )
