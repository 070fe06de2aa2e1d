"""The OpenAPI description of the API, with the examples that the tests send.

Written by hand because the hot addresses are plain ASGI endpoints, which FastAPI cannot describe.
"""

from __future__ import annotations

from api.problems import CODES
from api.v1.openapi_crosswalk import crosswalk_paths, crosswalk_schemas
from api.v1.openapi_directory import directory_paths, directory_schemas
from api.v1.openapi_pathways import pathway_paths, pathway_schemas
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
from api.v1.openapi_schools import school_paths, school_schemas
from api.v1.postcodes import MOST
from directory.prepared import ATTRIBUTION
from geo.place import STATUSES

_ON = in_query("on", "The day to ask for; today in London when left out.", DATE, "2015-03-31")
_AT = in_query(
    "at",
    "The moment to ask for (whose line is open); now when left out. London's clock unless it has an offset.",
    TEXT,
    "2026-12-24T23:10",
)
_LAYERS = in_query("layers", "Only these layers, separated by commas.", TEXT, "district,hub")

_AS_YOU_HAVE_IT: Schema = {"304": {"description": "As you have it."}}


def _schemas() -> Schema:
    near = many(members({"code": TEXT, "name": TEXT, "metres": {"type": "integer"}}))
    return {
        "Problem": members(
            {
                "type": TEXT,
                "title": TEXT,
                "status": {"type": "integer"},
                "code": {"type": "string", "enum": sorted(CODES)},
                "detail": TEXT,
                "suggestions": many(TEXT),
            },
            ["type", "title", "status", "code", "detail"],
        ),
        "Contact": members(
            {
                "role": TEXT,
                "telephone": or_null(TEXT),
                "email": or_null(TEXT),
                "form": or_null(TEXT),
                "hours": or_null(TEXT),
                "hours_words": TEXT,
                "audience": {"type": "string", "enum": ["public", "professional", "both"]},
                "purpose": or_null(TEXT),
                "open": or_null({"type": "boolean"}),
                "changes_at": or_null({"type": "string", "format": "date-time"}),
                "state_words": TEXT,
                "sample": {"type": "boolean"},
                "source": TEXT,
                "checked": or_null(DATE),
            }
        ),
        "Area": members(
            {"code": TEXT, "name": TEXT, "in_force": {"type": "boolean"}, "near": near},
        ),
        "Layer": members(
            {
                "title": TEXT,
                "kind": {"type": "string", "enum": ["team", "reference"]},
                "generation": TEXT,
                "valid_from": DATE,
                "valid_to": or_null(DATE),
                "status": {"type": "string", "enum": ["illustrative", "confirmed"]},
                "source": TEXT,
                "owner": TEXT,
            }
        ),
        "Result": members(
            {
                "query": {},
                "status": {"type": "string", "enum": list(STATUSES)},
                "postcode": TEXT,
                "areas": {"type": "object", "additionalProperties": or_null(named("Area"))},
            },
            ["query", "status"],
        ),
        "Answer": members(
            {
                "status": {"type": "string", "enum": list(STATUSES)},
                "postcode": TEXT,
                "on": DATE,
                "areas": {"type": "object", "additionalProperties": or_null(named("Area"))},
                "teams": many({"type": "object"}),
                "cautions": many(TEXT),
                "call": members(
                    {
                        "authority": or_null({"type": "object"}),
                        "now": or_null(named("Contact")),
                        "danger": named("Contact"),
                        "also": many(named("Contact")),
                    }
                ),
                "layers": {"type": "object", "additionalProperties": named("Layer")},
                "versions": {"type": "object"},
                "attribution": TEXT,
            },
            ["status", "call", "layers", "versions", "attribution"],
        ),
        "Results": members(
            {
                "results": many(named("Result")),
                "layers": {"type": "object", "additionalProperties": named("Layer")},
                "versions": {"type": "object"},
                "attribution": TEXT,
            }
        ),
        "Facts": {"type": "object"},
        **directory_schemas(),
        **pathway_schemas(),
        **crosswalk_schemas(),
        **school_schemas(),
    }


