"""The shapes of the standard's rows: whole, in summary, and as few members as there can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from directory.store.standard import Content


def own(content: Content) -> Content:
    """The members with a value of their own, without lists and what is nested."""
    return {key: value for key, value in content.items() if not isinstance(value, list | dict)}


def summary(service: Content) -> Content:
    """A service without its lists, as the standard's own lists show it."""
    row = own(service)
    if "organization" in service:
        row["organization"] = own(service["organization"])
    return row


def minimal(number: str, modified: dt.datetime) -> Content:
    """All that `minimal=true` shows."""
    return {"id": number, "modified_date": moment(modified)}


def moment(at: dt.datetime) -> str:
    """A moment as the standard writes it: with milliseconds and its zone."""
    return at.isoformat(timespec="milliseconds")


def term_row(term: Mapping[str, Any], taxonomy: Mapping[str, Any]) -> Content:
    """A term: the UK profile names its taxonomy, and repeats its name as `term`."""
    members = ("id", "name", "description", "code", "parent_id", "term_uri")
    row = {member: term[member] for member in members if member in term}
    return row | {"taxonomy": taxonomy["name"], "taxonomy_id": taxonomy["id"], "term": term["name"]}


def rows(ids: Iterable[str], make: Callable[[str], Content | None]) -> Iterator[Content]:
    """The rows of a list, one at a time. One that cannot be made is passed over."""
    return (row for row in map(make, ids) if row is not None)
