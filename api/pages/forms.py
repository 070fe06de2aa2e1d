"""What a form of ours sends, read from the body of a POST: never more of it than a form can hold."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request

LONGEST_FORM = 4096  # bytes of a form's body; a postcode needs about twenty, every filter ticked 2,500
LONGEST_TYPED = 200  # characters of a value that are looked at
MOST_FIELDS = 120  # values; more than any form of ours has

Fields = dict[str, list[str]]


async def form_fields(request: Request, longest: int = LONGEST_TYPED) -> Fields | None:
    """The fields of the form with their values in order; None when the body is too long for a form.

    A body that is no form has no fields. Values are cut after `longest` characters.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return None
    return read_fields(body.decode("utf-8", "replace"), longest)


def read_fields(text: str, longest: int = LONGEST_TYPED) -> Fields:
    """The fields of a form's body or of a query string; none where there are more than any form has."""
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: [value[:longest] for value in values] for name, values in fields.items()}


async def typed_postcode(request: Request) -> str | None:
    """The form's postcode field, "" when there is none; None when the body is too long for a form."""
    fields = await form_fields(request)
    return None if fields is None else first(fields, "postcode")


def first(fields: Fields, name: str) -> str:
    """The first value of a field, "" when there is none."""
    return fields.get(name, [""])[0]