def document() -> Schema:
    """The OpenAPI 3.1 document."""
    layer, code = (
        in_path("layer", "A layer, such as `district`.", "district"),
        in_path("code", "An area.", "E14000560"),
    )
    bulk_body = members(
        {
            "postcodes": {"type": "array", "maxItems": MOST, "items": {}},
            "on": DATE,
            "at": TEXT,
            "layers": many(TEXT),
        },
        ["postcodes"],
    ) | {"additionalProperties": False}
    paths: Schema = {
        "/api/v1/postcodes/{postcode}": {
            "get": {
                "operationId": "onePostcode",
                "summary": "A postcode's areas, teams and contacts, and whom to call.",
                "parameters": [
                    in_path(
                        "postcode", "In any spelling; an outcode or sector is answered `partial`.", "B15 2TT"
                    ),
                    _ON,
                    _AT,
                    _LAYERS,
                ],
                "responses": {
                    "200": answered("The answer, with one status word.", "Answer"),
                    "304": {"description": "As you have it."},
                }
                | refused("malformed", "bad_parameter", "unknown_parameter", "unknown"),
            }
        },
        "/api/v1/postcodes": {
            "post": {
                "operationId": "manyPostcodes",
                "summary": f"Up to {MOST} postcodes: one result for each input, in order, whatever its type.",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": bulk_body,
                            "example": {
                                "postcodes": ["B15 2TT", "BI5 2TT", 7],
                                "layers": ["district", "hub"],
                            },
                        }
                    },
                },
                "responses": {"200": answered("The results.", "Results")}
                | refused(
                    "bad_body", "bad_parameter", "unknown_parameter", "body_too_large", "too_many", "not_json"
                ),
            }
        },
        "/api/v1/points": {
            "get": {
                "operationId": "point",
                "summary": "The nearest postcode to a point, within 500 metres, and its answer.",
                "parameters": [
                    in_query(
                        "lat",
                        "Latitude, WGS 84 degrees.",
                        {"type": "number", "minimum": -90, "maximum": 90},
                        52.4814,
                        True,
                    ),
                    in_query(
                        "lon",
                        "Longitude, WGS 84 degrees.",
                        {"type": "number", "minimum": -180, "maximum": 180},
                        -1.8998,
                        True,
                    ),
                    _ON,
                    _AT,
                    _LAYERS,
                ],
                "responses": {"200": answered("The nearest postcode and its answer.", "Facts")}
                | refused("bad_parameter", "unknown_parameter", "no_postcode_near"),
            }
        },
        "/api/v1/layers": {
            "get": {
                "operationId": "layers",
                "summary": "Every layer, its generations, and the one that answers on a day.",
                "parameters": [_ON],
                "responses": {
                    "200": answered("The layers.", "Facts"),
                    "304": {"description": "As you have it."},
                }
                | refused("bad_parameter", "unknown_parameter"),
            }
        },
        "/api/v1/layers/{layer}/areas": {
            "get": {
                "operationId": "areas",
                "summary": "The areas of a layer on a day, with the contacts of each team.",
                "parameters": [layer, _ON, _AT],
                "responses": {
                    "200": answered("The areas.", "Facts"),
                    "304": {"description": "As you have it."},
                }
                | refused("bad_parameter", "unknown_parameter", "no_such_layer"),
            }
        },
        "/api/v1/layers/{layer}/areas/{code}": {
            "get": {
                "operationId": "area",
                "summary": "One area, what overlaps it, and the teams its homes have. Also as GeoJSON.",
                "parameters": [layer, code, _ON, _AT],
                "responses": {
                    "200": {
                        "description": "The area.",
                        "content": {
                            "application/json": {"schema": named("OneArea")},
                            "application/geo+json": {"schema": named("Facts")},
                        },
                    },
                    "304": {"description": "As you have it."},
                }
                | refused("bad_parameter", "unknown_parameter", "no_such_layer", "no_such_area"),
            }
        },
    }
    paths |= directory_paths() | pathway_paths() | crosswalk_paths() | school_paths()
    for operations in paths.values():
        for operation in operations.values():  # what the guard before every address may say
            operation["responses"] |= refused("address_too_long", "too_often")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Early Help Finder",
            "version": "1",
            "description": "From a Birmingham postcode to the district, the teams that answer for a child's "
            "home, and whom to call now; and the directory of services that can help. Team areas, contacts "
            f"and listings marked `sample` are samples. {ATTRIBUTION}",
        },
        "paths": paths,
        "components": {"schemas": _schemas()},
    }
