"""The OpenAPI description of the API, with the examples that the tests send.

Written by hand because the hot addresses are plain ASGI endpoints, which FastAPI cannot describe.
"""

from __future__ import annotations

from typing import Any

from api.problems import CODES, MEDIA_TYPE
from api.v1.postcodes import MOST
from directory.prepared import ATTRIBUTION
from geo.place import STATUSES

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_DATE: Schema = {"type": "string", "format": "date"}


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    return {"type": "object", "properties": properties, "required": required or list(properties)}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, description: str, schema: Schema, example: Any, required: bool = False) -> Schema:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": schema,
        "example": example,
    }


_ON = _query("on", "The day to ask for; today in London when left out.", _DATE, "2015-03-31")
_AT = _query(
    "at",
    "The moment to ask for (whose line is open); now when left out. London's clock unless it has an offset.",
    _TEXT,
    "2026-12-24T23:10",
)
_LAYERS = _query("layers", "Only these layers, separated by commas.", _TEXT, "district,hub")


def _path(name: str, description: str, example: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def _ok(description: str, name: str, media_type: str = "application/json") -> Schema:
    headers = {
        "ETag": {"description": "Changes with the data.", "schema": _TEXT},
        "Cache-Control": {"description": "How long the answer may be kept.", "schema": _TEXT},
    }
    return {"description": description, "headers": headers, "content": {media_type: {"schema": _ref(name)}}}


def _problems(*codes: str) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for code in codes:
        status, title = CODES[code]
        told = found.setdefault(
            str(status),
            {"description": "", "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}},
        )
        told["description"] += f"{'; ' if told['description'] else ''}`{code}`: {title}"
    return found


def _schemas() -> Schema:
    near = _list(_object({"code": _TEXT, "name": _TEXT, "metres": {"type": "integer"}}))
    return {
        "Problem": _object(
            {
                "type": _TEXT,
                "title": _TEXT,
                "status": {"type": "integer"},
                "code": {"type": "string", "enum": sorted(CODES)},
                "detail": _TEXT,
                "suggestions": _list(_TEXT),
            },
            ["type", "title", "status", "code", "detail"],
        ),
        "Contact": _object(
            {
                "role": _TEXT,
                "telephone": _maybe(_TEXT),
                "email": _maybe(_TEXT),
                "form": _maybe(_TEXT),
                "hours": _maybe(_TEXT),
                "hours_words": _TEXT,
                "audience": {"type": "string", "enum": ["public", "professional", "both"]},
                "purpose": _maybe(_TEXT),
                "open": _maybe({"type": "boolean"}),
                "changes_at": _maybe({"type": "string", "format": "date-time"}),
                "state_words": _TEXT,
                "sample": {"type": "boolean"},
                "source": _TEXT,
                "checked": _maybe(_DATE),
            }
        ),
        "Area": _object(
            {"code": _TEXT, "name": _TEXT, "in_force": {"type": "boolean"}, "near": near},
        ),
        "Layer": _object(
            {
                "title": _TEXT,
                "kind": {"type": "string", "enum": ["team", "reference"]},
                "generation": _TEXT,
                "valid_from": _DATE,
                "valid_to": _maybe(_DATE),
                "status": {"type": "string", "enum": ["illustrative", "confirmed"]},
                "source": _TEXT,
                "owner": _TEXT,
            }
        ),
        "Result": _object(
            {
                "query": {},
                "status": {"type": "string", "enum": list(STATUSES)},
                "postcode": _TEXT,
                "areas": {"type": "object", "additionalProperties": _maybe(_ref("Area"))},
            },
            ["query", "status"],
        ),
        "Answer": _object(
            {
                "status": {"type": "string", "enum": list(STATUSES)},
                "postcode": _TEXT,
                "on": _DATE,
                "areas": {"type": "object", "additionalProperties": _maybe(_ref("Area"))},
                "teams": _list({"type": "object"}),
                "cautions": _list(_TEXT),
                "call": _object(
                    {
                        "authority": _maybe({"type": "object"}),
                        "now": _maybe(_ref("Contact")),
                        "danger": _ref("Contact"),
                        "also": _list(_ref("Contact")),
                    }
                ),
                "layers": {"type": "object", "additionalProperties": _ref("Layer")},
                "versions": {"type": "object"},
                "attribution": _TEXT,
            },
            ["status", "call", "layers", "versions", "attribution"],
        ),
        "Results": _object(
            {
                "results": _list(_ref("Result")),
                "layers": {"type": "object", "additionalProperties": _ref("Layer")},
                "versions": {"type": "object"},
                "attribution": _TEXT,
            }
        ),
        "Facts": {"type": "object"},
    }


def document() -> Schema:
    """The OpenAPI 3.1 document."""
    layer, code = (
        _path("layer", "A layer, such as `district`.", "district"),
        _path("code", "An area.", "E14000560"),
    )
    bulk_body = _object(
        {
            "postcodes": {"type": "array", "maxItems": MOST, "items": {}},
            "on": _DATE,
            "at": _TEXT,
            "layers": _list(_TEXT),
        },
        ["postcodes"],
    ) | {"additionalProperties": False}
    paths: Schema = {
        "/api/v1/postcodes/{postcode}": {
            "get": {
                "operationId": "onePostcode",
                "summary": "A postcode's areas, teams and contacts, and whom to call.",
                "parameters": [
                    _path(
                        "postcode", "In any spelling; an outcode or sector is answered `partial`.", "B15 2TT"
                    ),
                    _ON,
                    _AT,
                    _LAYERS,
                ],
                "responses": {
                    "200": _ok("The answer, with one status word.", "Answer"),
                    "304": {"description": "As you have it."},
                }
                | _problems("malformed", "bad_parameter", "unknown_parameter", "unknown"),
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
                "responses": {"200": _ok("The results.", "Results")}
                | _problems(
                    "bad_body", "bad_parameter", "unknown_parameter", "body_too_large", "too_many", "not_json"
                ),
            }
        },
        "/api/v1/points": {
            "get": {
                "operationId": "point",
                "summary": "The nearest postcode to a point, within 500 metres, and its answer.",
                "parameters": [
                    _query(
                        "lat",
                        "Latitude, WGS 84 degrees.",
                        {"type": "number", "minimum": -90, "maximum": 90},
                        52.4814,
                        True,
                    ),
                    _query(
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
                "responses": {"200": _ok("The nearest postcode and its answer.", "Facts")}
                | _problems("bad_parameter", "unknown_parameter", "no_postcode_near"),
            }
        },
        "/api/v1/layers": {
            "get": {
                "operationId": "layers",
                "summary": "Every layer, its generations, and the one that answers on a day.",
                "parameters": [_ON],
                "responses": {"200": _ok("The layers.", "Facts"), "304": {"description": "As you have it."}}
                | _problems("bad_parameter", "unknown_parameter"),
            }
        },
        "/api/v1/layers/{layer}/areas": {
            "get": {
                "operationId": "areas",
                "summary": "The areas of a layer on a day, with the contacts of each team.",
                "parameters": [layer, _ON, _AT],
                "responses": {"200": _ok("The areas.", "Facts"), "304": {"description": "As you have it."}}
                | _problems("bad_parameter", "unknown_parameter", "no_such_layer"),
            }
        },
        "/api/v1/layers/{layer}/areas/{code}": {
            "get": {
                "operationId": "area",
                "summary": "One area; a retired code names its successors. Also as GeoJSON.",
                "parameters": [layer, code, _ON, _AT],
                "responses": {
                    "200": {
                        "description": "The area.",
                        "content": {
                            "application/json": {"schema": _ref("Facts")},
                            "application/geo+json": {"schema": _ref("Facts")},
                        },
                    },
                    "304": {"description": "As you have it."},
                }
                | _problems("bad_parameter", "unknown_parameter", "no_such_layer", "no_such_area"),
            }
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Early Help Finder",
            "version": "1",
            "description": "From a Birmingham postcode to the district, the teams that answer for a child's "
            f"home, and whom to call now. Team areas and team contacts are samples. {ATTRIBUTION}",
        },
        "paths": paths,
        "components": {"schemas": _schemas()},
    }
