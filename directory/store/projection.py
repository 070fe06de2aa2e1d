"""From a record's content to its canonical form, and from that to rows of the standard's tables.

The canonical form is what is stored and compared: members without a value left out, keys sorted, every value
of the sort that the model gives it. Whether the content is *right* (a known status, a required name) is asked
in `directory/listings`; here only what no table could hold is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from directory.store.records import Refused
from directory.store.standard import ENTITIES, RECORD_KINDS, Content, Entity, Field, Part
from directory.store.tables import STANDARD

Row = dict[str, Any]
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_WHOLE = 2**63


def settle(kind: str, content: Mapping[str, Any]) -> Content:
    """The content in its canonical form; the content given is left as it is.

    Raises `Refused`, naming the member by its JSON path, where the model has no such member or its value is
    not of the member's sort.
    """
    return _settle(ENTITIES[kind], content, "$")


def _settle(entity: Entity, content: Mapping[str, Any], path: str) -> Content:
    sorts = _SORTS[entity.name]
    settled: Content = {}
    for name in sorted(content, key=str):
        value = content[name]
        if value is None or value in ("", [], {}):
            continue
        member = sorts.get(name)
        if member is None:
            raise Refused(f"{path}.{name}: a {entity.name} has no member of that name. Leave it out.")
        if isinstance(member, Field):
            settled[name] = _checked(member, value, f"{path}.{name}")
        elif member.many:
            if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
                raise Refused(f"{path}.{name} must be a list of objects.")
            inner = ENTITIES[member.entity]
            held = [_settle(inner, one, f"{path}.{name}[{index}]") for index, one in enumerate(value)]
            if held := [one for one in held if one]:
                settled[name] = held
        else:
            if not isinstance(value, Mapping):
                raise Refused(f"{path}.{name} must be an object.")
            if one := _settle(ENTITIES[member.entity], value, f"{path}.{name}"):
                settled[name] = one
    return settled


def _members(entity: Entity) -> dict[str, Field | Part]:
    members: dict[str, Field | Part] = {field.name: field for field in entity.fields}
    members.update({part.name: part for part in entity.parts})
    return members


_SORTS = {name: _members(entity) for name, entity in ENTITIES.items()}


def _checked(field: Field, value: Any, path: str) -> Any:
    check, wanted = _CHECKS.get(field.sort, _TEXT)
    if not check(value):
        raise Refused(f"{path} must be {wanted}, it is {value!r:.80}.")
    return list(value) if field.sort == "words" else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_date(value: Any) -> bool:
    if not (isinstance(value, str) and _DATE.match(value)):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_moment(value: Any) -> bool:
    try:
        moment = dt.datetime.fromisoformat(value)
        return moment.tzinfo is not None and moment.astimezone(dt.UTC).tzinfo is dt.UTC
    except (TypeError, ValueError, OverflowError):
        return False


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else -_WHOLE <= value < _WHOLE


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_WHOLE <= value < _WHOLE


_TEXT: tuple[Callable[[Any], bool], str] = (_is_text, "text without a NUL character")
_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "date": (_is_date, "a date such as 2026-12-01"),
    "moment": (_is_moment, "a moment such as 2026-12-01T09:30:00+00:00"),
    "number": (_is_number, "a number"),
    "integer": (_is_whole, "a whole number"),
    "truth": (lambda value: isinstance(value, bool), "true or false"),
    "words": (
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
        "a list of words",
    ),
}


def canonical(content: Content) -> bytes:
    """The canonical JSON of a settled content. Raises `Refused` for text that is not Unicode."""
    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise Refused(f"The content cannot be written as JSON: {error}. Correct the text.") from None


def digest(text: bytes) -> str:
    """The SHA-256 of canonical JSON, hexadecimal."""
    return hashlib.sha256(text).hexdigest()


def shown_name(content: Mapping[str, Any]) -> str:
    """What a person calls the record: its name; of a place without one, the first line of its address."""
    if name := content.get("name"):
        return str(name)
    return next((str(one["address_1"]) for one in content.get("addresses", ()) if "address_1" in one), "")


def project(kind: str, record_id: str, content: Mapping[str, Any], rows: dict[str, list[Row]]) -> None:
    """Append to `rows` (by table) what the settled content of a published record is in the tables."""
    _project(ENTITIES[kind], record_id, content, "", "", None, rows)


def _project(
    entity: Entity,
    record_id: str,
    content: Mapping[str, Any],
    path: str,
    parent: str,
    parent_id: str | None,
    rows: dict[str, list[Row]],
) -> None:
    row = _BLANK[entity.name].copy()
    for name, turn in _TURNS[entity.name]:
        if name in content:
            row[name] = turn(content[name]) if turn else content[name]
    if path:
        row["record_id"], row["path"] = record_id, path
        if entity.name == "attribute":
            row["link_entity"], row["link_id"] = parent, parent_id
        else:
            row[f"{parent}_id"] = parent_id
    rows.setdefault(entity.name, []).append(row)
    own_id = content.get("id", record_id if entity.name in RECORD_KINDS else None)
    for part in entity.parts:
        held = content.get(part.name)
        if held is None:
            continue
        beginning = f"{path}/{part.name}" if path else part.name
        inner = ENTITIES[part.entity]
        if part.many:
            for index, one in enumerate(held):
                _project(inner, record_id, one, f"{beginning}/{index}", entity.name, own_id, rows)
        else:
            _project(inner, record_id, held, beginning, entity.name, own_id, rows)


def _moment(value: str) -> dt.datetime:
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC)


_TURN: dict[str, Callable[[Any], Any]] = {"date": dt.date.fromisoformat, "moment": _moment, "number": float}
_BLANK: dict[str, Row] = {
    name: dict.fromkeys(column.name for column in table.columns) for name, table in STANDARD.items()
}
_TURNS = {
    name: [(field.name, _TURN.get(field.sort)) for field in entity.fields]
    for name, entity in ENTITIES.items()
}
