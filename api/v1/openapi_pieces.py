"""The small pieces that the OpenAPI description is put together from."""

from __future__ import annotations

from typing import Any

from api.problems import CODES, MEDIA_TYPE

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
DATE: Schema = {"type": "string", "format": "date"}


def members(properties: Schema, required: list[str] | None = None) -> Schema:
    """An object; all its members are required unless `required` names some."""
    return {"type": "object", "properties": properties, "required": required or list(properties)}


def or_null(schema: Schema) -> Schema:
    """Or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def named(name: str) -> Schema:
    """One of the named schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def in_query(name: str, description: str, schema: Schema, example: Any, required: bool = False) -> Schema:
    """A query parameter."""
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": schema,
        "example": example,
    }


def in_path(name: str, description: str, example: str) -> Schema:
    """A part of the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def answered(description: str, name: str, media_type: str = "application/json") -> Schema:
    """The response when all is well."""
    headers = {
        "ETag": {"description": "Changes with the data.", "schema": TEXT},
        "Cache-Control": {"description": "How long the answer may be kept.", "schema": TEXT},
    }
    return {"description": description, "headers": headers, "content": {media_type: {"schema": named(name)}}}


def refused(*codes: str) -> dict[str, Schema]:
    """The responses for problems, by HTTP status."""
    found: dict[str, Schema] = {}
    for code in codes:
        status, title = CODES[code]
        told = found.setdefault(
            str(status),
            {"description": "", "content": {MEDIA_TYPE: {"schema": named("Problem")}}},
        )
        told["description"] += f"{'; ' if told['description'] else ''}`{code}`: {title}"
    return found
