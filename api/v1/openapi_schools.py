"""The OpenAPI description of the schools."""

from __future__ import annotations

from api.v1.openapi_pieces import (
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
from directory.schools.school import GROUPS

_TRUTH: Schema = {"type": "boolean"}
_WHOLE: Schema = {"type": "integer"}
_AS_YOU_HAVE_IT: Schema = {"304": {"description": "As you have it."}}


def school_schemas() -> Schema:
    """The named schemas of schools."""
    about = {"list": named("SchoolList"), "notice": TEXT, "attribution": TEXT}
    return {
        "SchoolList": members(
            {
                "edition": TEXT,
                "about": _TRUTH,
                "complete": _TRUTH,
                "schools": _WHOLE,
                "note": TEXT,
                "source": TEXT,
                "licence": TEXT,
            }
        ),
        "School": members(
            {
                "urn": TEXT,
                "name": TEXT,
                "status": {"type": "string", "enum": ["open", "open, proposed to close"]},
                "group": {"type": "string", "enum": list(GROUPS)},
                "phase": or_null(TEXT),
                "type": or_null(TEXT),
                "ages": members({"low": or_null(_WHOLE), "high": or_null(_WHOLE), "words": TEXT}),
                "postcode": or_null(TEXT),
                "telephone": or_null(TEXT),
                "website": or_null(TEXT),
                "run_by": or_null(TEXT),
                "stands_in": or_null(TEXT),
                "areas": {"type": "object", "additionalProperties": named("Area")},
                "family_support_team": or_null(members({"code": TEXT, "name": TEXT, "status": TEXT})),
            }
        ),
        "Schools": members({"total": _WHOLE, "schools": many(named("School")), **about}),
        "OneSchool": members({"school": named("School"), "answer": or_null(named("Answer")), **about}),
    }


def school_paths() -> Schema:
    """The addresses of schools."""
    return {
        "/api/v1/schools": {
            "get": {
                "operationId": "schools",
                "summary": "The schools of the city, those that stand in an area, or those of a name.",
                "parameters": [
                    in_query("district", "The code of a district.", TEXT, "E14000563"),
                    in_query(
                        "layer", "With `code`: an area of any layer, such as `family_support`.", TEXT, ""
                    ),
                    in_query("code", "With `layer`: the code of the area.", TEXT, ""),
                    in_query(
                        "q", "Words of the name, or the number in the register. No postcode.", TEXT, "primary"
                    ),
                ],
                "responses": {"200": answered("The schools, by group and name.", "Schools")}
                | _AS_YOU_HAVE_IT
                | refused(
                    "bad_parameter", "unknown_parameter", "no_such_layer", "no_such_area", "no_schools"
                ),
            }
        },
        "/api/v1/schools/{urn}": {
            "get": {
                "operationId": "school",
                "summary": "One school, and the answer to where it stands: areas, teams, whom to call.",
                "parameters": [in_path("urn", "Its number in the register.", "103159")],
                "responses": {"200": answered("The school.", "OneSchool")}
                | _AS_YOU_HAVE_IT
                | refused("unknown_parameter", "no_such_school", "no_schools"),
            }
        },
    }
