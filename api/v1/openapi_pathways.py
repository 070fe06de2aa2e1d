"""The OpenAPI description of the questionnaires."""

from __future__ import annotations

from api.v1.openapi_pieces import (
    DATE,
    TEXT,
    Schema,
    answered,
    in_path,
    in_query,
    many,
    members,
    named,
    or_null,
    refused,
)

_TRUTH: Schema = {"type": "boolean"}
_THING: Schema = {"type": "object"}
_FLOW = in_path("flow", "A questionnaire.", "early-help")
_VERSION = in_query("version", "Its version; the one in use when left out.", TEXT, "")
_AS_YOU_HAVE_IT: Schema = {"304": {"description": "As you have it."}}
# The shortest whole set of answers there is: danger ends the questions.
EXAMPLE = {"answers": {"danger": "yes"}, "postcode": "B15 2TT", "at": "2026-12-24T23:10"}


def pathway_schemas() -> Schema:
    """The named schemas of the questionnaires."""
    row = {
        "flow": TEXT,
        "version": TEXT,
        "title": TEXT,
        "status": {"type": "string", "enum": ["draft", "approved"]},
        "approved_by": or_null(TEXT),
        "approved_on": or_null(DATE),
        "review_by": DATE,
        "digest": TEXT,
        "notice": or_null(TEXT),
        "address": TEXT,
        "answers_schema": TEXT,
        "outcome": TEXT,
    }
    level = members({"code": TEXT, "name": TEXT, "meaning": TEXT})
    choice = members(
        {
            "id": TEXT,
            "code": TEXT,
            "text": TEXT,
            "hint": or_null(TEXT),
            "rank": {"type": "integer"},
            "ends": _TRUTH,
            "demands": or_null(members({"level": or_null(TEXT), "route": or_null(TEXT)})),
            "source": or_null(TEXT),
        }
    )
    question = members(
        {
            "id": TEXT,
            "code": TEXT,
            "part": {"type": "string", "enum": ["urgent", "domain", "more"]},
            "title": TEXT,
            "hint": or_null(TEXT),
            "help": {"type": "object", "additionalProperties": TEXT},
            "when": {"type": "object", "additionalProperties": many(TEXT)},
            "choices": many(choice),
        }
    )
    contact = members(
        {
            "kind": TEXT,
            "title": TEXT,
            "role": TEXT,
            "telephone": or_null(TEXT),
            "tel": or_null(TEXT),
            "open": or_null(_TRUTH),
            "words": or_null(TEXT),
            "until": or_null({"type": "string", "format": "date-time"}),
        }
    )
    source = members(
        {
            "reference": TEXT,
            "title": TEXT,
            "address": TEXT,
            "read": DATE,
            "paragraph": or_null(TEXT),
            "words": or_null(TEXT),
        }
    )
    return {
        "Pathways": members({"pathways": many(members({**row, "in_use": _TRUTH}))}),
        "Pathway": members(
            {
                **row,
                "newer_version": or_null(TEXT),
                "sources": many(_THING),
                "levels": many(level),
                "audiences": many(members({"code": TEXT, "name": TEXT})),
                "questions": many(question),
                "routes": many(_THING),
                "outcomes": many(_THING),
            }
        ),
        "NextStepContact": contact,
        "NextStep": members(
            {
                "flow": TEXT,
                "version": TEXT,
                "status": TEXT,
                "notice": or_null(TEXT),
                "notice_newer": or_null(TEXT),
                "level": level,
                "outcome": _THING,
                "route": or_null(_THING),
                "also": many(_THING),
                "call": named("NextStepContact"),
                "steps": many(named("NextStepContact")),
                "danger": _THING,
                "by": members(
                    {
                        "text": TEXT,
                        "date": or_null(DATE),
                        "words": or_null(TEXT),
                        "escalate_to": or_null(TEXT),
                    }
                ),
                "why": many(_THING),
                "rule": _THING,
                "would_change": many(_THING),
                "sources": {"type": "object", "additionalProperties": source},
                "place": or_null(_THING),
                "teams": many(_THING),
                "cautions": many(TEXT),
                "services": many(named("ServiceResult")),
                "services_problem": or_null(TEXT),
                "needs": many(TEXT),
                "family": _THING,
                "supports": TEXT,
                "answers": TEXT,
                "dropped": many(TEXT),
                "date": TEXT,
                "holds": _THING,
                "versions": _THING,
            }
        ),
        "JsonSchema": _THING,
    }


def pathway_paths() -> Schema:
    """The addresses of the questionnaires."""
    body = members(
        {
            "answers": {
                "anyOf": [
                    {"type": "object", "additionalProperties": TEXT},
                    {"type": "string", "pattern": "^v[1-9][0-9]{0,3}(\\.[a-z][a-z0-9]{1,3})*$"},
                ],
                "description": "The id of the choice by the id of the question, or short codes as in the "
                "address of a page (`v1.aan.abu`), which name their version.",
            },
            "version": or_null(TEXT) | {"description": "Theirs; the one in use when left out."},
            "postcode": or_null(TEXT),
            "at": or_null(TEXT),
        },
        ["answers"],
    ) | {"additionalProperties": False}
    return {
        "/api/v1/pathways": {
            "get": {
                "operationId": "pathways",
                "summary": "Every questionnaire and its versions.",
                "parameters": [],
                "responses": {"200": answered("The versions.", "Pathways")}
                | _AS_YOU_HAVE_IT
                | refused("unknown_parameter", "bad_parameter"),
            }
        },
        "/api/v1/pathways/{flow}": {
            "get": {
                "operationId": "pathway",
                "summary": "A questionnaire as data, for a system that asks the questions in its own way.",
                "parameters": [_FLOW, _VERSION],
                "responses": {"200": answered("The questionnaire.", "Pathway")}
                | _AS_YOU_HAVE_IT
                | refused("unknown_parameter", "bad_parameter", "no_such_pathway"),
            }
        },
        "/api/v1/pathways/{flow}/answers.schema.json": {
            "get": {
                "operationId": "pathwayAnswersSchema",
                "summary": "JSON Schema of a whole set of answers.",
                "parameters": [_FLOW, _VERSION],
                "responses": {"200": answered("The schema.", "JsonSchema", "application/schema+json")}
                | _AS_YOU_HAVE_IT
                | refused("unknown_parameter", "bad_parameter", "no_such_pathway"),
            }
        },
        "/api/v1/pathways/{flow}/outcome": {
            "post": {
                "operationId": "pathwayOutcome",
                "summary": "What to do: level, route, whom to call now, by when, why, and what could help.",
                "parameters": [_FLOW],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": body, "example": EXAMPLE}},
                },
                "responses": {
                    "200": {
                        "description": "The next step. Never to be stored.",
                        "content": {"application/json": {"schema": named("NextStep")}},
                    }
                }
                | refused(
                    "bad_body",
                    "bad_parameter",
                    "unknown_parameter",
                    "no_such_pathway",
                    "body_too_large",
                    "not_json",
                    "unanswered",
                    "bad_answers",
                ),
            }
        },
    }
