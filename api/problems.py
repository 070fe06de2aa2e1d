"""Errors as RFC 9457 problem details, each with a code that a program can tell apart."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from api.guard.identity import request_id

MEDIA_TYPE = "application/problem+json"
NO_STORE = "no-store"
SAMPLES = "Listings marked `sample` are invented, to show how the directory works."

# Every code the API can answer with, and its title. Documented in docs/api.md; a test compares them.
CODES: dict[str, tuple[int, str]] = {
    "moved": (301, "Merged into another listing"),
    "malformed": (400, "Not a postcode"),
    "bad_parameter": (400, "A parameter has a value that cannot be used"),
    "unknown_parameter": (400, "There is no such parameter"),
    "bad_body": (400, "The body cannot be used"),
    "wrong_host": (400, "Not a name of this server"),
    "not_for_you": (403, "Not for everybody"),
    "unknown": (404, "Postcode not known"),
    "no_postcode_near": (404, "No postcode within 500 metres"),
    "no_such_layer": (404, "There is no such layer"),
    "no_such_area": (404, "There is no such area"),
    "no_such_listing": (404, "There is no such listing"),
    "no_such_school": (404, "There is no such school in the list"),
    "no_such_pathway": (404, "There is no such questionnaire, or no such version of it"),
    "no_such_address": (404, "There is nothing at this address"),
    "method_not_allowed": (405, "Not with this method"),
    "gone": (410, "Withdrawn"),
    "body_too_large": (413, "The body is too large"),
    "too_many": (413, "Too many postcodes in one request"),
    "address_too_long": (414, "The address is too long"),
    "not_json": (415, "The body must be JSON"),
    "bad_answers": (422, "Answers that the questionnaire does not have"),
    "unanswered": (422, "A question is not answered yet"),
    "too_often": (429, "Too many requests"),
    "fault": (500, "A fault of ours"),
    "no_directory": (503, "No directory has been built"),
    "no_schools": (503, "No list of schools can be used"),
    "store_away": (503, "The store cannot be reached"),
}


def problem_body(code: str, detail: str, **members: Any) -> bytes:
    """The JSON of a problem; `members` are added to it, and the name of the request that it answers."""
    status, title = CODES[code]
    if name := request_id.get():
        members["request_id"] = name
    return orjson.dumps(
        {
            "type": f"urn:earlyhelp:problem:{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": detail,
        }
        | members
    )


def problem(code: str, detail: str, headers: dict[str, str] | None = None, **members: Any) -> Response:
    """A problem as a response. It is not to be stored: the postcode may be known tomorrow."""
    return Response(
        problem_body(code, detail, **members),
        CODES[code][0],
        {"cache-control": NO_STORE} | (headers or {}),
        MEDIA_TYPE,
    )


def wrong_method(allowed: str) -> Response:
    """The problem for a method that an address does not have."""
    detail = f"This address answers to {allowed}. See /api/v1/openapi.json."
    return problem("method_not_allowed", detail, {"allow": allowed})


class ProblemError(Exception):
    """Raised in a handler to answer with a problem."""

    def __init__(self, code: str, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.code, self.detail, self.members = code, detail, members

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return CODES[self.code][0]

    def response(self) -> Response:
        """The problem as a response."""
        return problem(self.code, self.detail, **self.members)
