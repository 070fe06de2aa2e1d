"""Pages as responses: their headers, how long a browser may keep them, and pages that tell of a problem."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.pages import assets
from api.pages.csp import PAGE_CSP, TYPING_CSP
from api.pages.rendering import render
from api.problems import ProblemError
from directory.prepared import ATTRIBUTION


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


def problem_page(request: Request, status: int, title: str, *paragraphs: str) -> Response:
    """A page that says what went wrong and what to do; also for the app's handlers of errors."""
    # What is refused before the app has it knows no front door: its paragraphs name the number.
    app = request.scope.get("app")
    front_door = getattr(app.state, "front_door", None) if app else None
    return page(
        request,
        "problem.html",
        title,
        status=status,
        paragraphs=paragraphs,
        front_door=front_door() if front_door else None,
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
