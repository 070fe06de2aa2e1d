"""A record as a card that a steward reads: everything it holds, and how it stands."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from directory.desk.outcome import moment_words, short
from directory.listings.due import day_of, overdue
from directory.listings.hours import words
from directory.listings.orphans import LACKS, lacking, places_of
from directory.store.standard import ENTITIES, Content

if TYPE_CHECKING:
    from directory.store.records import Origin, Version
    from directory.store.store import Store

_WIDTH = 100
_LABEL = 22
_SAID_ABOVE = ("id", "name", "organization_id")


def card(
    store: Store, version: Version, published: Version | None, origin: Origin | None, today: dt.date
) -> str:
    """The card of one version, with the names of what it refers to."""
    content = version.content
    lines = [click.style(str(content.get("name") or version.id), bold=True)]
    lines.append(f"{version.kind} {version.id}")
    lines.append(_standing(version, published))
    lines.append(f"Written {moment_words(version.at)} by {version.by}: {short(version.reason)}")
    if origin is not None:
        retrieved = moment_words(origin.retrieved)
        lines.append(f"From {origin.source}, its id {short(origin.foreign_id)}, retrieved {retrieved}")
    organization, locations = _around(store, content)
    if "organization_id" in content:
        named = organization.get("name", "") if organization else "not in the store"
        lines.append(f"Of {named} ({content['organization_id']})")
    if version.kind == "service":
        lines += _warnings(content, organization, locations, today)
    lines.append("")
    lines += _members(version.kind, content, "", locations)
    return "\n".join(lines)


def _around(store: Store, content: Content) -> tuple[Content | None, dict[str, Content]]:
    found = store.latest(content["organization_id"]) if "organization_id" in content else None
    places = {place: store.latest(place) for place in places_of(content)}
    return found.content if found else None, {key: one.content for key, one in places.items() if one}


def _standing(version: Version, published: Version | None) -> str:
    said = f"Version {version.number}, {version.state}"
    if version.redirect_to:
        return f"{said}; merged, leads to {version.redirect_to}"
    if published is None:
        return f"{said}; not published"
    if published.number == version.number:
        return f"{said}; this is what the public sees"
    return f"{said}; the public sees version {published.number}"


def _warnings(
    content: Content, organization: Content | None, locations: Mapping[str, Content], today: dt.date
) -> Iterator[str]:
    if overdue(content, today):
        review_by = day_of(content.get("review_by"))
        said = f"Overdue for review since {review_by}" if review_by else "No day for its next review"
        yield click.style(said, fg="red")
    for lack in lacking(content, organization, locations):
        yield click.style(f"Lacks: {LACKS[lack]}", fg="yellow")
    if content.get("sample"):
        yield "Sample listing: invented"


def _members(
    entity: str, content: Mapping[str, Any], indent: str, places: Mapping[str, Content]
) -> Iterator[str]:
    described = ENTITIES[entity]
    for one in described.fields:
        if one.name in content and one.name not in _SAID_ABOVE:
            label = _label(one.name) + (" (not public)" if one.private else "")
            yield from _line(indent, label, content[one.name])
    for part in described.parts:
        held = content.get(part.name)
        if not held:
            continue
        if part.entity == "schedule":
            for row in words(held):
                yield from _line(indent, "hours", row)
            continue
        for index, inner in enumerate(held if part.many else [held]):
            yield from _part(part.entity, part.name, index if part.many else None, inner, indent, places)


def _part(
    entity: str,
    name: str,
    index: int | None,
    inner: Mapping[str, Any],
    indent: str,
    places: Mapping[str, Content],
) -> Iterator[str]:
    at = "" if index is None else f"[{index}]"
    title = inner.get("name") or inner.get("number") or inner.get("title") or ""
    if entity == "service_at_location":
        place = places.get(inner.get("location_id", ""), {})
        title = place.get("name") or inner.get("location_id", "")
    head = click.style(f"{indent}{name}{at}", fg="cyan")
    yield f"{head}  {short(title)}".rstrip()
    rest = {key: value for key, value in inner.items() if value != title and key not in ("id", "location_id")}
    yield from _members(entity, rest, indent + "  ", places)


def _label(name: str) -> str:
    return name.replace("_", " ")


def _line(indent: str, label: str, value: Any) -> Iterator[str]:
    text = str(value) if not isinstance(value, bool | list) else short(value)
    clean = "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)
    start = f"{indent}{label:<{_LABEL - len(indent)}} "
    wrapped = [
        line
        for paragraph in clean.split("\n")
        for line in (textwrap.wrap(paragraph, _WIDTH - len(start)) or [""])
    ]
    yield start + wrapped[0]
    yield from (" " * len(start) + line for line in wrapped[1:])
