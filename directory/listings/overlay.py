"""A filled-in template laid over what the directory has: only cells that somebody edited change anything.

A sheet has no column for most of what a record can hold. So each row is compared with the row that the record
would be exported as; what a column does not show, and every column that is the same, stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from directory.listings.public import public
from directory.listings.reading.feed import Candidate, Feed
from directory.listings.template import Column, shown
from directory.store.records import Version
from directory.store.standard import Content

_CELL = 32_767  # characters: a workbook's cell holds no more, so the rest was not edited


def overlaid(feed: Feed, here: Mapping[str, Version], columns: tuple[Column, ...]) -> None:
    """Replace the candidates' contents by what the directory has with the edited cells laid over it.

    Findings of reading about a record that turn out to be of unedited cells stay reported.
    """
    sheet = feed.sheet or {}
    for one in feed.candidates:
        before = here.get(one.id)
        told = sheet.get(one.id)
        if before is not None and before.kind == one.kind and told is not None:
            one.content = _laid(one, before.content, told, here, columns)


def _laid(
    one: Candidate, before: Content, told: Mapping[str, str], here: Mapping[str, Version],
    columns: tuple[Column, ...],
) -> Content:  # fmt: skip
    rows = _rows(one.kind, before, here, columns)
    edited = {
        column.member
        for column in columns
        if column.entity == one.kind
        and column.name in told
        and all(told[column.name] != row[column.name][:_CELL].strip() for row in rows)
    }
    edited.discard("id")
    content = dict(before)
    for member in sorted(edited):
        if member in one.content:
            content[member] = one.content[member]
        else:
            content.pop(member, None)
    if one.kind == "service":
        _links(one.content, before, content)
    elif one.kind == "location" and "addresses" in content and "location_type" not in content:
        content["location_type"] = "physical"
    return content


def _links(wanted: Content, before: Content, content: Content) -> None:
    """Whose service it is and where it is: rows say so by other columns than those of the service."""
    if "organization_id" in wanted:
        content["organization_id"] = wanted["organization_id"]
    links = wanted.get("service_at_locations") or []
    held = {link.get("location_id") for link in before.get("service_at_locations", ())}
    if any(link.get("location_id") not in held for link in links):
        content["service_at_locations"] = links


def _rows(
    kind: str, before: Content, here: Mapping[str, Version], columns: tuple[Column, ...]
) -> list[dict[str, str]]:
    """How the record would be shown in a sheet: to those who keep the directory, and to the public."""
    rows = []
    for professional in (True, False):
        content = public(kind, before, professional)
        held = {kind: content}
        rows.append(shown(columns, held.get("service", {}), held.get("organization"), held.get("location")))
    return rows
