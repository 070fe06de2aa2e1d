"""The part of the OpenAPI description that tells of areas and of two layers across each other."""

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

_COUNT: Schema = {"type": "integer", "minimum": 0}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def crosswalk_schemas() -> Schema:
    """What overlaps with what."""
    code_and_name = members({"code": TEXT, "name": TEXT})
    side = members(
        {"layer": TEXT, "title": TEXT, "generation": or_null(TEXT), "status": or_null(TEXT), "areas": _COUNT}
    )
    counted = {"postcodes": _COUNT, "share": _SHARE}
    overlap = members(
        {
            "layer": TEXT,
            "title": TEXT,
            "kind": TEXT,
            "status": TEXT,
            "generation": TEXT,
            "areas": many(
                members(
                    {
                        "code": TEXT,
                        "name": TEXT,
                        **counted,
                        "share_of_other": _SHARE,
                        "also_in": many(members({"code": TEXT, "name": TEXT, "share": _SHARE})),
                        "contacts": many(named("Contact")),
                    },
                    ["code", "name", "postcodes", "share", "share_of_other", "also_in"],
                )
            ),
        }
    )
    combination = members(
        {"areas": {"type": "object", "additionalProperties": or_null(code_and_name)}, **counted}
    )
    return {
        "OneArea": members(
            {
                "layer": TEXT,
                "code": TEXT,
                "name": TEXT,
                "in_force": {"type": "boolean"},
                "postcodes": _COUNT,
                "homes": _COUNT,
                "contacts": many(named("Contact")),
                "successors": many({"type": "object"}),
                "overlaps_on": DATE,
                "overlaps": many(overlap),
                "combinations": members({"layers": many(TEXT), "count": _COUNT, "each": many(combination)}),
            }
        ),
        "Crosswalk": members(
            {
                "on": DATE,
                "layer": side,
                "other": side,
                "counted_by": TEXT,
                "total": _COUNT,
                "rows": many(
                    members(
                        {
                            "area": or_null(code_and_name),
                            "other": or_null(code_and_name),
                            **counted,
                            "share_of_other": _SHARE,
                        }
                    )
                ),
                "straddling": many(members({"code": TEXT, "name": TEXT, "areas": many(code_and_name)})),
                "left_out": members({"parked": _COUNT, "ended": _COUNT}),
                "versions": {"type": "object"},
                "attribution": TEXT,
            }
        ),
    }


def crosswalk_paths() -> Schema:
    """The address of two layers across each other."""
    return {
        "/api/v1/crosswalk/{layer}/{other}": {
            "get": {
                "operationId": "crosswalk",
                "summary": "Two layers across each other: which areas share homes, and who straddles.",
                "parameters": [
                    in_path("layer", "A layer, such as `district`.", "district"),
                    in_path("other", "Another layer.", "hub"),
                    in_query("on", "As the layers were on this day.", DATE, "2015-03-31"),
                ],
                "responses": {
                    "200": answered("The areas that share homes.", "Crosswalk"),
                    "304": {"description": "As you have it."},
                }
                | refused("bad_parameter", "unknown_parameter", "no_such_layer"),
            }
        }
    }
